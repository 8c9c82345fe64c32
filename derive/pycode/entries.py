"""Which functions of a file are a forward pass, a cost and its gradients.

Found by name, or said in a comment: ``# derive: gradient=backprop cost=objective forward=f``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from derive.pycode.entry import Entry
from derive.pycode.names import COST, FORWARD, GRADIENT, stem
from derive.pycode.source import Module
from derive.pycode.units import units

_SAID = re.compile(r"\b(gradient|cost|loss|forward)\s*=\s*([A-Za-z_]\w*)")


def entries(module: Module) -> list[Entry]:
    """The entries of a file, functions first, in the order of the text."""
    said = _said(module)
    found = list(_among(module.functions, "", said))
    for name, node in module.classes.items():
        methods = _methods(module, node)
        found += _among(methods, name, said)
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
        at = next((k for k, e in enumerate(out) if e.gradient and e.gradient in called), None)
        if at is None:
            out.append(unit)
        elif unit.loops:
            out[at] = replace(out[at], inner=(*out[at].inner, unit))
        else:
            out.append(unit)
    return out


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
    functions: Mapping[str, ast.FunctionDef], owner: str, said: Mapping[str, str]
) -> Iterator[Entry]:
    if said.get("gradient") in functions:
        yield Entry(said["gradient"], said.get("forward", ""), said.get("cost", ""), owner)
        return
    gradients = [n for n in functions if _is_gradient(n) and not _trivial(functions[n])]
    calls = {n: _called(node) for n, node in functions.items()}
    for name in gradients:
        if any(name in calls[other] for other in gradients if other != name):
            continue
        inner = tuple(n for n in gradients if n != name and n in calls[name])
        yield replace(
            _entry(name, functions, calls, owner),
            inner=tuple(_entry(n, functions, calls, owner) for n in inner),
        )


def _is_gradient(name: str) -> bool:
    return GRADIENT.fullmatch(name) is not None and not name.startswith(("test_", "check_"))


def _entry(
    name: str,
    functions: Mapping[str, ast.FunctionDef],
    calls: Mapping[str, set[str]],
    owner: str,
) -> Entry:
    forward = _partner(name, functions, FORWARD, calls)
    return Entry(name, forward, _partner(name, functions, COST, calls), owner)


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
        if form.fullmatch(n) and not GRADIENT.fullmatch(n) and not _trivial(functions[n])
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
