"""Vectors with an index beside their matrix, diagonals of entries, and letters that run."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LOGISTIC = (
    r"$$p_i = \sigma(x_i^T w), \qquad \ell(w) = -\sum_{i=1}^n \left[ y_i \log p_i"
    r" + (1 - y_i) \log(1 - p_i) \right]$$"
)
RMS = r"$$r = \sqrt{\frac{1}{n} \sum_{i=1}^n x_i^2 + \epsilon}$$ $$y_i = \frac{x_i}{r} g_i$$"
POLICY = "π_a = exp(θ_a) / Σ_b exp(θ_b)"


def _verdict(note: str, line: str, close: str = "$$") -> str:
    return str(verify_text(f"{note}\n\n{close}{line}{close}\n").claims[-1].verdict)


@pytest.mark.parametrize(
    "line",
    [
        r"\nabla \ell(w) = X^T (p - y)",
        r"\nabla^2 \ell(w) = X^T \text{diag}(p_i (1 - p_i)) X",
        r"\nabla^2 \ell(w) = X^T \text{diag}(p \odot (1 - p)) X",
        r"\sum_{i=1}^n (p_i - y_i) x_i = X^T (p - y)",
    ],
)
def test_the_matrix_of_the_vectors(line: str) -> None:
    assert _verdict(LOGISTIC, line) == "verified"


@pytest.mark.parametrize(
    "line",
    [
        r"\nabla \ell(w) = X^T (y - p)",
        r"\nabla \ell(w) = X^T p - y",
        r"\nabla \ell(w) = X^T (p + y)",
        r"\nabla \ell(w) = \frac{1}{2} X^T (p - y)",
        r"\nabla^2 \ell(w) = X^T X",
        r"\nabla^2 \ell(w) = X^T \text{diag}(p_i) X",
        r"\nabla^2 \ell(w) = X^T \text{diag}(p_i^2 (1 - p_i)) X",
        r"\nabla^2 \ell(w) = -X^T \text{diag}(p_i (1 - p_i)) X",
        r"\nabla^2 \ell(w) = \sum_{i=1}^n \text{diag}(p_i (1 - p_i)) x_i x_i^T",
        r"\sum_{i=1}^n (p_i - y_i) x_i = X^T (p - 2 y)",
    ],
)
def test_false_lines_about_it(line: str) -> None:
    assert _verdict(LOGISTIC, line) == "refuted"


@pytest.mark.parametrize("line", [r"\nabla \ell(w) = X (p - y)", r"\nabla^2 \ell(w) = X D X^T"])
def test_what_holds_of_columns_is_left_open(line: str) -> None:
    note = LOGISTIC + "\n\n" + r"$$D = \text{diag}(p_i (1 - p_i))$$"
    assert _verdict(note, line) == "unproven"


def test_where_columns_are_told_rows_are_not_supposed() -> None:
    note = LOGISTIC + "\n\nThe $x_i$ are the columns of $X$.\n"
    assert _verdict(note, r"\nabla \ell(w) = X^T (p - y)") != "verified"
    declared = LOGISTIC + "\n\nHere $X \\in \\mathbb{R}^{d \\times n}$.\n"
    assert _verdict(declared, r"\nabla \ell(w) = X^T (p - y)") != "verified"


@pytest.mark.parametrize("turned", ["", "^T"])
def test_a_matrix_of_a_formula_tells_by_itself_how_its_vectors_lie(turned: str) -> None:
    note = (
        rf"$$z = W{turned} x$$ $$L = \frac{{1}}{{2}} \sum_{{j=1}}^k (z_j - t_j)^2$$"
        r"$$z_j = w_j^T x$$"
    )
    for line in (
        r"\frac{\partial L}{\partial w_j} = (z_j - t_j) x",
        r"\nabla_{w_j} L = (z_j - t_j) x",
    ):
        assert _verdict(note, line) != "refuted"
    wrong = r"(z - t) x^T" if turned else r"x (z - t)^T"
    assert _verdict(note, rf"\frac{{\partial L}}{{\partial W}} = {wrong}") != "verified"


def test_a_delta_of_two_entries_of_a_derivative() -> None:
    line = (
        r"\frac{\partial y_i}{\partial x_j} = \frac{g_i}{r} \delta_{ij} - \frac{g_i x_i x_j}{n r^3}"
    )
    assert _verdict(RMS, line) == "verified"
    for old, new in (
        (" - ", " + "), (r"\delta_{ij} ", ""), ("g_i x_i", "g_j x_i"), ("r^3", "r^2"),
        ("n r", "r"), (r"\frac{g_i}{r}", r"\frac{g_i}{r^2}"), (r"\delta_{ij}", r"(1 - \delta_{ij})"),
    ):  # fmt: skip
        assert _verdict(RMS, line.replace(old, new)) == "refuted"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("∂ log π_a / ∂θ_b = 1[a = b] − π_b", "verified"),
        ("∂log(π_a)/∂θ_b = 1[a = b] − π_b", "verified"),
        ("∂log π_a/∂θ_b = 1[a = b] + π_b", "refuted"),
        ("∂log π_a/∂θ_b = 1[a = b] − π_a", "refuted"),
        ("∂log π_a/∂θ_b = π_b − 1[a = b]", "refuted"),
        ("∂log π_a/∂θ_b = 1 − π_b", "refuted"),
        ("∂π_a/∂θ_b = 1[a = b] − π_b", "refuted"),
    ],
)
def test_the_derivative_of_a_logarithm_without_latex(line: str, expected: str) -> None:
    assert _verdict(POLICY, line, "") == expected


def test_a_newton_step_changes_nothing_above_it() -> None:
    step = "\n\n" + r"$$w \leftarrow w - H^{-1} \nabla \ell(w)$$"
    for sign, expected in (("p_i - y_i", "verified"), ("y_i - p_i", "refuted")):
        line = rf"$$\nabla \ell(w) = \sum_{{i=1}}^n ({sign}) x_i$$"
        claims = verify_text(f"{LOGISTIC}\n\n{line}{step}\n").claims
        assert str(claims[-2].verdict) == expected
        assert str(claims[-1].verdict) == "unproven"


@pytest.mark.parametrize("change", [r"h \leftarrow h + V h", r"h \leftarrow h - V h"])
def test_what_an_arrow_changes_in_between_stays_open(change: str) -> None:
    note = rf"$$h = x + W x$$ $${change}$$ $$L = \frac{{1}}{{2}}\|h - t\|^2$$"
    for line in (r"(h - t) x^T", r"(h - t) h^T"):
        assert _verdict(note, rf"\frac{{\partial L}}{{\partial W}} = {line}") == "unproven"
    note = rf"$$h = x + u$$ $$z = V h$$ $${change.replace('h', 'x')}$$ $$L = \|z\|^2 + \|x\|^2$$"
    assert _verdict(note, r"\frac{\partial L}{\partial x} = 2 x + 2 V^T z") == "unproven"
