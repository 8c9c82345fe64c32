"""Steps of gradient descent: ``W = W - alpha dW``.

An update holds when it begins with its own left side, plus sign, and subtracts a positive
rate times the gradient that it names, or the true one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.meaning.elaborate import Elaborator, constant
from derive.meaning.facts import Facts, subtree
from derive.meaning.heads import headed
from derive.meaning.lines import Line
from derive.meaning.literal.scope import RATES
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.roles import BATCHED, Roles, resolve
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import (
    ONE,
    SCALAR,
    Entry,
    Equation,
    Expr,
    Gradient,
    Index,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    minus,
    negate,
    show_shape,
    walk,
)
from derive.reading import syntax as sx
from derive.reading.syntax import Name
from derive.reading.tree import plain

ASSIGNS = frozenset({":=", "\\leftarrow", "\\gets", "←"})
IN_PLACE = {"-=": -1, "+=": 1}
"""Signs that add to what stands on their left, and with which sign."""

_STOCHASTIC = re.compile(
    r"stochastic|\bsgd\b|\bon-?line\b"
    r"|(?:each|one|single|every) (?:training )?(?:example|sample|pattern)",
    re.IGNORECASE,
)
"""Words for steps by one example."""


@dataclass(frozen=True, slots=True)
class Update:
    """What an update says: its alternatives, any of which makes it true, or why it is false."""

    alternatives: tuple[Equation, ...]
    fault: str = ""


def is_update(roles: Roles, line: Line) -> bool:
    """A weight or bias on the left, the same letter first on the right."""
    name = _changed(line.left)
    if name is None or not line.first or name.primes:
        return False
    right = plain(line.right)
    if roles.role_of(name) not in ("W", "b"):
        return False
    if name.mark == "Delta":  # with a rate it is a step, without one perhaps a gradient
        rated = any(n.base in RATES and not n.scripts for n in names_in(right))
        return rated and line.relation.text in ("=", ":=", "\\equiv")
    if line.relation.text in IN_PLACE or _same(plain_name(right), name):
        return True
    again = any(not n.mark and _same(n, name) for n in names_in(right))
    return again and (isinstance(right, sx.Sum) or _steps(roles, right))


def is_assignment(roles: Roles, line: Line) -> bool:
    """``W := W / \\|W\\|``: a parameter is given a new value that is made of the old one."""
    name = plain_name(line.left)
    if line.relation.text not in ASSIGNS or name is None or not line.first:
        return False
    if roles.role_of(name) not in ("W", "b"):
        return False
    return any(not n.mark and _same(n, name) for n in names_in(line.right))


def _changed(node: sx.Node) -> Name | None:
    """The parameter of a step: ``w``, or ``\\Delta w`` for what is added to it."""
    inner = plain(node)
    step = isinstance(inner, Name) and inner.mark == "Delta" and not inner.accent
    return inner if step and isinstance(inner, Name) else plain_name(node)


def by_one_example(facts: Facts, line: Line) -> bool:
    """``w := w + \\alpha (y^{(i)} - h(x^{(i)})) x^{(i)}``: every array is at the one example."""
    if any(isinstance(part, sx.Big) for part in subtree(line.right)):
        return False
    found = [resolve(facts.roles, n) for n in names_in(line.right)]
    letters = {one.example for one in found if one.role in BATCHED}
    return len(letters) == 1 and None not in letters


def not_stochastic(facts: Facts) -> str:
    """Why a step by one example is no step of the cost, "" if the text says that it is meant."""
    said = _STOCHASTIC.search(facts.document.source)
    return "" if said else "a step by one example, where the cost is that of all"


def _steps(roles: Roles, node: sx.Node) -> bool:
    """A product in which a gradient stands: ``2 (W - \\alpha dW)``, no step but meant as one."""
    marked = any(n.mark or roles.role_of(n) == "gradient" for n in names_in(node))
    counted = isinstance(node, sx.Applied) and roles.role_of(node.head) == "size"  # m (W - ...)
    product = isinstance(node, sx.Product) or counted
    return product and (marked or any(derivatives_in(node)))


def _same(one: Name | None, two: Name) -> bool:
    return (
        one is not None
        and one.base == two.base
        and [s.text for s in one.scripts] == [s.text for s in two.scripts]
    )


def update_of(setting: Setting, line: Line, layers: Mapping[str, int]) -> Update:
    """The equations of an update at given layers."""
    name = _changed(line.left)
    right = plain(line.right)
    assert name is not None
    in_place = IN_PLACE.get(line.relation.text)
    if name.mark == "Delta":  # what is added
        name = replace(name, mark="")
        added = right.terms if isinstance(right, sx.Sum) else ((1, line.right),)
        right = sx.Sum(line.right.span, ((1, name), *added))
    if in_place is not None:
        right = sx.Sum(line.right.span, ((1, line.left), (in_place, line.right)))
    elif not isinstance(right, sx.Sum):
        right = sx.Sum(line.right.span, ((1, line.right),))
    assert isinstance(right, sx.Sum)
    (first_sign, first), *rest = right.terms
    if not _same(plain_name(first), name):
        return _shrinking(setting, line, layers)
    if first_sign != 1:
        return Update((), "the old value enters with a minus sign")
    if not rest:
        return Update((), "nothing is subtracted")
    _known_step(setting, rest)
    elaborator = Elaborator(setting, layers)
    occurrence = resolve(setting.facts.roles, name)
    target = elaborator.program_name(name, occurrence)
    step: Expr | None = None
    for sign, term in rest:
        value = elaborator.value(term)
        value = negate(value) if sign > 0 else value  # what is subtracted
        step = value if step is None else Plus(step, value)
    assert step is not None
    row, column = elaborator.position(target, occurrence)
    gradient: Expr = Gradient(target, setting.shape(target))
    if row is not None or column is not None:
        gradient = Entry(gradient, row, column)
    if not setting.has_cost:
        raise Outside("there is no cost to differentiate")
    if step.shape != gradient.shape:
        raise IllShaped(
            f"the step has shape {show_shape(step.shape)}, "
            f"{target} has {show_shape(gradient.shape)}"
        )
    free = tuple(elaborator.free[k] for k in sorted(elaborator.free))
    rate, sign = rate_of(step)
    if any(_not_positive(setting, n.name) for n in walk(rate) if isinstance(n, Symbol)):
        return Update((), "the rate is said not to be positive")
    up, down = (word in setting.facts.document.source.lower() for word in ("ascent", "descent"))
    if up and (down or sign > 0):
        raise Outside("the text speaks of ascent: whether the step goes up or down is not told")
    if sign < 0 and up:
        return Update(tuple(_multiples(setting, step, negate(gradient), rate, free)))
    if sign < 0:
        return Update(
            tuple(_multiples(setting, step, negate(gradient), rate, free)),
            "the step goes up the gradient, not down",
        )
    return Update(tuple(_multiples(setting, step, gradient, rate, free)))


def _known_step(setting: Setting, terms: Sequence[tuple[int, sx.Node]]) -> None:
    """Raises Outside where a letter of the step has a value that is read nowhere else.

    ``v \\leftarrow \\beta v + g`` and ``g = \\frac{1}{m} \\sum_i \\nabla L_i`` are no numbers.
    """
    facts = setting.facts
    for name in (n for _, term in terms for n in names_in(term)):
        if name.mark or facts.roles.role_of(name) is not None:
            continue
        for head, line in headed(facts, name.base):
            if not _same(head, name):
                continue
            if facts.abbreviations.get((name.base, "")) is line.right:
                continue
            if not _is_number(line.right):
                raise Outside(f"{name.base} is what line {line.piece.line} says, no rate")


def _is_number(node: sx.Node) -> bool:
    try:
        constant(node)
    except Outside:
        return False
    return True


def _not_positive(setting: Setting, base: str) -> bool:
    """The note gives a letter a number which is 0 or less: ``\\alpha = -1``."""
    lines = [line for name, line in headed(setting.facts, base) if not name.scripts]
    return any(_is_number(line.right) and constant(line.right) <= 0 for line in lines)


def _shrinking(setting: Setting, line: Line, layers: Mapping[str, int]) -> Update:
    """``W = (1 - alpha lambda) W - alpha dW``: what is taken away in all is a step.

    Only a free number of the line can be the rate; what is taken away must be that number
    times the gradient, for otherwise the line does not keep what it updates.
    """
    name = plain_name(line.left)
    assert name is not None
    fault = Update((), "the step does not begin with what it updates")
    if not setting.has_cost:
        raise Outside("there is no cost to differentiate")
    elaborator = Elaborator(setting, layers)
    target = elaborator.program_name(name, resolve(setting.facts.roles, name))
    old, new = elaborator.value(line.left), elaborator.value(line.right)
    if old.shape != new.shape:
        return fault
    taken = minus(old, new)
    gradient: Expr = Gradient(target, setting.shape(target))
    if gradient.shape != taken.shape:
        return fault
    free = tuple(elaborator.free[k] for k in sorted(elaborator.free))
    rates = {
        n.name for n in walk(new) if isinstance(n, Symbol) and n.shape == SCALAR
    } & setting.leaves.keys()  # fmt: skip
    found: list[Equation] = []
    for rate in sorted(rates):
        if _is_rate(rate):
            found += _multiples(setting, taken, gradient, Symbol(rate, SCALAR), free)
    return Update(tuple(found)) if found else fault


def _multiples(
    setting: Setting, step: Expr, gradient: Expr, rate: Expr, free: tuple[Index, ...]
) -> list[Equation]:
    count = setting.count()
    factors: list[Expr] = [ONE, Power(count, Fraction(-1)), count]
    factors += [Number(Fraction(2)), Number(Fraction(1, 2))]
    factors += [Times(Number(Fraction(2)), Power(count, Fraction(-1)))]
    plainly = _product([f for f in _factors(rate) if not isinstance(f, Number)])
    rates = [rate] if plainly in (rate, ONE) else [rate, plainly]  # 4 may be of the gradient
    scaled = [one if f == ONE else Times(f, one) for one in rates for f in factors]
    return [Equation(step, Times(f, gradient), free) for f in scaled]


def rate_of(step: Expr) -> tuple[Expr, int]:
    """The scalar factors of a product that are positive numbers or free scalars, and its sign.

    Only the factors common to every term count: they are the learning rate.
    """
    if isinstance(step, Plus):
        (one, sign), (two, other) = rate_of(step.left), rate_of(step.right)
        if sign != other:
            return ONE, 1
        shared = [f for f in _factors(one) if f in _factors(two)]
        return _product(shared), sign
    factors, sign = _scalar_factors(step)
    return _product(factors), sign


def _scalar_factors(expr: Expr) -> tuple[list[Expr], int]:
    if isinstance(expr, Times):
        one, s1 = _scalar_factors(expr.left)
        two, s2 = _scalar_factors(expr.right)
        return one + two, s1 * s2
    if isinstance(expr, MatMul):
        one, s1 = _scalar_factors(expr.left)
        two, s2 = _scalar_factors(expr.right)
        return one + two, s1 * s2
    if isinstance(expr, Transpose | Sum | SumOver | Entry):
        return _scalar_factors(expr.body if isinstance(expr, SumOver) else expr.arg)
    if isinstance(expr, Number):
        sign = 1 if expr.value > 0 else -1
        size = abs(expr.value)
        return ([] if size in (0, 1) else [Number(size)]), sign
    if isinstance(expr, Symbol) and expr.shape == SCALAR and _is_rate(expr.name):
        return [expr], 1
    if isinstance(expr, Size):
        return [expr], 1
    if isinstance(expr, Power) and isinstance(expr.base, Size):
        return [expr], 1
    return [], 1


def _is_rate(name: str) -> bool:
    """A scalar of the note that is no entry of the network."""
    return not (name[0] in "WbZAXYJ" and (name[1:].isdigit() or len(name) == 1))


def _factors(rate: Expr) -> list[Expr]:
    if isinstance(rate, Times):
        return _factors(rate.left) + _factors(rate.right)
    return [] if rate == ONE else [rate]


def _product(factors: list[Expr]) -> Expr:
    out: Expr = ONE
    for factor in factors:
        out = factor if out == ONE else Times(out, factor)
    return out
