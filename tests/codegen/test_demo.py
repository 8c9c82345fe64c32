"""The demo: its report, its data sets, and the accuracy that it promises."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from codegen import demo, generate, plots
from derive.verdict import FileReport, Finding, Kind, Repair, Verdict


def claim(line, verdict, **more):
    return Finding(line, 1, line, 9, 1, f"a_{line} = b", Kind.ALGEBRA, verdict, **more)


REPORT = FileReport(
    "notes/first.md",
    None,
    (
        claim(1, Verdict.VERIFIED),
        claim(
            2,
            Verdict.REFUTED,
            code="D103",
            message="softmax Jacobian is missing",
            repairs=(Repair("a_2 = c", Verdict.VERIFIED, "derived"),),
        ),
        claim(3, Verdict.VERIFIED),
    ),
)


def test_summary_counts_verdicts_of_each_note():
    head, line = demo.summary([REPORT])
    assert head.split() == [verdict.value for verdict in Verdict]
    assert line.split() == ["first.md", "2", "1", "·", "·", "·"]


def test_mistakes_name_place_reason_and_repair():
    assert demo.mistakes([REPORT]) == [
        "    first.md:2  a_2 = b",
        "        D103 softmax Jacobian is missing",
        "        proved instead: a_2 = c",
    ]
    assert demo.mistakes([]) == ["    none"]


@pytest.fixture
def without(monkeypatch):
    """Makes a package look as if it were not installed."""

    def hide(*names):
        find = importlib.util.find_spec
        hidden = lambda name, *rest: None if name in names else find(name, *rest)  # noqa: E731
        monkeypatch.setattr(demo.importlib.util, "find_spec", hidden)

    return hide


@pytest.fixture
def no_notes(monkeypatch):
    """Leaves the judging of notes to the tests of the verifier."""
    module = SimpleNamespace(shipped_notes=list, verify_paths=lambda paths: [REPORT])
    monkeypatch.setitem(sys.modules, "derive.verify", module)


def test_without_the_extra_it_learns_spirals_and_says_so(without, no_notes, tmp_path, capsys):
    without("sklearn", "matplotlib")
    assert demo.run_demo(tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "softmax Jacobian is missing" in said
    assert "spirals: " in said
    assert "0 failed" in said
    assert said.count("pip install 'derive[demo]'") == 2
    accuracy = float(said.split("test examples: ")[1].split(" %")[0])
    assert accuracy > 95
    assert (tmp_path / "out" / "spirals.npz").is_file()
    assert not list((tmp_path / "out").glob("*.png"))


needs_extra = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("sklearn", "matplotlib")),
    reason="scikit-learn or matplotlib is not installed: the demo's images are not tested",
)


@needs_extra
def test_with_the_extra_it_learns_digits_and_draws(no_notes, tmp_path, capsys):
    assert demo.run_demo(tmp_path, fast=True) == 0
    said = capsys.readouterr().out
    assert "1797 images of handwritten digits" in said
    assert said.count("proved for all shapes, checked") == 6
    picture = (tmp_path / "digits.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000


@needs_extra
def test_digits_are_right_in_96_percent_over_five_seeds(tmp_path):
    task = demo.load_task()
    spec = tmp_path / "digits.toml"
    spec.write_text(task.spec, encoding="utf-8")
    generate(spec, tmp_path)
    module = demo.load_network(tmp_path / "digits" / "digits.py")
    found = [demo.accuracy_on_test(task, module, seed)[1] for seed in range(5)]
    assert np.mean(found) >= 0.96, found


def test_a_network_is_loaded_anew_from_each_place(tmp_path):
    for text in ("first", "second"):
        folder = tmp_path / text
        folder.mkdir()
        (folder / "net.py").write_text("from . import runtime\nword = runtime.word\n")
        (folder / "runtime.py").write_text(f"word = {text!r}\n")
        assert demo.load_network(folder / "net.py").word == text


@needs_extra
def test_a_picture_of_a_plane(tmp_path):
    points = np.random.default_rng(0).normal(size=(20, 2))
    regions = (points, np.arange(20) % 2, np.zeros((4, 4)), (-1.0, 1.0, -1.0, 1.0))
    counts = np.array([[9, 1], [2, 8]])
    curve = [1.0, 0.5]
    picture = plots.Picture("plane", curve, curve, curve, curve, counts, regions=regions)
    plots.draw(picture, tmp_path / "p.png")
    assert Path(tmp_path / "p.png").stat().st_size > 10_000
