"""Runs the command as a user would: a process of its own, forked off where that makes no difference."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from tests.forked import AVAILABLE, SECONDS, forked

FAKE = Path(__file__).with_name("fake.py")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    dropped = {"NO_COLOR", "DERIVE_DEBUG"}
    kept = {k: v for k, v in os.environ.items() if k not in dropped}
    return {**kept, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"}


def _runner(program: str | Path, folder: Path) -> Run:
    start = [sys.executable, *(["-m", program] if isinstance(program, str) else [str(program)])]

    def run(
        *arguments: str | Path,
        text: str | bytes = b"",
        stdout: int | IO[bytes] = subprocess.PIPE,
        **extra: str,
    ) -> subprocess.CompletedProcess[str]:
        words, environment = [*map(str, arguments)], {**_environment(), **extra}
        given = text.encode() if isinstance(text, str) else text
        if AVAILABLE and stdout == subprocess.PIPE and "PYTHONHASHSEED" not in extra:
            done = forked(program, words, folder, environment, given)
        else:
            done = subprocess.run(
                [*start, *words],
                input=given,
                stdout=stdout,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=environment,
                timeout=SECONDS,
                check=False,
            )
        return subprocess.CompletedProcess(
            done.args, done.returncode, (done.stdout or b"").decode(), done.stderr.decode()
        )

    return run


@pytest.fixture
def derive(tmp_path: Path) -> Run:
    """The real command, run in an empty folder."""
    return _runner("derive", tmp_path)


@pytest.fixture
def fake(tmp_path: Path) -> Run:
    """The command over the stand-in judge, run in an empty folder."""
    return _runner(FAKE, tmp_path)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The single line of complaint of a call that failed with exit status 2."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("derive: ")
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    return done.stderr
