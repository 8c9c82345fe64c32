"""Statements: assignment, in-place operators, branches and loops that the source decides.

Assignments name what they compute (a definition of the program); in-place operators and
assignments into an array go through its buffer, so every alias sees them.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import ZERO, Number, Size
from derive.pycode import arrays, branches, classes, figures, indexing, iteration, naming, parts
from derive.pycode.expressions import evaluate
from derive.pycode.imports import imported
from derive.pycode.operators import binary
from derive.pycode.store import Unify
from derive.pycode.training import turn
from derive.pycode.values import (
    DictValue,
    FunctionValue,
    Instance,
    Library,
    ListValue,
    Opaque,
    Parts,
    Raised,
    Record,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    changing,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]


class Returned(Exception):
    def __init__(self, value: Value, node: ast.expr | None) -> None:
        super().__init__()
        self.value, self.node = value, node


class Broken(Exception):
    """``break`` or ``continue``."""

    def __init__(self, ends: bool) -> None:
        super().__init__()
        self.ends = ends


# -- functions -------------------------------------------------------------------------------


def function_value(run: Interpreter, node: ast.FunctionDef, scope: Scope) -> Value:
    """The function that a ``def`` makes."""
    if node.decorator_list:
        return Opaque(f"the function {node.name} has a decorator", node.lineno, 1, True)
    owner = getattr(scope.get(""), "owner", None)
    return FunctionValue(node.name, node, scope, owner, naming.defaults(run, node, scope))


def bind(
    run: Interpreter,
    function: FunctionValue,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> Scope:
    """The arguments of a call by name; arrays without a name get that of the parameter."""
    spec = function.node.args
    names = [a.arg for a in [*spec.posonlyargs, *spec.args]]
    if len(args) > len(names) and spec.vararg is None:
        raise Unsupported(f"too many arguments for {function.name}", node)
    scope: Scope = dict(zip(names, args, strict=False))
    if spec.vararg is not None:
        scope[spec.vararg.arg] = tuple(args[len(names) :])
    keyed = [a.arg for a in [*spec.args, *spec.kwonlyargs]]
    for name, value in keywords.items():
        if name in scope or name not in keyed:
            raise Unsupported(f"the argument {name} of {function.name}", node)
        scope[name] = value
    for name in [*names, *(a.arg for a in spec.kwonlyargs)]:
        if name not in scope:
            if name not in function.defaults:
                raise Unsupported(f"{function.name} without its argument {name}", node)
            scope[name] = function.defaults[name]
        if isinstance(scope[name], Ref):
            run.trace.rename(scope[name], name, node)
    return scope


def run_body(run: Interpreter, function: FunctionValue, scope: Scope) -> Value:
    """The value that a function returns."""
    own = naming.local_names(function.node)
    outer = {name: value for name, value in function.scope.items() if name not in own}
    scope = {**outer, "": function, **scope}
    if isinstance(function.node, ast.Lambda):
        return evaluate(run, function.node.body, scope)
    try:
        block(run, function.node.body, scope)
    except Returned as returned:
        run.returned, run.scope = returned.node, scope
        return returned.value
    run.returned, run.scope = None, scope
    return None


def block(run: Interpreter, body: list[ast.stmt], scope: Scope) -> None:
    for statement in body:
        try:
            execute(run, statement, scope)
        except Unsupported as error:
            raise error.at(statement) from None
        except Unify as error:
            if not hasattr(error, "node"):
                error.node = statement  # type: ignore[attr-defined]
            raise


# -- one statement ----------------------------------------------------------------------------


def execute(run: Interpreter, node: ast.stmt, scope: Scope) -> None:
    run.tick(node)
    match node:
        case ast.Assign(targets=targets, value=value):
            try:
                result = run.keep(evaluate(run, value, scope))
            except Unsupported as error:
                if figures.leave_open(run, node, scope, error):
                    return
                raise
            for target in targets:
                assign(run, target, result, scope, node)
        case ast.AnnAssign(target=target, value=value):
            if value is not None:
                assign(run, target, run.keep(evaluate(run, value, scope)), scope, node)
        case ast.AugAssign():
            _in_place(run, node, scope)
        case ast.Expr(value=value):
            evaluate(run, value, scope)
        case ast.Return(value=value):
            result = None if value is None else run.keep(evaluate(run, value, scope))
            name_returned(run, value, result)
            raise Returned(result, value)
        case ast.If():
            branches.branch(run, node, scope)
        case ast.For():
            iteration.loop(run, node, scope)
        case ast.While() if any(node is each for each in run.loops):
            turn(run, node, scope)
        case ast.With(items=items, body=body):
            for item in items:
                call = item.context_expr
                name = evaluate(run, call.func, scope) if isinstance(call, ast.Call) else None
                known = (Library("numpy.errstate"), Library("numpy.printoptions"))
                if name not in known or item.optional_vars is not None:
                    raise Unsupported(f"with {ast.unparse(call)[:60]}", node)
                assert isinstance(call, ast.Call)
                for part in (*call.args, *(k.value for k in call.keywords)):
                    evaluate(run, part, scope)
            block(run, body, scope)
        case ast.FunctionDef(name=name):
            scope[name] = function_value(run, node, scope)
        case ast.Import() | ast.ImportFrom():
            imported(node, scope)
        case ast.Delete(targets=targets):
            for target in targets:
                if not isinstance(target, ast.Name):
                    raise Unsupported("del of what is no name", node)
                scope.pop(target.id, None)
        case ast.Raise():
            raise Raised(str(node.lineno))
        case ast.Break() | ast.Continue():
            raise Broken(isinstance(node, ast.Break))
        case ast.Assert(test=test):
            holds = branches.truth(run, test, scope)
            if holds is False:
                raise Raised(str(node.lineno))
            if holds is None:
                run.condition(f"the assertion of line {node.lineno} holds")
        case ast.Pass():
            pass
        case _:
            raise Unsupported(f"the statement {type(node).__name__.lower()}", node)


def name_returned(run: Interpreter, node: ast.expr | None, value: Value) -> None:
    """A returned array without a name is called ``result``."""
    if isinstance(value, Ref) and node is not None:
        run.trace.rename(value, "result", node)


def assign(run: Interpreter, target: ast.expr, value: Value, scope: Scope, node: ast.AST) -> None:
    match target:
        case ast.Name(id=name):
            scope[name] = named(run, value, name, node)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            for each, part in unpack(run, targets, value, node):
                assign(run, each, part, scope, node)
        case ast.Attribute(value=owner, attr=name):
            holder = run.settled(evaluate(run, owner, scope))
            value = named(run, value, name, node)
            name = classes.mangled(name, scope.get(""), holder)
            if isinstance(holder, Instance):
                classes.set_attribute(holder, name, value)
            elif isinstance(holder, Unknown):
                holder.parts[name] = value
            else:
                raise Unsupported(f"assignment to the attribute {name}", node)
        case ast.Subscript(value=owner, slice=index):
            holder = run.settled(evaluate(run, owner, scope))
            indexing.store(run, holder, index, value, scope, node)
        case _:
            raise Unsupported("an assignment of this kind", node)


def named(run: Interpreter, value: Value, name: str, node: ast.AST) -> Value:
    """The value, under a name of the program if it was computed."""
    if isinstance(value, Ref):
        run.trace.rename(value, name, node)
    elif isinstance(value, Parts):
        for k, ref in enumerate(value.refs, 1):
            run.trace.rename(ref, f"{name}:{k}", node)
    elif (
        isinstance(value, Tensor)
        and value.kind == "real"
        and value.picked is None
        and not isinstance(value.expr, (Number, Size))
    ):
        return Tensor(run.trace.define(name, value.expr, node), value.ndim)
    return value


def _called(target: ast.expr, place: int) -> str:
    return target.id if isinstance(target, ast.Name) else str(place)


def unpack(
    run: Interpreter, targets: list[ast.expr], value: Value, node: ast.AST
) -> list[tuple[ast.expr, Value]]:
    """Targets with the parts of a tuple, list, named tuple or unknown argument."""
    value = run.settled(value)
    if isinstance(value, Unknown):
        if any(isinstance(t, ast.Starred) for t in targets):
            raise Unsupported("unpacking an argument of unknown length", node)
        return [
            (t, value.parts.setdefault(k, Unknown(_called(t, k), loaded=value.loaded)))
            for k, t in enumerate(targets)
        ]
    if isinstance(value, Opaque):
        return [(t, value) for t in targets]
    items = iteration.items_of(run, value, node)
    stars = [k for k, t in enumerate(targets) if isinstance(t, ast.Starred)]
    if len(stars) == 1 and len(items) >= len(targets) - 1:
        start, after = stars[0], len(targets) - stars[0] - 1
        middle = ListValue(items[start : len(items) - after])
        items = [*items[:start], middle, *items[len(items) - after :]]
        targets = [t.value if isinstance(t, ast.Starred) else t for t in targets]
    if len(items) != len(targets):
        raise Unsupported(f"unpacking {len(items)} values into {len(targets)} names", node)
    return list(zip(targets, items, strict=True))


def _in_place(run: Interpreter, node: ast.AugAssign, scope: Scope) -> None:
    """``a op= b``: through the buffer of an array or a list, else a new value."""
    if isinstance(node.target, ast.Subscript):
        holder = run.settled(evaluate(run, node.target.value, scope))
        if not isinstance(holder, (DictValue, ListValue, Unknown, Record, Instance)):
            right = evaluate(run, node.value, scope)
            indexing.change(run, holder, node, right, scope)
            return
    calls = [part for part in ast.walk(node.target) if isinstance(part, ast.Call)]
    if not naming.only_looks(calls, run.unclear):
        raise Unsupported("an in-place operator on what a call returns", node)
    load = ast.copy_location(_loaded(node.target), node.target)
    current = run.settled(evaluate(run, load, scope))
    if isinstance(current, Opaque) and current.own:
        raise Unsupported(current.reason, node)
    right = evaluate(run, node.value, scope)
    if isinstance(current, Unknown):
        current = run.resolve(current)
    if isinstance(current, ListValue):
        if not isinstance(node.op, ast.Add):
            raise Unsupported("this in-place operator on a list", node)
        changing(current)
        current.items += iteration.items_of(run, right, node)
        assign(run, node.target, current, scope, node)
        return
    result = binary(run, node.op, current, right, node)
    if isinstance(current, Parts):
        parts.overwrite(run, current, result)
        named(run, current, _label(node.target), node)
        return
    if not isinstance(current, Ref):
        assign(run, node.target, run.keep(result), scope, node)
        return
    overwrite(run, current, run.tensor(result))
    run.trace.rename(current, _label(node.target), node)


def overwrite(run: Interpreter, ref: Ref | Parts, result: Value) -> None:
    """All entries of an array take new values; the result may have to be stretched."""
    if isinstance(ref, Parts):
        parts.overwrite(run, ref, result)
        return
    result = run.tensor(result)
    if result.ndim > ref.ndim:
        raise Unsupported("an in-place operation whose result has more axes than the array")
    have = run.trace.read(ref).expr
    expr = arrays.real(result).expr
    if expr.shape != have.shape:
        arrays.agree(have.shape, expr.shape, "in-place operation")
        stretched = arrays.plus(Tensor(expr, 2), Tensor(arrays.filled(have.shape, ZERO), 2)).expr
        if stretched.shape != have.shape:
            raise Unsupported("an in-place operation whose result is larger than the array")
        expr = stretched
    run.trace.write(ref, expr)


def _loaded(target: ast.expr) -> ast.expr:
    match target:
        case ast.Name(id=name):
            return ast.Name(name, ast.Load())
        case ast.Attribute(value=value, attr=name):
            return ast.Attribute(value, name, ast.Load())
        case ast.Subscript(value=value, slice=index):
            return ast.Subscript(value, index, ast.Load())
    raise Unsupported("an in-place operator on this", target)


def _label(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
    return "value"
