"""Branches that the source decides, and those that matter to nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode import naming, written
from derive.pycode.expressions import evaluate
from derive.pycode.figures import changes_nothing
from derive.pycode.histories import only_records
from derive.pycode.values import DictValue, ListValue, Opaque, Unknown, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]
_HARMLESS = (ast.Pass,)
_TRAINING = frozenset({"train", "training", "Train", "TRAIN"})
_TESTING = frozenset({"test", "testing", "eval", "predict", "inference", "Test", "TEST"})
_FILES = frozenset({"write", "close", "flush"})
"""Methods that only files have; no array has one of them."""
_SEEDS = frozenset({"np.random.seed", "numpy.random.seed", "random.seed"})


def branch(run: Interpreter, node: ast.If, scope: Scope) -> None:
    """``if``: the part that runs, or neither where both change nothing that matters."""
    from derive.pycode.statements import block

    if _guards(run, node, scope):
        run.condition(f"line {node.lineno} does not raise")
        return
    decided = truth(run, node.test, scope)
    if decided is not None:
        block(run, node.body if decided else node.orelse, scope)
        return
    _need_names(run, node.test, scope)
    for part, other in ((node.body, node.orelse), (node.orelse, node.body)):
        if (
            part
            and isinstance(part[-1], ast.Raise)
            and all(_is_harmless(s, run.unclear) for s in part)
        ):
            run.condition(f"line {node.lineno} does not raise")
            block(run, other, scope)
            return
    both = [*node.body, *node.orelse]
    if all(
        _is_harmless(s, run.unclear)
        or _names_what_it_sees(run, s)
        or _prints_what_it_computes(run, s)
        or only_records(run, s, scope)
        for s in both
    ):
        for name in sorted({n for s in both for n in _given(s)}):
            why = f"{name}, which a branch gives that is not known"
            scope[name] = Opaque(why, node.lineno, own=not _only_names_looks(run, both))
        return
    raise Unsupported(f"a branch on {ast.unparse(node.test)[:60]}, which is not known", node)


def _trains(run: Interpreter, test: ast.expr, scope: Scope) -> bool | None:
    """``mode == "train"`` of an argument of which nothing is known: gradients belong to training.

    None for other conditions.
    """
    match test:
        case ast.Compare(
            left=ast.Name() | ast.Subscript(slice=ast.Constant()) | ast.Attribute(),
            ops=[ast.Eq() | ast.NotEq() as op],
            comparators=[ast.Constant(value=str() as text)],
        ):
            pass
        case _:
            return None
    try:
        asked = run.settled(evaluate(run, test.left, scope))
    except Unsupported:
        return None
    if not isinstance(asked, Unknown) or asked.known or asked.parts or asked.number:
        return None
    shown = ast.unparse(test.left)
    if not asked.text and text in _TRAINING:
        asked.text = text
        run.condition(f"{shown} is {text!r}")
    elif not asked.text and text in _TESTING:
        asked.text = ""
        run.condition(f"{shown} is not {text!r}")
    elif not asked.text:
        return None
    return (asked.text == text) == isinstance(op, ast.Eq)


def _guards(run: Interpreter, node: ast.If, scope: Scope) -> bool:
    """``if not isinstance(n, int): raise ...`` of arguments of which nothing is known yet."""
    asked = [scope.get(n.id) for n in ast.walk(node.test) if isinstance(n, ast.Name)]
    unknown = [v for v in asked if isinstance(v, Unknown) and not v.known]
    raises = isinstance(node.body[-1], ast.Raise) and not node.orelse
    if not (unknown and raises and all(_is_harmless(s, run.unclear) for s in node.body)):
        return False
    if not naming.only_looks([node.test], run.unclear):
        return False
    for part in ast.walk(node.test):
        match part:
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), kind]):
                if isinstance(scope.get(name), Unknown) and ast.unparse(kind) == "int":
                    scope[name].number = True
    return True


def _need_names(run: Interpreter, test: ast.expr, scope: Scope) -> None:
    """Refuses a condition about a name that has no value yet: it raises, whatever it asks."""
    names = [n for n in ast.walk(test) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
    for name in names:
        if name.id not in bound:
            evaluate(run, name, scope)


def _is_harmless(node: ast.stmt, own: frozenset[str]) -> bool:
    if isinstance(node, (ast.Raise, ast.Assert)):
        inner = [e for e in ast.iter_child_nodes(node) if isinstance(e, ast.expr)]
        return naming.only_looks(inner, own)
    return isinstance(node, _HARMLESS) or _prints(node, own)


def _names_what_it_sees(run: Interpreter, node: ast.stmt) -> bool:
    """``accuracy = np.mean(p.argmax(axis=1) == y)``: a name for something at which it looks."""
    return (
        isinstance(node, ast.Assign)
        and bool(_given(node))
        and (_only_names_looks(run, [node]) or changes_nothing(run.module, node.value, run.unclear))
    )


def _prints_what_it_computes(run: Interpreter, node: ast.stmt) -> bool:
    """``print(self._loss(h, y))``: functions of the file that change nothing may be called."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=args, keywords=[])):
            own = "print" in run.globals or "print" in run.unclear
            return not own and all(changes_nothing(run.module, a, run.unclear) for a in args)
    return False


def _only_names_looks(run: Interpreter, nodes: list[ast.stmt]) -> bool:
    """Whether what is given names is new: nothing else changes with it."""
    values = [n.value for n in nodes if isinstance(n, ast.Assign)]
    return naming.only_looks(values, run.unclear)


def _given(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    names = [t.id for t in targets if isinstance(t, ast.Name)]
    return names if len(names) == len(targets) else []


def _prints(node: ast.stmt, own: frozenset[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(), attr=name)) as call) if (
            name in _FILES and name not in own
        ):
            return (
                all(map(_is_text, call.args))
                and not call.keywords
                and naming.only_looks(call.args, own)
            )
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func) in ("print", "logging.info", "warnings.warn", *_SEEDS)
        and naming.only_looks([*node.value.args, *(k.value for k in node.value.keywords)], own)
    )


def _is_text(node: ast.expr) -> bool:
    """What is a text whatever it is made of: no array is handed on."""
    match node:
        case ast.JoinedStr() | ast.Constant():
            return True
        case ast.Call(func=ast.Name(id="str" | "repr")):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr="format")):
            return _is_text(inner)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return _is_text(left) and (isinstance(node.op, ast.Mod) or _is_text(right))
    return False


def truth(run: Interpreter, test: ast.expr, scope: Scope) -> bool | None:
    """The value of a condition, None if the source does not decide it."""
    if (trains := _trains(run, test, scope)) is not None:
        return trains
    try:
        value = run.settled(evaluate(run, test, scope))
    except Unsupported:
        if not naming.only_looks([test], run.unclear):
            raise
        return None
    if isinstance(value, (bool, int, str)) or value is None:
        written.decide(run, (value,), test)
        return bool(value)
    if isinstance(value, (ListValue, DictValue)):
        return bool(value.items)
    return None
