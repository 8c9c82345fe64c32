"""Hostile and broken notes through the real command: a verdict or one line, soon, no traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, one_line

SECONDS = 5
"""What a person waits for; counted is the processor's time, which no neighbour stretches."""


def spent() -> float:
    """Seconds of processor time of the processes that have been run and have ended."""
    times = os.times()
    return times.children_user + times.children_system


NET = "$$Z = W X + b$$\n$$A = \\sigma(Z)$$\n"

NOTES = {
    "unclosed display": NET + "$$dZ = A - Y\n\nmore text",
    "unclosed environment": NET + "$$\\begin{aligned} dZ &= A - Y $$",
    "nested braces": "$$" + "{" * 10**6 + "}" * 10**6 + " = 1$$",
    "unclosed braces": "$$a = " + "{" * 10**6 + "$$",
    "nested brackets": "$$a = " + "(" * 10**5 + "b" + ")" * 10**5 + "$$",
    "nested fractions": "$$a = " + "\\frac{1}{" * 10**4 + "2" + "}" * 10**4 + "$$",
    "tower of powers": "$$a = 2^{9^{9^{9}}}$$",
    "huge power": "$$a = (1 + x)^{999999999}$$",
    "huge number": "$$a = " + "9" * 10**5 + "$$",
    "fraction without arguments": "$$a = \\frac$$ $$\\frac{1} = 2$$ $$\\frac12 = b$$",
    "control characters": "$$\x1b[2J a \x07 = \u202e b$$",
    "long chain": "$$a" + " = a" * 400 + "$$",
    "long sum": "$$a = " + " + ".join("b" for _ in range(20000)) + "$$",
    "recursive macro": "$$\\newcommand{\\a}{\\a\\a} \\a = 1$$",
    "doubling macros": "".join(
        f"\\newcommand{{\\{chr(98 + i)}}}{{\\{chr(97 + i)}\\{chr(97 + i)}}}" for i in range(24)
    ) + "$$\\y = 1$$",
    "empty pieces": "$$$$ $$ $$ $ $ \\[\\] \\(\\)",
    "relations alone": "$$===$$ $$= =$$ $$\\Rightarrow$$",
    "front matter unclosed": "---\nderive:\n  layout: rows\n$$a = b$$",
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_note(derive: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "note.md").write_text(NOTES[name], encoding="utf-8", newline="")
    start = spent()
    done = derive("verify", "note.md")
    assert spent() - start < 2 * SECONDS
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "internal error" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout


def test_five_megabytes_are_refused_at_once(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(NET * (5_000_000 // len(NET)))
    start = spent()
    assert "split the note" in one_line(derive("verify", "note.md"))
    assert spent() - start < SECONDS


def test_two_megabytes_of_prose(derive: Run, tmp_path: Path) -> None:
    text = NET + "Words about gradients, and $x$ and $y$.\n" * 50_000
    (tmp_path / "note.md").write_text(text)
    start = spent()
    done = derive("verify", "note.md")
    assert spent() - start < 4 * SECONDS
    assert done.returncode in (0, 1)
    assert "internal error" not in done.stdout + done.stderr


def test_one_line_of_two_megabytes(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$$a = " + "x" * 2_000_000 + "$$")
    done = derive("verify", "note.md")
    assert done.returncode == 1
    assert len(done.stdout) < 10_000
    assert "internal error" not in done.stdout + done.stderr


def test_bad_front_matter_refuses_the_call(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("---\nderive:\n  layout: colums\n---\n$$a = b$$")
    done = derive("verify", "note.md")
    assert done.returncode == 2
    assert done.stderr == (
        'derive: note.md: layout: unknown value "colums"; did you mean "columns"?\n'
    )
