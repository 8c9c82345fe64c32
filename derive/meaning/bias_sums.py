"""``db = \\sum_i (\\partial L/\\partial Z)_i``: the letter runs over the examples.

In: the lines of a note whose biases are known.  Out: example letters among its roles.  A bias of
a whole layer is a vector, and a sum over the units of a layer would be a number.  Only letters
that stand nowhere but in such sums: one below a weight, in a cost or on a left side is not meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.roles import resolve
from derive.reading.syntax import Big, Derivative, Indexed, Name, Node
from derive.reading.tree import plain


def bias_sums(facts: Facts) -> None:
    """Takes the letters of sums that give the gradient of a bias for letters of examples."""
    found: dict[str, list[Line]] = {}
    for line in facts.lines:
        big = _sum_of(facts, line)
        if big is not None and big.index in _letters(big.body):
            found.setdefault(big.index, []).append(line)
    for letter, lines in sorted(found.items()):
        roles = facts.roles
        inside = sum(_mentions(part.right, letter) for part in lines)
        if letter in roles.examples or inside != sum(
            _mentions(node, letter) for node in all_nodes(facts)
        ):
            continue
        roles.examples.add(letter)
        roles.note(lines[0].piece.line, f"{letter} runs over the examples")
        _count(facts, {big.upper for line in lines if (big := _sum_of(facts, line)) is not None})


def _count(facts: Facts, bounds: set[str]) -> None:
    """The bound of those sums counts the examples, where no other letter does."""
    if len(bounds) != 1 or not bounds <= {"n", "N", "M", "B"}:
        return
    [bound] = bounds
    uppers = {p.upper for n in all_nodes(facts) for p in subtree(n) if isinstance(p, Big)}
    named = {name.base for n in all_nodes(facts) for name in names_in(n)}
    free = facts.roles.by_base.get(bound, "size") == "size" and bound not in named
    if free and facts.count == "m" and "m" not in uppers:
        facts.count = bound
        facts.roles.by_base[bound] = "size"


def _sum_of(facts: Facts, line: Line) -> Big | None:
    """The sum that a line gives as the gradient of a whole bias."""
    roles = facts.roles
    head, right = plain(line.head), plain(line.right)
    by = head.by if isinstance(head, Derivative) else plain_name(line.head)
    if by is None or (not isinstance(head, Derivative) and by.mark != "d"):
        return None
    if roles.role(by.base) != "b" or resolve(roles, by).entries:
        return None
    if not isinstance(right, Big) or right.operator != "sum" or not right.index:
        return None
    below: list[Name | None] = [d.by for d in derivatives_in(right.body)]
    below = below or [plain_name(right.body)]
    return right if all(n is not None and roles.role(n.base) == "Z" for n in below) else None


def _letters(node: Node) -> Iterator[str]:
    """The one letter in a script below a name or a bracket: ``Z_i``, ``Z_{1,i}``, ``_{i,:}``."""
    for part in subtree(node):
        one = part.by if isinstance(part, Derivative) else part
        for script in one.scripts if isinstance(one, Name | Indexed) else ():
            letters = [item for item in script.items if item.isalpha()]
            if script.place == "sub" and len(letters) == 1:
                yield letters[0]


def _mentions(node: Node, letter: str) -> int:
    """How often a letter stands in the scripts of a node, or is that of a sum."""
    count = 0
    for part in subtree(node):
        count += isinstance(part, Big) and part.index == letter
        names = [part, part.by] if isinstance(part, Derivative) else [part]
        for one in names:
            if isinstance(one, Name | Indexed):
                count += sum(letter in s.items for s in one.scripts)
    return count


__all__ = ["bias_sums"]
