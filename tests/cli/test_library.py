"""The project's own library and the notes that it ships, judged as a user would."""

from __future__ import annotations

import json
from pathlib import Path

from derive.verify import shipped_notes
from tests.cli.conftest import Run, one_line


def test_library_and_shipped_notes_are_as_they_should_be(derive: Run) -> None:
    done = derive("verify", "--format", "json")
    assert done.returncode == 0, derive("verify").stdout
    files = json.loads(done.stdout)["files"]
    assert [Path(file["path"]).name for file in files] == [
        "library", *(note.name for note in shipped_notes()),
    ]  # fmt: skip
    assert len(shipped_notes()) == 5
    assert {claim["verdict"] for claim in files[0]["claims"]} == {"verified"}


def test_docs_writes_html_or_markdown(derive: Run) -> None:
    assert "html or markdown" in derive("docs", "--help").stdout
    assert "--format: unknown value" in one_line(derive("docs", "--format", "pdf"))


def test_certificates_are_checked_without_the_engine(derive: Run, tmp_path: Path) -> None:
    import subprocess
    import sys

    for name in ("note.md", "note.txt"):
        (tmp_path / name).write_text("$$Z = W X + b$$ $$A = f(Z)$$ $$dZ = dA \\odot f'(Z)$$")
    done = derive("verify", "note.md", "note.txt", "--proofs", "proofs")
    assert done.returncode == 0, done.stdout
    files = sorted((tmp_path / "proofs").iterdir())
    assert [f.name.rpartition("-")[0] for f in files] == ["note"] * 3 + ["note-2"] * 3
    checked = subprocess.run(
        [sys.executable, "-m", "derive.check", *files],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
