"""Ways to write that are put into the usual notation: what is true in them, and what is not.

Each note states its network and then lines with the verdict that the mathematics gives them;
false lines stand beside true ones, as in a note with mistakes.
"""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NOTES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "units of any layer": (
        r"""Units compute $a_j = \sum_i w_{ji} z_i$ and $z_j = h(a_j)$.
The error of a pattern is $E_n = \frac12 \sum_k (y_k - t_k)^2$.""",
        [
            (r"\delta_j \equiv \frac{\partial E_n}{\partial a_j}", "definition"),
            (r"\delta_k = y_k - t_k", "verified"),
            (r"\frac{\partial E_n}{\partial w_{ji}} = \delta_j z_i", "verified"),
            (r"\delta_j = h'(a_j) \sum_k w_{kj} \delta_k", "verified"),
            (r"\frac{\partial E_n}{\partial w_{kj}} = \delta_k z_j", "verified"),
            (r"\frac{\partial a_k}{\partial a_j} = w_{kj} h'(a_j)", "verified"),
            (r"\delta_j = h'(a_j) \sum_k w_{jk} \delta_k", "refuted"),
            (r"\frac{\partial E_n}{\partial w_{ji}} = \delta_i z_j", "refuted"),
            (r"\delta_j = h(a_j) \sum_k w_{kj} \delta_k", "refuted"),
        ],
    ),
    "units of two layers": (
        r"""$a_j = \sum_{i} w_{ji} x_i + b_j$, $z_j = \tanh(a_j)$, $a_k = \sum_j w_{kj} z_j + b_k$,
$y_k = a_k$ and $E = \frac12 \sum_k (y_k - t_k)^2$.""",
        [
            (r"\delta_k = \frac{\partial E}{\partial a_k}", "definition"),
            (r"\delta_k = y_k - t_k", "verified"),
            (r"\delta_j = (1 - z_j^2) \sum_k w_{kj} \delta_k", "verified"),
            (r"\frac{\partial E}{\partial w_{ji}} = \delta_j x_i", "verified"),
            (r"\delta_j = (1 - z_j) \sum_k w_{kj} \delta_k", "refuted"),
            (r"\frac{\partial E}{\partial w_{kj}} = \delta_j z_k", "refuted"),
            (r"\frac{\partial E}{\partial w_{ji}} = \delta_j z_i", "unproven"),
        ],
    ),
    "deltas with a minus sign": (
        r"""$net_j = \sum_i w_{ij} o_i$, $o_j = f(net_j)$, $E = \frac{1}{2} \sum_j (t_j - o_j)^2$.""",
        [
            (r"\delta_j = -\frac{\partial E}{\partial net_j}", "definition"),
            (r"\delta_j = (t_j - o_j) f'(net_j)", "verified"),
            (r"\delta_j = f'(net_j) \sum_k w_{jk} \delta_k", "verified"),
            (r"\Delta w_{ij} = \eta \delta_j o_i", "verified"),
            (r"\Delta w_{ij} = -\eta \frac{\partial E}{\partial w_{ij}}", "verified"),
            (r"\delta_j = (o_j - t_j) f'(net_j)", "refuted"),
            (r"\Delta w_{ij} = -\eta \delta_j o_i", "refuted"),
            (r"\frac{\partial E}{\partial w_{ij}} = \delta_j o_i", "refuted"),
        ],
    ),
    "labels that are numbers of classes": (
        r"""$h = \max(0, X W_1 + b_1)$, $s = h W_2 + b_2$, $p_{ik} = \frac{e^{s_{ik}}}{\sum_j e^{s_{ij}}}$
and $L = \frac{1}{N} \sum_i -\log p_{i y_i}$.""",
        [
            (r"\frac{\partial L}{\partial s_{ik}} = \frac{1}{N}(p_{ik} - \mathbb{1}[y_i = k])", "verified"),
            (r"\frac{\partial L}{\partial W_2} = h^T \frac{\partial L}{\partial s}", "verified"),
            (r"\frac{\partial L}{\partial s_{ik}} = p_{ik} - \mathbb{1}[y_i = k]", "refuted"),
            (r"\frac{\partial L}{\partial s_{ik}} = \frac{1}{N} (p_{ik} - 1)", "refuted"),
        ],
    ),
    "bars": (
        r"""We write $\bar{v}$ for the derivative $\partial \mathcal{L}/\partial v$. The network is
$z = W x + b$, $h = \sigma(z)$, $y = V h + c$ with $\mathcal{L} = \frac12 \|y - t\|^2$.""",
        [
            (r"\bar{y} = \bar{\mathcal{L}} (y - t)", "verified"),
            (r"\bar{V} = \bar{y} h^\top", "verified"),
            (r"\bar{z} = \bar{h} \odot \sigma'(z)", "verified"),
            (r"\bar{W} = x \bar{z}^\top", "refuted"),
            (r"\bar{h} = V \bar{y}", "refuted"),
        ],
    ),
    "a vector of weights for each class": (
        r"""$z_k = w_k^T x + b_k$, $p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}$ and $L = -\sum_k y_k \log p_k$
with one-hot $y$.""",
        [
            (r"\frac{\partial L}{\partial w_j} = (p_j - y_j) x", "verified"),
            (r"\frac{\partial L}{\partial x} = \sum_j (p_j - y_j) w_j", "verified"),
            (r"\frac{\partial L}{\partial w_j} = (y_j - p_j) x", "refuted"),
            (r"\frac{\partial L}{\partial x} = \sum_j (p_j - y_j) x", "refuted"),
        ],
    ),
    "rows as derivatives": (
        r"""The derivative of a scalar by a column vector is a row vector. $z = W x + b$,
$a = \sigma(z)$, $L = \frac12 (a - y)^T (a - y)$.""",
        [
            (r"\frac{\partial L}{\partial a} = (a - y)^T", "verified"),
            (r"\frac{\partial L}{\partial z} = (a - y)^T \mathrm{diag}(\sigma'(z))", "verified"),
            (r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z} W", "verified"),
            (r"\frac{\partial L}{\partial x} = W^T \frac{\partial L}{\partial z}", "refuted"),
            (r"\frac{\partial L}{\partial a} = a - y", "refuted"),
        ],
    ),
    "weights turned by mistake": (
        r"""$Z_1 = W_1 X + b_1$, $A_1 = \tanh(Z_1)$, $Z_2 = W_2 A_1 + b_2$, $dZ_2 = Z_2 - Y$ and
$J = \frac{1}{2m} \sum_i \|z_2^{(i)} - y^{(i)}\|^2$.""",
        [
            (r"\frac{\partial J}{\partial W_2} = \frac1m A_1 dZ_2^T", "refuted"),
            (r"\frac{\partial J}{\partial W_1} = \frac1m X dZ_1^T", "refuted"),
        ],
    ),
    "one unit in one line": (
        r"""$\hat y = \sigma(w^T x + b)$, $L = -y \log \hat y - (1-y) \log (1 - \hat y)$.""",
        [
            (r"\frac{\partial L}{\partial w} = (\hat y - y) x", "verified"),
            (r"\frac{\partial L}{\partial w_j} = (\hat y - y) x_j", "verified"),
            (r"\frac{\partial L}{\partial b} = \hat y - y", "verified"),
            (r"\frac{\partial L}{\partial w} = (y - \hat y) x", "refuted"),
            (r"\frac{\partial L}{\partial w_j} = (\hat y - y) w_j", "refuted"),
        ],
    ),
    "a likelihood that is climbed": (
        r"""Stochastic gradient ascent on
$\ell(\theta) = \sum_{i=1}^n y^{(i)} \log h_\theta(x^{(i)}) + (1-y^{(i)}) \log (1 - h_\theta(x^{(i)}))$,
where $h_\theta(x) = g(\theta^T x)$ and $g(z) = 1/(1+e^{-z})$.""",
        [
            (r"\theta_j := \theta_j + \alpha \sum_i (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}", "verified"),
            (r"\theta_j := \theta_j + \alpha (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}", "verified"),
            (r"\theta_j := \theta_j - \alpha \sum_i (y^{(i)} - h_\theta(x^{(i)})) x_j^{(i)}", "unproven"),
            (r"\theta_j := \theta_j + \alpha \sum_i (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}", "refuted"),
        ],
    ),
    "a gradient carried on": (
        r"""$h = \sigma(x W_1 + b_1)$, $\hat y = \mathrm{softmax}(h W_2 + b_2)$,
$J = -\sum_i y_i \log \hat y_i$; $z_1 = x W_1 + b_1$, $z_2 = h W_2 + b_2$ and
$\delta = \frac{\partial J}{\partial z_2} = \hat y - y$.""",
        [
            (r"\frac{\partial J}{\partial h} = \delta \frac{\partial z_2}{\partial h}", "verified"),
            (r"\frac{\partial J}{\partial h} = \delta W_2^T", "verified"),
            (r"\frac{\partial J}{\partial h} = \delta W_2", "refuted"),
            (r"\frac{\partial J}{\partial z_1} = \delta W_2^T \circ \sigma(z_1)", "refuted"),
        ],
    ),
    "examples above and units below": (
        r"""$z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}$, $a^{(l+1)} = f(z^{(l+1)})$, $h_{W,b}(x) = a^{(n_l)}$,
$J(W,b;x,y) = \frac12 \|h_{W,b}(x) - y\|^2$ and $J(W,b) = \frac1m \sum_{i=1}^m J(W,b;x^{(i)},y^{(i)})
+ \frac{\lambda}{2} \sum_l \sum_i \sum_j (W_{ji}^{(l)})^2$.""",
        [
            (r"\delta_i^{(l)} = \left( \sum_j W_{ji}^{(l)} \delta_j^{(l+1)} \right) f'(z_i^{(l)})", "verified"),
            (r"\nabla_{W^{(l)}} J(W,b;x,y) = \delta^{(l+1)} (a^{(l)})^T", "verified"),
            (r"\delta_i^{(l)} = \left( \sum_j W_{ij}^{(l)} \delta_j^{(l+1)} \right) f'(z_i^{(l)})", "refuted"),
            (r"\nabla_{W^{(l)}} J(W,b;x,y) = \delta^{(l+1)} (a^{(l)})^T + \lambda W^{(l)}", "refuted"),
        ],
    ),
    "differentials": (
        r"""$Z_1 = W_1 X$, $A_1 = \sigma(Z_1)$, $Z_2 = W_2 A_1$ and $L = \frac{1}{2} \|Z_2 - Y\|_F^2$.""",
        [
            (r"dL = \operatorname{tr}((Z_2 - Y)^T dZ_2)", "verified"),
            (r"dZ_2 = dW_2 A_1 + W_2 dA_1", "verified"),
            (r"dA_1 = \sigma'(Z_1) \odot dZ_1", "verified"),
            (r"dZ_2 = dW_2 A_1 - W_2 dA_1", "refuted"),
            (r"dZ_2 = dW_2 A_1", "unproven"),
        ],
    ),
    "the cost of one example": (
        r"""$z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j$, $a^l_j = \sigma(z^l_j)$,
$C_x = \frac{1}{2}\|y - a^L\|^2$ and $C = \frac{1}{n}\sum_x C_x$.

$$\delta^l_j \equiv \frac{\partial C}{\partial z^l_j}$$""",
        [
            (r"\delta^L = \nabla_a C \odot \sigma'(z^L)", "verified"),
            (r"\delta^L = (a^L - y) \odot \sigma'(z^L)", "verified"),
            (r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j", "verified"),
            (r"\delta^L = (a^L - y) \odot \sigma(z^L)", "refuted"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_each_line_is_judged_by_what_it_means(name: str) -> None:
    head, lines = NOTES[name]
    source = head + "".join(f"\n\n$${line}$$" for line, _ in lines) + "\n"
    report = verify_text(source)
    found = [str(c.verdict) for c in report.claims][-len(lines) :]
    assert dict(zip([line for line, _ in lines], found, strict=True)) == dict(lines)


@pytest.mark.parametrize(
    "note",
    [
        r"We write $\bar x = \frac{1}{m} \sum_i x_i$ for the mean; the gradient is $\bar w = \bar x$.",
        r"$J = L + s$ and $f(n) = g(n) h(n)$, $f'(n) = g'(n) h(n) + g(n) h'(n)$.",
    ],
)
def test_what_is_written_otherwise_is_left_as_it_is(note: str) -> None:
    assert not any("bar means" in a or "time" in a for a in _assumed(note))


def _assumed(note: str) -> tuple[str, ...]:
    model = verify_text(note).model
    return () if model is None else model.assumptions


def test_a_row_above_an_example_is_one_layer_and_one_example() -> None:
    report = verify_text(
        "Z¹ = W¹ X + b¹\nA¹ = σ(Z¹)\n\n"
        "J = −(1/m) Σᵢ [ y⁽ⁱ⁾ log a¹⁽ⁱ⁾ + (1 − y⁽ⁱ⁾) log(1 − a¹⁽ⁱ⁾) ]\n\ndZ¹ = A¹ − Y\n",
        "txt",
    )
    assert str(report.claims[-1].verdict) == "verified"


def test_the_bar_of_a_cost_that_is_one_says_what_bars_are() -> None:
    note = r"$$z = w x + b$$ $$y = \sigma(z)$$ $$L = \frac{1}{2} (y - t)^2$$ $$\bar{L} = 1$$"
    for line, verdict in (
        (r"\bar{z} = (y - t) \sigma'(z)", "verified"),
        (r"\bar{z} = y - t", "refuted"),
        (r"\bar{w} = \bar{z} x", "verified"),
        (r"\bar{w} = \bar{z} w", "refuted"),
    ):
        assert verify_text(f"{note}\n\n$${line}$$").claims[-1].verdict == verdict
