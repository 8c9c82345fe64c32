"""Symbols that are used before they are defined, or in two meanings, with both places."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

FORWARD = r"$$Z_1 = W_1 X + b_1, A_1 = g(Z_1), Z_2 = W_2 A_1 + b_2, A_2 = \sigma(Z_2)$$"
COST = r"$$J = -\frac{1}{m} \sum [Y \log A_2 + (1 - Y) \log(1 - A_2)]$$"
LINES = (FORWARD, COST, "$$dZ_2 = A_2 - Y$$", r"$$dW_2 = \frac{1}{m} dZ_2 A_1^T$$")
SLOPE = "$$dZ_1 = W_2^T dZ_2 \\odot g'(Z_1)$$"


def said(*lines: str) -> list[tuple[str, str, list[str]]]:
    """Code, message and the text of the other places."""
    source = "\n\n".join(lines)
    return [
        (n.code, n.message, [source[start:end] for start, end, _ in n.related])
        for n in verify_text(source).notices
    ]


def test_a_note_in_order_is_left_in_peace() -> None:
    assert said(*LINES, SLOPE) == []


def test_used_before_it_is_defined() -> None:
    assert said(*LINES, SLOPE, "$$g(s) = \\tanh(s)$$") == [
        ("D411", "g is used before it is defined", ["g(s)"])
    ]


def test_what_follows_at_once_is_not_late() -> None:
    assert said(FORWARD, "$$g(s) = \\tanh(s)$$", *LINES[1:], SLOPE) == []


def test_one_letter_for_two_functions() -> None:
    forward = (
        r"$$Z_1 = W_1 X + b_1$$", r"$$A_1 = g(Z_1) \Rightarrow \text{ReLU}(Z_1)$$",
        r"$$Z_2 = W_2 A_1 + b_2$$", r"$$A_2 = g(Z_2) \Rightarrow \text{softmax}(Z_2)$$",
    )  # fmt: skip
    assert said(*forward) == [("D412", "g is softmax here and relu in line 3", ["A_1 = g(Z_1)"])]


def test_gradients_normalised_in_two_ways() -> None:
    off = r"$$dZ_1 = \frac{1}{m} W_2^T dZ_2 \odot g'(Z_1)$$"
    [(code, message, places)] = said(*LINES, SLOPE, r"$$db_2 = \frac{1}{m} \sum dZ_2$$", off)
    assert code == "D412"
    assert "normalised otherwise than those of line 5" in message
    assert places == ["dZ_2 = A_2 - Y"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_remark_does_not_fail_the_run(form: str) -> None:
    from derive.report import json, text
    from derive.report.outcome import Selection

    report = verify_text("\n\n".join((*LINES, SLOPE, "$$g(s) = \\tanh(s)$$")))
    assert not any(Selection().fails(notice) for notice in report.notices)
    shown = text.render([report]) if form == "text" else json.render([report])
    assert "D411" in shown
    assert text.render([report]).endswith("; 1 remark on the text\n")
