"""``\\frac{1}{n} \\sum_i x_i``: a number beside a sum may be how many entries it adds.

In: a line in whose program n is any number.  Out: the same line with n as the size of what the
sums of the note run over; where only that holds, the line is left open.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.reductions import substitute
from derive.meaning.setting import reached
from derive.program import SCALAR, Equation, Expr, Size, Sum, SumOver, walk

COUNTS: Final = ("n", "N", "m", "M", "K", "C", "V", "d", "D", "k")
"""Letters that count; in a literal reading their names begin with ``q_``."""
NOT_TOLD: Final = "it holds if {} is how many entries the sums add: say so"


def as_counts(found: Interpretation) -> tuple[tuple[str, Interpretation], ...]:
    """The line with a number of its program read as a count, if one may be."""
    for letter in COUNTS:
        counted = [
            _counted(stated, f"q_{letter}") or _counted(stated, letter)
            for stated in found.statements
        ]
        if counted and all(one is not None for one in counted):
            stated = tuple(one for one in counted if one is not None)
            return ((NOT_TOLD.format(letter), replace(found, statements=stated, others=())),)
    return ()


def _counted(stated: Stated, letter: str) -> Stated | None:
    """One statement with a letter as the only size that sums run over."""
    setting, said = stated.setting, stated.statement
    leaf = setting.leaves.get(letter)
    if leaf is None or leaf.dims != SCALAR or not isinstance(said, Equation):
        return None
    sides = (said.left, said.right)
    names = {n for side in sides for n in reached({**setting.definitions, "": side}, "")}
    bodies = [setting.definitions[n] for n in sorted(names) if n in setting.definitions]
    dims = {dim for body in (*sides, *bodies) for dim in _summed(body)}
    if letter not in names or len(dims) != 1:
        return None
    size: dict[str, Expr] = {letter: Size(dims.pop())}
    definitions = {name: substitute(body, size) for name, body in setting.definitions.items()}
    left, right = (substitute(side, size) for side in sides)
    return replace(
        stated,
        setting=replace(setting, definitions=definitions),
        statement=replace(said, left=left, right=right),
    )


def _summed(body: Expr) -> list[str]:
    """The sizes of what an expression sums over."""
    over = (p.index.dim for p in walk(body) if isinstance(p, SumOver))
    along = (p.arg.shape[p.axis] for p in walk(body) if isinstance(p, Sum))
    return [dim for dim in (*over, *along) if isinstance(dim, str)]


__all__ = ["as_counts"]
