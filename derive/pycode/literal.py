"""Arrays that a source writes down: what is false of all such arrays may be true of this one.

``np.array([1.0, 3.0])`` counts as any array of its size and ``np.eye(2)`` as one of any size, so
that what is proved holds for all.  A gradient that is not right for all of them is not refuted by
that, where the cost knows nothing of the array: ``np.eye(2).sum() / 2`` is 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.program import Expr, Program, Size, Symbol, walk


def literal_part(program: Program, cost: Expr, value: Expr) -> str:
    """The array or size of a gradient that is written down and no part of the cost, or ""."""
    known = set(_nodes(program, cost))
    tied = {n.name for n in known if isinstance(n, Symbol)}
    sizes = {d for name, leaf in program.leaves.items() if name in tied for d in leaf.dims}
    free = program.leaves.keys() - tied
    for node in _nodes(program, value):
        if isinstance(node, Symbol) and node.name in free and node.name.split(".")[0] == "data":
            return "an array of numbers"
        dims = (node.dim,) if isinstance(node, Size) else node.shape
        for dim in dims:
            if isinstance(dim, str) and dim not in sizes and dim[0] == "n" and dim[1:].isdigit():
                return f"an array of size {dim[1:]}"
    return ""


def _nodes(program: Program, expr: Expr) -> Iterator[Expr]:
    """All parts of an expression and of what it is computed from."""
    stack, seen = [expr], set[str]()
    while stack:
        for node in walk(stack.pop()):
            yield node
            if isinstance(node, Symbol) and node.name not in seen:
                seen.add(node.name)
                if node.name in program.definitions:
                    stack.append(program.definitions[node.name])
