"""Real numbers, where the order matters: the field has none.

"Positive" is "is a square" there, a character that is right for products but may say of 19 that
it is negative; ``step(-19 x) = step(x)`` would pass.  So what holds in the field and meets a
step or a root is also evaluated in real numbers, with proved bounds.

In: the graph of a program and the number of the point.  Out: a world of small random fractions.
"""

from __future__ import annotations

from fractions import Fraction
from hashlib import blake2b
from typing import Final

from derive.check.domains import Scalar
from derive.check.evaluate import World
from derive.check.exact import Interval
from derive.check.graph import Graph, sides
from derive.program import Statement

REAL_POINTS: Final = 3
UNITS: Final = 32
"""Values are whole multiples of 1/32."""


def real_world(graph: Graph, statement: Statement, sizes: dict[str, int], number: int) -> World:
    """A point with real values; arbitrary functions are cubic polynomials."""
    program = graph.program
    names = graph.functions(sides(statement)) & program.functions.keys()
    domain = Interval(sorted(n for n in names if program.functions[n].body is None), degree=3)

    def draw(kind: str, name: str, row: int, column: int) -> Scalar:
        leaf = program.leaves[name]
        digest = blake2b(repr((number, kind, name, row, column)).encode(), digest_size=4).digest()
        chance = int.from_bytes(digest, "big")
        share = Fraction(1 + chance % (UNITS - 1), UNITS)  # between 0 and 1
        if leaf.sums_to_one is not None:
            dim = leaf.dims[leaf.sums_to_one]
            share /= dim if isinstance(dim, int) else sizes[dim]
        elif leaf.domain != "unit":
            share *= 2 if leaf.domain == "positive" or chance >> 31 else -2
        return domain.number(share)

    return World(graph, domain, sizes, draw)
