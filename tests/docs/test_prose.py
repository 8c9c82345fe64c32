"""Pages of prose: what they show was run, and a command that ends otherwise is a problem."""

from __future__ import annotations

import inspect
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from derive.docs import api, measured, plots, prose
from derive.docs.shell import Shell, environment
from derive.library.activations import ACTIVATIONS
from derive.scalars import table
from derive.verdict import FileReport
from tests.docs.shown import blocks, varying

LIBRARY = FileReport("library", None, ())
"""Of no rules: the pages only count them."""


def test_what_a_page_shows_is_what_its_commands_print(tmp_path: Path) -> None:
    text = prose.page("questions/what-does-verified-mean.md", LIBRARY).text
    shown = list(blocks(text))
    assert [kind for kind, *_ in shown] == ["file", "command", "command"]
    for kind, name, body in shown:
        if kind == "file":
            (tmp_path / name).write_text(body, encoding="utf-8")
            continue
        words = name.split() if name.startswith("python -m") else ["python", "-m", *name.split()]
        done = subprocess.run(
            [sys.executable, *words[1:]],
            cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert varying(done.stdout.rstrip()) == varying(body), name


def test_another_exit_status_than_the_page_expects_is_a_problem() -> None:
    with Shell("page.md") as shell:
        shell.run("derive verify missing.md")
    [problem] = shell.problems
    assert problem.startswith("page.md: `derive verify missing.md` ends with 2, not 0: derive: ")


def test_no_other_program_is_run() -> None:
    with Shell("page.md") as shell, pytest.raises(ValueError, match="no command 'rm'"):
        shell.run("rm -r .")


def test_a_fact_that_is_not_there_is_an_error() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        prose._environment().from_string("{{ nothing }}").render()


@pytest.mark.parametrize(
    "row", [r for r in ACTIVATIONS if r.formula is not None], ids=lambda r: r.name
)
def test_plots_show_the_functions_of_the_table(row) -> None:
    f = table.derivative(row.name, 0)
    for at in (-2.0, 0.5, 3.0):
        h = 1e-6
        rise = measured.evaluate(f, {"x": at + h}) - measured.evaluate(f, {"x": at - h})
        slope = measured.evaluate(table.derivative(row.name, 1), {"x": at})
        assert math.isclose(rise / (2 * h), slope, rel_tol=1e-6, abs_tol=1e-8)
    svg = plots.activation_svg(row.name)
    assert svg == plots.activation_svg(row.name)
    assert svg.count('class="kink-used"') == len(row.kinks)


def test_a_form_that_loses_digits_is_measured_as_such() -> None:
    stable = measured.form("sigmoid", "np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z)))", 0)
    naive = measured.form("sigmoid", "a = 1.0 / (1.0 + np.exp(-z)); a * (1.0 - a)", 1)
    assert stable.ulp < 3
    assert naive.ulp > 1e9
    assert (stable.operations, stable.costly) == (7, 2)


def test_reference_shows_signatures_docstrings_and_examples() -> None:
    text = api.page("derive.verdict")
    assert text.startswith("# derive.verdict\n")
    assert "## Finding\n" in text
    from derive.verdict import Verdict

    assert (inspect.getdoc(Verdict) or "").splitlines()[0].split("`")[0].strip()[:20] in text
    assert not re.search(r" at 0x[0-9a-f]{6}", text)


def test_every_module_of_the_reference_is_documented() -> None:
    for line in api.overview().splitlines():
        if line.startswith("* "):
            assert len(line.partition("): ")[2]) > 10, line
