"""Derivations with softmax, for every number of classes.

Of the classes two matter: j, by whose input is differentiated, and any other one i; the rest
of the softmax's denominator is a free R that depends on neither.  A line is an expression in
``a_i``, ``a_j``, ``y_i``, ``y_j``, Kronecker's delta and one sum over i.  It is split into what
belongs to the class j and the summand of any i != j; two lines are equal if both parts are,
with ``a = e^z / (e^z_i + e^z_j + R)`` written out and SymPy deciding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from derive.latex import PlainNotation, to_latex
from derive.program import (
    ONE,
    ZERO,
    Apply,
    Delta,
    Entry,
    Expr,
    Index,
    Partial,
    Plus,
    Power,
    SumOver,
    Symbol,
    Times,
    children,
    divide,
    minus,
    negate,
    number,
    with_children,
)
from derive.scalars.blackboard import LIMITS, Board, Step, WrongStep, scalar_latex, settled
from derive.scalars.decide import Decision, decide
from derive.scalars.rules import RULES, pending, scalar

_I, _J = Index("i", "n"), Index("j", "n")
_A, _Y, _Z = (Symbol(name, ("n", 1)) for name in "ayz")
_AI, _AJ = Entry(_A, _I, None), Entry(_A, _J, None)
_YI, _YJ = Entry(_Y, _I, None), Entry(_Y, _J, None)
_ZI, _ZJ = scalar("z_i"), scalar("z_j")
_EI, _EJ = Apply("exp", 0, _ZI), Apply("exp", 0, _ZJ)
_SUM = Plus(Plus(_EI, _EJ), scalar("R"))
_SOFTMAX: Final = {"a_i": divide(_EI, _SUM), "a_j": divide(_EJ, _SUM)}
_DELTA = Delta(_I, _J)
_JACOBIAN = Times(_AI, minus(_DELTA, _AJ))


def _sum(body: Expr) -> Expr:
    return SumOver(_I, body)


def at_class(expr: Expr, letter: str) -> Expr:
    """The expression for i = j (``letter`` j) or for any i != j, over plain scalars."""
    match expr:
        case Entry(arg=Symbol(name=name), row=Index(name=row)):
            return scalar(f"{name}_{letter if row == 'i' else row}")
        case Delta():
            return ONE if letter == "j" else ZERO
        case Partial(body=body, name=name, row=row):
            inner = at_class(body, letter)
            by = letter if row == _I else "j"
            return pending(inner, f"{name}_{by}")
    return with_children(expr, tuple(at_class(child, letter) for child in children(expr)))


def _parts(line: Expr) -> tuple[Expr, Expr]:
    """What belongs to the class j, and the summand of any other class i.

    The line is linear in its one sum.
    """
    if isinstance(line, SumOver):
        return at_class(line.body, "j"), at_class(line.body, "i")
    if isinstance(line, Plus):
        left, right = _parts(line.left), _parts(line.right)
        return Plus(left[0], right[0]), Plus(left[1], right[1])
    if isinstance(line, Times):
        holder = line.right if _has_sum(line.right) else line.left
        if _has_sum(holder):
            factor = at_class(line.left if holder is line.right else line.right, "i")
            own, other = _parts(holder)
            return Times(factor, own), Times(factor, other)
    return at_class(line, "j"), ZERO


def _has_sum(expr: Expr) -> bool:
    return isinstance(expr, SumOver) or any(map(_has_sum, children(expr)))


def _equal(left: Expr, right: Expr) -> bool:
    answer = decide(settled(left, _SOFTMAX), settled(right, _SOFTMAX), limits=LIMITS)
    return answer.decision is Decision.EQUAL


@dataclass(slots=True)
class _SumBoard:
    """A derivation of dL/dz_j."""

    line: Expr
    steps: list[Step] = field(default_factory=list)

    def write(self, rule: str, line: Expr) -> None:
        """Appends a line; raises WrongStep if it does not follow."""
        before, after = _parts(self.line), _parts(line)
        follows = (
            self._contracts(before, after)
            if rule == "labels sum to 1"
            else all(_equal(a, b) for a, b in zip(before, after, strict=True))
        )
        text = to_latex(line, PlainNotation(partial=r"\partial"))
        if not follows:
            raise WrongStep(f"{rule}: {text}")
        self.line = line
        latex = rf"\frac{{\partial L}}{{\partial z_j}} = {text}"
        self.steps.append(Step(rule, latex, RULES[rule], line))

    def _contracts(self, before: tuple[Expr, Expr], after: tuple[Expr, Expr]) -> bool:
        """sum over i != j of y_i c = (1 - y_j) c, for c that does not depend on i."""
        coefficient = settled(before[1], {"y_i": ONE})
        linear = _equal(before[1], Times(scalar("y_i"), coefficient))
        free = not _mentions_other(coefficient)
        own = Plus(before[0], Times(minus(ONE, scalar("y_j")), coefficient))
        return linear and free and _equal(after[0], own) and _equal(after[1], ZERO)


def _mentions_other(expr: Expr) -> bool:
    if isinstance(expr, Symbol):
        return expr.name.endswith("_i")
    return any(map(_mentions_other, children(expr)))


def softmax_jacobian() -> tuple[Step, ...]:
    """da_i/dz_j = a_i (delta_ij - a_j)."""
    same = Plus(_EI, scalar("T"))
    steps = [
        Step(
            "definition",
            rf"a_i = \frac{{{scalar_latex(_EI)}}}{{\sum_k e^{{z_k}}}}",
            RULES["definition"],
        )
    ]
    steps += _case("case i = j", r"\frac{\partial a_i}{\partial z_i}", same, "z_i", _same_end)
    other = Plus(_EJ, scalar("T"))
    steps += _case("case i != j", r"\frac{\partial a_i}{\partial z_j}", other, "z_j", _other_end)
    for letter in "ji":
        jacobian = at_class(_JACOBIAN, letter)
        derived = pending(_SOFTMAX["a_j" if letter == "j" else "a_i"], "z_j")
        if not _equal(derived, jacobian):
            raise WrongStep(f"the Jacobian of softmax at i {'=' if letter == 'j' else '!='} j")
    latex = rf"\frac{{\partial a_i}}{{\partial z_j}} = {to_latex(_JACOBIAN, PlainNotation())}"
    return (*steps, Step("both cases", latex, RULES["both cases"]))


def _case(
    rule: str, left: str, under: Expr, by: str, end: Callable[[Board, Expr], None]
) -> list[Step]:
    """One case of the Jacobian; T is the part of the denominator that does not depend on `by`."""
    body = divide(_EI, under)
    names = {"a_i": body, "a_j": divide(_EJ, under)}
    board = Board(left, pending(body, by), names, partial=r"\partial")
    board.write(rule, pending(body, by))
    board.differentiate()
    end(board, under)
    return board.steps


def _same_end(board: Board, under: Expr) -> None:
    a = scalar("a_i")
    fraction = divide(_EI, under)
    square = Power(under, Fraction(2))
    apart = minus(divide(Times(_EI, under), square), divide(Times(_EI, _EI), square))
    board.write("split the fraction", apart)
    board.write("divide out", minus(fraction, Power(fraction, Fraction(2))))
    board.write("substitute", minus(a, Power(a, Fraction(2))))
    board.write("collect", Times(a, minus(ONE, a)))


def _other_end(board: Board, under: Expr) -> None:
    split = negate(Times(divide(_EI, under), divide(_EJ, under)))
    board.write("separate the square", split)
    board.write("substitute", negate(Times(scalar("a_i"), scalar("a_j"))))


def _chain(entry: Expr, derived: Expr, formula: str) -> _SumBoard:
    """The first lines: the chain rule, the loss, the Jacobian."""
    chained = Times(_partial(entry, "a", _I), _partial(_AI, "z", _J))
    board = _SumBoard(_sum(chained))
    board.steps.append(
        Step("definition", rf"L = {formula}, \quad a = \text{{softmax}}(z)", RULES["definition"])
    )
    board.write("chain rule", _sum(chained))
    board.write("derivative of the loss", _sum(Times(derived, _partial(_AI, "z", _J))))
    board.write("derivative of the activation", _sum(Times(derived, _JACOBIAN)))
    return board


def _partial(body: Expr, name: str, index: Index) -> Expr:
    return Partial(body, name, index, None)


def softmax_cross_entropy() -> tuple[Step, ...]:
    """dL/dz_j = a_j - y_j, for labels that add up to 1."""
    entry = negate(Times(_YI, Apply("log", 0, _AI)))
    board = _chain(entry, negate(divide(_YI, _AI)), r"-\sum_i y_i \log(a_i)")
    board.write("divide out", _sum(negate(Times(_YI, minus(_DELTA, _AJ)))))
    apart = Plus(_sum(negate(Times(_YI, _DELTA))), _sum(Times(_YI, _AJ)))
    board.write("split the sum", apart)
    board.write("delta contraction", Plus(negate(_YJ), _sum(Times(_YI, _AJ))))
    board.write("constants out of the sum", Plus(negate(_YJ), Times(_AJ, _sum(_YI))))
    board.write("labels sum to 1", minus(_AJ, _YJ))
    return tuple(board.steps)


def softmax_squared_error() -> tuple[Step, ...]:
    """dL/dz_j = 2 a_j ((a_j - y_j) - sum_i (a_i - y_i) a_i)."""
    difference = minus(_AI, _YI)
    board = _chain(
        Power(difference, Fraction(2)), Times(number(2), difference), r"\sum_i (a_i - y_i)^{2}"
    )
    twice = Times(number(2), Times(difference, _AI))
    own = Times(number(2), Times(minus(_AJ, _YJ), _AJ))
    board.write("split the sum", minus(_sum(Times(twice, _DELTA)), _sum(Times(twice, _AJ))))
    board.write("delta contraction", minus(own, _sum(Times(twice, _AJ))))
    rest = Times(Times(number(2), _AJ), _sum(Times(difference, _AI)))
    board.write("constants out of the sum", minus(own, rest))
    inner = minus(minus(_AJ, _YJ), _sum(Times(difference, _AI)))
    board.write("collect", Times(Times(number(2), _AJ), inner))
    return tuple(board.steps)


VECTOR_DERIVATIONS: Final[dict[str, Callable[[], tuple[Step, ...]]]] = {
    "softmax": softmax_jacobian,
    "softmax_cross_entropy": softmax_cross_entropy,
    "softmax_squared_error": softmax_squared_error,
}
"""Derivations by the name of the entry."""
