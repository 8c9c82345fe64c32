"""The methods of dictionaries and lists."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode.values import (
    DictValue,
    ListValue,
    Once,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def of_unknown(run: Interpreter, of: Unknown, name: str, node: ast.AST) -> Value:
    """Going through an argument that is a dictionary: it has the keys that were met before."""
    if name not in ("items", "keys", "values") or not all(isinstance(k, str) for k in of.parts):
        raise Unsupported(f"the method {name} of an argument", node)
    if not of.parts:
        raise Unsupported(f"the keys of {of.name} are not known", node)
    of.whole = True
    run.condition(f"{of.name} has no other keys than {', '.join(map(str, of.parts))}")
    return of_dictionary(DictValue(of.parts), name, [], {}, node)


def get_of_unknown(run: Interpreter, of: Unknown, key: str, default: Value) -> Value:
    """``settings.get("eps", 1e-5)`` of an argument: any number, or any array of that shape.

    Of a text or truth value it is what stands there if nothing else does.
    """
    if key in of.parts:
        return of.parts[key]
    if isinstance(default, (bool, str)):
        run.condition(f"{of.name} has no {key}")
        return default
    if is_number(default):
        of.part(key, key)
        of.parts[key] = Unknown(key, number=True)
        return of.parts[key]
    if isinstance(default, Ref):
        held = run.tensor(default)
        of.part(key, key)
        of.parts[key] = run.trace.new(Tensor(run.trace.leaf(key, held.expr.shape), held.ndim))
        return of.parts[key]
    raise Unsupported(f"{key} of {of.name}, which may be missing")


def of_dictionary(
    of: DictValue, name: str, args: list[Value], keywords: dict[str, Value], node: ast.AST
) -> Value:
    match name:
        case "update" if len(args) <= 1 and all(isinstance(a, DictValue) for a in args):
            of.items.update({k: v for a in args for k, v in a.items.items()} | keywords)
            return None
        case _ if keywords:
            raise Unsupported(f"keywords of the method {name} of a dictionary", node)
        case "items" if not args:
            return Once(lambda: list(of.items.items()), again=True)
        case "keys" if not args:
            return Once(lambda: list(of.items), again=True)
        case "values" if not args:
            return Once(lambda: list(of.items.values()), again=True)
        case "copy":
            return DictValue(dict(of.items))
        case "setdefault" if len(args) == 2 and isinstance(args[0], (str, int)):
            return of.items.setdefault(args[0], args[1])
        case "get" if args and isinstance(args[0], (str, int)):
            return of.items.get(args[0], args[1] if len(args) > 1 else None)
    raise Unsupported(f"the method {name} of a dictionary", node)


def of_list(of: ListValue, name: str, args: list[Value], node: ast.AST) -> Value:
    match name:
        case "append" if len(args) == 1:
            if len(of.items) >= 256:
                raise Unsupported("a list of more than 256 parts", node)
            of.items.append(args[0])
            return None
        case "insert" if len(args) == 2 and isinstance(args[0], int):
            of.items.insert(args[0], args[1])
            return None
        case "pop" if of.items and (not args or isinstance(args[0], int)):
            place = args[0] if args else -1
            if -len(of.items) <= place < len(of.items):
                return of.items.pop(place)
        case "reverse":
            of.items.reverse()
            return None
        case "extend" if len(args) == 1 and isinstance(args[0], (ListValue, tuple)):
            of.items.extend(args[0].items if isinstance(args[0], ListValue) else args[0])
            return None
        case "copy":
            return ListValue(list(of.items))
    raise Unsupported(f"the method {name} of a list", node)
