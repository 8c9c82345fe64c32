"""Worked examples with figures: ``0.741 * 0.187 = 0.139`` beside the formulas.

A decimal that is written stands for all numbers that round to it, so an equation of figures
is no identity: it is neither proved nor refuted as one.  What can be said is whether the
digits that are written are right.  Figures that are put in the place of names say nothing
about the formula at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mpmath import iv, mp

from derive.meaning.facts import Facts, known_function, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import is_transpose, names_in, plain_name
from derive.program import Apply, Equation, Expr, Number, Plus, Power, Statement, Times, walk
from derive.reading.syntax import Applied, Fraction_, Group, Name, Node, Product, Sum
from derive.reading.syntax import Number as Number_
from derive.reading.syntax import Power as Power_

DIGITS = 40
FIGURES_FOR_NAMES = "figures stand for the names: they belong to one example, not to all values"
_FUNCTIONS = {"exp": iv.exp, "log": iv.log}


def figures_say(statement: Statement, source: tuple[str, str]) -> str | None:
    """Why a statement with figures is left open; None for one without, or one that is wrong.

    source: the texts of both sides.
    """
    if not isinstance(statement, Equation) or not any("." in text for text in source):
        return None
    closed = [_closed(side) for side in (statement.left, statement.right)]
    if all(closed):
        return _as_rounded(statement, source)
    for is_closed, text in zip(closed, source, strict=True):
        if is_closed and _has_decimal(text):
            return FIGURES_FOR_NAMES
    return None


def shapes_in_figures(line: Line) -> bool | None:
    """``(3 \\times 1) = (3 \\times 2) (2 \\times 1)``: do shapes fit?  None for other lines."""
    sides = [_shape(node) for node in line.nodes]
    if any(side is None for side in sides):
        return None
    return sides[0] == sides[1] and () not in sides


def _shape(node: Node) -> tuple[Fraction, ...] | None:
    """The shape that sums and products of shapes have, () where they do not fit."""
    if isinstance(node, Group) and isinstance(node.body, Product):
        sizes = [(sign, size) for sign, size in node.body.factors if isinstance(size, Number_)]
        if len(sizes) == len(node.body.factors) == 2 and sizes[1][0] == "times":
            return tuple(size.value for _, size in sizes if isinstance(size, Number_))
        return None
    if isinstance(node, Sum):
        terms = [_shape(term) for _, term in node.terms]
        return None if None in terms else terms[0] if len(set(terms)) == 1 else ()
    if not isinstance(node, Product):
        return None
    found: tuple[Fraction, ...] | None = None
    for k, (_, factor) in enumerate(node.factors):
        one = _shape(factor)
        if one is None:
            return None
        if k == 0 or found is None:
            found = one
        else:
            found = (found[0], one[1]) if found and one and found[1] == one[0] else ()
    return found


def figures_alone(source: str, node: Node) -> bool:
    """A side is nothing but figures, one of them a decimal."""
    return not list(names_in(node)) and _has_decimal(source[node.span.start : node.span.end])


def value_of_one_example(facts: Facts, line: Line) -> str | None:
    """``b_1 = 0``, ``h = \\tanh(0.5)``: the values of one worked example.

    "" for an input or a parameter, which the line gives a value; why the line is left open for
    what is computed; None where the line is something else.
    """
    name = plain_name(line.left)
    if line.source.head is None or line.relation.text not in ("=", ":="):
        return None
    *names, figure = line.source.head, *line.source.parts
    several = len(names) > 1 and all(plain_name(n) is not None for n in names)
    if name is None or not (several or line.first):
        return None
    right = figure if several else line.right  # w_1 = w_2 = 0
    if name.mark or name.primes or any(is_transpose(s) for s in name.scripts):
        return None
    role = facts.roles.role_of(name)
    if role not in ("W", "b", "X", "Y", "A", "Z") or not _figures_only(right):
        return None
    if role in ("A", "Z"):
        return FIGURES_FOR_NAMES if facts.affine else None
    return ""


def _figures_only(node: Node) -> bool:
    """Nothing but numbers, and functions that the world knows, of numbers."""
    heads = {p.head.span.start for p in subtree(node) if isinstance(p, Applied)}
    for part in subtree(node):
        if isinstance(part, Name):
            known = known_function(part) or part.base in ("exp", "log", "ln", "sqrt")
            called = part.span.start in heads and known and not part.scripts
            if not called and not _constant(part):
                return False
        elif not isinstance(part, Number_ | Sum | Product | Fraction_ | Group | Power_ | Applied):
            return False
    return True


def _constant(name: Name) -> bool:
    """``\\pi``, ``e``, ``e^{-2}``."""
    powers = [s.node for s in name.scripts]
    raised = all(node is not None and _figures_only(node) for node in powers)
    return name.base in ("e", "pi") and not name.mark and raised


def _closed(expr: Expr) -> bool:
    return all(isinstance(n, Number | Plus | Times | Power | Apply) for n in walk(expr))


def _has_decimal(text: str) -> bool:
    return any(a.isdigit() and b == "." and c.isdigit() for a, b, c in _triples(text))


def _triples(text: str) -> Iterator[tuple[str, str, str]]:
    return zip(text, text[1:], text[2:], strict=False)


def _as_rounded(equation: Equation, source: tuple[str, str]) -> str | None:
    """Both sides are figures: do they agree to the digits of the one written as a decimal?"""
    saved, iv.prec = iv.prec, int(DIGITS * 3.4)
    try:
        gap = abs(_value(equation.left) - _value(equation.right))
        allowed = max((_half_unit(t) for t in source), default=Fraction(0))
        bound = iv.mpf(allowed.numerator) / iv.mpf(allowed.denominator)
        agree = bool(gap.b <= bound.b) if allowed else False
        exact = bool(gap.b == 0)
    except (ArithmeticError, ValueError, KeyError):
        return "the figures could not be evaluated"
    finally:
        iv.prec = saved
    if exact or not agree:
        return None
    return "the figures agree to the digits that are written: rounded, not equal"


def _half_unit(text: str) -> Fraction:
    """A little over half a unit of the last decimal, where a side is one decimal; else 0.

    The other side may itself be computed from rounded figures: three units of its last digit.
    """
    figure = text.strip().lstrip("+-").strip()
    whole, point, digits = figure.partition(".")
    if not point or not digits.isdigit() or not (whole.isdigit() or not whole):
        return Fraction(0)
    return Fraction(3, 10 ** len(digits))


def _value(expr: Expr) -> mp.mpf:
    match expr:
        case Number(value=value):
            return iv.mpf(value.numerator) / iv.mpf(value.denominator)
        case Plus(left=a, right=b):
            return _value(a) + _value(b)
        case Times(left=a, right=b):
            return _value(a) * _value(b)
        case Power(base=a, exponent=e) if e.denominator == 1 and abs(e) <= 64:
            return _value(a) ** int(e)
        case Power(base=a, exponent=e):
            return iv.exp(iv.log(_value(a)) * iv.mpf(e.numerator) / iv.mpf(e.denominator))
        case Apply(function=name, order=0, arg=a):
            return _FUNCTIONS[name](_value(a))
    raise ValueError("no figure")
