"""Mistakes that have a name of their own, in whole notes: the code, the words, the repair."""

from __future__ import annotations

import pytest

from derive.docs.codes import judged
from derive.docs.examples import SIGMOID, SOFTMAX, TANH, example
from derive.verdict import Finding, Verdict


def found(before: str, line: str) -> Finding:
    [finding] = judged(before, line)
    return finding


@pytest.mark.parametrize("code", ["D124", "D128", "D139", "D140"])
def test_rare_kinds_of_mistakes(code: str) -> None:
    shown = example(code)
    assert shown is not None
    wrong = found(shown.before, shown.wrong)
    assert (wrong.verdict, wrong.code) == (Verdict.REFUTED, code)
    assert wrong.repairs
    assert found(shown.before, shown.right).verdict == Verdict.VERIFIED


def test_brackets_are_put_at_every_sign_of_a_product() -> None:
    wrong = found(TANH, r"dZ_1 = W_2^T dZ_2 \odot 1 - A_1^2")
    assert (wrong.code, wrong.repairs[0].latex) == ("D139", r"W_2^T dZ_2 \odot (1 - A_1^{2})")
    wrong = found(SOFTMAX, r"\frac{\partial J}{\partial A_2} = \frac{2}{m} A_2 - Y")
    assert (wrong.code, wrong.repairs[0].latex) == ("D139", r"\frac{2}{m} (A_2 - Y)")


def test_a_gradient_that_is_said_to_be_zero_does_not_stand_on_both_sides() -> None:
    wrong = found(SIGMOID, r"\frac{\partial J}{\partial X} = 0")
    assert wrong.code == "D138"
    assert wrong.message == r"\frac{\partial J}{\partial X} is not 0: the cost depends on it"


def test_the_output_is_not_blamed_for_a_line_that_is_false_of_any_output() -> None:
    wrong = found(SOFTMAX + "\n\n$$db_2 = \\frac{1}{m} \\sum_{i=1}^m dZ_2$$", "dW_2 = dZ_2 A_1")
    assert wrong.code != "D103"
    assert wrong.repairs[0].latex == r"\frac{1}{m} dZ_2 A_1^T"


def test_both_letters_of_two_axes_are_named() -> None:
    shown = example("D140")
    assert shown is not None
    wrong = found(shown.before, shown.wrong)
    assert "the index j runs over n_1 and over n_0" in wrong.message
    assert wrong.repairs[0].latex == r"\delta^l_j a^{l-1}_k"
