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
from queue import SimpleQueue

from .bugs import ROOT, Bug

KNOWN = Path(__file__).with_name("catchers.json")


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


class Nursery:
    """A process from which others part, one for each bug."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.planted.child"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)

    def result(self, bug: Bug, catcher: str = "") -> Result:
        """Whether the bug shows: where it did before, then in the battery, then in the tests."""
        asked, answers = self.process.stdin, self.process.stdout
        assert asked is not None
        assert answers is not None
        print(json.dumps([bug.name, catcher]), file=asked, flush=True)
        line = answers.readline()
        if not line:
            return Result(bug, "the process does not answer", "")
        where, how = json.loads(line) or ("", "")
        return Result(bug, where, how)

    def close(self) -> None:
        self.process.communicate()


def results(
    bugs: Iterable[Bug], catchers: Mapping[str, str], jobs: int | None = None
) -> Iterator[Result]:
    """The results in the order of the bugs."""
    count = jobs or os.cpu_count() or 1
    idle: SimpleQueue[Nursery] = SimpleQueue()
    nurseries = [Nursery() for _ in range(count)]
    for nursery in nurseries:
        idle.put(nursery)

    def one(bug: Bug) -> Result:
        nursery = idle.get()
        try:
            return nursery.result(bug, catchers.get(bug.name, ""))
        finally:
            idle.put(nursery)

    try:
        with ThreadPoolExecutor(count) as pool:
            yield from pool.map(one, bugs)
    finally:
        for nursery in nurseries:
            nursery.close()
