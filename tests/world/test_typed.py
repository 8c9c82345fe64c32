"""Notes typed in plain text: what is true of each form is verified, a mistake in it refuted."""

from __future__ import annotations

import pytest

from derive.verdict import Finding
from derive.verify import verify_text

BATCH = """
Z1 = W1 @ X + b1
A1 = sigmoid(Z1)
Z2 = W2 @ A1 + b2
A2 = sigmoid(Z2)
J = -1/m * sum(Y * log(A2) + (1 - Y) * log(1 - A2))

dZ2 = A2 - Y
"""
ONE = """
z1 = W1 x + b1
a1 = tanh(z1)
z2 = W2 a1 + b2
a2 = softmax(z2)
L = -sum(y * log(a2))

"""
ROWS = """
Z1 = X @ W1 + b1
H = relu(Z1)
Z2 = H @ W2 + b2
P = softmax(Z2)
loss = -1/N * sum(Y * log(P))

dZ2 = (P - Y) / N
"""
SCALAR = """
z = w*x + b
a = 1/(1 + exp(-z))
E = 1/2*(a - t)^2

"""
OCTAVE = """
Z1 = W1 * X + b1
A1 = sigmoid(Z1)
Z2 = W2 * A1 + b2
A2 = sigmoid(Z2)
J = -1/m * sum(Y .* log(A2) + (1 - Y) .* log(1 - A2))

dZ2 = A2 - Y
"""
SIGNS = """
z1 = W1·x + b1
a1 = σ(z1)
z2 = W2·a1 + b2
a2 = σ(z2)
E = ½‖a2 − y‖²

"""
MEAN = """
y_hat = X @ w + b
loss = np.mean((y_hat - y)**2)

"""

HALF = """
Y_hat = W X + b
J = 1/2m sum(Y_hat - Y)^2

"""

FORMS = [
    (HALF, "dJ/dW = 1/m (Y_hat - Y) X^T", "dJ/dW = 2/m (Y_hat - Y) X^T"),
    (OCTAVE, "db2 = 1/m * sum(dZ2, 2)", "db2 = 1/m * sum(dZ2, 1)"),
    (BATCH, "dW2 = 1/m * dZ2 @ A1.T", "dW2 = 1/m * dZ2 @ A1"),
    (BATCH, "dW2 = dZ2.dot(A1.T) / m", "dW2 = dZ2.T.dot(A1.T) / m"),
    (BATCH, "dW2 = (1/m) np.dot(dZ2, A1.T)", "dW2 = (1/m) np.dot(A1.T, dZ2)"),
    (BATCH, "dW2 = 1/m (A2 - Y) A1^T", "dW2 = 1/m (A1 - Y) A1^T"),
    (BATCH, "db2 = dZ2.sum(axis=1, keepdims=True) / m", "db2 = dZ2.sum(axis=0) / m"),
    (BATCH, "db2 = np.mean(dZ2, axis=1)", "db2 = np.mean(dZ2, axis=0)"),
    (BATCH, "dZ1 = W2.T @ dZ2 * A1 * (1 - A1)", "dZ1 = W2.T @ dZ2 * A1 * (1 + A1)"),
    (BATCH, "dZ1 = (W2^T dZ2) * sigmoid'(Z1)", "dZ1 = (W2^T dZ2) * sigmoid'(Z2)"),
    (
        BATCH,
        "dZ1 = np.multiply(W2.T @ dZ2, sigmoid_prime(Z1))",
        "dZ1 = np.multiply(W2.T @ dZ2, sigmoid_prime(A1))",
    ),
    (BATCH, "dJ_dW2 = (A2 - Y) @ A1.T / m", "dJ_dW2 = (Y - A2) @ A1.T / m"),
    (BATCH, "grad_W2 = (A2 - Y) @ A1.T / m", "grad_W2 = (A2 - Y) @ A2.T / m"),
    (BATCH, "- W2 <- W2 - lr * dJ/dW2", "- W2 <- W2 - lr * dJ/dW1"),
    (BATCH, "`W2 -= lr * dJ/dW2`", "`W2 += lr * dJ/dW2`"),
    (ONE, "so delta2 = a2 - y  (output)", "so delta2 = a2 + y  (output)"),
    (ONE, "dL/dW2 = np.outer(a2 - y, a1)", "dL/dW2 = np.outer(a1, a2 - y)"),
    (ONE, "dL/dz1 = (W2^T (a2 - y)) * (1 - a1**2)", "dL/dz1 = (W2^T (a2 - y)) * (1 - z1**2)"),
    (ONE, "Hidden: dL/da1 = W2^T dL/dz2", "Hidden: dL/da1 = W1^T dL/dz2"),
    (ONE, "∂L/∂z2 = a2 - y", "∂L/∂z2 = y - a2"),
    (ROWS, "dW2 = H.T @ dZ2", "dW2 = dZ2.T @ H"),
    (ROWS, "db2 = np.sum(dZ2, axis=0)", "db2 = np.sum(dZ2, axis=1)"),
    (ROWS, "dZ1 = (dZ2 W2^T) o relu'(Z1)", "dZ1 = (dZ2 W2^T) o relu(Z1)"),
    (ROWS, "dZ1 = dZ2 @ W2.T * 1[Z1 > 0]", "dZ1 = dZ2 @ W2.T * 1[Z2 > 0]"),
    (SCALAR, "dE/dw = dE/da * da/dz * dz/dw", "dE/dw = dE/da * da/dz * dz/db"),
    (SCALAR, "dE/dw = (a - t)*a*(1 - a)*x", "dE/dw = (a - t)*a*(1 - a)*w"),
    (SCALAR, "w = w - eta * dE/dw", "w = w - eta * dE/db"),
    (OCTAVE, "dW2 = 1/m * dZ2 * A1'", "dW2 = 1/m * dZ2' * A1"),
    (OCTAVE, "dZ1 = (W2.' * dZ2) .* A1 .* (1 - A1)", "dZ1 = (W2 * dZ2) .* A1 .* (1 - A1)"),
    (SIGNS, "δ2 = (a2 − y) ⊙ σ'(z2)", "δ2 = (a2 − y) ⊙ σ'(z1)"),
    (SIGNS, "∂E/∂W2 = (a2 − y) ⊙ σ'(z2) a1ᵀ", "∂E/∂W2 = a1 ((a2 − y) ⊙ σ'(z2))ᵀ"),
    (MEAN, "grad_w = 2/n * X.T @ (y_hat - y)", "grad_w = 1/n * X.T @ (y_hat - y)"),
]


def last(text: str) -> list[Finding]:
    line = text.rstrip("\n").count("\n") + 1
    return [c for c in verify_text(text, "md", "note.md").claims if c.line == line]


@pytest.mark.parametrize(("note", "true", "false"), FORMS, ids=[t for _, t, _ in FORMS])
def test_form(note: str, true: str, false: str) -> None:
    assert [str(c.verdict) for c in last(note + true)] == ["verified"]
    assert [str(c.verdict) for c in last(note + false)] == ["refuted"]


def test_repairs_are_typed_as_the_line_is() -> None:
    note = "Z = X @ W + b\nL = sum((Z - Y)**2) / (2 * m)\ndZ = (Z - Y) / m\ndW = dZ.T @ X\n"
    found = verify_text(note, "txt").claims[-1]
    assert [r.latex for r in found.repairs] == ["(dZ.T @ X).T"]
    mended = verify_text(note.replace("dZ.T @ X", found.repairs[0].latex), "txt").claims[-1]
    assert str(mended.verdict) == "verified"
