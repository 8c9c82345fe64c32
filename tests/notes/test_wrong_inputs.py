"""Notes that are wrong in ways that a careless reader accepts: none of it may be verified."""

from __future__ import annotations

import pytest

from tests.notes.sources import DIGITS, THREE_LAYERS, changed, judged, of, verdicts


def test_the_right_notes_are_verified() -> None:
    """Without this the others would prove nothing."""
    for source in (THREE_LAYERS, DIGITS):
        found = judged(source)
        assert set(verdicts(found)) == {"verified", "definition"}, [
            (f.line, f.latex, f.verdict, f.message) for f in found
            if f.verdict not in ("verified", "definition")
        ]  # fmt: skip


def test_a_stray_mean_on_one_path_of_scalars() -> None:
    found = judged(
        changed(THREE_LAYERS, (r"= (a_3 - y) \cdot a_2", r"= \frac{1}{m}(a_3 - y) \cdot a_2"))
    )
    (claim,) = of(found, r"\frac{1}{m}(a_3 - y)")
    assert claim.verdict == "refuted"


@pytest.mark.parametrize(
    "change",
    [
        ("Z_k = W_k A_{k-1} + B_k", "Z_k = W_k^T A_{k-1} + B_k"),
        ("z_3 = w_3 A_2 + B_3", "z_3 = w_3 A_1 + B_3"),
        ("Z_k = W_k A_{k-1} + B_k", "Z_k = A_{k-1} W_k + B_k"),
    ],
)
def test_forward_lines_that_contradict(change: tuple[str, str]) -> None:
    found = judged(changed(THREE_LAYERS, change))
    (claim,) = of(found, change[1])
    assert claim.verdict == "refuted"
    assert claim.code is not None


def test_a_shape_that_contradicts_the_others() -> None:
    found = judged(changed(THREE_LAYERS, ("$W_2 = (n_2, n_1)$", "$W_2 = (n_1, n_2)$")))
    (claim,) = of(found, "W_2 = (n_1, n_2)")
    assert claim.verdict == "refuted"


def test_the_summed_loss_without_any_mean_is_right() -> None:
    source = DIGITS.replace(r"\frac{1}{m} ", "")
    assert set(verdicts(judged(source))) == {"verified", "definition"}


def test_one_mean_too_few_in_a_note_with_means() -> None:
    found = judged(changed(DIGITS, (r"dw^{[1]} = \frac{1}{m} dz", "dw^{[1]} = dz")))
    (claim,) = of(found, "dw^{[1]} = dz^{[1]} x^T")
    assert claim.verdict == "refuted"


def test_a_tie_between_two_normalisations_is_left_open() -> None:
    source = changed(
        DIGITS,
        (r"dw^{[2]} = \frac{1}{m} dz", "dw^{[2]} = dz"),
        (r"db^{[2]} = \frac{1}{m} \sum", r"db^{[2]} = \sum"),
        ("$$dz^{[2]} = A^{[2]} - Y$$\n", ""),
    )
    found = judged(source)
    for claim in of(found, "dw^{[2]} =")[:1] + of(found, "dw^{[1]} =")[:1]:
        assert claim.verdict == "unproven"
        assert "two readings" in claim.message


def test_the_prose_says_softmax_whatever_holds_more_often() -> None:
    """More mistakes than truths about the output must not turn the softmax into a sigmoid."""
    source = r"""
The output layer uses softmax, the loss is the squared error.

$$Z^{[1]} = W^{[1]} X + b^{[1]}$$
$$A^{[1]} = \tanh(Z^{[1]})$$
$$Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$$
$$J = \frac{1}{m} \sum_{i=1}^m (A^{[2]} - Y)^2$$
$$dZ^{[2]} = 2 (A^{[2]} - Y) \odot A^{[2]} \odot (1 - A^{[2]})$$
"""
    (claim,) = of(judged(source), "dZ^{[2]} =")
    assert claim.verdict == "refuted"


def test_a_softmax_is_no_constant_on_one_path() -> None:
    source = changed(
        DIGITS,
        (
            "$$dz^{[2]} = A",
            r"""
$$\frac{\partial a^{[2]}}{\partial z^{[2]}} = 0$$
$$dz^{[2]} = A""",
        ),
    )
    (claim,) = of(judged(source), r"\frac{\partial a^{[2]}}{\partial z^{[2]}} = 0")
    assert claim.verdict != "verified"


def test_a_schematic_line_with_no_layer_to_hold_for() -> None:
    source = DIGITS + "\n$$dz^{[k]} = W^{[k+5]T} dz^{[k+5]} * g'(z^{[k]})$$\n"
    (claim,) = of(judged(source), "dz^{[k]} =")
    assert claim.verdict == "unproven"


def test_a_transpose_on_one_path_of_scalars() -> None:
    source = changed(
        THREE_LAYERS,
        (r"\frac{\partial z_3}{\partial a_2} = w_3", r"\frac{\partial Z_3}{\partial A_2} = W_3^T"),
    )
    (claim,) = of(judged(source), r"\frac{\partial Z_3}{\partial A_2}")
    assert claim.verdict != "verified"


def test_the_hat_makes_no_activation_of_the_labels() -> None:
    source = r"""
$$s = \mathbf{w} \cdot \mathbf{x} + b$$
$$\hat{y} = \sigma(s)$$
$$L = -\sum_{i} [y^{(i)} \log(\hat{y}^{(i)}) + (1 - y^{(i)}) \log(1 - \hat{y}^{(i)})]$$
$$\frac{\partial L}{\partial b} = \sum_i (\hat{y}^{(i)} - y^{(i)})$$
$$\frac{\partial L}{\partial b} = \sum_i y^{(i)}$$
"""
    found = judged(source)
    assert of(found, r"\sum_i (\hat{y}")[0].verdict == "verified"
    assert of(found, r"= \sum_i y^{(i)}")[0].verdict == "refuted"


def test_m_is_not_capital_m_and_l_is_not_layer_l() -> None:
    source = DIGITS.replace(r"$$dw^{[1]} = \frac{1}{m} dz", r"$$dw^{[1]} = \frac{1}{M} dz")
    (claim,) = of(judged(source), r"\frac{1}{M}")
    assert claim.verdict != "verified"


@pytest.mark.parametrize(
    "step",
    [
        r"w^{[1]} := -w^{[1]} - \alpha dw^{[1]}",
        r"w^{[1]} := w^{[1]} + \alpha dw^{[1]}",
        r"w^{[1]} := w^{[1]} - \alpha dw^{[2]}",
        r"w^{[1]} := w^{[2]} - \alpha dw^{[1]}",
        r"w^{[1]} := w^{[1]} - \alpha w^{[1]}",
        r"w^{[1]} := 2 w^{[1]} - \alpha dw^{[1]}",
    ],
)
def test_updates_that_do_not_descend(step: str) -> None:
    found = judged(changed(DIGITS, (r"w^{[1]} := w^{[1]} - \alpha dw^{[1]}", step)))
    assert found[-1].verdict == "refuted"


def test_a_wrong_remark_behind_an_arrow() -> None:
    line = r"$$dw^{[2]} = \frac{\partial J}{\partial z^{[2]}} \cdot \frac{\partial z^{[2]}}{\partial w^{[2]}} \rightarrow A^{[%s]}$$"
    for layer, verdict in (("1", "verified"), ("2", "refuted")):
        (claim,) = of(
            judged(DIGITS + "\n" + line % layer + "\n"), r"\frac{\partial J}{\partial z^{[2]}}"
        )
        assert claim.verdict == verdict, (layer, claim.message)


def test_a_wrong_reason_in_brackets() -> None:
    wrong = (r"\because a_3 = \frac{1}{1 + e^{-z_3}}", r"\because a_3 = \frac{2}{1 + e^{-z_3}}")
    (claim,) = of(judged(changed(THREE_LAYERS, wrong)), r"\frac{2}{1 + e^{-z_3}}")
    assert claim.verdict == "refuted"
    bare = (r"\because a_3 = \frac{1}{1 + e^{-z_3}}", r"\because a_3 = \frac{2}{1 + e^{-z}}")
    (claim,) = of(judged(changed(THREE_LAYERS, bare)), r"\frac{2}{1 + e^{-z}}")
    assert claim.verdict in ("refuted", "unproven")


def test_an_update_that_subtracts_nothing() -> None:
    old = r"w^{[1]} := w^{[1]} - \alpha dw^{[1]}"
    found = judged(changed(DIGITS, (old, "w^{[1]} := w^{[1]}")))
    assert found[-1].verdict == "refuted"
    assert found[-1].kind == "update"
