"""Rules of matrix calculus whose letters have other shapes in other lines of the note."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NOTE = r"""
$$g = a^T X b$$
$$\frac{\partial g}{\partial X} = a b^T$$
"""
_TURNED = r"\frac{\partial a^T X^T b}{\partial X} = "
_SQUARED = r"\frac{\partial a^T X^T X b}{\partial X} = "


def verdict(line: str) -> str:
    """The verdict of a line behind a note in which X stands between a and b."""
    return verify_text(f"{NOTE}\n$${line}$$").claims[-1].verdict.value


@pytest.mark.parametrize(
    "line",
    [
        _TURNED + r"b a^T",
        _SQUARED + r"X(a b^T + b a^T)",
        r"\frac{\partial a^T X b}{\partial X} = a b^T",
    ],
)
def test_a_rule_is_about_any_matrix_that_fits(line: str) -> None:
    """It is not refuted for the shapes that the letters have in another formula."""
    assert verdict(line) == "verified"


@pytest.mark.parametrize("line", [
    _TURNED + r"a b^T",
    _TURNED + r"-b a^T",
    _TURNED + r"2 b a^T",
    _TURNED + r"b^T a",
    _SQUARED + r"X(a b^T - b a^T)",
    _SQUARED + r"(a b^T + b a^T) X",
    _SQUARED + r"X^T (a b^T + b a^T)",
    _SQUARED + r"2 X a b^T",
    r"\frac{\partial a^T X b}{\partial X} = b a^T",
    r"\frac{\partial g}{\partial X} = b a^T",
])  # fmt: skip
def test_wrong_rules(line: str) -> None:
    """An order, a sign, a factor or a transpose is wrong."""
    assert verdict(line) == "refuted"
