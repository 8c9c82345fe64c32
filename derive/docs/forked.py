"""A call of the command in a process forked off this one: it starts with everything imported.

In: arguments, a folder, an environment.  Out: exit status, stdout, stderr, as of a process of its
own.  The build of the site shows some fifty calls; an interpreter for each would be half of its
time.  What checks the site afterwards starts each in an interpreter of its own, and compares.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

AVAILABLE = "fork" in multiprocessing.get_all_start_methods()


@dataclass(frozen=True, slots=True)
class Done:
    """How a call ended, and what it printed; status None if it was given up."""

    status: int | None
    stdout: str
    stderr: str


def called(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> Done:
    """Runs ``derive`` with these arguments in the folder."""
    with tempfile.TemporaryDirectory() as scratch:
        files = [Path(scratch, name) for name in ("stdout", "stderr")]
        context = multiprocessing.get_context("fork")
        process = context.Process(
            target=_call, args=(tuple(arguments), folder, dict(environment), files)
        )
        sys.stdout.flush()
        sys.stderr.flush()
        process.start()
        process.join(seconds)
        status = process.exitcode
        if status is None:
            process.kill()
            process.join()
        said = [path.read_text(encoding="utf-8") if path.exists() else "" for path in files]
    return Done(status, *said)


def _call(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str], files: list[Path]
) -> None:
    """In the new process: nothing of the old one's surroundings is left but its modules."""
    from derive.cli import run

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    streams = [_opened(path, number) for number, path in enumerate(files, 1)]
    sys.stdout, sys.stderr = streams
    sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        status = run(list(arguments))
    finally:
        for stream in streams:
            stream.flush()
    sys.exit(status)


def _opened(path: Path, number: int) -> io.TextIOWrapper:
    """A file in the place of stdout or stderr."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, number)
    os.close(handle)
    return io.TextIOWrapper(os.fdopen(number, "wb", closefd=False), encoding="utf-8")
