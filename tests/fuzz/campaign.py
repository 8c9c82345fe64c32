"""The campaign: every input is read, one in a few judged, one in 100 goes through the command.

In: seed, count, processes.  Out: a `Tally`.  Each process has the memory of a worker of the
command.  A fault is an exception, a broken property of what was read, a time beyond the budget,
or an exit status or output that is not documented.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from derive.errors import CallError
from derive.reading import read, tree
from derive.reading.syntax import Chain, Document, Node
from derive.reading.tokens import tokenize
from derive.sources import Source
from derive.subjects import open_subject
from derive.verify import Options
from derive.workers import MEMORY, PATIENCE, TIMEOUT

from .inputs import ROOT, Input, broken

READING = 5.0
"""Seconds of processor time for the reading of one input."""
BATCH = 2500
"""Inputs in one go of a process."""
JUDGED = 20
"""One in so many is judged, if no other number is asked for."""
RAW = 500
"""One in so many goes through the command byte for byte; others are made valid UTF-8 first."""
EXITS = (0, 1, 2)


@dataclass
class Tally:
    """What a campaign did, and each fault with the number of its input."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    """Seconds of the slowest reading, and its input."""
    memory: int = 0
    """The most kilobytes that a process held."""

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.faults += other.faults
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)


def campaign(
    seed: int, count: int, jobs: int | None = None, first: int = 0, judged: int = JUDGED
) -> Tally:
    """Runs `count` inputs from the `first` on, one in `judged` judged; one job: in this process."""
    last = first + count
    ranges = [(seed, k, min(k + BATCH, last), judged) for k in range(first, last, BATCH)]
    total = Tally()
    if jobs == 1:
        for item in ranges:
            total.add(stretch(item))
        return total
    with ProcessPoolExecutor(jobs, initializer=_limit_memory) as pool:
        for tally in pool.map(stretch, ranges):
            total.add(tally)
    return total


def stretch(item: tuple[int, int, int, int]) -> Tally:
    """The inputs of a range."""
    seed, first, last, judged = item
    tally = Tally()
    through: list[Input] = []
    for number in range(first, last):
        given = broken(seed, number)
        tally.counts["inputs"] += 1
        _read(given, tally)
        if number % judged == min(5, judged - 1):
            _judge(given, tally)
        if number % 100 == 0:
            through.append(given)
    for given in (raw for raw in through if raw.number % RAW == 0):
        _call([given], tally)
    _command([Input(g.number, g.kind, g.text.encode()) for g in through if g.number % RAW], tally)
    tally.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return tally


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


# -- reading ------------------------------------------------------------------------------------


def _read(given: Input, tally: Tally) -> None:
    start = time.process_time()
    try:
        document = read(given.text, given.kind)  # type: ignore[arg-type]
        spent = time.process_time() - start
        check(document)
    except Exception:
        tally.faults.append((given.number, traceback.format_exc()))
        return
    tally.counts["pieces"] += len(document.pieces)
    tally.slowest = max(tally.slowest, (spent, given.number))
    if spent > READING:
        tally.faults.append((given.number, f"reading took {spent:.1f} s"))


def check(document: Document) -> None:
    """What holds of every document: ordered spans, numbered signs, tokens that cover the text."""
    at = 0
    for piece in document.pieces:
        assert at <= piece.span.start <= piece.body.start <= piece.body.end <= piece.span.end
        at = piece.span.end
        steps = [relation.step for chain in piece.chains for relation in chain.relations]
        assert sorted(steps) == list(range(1, len(steps) + 1)), steps
        for root in [*piece.loose, *(side for chain in piece.chains for side in _sides(chain))]:
            for node in tree.walk(root):
                assert 0 <= node.span.start <= node.span.end <= len(document.source), node
        _covered(document.source, piece.body.start, piece.body.end)


def _sides(chain: Chain) -> list[Node]:
    return [*([chain.head] if chain.head else []), *chain.parts]


def _covered(source: str, start: int, end: int) -> None:
    at = start
    for token in tokenize(source, start, end):
        assert at <= token.start <= token.end <= end, token
        assert not source[at : token.start].replace("~", "").strip(), (at, token)
        at = token.end
    assert not source[at:end].replace("~", "").strip()


# -- judging ------------------------------------------------------------------------------------


class Overrun(BaseException):
    """The clock has run out; no `Exception`, so that nothing on the way takes it for its own."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises `Overrun` after so many seconds of processor time."""

    def ring(*_: object) -> None:
        raise Overrun

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _judge(given: Input, tally: Tally) -> None:
    """Understands and judges a note as a worker of the command does."""
    tally.counts["judged"] += 1
    what = "understanding"
    try:
        with limited(PATIENCE * TIMEOUT):
            note = open_subject(Source("note", given.kind, given.text), Options())  # type: ignore[arg-type]
        findings = []
        for k in range(note.size):
            what = f"claim {k}"
            with limited(TIMEOUT):
                findings.append(note.judge(k))
            tally.counts[str(findings[-1].verdict)] += 1
        what = "report"
        with limited(PATIENCE * TIMEOUT):
            note.report(findings)
    except CallError as error:
        tally.counts["refused"] += 1
        if "\n" in str(error):
            tally.faults.append((given.number, f"a complaint of several lines: {error}"))
    except Overrun:
        tally.counts["given up for time"] += 1
        if what == "understanding":
            tally.faults.append((given.number, "understanding took too long"))
    except (MemoryError, RecursionError):
        tally.counts["given up for memory or depth"] += 1
        tally.faults.append((given.number, traceback.format_exc()))
    except Exception:
        tally.faults.append((given.number, f"{what}: {traceback.format_exc()}"))


# -- the command --------------------------------------------------------------------------------


def _command(batch: Sequence[Input], tally: Tally) -> None:
    """The command on several inputs; where it refuses the call, on each alone."""
    if not batch:
        return
    if _call(batch, tally) == 2 and len(batch) > 1:
        for given in batch:
            _call([given], tally)


def _call(batch: Sequence[Input], tally: Tally) -> int:
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{given.number}.{given.kind}" for given in batch]
        for name, given in zip(names, batch, strict=True):
            Path(folder, name).write_bytes(given.data)
        arguments = ["verify", *names, "--format", "json", "--jobs", "1", "--timeout", "3"]
        done = subprocess.run(
            [sys.executable, "-m", "derive", *arguments],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
            timeout=120 * len(batch), check=False,
        )  # fmt: skip
    tally.counts["calls"] += 1
    tally.counts[f"exit {done.returncode}"] += 1
    error, out = done.stderr.decode("utf-8", "replace"), done.stdout.decode("utf-8", "replace")
    fault = _fault(done.returncode, error, out)
    if fault:
        tally.faults.append((batch[0].number, f"command on {names}: {fault}"))
    return done.returncode


def _fault(status: int, error: str, out: str) -> str:
    """What is wrong with the answer of a call, "" if nothing is."""
    if status not in EXITS or "Traceback" in error or "Traceback" in out:
        return f"exit {status}: {error[-2000:]}"
    if status == 2:
        lines = error.strip().split("\n")
        return "" if len(lines) == 1 and not out else f"exit 2 with {lines}, {out[:200]}"
    findings = [claim for file in json.loads(out)["files"] for claim in file["claims"]]
    internal = [claim["message"] for claim in findings if "internal error" in claim["message"]]
    return "; ".join(internal)
