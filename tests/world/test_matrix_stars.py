"""A star that is the product of matrices in the forward pass is one beside transposes too."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

COLUMNS = """
Z1 = W1 * X + b1
A1 = tanh(Z1)
Z2 = W2 * A1 + b2
A2 = sigmoid(Z2)
J = -1/m * sum(Y * log(A2) + (1 - Y) * log(1 - A2))

dZ2 = A2 - Y
dZ1 = W2.T * dZ2 * (1 - A1^2)
"""
ROWS = """
Z1 = X * W1 + b1
A1 = relu(Z1)
Z2 = A1 * W2 + b2
P = softmax(Z2)
loss = -1/N * sum(Y * log(P))

dZ2 = (P - Y) / N
dZ1 = dZ2 * W2.T * (Z1 > 0)
"""
NUMBERS = """
z = w*x + b
a = 1/(1 + exp(-z))
E = 1/2*(a - t)^2
"""


@pytest.mark.parametrize(
    ("note", "line", "expected"),
    [
        (COLUMNS, "", "verified"),
        (COLUMNS, "dW2 = 1/m * dZ2 * A1.T", "verified"),
        (COLUMNS, "dW2 = dZ2 * A1.T * 1/m", "verified"),
        (COLUMNS, "dW1 = 1/m * dZ1 * X.T", "verified"),
        (COLUMNS, "dA1 = W2.T * dZ2", "verified"),
        (COLUMNS, "W1 = W1 - alpha * dW1", "verified"),
        (COLUMNS, "dW2 = 1/m * dZ2 * A1", "refuted"),
        (COLUMNS, "dW2 = 1/m * A1.T * dZ2", "refuted"),
        (COLUMNS, "dW2 = 2/m * dZ2 * A1.T", "refuted"),
        (COLUMNS, "dW1 = 1/m * X * dZ1.T", "refuted"),
        (COLUMNS, "dA1 = W2 * dZ2", "refuted"),
        (COLUMNS, "dA1 = dZ2 * W2.T", "refuted"),
        (COLUMNS, "dA1 = W1.T * dZ2", "refuted"),
        (COLUMNS, "dZ1 = W2.T * dZ2 * A1", "refuted"),
        (COLUMNS, "dZ1 = W2.T * (dZ2 * (1 - A1^2))", "refuted"),
        (ROWS, "", "verified"),
        (ROWS, "dW2 = A1.T * dZ2", "verified"),
        (ROWS, "dW1 = X.T * dZ1", "verified"),
        (ROWS, "dA1 = dZ2 * W2.T", "verified"),
        (ROWS, "dW2 = dZ2 * A1.T", "refuted"),
        (ROWS, "dW1 = X * dZ1", "refuted"),
        (ROWS, "dA1 = W2.T * dZ2", "refuted"),
        (ROWS, "dA1 = dZ2 * W2", "refuted"),
        (NUMBERS, "dE/dw = (a - t)*a*(1 - a)*x", "verified"),
        (NUMBERS, "dE/dw = (a - t)*a*(1 - a)*w", "refuted"),
        (COLUMNS.replace("W2 * A1", "W2 @ A1"), "dW2 = 1/m * dZ2 * A1.T", "unproven"),
    ],
)
def test_lines(note: str, line: str, expected: str) -> None:
    assert str(verify_text(f"{note}{line}\n", "note.txt").claims[-1].verdict) == expected
