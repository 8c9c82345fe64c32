"""Arrays of which an axis has parts: what ``np.concatenate`` makes and slices take apart.

``np.concatenate((h, x), axis=0)`` is held as its parts, and so is every array that meets it along
that axis: a weight ``W`` beside it consists of ``W[:, :n_h]`` and ``W[:, n_h:]``.  Where a size is
found to have parts the run begins again, as where two sizes are found to be equal.  Every operation
on parts is one on each of them; what is not listed here is outside the fragment.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from derive.program import Build, Dim, Number, Plus, Size, Symbol, Times
from derive.pycode import arrays
from derive.pycode.store import Unify
from derive.pycode.values import Parts, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Form = tuple[tuple[tuple[str, int], ...], int]
"""A size as a sum: how often each symbolic size is in it, and a number."""
MOST_PARTS = 12


# -- sizes ------------------------------------------------------------------------------------


def form_of(run: Interpreter, value: Value) -> Form | None:
    """A bound of a slice, or the size of an axis, as a sum; None for what is none."""
    value = run.settled(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return (), value
    if isinstance(value, Ref) or value is None:
        return None
    tensor = run.tensor(value)
    return None if tensor.ndim else _form(run, tensor.expr)


def _form(run: Interpreter, expr: object) -> Form | None:
    match expr:
        case Size(dim=dim):
            return _sum([_of_dim(d) for d in run.trace.sizes.parts_of(dim)])
        case Number(value=value) if value.denominator == 1:
            return (), int(value)
        case Plus(left=left, right=right):
            both = [_form(run, left), _form(run, right)]
            known = [f for f in both if f is not None]
            return _sum(known) if len(known) == 2 else None
        case (
            Times(left=Number(value=value), right=right)
            | Times(left=right, right=Number(value=value))
        ) if value.denominator == 1 and 0 <= value <= MOST_PARTS:
            inner = _form(run, right)
            return None if inner is None else _sum([inner] * int(value))
    return None


def _of_dim(dim: Dim) -> Form:
    return ((), dim) if isinstance(dim, int) else (((dim, 1),), 0)


def _sum(forms: Sequence[Form]) -> Form:
    counts: dict[str, int] = {}
    for form in forms:
        for name, times in form[0]:
            counts[name] = counts.get(name, 0) + times
    return tuple(sorted((n, c) for n, c in counts.items() if c)), sum(f[1] for f in forms)


def _difference(form: Form, less: Form) -> Form:
    return _sum([form, (tuple((n, -c) for n, c in less[0]), -less[1])])


def dims_of(form: Form) -> tuple[Dim, ...] | None:
    """The parts that a sum of sizes means: each size as often as it is in it, a number as one."""
    names, number = form
    if number < 0 or any(c < 0 for _, c in names):
        return None
    dims: list[Dim] = [n for n, c in names for _ in range(c)]
    if number:
        dims.append(1 if number == 1 else f"n{number}")
    return tuple(dims) if 0 < len(dims) <= MOST_PARTS else None


def said_in(expr: object) -> list[Dim]:
    """The summands of a sum of sizes in its own order; a number is the size that it stands for."""
    match expr:
        case Plus(left=left, right=right):
            return said_in(left) + said_in(right)
        case Size(dim=dim):
            return [dim]
        case Number(value=value):
            return [1 if value == 1 else f"n{value}"]
        case Times(left=left, right=right):
            return [*said_in(left), *said_in(right)][-1:]
    return []


# -- from arrays to parts, and back -----------------------------------------------------------


def divided(run: Interpreter, tensor: Tensor) -> Value:
    """An array with an axis that is known to have parts, as its parts."""
    sizes = run.trace.sizes
    axes = [k for k, d in enumerate(tensor.expr.shape) if len(sizes.parts_of(d)) > 1]
    if not axes:
        return None
    if len(axes) > 1 or tensor.kind != "real" or tensor.picked is not None:
        raise Unsupported("an array both of whose axes have parts")
    [axis] = axes
    dims = sizes.parts_of(tensor.expr.shape[axis])
    shapes = [_with(tensor.expr.shape, axis, d) for d in dims]
    match tensor.expr:
        case Symbol(name=name) if name in run.trace.leaves:
            leaf = run.trace.leaves.pop(name)
            own = run.trace.own_sizes.pop(name)
            if name in run.trace.shifts | run.trace.unwritten | run.trace.onehot:
                raise Unsupported("an array of this kind whose axis has parts")
            made = [run.trace.leaf(f"{name}:{k}", s, leaf.domain) for k, s in enumerate(shapes, 1)]
            for part, dim in zip(made, dims, strict=True):
                run.trace.own_sizes[part.name] = _with(own, axis, dim)
            run.trace.divided[name] = tuple(m.name for m in made)
            run.condition(f"{name} has parts of sizes {', '.join(map(str, dims))} along an axis")
            exprs: list[object] = list(made)
        case Build(body=Number() as body):
            exprs = [arrays.filled(s, body) for s in shapes]
        case _:
            raise Unsupported("an array computed before its axis was found to have parts")
    refs = tuple(run.trace.new(Tensor(e, tensor.ndim)) for e in exprs)  # type: ignore[arg-type]
    return Parts(refs, axis, tensor.ndim)


def _with(shape: tuple[Dim, Dim], axis: int, dim: Dim) -> tuple[Dim, Dim]:
    return (dim, shape[1]) if axis == 0 else (shape[0], dim)


def _read(run: Interpreter, parts: Parts) -> list[Tensor]:
    return [arrays.real(run.trace.read(ref)) for ref in parts.refs]


def _made(run: Interpreter, tensors: Sequence[Tensor], axis: int, ndim: int) -> Parts:
    return Parts(tuple(run.trace.new(Tensor(t.expr, ndim, t.kind)) for t in tensors), axis, ndim)


def _sizes(run: Interpreter, parts: Parts) -> tuple[Dim, ...]:
    return tuple(run.trace.read(r).expr.shape[parts.axis] for r in parts.refs)


def _need_same(run: Interpreter, left: Sequence[Dim], right: Sequence[Dim], what: str) -> None:
    """Raises `Unify` where two rows of parts differ in one part, which then is what is there.

    Rows that differ in more than one part may be as long as each other for any sizes of them.
    """
    a, b = list(left), list(right)
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    if len(a) == len(b) >= 1 and len({*a}) == len({*b}) == 1:  # 4 H = 4 K where H = K alone
        raise Unify(a[0], b[0], what)
    if len(a) + len(b) == 1 and str((a or b)[0]).endswith("_rest"):  # nothing is left of it
        raise Unify((a or b)[0], (), what)
    if len(a) == 1 and b:
        raise Unify(a[0], tuple(b), what)
    if len(b) == 1 and a:
        raise Unify(b[0], tuple(a), what)
    for one, other in zip(a, b, strict=False):
        if len(a) == len(b) and _alike(a, b):
            run.condition(f"{one} and {other} are the same size")
            raise Unify(one, other, what)
    if a or b:
        raise Unsupported(f"{what} of arrays whose axes have different parts")


_MEANINGS = {
    "x": ["x", "input", "inputs", "in", "inp", "d", "features", "vocab", "emb", "embedding"],
    "h": ["h", "hidden", "hid", "state", "units"],
}


def _alike(left: Sequence[Dim], right: Sequence[Dim]) -> bool:
    """Whether two rows of parts are the same by their names: ``n_x, n_h`` and ``x, h_prev``."""
    a, b = (list(map(_meaning, side)) for side in (left, right))
    return a == b and "" not in a and len(set(a)) == len(a)


def _meaning(dim: Dim) -> str:
    words = str(dim).lower().split("_")
    found = [key for key, said in _MEANINGS.items() if any(w in said for w in words)]
    return found[0] if len(found) == 1 else ""


# -- operations -------------------------------------------------------------------------------


def mapped(run: Interpreter, parts: Parts, rule: Callable[[Tensor], Tensor]) -> Parts:
    """A function of every entry."""
    return _made(run, [rule(t) for t in _read(run, parts)], parts.axis, parts.ndim)


def paired(
    run: Interpreter, left: Value, right: Value, rule: Callable[[Tensor, Tensor], Tensor]
) -> Parts:
    """A function of pairs of entries, with NumPy's broadcasting."""
    sides = [s if isinstance(s, Parts) else run.tensor(s) for s in map(run.settled, (left, right))]
    first = next(s for s in sides if isinstance(s, Parts))
    ndim = max(s.ndim for s in sides)
    axis, count = first.axis, len(first.refs)
    rows: list[list[Tensor]] = []
    for side in sides:
        if isinstance(side, Parts):
            if side.axis != axis:
                raise Unsupported("an array both of whose axes have parts")
            _need_same(run, _sizes(run, first), _sizes(run, side), "elementwise operation")
            rows.append(_read(run, side))
            continue
        dim = side.expr.shape[axis]
        if dim != 1:
            raise Unify(dim, _sizes(run, first), "elementwise operation")
        rows.append([side] * count)
    return _made(run, [rule(a, b) for a, b in zip(*rows, strict=True)], axis, ndim)


def product(run: Interpreter, left: Value, right: Value) -> Value:
    """``left @ right``."""
    a, b = (s if isinstance(s, Parts) else run.need_array(s) for s in (left, right))
    a, b = run.settled(a), run.settled(b)
    if not all(isinstance(s, (Parts, Ref)) for s in (a, b)):
        return paired(run, a, b, arrays.times)
    if a.ndim != 2 or b.ndim != 2:
        return _vector_product(run, a, b)
    inner = [along(run, a, 1), along(run, b, 0)]
    if len(inner[0]) > 1 or len(inner[1]) > 1:
        _need_same(run, inner[0], inner[1], "matrix product")
        if not (isinstance(a, Parts) and isinstance(b, Parts)):
            raise Unsupported("a product of an array of parts with one of none")
        terms = [arrays.matmul(x, y) for x, y in zip(_read(run, a), _read(run, b), strict=True)]
        return _total(terms)
    if isinstance(a, Parts) and isinstance(b, Parts):
        raise Unsupported("an array both of whose axes have parts")
    if isinstance(a, Parts):
        other = run.tensor(b)
        return _made(run, [arrays.matmul(x, other) for x in _read(run, a)], 0, 2)
    other = run.tensor(a)
    return _made(run, [arrays.matmul(other, y) for y in _read(run, b)], 1, 2)


def along(run: Interpreter, side: Parts | Ref, axis: int) -> tuple[Dim, ...]:
    """The parts of an axis; one of an axis without."""
    if isinstance(side, Parts) and side.axis == axis:
        return _sizes(run, side)
    first = side.refs[0] if isinstance(side, Parts) else side
    return (run.trace.read(first).expr.shape[axis],)


def _vector_product(run: Interpreter, a: Parts | Ref, b: Parts | Ref) -> Value:
    """A matrix by a vector, a vector by a matrix, or two vectors; a vector is held as a row."""
    if a.ndim == 1 and b.ndim == 1:
        terms = paired(run, a, b, arrays.times)
        return _total([arrays.reduce(t, None, False, arrays.summed) for t in _read(run, terms)])
    if a.ndim == 2:  # A @ v is the sum of columns: row by row as v @ A.T
        a, b = b, _turned(a)
    return as_vector(run, product(run, _row(a), b))


def _row(side: Parts | Ref) -> Parts | Ref:
    if isinstance(side, Parts):
        return Parts(tuple(Ref(r.buffer, r.flipped, 2) for r in side.refs), side.axis, 2)
    return Ref(side.buffer, side.flipped, 2)


def _turned(side: Parts | Ref) -> Parts | Ref:
    return transposed(side) if isinstance(side, Parts) else Ref(side.buffer, not side.flipped, 2)


def as_vector(run: Interpreter, value: Value) -> Value:
    """A row of two axes as an array of one."""
    if isinstance(value, Parts):
        return Parts(tuple(Ref(r.buffer, r.flipped, 1) for r in value.refs), value.axis, 1)
    return Tensor(run.tensor(value).expr, 1)


def _total(terms: Sequence[Tensor]) -> Tensor:
    total = terms[0]
    for term in terms[1:]:
        total = arrays.plus(total, term)
    return total


def transposed(parts: Parts) -> Parts:
    """``parts.T``, a view."""
    if parts.ndim < 2:
        return parts
    refs = tuple(Ref(r.buffer, not r.flipped, 2) for r in parts.refs)
    return Parts(refs, 1 - parts.axis, 2)


def summed(run: Interpreter, parts: Parts, axis: int | None, keepdims: bool) -> Value:
    """``np.sum``: along the axis of the parts, or all of them, their sums added up."""
    inner = arrays.axis_of(axis, parts.ndim)
    found = [arrays.reduce(t, axis, keepdims, arrays.summed) for t in _read(run, parts)]
    if inner is None or inner == parts.axis:
        return _total(found)
    return _made(run, found, 1 if found[0].ndim == 1 else parts.axis, found[0].ndim)


def averaged(run: Interpreter, parts: Parts, axis: int | None, keepdims: bool) -> Value:
    """``np.mean`` along an axis that has no parts."""
    inner = arrays.axis_of(axis, parts.ndim)
    if inner is None or inner == parts.axis:
        total = run.tensor(summed(run, parts, axis, keepdims))
        return arrays.over(total, Tensor(_count(run, parts, inner), 0))
    found = [arrays.reduce(t, axis, keepdims, arrays.averaged) for t in _read(run, parts)]
    return _made(run, found, 1 if found[0].ndim == 1 else parts.axis, found[0].ndim)


def count(run: Interpreter, parts: Parts) -> Tensor:
    """How many entries an array has."""
    return Tensor(_count(run, parts, None if parts.ndim == 2 else 1), 0)


def _count(run: Interpreter, parts: Parts, axis: int | None) -> Plus | Size | Number | Times:
    whole = size_of(run, parts, parts.axis).expr
    if axis is not None:
        return whole  # type: ignore[return-value]
    other = size_of(run, parts, 1 - parts.axis).expr
    return Times(whole, other)


def size_of(run: Interpreter, parts: Parts, axis: int) -> Tensor:
    """The size of an axis as a number."""
    dims = _sizes(run, parts) if axis == parts.axis else along(run, parts, axis)
    return _total([Tensor(arrays.size(d), 0) for d in dims])


def shape_of(run: Interpreter, parts: Parts) -> tuple[Tensor, ...]:
    """NumPy's shape."""
    whole = tuple(size_of(run, parts, axis) for axis in (0, 1))
    return whole if parts.ndim == 2 else whole[1:]


def joined(run: Interpreter, pieces: Sequence[Value], axis: int) -> Value:
    """``np.concatenate``: copies side by side; axis: of those that NumPy counts."""
    refs: list[Ref] = []
    ndims = set()
    inner = 0
    for piece in pieces:
        value = piece if isinstance(piece, Parts) else run.need_array(piece)
        if not isinstance(value, (Ref, Parts)):
            raise Unsupported("concatenation of a number")
        ndims.add(value.ndim)
        found = arrays.axis_of(axis, value.ndim)
        assert found is not None
        inner = found
        if isinstance(value, Parts) and value.axis != inner:
            raise Unsupported("an array both of whose axes have parts")
        held = value.refs if isinstance(value, Parts) else (value,)
        refs += [run.trace.new(arrays.real(run.trace.read(r))) for r in held]
    if len(ndims) != 1 or not refs or len(refs) > MOST_PARTS:
        raise Unsupported("concatenation of these")
    first = run.trace.read(refs[0]).expr.shape[1 - inner]
    for ref in refs[1:]:
        other = run.trace.read(ref).expr.shape[1 - inner]
        if other != first:
            raise Unify(first, other, "concatenation")
    return refs[0] if len(refs) == 1 else Parts(tuple(refs), inner, ndims.pop())


def overwrite(run: Interpreter, parts: Parts, result: Value) -> None:
    """All entries take new values, part by part."""
    from derive.pycode.statements import overwrite as overwrite_one

    result = run.settled(result)
    if isinstance(result, Parts):
        if result.axis != parts.axis:
            raise Unsupported("an array both of whose axes have parts")
        _need_same(run, _sizes(run, parts), _sizes(run, result), "in-place operation")
        values = _read(run, result)
    else:
        tensor = run.tensor(result)
        dim = tensor.expr.shape[parts.axis]
        if dim != 1:
            raise Unify(dim, _sizes(run, parts), "in-place operation")
        values = [tensor] * len(parts.refs)
    for ref, value in zip(parts.refs, values, strict=True):
        overwrite_one(run, ref, value)


# -- slices -----------------------------------------------------------------------------------


def sliced(
    run: Interpreter, holder: Value, bounds: tuple[Value, Value], axis: int, node: ast.AST
) -> Value:
    """``holder[a:b]`` along an axis of the two: a view of whole parts."""
    dims = (
        _sizes(run, holder)
        if isinstance(holder, Parts) and holder.axis == axis
        else along(run, holder, axis)
    )
    first = _place(run, bounds[0], dims, 0)
    last = _place(run, bounds[1], dims, len(dims))
    if not first < last:
        raise Unsupported(f"the slice {ast.unparse(node)[:60]}", node)
    if not isinstance(holder, Parts) or holder.axis != axis:
        return holder  # all of it
    refs = holder.refs[first:last]
    return refs[0] if len(refs) == 1 else Parts(refs, axis, holder.ndim)


def _place(run: Interpreter, bound: Value, dims: tuple[Dim, ...], default: int) -> int:
    """Between which parts a bound lies; raises `Unify` if it is inside of the last one."""
    if bound is None:
        return default
    form = form_of(run, bound)
    if form is None:
        raise Unsupported("a slice whose bounds are not known")
    if not form[0] and form[1] < 0:
        return _from_behind(-form[1], dims)
    before: Form = ((), 0)
    for k in range(len(dims) + 1):
        if form == before:
            return k
        if k < len(dims):
            before = _sum([before, _of_dim(dims[k])])
    start = _sum([_of_dim(d) for d in dims[:-1]])
    inside = dims_of(_difference(form, start))
    last = dims[-1]
    if inside is None or isinstance(last, int) or last in inside:
        raise Unsupported("a slice that ends inside of a part")
    raise Unify(last, (*inside, f"{last}_rest"), "slice")


def _from_behind(count: int, dims: tuple[Dim, ...]) -> int:
    for k in range(len(dims) - 1, -1, -1):
        if all(d == 1 for d in dims[k:]) and len(dims) - k == count:
            return k
    if isinstance(dims[-1], str) and count == 1:
        raise Unify(dims[-1], (f"{dims[-1]}_rest", 1), "slice")
    raise Unsupported("a slice that ends inside of a part")
