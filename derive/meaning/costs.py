"""Costs that need a second look: sums without their brackets, totals of named parts.

``-1/m \\sum_i y_i \\log a_i + (1 - y_i) \\log(1 - a_i)`` means the sum of both terms: by the
letter the second would stand beside a number, for no example in particular.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.facts import CostLine, Facts, subtree
from derive.meaning.notation import names_in, plain_name
from derive.meaning.roles import BATCHED, resolve
from derive.reading.syntax import Applied, Big, Derivative, Node, Product, Span, Sum
from derive.reading.tree import plain


def widened(facts: Facts, formula: Node) -> Node:
    """The formula with later terms drawn into the sum over the examples before them.

    Only terms that speak of examples outside every sum are drawn in: a penalty
    ``+ \\lambda \\|W\\|^2`` stays where it is.
    """
    node = plain(formula)
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return formula
    (sign, first), *rest = node.terms
    big = _last_sum(facts, first)
    if big is None:
        return formula
    drawn: list[tuple[int, Node]] = []
    kept: list[tuple[int, Node]] = []
    for term in rest:
        (drawn if not kept and _bare(facts, term[1]) else kept).append(term)
    if not drawn:
        return formula
    span = Span(first.span.start, drawn[-1][1].span.end)
    inside = Sum(Span(big.body.span.start, span.end), ((1, big.body), *drawn))
    whole = _with_body(first, replace(big, body=inside, span=span))
    return Sum(node.span, ((sign, whole), *kept))


def losses_by_arguments(facts: Facts) -> None:
    """``\\xi(t, y) = ...``: a function of the labels and the output, given a formula, is a cost."""
    roles = facts.roles
    for line in facts.lines:
        call = plain(line.left)
        if not isinstance(call, Applied) or not line.first or call.head.primes or call.head.mark:
            continue
        arguments = [plain_name(a) for a in call.arguments]
        kinds = sorted(str(roles.role_of(a)) for a in arguments if a is not None)
        if kinds == ["A", "Y"] and len(arguments) == 2 and roles.role_of(call.head) is None:
            roles.by_base[call.head.base] = "cost"


def totals(facts: Facts) -> None:
    """``J = L + s``: a cost that adds other costs and terms by the names they were given."""
    roles = facts.roles
    stated = {c.name.base for c in facts.costs}
    for line in facts.lines:
        name, names = plain_name(line.left), list(names_in(line.right))
        if name is None or not line.first or name.base in stated or not roles.is_cost(name):
            continue
        if any(n.mark or n.scripts or n.primes or roles.role_of(n) in BATCHED for n in names):
            continue
        bases = {n.base for n in names}
        parts = sorted(b for b in bases if b in stated or (b, "") in facts.abbreviations)
        plainly = not any(isinstance(p, Applied | Big | Derivative) for p in subtree(line.right))
        if plainly and stated & bases and name.base not in bases:
            total = CostLine(name, line.right, line, batch=True, parts=tuple(parts))
            facts.costs.append(total)


def _last_sum(facts: Facts, node: Node) -> Big | None:
    """The sum over examples that ends a term: all that follows it may belong to it."""
    inner = plain(node) if not isinstance(node, Product) else node
    if isinstance(inner, Product):
        return _last_sum(facts, inner.factors[-1][1])
    if isinstance(inner, Big) and inner is node and inner.operator == "sum":
        examples = inner.index in facts.roles.examples or inner.upper == facts.count
        return inner if examples or not inner.index else None
    return None


def _with_body(node: Node, big: Big) -> Node:
    if isinstance(node, Product):
        separator, last = node.factors[-1]
        return replace(node, factors=(*node.factors[:-1], (separator, _with_body(last, big))))
    return big


def _bare(facts: Facts, node: Node) -> bool:
    """Arrays of examples occur, and no sum binds them."""
    if any(isinstance(p, Big) for p in subtree(node)):
        return False
    return any(resolve(facts.roles, n).role in BATCHED for n in names_in(node))
