"""Hand-written optimisers: the textbook's rules in the forms that people write, and wrong ones."""

from __future__ import annotations

import pytest

from derive.pycode.source import parse
from derive.pycode.updates import update_rulings
from derive.verdict import Verdict

from .optimizer_attacks import ADAM, CLASS, MOMENTUM, function, programs

RIGHT = (
    function("adam(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8)", ADAM),
    CLASS,
    MOMENTUM,
    function("sgd(w, dw, lr, decay)", "return w - lr * (dw + decay * w)"),
    function(
        "momentum(w, dw, v, lr, mu)", "v = mu * v + (1 - mu) * dw; w = w - lr * v; return w, v"
    ),
    function(
        "nesterov(w, dw, v, lr, mu)",
        "p = v; v = mu * v - lr * dw; w = w - mu * p + (1 + mu) * v; return w, v",
    ),
    function(
        "rmsprop(params, grads, s, lr, rho)",
        "\nfor k in params:\n    s[k] = rho * s[k] + (1 - rho) * np.square(grads[k])\n"
        "    params[k] -= lr * grads[k] / np.sqrt(s[k] + 1e-8)\nreturn params, s",
    ),
    function(
        "adagrad(w, dw, cache, lr=0.1)",
        "cache = cache + dw ** 2; w = w - lr * dw / (np.sqrt(cache) + 1e-8); return w, cache",
    ),
)


@pytest.mark.parametrize("source", RIGHT)
def test_the_rules_of_the_textbook_are_verified(source: str) -> None:
    found = update_rulings(parse(source))
    assert found
    for ruling in found:
        assert (ruling.verdict, ruling.reason) == (Verdict.VERIFIED, "")
        assert ruling.proof is not None


@pytest.mark.parametrize("source", programs()[::4])
def test_wrong_steps_are_not(source: str) -> None:
    found = update_rulings(parse(source))
    assert not found or any(r.verdict != Verdict.VERIFIED for r in found)


def test_a_wrong_step_is_refuted_at_its_line() -> None:
    source = CLASS.replace("grads[k] ** 2", "grads[k]")
    for ruling in update_rulings(parse(source)):
        assert ruling.verdict == Verdict.REFUTED
        assert getattr(ruling.node, "lineno", 0) == 15
        assert ruling.counterexample is not None
