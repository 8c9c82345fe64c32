"""Layered notes: lines at one example, a softmax by its entries, one neuron a layer, any cost."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

AT_EXAMPLE = (
    r"$$z^{[1](i)} = W^{[1]} x^{(i)} + b^{[1]}$$ $$a^{[1](i)} = \tanh(z^{[1](i)})$$"
    r"$$z^{[2](i)} = W^{[2]} a^{[1](i)} + b^{[2]}$$ $$a^{[2](i)} = \sigma(z^{[2](i)})$$"
    r"$$J = -\frac{1}{m} \sum_{i=1}^{m} \left( y^{(i)} \log a^{[2](i)}"
    r" + (1 - y^{(i)}) \log (1 - a^{[2](i)}) \right)$$"
)
ENTRIES = (
    r"$$\hat{y}_i = \frac{e^{z_i}}{\sum_{k=1}^K e^{z_k}}$$ $$L = -\sum_i y_i \log \hat{y}_i$$"
    "\n\nWith $z = W x + b$:\n\n"
)
NEURONS = (
    r"$$C_0 = (a^{(L)} - y)^2$$ $$z^{(L)} = w^{(L)} a^{(L-1)} + b^{(L)}$$"
    r"$$a^{(L)} = \sigma(z^{(L)})$$"
    r"$$\frac{\partial C}{\partial w^{(L)}} = \frac{1}{n} \sum_{k=0}^{n-1}"
    r" \frac{\partial C_k}{\partial w^{(L)}}$$"
)
ANY_COST = (
    r"$$a_j = \sum_i w_{ji} z_i$$ $$z_j = h(a_j)$$ $$\delta_j = \frac{\partial E_n}{\partial a_j}$$"
    r"$$\frac{\partial E}{\partial w_{ji}} = \sum_n \frac{\partial E_n}{\partial w_{ji}}$$"
)
OF_ALL = AT_EXAMPLE + (r"$$dZ^{[2]} = A^{[2]} - Y$$ $$dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}$$")
KEYWORDS = r"\text{np.sum}(dZ^{[2]}, \text{axis}=%d, \text{keepdims=True})"


def verdict_of_last(note: str) -> str:
    return str(verify_text(note).claims[-1].verdict)


def _said(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} a^{[1](i)} + b^{[2]}", "definition"),
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} a^{[1](i)}", "refuted"),
        (AT_EXAMPLE, r"z^{[2](i)} = (W^{[2]})^T a^{[1](i)} + b^{[2]}", "refuted"),
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} x^{(i)} + b^{[2]}", "refuted"),
        (AT_EXAMPLE, r"z^{[2](i)} = W^{[2]} a^{[1](j)} + b^{[2]}", "refuted"),
        (AT_EXAMPLE, r"dW^{[2]} = \frac{1}{m} (A^{[2]} - Y) A^{[1]T}", "verified"),
        (AT_EXAMPLE, r"dW^{[2]} = (A^{[2]} - Y) A^{[1]T}", "refuted"),
        (AT_EXAMPLE, r"dW^{[2]} = \frac{1}{m} (A^{[2]} - Y) X^T", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial W} = (\hat{y} - y) x^T", "verified"),
        (ENTRIES, r"\frac{\partial L}{\partial W} = (y - \hat{y}) x^T", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial W} = x (\hat{y} - y)^T", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial b} = 2 (\hat{y} - y)", "refuted"),
        (ENTRIES, r"\frac{\partial \hat{y}_i}{\partial z_i} = \hat{y}_i (1 - \hat{y}_i)", "verified"),
        (ENTRIES, r"\frac{\partial \hat{y}_i}{\partial z_i} = \hat{y}_i (1 + \hat{y}_i)", "refuted"),
        (ENTRIES, r"\frac{\partial \hat{y}_i}{\partial z_j} = \hat{y}_i (1 - \hat{y}_j)", "refuted"),
        (ENTRIES, r"\frac{\partial L}{\partial z_j} = \hat{y}_j - y_j", "verified"),
        (ENTRIES, r"\frac{\partial L}{\partial z_j} = y_j - \hat{y}_j", "refuted"),
        (NEURONS, r"\frac{\partial C_0}{\partial w^{(L)}} = 2 (a^{(L)} - y) \sigma'(z^{(L)}) a^{(L-1)}", "verified"),
        (NEURONS, r"\frac{\partial C_0}{\partial w^{(L)}} = 2 (a^{(L)} - y) \sigma'(z^{(L)}) a^{(L)}", "refuted"),
        (NEURONS, r"\frac{\partial C_0}{\partial w^{(L)}} = (a^{(L)} - y) \sigma'(z^{(L)}) a^{(L-1)}", "refuted"),
        (NEURONS, r"\frac{\partial C_0}{\partial a^{(L-1)}} = 2 (a^{(L)} - y) \sigma'(z^{(L)}) w^{(L)}", "verified"),
        (NEURONS, r"\frac{\partial C_0}{\partial a^{(L-1)}} = 2 (a^{(L)} - y) \sigma'(z^{(L-1)}) w^{(L)}", "refuted"),
        (NEURONS, r"\frac{\partial C_0}{\partial b^{(L)}} = \frac{2}{n} (a^{(L)} - y) \sigma'(z^{(L)})", "unproven"),
        (ANY_COST, r"\frac{\partial E_n}{\partial w_{ji}} = \frac{\partial E_n}{\partial a_j} \frac{\partial a_j}{\partial w_{ji}}", "verified"),
        (ANY_COST, r"\frac{\partial E_n}{\partial w_{ji}} = \delta_j z_i", "verified"),
        (ANY_COST, r"\frac{\partial E_n}{\partial w_{ji}} = \delta_i z_j", "refuted"),
        (ANY_COST, r"\frac{\partial E_n}{\partial w_{ji}} = \delta_j a_i", "refuted"),
        (ANY_COST, r"\frac{\partial E_n}{\partial w_{ji}} = -\delta_j z_i", "refuted"),
        (OF_ALL, r"db^{[2]} = \frac{1}{m} " + KEYWORDS % 1, "verified"),
        (OF_ALL, r"db^{[2]} = \frac{1}{m} " + KEYWORDS % 0, "refuted"),
        (OF_ALL, r"db^{[2]} = " + KEYWORDS % 1, "refuted"),
    ],
)  # fmt: skip
def test_lines(note: str, line: str, expected: str) -> None:
    assert _said(note, line) == expected


def test_a_bracket_with_powers_is_no_remark() -> None:
    note = "A<sup>[1]</sup> = tanh(Z<sup>[1]</sup>)\n"
    line = "dZ<sup>[1]</sup> = dA<sup>[1]</sup> ⊙ (1 − A<sup>[1]</sup><sup>2</sup>)\n"
    claim = verify_text(note + "\n" + line).claims[-1]
    assert (claim.latex, str(claim.verdict)) == (line.strip(), "verified")


PER_EXAMPLE = (
    r"$$C = \frac{1}{2n}\sum_{i=1}^n \|a^{(2)}_i - y_i\|^2$$" + "\n\n"
    r"where $z^{(1)}_i = W^{(1)}x_i + b^{(1)}$, $a^{(1)}_i = \tanh(z^{(1)}_i)$, "
    r"$a^{(2)}_i = W^{(2)} a^{(1)}_i + b^{(2)}$." + "\n\n"
)
OF_TOP = r"$$\frac{\partial C}{\partial W^{(2)}} = \frac{1}{n}\sum_{i=1}^n (a^{(2)}_i - y_i) (a^{(1)}_i)^T$$"


@pytest.mark.parametrize("output", ["a^{(2)}", r"\hat y"])
def test_an_output_without_activation_may_be_told_of_every_example(output: str) -> None:
    note = (PER_EXAMPLE + OF_TOP).replace("a^{(2)}", output)
    assert verdict_of_last(note) == "verified"
    for wrong in ("(a^{(1)}_i)^T", "x_i^T", "2 (a^{(1)}_i)^T", "-(a^{(1)}_i)^T"):
        if wrong != "(a^{(1)}_i)^T":
            assert verdict_of_last(note.replace("(a^{(1)}_i)^T", wrong)) == "refuted"
    for other in ("+ 2 b^{(2)}$", "$", "+ b^{(1)}$"):
        assert verdict_of_last(note.replace("+ b^{(2)}$", other)) in ("unproven", "refuted")


@pytest.mark.parametrize(
    "words",
    ["Here `n` = number of samples.", "Let $n$ be the number of examples.", "Batch size $n$."],
)
def test_words_tell_which_letter_counts_the_examples(words: str) -> None:
    forward = (
        "\n\n    Z1 = W1 X + b1\n    A1 = tanh(Z1)\n    Z2 = W2 A1 + b2\n    A2 = softmax(Z2)\n\n"
    )
    backward = "The cost is the cross-entropy.\n\n    dZ2 = (A2 - Y)/n\n"
    assert verdict_of_last(words + forward + backward) == "verified"
    assert verdict_of_last(words + forward + backward.replace("A2 - Y", "Y - A2")) == "refuted"
    assert verdict_of_last("Now.\n" + forward + backward) == "unproven"
