"""A row for a function of a library, and the arguments that it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from derive.pycode.values import Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

Row = Callable[["Interpreter", list[Value], dict[str, Value]], Value]


def exactly(args: list[Value], keywords: dict[str, Value], count: int) -> list[Value]:
    if keywords:
        raise Unsupported(f"the keyword {sorted(keywords)[0]}")
    if len(args) != count:
        raise Unsupported(f"{len(args)} arguments where {count} are known")
    return args


def reduction_arguments(
    args: list[Value], keywords: dict[str, Value]
) -> tuple[Value, int | None, bool]:
    """The array, axis and keepdims of a reduction."""
    left = dict(keywords)
    axis = args[1] if len(args) == 2 else left.pop("axis", None)
    keepdims = left.pop("keepdims", False)
    if left or not 1 <= len(args) <= 2:
        raise Unsupported(f"arguments of a reduction: {', '.join(sorted(left)) or len(args)}")
    if isinstance(axis, tuple) and len(axis) == 1:
        [axis] = axis
    if isinstance(axis, bool) or not (axis is None or isinstance(axis, int)):
        raise Unsupported("an axis that is no constant integer")
    if not isinstance(keepdims, bool):
        raise Unsupported("keepdims that is no constant")
    return args[0], axis, keepdims
