"""Habits of READMEs: a true line of each, and the same line with a mistake."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

SOFTMAX = r"""
$$\hat{y}_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$
$$L = -\sum_j y_j \log \hat{y}_j$$
"""
SHIFTED = r"""
$$P_{ik} = \frac{e^{Z_{ik} - \max_j Z_{ij}}}{\sum_j e^{Z_{ij} - \max_j Z_{ij}}}$$
$$L = -\frac{1}{N} \sum_{i=1}^N \sum_{k=1}^K Y_{ik} \log P_{ik}$$
"""
ASIDE = (
    SOFTMAX
    + r"""
$$\frac{\partial L}{\partial z_j} = -y_j (1 - \hat{y}_j) + \sum_{k \neq j} y_k \hat{y}_j$$
As $\sum_k y_k = 1$:
"""
)
LABELLED = r"""
$$z^{(1)} = W_1 x + b_1$$ $$a^{(1)} = \sigma(z^{(1)})$$
$$z^{(2)} = W_2 a^{(1)} + b_2$$ $$\hat{y} = \sigma(z^{(2)})$$ $$L = \ell(\hat{y}, y)$$
$$\delta^{(2)} := \frac{\partial L}{\partial z^{(2)}}$$
$$\delta_\text{pre}^{(1)} := \frac{\partial L}{\partial a^{(1)}}$$
"""
LINEAR_OUTPUT = r"""
$$a_i^{(1)} = \sum_{j} w_{ij}^{(1)} x_j$$
$$z_i^{(1)} = \tanh(a_i^{(1)})$$
$$a_i^{(2)} = \sum_{j} w_{ij}^{(2)} z_j^{(1)}$$
$$\hat{y}_i = a_i^{(2)}$$
$$E = \frac{1}{2}\|\hat{y} - y\|^2$$
"""
OTHERS = "# One\n\n## Before\n\n$$q = x + R x$$\n\n## Here\n\n" + SOFTMAX.replace(r"\hat{y}", "p")


@pytest.mark.parametrize(
    ("note", "true", "false"),
    [
        (SOFTMAX, r"\frac{\partial L}{\partial z} = \hat{y} - y",
         r"\frac{\partial L}{\partial z} = y - \hat{y}"),
        (SOFTMAX, r"\frac{\partial \hat{y}_k}{\partial z_j} = \hat{y}_k (\delta_{kj} - \hat{y}_j)",
         r"\frac{\partial \hat{y}_k}{\partial z_j} = \hat{y}_k (1 - \hat{y}_j)"),
        (SHIFTED, r"\frac{\partial L}{\partial Z} = \frac{1}{N} (P - Y)",
         r"\frac{\partial L}{\partial Z} = P - Y"),
        (ASIDE, r"= \hat{y}_j - y_j", r"= \hat{y}_j"),
        (LABELLED, r"\delta^{(1)} = \delta_\text{pre}^{(1)} \odot \sigma'(z^{(1)})",
         r"\delta^{(1)} = \delta_\text{pre}^{(1)} \odot \sigma'(z^{(2)})"),
        (LABELLED, r"\frac{\partial L}{\partial W_1} = (\delta_\text{pre}^{(1)} \odot \sigma'(z^{(1)})) x^\top",
         r"\frac{\partial L}{\partial W_1} = \delta_\text{pre}^{(1)} x^\top"),
        (LINEAR_OUTPUT, r"\frac{\partial E}{\partial a_i^{(2)}} = \hat{y}_i - y_i",
         r"\frac{\partial E}{\partial a_i^{(2)}} = (\hat{y}_i - y_i)(1 - \hat{y}_i^2)"),
        (OTHERS, r"\frac{\partial L}{\partial z_j} = -\frac{y_j}{p_j} p_j (1 - p_j) + \sum_{k \neq j} \frac{y_k}{p_k} p_k p_j",
         r"\frac{\partial L}{\partial z_j} = -\frac{y_j}{p_j} p_j (1 - p_j) + \sum_{k} \frac{y_k}{p_k} p_k p_j"),
        (OTHERS, r"\frac{\partial p_k}{\partial z_j} = \begin{cases} p_j (1 - p_j) & \text{if } k = j \\ -p_k p_j & \text{if } k \neq j \end{cases}",
         r"\frac{\partial p_k}{\partial z_j} = \begin{cases} p_j (1 - p_j) & \text{if } k = j \\ p_k p_j & \text{if } k \neq j \end{cases}"),
    ],
)  # fmt: skip
def test_a_habit_of_readmes(note: str, true: str, false: str) -> None:
    verdicts = [verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict for line in (true, false)]
    assert verdicts[0] == "verified"
    assert verdicts[1] in ("refuted", "unproven")


BINARY = r"""
$$J = -\frac{1}{m} \sum_{i=1}^{m} [y^{(i)} \log \hat{y}^{(i)} + (1 - y^{(i)}) \log (1 - \hat{y}^{(i)})]$$
"""
ROWS = r"$$\frac{\partial J}{\partial w} = \frac{1}{m} X^T (\hat{y} - y)$$"
COLUMNS = r"$$\frac{\partial J}{\partial w} = \frac{1}{m} X (\hat{y} - y)^T$$"


@pytest.mark.parametrize("forward", [r"w^T x + b", r"w \cdot x + b"])
def test_one_example_by_vectors_tells_no_stacking(forward: str) -> None:
    note = rf"$$z = {forward}$$ $$\hat{{y}} = \sigma(z)$$" + BINARY
    for line in (ROWS, COLUMNS):
        assert verify_text(note + line).claims[-1].verdict == "verified"
        assert verify_text(note + line.replace("1}{m", "2}{m")).claims[-1].verdict == "refuted"
    both = [str(c.verdict) for c in verify_text(note + ROWS + "\n" + COLUMNS).claims[-2:]]
    assert both.count("verified") < 2


def test_a_linear_model_of_one_example_and_its_design_matrix() -> None:
    note = r"$$h_\theta(x) = \theta^T x$$ $$J = \frac{1}{2m} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)})^2$$"
    right = r"$$\nabla_\theta J = \frac{1}{m} X^T (X \theta - y)$$"
    wrong = r"$$\nabla_\theta J = X^T (X \theta - y)$$"
    found = verify_text(note + right + "\n" + wrong).claims[-2:]
    assert [c.verdict for c in found] == ["verified", "refuted"]


def test_every_definition_of_these_notes_is_one() -> None:
    for note in (SOFTMAX, SHIFTED, LABELLED, LINEAR_OUTPUT, OTHERS):
        assert {str(c.verdict) for c in verify_text(note).claims} == {"definition"}


def test_what_runs_with_the_sum_is_not_left_out() -> None:
    """e^{z_k - c_k} over the sum of e^{z_j - c_j} is no softmax of z."""
    note = r"$$p_k = \frac{e^{z_k - \max(c_k)}}{\sum_j e^{z_j - \max(c_j)}}$$"
    note += r"$$L = -\sum_j y_j \log p_j$$ $$\frac{\partial L}{\partial c_k} = p_k - y_k$$"
    assert verify_text(note).claims[-1].verdict != "verified"


GIVEN_ANEW = r"""
$$Z = W X + b$$ $$A = \sigma(Z)$$
$$J = \frac{1}{2m} \sum_{i=1}^m (a^{(i)} - y^{(i)})^2$$
$$G = (A - Y) \odot A \odot (1 - A)$$
HERE
$$\frac{\partial J}{\partial W} = \frac{1}{m} G X^T$$
"""


def test_a_name_that_is_given_anew_under_a_heading_means_the_new_formula() -> None:
    def last(text: str) -> str:
        return str(verify_text(GIVEN_ANEW.replace("HERE", text)).claims[-1].verdict)

    assert last("") == "verified"
    assert last("\n## Signs\n\n" r"$$G = (Y - A) \odot A$$") == "unproven"


def test_a_formula_that_is_said_again_is_judged() -> None:
    for line, verdict in (
        (r"$$G = A \odot (A - Y) \odot (1 - A)$$", "verified"),
        (r"$$G = (A - Y) \odot A$$", "refuted"),
    ):
        assert verify_text(GIVEN_ANEW.replace("HERE", line)).claims[-2].verdict == verdict


def test_what_stands_in_passing_or_has_two_meanings_is_not_refuted() -> None:
    forward = r"$$z^l = w^l a^{l-1} + b^l$$ $$a^l = \sigma(z^l)$$"
    for line in (
        r"\Delta w^l = \frac{\partial C}{\partial w^l}",
        r"a^l = \sigma(\sum w^l a^{l-1} + b^l)",
        r"x = g(t)",
    ):
        assert verify_text(f"{forward}\n\n$${line}$$").claims[-1].verdict != "refuted"


LOGISTIC = (
    r"$$h_\theta(x) = \sigma(\theta^T x)$$ The log-likelihood is $$\ell(\theta) = \sum_{i=1}^m"
    r" y^{(i)} \log h_\theta(x^{(i)}) + (1 - y^{(i)}) \log (1 - h_\theta(x^{(i)}))$$"
    r"$$\frac{\partial \ell(\theta)}{\partial \theta_j} = \sum_{i=1}^m"
    r" (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}$$"
)


def test_how_a_matrix_without_a_formula_holds_the_examples_is_not_told() -> None:
    line = r"$$\nabla_\theta \ell(\theta) = X^T (y - h)$$"
    assert verify_text(f"{LOGISTIC}\n\n{line}\n").claims[-1].verdict == "unproven"
