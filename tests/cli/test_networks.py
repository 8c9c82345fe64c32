"""`derive generate`, `verify` of a spec, `list` and `docs` as a user calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, one_line

SPEC = """name = "tiny"
input = 3
loss = "cross_entropy"
[[layer]]
units = 4
activation = "tanh"
[[layer]]
units = 2
activation = "softmax"
[training]
optimizer = "sgd"
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(SPEC)
    return path


def test_spec_is_verified(derive: Run, spec: Path) -> None:
    done = derive("verify", "tiny.toml")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("6 claims in 1 file: 6 verified\n")


def test_generate_then_check(derive: Run, spec: Path, tmp_path: Path) -> None:
    done = derive("generate", "tiny.toml", "-o", "out")
    assert done.returncode == 0, done.stderr
    assert "out/tiny/tiny.py" in done.stdout.split()
    assert derive("generate", "tiny.toml", "-o", "out", "--check").returncode == 0
    emitted = tmp_path / "out" / "tiny" / "tiny.py"
    text = emitted.read_text()
    emitted.write_text(text.replace("tanh", "sinh", 1))
    changed = derive("generate", "--check", "out")
    assert changed.returncode == 1
    assert "sinh" in changed.stdout
    assert derive("generate", "out").returncode == 0
    assert emitted.read_text() == text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"tanh"', '"tahn"', "tanh"),
        ("units = 4", "units = 0", "units"),
        ("units = 4", "units = 1000000000", "units"),
        ('name = "tiny"', 'name = "../tiny"', "name"),
        ('name = "tiny"', 'name = "a\\nb"', "name"),
        ('optimizer = "sgd"', 'optimizer = "sgd"\nlearning_rate = -1', "learning_rate"),
        ("input = 3", "inputs = 3", "input"),
    ],
)
@pytest.mark.parametrize("command", ["verify", "generate"])
def test_unusable_spec(
    derive: Run, spec: Path, command: str, old: str, new: str, says: str
) -> None:
    spec.write_text(SPEC.replace(old, new))
    line = one_line(derive(command, "tiny.toml"))
    assert "tiny.toml" in line
    assert says in line
    assert [path.name for path in spec.parent.iterdir()] == ["tiny.toml"]


def test_folder_without_networks(derive: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no network" in one_line(derive("generate", "--check", "empty"))
    assert "tiny.toml" in one_line(derive("generate", "tiny.toml"))


def test_list_says_that_every_rule_is_proved(derive: Run) -> None:
    done = derive("list")
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    for rule in ("sigmoid verified", "dense-rows-weight verified", "adam-step verified"):
        assert any(line.split()[:2] == rule.split() for line in lines), rule
