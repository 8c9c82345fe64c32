"""Whether a note speaks of one example, and which of its lines say that they are about all."""

from __future__ import annotations

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import names_in, plain_name
from derive.meaning.roles import resolve
from derive.reading.syntax import Big, Node

ONE_ALONE = "it holds of one example; the stated cost is that of all, and nothing sums over them"


def of_examples(facts: Facts, node: Node) -> bool:
    """Something stands at an example: ``a^{(i)}``, below a sum or not."""
    return any(resolve(facts.roles, n).example for n in names_in(node))


def speaks_of_all(facts: Facts, line: Line) -> bool:
    """A line with the number of examples, and capitals or a sum over the examples."""
    roles = facts.roles
    names = [n for node in line.nodes for n in names_in(node)]
    sums = [p for node in line.nodes for p in subtree(node) if isinstance(p, Big)]
    if not any(roles.role(n.base) == "size" and not n.accent for n in names):
        return any(s.upper == facts.count for s in sums)
    arrays = (n for n in names if roles.role_of(n) in ("Z", "A"))
    return bool(sums) or any(n.base.isupper() for n in arrays)


def _counts(facts: Facts, line: Line) -> bool:
    """The number of examples stands in a line that gives its letter no other value."""
    if (head := plain_name(line.head)) is not None and facts.roles.role(head.base) == "size":
        return False  # m \\leftarrow \\beta m + ..., \\hat{m} = m / (1 - \\beta)
    names = (n for node in line.nodes for n in names_in(node))
    return any(facts.roles.role(n.base) == "size" and not n.accent for n in names)


def entries_of_vectors(facts: Facts) -> bool:
    """Capitals of one index, that of a unit: ``A_i^{(2)}`` beside ``W_{ij}^{(2)}``, never two."""
    found = {"one": False, "weight": False}
    for name in (n for node in all_nodes(facts) for n in names_in(node)):
        at = resolve(facts.roles, name)
        if at.role in ("Z", "A", "X", "Y") and (len(at.entries) > 1 or at.example):
            return False
        found["one"] |= at.role in ("Z", "A") and len(at.entries) == 1
        found["weight"] |= at.role == "W" and len(at.entries) == 2
    return all(found.values())


def one_example(facts: Facts) -> bool:
    """The whole note speaks of one example: no m, no sums over examples, no capitals.

    Where the cost is stated, for one example, a single line with an m does not tell otherwise:
    a slip must not turn the note into one that makes it true.  Nor do lines that say of
    themselves that they are about all: by a sum over the examples, or by capitals beside an m.
    """
    roles = facts.roles
    by_arguments = bool(facts.costs) and all(c.of_one for c in facts.costs)  # J(W, b; x, y)
    if any(c.batch for c in facts.costs) or (roles.examples and not facts.costs):
        return False
    stated = [cost.formula for cost in facts.costs]
    forward = [node for item in facts.affine for node in item.line.nodes]
    if not by_arguments and any(of_examples(facts, node) for node in (*stated, *forward)):
        return False
    if roles.unindexed and not facts.costs:
        return False
    counted: set[int] = set()
    vectors = bool(facts.costs) and entries_of_vectors(facts)
    for line in facts.lines:
        if speaks_of_all(facts, line):
            continue
        if _counts(facts, line):
            counted.add(line.piece.span.start)
            if len(counted) > 1 or not facts.costs:
                return False
            continue
        for node in line.nodes:
            for name in names_in(node):
                role = roles.role_of(name) if name.base.isupper() else None
                if (role in ("Z", "A") and not vectors) or (roles.unindexed and role in ("X", "Y")):
                    return False
    return True


def in_small_letters(facts: Facts) -> bool:
    """A cost of all examples is stated; nothing else speaks of all: no capital, sum or m."""
    if not any(cost.batch for cost in facts.costs) or not facts.affine:
        return False
    stated = {id(cost.line) for cost in facts.costs}
    for line in facts.lines:
        if id(line) in stated:
            continue
        if _counts(facts, line) or any(of_examples(facts, node) for node in line.nodes):
            return False
        for node in line.nodes:
            if any(isinstance(p, Big) and p.upper == facts.count for p in subtree(node)):
                return False
            arrays = (n for n in names_in(node) if facts.roles.role_of(n) in ("Z", "A", "X", "Y"))
            if any(n.base.isupper() for n in arrays):
                return False
    return True
