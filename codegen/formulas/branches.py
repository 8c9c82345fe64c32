"""Identities of roots, quotients and branches: what such a part of a formula becomes.

In: a node whose arguments are rewritten already.  Out: another one of the same value, or None.
`codegen.formulas.rules` says when they are used.
"""

from __future__ import annotations

from fractions import Fraction

from codegen.formulas.identities import HALF, without
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
    number,
    power,
    put_in,
    rebuild,
    split,
    terms,
    walk,
    where,
)

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
                    left = without(node.args, term, number(-c.value))
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
        left = without(node.args, *(term for term, _ in places))
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
                    left = without(node.args, part, other)
                    return mul(*left, number(factor), call("abs", rest))
    return None


def _sign_of(node: Node) -> Node | None:
    """u of ``2 step(u) - 1``."""
    if node.op == "add" and len(node.args) == 2 and number(-1) in node.args:
        [rest] = without(node.args, number(-1))
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
    if any(n.op in ("max", "min") and X in n.args for n in walk(branch)):
        return branch  # is guarded
    bare = all(n.op in ("number", "name", "add") or _is_multiple(n) for n in walk(branch))
    return branch if bare else put_in(branch, {"x": bound})


def _is_multiple(node: Node) -> bool:
    return node.op == "mul" and split(node)[1].op == "name"


def _linear(condition: Node) -> tuple[Fraction, Node | None]:
    """factor > 0 and k of ``factor (x - k)``, k in parameters and numbers alone."""
    for term in terms(condition):
        factor, rest = split(term)
        if rest == X:
            others = without(terms(condition), term)
            place = mul(number(-1 / factor), add(*others)) if others else ZERO
            return (factor, None if "x" in names(place) else place)
    return Fraction(0), None


def log_of_one_plus_square(node: Node) -> Node | None:
    """``log(1 + u^2)`` without the square of a large number."""
    if node.op == "log" and node.args[0].op == "add" and len(node.args[0].args) == 2:
        rest = [t for t in node.args[0].args if t != ONE]
        root = _root(rest[0]) if len(rest) == 1 else None
        if root is not None:
            return call("log1p_square", root)
    return None


def inverse_hyperbolic_sine(node: Node) -> Node | None:
    """``log(u + sqrt(u^2 + c^2)) = asinh(u / c) + log(c)`` for c > 0; no difference below 0."""
    if node.op == "log" and node.args[0].op == "add" and len(node.args[0].args) == 2:
        for u, part in (node.args[0].args, node.args[0].args[::-1]):
            root = root_of_squares(part) if part.op == "pow" and part.value == HALF else part
            if root is not None and root.op == "root_of_squares" and u in root.args:
                [c] = without(root.args, u)
                if c.op == "number" and c.value > 0:
                    sine = call("asinh", mul(number(1 / c.value), u))
                    return sine if c == ONE else add(sine, call("log", c))
    return None


def inverse_of_squares(node: Node) -> Node | None:
    """``(c^2 + u^2)^-k`` by the root, which does not overflow."""
    if node.op == "pow" and node.value < 0 and node.value.denominator == 1:
        root = root_of_squares(Node("pow", node.args, HALF, size=node.size))
        if root is not None:
            return power(root, 2 * node.value)
    return None
