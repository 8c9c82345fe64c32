"""Subscripts: of containers by constants, of arrays by views, labels and masks.

Reading ``A[:, None]`` or ``A[...]`` makes a view; ``P[np.arange(m), y]`` picks; a mask or a
pick on the left side changes the entries that it names.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import (
    ZERO,
    Apply,
    Build,
    Expr,
    Eye,
    Symbol,
    Times,
    Transpose,
)
from derive.pycode import (
    arrays,
    at_places,
    joining,
    parts,
    picks,
    ranges,
    records,
    single_entries,
    written,
)
from derive.pycode.lengths import entries_of, is_sequence, is_sizes
from derive.pycode.values import (
    Chosen,
    DictValue,
    Instance,
    Library,
    ListValue,
    Opaque,
    Parts,
    Range,
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
_ARRAYS = frozenset({"probs", "scores", "logits", "theta", "coef", "coef_"})
"""What arrays are called of which people take entries; other names may be those of lists."""


def load(run: Interpreter, holder: Value, index: ast.expr, scope: Scope, node: ast.AST) -> Value:
    """``holder[index]``."""
    if isinstance(holder, Chosen):
        return picks.part(run, holder, index, scope)
    holder = run.settled(holder)
    if isinstance(holder, Opaque):
        return holder
    if isinstance(holder, Library) and holder.name == joining.COLUMNS:
        return _beside(run, index, scope, node)
    if isinstance(holder, (Ref, Unknown)):
        batch = picks.picked(run, holder, index, scope)
        if batch is not None:
            return batch
    if isinstance(holder, (DictValue, ListValue, tuple, Record)):
        return _item(run, holder, index, scope, node)
    if isinstance(holder, Unknown) and isinstance(index, ast.Slice) and is_sizes(holder.name):
        return _part(run, entries_of(run, holder, node), index, scope, node)
    if isinstance(holder, Unknown):
        key = _key(run, index, scope)
        if isinstance(key, str):
            return holder.part(key, key)
        listed = holder.parts or not _array_like(holder.name)
        if isinstance(key, int) and (listed or is_sequence(run, holder)):
            return holder.part(key, f"{holder.name}_{key}")
    if isinstance(index, ast.Slice) and isinstance(holder, Range):
        return Opaque("a part of a range", getattr(node, "lineno", 0))
    return _of_array(run, run.need_array(holder), index, scope, node)


def _beside(run: Interpreter, index: ast.expr, scope: Scope, node: ast.AST) -> Value:
    """``np.c_[np.ones(m), X]``."""
    from derive.pycode.expressions import evaluate

    if not isinstance(index, ast.Tuple) or any(isinstance(e, ast.Slice) for e in index.elts):
        raise Unsupported("np.c_ of these", node)
    return joining.as_columns(run, [evaluate(run, e, scope) for e in index.elts])


def _array_like(name: str) -> bool:
    return len(name) <= 2 or name.lower() in _ARRAYS


def _key(run: Interpreter, index: ast.expr, scope: Scope) -> Value:
    from derive.pycode.expressions import evaluate

    if isinstance(index, (ast.Slice, ast.Tuple)):
        return None
    key = run.settled(evaluate(run, index, scope))
    return key if isinstance(key, (str, int)) and not isinstance(key, bool) else None


def _item(run: Interpreter, holder: Value, index: ast.expr, scope: Scope, node: ast.AST) -> Value:
    if isinstance(index, ast.Slice):
        return _part(run, holder, index, scope, node)
    key = _key(run, index, scope)
    if key is None:
        raise Unsupported(f"the index {ast.unparse(index)[:60]} is not known", node)
    if isinstance(holder, DictValue):
        written.keys(run, (key,), node)
        if key not in holder.items:
            raise Unsupported(f"the key {key!r} is not in the dictionary", node)
        return holder.items[key]
    written.entry(run, holder, key, node)
    items = list(holder.items.values()) if isinstance(holder, Record) else holder
    items = items.items if isinstance(items, ListValue) else items
    if not isinstance(key, int) or not -len(items) <= key < len(items):
        raise Unsupported(f"the index {key!r} is out of range", node)
    return items[key]


def _part(run: Interpreter, holder: Value, index: ast.Slice, scope: Scope, node: ast.AST) -> Value:
    from derive.pycode.expressions import evaluate

    bounds = [
        None if b is None else run.settled(evaluate(run, b, scope))
        for b in (index.lower, index.upper, index.step)
    ]
    if any(b is not None and not isinstance(b, int) for b in bounds) or bounds[2] == 0:
        raise Unsupported("a slice whose bounds are not known", node)
    written.bound(run, bounds, node)
    if isinstance(holder, tuple):
        return holder[slice(*bounds)]
    if isinstance(holder, ListValue):
        cut = holder.items[slice(*bounds)]
        return ListValue(cut, shown=min(holder.shown, len(cut)))
    raise Unsupported("a slice of this", node)


# -- arrays -----------------------------------------------------------------------------------


def _whole(index: ast.expr) -> bool:
    return isinstance(index, ast.Slice) and not (index.lower or index.upper or index.step)


def _new_axis(run: Interpreter, index: ast.expr) -> bool:
    if isinstance(index, ast.Constant):
        return index.value is None
    return isinstance(index, ast.Attribute) and index.attr == "newaxis"


def _view(run: Interpreter, holder: Value, index: ast.expr) -> Ref | None:
    """The view that a subscript of colons, dots and new axes means, else None."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    kinds = "".join(
        ":" if _whole(p) else "n" if _new_axis(run, p) else "." if _dots(p) else "?" for p in parts
    )
    if not isinstance(holder, Ref) or "?" in kinds:
        return None
    if "n" in kinds and run.trace.buffers[holder.buffer].content.kind == "labels":
        raise Unsupported("a new axis of integer labels", index)
    if kinds in (":", ".", "::") and holder.ndim >= kinds.count(":"):
        return holder
    if holder.ndim == 1 and kinds in (":n", ".n"):
        return Ref(holder.buffer, not holder.flipped, 2)
    if holder.ndim == 1 and kinds in ("n:", "n", "n."):
        return Ref(holder.buffer, holder.flipped, 2)
    return None


def _dots(index: ast.expr) -> bool:
    return isinstance(index, ast.Constant) and index.value is ...


def _of_array(
    run: Interpreter, holder: Value, index: ast.expr, scope: Scope, node: ast.AST
) -> Value:
    if (found := at_places.load(run, holder, index, scope)) is not None:
        return found
    view = _view(run, holder, index)
    if view is not None:
        return view
    part = _slice(run, holder, index, scope)
    if part is not None:
        return part
    at = single_entries.at(run, holder, index)
    if at is not None:
        return single_entries.number(run, at) if single_entries.is_number(holder, index) else at
    tensor = run.tensor(holder)
    if isinstance(index, ast.Tuple):
        found = _picked(run, tensor, index, scope)
        if found is not None:
            return found[0]
    elif not isinstance(index, ast.Slice):
        chosen = _chosen(run, tensor, index, scope)
        if chosen is not None:
            return chosen
    raise Unsupported(f"the index {ast.unparse(index)[:60]} of an array", node)


def _slice(run: Interpreter, holder: Value, index: ast.expr, scope: Scope) -> Value:
    """``A[:, a:b]`` and ``v[a:b]``: whole parts along one axis; None for other subscripts."""
    from derive.pycode.expressions import evaluate

    elements = index.elts if isinstance(index, ast.Tuple) else [index]
    if not isinstance(holder, (Ref, Parts)) or len(elements) > holder.ndim:
        return None
    cut = [(k, e) for k, e in enumerate(elements) if not (_whole(e) or _dots(e))]
    if len(cut) != 1 or any(map(_dots, elements)):
        return None
    [(place, part)] = cut
    if (
        not isinstance(part, ast.Slice)
        or part.step is not None
        or (part.lower is None and part.upper is None)
    ):
        return None
    if isinstance(holder, Ref) and run.trace.read(holder).kind != "real":
        return None
    bounds = tuple(None if b is None else evaluate(run, b, scope) for b in (part.lower, part.upper))
    axis = 1 if holder.ndim == 1 else place
    return parts.sliced(run, holder, (bounds[0], bounds[1]), axis, index)


def _chosen(run: Interpreter, tensor: Tensor, index: ast.expr, scope: Scope) -> Value:
    """``v[k]``, ``W[k]`` and ``W[labels]``: entries and rows at labels."""
    labels = _label(run, index, scope) if tensor.ndim == 1 else _labels(run, index, scope)
    if labels is None or tensor.kind != "real":
        return None
    if tensor.ndim == 1:
        arrays.agree(tensor.expr.shape, labels.expr.shape, "indexing by a label")
        return arrays.pick(tensor, labels, 1) if labels.ndim == 0 else None
    if isinstance(tensor.expr, Eye):
        arrays.agree(tensor.expr.shape, (1, labels.expr.shape[1]), "one-hot rows")
        return Tensor(labels.expr, labels.ndim + 1)
    picked = arrays.matmul(Tensor(labels.expr, 2), arrays.real(tensor))
    return Tensor(picked.expr, labels.ndim + 1)


def _label(run: Interpreter, index: ast.expr, scope: Scope) -> Tensor | None:
    """One integer that is not known, as one-hot row."""
    from derive.pycode.expressions import evaluate

    value = run.settled(evaluate(run, index, scope))
    if isinstance(value, Unknown) and not value.parts:
        value = run.as_label(value)
    if isinstance(value, Ref) and run.trace.read(value).kind == "labels":
        return run.trace.read(value)
    return value if isinstance(value, Tensor) and value.kind == "labels" else None


def _unlisted(run: Interpreter, index: ast.expr, scope: Scope) -> ast.expr:
    """``list(y)`` as an index picks what ``y`` does; nothing else can see the list."""
    match index:
        case ast.Call(func=ast.Name(id="list"), args=[inner], keywords=[]) if not isinstance(
            inner, ast.Starred
        ) and "list" not in {**run.globals, **scope}:
            return inner
    return index


def _labels(run: Interpreter, index: ast.expr, scope: Scope) -> Tensor | None:
    from derive.pycode.expressions import evaluate

    value = run.settled(evaluate(run, _unlisted(run, index, scope), scope))
    if isinstance(value, Unknown) and not value.parts:
        value = run.as_labels(value)
    if isinstance(value, Ref) and run.trace.read(value).kind == "labels":
        return run.trace.read(value)
    return None


def _picked(
    run: Interpreter, tensor: Tensor, index: ast.Tuple, scope: Scope
) -> tuple[Tensor, Tensor, int] | None:
    """The pick, the labels, and the axis along which they run."""
    from derive.pycode.expressions import evaluate

    if len(index.elts) != 2 or tensor.ndim != 2:
        return None
    if any(isinstance(p, ast.Slice) for p in index.elts):
        return None
    last = index.elts[1]
    if isinstance(last, ast.Constant) and last.value == 0 and tensor.expr.shape[1] == 1:
        only = Tensor(Transpose(arrays.real(tensor).expr), 1)
        label = _label(run, index.elts[0], scope)
        if label is None or label.ndim:
            return None
        arrays.agree(only.expr.shape, label.expr.shape, "indexing by a label")
        return arrays.pick(only, label, 1), label, 0
    for axis, (place, labelled) in enumerate((index.elts[::-1], index.elts)):
        if isinstance(place, ast.Name) and place.id not in {**run.globals, **scope}:
            continue
        where = run.settled(evaluate(run, _unlisted(run, place, scope), scope))
        if not isinstance(where, Range):
            continue
        labels = _labels(run, labelled, scope)
        if labels is None:
            return None
        length = tensor.expr.shape[1 - axis]
        if where.size != arrays.size(length):
            arrays.agree((length, 1), (labels.expr.shape[0], 1), "indexing by labels")
            raise Unsupported(f"places {ast.unparse(place)[:40]} that are not all examples")
        return arrays.pick(tensor, labels, axis), labels, axis
    return None


def store(
    run: Interpreter, holder: Value, index: ast.expr, value: Value, scope: Scope, node: ast.AST
) -> None:
    """``holder[index] = value``."""
    from derive.pycode.statements import named, overwrite

    if isinstance(holder, (DictValue, ListValue, Unknown, Instance)):
        changing(holder)
        key = _key(run, index, scope)
        if key is None:
            raise Unsupported(f"the key {ast.unparse(index)[:60]} is not known", node)
        value = named(run, value, key if isinstance(key, str) else _name_of(index, key), node)
        if isinstance(holder, DictValue):
            written.keys(run, (key,), node)
            holder.items[key] = value
        elif isinstance(holder, ListValue) and isinstance(key, int):
            if not -len(holder.items) <= key < len(holder.items):
                raise Unsupported(f"the index {key} is out of range", node)
            holder.items[key] = value
        elif isinstance(holder, Unknown):
            holder.parts[key] = value
        else:
            raise Unsupported("assignment into this", node)
        return
    if not isinstance(holder, (Ref, Parts)):
        raise Unsupported("assignment into what is no array", node)
    if at_places.store(run, holder, index, None, value, scope, node):
        return
    view: Value = _view(run, holder, index)
    view = _slice(run, holder, index, scope) if view is None else view
    view = single_entries.at(run, holder, index) if view is None else view
    if view is not None:
        overwrite(run, view, value if isinstance(view, Parts) else run.tensor(value))
        return
    if not isinstance(holder, Ref):
        raise Unsupported("assignment into an array of parts", node)
    try:
        _change_part(run, holder, index, None, run.tensor(value), scope, node)
    except Unsupported:
        if not records.leave_open(run, holder, index, node):
            raise


def _name_of(index: ast.expr, key: Value) -> str:
    return f"item{key}" if isinstance(key, int) and key >= 0 else "item"


def change(
    run: Interpreter, holder: Value, node: ast.AugAssign, right: Value, scope: Scope
) -> None:
    """``holder[index] op= right`` of an array."""
    from derive.pycode.operators import binary
    from derive.pycode.statements import overwrite

    assert isinstance(node.target, ast.Subscript)
    holder = run.need_array(holder)
    if not isinstance(holder, (Ref, Parts)):
        raise Unsupported("an in-place operator on a part of a number", node)
    if at_places.store(run, holder, node.target.slice, node.op, right, scope, node):
        return
    view: Value = _view(run, holder, node.target.slice)
    view = _slice(run, holder, node.target.slice, scope) if view is None else view
    view = single_entries.at(run, holder, node.target.slice) if view is None else view
    if view is not None:
        result = binary(run, node.op, view, right, node)
        overwrite(run, view, result if isinstance(view, Parts) else run.tensor(result))
        return
    if not isinstance(holder, Ref):
        raise Unsupported("an in-place operator on entries of an array of parts", node)
    _change_part(run, holder, node.target.slice, node.op, run.tensor(right), scope, node)


def _change_part(
    run: Interpreter,
    holder: Ref,
    index: ast.expr,
    op: ast.operator | None,
    value: Tensor,
    scope: Scope,
    node: ast.AST,
) -> None:
    """Entries under a mask or at labels take a new value: ``old + where * (new - old)``."""
    from derive.pycode.expressions import evaluate
    from derive.pycode.operators import binary

    have = run.trace.read(holder)
    integers = have.kind == "whole" and arrays.is_whole(value)
    if not (have.kind == "real" or integers) or have.picked is not None:
        raise Unsupported("assignment into a part of this", node)
    if isinstance(index, ast.Tuple):
        found = _picked(run, have, index, scope)
        if found is None:
            raise Unsupported(f"assignment at {ast.unparse(index)[:60]}", node)
        where = found[1].expr if found[2] == 1 else Transpose(found[1].expr)
    else:
        mask = run.settled(evaluate(run, index, scope)) if not _is_slice(index) else None
        if isinstance(mask, Unknown):
            mask = run.as_label(mask)
        tensor = run.tensor(mask) if isinstance(mask, Ref) else None
        one = tensor is not None and tensor.kind == "labels" and tensor.ndim == 0
        if tensor is not None and one and have.ndim == 2:
            if have.expr.shape[1] != 1:
                raise Unsupported("assignment into a row of an array", node)
            tensor = Tensor(Transpose(tensor.expr), 2, "labels")
        if tensor is None or not (one or (tensor.kind == "mask" and tensor.ndim == have.ndim)):
            raise Unsupported(f"assignment at {ast.unparse(index)[:60]}", node)
        where = tensor.expr
    if where.shape != have.expr.shape:
        arrays.agree(where.shape, have.expr.shape, "assignment at places")
        raise Unsupported("a mask of another shape", node)
    if value.ndim == 1 and isinstance(index, ast.Tuple) and found is not None:
        spread = arrays.real(value).expr  # a number for each example
        value = Tensor(Transpose(spread) if found[2] == 1 else spread, 2)
        arrays.agree(value.expr.shape, where.shape, "assignment at labels")
    elif value.ndim != 0:
        raise Unsupported("assignment of an array into a part of an array", node)
    place = Tensor(where, 2)
    if isinstance(op, (ast.Add, ast.Sub)):
        sign = arrays.constant(1 if isinstance(op, ast.Add) else -1)
        new = arrays.plus(have, arrays.times(sign, arrays.times(value, place)))
    elif op is None and _is_zero(_opened(run, have.expr)):
        new = arrays.times(value, place)
    elif op is None and isinstance(index, ast.Tuple):
        rest = _elsewhere(run, have, place)
        new = rest if value.expr == ZERO else arrays.plus(rest, arrays.times(value, place))
    elif (
        op is None
        and where == Apply("step", 0, have.expr)
        and ranges.is_never_negative(have.expr, run.trace.definitions, run.trace.onehot)
    ):
        new = arrays.times(value, place)  # elsewhere it is 0 already
    else:
        entry = value if op is None else run.tensor(binary(run, op, have, value, node))
        new = arrays.plus(have, arrays.times(place, arrays.minus(entry, have)))
    run.trace.write(holder, new.expr, whole=integers)
    run.trace.rename(holder, _variable(node), node)


def _elsewhere(run: Interpreter, have: Tensor, place: Tensor) -> Tensor:
    """An array with 0 at its labels: itself, if that is what it is."""
    rest = arrays.minus(arrays.constant(1), place)
    return have if _is_zero_there(run, have.expr, rest.expr) else arrays.times(have, rest)


def _is_zero_there(run: Interpreter, expr: Expr, rest: Expr, depth: int = 8) -> bool:
    """Whether an array is 0 where `rest` is: a product with it, or the step at such a product."""
    match _opened(run, expr):
        case opened if opened == rest:
            return True
        case Times(left=left, right=right) if depth:
            return any(_is_zero_there(run, side, rest, depth - 1) for side in (left, right))
        case Apply(function="step", arg=arg, order=0) if depth:
            return _is_zero_there(run, arg, rest, depth - 1)
    return False


def _opened(run: Interpreter, expr: Expr) -> Expr:
    if isinstance(expr, Symbol):
        return run.trace.definitions.get(expr.name, expr)
    return expr


def _is_slice(index: ast.expr) -> bool:
    return isinstance(index, ast.Slice)


def _is_zero(expr: Expr) -> bool:
    return isinstance(expr, Build) and expr.body == ZERO


def _variable(node: ast.AST) -> str:
    for child in ast.walk(node):
        if isinstance(child, ast.Subscript) and isinstance(child.value, ast.Name):
            return child.value.id
    return "value"
