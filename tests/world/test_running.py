"""A letter for the gradient computed last, as the books' algorithms write it."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NET = r"""
$$a^{(k)} = b^{(k)} + W^{(k)} h^{(k-1)}$$ $$h^{(k)} = f(a^{(k)})$$
With $\hat{y} = h^{(l)}$ the cost is $J = L(\hat y, y)$.

$$g \leftarrow \nabla_{\hat{y}} J = \nabla_{\hat{y}} L(\hat y, y)$$
$$g \leftarrow \nabla_{a^{(k)}} J = g \odot f'(a^{(k)})$$
$$\nabla_{b^{(k)}} J = g$$
$$\nabla_{W^{(k)}} J = g\, h^{(k-1)\top}$$
$$g \leftarrow \nabla_{h^{(k-1)}} J = W^{(k)\top} g$$
"""


def _claims(note: str) -> list[str]:
    found = verify_text(note).claims
    return [str(c.verdict) for c in found if c.verdict != "definition"]


def test_every_line_of_the_loop_holds() -> None:
    assert _claims(NET) == ["verified"] * 5


@pytest.mark.parametrize(
    ("line", "wrong", "at"),
    [
        (r"= g \odot f'(a^{(k)})", r"= g \odot f(a^{(k)})", 1),
        (r"g\, h^{(k-1)\top}", r"g\, h^{(k)\top}", 3),
        (r"= W^{(k)\top} g", r"= W^{(k)} g", 4),
        (r"= W^{(k)\top} g", r"= W^{(k-1)\top} g", 4),
    ],
)
def test_a_wrong_line_is_refuted_alone(line: str, wrong: str, at: int) -> None:
    found = _claims(NET.replace(line, wrong))
    assert found == ["refuted" if k == at else "verified" for k in range(5)]


def test_a_gradient_too_early_is_refuted() -> None:
    bias = "$$\\nabla_{b^{(k)}} J = g$$\n"
    early = NET.replace(bias, "").replace(
        "$$g \\leftarrow \\nabla_{a", bias + "$$g \\leftarrow \\nabla_{a"
    )
    assert _claims(early) == ["verified", "refuted", *["verified"] * 3]


def test_a_letter_that_is_changed_without_a_name_is_left_open() -> None:
    note = NET.replace(r"\nabla_{a^{(k)}} J = g", "g")
    assert set(_claims(note)) <= {"verified", "unproven"}
    assert "unproven" in _claims(note)


def test_a_letter_of_which_nothing_tells_refutes_no_line() -> None:
    note = r"$$z = W x + b$$ $$a = \sigma(z)$$ $$L = \frac{1}{2}\|a - y\|^2$$"
    claim = verify_text(note + r"$$\frac{\partial L}{\partial W} = q x^T$$").claims[-1]
    assert claim.verdict == "unproven"
    assert "q has no role" in claim.message
