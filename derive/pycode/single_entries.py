"""Entries of arrays by constant places: ``X[:, 0]``, ``W[0]``, ``theta[0]``, ``W[0, -1]``.

A row, a column or an entry at a constant place is a part of its array whose size is 1, so it is
followed as slices are.  Rows and columns are views of one axis; an entry is a number.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode import arrays, parts
from derive.pycode.values import Parts, Ref, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Scope = dict[str, Value]


def at(run: Interpreter, holder: Value, index: ast.expr) -> Ref | Parts | None:
    """The view that a subscript of colons and constant places means, None for other subscripts.

    A number is a view with one axis of size 1; `is_number` tells it from others.
    """
    places = _places(index)
    if places is None or not isinstance(holder, (Ref, Parts)) or len(places) > holder.ndim:
        return None
    if isinstance(holder, Ref) and run.trace.read(holder).kind != "real":
        return None
    view: Ref | Parts = holder
    fixed = [k for k, place in enumerate(places) if place is not None]
    for k in fixed:
        place = places[k]
        assert place is not None
        axis = 1 if holder.ndim == 1 else k
        after = None if place == -1 else place + 1
        found = parts.sliced(run, view, (place, after), axis, index)
        if not isinstance(found, (Ref, Parts)):
            return None
        view = found
        _need_one(run, view, axis)
    return _without_axes(view, fixed, holder.ndim)


def is_number(holder: Ref | Parts, index: ast.expr) -> bool:
    """Whether a subscript has a constant place for every axis."""
    places = _places(index)
    return places is not None and len(places) == holder.ndim and None not in places


def number(run: Interpreter, view: Ref | Parts) -> Tensor:
    """The entry that a view of size 1 holds, as it is now."""
    if not isinstance(view, Ref):
        raise Unsupported("an entry of an array of parts")
    return Tensor(arrays.real(run.trace.read(view)).expr, 0)


def _places(index: ast.expr) -> list[int | None] | None:
    """For each axis a constant place, or None where all of it is meant."""
    elements = index.elts if isinstance(index, ast.Tuple) else [index]
    found: list[int | None] = []
    for element in elements:
        if isinstance(element, ast.Slice):
            if element.lower or element.upper or element.step:
                return None
            found.append(None)
            continue
        place = _constant(element)
        if place is None:
            return None
        found.append(place)
    return found if any(p is not None for p in found) else None


def _constant(node: ast.expr) -> int | None:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return None if isinstance(value, bool) else -value
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
    return None


def _need_one(run: Interpreter, view: Ref | Parts, axis: int) -> None:
    if isinstance(view, Parts) and view.axis == axis:
        raise Unsupported("an entry that is more than one part")
    first = view.refs[0] if isinstance(view, Parts) else view
    if run.trace.read(first).expr.shape[axis] != 1:
        raise Unsupported("an entry of an axis of which the parts are not known")


def _without_axes(view: Ref | Parts, fixed: list[int], ndim: int) -> Ref | Parts:
    """The view without the axes at which a place was given."""
    turned = ndim == 2 and fixed == [1]
    if isinstance(view, Parts):
        refs = tuple(Ref(r.buffer, r.flipped != turned, 1) for r in view.refs)
        return Parts(refs, 1, 1)
    return Ref(view.buffer, view.flipped != turned, 1)
