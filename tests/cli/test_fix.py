"""Repairs are put in atomically, change nothing else, and come to rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.errors import CallError
from derive.report.fix import repaired_text, settle
from derive.sources import write_atomically
from derive.verdict import FileReport, Finding, Kind, Repair, Verdict
from tests.cli.conftest import Run

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

    with pytest.raises(CallError, match="left as it is"):
        settle(judge("a"), judge)


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


def test_a_link_and_the_permissions_of_its_target_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o640)
