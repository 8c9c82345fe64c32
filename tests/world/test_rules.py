"""Rules of the calculus hold for all functions: false ones are refuted."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LAYERS = r"$$z^l = W^l a^{l-1} + b^l$$ $$a^l = \sigma(z^l)$$" + "\n\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{d}{dx} e^{u(x)} = u'(x) e^{u(x)}", "verified"),
        (r"\frac{d}{dx} e^{u(x)} = 2 (u'(x) e^{u(x)})", "refuted"),
        (r"\frac{d}{dx} e^{u(x)} = e^{u(x)}", "refuted"),
        (r"\frac{d}{dx} \frac{1}{u(x)} = -\frac{u'(x)}{u(x)^2}", "verified"),
        (r"\frac{d}{dx} \frac{1}{u(x)} = -\frac{u'(x)}{u(x)}", "refuted"),
        (r"\frac{d}{dx} (u(x) v(x)) = u'(x) v(x) + u(x) v'(x)", "verified"),
        (r"\frac{d}{dx} (u(x) v(x)) = u'(x) v'(x)", "refuted"),
        (r"\frac{d}{dx} v(u(x)) = v'(u(x)) u'(x)", "verified"),
        (r"\frac{d}{dx} v(u(x)) = v'(u(x))", "refuted"),
        (r"\frac{d g(x)}{dx} = 1 - g(x)^2", "unproven"),  # of tanh it is true
    ],
)
def test_a_rule_of_the_calculus(line: str, expected: str) -> None:
    product = r"$$\frac{d}{dx} (u(x) v(x)) = u'(x) v(x) + u(x) v'(x)$$" + "\n\n"
    assert str(verify_text(LAYERS + product + f"$${line}$$").claims[-1].verdict) == expected


@pytest.mark.parametrize("factor", ["2", r"\frac{1}{m}", "m"])
def test_a_step_times_a_number_is_no_step(factor: str) -> None:
    source = LAYERS + r"$$W^l := W^l - \eta dW^l$$" + "\n\n"
    found = verify_text(source + rf"$$W^l := {factor} (W^l - \eta dW^l)$$").claims
    assert [str(c.verdict) for c in found[-2:]] == ["verified", "refuted"]


def test_a_weight_divided_by_its_norm_is_no_step_of_descent() -> None:
    found = verify_text(LAYERS + r"$$W^l := \frac{W^l}{\|W^l\|}$$").claims[-1]
    assert str(found.verdict) == "unproven"
