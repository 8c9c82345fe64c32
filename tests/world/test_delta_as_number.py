"""Delta in the formula of a function is a number of that function, as Huber's; else a gradient."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

HUBER = (
    r"$$f(x) = \begin{cases} \frac12 x^2 & |x| \le \delta \\"
    r"\delta(|x| - \frac12\delta) & \text{otherwise} \end{cases}$$"
)
PSEUDO = r"$$f(x) = \delta^2 (\sqrt{1 + (x/\delta)^2} - 1)$$"


def verdict(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$").claims[-1].verdict)


@pytest.mark.parametrize(("first", "then", "true"), [
    ("x & |x|", r"\mathrm{sign}(x)", True), ("x & |x|", "", False), ("x & x", r"\mathrm{sign}(x)", False),
    ("2x & |x|", r"\mathrm{sign}(x)", False), ("x & |x|", r"(-\mathrm{sign}(x))", False),
])  # fmt: skip
def test_huber(first: str, then: str, true: bool) -> None:
    cases = (
        rf"\begin{{cases}} {first} \le \delta \\ \delta {then} & \text{{otherwise}} \end{{cases}}"
    )
    found = verdict(HUBER, f"f'(x) = {cases}")
    assert found != "refuted" if true else found != "verified"


@pytest.mark.parametrize(("right", "true"), [
    (r"\frac{x}{\sqrt{1 + (x/\delta)^2}}", True), (r"\frac{\delta x}{\sqrt{1 + (x/\delta)^2}}", False),
    (r"\frac{x}{\sqrt{1 + x^2}}", False), (r"\frac{2x}{\sqrt{1 + (x/\delta)^2}}", False),
])  # fmt: skip
def test_its_smooth_form(right: str, true: bool) -> None:
    assert (verdict(PSEUDO, f"f'(x) = {right}") == "verified") == true


@pytest.mark.parametrize("function", ["", r"$$f(x) = x^2$$"])
def test_a_gradient_stays_one(function: str) -> None:
    note = r"$$z = W x + b, \quad a = \sigma(z)$$ $$L = -y \log a - (1-y) \log(1-a)$$ $$\delta = a - y$$"
    assert verdict(function + note, r"dW = \delta x^T") == "verified"
    assert verdict(function + note, r"dW = x \delta^T") == "refuted"
