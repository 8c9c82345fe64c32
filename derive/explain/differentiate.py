"""The rules of differentiation on expressions in index form, one rule a step.

In: the pending derivative of an entry by an entry, ``d/dv_j (v_r + epsilon)^(-1/2)``.  Out: what
one rule after the other makes of it, until only Kronecker deltas are left.  Entries of other
names are held, whatever they are computed from.

>>> from derive.latex import PlainNotation, to_latex
>>> from derive.program import Entry, Index, Partial, Power, Symbol
>>> r, j = Index("r", "m"), Index("j", "m")
>>> start = Partial(Power(Entry(Symbol("v", (1, "m")), None, r), -2), "v", None, j)
>>> [(rule, to_latex(line, PlainNotation())) for rule, line in lines(start)]
[('power rule', '-2 \\\\frac{\\\\delta_{rj}}{v_r^{3}}')]
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.explain.entries import (
    NoEntries,
    factors_of,
    mentions_name,
    outer_derivative,
    partial_of,
    terms_of,
)
from derive.program import (
    ONE,
    ZERO,
    Apply,
    Entry,
    Expr,
    Partial,
    Plus,
    Power,
    SumOver,
    Symbol,
    Times,
    children,
    number,
    with_children,
)
from derive.scalars.rules import MINUS_ONE, RULE_OF_FUNCTION, power, product, total


def lines(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The lines with the rule of each; none if nothing is pending."""
    while (done := advance(expr)) is not None:
        yield done
        expr = done[1]


def advance(expr: Expr) -> tuple[str, Expr] | None:
    """The first pending derivative replaced by what one rule makes of it; None if there is none.

    Raises `NoEntries` for a node that no rule is about.
    """
    if isinstance(expr, Partial):
        return _rule(expr)
    parts = list(children(expr))
    for place, part in enumerate(parts):
        done = advance(part)
        if done is not None:
            parts[place] = done[1]
            return done[0], _rebuilt(expr, parts)
    return None


def _rebuilt(expr: Expr, parts: list[Expr]) -> Expr:
    match expr:
        case Times():
            return product(*parts)
        case Plus():
            return total(*parts)
        case SumOver() if parts[0] == ZERO:
            return ZERO
    return with_children(expr, tuple(parts))


def _rule(pending: Partial) -> tuple[str, Expr]:
    body = pending.body
    if not mentions_name(body, pending.name):
        return "derivative of a constant", ZERO
    match body:
        case Symbol() | Entry(arg=Symbol()):
            return "derivative of the variable", _easy(body, pending)
        case Plus():
            return "sum rule", total(*(_easy(term, pending) for term in terms_of(body)))
        case SumOver(index=index, body=inner):
            return "sum rule", SumOver(index, _easy(inner, pending))
        case Times():
            return _product(factors_of(body), pending)
        case Power(base=base, exponent=exponent):
            rule = "reciprocal rule" if exponent == -1 else "power rule"
            outer = product(number(exponent), power(base, exponent - 1))
            return rule, product(outer, _easy(base, pending))
        case Apply(function=function, order=order, arg=arg):
            rule = RULE_OF_FUNCTION.get(function, "derivative of an elementwise function")
            return rule, product(outer_derivative(function, order, arg), _easy(arg, pending))
    raise NoEntries(f"no derivative of {type(body).__name__}")


def _product(factors: list[Expr], pending: Partial) -> tuple[str, Expr]:
    still = [f for f in factors if not mentions_name(f, pending.name)]
    moving = [f for f in factors if mentions_name(f, pending.name)]
    if still:
        return "constant multiple", product(*still, _easy(product(*moving), pending))
    terms = (
        product(*moving[:k], _easy(factor, pending), *moving[k + 1 :])
        for k, factor in enumerate(moving)
    )
    return "product rule", total(*terms)


def _easy(body: Expr, pending: Partial) -> Expr:
    """0 for a constant, c times deltas for c times the variable; a sign stays in front."""
    by = pending.name, pending.row, pending.column
    if not mentions_name(body, pending.name):
        return ZERO
    factors = factors_of(body)
    still = [f for f in factors if not mentions_name(f, pending.name)]
    moving = product(*(f for f in factors if mentions_name(f, pending.name)))
    if isinstance(moving, Symbol):
        return product(*still)
    if isinstance(moving, Entry) and isinstance(moving.arg, Symbol):
        own = (moving.row, moving.column) == (pending.row, pending.column)
        return product(*still, ONE if own else partial_of(moving, *by))
    if still == [MINUS_ONE]:
        return product(MINUS_ONE, Partial(moving, *by))
    return Partial(body, *by)
