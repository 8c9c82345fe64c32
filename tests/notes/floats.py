"""The value of notation in floating point: what an equation says of a network, by NumPy alone.

In: a syntax tree of the reader and a point of a network.  Out: an array, a number, or
`NoValue`.  Names are read by letters (W w, b B, Z z, A a, X x, Y y) and their layer scripts:
enough for the notes under test, whose letters are the usual ones.  Nothing of the project's
meaning, engine or checker is used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from derive.reading import syntax as sx
from derive.reading.tree import names, plain
from tests.notes.networks import ACTIVATIONS, STEP, Point, slope

ROLES = {
    "w": "W", "b": "b", "z": "Z", "a": "A", "x": "X", "y": "Y", "delta": "delta",
}  # fmt: skip
COST_NAMES = {"J", "L", "C", "E", "cost", "C_0", "L_0"}
MATRIX = {"juxt", "cdot", "times", "at"}
KNOWN = {"sigma": "sigmoid", "sigmoid": "sigmoid", "relu": "relu", "tanh": "tanh"}
Value = Any
"""A float or a NumPy array."""


class NoValue(Exception):
    """The notation is not understood here."""


class Misfit(NoValue):
    """Understood, and without a value: shapes that do not fit, a layer that does not exist."""


class NoLayer(Misfit):
    """The network has no such layer."""


@dataclass(frozen=True)
class Scripts:
    """What the scripts of a name say."""

    layer: str | None
    turned: bool
    power: sx.Node | None


def scripts_of(name: sx.Name) -> Scripts:
    """Layer, transpose and power of a name, by looks: brackets and subscripts are layers."""
    layer: str | None = None
    turned, power = False, None
    for script in name.scripts:
        text = script.text
        if text in ("T", "\\top"):
            turned = True
        elif script.bracket or script.place in ("sub", "index"):
            if layer is not None:
                raise NoValue(f"two layers on {name.base}")
            layer = text
        elif layer is None and name.base.lower() in ROLES:
            layer = text
        else:
            power = script.node
    return Scripts(layer, turned, power)


@dataclass(frozen=True)
class Floats:
    """Values at one point; `layers` gives the letters for layers, `bound` the free parameters.

    Where there are such parameters everything is a number, and its own transpose.
    """

    point: Point
    layers: Mapping[str, int]
    values: Mapping[str, Any]
    bound: Mapping[str, float]
    example: int | None = None

    @classmethod
    def at(cls, point: Point, layers: Mapping[str, int]) -> Floats:
        return cls(point, layers, point.values, {})

    # -- names ---------------------------------------------------------------------------------

    def layer(self, text: str) -> int:
        """``2``, ``l``, ``l+1``, ``L``."""
        head, sign, shift = text, 1, "0"
        for mark, factor in (("+", 1), ("-", -1)):
            if mark in text:
                head, shift = text.split(mark, 1)
                sign = factor
        if not shift.isdigit():
            raise NoValue(f"the layer {text}")
        known = {**self.layers, "L": self.point.net.depth}
        if not head.isdigit() and head not in known:
            raise NoValue(f"the layer {text}")
        return (int(head) if head.isdigit() else known[head]) + sign * int(shift)

    def program_name(self, name: sx.Name) -> str:
        """``W2``, ``Z1``, ``X``, ``Y``: the value of the network that a name stands for."""
        role = ROLES.get(name.base.lower())
        if role is None:
            raise NoValue(f"no role for {name.base}")
        if name.accent == "hat" and role == "Y":
            return f"A{self.point.net.depth}"
        if role in ("X", "Y"):
            return role
        role = "Z" if role == "delta" else role
        text = scripts_of(name).layer
        layer = self.layer(text) if text is not None else self._only_layer(role)
        if role == "A" and layer == 0:
            return "X"
        if f"{role}{layer}" not in self.point.values:
            raise NoLayer(f"no layer {layer}")
        return f"{role}{layer}"

    def _only_layer(self, role: str) -> int:
        if self.point.net.depth == 1:
            return 1
        raise NoValue(f"{role} without a layer")

    def name(self, name: sx.Name) -> Value:
        if name.base in self.bound and not name.mark:
            power = next((s.node for s in name.scripts if s.place == "sup"), None)
            return self.raised(self.bound[name.base], power)
        if name.base == "e" and len(name.scripts) == 1 and name.scripts[0].node is not None:
            return np.exp(self.value(name.scripts[0].node))
        if name.base == "m" and not name.scripts:
            return self.point.m
        if ROLES.get(name.base.lower()) is None:
            if name.scripts or name.mark or name.primes:
                raise NoValue(f"no role for {name.base}")
            return self.point.scalar(name.base)
        said = scripts_of(name)
        known = self.program_name(name)
        if name.mark or name.base == "delta":
            value = self.gradient(known, named=True)
        else:
            value = self.cut(known, self.values[known])
        value = value.T if said.turned and isinstance(value, np.ndarray) else value
        if said.turned and self.point.path:
            raise NoValue("a transpose on one path")
        return self.raised(value, said.power)

    def gradient(self, known: str, *, named: bool) -> Value:
        """The gradient by a value; `named`: as the note's own dZ, with the m that it carries."""
        net = self.point.net
        value = self.point.gradient(known)
        if known[0] in "ZAX" and named and net.carries and net.mean and not self.point.path:
            value = self.point.m * value
        if self.point.path and net.mean and named and not (net.carries and known[0] in "ZAX"):
            value = value / self.point.m
        return self.cut(known, value)

    def cut(self, known: str, value: Value) -> Value:
        """One example of a batch where a sum runs over them; a number on a path."""
        if self.point.path:
            return float(np.asarray(value).reshape(()))
        if self.example is None or known[0] not in "ZAXY":
            return value
        at = slice(self.example, self.example + 1)
        return value[at, :] if self.point.net.rows else value[:, at]

    # -- expressions ---------------------------------------------------------------------------

    def value(self, node: sx.Node) -> Value:
        """The value of a node; NoValue where it has none."""
        match node:
            case sx.Group(body=body):
                return self.value(body)
            case sx.Number(value=value):
                return float(value)
            case sx.Name():
                return self.name(node)
            case sx.Sum(terms=terms):
                return self.sum([sign * self.value(term) for sign, term in terms])
            case sx.Product(factors=factors):
                out = self.value(factors[0][1])
                for separator, factor in factors[1:]:
                    out = self.times(separator, out, self.value(factor))
                return out
            case sx.Fraction_(numerator=above, denominator=below):
                return self.times("slash", self.value(above), self.value(below))
            case sx.Power(base=base, exponent=exponent):
                return self.power(base, exponent)
            case sx.Transposed(base=base):
                value = self.value(base)
                if self.point.path and not self.bound:
                    raise NoValue("a transpose on one path")
                return value.T if isinstance(value, np.ndarray) else value
            case sx.Applied():
                return self.applied(node)
            case sx.Derivative():
                return self.derivative(node)
            case sx.Big(operator="sum"):
                return self.big(node)
        raise NoValue(type(node).__name__)

    def sum(self, values: list[Value]) -> Value:
        out = values[0]
        for value in values[1:]:
            fits(out, value)
            out = out + value
        return out

    def times(self, separator: str, left: Value, right: Value) -> Value:
        arrays = isinstance(left, np.ndarray) and isinstance(right, np.ndarray)
        if separator == "slash":
            fits(left, right)
            return left / right
        if not arrays:
            return left * right
        if separator in MATRIX:
            if left.shape[1] != right.shape[0]:
                raise Misfit("a matrix product")
            return left @ right
        fits(left, right)
        return left * right

    def power(self, base: sx.Node, exponent: sx.Node) -> Value:
        inner = plain(base)
        if isinstance(inner, sx.Name) and inner.base == "e" and not inner.scripts:
            return np.exp(self.value(exponent))
        return self.raised(self.value(base), exponent)

    def raised(self, value: Value, exponent: sx.Node | None) -> Value:
        return value if exponent is None else value ** self.value(exponent)

    def applied(self, node: sx.Applied) -> Value:
        head, arguments = node.head, node.arguments
        base = head.base
        if base.lower() == "sum":
            axis = int(self.value(arguments[1])) if len(arguments) > 1 else self._examples_axis()
            value = self.value(arguments[0])
            if self.point.path or axis not in (0, 1):
                raise NoValue("a sum along an axis")
            return value.sum(axis, keepdims=True)
        if base in ("log", "ln", "exp") and not head.scripts:
            value = self.value(arguments[0])
            if base != "exp" and np.min(value) <= 0:
                raise NoValue("the logarithm of something that is not positive")
            return np.exp(value) if base == "exp" else np.log(value)
        function = self.function(head, arguments[0])
        if function is not None:
            value = self.value(arguments[0])
            for _ in range(head.primes):
                function = (lambda f: lambda z: slope(f, z))(function)
            out = function(value)
            return float(out) if np.ndim(out) == 0 else out
        return self.times("juxt", self.name(head), self.value(arguments[0]))

    def function(self, head: sx.Name, argument: sx.Node) -> Any:
        """The elementwise function that a head stands for; None: it is a factor."""
        spelled = "_".join([head.base, *(s.text for s in head.scripts)])
        net = self.point.net
        meant = net.functions.get(spelled)
        if meant == "layer":
            inner = plain(argument)
            if not isinstance(inner, sx.Name) or ROLES.get(inner.base.lower()) != "Z":
                raise NoValue("an activation of something other than a pre-activation")
            meant = net.activations[int(self.program_name(inner)[1:]) - 1]
        if meant == "softmax":
            raise NoValue("the slope of a softmax")
        meant = meant or KNOWN.get(head.base.lower())
        return None if meant is None else ACTIVATIONS[meant]

    def _examples_axis(self) -> int:
        return 0 if self.point.net.rows else 1

    def big(self, node: sx.Big) -> Value:
        """A sum over the examples: every batch in the body is meant at that example."""
        if self.point.path or self.example is not None:
            raise NoValue("a sum on one path")
        if node.index not in ("", "i"):
            raise NoValue(f"a sum over {node.index}")
        parts = [
            replace(self, example=k).value(node.body) for k in range(self.point.examples)
        ]  # fmt: skip
        return sum(parts[1:], parts[0])

    # -- derivatives ---------------------------------------------------------------------------

    def derivative(self, node: sx.Derivative) -> Value:
        by = plain(node.by)
        if node.of is None or node.order != 1 or not isinstance(by, sx.Name):
            raise NoValue("a derivative that is not understood")
        subject = plain(node.of)
        if isinstance(subject, sx.Name) and subject.base in COST_NAMES:
            value = self.point.gradient(self.program_name(by))
            if self.point.path and subject.base in ("cost", "J") and self.point.net.mean:
                value = value / self.point.m
            return self.cut(self.program_name(by), value)
        if any(n.mark for n in names(node.of)):
            raise NoValue("a gradient that is differentiated")
        if by.base in self.bound:
            at = self.bound[by.base]
            ends = [replace(self, bound={**self.bound, by.base: at + h}) for h in (STEP, -STEP)]
        elif self.point.path:
            known = self.program_name(by)
            ends = []
            for h in (STEP, -STEP):
                moved = self.point.forward({known: self.point.values[known] + h})
                ends.append(replace(self, values=moved))
        else:
            raise NoValue("the derivative of one array by another")
        return (ends[0].value(node.of) - ends[1].value(node.of)) / (2 * STEP)


def fits(left: Value, right: Value) -> None:
    """Shapes that are equal, or stretch along an axis of size 1."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        for one, two in zip(left.shape, right.shape, strict=True):
            if one != two and 1 not in (one, two):
                raise Misfit("an elementwise operation")


def close(left: Value, right: Value) -> float:
    """How far apart two values are, relative to their size; infinite for other shapes."""
    one, two = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if one.shape != two.shape or not (np.isfinite(one).all() and np.isfinite(two).all()):
        return math.inf
    scale = max(float(np.abs(one).max()), float(np.abs(two).max()), 1e-9)
    return float(np.abs(one - two).max()) / scale
