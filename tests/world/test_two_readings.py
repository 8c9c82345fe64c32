"""A slip must not change how its own line is read so that it becomes true."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

BATCH = r"""
$$Z_1 = W_1 X + b_1$$
$$A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2$$
$$A_2 = \sigma(Z_2)$$
$$J = -\frac{1}{m} \sum_{i=1}^m (Y \log A_2 + (1 - Y) \log(1 - A_2))$$
$$dZ_2 = A_2 - Y$$
$$dW_2 = \frac{1}{m} dZ_2 A_1^T$$
$$db_2 = \frac{1}{m} \sum_{i=1}^m dZ_2$$
"""


def last(source: str) -> str:
    """The verdict on the last claim of a note."""
    return str(verify_text(source, "md").claims[-1].verdict)


MAPS = r"\frac{\partial J}{\partial W_2} = \frac{\partial J}{\partial Z_2} "
MAPS += r"\frac{\partial Z_2}{\partial W_2} = "
DOWN = r"\frac{\partial J}{\partial Z_1} = "


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (MAPS + r"\frac{1}{m} (A_2 - Y) A_1^T", "verified"),
        (MAPS + r"(A_2 - Y) A_1^T", "refuted"),
        (MAPS + r"\frac{1}{m} (A_2 - Y) A_1", "refuted"),
        (MAPS + r"(A_2 - Y) A_1", "unproven"),
        (DOWN + r"W_2^T \frac{\partial J}{\partial Z_2} \odot \frac{\partial A_1}{\partial Z_1}",
         "verified"),
        (DOWN + r"W_2 \frac{\partial J}{\partial Z_2} \odot \frac{\partial A_1}{\partial Z_1}",
         "refuted"),
        (DOWN + r"W_2^T \frac{\partial J}{\partial Z_2} \odot \frac{\partial A_2}{\partial Z_2}",
         "refuted"),
    ],
)  # fmt: skip
def test_local_derivatives_do_not_make_a_line_about_arrays_a_path(line: str, verdict: str) -> None:
    assert last(BATCH + f"$${line}$$") == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial J}{\partial b_j^{(2)}} = a_j^{(2)} - y_j", "unproven"),
        (r"\frac{\partial J}{\partial b_j^{(2)}} = \frac{1}{m} \sum_{i=1}^m (a_j^{(2)} - y_j)",
         "verified"),
        (r"db_{2,j} = dZ_{2,j}", "unproven"),
        (r"b_j^{(2)} = b_j^{(2)} - \alpha (a_j^{(2)} - y_j)", "unproven"),
        (r"b_j^{(2)} = b_j^{(2)} - \frac{\alpha}{m} \sum_{i=1}^m (a_j^{(2)} - y_j)", "verified"),
        (r"dz_j^{(2)} = a_j^{(2)} - y_j", "verified"),
    ],
)  # fmt: skip
def test_entries_do_not_take_the_sum_over_the_examples_away(line: str, verdict: str) -> None:
    assert last(BATCH + f"$${line}$$") == verdict


REGRESSION = r"""
$$z = w^T x + b$$
$$\hat y = \sigma(z)$$
$$J = -\frac{1}{m} \sum_{i=1}^m [y^{(i)} \log \hat y^{(i)} + (1 - y^{(i)}) \log(1 - \hat y^{(i)})]$$
$$\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m (\hat y^{(i)} - y^{(i)})$$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial J}{\partial w_j} = \frac{1}{m} \sum_{i=1}^m (\hat y^{(i)} - y^{(i)}) "
         r"x_j^{(i)}", "verified"),
        (r"\frac{\partial J}{\partial w_j} = (\hat y^{(i)} - y^{(i)}) x_j^{(i)}", "unproven"),
        (r"\frac{\partial J}{\partial w_j} = (\hat y - y) x_j", "unproven"),
        (r"\frac{\partial J}{\partial b} = \hat y^{(i)} - y^{(i)}", "unproven"),
        (r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m (\hat y^{(k)} - y^{(k)})",
         "refuted"),
    ],
)  # fmt: skip
def test_an_example_that_no_sum_binds_is_not_all_of_them(line: str, verdict: str) -> None:
    assert last(REGRESSION + f"$${line}$$") == verdict


ONE = r"""
$$z_1 = W_1 x + b_1$$
$$a_1 = f(z_1)$$
$$z_2 = W_2 a_1 + b_2$$
$$a_2 = f(z_2)$$
$$E = \frac{1}{2} \| a_2 - y \|^2$$
"""
BACK = r"\frac{\partial E}{\partial a_1} = \frac{\partial E}{\partial z_2} "
BACK += r"\frac{\partial z_2}{\partial a_1} = "


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (BACK + r"W_2^T \frac{\partial E}{\partial z_2}", "verified"),
        (BACK + r"W_2 \frac{\partial E}{\partial z_2}", "unproven"),
        (BACK + r"W_2 \odot \frac{\partial E}{\partial z_2}", "refuted"),
        (r"\frac{\partial E}{\partial b_2} = \frac{1}{m} (a_2 - y) \odot f'(z_2)", "refuted"),
        (r"\frac{\partial E}{\partial b_2} = (a_2 - y) \odot f'(z_2)", "verified"),
    ],
)
def test_one_example_stays_one(line: str, verdict: str) -> None:
    assert last(ONE + f"$${line}$$") == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"dZ = A - Y", "unproven"),
        (r"dZ = A_2 - Y", "unproven"),
        (r"\frac{\partial \ell}{\partial b_2} = A_2 - Y", "verified"),
    ],
)
def test_a_line_without_a_layer_is_not_refuted_where_it_is_true_of_some(
    line: str, verdict: str
) -> None:
    assert last(BATCH + f"$${line}$$") == verdict
