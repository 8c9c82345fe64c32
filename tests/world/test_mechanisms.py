"""One small note for each way of writing: what it states is read, what is wrong in it is seen."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

COLUMNS = r"""
$$Z_1 = W_1 X + b_1$$
$$A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2$$
$$A_2 = \sigma(Z_2)$$
"""
ENTROPY = r"$$J = -\frac{1}{m} \sum_{i=1}^m (Y \log A_2 + (1 - Y) \log(1 - A_2))$$"


def last(source: str, kind: str = "md") -> str:
    """The verdict on the last claim of a note."""
    return str(verify_text(source, kind).claims[-1].verdict)


REGULARISED = COLUMNS + ENTROPY[:-2] + r"+ \frac{\lambda}{2m} \sum_{l=1}^2 \| W_l \|_F^2$$" + "\n"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"dW_2 = \frac{1}{m} (A_2 - Y) A_1^T + \frac{\lambda}{m} W_2", "verified"),
        (r"dW_2 = \frac{1}{m} (A_2 - Y) A_1^T + \frac{\lambda}{2m} W_2", "refuted"),
        (
            r"W_2 := (1 - \frac{\alpha\lambda}{m}) W_2 - \frac{\alpha}{m} (A_2 - Y) A_1^T",
            "verified",
        ),
        (r"W_2 := (1 - \alpha\lambda) W_2 - \frac{\alpha}{m} (A_2 - Y) A_1^T", "refuted"),
        (r"W_2 := (1 + \frac{\alpha\lambda}{m}) W_2 - \frac{\alpha}{m} (A_2 - Y) A_1^T", "refuted"),
        (r"W_2 := 2 W_2 - \alpha dW_2", "refuted"),
    ],
)
def test_a_penalty_is_not_summed_over_the_output_units(line: str, verdict: str) -> None:
    assert last(REGULARISED + f"$${line}$$") == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"db_2 = \frac{1}{m} np.sum(dZ_2, axis=1, keepdims=True)", "verified"),
        (r"db_2 = \frac{1}{m} \mathrm{np.sum}(dZ_2, \mathrm{axis}=0)", "refuted"),
        (r"dW_2 = \frac{1}{m} np.dot(dZ_2, A_1.T)", "verified"),
        (r"dW_2 = \frac{1}{m} np.dot(dZ_2, A_1)", "refuted"),
        (r"dZ_1 = np.multiply(np.dot(W_2^T, dZ_2), 1 - np.power(A_1, 2))", "verified"),
        (r"dZ_1 = np.multiply(np.dot(W_2^T, dZ_2), 1 - np.power(A_1, 3))", "refuted"),
        (r"W_1 -= \alpha dW_1", "verified"),
        (r"W_1 \mathrel{-}= \alpha dW_1", "verified"),
        (r"W_1 += \alpha dW_1", "refuted"),
        (r"W_1 -= \alpha dW_2", "refuted"),
        (r"db_2 = \frac{1}{m} dZ_2 \mathbf{1}", "verified"),
        (r"db_2 = \frac{1}{m} \mathbf{1}^T dZ_2", "refuted"),
        (r"dZ_1 = W_2^T dZ_2 \odot (\mathbf{1} - A_1^2)", "verified"),
    ],
)
def test_numpy_and_vectors_of_ones(line: str, verdict: str) -> None:
    assert last(COLUMNS + ENTROPY + f"\n$${line}$$") == verdict


def test_a_bias_repeated_by_ones_tells_the_roles() -> None:
    source = (COLUMNS + ENTROPY).replace("b_1$", r"b_1 \mathbf{1}^T$").replace("Z", "U")
    assert last(source + r"$$dW_1 = \frac{1}{m} dU_1 X^T$$") == "verified"
    assert last(source + r"$$dW_1 = \frac{1}{m} dU_1 X$$") == "refuted"


VECTORS = r"""
$$z_1 = W_1 x + b_1$$
$$a_1 = f(z_1)$$
$$z_2 = W_2 a_1 + b_2$$
$$a_2 = f(z_2)$$
$$E = \frac{1}{2} \| a_2 - y \|^2$$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (
            r"\frac{\partial E}{\partial z_1} = \mathrm{diag}(f'(z_1)) W_2^T "
            r"\frac{\partial E}{\partial z_2}",
            "verified",
        ),
        (
            r"\frac{\partial E}{\partial z_1} = \mathrm{diag}(f'(z_2)) W_2^T "
            r"\frac{\partial E}{\partial z_2}",
            "refuted",
        ),
    ],
)
def test_a_diagonal_matrix(line: str, verdict: str) -> None:
    assert last(VECTORS + f"$${line}$$") == verdict


NAMED = r"""
$$h = \tanh(W x + b)$$
$$o = V h + c$$
$$\hat{y} = \sigma(o)$$
$$L = -(y \log \hat{y} + (1 - y) \log(1 - \hat{y}))$$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial L}{\partial o} = \hat{y} - y", "verified"),
        (r"\frac{\partial L}{\partial V} = (\hat{y} - y) h^T", "verified"),
        (r"\frac{\partial L}{\partial V} = h (\hat{y} - y)^T", "refuted"),
        (r"\frac{\partial L}{\partial c} = \hat{y} - y", "verified"),
        (r"\frac{\partial L}{\partial h} = V^T (\hat{y} - y)", "verified"),
        (r"\frac{\partial L}{\partial h} = V (\hat{y} - y)", "refuted"),
        (r"\frac{\partial L}{\partial W} = (V^T (\hat{y} - y) \odot (1 - h^2)) x^T", "verified"),
        (r"\frac{\partial L}{\partial W} = (V^T (\hat{y} - y) \odot (1 - o^2)) x^T", "refuted"),
        (r"\frac{\partial L}{\partial b} = V^T (\hat{y} - y) \odot (1 - h^2)", "verified"),
        (r"V \leftarrow V - \eta \frac{\partial L}{\partial V}", "verified"),
    ],
)
def test_layers_without_numbers_are_told_by_what_feeds_what(line: str, verdict: str) -> None:
    assert last(NAMED + f"$${line}$$") == verdict


def test_a_gradient_may_be_numbered_in_a_way_of_its_own() -> None:
    source = NAMED + r"$$\delta_1 = \frac{\partial L}{\partial o}$$" + "\n"
    assert last(source + r"$$\frac{\partial L}{\partial V} = \delta_1 h^T$$") == "verified"
    assert last(source + r"$$\frac{\partial L}{\partial c} = -\delta_1$$") == "refuted"


def test_two_branches_are_no_chain_of_layers() -> None:
    source = r"""
$$h = \tanh(W x + b)$$
$$g = \tanh(U x + c)$$
$$E = \frac{1}{2} \|h - y\|^2$$
$$\frac{\partial E}{\partial h} = y$$
"""
    assert last(source) != "verified"


@pytest.mark.parametrize(
    ("cost", "target", "gradient"),
    [
        (r"\frac{1}{2m} \sum (A_2 - Y)^2", r"dA_2", r"\frac{1}{m} (A_2 - Y)"),
        (r"\frac{1}{N} \sum (A_2 - Y)^2", r"dA_2", r"\frac{2}{N} (A_2 - Y)"),
        (r"\sum (A_2 - Y)^2", r"dA_2", r"2 (A_2 - Y)"),
        (r"\frac{1}{2n} \sum_i (a_{2,i} - y_i)^2", r"dA_2", r"\frac{1}{n} (A_2 - Y)"),
        (r"-\frac{1}{m} \sum_i y_i \log a_{2i} + (1 - y_i) \log(1 - a_{2i})",
         r"dZ_2", r"\frac{1}{m} (A_2 - Y)"),
    ],
)  # fmt: skip
def test_sums_of_a_cost_without_bounds(cost: str, target: str, gradient: str) -> None:
    source = COLUMNS + f"$$J = {cost}$$\n"
    line = r"\frac{\partial J}{\partial " + target[1:] + "} = "
    assert last(source + f"$${line}{gradient}$$") == "verified"
    assert last(source + f"$${line}3 {gradient}$$") == "refuted"


def test_a_bare_sum_over_one_example_runs_over_its_units() -> None:
    source = VECTORS.replace(r"\| a_2 - y \|^2", r"\sum (a_2 - y)^2")
    assert last(source + r"$$\frac{\partial E}{\partial a_2} = a_2 - y$$") == "verified"
    assert last(source + r"$$\frac{\partial E}{\partial a_2} = 2 (a_2 - y)$$") == "refuted"


ONE_THEN_ALL = r"""
$$z = w^T x + b$$
$$a = \sigma(z)$$
$$\ell(a, y) = -y \log a - (1 - y) \log(1 - a)$$
$$J = \frac{1}{m} \sum_{i=1}^m \ell(a^{(i)}, y^{(i)})$$
$$A = \sigma(w^T X + b)$$
""".replace(r"\ell", r"\mathcal{L}")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial \mathcal{L}}{\partial w} = x (a - y)", "verified"),
        (r"\frac{\partial \mathcal{L}}{\partial w} = a (x - y)", "refuted"),
        (r"\frac{\partial J}{\partial w} = \frac{1}{m} X (A - Y)^T", "verified"),
        (r"\frac{\partial J}{\partial w} = X (A - Y)^T", "refuted"),
        (r"dw = x (a - y)", "verified"),
        (r"dw = \frac{1}{m} X (A - Y)^T", "verified"),
        (r"dw = X (A - Y)^T", "refuted"),
    ],
)
def test_one_example_and_then_all_of_them(line: str, verdict: str) -> None:
    source = ONE_THEN_ALL + r"$$\frac{\partial J}{\partial w} = \frac{1}{m} X (A - Y)^T$$" + "\n"
    assert last(source + f"$${line}$$") == verdict


MIXED_CASES = r"""
$$Z_1 = W_1 X + b_1$$
$$A_1 = \sigma(Z_1)$$
$$Cost = \frac{1}{m} \sum_{i=1}^m (A_1 - y)^2$$
$$dz_1 = 2(A_1 - y) \odot A_1 \odot (1 - A_1) / m$$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"db_1 = \sum_{i=1}^m (dz_1)", "verified"),
        (r"db_1 = (dz_1)", "refuted"),
        (r"dw_1 = dz_1 X^T", "verified"),
    ],
)
def test_lower_case_beside_capitals_in_one_line_is_no_sign_of_one_example(
    line: str, verdict: str
) -> None:
    assert last(MIXED_CASES + f"$${line}$$") == verdict


NEURONS = r"""
$$z_1 = w_1 x + b_1$$
$$a_1 = \sigma(z_1)$$
$$z_2 = w_2 a_1 + b_2$$
$$a_2 = \sigma(z_2)$$
$$E = (a_2 - y)^2$$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial E}{\partial w_2} = 2 (a_2 - y) a_2 (1 - a_2) a_1", "verified"),
        (r"\frac{\partial E}{\partial w_2} = 2 (a_2 - y) a_2 (1 - a_2)", "refuted"),
        (r"\frac{\partial E}{\partial w_1} = 2 (a_2 - y) a_2 (1 - a_2) w_2 a_1 (1 - a_1) x",
         "verified"),
        (r"\frac{\partial E}{\partial w_1} = 2 (a_2 - y) a_2 (1 - a_2) a_1 (1 - a_1) x",
         "refuted"),
    ],
)  # fmt: skip
def test_one_neuron_a_layer(line: str, verdict: str) -> None:
    assert last(NEURONS + f"$${line}$$") == verdict


def test_a_residual_sum_makes_layers_equally_wide() -> None:
    source = VECTORS.replace("a_2 = f(z_2)", "a_2 = a_1 + f(z_2)")
    right = r"$$\frac{\partial E}{\partial a_1} = W_2^T \frac{\partial E}{\partial z_2}"
    assert last(source + right + r" + \frac{\partial E}{\partial a_2}$$") == "verified"
    assert last(source + right + "$$") == "refuted"


def test_a_forward_line_that_is_not_understood_is_not_replaced_by_another() -> None:
    source = VECTORS.replace("W_2 a_1 + b_2", r"W_2 \tilde{a}_1 + b_2")
    source += r"$$\frac{\partial E}{\partial a_1} = W_2^T \frac{\partial E}{\partial z_2}$$"
    assert last(source) == "unproven"


LINEAR = r"""
$$h_\theta(x) = \theta^T x$$
$$J(\theta) = \frac{1}{2m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})^2$$
"""


@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        (r"\frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}", "verified"),
        (r"\frac{2}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}", "refuted"),
        (r"\frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)})", "refuted"),
        (r"\frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(k)}) - y^{(i)}) x_j^{(i)}", "unproven"),
    ],
)
def test_one_layer_without_a_bias(right: str, verdict: str) -> None:
    line = r"$$\frac{\partial J(\theta)}{\partial \theta_j} = "
    assert last(LINEAR + line + right + "$$") == verdict


def test_the_entry_0_of_a_weight_without_a_bias_is_left_open() -> None:
    line = r"$$\frac{\partial J}{\partial \theta_0} = \frac{1}{m} \sum_{i=1}^m "
    assert last(LINEAR + line + r"(h_\theta(x^{(i)}) - y^{(i)})$$") == "unproven"


def test_logistic_regression_of_one_example_only() -> None:
    source = r"""
$$z = w \cdot x + b$$
$$\hat{y} = \sigma(z)$$
$$\ell = -[y \log \hat{y} + (1 - y) \log(1 - \hat{y})]$$
"""
    for by, right, verdict in (
        ("b", r"\hat{y} - y", "verified"),
        ("b", r"y - \hat{y}", "refuted"),
        ("w_j", r"(\hat{y} - y) x_j", "verified"),
        ("w_j", r"(\hat{y} - y) w_j", "refuted"),
    ):
        line = rf"$$\frac{{\partial \ell}}{{\partial {by}}} = {right}$$"
        assert last(source + line) == verdict, line


@pytest.mark.parametrize(
    ("cost", "verdict"), [(r"\ell", "verified"), ("q", "verified"), ("f", "unproven")]
)
def test_nabla_of_a_cost_by_any_name(cost: str, verdict: str) -> None:
    source = VECTORS.replace("E = ", f"{cost} = ")
    assert last(source + rf"$$\nabla_{{a_2}} {cost} = a_2 - y$$") == verdict


def test_octave_products_and_deltas_numbered_with_their_weights_one_below() -> None:
    source = r"""
$$z^{(2)} = \Theta^{(1)} x + b^{(1)}$$
$$a^{(2)} = g(z^{(2)})$$
$$z^{(3)} = \Theta^{(2)} a^{(2)} + b^{(2)}$$
$$a^{(3)} = g(z^{(3)})$$
$$J = \frac{1}{2} \|a^{(3)} - y\|^2$$
$$\delta^{(3)} = (a^{(3)} - y) .* g'(z^{(3)})$$
"""
    right = r"$$\delta^{(2)} = (\Theta^{(2)})^T \delta^{(3)} .* g'(z^{(%s)})$$"
    assert last(source + right % "2") == "verified"
    assert last(source + right % "3") == "refuted"


FAMILY = r"""
$$a^{(0)} = x$$
$$z^{(l)} = W^{(l)} a^{(l-1)}$$
$$a^{(l)} = f^{(l)}(z^{(l)})$$
$$\delta^{(l)} = \frac{\partial C}{\partial z^{(l)}}$$
"""


@pytest.mark.parametrize(("layer", "verdict"), [("l", "verified"), ("l+1", "refuted")])
def test_functions_with_the_letter_of_a_layer_differ_from_layer_to_layer(
    layer: str, verdict: str
) -> None:
    line = rf"\delta^{{(l)}} = f'^{{({layer})}}(z^{{(l)}}) \odot (W^{{(l+1)}})^T \delta^{{(l+1)}}"
    assert last(FAMILY + f"$${line}$$") == verdict


SOFTMAX_BY_UNITS = r"$$y_c = \frac{e^{z_c}}{\sum_{d=1}^C e^{z_d}}$$" + "\n"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"For $i \neq j$: $$\frac{\partial y_i}{\partial z_j} = - y_i y_j$$", "verified"),
        (r"For $i \neq j$: $$\frac{\partial y_i}{\partial z_j} = y_i y_j$$", "refuted"),
        (r"For $i = j$: $$\frac{\partial y_i}{\partial z_j} = y_i (1 - y_j)$$", "verified"),
        (r"For $i = j$: $$\frac{\partial y_i}{\partial z_j} = - y_i y_j$$", "refuted"),
        (r"$$\frac{\partial y_i}{\partial z_j} = - y_i y_j \quad (i \neq j)$$", "verified"),
        (r"$$\frac{\partial y_i}{\partial z_j} = - y_i y_j$$", "refuted"),
        (r"For $i \neq k$: $$\frac{\partial y_i}{\partial z_j} = - y_i y_j$$", "refuted"),
        (r"$$\frac{\partial y_i}{\partial z_i} = y_i (1 - y_i)$$", "verified"),
        (r"$$\frac{\partial y_i}{\partial z_j} = y_i (1\{i = j\} - y_j)$$", "verified"),
        (r"$$\frac{\partial y_i}{\partial z_j} = y_i (1\{i \neq j\} - y_j)$$", "refuted"),
        (
            r"$$\frac{\partial y_i}{\partial z_j} = \begin{cases} y_i (1 - y_i) & i = j \\"
            r" -y_i y_j & i \neq j \end{cases}$$",
            "verified",
        ),
        (
            r"$$\frac{\partial y_i}{\partial z_j} = \begin{cases} y_i (1 - y_i) & i \neq j \\"
            r" -y_i y_j & i = j \end{cases}$$",
            "refuted",
        ),
    ],
)
def test_equal_and_different_units_of_a_softmax(line: str, verdict: str) -> None:
    assert last(SOFTMAX_BY_UNITS + line) == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"0.5 * 0.25 = 0.125", "verified"),
        (r"0.741 * 0.187 = 0.139", "unproven"),
        (r"0.741 * 0.187 = 0.193", "refuted"),
        (r"\frac{1}{1 + e^{-0.3775}} = 0.593269992", "unproven"),
        (r"\frac{1}{1 + e^{-0.3775}} = 0.593369992", "refuted"),
        (r"a(1 - a) = 0.25", "unproven"),
        (r"\frac{\partial J}{\partial W} = 0.3 * 0.2", "unproven"),
    ],
)
def test_figures_are_rounded_and_belong_to_one_example(line: str, verdict: str) -> None:
    note = r"$$z = W x + b$$ $$a = \sigma(z)$$ $$J = \frac{1}{2} \|a - y\|^2$$"
    assert last(f"{note}\n$${line}$$") == verdict


def test_a_layer_of_one_example_is_that_layer_of_all() -> None:
    source = r"$$z^{[1]} = W^{[1]} x^{(i)} + b^{[1]}$$ $$a^{[1]} = \tanh(z^{[1]})$$"
    report = verify_text(source + r" $$dW^{[1]} = dz^{[1]} x^T$$", "md", "note.md")
    assert [str(c.verdict) for c in report.claims] == ["definition", "definition", "verified"]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\sigma' = \sigma (1 - \sigma)", "verified"),
        (r"\sigma' = \sigma (1 + \sigma)", "refuted"),
        (r"\sigma'(z) = \sigma (1 - \sigma)", "verified"),
        (r"\frac{d\sigma}{dz} = \sigma - \sigma^2", "verified"),
        (r"\dot\sigma = \sigma (1 - \sigma)", "verified"),
        (r"\dot\sigma = \sigma^2", "refuted"),
        (r"\sigma'' = \sigma' (1 - 2 \sigma)", "verified"),
        (r"\tanh' = 1 - \tanh^2", "verified"),
        (r"\tanh' = 1 + \tanh^2", "refuted"),
        (r"\tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}}", "definition"),
        (r"\tanh(z) = \frac{e^z + e^{-z}}{e^z - e^{-z}}", "refuted"),
        (r"\text{sigmoid}(z) = \frac{1}{1 + e^z}", "refuted"),
    ],
)
def test_functions_without_an_argument_and_functions_that_everybody_knows(
    line: str, verdict: str
) -> None:
    assert last(rf"$$\sigma(z) = \frac{{1}}{{1 + e^{{-z}}}}$$ $${line}$$") == verdict
