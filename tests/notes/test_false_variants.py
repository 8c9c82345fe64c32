"""No slip of the pen in a true equation is verified, and no equation that stays true refuted.

`scripts/false_variants.py` does this for all notes and prints a table; here are the quick ones.
"""

from __future__ import annotations

import pytest

from tests.notes.networks import Net
from tests.notes.planting import plant, wrong
from tests.notes.samples import samples
from tests.notes.truth import true

SAMPLES = {sample.name: sample for sample in samples()}
THREE = SAMPLES["three-layer-binary-classifier"].net
SQUARED = SAMPLES["digits-squared-error"].net


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("digits-leaky-relu", 120),
        ("two-layer-cross-entropy", 120),
        ("rows", 130),
        ("softmax", 130),
        ("summed", 100),
        ("chains", 100),
    ],
)
def test_slips_of_the_pen(name: str, least: int) -> None:
    found = list(plant(SAMPLES[name]))
    assert wrong(found) == []
    assert sum(p.true is False for p in found) >= least


@pytest.mark.parametrize(
    ("latex", "net", "how", "expected"),
    [
        (r"dZ_3 = A_3 - Y", THREE, "matrix", True),
        (r"dZ_3 = \frac{1}{m} (A_3 - Y)", THREE, "matrix", False),
        (r"\frac{\partial J}{\partial z_3} = \frac{1}{m} (A_3 - Y)", THREE, "matrix", True),
        (r"dZ_2 = W_3^T \cdot dZ_3 * f_2'(Z_2)", THREE, "matrix", True),
        (r"dZ_2 = W_3 \cdot dZ_3 * f_2'(Z_2)", THREE, "matrix", False),
        (r"dZ_2 = W_3^T \cdot dZ_3 * f_1'(Z_2)", THREE, "matrix", False),
        (r"dB_2 = \frac{1}{m} \text{sum}(dZ_2, 0)", THREE, "matrix", False),
        (r"\frac{\partial a_3}{\partial z_3} = a_3(1-a_3)", THREE, "scalar", True),
        (r"\frac{\partial a_3}{\partial z_3} = a_3(1+a_3)", THREE, "scalar", False),
        (r"W_3 = W_3 - \alpha dW_3", THREE, "update", True),
        (r"W_3 = W_3 + \alpha dW_3", THREE, "update", False),
        (r"W_3 = W_2 - \alpha dW_3", THREE, "update", False),
        (r"dz_2 = 2(A^{(2)} - y) / m", SQUARED, "matrix", False),
        (r"db_2 = \sum_{i=1}^m (dz_2)", SQUARED, "matrix", True),
        (
            r"\frac{\partial L}{\partial w_2} = \frac{\partial L}{\partial z_2} \cdot "
            r"\frac{\partial z_2}{\partial w_2}",
            THREE, "maps", True,
        ),
        (
            r"\frac{\partial L}{\partial w_2} = \frac{\partial L}{\partial a_2} \cdot "
            r"\frac{\partial z_2}{\partial w_2}",
            THREE, "maps", False,
        ),
        (r"\sigma'(x) = \sigma(x) (1 - \sigma(x))", THREE, "formal", True),
    ],
)  # fmt: skip
def test_floating_point_tells_true_from_false(
    latex: str, net: Net, how: str, expected: bool
) -> None:
    """The judge of the judge, on equations whose truth is known."""
    assert true(latex, net, how) is expected
