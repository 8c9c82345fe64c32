"""Rewrite rules: what a formula becomes so that its digits survive in floating point.

In: a node whose arguments are rewritten already.  Out: another one of the same value, or None.
Every rule is an identity, with a numeric test of its own (``tests/codegen/test_formula_rules.py``)
on both sides of every place where it matters.  `PLAIN` rules lose nothing and are always
used; which of the `CHOICES` help is measured (`codegen.formulas.search`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from codegen.formulas.tree import (
    ONE,
    ZERO,
    Node,
    X,
    add,
    call,
    factors,
    mul,
    names,
    negative,
    number,
    power,
    put_in,
    rebuild,
    replace,
    split,
    terms,
    where,
)

Rule = Callable[[Node], Node | None]
HALF: Final = Fraction(1, 2)


def _without(parts: tuple[Node, ...], *gone: Node) -> list[Node]:
    """The parts less one occurrence of each that goes."""
    left = list(parts)
    for part in gone:
        left.remove(part)
    return left


def _pair(node: Node, op: str, second: Callable[[Fraction, Node], bool]) -> Node | None:
    """A sum's term that, with an equal constant, is of a kind; see `_beside_one`."""
    return next((t for t in terms(node) if t.op != "number" and second(*split(t))), None)


def _beside_one(
    node: Node, kind: Callable[[Node], bool], new: Callable[[Node, int], Node]
) -> Node | None:
    """In a sum ``c + c r + rest``, or ``c - c r + rest``, the pair becomes ``c new(r, sign)``."""
    constant = next((t.value for t in terms(node) if t.op == "number"), None)
    if node.op != "add" or constant is None:
        return None
    for term in node.args:
        factor, rest = split(term)
        if term.op != "number" and abs(factor) == abs(constant) and kind(rest):
            sign = 1 if factor == constant else -1
            left = _without(node.args, number(constant), term)
            return add(*left, mul(number(constant), new(rest, sign)))
    return None


def _is(op: str) -> Callable[[Node], bool]:
    return lambda node: node.op == op


# -- exponentials, logarithms, sigmoids ----------------------------------------------------------


def log_of_one_plus_exp(node: Node) -> Node | None:
    """``log(1 + e^u) = softplus(u)``."""
    if node.op == "log" and node.args[0].op == "add" and len(node.args[0].args) == 2:
        rest = [t for t in node.args[0].args if t != ONE]
        if len(rest) == 1 and rest[0].op == "exp":
            return call("softplus", rest[0].args[0])
    return None


def log_of_one_plus_square(node: Node) -> Node | None:
    """``log(1 + u^2)`` without the square of a large number."""
    if node.op == "log" and node.args[0].op == "add" and len(node.args[0].args) == 2:
        rest = [t for t in node.args[0].args if t != ONE]
        root = _root(rest[0]) if len(rest) == 1 else None
        if root is not None:
            return call("log1p_square", root)
    return None


def erfc_of_a_quotient_by_root_two(node: Node) -> Node | None:
    """``erfc(u / sqrt(2))``, whose exponent -u^2 / 2 is known without the root."""
    if node.op == "erfc":
        inverse = power(number(2), -HALF)
        if inverse in factors(node.args[0]):
            return call("erfc_root2", mul(*_without(factors(node.args[0]), inverse)))
    return None


def inverse_of_squares(node: Node) -> Node | None:
    """``(c^2 + u^2)^-k`` by the root, which does not overflow."""
    if node.op == "pow" and node.value < 0 and node.value.denominator == 1:
        root = root_of_squares(Node("pow", node.args, HALF, size=node.size))
        if root is not None:
            return power(root, 2 * node.value)
    return None


def log_near_one(node: Node) -> Node | None:
    """``log(1 + u) = log1p(u)``."""
    if node.op == "log" and node.args[0].op == "add" and ONE in node.args[0].args:
        return call("log1p", add(*_without(node.args[0].args, ONE)))
    return None


def log_of_sigmoid(node: Node) -> Node | None:
    """``log(sigmoid(u)) = -softplus(-u)``, ``log(e^u) = u``, ``log(cosh(u))`` whole."""
    if node.op != "log":
        return None
    inner = node.args[0]
    if inner.op == "sigmoid":
        return negative(call("softplus", negative(inner.args[0])))
    if inner.op == "cosh":
        return call("log_cosh", inner.args[0])
    return inner.args[0] if inner.op == "exp" else None


def reciprocal_of_one_plus_exp(node: Node) -> Node | None:
    """``(1 + e^u)^-k = sigmoid(-u)^k``."""
    if node.op == "pow" and node.value.denominator == 1 and node.value < 0:
        base = node.args[0]
        if base.op == "add" and len(base.args) == 2 and ONE in base.args:
            [rest] = _without(base.args, ONE)
            if rest.op == "exp":
                return power(call("sigmoid", negative(rest.args[0])), -node.value)
    return None


def exp_times_sigmoid(node: Node) -> Node | None:
    """``e^u sigmoid(-u) = sigmoid(u)``; with powers once for each."""
    if node.op != "mul":
        return None
    for part in node.args:
        if part.op != "exp":
            continue
        turned = call("sigmoid", negative(part.args[0]))
        for other in node.args:
            found = other == turned or (
                other.op == "pow" and other.args[0] == turned and other.value >= 1
            )
            if found:
                left = _without(node.args, part, other)
                count = other.value if other.op == "pow" else Fraction(1)
                return mul(*left, call("sigmoid", part.args[0]), power(turned, count - 1))
    return None


def one_less_sigmoid(node: Node) -> Node | None:
    """``1 - sigmoid(u) = sigmoid(-u)``."""
    return (
        _beside_one(
            node,
            lambda r: r.op == "sigmoid",
            lambda r, sign: call("sigmoid", negative(r.args[0])) if sign < 0 else add(ONE, r),
        )
        if _has(node, "sigmoid", -1)
        else None
    )


def _has(node: Node, op: str, sign: int) -> bool:
    """Whether a sum has a constant c and a term ``sign c op(u)``."""
    constant = next((t.value for t in terms(node) if t.op == "number"), None)
    return (
        node.op == "add"
        and constant is not None
        and any(split(t)[1].op == op and split(t)[0] == sign * constant for t in node.args)
    )


def one_less_square_of_tanh(node: Node) -> Node | None:
    """``1 - tanh(u)^2 = 4 sigmoid(2u) sigmoid(-2u)``."""

    def squared(r: Node) -> bool:
        return r.op == "pow" and r.value == 2 and r.args[0].op in ("tanh", "tanh_softplus")

    def bell(r: Node, sign: int) -> Node:
        inner = r.args[0]
        u = inner.args[0] if inner.op == "tanh" else call("softplus", inner.args[0])
        u = mul(number(2), u)
        return mul(number(4), call("sigmoid", u), call("sigmoid", negative(u)))

    constant = next((t.value for t in terms(node) if t.op == "number"), None)
    if constant is None or not any(
        squared(split(t)[1]) and split(t)[0] == -constant for t in terms(node)
    ):
        return None
    return _beside_one(node, squared, bell)


def one_beside_tanh(node: Node) -> Node | None:
    """``1 + tanh(u) = 2 sigmoid(2u)``, ``1 - tanh(u) = 2 sigmoid(-2u)``."""
    return _beside_one(
        node,
        _is("tanh"),
        lambda r, sign: mul(number(2), call("sigmoid", mul(number(2 * sign), r.args[0]))),
    )


def one_beside_erf(node: Node) -> Node | None:
    """``1 + erf(u) = erfc(-u)``, ``1 - erf(u) = erfc(u)``."""
    return _beside_one(
        node, _is("erf"), lambda r, sign: call("erfc", mul(number(-sign), r.args[0]))
    )


def exp_less_one(node: Node) -> Node | None:
    """``e^u - 1 = expm1(u)``."""
    if not _has(node, "exp", -1):
        return None
    return _beside_one(node, _is("exp"), lambda r, sign: negative(call("expm1", r.args[0])))


def one_less_cos(node: Node) -> Node | None:
    """``1 - cos(u) = 2 sin(u / 2)^2``, ``1 + cos(u) = 2 cos(u / 2)^2``."""

    def squared(r: Node, sign: int) -> Node:
        half = mul(number(HALF), r.args[0])
        return mul(number(2), power(call("cos" if sign > 0 else "sin", half), 2))

    return _beside_one(node, _is("cos"), squared)


def quotient_of_hyperbolic_functions(node: Node) -> Node | None:
    """``sinh(u) / cosh(u) = tanh(u)``, ``(e^u - e^-u) / (e^u + e^-u) = tanh(u)``."""
    if node.op != "mul":
        return None
    for below in node.args:
        if below.op != "pow" or below.value != -1:
            continue
        u, scale = _even(below.args[0])
        if u is None:
            continue
        for above in node.args:
            v, other = _odd(above)
            if v == u:
                left = _without(node.args, below, above)
                return mul(*left, number(other / scale), call("tanh", u))
    return None


def _even(node: Node) -> tuple[Node | None, Fraction]:
    """u and k of ``k (e^u + e^-u)``, or of ``2 k cosh(u)``."""
    if node.op == "cosh":
        return node.args[0], HALF
    return _exponentials(node, 1)


def _odd(node: Node) -> tuple[Node | None, Fraction]:
    if node.op == "sinh":
        return node.args[0], HALF
    return _exponentials(node, -1)


def _exponentials(node: Node, sign: int) -> tuple[Node | None, Fraction]:
    if node.op != "add" or len(node.args) != 2:
        return None, ONE.value
    (f, left), (g, right) = map(split, node.args)
    if left.op == right.op == "exp" and left.args[0] == negative(right.args[0]) and g == sign * f:
        return left.args[0], f
    return None, ONE.value


def tanh_of_softplus(node: Node) -> Node | None:
    """``tanh(softplus(u))`` as one function."""
    if node.op == "tanh" and node.args[0].op == "softplus":
        return call("tanh_softplus", node.args[0].args[0])
    return None


# -- roots, quotients, branches ------------------------------------------------------------------


def root_of_squares(node: Node) -> Node | None:
    """``sqrt(c + u^2)`` without the square of a large number."""
    if node.op == "pow" and node.value.denominator == 2 and node.args[0].op == "add":
        if len(node.args[0].args) != 2:
            return None
        sides = [_root(term) for term in node.args[0].args]
        if all(side is not None for side in sides):
            root = call("root_of_squares", *(side for side in sides if side is not None))
            return power(root, 2 * node.value)
    return None


def _root(term: Node) -> Node | None:
    """The root of a square, with a constant that has a rational root or none."""
    factor, rest = split(term)
    if factor <= 0:
        return None
    top, bottom = (int(n**0.5 + 0.5) for n in (factor.numerator, factor.denominator))
    if top * top != factor.numerator or bottom * bottom != factor.denominator:
        return None
    scale = number(Fraction(top, bottom))
    if rest == ONE:
        return scale
    if rest.op == "pow" and rest.value == 2:
        return mul(scale, rest.args[0])
    return None


def root_less_root(node: Node) -> Node | None:
    """``sqrt(c^2 + u^2) - c = u (u / (sqrt(c^2 + u^2) + c))`` for c > 0."""
    for term in terms(node):
        if term.op == "root_of_squares":
            for c, u in (term.args, term.args[::-1]):
                if c.op == "number" and number(-c.value) in node.args:
                    left = _without(node.args, term, number(-c.value))
                    below = add(term, c)
                    return add(*left, call("product", u, mul(u, power(below, -1))))
    return None


def together(node: Node) -> Node | None:
    """``p / b^j + q / b^k`` over the larger power of b, where b is a sum."""
    if node.op != "add":
        return None
    found: dict[Node, list[tuple[Node, Node]]] = {}
    for term in node.args:
        for part in factors(term):
            inverse = part.op == "pow" and part.value < 0 and part.value.denominator == 1
            if inverse and part.args[0].op == "add":
                found.setdefault(part.args[0], []).append((term, part))
    for base, places in found.items():
        if len(places) < 2:
            continue
        lowest = min(part.value for _, part in places)
        top = [
            term_over
            for term, part in places
            for term_over in terms(_spread(mul(term, power(part, -1)), base, part.value - lowest))
        ]
        left = _without(node.args, *(term for term, _ in places))
        return add(*left, mul(add(*top), power(base, lowest)))
    return None


def _spread(node: Node, base: Node, count: Fraction) -> Node:
    """``node base^count``, multiplied out for one factor."""
    if count == 1:
        return add(*(mul(node, term) for term in base.args))
    return mul(node, power(base, count))


def absolute_value(node: Node) -> Node | None:
    """``u (2 step(u) - 1) = |u|``."""
    for part in factors(node):
        jump = _sign_of(part)
        if jump is not None and node.op == "mul":
            for other in node.args:
                factor, rest = split(other)
                if rest == jump and other is not part:
                    left = _without(node.args, part, other)
                    return mul(*left, number(factor), call("abs", rest))
    return None


def _sign_of(node: Node) -> Node | None:
    """u of ``2 step(u) - 1``."""
    if node.op == "add" and len(node.args) == 2 and number(-1) in node.args:
        [rest] = _without(node.args, number(-1))
        factor, jump = split(rest)
        if factor == 2 and jump.op == "step":
            return jump.args[0]
    return None


def branches_together(node: Node) -> Node | None:
    """Terms or factors that branch at one condition branch together."""
    if node.op not in ("add", "mul"):
        return None
    conditions = [b.args[0] for part in node.args if (b := _branch(part)) is not None]
    for condition in conditions:
        if conditions.count(condition) > 1 or (node.op == "mul" and len(node.args) > 1):
            sides = []
            for side in (1, 2):
                parts = [
                    mul(number(split(part)[0]), b.args[side])
                    if (b := _branch(part)) is not None and b.args[0] == condition
                    else part
                    for part in node.args
                ]
                sides.append(rebuild(node, tuple(parts)))
            return where(condition, *sides)
    return None


def _branch(part: Node) -> Node | None:
    rest = split(part)[1]
    return rest if rest.op == "where" else None


def guarded_branches(node: Node) -> Node | None:
    """In ``where(x > k, u, v)`` u sees no x below k and v none above: neither overflows unseen."""
    if node.op != "where":
        return None
    condition, above, below = node.args
    factor, place = _linear(condition)
    if place is None or factor <= 0:
        return None
    high, low = call("max", X, place), call("min", X, place)
    new = (_guard(above, high), _guard(below, low))
    return None if new == (above, below) else where(condition, *new)


def _guard(branch: Node, bound: Node) -> Node:
    if any(n.op in ("max", "min") and X in n.args for n in _nodes(branch)):
        return branch  # is guarded
    bare = all(n.op in ("number", "name", "add") or _is_multiple(n) for n in _nodes(branch))
    return branch if bare else put_in(branch, {"x": bound})


def _is_multiple(node: Node) -> bool:
    return node.op == "mul" and split(node)[1].op == "name"


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for arg in node.args:
        yield from _nodes(arg)


def _linear(condition: Node) -> tuple[Fraction, Node | None]:
    """factor > 0 and k of ``factor (x - k)``, k in parameters and numbers alone."""
    for term in terms(condition):
        factor, rest = split(term)
        if rest == X:
            others = _without(terms(condition), term)
            place = mul(number(-1 / factor), add(*others)) if others else ZERO
            return (factor, None if "x" in names(place) else place)
    return Fraction(0), None


# -- choices: measured, not assumed ----------------------------------------------------------------


def splits_exponent(node: Node) -> Node | None:
    """``v sigmoid(u)``, ``v e^u`` by halves of the exponent: nothing is smaller than the result."""
    if node.op != "mul":
        return None
    for kind in ("sigmoid", "exp", "gaussian", "tanh_softplus"):
        for part in node.args:
            rest = mul(*_without(node.args, part)) if part.op == kind else ONE
            if "x" not in names(rest):
                continue
            if kind == "tanh_softplus":
                share = call("tanh_softplus_share", *part.args)
                return call("times_sigmoid", mul(rest, share), *part.args)
            return call(f"times_{kind}", rest, *part.args)
    return None


def exact_square_in_exponent(node: Node) -> Node | None:
    """``e^(-k u^2)`` by the square of a rounded u, which is exact, and the rest; k is short."""
    if node.op == "exp":
        factor, rest = split(node.args[0])
        short = factor.denominator in (1, 2, 4, 8, 16, 32, 64) and -64 <= factor < 0
        if short and rest.op == "pow" and rest.value == 2:
            return call("gaussian", number(-factor), rest.args[0])
    return None


Cut = Callable[[Node], Node]


def argument_cut(limit: int) -> Cut:
    """What tanh, sigmoid, erf and the like are applied to sees no x beyond a limit."""
    saturating = (
        "tanh",
        "sigmoid",
        "erf",
        "erfc",
        "erfc_root2",
        "times_sigmoid",
        "exp",
        "gaussian",
    )

    def change(node: Node) -> Node | None:
        inner = node.args[-1] if node.op in saturating else X
        if inner in (X, negative(X)) or _is_cut(inner):
            return None
        return call(node.op, *node.args[:-1], put_in(inner, {"x": _cut(limit)}))

    return lambda node: replace(node, change)


def everything_cut(limit: int) -> Cut:
    """Nothing sees an x beyond a limit: for what is constant there."""
    return lambda node: put_in(node, {"x": _cut(limit)})


def all_but_a_factor_cut(limit: int) -> Cut:
    """In every term, one factor x stays as it is, nothing else sees an x beyond a limit."""

    def rule(node: Node) -> Node:
        parts = []
        for term in terms(node):
            bare = X in factors(term)
            rest = mul(*_without(factors(term), X)) if bare else term
            cut = put_in(rest, {"x": _cut(limit)})
            parts.append(mul(X, cut) if bare else cut)
        return add(*parts)

    return rule


def _cut(limit: int) -> Node:
    return call("clip", X, number(limit))


def _is_cut(node: Node) -> bool:
    return any(n.op == "clip" for n in _nodes(node))


PLAIN: Final[Mapping[str, Rule]] = {
    "log(1 + e^u)": log_of_one_plus_exp,
    "log(sigmoid(u))": log_of_sigmoid,
    "log(1 + u^2)": log_of_one_plus_square,
    "log(1 + u)": log_near_one,
    "1 / (1 + e^u)": reciprocal_of_one_plus_exp,
    "e^u sigmoid(-u)": exp_times_sigmoid,
    "1 - sigmoid(u)": one_less_sigmoid,
    "1 - tanh(u)^2": one_less_square_of_tanh,
    "1 + tanh(u)": one_beside_tanh,
    "1 + erf(u)": one_beside_erf,
    "erfc(u / sqrt(2))": erfc_of_a_quotient_by_root_two,
    "e^u - 1": exp_less_one,
    "1 - cos(u)": one_less_cos,
    "sinh(u) / cosh(u)": quotient_of_hyperbolic_functions,
    "tanh(softplus(u))": tanh_of_softplus,
    "sqrt(c^2 + u^2)": root_of_squares,
    "sqrt(c^2 + u^2) - c": root_less_root,
    "p / b + q / b": together,
    "u sign(u)": absolute_value,
    "branches of one condition": branches_together,
    "branches that see their side": guarded_branches,
}
"""Always used."""
RECOGNISED: Final[Mapping[str, Rule]] = {
    title: rule
    for title, rule in PLAIN.items()
    if rule not in (guarded_branches, root_less_root, root_of_squares)
}
"""Used before a formula is differentiated."""
INNER: Final[Mapping[str, Rule]] = {
    "1 / (c^2 + u^2) by the root": inverse_of_squares,
    "exact square in the exponent": exact_square_in_exponent,
    "exponent in two halves": splits_exponent,
}
"""Choices at any node; used where they make the largest error smaller."""
CUTS: Final[Mapping[str, Cut]] = {
    f"{title} at {limit}": cut(limit)
    for limit in (40, 800, 10_000, 10**9)
    for title, cut in (
        ("arguments cut", argument_cut),
        ("x cut", everything_cut),
        ("all but a factor x cut", all_but_a_factor_cut),
    )
}
"""Choices for the formula as a whole, where it would overflow."""
_ROUNDS: Final = 12


def rewritten(node: Node, rules: Mapping[str, Rule], used: list[str] | None = None) -> Node:
    """The node with the rules used until none fits; `used` takes the names of those that did."""
    for _ in range(_ROUNDS):
        before = node

        def change(here: Node) -> Node | None:
            for title, rule in rules.items():
                new = rule(here)
                if new is not None and new != here:
                    if used is not None and title not in used:
                        used.append(title)
                    return new
            return None

        node = replace(node, change)
        if node == before:
            break
    return node
