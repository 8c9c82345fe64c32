"""Every command line that README, CONTRIBUTING, pages and emitted files show, and what runs it.

A command behind a ``$`` stands on a page of the site with what it prints, and `tests.docs.built`
runs it once more and compares.  Commands in sentences are the same lines, or named in `ELSEWHERE`
with what runs them as they stand.  ``python -m tests.docs.commands`` runs those of the Markdown
files and writes down what they print.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from derive.diagnosis.codes import CODES
from derive.docs import prose, readme
from derive.docs.shell import environment
from derive.library.explanations import names
from tests.docs.shown import blocks

ROOT: Final = Path(__file__).parents[2]
FILES: Final = ("README.md", "CONTRIBUTING.md", "benchmarks/README.md", "docs/README.md")
TEMPLATES: Final = sorted((ROOT / "codegen" / "templates").iterdir())
"""Of emitted files, some of which show commands too."""
_INSTALLS: Final = (".ci/run", "-m tests.docs.installs")
_TESTED: Final = (".ci/run", 'command_of "test command"')
_BUILT: Final = "tests/docs/built.py"
ELSEWHERE: Final = {
    "python3 -m venv .venv && .venv/bin/pip install -q '.[demo,generate]' && .venv/bin/derive demo": (
        ".ci/run", 'command_of "demo command"',
    ),
    "derive demo": (".ci/run", 'command_of "demo command"'),
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,demo,generate,docs,lint]' "
    "&& .venv/bin/pytest -n auto": _TESTED,
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,demo,generate,docs,lint]'": _TESTED,
    ".venv/bin/pytest -n auto": _TESTED,
    ".venv/bin/derive docs -o site && .venv/bin/python -m tests.docs.built site": (
        ".ci/run", '-m tests.docs.built "$work/site"',
    ),
    ".ci/run": (".ci/run", "all stages passed"),
    "pip install .": _INSTALLS,
    "pip install '.[generate]'": _INSTALLS,
    "pip install 'derive[demo]'": _INSTALLS,
    "python -m tests.docs.installs": _INSTALLS,
    "derive docs -o site": (".ci/run", 'derive" docs -o "$work/site"'),
    "python -m tests.docs.screens SITE --write": (
        "tests/docs/screens.py", 'str(site), "--write", scratch',
    ),
    "python benchmarks/accuracy.py": (_BUILT, '"benchmarks/accuracy.py"], ROOT'),
    "python benchmarks/fashion_mnist.py": (_BUILT, '"benchmarks/fashion_mnist.py", scratch'),
    "python -m derive.scalars.generate": (_BUILT, '"-m", "derive.scalars.generate"]'),
    "derive generate NAME.toml -o ..": (_BUILT, '"-o", ".."]'),
}  # fmt: skip
"""Commands that no page runs, each with the file that runs it as it stands and the place there."""
NAMED: Final = re.compile(r"derive( [a-z]+)?|python -m derive\.check")
"""What is named rather than shown: a part of the command, whose calls are run."""
_FENCED = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<!\w)``?((?:derive|python|python3|pip) [^`]+)``?")
_RUN = re.compile(r"(?:run|ran|done)\(\"([^\"]+)\"")
_CONSOLE = re.compile(r"^```console\n\$ [^\n]+\n.*?^```$", re.DOTALL | re.MULTILINE)


def shown(text: str) -> set[str]:
    """The command lines of a text, in blocks and in sentences.

    >>> sorted(shown("`derive list` and ``python -m derive.check FILE``"))
    ['derive list', 'python -m derive.check FILE']
    """
    lines = (line for block in _FENCED.findall(text) for line in block.splitlines())
    found = {line.partition("#")[0].strip() for line in lines}
    found |= {" ".join(line.split()) for line in _INLINE.findall(text)} | set(console(text))
    return {line for line in found if line}


def console(text: str) -> list[str]:
    """The commands that stand behind a ``$`` with what they print."""
    return [name for kind, name, _ in blocks(text) if kind == "command"]


def sources() -> dict[str, str]:
    """The files that show commands, by path."""
    paths = [ROOT / name for name in FILES]
    paths += [prose.FOLDER / f"{name}.jinja" for name in prose.names()]
    paths += [*sorted((ROOT / "derive" / "docs").glob("*.py")), *TEMPLATES]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def run_by_pages() -> set[str]:
    """The command lines that are run for a page, and compared once more when it is there."""
    texts = sources()
    lines = {line for text in texts.values() for line in _RUN.findall(text)}
    lines |= {line for name in FILES for line in console(texts[name])}
    return lines | {call.line for call in readme.calls(texts["README.md"])}


def unrun(text: str, run: set[str]) -> Iterator[str]:
    """The command lines of a text that nothing runs.

    A word in capitals, as in ``python NAME.py check``, is whatever stands there where it is run.
    What ``derive explain`` prints of an entry or of a code is the page that it has in every build.

    >>> list(unrun("`derive list`, `python NAME.py check`, `pip install x`", {"python a.py check"}))
    ['pip install x']
    """
    known, pages = (*sorted(run), *ELSEWHERE), {*CODES, *names()}
    for line in sorted(shown(text.replace("{{ spec.name }}", "NAME"))):
        pattern = re.sub(r"\b[A-Z]{2,}\b", r"[^ ]+", re.escape(line))
        told = line.removeprefix("derive explain ") in pages and "derive explain D103" in run
        named = NAMED.fullmatch(line) and any(other.startswith(line) for other in known)
        if not (told or named or any(re.fullmatch(pattern, other) for other in known)):
            yield line


def written(text: str) -> str:
    """A Markdown text with what its commands print now."""

    def again(found: re.Match[str]) -> str:
        line = found[0].splitlines()[1].removeprefix("$ ")
        words = [sys.executable, *shlex.split(line)[1:]]
        done = subprocess.run(
            words, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8", check=True
        )
        return f"```console\n$ {line}\n{done.stdout.rstrip().lstrip(chr(10))}\n```"

    return _CONSOLE.sub(again, text)


def main() -> int:
    """Writes anew what the commands of the Markdown files print."""
    for path in (ROOT / name for name in FILES):
        text = path.read_text(encoding="utf-8")
        path.write_text(written(text), encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {len(console(text))} commands")
    return 0


if __name__ == "__main__":
    sys.exit(main())
