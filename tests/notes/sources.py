"""Small correct notes that tests change in one place."""

from __future__ import annotations

from derive.verdict import Finding
from derive.verify import verify_text

THREE_LAYERS = r"""
m examples.  Shape of $W_1 = (n_1, n_0)$, shape of $W_2 = (n_2, n_1)$, shape of $W_3 = (n_3, n_2)$,
shape of $B_1 = (n_1, 1)$, shape of $B_2 = (n_2, 1)$, shape of $A_2 = (n_2, m)$.

$$Z_k = W_k A_{k-1} + B_k$$
$$A_1 = f_1(Z_1) \quad A_2 = f_2(Z_2) \quad A_3 = \text{Sigmoid}(Z_3)$$
$$\text{Cost} = -\frac{1}{m} \sum_{i=1}^m [y_i * \log(a_i) + (1 - y_i) * \log(1 - a_i)]$$
$$z_3 = w_3 A_2 + B_3$$

For one observation:

$$\frac{\partial L}{\partial a_3} = \frac{a_3 - y}{a_3 (1 - a_3)}$$
$$\frac{\partial a_3}{\partial z_3} = \frac{e^{-z_3}}{(1 + e^{-z_3})^2} = a_3 (1 - a_3) \quad \left[\because a_3 = \frac{1}{1 + e^{-z_3}}\right]$$
$$\frac{\partial L}{\partial w_3} = \frac{\partial L}{\partial a_3} \times \frac{\partial a_3}{\partial z_3} \times \frac{\partial z_3}{\partial w_3} = (a_3 - y) \cdot a_2$$
$$\frac{\partial z_3}{\partial a_2} = w_3$$

For all of them:

$$dZ_3 = A_3 - Y$$
$$dW_3 = \frac{1}{m} dZ_3 A_2^T$$
$$dB_3 = \frac{1}{m} \text{sum}(dZ_3, 1)$$
$$dZ_2 = W_3^T dZ_3 * f_2'(Z_2)$$
$$dW_2 = \frac{1}{m} dZ_2 A_1^T$$
$$dB_2 = \frac{1}{m} \text{sum}(dZ_2, 1)$$
$$dZ_1 = W_2^T dZ_2 * f_1'(Z_1)$$
$$dW_1 = \frac{1}{m} dZ_1 A_0^T$$
$$dB_1 = \frac{1}{m} \text{sum}(dZ_1, 1)$$
$$W_3 = W_3 - \alpha * dW_3$$
$$B_3 = B_3 - \alpha * dB_3$$
"""

DIGITS = r"""
$$A^{[0]} = x$$
$$Z^{[1]} = W^{[1]} \cdot A^{[0]} + b^{[1]}$$
$$A^{[1]} = g(Z^{[1]}) = \text{Leaky ReLU}(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$$
$$A^{[2]} = g_2(Z^{[2]}) = \text{Softmax}(Z^{[2]})$$
$$dz^{[2]} = A^{[2]} - Y$$
$$dw^{[2]} = \frac{1}{m} dz^{[2]} A^{[1]T}$$
$$db^{[2]} = \frac{1}{m} \sum dz^{[2]}$$
$$dz^{[1]} = W^{[2]T} dz^{[2]} * g'(z^{[1]})$$
$$dw^{[1]} = \frac{1}{m} dz^{[1]} x^T$$
$$db^{[1]} = \frac{1}{m} \sum dz^{[1]}$$
$$w^{[1]} := w^{[1]} - \alpha dw^{[1]}$$
"""


def judged(source: str, kind: str = "md") -> list[Finding]:
    """The findings of a note given as text."""
    return list(verify_text(source, kind).claims)


def of(findings: list[Finding], *parts: str) -> list[Finding]:
    """The findings whose LaTeX holds all the parts, white space apart."""
    wanted = [p.replace(" ", "") for p in parts]
    return [f for f in findings if all(p in f.latex.replace(" ", "") for p in wanted)]


def changed(source: str, *pairs: tuple[str, str]) -> str:
    """The source with each old text replaced once; the old text must be there."""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new, 1)
    return source


def verdicts(findings: list[Finding]) -> list[str]:
    """Only the verdicts, as text."""
    return [str(f.verdict) for f in findings]
