"""A digest of a program and a statement, by which the primes of a field are chosen.

A field takes a multiple of its prime for 0.  Were the prime always the same, a claim could hold
it as a number, and p x = 0 would be accepted.  As the prime follows from the claim, whoever
writes a number into the claim gets another prime.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from derive.check.facts import nodes
from derive.program import Expr, Program, Statement, children

MOST_BODIES: Final = 500
"""Bodies of functions whose digests are kept, with the bodies, so that none takes their place."""
_bodies: dict[int, tuple[Expr, bytes]] = {}


def digest(*what: object) -> bytes:
    """A short digest of plain data."""
    return blake2b(repr(what).encode(), digest_size=16).digest()


def of_program(program: Program) -> bytes:
    """All that a program says, in its order."""
    functions = [(name, _of_body(f.body)) for name, f in program.functions.items()]
    named = _of_all(program.definitions.values())
    return digest([*program.leaves.items()], functions, [*program.definitions], program.cost, named)


def _of_body(body: Expr | None) -> bytes:
    """The digest of the body of a function; the same few are asked for again and again."""
    if body is None:
        return b""
    known = _bodies.get(id(body))
    if known is None:
        if len(_bodies) >= MOST_BODIES:
            _bodies.clear()
        known = _bodies[id(body)] = (body, digest(_of_all([body])))
    return known[1]


def of_statement(program: bytes, statement: Statement, sides: Iterable[Expr]) -> bytes:
    """A statement about a program of that digest."""
    rest = [getattr(statement, name, None) for name in ("free", "factors")]
    return digest(program, type(statement).__name__, rest, _of_all(sides))


def _of_all(exprs: Iterable[Expr]) -> list[tuple[object, ...]]:
    """A row for each node, however often it is shared: kind, what it says, rows of its parts."""
    rows: list[tuple[object, ...]] = []
    place: dict[int, int] = {}
    for expr in exprs:
        for node in reversed(list(nodes(expr))):
            if id(node) not in place:
                place[id(node)] = len(rows)
                parts = [place[id(child)] for child in children(node)]
                plain = [getattr(node, name) for name in _PLAIN[type(node)]]
                rows.append((type(node).__name__, *plain, *parts))
        rows.append((place[id(expr)],))
    return rows


_PLAIN: Final[dict[type[Expr], tuple[str, ...]]] = {
    kind: tuple(name for name, hint in kind.__annotations__.items() if hint != "Expr")
    for kind in Expr.__subclasses__()
}
"""By kind of node, the fields that are no expressions."""
