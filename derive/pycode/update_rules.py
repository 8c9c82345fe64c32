"""The rules of optimisers: what has to hold of a step, for some constants and scale of its state.

A rule takes the scene of one parameter; it says whether everything was proved, raises `Wrong` for
what is false and `Undefined` for what it cannot tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Final

from derive.program import (
    ONE,
    ZERO,
    Equation,
    Expr,
    Number,
    Plus,
    Power,
    Symbol,
    Times,
    divide,
    minus,
)
from derive.pycode.held import leaves_of
from derive.pycode.sampled import Undefined
from derive.pycode.update_scene import TWO, UpdateScene, Wrong

_DECAY = re.compile(r"decay|lam|reg|l2|wd")
_RATE = re.compile(r"lr|rate|alpha|eta(?!_)|step_size")
_HALF: Final = Fraction(1, 2)


def _sgd(judge: UpdateScene) -> bool:
    rate = judge.put(Times(Number(Fraction(-1)), judge.new), **_at(judge, 0, 1))
    kept = judge.put(judge.new, **_at(judge, 1, 0))
    judge.need_numbers(rate, kept)
    _need_descent(judge, rate)
    decays = any(_DECAY.search(n) for n in leaves_of(kept))
    if not (decays and judge.is_positive(minus(ONE, kept))):
        if decays and not judge.looks_negative(minus(ONE, kept)):
            raise Undefined("a decay that is not known to make weights smaller")
        kept = ONE
    wanted = minus(Times(kept, judge.w), Times(rate, judge.g))
    said = "the step is not the parameter less a rate times its gradient"
    return judge.need(judge.new, wanted, said, judge.moved.new)


def _at(judge: UpdateScene, w: int, g: int) -> dict[str, Expr]:
    return {judge.w.name: Number(Fraction(w)), judge.g.name: Number(Fraction(g))}


def _need_descent(judge: UpdateScene, rate: Expr) -> None:
    """Raises `Wrong` for a step along the gradient instead of against it."""
    if judge.looks_negative(rate) or judge.looks_equal(rate, ZERO):
        opposite = minus(judge.w, Times(Times(Number(Fraction(-1)), rate), judge.g))
        raise Wrong(
            "the step goes along the gradient, not against it",
            Equation(judge.new, opposite), judge.moved.new,
        )  # fmt: skip
    if not judge.is_positive(rate):
        raise Undefined("a rate that is not known to be positive")


def _velocity(judge: UpdateScene, ahead: bool) -> bool:
    """Momentum, or Nesterov's (`ahead`), for any scale of the velocity."""
    if not judge.state:
        return _sgd(judge)
    if len(judge.state) != 1:
        raise Undefined("more than one state")
    [(name, new)] = judge.state.items()
    c = judge.leaf(name)
    keep = judge.put(new, **{name: ONE, judge.g.name: ZERO})
    add = judge.put(new, **{name: ZERO, judge.g.name: ONE})
    judge.need_numbers(keep, add)
    judge.need_share(keep, "a velocity that is not known to fade")
    said = "the velocity is not a part of what it was and a part of the gradient"
    affine = Plus(Times(keep, c), Times(add, judge.g))
    if not judge.need(new, affine, said, judge.at[name]):
        return False
    old = judge.put(judge.new, **{name: ONE}, **_at(judge, 0, 0))
    now = judge.put(judge.new, **{name: ZERO}, **_at(judge, 0, 1))
    judge.need_numbers(old, now)
    said = "the step is not the parameter and a part of the velocity"
    moved = Plus(judge.w, Plus(Times(old, c), Times(now, judge.g)))
    if not judge.need(judge.new, moved, said, judge.moved.new):
        return False
    _need_descent(judge, Times(Number(Fraction(-1)), now))
    left, right = Times(old, add), Times(now, keep)
    if ahead:
        left, right = Times(left, Plus(ONE, keep)), Times(right, keep)
    if not judge.looks_equal(left, right):
        share = divide(Times(now, Times(keep, keep) if ahead else keep), add)
        share = divide(share, Plus(ONE, keep)) if ahead else share
        wanted = Plus(judge.w, Plus(Times(share, c), Times(now, judge.g)))
        said = "velocity and gradient do not move the parameter in the proportion of the rule"
        raise Wrong(said, Equation(judge.new, wanted), judge.moved.new)
    return judge.proved(left, right)


def _momentum(judge: UpdateScene) -> bool:
    try:
        return _velocity(judge, False)
    except Wrong:
        if "nesterov" not in ast.unparse(judge.optimizer.node).lower():
            raise
        return _velocity(judge, True)


def _nesterov(judge: UpdateScene) -> bool:
    return _velocity(judge, True)


def _roots(squares: Expr, epsilons: list[Expr]) -> Iterator[Expr]:
    """``sqrt(s) + eps``, also with epsilon inside of the root, and without it."""
    for epsilon in epsilons:
        yield Plus(Power(squares, _HALF), epsilon)
    for epsilon in epsilons:
        yield Power(Plus(squares, epsilon), _HALF)
    yield Power(squares, _HALF)


def _rates(judge: UpdateScene) -> tuple[list[Expr], list[Expr]]:
    """What may be the rate and what epsilon, the likeliest first; by names not each for both."""
    found = judge.scalars(judge.new)
    small = [e for e in found if not _RATE.search(_name(e))]
    large = [e for e in found if "eps" not in _name(e)]
    return sorted(large, key=_is_tiny), sorted(small, key=lambda e: not _is_tiny(e))


def _name(expr: Expr) -> str:
    return expr.name.lower() if isinstance(expr, Symbol) else ""


def _is_tiny(expr: Expr) -> bool:
    if isinstance(expr, Number):
        return 0 < expr.value < Fraction(1, 10_000)
    return "eps" in _name(expr)


def _scaled(judge: UpdateScene, accumulates: bool) -> bool:
    """RMSProp, or AdaGrad, which adds all squares up."""
    if len(judge.state) != 1:
        raise Undefined("a state other than one average of squares")
    [(name, new)] = judge.state.items()
    judge.make_positive(name)
    if accumulates:
        wanted = Plus(judge.leaf(name), Power(judge.g, TWO))
        said = "the state is not what it was and the square of the gradient"
        if not judge.need(new, wanted, said, judge.at[name]):
            return False
    else:
        judge.averages(name, new, True, "the state is no running average of squared gradients")
    rates, epsilons = _rates(judge)
    steps = [divide(judge.g, root) for root in _roots(new, epsilons)]
    forms = (minus(judge.w, Times(rate, step)) for step, rate in product(steps, rates))
    return judge.tries(forms, steps, "the step is not a rate times the gradient over the root")


def _rmsprop(judge: UpdateScene) -> bool:
    return _scaled(judge, False)


def _adagrad(judge: UpdateScene) -> bool:
    return _scaled(judge, True)


def _moments(judge: UpdateScene, decays: bool) -> bool:
    """Adam, or AdamW (`decays`)."""
    squares = judge.even()
    if len(judge.state) != 2 or len(squares) > 1:
        raise Undefined("a state other than two averages")
    if not squares:
        for s in judge.under_roots():  # the sign of the gradient matters in both: this is wrong
            judge.averages(s, judge.state[s], True, _NO_SQUARES)
        raise Undefined("a second moment that is not found")
    [s] = squares
    [m] = [n for n in judge.state if n != s]
    judge.make_positive(s)
    beta1 = judge.averages(m, judge.state[m], False, "the first moment is no running average")
    beta2 = judge.averages(s, judge.state[s], True, _NO_SQUARES)
    if _exchanged(beta1, beta2):
        raise Undefined("constants of both moments that seem to be exchanged")
    first, second = judge.powers(beta1, beta2)
    left1, left2 = minus(ONE, first), minus(ONE, second)
    rates, epsilons = _rates(judge)
    steps = [
        *(
            divide(divide(judge.state[m], left1), root)
            for root in _roots(divide(judge.state[s], left2), epsilons)
        ),
        *(
            Times(divide(Power(left2, _HALF), left1), divide(judge.state[m], root))
            for root in _roots(judge.state[s], epsilons)
        ),
    ]
    forms = (
        form
        for step, rate in product(steps, rates)
        for form in _decayed(judge, minus(judge.w, Times(rate, step)), rate, decays)
    )
    said = "the step is not the corrected moment over the corrected root"
    try:
        return judge.tries(forms, steps, said)
    except Wrong as found:
        for moment, left in ((judge.state[m], left1), (judge.state[s], left2)):
            at = judge.other_multiple(moment, divide(moment, left))
            if at is not None:
                said = "the correction of the bias is not that of its moment"
                raise Wrong(said, found.equation, at) from None
        raise


def _exchanged(beta1: Expr, beta2: Expr) -> bool:
    """Whether the constants have names that say it: m has beta2, the squares have beta1."""
    names = [e.name if isinstance(e, Symbol) else "" for e in (beta1, beta2)]
    if isinstance(beta1, Number) and isinstance(beta2, Number):
        return beta1.value > beta2.value
    return names[0].endswith("2") and names[1].endswith("1")


_NO_SQUARES: Final = "the second moment is no running average of squared gradients"


def _decayed(judge: UpdateScene, form: Expr, rate: Expr, decays: bool) -> Iterator[Expr]:
    """With weights that decay beside the step, if they do."""
    if not decays:
        yield form
        return
    for decay in judge.scalars(judge.new):
        yield minus(form, Times(Times(rate, decay), judge.w))


def _adam(judge: UpdateScene) -> bool:
    return _moments(judge, False)


def _adamw(judge: UpdateScene) -> bool:
    return _moments(judge, True)


RULES: Final = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adamw,
}
