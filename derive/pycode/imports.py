"""What an import gives its names: libraries, by their full names."""

from __future__ import annotations

import ast

from derive.pycode.values import Library, Opaque, Value

Scope = dict[str, Value]
_SAME_AS_BUILTIN = {
    f"{module}.{name}": name
    for module, names in {
        "builtins": ("range", "object", "zip", "map", "str", "int", "input", "open", "super"),
        "six.moves": ("range", "zip", "map", "input"),
        "__future__": ("print_function", "division", "absolute_import", "annotations"),
    }.items()
    for name in names
}
"""What these modules give under the name that it has without them."""


def imported(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    """Gives the names of an import their meaning."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            full = alias.name if alias.asname else alias.name.split(".")[0]
            scope[alias.asname or full] = Library(full)
        return
    for alias in node.names:
        builtin = _SAME_AS_BUILTIN.get(f"{node.module}.{alias.name}")
        if builtin is not None and (alias.asname or alias.name) == builtin:
            continue
        if alias.name == "*":
            for name, value in scope.items():
                if not isinstance(value, Library):
                    scope[name] = Opaque(f"{name} may come from {node.module}", node.lineno)
            star = Opaque(f"names from {node.module}") if "*" in scope else None
            scope["*"] = star or Library(node.module or ".")
        else:
            scope[alias.asname or alias.name] = Library(f"{node.module or '.'}.{alias.name}")
