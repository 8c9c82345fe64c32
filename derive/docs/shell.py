"""Files and commands as a page shows them: what stands behind a ``$`` was run for the page.

In: the text of a file, or a command line.  Out: the Markdown that shows it; of a command with
the output that it printed in a folder of the page's own.  A command that ends with another exit
status than the page expects is a problem of the build.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from derive.docs.forked import AVAILABLE, Done, called

ROOT: Final = Path(__file__).parents[2]
"""Where the packages lie that the commands run."""
LONGEST: Final = 600.0
"""Seconds after which a command is given up; on a machine at rest each takes about one."""
_LANGUAGES: Final = {".toml": "toml", ".py": "python", ".yml": "yaml"}
"""By suffix; a note is shown as it stands, for to Markdown the indices of formulas are emphasis."""


@dataclass(slots=True)
class Shell:
    """A folder, made when the page begins and removed when it is written."""

    page: str
    problems: list[str] = field(default_factory=list)
    _scratch: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Shell:
        self._scratch = tempfile.TemporaryDirectory()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._scratch is not None:
            self._scratch.cleanup()

    @property
    def folder(self) -> Path:
        """Where the commands of the page run."""
        assert self._scratch is not None
        return Path(self._scratch.name)

    def file(self, name: str, text: str) -> str:
        """Writes a file and shows it under its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        language = _LANGUAGES.get(Path(name).suffix, "text")
        fence = "````" if "```" in text else "```"
        return f"`{name}`:\n\n{fence}{language}\n{text.rstrip()}\n{fence}"

    def run(self, command: str, status: int = 0) -> str:
        """Runs a command and shows it with its output."""
        printed = "".join(f"\n{line}" for line in self.done(command, status).rstrip().splitlines())
        return f"```console\n$ {command}{printed}\n```"

    def ran(self, command: str, status: int = 0) -> str:
        """Runs a command and shows it alone."""
        self.done(command, status)
        return f"`{command}`"

    def done(self, command: str, status: int = 0) -> str:
        """What a command prints."""
        name, *arguments = shlex.split(command)
        if name not in ("derive", "python"):
            raise ValueError(f"{self.page}: no command {name!r} can be shown")
        done = _done(name, arguments, self.folder)
        if done.status is None:
            self.problems.append(f"{self.page}: `{command}` does not end")
            return ""
        if done.status != status:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            self.problems.append(
                f"{self.page}: `{command}` ends with {done.status}, not {status}: " + "".join(said)
            )
        return done.stdout


def _done(name: str, arguments: list[str], folder: Path) -> Done:
    """Runs a command; what it does is the same in a process of its own and in one forked off.

    Steps decide a verdict and the clock is only a guard: it is set so far that no other work on the
    machine makes a page say something else.
    """
    if name == "derive" and arguments[:1] == ["verify"] and "--timeout" not in arguments:
        arguments = [*arguments, "--timeout", f"{LONGEST:g}"]
    if name == "derive" and AVAILABLE:
        return called(arguments, folder, environment(), LONGEST)
    program = [sys.executable, *(["-m", "derive"] if name == "derive" else [])]
    try:
        done = subprocess.run(
            [*program, *arguments],
            cwd=place(arguments, folder),
            env=environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Done(None, "", "")
    return Done(done.returncode, done.stdout, done.stderr)


def place(arguments: Sequence[str], folder: Path) -> Path:
    """Where a command runs: scripts of the project in its source tree, all else in the folder."""
    return ROOT if arguments and arguments[0].startswith("benchmarks/") else folder


def environment() -> dict[str, str]:
    """That of the commands: plain output in UTF-8, one thread, these packages."""
    dropped = ("NO_COLOR", "DERIVE_DEBUG", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH")))),
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
