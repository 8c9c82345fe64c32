"""Conventions that a note does not spell out: where layers begin, which letter is the cost.

Each note states what it states, and then lines with the verdict that the mathematics gives them;
false lines stand beside true ones.
"""

from __future__ import annotations

import pytest

from derive.verify import verify_text

BELOW_ONE = (
    r"$$z^2 = w^2 a^1 + b^2$$ $$a^2 = \sigma(z^2)$$ $$z^3 = w^3 a^2 + b^3$$ $$a^3 = \sigma(z^3)$$"
)
SQUARED = r"$$C = \frac12 \|a^3 - y\|^2$$"
NOTES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "the input is layer 1": (
        rf"Set $a^1 = x$. {BELOW_ONE} {SQUARED}",
        [
            (r"\delta^3 = (a^3 - y) \odot \sigma'(z^3)", "verified"),
            (r"\delta^2 = (w^3)^T \delta^3 \odot \sigma'(z^2)", "verified"),
            (r"\frac{\partial C}{\partial w^2} = \delta^2 (a^1)^T", "verified"),
            (r"\frac{\partial C}{\partial w^2} = \delta^2 x^T", "verified"),
            (r"\frac{\partial C}{\partial w^3} = \delta^3 (a^1)^T", "refuted"),
            (r"\delta^2 = (w^2)^T \delta^3 \odot \sigma'(z^2)", "refuted"),
        ],
    ),
    "the input is layer 1, unsaid": (
        f"{BELOW_ONE} {SQUARED}",
        [
            (r"\delta^3 = (a^3 - y) \odot \sigma'(z^3)", "verified"),
            (r"\frac{\partial C}{\partial w^2} = \delta^2 (a^1)^T", "verified"),
            (r"\frac{\partial C}{\partial w^3} = \delta^3 (a^1)^T", "refuted"),
        ],
    ),
    "the input is layer 1, for any depth": (
        r"$a^1 = x$, $z^l = w^l a^{l-1} + b^l$, $a^l = \phi(z^l)$ for $l = 2$ to $L$, and "
        r"$C = \frac12 \sum_k (a^L_k - y_k)^2$.",
        [
            (r"\delta^L = \nabla_{a^L} C \odot \phi'(z^L)", "verified"),
            (r"\delta^l = (w^{l+1})^T \delta^{l+1} \odot \phi'(z^l)", "verified"),
            (r"\frac{\partial C}{\partial w^l} = \delta^l \otimes a^{l-1}", "verified"),
            (r"\frac{\partial C}{\partial w^l} = \delta^l \otimes a^l", "refuted"),
            (r"\frac{\partial C}{\partial w^l} = a^{l-1} \otimes \delta^l", "refuted"),
            (r"\delta^l = (w^{l+1})^T \delta^{l+1} \otimes \phi'(z^l)", "verified"),
        ],
    ),
    "no forward pass": (
        "The units are non-linear.",
        [
            (r"\delta^L = \nabla_a C \odot \sigma'(z^L)", "verified"),
            (r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)", "verified"),
            (r"\frac{\partial C}{\partial b^l} = \delta^l", "verified"),
            (r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j", "verified"),
            (r"\delta^l = (w^{l+1} \delta^{l+1}) \odot \sigma'(z^l)", "refuted"),
            (r"\frac{\partial C}{\partial w^l_{jk}} = a^l_k \delta^l_j", "refuted"),
        ],
    ),
    "no forward pass and two functions": (
        "",
        [
            (r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)", "unproven"),
            (r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \phi'(z^l)", "unproven"),
            (r"\frac{\partial C}{\partial b^l} = \delta^l", "verified"),
            (r"\delta^L = \nabla_a C", "unproven"),
            (r"\delta^l = (w^{l+1})^T \delta^{l+1}", "unproven"),
        ],
    ),
    "a small letter is the cost": (
        r"$z_j^l = \sum_k w_{jk}^l a_k^{l-1} + b_j^l$, $a_j^l = \phi(z_j^l)$ and "
        r"$c(a_1^L, ..., a_m^L) = \frac12 \sum_k (y_k - a_k^L)^2$.",
        [
            (r"\frac{\partial c}{\partial w_{jk}^l} = \frac{\partial c}{\partial z_j^l} a_k^{l-1}", "verified"),
            (r"\frac{\partial c}{\partial a_j^L} = a_j^L - y_j", "verified"),
            (r"\frac{\partial c}{\partial a_j^L} = y_j - a_j^L", "refuted"),
            (r"\frac{\partial c}{\partial w_{jk}^l} = \frac{\partial c}{\partial z_k^l} a_j^{l-1}", "refuted"),
        ],
    ),
    "a cost at one label": (
        r"""$z = W x + b$, $a = \sigma(z)$ and $L(a, y) = -y \log(a) - (1 - y) \log(1 - a)$.
When $y = 1$, $L(a, 1) = -\log(a)$, and when $y = 0$, $L(a, 0) = -\log(1 - a)$.""",
        [
            (r"\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1 - y}{1 - a}", "verified"),
            (r"\frac{\partial L}{\partial a} = \frac{1}{1 - a}", "refuted"),
            (r"L(a, 1) = \log(a)", "refuted"),
            (r"L(a, 0) = -\log(a)", "refuted"),
        ],
    ),
    "one letter for the weights of two layers": (
        r"$a_j = \sum_i w_{ji} z_i$, $\delta_j = \frac{\partial E_n}{\partial a_j}$.",
        [
            (r"\frac{\partial E_n}{\partial w_{ji}} = \delta_j z_i", "verified"),
            (r"\delta_j = h'(a_j) \sum_k w_{kj} \delta_k", "unproven"),
        ],
    ),
    "sums without a letter": (
        r"$z_j = \sum x_i w_{ij} + b_j$, $p_j = \frac{1}{1 + e^{-z_j}}$, "
        r"$E = \frac12 \sum (t_j - p_j)^2$.",
        [
            (r"\frac{\partial E}{\partial p_j} = \frac{\partial}{\partial p_j} \frac12 \sum (t_j - p_j)^2", "verified"),
            (r"\frac{\partial E}{\partial p_j} = p_j - t_j", "verified"),
            (r"\frac{\partial E}{\partial p_j} = \sum (p_j - t_j)", "refuted"),
            (r"\frac{\partial E}{\partial w_{ij}} = (p_j - t_j) p_j (1 - p_j) x_i", "verified"),
            (r"\frac{\partial E}{\partial w_{ij}} = (p_j - t_j) p_j (1 + p_j) x_i", "refuted"),
        ],
    ),
    "a matrix is no number": (
        "Let $X$ be a square matrix and $t$ a number.",
        [
            (r"\frac{d}{dX} X^2 = 2X", "unproven"),
            (r"\frac{d}{dX} e^X = e^X", "unproven"),
            (r"\frac{d}{dt} t^2 = 2t", "verified"),
        ],
    ),
    "a stray m, and no cost": (
        r"$Z = W X + b$, $A = \text{softmax}(Z)$.",
        [
            (r"dZ = m (A - Y)", "refuted"),
            (r"dW = \frac{1}{m} dZ X^T", "verified"),
            (r"db = \frac{1}{m} \sum dZ", "verified"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_each_line_is_judged_by_what_it_means(name: str) -> None:
    head, lines = NOTES[name]
    source = head + "".join(f"\n\n$${line}$$" for line, _ in lines) + "\n"
    found = [str(c.verdict) for c in verify_text(source).claims][-len(lines) :]
    assert dict(zip([line for line, _ in lines], found, strict=True)) == dict(lines)
