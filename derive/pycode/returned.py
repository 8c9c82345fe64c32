"""The parts of what is returned or held, each with the name that it has there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.program import Symbol
from derive.pycode.interpreter import Interpreter
from derive.pycode.names import (
    GRADIENTS,
    attribute_of,
    target_of,
)
from derive.pycode.values import (
    Chosen,
    DictValue,
    Instance,
    ListValue,
    Parts,
    Record,
    Ref,
    Tensor,
    Value,
)


def numbers(run: Interpreter, scope: dict[str, Value]) -> list[tuple[str, Tensor]]:
    """The arrays and numbers of a scope by name, those of objects and containers included."""
    found: list[tuple[str, Tensor]] = []
    for name, value in scope.items():
        value = None if isinstance(value, Chosen) else run.settled(value)
        if isinstance(value, Tensor):
            found.append((name, value))
        elif isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
            found.append((name, run.trace.read(value)))
        elif isinstance(value, Parts):
            found += [(f"{name}:{k}", run.trace.read(r)) for k, r in enumerate(value.refs, 1)]
        elif isinstance(value, (Instance, DictValue, ListValue)) or _holds_objects(value):
            inner = dict(named_parts(value, name))
            found += [(f"{name}.{n}", t) for n, t in numbers(run, inner)]
    return [(n, t) for n, t in found if t.kind == "real" and t.picked is None]


def _holds_objects(value: Value) -> bool:
    return isinstance(value, tuple) and any(isinstance(part, Instance) for part in value)


def named_parts(value: Value, name: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Instance):
        yield from value.attributes.items()
    elif isinstance(value, (DictValue, Record)):
        yield from ((str(k), v) for k, v in value.items.items())
    elif isinstance(value, (ListValue, tuple)):
        items = value.items if isinstance(value, ListValue) else value
        yield from ((f"{name}_{k}", v) for k, v in enumerate(items))


@dataclass(frozen=True)
class Part:
    """Something that is returned: its name there, and what is beside it in a container of its own.

    others: name to value; empty for a part of a tuple, which is named by its variable.
    """

    label: str
    value: Value
    others: dict[str, Value] = field(default_factory=dict)


def is_parameter(run: Interpreter, part: Part, leaves: dict[str, str]) -> bool:
    """A parameter that is handed back: by its variable, or with nothing but others beside it."""
    values = part.others or {part.label: part.value}
    return all(_stands_for(run, v) == leaves[n] for n, v in values.items() if n in leaves)


def _stands_for(run: Interpreter, value: Value) -> str:
    value = run.settled(value)
    if isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
        value = run.trace.read(value)
    expr = value.expr if isinstance(value, Tensor) else None
    return expr.name if isinstance(expr, Symbol) else ""


def labelled(
    run: Interpreter,
    value: Value,
    node: ast.expr | None,
    name: str = "",
    others: dict[str, Value] | None = None,
) -> Iterator[Part]:
    """The parts of what is returned, each with the name that it has there."""
    value = run.settled(value)
    if isinstance(value, tuple) or (isinstance(value, ListValue) and isinstance(node, ast.List)):
        items = value if isinstance(value, tuple) else tuple(value.items)
        nodes = node.elts if isinstance(node, (ast.Tuple, ast.List)) else [None] * len(items)
        for k, (part, each) in enumerate(zip(items, nodes, strict=False)):
            yield from labelled(run, part, each, f"{name}_{k}" if name else "")
        return
    label = node.id if isinstance(node, ast.Name) else name
    if label and (name or not isinstance(value, (ListValue, DictValue, Record, Instance))):
        yield Part(label, value, others or {})
    inside = dict(named_parts(value, label)) if not isinstance(value, Instance) else {}
    keyed = inside if isinstance(value, (DictValue, Record)) else {}
    for key, part in inside.items():
        yield from labelled(run, part, None, key, keyed)


def formulas_returned(result: Value, returned: ast.expr | None) -> list[tuple[ast.BinOp, Value]]:
    """The parts of ``return loss / m, dW / m`` that are computed where they are returned."""
    if not isinstance(returned, ast.Tuple) or not isinstance(result, tuple):
        return []
    pairs = zip(returned.elts, result, strict=False)
    return [(node, value) for node, value in pairs if isinstance(node, ast.BinOp)]


def names_in(node: ast.AST) -> frozenset[str]:
    """The variables that a formula mentions."""
    return frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))


def of_instance(run: Interpreter, instance: Instance) -> Iterator[tuple[str, Value, str]]:
    """Attributes of objects that are gradients of other attributes of theirs."""
    seen: list[Instance] = []
    stack = [instance]
    while stack:
        one = stack.pop()
        if one in seen:
            continue
        seen.append(one)
        names = list(one.attributes)
        for name, value in one.attributes.items():
            target = attribute_of(name, names)
            if target is not None:
                yield from _matched(run, name, value, one.attributes[target])
            stack += [v for v in _instances(value) if v not in seen]
        grads = [v for k, v in one.attributes.items() if k in GRADIENTS]
        for value in grads:
            if isinstance(value, DictValue):
                for key, part in value.items.items():
                    yield str(key), part, target_of(str(key), run.trace.leaves) or str(key)


def _matched(
    run: Interpreter, name: str, value: Value, target: Value
) -> Iterator[tuple[str, Value, str]]:
    value, target = run.settled(value), run.settled(target)
    if isinstance(value, (Ref, Tensor)) and isinstance(target, Ref):
        leaf = run.trace.buffers[target.buffer].content.expr
        if isinstance(leaf, Symbol):
            yield name, value, leaf.name
    elif isinstance(value, (Ref, Tensor)) and isinstance(target, Tensor) and not target.ndim:
        if isinstance(target.expr, Symbol):
            yield name, value, target.expr.name
    elif isinstance(value, (Ref, Parts)) and isinstance(target, Parts):
        names = tuple(_stands_for(run, ref) for ref in target.refs)
        yield from ((name, value, whole) for whole, n in run.trace.divided.items() if n == names)
    elif isinstance(value, (ListValue, DictValue)) and type(value) is type(target):
        theirs = dict(named_parts(target, ""))
        for key, part in named_parts(value, ""):
            if key in theirs:
                yield from _matched(run, f"{name}{key}", part, theirs[key])


def _instances(value: Value) -> list[Instance]:
    if isinstance(value, Instance):
        return [value]
    if isinstance(value, (ListValue, tuple)):
        items = value.items if isinstance(value, ListValue) else value
        return [i for i in items if isinstance(i, Instance)]
    return []
