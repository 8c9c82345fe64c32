"""Repairs are put in atomically, change nothing else, and come to rest."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from derive.report.fix import repaired_text, settle
from derive.sources import write_atomically
from derive.verdict import FileReport, Finding, Kind, Repair, Verdict
from tests.cli.conftest import Run

ROOT = Path(__file__).parents[2]
GOOD = Verdict.VERIFIED
NOTE = b"\xef\xbb\xbfText\r\n$bad =  A $ and $good = 1$\r\n\r\n$bad = B$ expected\r\nno end"


def test_fix_changes_the_right_side_alone(fake: Run, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_bytes(NOTE)
    done = fake("verify", "note.md", "--fix")
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == NOTE.replace(b" A ", b" A \\odot B ")
    again = path.read_bytes()
    assert fake("verify", "note.md", "--fix").returncode == 0
    assert path.read_bytes() == again
    assert [p.name for p in tmp_path.iterdir()] == ["note.md"]


def test_diff_writes_nothing(fake: Run, tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text("$bad = A$\n$good = 1$\n")
    done = fake("verify", "note.md", "--diff")
    assert done.returncode == 1
    assert done.stdout == (
        "--- note.md\n+++ note.md\n@@ -1,2 +1,2 @@\n-$bad = A$\n+$bad = A \\odot B$\n $good = 1$\n"
    )
    assert path.read_text() == "$bad = A$\n$good = 1$\n"


def finding(start: int, end: int, *repairs: Repair) -> Finding:
    return Finding(
        1, 1, 1, 1, 1, "", Kind.GRADIENT, Verdict.REFUTED, repairs=repairs,
        span=(0, end), right_span=(start, end),
    )  # fmt: skip


def test_only_verified_repairs_that_do_not_overlap() -> None:
    good, open_ = Repair("x", Verdict.VERIFIED, ""), Repair("y", Verdict.UNPROVEN, "")
    claims = (finding(4, 5, good), finding(0, 2, good), finding(1, 3, good), finding(6, 7, open_))
    assert repaired_text(FileReport("", None, claims, {}, "abcdefgh")) == "xcdxfgh"


def test_a_note_that_never_comes_to_rest_is_left_alone() -> None:
    def judge(text: str) -> FileReport:
        return FileReport("", None, (finding(0, 1, Repair("aa", Verdict.VERIFIED, "")),), {}, text)

    settled = settle(judge("a"), judge)
    assert settled.source == "a"
    assert [n.message for n in settled.notices] == [
        "its repair is left out: each repair brings a new fault"
    ]


def judged_letters(text: str) -> FileReport:
    """Three claims of one letter each; a B in front of a c makes the c wrong, for good."""
    claims = []
    for k, letter in enumerate(text):
        spoiled = letter == "c" and text[k - 1] == "B"
        repairs = (Repair(letter.upper(), Verdict.VERIFIED, ""),) if letter in "ab" else ()
        verdict = Verdict.REFUTED if repairs or spoiled else Verdict.VERIFIED
        claims.append(replace(finding(k, k + 1, *repairs), verdict=verdict, span=(k, k + 1)))
    return FileReport("note.md", None, tuple(claims), {}, text)


def test_a_repair_that_makes_another_claim_worse_is_left_out() -> None:
    settled = settle(judged_letters("abc"), judged_letters)
    assert settled.source == "Abc"
    [notice] = settled.notices
    assert (notice.code, notice.span) == ("D403", (1, 2))
    assert notice.message == ("its repair is left out: it would make the claim in line 1 refuted")


def test_a_step_that_a_repair_opens_is_repaired_too() -> None:
    def judge(text: str) -> FileReport:
        """The second claim repeats the first."""
        good = Repair("x", Verdict.VERIFIED, "")
        claims = (
            finding(0, 1, good) if text[0] == "a" else replace(finding(0, 1), verdict=GOOD),
            finding(1, 2, good) if text[0] != text[1] else replace(finding(1, 2), verdict=GOOD),
        )
        return FileReport("", None, claims, {}, text)

    settled = settle(judge("aa"), judge)
    assert (settled.source, settled.notices) == ("xx", ())


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "note.md"
    path.write_text("old")

    def interrupt(source: object, target: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["note.md"]


KILLED = """
import os, signal, sys
from derive import sources
setattr(os, sys.argv.pop(1), lambda *_: os.kill(os.getpid(), signal.SIGKILL))
from derive.cli import main
main()
"""


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "note.md"
    old = "$$Z = W X + b, A = \\tanh(Z), J = \\frac{1}{m} \\sum (A - Y)^2$$\n$$dW = dZ X$$\n"
    path.write_text(old)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, moment, "verify", "note.md", "--fix"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert path.read_text() == old


@pytest.mark.parametrize(
    ("name", "changed", "left"),
    [("digits-squared-error", 10, 0), ("digits-leaky-relu", 1, 3)],
)
def test_real_notes(derive: Run, tmp_path: Path, name: str, changed: int, left: int) -> None:
    """Every refuted line with a repair is repaired, and nothing else is touched."""
    text = (ROOT / "docs" / "notes" / f"{name}.md").read_text(encoding="utf-8")
    old = re.sub(r"<!-- derive: expect[^>]*-->", "", text)
    path = tmp_path / "note.md"
    path.write_bytes(old.encode())
    done = derive("verify", "note.md", "--fix")
    assert "refuted" not in done.stdout
    assert done.stdout.count("unproven D304") == left
    assert done.returncode == (1 if left else 0)
    new = path.read_bytes().decode()
    pairs = list(zip(old.split("\n"), new.split("\n"), strict=True))
    touched = [(was, now) for was, now in pairs if was != now]
    assert len(touched) == changed
    for was, now in touched:
        assert was.partition("=")[0] == now.partition("=")[0]
    derive("verify", "note.md", "--fix")
    assert path.read_bytes().decode() == new


def test_a_link_and_the_permissions_of_its_target_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o640)
