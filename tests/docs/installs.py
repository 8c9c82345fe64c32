"""The lines that install, as README and pages show them: ``python -m tests.docs.installs``.

Each ``pip install`` that stands there is resolved by the pip of the environment that runs this, in
the folder of the project, without installing anything; `.ci/run` does it in the environment that
the README's first command has made.  Ends with how many lines were resolved.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LINE = re.compile(r"\bpip install ((?:-[\w-]+ |'[^']+' ?|\.(?=[\s`)]))+)")


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


def unresolved(line: str) -> Iterator[str]:
    """What pip has against a line."""
    words = [word for word in shlex.split(line) if word not in ("-q", "-e")]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode or "does not provide the extra" in done.stderr:
        yield f"pip install {line}: {done.stderr.strip()[-300:]}"


def main() -> int:
    """Resolves every line; 1 if one cannot be."""
    wrong = [said for line in shown() for said in unresolved(line)]
    print(*wrong, f"{len(shown()) - len(wrong)} of {len(shown())} lines can be installed", sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
