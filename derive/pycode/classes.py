"""Classes of the source: instances with attributes, named tuples, methods and inheritance."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from derive.pycode import dataclass
from derive.pycode.naming import defaults, only_looks, touched
from derive.pycode.values import (
    Bound,
    ClassValue,
    FunctionValue,
    Instance,
    Library,
    Opaque,
    Record,
    Unknown,
    Unsupported,
    Value,
    changing,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


def define(run: Interpreter, node: ast.ClassDef) -> ClassValue:
    """The class that a statement defines; methods of bases in the file are inherited."""
    _refuse_tricks(run, node)
    bases = [b for b in (_base(run, base) for base in node.bases) if b is not None]
    own = {s.name: s for s in node.body if isinstance(s, ast.FunctionDef)}
    fields, given = dataclass.fields(run, node, bases)
    kind = ClassValue(node.name, node, {}, fields, own=own, given=given)
    kind.order[:] = [kind, *_merged(bases, node)]
    for each in reversed(kind.order):
        kind.methods.update(each.own)
    for name, method_node in own.items():
        kind.defaults[name] = defaults(run, method_node, {})
    return kind


def _base(run: Interpreter, base: ast.expr) -> ClassValue | None:
    known = run.globals.get(base.id) if isinstance(base, ast.Name) else None
    return known if isinstance(known, ClassValue) else None


def _merged(bases: list[ClassValue], node: ast.AST) -> list[ClassValue]:
    """The classes behind a list of bases in the order in which Python looks through them (C3)."""
    rest = [list(base.order) for base in bases] + [list(bases)]
    out: list[ClassValue] = []
    while rest := [each for each in rest if each]:
        heads = [each[0] for each in rest]
        free = (h for h in heads if not any(h in each[1:] for each in rest))
        first = next(free, None)
        if first is None:
            raise Unsupported("bases in an order that cannot be", node)
        out.append(first)
        rest = [[k for k in each if k is not first] for each in rest]
    return out


def full_name(run: Interpreter, node: ast.expr) -> str:
    """The library's name for what an expression means, "" if it is of no library."""
    if isinstance(node, ast.Attribute):
        owner = full_name(run, node.value)
        return f"{owner}.{node.attr}" if owner else ""
    known = run.globals.get(node.id) if isinstance(node, ast.Name) else None
    return known.name if isinstance(known, Library) else ""


def is_builtin(run: Interpreter, node: ast.expr, name: str) -> bool:
    """Whether a name has the meaning that Python gives it."""
    return isinstance(node, ast.Name) and node.id == name and not {name, "*"} & run.globals.keys()


_PLAIN = frozenset({"__init__", "__call__", "__repr__", "__str__", "__len__", "__doc__"})
_HARMLESS_BASES = frozenset({"ABC", "NamedTuple", "Protocol", "Generic"})
_TYPING = frozenset({"abc", "typing", "typing_extensions"})
_DATACLASS = frozenset({"frozen", "eq", "repr", "order", "slots"})


def _refuse_tricks(run: Interpreter, node: ast.ClassDef) -> None:
    """What gives attributes or construction another meaning is outside the fragment."""
    if node.keywords or not all(_is_dataclass(run, d) for d in node.decorator_list):
        raise Unsupported(f"the class {node.name} has a metaclass or a decorator", node)
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            name = statement.name
            shows = name in ("__repr__", "__str__") and not _only_shows(run, statement)
            known = name in _PLAIN or (name == "__post_init__" and bool(node.decorator_list))
            if (name.startswith("__") and not known) or shows:
                raise Unsupported(f"the class {node.name} has the method {name}", statement)
        elif not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Pass)) and not (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            raise Unsupported(f"a statement in the class {node.name}", statement)
    _refuse_values(run, node)


def _refuse_values(run: Interpreter, node: ast.ClassDef) -> None:
    given = [s for s in node.body if isinstance(s, (ast.Assign, ast.AnnAssign))]
    if any(run.own & set(touched(s)) for s in given if isinstance(s, ast.Assign)):
        raise Unsupported(f"the class {node.name} gives a method another meaning", node)
    values = [
        s.value
        for s in given
        if s.value is not None
        and not all(isinstance(run.globals.get(n), Library) for n in touched(s)[1:])
    ]
    if not only_looks(values, run.unclear):
        raise Unsupported(f"a call in the body of the class {node.name}", node)


def _only_shows(run: Interpreter, node: ast.FunctionDef) -> bool:
    """Whether a method that makes a text changes nothing."""
    stores = (
        isinstance(n, (ast.Attribute, ast.Subscript)) and not isinstance(n.ctx, ast.Load)
        for n in ast.walk(node)
    )
    return not any(stores) and only_looks(node.body, run.unclear)


def _is_dataclass(run: Interpreter, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        if node.args or not {k.arg for k in node.keywords} <= _DATACLASS:
            return False
        node = node.func
    return full_name(run, node) == "dataclasses.dataclass"


def is_plain(run: Interpreter, kind: ClassValue) -> bool:
    """Whether all bases of a class are of the file, or known to do nothing."""
    for base in kind.node.bases:
        known = _base(run, base)
        if isinstance(base, ast.Subscript):  # Generic[T]
            base = base.value
        library, _, last = full_name(run, base).rpartition(".")
        if known is not None:
            if not is_plain(run, known):
                return False
        elif not (
            is_builtin(run, base, "object") or (library in _TYPING and last in _HARMLESS_BASES)
        ):
            return False
    return True


def instantiate(
    run: Interpreter,
    kind: ClassValue,
    args: list[Value],
    keywords: dict[str, Value],
    node: ast.AST,
) -> Value:
    """An instance after its ``__init__``."""
    if not is_plain(run, kind):
        raise Unsupported(f"{kind.name}, which has a base outside the file", node)
    if kind.fields is not None and "__init__" not in kind.methods:
        return dataclass.filled(run, kind, args, keywords, node)
    instance = Instance(kind, {})
    if "__init__" in kind.methods:
        run.call(attribute(run, instance, "__init__"), args, keywords, node)
    elif args or keywords:
        raise Unsupported(f"arguments of {kind.name}, which has no __init__", node)
    return instance


def attribute(run: Interpreter, value: Value, name: str) -> Value:
    """``value.name`` of an instance, a named tuple or an unknown argument."""
    if isinstance(value, Record):
        if name in value.items:
            return value.items[name]
        return _method(run, value, value.kind, name)
    if isinstance(value, Instance):
        if name in value.attributes:
            return value.attributes[name]
        constant = constant_of(run, value.kind, name)
        if constant is not None:
            return constant
        return _method(run, value, value.kind, name)
    if isinstance(value, Unknown):
        return value.part(name, name)
    raise Unsupported(f"the attribute {name} of {type(value).__name__}")


def constant_of(run: Interpreter, kind: ClassValue, name: str) -> Value:
    """A number or text that the body of a class gives to a name; None if there is none."""
    if any(each.changed for each in kind.order):
        return Opaque(f"the attribute {name} of the class {kind.name}, which is changed")
    for each in kind.order:
        if name in each.own:
            return None
        for statement in reversed(each.node.body):
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and name in touched(statement):
                if name in run.elsewhere:
                    return Opaque(f"the attribute {name}, which the class may be given anew")
                return _plain_constant(run, statement, name)
    return None


def _plain_constant(run: Interpreter, statement: ast.Assign | ast.AnnAssign, name: str) -> Value:
    value = statement.value
    plain = value.operand if isinstance(value, ast.UnaryOp) else value
    if value is None or not isinstance(plain, ast.Constant) or plain.value is None:
        return Opaque(f"the attribute {name} of the class", statement.lineno, 1, True)
    return plain_value(run, value, name)


def plain_value(run: Interpreter, value: ast.expr, name: str) -> Value:
    """A constant that a class gives to a name; anything else is not known."""
    from derive.pycode.expressions import evaluate

    plain = value.operand if isinstance(value, ast.UnaryOp) else value
    if not isinstance(plain, ast.Constant):
        return Opaque(f"the attribute {name} of the class", value.lineno, 1, True)
    return evaluate(run, value, {})


def is_changed(run: Interpreter, kind: ClassValue, name: str) -> bool:
    """Whether a name of a class may mean something else than what stands in its body."""
    return name in run.elsewhere or any(each.changed for each in kind.order)


def method(kind: ClassValue, name: str) -> FunctionValue:
    """The method of that name, of the class in which it stands."""
    owner = next(each for each in kind.order if name in each.own)
    return FunctionValue(
        f"{owner.name}.{name}", owner.own[name], {}, owner, owner.defaults.get(name, {})
    )


def _method(run: Interpreter, value: Value, kind: ClassValue, name: str) -> Value:
    if name not in kind.methods:
        return Opaque(f"{kind.name} has no attribute {name} here", own=True)
    if is_changed(run, kind, name):
        return Opaque(f"the method {name}, which the class may be given anew", own=True)
    function = method(kind, name)
    decorators = function.node.decorator_list  # type: ignore[union-attr]
    if not decorators:
        return Bound(value, name, function)
    if len(decorators) == 1 and is_builtin(run, decorators[0], "staticmethod"):
        return function
    if len(decorators) == 1 and is_builtin(run, decorators[0], "property"):
        return run.call(Bound(value, name, function), [], {}, function.node)
    raise Unsupported(f"the decorator {ast.unparse(decorators[0])[:60]}", function.node)


def set_attribute(value: Instance, name: str, new: Value) -> None:
    """``value.name = new``; a property would run code instead."""
    changing(value)
    node = value.kind.methods.get(name)
    if node is not None and node.decorator_list:
        raise Unsupported(f"assignment to the property {name}", node)
    value.attributes[name] = new


def mangled(name: str, function: Value, holder: Value) -> str:
    """The name of an attribute such as ``__k``, which every class has for itself."""
    if not name.startswith("__") or name.endswith("__"):
        return name
    owner = function.owner if isinstance(function, FunctionValue) else None
    if owner is None or not isinstance(holder, Instance):
        raise Unsupported(f"the attribute {name} from outside of its class")
    return name if holder.kind is owner else f"_{owner.name}{name}"


def of_base(run: Interpreter, function: Value, scope: dict[str, Value], name: str) -> Bound | None:
    """The method that ``super().name`` means in `function`; None if no class of the file has it."""
    if not isinstance(function, FunctionValue) or function.owner is None:
        raise Unsupported("super() outside of a method")
    spec = function.node.args
    first = [a.arg for a in [*spec.posonlyargs, *spec.args]][:1]
    of = run.settled(scope.get(first[0])) if first else None
    if not isinstance(of, Instance) or function.owner not in of.kind.order:
        raise Unsupported("super() of what is no object of the class")
    after = of.kind.order[of.kind.order.index(function.owner) + 1 :]
    if any(is_changed(run, each, name) for each in after):
        raise Unsupported(f"the method {name}, which a class may be given anew")
    for each in after:
        if name in each.own:
            found = FunctionValue(
                f"{each.name}.{name}", each.own[name], {}, each, each.defaults.get(name, {})
            )
            if each.own[name].decorator_list:
                raise Unsupported(f"the decorated method {name}", each.own[name])
            return Bound(of, name, found)
    return None
