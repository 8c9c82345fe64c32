"""Calls that cannot be carried out: one line that says what, where and what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Run, one_line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verfy"], "verify"),
        (["verify", "--formt", "json"], "--format"),
        (["verify", "--format", "jsn", "-"], "json"),
        (["verify", "--timeout", "soon", "-"], "--timeout"),
        (["verify", "--timeout", "-1", "-"], "--timeout"),
        (["verify", "--timeout", "nan", "-"], "--timeout"),
        (["verify", "--jobs", "0", "-"], "--jobs"),
        (["verify", "--allow", "unprovn", "-"], "unproven"),
        (["verify", "--select", "E501", "-"], "--select"),
        (["verify", "--ignore", "D1,,D2", "-"], "--ignore"),
        (["verify", "--select", "D999", "-"], "unknown code"),
        (["verify", "--fix", "-"], "name a file"),
        (["verify", "missing.md"], "no such file"),
        (["verify", "missing/"], "no such file"),
        (["verify", "."], "no note"),
        (["verify", "a\nb.md"], "a\\nb.md"),
        (["explain"], "NOTE:LINE"),
        (["explain", "missing.md:3"], "missing.md"),
        (["explain", "--format", "html", "sigmoid"], "markdown"),
        (["generate"], "SPEC"),
        (["--nope"], "--nope"),
    ],
)
def test_unusable_call(fake: Run, arguments: list[str], says: str) -> None:
    assert says in one_line(fake(*arguments))


def test_binary_file(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"\x89PNG\0\1\2")
    assert "note.md: a binary file" in one_line(fake("verify", "note.md"))


def test_text_that_is_not_utf8(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_bytes(b"caf\xe9 $a = b$")
    assert "offset 3" in one_line(fake("verify", "note.md"))


def test_unknown_suffix(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.doc").write_text("$good = 1$")
    assert ".md .txt .tex" in one_line(fake("verify", "note.doc"))


def test_toml_that_is_no_spec(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    assert "[[layer]]" in one_line(fake("verify", "pyproject.toml"))


def test_file_too_large(fake: Run, tmp_path: Path) -> None:
    with (tmp_path / "big.md").open("wb") as file:
        file.truncate(5_000_000)
    assert "2 MiB" in one_line(fake("verify", "big.md"))


def test_pipe_instead_of_a_file(fake: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert "not a regular file" in one_line(fake("verify", "pipe.md"))


def test_folder_whose_files_claim_nothing(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("no equation here")
    assert "notes: no equation" in one_line(fake("verify", "notes"))


def test_output_into_a_missing_folder(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$")
    done = fake("verify", "note.md", "-o", "missing/out.json")
    assert "missing/out.json: cannot be written" in one_line(done)


def test_proofs_where_a_file_is(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$")
    assert "no folder can be made" in one_line(fake("verify", "note.md", "--proofs", "note.md"))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_full_disk(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$")
    with open("/dev/full", "wb") as full:
        done = fake("verify", "note.md", stdout=full)
    assert "No space left" in one_line(done)


def test_reader_that_has_seen_enough(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("$good = 1$\n" * 9)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = fake("verify", "note.md", stdout=closed)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("command", [[], ["verify"], ["explain"], ["generate"], ["docs"],
                                     ["list"], ["demo"]])  # fmt: skip
def test_help_has_an_example(fake: Run, command: list[str]) -> None:
    done = fake(*command, "--help")
    assert done.returncode == 0
    assert "Example: derive" in done.stdout


def test_version(fake: Run) -> None:
    from derive import __version__

    assert fake("--version").stdout == f"derive {__version__}\n"


def test_no_argument_shows_the_help(fake: Run) -> None:
    done = fake()
    assert done.returncode == 0
    assert "Usage: derive" in done.stdout


@pytest.mark.parametrize("name", ["sigmoid", "Softmax", "softmax_cross_entropy", "leaky-relu"])
@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_explain_a_library_entry(derive: Run, name: str, form: str) -> None:
    done = derive("explain", name, "--format", form)
    assert done.returncode == 0, done.stderr
    assert "1. definition" in done.stdout


def test_explain_names_the_nearest_entry(derive: Run) -> None:
    assert "did you mean sigmoid" in one_line(derive("explain", "sigmod"))


def test_explain_a_code(derive: Run) -> None:
    assert derive("explain", "D103").stdout.startswith("D103: The Jacobian of the output")
