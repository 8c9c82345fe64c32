"""What a note does not say is left open: it is neither verified nor refuted."""

from __future__ import annotations

import pytest

from derive.verify import verify_text


def verdicts(source: str) -> list[str]:
    """The verdicts on the claims of a note, in order."""
    return [str(claim.verdict) for claim in verify_text(source, "md").claims]


LEAST_SQUARES = r"""
$$\hat{Y} = X W$$
$$L = \frac{1}{2} \| X W - Y \|_F^2$$
"""


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\frac{\partial L}{\partial W} = X^T (X W - Y)", "verified"),
        (r"\frac{\partial L}{\partial \hat{Y}} = \hat{Y} - Y", "verified"),
        (r"\frac{\partial L}{\partial \hat{Y}} = Y - \hat{Y}", "refuted"),
        (r"dL = \text{tr}((X W - Y)^T X \, dW)", "verified"),
        (r"dL = \text{tr}((X W + Y)^T X \, dW)", "refuted"),
        (r"\nabla L(W) = X^T (X W - Y)", "verified"),
        (r"\nabla L(W) = X^T (X W + Y)", "refuted"),
        (r"\nabla L = X^T (X W - Y)", "unproven"),
    ],
)
def test_gradients_that_the_cost_does_not_name(line: str, verdict: str) -> None:
    assert verdicts(LEAST_SQUARES + f"$${line}$$")[-1] == verdict


def test_a_cost_summed_over_nothing_has_no_value() -> None:
    source = r"$$z_j = W_{jk} x_k + b_j$$ $$a_j = f(z_j)$$ "
    source += (
        r"$$E = \frac{1}{2} (a_j - y_j)(a_j - y_j)$$ $$\frac{\partial E}{\partial b_j} = y_j$$"
    )
    assert verdicts(source)[-1] == "unproven"


@pytest.mark.parametrize(
    ("penalty", "verdict"), [(r"\lambda w", "verified"), (r"2 \lambda w", "refuted")]
)
def test_a_penalty_beside_the_summed_loss_stands_once(penalty: str, verdict: str) -> None:
    source = r"$$\hat{y} = X w$$ $$J(w) = \frac{1}{2} \|X w - y\|^2 + \frac{\lambda}{2} \|w\|^2$$"
    line = rf"$$\frac{{\partial J}}{{\partial w}} = X^T (X w - y) + {penalty}$$"
    assert verdicts(source + line)[-1] == verdict


@pytest.mark.parametrize("word", ["Kosten", "coût", "perte", "costo", "损失"])
def test_costs_in_other_languages(word: str) -> None:
    source = r"$$Z = X W + b$$ $$\text{C} = \frac{1}{2N} \sum_{n=1}^N \|Z_n - Y_n\|^2$$"
    source += r"$$\frac{\partial \text{C}}{\partial Z} = \frac{1}{N} (Z - Y)$$"
    assert verdicts(source.replace(r"\text{C}", rf"\text{{{word}}}"))[-1] == "verified"


def test_a_function_of_arrays_that_do_not_fit_is_no_traceback() -> None:
    source = r"$$f(x) = w^T x + b$$ $$L = \frac{1}{n} \sum_{i=1}^n \max(0, 1 - y_i (w^T x_i + b))$$"
    assert "refuted" not in verdicts(source)


RECURRENT = r"""
$$h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)$$
$$o_t = W_{hy} h_t + b_y$$
$$do_t = p_t - y_t$$
$$dW_{hy} = do_t h_t^T$$
"""
PATTERNS = r"""
$$a_j = \sum_{i=1}^{D} w_{ji}^{(1)} x_i + w_{j0}^{(1)}$$
$$z_j = \tanh(a_j)$$
$$y_k = \sum_{j=1}^{M} w_{kj}^{(2)} z_j + w_{k0}^{(2)}$$
$$\delta_k = y_k - t_k$$
"""


@pytest.mark.parametrize("source", [RECURRENT, PATTERNS])
def test_networks_beyond_the_fragment_refute_nothing(source: str) -> None:
    assert not {"refuted", "verified"} & set(verdicts(source))


def test_labels_by_another_letter() -> None:
    source = r"$$P = X W + b$$ $$L = \frac{1}{N} \sum_{n=1}^{N} \|P_n - T_n\|^2$$"
    line = r"$$\frac{\partial L}{\partial P} = \frac{%s}{N} (P - T)$$"
    assert verdicts(source + line % "2")[-1] == "verified"
    assert verdicts(source + line % "1")[-1] == "refuted"


WORKED = (
    r"$$z = w x + b$$ $$h = \tanh(z)$$ $$L = (h - y)^2$$"
    r"$$\frac{\partial L}{\partial w} = 2 (h - y) (1 - h^2) x$$"
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("b = 0", "definition"),
        ("w = -2", "definition"),
        (r"w = \frac{1}{2}", "definition"),
        ("x = 0.5", "definition"),
        (r"h = \tanh(0.5)", "unproven"),
        (r"h = \frac{1}{2}", "unproven"),
        (r"h = \frac{1}{1 + e^{-2}}", "unproven"),
        (r"h = \frac{1}{1 + e^{-z}}", "refuted"),
        (r"\frac{\partial z}{\partial b} = 0", "refuted"),
    ],
)
def test_the_values_of_a_worked_example_refute_nothing(line: str, expected: str) -> None:
    claims = verify_text(f"{WORKED}\n\nNow ${line}$.\n").claims
    assert claims[-1].verdict == expected
    assert claims[3].verdict == "verified"


UNITS = (
    r"$$a_j = \sum_i w_{ji} z_i$$ $$\delta_j = \frac{\partial E}{\partial a_j}$$"
    r"$$\frac{\partial E}{\partial w_{ji}} = \delta_j z_i$$"
)


@pytest.mark.parametrize(
    "line",
    [
        r"\frac{\partial E}{\partial a_j} = "
        r"\sum_k \frac{\partial E}{\partial a_k} \frac{\partial a_j}{\partial a_k}",
        r"\delta_j = h'(a_j) \sum_k w_{kj} \delta_k",
    ],
)
def test_units_of_several_layers_are_not_one_array(line: str) -> None:
    """``\\partial a_k/\\partial a_j`` between layers is no Kronecker delta."""
    assert verify_text(f"{UNITS}\n\n$${line}$$\n").claims[-1].verdict == "unproven"


MOMENTS = r"""
$$\mu = \frac1n \sum_i x_i$$
$$v = \frac1n \sum_i (x_i - \mu)^2$$
$$\hat x_i = \frac{x_i - \mu}{\sqrt{v}}$$
"""


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (MOMENTS, r"\frac{\partial v}{\partial x_i} = \frac{2}{n} (x_i - \mu)", "unproven"),
        (MOMENTS, r"\frac{\partial v}{\partial x_i} = \frac{1}{n} (x_i - \mu)", "refuted"),
        (MOMENTS, r"\frac{\partial \mu}{\partial x_i} = \frac{1}{n}", "verified"),
        (r"$$z = W x + b$$ $$y = \phi(z)$$", r"J(x) = \frac{\partial y}{\partial x}", "unproven"),
        (
            r"$$z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}$$ $$a^{[l]} = \sigma(z^{[l]})$$",
            r"a = \max(0, z)",
            "unproven",
        ),
    ],
)
def test_what_a_letter_counts_or_names_is_not_told(note: str, line: str, expected: str) -> None:
    assert str(verify_text(f"{note}$${line}$$\n").claims[-1].verdict) == expected


RULES = r"""
- Regression (MSE):
$$\delta^{[L]} = (\hat{y}-y) \odot f'(z^{[L]})$$
$$\delta^{[l]} = (W^{[l+1]})^T \delta^{[l+1]} \odot f'(z^{[l]})$$
"""


def test_a_loss_that_the_line_above_names_is_not_another_one() -> None:
    named = RULES + "- Classification (cross entropy with softmax):\n"
    line = r"$$\delta^{[L]} = %s$$"
    for text, right, expected in (
        (named, r"\hat{y} - y", "unproven"),
        (named, r"y - \hat{y}", "refuted"),
        (RULES, r"\hat{y} - y", "refuted"),
    ):
        assert str(verify_text(text + line % right, "md").claims[-1].verdict) == expected


def test_what_is_differentiated_is_no_label() -> None:
    line = r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial y} \frac{\partial y}{\partial x}"
    assert str(verify_text(f"$${line}$$", "md").claims[-1].verdict) == "unproven"
