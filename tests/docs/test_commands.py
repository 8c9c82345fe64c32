"""Every command line that README, CONTRIBUTING and the pages show is run somewhere, and where.

Commands on a page are run when it is built, and once more, with their output compared, by
`tests.docs.built`; those of the README stand on a page of their own.  All others are named here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derive.docs import prose, readme

ROOT = Path(__file__).parents[2]
FILES = ("README.md", "CONTRIBUTING.md", "benchmarks/README.md", "docs/README.md")
ELSEWHERE = {
    "python3 -m venv .venv && .venv/bin/pip install -q '.[demo,generate]' && .venv/bin/derive demo": (
        "tests/codegen/test_demo.py", "run_demo",
    ),
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,demo,generate,docs,lint]' "
    "&& .venv/bin/pytest -n auto": (".ci/run", "the README's test command"),
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test,demo,generate,docs,lint]'": (
        ".ci/run", "the README's test command",
    ),
    ".venv/bin/pytest -n auto": (".ci/run", "the README's test command"),
    ".venv/bin/derive docs -o site && .venv/bin/python -m tests.docs.built site": (
        ".ci/run", "-m tests.docs.built",
    ),
    ".ci/run": (".ci/run", "all stages passed"),
    "pip install .": (".ci/run", "pip"),
    "pip install '.[generate]'": (".ci/run", "pip"),
    "pip install 'derive[demo]'": (".ci/run", "pip"),
    "derive docs -o site": (".ci/run", "derive\" docs -o"),
    "derive demo": ("tests/codegen/test_demo.py", "run_demo"),
    "python -m tests.docs.screens SITE --write": ("tests/docs/browser.py", "screens"),
    "python -m tests.explain.leaps --all": ("tests/library/test_explanations.py", "leaps"),
    "python -m derive.check FILE": ("tests/docs/test_site.py", "test_certificates_unfold"),
    "python -m derive.scalars.generate": (
        "tests/scalars/test_scalar_table.py", "test_regenerated_byte_for_byte",
    ),
    "python NAME.py check": ("derive/docs/pages/tutorial.md.jinja", "moons.py check"),
    "python benchmarks/training_step.py": ("benchmarks/training_step.py", "__main__"),
    "python benchmarks/accuracy.py": ("benchmarks/accuracy.py", "__main__"),
}  # fmt: skip
"""Commands that no page runs, each with the file that runs it and what to look for there."""
_FENCED = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`((?:derive|python|python3|pip) [^`]+)`")
_RUN = re.compile(r"(?:run|ran|done)\(\"([^\"]+)\"")


def shown(text: str) -> set[str]:
    """The command lines of a text, in blocks and in sentences."""
    blocks = (line for block in _FENCED.findall(text) for line in block.splitlines())
    lines = {line.partition("#")[0].strip() for line in blocks}
    return {line for line in lines | set(_INLINE.findall(text)) if line}


def sources() -> dict[str, str]:
    """The files that show commands, by path."""
    paths = [ROOT / name for name in FILES]
    paths += [prose.FOLDER / f"{name}.jinja" for name in prose.names()]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def run_by_pages() -> set[str]:
    """The command lines that are run for a page, and compared once more when it is there."""
    lines = {line for text in sources().values() for line in _RUN.findall(text)}
    return lines | {call.line for call in readme.calls((ROOT / "README.md").read_text("utf-8"))}


def test_every_command_that_is_shown_is_run() -> None:
    run = run_by_pages()
    for path, text in sources().items():
        for line in sorted(shown(text)):
            whole = line in run or line in ELSEWHERE
            named = len(line.split()) == 2 and any(r.startswith(f"{line} ") for r in run)
            code = re.fullmatch(r"derive explain D\d+", line) and "derive explain D103" in run
            assert whole or named or code, f"{path}: `{line}` is run nowhere"


@pytest.mark.parametrize("line", ELSEWHERE)
def test_commands_run_elsewhere(line: str) -> None:
    path, mark = ELSEWHERE[line]
    assert mark in (ROOT / path).read_text(encoding="utf-8")
    assert any(line in shown(text) for text in sources().values()) or line == "derive demo"
