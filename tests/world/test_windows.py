"""Convolutions written as sums: what follows from the windows is proved, what does not is not."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

LINE = r"The layer is a convolution. $$y_i = \sum_{k=0}^{K-1} w_k x_{i+k} + b$$"
NAMED = LINE + r" Write $\delta_i = \frac{\partial L}{\partial y_i}$."
PLANE = r"$$Y_{ij} = \sum_u \sum_v K_{uv} X_{i+u, j+v}$$"
SIGN = r"The sign $*$ is a convolution. $$y_i = \sum_k w_k x_{i+k}$$ $$q = k * z$$"


def verdict(note: str, line: str) -> str:
    return str(verify_text(f"{note}\n\n$${line}$$\n").claims[-1].verdict)


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (LINE, r"\frac{\partial L}{\partial w_k} = \sum_i \frac{\partial L}{\partial y_i} x_{i+k}"),
        (LINE, r"\frac{\partial L}{\partial w_k} = \sum_i \frac{\partial L}{\partial y_i} x_{k+i}"),
        (LINE, r"\frac{\partial L}{\partial b} = \sum_i \frac{\partial L}{\partial y_i}"),
        (NAMED, r"\frac{\partial L}{\partial w_k} = \sum_i \delta_i x_{i+k}"),
        (PLANE, r"\frac{\partial L}{\partial K_{uv}} = \sum_i \sum_j "
         r"\frac{\partial L}{\partial Y_{ij}} X_{i+u, j+v}"),
        (PLANE, r"\frac{\partial L}{\partial K_{uv}} = \sum_{i,j} "
         r"\frac{\partial L}{\partial Y_{ij}} X_{i+u, j+v}"),
    ],
)  # fmt: skip
def test_true(note: str, line: str) -> None:
    assert verdict(note, line) == "verified"


@pytest.mark.parametrize(
    ("note", "line"),
    [
        (LINE, r"\frac{\partial L}{\partial w_k} = \sum_i \frac{\partial L}{\partial y_i} x_{i-k}"),
        (LINE, r"\frac{\partial L}{\partial w_k} = \frac{\partial L}{\partial y_i} x_{i+k}"),
        (LINE, r"\frac{\partial L}{\partial w_k} = \sum_i \frac{\partial L}{\partial y_i} x_i"),
        (LINE, r"\frac{\partial L}{\partial b} = \sum_k \frac{\partial L}{\partial y_i}"),
        (NAMED, r"\frac{\partial L}{\partial w_k} = \sum_i \delta_{i+k} x_i"),
        (NAMED, r"\frac{\partial L}{\partial x_j} = \sum_k \delta_{j+k} w_k"),
        (NAMED, r"\frac{\partial L}{\partial x_j} = \sum_k \delta_j w_k"),
        (PLANE, r"\frac{\partial L}{\partial K_{uv}} = \sum_i "
         r"\frac{\partial L}{\partial Y_{ij}} X_{i+u, j+v}"),
        (PLANE, r"\frac{\partial L}{\partial K_{uv}} = \sum_j \sum_{i} "
         r"\frac{\partial L}{\partial Y_{ji}} X_{i+u, j+v}"),
        (PLANE, r"\frac{\partial L}{\partial K_{uv}} = \sum_{i,j} "
         r"\frac{\partial L}{\partial Y_{ij}} X_{i-u, j-v}"),
        (PLANE, r"\frac{\partial L}{\partial K_{uv}} = \sum_{i,j} Y_{ij} X_{i+u, j+v}"),
        (PLANE, r"\frac{\partial L}{\partial X_{pq}} = \sum_u \sum_v "
         r"\frac{\partial L}{\partial Y_{p+u, q+v}} K_{uv}"),
        (SIGN, r"\frac{\partial L}{\partial z} = k * \frac{\partial L}{\partial q}"),
    ],
)  # fmt: skip
def test_false(note: str, line: str) -> None:
    assert verdict(note, line) in ("refuted", "unproven")


@pytest.mark.parametrize(
    "line",
    [
        r"\frac{\partial L}{\partial x_j} = \sum_k \delta_{j-k} w_k",
        r"\frac{\partial L}{\partial b} = \sum_j \delta_j",
    ],
)
def test_true_is_not_refuted(line: str) -> None:
    assert verdict(NAMED, line) in ("verified", "unproven")
