"""The output as a function of the input, and of nothing else: ``h(2x)`` is no ``h(x)``."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NOTE = r"""
$$h_\theta(x) = \theta^T x$$
$$J(\theta) = \frac{1}{2m} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)})^2$$
$$\frac{\partial J(\theta)}{\partial \theta_j} = \frac1m \sum_{i=1}^{m} (h_\theta({}) - y^{(i)}) x_j^{(i)}$$
"""


@pytest.mark.parametrize(("argument", "true"), [
    ("x^{(i)}", True), ("2x^{(i)}", False), ("y^{(i)}", False), ("J", False), ("-x^{(i)}", False),
    ("x_j^{(i)}", False),
])  # fmt: skip
def test_what_the_output_is_taken_of(argument: str, true: bool) -> None:
    claim = verify_text(NOTE.replace("({})", f"({argument})")).claims[-1]
    assert (str(claim.verdict) == "verified") == true
