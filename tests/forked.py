"""The command in a process forked off the one that runs the tests: it starts with everything imported.

In: what to run, arguments, a folder, an environment, what stands on its standard input.  Out: its
status and what it printed, as from a process of its own, without the half second that an
interpreter takes to import the project.  What depends on how an interpreter starts (its hash seed,
its own standard output) is started in one.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

AVAILABLE = "fork" in multiprocessing.get_all_start_methods()
SECONDS = 120
LOADED = (
    "typer", "json", "difflib", "multiprocessing.connection", "derive.cli", "derive.commands",
    "derive.verify", "derive.subjects", "derive.workers", "derive.explain.claims", "derive.library",
)  # fmt: skip
"""Imported here once, so that no call has to."""


def forked(
    program: str | Path,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    given: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Runs a module by its name, or a script that puts modules of its own in the place of others."""
    for name in LOADED:
        import_module(name)
    with tempfile.TemporaryDirectory() as scratch:
        files = [Path(scratch, name) for name in ("stdin", "stdout", "stderr")]
        files[0].write_bytes(given)
        for path in files[1:]:
            path.touch()
        sys.stdout.flush()
        sys.stderr.flush()
        process = multiprocessing.get_context("fork").Process(
            target=_run, args=(program, [*arguments], folder, dict(environment), files)
        )
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([str(program), *arguments], SECONDS)
        out, err = (path.read_bytes() for path in files[1:])
        return subprocess.CompletedProcess([*arguments], process.exitcode, out, err)


def _run(
    program: str | Path,
    arguments: list[str],
    folder: Path,
    environment: dict[str, str],
    files: list[Path],
) -> None:
    """In the new process: nothing of the old one's surroundings is left but its modules."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in enumerate(files):
        handle = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = [str(program), *arguments]
    try:
        if isinstance(program, str):
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        else:
            for name in _knowing("derive.verify"):
                del sys.modules[name]
            sys.path.insert(0, str(program.parent))
            runpy.run_path(str(program), run_name="__main__")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _knowing(name: str) -> set[str]:
    """A module of the project and all that name it, or what is defined in it, at their top level."""
    users: dict[str, set[str]] = {}
    for user, module in list(sys.modules.items()):
        if user.partition(".")[0] == "derive":
            for value in list(vars(module).values()):
                module_of = getattr(value, "__module__", None)
                named = value.__name__ if isinstance(value, ModuleType) else module_of
                if isinstance(named, str):
                    users.setdefault(named, set()).add(user)
    found, stack = set[str](), [name]
    while stack:
        top = stack.pop()
        if top not in found:
            found.add(top)
            stack.extend(users.get(top, ()))
    return {n for n in found if n in sys.modules and n.partition(".")[0] == "derive"}
