"""Which letters run over the examples, and which letter counts them."""

from __future__ import annotations

from fractions import Fraction

from derive.meaning.count_letter import told
from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.notation import COST_LETTERS, is_bare, names_in, plain_name
from derive.meaning.roles import Roles
from derive.reading.syntax import Applied, Big, Fraction_, Name, Node, Number, Product, Script
from derive.reading.tree import plain


def example_letters(facts: Facts) -> None:
    """Letters bound by sums up to m, or by sums over labels marked ``^{(i)}``."""
    facts.count = told(facts.document.source) or facts.count
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, Fraction_) and isinstance(plain(part.numerator), Number):
                below = _counted(part.denominator)
                if below is not None and below.base in ("n", "N", "M", "B") and not below.scripts:
                    sums = [p for p in subtree(node) if isinstance(p, Big)]
                    bounds = {s.upper for s in sums}
                    if below.base in bounds or bounds == {""}:
                        facts.count = below.base
    if any(takes_mean(node) for node in all_nodes(facts)):
        facts.count = next(iter(sorted(_divisors(facts))), facts.count)
    units = _units_of_weights(facts)
    for node in all_nodes(facts):
        for part in subtree(node):
            if not isinstance(part, Big) or not part.index:
                continue
            if part.upper == "m" != facts.count and part.index in units:
                continue  # the examples are counted by another letter
            if part.upper in ("n", "N", "M", "B") and _labels_example(part.body, part.index):
                facts.count = part.upper
            if not part.upper and _is_mean_of_costs(facts, node, part):
                facts.roles.examples.add(part.index)
            if part.upper in ("m", facts.count) or (
                not part.upper and _marks_example(part.body, part.index)
            ):
                facts.roles.examples.add(part.index)
    facts.roles.by_base[facts.count] = "size"


def _units_of_weights(facts: Facts) -> set[str]:
    """The letters below weights: ``w_{jk}``."""
    return {
        item
        for node in all_nodes(facts)
        for name in names_in(node)
        for script in name.scripts
        if name.base in ("w", "W") and script.place == "sub" and len(script.items) == 2
        for item in script.items
    }


def takes_mean(formula: Node) -> bool:
    """Whether a formula holds ``mean(...)``, which divides by what it adds."""
    return any(isinstance(p, Applied) and p.head.base == "mean" for p in subtree(formula))


def _divisors(facts: Facts) -> set[str]:
    """The letters that count examples by habit and that a number is divided by: ``2/n``."""
    found: set[str] = set()
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, Fraction_) and isinstance(plain(part.numerator), Number):
                below = [_counted(part.denominator)]
            elif isinstance(part, Product):
                below = [plain_name(factor) for sign, factor in part.factors if sign == "slash"]
            else:
                continue
            found |= {n.base for n in below if n is not None and n.base in "mnNM" and not n.scripts}
    return found


def units_below(facts: Facts) -> None:
    """``x^{(i)}`` beside ``W_{ij}``: above a name i is an example, below it a unit.

    Not where a sum over the examples has the letter below: ``\\sum_{i=1}^m \\delta_i``.
    """
    roles = facts.roles
    above: set[str] = set()
    below: set[str] = set()
    for name in (n for node in all_nodes(facts) for n in names_in(node)):
        for script in name.scripts:
            if script.bracket == "(" and script.place == "sup":
                above |= {script.text} & roles.examples
            pair = script.place == "sub" and len(script.items) == 2
            if pair and not script.bracket and roles.role(name.base) == "W":
                below |= {*script.items} & roles.examples
    summed = {
        part.index
        for node in all_nodes(facts)
        for part in subtree(node)
        if isinstance(part, Big) and part.upper in ("m", facts.count)
        if any((part.index,) == s.items and s.place == "sub" and not s.bracket
               for n in names_in(part.body) for s in n.scripts)
    }  # fmt: skip
    roles.units_below |= (above & below) - summed


def _counted(denominator: Node) -> Name | None:
    """The letter of ``1/n`` and ``1/(2n)``."""
    inner = plain(denominator)
    if isinstance(inner, Product) and isinstance(plain(inner.factors[0][1]), Number):
        return plain_name(inner.factors[1][1]) if len(inner.factors) == 2 else None
    return plain_name(inner)


def _is_mean_of_costs(facts: Facts, side: Node, big: Big) -> bool:
    """``\\frac{1}{n} \\sum_x C_x``: the costs of single examples, divided by their number."""
    body = plain(big.body)
    one = isinstance(body, Name) and body.base in COST_LETTERS
    indexed = one and any(s.place == "sub" and s.text == big.index for s in names_in_scripts(body))
    fractions = (p for p in subtree(side) if isinstance(p, Fraction_))
    counts = (_counted(p.denominator) for p in fractions)
    return indexed and any(n is not None and n.base == facts.count for n in counts)


def names_in_scripts(node: Node) -> tuple[Script, ...]:
    """The scripts of a name; none of anything else."""
    return node.scripts if isinstance(node, Name) else ()


def _labels_example(body: Node, letter: str) -> bool:
    """``y^{(i)}``: the labels of the example i."""
    return any(
        s.bracket == "(" and s.place == "sup" and s.text == letter and n.base in ("y", "Y")
        for n in names_in(body) for s in n.scripts
    )  # fmt: skip


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
    counted = takes_mean(formula) or any(roles.role(n.base) == "size" for n in names)
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


def label_given(roles: Roles, node: Node) -> Fraction | None:
    """The label in ``L(a, 1)``, a cost at one label; None for any other node."""
    inner = plain(node)
    if not isinstance(inner, Applied) or not roles.is_cost(inner.head):
        return None
    numbers = [a for a in map(plain, inner.arguments) if isinstance(a, Number)]
    return numbers[0].value if len(inner.arguments) == 2 and len(numbers) == 1 else None


def cost_head(roles: Roles, node: Node) -> Name | None:
    inner = plain(node)
    name = inner.head if isinstance(inner, Applied) else plain_name(node)
    return name if name is not None and roles.is_cost(name) else None
