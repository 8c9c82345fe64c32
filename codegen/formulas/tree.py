"""Formulas as trees of one kind of node, kept in one form: sums and products flat, like terms once.

In: constructors (`add`, `mul`, `power`, `call`).  Out: `Node`, frozen.  A tree is what a user
wrote (`codegen.formulas.grammar`), what rules rewrite (`rules`), and what is printed as NumPy
(`printing`); `meaning` says what each function is in the project's own vocabulary.

>>> x = name("x")
>>> show(mul(x, x, call("exp", mul(number(-1), x))))
'x^2 * exp(-x)'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

FUNCTIONS: Final[Mapping[str, int]] = {
    "exp": 1,
    "log": 1,
    "sqrt": 1,
    "tanh": 1,
    "sigmoid": 1,
    "softplus": 1,
    "erf": 1,
    "sin": 1,
    "cos": 1,
    "sinh": 1,
    "cosh": 1,
    "abs": 1,
    "max": 2,
    "min": 2,
    "where": 3,
}
"""What a formula may call, with the number of arguments; ``where(c > d, u, v)`` counts c - d."""
STABLE: Final[Mapping[str, int]] = {
    "expm1": 1,
    "log1p": 1,
    "erfc": 1,
    "log_cosh": 1,
    "tanh_softplus": 1,
    "tanh_softplus_share": 1,
    "root_of_squares": 2,
    "product": 2,
    "gaussian": 2,
    "log1p_square": 1,
    "erfc_root2": 1,
    "times_sigmoid": 2,
    "times_exp": 2,
    "times_gaussian": 3,
    "asinh": 1,
    "step": 1,
    "clip": 2,
    "below": 2,
    "above": 2,
}
"""What rules put in: functions of their own, each with a form that loses no digits.

``root_of_squares(u, v)``: the root of u^2 + v^2; ``log1p_square(u)``: log(1 + u^2);
``gaussian(k, u)``: e^(-k u^2); ``erfc_root2(u)``: erfc(u / sqrt(2)); ``times_sigmoid(u, v)`` and
its like: u times the function of v, without an intermediate that is smaller than the result;
``tanh_softplus_share(u)``: tanh(softplus(u)) over sigmoid(u);
``product(u, v)``: u v, not taken apart; ``asinh(u)``: log(u + sqrt(u^2 + 1)); ``clip(u, c)``: u
between -c and c, ``below(u, c)``: up to c, ``above(u, c)``: from -c on, where no digit depends on
the rest.
"""
MAX_SIZE: Final = 2000
"""Nodes of a tree, on whatever way it came about."""

MAX_BITS: Final = 4000
MAX_EXPONENT: Final = 64


class TooLarge(ValueError):
    """A tree has more nodes, digits or larger exponents than are worked with."""


@dataclass(frozen=True, slots=True)
class Node:
    """``"number"`` (value), ``"name"`` (name), ``"add"``, ``"mul"``, ``"pow"`` (value: the
    exponent) or a function of `FUNCTIONS` or `STABLE`."""

    op: str
    args: tuple[Node, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""
    size: int = 1
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.op, self.args, self.value, self.name)))

    def __hash__(self) -> int:
        return self._hash


def number(value: int | Fraction) -> Node:
    """An exact constant."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise TooLarge("a number of too many digits")
    return Node("number", value=Fraction(value))


def name(text: str) -> Node:
    """A variable, a parameter, or ``pi``."""
    return Node("name", name=text)


ZERO: Final = number(0)
ONE: Final = number(1)
X: Final = name("x")
PI: Final = name("pi")


def add(*terms: Node) -> Node:
    """A sum; like terms are put together, 0 is left out."""
    found: dict[Node, Fraction] = {}
    for term in terms:
        for part in term.args if term.op == "add" else (term,):
            factor, rest = split(part)
            found[rest] = found.get(rest, Fraction(0)) + factor
    parts = [_scaled(factor, rest) for rest, factor in found.items() if factor]
    if not parts:
        return ZERO
    return parts[0] if len(parts) == 1 else _node("add", tuple(parts))


def mul(*factors: Node) -> Node:
    """A product; powers of one base are put together, numbers stand first."""
    scale = Fraction(1)
    found: dict[Node, Fraction] = {}
    for factor in factors:
        for part in factor.args if factor.op == "mul" else (factor,):
            if part.op == "number":
                scale *= part.value
                continue
            whole = part.op == "pow" and (part.value.denominator == 1 or _positive(part.args[0]))
            base, exponent = (part.args[0], part.value) if whole else (part, Fraction(1))
            found[base] = found.get(base, Fraction(0)) + exponent
    if not scale:
        return ZERO
    parts = [power(base, exponent) for base, exponent in found.items() if exponent]
    if any(part.op in ("number", "mul") for part in parts):
        return mul(number(scale), *parts)
    if len(parts) == 1 and scale != 1 and parts[0].op == "add":
        return add(*(mul(number(scale), term) for term in parts[0].args))
    if scale != 1 or not parts:
        parts.insert(0, number(scale))
    return parts[0] if len(parts) == 1 else _node("mul", tuple(parts))


def power(base: Node, exponent: Fraction | int) -> Node:
    """A power with a rational exponent; that of a number is a number where it is rational."""
    exponent = Fraction(exponent)
    if exponent == 1:
        return base
    if exponent == 0:
        return ONE
    if max(abs(exponent.numerator), exponent.denominator) > MAX_EXPONENT:
        raise TooLarge(f"the exponent {exponent}")
    whole = exponent.denominator == 1
    if base.op == "number" and whole and base.value:
        digits = max(base.value.numerator.bit_length(), base.value.denominator.bit_length())
        if digits * abs(exponent) > MAX_BITS:
            raise TooLarge("a number of too many digits")
        return number(base.value**exponent.numerator)
    if base.op == "pow" and whole and (base.value.denominator == 1 or _positive(base.args[0])):
        return power(base.args[0], base.value * exponent)
    if base.op == "mul" and whole:
        return mul(*(power(part, exponent) for part in base.args))
    return _node("pow", (base,), exponent)


def _positive(base: Node) -> bool:
    """Whether a root of it may be taken apart and put together again."""
    return base == PI or (base.op == "number" and base.value > 0)


def call(function: str, *args: Node) -> Node:
    """A function of the tables above at its arguments."""
    return _node(function, args)


def negative(node: Node) -> Node:
    """``-node``."""
    return mul(number(-1), node)


def minus(left: Node, right: Node) -> Node:
    """``left - right``."""
    return add(left, negative(right))


def over(left: Node, right: Node) -> Node:
    """``left / right``."""
    return mul(left, power(right, -1))


def _node(op: str, args: tuple[Node, ...], value: Fraction = Fraction(0)) -> Node:
    size = 1 + sum(arg.size for arg in args)
    if size > MAX_SIZE:
        raise TooLarge(f"more than {MAX_SIZE} operations")
    return Node(op, args, value, size=size)


def _scaled(factor: Fraction, rest: Node) -> Node:
    return number(factor) if rest == ONE else mul(number(factor), rest)


def split(node: Node) -> tuple[Fraction, Node]:
    """A rational factor and what is left; a number is itself times 1."""
    if node.op == "number":
        return node.value, ONE
    if node.op == "mul" and node.args[0].op == "number":
        rest = node.args[1:]
        return node.args[0].value, rest[0] if len(rest) == 1 else _node("mul", rest)
    return Fraction(1), node


def terms(node: Node) -> tuple[Node, ...]:
    """The terms of a sum, or the node alone."""
    return node.args if node.op == "add" else (node,)


def factors(node: Node) -> tuple[Node, ...]:
    """The factors of a product, or the node alone."""
    return node.args if node.op == "mul" else (node,)


def oriented(condition: Node) -> tuple[int, Node]:
    """(s, s * condition), s = 1 or -1, the same for a condition and its opposite.

    Its first term that is no number has a positive factor then, so that at the place where a
    condition changes, what holds below is what counts.
    """
    lead = next((split(t)[0] for t in terms(condition) if t.op != "number"), Fraction(1))
    return (1, condition) if lead > 0 else (-1, negative(condition))


def where(condition: Node, above: Node, below: Node) -> Node:
    """`above` where the condition is positive, else `below`; the condition is `oriented`."""
    sign, condition = oriented(condition)
    if sign < 0:
        above, below = below, above
    if condition.op == "number":
        return above if condition.value > 0 else below
    return above if above == below else call("where", condition, above, below)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(here.args))


def rebuild(node: Node, args: tuple[Node, ...]) -> Node:
    """The same operation on other arguments, in the one form."""
    if node.op == "add":
        return add(*args)
    if node.op == "mul":
        return mul(*args)
    if node.op == "pow":
        return power(args[0], node.value)
    if node.op == "where":
        return where(*args)
    return call(node.op, *args) if node.args else node


def replace(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Every node replaced by what `change` gives for it, from the leaves up."""
    args = tuple(replace(arg, change) for arg in node.args)
    here = node if args == node.args else rebuild(node, args)
    new = change(here)
    return here if new is None else new


def put_in(node: Node, values: Mapping[str, Node]) -> Node:
    """Names replaced by trees."""
    return replace(node, lambda n: values.get(n.name) if n.op == "name" else None)


def names(node: Node) -> tuple[str, ...]:
    """The names in a tree, each once, in order of appearance."""
    return tuple(dict.fromkeys(n.name for n in walk(node) if n.op == "name"))


def show(node: Node) -> str:
    """A tree as the grammar has it (with the functions of `STABLE` besides)."""
    return _show(node)[0]


def _show(node: Node) -> tuple[str, int]:
    """Text and precedence: 1 sums, 2 products, 3 powers, 9 names and calls."""
    match node.op:
        case "number":
            text = str(node.value)
            return text, 9 if node.value >= 0 and node.value.denominator == 1 else 2
        case "name":
            return node.name, 9
        case "add":
            text = _show(node.args[0])[0]
            for term in node.args[1:]:
                factor, rest = split(term)
                inner = show(_scaled(abs(factor), rest))
                text += f" {'-' if factor < 0 else '+'} {inner}"
            return text, 1
        case "mul":
            return _show_product(node), 2
        case "pow":
            base, level = _show(node.args[0])
            if node.value == Fraction(1, 2):
                return f"sqrt({base})", 9
            exponent = str(node.value) if node.value.denominator == 1 else f"({node.value})"
            exponent = exponent if node.value > 0 else f"({exponent.strip('()')})"
            return f"{base if level == 9 else f'({base})'}^{exponent}", 3
    return f"{node.op}({', '.join(show(arg) for arg in node.args)})", 9


def _show_product(node: Node) -> str:
    factor, rest = split(node)
    above: list[str] = []
    below: list[str] = []
    for part in factors(rest):
        inverse = part.op == "pow" and part.value < 0
        shown, level = _show(power(part.args[0], -part.value) if inverse else part)
        (below if inverse else above).append(shown if level > 2 else f"({shown})")
    sign = "-" if factor < 0 else ""
    if abs(factor) != 1 or not above:
        above.insert(0, str(abs(factor)))
    return sign + " / ".join([" * ".join(above), *below])
