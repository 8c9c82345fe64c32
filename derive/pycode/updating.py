"""The parts in which an emitted training step updates its parameters, layer by layer.

A trainer with ``parts`` calls ``_update(0)``, ``_update(1)``, ... for so many parameters each,
and the gradients of all parts lie in the same memory: what one writes the others lose.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.program import Expr
from derive.pycode.store import Trace
from derive.pycode.values import Record, Ref, Unsupported, Value

Parts = tuple[tuple[str, ...], ...]
"""The names of the parameters of each update; none where one update is of all."""


@dataclass(frozen=True)
class Updated:
    """A call of ``_update``: what it changes, and how things stand before it.

    before: all parameters.  gradients: those of `names`.  steps: the number of the step.
    """

    names: Sequence[str]
    before: dict[str, Expr]
    gradients: dict[str, Expr]
    steps: Value


def parts_of(said: ast.expr | None, names: Sequence[str]) -> Parts:
    """The parts of a trainer that says ``parts = (2, 2)``, for the parameters in their order."""
    if said is None:
        return ()
    counts = [_count(node) for node in said.elts] if isinstance(said, ast.Tuple) else [0]
    if min(counts, default=0) < 1 or sum(counts) != len(names):
        raise Unsupported("parts that are not the numbers of the parameters of each update", said)
    ends = [sum(counts[:k]) for k in range(len(counts) + 1)]
    return tuple(tuple(names[a:b]) for a, b in pairwise(ends))


def _count(node: ast.expr) -> int:
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else 0


def part_of(parts: Parts, given: Sequence[Value]) -> tuple[str, ...]:
    """The parameters that a call of ``_update`` changes."""
    for number, names in enumerate(parts):
        if len(given) == 1 and type(given[0]) is int and given[0] == number:
            return names
    raise Unsupported("an update of no part of the parameters")


def overlay(trace: Trace, gradients: Record, parts: Parts) -> None:
    """Makes the gradients of all parts lie in the same memory."""
    for part in parts:
        others = [name for other in parts if other is not part for name in other]
        for name in part:
            held = [gradients.items[n] for n in (name, *others)]
            first, *rest = (ref.buffer for ref in held if isinstance(ref, Ref))
            trace.overlaid[first] = tuple(rest)


def refuse_choices(update: ast.FunctionDef | None, *, parts: bool) -> None:
    """One chunk stands for all of them, so the rule has to be one loop, the last thing it does.

    Nothing leaves the loop early, stands behind it or asks which chunk or part it is.

    Raises:
        Unsupported: control flow besides ``for ... in self._chunks``, or ``self._chunks[part]``.
    """
    if update is None:
        raise Unsupported("no rule of an update")
    names = [a.arg for a in update.args.args[1:]]
    uses = [n.id for n in ast.walk(update) if isinstance(n, ast.Name) and n.id in names]
    *before, last = update.body
    named = sum(map(_is_chunks, ast.walk(update)))
    chunks = f"self._chunks[{names[0]}]" if names else "self._chunks"
    inner = [last]
    if isinstance(last, ast.For) and ast.unparse(last.iter) == chunks and not last.orelse:
        inner, named = last.body, named - 1
    simple = all(isinstance(s, (ast.Assign, ast.AugAssign, ast.Expr)) for s in (*before, *inner))
    if not simple or named or len(names) != parts or uses != names:
        raise Unsupported("an update that is not the same for all chunks", update)


def _is_chunks(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "_chunks"
