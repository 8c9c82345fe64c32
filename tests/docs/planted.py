"""Mistakes planted in a copy of the project turn their badge and fail the build of its site.

``python -m tests.docs.planted``: copies the packages and the notes, breaks one derivation in a note
and one line of a derivation of the library, and builds the site of the copy by the command's own
function, of one note and two entries; once without a mistake, to see that it is the mistake.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from derive.docs.shell import ROOT, environment

NOTE = "two-layer-cross-entropy"
BUILD = f"""
import sys
from pathlib import Path
import derive.docs.html as html, derive.docs.site as site
import derive.commands as commands
from derive.sources import Source

parts = site.Parts((), ("sigmoid", "tanh"), (), (), ())
site.Parts = lambda: parts
site.broken_links = lambda pages: ()
written = html.write_html
html.write_html = lambda *given: [
    line for line in written(*given, workers=1) if "xref_missing" not in line and "toc" not in line
]
library, *notes = commands._library_sources()
commands._library_sources = lambda: [library, *(n for n in notes if "{NOTE}" in n.path)]
sys.exit(commands.docs(Path(sys.argv[1]), "html"))
"""


def copy(folder: Path) -> None:
    """The packages and what their pages are made from."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("derive", "codegen", "docs", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("README.md", "CONTRIBUTING.md"):
        shutil.copy2(ROOT / name, folder / name)


def built(folder: Path) -> tuple[int, str, list[str]]:
    """The exit status of the build, what it complains of, and the badges of the note."""
    given = environment() | {"PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder / "site")],
        cwd=folder, env=given, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    page = folder / "site" / "notes" / f"{NOTE}.html"
    shown = page.read_text(encoding="utf-8") if page.exists() else ""
    return done.returncode, done.stderr, re.findall(r'class="badge badge-(\w+)"', shown)


def replaced(path: Path, old: str, new: str) -> None:
    """One place of a file is another."""
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path.name}: {old!r} stands there {text.count(old)} times")
    path.write_text(text.replace(old, new), encoding="utf-8")


def check() -> Iterator[str]:
    """What does not happen that should."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        copy(folder)
        status, said, right = built(folder)
        if status != 0:
            yield f"without a mistake the build ends with {status}: {said.strip()[-200:]}"
        replaced(folder / "docs" / "notes" / f"{NOTE}.md", *NOTE_BROKEN)
        replaced(folder / "derive" / "scalars" / "steps.py", *LINE_BROKEN)
        status, said, wrong = built(folder)
        if status != 1:
            yield f"with mistakes the build ends with {status}"
        turned = [(a, b) for a, b in zip(right, wrong, strict=False) if a != b]
        if ("verified", "refuted") not in turned or len(right) != len(wrong):
            yield f"the badge does not turn: {turned}"
        for sentence in (f"{NOTE}.md, line ", "sigmoid: a line does not follow"):
            if sentence not in said:
                yield f"the build does not complain: {sentence}"


NOTE_BROKEN = (
    r"\partial W[1] = \frac{1}{m} \partial z[1] A[0]^T",
    r"\partial W[1] = \frac{1}{m} \partial z[1] A[0]",
)
LINE_BROKEN = (
    '("substitute", Times(_A, minus(ONE, _A))),',
    '("substitute", Times(_A, Plus(ONE, _A))),',
)
"""What is replaced, in the note and in the derivation of the sigmoid."""


if __name__ == "__main__":
    wrong = list(check())
    print(*wrong, f"{len(wrong)} wrong", sep="\n")
    sys.exit(int(bool(wrong)))
