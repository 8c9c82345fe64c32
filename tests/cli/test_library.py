"""The project's own library and the notes that it ships, judged as a user would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from derive.verify import shipped_notes
from tests.cli.conftest import Run, one_line
from tests.cli.test_networks import SPEC


def accepted(files: list[Path]) -> None:
    """The checker, on its own, accepts each of the certificates."""
    done = subprocess.run(
        [sys.executable, "-m", "derive.check", *files],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": accepted (") == len(files)


def test_library_and_shipped_notes_are_as_they_should_be(derive: Run, tmp_path: Path) -> None:
    """Each rule has at least one certificate, those proved by induction several."""
    done = derive("verify", "--format", "json", "--proofs", "all")
    assert done.returncode == 0, derive("verify").stdout
    files = json.loads(done.stdout)["files"]
    assert [Path(file["path"]).name for file in files] == [
        "library", *(note.name for note in shipped_notes()),
    ]  # fmt: skip
    assert len(shipped_notes()) == 5
    assert {claim["verdict"] for claim in files[0]["claims"]} == {"verified"}
    written = sorted((tmp_path / "all").glob("library-*.json"))
    assert len(written) >= len(files[0]["claims"])
    accepted(written[::10])


def test_docs_writes_html_or_markdown(derive: Run) -> None:
    assert "html or markdown" in derive("docs", "--help").stdout
    assert "--format: unknown value" in one_line(derive("docs", "--format", "pdf"))


def test_certificates_of_a_spec(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(SPEC)
    assert derive("verify", "tiny.toml", "--proofs", "proofs").returncode == 0
    files = sorted((tmp_path / "proofs").iterdir())
    assert [f.name for f in files] == [f"tiny-{n:03d}.json" for n in range(1, 7)]
    accepted(files)


def test_certificates_are_checked_without_the_engine(derive: Run, tmp_path: Path) -> None:
    for name in ("note.md", "note.txt"):
        (tmp_path / name).write_text("$$Z = W X + b$$ $$A = f(Z)$$ $$dZ = dA \\odot f'(Z)$$")
    done = derive("verify", "note.md", "note.txt", "--proofs", "proofs")
    assert done.returncode == 0, done.stdout
    files = sorted((tmp_path / "proofs").iterdir())
    assert [f.name.rpartition("-")[0] for f in files] == ["note"] * 3 + ["note-2"] * 3
    accepted(files)
