"""Cost and gradients in one piece: a function, a method, a script or its training loop.

People also write the cost and its gradients one below the other: in ``loss(self, X, y)``, in the
loop of ``fit``, or at the top of a file.  Such a unit is found by what it does, whatever it is
called: it computes a cost, and gives names to gradients or moves what it differentiates.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TypeGuard

from derive.pycode.entry import Entry
from derive.pycode.guess import is_labels
from derive.pycode.names import COST_NAMES, GRADIENTS, target_of
from derive.pycode.source import Module

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LOOPS = (ast.For, ast.While)
_STEPS = frozenset({"step", "update", "update_params", "update_parameters", "apply_gradients"})
"""What people call the method that moves the parameters."""
Path = tuple[ast.stmt, ...]


def units(module: Module) -> list[Entry]:
    """The units of a file in the order of the text; a script has the name ""."""
    found: list[Entry] = []
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef):
            found += _of_body(statement.body, statement.name, "", module)
        elif isinstance(statement, ast.ClassDef):
            for method in statement.body:
                if isinstance(method, ast.FunctionDef):
                    found += _of_body(method.body, method.name, statement.name, module)
    top = [s for s in module.body if not isinstance(s, _DEFINITIONS)]
    return found + list(_of_body(top, "", "", module))


def _of_body(body: Sequence[ast.stmt], name: str, owner: str, module: Module) -> Iterator[Entry]:
    loops = list(_training_loops(body, (), module))
    if loops:
        yield from (Entry(name, owner=owner, loops=path) for path in loops[:1])
    elif (
        _computes_cost(body) and (_gradients(body, module) or (name and _returns_gradient(body)))
    ) or (owner and _starts_from_error(body) and _moves(body)):
        yield Entry(name, owner=owner, unit=True)


def _training_loops(body: Sequence[ast.stmt], path: Path, module: Module) -> Iterator[Path]:
    """The innermost loops that compute a cost and differentiate it, with those around them."""
    for statement in body:
        if isinstance(statement, _DEFINITIONS):
            continue
        inner = (*path, statement)
        parts = [part for part in _blocks(statement) if part]
        deeper = [p for part in parts for p in _training_loops(part, inner, module)]
        if deeper:
            yield from deeper
        elif isinstance(statement, ast.For) and _adds_up(statement.body, module):
            continue
        elif isinstance(statement, _LOOPS) and _trains(statement.body, module):
            yield inner


def _adds_up(body: Sequence[ast.stmt], module: Module) -> bool:
    """Whether a loop adds up a cost or gradients, example by example, and moves no parameter."""
    adds = False
    parameters = differentiated(module)
    plain = {n.id for s in body for n in ast.walk(s) if isinstance(s, ast.Assign) and _is_given(n)}
    for node in _inside(body):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in [node.target] if isinstance(node, ast.AugAssign) else targets:
            name = _base(target)
            if name in parameters:
                return False
            gradient = target_of(name, known_names(module)) is not None
            kept = isinstance(target, ast.Subscript) or name not in plain
            adds |= isinstance(node, ast.AugAssign) and kept and (name in COST_NAMES or gradient)
    return adds


def _is_given(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _base(node: ast.expr) -> str:
    """``dW`` of ``dW[:, j]`` and ``W`` of ``self.W``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return str(getattr(node, "id", getattr(node, "attr", "")))


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(statement, (ast.For, ast.While, ast.If, ast.With)):
        return [statement.body, getattr(statement, "orelse", [])]
    return []


def _trains(body: Sequence[ast.stmt], module: Module) -> bool:
    if _starts_from_error(body) and _moves(body):
        return True
    return _computes_cost(body) and (
        _moves(body) or bool(_gradients(body, module)) or _calls_what_moves(body, module)
    )


def _calls_what_moves(body: Sequence[ast.stmt], module: Module) -> bool:
    """Whether a body calls a function, or a method of its object, that takes a step."""
    calls = [node.func for node in _inside(body) if isinstance(node, ast.Call)]
    functions = {called.id for called in calls if isinstance(called, ast.Name)}
    own = {called.attr for called in calls if isinstance(called, ast.Attribute)}
    steps = [f for name, f in module.functions.items() if name in functions]
    for kind in module.classes.values():
        methods = (m for m in kind.body if isinstance(m, ast.FunctionDef))
        steps += [m for m in methods if m.name in own]
    return any(_moves(step.body) or _steps(step) for step in steps)


def _steps(method: ast.FunctionDef) -> bool:
    """Whether a method that is called like a step changes what other objects hold."""
    return method.name in _STEPS and any(
        isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Attribute, ast.Subscript))
        for node in _inside(method.body)
    )


def _starts_from_error(body: Sequence[ast.stmt]) -> bool:
    """Whether a body takes the difference of labels and something else: of a cost not stated."""
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and any(
            isinstance(side, ast.Name) and is_labels(side.id) for side in (node.left, node.right)
        )
        for node in _inside(body)
    )


def differentiates(body: Sequence[ast.stmt], module: Module) -> bool:
    """Whether a body computes gradients and moves what they are by, but no cost."""
    return not _computes_cost(body) and bool(_gradients(body, module)) and _moves(body)


def _inside(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a body, without those of functions and classes within it."""
    stack: list[ast.AST] = [*body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _DEFINITIONS):
            stack.extend(ast.iter_child_nodes(node))


def _computes_cost(body: Sequence[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in COST_NAMES
        for node in _inside(body)
    )


def _moves(body: Sequence[ast.stmt]) -> bool:
    """Whether something is moved by an amount, as a training step moves parameters."""
    products = {
        target.id
        for node in _inside(body)
        if isinstance(node, ast.Assign) and _is_product(node)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in _inside(body):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
            if _is_product(node) or getattr(node.value, "id", "") in products - {*COST_NAMES}:
                return True
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            own = [ast.unparse(t) for t in node.targets if isinstance(t, (ast.Name, ast.Attribute))]
            left, op = node.value.left, node.value.op
            if isinstance(op, ast.Sub) and ast.unparse(left) in own:
                return True
            if isinstance(op, ast.Add) and ast.unparse(left) in own and _is_product(node):
                return True
    return False


def _is_product(node: ast.Assign | ast.AugAssign) -> bool:
    """Whether a product is given to what is not called a cost."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if any(isinstance(t, ast.Name) and t.id in COST_NAMES for t in targets):
        return False
    return any(isinstance(n, (ast.Mult, ast.MatMult)) or _is_dot(n) for n in ast.walk(node))


def _is_dot(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "dot"


def _gradients(body: Sequence[ast.stmt], module: Module) -> set[str]:
    """The names of the gradients that a body computes."""
    return {n for n in _given(_inside(body)) if target_of(n, known_names(module)) is not None}


def _returns_gradient(body: Sequence[ast.stmt]) -> bool:
    """Whether a body returns, beside something else, an array that it calls the gradient."""
    return any(
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Tuple)
        and any(isinstance(e, ast.Name) and e.id in GRADIENTS for e in node.value.elts)
        for node in _inside(body)
    )


def _given(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names and constant keys that give names to values."""
    for node in nodes:
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                yield from _keyed(node.value, node.slice.value)
        elif isinstance(node, ast.Dict):
            for key in node.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value
        elif isinstance(node, ast.Call):
            yield from (k.arg for k in node.keywords if k.arg is not None)


def _keyed(holder: ast.expr, key: str) -> Iterator[str]:
    """``grads["W1"]`` gives a value to ``grads_W1``, other keys to themselves."""
    name = holder.id if isinstance(holder, ast.Name) else getattr(holder, "attr", "")
    yield f"grad_{key}" if name in GRADIENTS else key


@lru_cache(maxsize=16)
def _names_of(body: tuple[ast.stmt, ...]) -> frozenset[str]:
    found: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value[:40])
    return frozenset(found)


def known_names(module: Module) -> frozenset[str]:
    """All names, attributes and short texts of a file."""
    return _names_of(tuple(module.body))


@lru_cache(maxsize=16)
def _differentiated(body: tuple[ast.stmt, ...]) -> frozenset[str]:
    names = _names_of(body)
    given = {n for statement in body for n in _given(ast.walk(statement))}
    return frozenset(t for n in sorted(given) if (t := target_of(n, names)) is not None)


def differentiated(module: Module) -> frozenset[str]:
    """The names by which a file differentiates: those whose gradients have names in it."""
    return _differentiated(tuple(module.body))


_COUNTS = frozenset({"m", "N", "batch_size", "n_samples", "num_examples", "num_train", "batch"})
_ALONG = frozenset({"axis", "keepdims"})
_MEANS = frozenset({"mean", "average", "var", "std"})


@lru_cache(maxsize=16)
def _speaks(body: tuple[ast.stmt, ...]) -> bool:
    for node in (inner for statement in body for inner in ast.walk(statement)):
        match node:
            case ast.Name(id="X" | "Y") | ast.arg(arg="X" | "Y"):
                return True
            case ast.Call(func=ast.Attribute(attr=name)) if name in _MEANS:
                return True
            case ast.Call(keywords=keywords) if any(k.arg in _ALONG for k in keywords):
                return True
            case ast.Subscript(value=ast.Attribute(attr="shape")):
                return True
            case ast.Assign(targets=[ast.Tuple()], value=ast.Attribute(attr="shape")):
                return True
            case ast.BinOp(op=ast.Div(), right=ast.Name(id=name)) if name in _COUNTS:
                return True
    return False


def speaks_of_examples(module: Module) -> bool:
    """Whether a file has more than one example in mind: it sums along axes, or counts them."""
    return _speaks(tuple(module.body))
