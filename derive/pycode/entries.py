"""Which functions of a file are a forward pass, a cost and its gradients.

Found by name, or said in a comment: ``# derive: gradient=backprop cost=objective forward=f``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from derive.pycode.entry import Entry
from derive.pycode.guess import is_labels
from derive.pycode.names import (
    CACHES,
    COST,
    COST_NAMES,
    FORWARD,
    GRADIENT,
    NO_GRADIENT,
    PREDICTIONS,
    UPSTREAM,
    is_called,
    snake,
    stem,
)
from derive.pycode.signatures import returned_names
from derive.pycode.source import Module
from derive.pycode.units import differentiates, units

_OF_FUNCTION = tuple(
    re.compile(form)
    for form in (
        r"d_?(\w+)",
        r"(?:grad|gradient|deriv|derivative)_(?:of_)?(\w+)",
        r"(\w+)_(?:grad|gradient|prime|deriv|derivative|der)",
    )
)
"""What the derivative of a function is called after it."""
_BACKWARD = re.compile(r"(\w+?)_(?:backward|bwd|vjp|backprop)")
_SAID = re.compile(r"\b(gradient|cost|loss|forward)\s*=\s*([A-Za-z_]\w*)")


def entries(module: Module) -> list[Entry]:
    """The entries of a file, functions first, in the order of the text."""
    said = _said(module)
    found = list(_among(module.functions, "", said, module))
    for name, node in module.classes.items():
        methods = _methods(module, node)
        found += _among(methods, name, said, module)
    return _with_units(module, found)


def _with_units(module: Module, found: list[Entry]) -> list[Entry]:
    """Also what computes cost and gradients in one piece, unless it only calls an entry."""
    known = {(e.owner, e.gradient) for outer in found for e in (outer, *outer.inner)}
    out = list(found)
    for unit in units(module):
        if unit.owner and not _is_whole(module, module.classes[unit.owner]):
            continue
        if (unit.owner, unit.gradient) in known and not unit.loops:
            continue
        called = _called_in(module, unit)
        if unit.loops and not unit.owner == unit.gradient == "":
            called.add(unit.gradient)  # a method that is an entry by itself
        at = next((k for k, e in enumerate(out) if _is_whole_gradient(e, called)), None)
        if at is None or _puts_together(out, unit, called):
            out.append(unit)
        elif unit.loops:
            out[at] = replace(out[at], inner=(*out[at].inner, unit))
        else:
            out.append(unit)
    return out


def _puts_together(found: list[Entry], unit: Entry, called: set[str]) -> bool:
    """Whether a loop of no class calls the gradients of several: ``model`` and ``criterion``."""
    owners = {e.owner for e in found if e.owner and _is_whole_gradient(e, called)}
    return bool(unit.loops) and not unit.owner and len(owners) > 1


def _is_whole_gradient(entry: Entry, called: set[str]) -> bool:
    """Whether an entry that is called computes gradients, not the derivative of one function."""
    return bool(entry.gradient) and entry.gradient in called and not entry.entrywise


def _is_whole(module: Module, node: ast.ClassDef) -> bool:
    """Whether all of a class is in the file: of others the gradients are not known."""
    names = [getattr(base, "id", "") for base in node.bases]
    return all(n in module.classes or n in ("object", "ABC") for n in names)


def _called_in(module: Module, unit: Entry) -> set[str]:
    body = [unit.loops[-1]] if unit.loops else []
    return {name for statement in body for name in _called(statement)}


def _methods(module: Module, node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    methods: dict[str, ast.FunctionDef] = {}
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in module.classes:
            methods |= _methods(module, module.classes[base.id]) if base.id != node.name else {}
    return methods | {s.name: s for s in node.body if isinstance(s, ast.FunctionDef)}


def _said(module: Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for comment in module.comments.values():
        if comment.startswith("derive:"):
            for role, name in _SAID.findall(comment):
                found.setdefault("cost" if role == "loss" else role, name)
    return found


def _among(
    functions: Mapping[str, ast.FunctionDef], owner: str, said: Mapping[str, str], module: Module
) -> Iterator[Entry]:
    if said.get("gradient") in functions:
        yield Entry(said["gradient"], said.get("forward", ""), said.get("cost", ""), owner)
        return
    gradients = [
        n
        for n, f in functions.items()
        if (_is_gradient(n, f) or (not owner and _primitive(n, functions))) and not _trivial(f)
    ]
    calls = {n: _called(node) for n, node in functions.items()}
    if not gradients and owner:
        gradients = [n for n, f in functions.items() if _is_step(n, f, functions, module)]
    for name in gradients:
        if any(name in calls[other] for other in gradients if other != name):
            continue
        inner = tuple(n for n in gradients if n != name and n in calls[name])
        yield replace(
            _entry(name, functions, calls, owner),
            inner=tuple(_entry(n, functions, calls, owner) for n in inner),
        )


def _is_step(
    name: str, node: ast.FunctionDef, functions: Mapping[str, ast.FunctionDef], module: Module
) -> bool:
    """A method that differentiates a cost that another method computes, and moves parameters."""
    others = [n for n in functions if n != name and is_called(COST, n)]
    return bool(others) and differentiates(node.body, module)


def _is_gradient(name: str, node: ast.FunctionDef) -> bool:
    if not is_called(GRADIENT, name) or name.startswith(("test_", "check_")):
        return False
    return NO_GRADIENT.search(snake(name)) is None and not _calls_what_it_is_given(node)


def computes(module: Module, entry: Entry) -> bool:
    """Whether the function of an entry does arithmetic of its own."""
    owner = module.classes.get(entry.owner)
    nodes = module.functions if owner is None else _methods(module, owner)
    node = nodes.get(entry.gradient)
    return node is not None and any(
        isinstance(n, (ast.BinOp, ast.AugAssign)) for n in ast.walk(node)
    )


def _calls_what_it_is_given(node: ast.FunctionDef) -> bool:
    """A function that takes differences of one that it is given calls it more than once."""
    spec = node.args
    given = {a.arg for a in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]}
    called = [
        n.func.id
        for n in ast.walk(node)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in given
    ]
    return len(called) > len(set(called))


def _entry(
    name: str,
    functions: Mapping[str, ast.FunctionDef],
    calls: Mapping[str, set[str]],
    owner: str,
) -> Entry:
    primitive = _primitive(name, functions)
    if owner and (
        _arguments(functions[name])[:1] != ["self"] or len(_arguments(functions[name])) != 2
    ):
        primitive = ""
    if primitive and len(functions[name].args.args) == 1 + bool(owner):
        return Entry(name, primitive, owner=owner, entrywise=True)
    if primitive:
        return Entry(name, cost=primitive)
    forward = _undone(name, functions) or _partner(name, functions, FORWARD, calls)
    cost = _partner(name, functions, COST, calls)
    if cost and (_is_layer(functions[name], forward, cost) or _has_own(functions[name], cost)):
        cost = ""
    if cost and forward and forward in calls[cost] and _takes_labels(functions[forward]):
        forward = ""  # a part of the loss
    if cost and forward and not owner and _needs_none(functions, (cost, name), forward):
        forward = ""  # both go forward by themselves
    return Entry(name, forward, cost, owner)


def _undone(name: str, functions: Mapping[str, ast.FunctionDef]) -> str:
    """``relu`` of ``relu_backward``, if the file has both."""
    found = _BACKWARD.fullmatch(name)
    other = found[1] if found else ""
    return other if other in functions and not _trivial(functions[other]) else ""


def _needs_none(
    functions: Mapping[str, ast.FunctionDef], users: tuple[str, ...], forward: str
) -> bool:
    """Whether two functions with the same arguments are given nothing that a third one returns."""
    wanted = [set(_arguments(functions[user])) for user in users]
    returned = {
        n.id
        for part in ast.walk(functions[forward])
        if isinstance(part, ast.Return)
        for n in returned_names(part.value)
    }
    return wanted[0] == wanted[1] and not any(
        name in returned or PREDICTIONS.fullmatch(name) or CACHES.fullmatch(name)
        for name in wanted[0]
    )


def _takes_labels(node: ast.FunctionDef) -> bool:
    return any(is_labels(a.arg) for a in node.args.args)


def _is_layer(node: ast.FunctionDef, forward: str, cost: str) -> bool:
    """One of a file of layers: it has a forward pass of its own, and a gradient from above."""
    own = stem(node.name)
    above = any(UPSTREAM.fullmatch(a.arg) for a in node.args.args)
    return bool(own) and own == stem(forward) != stem(cost) and above


def _has_own(node: ast.FunctionDef, cost: str) -> bool:
    """Whether a function returns a cost of its own, of which `cost` is a part that it calls."""
    returned = [
        part
        for n in ast.walk(node)
        if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)
        for part in n.value.elts
    ]
    is_given = any(isinstance(n, ast.Name) and n.id in COST_NAMES for n in returned)
    return is_given and cost in _called(node)


def _primitive(name: str, functions: Mapping[str, ast.FunctionDef]) -> str:
    """The function of which another is the derivative by its name: ``f`` of ``df``.

    Both have the same arguments.
    """
    for form in _OF_FUNCTION:
        found = form.fullmatch(name) or form.fullmatch(snake(name))
        other = found[1] if found else ""
        if other in functions and _arguments(functions[other]) == _arguments(functions[name]) != []:
            return other
    return ""


def _arguments(node: ast.FunctionDef) -> list[str]:
    return [a.arg for a in node.args.args]


def _trivial(node: ast.FunctionDef) -> bool:
    """``raise NotImplementedError``, ``pass`` or nothing but a docstring."""
    return all(
        isinstance(s, (ast.Raise, ast.Pass))
        or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        for s in node.body
    )


def _called(node: ast.AST) -> set[str]:
    names = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            if isinstance(inner.func, ast.Name):
                names.add(inner.func.id)
            elif isinstance(inner.func, ast.Attribute):
                names.add(inner.func.attr)
    return names


def _partner(
    gradient: str,
    functions: Mapping[str, ast.FunctionDef],
    form: re.Pattern[str],
    calls: Mapping[str, set[str]],
) -> str:
    """The function of a form that goes with a gradient: of the same stem, else the outermost."""
    found = [
        n
        for n in functions
        if is_called(form, n) and not is_called(GRADIENT, n) and not _trivial(functions[n])
    ]
    private = gradient.startswith("_")
    found = [n for n in found if n.startswith("_") == private] or found
    alike = [n for n in found if stem(n) == stem(gradient)]
    outer = [n for n in found if not any(n in calls[o] for o in found if o != n)]
    exact = [n for n in outer if n.strip("_") in ("forward", "loss", "cost")]
    for choice in (alike, exact, outer):
        if choice:
            return choice[0]
    return ""
