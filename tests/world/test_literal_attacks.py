"""Lines that a literal reading must not prove: what the note leaves open stays open.

Each line is false, or true under one of two meanings only.
"""

from __future__ import annotations

import pytest

from derive.verify import verify_text

RNN = r"$$z_t = W x_t + U h_{t-1} + b$$ $$h_t = \tanh(z_t)$$"
RNN_COST = RNN + r"$$o_t = V h_t + c$$ $$L_t = \frac{1}{2}\|o_t - y_t\|^2$$"
LSTM = r"""
$$f_t = \sigma(W_f x_t + U_f h_{t-1})$$ $$o_t = \sigma(W_o x_t + U_o h_{t-1})$$
$$c_t = f_t \odot c_{t-1}$$ $$h_t = o_t \odot \tanh(c_t)$$
"""
RESIDUAL = r"$$y = x + W x$$"
PENALTY = r"\frac{1}{2}\|y - t\|^2 + \frac{\lambda}{2}\|W\|^2"
TWO_COSTS = (
    RESIDUAL + r"$$L = \frac{1}{2}\|y - t\|^2$$ $$J = L + \frac{\lambda}{2}\|W\|^2$$"
    r"$$\frac{\partial L}{\partial y} = y - t$$ $$\frac{\partial L}{\partial W} = (y-t) x^T$$"
)
LAYERS = r"$$z = W^{(1)} x$$ $$y = W^{(2)} z$$"
ALL_LAYERS = (
    LAYERS + r"$$J = \frac{1}{2}\|y - t\|^2 + \frac{\lambda}{2}\sum_{l=1}^{L}\|W^{(l)}\|^2$$"
)
WORDS = r"$$J = -u_o^T v_c + \log \sum_{w=1}^{V} \exp(u_w^T v_c)$$"
MIXED = r"$$z = \sum_{i=1}^n w_{1i} x_i$$ $$L = \frac{1}{2} (z - t)^2$$"
SMALL = r"Let $w \in \mathbb{R}^{n \times m}$ be a matrix. $$z = w x + x$$ $$y = \sigma(z)$$"
FONTS = r"$$r = x + W_x x$$ $$s = r + W_{\mathbf{x}} r$$ $$L = \frac{1}{2}\|s - t\|^2$$"
BOLD = r"$$r = x + W x$$ $$s = r + \mathbf{W} r$$ $$L = \frac{1}{2}\|s - t\|^2$$"
CHANGED = r"$$h = x + W x$$ $$h := h + V h$$ $$L = \frac{1}{2}\|h - t\|^2$$"
TARGETS = r"$$z = W x + x$$ $$p = \text{softmax}(z)$$ $$J = -\sum_{i=1}^n t_i y_i \log p_i$$"
_WEIGHT = r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial y} x^T"


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (RNN, r"\frac{\partial L}{\partial U} = \frac{\partial L}{\partial z_t} h_{t-1}^T"),
        (RNN, r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial z_t}"),
        (RNN_COST, r"\frac{\partial L_t}{\partial U} = \frac{\partial L_t}{\partial z_t} h_{t-1}^T"),
        (LSTM, r"\frac{\partial E}{\partial c_{t-1}} = \frac{\partial E}{\partial c_t} \odot f_t"),
        (LSTM, r"\frac{\partial E}{\partial c_t} = \frac{\partial E}{\partial h_t} \odot o_t \odot"
         r"(1 - \tanh(c_t) \odot \tanh(c_t))"),
        (MIXED, r"\frac{\partial L}{\partial w_{1i}} = \sum_{i=1}^n (z-t) x_i"),
        (r"$$J = \sum_{i=1}^n x_i^2 + x_1 y$$", r"\frac{\partial J}{\partial x_1} = y"),
        (ALL_LAYERS, r"\frac{\partial J}{\partial W^{(2)}} = (y-t) z^T"),
        (WORDS, r"\frac{\partial J}{\partial u_o} = -v_c"),
        (r"$$f = x^T A^2 x$$", r"\frac{\partial f}{\partial A} = 2 A \odot (x x^T)"),
        (SMALL, r"\frac{\partial L}{\partial w} = x \frac{\partial L}{\partial z}"),
        (TWO_COSTS, r"dW = (y-t) x^T"),
        (TWO_COSTS, r"W := W - \eta \frac{\partial L}{\partial W}"),
        (RESIDUAL + rf"$$L \approx {PENALTY}$$", _WEIGHT),
        (RESIDUAL + rf"$${PENALTY} = L$$", _WEIGHT),
        (RESIDUAL + "The loss $L$ has a weight decay.", _WEIGHT),
        (RESIDUAL + r"$$L \le \frac{1}{2}\|y - t\|^2$$", _WEIGHT.replace("x^T", "t^T")),
        (FONTS, r"\frac{\partial L}{\partial W_x} = (s-t) r^T + W^T_x (s-t) x^T + (s-t) x^T"),
        (BOLD, r"\frac{\partial L}{\partial W} = (s-t) r^T + W^T (s-t) x^T + (s-t) x^T"),
        (r"$$y = x + F(x)$$", r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}"
         r"\odot (1 + F'(x))"),
        (RESIDUAL + r"The first $x$ is detached.", r"\frac{\partial L}{\partial x} ="
         r"\frac{\partial L}{\partial y} + W^T \frac{\partial L}{\partial y}"),
        (r"The sign $*$ is a convolution. $$y = k * x$$ $$z = y + x$$",
         r"\frac{\partial L}{\partial k} = x * \frac{\partial L}{\partial y}"),
        (CHANGED, r"\frac{\partial L}{\partial W} = (h-t) x^T"),
        (CHANGED, r"\frac{\partial L}{\partial h} = h - t"),
        (r"$$y = x + W x + \oint z$$ $$q = y + x$$",
         r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}"),
        (RESIDUAL + r"$$L = \frac{1}{2}\|y - t\|^2$$ $$t \approx x$$",
         r"\frac{\partial L}{\partial x} = (y-t) + W^T (y-t)"),
        (r"$$h = \tanh(W x + U h_{prev})$$ $$y = V h + x$$",
         r"\frac{\partial L}{\partial U} = (\frac{\partial L}{\partial h} \odot (1 - h \odot h))"
         r"h_{prev}^T"),
        (r"$$y = \gamma x + \beta$$ $$z = W y + x$$",
         r"\frac{\partial L}{\partial \gamma} = x^T \frac{\partial L}{\partial y}"),
        (RNN + r"$$y_t = V h_t + x_t$$",
         r"\frac{\partial L}{\partial h_{t-1}} = U^T \frac{\partial L}{\partial z_t}"),
        (r"$$z = W x + x$$ $$p = \text{softmax}(z)$$"
         r"$$J = \frac{1}{2}\|p - y\|^2 - \sum_{i=1}^n p_i \log p_i$$",
         r"\sum_{i=1}^n (p_i - y_i) = 0"),
        (TARGETS, r"\sum_{i=1}^n t_i = 1"),
    ],
)  # fmt: skip
def test_what_a_note_leaves_open_is_not_proved(note: str, line: str) -> None:
    claim = verify_text(f"{note}\n\n$${line}$$\n").claims[-1]
    assert str(claim.verdict) in ("unproven", "refuted"), claim.latex


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (RNN, r"\frac{\partial L}{\partial h_{t-1}} = U^T \frac{\partial L}{\partial z_t}"),
        (LSTM, r"\frac{\partial E}{\partial f_t} = \frac{\partial E}{\partial c_t} \odot c_{t-1}"),
        (RESIDUAL, _WEIGHT),
        ("The $u_w$ are negative samples." + WORDS, r"\frac{\partial J}{\partial u_o} = -v_c"),
    ],
)
def test_what_the_lines_settle_is_proved(note: str, line: str) -> None:
    assert str(verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict) == "verified"


def test_a_refuted_line_about_a_family_has_its_diagnosis() -> None:
    note = r"$$J = -\log \sigma(u_o^T v_c) - \sum_{k=1}^{K} \log \sigma(-u_k^T v_c)$$"
    line = r"\frac{\partial J}{\partial u_o} = \sigma(u_o^T v_c) v_c"
    text = f"The $u_k$ are negative samples.\n{note}\n$${line}$$\n"
    assert str(verify_text(text).claims[-1].verdict) == "refuted"
