"""Engine and checker against the truth, and the table of what came of it.

In: numbers of mutants and identities and a seed.  Out: a `Tally`: how many claims of each truth
got each verdict, what either side accepts alone, and every case that must not be.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from random import Random

from derive.check import check, find_counterexample
from derive.program import Equation, Program
from derive.tensors import BUDGET, prove

from . import identities
from .edits import mutant
from .floats import Truth
from .subjects import Subject, items, library, networks

NETWORKS = 120
WORDS = {True: "true", False: "false", None: "unclear"}
BATCH = 50
PATIENCE = 8_000
"""Steps of the engine for a claim that is false; a true one has all that it wants."""


@dataclass(frozen=True)
class Case:
    """One claim and what is said of it."""

    name: str
    edit: str
    truth: bool | None
    engine: bool
    checker: bool
    refuted: bool
    reason: str
    statement: Equation = field(repr=False)

    @property
    def verdict(self) -> str:
        if self.engine and self.checker:
            return "verified"
        return "refuted" if self.refuted else "unproven"


@dataclass
class Tally:
    """verdicts: (truth, verdict) to number; alone: side to false claims that it accepts."""

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    edits: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[Case] = field(default_factory=list)
    missed: list[Case] = field(default_factory=list)

    def add(self, case: Case) -> None:
        self.verdicts[WORDS[case.truth], case.verdict] += 1
        self.edits[case.edit.split(":")[0], WORDS[case.truth]] += 1
        if case.truth is False:
            self.alone["engine"] += case.engine
            self.alone["checker"] += case.checker
            if case.engine or case.checker:
                self.wrong.append(case)
        elif case.truth:
            if case.refuted:
                self.wrong.append(case)
            if case.verdict != "verified":
                self.missed.append(case)

    def join(self, other: Tally) -> None:
        self.verdicts += other.verdicts
        self.alone += other.alone
        self.edits += other.edits
        self.wrong += other.wrong
        self.missed += other.missed

    def count(self, truth: str) -> int:
        return sum(n for (word, _), n in self.verdicts.items() if word == truth)

    @property
    def share(self) -> float:
        """Of the true ones, how many are verified."""
        return self.verdicts["true", "verified"] / max(1, self.count("true"))


@lru_cache(maxsize=1)
def kinds(seed: int) -> list[list[Subject]]:
    """All that is mutated, by kind: rules, layers in both layouts, random networks."""
    groups = library(), items("columns"), items("rows"), networks(seed, NETWORKS)
    return [list(group) for group in groups]


def subjects(seed: int) -> list[Subject]:
    """All that is mutated, in a fixed order."""
    return [subject for group in kinds(seed) for subject in group]


def shares(seed: int, total: int) -> list[int]:
    """How many mutants each subject gets: as many of every kind, spread evenly within it."""
    out: list[int] = []
    groups = kinds(seed)
    for k, group in enumerate(groups):
        share = total * (k + 1) // len(groups) - total * k // len(groups)
        size = len(group)
        out += [(n + 1) * share // size - n * share // size for n in range(size)]
    return out


def mutants(seed: int, total: int, batch: int) -> Iterator[Case]:
    """The mutants of one batch: a batch is one subject, so that its points are shared."""
    subject, count = subjects(seed)[batch], shares(seed, total)[batch]
    rng = Random(f"mutants {seed} {batch}")
    truth = Truth(subject.program, seed=seed)
    for _ in range(count):
        claim = rng.choice(subject.claims)
        edit, statement = mutant(rng, subject.program, subject.claims, claim)
        yield judged(subject.name, edit, subject.program, statement, truth)


def near_identities(seed: int, total: int, batch: int) -> Iterator[Case]:
    """A batch of random identities and near-identities."""
    truth = Truth(identities.PROGRAM, seed=seed)
    count = min(BATCH, total - batch * BATCH)
    for kind, statement in identities.identities(seed, batch * BATCH, count):
        yield judged("identity", kind, identities.PROGRAM, statement, truth)


def judged(
    name: str,
    edit: str,
    program: Program,
    statement: Equation,
    truth: Truth,
    patience: int = PATIENCE,
) -> Case:
    """The word of each side on a claim, and the truth.

    What is false fails slowly in the engine, which unfolds all there is before it gives up; a
    proof of what is true takes a few hundred steps.
    """
    word = truth(statement)
    outcome = prove(program, statement, budget=patience if word is False else BUDGET)
    acceptance = check(program, statement)
    verified = outcome.proved and acceptance.accepted
    refuted = not verified and word is True and find_counterexample(program, statement) is not None
    reason = f"{outcome.reason or 'proved'} / {acceptance.reason or 'accepted'}"
    return Case(name, edit, word, outcome.proved, acceptance.accepted, refuted, reason, statement)


Make = Callable[[int, int, int], Iterator[Case]]
Job = tuple[str, int, int, int]
_MAKE: dict[str, Make] = {"mutants": mutants, "identities": near_identities}


def _run(job: Job) -> tuple[str, Tally]:
    kind, seed, total, batch = job
    tally = Tally()
    for case in _MAKE[kind](seed, total, batch):
        tally.add(case)
    return kind, tally


def campaign(
    seed: int, mutant_count: int, identity_count: int, jobs: int | None = None
) -> dict[str, Tally]:
    """Both kinds in `jobs` processes, one a core by default; the result depends on the seed alone."""
    todo: list[Job] = []
    if mutant_count:
        todo += [("mutants", seed, mutant_count, k) for k in range(len(subjects(seed)))]
    batches = -(-identity_count // BATCH)
    todo += [("identities", seed, identity_count, k) for k in range(batches)]
    found = {"mutants": Tally(), "identities": Tally()}
    for kind, tally in _each(todo, jobs or os.cpu_count() or 1):
        found[kind].join(tally)
    return found


def _each(todo: list[Job], jobs: int) -> Iterator[tuple[str, Tally]]:
    """In this process if it is to be one; an executor fails, and does not wait, for lost ones."""
    if jobs == 1:
        yield from map(_run, todo)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_run, todo, chunksize=2)


def table(found: dict[str, Tally], started: float) -> str:
    """The table that the command prints."""
    lines = [f"{'':12}{'truth':10}{'claims':>8}{'verified':>10}{'unproven':>10}{'refuted':>9}"]
    for kind, tally in found.items():
        for truth in ("true", "false", "unclear"):
            cells = [tally.verdicts[truth, v] for v in ("verified", "unproven", "refuted")]
            numbers = "".join(f"{n:>10}" for n in cells[:2]) + f"{cells[2]:>9}"
            lines.append(f"{kind:12}{truth:10}{tally.count(truth):>8}{numbers}")
        lines.append(
            f"{kind:12}false ones accepted by the engine alone {tally.alone['engine']}, "
            f"by the checker alone {tally.alone['checker']}; "
            f"true ones verified {100 * tally.share:.1f} %"
        )
    lines.append(f"{time.perf_counter() - started:.0f} s")
    return "\n".join(lines)


FEW = 500
"""So many false mutants need not hold every edit, where no number is asked for."""


def shortfalls(found: dict[str, Tally], false: int, true: int) -> list[str]:
    """What a campaign does not show: nothing false accepted by either side, the true verified.

    false, true: how many of each must have been met, of mutants and of identities.
    """
    out = []
    for kind, tally in found.items():
        for side in ("engine", "checker"):
            if tally.alone[side]:
                out.append(f"{kind}: the {side} alone accepts {tally.alone[side]} false ones")
        if tally.wrong:
            out.append(f"{kind}: {len(tally.wrong)} wrong verdicts: {tally.wrong}")
        for truth, least in (("false", false), ("true", true)):
            if tally.count(truth) < least:
                out.append(f"{kind}: {tally.count(truth)} {truth} ones, {least} are asked for")
        if len(tally.missed) > max(1, 0.02 * tally.count("true")):  # one alone is no share
            missed = [f"{c.name}: {c.reason}" for c in tally.missed]
            out.append(f"{kind}: {tally.share:.1%} of the true ones verified: {missed}")
    edits = {edit for edit, truth in found["mutants"].edits if truth == "false"}
    missing = {"derivative", "transpose", "operand", "argument", "sign", "two edits"} - edits
    if not false and found["mutants"].count("false") < FEW:
        missing = set()
    return out + [f"no false mutant by the edit {edit}" for edit in sorted(missing)]
