"""Lists in which a training keeps figures: ``if i % 100 == 0: costs.append(cost)``.

Such a list grows at turns of which nothing is known.  That changes nothing for a turn that is
judged if nobody looks at the list there: not the loop, not a function, not by another name.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode.figures import changes_nothing
from derive.pycode.values import ListValue, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def only_records(run: Interpreter, node: ast.stmt, scope: dict[str, Value]) -> bool:
    """Whether a statement appends a figure to such a list."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[what], keywords=[]
            )
        ):
            held = scope.get(name)
            return (
                bool(run.loops)
                and isinstance(held, ListValue)
                and changes_nothing(run.module, what, run.unclear)
                and not _is_looked_at(run, name)
                and not _has_another_name(held, name, scope)
            )
    return False


def _is_looked_at(run: Interpreter, name: str) -> bool:
    """Whether the loop uses a name for anything but to append, or a function uses it at all."""
    loop = run.loops[-1]
    inside = {id(n) for n in ast.walk(loop)}
    appended = {
        id(n.func.value)
        for n in ast.walk(loop)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "append"
    }
    functions = [
        f
        for s in run.module.body
        for f in ast.walk(s)
        if isinstance(f, (ast.FunctionDef, ast.Lambda))
        and not any(part is loop for part in ast.walk(f))
    ]
    named = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == name]
    elsewhere = [
        n for f in functions for n in ast.walk(f) if isinstance(n, ast.Name) and n.id == name
    ]
    beyond = [n for n in elsewhere if id(n) not in inside]
    return bool(beyond) or any(id(n) not in appended for n in named)


def _has_another_name(held: ListValue, name: str, scope: dict[str, Value]) -> bool:
    """Whether something else in reach holds the same list, or the list itself holds objects."""
    from derive.pycode.toplevel import parts_of

    return any(
        part is held for other, value in scope.items() if other != name for part in parts_of(value)
    )
