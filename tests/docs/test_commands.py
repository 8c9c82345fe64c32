"""Every command line that README, CONTRIBUTING and the pages show is run somewhere, and where.

Commands on a page are run when it is built, and once more, with their output compared, by
`tests.docs.built`; those of the README stand on a page of their own.  All others are named here.
"""

from __future__ import annotations

import importlib
import re
import tomllib
from multiprocessing import Value
from pathlib import Path

import pytest

from derive.docs import prose, readme
from tests.docs import installs

ROOT = Path(__file__).parents[2]
FILES = ("README.md", "CONTRIBUTING.md", "benchmarks/README.md", "docs/README.md")
INSTALLS = (".ci/run", "-m tests.docs.installs")
ELSEWHERE = {
    "python3 -m venv .venv && .venv/bin/pip install -q '.[demo,generate]' && .venv/bin/derive demo": (
        ".ci/run", "the README's first command",
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
    "pip install .": INSTALLS,
    "pip install '.[generate]'": INSTALLS,
    "pip install 'derive[demo]'": INSTALLS,
    "derive docs -o site": (".ci/run", "derive\" docs -o"),
    "derive demo": ("tests/codegen/test_demo.py", "run_demo"),
    "python -m tests.docs.screens SITE --write": ("tests/docs/screens.py", "str(site), \"--write\""),
    "python -m tests.explain.leaps --all": ("tests/library/test_explanations.py", "leaps"),
    "python -m tests.explain.everywhere": ("tests/explain/test_everywhere.py", "wrong(dict(networks())"),
    "python -m derive.check FILE": ("tests/docs/test_site.py", "test_certificates_unfold"),
    "python -m derive.scalars.generate": (
        "tests/scalars/test_scalar_table.py", "test_regenerated_byte_for_byte",
    ),
    "python NAME.py check": ("derive/docs/pages/tutorial.md.jinja", "moons.py check"),
    "python -m tests.docs.installs": INSTALLS,
    "python -m tests.adversary": (".ci/run", "-m tests.adversary --mutants"),
    "python -m tests.adversary.repairs": ("tests/adversary/test_repairs.py", "from .repairs import"),
    "python -m tests.planted": ("tests/planted/test_planted.py", "by ``python -m tests.planted``"),
    "python -m benchmarks.prover": ("tests/docs/test_commands.py", "prover.by_entries(("),
    "python benchmarks/scale.py": ("tests/docs/test_commands.py", "scale.measured(scale.work"),
    "python benchmarks/start.py": ("tests/docs/built.py", "benchmarks/start.py\"], ROOT"),
    "python benchmarks/accuracy.py": ("tests/docs/built.py", "benchmarks/accuracy.py\"], ROOT"),
}  # fmt: skip
"""Commands that no page runs, each with the file that runs it and what to look for there."""
_FENCED = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<!\w)`((?:derive|python|python3|pip) [^`]+)`")
_RUN = re.compile(r"(?:run|ran|done)\(\"([^\"]+)\"")


TEMPLATES = sorted((ROOT / "codegen" / "templates").iterdir())
"""Of generated files, some of which show commands too."""


def shown(text: str) -> set[str]:
    """The command lines of a text, in blocks and in sentences."""
    blocks = (line for block in _FENCED.findall(text) for line in block.splitlines())
    lines = {line.partition("#")[0].strip() for line in blocks}
    return {line for line in lines | set(_INLINE.findall(text)) if line}


def sources() -> dict[str, str]:
    """The files that show commands, by path."""
    paths = [ROOT / name for name in FILES]
    paths += [prose.FOLDER / f"{name}.jinja" for name in prose.names()]
    paths += [*sorted((ROOT / "derive" / "docs").glob("*.py")), *TEMPLATES]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def run_by_pages() -> set[str]:
    """The command lines that are run for a page, and compared once more when it is there."""
    lines = {line for text in sources().values() for line in _RUN.findall(text)}
    return lines | {call.line for call in readme.calls((ROOT / "README.md").read_text("utf-8"))}


def test_every_command_that_is_shown_is_run() -> None:
    run = run_by_pages()
    known = (*run, *ELSEWHERE)
    for path, text in sources().items():
        for line in sorted(shown(text.replace("{{ spec.name }}", "NAME"))):
            whole = line in run or line in ELSEWHERE
            named = len(line.split()) < 4 and any(r.startswith(f"{line} ") for r in known)
            code = re.fullmatch(r"derive explain D\d+", line) and "derive explain D103" in run
            assert whole or named or code, f"{path}: `{line}` is run nowhere"


def test_shown_commands_stand_in_blocks_that_are_looked_at() -> None:
    for path, text in sources().items():
        assert not re.findall(r"^```(?:bash|shell|zsh)$", text, re.MULTILINE), path


def test_extras_of_lines_that_install_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = installs.shown()
    assert len(found) >= 5
    for line in found:
        assert set(installs.extras(line)) <= {"", *project["optional-dependencies"]}


def test_lines_that_install_are_run_in_fresh_environments() -> None:
    run = [line for group in installs.environments() for line in group]
    assert sorted([*run, *installs.BY_CI]) == installs.shown()
    readme_lines = installs.lines((ROOT / "README.md").read_text(encoding="utf-8"))
    assert set(installs.BY_CI) <= set(readme_lines)
    assert {extra for line in run for extra in installs.extras(line)} <= set(installs.TRIED)


@pytest.mark.parametrize("line", ELSEWHERE)
def test_commands_run_elsewhere(line: str) -> None:
    path, mark = ELSEWHERE[line]
    assert mark in (ROOT / path).read_text(encoding="utf-8")
    assert any(line in shown(text) for text in sources().values()) or line == "derive demo"


def test_the_benchmark_of_scale_measures_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smallest network of it; the tables take half a minute."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    scale = importlib.import_module("scale")
    spent, over, held, numbers = scale.measured(scale.work(4, 1, 2), tmp_path, 1)
    assert min(spent, over) > 0
    assert 0 < held < 10
    assert numbers == 784 * 4 + 4 + 4 * 10 + 10


def test_the_benchmark_of_proofs_compares_every_entry() -> None:
    """What SymPy does beside the engine, of the smallest network; the tables take minutes."""
    from benchmarks import prover

    done = Value("i", 0)
    prover.by_entries((1, 2, 1), done)
    assert done.value == 2 * (1 + 1) + 1 * (2 + 1)
