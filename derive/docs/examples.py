"""A note for every kind of mistake: the line wrong and right, to be judged when a page is built.

In: a code.  Out: an `Example`: what the note says before, the wrong line and the right one.
Both are judged on the page; the wrong one has to get the code, the right one has to hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from derive.diagnosis.codes import CODES

_FORWARD = r"$Z_1 = W_1 X + b_1$, $A_1 = g(Z_1)$, $Z_2 = W_2 A_1 + b_2$, $A_2 = {output}(Z_2)$."
_CROSS = r"$$J = -\frac{1}{m} \sum_{i=1}^m [y_i \log(a_i) + (1 - y_i) \log(1 - a_i)]$$"
_SQUARED = r"$$J = \frac{1}{m} \sum_{i=1}^m (A_2 - Y)^2$$"


def _network(cost: str, output: str, *more: str) -> str:
    forward = _FORWARD.replace("{output}", output)
    return "\n\n".join((forward, cost, *(f"${line}$" for line in more)))


SIGMOID: Final = _network(_CROSS, r"\sigma", "dZ_2 = A_2 - Y")
"""Binary cross-entropy behind a sigmoid; dZ is m times the derivative."""
SOFTMAX: Final = _network(_SQUARED, r"\text{softmax}")
LINEAR: Final = _network(_SQUARED, "")
TANH: Final = SIGMOID.replace("g(Z_1)", r"\tanh(Z_1)")
FULL: Final = SIGMOID.replace(
    "dZ_2 = A_2 - Y", r"\frac{\partial J}{\partial Z_2} = \frac{1}{m} (A_2 - Y)"
)


@dataclass(frozen=True, slots=True)
class Example:
    """A note without its last line, and that line wrong and right.

    mark: what stands around that line: a formula in the text, or a display.
    """

    before: str
    wrong: str
    right: str
    mark: str = "$"


_BIAS: Final = "\n\n$$db_2 = \\frac{1}{m} \\sum_{i=1}^m dZ_2$$"
_DZ1: Final = r"dZ_1 = W_2^T dZ_2 \odot "
_SIGMA: Final = r"$$\sigma(x) = \frac{1}{1 + e^{-x}}$$"
_LOCAL: Final = r"\sigma'(x) = \frac{e^{-x}}{(1 + e^{-x})^2} = "
_BY_A: Final = r"\frac{\partial J}{\partial A_2} = "
_BY_Z: Final = r"\frac{\partial J}{\partial Z_2} = "
_BY_W: Final = r"\frac{\partial J}{\partial W_2} = \frac{\partial J}{\partial Z_2} "
_RESIDUAL: Final = SIGMOID.replace("A_2 = \\sigma(Z_2)", "A_2 = A_1 + g(Z_2)").replace(
    "dZ_2 = A_2 - Y", r"Z_3 = W_3 A_2 + b_3, A_3 = \sigma(Z_3)"
)
_UNITS: Final = (
    r"$z_j^l = \sum_k w_{jk}^l a_k^{l-1} + b_j^l$, $a_j^l = \sigma(z_j^l)$, "
    r"$C = \frac{1}{2} \sum_j (y_j - a_j^L)^2$, $\delta_j^l = \frac{\partial C}{\partial z_j^l}$."
)
_BY_A1: Final = r"\frac{\partial J}{\partial A_1} = \frac{\partial J}{\partial Z_2} "
_BY_UNITS: Final = r"\frac{\partial C}{\partial w_{jk}^l} = "
_SWAPPED: Final = r"a_j^{l-1} \delta_k^l"

_SIZED_SOFTMAX: Final = (
    r"The softmax: $$p_i = \frac{e^{z_i}}{\sum_{k=1}^K e^{z_k}}$$"
    "\n\nTwo units $i \\ne j$ compete: what one gains, the others lose. The derivative is"
)


def _regrouped(times: int) -> str:
    """A long product, with other brackets on the right: true, and the longer, the more to count."""
    return " ".join(["W_2 W_2^T"] * 2 * times) + " = " + " ".join(["W_2 (W_2^T W_2) W_2^T"] * times)


_OWN: Final[dict[str, Example]] = {
    "D103": Example(
        SOFTMAX,
        _BY_Z + r"\frac{2}{m} (A_2 - Y)",
        _BY_Z + r"\frac{2}{m} A_2 \odot (A_2 - Y - \text{sum}(A_2 \odot (A_2 - Y), 0))",
    ),
    "D104": Example(SIGMOID, _DZ1 + r"g'(Z_1)^T", _DZ1 + "g'(Z_1)"),
    "D111": Example(SOFTMAX, _BY_A + r"\frac{1}{m} (A_2 - Y)", _BY_A + r"\frac{2}{m} (A_2 - Y)"),
    "D112": Example(SIGMOID + _BIAS, "dW_2 = dZ_2 A_1^T", CODES["D112"].right),
    "D121": Example(SIGMOID, "dA_2 = A_2 - Y", "dZ_2 = A_2 - Y"),
    "D125": Example(SIGMOID + _BIAS, _BY_Z + "A_2 - Y", _BY_Z + r"\frac{1}{m} (A_2 - Y)"),
    "D134": Example(
        SIGMOID,
        _BY_W + r"\frac{\partial Z_2}{\partial W_2} \rightarrow W_2",
        _BY_W + r"\frac{\partial Z_2}{\partial W_2} \rightarrow A_1",
    ),
    "D126": Example(SIGMOID, "dA_2 = 2 (A_2 - Y)", "dZ_2 = A_2 - Y"),
    "D127": Example(SIGMOID, "dZ_1 = W_2 dZ_2 g'(Z_1)", _DZ1 + "g'(Z_1)"),
    "D131": Example(
        SIGMOID
        + "\n\nShape of $X = (784, m)$, shape of $Z_1 = (10, m)$, shape of $A_1 = (10, m)$, "
        "shape of $W_1 = (10, 784)$, shape of $b_1 = (10, 1)$, shape of",
        "W_1 = (784, 10)",
        "W_1 = (10, 784)",
    ),
    "D135": Example(_SIGMA, _LOCAL + r"\sigma(x)^3 + 2 x", _LOCAL + r"\sigma(x) (1 - \sigma(x))"),
    "D137": Example(SIGMOID, r"dZ_1 = -W_2^T dZ_2 \odot g'(A_1)", _DZ1 + "g'(Z_1)"),
    "D138": Example(SIGMOID, r"dZ_1 = W_2^T dZ_2 \odot g(A_1) + 3 Z_1", _DZ1 + "g'(Z_1)"),
    "D124": Example(
        _RESIDUAL,
        _BY_A1 + r"\frac{\partial Z_2}{\partial A_1}",
        _BY_A1 + r"\frac{\partial Z_2}{\partial A_1} + \frac{\partial J}{\partial A_2}",
    ),
    "D139": Example(SOFTMAX, _BY_A + r"\frac{2}{m} A_2 - Y", _BY_A + r"\frac{2}{m} (A_2 - Y)"),
    "D140": Example(_UNITS, _BY_UNITS + _SWAPPED, _BY_UNITS + r"a_k^{l-1} \delta_j^l"),
    "D141": Example(TANH, _DZ1 + "(1 - A_1)", _DZ1 + "(1 - A_1^2)"),
    "D201": Example(SIGMOID, r"dW_2 = \frac{1}{m dZ_2 A_1^T", CODES["D112"].right),
    "D303": Example(SIGMOID, "dW_2 = dZ_2 A_1^T", CODES["D112"].right),
    "D304": Example(SIGMOID, r"dZ_2 \approx A_2 - Y", "dZ_2 = A_2 - Y"),
    "D306": Example(
        _SIZED_SOFTMAX,
        r"\frac{\partial p_i}{\partial z_j} = -p_i p_j",
        r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)",
        mark="$$",
    ),
    "D307": Example(SIGMOID, _regrouped(8), _regrouped(2)),
}


_ORDERED: Final = (
    r"$$Z_1 = W_1 X + b_1, \quad A_1 = g(Z_1)$$",
    r"$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$",
    r"$$J = -\frac{1}{m} \sum [Y \log A_2 + (1 - Y) \log(1 - A_2)]$$",
    "$$dZ_2 = A_2 - Y$$",
    "$$dZ_1 = W_2^T dZ_2 \\odot g'(Z_1)$$",
)
_DEFINED: Final = r"$$g(s) = \tanh(s)$$"
_LETTERS: Final = (
    r"$$A_1 = g(Z_1) \Rightarrow \text{ReLU}(Z_1)$$",
    r"$$A_2 = g(Z_2) \Rightarrow \text{softmax}(Z_2)$$",
)


_REGRESSION: Final = r"""Columns are examples: $Z = W X + b$, the cost is
$J = \frac{1}{2m} \sum (Z - Y)^2$.

$$dZ = \frac{1}{m} (Z - Y)$$
$$dW = dZ X^T$$
$$db = \text{sum}(dZ, 1)$$

```python
import numpy as np


def loss(W, b, X, Y):
    return np.sum((W @ X + b - Y) ** 2) / (2 * X.shape[1])


def gradients(W, b, X, Y):
    dZ = (W @ X + b - Y) / X.shape[1]
    dW = dZ @ X.T
    db = np.sum(dZ, axis=1, keepdims=True)
    return dW, db
```
"""


@dataclass(frozen=True, slots=True)
class NoteExample:
    """A whole note with what is remarked of it, and the same note without."""

    wrong: str
    right: str


def _lines(*lines: str) -> str:
    return "\n\n".join(lines) + "\n"


REMARKED: Final[dict[str, NoteExample]] = {
    "D401": NoteExample(
        _lines(*_ORDERED[:3], f"{_ORDERED[3]} <!-- derive: ignore D103 -->"),
        _lines(*_ORDERED[:4]),
    ),
    "D402": NoteExample(
        _lines(*_ORDERED[:3], "<!-- derive: expct verified -->\n" + _ORDERED[3]),
        _lines(*_ORDERED[:3], "<!-- derive: expect verified -->\n" + _ORDERED[3]),
    ),
    "D411": NoteExample(_lines(*_ORDERED, _DEFINED), _lines(_ORDERED[0], _DEFINED, *_ORDERED[1:])),
    "D412": NoteExample(
        _lines("$$Z_1 = W_1 X + b_1$$", _LETTERS[0], "$$Z_2 = W_2 A_1 + b_2$$", _LETTERS[1]),
        _lines(
            "$$Z_1 = W_1 X + b_1$$",
            _LETTERS[0],
            "$$Z_2 = W_2 A_1 + b_2$$",
            _LETTERS[1].replace("g(Z_2)", "h(Z_2)"),
        ),
    ),
    "D413": NoteExample(
        _REGRESSION.replace("np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ)"), _REGRESSION
    ),
}


REPAIRED: Final[dict[str, NoteExample]] = {
    "D403": NoteExample(
        f"{_UNITS}\n\n${_BY_UNITS}{_SWAPPED} = \\delta_k^l a_j^{{l-1}}$\n",
        f"{_UNITS}\n\n${_BY_UNITS}{_SWAPPED}$\n",
    ),
}
"""Notes whose repairs are put in: the one of the first is left out, the one of the second not."""


@dataclass(frozen=True, slots=True)
class CodeExample:
    """A Python file with the mistake in it, and the same file without; both are read, never run."""

    name: str
    wrong: str
    right: str


_UPDATED: Final = "        self.weights -= rate * output_gradient @ self.input.T\n"
_BACK: Final = "        input_gradient = self.weights.T @ output_gradient\n"
_DENSE: Final = """class Dense:
    def __init__(self, weights):
        self.weights = weights

    def forward(self, input):
        self.input = input
        return self.weights @ input

    def backward(self, output_gradient, rate):
LINES        return input_gradient
"""
_FILES: Final[dict[str, CodeExample]] = {
    "D142": CodeExample(
        "dense.py",
        _DENSE.replace("LINES", _UPDATED + _BACK),
        _DENSE.replace("LINES", _BACK + _UPDATED),
    ),
}
LONG: Final = r"""$$\sigma(x) = \frac{1}{1 + e^{-x}}$$

$$\sigma'(x) = \sigma(x) (1 - \sigma(x))$$
"""
"""A note that is proved in a few milliseconds: for the page of claims that are given up."""


def code_example(code: str) -> CodeExample | None:
    """The Python files of a code about code; None for any other."""
    return _FILES.get(code)


def note_example(code: str) -> NoteExample | None:
    """The notes of a code about a note; None for any other."""
    return REMARKED.get(code)


def example(code: str) -> Example | None:
    """The example of a code; None for a code without one that can be judged alone."""
    row = CODES[code]
    if code in _OWN:
        return _OWN[code]
    return Example(SIGMOID, row.wrong, row.right) if row.wrong else None
