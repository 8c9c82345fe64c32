"""Which letters run over the examples, and which letter counts them."""

from __future__ import annotations

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.notation import is_bare, names_in, plain_name
from derive.meaning.roles import Roles
from derive.reading.syntax import Applied, Big, Fraction_, Name, Node, Number, Product
from derive.reading.tree import plain


def example_letters(facts: Facts) -> None:
    """Letters bound by sums up to m, or by sums over labels marked ``^{(i)}``."""
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, Fraction_) and isinstance(plain(part.numerator), Number):
                below = _counted(part.denominator)
                if below is not None and below.base in ("n", "N", "M") and not below.scripts:
                    sums = [p for p in subtree(node) if isinstance(p, Big)]
                    bounds = {s.upper for s in sums}
                    if below.base in bounds or bounds == {""}:
                        facts.count = below.base
    for node in all_nodes(facts):
        for part in subtree(node):
            if not isinstance(part, Big) or not part.index:
                continue
            if part.upper in ("m", facts.count) or (
                not part.upper and _marks_example(part.body, part.index)
            ):
                facts.roles.examples.add(part.index)
    facts.roles.by_base[facts.count] = "size"


def _counted(denominator: Node) -> Name | None:
    """The letter of ``1/n`` and ``1/(2n)``."""
    inner = plain(denominator)
    if isinstance(inner, Product) and isinstance(plain(inner.factors[0][1]), Number):
        return plain_name(inner.factors[1][1]) if len(inner.factors) == 2 else None
    return plain_name(inner)


def _marks_example(body: Node, letter: str) -> bool:
    return any(
        s.bracket == "(" and s.text == letter and n.base in ("y", "Y", "x", "X", "a", "A")
        for n in names_in(body)
        for s in n.scripts
    )


def of_all(facts: Facts, formula: Node) -> bool:
    """A cost of all examples: it divides by their number, or its arrays are capitals."""
    roles = facts.roles
    names = list(names_in(formula))
    arrays = [n for n in names if roles.role_of(n) in ("Y", "A", "Z")]
    counted = any(roles.role(n.base) == "size" for n in names)
    return counted or (bool(arrays) and all(n.base.isupper() for n in arrays))


def cost_examples(facts: Facts) -> None:
    """``J = 1/m \\sum_i ...``: the outermost letter of a cost that divides by m is an example."""
    roles = facts.roles
    for line in facts.lines:
        if cost_head(roles, line.left) is None or not of_all(facts, line.right):
            continue
        sums = [p for p in subtree(line.right) if isinstance(p, Big)]
        if any(p.index in roles.examples or p.upper == facts.count or is_bare(p) for p in sums):
            continue
        for outer in sums:
            labels = [n for n in names_in(outer.body) if roles.role_of(n) == "Y"]
            if outer.index and not outer.upper and labels:
                roles.examples.add(outer.index)
                roles.note(line.piece.line, f"{outer.index} runs over the examples")
                break


def cost_head(roles: Roles, node: Node) -> Name | None:
    inner = plain(node)
    name = inner.head if isinstance(inner, Applied) else plain_name(node)
    return name if name is not None and roles.is_cost(name) else None
