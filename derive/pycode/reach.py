"""What a piece of source can reach: the names that it, and the functions that it mentions, expose.

In: a file and pieces of its syntax.  Out: the names of the top level whose values may be changed
by running them, and those that are themselves given other attributes or entries.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.pycode import naming
from derive.pycode.source import Module
from derive.pycode.values import DictValue, FunctionValue, ListValue, Value

_UNSEEN = frozenset(
    {"exec", "eval", "globals", "vars", "locals", "setattr", "delattr", "__import__", "compile",
     "__builtins__"}
)  # fmt: skip
_LOADERS = frozenset({"builtins", "importlib", "ctypes", "gc", "modules"})
_TRACING = frozenset({"meta_path", "settrace", "setprofile"})
"""Attributes of ``sys`` by which anything may change."""
_DUNDER = frozenset(
    {"__name__", "__version__", "__doc__", "__file__", "__init__", "__call__", "__len__"}
)
Names = frozenset[str]


@dataclass(frozen=True)
class Piece:
    """What one function, class or statement does by itself, with names that are not its own.

    exposed: handed on, called or stored into.  read: of which a part is read.  bare: handed on
    themselves.  stored: given other attributes; stores: whether anything is.
    """

    mentioned: Names
    exposed: Names
    read: Names
    bare: Names
    stored: Names
    stores: bool


class Reach:
    """The functions and classes of a file, with what each of them exposes by itself."""

    def __init__(self, module: Module) -> None:
        self.body = module.body
        self._named: dict[str, list[ast.AST]] = {}
        for statement in module.body:
            for node in ast.walk(statement):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self._named.setdefault(node.name, []).append(node)
        self._known: dict[int, Piece] = {}

    def of(
        self, nodes: Iterable[ast.AST], values: Mapping[str, Value]
    ) -> tuple[set[str], set[str]]:
        """The names that running `nodes` exposes, and those into which it may store attributes."""
        pieces = [self._piece(node) for node in self._behind(nodes, values)]
        exposed = {name for piece in pieces for name in piece.exposed}
        exposed |= {n for p in pieces for n in p.read if _has_parts(values.get(n))}
        stored = {name for piece in pieces for name in piece.stored}
        if any(piece.stores for piece in pieces):
            stored |= {name for piece in pieces for name in piece.bare}
        return exposed, stored

    def _behind(self, nodes: Iterable[ast.AST], values: Mapping[str, Value]) -> list[ast.AST]:
        """The pieces and the functions and classes that they mention, wherever these stand."""
        found: dict[int, ast.AST] = {}
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if id(node) in found:
                continue
            found[id(node)] = node
            for name in sorted(self._piece(node).mentioned):
                stack += self._named.get(name, [])
                value = values.get(name)
                if isinstance(value, FunctionValue):
                    stack.append(value.node)
        return list(found.values())

    def _piece(self, node: ast.AST) -> Piece:
        if id(node) not in self._known:
            self._known[id(node)] = _piece(node)
        return self._known[id(node)]

    def rebinds_unseen(self) -> bool:
        """Whether the file, as it is imported, does what may change any name."""
        run: list[ast.AST] = []
        for statement in self.body:
            run += getattr(statement, "decorator_list", [])
            if isinstance(statement, ast.ClassDef):
                run += [s for s in statement.body if not isinstance(s, ast.FunctionDef)]
            elif not isinstance(statement, ast.FunctionDef) and not is_main(statement):
                run.append(statement)
        pieces = self._behind(run, {})
        nodes = [inner for piece in pieces for inner in _running(piece)]
        loads = any(_is_loader(node) for node in nodes)
        stores = any(self._piece(piece).stores for piece in pieces)
        return (loads and stores) or any(_is_unseen(node) for node in nodes)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a piece of source but for ``**globals()``, which only reads."""
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        if not (
            isinstance(part, ast.keyword)
            and part.arg is None
            and ast.unparse(part.value) == "globals()"
        ):
            stack.extend(ast.iter_child_nodes(part))


def is_main(statement: ast.stmt) -> bool:
    """``if __name__ == "__main__":``."""
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"


def _is_unseen(node: ast.AST) -> bool:
    """Whether a node names what may give any name another meaning."""
    match node:
        case ast.Name(id=name):
            return name in _UNSEEN
        case ast.Attribute(attr=name):
            special = name.startswith("__") and name.endswith("__")
            return name in _TRACING or (special and name not in _DUNDER)
    return False


def _is_loader(node: ast.AST) -> bool:
    """Whether a node names what gives modules, to which attributes may be given."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _LOADERS
        case ast.Import(names=names):
            return any(alias.name.split(".")[0] in _LOADERS for alias in names)
        case ast.ImportFrom(module=str() as module):
            return module.split(".")[0] in _LOADERS
    return False


def _piece(node: ast.AST) -> Piece:
    own: Names = frozenset()
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        own = naming.local_names(node)
    mentioned: set[str] = set()
    exposed: set[str] = set()
    read: set[str] = set()
    bare: set[str] = set()
    stack: list[tuple[ast.AST, bool]] = [(node, False)]
    while stack:
        part, is_owner = stack.pop()
        if isinstance(part, ast.Name):
            mentioned.add(part.id)
            exposed.add(part.id)
            if not is_owner:
                bare.add(part.id)
        elif isinstance(part, ast.Subscript) and _reads_plainly(part):
            assert isinstance(part.value, ast.Name)
            read.add(part.value.id)
        elif isinstance(part, ast.Attribute):
            mentioned.add(part.attr)
            stack.append((part.value, True))
        else:
            stack += [(child, _is_asked(part, child)) for child in _children(part)]
    stored = naming.stored_into(node)
    return Piece(
        frozenset(mentioned),
        frozenset(exposed - own),
        frozenset(read - own),
        frozenset(bare - own),
        frozenset(stored - own),
        bool(stored),
    )


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The parts that run: no annotations."""
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            parts = value if isinstance(value, list) else [value]
            yield from (part for part in parts if isinstance(part, ast.AST))


def _is_asked(node: ast.AST, child: ast.AST) -> bool:
    """Whether a part is called, is a base or asked for its kind: it gets no other attributes."""
    if isinstance(node, ast.ClassDef):
        return any(child is base for base in node.bases)
    if not isinstance(node, ast.Call):
        return False
    return child is node.func or getattr(node.func, "id", "") in (
        "isinstance",
        "issubclass",
        "super",
    )


def _reads_plainly(node: ast.Subscript) -> bool:
    """``config["rate"]``: whatever is there is looked up by a constant."""
    plain = isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant)
    return plain and isinstance(node.ctx, ast.Load)


def _has_parts(value: Value) -> bool:
    """Whether what is read from a container may itself be changed."""
    held = list(value.items.values()) if isinstance(value, DictValue) else None
    held = value.items if isinstance(value, ListValue) else held
    return held is None or not all(v is None or isinstance(v, (int, Fraction, str)) for v in held)
