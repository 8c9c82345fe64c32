"""The names of the top level of a file, and what a statement there may have changed unseen.

A statement that is followed gives its names their values.  Of one that is not followed, what it
binds is opaque, and so is everything that it can reach and may change: objects that it mentions,
those that functions it mentions mention, and whatever holds the same objects.  Arrays that are
only written into keep their shapes, with arbitrary entries.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from derive.program import Symbol, walk
from derive.pycode import classes, naming, prepared
from derive.pycode.imports import imported
from derive.pycode.reach import Reach
from derive.pycode.state import make_array_arbitrary
from derive.pycode.statements import execute, function_value
from derive.pycode.store import Unify
from derive.pycode.training import Focused
from derive.pycode.units import differentiated
from derive.pycode.values import (
    Bound,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    Library,
    ListValue,
    Opaque,
    Raised,
    Record,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
DEEPEST = 6


def define_module(run: Interpreter, script: bool) -> None:
    """The names of the top level; what cannot be followed there is opaque until it is used.

    script: the top level itself is judged, and runs to its end or through its training loop.
    """
    run.globals["__name__"] = "__main__" if script else "a module"
    reach = Reach(run.module)
    for statement in run.module.body:
        judged = script and (not run.loops or statement is run.loops[0])
        before = dict(run.globals)
        try:
            if judged and not isinstance(statement, _DEFINITIONS):
                execute(run, statement, run.globals)
            else:
                _define(run, reach, statement)
            if prepared.is_lost(run, statement):
                if prepared.is_of_data(run, statement, before):
                    prepared.give(run, statement, before)
                else:
                    _keep_aliases(run, reach, statement, before)
        except Focused as focused:
            run.focused = focused
            return
        except (Unsupported, Raised, Unify) as error:
            data = prepared.targets_of(statement) and prepared.is_of_data(run, statement, before)
            fits = isinstance(error, Unify) and prepared.encodes(run, statement, before)
            if fits or (not data and judged and (run.loops or isinstance(error, Unify))):
                raise
            _lose(run, reach, statement, error)
            if data:
                prepared.give(run, statement, before)
        if not isinstance(statement, _DEFINITIONS):
            generalise(run, statement)
    for name in naming.changed_anywhere(run.module.body):
        run.globals[name] = Opaque(f"{name}, which a function may change", 0)
    if reach.rebinds_unseen():
        for name in run.globals:
            run.globals[name] = Opaque(f"{name}, which the top level may change unseen", 0)
    run.trace.fixed = len(run.trace.buffers)
    for value in run.globals.values():
        _fix(value)


def _keep_aliases(
    run: Interpreter, reach: Reach, statement: ast.stmt, before: dict[str, Value]
) -> None:
    """What names may stand for that a statement gave values of which nothing is known."""
    exposed, _ = reach.of([statement], before)
    held = [before[name] for name in sorted(exposed & before.keys())]
    held += [value for name in sorted(exposed) for value in run.aliases.get(name, ())]
    for name in prepared.targets_of(statement):
        run.aliases[name] = (*run.aliases.get(name, ()), *held)


def _define(run: Interpreter, reach: Reach, statement: ast.stmt) -> None:
    match statement:
        case ast.ClassDef():
            run.globals[statement.name] = classes.define(run, statement)
            outside = [b for b in statement.bases if not _is_known_base(run, b)]
            _forget(run, _reached(run, reach, outside), Opaque("what a class is made of"))
        case ast.FunctionDef():
            run.globals[statement.name] = function_value(run, statement, {})
            decorators = _reached(run, reach, statement.decorator_list)
            _forget(run, decorators, Opaque("what a decorator may change"))
        case ast.Import() | ast.ImportFrom():
            imported(statement, run.globals)
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            pass
        case ast.Assign() | ast.AnnAssign():
            execute(run, statement, run.globals)
        case _:
            raise Unsupported("a statement of the top level that is not followed", statement)


def _is_known_base(run: Interpreter, base: ast.expr) -> bool:
    known = run.globals.get(base.id) if isinstance(base, ast.Name) else None
    return isinstance(known, ClassValue)


# -- what is lost -----------------------------------------------------------------------------


def _lose(run: Interpreter, reach: Reach, statement: ast.stmt, error: Exception) -> None:
    """What a statement that is not followed may have given other values is not known.

    An array into which it only writes keeps its shape.
    """
    reason = getattr(error, "message", str(error))
    reached = _reached(run, reach, [statement])
    bound = {name for n in ast.walk(statement) for name in naming.bound(n)}
    stored = naming.stored_into(statement)
    moved = {n.target.id for n in ast.walk(statement) if _moves_name(n)}  # type: ignore[attr-defined]
    trained = _given_back(statement)
    for name in naming.touched(statement):
        if name not in run.globals and name not in bound | stored:
            continue  # a builtin, such as ``range``
        value = run.globals.get(name)
        again = sum(
            isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
            for n in ast.walk(statement)
        )
        only_moved = name in moved and again == sum(
            _moves_name(n) and n.target.id == name  # type: ignore[attr-defined]
            for n in ast.walk(statement)
        )
        kept = name not in stored and (name not in bound or only_moved)
        if name in trained and isinstance(value, Ref) and _is_real(run, value):
            run.condition(f"line {statement.lineno} gives {name} an array of the shape that it had")
            shape = run.trace.buffers[value.buffer].content.expr.shape
            leaf = run.trace.leaf(name, shape[::-1] if value.flipped else shape)
            run.globals[name] = run.trace.new(Tensor(leaf, value.ndim))
            continue
        if isinstance(value, Ref) and kept and run.trace.buffers[value.buffer].is_real:
            run.trace.buffers[value.buffer] = replace(run.trace.buffers[value.buffer], reason="")
            make_array_arbitrary(run, value, name)
        elif name in bound | stored or not isinstance(value, (FunctionValue, ClassValue, Library)):
            run.globals[name] = Opaque(reason, statement.lineno, statement.col_offset + 1)
    opaque = Opaque(reason, statement.lineno, statement.col_offset + 1)
    _forget(run, reached, opaque, naming.touched(statement))


def _is_real(run: Interpreter, ref: Ref) -> bool:
    buffer = run.trace.buffers[ref.buffer]
    return buffer.is_real and not buffer.reason


def _given_back(statement: ast.stmt) -> set[str]:
    """The names that a call is given and gives new values: ``W, b = train(X, Y, W, b)``."""
    match statement:
        case ast.Assign(targets=[target], value=ast.Call(args=args)):
            given = {a.id for a in args if isinstance(a, ast.Name)}
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            return given & {p.id for p in parts if isinstance(p, ast.Name)}
    return set()


@dataclass(frozen=True)
class Reached:
    """Objects, by identity, and arrays, classes and libraries that something may have changed."""

    held: frozenset[int]
    buffers: frozenset[int]
    kinds: frozenset[int]
    libraries: frozenset[str]


def _reached(run: Interpreter, reach: Reach, nodes: Sequence[ast.AST]) -> Reached:
    """What pieces of source that ran may have changed, beyond the names that they bind."""
    exposed, stored = reach.of(nodes, run.globals)
    values = [run.globals.get(name) for name in sorted(exposed)]
    values += [value for name in sorted(exposed) for value in run.aliases.get(name, ())]
    parts = [part for value in values for part in parts_of(value)]
    given = [run.globals[name] for name in sorted(stored & run.globals.keys())]
    return Reached(
        frozenset(id(part) for part in parts if not isinstance(part, Ref)),
        frozenset(part.buffer for part in parts if isinstance(part, Ref)),
        frozenset(id(value) for value in given if isinstance(value, ClassValue)),
        frozenset(v.name.split(".")[0] for v in given if isinstance(v, Library)),
    )


def _forget(run: Interpreter, reached: Reached, opaque: Opaque, done: Collection[str] = ()) -> None:
    """Every name that stands for something that was reached loses its value; not those `done`."""
    for name, value in list(run.globals.items()):
        if isinstance(value, Library):
            changed = value.name.split(".")[0] in reached.libraries
        elif isinstance(value, ClassValue):
            changed = id(value) in reached.kinds
            value.changed |= changed
        else:
            changed = any(id(part) in reached.held for part in parts_of(value))
        if changed:
            run.globals[name] = opaque
        elif isinstance(value, Ref) and value.buffer in reached.buffers and name not in done:
            make_array_arbitrary(run, value, name)


def parts_of(value: Value, depth: int = DEEPEST) -> Iterator[Value]:
    """The objects that can be reached from a value and can be changed, itself included."""
    if isinstance(value, Unknown) and value.known:
        value = value.value
    if isinstance(value, (Ref, ListValue, DictValue, Instance, Record, Unknown)):
        yield value
    if not depth:
        return
    held: list[Value]
    if isinstance(value, Bound):
        held = [value.of]
    elif isinstance(value, FunctionValue):
        held = [*value.scope.values(), *value.defaults.values()]
    elif isinstance(value, tuple):
        held = list(value)
    elif isinstance(value, ListValue):
        held = value.items
    elif isinstance(value, (DictValue, Record)):
        held = list(value.items.values())
    elif isinstance(value, Instance):
        held = list(value.attributes.values())
    else:
        held = list(value.parts.values()) if isinstance(value, Unknown) else []
    for part in held:
        yield from parts_of(part, depth - 1)


def _moves_name(node: ast.AST) -> bool:
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)


# -- what is made arbitrary -------------------------------------------------------------------


def generalise(run: Interpreter, statement: ast.stmt) -> None:
    """An array of the top level by which the file differentiates is any array of its shape."""
    names = {
        n.id
        for n in ast.walk(statement)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    wanted = differentiated(run.module)
    held = [(name, run.globals.get(name)) for name in sorted(names & wanted)]
    entered = {
        n.value.id
        for n in ast.walk(statement)
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Name)
    }
    for value in (run.globals.get(name) for name in sorted(entered | names)):
        if isinstance(value, DictValue):
            held += [(k, v) for k, v in value.items.items() if isinstance(k, str) and k in wanted]
    for name, value in held:
        if isinstance(value, Ref) and _is_given(run, value):
            run.trace.drop(name)
            make_array_arbitrary(run, value, name)


def _is_given(run: Interpreter, ref: Ref) -> bool:
    """Whether an array is random or constant, not computed from something."""
    buffer = run.trace.buffers[ref.buffer]
    expr = buffer.content.expr
    leaves = {n.name for n in walk(expr) if isinstance(n, Symbol)}
    for name in sorted(leaves):
        if name in run.trace.definitions:
            inner = run.trace.definitions[name]
            leaves |= {n.name for n in walk(inner) if isinstance(n, Symbol)}
    return not buffer.reason and all(
        n in run.trace.definitions or n.split(".")[0] in ("random", "data") for n in leaves
    )


def _fix(value: Value, depth: int = DEEPEST) -> None:
    """Marks what belongs to the module."""
    if depth == 0:
        raise Unsupported("an object of the module whose parts lie too deep")
    if isinstance(value, tuple):
        parts: list[Value] = list(value)
    elif isinstance(value, (ListValue, DictValue, Instance)) and not value.fixed:
        value.fixed = True
        held = value.attributes if isinstance(value, Instance) else value.items
        parts = list(held.values()) if isinstance(held, dict) else list(held)
    else:
        return
    for part in parts:
        _fix(part, depth - 1)
