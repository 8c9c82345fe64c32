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
        (r"\frac{\partial L}{\partial \hat{Y}} = \hat{Y} - Y", "unproven"),
        (r"dL = \text{tr}((X W - Y)^T X \, dW)", "unproven"),
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
