"""The textbook rules of optimisers as expressions, and what an update has to make of them.

Each rule takes a parameter w, its gradient g, the state before the step, the learning rate, the
constants and beta^t for the step's number t; it gives the new state and the new parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from derive.program import ONE, Expr, Plus, Power, Times, divide, minus

SQUARES: Final = "s"
"""The state that averages squares: it is positive from the first step on."""

Powers = Callable[[str], Expr]
"""beta^t of the constant of that name."""


@dataclass(frozen=True)
class Scene:
    """What a rule is about; constants by the names that emitted modules give them."""

    w: Expr
    g: Expr
    rate: Expr
    constants: Mapping[str, Expr]
    power: Powers


Result = tuple[dict[str, Expr], Expr]


@dataclass(frozen=True)
class Rule:
    """state: names of its arrays; constants: names and usual values; step: what it computes."""

    state: tuple[str, ...]
    constants: Mapping[str, Fraction]
    step: Callable[[Scene, Mapping[str, Expr]], Result]


def _decayed(scene: Scene, old: Expr, new: Expr, beta: str) -> Expr:
    """``beta * old + (1 - beta) * new``."""
    factor = scene.constants[beta]
    return Plus(Times(factor, old), Times(minus(ONE, factor), new))


def _root(expr: Expr, scene: Scene) -> Expr:
    return Plus(Power(expr, Fraction(1, 2)), scene.constants["EPSILON"])


def _sgd(scene: Scene, state: Mapping[str, Expr]) -> Result:
    return {}, minus(scene.w, Times(scene.rate, scene.g))


def _momentum(scene: Scene, state: Mapping[str, Expr]) -> Result:
    v = Plus(Times(scene.constants["MOMENTUM"], state["v"]), scene.g)
    return {"v": v}, minus(scene.w, Times(scene.rate, v))


def _nesterov(scene: Scene, state: Mapping[str, Expr]) -> Result:
    v = Plus(Times(scene.constants["MOMENTUM"], state["v"]), scene.g)
    ahead = Plus(scene.g, Times(scene.constants["MOMENTUM"], v))
    return {"v": v}, minus(scene.w, Times(scene.rate, ahead))


def _rmsprop(scene: Scene, state: Mapping[str, Expr]) -> Result:
    s = _decayed(scene, state["s"], Power(scene.g, Fraction(2)), "RHO")
    return {"s": s}, minus(scene.w, Times(scene.rate, divide(scene.g, _root(s, scene))))


def _moments(scene: Scene, state: Mapping[str, Expr]) -> tuple[dict[str, Expr], Expr]:
    m = _decayed(scene, state["m"], scene.g, "BETA1")
    s = _decayed(scene, state["s"], Power(scene.g, Fraction(2)), "BETA2")
    m_hat = divide(m, minus(ONE, scene.power("BETA1")))
    s_hat = divide(s, minus(ONE, scene.power("BETA2")))
    return {"m": m, "s": s}, Times(scene.rate, divide(m_hat, _root(s_hat, scene)))


def _adam(scene: Scene, state: Mapping[str, Expr]) -> Result:
    after, change = _moments(scene, state)
    return after, minus(scene.w, change)


def _adamw(scene: Scene, state: Mapping[str, Expr]) -> Result:
    after, change = _moments(scene, state)
    decay = Times(Times(scene.rate, scene.constants["WEIGHT_DECAY"]), scene.w)
    return after, minus(minus(scene.w, change), decay)


_MOMENTUM: Final = {"MOMENTUM": Fraction(9, 10)}
_EPSILON: Final = {"EPSILON": Fraction(1, 10**8)}
_ADAM: Final = {"BETA1": Fraction(9, 10), "BETA2": Fraction(999, 1000), **_EPSILON}
RULES: Final = {
    "sgd": Rule((), {}, _sgd),
    "momentum": Rule(("v",), _MOMENTUM, _momentum),
    "nesterov": Rule(("v",), _MOMENTUM, _nesterov),
    "rmsprop": Rule(("s",), {"RHO": Fraction(9, 10), **_EPSILON}, _rmsprop),
    "adam": Rule(("m", "s"), _ADAM, _adam),
    "adamw": Rule(("m", "s"), {**_ADAM, "WEIGHT_DECAY": Fraction(1, 100)}, _adamw),
}
"""Every optimiser, by the name that specs have for it."""
