"""Arrays in which a training keeps its figures: ``history[step, :] = theta``.

Where an entry goes that is written at a place that is not known cannot be said, so nothing is
known of the array any more, and only its use is outside the fragment.  That is left open only of
arrays that the run has made of zeros or ones and that are called neither like a gradient nor like
anything that is differentiated.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import Build, Number, Symbol
from derive.pycode import naming
from derive.pycode.guess import is_labels
from derive.pycode.names import COST_NAMES, target_of
from derive.pycode.units import differentiated, known_names
from derive.pycode.values import Ref, Unsupported

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def leave_open(run: Interpreter, holder: Ref, index: ast.expr, node: ast.AST) -> bool:
    """Whether what is written at an unknown place may be left open; nobody may look at it then."""
    names = [_name(part) for part in ast.walk(node) if _is_stored(part)]
    known = known_names(run.module)
    if not names or any(
        not n or n in COST_NAMES or is_labels(n) or target_of(n, known) is not None for n in names
    ):
        return False
    if differentiated(run.module) & set(names) or not _is_made(run, holder):
        return False
    if not naming.only_looks([index], run.unclear):
        return False
    if holder.buffer < run.trace.fixed:
        raise Unsupported("writing into an array of the module, which later calls would see")
    reason = f"{names[0]}, which is written at places that are not known"
    for buffer in (holder.buffer, *run.trace.buffers[holder.buffer].shares):
        run.trace.spoil(Ref(buffer), reason)
    return True


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)


def _name(node: ast.AST) -> str:
    """The name of the array that is written into, "" if it is a part of something."""
    match node:
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _is_made(run: Interpreter, holder: Ref) -> bool:
    """Whether an array is what ``np.zeros`` makes, or has been written into in this way before."""
    buffer = run.trace.buffers[holder.buffer]
    expr = buffer.content.expr
    if isinstance(expr, Symbol):
        expr = run.trace.definitions.get(expr.name, expr)
    return bool(buffer.reason) or (isinstance(expr, Build) and isinstance(expr.body, Number))
