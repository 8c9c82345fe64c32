"""Notes about cells with gates as they are published, and least squares in matrices."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

GATES = r"""
$$u_t = \sigma(a^u_t), \qquad a^u_t = x_t W_{xu} + h_{t-1} W_{hu} + b_u$$
$$\tilde{h}_t = \tanh(a^h_t), \qquad a^h_t = x_t W_{xh} + h_{t-1} W_{hh} + b_h$$
$$h_t = u_t \odot h_{t-1} + (1 - u_t) \odot \tilde{h}_t$$
$$z_t = h_t V + c \qquad \hat{y}_t = \text{softmax}(z_t)$$
$$L_t = -\sum_k y_{t,k} \log \hat{y}_{t,k}$$
$$L = \sum_{t=1}^T L_t$$

Define $\delta^h_t \equiv \frac{\partial L}{\partial h_t}$ and
$$\delta^h_{a,t} \equiv \frac{\partial L}{\partial a^h_t}$$
"""
UPDATE = r"\delta^u_{a,t} = [\delta^h_t \odot (h_{t-1} - \tilde{h}_t)] \odot u_t(1 - u_t)"
STEP = r"""
$$h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)$$

With $z_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h$ the gradients of a step are accumulated over time, where
$dh_t = \frac{\partial L}{\partial h_t}$:

"""
JOINED = r"""
$$f_t = \sigma(W_f [h_{t-1}, x_t] + b_f)$$
$$g_t = \tanh(W_g \cdot [h_{t-1}, x_t] + b_g)$$
$$C_t = f_t \odot C_{t-1} + (1 - f_t) \odot g_t$$
$$h_t = \tanh(C_t)$$

The gradients are accumulated over time.

"""
SQUARES = "$$L(w) = \\|Xw - y\\|^2 = (Xw - y)^T(Xw - y)$$\n\n"
SOLVED = "$$\\nabla_w L = 2X^TXw - 2X^Ty$$\n\nSetting to zero gives\n\n"
EXAMPLES = r"""The hypothesis is $h_\theta(x) = \theta^T x$.

$$J(\theta) = \frac{1}{2m} (X\theta - y)^T (X\theta - y)$$
"""
ATTENTION = r"""
$$S = \frac{QK^T}{\sqrt{d_k}}$$
$$P = \text{softmax}(S)$$ for each row, and $$A = PV$$

Let $p = \text{softmax}(s)$ with $\delta_{ij} = 1$ if $i = j$:
$$\frac{\partial p_i}{\partial s_j} = p_i(\delta_{ij} - p_j)$$
"""
ROOT = r"""
$$Y = X / \sqrt{V}$$
"""


def verdict(note: str, line: str) -> str:
    """The verdict on a line below a note."""
    return str(verify_text(f"{note}\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (GATES, UPDATE),
        (f"{GATES}$${UPDATE}$$\n",
         r"\frac{\partial L}{\partial W_{xu}} = \sum_t x_t^\top \delta^u_{a,t}"),
        (STEP, r"dW_{hh} = dz_t h_{t-1}^T"),
        (STEP, r"\frac{d}{dz_t} \tanh(z_t) = 1 - h_t^2"),
        (JOINED, r"\frac{\partial L}{\partial f_t} = \frac{\partial L}{\partial C_t} \odot"
         r" (C_{t-1} - g_t)"),
        (JOINED, r"\frac{\partial L}{\partial W_f} = (\frac{\partial L}{\partial f_t} \odot f_t"
         r" \odot (1 - f_t)) [h_{t-1}, x_t]^T"),
        (SQUARES, r"\nabla_w L = 2X^T(Xw - y)"),
        (EXAMPLES, r"\nabla_\theta J(\theta) = \frac{1}{m} (X^T X \theta - X^T y)"),
        (ATTENTION, r"\frac{\partial L}{\partial V} = P^T \frac{\partial L}{\partial A}"),
        (ATTENTION.replace("d_k", "D_h"),
         r"\frac{\partial L}{\partial V} = P^T \frac{\partial L}{\partial A}"),
    ],
)  # fmt: skip
def test_true(note: str, line: str) -> None:
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(
    ("note", "line", "seen"),
    [
        (GATES, UPDATE.replace("u_t(1 - u_t)", "u_t(1 - h_t)"), True),
        (GATES, UPDATE.replace(r"- \tilde", r"+ \tilde"), True),
        (f"{GATES}$${UPDATE}$$\n",
         r"\frac{\partial L}{\partial W_{hu}} = \sum_t x_t^\top \delta^u_{a,t}", True),
        (STEP, r"dW_{hh} = dz_t h_t^T", True),
        (STEP.replace("accumulated", "small"), r"dW_{hh} = dz_t h_{t-1}^T", False),
        (STEP, r"\frac{d}{dz_t} \tanh(z_t) = 1 - h_t", True),
        (JOINED, r"\frac{\partial L}{\partial x_t} = 0", False),
        (JOINED, r"\frac{\partial L}{\partial h_{t-1}} = 0 \cdot h_{t-1}", False),
        (JOINED, r"\frac{\partial L}{\partial f_t} = \frac{\partial L}{\partial C_t} \odot"
         r" C_{t-1}", True),
        (SQUARES, r"\nabla_w L = 2X(Xw - y)", True),
        (SQUARES, r"\nabla_w L = X^T(Xw - y)", True),
        (EXAMPLES, r"\nabla_\theta J(\theta) = \frac{2}{m} (X^T X \theta - X^T y)", False),
        (SQUARES + SOLVED, r"X^TXw = X^Ty", False),
        (SQUARES + SOLVED, r"w^* = (X^TX)^{-1}X^Ty", False),
        (ATTENTION, r"\frac{\partial L}{\partial V} = P \frac{\partial L}{\partial A}", True),
        (ROOT, r"\frac{\partial L}{\partial V} = -\frac{1}{2} \sum_{ij} X_{ij}"
         r" \frac{\partial L}{\partial Y_{ij}} V^{-3/2}", False),
    ],
)  # fmt: skip
def test_false_or_a_condition(note: str, line: str, seen: bool) -> None:
    assert verdict(note, line) == ("refuted" if seen else "unproven")
