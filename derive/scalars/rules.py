"""The rules of differentiation, one at a time, on expressions with pending derivatives.

A pending derivative is a `Partial` of a scalar body by a name.  `advance` finds the first one,
applies the one rule that fits, and says which: so a derivation can be read line by line.

>>> from derive.scalars.encoding import decode
>>> line = pending(decode(["^", ["+", 1, ["exp", "z"]], -1]), "z")
>>> rule, line = advance(line)
>>> rule
'reciprocal rule'
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Final

from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Expr,
    Number,
    Partial,
    Plus,
    Power,
    Symbol,
    Times,
    children,
    function_body,
    number,
    walk,
    with_children,
)
from derive.scalars import table

MINUS_ONE: Final = number(-1)


def pending(body: Expr, name: str) -> Expr:
    """The derivative of `body` by the scalar `name`, still to be worked out."""
    return Partial(body, name, None, None)


def mentions(expr: Expr, name: str) -> bool:
    """Whether the name occurs."""
    return any(isinstance(node, Symbol) and node.name == name for node in walk(expr))


def advance(expr: Expr) -> tuple[str, Expr] | None:
    """The first pending derivative replaced by what one rule makes of it.

    None if nothing is pending.
    """
    if isinstance(expr, Partial):
        return _rule(expr.body, expr.name)
    parts = list(children(expr))
    for place, part in enumerate(parts):
        done = advance(part)
        if done is not None:
            parts[place] = done[1]
            return done[0], _rebuilt(expr, parts)
    return None


def product(*factors: Expr) -> Expr:
    """A product without factors 1, with one constant in front; 0 if any factor is."""
    value, rest = Fraction(1), list[Expr]()
    for factor in factors:
        for part in _factors(factor):
            if isinstance(part, Number):
                value *= part.value
            else:
                rest.append(part)
    if value == 0:
        return ZERO
    front: list[Expr] = [] if value == 1 and rest else [number(value)]
    return reduce(Times, front + rest)


def total(*terms: Expr) -> Expr:
    """A sum without terms 0."""
    kept = [term for term in terms if term != ZERO]
    return reduce(Plus, kept) if kept else ZERO


def power(base: Expr, exponent: Fraction) -> Expr:
    """A power; the first is the base itself."""
    return base if exponent == 1 else Power(base, exponent)


def _factors(expr: Expr) -> list[Expr]:
    if isinstance(expr, Times):
        return _factors(expr.left) + _factors(expr.right)
    return [expr]


def _terms(expr: Expr) -> list[Expr]:
    if isinstance(expr, Plus):
        return _terms(expr.left) + _terms(expr.right)
    return [expr]


def _rebuilt(expr: Expr, parts: list[Expr]) -> Expr:
    match expr:
        case Times():
            return product(*parts)
        case Plus():
            return total(*parts)
        case Power(exponent=exponent):
            return power(parts[0], exponent)
    return with_children(expr, tuple(parts))


def _rule(body: Expr, name: str) -> tuple[str, Expr]:
    if not mentions(body, name):
        return "derivative of a constant", ZERO
    match body:
        case Symbol():
            return "derivative of the variable", ONE
        case Plus():
            return _sum_rule(_terms(body), name)
        case Times():
            return _product(_factors(body), name)
        case Power(base=base, exponent=exponent):
            return _power_rule(base, exponent, name)
        case Apply():
            return _chain(body, name)
    raise TypeError(f"no rule of differentiation for {type(body).__name__}")


def _sum_rule(terms: list[Expr], name: str) -> tuple[str, Expr]:
    """Term by term; constants go, and the variable itself gives 1."""
    return "sum rule", total(*(_easy(term, name) for term in terms))


def _easy(body: Expr, name: str) -> Expr:
    """0 for a constant, c for c times the variable, otherwise pending behind its sign."""
    if not mentions(body, name):
        return ZERO
    moving = [f for f in _factors(body) if mentions(f, name)]
    still = [f for f in _factors(body) if not mentions(f, name)]
    if len(moving) == 1 and isinstance(moving[0], Symbol):
        return product(*still)
    if still == [MINUS_ONE]:
        return product(MINUS_ONE, pending(product(*moving), name))
    return pending(body, name)


def _product(factors: list[Expr], name: str) -> tuple[str, Expr]:
    still = [f for f in factors if not mentions(f, name)]
    moving = [f for f in factors if mentions(f, name)]
    if still:
        return "constant multiple", product(*still, _easy(product(*moving), name))
    under = [f for f in moving if isinstance(f, Power) and f.exponent == -1]
    if under:
        return "quotient rule", _quotient(moving, under[0], name)
    terms = [
        product(*moving[:k], _easy(factor, name), *moving[k + 1 :])
        for k, factor in enumerate(moving)
    ]
    return "product rule", total(*terms)


def _quotient(moving: list[Expr], under: Power, name: str) -> Expr:
    """(u' v - u v') / v^2."""
    u, v = product(*(f for f in moving if f is not under)), under.base
    top = Plus(product(_easy(u, name), v), product(MINUS_ONE, u, _easy(v, name)))
    return product(top, Power(v, Fraction(-2)))


def _power_rule(base: Expr, exponent: Fraction, name: str) -> tuple[str, Expr]:
    inner = _easy(base, name)
    outer = product(number(exponent), power(base, exponent - 1))
    return "reciprocal rule" if exponent == -1 else "power rule", product(outer, inner)


def _chain(body: Apply, name: str) -> tuple[str, Expr]:
    """f'(u) u' with f' from the table."""
    local = table.derivative(body.function, body.order + 1)
    if local is None:
        outer: Expr = Apply(body.function, body.order + 1, body.arg)
    else:
        outer = function_body(local, body.arg)
    rule = RULE_OF_FUNCTION[body.function] if local is not None else "chain rule"
    return rule, outer if isinstance(body.arg, Symbol) else product(outer, _easy(body.arg, name))


RULE_OF_FUNCTION: Final = {
    "exp": "exponent rule",
    "log": "logarithm rule",
    "step": "step rule",
    "erf": "error function rule",
    "sin": "sine rule",
    "cos": "cosine rule",
}

RULES: Final = {
    "definition": "what is differentiated",
    "derivative of the variable": "$x' = 1$",
    "sum rule": "term by term; constants vanish, a sign stays in front",
    "constant multiple": "$(c u)' = c u'$",
    "product rule": "$(u v)' = u' v + u v'$",
    "quotient rule": "$(u / v)' = (u' v - u v') / v^2$",
    "reciprocal rule": "$(1 / u)' = -u' / u^2$",
    "power rule": "$(u^n)' = n u^{n-1} u'$",
    "exponent rule": "$(e^u)' = e^u u'$",
    "logarithm rule": r"$(\log u)' = u' / u$",
    "step rule": "a step is constant between its jumps",
    "error function rule": r"$(\operatorname{erf} u)' = \frac{2}{\sqrt{\pi}} e^{-u^2} u'$",
    "sine rule": r"$(\sin u)' = \cos(u) u'$",
    "cosine rule": r"$(\cos u)' = -\sin(u) u'$",
    "chain rule": "through what lies between, link by link",
    "add and subtract 1": "$e^{-z} = (1 + e^{-z}) - 1$",
    "split the fraction": "term by term over the denominator",
    "separate the square": "one factor of the denominator to each fraction",
    "divide out": "numerator and denominator by the same factor",
    "multiply above and below": "numerator and denominator by the same factor",
    "multiply out": "a product of sums, term by term",
    "substitute": "the value of the function for its formula",
    "common denominator": "both terms over the product of the denominators",
    "collect": "equal terms together",
    "derivative of the loss": "derived as an entry of its own",
    "derivative of the activation": "derived as an entry of its own",
    "derivative of tanh": "see `derive explain tanh`",
    "derivative of softplus": "see `derive explain softplus`",
    "case i = j": "the entry that is differentiated is in the numerator too",
    "case i != j": "the numerator does not depend on the other entry",
    "both cases": r"$\delta_{ij}$ is 1 for $i = j$, else 0",
    "delta contraction": r"of the sum with $\delta_{ij}$ the term $i = j$ is left",
    "split the sum": "term by term",
    "constants out of the sum": "what does not depend on the index of the sum",
    "labels sum to 1": "the labels of an example add up to 1",
}
"""Every rule by name, with what it says; formulas in it are LaTeX between dollars."""


def scalar(name: str) -> Symbol:
    """The scalar of a name."""
    return Symbol(name, SCALAR)
