"""``\\partial L_i/\\partial f_{ik} = p_{ik} - y_{ik}``: the loss of one example, by its own units.

In: a line of a note that speaks of all examples.  Out: the same line without the letter of the
example, where it names the loss of that one and every array of the line at it: what it says is
about one example, whichever it is, and the number of examples plays no part in it.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.examples import differentiated
from derive.meaning.facts import Facts, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import names_in
from derive.meaning.roles import BATCHED, resolve
from derive.reading.syntax import Big, Name, Node
from derive.reading.tree import mapped


def at_its_example(facts: Facts, line: Line) -> Line | None:
    """The line for one example, without its letter; None where it speaks of more, or of none."""
    costs = differentiated(facts, (line.head, *line.nodes))
    letters = {resolve(facts.roles, n).example or _below(facts, n) for n in costs}
    if len(letters) != 1 or not (letter := letters.pop()):
        return None
    units = False
    for node in (line.head, *line.nodes):
        if any(isinstance(p, Big) and p.index == letter for p in subtree(node)):
            return None
        for name in names_in(node):
            found = resolve(facts.roles, name)
            if found.role in BATCHED or found.role == "gradient":
                if found.example != letter:
                    return None
                units |= bool(found.entries)
    if not units:
        return None
    head, left, right = (
        without_example(facts, n, letter) for n in (line.head, line.left, line.right)
    )
    return replace(line, head=head, left=left, right=right)


def _below(facts: Facts, cost: Name) -> str:
    """The letter of an example below a cost: ``L_i``."""
    below = [s.text for s in cost.scripts if s.place == "sub" and s.text in facts.roles.examples]
    return below[0] if len(below) == 1 else ""


def without_example(facts: Facts, node: Node, letter: str) -> Node:
    """An expression whose arrays do not name the example."""

    def change(part: Node) -> Node:
        if not isinstance(part, Name) or resolve(facts.roles, part).role not in (
            *BATCHED, "gradient",
        ):  # fmt: skip
            return part
        scripts = []
        for script in part.scripts:
            if script.text == letter:
                continue
            if script.place == "sub" and not script.bracket and letter in script.items:
                items = tuple(i for i in script.items if i != letter)
                script = replace(script, text="".join(items), items=items, node=None)
            scripts.append(script)
        return replace(part, scripts=tuple(scripts))

    return mapped(node, change)


__all__ = ["at_its_example", "without_example"]
