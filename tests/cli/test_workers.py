"""No claim can hold up or bring down the command, and nothing depends on the workers."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run, one_line

NOTE = "$good = 1$\n\n$bad = 2$\n\n$good = 3$\n"


def verdicts(text: str) -> list[tuple[str, str]]:
    [file] = json.loads(text)["files"]
    return [(claim["verdict"], claim["message"]) for claim in file["claims"]]


def test_a_slow_claim_is_left_and_the_rest_is_judged(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$ $slow = 2$ $slow = 3$ $good = 4$")
    start = time.monotonic()
    done = fake("verify", "note.md", "--timeout", "0.5", "--format", "json")
    assert time.monotonic() - start < 20
    assert done.returncode == 1
    assert [v for v, _ in verdicts(done.stdout)] == ["verified", "unproven", "unproven", "verified"]
    assert [m for _, m in verdicts(done.stdout)][1:3] == ["timeout", "timeout"]


def test_a_refutation_does_not_wait_for_its_repair(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$ $mended = 2$ $good = 3$")
    done = fake("verify", "note.md", "--timeout", "0.5", "--format", "json")
    assert [v for v, _ in verdicts(done.stdout)] == ["verified", "refuted", "verified"]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("crash", "died"), ("raise", "internal error: RuntimeError: a\\nfault"),
     ("memory", "out of memory")],
)  # fmt: skip
def test_a_claim_that_breaks_down(fake: Run, tmp_path: Path, word: str, reason: str) -> None:
    (tmp_path / "note.md").write_text(f"$good = 1$ ${word} = 2$ $good = 3$")
    done = fake("verify", "note.md", "--format", "json")
    assert done.returncode == 1
    assert [v for v, _ in verdicts(done.stdout)] == ["verified", "unproven", "verified"]
    assert reason in verdicts(done.stdout)[1][1]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("prose", "reason"),
    [("understand slowly", "timeout"), ("understand wrongly", "ZeroDivisionError")],
)
def test_a_note_that_cannot_be_understood(
    fake: Run, tmp_path: Path, prose: str, reason: str
) -> None:
    (tmp_path / "a.md").write_text(f"{prose} $good = 1$")
    (tmp_path / "b.md").write_text("$good = 1$")
    done = fake("verify", "a.md", "b.md", "--timeout", "0.3", "--format", "json")
    assert done.returncode == 1
    first, second = json.loads(done.stdout)["files"]
    assert [c["verdict"] for c in first["claims"]] == ["unproven"]
    assert reason in first["claims"][0]["message"]
    assert [c["verdict"] for c in second["claims"]] == ["verified"]


def test_same_bytes_for_every_number_of_workers(fake: Run, tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.md").write_text(NOTE * (number + 1))
    outputs = {
        fake("verify", ".", "--jobs", jobs, "--format", form, PYTHONHASHSEED=seed).stdout
        for jobs, seed in (("1", "0"), ("3", "1"), ("9", "2"))
        for form in ("json",)
    }
    assert len(outputs) == 1
    assert [file["path"] for file in json.loads(outputs.pop())["files"]] == [
        f"./{number}.md" for number in range(7)
    ]


def test_a_bad_declaration_refuses_the_call(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$")
    done = fake("verify", "note.md", "missing.md")
    assert "missing.md" in one_line(done)


def test_a_source_that_uses_up_its_time_is_left(fake: Run, tmp_path: Path) -> None:
    """60 times the time for one claim is all that a source gets."""
    (tmp_path / "note.md").write_text("$good = 1$" + " $slow = 2$" * 63 + " $good = 3$")
    done = fake("verify", "note.md", "--timeout", "0.05", "--format", "json")
    found = verdicts(done.stdout)
    assert len(found) == 65
    assert found[0][0] == "verified"
    assert found[-1] == ("unproven", "timeout: 3 s for one file are used up; split the note")


def test_mistakes_beyond_a_number_are_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    from derive import findings
    from derive.verify import verify_text

    monkeypatch.setattr(findings, "DIAGNOSED", 1)
    note = "$$Z = W X + b, A = \\tanh(Z), J = \\frac{1}{m} \\sum (A - Y)^2$$\n"
    claims = verify_text(note + "$$dW = dZ X$$\n$$dW = 2 dZ X$$\n$$dW = dZ X$$\n").claims[3:]
    assert [bool(claim.repairs) for claim in claims] == [True, False, True]
    assert "more than 1 different mistakes" in claims[1].message
