"""LaTeX as Unicode: what it gives, and that it takes whatever comes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.explain.unicode import in_unicode

SHOWN = {
    r"\frac{\partial J}{\partial W^{[2]}} = \frac{1}{m} dZ_{2} A_1^T": "∂J/∂W^[2] = 1/m dZ₂ A₁ᵀ",
    r"(A_{2})_{i,j} \odot \delta_{ri}": "(A₂)ᵢⱼ ⊙ δᵣᵢ",
    r"W^{(2)T} \cdot dz_2": "W⁽²⁾ᵀ · dz₂",
    r"\frac{a - y}{a (1 - a)}": "(a - y)/(a (1 - a))",
    r"\text{sum}(Z, 0)": "sum(Z, 0)",
    r"\hat{y}": "y\u0302",
    r"\unknown{x}": r"\unknown x",
    r"\frac{1}{": r"\frac{1}{",
    "": "",
}


@pytest.mark.parametrize("latex", SHOWN)
def test_as_shown(latex: str) -> None:
    assert in_unicode(latex) == SHOWN[latex]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="\\{}^_ab1 frac&$\n()", max_size=60))
def test_any_text_gives_one_line(text: str) -> None:
    assert "\n" not in in_unicode(text)


def test_deep_and_long_text_stays_as_it_is() -> None:
    deep = "{" * 500 + "x" + "}" * 500
    assert in_unicode(deep) == deep
    long = "x" * 30_000
    assert in_unicode(long) == long
