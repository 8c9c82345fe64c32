"""Second derivatives: the matrix, its entries, how they are written, and what is wrong in them."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

RIDGE = r"$$J(w) = \|y - Xw\|^2 + \lambda \|w\|^2$$" "\n"
LOGISTIC = r"""
$$p_i = \sigma(w^T x_i)$$
$$\ell(w) = -\sum_{i=1}^n [y_i \log p_i + (1-y_i)\log(1-p_i)]$$
"""
LOG_SUM = r"""
$$f(x) = \log \sum_{i=1}^n e^{x_i}$$
$$p = \text{softmax}(x)$$
$$\frac{\partial f}{\partial x_j} = p_j$$
"""
_MIXED = r"\frac{\partial^2 f}{\partial x_j \partial x_k} = "


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(("note", "line"), [
    (RIDGE, r"\nabla^2_w J = 2 X^T X + 2\lambda I"),
    (RIDGE, r"\nabla_w^2 J(w) = 2 X^T X + 2\lambda I"),
    (RIDGE, r"\nabla^2 J(w) = 2 X^T X + 2\lambda I"),
    (RIDGE, r"\frac{\partial^2 J}{\partial w^2} = 2 X^T X + 2\lambda I"),
    (LOGISTIC, r"\nabla^2 \ell(w) = \sum_{i=1}^n p_i (1-p_i) x_i x_i^T"),
    (LOG_SUM, _MIXED + r"p_j \delta_{jk} - p_j p_k"),
    (LOG_SUM, r"\frac{\partial^2 f}{\partial x_j^2} = p_j (1 - p_j)"),
    (LOG_SUM, r"\nabla^2 f = \text{diag}(p) - p p^T"),
])  # fmt: skip
def test_true_second_derivatives(note: str, line: str) -> None:
    """The usual examples, in each notation."""
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(("note", "line"), [
    (RIDGE, r"\nabla^2_w J = X^T X + \lambda I"),
    (RIDGE, r"\nabla^2_w J = 2 X^T X + \lambda I"),
    (RIDGE, r"\nabla^2_w J = 2 X X^T + 2\lambda I"),
    (RIDGE, r"\nabla^2_w J = 2 X^T X - 2\lambda I"),
    (RIDGE, r"\nabla^2_w J = 2 X^T X"),
    (RIDGE, r"\nabla^2_w J = 2 X^T (X w - y) + 2\lambda w"),
    (RIDGE, r"\nabla_w J = 2 X^T X + 2\lambda I"),
    (LOGISTIC, r"\nabla^2 \ell(w) = \sum_{i=1}^n p_i x_i x_i^T"),
    (LOGISTIC, r"\nabla^2 \ell(w) = \sum_{i=1}^n p_i (1-p_i) x_i^T x_i"),
    (LOGISTIC, r"\nabla^2 \ell(w) = -\sum_{i=1}^n p_i (1-p_i) x_i x_i^T"),
    (LOGISTIC, r"\nabla^2 \ell(w) = \sum_{i=1}^n (p_i - y_i) x_i x_i^T"),
    (LOG_SUM, _MIXED + r"p_j \delta_{jk} - p_k"),
    (LOG_SUM, _MIXED + r"p_j \delta_{jk} + p_j p_k"),
    (LOG_SUM, _MIXED + r"p_j - p_j p_k"),
    (LOG_SUM, _MIXED + r"-p_j p_k"),
    (LOG_SUM, r"\frac{\partial^2 f}{\partial x_j^2} = p_j (1 + p_j)"),
    (LOG_SUM, r"\frac{\partial^2 f}{\partial x_j^2} = p_j"),
    (LOG_SUM, r"\nabla^2 f = \text{diag}(p) + p p^T"),
    (LOG_SUM, r"\nabla^2 f = \text{diag}(p)"),
    (LOG_SUM, r"\nabla^2 f = p - p^T p"),
])  # fmt: skip
def test_wrong_second_derivatives(note: str, line: str) -> None:
    """Factors, signs, transposes, the gradient in place of the matrix."""
    assert verdict(note, line) != "verified"


def test_the_trace_may_be_meant() -> None:
    """A number beside the sign: the Laplacian of a quadratic form is left open."""
    note = r"$$f(x) = x^T x$$"
    assert verdict(note, r"\nabla^2 f = 2 n") == "unproven"
    assert verdict(note, r"\nabla^2 f = 2 I") == "verified"


def test_the_names_of_a_matrix_of_second_derivatives() -> None:
    """``H = \\nabla^2 J``: a further line about H is about that matrix."""
    note = RIDGE + r"$$H = \nabla^2_w J$$" "\n" r"$$H = 2 X^T X + 2\lambda I$$"
    assert verdict(note, r"\nabla^2_w J = 2 X^T X + 2\lambda I") == "verified"
    assert verdict(note, r"H = 2 X^T X + \lambda I") != "verified"


@pytest.mark.parametrize(("line", "true"), [
    (r"\frac{\partial f}{\partial x_k} = \frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}}", True),
    (r"\frac{\partial f}{\partial x_k} = \frac{e^{x_i}}{\sum_{i=1}^n e^{x_i}}", False),
    (r"\frac{\partial f}{\partial x_k} = \frac{e^{x_k}}{\sum_{i=1}^n x_i}", False),
    (r"\frac{\partial f}{\partial x_k} = \frac{1}{\sum_{i=1}^n e^{x_i}}", False),
    (r"\frac{\partial f}{\partial x_k} = \frac{\sum_{k=1}^n e^{x_k}}{\sum_{i=1}^n e^{x_i}}", False),
])  # fmt: skip
def test_any_entry(line: str, true: bool) -> None:
    """A letter below a derivative is any entry of what a sum runs over by another letter."""
    note = r"$$f(x) = \log \sum_{i=1}^n e^{x_i}$$"
    assert (verdict(note, line) == "verified") == true


@pytest.mark.parametrize("note", [
    r"$$z = \sum_{i=1}^n w_i x_i + w_b$$ The offset $b$ is $w_b$." "\n",
    r"$$z = \sum_{i=1}^n w_i x_i + w_p$$" "\n",
])  # fmt: skip
@pytest.mark.parametrize("line", [
    r"\frac{\partial z}{\partial w_p} = x_p", r"\frac{\partial z}{\partial w_b} = x_b",
])  # fmt: skip
def test_a_letter_that_names_is_no_entry(note: str, line: str) -> None:
    """A weight by the name of the offset is not settled by what holds of the entries."""
    assert verdict(note, line) != "verified"
