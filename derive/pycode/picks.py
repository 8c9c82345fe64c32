"""Examples picked at random places: ``X[perm[start:start + size]]`` in a training loop.

Random places are followed only as far as they pick.  What they pick of an array that is data is
any array of so many examples, the same for the same places; the memory is its own.  What is
claimed of it is claimed of a batch, so the cost has to be one of the batch too, and nobody may
differentiate by the array from which it was picked.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.program import Dim, Symbol
from derive.pycode.plain import depends
from derive.pycode.values import Chosen, Ref, Tensor, Unknown, Unsupported, Value, is_number

if TYPE_CHECKING:
    from derive.pycode.account import Account
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]
_INDICES = (ast.Name, ast.Subscript, ast.Attribute)


def chosen(name: str, args: list[Value], keywords: dict[str, Value]) -> Chosen | None:
    """What a function gives that makes random places below a number, None if it is another."""
    if name == "numpy.random.choice":
        given = [*args[1:2], *(keywords[k] for k in ("size",) if k in keywords)]
        if len(given) != 1 or not _is_count(given[0]):
            return None
    elif name != "numpy.random.permutation":
        return None
    return Chosen((object(),)) if args and _is_count(args[0]) else None


def _is_count(value: Value) -> bool:
    if isinstance(value, Unknown) and value.known:
        value = value.value
    return is_number(value) or (isinstance(value, Tensor) and value.ndim == 0)


def part(run: Interpreter, places: Chosen, index: ast.expr, scope: Scope) -> Value:
    """``perm[a:b]``: the same part for the same bounds."""
    from derive.pycode.expressions import evaluate

    if not isinstance(index, ast.Slice) or index.step is not None:
        return run.settled(places)
    key: list[object] = []
    for bound in (index.lower, index.upper):
        value = None if bound is None else run.settled(evaluate(run, bound, scope))
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            key.append(value)
        elif isinstance(value, Tensor) and value.ndim == 0:
            key.append(value.expr)
        else:
            key.append(object())
    return Chosen((*places.key, *key))


def picked(run: Interpreter, holder: Value, index: ast.expr, scope: Scope) -> Ref | None:
    """The examples of an array at random places; None if the index is something else."""
    from derive.pycode.expressions import evaluate

    axis, where = 0, index
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        whole = [isinstance(e, ast.Slice) and ast.unparse(e) == ":" for e in index.elts]
        if sorted(whole) == [False, True]:
            axis = int(whole[0])
            where = index.elts[axis]
    places = evaluate(run, where, scope) if isinstance(where, _INDICES) else None
    if not isinstance(places, Chosen):
        return None
    if places.key[0] in run.trace.spent:
        raise Unsupported("random places that something else has seen", index)
    array = run.need_array(holder)
    tensor = run.tensor(array) if isinstance(array, Ref) else None
    if tensor is None or not isinstance(tensor.expr, Symbol) or tensor.picked is not None:
        raise Unsupported("random examples of what is no plain array", index)
    source, labels = tensor.expr.name, tensor.kind == "labels"
    if source not in run.trace.leaves or source in run.trace.shifts | run.trace.unwritten:
        raise Unsupported("random examples of what is computed", index)
    if not (labels or tensor.kind == "real") or tensor.ndim < (axis + 1):
        raise Unsupported("random examples of such an array", index)
    return _made(run, places, tensor, source, axis)


def _made(run: Interpreter, places: Chosen, tensor: Tensor, source: str, axis: int) -> Ref:
    """The array that was picked, new or the same as before."""
    trace = run.trace
    leaf = trace.leaves[source]
    key = (places.key, source, axis)
    known, held = trace.picks.get(key, ("", None))
    if not known or trace.leaves.get(known) is not held or trace.batches.get(known) != source:
        along = 1 if tensor.ndim == 1 and tensor.kind == "real" else axis
        count = trace.counts.setdefault(places.key, f"picked{len(trace.counts) + 1}")
        dims: list[Dim] = list(leaf.dims)
        dims[along] = trace.sizes.find(count)
        known = trace.leaf(
            f"{source}_batch", (dims[0], dims[1]), leaf.domain, leaf.sums_to_one
        ).name
        trace.picks[key] = known, trace.leaves[known]
        trace.batches[known] = source
        if tensor.kind == "labels":
            trace.onehot.add(known)
    return trace.new(Tensor(Symbol(known, trace.leaves[known].dims), tensor.ndim, tensor.kind))


def check(account: Account) -> None:
    """Refuses gradients by what was picked from, and of a batch that the cost has not seen."""
    trace = account.run.trace
    sources = set(trace.batches.values())
    for pair in account.pairs:
        if pair.target in sources:
            raise Unsupported(f"a gradient by {pair.shown}, of which examples are picked")
        for name in trace.batches:
            own = depends(pair.value.expr, trace.definitions, {name})
            if own and not depends(account.cost, trace.definitions, {name}):
                raise Unsupported("the gradient of a batch beside the cost of something else")
