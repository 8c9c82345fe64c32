"""Runs the command as a user would: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

FAKE = Path(__file__).with_name("fake.py")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    dropped = {"NO_COLOR", "DERIVE_DEBUG"}
    kept = {k: v for k, v in os.environ.items() if k not in dropped}
    return {**kept, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"}


def _runner(start: list[str], folder: Path) -> Run:
    def run(
        *arguments: str | Path,
        text: str | bytes = b"",
        stdout: int | IO[bytes] = subprocess.PIPE,
        **extra: str,
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*start, *map(str, arguments)],
            input=text.encode() if isinstance(text, str) else text,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**_environment(), **extra},
            timeout=120,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, (done.stdout or b"").decode(), done.stderr.decode()
        )

    return run


@pytest.fixture
def derive(tmp_path: Path) -> Run:
    """The real command, run in an empty folder."""
    return _runner([sys.executable, "-m", "derive"], tmp_path)


@pytest.fixture
def fake(tmp_path: Path) -> Run:
    """The command over the stand-in judge, run in an empty folder."""
    return _runner([sys.executable, str(FAKE)], tmp_path)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The single line of complaint of a call that failed with exit status 2."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("derive: ")
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    return done.stderr
