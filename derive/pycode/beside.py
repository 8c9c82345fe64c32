"""The file beside an emitted module: whether it is the one that is known, with ``rounded_once``.

An emitted module loads ``runtime.py`` from its own folder; functions that it decorates are computed
in double precision and rounded once, which for real numbers changes nothing.  The texts of
that file and of the function that loads it are compared, nothing is run.
"""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path
from typing import Final

from derive.pycode.contract import ROUNDED, without_rounding
from derive.pycode.source import Module

LARGEST: Final = 200_000
"""The most bytes of a file that is read."""
LOADER: Final = "46a78ff4f4fe8c9c7906fa57123e279a"
"""The digest of ``_runtime``, which loads the file beside."""
RUNTIME: Final = "a897f777f0466aa49f05cd0cb0600693"
"""The digest of ``runtime.py``, which is the same beside every emitted module."""
_UNSEEN: Final = frozenset({"setattr", "delattr", "exec", "eval", "vars", "__import__"})
"""Functions by which attributes change unseen."""
_BOUND: Final = "if TYPE_CHECKING:\n    import runtime\nelse:\n    runtime = _runtime()"


def rounded(module: Module, path: str, text: str) -> Module:
    """The module without the decorators of functions that are rounded once, if that is known."""
    used = any(
        [ast.unparse(d) for d in node.decorator_list] == [ROUNDED]
        for node in module.functions.values()
    )
    if used and _loads_beside(module, text) and _is_known(Path(path).with_name("runtime.py")):
        return without_rounding(module)
    return module


def is_runtime(text: str) -> bool:
    """Whether a text is the emitted ``runtime.py``, which computes no gradients of its own."""
    return len(text) <= LARGEST and _digest(text.encode()) == RUNTIME


def digest(text: str, node: ast.FunctionDef) -> str:
    """The digest of a function's text, decorators apart."""
    found = ast.get_source_segment(text, node) or ""
    return _digest(found.encode())


def _loads_beside(module: Module, text: str) -> bool:
    """Whether ``runtime`` is the file beside, and nothing else in the module."""
    loader = module.functions.get("_runtime")
    bound = [
        statement
        for statement in module.body
        for node in ast.walk(statement)
        if (isinstance(node, ast.Name) and node.id == "runtime" and _stores(node))
        or (isinstance(node, ast.alias) and (node.asname or node.name) == "runtime")
    ]
    return (
        loader is not None
        and not _may_change(module)
        and digest(text, loader) == LOADER
        and {ast.unparse(s) for s in bound} == {_BOUND}
    )


def _may_change(module: Module) -> bool:
    """Whether attributes of modules may be given other values, here or unseen."""
    nodes = [n for s in module.body for n in ast.walk(s)]
    given = (n for n in nodes if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load))
    owners = {getattr(n.value, "id", "") for n in given} | {
        n.id for n in nodes if isinstance(n, ast.Name) and n.id in _UNSEEN
    }
    return bool(owners & ({"runtime"} | _UNSEEN))


def _stores(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _is_known(path: Path) -> bool:
    """Whether a file is the emitted ``runtime.py``, to the letter: another may change NumPy."""
    try:
        if path.stat().st_size > LARGEST:
            return False
        return _digest(path.read_bytes()) == RUNTIME
    except OSError:
        return False


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:32]
