"""Which names a piece of source binds, touches or only looks at: what scoping rests on."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from derive.pycode.values import Library, Opaque, Value, is_number

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter
    from derive.pycode.source import Module

Scope = dict[str, Value]
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOKING = frozenset(
    {
        "len", "float", "str", "int", "abs", "isinstance", "hasattr", "round", "repr", "type",
        "any", "all", "isfinite", "isnan", "isinf", "sum", "mean", "max", "min", "item", "format",
        "norm", "allclose", "array_equal", "open", "ValueError", "TypeError", "RuntimeError",
        "AssertionError",
        "NotImplementedError", "NonFiniteLoss", "FloatingPointError", "IndexError", "KeyError",
    }
)  # fmt: skip
"""Functions, methods and exceptions whose calls change nothing."""
_KNOWN = frozenset(
    {"numpy", "scipy", "math", "builtins", "logging", "warnings", "sys", "os", "time", "torch",
     "tensorflow", "sklearn", "pandas", "matplotlib", "tqdm", "typing", "__future__"}
)  # fmt: skip
"""Libraries whose functions of these names are what they are called."""


@lru_cache(maxsize=4096)
def local_names(node: ast.FunctionDef | ast.Lambda) -> frozenset[str]:
    """The names that are local to a function: its parameters and what it binds anywhere."""
    spec = node.args
    names = {a.arg for a in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]}
    names |= {a.arg for a in (spec.vararg, spec.kwarg) if a is not None}
    if isinstance(node, ast.FunctionDef):
        names |= {name for part in _inside(node.body) for name in bound(part)}
    return frozenset(names)


@lru_cache(maxsize=4096)
def is_generator(node: ast.FunctionDef) -> bool:
    """Whether a call of a function runs nothing yet."""
    return any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in _inside(node.body))


def _inside(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a function itself, without those of functions and classes within it."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


def bound(node: ast.AST) -> list[str]:
    """The names that a node itself gives a meaning."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(alias.asname or alias.name).split(".")[0] for alias in names]
        case ast.ExceptHandler(name=str() as name):
            return [name]
        case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
            return [name]
        case ast.MatchMapping(rest=str() as name):
            return [name]
    return []


def touched(statement: ast.stmt) -> list[str]:
    """The names that a statement may bind or change the value of, in order of the text.

    >>> touched(ast.parse("net.W[0], b = f(c), 1").body[0])
    ['net', 'b', 'f', 'c']
    """
    found: dict[str, None] = {}
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.setdefault(name)
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store()):
                found |= dict.fromkeys(_roots(node))
            case ast.Call():
                for part in (node.func, *node.args, *(k.value for k in node.keywords)):
                    found |= dict.fromkeys(_roots(part))
            case _:
                found |= dict.fromkeys(bound(node))
    return list(found)


def _roots(node: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]


def changed_anywhere(body: Sequence[ast.stmt]) -> list[str]:
    """The names of the top level that a function declares to be its to change."""
    nodes = (node for statement in body for node in ast.walk(statement))
    return sorted({name for n in nodes if isinstance(n, ast.Global) for name in n.names})


def stored_into(node: ast.AST) -> set[str]:
    """The names behind what is given a new attribute: ``a`` of ``a.b.c = 1``."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, (ast.Store, ast.Del)):
            found |= _behind(part.value)
    return found


def _behind(node: ast.AST) -> set[str]:
    """The names of an expression but for those that only say at which place."""
    stack, found = [node], set()
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Subscript):
            stack.append(part.value)
        else:
            stack.extend(ast.iter_child_nodes(part))
    return found


def strangers(body: Sequence[ast.stmt]) -> frozenset[str]:
    """What a source imports from files that nobody sees, and variables that it calls.

    >>> sorted(strangers(ast.parse("import store, numpy as np; sum = store.total; sum(x)").body))
    ['store', 'sum']
    """
    found: set[str] = set()
    bound: set[str] = set()
    called: set[str] = set()
    for node in (inner for statement in body for inner in ast.walk(statement)):
        match node:
            case ast.Import(names=names):
                found |= {a.asname or a.name.partition(".")[0] for a in names if _is_unseen(a.name)}
            case ast.ImportFrom(module=module, names=names) if node.level or _is_unseen(
                module or ""
            ):
                found |= {a.asname or a.name for a in names}
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                bound.add(name)
            case ast.Call(func=ast.Name(id=name)):
                called.add(name)
    return frozenset(found | (bound & called))


def _is_unseen(module: str) -> bool:
    return module.partition(".")[0] not in _KNOWN


def only_looks(nodes: Sequence[ast.AST], own: Collection[str]) -> bool:
    """Whether evaluating these changes nothing, whatever they are of.

    own: the names of the functions of the source, and of what it has from elsewhere, of which
    that is not known.
    """
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
            return False
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name not in _LOOKING or name in own or any(k.arg == "out" for k in node.keywords):
                return False
            if root(called) in own:
                return False
    return True


def only_value(module: Module, name: str) -> ast.expr | None:
    """What a name stands for wherever a file has it; None if it may be something else somewhere.

    It is given a value once, is no parameter, and nothing reaches into it: not an attribute, as
    of ``sizes.append``, nor an entry of it is used.
    """
    found: list[ast.expr] = []
    for node in (part for statement in module.body for part in ast.walk(statement)):
        match node:
            case ast.Assign(targets=[ast.Name(id=given)], value=value) if given == name:
                found.append(value)
            case ast.arg(arg=given) if given == name:
                return None
            case ast.Attribute(value=ast.Name(id=given)) if given == name:
                return None
            case ast.Subscript(value=ast.Name(id=given)) if given == name:
                return None
            case ast.Name(id=given, ctx=ast.Store() | ast.Del()) if given == name:
                found.append(node)
    return found[0] if len(found) == 2 else None  # the assignment and its target


def root(called: ast.expr) -> str:
    """The name that what is called hangs on: ``np`` of ``np.linalg.norm``."""
    while isinstance(called, ast.Attribute):
        called = called.value
    return called.id if isinstance(called, ast.Name) else ""


def defaults(run: Interpreter, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Scope:
    """The defaults of a function's parameters, evaluated where it is made.

    One that could be changed is shared by all calls: what it holds is not known.
    """
    from derive.pycode.expressions import evaluate

    spec = node.args
    names = [a.arg for a in [*spec.posonlyargs, *spec.args]]
    given = list(zip(names[len(names) - len(spec.defaults) :], spec.defaults, strict=True))
    given += [
        (a.arg, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None
    ]
    out: Scope = {}
    for name, default in given:
        value = run.settled(evaluate(run, default, scope))
        is_module = any(value is each for each in run.globals.values())
        numbers = isinstance(value, tuple) and all(map(is_number, value))
        plain = is_number(value) or value is None or isinstance(value, (bool, str, Library))
        if plain or numbers or is_module:
            out[name] = value
        else:
            line, column = default.lineno, default.col_offset + 1
            out[name] = Opaque(f"the default of {name}, which all calls share", line, column)
    return out
