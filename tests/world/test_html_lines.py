"""Equations with raised and lowered characters in HTML: between breaks, in paragraphs and lists."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORWARD = (
    "<p>One example:</p>\n"
    "z<sub>1</sub> = W<sub>1</sub> x + b<sub>1</sub><br>\n"
    "a<sub>1</sub> = tanh(z<sub>1</sub>)<br />a<sub>2</sub> = W<sub>2</sub> a<sub>1</sub><br/>\n"
    '<p class="eq">L = ½ ‖a<sub>2</sub> − y‖<sup>2</sup></p>\n\n'
)
TRUE = "dW<sub>2</sub> = (a<sub>2</sub> − y) a<sub>1</sub><sup>T</sup>"
FALSE = "dW<sub>2</sub> = a<sub>1</sub> (a<sub>2</sub> − y)<sup>T</sup>"
FRAMES = (
    "{}", "{}<br>", "<p>{}</p>", "<li>{}</li>", '<td align="left">{}</td>', "<div><p>{}</p></div>",
    "<br>{}<br/>",
)  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(("line", "expected"), [(TRUE, "verified"), (FALSE, "refuted")])
def test_frames(frame: str, line: str, expected: str) -> None:
    claims = verify_text(FORWARD + frame.format(line) + "\n").claims
    assert [str(c.verdict) for c in claims] == [*["definition"] * 4, expected]
    assert claims[-1].latex == line


def test_one_line_holds_several() -> None:
    claims = verify_text(f"{FORWARD}{TRUE}<br>{FALSE}<br>{TRUE}\n").claims
    assert [str(c.verdict) for c in claims[4:]] == ["verified", "refuted", "verified"]


LABELLED = """
**Forward.** z₁ = W₁ x + b₁, a₁ = tanh(z₁), s = W₂ a₁ + b₂

**Loss.** L = ½ ‖s − y‖²

**Gradient.** {}
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("∂L/∂W₂ = (s − y) a₁ᵀ", "verified"),
        ("∂L/∂W₂ = a₁ (s − y)ᵀ", "refuted"),
        ("∂L/∂z₁ = W₂ᵀ (s − y) ⊙ (1 − a₁²)", "verified"),
        ("∂L/∂z₁ = W₂ᵀ (s − y) ⊙ (1 − z₁²)", "refuted"),
    ],
)
def test_a_bold_label_with_a_full_stop(line: str, expected: str) -> None:
    claims = verify_text(LABELLED.format(line)).claims
    assert [str(c.verdict) for c in claims] == [*["definition"] * 4, expected]


@pytest.mark.parametrize(
    "line", ["<p>see z<sub>1</sub> = the score</p>", "<br><br>", "<p>a &lt; b<br>= c</p>"]
)
def test_prose_is_no_equation(line: str) -> None:
    assert len(verify_text(f"{FORWARD}{line}\n").claims) == 4


EMPTY = r"""\newcommand{\h}[1]{\mathbf{h}_{#1}}
$$u = W_1 x + b_1$$ $$\h{} = \tanh(u)$$ $$o = W_2 \h{} + b_2$$ $$L = \frac{1}{2} \|o - y\|^2$$
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial L}{\partial W_2} = (o - y)\,\h{}^{\top}", "verified"),
        (r"\frac{\partial L}{\partial \h{}} = W_2^{\top}(o - y)", "verified"),
        (r"\frac{\partial L}{\partial W_2} = \h{}\,(o - y)^{\top}", "refuted"),
        (r"\frac{\partial L}{\partial \h{}} = W_2 (o - y)", "refuted"),
        (r"\frac{\partial L}{\partial W_2} = (o - y)\, x_{}^{\top}", "unreadable"),
    ],
)
def test_a_macro_with_an_empty_script(line: str, expected: str) -> None:
    assert str(verify_text(f"{EMPTY}$${line}$$\n", "note.tex").claims[-1].verdict) == expected
