"""Sheets of examples without headings, data that is fitted, pi as weights beside the number."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

SHEET = r"""
**Example 1.** $f(X) = \text{tr}(X^T B X C)$.

$\frac{\partial f}{\partial X} = B X C + B^T X C^T$

**Example 2.** Let $f(w) = (y - Xw)^T (y - Xw) + \lambda w^T w$.

$\frac{\partial f}{\partial w} = -2 X^T (y - Xw) + 2 \lambda w$

**Example 3.** $f(x) = \log \sum_{i=1}^n e^{x_i}$.

"""
LOSSES = r"""
Squared loss with $p = \sigma(z)$:

$$Q = (p - y)^2$$

$$\frac{\partial Q}{\partial p} = 2 (p - y)$$

Cross-entropy, labels one-hot:

$$CE = -\sum_k y_k \log p_k, \quad p = \text{softmax}(z)$$

"""
FACTORS = r"""
We approximate $R \approx U V^T$.

$$E = \frac{1}{2} \|R - U V^T\|_F^2 + \frac{\lambda}{2} (\|U\|_F^2 + \|V\|_F^2)$$

"""
MIXTURE = r"""
$$N_k = \frac{1}{\sqrt{2\pi} \sigma_k} \exp\left(-\frac{(x - \mu_k)^2}{2 \sigma_k^2}\right)$$
$$\ell = \log \sum_k \pi_k N_k$$
$$\gamma_k = \frac{\pi_k N_k}{\sum_j \pi_j N_j}$$
"""
RAYLEIGH = r"""
With $C$ symmetric,

$$R(w) = \frac{w^T C w}{w^T w}$$
"""
_CE = r"\frac{\partial CE}{\partial z_k} = "
_F3 = r"\frac{\partial f}{\partial x_k} = "
_U = r"\frac{\partial E}{\partial U} = "
_MU = r"\frac{\partial \ell}{\partial \mu_k} = "
_R = r"\nabla R(w) = \frac{2}{w^T w} "


def verdict(note: str, line: str) -> str:
    """The verdict of a line behind a note."""
    return verify_text(f"{note}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(("note", "line"), [
    (SHEET, _F3 + r"\frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}}"),
    (FACTORS, _U + r"-(R - UV^T) V + \lambda U"),
    (FACTORS, r"\frac{\partial E}{\partial V} = -(R - UV^T)^T U + \lambda V"),
    (MIXTURE, _MU + r"\gamma_k \frac{x - \mu_k}{\sigma_k^2}"),
    (MIXTURE, r"\frac{\partial \ell}{\partial \pi_k} = \frac{\gamma_k}{\pi_k}"),
    (RAYLEIGH, _R + "(C w - R(w) w)"),
])  # fmt: skip
def test_true_lines(note: str, line: str) -> None:
    """Each example has its own f; what is fitted is given; the number is no weight."""
    assert verdict(note, line) == "verified"


def test_all_examples_of_a_sheet_hold() -> None:
    """The gradients above the last example too."""
    claims = verify_text(SHEET + f"${_F3}" + r"\frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}}$").claims
    assert [c.verdict.value for c in claims] == ["definition", "verified"] * 3


def test_a_letter_given_anew_for_another_cost_refutes_nothing_true() -> None:
    """``p`` is a sigmoid for one loss, a softmax for the next."""
    claims = verify_text(LOSSES + f"$${_CE} p_k - y_k$$").claims
    assert [c.verdict.value for c in claims[-3:-1]] == ["definition"] * 2
    assert claims[-1].verdict.value == "verified"


@pytest.mark.parametrize(("note", "line"), [
    (SHEET, _F3 + r"\frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}} - 1"),
    (SHEET, _F3 + r"\frac{x_k}{\sum_{i=1}^n e^{x_i}}"),
    (SHEET, r"\frac{\partial f}{\partial X} = B X C + B^T X C^T"),
    (SHEET, r"\frac{\partial f}{\partial w} = -2 X^T (y - Xw) + 2 \lambda w"),
    (LOSSES, _CE + "y_k - p_k"),
    (LOSSES, _CE + "p_k + y_k"),
    (LOSSES, _CE + "2 (p_k - y_k)"),
    (FACTORS, _U + r"(R - UV^T) V + \lambda U"),
    (FACTORS, _U + r"-(R - UV^T)^T V + \lambda U"),
    (FACTORS, _U + r"-(R - UV^T) V + 2 \lambda U"),
    (FACTORS, _U + r"\lambda U"),
    (MIXTURE, _MU + r"\gamma_k \frac{\mu_k - x}{\sigma_k^2}"),
    (MIXTURE, _MU + r"\gamma_k \frac{x - \mu_k}{\sigma_k}"),
    (MIXTURE, _MU + r"\pi_k \frac{x - \mu_k}{\sigma_k^2}"),
    (MIXTURE, r"\frac{\partial \ell}{\partial \pi_k} = \gamma_k"),
    (RAYLEIGH, _R + "(C w + R(w) w)"),
    (RAYLEIGH, _R + "C w"),
    (RAYLEIGH, r"\nabla R(w) = \frac{1}{w^T w} (C w - R(w) w)"),
])  # fmt: skip
def test_wrong_lines(note: str, line: str) -> None:
    """A sign, a factor, a transpose or a term is wrong, or it is about another example."""
    assert verdict(note, line) != "verified"


@pytest.mark.parametrize("line", [
    _F3 + r"\frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}} - 1",
    _F3 + r"\frac{x_k}{\sum_{i=1}^n e^{x_i}}",
    _F3 + r"-\frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}}",
])  # fmt: skip
def test_wrong_beside_a_true_line_of_its_part(line: str) -> None:
    """The part gives all that the line speaks of a formula: it is refuted."""
    true = f"${_F3}" + r"\frac{e^{x_k}}{\sum_{i=1}^n e^{x_i}}$" + "\n\n"
    assert verdict(SHEET + true, line) == "refuted"


def test_what_a_line_computes_by_an_approximation_is_no_data() -> None:
    """No formula measures how far both are apart: the derivative may go through it."""
    note = r"$$a \approx w^T x$$ $$L = \frac{1}{2} (a - y)^2 + \|w\|^2$$"
    assert verdict(note, r"\frac{\partial L}{\partial w} = 2 w") != "verified"
