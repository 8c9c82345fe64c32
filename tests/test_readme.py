"""The README tells the truth: its example runs, its commands and options exist.

``python tests/test_readme.py`` writes into it what the command prints for its example.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    """The text of the one code block behind a marker."""
    found = re.findall(rf"<!-- {marker} -->\s*```\w*\n(.*?)```", README, re.DOTALL)
    assert len(found) == 1, marker
    return str(found[0])


def derive(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "derive", *arguments],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def example_output(folder: Path) -> str:
    (folder / "note.md").write_text(block("example note"), encoding="utf-8")
    done = derive("verify", "note.md", folder=folder)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_example_output_is_what_the_command_prints(tmp_path: Path) -> None:
    shown, printed = block("example output"), example_output(tmp_path)
    assert shown == printed, "bring the README up to date: python tests/test_readme.py"


ELSEWHERE = {"docs": "tests/docs", "list": "tests/cli/test_library.py"}
"""Commands of the README that take long, and the tests that run them."""


def shown_commands() -> list[list[str]]:
    """The calls in the block of commands, without their remarks."""
    section = README.split("## The command")[1]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return [line.split("#")[0].split()[1:] for line in found[1].splitlines()]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the commands name."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "notes").mkdir()
    for name in ("notes.md", "notes/notes.md"):
        (folder / name).write_text(block("example note"), encoding="utf-8")
    spec = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[0]
    (folder / "digits.toml").write_text(spec, encoding="utf-8")
    return folder


@pytest.mark.parametrize("arguments", shown_commands(), ids=" ".join)
def test_every_command_that_is_shown_runs(arguments: list[str], workplace: Path) -> None:
    if arguments[0] in ELSEWHERE:
        assert (ROOT / ELSEWHERE[arguments[0]]).exists()
        arguments = [arguments[0], "--help"]
    done = derive(*arguments, folder=workplace)
    found_mistakes = arguments[0] == "verify" and "--show-model" not in arguments
    assert done.returncode == int(found_mistakes), done.stderr
    assert done.stdout
    assert done.stderr == ""


def test_options_in_the_table_are_the_options_of_verify(tmp_path: Path) -> None:
    table = README.split("| option of `verify` |")[1].split("| exit status |")[0]
    named = set(re.findall(r"(?<![\w-])--[a-z]+", table))
    there = set(re.findall(r"--[a-z]+", derive("verify", "--help", folder=tmp_path).stdout))
    assert named - {"--allow"} <= there
    assert there - named == {"--help"}


@pytest.mark.parametrize("name", ["demo command", "test command"])
def test_commands_make_their_own_environment(name: str) -> None:
    command = block(name)
    assert command.count("\n") == 1
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    extras = re.search(r"\[([\w,]+)\]", command)
    assert extras is not None
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for extra in extras[1].split(","):
        assert re.search(rf"^{extra} = \[", project, re.MULTILINE)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_spec_of_the_readme_is_accepted(tmp_path: Path) -> None:
    spec = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)[0]
    (tmp_path / "digits.toml").write_text(spec, encoding="utf-8")
    done = derive("verify", "digits.toml", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        new = example_output(Path(scratch))
    old = f"<!-- example output -->\n```text\n{block('example output')}```"
    fresh = README.replace(old, f"<!-- example output -->\n```text\n{new}```")
    (ROOT / "README.md").write_text(fresh, encoding="utf-8")
