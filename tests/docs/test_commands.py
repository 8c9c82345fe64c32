"""Every command line that README, CONTRIBUTING and the pages show is run somewhere, and where."""

from __future__ import annotations

import importlib
import re
import tomllib
from multiprocessing import Value
from pathlib import Path

import pytest

from derive.docs import facts, prose
from tests.docs import installs
from tests.docs.commands import ELSEWHERE, FILES, console, run_by_pages, shown, sources, unrun
from tests.docs.shown import varying

ROOT = Path(__file__).parents[2]


def test_every_command_that_is_shown_is_run() -> None:
    run = run_by_pages()
    left = {path: list(unrun(text, run)) for path, text in sources().items()}
    assert not any(left.values()), {path: lines for path, lines in left.items() if lines}


@pytest.mark.parametrize(
    "line", ["python -m tests.adversary", "derive explain nothing", "python benchmarks/scale.py"]
)
def test_a_command_that_nothing_runs_is_found(line: str) -> None:
    run = run_by_pages()
    assert list(unrun(f"See `{line}`.", run)) == [line]
    assert list(unrun(f"```sh\n{line}  # so\n```\n", run)) == [line]


def test_commands_with_their_output_stand_on_pages() -> None:
    """There they are run again and compared."""
    texts = sources()
    extend, benchmarks = (
        (prose.FOLDER / f"{name}.md.jinja").read_text("utf-8") for name in ("extend", "benchmarks")
    )
    parts = re.findall(r'section\(project\("CONTRIBUTING.md"\), "([^"]+)"\)', extend)
    on_page = [c for part in parts for c in console(facts.section(texts["CONTRIBUTING.md"], part))]
    assert console(texts["CONTRIBUTING.md"]) == on_page
    assert 'project("benchmarks/README.md")' in benchmarks
    assert len(on_page + console(texts["benchmarks/README.md"])) >= 10
    assert not any(
        console(texts[name]) for name in FILES if name in ("README.md", "docs/README.md")
    )


def test_nothing_is_left_out_of_a_comparison_but_what_varies() -> None:
    line = "mutants  accepted by the engine alone {}; true ones verified {} %"
    campaign = "python -m tests.adversary --seed 1"
    one, other, worse = (line.format(*two) for two in ((0, 99.0), (0, 98.5), (1, 99.0)))
    assert varying(one, campaign) == varying(f"{other}\n3 s", campaign) != varying(worse, campaign)
    timed = "python benchmarks/scale.py depth"
    assert varying("| 64 | 2.5 |", timed) == varying("| 64 | 12.75 |", timed)
    assert varying("| 64 | 2.5 |", timed) != varying("| 32 | 2.5 |", timed)
    assert varying("2 planted; 11 s") == varying("2 planted; 3 s") != varying("3 planted; 3 s")


def test_contributing_sets_up_as_the_readme_does() -> None:
    command = re.search(r"<!-- test command -->\n```sh\n(.*)\n```", sources()["README.md"])
    assert command is not None
    first, _, second = command[1].rpartition(" && ")
    assert {first, second} <= shown(sources()["CONTRIBUTING.md"])


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
