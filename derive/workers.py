"""Judges claims in worker processes, so that no claim can hold up or bring down the command.

A worker understands one source at a time, judges its claims in order and sends each finding
through a pipe.  The parent watches the clock: a worker that overruns on a claim, or dies, is
replaced by a new one that leaves that claim `unproven` and goes on behind it.  Results come
back in the order of the sources, the same for every number of workers.  What decides a
verdict is the engine's budget of steps; the clock is only a guard.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, Final

from derive.errors import CallError, one_line
from derive.sources import Source
from derive.subjects import Subject, open_subject
from derive.verdict import FileReport, Finding, Kind, Verdict

if TYPE_CHECKING:
    from derive.verify import Options

TIMEOUT: Final = 10.0
"""Seconds for one claim."""
PATIENCE: Final = 3
"""Understanding a whole source, and its closing report, may take so many times longer,"""
AT_LEAST: Final = 5.0
"""and so many seconds, however short the time for a claim."""
IN_ALL: Final = 60
"""So many times longer may take all the claims of one source."""
MEMORY: Final = 2 * 2**30
"""Bytes of address space for a worker, where the system can limit it."""
OVERRUN: Final = "D305"
"""The code of a claim that was given up for want of time or memory."""
OVERTIME: Final = "timeout"
FAULT: Final = "internal error"
DEBUG: Final = "DERIVE_DEBUG"
"""Environment variable that asks for the traceback of an internal error."""

Progress = Callable[[str, int, int], None]
"""Called with the path, the claims judged so far and the claims in all."""


@dataclass
class _Task:
    """One source on its way: all that is needed to go on with it in another worker."""

    number: int
    source: Source
    findings: list[Finding] = field(default_factory=list)
    given_up: dict[int, str] = field(default_factory=dict)
    """Why a claim is not to be judged again."""
    hurried: set[int] = field(default_factory=set)
    """Claims that took too long: no repair is looked for."""
    size: int | None = None
    """Claims in all; None while the source is being understood."""
    began: float = 0.0
    """When the first claim was begun."""

    @property
    def at_claim(self) -> bool:
        return self.size is not None and len(self.findings) < self.size


def available() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def judge_all(
    sources: Sequence[Source],
    options: Options,
    *,
    jobs: int | None = None,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> list[FileReport]:
    """The report of each source, in order.

    jobs: worker processes, by default one a processor and never more than sources.
    timeout: seconds for one claim, after which it is `unproven` with the reason ``timeout``.
    Raises `CallError` if a source cannot be used at all (a bad declaration, a bad spec).
    """
    tasks = [_Task(number, source) for number, source in enumerate(sources)]
    waiting = list(reversed(tasks))
    reports: dict[int, FileReport] = {}
    workers = [_Worker(options, timeout) for _ in range(min(jobs or available(), len(tasks)))]
    try:
        while len(reports) < len(tasks):
            for worker in workers:
                if worker.task is None and waiting:
                    worker.start(waiting.pop())
            reports.update(_next_reports(workers, progress))
    finally:
        for worker in workers:
            worker.stop()
    return [reports[task.number] for task in tasks]


def _next_reports(
    workers: Sequence[_Worker], progress: Progress | None
) -> Iterator[tuple[int, FileReport]]:
    """Waits for the next message or deadline; yields the reports that are now complete."""
    busy = [(worker, worker.task) for worker in workers if worker.task is not None]
    pause = min(worker.deadline for worker, _ in busy) - time.monotonic()
    ready = wait([worker.pipe for worker, _ in busy], max(0.0, pause))
    for worker, task in busy:
        if worker.pipe in ready:
            report = worker.receive(task)
        elif time.monotonic() >= worker.deadline:
            report = worker.give_up(task, OVERTIME)
        else:
            continue
        if progress is not None and task.size is not None:
            progress(task.source.path, len(task.findings), task.size)
        if report is not None:
            worker.task = None
            yield task.number, report


class _Worker:
    """A worker process as the parent sees it; the process starts with the first task."""

    pipe: Connection

    def __init__(self, options: Options, timeout: float) -> None:
        self.options = options
        self.timeout = timeout
        self.task: _Task | None = None
        self.deadline = 0.0
        self.process: Any = None

    def start(self, task: _Task) -> None:
        """Hands over a task, also one that a replaced process left unfinished."""
        if self.process is None:
            self._start_process()
        self.task = task
        task.size = None
        self._wait_longer(task)
        with suppress(BrokenPipeError):  # a dead process is noticed at the next receive
            self.pipe.send((task.source, self.options, task.findings, task.given_up, task.hurried))

    def _start_process(self) -> None:
        forks = "fork" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork" if forks else "spawn")
        self.pipe, theirs = context.Pipe()
        # A forked child holds a copy of our end and must close it, to see the end of the parent.
        arguments = (theirs, self.pipe if forks else None)
        self.process = context.Process(target=_serve, args=arguments, daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()

    def receive(self, task: _Task) -> FileReport | None:
        """Takes one message of the process; the report if it is the last one of its task."""
        try:
            word, content = self.pipe.recv()
        except (EOFError, ConnectionError):
            return self.give_up(task, "the worker process died, perhaps for want of memory")
        if word == "report":
            report: FileReport = content
            return report if report.source else replace(report, source=task.source.text)
        if word == "lost":
            return _lost(task, content)
        if word == "refused":
            raise CallError(content)
        if word == "opened":
            task.size = content
            task.began = task.began or time.monotonic()
        else:
            task.findings.append(content)
        if self._used_up(task):
            self._give_up_rest(task)
        else:
            self._wait_longer(task)
        return None

    def _used_up(self, task: _Task) -> bool:
        """Whether the claims of a source have had their time, and some are still to be judged."""
        spent = time.monotonic() - task.began
        left = task.at_claim and (task.size or 0) - 1 not in task.given_up
        return left and spent > IN_ALL * self.timeout

    def _give_up_rest(self, task: _Task) -> None:
        """Leaves all claims that follow unproven; they are read once more to be named."""
        reason = f"timeout: {IN_ALL * self.timeout:g} s for one file are used up; split the note"
        task.given_up.update((k, reason) for k in range(len(task.findings), task.size or 0))
        self.stop()
        self.start(task)

    def give_up(self, task: _Task, reason: str) -> FileReport | None:
        """Ends the process; goes on behind the claim at fault, or reports the source lost.

        A claim that took too long gets as much time again, without a search for its repair: what
        is known to be wrong is not left open for want of one.
        """
        self.stop()
        if not task.at_claim:
            return _lost(task, reason)
        at = len(task.findings)
        if reason == OVERTIME and at not in task.hurried:
            task.hurried.add(at)
        else:
            task.given_up[at] = reason
        if self.options.proofs is not None:  # certificates died with the process
            task.findings.clear()
        self.start(task)
        return None

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.pipe.close()
            self.process = None

    def _wait_longer(self, task: _Task) -> None:
        seconds = self.timeout if task.at_claim else max(AT_LEAST, PATIENCE * self.timeout)
        self.deadline = time.monotonic() + seconds


def _lost(task: _Task, reason: str) -> FileReport:
    """The report of a source that could not be understood, or not to its end."""
    what = "the text could not be understood" if task.size is None else "no report of the whole"
    finding = _coded(
        Finding(1, 1, 1, 1, 1, "", Kind.ALGEBRA, Verdict.UNPROVEN, message=f"{reason}: {what}")
    )
    return FileReport(task.source.path, None, (*task.findings, finding), {}, task.source.text)


def _coded(finding: Finding) -> Finding:
    """A finding that a guard left open, with the code that says so."""
    ours = finding.message.startswith(FAULT)
    return replace(finding, code=finding.code or (None if ours else OVERRUN))


# -- in the worker process --------------------------------------------------------------------

_Message = tuple[str, object]


def _serve(pipe: Connection, inherited: Connection | None) -> None:
    """The worker's life: one task after the other until the parent closes the pipe."""
    if inherited is not None:
        inherited.close()
    _limit_memory()
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            for message in _judge(*pipe.recv()):
                pipe.send(message)


def _limit_memory() -> None:
    """Bounds the address space of this process; a system without such a limit goes without."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _judge(
    source: Source,
    options: Options,
    findings: list[Finding],
    given_up: dict[int, str],
    hurried: set[int],
) -> Iterator[_Message]:
    """Messages of one task: ``opened`` size, ``finding`` each, then ``report``.

    In their place ``lost`` with a reason, or ``refused`` with a line for the user.
    """
    try:
        subject = open_subject(source, options)
        yield "opened", subject.size
        for k in range(len(findings), subject.size):
            finding = _judge_one(subject, k, given_up.get(k), k in hurried)
            findings.append(finding)
            yield "finding", finding
        yield "report", subject.report(findings)
    except CallError as error:
        yield "refused", str(error)
    except (ConnectionError, EOFError):
        raise
    except Exception as error:
        yield "lost", _reason(error)


def _judge_one(subject: Subject, k: int, given_up: str | None, hurried: bool) -> Finding:
    if given_up is not None:
        return _coded(subject.unjudged(k, given_up))
    start = time.perf_counter()
    try:
        known = subject.hurried(k) if hurried else subject.judge(k)
        finding = _coded(subject.unjudged(k, OVERTIME)) if known is None else known
    except Exception as error:
        finding = _coded(subject.unjudged(k, _reason(error)))
    return replace(finding, milliseconds=(time.perf_counter() - start) * 1000)


def _reason(error: Exception) -> str:
    """Why a claim stays open although the fault is not in it."""
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if os.environ.get(DEBUG):
        traceback.print_exception(error, file=sys.stderr)
    return one_line(f"{FAULT}: {type(error).__name__}: {error}")
