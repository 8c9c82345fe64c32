"""Plants one bug after the other, each in a process of its own, and looks whether it shows.

`KNOWN` says where each bug showed the last time, so that most are found by one question or one
test.  It is a matter of speed only: what does not show there is looked for everywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .bugs import ROOT, Bug

KNOWN = Path(__file__).with_name("catchers.json")
PATIENCE = 900
"""Seconds for one bug, beyond which something else than the bug must be at fault."""


@dataclass(frozen=True)
class Result:
    """where: the question or test that catches the bug.  how: "" if nothing does."""

    bug: Bug
    where: str
    how: str

    @property
    def caught(self) -> bool:
        return bool(self.how)

    @property
    def by(self) -> str:
        """What kind of check catches it."""
        if not self.caught:
            return "nothing"
        return "a unit test" if "::" in self.where else "the battery"


def known() -> dict[str, str]:
    """By name of the bug, the question or test that caught it the last time."""
    found: dict[str, str] = json.loads(KNOWN.read_text(encoding="utf-8"))
    return found


def remember(results: Iterable[Result], bugs: Iterable[Bug]) -> None:
    """Writes down what caught each bug; what is no bug any more is dropped."""
    found = known() | {r.bug.name: r.where for r in results if r.caught}
    kept = {bug.name: found[bug.name] for bug in bugs if bug.name in found}
    KNOWN.write_text(json.dumps(kept, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def result(bug: Bug, catcher: str = "") -> Result:
    """Whether the bug shows: first where it did before, then in the battery, then in the tests."""
    command = [sys.executable, "-m", "tests.planted.child", bug.name, catcher]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode < 0:
        return Result(bug, catcher, f"the process ends with signal {-done.returncode}")
    if done.returncode:
        return Result(bug, f"does not start: {done.stderr.strip().splitlines()[-1]}", "")
    where, how = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else ("", "")
    return Result(bug, where, how)


def results(
    bugs: Iterable[Bug], catchers: Mapping[str, str], jobs: int | None = None
) -> Iterator[Result]:
    """The results in the order of the bugs."""
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        yield from pool.map(lambda bug: result(bug, catchers.get(bug.name, "")), bugs)
