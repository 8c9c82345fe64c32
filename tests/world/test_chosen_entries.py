"""One entry that a letter picks: the class c of ``L = -\\log p_c``, the y of ``\\sum_{j \\ne y}``."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

CLASS = (
    r"Scores $$s = W x + b$$ and the probability of the correct class $c$ is "
    r"$$\hat y_c = \frac{e^{s_c}}{\sum_j e^{s_j}}$$ The loss is $$L = -\log \hat y_c.$$"
    r"$$\frac{\partial L}{\partial s_c} = \hat y_c - 1$$"
    r"$$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial s}$$"
)
ONE_HOT = (
    r"The label $y$ is one-hot. The true class is $c$. $$z = W x + b$$ $$p = \text{softmax}(z)$$"
    r"$$L = -\log p_c$$ $$\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z}$$"
)
HINGE = (
    r"For one example with correct class $y$: $$s = W x$$"
    r"$$L = \sum_{j \neq y} \max(0, s_j - s_y + \Delta)$$"
    r"$$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial s} x^T$$"
    r"$$\frac{\partial L}{\partial s_y} = -\sum_{j \ne y} 1[s_j - s_y + \Delta > 0]$$"
)
WORDS = (
    r"$$J = -u_o^T v_c + \log \sum_w \exp(u_w^T v_c)$$"
    r"$$p_k = \frac{\exp(u_k^T v_c)}{\sum_w \exp(u_w^T v_c)}$$"
    r"$$\frac{\partial J}{\partial u_o} = p_o v_c - v_c$$"
    r"$$\frac{\partial J}{\partial v_c} = \sum_w p_w u_w - u_o$$"
)


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (CLASS, r"L = -s_c + \log \sum_j e^{s_j}", "definition"),
        (CLASS, r"L = s_c + \log \sum_j e^{s_j}", "unproven"),
        (CLASS, r"L = -s_c + \sum_j e^{s_j}", "unproven"),
        (CLASS, r"\frac{\partial L}{\partial s_c} = \hat y_c - 1", "verified"),
        (CLASS, r"\frac{\partial L}{\partial s_c} = 1 - \hat y_c", "refuted"),
        (CLASS, r"\frac{\partial L}{\partial s_c} = \hat y_c", "refuted"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = \hat y_k \quad \text{if } k \neq c", "verified"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = -\hat y_k \quad \text{if } k \neq c", "refuted"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = \hat y_c \quad \text{if } k \neq c", "refuted"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = \hat y_k", "unproven"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = \hat y_k - 1", "unproven"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = \hat y_k \hat y_c", "refuted"),
        (CLASS, r"\frac{\partial L}{\partial s_k} = \hat y_k - \delta_{kc}", "verified"),
        (CLASS, r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial s} x^T", "verified"),
        (CLASS, r"\frac{\partial L}{\partial W} = x \frac{\partial L}{\partial s}^T", "refuted"),
        (ONE_HOT, r"\frac{\partial L}{\partial z} = p - y", "verified"),
        (ONE_HOT, r"\frac{\partial L}{\partial z} = y - p", "refuted"),
        (ONE_HOT, r"\frac{\partial L}{\partial z_j} = p_j - y_j", "verified"),
        (ONE_HOT, r"\frac{\partial L}{\partial z_j} = p_j (1 - y_j)", "unproven"),
        (ONE_HOT, r"\frac{\partial L}{\partial z_c} = p_c - 1", "verified"),
        (ONE_HOT, r"\frac{\partial L}{\partial W} = (p - y) x^T", "verified"),
        (ONE_HOT, r"\frac{\partial L}{\partial x} = W^T (p - y)", "verified"),
        (ONE_HOT, r"\frac{\partial L}{\partial x} = W^T (y - p)", "refuted"),
        (HINGE, r"\frac{\partial L}{\partial s_y} = -\sum_{j \ne y} 1[s_j - s_y + \Delta > 0]",
         "verified"),
        (HINGE, r"\frac{\partial L}{\partial s_y} = \sum_{j \ne y} 1[s_j - s_y + \Delta > 0]",
         "refuted"),
        (HINGE, r"\frac{\partial L}{\partial s_y} = -\sum_j 1[s_j - s_y + \Delta > 0]", "refuted"),
        (HINGE, r"\frac{\partial L}{\partial s_y} = -\sum_{j \ne y} 1[s_j - s_y > 0]", "refuted"),
        (HINGE, r"\frac{\partial L}{\partial s_j} = 1[s_j - s_y + \Delta > 0], \quad j \ne y",
         "verified"),
        (HINGE, r"\frac{\partial L}{\partial s_j} = -1[s_j - s_y + \Delta > 0], \quad j \ne y",
         "refuted"),
        (HINGE, r"\frac{\partial L}{\partial s_j} = 1[s_y - s_j + \Delta > 0], \quad j \ne y",
         "refuted"),
        (HINGE, r"\frac{\partial L}{\partial s_j} = 1[s_j - s_y + \Delta > 0]", "unproven"),
        (WORDS, r"\frac{\partial J}{\partial v_c} = -u_o + \sum_w p_w u_w", "verified"),
        (WORDS, r"\frac{\partial J}{\partial v_c} = u_o - \sum_w p_w u_w", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial v_c} = -u_o + \sum_w p_o u_w", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial v_c} = -u_o + \sum_w u_w", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial u_o} = (p_o - 1) v_c", "verified"),
        (WORDS, r"\frac{\partial J}{\partial u_o} = p_o v_c", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial u_o} = (p_o - 1) u_o", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial u_k} = p_k v_c, \quad k \ne o", "verified"),
        (WORDS, r"\frac{\partial J}{\partial u_k} = (p_k - 1) v_c, \quad k \ne o", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial u_k} = p_k u_o, \quad k \ne o", "refuted"),
        (WORDS, r"\frac{\partial J}{\partial u_k} = p_k v_c", "unproven"),
    ],
)  # fmt: skip
def test_the_entry_that_a_letter_picks(note: str, line: str, expected: str) -> None:
    assert verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict == expected


MARGIN = (
    r"The correct class is $y$. $$z_y = s (t_y - m)$$ $$L = -\log \frac{e^{z_y}}{\sum_j e^{z_j}}$$"
    r"$$p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$$"
)
"""The formula of z_y is that of the correct class alone."""
DRAWN = (
    r"The negatives $u_k$ are drawn; $u_o$ is the true word $o$."
    r"$$J = -u_o^T v_c + \log \sum_k \exp(u_k^T v_c)$$"
)
"""What is summed may not hold the picked one."""


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (MARGIN, r"\frac{\partial L}{\partial t_j} = s p_j, \quad j \ne y"),
        (MARGIN, r"\frac{\partial L}{\partial t_y} = s (p_y - 1)"),
        (DRAWN, r"\frac{\partial J}{\partial u_o} = (\text{softmax}(U v_c)_o - 1) v_c"),
        (CLASS, r"\frac{\partial L}{\partial s_i} = \hat y_i - y_i"),
    ],
)
def test_what_nothing_tells_of_the_other_entries_is_left_open(note: str, line: str) -> None:
    assert verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict == "unproven"


ROWS = (
    r"$$L_i = \sum_{j \neq y_i} \max(0, w_j^T x_i - w_{y_i}^T x_i + \Delta)$$"
    r"$$\nabla_{w_{y_i}} L_i ="
    r" -\left(\sum_{j \neq y_i} \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + \Delta > 0)\right) x_i$$"
)
"""The class of one example, by its number."""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\nabla_{w_j} L_i = \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + \Delta > 0) x_i", "verified"),
        (r"\nabla_{w_j} L_i = -\mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + \Delta > 0) x_i", "refuted"),
        (r"\nabla_{w_j} L_i = \mathbb{1}(w_{y_i}^T x_i - w_j^T x_i + \Delta > 0) x_i", "refuted"),
        (r"\nabla_{w_j} L_i = \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i > 0) x_i", "refuted"),
        (r"\nabla_{w_j} L_i = \mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + \Delta > 0) w_j", "refuted"),
        (r"\nabla_{w_{y_i}} L_i = -\mathbb{1}(w_j^T x_i - w_{y_i}^T x_i + \Delta > 0) x_i",
         "refuted"),
    ],
)  # fmt: skip
def test_the_class_of_one_example(line: str, expected: str) -> None:
    text = f"{ROWS}\n\nFor the other rows, where $j \\neq y_i$:\n\n$${line}$$\n"
    claims = verify_text(text).claims
    assert claims[-2].verdict == "verified"
    assert claims[-1].verdict == expected


def test_the_classes_of_all_examples_are_no_one_entry() -> None:
    text = ROWS + r"$$L = \frac{1}{N} \sum_i L_i$$"
    assert verify_text(text).claims[1].verdict == "unproven"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("The labels $y$ are one-hot.", "verified"),
        ("The targets are one-hot; the inputs are not.", "verified"),
        ("The labels $y$ are soft and not one-hot.", "unproven"),
        ("The inputs $x$ are one-hot vectors.", "unproven"),
    ],
)
def test_a_label_is_one_hot_if_a_sentence_says_it(words: str, expected: str) -> None:
    note = rf"{words} The correct class is $c$. $$p = \text{{softmax}}(z)$$ $$L = -\log p_c$$"
    line = r"$$\frac{\partial L}{\partial z} = p - y$$"
    assert verify_text(f"{note}\n\n{line}\n").claims[-1].verdict == expected
