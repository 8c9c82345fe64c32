"""Notes with the network that each is about: the shipped ones and small true ones.

The networks are written by hand; nothing here is read from the notes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.notes.expectations import NOTES
from tests.notes.networks import Net


@dataclass(frozen=True)
class Sample:
    """A note, the network that it describes, and the reading of its formulas about functions."""

    name: str
    source: str
    net: Net


def _shipped(name: str) -> str:
    return (NOTES / f"{name}.md").read_text(encoding="utf-8")


SHIPPED = {
    "two-layer-cross-entropy": Net(("some", "other"), "linear", functions={"g": "layer"}),
    "three-layer-binary-classifier": Net(
        ("some", "other", "sigmoid"),
        "binary",
        functions={"f_1": "some", "f_2": "other", "f": "sigmoid"},
    ),
    "digits-squared-error": Net(
        ("relu", "softmax"), "squared", carries=False, functions={"f": "relu", "g": "layer"}
    ),
    "deep-sigmoid-network": Net(
        ("sigmoid", "sigmoid", "sigmoid"), "half", mean=False, single=True,
        functions={"u": "some", "v": "other"},
    ),
    "digits-leaky-relu": Net(("leaky", "softmax"), "cross", functions={"g": "layer"}),
}  # fmt: skip

ROWS = r"""
Examples are rows.

$$Z_1 = X W_1 + b_1 \quad A_1 = \tanh(Z_1)$$
$$Z_2 = A_1 W_2 + b_2 \quad A_2 = \sigma(Z_2)$$
$$J = -\frac{1}{m} \sum_{i=1}^m [y_i \log(a_i) + (1 - y_i) \log(1 - a_i)]$$
$$dZ_2 = \frac{1}{m} (A_2 - Y)$$
$$dW_2 = A_1^T dZ_2$$
$$db_2 = \text{sum}(dZ_2, 0)$$
$$dA_1 = dZ_2 W_2^T$$
$$dZ_1 = dZ_2 W_2^T \odot (1 - A_1 \odot A_1)$$
$$dW_1 = X^T dZ_1$$
$$db_1 = \text{sum}(dZ_1, 0)$$
$$W_2 = W_2 - \alpha dW_2$$
$$b_1 = b_1 - \alpha db_1$$
"""

SUMMED = r"""
$$Z^{[1]} = W^{[1]} X + b^{[1]}$$
$$A^{[1]} = \sigma(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$$
$$A^{[2]} = Z^{[2]}$$
$$J = \frac{1}{2} \sum_{i=1}^m (A^{[2]} - Y)^2$$
$$\frac{\partial J}{\partial A^{[2]}} = A^{[2]} - Y$$
$$dZ^{[2]} = A^{[2]} - Y$$
$$dW^{[2]} = dZ^{[2]} A^{[1]T}$$
$$db^{[2]} = \sum_{i=1}^m dZ^{[2]}$$
$$dZ^{[1]} = W^{[2]T} dZ^{[2]} \odot A^{[1]} \odot (1 - A^{[1]})$$
$$dW^{[1]} = dZ^{[1]} X^T$$
$$db^{[1]} = \sum_{i=1}^m dZ^{[1]}$$
$$W^{[1]} := W^{[1]} - \alpha dW^{[1]}$$
"""

SOFTMAX = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = g(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \text{softmax}(Z_2)$$
$$J = -\frac{1}{m} \sum_{i=1}^m Y * \log(A_2)$$
$$dZ_2 = A_2 - Y$$
$$dW_2 = \frac{1}{m} dZ_2 A_1^T$$
$$db_2 = \frac{1}{m} \text{sum}(dZ_2, 1)$$
$$dZ_1 = W_2^T dZ_2 * g'(Z_1)$$
$$dW_1 = \frac{1}{m} dZ_1 X^T$$
$$db_1 = \frac{1}{m} \text{sum}(dZ_1, 1)$$
$$\frac{\partial J}{\partial W_1} = \frac{1}{m} [W_2^T (A_2 - Y) * g'(Z_1)] X^T$$
"""

CHAINS = r"""
$$z_1 = w_1 x + b_1 \quad a_1 = h(z_1)$$
$$z_2 = w_2 a_1 + b_2 \quad a_2 = \sigma(z_2)$$
$$L = (a_2 - y)^2$$
$$\frac{\partial L}{\partial a_2} = 2 (a_2 - y)$$
$$\frac{\partial L}{\partial z_2} = \frac{\partial L}{\partial a_2} \cdot \frac{\partial a_2}{\partial z_2}$$
$$\frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial z_2} \cdot \frac{\partial z_2}{\partial a_1} \cdot \frac{\partial a_1}{\partial z_1} \cdot \frac{\partial z_1}{\partial w_1}$$
$$\frac{\partial L}{\partial b_1} = \frac{\partial L}{\partial a_2} \cdot \frac{\partial a_2}{\partial z_2} \cdot \frac{\partial z_2}{\partial a_1} \cdot \frac{\partial a_1}{\partial z_1} \cdot \frac{\partial z_1}{\partial b_1}$$
$$\frac{\partial L}{\partial z_2} = 2 (a_2 - y) \odot a_2 \odot (1 - a_2)$$
$$\frac{\partial L}{\partial z_1} = w_2^T \frac{\partial L}{\partial z_2} \odot h'(z_1)$$
$$\frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial z_1} x^T$$
$$\frac{\partial L}{\partial b_1} = \frac{\partial L}{\partial z_1}$$
"""

SMALL = {
    "rows": (ROWS, Net(("tanh", "sigmoid"), "binary", rows=True, carries=False)),
    "summed": (SUMMED, Net(("sigmoid", "identity"), "half", mean=False)),
    "softmax": (SOFTMAX, Net(("some", "softmax"), "cross", functions={"g": "some"})),
    "chains": (
        CHAINS,
        Net(("some", "sigmoid"), "squared", mean=False, single=True, functions={"h": "some"}),
    ),
}


def samples() -> list[Sample]:
    """All notes with their networks, the shipped ones first."""
    shipped = [Sample(name, _shipped(name), net) for name, net in sorted(SHIPPED.items())]
    return shipped + [Sample(name, source, net) for name, (source, net) in sorted(SMALL.items())]
