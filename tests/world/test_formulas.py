"""Formulas that a line differentiates as it writes them out, and numbers of arrays by a call.

Sheets of rules, regressions over examples, hinge losses: true lines hold for all shapes; what a
letter alone leaves open (is A symmetric?) stays open; false lines are refuted.
"""

from __future__ import annotations

import pytest

from derive.verify import verify_text

SHEET = "Let $x$ and $a$ be vectors and $A$ a square matrix."
RIDGE = r"$$J(w) = \frac{1}{2n} \|Xw - y\|^2 + \frac{\lambda}{2} \|w\|^2$$"
NUMBER = (
    r"For $i = 1 \ldots n$ the line predicts $\hat y^{(i)} = w x^{(i)} + b$."
    r"$$J(w, b) = \frac{1}{2n} \sum_{i=1}^n (\hat y^{(i)} - y^{(i)})^2$$"
)
HINGE = (
    r"$$J(w, b) = \frac{\lambda}{2} \|w\|^2"
    r" + \frac{1}{n} \sum_{i=1}^n \max(0, 1 - y_i (w^T x_i + b))$$"
)
QUADRATIC = r"$$f(x) = \frac{1}{2} x^T A x - b^T x$$"
SUM = r"\frac{1}{n} \sum_{i=1}^n"
GAP = r"(\hat y^{(i)} - y^{(i)})"


def _verdict(note: str, line: str) -> str:
    claims = verify_text(f"{note}\n\n$${line}$$\n").claims
    return str(claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (SHEET, r"\frac{\partial}{\partial x} a^T x = a"),
        (SHEET, r"\frac{\partial}{\partial x} x^T A x = (A + A^T) x"),
        (SHEET, r"\frac{\partial}{\partial x} \|A x - b\|^2 = 2 A^T (A x - b)"),
        (SHEET, r"\frac{\partial}{\partial A} a^T A b = a b^T"),
        (SHEET, r"\frac{\partial}{\partial A} \mathrm{tr}(A B) = B^T"),
        (SHEET, r"\nabla_x (a^T x) = a"),
        (SHEET, r"\nabla_x \log \sum_i e^{x_i} = \text{softmax}(x)"),
        (r"$$f(x) = a^T x$$", r"\nabla_x f = a"),
        (QUADRATIC, r"\nabla f(x) = \frac{1}{2}(A + A^T) x - b"),
        (RIDGE, r"\nabla J(w) = \frac{1}{n} X^\top (Xw - y) + \lambda w"),
        (RIDGE, r"w \leftarrow w - \eta (\frac{1}{n} X^\top (Xw - y) + \lambda w)"),
        (NUMBER, rf"\frac{{\partial J}}{{\partial w}} = {SUM} {GAP} x^{{(i)}}"),
        (NUMBER, rf"\frac{{\partial J}}{{\partial b}} = {SUM} {GAP}"),
        (HINGE, rf"\frac{{\partial J}}{{\partial w}} = \lambda w - {SUM}"
         r" \mathbb{1}[y_i (w^T x_i + b) < 1] y_i x_i"),
        (HINGE, rf"\frac{{\partial J}}{{\partial b}} = -{SUM}"
         r" \mathbb{1}[y_i (w^T x_i + b) < 1] y_i"),
    ],
)  # fmt: skip
def test_true_lines_hold(note: str, line: str) -> None:
    assert _verdict(note, line) == "verified"


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (SHEET, r"\frac{\partial}{\partial x} a^T x = x"),
        (SHEET, r"\frac{\partial}{\partial x} x^T A x = A x"),
        (SHEET, r"\frac{\partial}{\partial x} (A x - b)^T (A x - b) = A^T (A x - b)"),
        (RIDGE, r"\nabla J(w) = \frac{1}{n} X^\top (Xw - y) - \lambda w"),
        (RIDGE, r"\nabla J(w) = X^\top (Xw - y) + \lambda w"),
        (NUMBER, rf"\frac{{\partial J}}{{\partial w}} = {SUM} {GAP} b"),
        (NUMBER, rf"\frac{{\partial J}}{{\partial b}} = \sum_{{i=1}}^n {GAP}"),
        (NUMBER, rf"\frac{{\partial J}}{{\partial w}} = {GAP} x^{{(i)}}"),
        (HINGE, rf"\frac{{\partial J}}{{\partial b}} = {SUM}"
         r" \mathbb{1}[y_i (w^T x_i + b) < 1] y_i"),
    ],
)  # fmt: skip
def test_false_lines_are_refuted(note: str, line: str) -> None:
    assert _verdict(note, line) == "refuted"


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (SHEET, r"\frac{\partial}{\partial x} x^T A x = 2 A x"),  # A is not said to be symmetric
        (QUADRATIC, r"\nabla f(x) = A x - b"),
        (SHEET, r"\frac{\partial}{\partial x} a x = a"),
        (SHEET + r"$$x = \sigma(u)$$", r"\frac{\partial}{\partial u} a^T x = a"),
        (r"$$f(x) = a^T x$$ $$g(x) = f(2x)$$", r"\nabla_x g = a"),
        (SHEET + r"The sign of $A * x$ is a convolution.", r"\frac{\partial}{\partial x} a^T x = a"),
        (RIDGE, r"\nabla J(w) = \frac{1}{n} X^\top (Xw - t) + \lambda w"),
        (NUMBER, rf"w := w + \alpha {SUM} {GAP} x^{{(i)}}"),
    ],
)  # fmt: skip
def test_nothing_else_is_verified(note: str, line: str) -> None:
    assert _verdict(note, line) != "verified"


def test_symmetry_is_asked_for() -> None:
    claim = verify_text(SHEET + r"$$\frac{\partial}{\partial x} x^T A x = 2 A x$$").claims[-1]
    assert "A is symmetric" in claim.message
    assert "q_A" not in claim.message


TWO = (
    r"$$f = w^T x + b$$ $$J = \frac{1}{2} (f - y)^2$$ $$\frac{\partial J}{\partial w} = (f - y) x$$"
    "The absolute value of the gap is another measure of the error."
    r"$$E = (f - y)^4$$ $$\frac{\partial E}{\partial w} = 4 (f - y)^3 x$$"
)
ADDED = (
    r"$$f = w^T x + b$$ $$L = \frac{1}{2} (f - y)^2$$ $$J = L + \frac{\lambda}{2} w^T w$$"
    r"$$\frac{\partial J}{\partial w} = (f - y) x + \lambda w$$"
    r"$$\frac{\partial L}{\partial w} = (f - y) x$$"
)


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (TWO, r"w := w - \eta \frac{\partial J}{\partial w}", "verified"),
        (TWO, r"w := w - 4 \eta (f - y)^3 x", "verified"),
        (TWO, r"w := w - \eta (f - y) x", "unproven"),  # it is a step of the other one
        (TWO, r"w := w + \eta \frac{\partial J}{\partial w}", "refuted"),
        (ADDED, r"w := w - \eta \frac{\partial J}{\partial w}", "verified"),
        (ADDED, r"w := w - \eta ((f - y) x + \lambda w)", "verified"),
        (ADDED, r"w := w - \eta (f - y) x", "refuted"),
    ],
)  # fmt: skip
def test_a_step_is_about_the_cost_that_it_names_or_the_last(
    note: str, line: str, expected: str
) -> None:
    assert _verdict(note, line) == expected


NLL = (
    r"$a_n = w^T x_n$, $\mu_n = \sigma(a_n)$ and $NLL(w) = -\frac{1}{N} \sum_{n=1}^N"
    r" [y_n \log \mu_n + (1 - y_n) \log(1 - \mu_n)]$; $PNLL(w) = NLL(w) + \lambda w^T w$."
    r" So $\nabla_w PNLL(w) = \nabla_w NLL(w) + 2 \lambda w$ in all."
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\nabla_w NLL(w) = \frac{1}{N} \sum_{n=1}^N (\mu_n - y_n) x_n", "verified"),
        (r"\nabla_w PNLL(w) = \nabla_w NLL(w) + 2 \lambda w", "verified"),
        (r"\nabla_w PNLL(w) = \nabla_w NLL(w) + \lambda w", "refuted"),
        (r"\nabla_w NLL(w) = \sum_{n=1}^N (\mu_n - y_n) x_n", "refuted"),
    ],
)
def test_a_cost_in_the_formula_of_another(line: str, expected: str) -> None:
    assert _verdict(NLL, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial}{\partial X} \mathrm{tr}(X X) = 2X^T", "verified"),
        (r"\frac{\partial}{\partial X} \mathrm{tr}(X X) = 2X", "refuted"),
        (r"\frac{\partial}{\partial A} A B = B", "unproven"),
        (r"\frac{\partial}{\partial X} X X = 2 X", "unproven"),
        (r"\frac{\partial}{\partial x} (A x) = A", "verified"),
        (r"\frac{\partial}{\partial x} (A x) = A^T", "unproven"),
        (r"\frac{\partial}{\partial x} (A x) = 2 A", "refuted"),
    ],
)
def test_arrays_are_no_path_of_numbers(line: str, expected: str) -> None:
    assert _verdict("Let $A$, $B$ and $X$ be matrices.", line) == expected


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial \sigma}{\partial x} = \sigma(x)(1 - \sigma(x))", "verified"),
        (r"\frac{d \sigma}{d z} = \sigma(z)(1 + \sigma(z))", "refuted"),
        (r"\frac{d \sigma}{d z} = \sigma(a)(1 - \sigma(a))", "unproven"),
    ],
)
def test_a_function_without_its_argument(line: str, verdict: str) -> None:
    assert str(verify_text(f"$${line}$$\n").claims[0].verdict) == verdict
