"""What is no chain of layers is read as it stands: cells, blocks, normalisations, attention.

Each note is followed by lines with the verdict that they must have; for every kind of network
there is a line that is wrong.
"""

from __future__ import annotations

import pytest

from derive.verify import verify_text

RESIDUAL = r"""
$$u = W_1 x + b_1$$ $$v = \text{ReLU}(u)$$ $$r = W_2 v + b_2$$ $$y = x + r$$

Let $g = \frac{\partial L}{\partial y}$ be known.
"""
TIED = r"""
$$z = W x + b$$ $$h = \sigma(z)$$ $$\hat{x} = W^T h + c$$
$$L = \frac{1}{2} \|\hat{x} - x\|^2$$ $$e = \hat{x} - x$$
"""
DROPOUT = r"""
$$z_1 = W_1 x + b_1$$ $$a_1 = \text{relu}(z_1)$$ $$d_1 = a_1 \odot m / p$$
$$z_2 = W_2 d_1 + b_2$$ $$J = \frac{1}{2} \|z_2 - y\|^2$$
"""
LSTM = r"""
$$f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f)$$ $$i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i)$$
$$o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o)$$ $$g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g)$$
$$c_t = f_t \odot c_{t-1} + i_t \odot g_t$$ $$h_t = o_t \odot \tanh(c_t)$$
"""
LAYER_NORM = r"""
$$\mu = \frac{1}{n} \sum_{i=1}^n x_i$$ $$\sigma^2 = \frac{1}{n} \sum_{i=1}^n (x_i - \mu)^2$$
$$\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}$$ $$y_i = \gamma_i \hat{x}_i + \beta_i$$
"""
BATCH_NORM = LAYER_NORM.replace(r"\gamma_i", r"\gamma").replace(r"\beta_i", r"\beta")
ATTENTION = r"""
$$S = \frac{1}{\sqrt{d}} Q K^T$$ $$P = \text{softmax}(S)$$ $$O = P V$$

For a loss $\ell$ we write $dX = \partial \ell / \partial X$.
"""
NEGATIVE_SAMPLING = r"""
The $u_k$ are $K$ negative samples.
$$J = -\log \sigma(u_o^T v_c) - \sum_{k=1}^{K} \log \sigma(-u_k^T v_c)$$
"""
LEAST_SQUARES = r"""
$$\hat{y} = X\beta$$ $$RSS(\beta) = (y - X\beta)^T (y - X\beta)$$
"""
SCALARS = r"""
$$net_{h1} = w_1 * i_1 + w_2 * i_2 + b_1$$ $$out_{h1} = \frac{1}{1+e^{-net_{h1}}}$$
$$net_{o1} = w_5 * out_{h1} + b_2$$ $$out_{o1} = \frac{1}{1+e^{-net_{o1}}}$$
$$net_{o2} = w_6 * out_{h1} + b_2$$ $$out_{o2} = \frac{1}{1+e^{-net_{o2}}}$$
$$E_{o1} = \frac{1}{2}(target_{o1} - out_{o1})^2$$ $$E_{o2} = \frac{1}{2}(target_{o2} - out_{o2})^2$$
$$E_{total} = E_{o1} + E_{o2}$$
"""
_E = r"\frac{\partial E_{total}}{\partial out_{h1}}"


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (RESIDUAL, r"\frac{\partial L}{\partial x} = g + W_1^T \frac{\partial L}{\partial u}",
         "verified"),
        (RESIDUAL, r"\frac{\partial L}{\partial x} = W_1^T \frac{\partial L}{\partial u}",
         "refuted"),
        (TIED, r"\frac{\partial L}{\partial W} = h e^T + \frac{\partial L}{\partial z} x^T",
         "verified"),
        (TIED, r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^T", "refuted"),
        (TIED, r"\frac{\partial L}{\partial h} = W e", "verified"),
        (TIED, r"\frac{\partial L}{\partial h} = W^T e", "refuted"),
        (DROPOUT, r"\frac{\partial J}{\partial W_2} = \frac{\partial J}{\partial z_2} d_1^T",
         "verified"),
        (DROPOUT, r"\frac{\partial J}{\partial W_2} = \frac{\partial J}{\partial z_2} a_1^T",
         "refuted"),
        (LSTM, r"\frac{\partial E}{\partial f_t} = \frac{\partial E}{\partial c_t} \odot c_{t-1}",
         "verified"),
        (LSTM, r"\frac{\partial E}{\partial c_{t-1}} = \frac{\partial E}{\partial c_t} \odot f_t",
         "unproven"),
        (LSTM, r"\frac{\partial E}{\partial f_t} = \frac{\partial E}{\partial c_t} \odot c_t",
         "refuted"),
        (LAYER_NORM, r"\frac{\partial L}{\partial x_i} = \frac{1}{\sqrt{\sigma^2 + \epsilon}}"
         r"\left( \frac{\partial L}{\partial \hat{x}_i} - \frac{1}{n} \sum_{j=1}^n"
         r"\frac{\partial L}{\partial \hat{x}_j} - \hat{x}_i \frac{1}{n} \sum_{j=1}^n"
         r"\frac{\partial L}{\partial \hat{x}_j} \hat{x}_j \right)", "verified"),
        (LAYER_NORM, r"\frac{\partial L}{\partial x_i} = \frac{1}{\sqrt{\sigma^2 + \epsilon}}"
         r"\frac{\partial L}{\partial \hat{x}_i}", "refuted"),
        (BATCH_NORM, r"\frac{\partial L}{\partial \gamma} = \sum_{i=1}^n"
         r"\frac{\partial L}{\partial y_i} \hat{x}_i", "verified"),
        (BATCH_NORM, r"\frac{\partial L}{\partial \beta} = \frac{\partial L}{\partial y_i}",
         "refuted"),
        (BATCH_NORM, r"\frac{\partial L}{\partial \beta} = \sum_{i=1}^y"
         r"\frac{\partial L}{\partial y_i}", "unproven"),
        (ATTENTION, r"dK = \frac{1}{\sqrt{d}} dS^T Q", "verified"),
        (ATTENTION, r"dK = \frac{1}{\sqrt{d}} dS Q", "refuted"),
        (ATTENTION, r"dQ = dS K", "refuted"),
        (NEGATIVE_SAMPLING, r"\frac{\partial J}{\partial u_k} = (1 - \sigma(-u_k^T v_c)) v_c",
         "verified"),
        (NEGATIVE_SAMPLING, r"\frac{\partial J}{\partial u_o} = (1 - \sigma(u_o^T v_c)) v_c",
         "refuted"),
        (LEAST_SQUARES, r"\frac{\partial RSS}{\partial \beta} = -2 X^T (y - X \beta)", "verified"),
        (LEAST_SQUARES, r"\frac{\partial RSS}{\partial \beta} = 2 X^T (y - X \beta)", "refuted"),
        (LEAST_SQUARES, r"\beta \leftarrow \beta - \eta X^T (X \beta - y)", "verified"),
        (LEAST_SQUARES, r"\beta \leftarrow \beta + \eta X^T (X \beta - y)", "refuted"),
        (SCALARS, rf"{_E} = \frac{{\partial E_{{o1}}}}{{\partial out_{{h1}}}} +"
         r"\frac{\partial E_{o2}}{\partial out_{h1}}", "verified"),
        (SCALARS, rf"{_E} = \frac{{\partial E_{{o1}}}}{{\partial net_{{o1}}}} * w_5", "refuted"),
    ],
)  # fmt: skip
def test_a_line_about_what_the_note_computes(note: str, line: str, expected: str) -> None:
    assert str(verify_text(f"{note}\n$${line}$$\n").claims[-1].verdict) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial J}{\partial w} = (X^\top X + \lambda I) w - X^\top y", "verified"),
        (r"\frac{\partial J}{\partial w} = (X^\top X - \lambda I) w - X^\top y", "refuted"),
        (r"\text{Setting this to zero gives } (X^\top X + \lambda I) w = X^\top y", "unproven"),
        (r"I w = w", "unproven"),
    ],
)
def test_an_identity_has_the_size_of_what_it_stands_beside(line: str, expected: str) -> None:
    note = r"$$J(w) = \frac{1}{2} \|X w - y\|^2 + \frac{\lambda}{2} \|w\|^2$$"
    note += "\n" + r"$$\frac{\partial J}{\partial w} = X^\top (X w - y) + \lambda w$$"
    words, _, rest = line.rpartition("} ") if line.startswith(r"\text") else ("", "", line)
    prose = words.removeprefix(r"\text{")
    assert str(verify_text(f"{note}\n\n{prose}\n$${rest}$$\n").claims[-1].verdict) == expected


UNIT = (
    r"$$u = W x + b$$ $$r = \max(u, 0)$$ $$s = v^T r + c$$ $$\ell = \frac{1}{2} (s - t)^2$$"
    "\n\nwith $W \\in \\mathbb{R}^{h \\times n}$, $x \\in \\mathbb{R}^n$, $v \\in \\mathbb{R}^h$.\n\n"
)


@pytest.mark.parametrize("one", [r"\mathbf{1}", r"\mathbb{1}", r"\mathbb{I}", "1"])
@pytest.mark.parametrize("condition", ["%s", r"\{%s\}", "[%s]"])
def test_a_condition_below_a_one_is_an_indicator(one: str, condition: str) -> None:
    def said(inside: str) -> str:
        line = rf"\nabla_u \ell = (s - t) v \odot {one}_{{{condition % inside}}}"
        return str(verify_text(f"{UNIT}$${line}$$").claims[-1].verdict)

    assert said("u > 0") == "verified"
    assert {said("u < 0"), said("u > 1"), said("v > 0")} == {"refuted"}
