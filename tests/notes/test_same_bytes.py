"""The same notes give the same bytes: under any hash seed, in any order of the files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.notes.expectations import NOTES

ROOT = Path(__file__).resolve().parents[2]


@cache
def output(seed: str, paths: tuple[Path, ...], *options: str) -> bytes:
    """What ``derive verify`` prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "derive", "verify", *map(str, paths), *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize(("form", "other", "kept"), [("json", "1", 5), ("text", "2", 2)])
def test_hash_seeds(form: str, other: str, kept: int) -> None:
    """Of all notes the document that holds everything; of some what is told of it."""
    notes = tuple(sorted(NOTES.glob("*.md")))[:kept]
    first, second = (output(seed, notes, "--format", form) for seed in ("0", other))
    assert first
    assert second == first


def test_the_order_of_the_files() -> None:
    """Each file is judged by itself: its part of the report does not depend on its neighbours."""
    notes = tuple(sorted(NOTES.glob("*.md")))
    parts = []
    for order in (notes, notes[3:] + notes[2::-1]):
        report = json.loads(output("0", order, "--format", "json"))
        parts.append({file["path"]: file for file in report["files"]})
    assert parts[0].keys() == {str(p) for p in notes}
    assert parts[1] == parts[0]
