"""Which functions and classes of a file are optimisers, and of which rule: by their names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from derive.pycode.names import GRADIENTS, target_of
from derive.pycode.source import Module

NAMED: Final = (
    ("adamw", re.compile(r"adam_?w")),
    ("", re.compile(r"adamax|nadam|adadelta|amsgrad|lamb|lion|rprop|adabelief|radam")),
    ("adam", re.compile(r"adam")),
    ("rmsprop", re.compile(r"rms_?prop")),
    ("adagrad", re.compile(r"ada_?grad")),
    ("nesterov", re.compile(r"nesterov|nag")),
    ("momentum", re.compile(r"momentum")),
    ("sgd", re.compile(r"sgd|update_(param|weight)\w*|apply_grad\w*|gradient_step")),
)
"""The rule that a name speaks of; the first that fits."""
_STEPS: Final = (
    "step", "update", "update_params", "update_parameters", "update_weights", "apply",
    "apply_gradients", "optimize", "__call__",
)  # fmt: skip
_PARAMETER = re.compile(r"params?|parameters|weights?|w|W|theta|x|var|variables?|p|value")
_GRADIENT = re.compile(r"d_?w|d_?W|d_?x|dtheta|g|gw|grad_w|d_?params?")
UNIT = re.compile(r"\w*(beta|momentum|rho|decay_rate|gamma|mu|b1|b2|alpha_?[12])\w*")
STATE = re.compile(
    r"m|v|s|r|h|G|u|cache|vel\w*|moments?\w*|m_?[twh]?|v_?[twh]?|m[12]|v[12]|exp_avg\w*|sq_?\w*"
    r"|v_\w+|m_\w+|s_\w+|squared\w*|E_?g2?|mean_sq\w*|delta"
)


@dataclass(frozen=True)
class Optimizer:
    """A function, or a method of the class `owner`; rule: the one that its name speaks of."""

    name: str
    owner: str
    rule: str
    node: ast.FunctionDef


def optimizers(module: Module) -> Iterator[Optimizer]:
    """The optimisers of a file by name, in the order of the text."""
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef):
            rule = _rule(statement.name)
            if rule is not None and _has_gradient(statement):
                yield Optimizer(statement.name, "", rule, statement)
        elif isinstance(statement, ast.ClassDef):
            rule = _rule(statement.name)
            methods = {s.name: s for s in statement.body if isinstance(s, ast.FunctionDef)}
            name = next((n for n in _STEPS if n in methods), None)
            if rule is not None and name is not None and "__init__" in methods:
                init = methods["__init__"]
                if rule == "sgd" and any("momentum" in a.arg for a in init.args.args):
                    rule = "momentum"
                if len(methods[name].args.args) > 1:
                    yield Optimizer(name, statement.name, rule, methods[name])


def _rule(name: str) -> str | None:
    lower = name.lower()
    for rule, form in NAMED:
        if form.search(lower) and not lower.startswith(("test", "init")):
            return rule
    return None


def _has_gradient(node: ast.FunctionDef) -> bool:
    names = [a.arg for a in node.args.args]
    return any(is_gradient(n, names) for n in names)


def is_gradient(name: str, names: list[str]) -> bool:
    known = name in GRADIENTS or _GRADIENT.fullmatch(name) is not None
    return known or target_of(name, [n for n in names if n != name]) is not None


def is_parameter(name: str, names: list[str]) -> bool:
    others = [n for n in names if n != name and n not in GRADIENTS]
    if any(target_of(other, [name]) == name for other in others):
        return True
    return _PARAMETER.fullmatch(name) is not None
