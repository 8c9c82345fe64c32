"""What stands alone on the left of the lines of a note, by its letter; looked up once."""

from __future__ import annotations

from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import plain_name
from derive.reading.syntax import Name


def headed(facts: Facts, base: str) -> list[tuple[Name, Line]]:
    """The first relations of chains whose left side is a name with this letter, in text order.

    Gradients by the name (``dW``) are not among them.
    """
    if facts.headed is None:
        facts.headed = {}
        for line in facts.lines:
            name = plain_name(line.left) if line.first else None
            if name is not None and not name.mark:
                facts.headed.setdefault(name.base, []).append((name, line))
    return facts.headed.get(base, [])
