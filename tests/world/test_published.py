"""Habits of published notes: what they write between, around and instead of the equations."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NETWORK = r"""
$$Z_1 = X W_1 + b_1$$
$$A_1 = \sigma(Z_1)$$
$$Z_2 = A_1 W_2 + b_2$$
$$A_2 = Z_2$$
"""
SQUARED = r"$$L = \frac{1}{2m} \parallel A_2 - Y \parallel_F^2$$"


def verdicts(source: str) -> list[str]:
    """The verdicts that are not definitions, in text order."""
    found = [str(claim.verdict) for claim in verify_text(source).claims]
    return [verdict for verdict in found if verdict != "definition"]


def test_a_formula_for_a_well_known_function_under_its_own_name() -> None:
    note = r"""
$$ReLU(a) = \max(0, a)$$
$$Z = W X + b$$
$$A = ReLU(Z)$$
$$J = \frac{1}{2m} \sum_{i=1}^m (a^{(i)} - y^{(i)})^2$$
$$dW = \frac{1}{m} ((A - Y) \odot ReLU'(Z)) X^T$$
$$dW = \frac{1}{m} (A - Y) X^T$$
"""
    assert verdicts(note) == ["verified", "refuted"]


@pytest.mark.parametrize(
    "indicator",
    [
        r"\mathbf{1}_{x > 0}",
        r"\mathbb{1}_{[x > 0]}",
        r"\mathbb{1}_{\{x > 0\}}",
        "1_{x > 0}",
        r"\mathbb{I}(x > 0)",
    ],
)
def test_indicators(indicator: str) -> None:
    assert verdicts(rf"$$\text{{ReLU}}'(x) = {indicator}$$") == ["verified"]
    assert verdicts(rf"$$\text{{ReLU}}'(x) = {indicator.replace('>', '<')}$$") == ["refuted"]


def test_parallel_bars_are_a_norm() -> None:
    note = NETWORK + SQUARED + r"$$\frac{\partial L}{\partial Z_2} = \frac{1}{m} (A_2 - Y)$$"
    assert verdicts(note) == ["verified"]
    assert verdicts(note.replace(r"\frac{1}{m} (A", "(A")) == ["refuted"]


def test_an_arrow_between_two_equations_compares_nothing() -> None:
    line = (
        r"$$A_1 = \sigma(Z_1) \Rightarrow \frac{\partial A_1}{\partial Z_1} = A_1 \odot (1 - A_1)$$"
    )
    assert verdicts(NETWORK + line) == ["unproven", "verified"]
    assert verdicts(NETWORK + line.replace("1 - A_1", "1 + A_1")) == ["unproven", "refuted"]


def test_delimiters_within_delimiters() -> None:
    note = r"""
$\[ Z = W X + b \]$
$$
\[ J = \frac{1}{2m} \sum_{i=1}^m (z^{(i)} - y^{(i)})^2 \]
\[ dZ = \frac{1}{m} (Z - Y) \]
\[ dW = dZ X^T \]
\[ dW = dZ X \]
$$
"""
    assert verdicts(note) == ["verified", "verified", "refuted"]


def test_a_word_that_nothing_explains_is_no_factor() -> None:
    note = NETWORK + SQUARED + r"$$\frac{\partial L}{\partial b_2} = \text{rowsum}(Z_2 - Y)$$"
    assert verdicts(note) == ["unproven"]


def test_a_sum_from_one_to_the_number_of_examples_without_a_letter() -> None:
    note = r"""
$$Z = W X + b$$
$$J = \frac{1}{2m} \sum_{1}^{m} (z - y)^2$$
$$dW = \frac{1}{m} (Z - Y) X^T$$
"""
    assert verdicts(note) == ["verified"]
    assert verdicts(note.replace(r"\frac{1}{m} (Z", "(Z")) == ["refuted"]


def test_a_loss_with_its_arguments_that_sums_over_all_examples() -> None:
    note = (
        NETWORK.replace("A_2 =", r"\hat{Y} =")
        + r"""
$$L(\hat{Y}, Y) = \frac{1}{2N} \sum_{i=1}^N (\hat{Y}_i - Y_i)^2$$
$$\frac{\partial L}{\partial Z_2} = \frac{1}{N} (\hat{Y} - Y)$$
"""
    )
    assert verdicts(note) == ["verified"]


def test_a_delta_named_in_a_chain_with_derivatives_of_arrays() -> None:
    note = (
        NETWORK
        + SQUARED
        + r"""
$$\delta_2 = \frac{\partial L}{\partial Z_2} = \frac{1}{m} (A_2 - Y)$$
$$\delta_1 = \frac{\partial L}{\partial Z_1}
= \frac{\partial L}{\partial A_1} \odot \frac{\partial A_1}{\partial Z_1}
= (\delta_2 W_2^T) \odot A_1 \odot (1 - A_1)$$
"""
    )
    assert verdicts(note) == ["verified", "verified", "verified"]
    assert verdicts(note.replace("W_2^T)", "W_2)"))[-1] == "refuted"


def test_one_line_about_the_batch_in_a_note_about_one_example() -> None:
    note = r"""
$$z^{(1)} = W^{(1)} x + b^{(1)}, \quad a^{(1)} = \tanh(z^{(1)})$$
$$z^{(2)} = W^{(2)} a^{(1)} + b^{(2)}, \quad \hat{y} = \sigma(z^{(2)})$$
$$L = -[y \log(\hat{y}) + (1 - y) \log(1 - \hat{y})]$$
$$\delta^{(2)} = \hat{y} - y$$
$$\frac{\partial L}{\partial b^{(2)}} = \delta^{(2)}$$
$$\frac{\partial L}{\partial W^{(2)}} = \frac{1}{m} \delta^{(2)} (A^{(1)})^T$$
"""
    assert verdicts(note) == ["verified", "verified", "unproven"]
    small = note.replace("A^{(1)}", "a^{(1)}")
    assert verdicts(small) == ["verified", "verified", "refuted"]


WEIGHTS_BY_SENDER = r"""
$$J(\Theta) = -\frac{1}{m} \sum_{i=1}^m \sum_{k=1}^K [y_k^{(i)} \log(h_\Theta(x^{(i)}))_k
+ (1 - y_k^{(i)}) \log(1 - (h_\Theta(x^{(i)}))_k)]$$
$$a^{(1)} = x$$
$$z^{(2)} = \Theta^{(1)} a^{(1)}, \quad a^{(2)} = g(z^{(2)})$$
$$z^{(3)} = \Theta^{(2)} a^{(2)}, \quad a^{(3)} = h_\Theta(x) = g(z^{(3)})$$
$$g(z) = \frac{1}{1 + e^{-z}}$$
$$\delta^{(3)} = a^{(3)} - y$$
$$\delta^{(2)} = (\Theta^{(2)})^T \delta^{(3)} .* {g}'(z^{(2)})$$
"""


def test_weights_without_biases_numbered_by_the_layer_below() -> None:
    assert verdicts(WEIGHTS_BY_SENDER) == ["verified", "verified"]
    wrong = WEIGHTS_BY_SENDER.replace(r"(\Theta^{(2)})^T \delta", r"(\Theta^{(1)})^T \delta")
    assert verdicts(wrong) == ["verified", "refuted"]


def test_the_slope_of_a_function_that_is_never_given() -> None:
    note = WEIGHTS_BY_SENDER.replace(r"$$g(z) = \frac{1}{1 + e^{-z}}$$", "")
    line = r"$${g}'(z^{(2)}) = a^{(2)} .* (1 - a^{(2)})$$"
    assert verdicts(note + line)[-1] == "unproven"
    assert verdicts(WEIGHTS_BY_SENDER + line)[-1] == "verified"


def test_a_neuron_by_neuron_derivation_with_figures_beside_the_formulas() -> None:
    note = r"""
with $x \in \mathbb{R}^2$ and one hidden neuron

$$z_1 = w_{0,1} + w_{1,1} x_1 + w_{2,1} x_2 = -1 + 2 \cdot 2 + 1 \cdot 3 = 6$$
$$\hat{y} = \tanh(z_1)$$
$$L = \frac{1}{2} (\hat{y} - y)^2$$
$$\frac{\partial L}{\partial z_1} = (\hat{y} - y) (1 - \hat{y}^2)$$
$$\frac{\partial L}{\partial w_{2,1}} = (\hat{y} - y) (1 - \hat{y}^2) x_2$$
$$\frac{\partial L}{\partial w_{2,1}} = (\hat{y} - y) (1 - \hat{y}^2) x_1$$
"""
    assert verdicts(note) == ["unproven", "verified", "verified", "verified", "refuted"]


def test_the_output_by_its_letter_and_by_its_layer() -> None:
    note = r"""
$$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \quad a^{(l)} = \sigma(z^{(l)})$$
$$\hat{y} = a^{(L)} = \sigma(z^{(L)})$$
$$E = \frac{1}{2} \sum (\hat{y} - y)^2$$
$$\delta^{(L)} = \frac{\partial E}{\partial z^{(L)}} = (\hat{y} - y) \odot \sigma'(z^{(L)})$$
$$\delta^{(l)} = (W^{(l+1)})^T \delta^{(l+1)} \odot \sigma'(z^{(l)})$$
"""
    assert verdicts(note) == ["verified", "verified"]


FUNCTIONS = r"""
### Sigmoid
$$g(z) = \frac{1}{1 + e^{-z}}$$
$$g'(z) = g(z)(1 - g(z))$$
### Tanh
$$g(z) = \tanh(z)$$
$$g'(z) = 1 - g(z)^2$$
- **ReLU:** $g(z) = \max(0, z)$

$$g'(z) = \begin{cases} 1 & z > 0 \\ 0 & z \le 0 \end{cases}$$
"""


def test_one_letter_for_every_function_of_a_list() -> None:
    assert verdicts(FUNCTIONS) == ["verified"] * 3
    assert verdicts(FUNCTIONS.replace("1 - g(z)^2", "1 - g(z)")) == [
        "verified", "refuted", "verified"
    ]  # fmt: skip
    side_by_side = FUNCTIONS.replace("### Tanh", "")
    assert verdicts(side_by_side)[1] == "refuted"


def test_a_list_of_functions_says_nothing_of_a_network() -> None:
    note = (
        FUNCTIONS.replace("g(", "f(").replace("g'", "f'")
        + r"""
$$Z = W X + b, \quad A = f(Z)$$
$$J = \frac{1}{2m} \sum_{i=1}^m (a^{(i)} - y^{(i)})^2$$
$$dZ = \frac{1}{m} (A - Y) \odot f'(Z)$$
$$dZ = \frac{1}{m} (A - Y) \odot A \odot (1 - A)$$
"""
    )
    assert verdicts(note)[-2:] == ["verified", "refuted"]


SOFTMAX_ON_TOP = r"""
$$z^l = W^l a^{l-1} + b^l, \qquad a^l = \sigma(z^l)$$
The last layer is a softmax:
$$a_j^L = \frac{e^{z_j^L}}{\sum_k e^{z_k^L}}$$
$$E = -\sum_j y_j \log a_j^L$$
where $\sum_k y_k = 1$.
$$\delta^L = a^L - y$$
$$\delta^l = (W^{l+1})^T \delta^{l+1} \odot \sigma'(z^l)$$
$$\frac{\partial E}{\partial b^l} = \delta^l$$
$$g = \frac{1}{m} \sum_i \nabla E_i, \qquad W \leftarrow W - \eta g$$
$$v \leftarrow \beta v + g, \qquad W \leftarrow W - \eta v$$
"""


def test_a_softmax_above_layers_of_another_kind() -> None:
    found = [c for c in verify_text(SOFTMAX_ON_TOP).claims if str(c.verdict) != "definition"]
    kept = {" ".join(c.latex.split()): str(c.verdict) for c in found}
    assert kept[r"\delta^L = a^L - y"] == "verified"
    assert kept[r"\frac{\partial E}{\partial b^l} = \delta^l"] == "verified"
    assert "refuted" not in kept.values()
    wrong = verify_text(SOFTMAX_ON_TOP.replace("a^L - y", r"(a^L - y) \odot \sigma'(z^L)"))
    assert "refuted" in [str(c.verdict) for c in wrong.claims]


def test_steps_of_optimisers_are_no_gradient_steps() -> None:
    last = [str(c.verdict) for c in verify_text(SOFTMAX_ON_TOP).claims if r"\eta" in c.latex]
    assert last == ["unproven", "unproven"]


def test_losses_that_are_listed_one_after_the_other() -> None:
    note = r"""
Mean squared error:
$$L = \frac{1}{2} (\hat{y} - y)^2$$
Binary cross-entropy (for two classes):
$$L = -(y \log \hat{y} + (1 - y) \log (1 - \hat{y}))$$
"""
    assert verdicts(note) == []
    bare = note.replace("Binary cross-entropy (for two classes):", "and")
    assert verdicts(bare) == ["refuted"]


def test_letters_of_an_example_in_passing() -> None:
    note = r"""
$$z = W x + b, \quad \hat{y} = \sigma(z)$$
Suppose $y = u^2$ and $u = 3x + 1$. Then
$$\frac{dy}{dx} = 6 (3x + 1)$$
"""
    assert verdicts(note) == ["unproven"]


def test_an_activation_without_a_layer_beside_a_slope() -> None:
    note = r"""
$$z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}, \quad a^{[l]} = g^{[l]}(z^{[l]})$$
$$g(z) = \frac{1}{1 + e^{-z}}$$
$$g'(z) = a (1 - a)$$
"""
    assert verdicts(note) == ["unproven"]


def test_a_product_sign_that_the_text_explains() -> None:
    note = (
        NETWORK
        + SQUARED
        + r"""
$$\delta_2 = \frac{1}{m} (A_2 - Y)$$
$$\delta_1 = \delta_2 W_2^T \times \sigma'(Z_1)$$
$$\frac{\partial L}{\partial W_1} = X^T \delta_1$$
"""
    )
    assert verdicts(note) == ["verified", "refuted", "verified"]
    explained = note + "\nHere, $\\times$ represents element-wise multiplication.\n"
    assert verdicts(explained) == ["verified", "verified", "verified"]
