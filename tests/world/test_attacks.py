"""False lines of whole notes that once passed, and their kin: none of them is verified.

Each row is a way in which a reader may take a line for a true one: an activation of which only
half is understood, a letter before a bracket, a number of unknown sign, a cost that is written
anew, a quantity that the note never defines.
"""

from __future__ import annotations

import pytest

from derive.verdict import Verdict
from derive.verify import verify_text

DENSE = r"$$Z_1 = W_1 X + b_1$$ $$A_1 = g(Z_1)$$ $$Z_2 = W_2 A_1 + b_2$$ "
SQUARED = r" $$J = \frac{1}{2m} \sum (A_2 - Y)^2$$ "
HIDDEN = r"\frac{\partial J}{\partial A_1} = W_2^T \frac{\partial J}{\partial Z_2}"
SIGMOID = (
    DENSE
    + r"$$A_2 = \sigma(Z_2)$$ $$J = -\frac{1}{m} \sum_{i=1}^m "
    + r"\left( Y \log A_2 + (1-Y) \log(1-A_2) \right)$$ "
)


def last(note: str) -> Verdict:
    """The verdict on the last line of a note."""
    return verify_text(note).claims[-1].verdict


@pytest.mark.parametrize(
    "formula",
    [
        r"A_1 + h(Z_2)",
        r"h(Z_2) + A_1",
        r"\sigma(Z_2 + A_1)",
        r"\sigma(Z_2) X",
        r"\sigma(Z_2) + 2 A_1",
        r"f(Z_2, A_1)",
        r"Z_2 * A_1",
        r"\frac{Z_2}{\|A_1\|}",
        r"\max(Z_2, A_1)",
        r"Z_2 \oplus A_1",
        r"\left[Z_2 ; A_1\right]",
        r"g_2(Z_2) - A_1^2",
        r"A_1",
    ],
)
def test_an_activation_that_is_half_understood_proves_nothing(formula: str) -> None:
    """All of these let the cost depend on A_1 past Z_2."""
    note = DENSE + f"$$A_2 = {formula}$$" + SQUARED + f"$${HIDDEN}$$"
    assert last(note) != Verdict.VERIFIED
    assert last(DENSE + "$$A_2 = h(Z_2)$$" + SQUARED + f"$${HIDDEN}$$") == Verdict.VERIFIED


@pytest.mark.parametrize(
    "line",
    [
        r"\sigma(-x) = -\sigma(x)",
        r"\phi(-x) = -\phi(x)",
        r"\phi(x + y) = \phi(x) + \phi(y)",
        r"g(2x) = 2 g(x)",
        r"\mathrm{ReLU}(cx) = c\,\mathrm{ReLU}(x)",
        r"\max(0, \alpha) = \alpha",
        r"|c| = c",
        r"\sqrt{c^2} = c",
        r"\frac{\partial V}{\partial W_2} = 0",
        r"0 \cdot \infty = 0",
        r"\log_2 x = \log x",
        r"\ln x = \log_{10} x",
        r"\log x = x",
        r"\cos'(x) = \sin(x)",
        r"\log'(x) = x",
        r"\exp'(x) = x \exp(x)",
        r"x^2 = x \cdot x \cdot x",
        r"e^{x} = x",
        r"\pi = 3",
        r"e = 2",
    ],
)
def test_letters_and_functions_of_no_note(line: str) -> None:
    assert last(f"$${line}$$") not in (Verdict.VERIFIED, Verdict.DEFINITION)


@pytest.mark.parametrize(
    "line",
    [
        r"J = \frac{1}{m}\sum \log(1 + e^{Z_2})",
        r"Y_{ki}^2 = Y_{ki}",
        r"e^{Z_2} = A_2",
        r"\frac{\partial J}{\partial J} = 1",
        r"Y := Y - \alpha \frac{\partial J}{\partial Y}",
    ],
)
def test_lines_beside_a_network(line: str) -> None:
    assert last(SIGMOID + f"$${line}$$") not in (Verdict.VERIFIED, Verdict.DEFINITION)


ENTRIES = (
    r"$$Z = W X + b$$ $$A = \mathrm{softmax}(Z)$$ $$J = -\frac{1}{m} \sum_{i=1}^m \sum_{k} "
    r"Y_{ki} \log A_{ki}$$ "
)


@pytest.mark.parametrize(
    "line",
    [
        r"\frac{\partial J}{\partial Z_{ki}} = \frac{1}{m} (A_{ik} - Y_{ik})",
        r"\frac{\partial J}{\partial W_{kj}} = \frac{1}{m} \sum_i (A_{ki} - Y_{ki}) X_{ij}",
    ],
)
def test_unit_and_example_keep_their_order(line: str) -> None:
    assert last(ENTRIES + f"$${line}$$") != Verdict.VERIFIED
    right = line.replace("{ik}", "{ki}").replace("{ij}", "{ji}")
    assert last(ENTRIES + f"$${right}$$") == Verdict.VERIFIED


def test_a_mean_is_not_the_loss_that_it_is_made_of() -> None:
    note = r"$$Z = W X + b$$ $$A = g(Z)$$ $$J = \frac{1}{m}\sum_{i=1}^m L(A, Y)$$ "
    line = r"$$\frac{\partial J}{\partial A} = \frac{\partial L}{\partial A}$$"
    assert last(note + line) != Verdict.VERIFIED


def test_a_rate_below_zero_goes_up() -> None:
    step = r"$$W_1 := W_1 - \alpha \frac{\partial J}{\partial W_1}$$"
    assert last(SIGMOID + step) == Verdict.VERIFIED
    assert last(SIGMOID + r"$$\alpha = -1$$ " + step) == Verdict.REFUTED


FORWARD = r"$$Z_1 = W_1 X + b_1$$ $$A_1 = g(Z_1)$$ $$Z_2 = {}$$ $$A_2 = h(Z_2)$$" + SQUARED


@pytest.mark.parametrize(
    "formula",
    [
        r"W_2 A_1 + b_2 + A_1",
        r"2 W_2 A_1 + b_2",
        r"W_2 A_1^2 + b_2",
        r"(W_2 + I) A_1 + b_2",
        r"f(A_1)",
        r"\mathrm{Attention}(A_1)",
        r"Q \odot (W_2 A_1 + b_2)",
    ],
)
def test_a_forward_line_that_is_half_understood_proves_nothing(formula: str) -> None:
    assert last(FORWARD.replace("{}", formula) + f"$${HIDDEN}$$") != Verdict.VERIFIED


@pytest.mark.parametrize("word", ["LayerNorm", "BatchNorm", "Dropout", "softmin", "cumsum"])
def test_a_word_is_not_known_to_work_entry_by_entry(word: str) -> None:
    value = rf"\mathrm{{{word}}}"
    slope = r"\frac{\partial J}{\partial A_2}"
    line = rf"\frac{{\partial J}}{{\partial Z_2}} = {slope} \odot {value}'(Z_2)"
    assert last(DENSE + f"$$A_2 = {value}(Z_2)$$" + SQUARED + f"$${line}$$") != Verdict.VERIFIED


@pytest.mark.parametrize("mark", ["A_2^*", "A_2^+"])
def test_a_script_that_is_not_understood(mark: str) -> None:
    line = rf"$$\frac{{\partial J}}{{\partial Z_2}} = \frac{{1}}{{m}} ({mark} - Y)$$"
    assert last(SIGMOID + line) != Verdict.VERIFIED


def test_a_normalised_value_is_another_than_the_plain_one() -> None:
    note = (
        r"$$Z_1 = W_1 X + b_1$$ $$\hat Z_1 = \frac{Z_1 - \mu}{\sigma}$$ $$A_1 = g(\hat Z_1)$$ "
        r"$$Z_2 = W_2 A_1 + b_2$$ $$A_2 = h(Z_2)$$" + SQUARED
    )
    slope = r"\frac{\partial J}{\partial A_1} \odot g'(Z_1)"
    assert last(note + rf"$$\frac{{\partial J}}{{\partial Z_1}} = {slope}$$") != Verdict.VERIFIED


@pytest.mark.parametrize(
    "note",
    [
        r"$$z = W x + x, \quad p = \text{softmax}(z)$$ $$\frac{\partial p}{\partial z} = p (1 - p)$$",
        r"$$\sigma^2 = \frac{1}{n} \sum_i x_i^2, \quad y_i = x_i / \sigma$$"
        r" $$\frac{\partial y_i}{\partial x_i} = \frac{1}{\sigma}$$",
        r"$$y_i = x_i^2$$ $$\frac{\partial y_i}{\partial x_j} = 0$$",
    ],
)
def test_what_a_line_says_is_not_left_out(note: str) -> None:
    assert last(note) != Verdict.VERIFIED


CAPITALS = r"""
$$H = \tanh(X W_1 + b_1)$$ $$\hat Y = H W_2 + b_2$$ $$L = \frac{1}{N} \| \hat Y - Y \|_F^2$$
$$\frac{\partial L}{\partial \hat Y} = \frac{2}{N} (\hat Y - Y)$$
"""


def test_capitals_are_about_all_examples() -> None:
    """A bias takes part in every row of a batch: a dropped sum is no slip of one example."""
    line = r"$$\frac{\partial L}{\partial b_2} = \frac{\partial L}{\partial \hat Y}$$"
    claims = verify_text(CAPITALS + line).claims
    assert [str(c.verdict) for c in claims[-2:]] == ["verified", "refuted"]


VECTORS = r"$$z = W x + b$$ $$h = \tanh(z)$$ $$y = V h$$ "


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial h}{\partial x} = \text{diag}(1 - h^2) W", "verified"),
        (r"\frac{\partial h}{\partial x} = W \text{diag}(1 - h^2)", "refuted"),
        (r"\frac{\partial h}{\partial x} = \text{diag}(1 - h^2) \odot W", "refuted"),
        (r"\frac{\partial h}{\partial x} = \text{diag}(1 - h) W", "refuted"),
        (r"\frac{\partial h}{\partial x} = W^T \text{diag}(1 - h^2)", "unproven"),
        (r"\frac{\partial y}{\partial x} = \text{diag}(1 - h^2) V W", "unproven"),
        (
            r"\frac{\partial h}{\partial z} \frac{\partial z}{\partial x} = \text{diag}(1 - h^2) W",
            "verified",
        ),
    ],
)
def test_a_diagonal_matrix_is_no_number_on_a_path(line: str, expected: str) -> None:
    assert last(f"{VECTORS}$${line}$$") == expected
    if expected == "verified":
        assert last(f"In denominator layout: {VECTORS}$${line}$$") != expected


def test_the_vector_of_the_forward_line_is_no_array_of_all_examples() -> None:
    note = r"$$z = w^T x + b$$ $$a = \sigma(z)$$ $$L = -(y \log a + (1-y)\log(1-a))$$ "
    assert last(note + "$$dw = x dz$$") == Verdict.VERIFIED
    assert last(note + "$$dw = x^T dz$$") != Verdict.VERIFIED


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("$$dX = dZ W^T$$", "unproven"),
        (r"$$L = \frac12 \|Y - T\|^2$$ $$dY = Y - T$$ $$dX = dZ W^T$$", "refuted"),
        (r"$$L = \frac12 \|Y - T\|^2$$ $$dY = Y - T$$ $$dX = dZ W^T + dY$$", "verified"),
    ],
)
def test_a_sum_past_the_layers_is_what_its_line_says(lines: str, expected: str) -> None:
    """``Y = A + X`` tells that both are of one size: no chain of layers, no contradiction."""
    note = r"$$Z = X W + b$$ $$A = \max(0, Z)$$ $$Y = A + X$$ "
    claims = verify_text(note + lines).claims
    assert claims[2].verdict == Verdict.DEFINITION
    assert str(claims[-1].verdict) == expected


def test_what_a_note_has_no_letter_for_is_in_no_message_or_repair() -> None:
    open_loss = r"$$Z = X W + b$$ $$Y = Z + X$$ $$dZ = dY$$ $$dX = dZ W^T$$"
    found = verify_text(open_loss).claims[-1]
    assert [r.latex for r in found.repairs] == [
        r"\frac{\partial J}{\partial Y} + \frac{\partial J}{\partial Z} W^T"
    ]
    over_time = (
        r"$$h_t = \tanh(W_h h_{t-1} + W_x x_t)$$ $$o_t = V h_t$$ $$L = \sum_t L_t$$"
        r"$$L_t = \frac12 \|o_t - y_t\|^2$$ $$\frac{\partial L}{\partial h_t} = V^T (o_t - y_t)$$"
    )
    found = verify_text(over_time).claims[-1]
    assert (str(found.verdict), found.repairs) == ("refuted", ())
    assert "free" not in found.message
