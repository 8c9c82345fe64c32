"""What the command prints, and what its exit status says."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import FAKE, Run
from tests.cli.sarif_schema import check_log

GOOD = "$good = 1$\n"
BAD = "# Title\n\nThen $bad = A$ holds.\n"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.md"
    path.write_text(BAD)
    return path


def test_text_names_place_mistake_counterexample_and_repair(fake: Run, note: Path) -> None:
    done = fake("verify", "note.md")
    assert done.returncode == 1
    assert done.stdout == (
        "note.md\n"
        "  layout: columns\n"
        "  layers: 1 tanh\n"
        "  cost: squared error\n"
        "  convention: dZ = m * dJ/dZ\n"
        "  assumed: the labels sum to 1\n"
        "\n"
        "note.md:3:7: refuted D103: the softmax Jacobian is missing\n"
        "  |\n"
        "3 | Then $bad = A$ holds.\n"
        "  |       ^^^^^^^\n"
        "  = counterexample: m = 2, Y = [1, 0]\n"
        "  =   left (1, 2): 3/8\n"
        "  =   right (1, 2): 1/2\n"
        "  = repair: bad = A \\odot B   (multiply by B)\n"
        "\n"
        "  as an algorithm, the gradient computed for\n"
        "    W_1  verified\n"
        "\n"
        "1 claim in 1 file: 1 refuted\n"
    )


def test_a_note_cannot_send_control_characters(fake: Run, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("\x1b[31m $bad = \x1b[2J$\n")
    assert "\x1b" not in fake("verify", "note.md").stdout


def test_json_follows_the_schema(fake: Run, note: Path) -> None:
    document = json.loads(fake("verify", "note.md", "--format", "json").stdout)
    assert list(document) == ["schema", "version", "files", "summary"]
    assert document["schema"] == "derive.verify/1"
    [file] = document["files"]
    assert list(file) == ["path", "model", "claims", "algorithm"]
    assert list(file["model"]) == ["layout", "layers", "cost", "convention", "assumptions"]
    [claim] = file["claims"]
    assert claim == {
        "line": 3, "column": 6, "end_line": 3, "end_column": 15, "step": 1, "latex": "bad = A",
        "kind": "gradient", "verdict": "refuted", "code": "D103",
        "message": "the softmax Jacobian is missing", "reading": "matrix", "assumptions": [],
        "side_conditions": [],
        "counterexample": {"shapes": {"m": 2}, "left": "3/8", "right": "1/2"},
        "repairs": [{"latex": "bad = A \\odot B", "verdict": "verified"}], "proof": None,
    }  # fmt: skip
    assert document["summary"] == {
        "claims": 1, "verified": 0, "refuted": 1, "unproven": 0, "definition": 0, "unreadable": 0,
    }  # fmt: skip


def test_timings_only_where_asked_for(fake: Run, note: Path) -> None:
    done = fake("verify", "note.md", "--format", "json", "--timings")
    [claim] = json.loads(done.stdout)["files"][0]["claims"]
    assert isinstance(claim["milliseconds"], int)


def test_github_annotation(fake: Run, note: Path) -> None:
    done = fake("verify", "note.md", "--format", "github")
    assert done.stdout == (
        "::error file=note.md,line=3,col=7,endLine=3,endColumn=14,title=derive D103 refuted::"
        "the softmax Jacobian is missing%0Acounterexample: m = 2, Y = [1, 0]; left (1, 2): 3/8; "
        "right (1, 2): 1/2%0Arepair: bad = A \\odot B\n"
    )


def test_sarif_result(fake: Run, note: Path) -> None:
    log = json.loads(fake("verify", "note.md", "--format", "sarif").stdout)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    [result] = run["results"]
    [rule] = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("D103", "output-jacobian")
    assert result["level"] == "error"
    check_log(log)
    region = {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 14}
    assert result["locations"][0]["physicalLocation"]["region"] == region
    [replacement] = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["insertedContent"]["text"] == "A \\odot B"


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        (BAD, ["--allow", "refuted"], 0),
        (BAD, ["--allow", "unproven"], 1),
        (BAD, ["--ignore", "D103"], 0),
        (BAD, ["--ignore", "D2"], 1),
        (BAD, ["--select", "D1"], 1),
        (BAD, ["--select", "D2"], 0),
        ("$bad = A$ expected", [], 0),
        ("$bad = A$ unmet", [], 1),
        ("$bad = A$ unmet", ["--allow", "refuted"], 1),
        ("no maths", [], 0),
    ],
)
def test_exit_status(
    fake: Run, tmp_path: Path, text: str, arguments: list[str], status: int
) -> None:
    (tmp_path / "note.md").write_text(text)
    assert fake("verify", "note.md", *arguments).returncode == status


def test_what_is_not_selected_is_counted(fake: Run, note: Path) -> None:
    done = fake("verify", "note.md", "--ignore", "D103")
    assert done.stdout.endswith("0 claims in 1 file (1 not selected)\n")


def test_colour_only_on_a_terminal(fake: Run, note: Path) -> None:
    assert "\x1b" not in fake("verify", "note.md").stdout


def test_stdin(fake: Run) -> None:
    done = fake("verify", "-", text="$good = 1$")
    assert done.returncode == 0
    assert done.stdout.startswith("-\n")


def test_folder_is_walked_in_order_and_other_files_passed_over(fake: Run, tmp_path: Path) -> None:
    files = {
        "b.md": GOOD, "a.txt": GOOD, "sub/c.tex": GOOD, ".hidden/d.md": GOOD, "e.py": "x = 1",
        "prose.md": "nothing", "settings.toml": "[tool]",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "binary.md").write_bytes(b"\0\0")
    done = fake("verify", ".", "--format", "json")
    assert [f["path"] for f in json.loads(done.stdout)["files"]] == ["./a.txt", "./b.md",
                                                                     "./sub/c.tex"]  # fmt: skip
    assert done.stderr == ""


def test_output_file_has_the_same_bytes(fake: Run, note: Path, tmp_path: Path) -> None:
    printed = fake("verify", "note.md", "--format", "json").stdout
    done = fake("verify", "note.md", "--format", "json", "--output", "out.json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert (tmp_path / "out.json").read_text() == printed
    assert sorted(p.name for p in tmp_path.iterdir()) == ["note.md", "out.json"]


def test_explain_a_claim(fake: Run, note: Path) -> None:
    done = fake("explain", "note.md:3")
    assert done.returncode == 0
    assert "the softmax Jacobian is missing" in done.stdout
    assert "bad = A ⊙ B" in done.stdout
    assert fake("explain", "note.md:3:7", "--format", "markdown").stdout.startswith("## note.md")
    assert "\\section*" in fake("explain", "note.md:3", "--format", "latex").stdout


def test_explain_names_the_lines_with_a_claim(fake: Run, note: Path) -> None:
    done = fake("explain", "note.md:99")
    assert done.returncode == 2
    assert "lines with a claim: 3" in done.stderr


def on_a_terminal(folder: Path, **extra: str) -> str:
    """What the command prints on a terminal."""
    pty = pytest.importorskip("pty")
    main, terminal = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(FAKE.parents[2]), "TERM": "xterm", **extra}
    environment = {name: value for name, value in environment.items() if value}
    done = subprocess.Popen(
        [sys.executable, FAKE, "verify", "note.md"],
        cwd=folder, stdout=terminal, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    os.close(terminal)
    printed = b""
    with contextlib.suppress(OSError):  # how a terminal ends
        while more := os.read(main, 65536):
            printed += more
    os.close(main)
    assert done.wait() == 1
    return printed.decode()


def test_colour_on_a_terminal_unless_unwanted(note: Path) -> None:
    assert "\x1b[1;31mrefuted D103\x1b[0m" in on_a_terminal(note.parent, NO_COLOR="")
    assert "\x1b" not in on_a_terminal(note.parent, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(note.parent, TERM="dumb")
