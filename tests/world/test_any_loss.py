"""Costs that are not understood, layers that are one number, formulas of what a function takes."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORWARD = (
    r"$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}$$ $$a^{(l)} = \sigma(z^{(l)})$$"
    r"$$C = \frac{1}{N_{out}} \sum_i (a_i^{(L)} - y_i)^2$$"
)
NUMBER = (
    r"$\mathbf{W}_2 \in \mathbb{R}^{1 \times h}$, $b_2 \in \mathbb{R}$, $y \in \{0, 1\}$"
    "\n\n"
    r"$$\mathbf{z}_1 = \mathbf{W}_1 \mathbf{x} + \mathbf{b}_1$$ $$\mathbf{a}_1 = \sigma(\mathbf{z}_1)$$"
    r"$$z_2 = \mathbf{W}_2 \mathbf{a}_1 + b_2$$ $$\hat{y} = \sigma(z_2)$$"
    r"$$L = -(y \log \hat{y} + (1 - y) \log(1 - \hat{y}))$$"
)
VECTOR = NUMBER.split("\n\n", 1)[1]
APPLIED = (
    r"$$a = \sigma(z) = \sigma(W x + b)$$ $$\hat y = \sigma(W_2 a + b_2) = \sigma(z_2)$$"
    r"$$L = -(y \log \hat{y} + (1 - y) \log(1 - \hat{y}))$$"
)
UNITS = (
    r"$$o_j = \varphi(net_j) = \varphi(\sum_{k=1}^n w_{kj} o_k)$$"
    r"$$E = \frac{1}{2} \sum_j (o_j - y_j)^2$$"
)
TWO = (
    r"$$z_1 = W_1 x + b_1$$ $$a_1 = g(z_1)$$ $$z_2 = W_2 a_1 + b_2$$ $$\hat{y} = \sigma(z_2)$$"
    r"$$L = \frac{1}{2} (\hat{y} - y)^2$$"
)
CLASSES = r"$$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$$"


def _said(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (
            FORWARD,
            r"\frac{\partial C}{\partial z^{(L)}} = \frac{\partial C}{\partial a^{(L)}} \odot \sigma'(z^{(L)})",
            "verified",
        ),
        (
            FORWARD,
            r"\frac{\partial C}{\partial W^{(l)}} = \frac{\partial C}{\partial z^{(l)}} (a^{(l-1)})^T",
            "verified",
        ),
        (
            FORWARD,
            r"\frac{\partial C}{\partial z^{(L)}} = \frac{\partial C}{\partial a^{(L)}}",
            "refuted",
        ),
        (
            FORWARD,
            r"\frac{\partial C}{\partial W^{(l)}} = \frac{\partial C}{\partial z^{(l)}} (z^{(l-1)})^T",
            "refuted",
        ),
        (FORWARD, r"\frac{\partial C}{\partial a^{(L)}} = a^{(L)} - y", "unproven"),
        (FORWARD, r"\frac{\partial C}{\partial a^{(L)}} = a^{(L)}", "unproven"),
        (NUMBER, r"\frac{\partial L}{\partial \mathbf{a}_1} = (\hat{y} - y) \mathbf{W}_2^\top", "verified"),
        (NUMBER, r"\frac{\partial L}{\partial z_2} = \frac{\hat{y} - y}{\hat{y} (1 - \hat{y})} \hat{y} (1 - \hat{y})", "verified"),
        (NUMBER, r"\frac{\partial L}{\partial \mathbf{a}_1} = (y - \hat{y}) \mathbf{W}_2^\top", "refuted"),
        (NUMBER, r"\frac{\partial L}{\partial \mathbf{W}_2} = (\hat{y} - y) \mathbf{a}_1", "refuted"),
        (VECTOR, r"\frac{\partial L}{\partial \mathbf{a}_1} = (\hat{y} - y) \mathbf{W}_2^\top", "refuted"),
        (APPLIED, r"\frac{\partial L}{\partial z_2} = \hat{y} - y", "verified"),
        (APPLIED, r"\frac{\partial L}{\partial W_2} = (\hat{y} - y) a^T", "verified"),
        (APPLIED, r"\frac{\partial L}{\partial W_2} = (\hat{y} - y) x^T", "refuted"),
        (UNITS, r"\frac{\partial net_j}{\partial w_{ij}} = o_i", "verified"),
        (UNITS, r"\frac{\partial net_j}{\partial w_{ij}} = o_j", "refuted"),
        (TWO + CLASSES, r"\frac{\partial L}{\partial \hat{y}} = \hat{y} - y", "verified"),
        (TWO + CLASSES, r"\frac{\partial L}{\partial \hat{y}} = y - \hat{y}", "refuted"),
    ],
)  # fmt: skip
def test_lines(note: str, line: str, expected: str) -> None:
    assert _said(note, line) == expected


@pytest.mark.parametrize(
    "penalty", [r"+ R", r"+ \lambda \|W\|^2", r"+ \lambda \Omega", r"+ R(W)", r"+ \sum_k W_k"]
)
def test_a_cost_with_a_term_of_its_own_may_depend_on_the_weights(penalty: str) -> None:
    line = (
        r"\frac{\partial C}{\partial W^{(l)}} = \frac{\partial C}{\partial z^{(l)}} (a^{(l-1)})^T"
    )
    assert _said(FORWARD.replace("y_i)^2", "y_i)^2 " + penalty), line) != "verified"


@pytest.mark.parametrize(
    "loss",
    [
        r"$$L(a, y) = (a - y)^2 + \lambda \|W\|^2$$",
        r"$$L(a, y) = (a - y)^2 + \lambda R$$ $$R = \sum_{ij} W_{ij}^2$$",
    ],
)
def test_a_loss_with_a_formula_is_what_it_says(loss: str) -> None:
    cost = r"$$C = \frac{1}{N_{out}} \sum_k L(a_k^{(L)}, y_k)$$"
    note = FORWARD.split("$$C", 1)[0] + cost + loss
    line = (
        r"\frac{\partial C}{\partial W^{(l)}} = \frac{\partial C}{\partial z^{(l)}} (a^{(l-1)})^T"
    )
    assert _said(note, line) != "verified"


def test_a_condition_behind_a_formula_limits_it() -> None:
    note = r"$f(z) = \max(0, z)$ and $f'(z) = 1$ if $z > 0$ else $0$."
    assert verify_text(note).claims[1].verdict == "unproven"


SMALL = (
    r"$$z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}$$ $$a^{[l]} = \sigma(z^{[l]})$$"
    r"$$L = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}^{(i)} - y^{(i)})^2$$"
    r"$$\delta^{[L]} = \frac{\partial L}{\partial a^{[L]}} \odot \sigma'(z^{[L]})$$"
)
OPEN = r"$$z^1 = W^1 x + b^1$$ $$a^1 = f(z^1)$$ $$z^2 = W^2 a^1 + b^2$$ $$\hat y = f(z^2)$$"
SLOPE = r"$$\delta^{[L]} = (\hat y - y) \odot f'(z^{[L]})$$"
TABLE = "| a | b |\n|---|---|\n| Sigmoid | $g(z) = 1 / (1 + e^{-z})$ |\n| ReLU | $g(z) = \\max(0, z)$ |\n"


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (SMALL, r"\frac{\partial L}{\partial b^{[l]}} = \delta^{[l]}", "unproven"),
        (SMALL, r"\frac{\partial L}{\partial b^{[l]}} = 2 \delta^{[l]}", "refuted"),
        (SMALL, r"\frac{\partial L}{\partial W^{[l]}} = \delta^{[l]} (z^{[l-1]})^T", "refuted"),
        (OPEN + SLOPE, r"\delta^{[1]} = (W^{2})^T \delta^{[L]}", "refuted"),
        (OPEN, r"\delta^{[L]} = (\hat y - y) \odot f'(z^{[L]})", "verified"),
        (OPEN, r"(3 \times 1) = (3 \times 2) (2 \times 1)", "definition"),
        (OPEN, r"(3 \times 1) = (2 \times 3) (2 \times 1)", "refuted"),
        (OPEN, r"f(z^1) = 1 / (1 + e^{-z^1})", "unproven"),
    ],
)
def test_lines_that_may_be_about_something_else(note: str, line: str, expected: str) -> None:
    assert _said(note, line) == expected


def test_rows_of_a_table_say_what_a_function_may_be() -> None:
    assert verify_text(TABLE).claims[-1].verdict == "unproven"
