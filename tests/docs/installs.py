"""The lines that install, as README and pages show them: ``python -m tests.docs.installs``.

Each ``pip install`` that stands there is run once, as it stands, in a fresh environment with
nothing in it, and what it installs it for is tried.  The two lines that set the README up are run
by `.ci/run` itself.  Lines that add an extra to an installed ``derive`` (``'derive[docs]'``) are
run where ``pip install .`` was.  Ends with how many lines were run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
_LINE = re.compile(r"\bpip install ((?:-[\w-]+ |'[^']+' ?|\.(?:/derive)?(?=[\s`)]))+)")
BY_CI: Final = ("-q '.[demo,generate]'", "-q -e '.[test,demo,generate,docs,lint]'")
"""What `.ci/run` runs: the README's first command and its test command."""
TRIED: Final = {
    "": ("derive --version", "derive list"),
    "generate": ("ruff --version",),
    "docs": ("python -c 'from derive.docs.html import require; require()'",),
    "demo": ("python -c 'import sklearn, matplotlib'",),
}
"""By extra, what has to work once it is installed."""


_ENVIRONMENT: Final = os.environ | {"PIP_NO_COMPILE": "1"}  # what is not imported is not compiled


def lines(text: str) -> list[str]:
    """What stands behind ``pip install`` in a text.

    >>> lines("`pip install .` or .venv/bin/pip install -q -e '.[test]' && x")
    ['.', "-q -e '.[test]'"]
    """
    return [found[0].removeprefix("pip install").strip() for found in _LINE.finditer(text)]


def shown() -> list[str]:
    """Those of all files that are shown, each once."""
    paths = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
    paths += sorted((ROOT / "benchmarks").glob("*.md"))
    paths += sorted((ROOT / "derive" / "docs" / "pages").rglob("*.jinja"))
    paths += sorted((ROOT / "derive").rglob("*.py")) + sorted((ROOT / "codegen").rglob("*.py"))
    texts = (path.read_text(encoding="utf-8") for path in paths)
    return sorted({line for text in texts for line in lines(text)})


def environments() -> list[list[str]]:
    """The lines to run, in the order in which they are run in one fresh environment each."""
    left = [line for line in shown() if line not in BY_CI]
    added = [line for line in left if line.startswith("'derive[")]
    alone = [[line] for line in left if line not in added]
    return [[*group, *added] if group == ["."] else group for group in alone]


def extras(line: str) -> list[str]:
    """The extras that a line names, behind the ``""`` of every line.

    >>> extras("'.[demo,generate]'")
    ['', 'demo', 'generate']
    """
    named = re.search(r"\[([\w,]+)\]", line)
    return ["", *(named[1].split(",") if named else ())]


def failures(group: list[str]) -> Iterator[str]:
    """What goes wrong while lines are run one after the other in a fresh environment."""
    with tempfile.TemporaryDirectory() as scratch:
        beside = Path(scratch)
        (beside / "derive").symlink_to(ROOT)  # what ``./derive`` means
        made = [sys.executable, "-m", "venv", "env"]
        subprocess.run(made, cwd=beside, check=True)
        for line in group:
            place = beside if "./derive" in line else ROOT
            commands = [(f"pip install {line}", place)]
            commands += [(tried, beside) for extra in extras(line) for tried in TRIED[extra]]
            for command, folder in commands:
                if said := _said(beside / "env" / "bin", command, folder):
                    yield f"pip install {line}: {command}: {said}"
                    return


def failed(group: list[str]) -> list[str]:
    """All that goes wrong with the lines of one environment."""
    return list(failures(group))


def _said(programs: Path, command: str, folder: Path) -> str:
    """The complaint of a command of an environment, ``""`` if it has none."""
    name, *words = shlex.split(command)
    run = [str(programs / name), *words]
    done = subprocess.run(
        run, cwd=folder, env=_ENVIRONMENT, capture_output=True, encoding="utf-8", check=False
    )
    missing = "does not provide the extra" in done.stderr
    return (done.stderr.strip()[-300:] or "failed") if done.returncode or missing else ""


def main() -> int:
    """Runs every line; 1 if one fails."""
    wrong = []
    groups = environments()
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for group, found in zip(groups, pool.map(failed, groups), strict=True):
            wrong += found
            said = "failed" if found else "works"
            print(said, *(f"pip install {line}" for line in group), sep="\n  ")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
