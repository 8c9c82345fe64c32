"""Small letters for one example beside capitals for all, and layers with numbers beside one."""

from __future__ import annotations

import pytest

from derive.verdict import Verdict
from derive.verify import verify_text

FORWARD = """
$$z^{[1]} = W^{[1]} x + b^{[1]}$$
$$a^{[1]} = g(z^{[1]})$$
$$z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}$$
$$a^{[2]} = \\sigma(z^{[2]})$$
$$\\mathcal{L}(a^{[2]}, y) = -(y \\log a^{[2]} + (1-y) \\log(1-a^{[2]}))$$
$$J = \\frac{1}{m} \\sum_{i=1}^m \\mathcal{L}(a^{[2](i)}, y^{(i)})$$
"""
IN_CAPITALS = """
$$Z^{[1]} = W^{[1]} X + b^{[1]}$$
$$A^{[1]} = g(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$$
$$A^{[2]} = \\sigma(Z^{[2]})$$
$$J = -\\frac{1}{m} \\sum (Y \\odot \\log A^{[2]} + (1-Y) \\odot \\log(1-A^{[2]}))$$
"""
ONE = """
$$dz^{[2]} = a^{[2]} - y$$
$$dW^{[2]} = dz^{[2]} a^{[1]T}$$
$$db^{[2]} = dz^{[2]}$$
$$dz^{[1]} = W^{[2]T} dz^{[2]} * g'(z^{[1]})$$
$$dW^{[1]} = dz^{[1]} x^T$$
$$db^{[1]} = dz^{[1]}$$
"""
ALL = """
## All examples

$$dZ^{[2]} = A^{[2]} - Y$$
$$dW^{[2]} = \\frac{1}{m} dZ^{[2]} A^{[1]T}$$
$$dZ^{[1]} = W^{[2]T} dZ^{[2]} * g'(Z^{[1]})$$
"""


def verdicts(text: str) -> dict[str, Verdict]:
    return {c.latex: c.verdict for c in verify_text(text, "md").claims}


@pytest.mark.parametrize("forward", [FORWARD, IN_CAPITALS])
def test_small_letters_are_of_one_example(forward: str) -> None:
    found = verdicts(forward + ONE + ALL)
    kept = {k: v for k, v in found.items() if v != Verdict.DEFINITION}
    assert len(kept) >= 9
    assert set(kept.values()) == {Verdict.VERIFIED}


@pytest.mark.parametrize("forward", [FORWARD, IN_CAPITALS])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("dW^{[1]} = dz^{[1]} x^T", "dW^{[1]} = dz^{[2]} x^T"),
        ("dW^{[2]} = dz^{[2]} a^{[1]T}", "dW^{[2]} = dz^{[2]} a^{[2]T}"),
        ("dz^{[2]} * g'(z^{[1]})", "dz^{[2]} * g(z^{[1]})"),
        ("dW^{[2]} = \\frac{1}{m} dZ^{[2]} A^{[1]T}", "dW^{[2]} = dZ^{[2]} A^{[1]T}"),
    ],
)
def test_a_mistake_in_them_is_not_verified(forward: str, right: str, wrong: str) -> None:
    text = forward + ONE + ALL
    assert right in text
    found = verdicts(text.replace(right, wrong))
    latex = next(k for k in found if k in wrong or wrong in k or k.endswith(wrong))
    assert found[latex] != Verdict.VERIFIED


def test_small_letters_beside_capitals_are_of_all() -> None:
    mixed = ONE.replace("dz^{[2]} = a^{[2]} - y", "dz^{[2]} = A^{[2]} - Y")
    found = verdicts(IN_CAPITALS + mixed + ALL)
    assert found["dW^{[1]} = dz^{[1]} x^T"] != Verdict.VERIFIED


NUMBERED = """
$$z = Wx + b$$
$$a = \\sigma(z)$$

## Two layers

$$dW^{[2]} = dz^{[2]} (a^{[1]})^T$$
$$dW^{[1]} = dz^{[1]} x^T$$
"""


def test_one_layer_without_a_number_refutes_nothing_of_others() -> None:
    found = verdicts(NUMBERED)
    assert found["dW^{[2]} = dz^{[2]} (a^{[1]})^T"] == Verdict.UNPROVEN


def test_an_activation_whose_formula_is_not_read_refutes_no_error_of_the_output() -> None:
    text = FORWARD.replace("\\sigma(z^{[2]})", "g(z^{[2]})") + "\n$$g^{[l]} = 1/1+e^{-z}$$\n" + ONE
    found = verdicts(text + ALL)
    assert found["dz^{[2]} = a^{[2]} - y"] == Verdict.UNPROVEN
    assert found["dW^{[1]} = dz^{[1]} x^T"] == Verdict.VERIFIED


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}", "verified"),
        ("dW^{[2]} = dz^{[2]} a^{[1]T}", "verified"),
        (r"dW^{[2]} = \frac{1}{m} dz^{[2]} a^{[1]T}", "unproven"),
        (r"dW^{[1]} = \frac{1}{m} dZ^{[1]} x^T", "unproven"),
        (r"dZ^{[1]} = W^{[2]T} dz^{[2]} \odot g'(Z^{[1]})", "unproven"),
        ("dz^{[2]} = A^{[2]} - y", "unproven"),
    ],
)
def test_letters_with_forward_lines_of_their_own_are_not_mixed(line: str, expected: str) -> None:
    batch = "# All\n" + IN_CAPITALS + "$$dZ^{[2]} = A^{[2]} - Y$$\n"
    found = verify_text(f"# One\n{FORWARD}$$dz^{{[2]}} = a^{{[2]}} - y$$\n{batch}$${line}$$", "md")
    assert str(found.claims[-1].verdict) == expected
