"""Counts by kind of mistake, what was understood, and SARIF against its standard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, one_line
from tests.cli.sarif_schema import WrongStructure, check_log

NOTE = r"""$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1), \quad Z_2 = W_2 A_1 + b_2$$
$$A_2 = \text{softmax}(Z_2), \quad J = \frac{1}{m} \sum_{i=1}^m (A_2 - Y)^2$$

$$db_1 = \sum_{i=1}^m dZ_1$$
$$dW_2 = dZ_2 A_1^T$$
$$dZ_2 = \frac{2}{m} (A_2 - Y)$$
$$dW_2 = dZ_2 A_1$$
$$dW_1 = dZ_1 X$$
$$dZ_2 \approx A_2 - Y$$
$$db_2 = \sum_{i=1}^m dZ_1$$ <!-- derive: ignore D121 -->
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    (tmp_path / "my note.md").write_text(NOTE)
    return Path("my note.md")


def test_statistics(derive: Run, note: Path) -> None:
    done = derive("verify", note, "--statistics")
    assert done.returncode == 1
    assert done.stdout == (
        "2  D102  [*]  A transpose is missing\n"
        "1  D103  [*]  The Jacobian of the output activation is missing\n"
        "1  D304  [ ]  Outside what can be proved\n"
        "[*] all, [-] some of them can be repaired with --fix\n"
    )
    rows = json.loads(derive("verify", note, "--statistics", "--format", "json").stdout)
    assert [(r["code"], r["count"], r["repairable"]) for r in rows] == [
        ("D102", 2, 2), ("D103", 1, 1), ("D304", 1, 0),
    ]  # fmt: skip


def test_show_model(derive: Run, note: Path) -> None:
    done = derive("verify", note, "--show-model")
    assert done.returncode == 0
    assert done.stdout == (
        "my note.md\n"
        "  layout: columns\n"
        "  layers: 1 tanh, 2 softmax\n"
        "  cost: squared error\n"
        "  convention: dZ = dJ/dZ\n"
        "  assumed: the cost is summed over the output units too\n"
        "  symbols\n"
        "    X    input                      (n_0, m)\n"
        "    Y    labels                     (n_2, m)\n"
        "    W_1  weight of layer 1          (n_1, n_0)\n"
        "    b_1  bias of layer 1            (n_1, 1)\n"
        "    W_2  weight of layer 2          (n_2, n_1)\n"
        "    b_2  bias of layer 2            (n_2, 1)\n"
        "    Z_1  pre-activation of layer 1  (n_1, m)\n"
        "    A_1  activation of layer 1      (n_1, m)\n"
        "    Z_2  pre-activation of layer 2  (n_2, m)\n"
        "    A_2  activation of layer 2      (n_2, m)\n"
        "    J    cost                       scalar\n"
        "  because\n"
        "    line 1: Z = W X + b: weight, input, bias; examples as columns, the layer in the "
        "subscript\n"
        "    line 1: Z = W A + b: weight, input, bias; examples as columns, the layer in the "
        "subscript\n"
    )


def test_show_model_as_json(derive: Run, note: Path) -> None:
    document = json.loads(derive("verify", note, "--show-model", "--format", "json").stdout)
    assert document["schema"] == "derive.model/1"
    [file] = document["files"]
    assert file["model"]["symbols"][0] == {"name": "X", "role": "input", "shape": "(n_0, m)"}
    assert file["model"]["evidence"]


@pytest.mark.parametrize(
    "options",
    [
        ("--show-model", "--format", "sarif"),
        ("--show-model", "--fix"),
        ("--show-model", "--statistics"),
        ("--statistics", "--format", "github"),
        ("--statistics", "--diff"),
        ("--fix", "--diff"),
    ],
)
def test_options_that_contradict_each_other(fake: Run, note: Path, options: tuple[str]) -> None:
    assert "leave one out" in one_line(fake("verify", note, *options)) or "--format" in options


@pytest.fixture
def log(derive: Run, note: Path) -> Any:
    return json.loads(derive("verify", note, "--format", "sarif").stdout)


def test_sarif_follows_the_standard(log: Any) -> None:
    check_log(log)
    [run] = log["runs"]
    assert [r["level"] for r in run["results"]] == ["error", "error", "error", "warning", "error"]
    assert [r.get("suppressions") for r in run["results"]] == [None] * 4 + [[{"kind": "inSource"}]]
    for result in run["results"][:3]:
        assert result["fixes"][0]["artifactChanges"][0]["artifactLocation"]["uri"] == "my%20note.md"


def test_the_check_of_the_structure_notices(log: Any) -> None:
    def broken(change: str) -> Any:
        copy = json.loads(json.dumps(log))
        changes[change](copy["runs"][0])
        return copy

    changes = {
        "level": lambda run: run["results"][0].update(level="fatal"),
        "extra": lambda run: run.update(extra=1),
        "column": lambda run: _region(run).update(startColumn=0),
        "end": lambda run: _region(run).update(endLine=1),
        "rule": lambda run: run["tool"]["driver"]["rules"].clear(),
        "message": lambda run: run["results"][0].pop("message"),
        "uri": lambda run: _place(run)["artifactLocation"].update(uri="my note.md"),
        "fix": lambda run: run["results"][0]["fixes"][0].update(artifactChanges=[]),
    }
    for change in changes:
        with pytest.raises(WrongStructure):
            check_log(broken(change))


def _place(run: Any) -> Any:
    return run["results"][0]["locations"][0]["physicalLocation"]


def _region(run: Any) -> Any:
    return _place(run)["region"]
