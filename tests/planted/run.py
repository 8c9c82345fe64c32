"""Plants one bug after the other in a copy of the package and looks whether it shows.

First the battery, which stops at the first error; what survives it is put to the tests of both
sides.  Each bug has a folder and a process of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .bugs import Bug

ROOT = Path(__file__).parents[2]
TESTS = ("tests/check", "tests/tensors", "tests/scalars/test_scalar_table.py")
PATIENCE = 120
"""Seconds for the battery, which takes some 10; a bug that never ends has shown itself."""
LONG_PATIENCE = 600
"""Seconds for the tests, which take some 20."""


@dataclass(frozen=True)
class Result:
    """How a bug shows; "survived" if it does not."""

    bug: Bug
    shows: str

    @property
    def caught(self) -> bool:
        return self.shows != "survived"


def plant(bug: Bug, folder: Path) -> None:
    """A copy of the package and its tests in a folder, with the bug in it."""
    hidden = shutil.ignore_patterns("__pycache__", "planted")
    shutil.copytree(ROOT / "derive", folder / "derive", ignore=hidden)
    shutil.copy2(ROOT / "pyproject.toml", folder)
    file = folder / "derive" / bug.file
    text = file.read_text(encoding="utf-8")
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.file}: {bug.rule}: occurs {text.count(bug.old)} times: {bug.old}")
    file.write_text(text.replace(bug.old, bug.new), encoding="utf-8")
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=hidden)
    shutil.copytree(ROOT / "tests" / "planted", folder / "tests" / "planted")


def result(bug: Bug, *, tests: bool = True) -> Result:
    """Whether the bug shows in the battery, or else (`tests`) in the tests of both sides."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plant(bug, folder)
        shows = _battery(folder)
        if shows == "survived" and tests:
            shows = _tests(folder)
        return Result(bug, shows)


def results(
    bugs: Iterable[Bug], jobs: int | None = None, *, tests: bool = True
) -> Iterator[Result]:
    """The results in the order of the bugs."""
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        yield from pool.map(lambda bug: result(bug, tests=tests), bugs)


def _battery(folder: Path) -> str:
    try:
        done = _python(folder, PATIENCE, "-m", "tests.planted.battery")
    except subprocess.TimeoutExpired:
        return "test: the battery does not end"
    if done.returncode:
        return f"crash: {done.stderr.strip().splitlines()[-1]}"
    return done.stdout.strip().splitlines()[-1]


def _tests(folder: Path) -> str:
    options = ("-x", "-q", "-p", "no:cacheprovider")
    try:
        done = _python(folder, LONG_PATIENCE, "-m", "pytest", *options, *TESTS)
    except subprocess.TimeoutExpired:
        return "test: the tests do not end"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if not done.returncode:
        return "survived"
    return f"test: {failed[0]}" if failed else f"test: {done.stdout.strip().splitlines()[-1]}"


def _python(folder: Path, seconds: float, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds
    )
