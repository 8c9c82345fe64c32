"""Recurrences and sums over time: what one step tells of all is proved, and nothing else."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

RNN = r"""
$$a_t = W h_{t-1} + U x_t + b$$
$$h_t = \tanh(a_t)$$
$$o_t = V h_t + c$$
$$L_t = \frac{1}{2} \|o_t - y_t\|^2$$
$$L = \sum_{t=1}^T L_t$$
"""
NAMED = RNN + r"Write $\delta_t = \frac{\partial L}{\partial a_t}$." + "\n"


def verdict(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (RNN, r"\frac{\partial L}{\partial o_t} = o_t - y_t"),
        (RNN, r"\frac{\partial L}{\partial V} = \sum_{t=1}^T (o_t - y_t) h_t^T"),
        (RNN, r"\frac{\partial L}{\partial c} = \sum_t (o_t - y_t)"),
        (RNN, r"\frac{\partial L}{\partial h_t} ="
         r"V^T (o_t - y_t) + W^T \frac{\partial L}{\partial a_{t+1}}"),
        (RNN, r"\frac{\partial L}{\partial U} ="
         r"\sum_{t=1}^T \frac{\partial L}{\partial a_t} x_t^T"),
        (NAMED, r"\frac{\partial L}{\partial W} = \sum_{t=1}^T \delta_t h_{t-1}^T"),
        (NAMED, r"\delta_t = (V^T (o_t - y_t) + W^T \delta_{t+1}) \odot (1 - h_t^2)"),
    ],
)  # fmt: skip
def test_true(note: str, line: str) -> None:
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(
    ("note", "line", "seen"),
    [
        (RNN, r"\frac{\partial L}{\partial h_t} = V^T (o_t - y_t)", True),
        (RNN, r"\frac{\partial L}{\partial h_{t-1}} = W^T \frac{\partial L}{\partial a_t}", True),
        (RNN, r"\frac{\partial L}{\partial V} = (o_t - y_t) h_t^T", False),
        (RNN, r"\frac{\partial L}{\partial V} = \sum_{t=2}^T (o_t - y_t) h_t^T", False),
        (RNN, r"\frac{\partial L}{\partial V} = \sum_{t=1}^T (o_t - y_t) h_{t-1}^T", True),
        (RNN, r"\frac{\partial L}{\partial W} ="
         r"\sum_{t=1}^T \frac{\partial L_t}{\partial a_t} h_{t-1}^T", False),
        (RNN, r"\frac{\partial L}{\partial W} ="
         r"\sum_{t=1}^T (V^T (o_t - y_t) \odot (1 - h_t^2)) h_{t-1}^T", True),
        (NAMED, r"\frac{\partial L}{\partial W} = \sum_{t=1}^T \delta_t h_t^T", True),
        (NAMED, r"\frac{\partial L}{\partial b} = \sum_{t=1}^T \delta_{t+1}", False),
        (NAMED, r"\delta_t = (V^T (o_t - y_t) + W \delta_{t+1}) \odot (1 - h_t^2)", True),
        (NAMED, r"\delta_t = (V^T (o_t - y_t) + W^T \delta_{t+1}) \odot (1 - h_{t+1}^2)", True),
        (NAMED, r"\delta_t = V^T (o_t - y_t) \odot (1 - h_t^2)", True),
    ],
)  # fmt: skip
def test_false(note: str, line: str, seen: bool) -> None:
    assert verdict(note, line) == ("refuted" if seen else "unproven")


@pytest.mark.parametrize(
    "line",
    [
        r"\frac{\partial L}{\partial W} = \sum_{t=1}^T \frac{\partial L_t}{\partial W}",
        r"\frac{\partial L}{\partial W} = \sum_{t=0}^{T-1} \delta_{t+1} h_t^T",
        r"\frac{\partial L}{\partial h_T} = V^T (o_T - y_T)",
    ],
)
def test_true_is_not_refuted(line: str) -> None:
    assert verdict(NAMED, line) in ("verified", "unproven")
