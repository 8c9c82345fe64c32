"""What a file asks of its own objects: ``isinstance(layer, Dense)``, ``hasattr(layer, "W")``.

Of an object whose class is in the file both are known.  What is asked of anything else is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.pycode import classes
from derive.pycode.values import ClassValue, Instance, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_OF_CLASS = frozenset({"__class__", "__bases__", "__mro__"})
"""What gives an object or a class another place among the classes."""


def is_of_class(run: Interpreter, args: list[Value]) -> bool | None:
    """``isinstance(value, kind)``; None if it is not known."""
    if len(args) != 2 or not isinstance(args[0], Instance) or run.elsewhere & _OF_CLASS:
        return None
    own = args[0].kind
    kinds = list(args[1]) if isinstance(args[1], tuple) else [args[1]]
    if not all(isinstance(k, ClassValue) for k in kinds):
        return None
    if any(k is each for k in kinds for each in own.order):
        return True
    return False if classes.is_plain(run, own) else None


def has_attribute(run: Interpreter, args: list[Value]) -> bool | None:
    """``hasattr(value, name)``; None if it is not known."""
    if len(args) != 2 or not isinstance(args[0], Instance) or not isinstance(args[1], str):
        return None
    value, name = args
    if name.startswith("__") or classes.is_changed(run, value.kind, name):
        return None
    if name in value.attributes or name in value.kind.methods:
        return True
    if classes.constant_of(run, value.kind, name) is not None:
        return True
    return False if classes.is_plain(run, value.kind) else None
