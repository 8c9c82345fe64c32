"""A condition on the indices restricts the line that it leads to, and no other."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

SOFTMAX = r"$$y_c = \frac{e^{z_c}}{\sum_{d=1}^C e^{z_d}}$$" + "\n\n"
DIFFERENT = r"$$\frac{\partial y_i}{\partial z_j} = - y_i y_j$$"
EQUAL = r"$$\frac{\partial y_i}{\partial z_j} = y_i (1 - y_i)$$"


def verdict(source: str) -> str:
    """The verdict on the last claim of a note."""
    return str(verify_text(source).claims[-1].verdict)


@pytest.mark.parametrize(
    "lead",
    [
        "For $i \\neq j$ we find\n\n",
        "If $i \\neq j$,\n",
        "**Case $i \\ne j$:**\n\n",
        "Now the units differ, $i \\neq j$:\n\n",
        "Für $i \\neq j$ gilt\n\n",
        "When two units $i \\neq j$ are meant, the derivative is\n",
    ],
)
def test_a_condition_that_leads_to_the_line(lead: str) -> None:
    assert verdict(SOFTMAX + lead + DIFFERENT) == "verified"
    assert verdict(SOFTMAX + lead + EQUAL) == "refuted"


@pytest.mark.parametrize(
    "lead",
    [
        "Take units $i \\neq j$ of the output. They compete. The derivative is\n\n",
        "The units $i \\neq j$ compete.\n\nThe derivative is\n\n",
        "If $i \\neq j$ they compete.\n\nWith $z$ the input of the layer:\n\n",
    ],
)
def test_a_condition_further_above_leaves_the_line_open(lead: str) -> None:
    left_open = verify_text(SOFTMAX + lead + DIFFERENT).claims[-1]
    assert (str(left_open.verdict), left_open.code) == ("unproven", "D306")
    assert verdict(SOFTMAX + lead + DIFFERENT.replace("- y_i", "y_i")) == "refuted"


def test_without_a_condition_the_line_is_false() -> None:
    assert verdict(SOFTMAX + DIFFERENT) == "refuted"
    assert verdict(SOFTMAX + EQUAL) == "refuted"


def test_the_next_line_is_not_restricted() -> None:
    source = SOFTMAX + "For $i \\neq j$ we find\n\n" + DIFFERENT + "\n\nand so\n\n" + DIFFERENT
    assert verdict(source) in ("refuted", "unproven")


def test_one_case_after_the_other() -> None:
    cases = "For $i \\neq j$ we find\n\n" + DIFFERENT + "\n\nIf $i = j$:\n\n" + EQUAL
    report = verify_text(SOFTMAX + DIFFERENT + "\n\n" + cases)
    assert [str(c.verdict) for c in report.claims[1:] if c.kind != "definition"] == [
        "refuted",
        "verified",
        "verified",
    ]


def test_the_condition_behind_a_line() -> None:
    behind = DIFFERENT + " for $i \\neq j$, and\n\n" + EQUAL + "\n\nwhere $i = j$."
    report = verify_text(SOFTMAX + behind)
    assert [str(c.verdict) for c in report.claims[1:3]] == ["verified", "verified"]


LAYER = r"With $z = W x + b$, $y = \text{softmax}(z)$ and $L = \frac12 \|y - t\|^2$:" + "\n\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial L}{\partial y_i} = y_i - t_i", "verified"),
        (r"\frac{\partial y_i}{\partial z_j} = y_i (\delta_{ij} - y_j)", "verified"),
        (
            r"\frac{\partial L}{\partial z_j} = \sum_i (y_i - t_i) y_i (\delta_{ij} - y_j)",
            "verified",
        ),
        (r"\frac{\partial L}{\partial z_j} = y_j - t_j", "refuted"),
        (r"\frac{\partial L}{\partial W_{jk}} = \frac{\partial L}{\partial z_j} x_k", "verified"),
        (r"\frac{\partial L}{\partial W_{jk}} = \frac{\partial L}{\partial z_k} x_j", "refuted"),
    ],
)
def test_units_of_one_layer_without_numbers(line: str, expected: str) -> None:
    assert verdict(LAYER + f"$${line}$$") == expected


INLINE = [
    r"\frac{\partial y_i}{\partial z_j} = - y_i y_j",
    r"\frac{\partial y_i}{\partial z_j} = y_i (1 - y_i)",
]


@pytest.mark.parametrize(
    "sentence",
    [
        r"For $i = j$: ${1}$; for $i \ne j$: ${0}$.",
        r"If $i \neq j$ then ${0}$, and if $i = j$ we have ${1}$.",
        r"We get ${0}$ if $i \ne j$ and ${1}$ if $i = j$.",
    ],
)
def test_conditions_in_a_sentence(sentence: str) -> None:
    for k in (0, 1):
        lines = (INLINE[k], INLINE[1 - k])
        text = SOFTMAX + sentence.replace("{0}", lines[0]).replace("{1}", lines[1])
        said = [str(c.verdict) for c in verify_text(text).claims if "frac{\\partial" in c.latex]
        assert said == ["verified"] * 2 if k == 0 else "verified" not in said and "refuted" in said


@pytest.mark.parametrize(
    "sentence",
    [
        r"For $i = j$ it is simple; ${0}$.",
        r"${0}$. If $i \ne j$ the units compete.",
        r"${0}$, and if $i \ne j$ the units compete.",
        r"${0}$; for $i \ne j$ the units compete.",
        "The units $i \\ne j$ compete.\n\nThen ${0}$.",
        r"The units $i \ne j$ compete. Then ${0}$.",
        r"If $i \ne j$ they compete. Then ${0}$.",
    ],
)
def test_a_condition_of_another_sentence_proves_nothing(sentence: str) -> None:
    text = SOFTMAX + sentence.replace("{0}", INLINE[0])
    said = [str(c.verdict) for c in verify_text(text).claims if "frac{\\partial" in c.latex]
    assert said in (["refuted"], ["unproven"])


HINGE = "For one example with $x \\in \\mathbb{R}^n$:\n\n$$L = \\max(0, 1 - y w^T x)$$\n\n"
SLOPE = r"$$\nabla_w L = -y x$$"


@pytest.mark.parametrize(
    "lead", ["If $y w^T x < 1$:\n\n", "When the margin is small, $y w^T x < 1$:\n\n"]
)
def test_a_condition_on_values_leaves_what_fails_without_it_open(lead: str) -> None:
    assert verdict(HINGE + lead + SLOPE) == "unproven"


@pytest.mark.parametrize("lead", ["", "Take $y w^T x < 1$.\n\nNow:\n\n", "For $n > 1$:\n\n"])
def test_what_restricts_no_value_restricts_nothing(lead: str) -> None:
    assert verdict(HINGE + lead + SLOPE) == "refuted"


WEIGHTED = r"$$L = \frac{1}{2} (X w - y)^T A (X w - y)$$" + "\n\n"


@pytest.mark.parametrize(
    "words", ["Let $A$ be symmetric.", "Sei $A$ symmetrisch.", "$A$ est symétrique."]
)
def test_a_matrix_that_is_told_to_be_symmetric(words: str) -> None:
    lead = (
        f"{words} $X \\in \\mathbb{{R}}^{{m \\times n}}$, $y \\in \\mathbb{{R}}^m$.\n\n" + WEIGHTED
    )
    told = "verified" if "symmetric" in words else "unproven"
    assert verdict(lead + r"$$\nabla_w L = X^T A (X w - y)$$") == told
    assert verdict(lead + r"$$\nabla_w L = \frac{1}{2} X^T (A + A^T) (X w - y)$$") == "verified"
    for wrong in ("2 X^T A (X w - y)", "-X^T A (X w - y)", "A X (X w - y)"):
        assert verdict(lead + rf"$$\nabla_w L = {wrong}$$") == "refuted"
    plain = lead.replace(words, "Let $A$ be any matrix.")
    assert verdict(plain + r"$$\nabla_w L = X^T A (X w - y)$$") == "refuted"


SAME = r"\frac{\partial p_j}{\partial z_i} = p_i (1 - p_i)"
OTHER = r"\frac{\partial p_j}{\partial z_i} = -p_i p_j"
BY_EXPONENTIALS = r"$$p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$$" + "\n\n"
TWO_ROWS = r"\begin{align} {0} \\ {1} \end{align}"


def verdicts(text: str) -> list[str]:
    claims = verify_text(BY_EXPONENTIALS + text).claims
    return [str(c.verdict) for c in claims if "frac{\\partial" in c.latex]


@pytest.mark.parametrize("shape", ["$${0}$$\n\n$${1}$$", TWO_ROWS])
@pytest.mark.parametrize(
    "behind",
    [
        r"{0}, \quad {1}",
        r"{0} \quad ({1})",
        r"{0} \quad \text{if } {1}",
        r"{0} \text{ where } {1}",
        r"{0} \qquad \text{for } ({1})",
    ],
)
def test_a_condition_behind_a_formula_restricts_that_formula(shape: str, behind: str) -> None:
    def under(first: str, second: str) -> list[str]:
        rows = (
            behind.replace("{0}", SAME).replace("{1}", first),
            behind.replace("{0}", OTHER).replace("{1}", second),
        )
        return verdicts(shape.replace("{0}", rows[0]).replace("{1}", rows[1]))

    assert under("i = j", r"i \ne j") == ["verified", "verified"]
    swapped = under(r"i \ne j", "i = j")
    assert len(swapped) == 2
    assert "verified" not in swapped
    assert "refuted" in swapped


@pytest.mark.parametrize(
    "text",
    [
        TWO_ROWS.replace("{0}", SAME).replace("{1}", OTHER + r", \quad i = j"),
        TWO_ROWS.replace("{0}", SAME + r", \quad i \ne j").replace("{1}", OTHER),
        f"$${SAME}, \\quad i = k$$",
        f"$${SAME} \\quad \\text{{if }} i = k$$",
        f"$${SAME} \\quad \\text{{if }} i \\ne j$$",
        f"$${OTHER} \\quad \\text{{if }} i = j$$",
        f"$${SAME}$$",
    ],
)
def test_a_condition_on_others_or_on_the_other_row_proves_nothing(text: str) -> None:
    found = verdicts(text)
    assert found
    assert "verified" not in found


def test_an_equation_on_the_row_below_a_condition_is_a_claim() -> None:
    text = TWO_ROWS.replace("{0}", SAME + r" \quad \text{if } i = j")
    assert len(verdicts(text.replace("{1}", OTHER.replace("-", "")))) == 2
