"""Regression by a function of one example, ``h_\\theta(x^{(i)})``, and by the matrix of all."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LOGISTIC = r"""
$$h_\theta(x) = \frac{1}{1 + e^{-\theta^T x}}$$
$$J(\theta) = -\frac{1}{m} \sum_{i=1}^m [y^{(i)} \log h_\theta(x^{(i)})
  + (1 - y^{(i)}) \log(1 - h_\theta(x^{(i)}))]$$
"""
MATRIX = r"$$\nabla_\theta J = \frac{1}{m} X^T (\sigma(X \theta) - y)$$" "\n"
_OF_ONE = r"\frac{\partial J}{\partial \theta_j} = "
_ERROR = r"(h_\theta(x^{(i)}) - y^{(i)})"
_BY = r"\frac{\partial J}{\partial w_j} = "
WITH_ONE = f"{LOGISTIC}\n$${_OF_ONE}\\frac{{1}}{{m}} \\sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}$$\n"
LINEAR = r"""
$$J(w) = \frac{1}{2m} \sum_{i=1}^m (w^T x^{(i)} - y^{(i)})^2$$
$$\nabla_w J = \frac{1}{m} X^T (X w - y)$$
"""
BY_NUMBER = r"""
$$J(w) = \frac{1}{2m} \sum_{i=1}^m (w^T x_i - y_i)^2$$
$$\frac{\partial J}{\partial w} = \frac{1}{m} \sum_{i=1}^m (w^T x_i - y_i) x_i$$
"""
_RIDGED = r"""
$$J(w) = \frac{1}{2} \sum_{i=1}^m (w^T x_i - y_i)^2$$
$$F(w) = J(w) + \frac{\lambda}{2} \sum_{j=1}^n w_j^2$$
$$\frac{\partial F}{\partial w_j} = \sum_{i=1}^m (w^T x_i - y_i) x_{ij} + \lambda w_j$$
"""


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(("note", "line"), [
    (LOGISTIC, _OF_ONE + rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (LOGISTIC, r"\nabla_\theta J = \frac{1}{m} \sum_{i=1}^m " + _ERROR + " x^{(i)}"),
    (LOGISTIC + MATRIX, _OF_ONE + rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (LOGISTIC, r"\nabla_\theta J = \frac{1}{m} X^T (\sigma(X \theta) - y)"),
    (WITH_ONE, rf"\theta_j := \theta_j - \frac{{\alpha}}{{m}} \sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (LINEAR, _BY + r"\frac{1}{m} \sum_{i=1}^m (w^T x^{(i)} - y^{(i)}) x_j^{(i)}"),
    (LINEAR, r"\nabla_w J = \frac{1}{m} (X^T X w - X^T y)"),
    (BY_NUMBER, _BY + r"\frac{1}{m} \sum_{i=1}^m (w^T x_i - y_i) x_{ij}"),
    (BY_NUMBER, _BY + r"\frac{1}{m} \sum_{i=1}^m (w^T x_i - y_i) x_{ji}"),
    (BY_NUMBER, r"\nabla_w J = \frac{1}{m} X^T (X w - y)"),
])  # fmt: skip
def test_true_lines(note: str, line: str) -> None:
    """Gradients by one parameter, by all, by the matrix of all examples; a step."""
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(("note", "line"), [
    (WITH_ONE, _OF_ONE + rf"\sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (WITH_ONE, _OF_ONE + rf"-\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (WITH_ONE, _OF_ONE + rf"\frac{{2}}{{m}} \sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (WITH_ONE, _OF_ONE + rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR}"),
    (WITH_ONE, _OF_ONE + rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR} \theta_j"),
    (WITH_ONE, r"\nabla_\theta J = \frac{1}{m} \sum_{i=1}^m h_\theta(x^{(i)}) x^{(i)}"),
    (WITH_ONE, r"\nabla_\theta J = \frac{1}{m} X (\sigma(X \theta) - y)"),
    (WITH_ONE, r"\nabla_\theta J = \frac{1}{m} X^T (X \theta - y)"),
    (WITH_ONE, r"\nabla_\theta J = \frac{1}{m} X^T (\sigma(X \theta) + y)"),
    (WITH_ONE, rf"\theta_j := \theta_j + \frac{{\alpha}}{{m}} \sum_{{i=1}}^m {_ERROR} x_j^{{(i)}}"),
    (LINEAR, _BY + r"\frac{1}{m} \sum_{i=1}^m (w^T x^{(i)} + y^{(i)}) x_j^{(i)}"),
    (LINEAR, r"\nabla_w J = \frac{1}{m} X (X w - y)"),
    (LINEAR, r"\nabla_w J = \frac{1}{m} (X X^T w - X^T y)"),
    (LINEAR, r"\nabla_w J = X^T (X w - y)"),
    (BY_NUMBER, _BY + r"\frac{2}{m} \sum_{i=1}^m (w^T x_i - y_i) x_{ij}"),
    (BY_NUMBER, _BY + r"\frac{1}{m} \sum_{i=1}^m w^T x_i x_{ij}"),
])  # fmt: skip
def test_wrong_lines(note: str, line: str) -> None:
    """A factor, a sign, an order or a transpose is wrong."""
    assert verdict(note, line) == "refuted"


@pytest.mark.parametrize(("note", "line"), [
    # which of two indices numbers the examples: the one above, or the first
    (LOGISTIC + MATRIX, _OF_ONE + rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR} x_i^{{(j)}}"),
    (WITH_ONE + MATRIX, _OF_ONE + rf"\frac{{1}}{{m}} \sum_{{i=1}}^m {_ERROR} x_{{ji}}"),
    # the line about one example changes what the letters mean
    (WITH_ONE, r"\frac{\partial J}{\partial \theta_j} = (h_\theta(x) - y) x_j"),
    (BY_NUMBER, _BY + r"\frac{1}{m} \sum_{i=1}^m (w^T x_i - y_i) w_j"),
    # the examples are columns
    (BY_NUMBER, r"\nabla_w J = \frac{1}{m} X (w^T X - y)"),
    # both letters number examples
    (BY_NUMBER + r"$$z_j = w^T x_j$$", _BY + r"\frac{1}{m} \sum_{i=1}^m (w^T x_i - y_i) x_{ij}"),
])  # fmt: skip
def test_left_open(note: str, line: str) -> None:
    """Nothing is supposed where the letters may mean something else."""
    assert verdict(note, line) != "verified"


def test_a_step_for_an_earlier_cost_is_left_open() -> None:
    """The note states a cost with a penalty too; without it the step is that of the first."""
    step = r"w_j := w_j - \eta \sum_{i=1}^m (w^T x_i - y_i) x_{ij}"
    assert verdict(_RIDGED, step) == "unproven"
    assert verdict(_RIDGED, step + r" - \eta \lambda w_j") == "verified"
    assert verdict(_RIDGED, step + r" - \lambda w_j") != "verified"
    assert verdict(_RIDGED, step + r" + \eta \lambda w_j") == "refuted"
