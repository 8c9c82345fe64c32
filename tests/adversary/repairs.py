"""How often the mistake of a wrong line is named, and what repair is offered for it.

In: numbers of mutations and a seed.  Out: a `Score` of each list.  Of the first list (one edit
that people make): the first repair equals the line that was mutated, up to the order of its
factors, and the code is right.  Of the second (edits that the search for repairs does not know):
a repair is offered, it is proved and accepted once more here, and it is no worse than the derived
gradient: the original line, or one that is as short, or nearer to what was written.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context

from derive.diagnosis import Diagnosis, Fault, diagnose, from_expr
from derive.diagnosis.entries import letters
from derive.diagnosis.question import Question
from derive.latex import to_latex
from derive.program import Equation
from derive.verdict import Verdict
from tests.diagnosis.mistakes import Mistake, fault, mistakes
from tests.diagnosis.networks import Net, Truth

from .edits import COMMON, second_list
from .scenes import Lines, drawn, of_notes

NETWORKS = 100
WEIGHTS = {name: weight for name, weight, _ in COMMON}
NOTES = 4
"""One network in so many is a line of a note that is shipped."""
TRIES = 20
DERIVATIVE = re.compile(
    r"\\frac\{\\partial ([^{}]*|\\text\{\w*\})\}\{\\partial ((?:[^{}]|\{[^{}]*\})*)\}"
)


@dataclass
class Score:
    """good: by question, how many of the `count` mutations have it right; bad: the others."""

    count: int = 0
    good: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kind: str, what: str, **marks: bool) -> None:
        self.count += 1
        self.kinds[kind, "all"] += 1
        for question, good in marks.items():
            self.good[question] += good
            self.kinds[kind, question] += good
            if not good:
                self.bad.append((question, what))

    def join(self, other: Score) -> None:
        self.count += other.count
        self.good += other.good
        self.kinds += other.kinds
        self.bad += other.bad

    def share(self, question: str) -> float:
        return self.good[question] / max(1, self.count)


@lru_cache(maxsize=1)
def nets(seed: int) -> list[Net]:
    """Drawn networks and the lines of the shipped notes, in a fixed order."""
    noted = list(of_notes())
    networks = list(drawn(seed, NETWORKS - NETWORKS // NOTES))
    return [
        noted[k // NOTES % len(noted)] if k % NOTES == 0 else networks[k - k // NOTES - 1]
        for k in range(NETWORKS)
    ]


def repaired(seed: int, total: int, batch: int) -> Score:
    """The single mutations of the first list in one network."""
    score, lines = Score(), Lines(nets(seed)[batch])
    rng = random.Random(f"repairs {seed} {batch}")
    for _ in range(_share(total, batch)):
        drawn = _drawn(rng, lines)
        if drawn is not None:
            truth, mistake, planted = drawn
            found = _diagnosis(lines, planted)
            first = found.repairs[0].latex if found.repairs else ""
            want = to_latex(truth.right, lines.net.scene)
            what = (
                f"{lines.net.label}: {truth.target} = {want}: {mistake.label}: "
                f"{_shown(lines.net, planted)} [{found.code} {first}]"
            )
            score.add(
                mistake.kind, what, repair=words(first) == words(want),
                code=found.code in mistake.codes,
            )  # fmt: skip
    return score


def offered(seed: int, total: int, batch: int) -> Score:
    """The mutations of the second list in one network."""
    score, lines = Score(), Lines(_without_letters(nets(seed), batch))
    rng = random.Random(f"offers {seed} {batch}")
    scene = lines.net.scene
    claims = [Equation(scene.gradient(t.target), t.right) for t in lines.net.truths]
    for _ in range(_share(total, batch)):
        mutated = _false(rng, lines, claims)
        if mutated is None:
            continue
        truth, kind, wrong = mutated
        planted = _fault(lines.net, truth, wrong)
        found = _diagnosis(lines, planted)
        first = found.repairs[0] if found.repairs else None
        derived = Question(planted, lines.judges(scene.program), lines.judges).derived_repair()
        want = words(to_latex(truth.right, scene))
        offer = words(first.latex) if first else []
        what = (
            f"{lines.net.label}: {truth.target} = {to_latex(truth.right, scene)}: {kind}: "
            f"{_shown(lines.net, planted)} [{found.code} {first.latex if first else ''}; derived "
            f"{derived[0].latex if derived else ''}]"
        )
        other = words(derived[0].latex) if derived else []
        written = words(_shown(lines.net, planted))
        no_worse = bool(offer) and (
            not other
            or offer == want
            or len(offer) <= len(other)
            or _apart(written, offer) < _apart(written, other)
        )
        verified = first is not None and first.verdict == Verdict.VERIFIED
        score.add(kind.partition(":")[0], what, verified=verified, **{"no worse": no_worse})
    return score


def _without_letters(known: list[Net], batch: int) -> Net:
    """The network of a batch, or the next of which a line is not written by indices."""
    later = [*known[batch:], *known]
    return next(net for net in later if any(not letters(t.right) for t in net.truths))


def _share(total: int, batch: int) -> int:
    return total * (batch + 1) // NETWORKS - total * batch // NETWORKS


def _drawn(rng: random.Random, lines: Lines) -> tuple[Truth, Mistake, Fault] | None:
    """A false mutation: its kind by how often people make it, then one of the kind."""
    kinds: dict[str, list[tuple[Truth, Mistake]]] = defaultdict(list)
    for truth in lines.net.truths:
        for mistake in mistakes(lines.net, truth):
            kinds[mistake.kind].append((truth, mistake))
    for _ in range(TRIES):
        (kind,) = rng.choices(list(kinds), weights=[WEIGHTS[kind] for kind in kinds])
        truth, mistake = rng.choice(kinds[kind])
        planted = fault(lines.net, truth, mistake.tree)
        if planted is None:
            continue
        if planted.statement is None or lines.oracle(planted.statement) is False:
            return truth, mistake, planted
    return None


def _false(
    rng: random.Random, lines: Lines, claims: list[Equation]
) -> tuple[Truth, str, Equation] | None:
    """A false mutant of the second list; lines with indices are none of its lines.

    An edit may take an index out of its sum, and what it stands for then is open.
    """
    for _ in range(TRIES):
        place = rng.randrange(len(claims))
        if not letters(claims[place].right):
            kind, wrong = second_list(rng, lines.net.scene.program, claims, claims[place])
            if lines.oracle(wrong) is False:
                return lines.net.truths[place], kind, wrong
    return None


def _fault(net: Net, truth: Truth, wrong: Equation) -> Fault:
    planted = fault(net, truth, from_expr(wrong.right, net.scene.scale))
    assert planted is not None
    return planted


def _diagnosis(lines: Lines, planted: Fault) -> Diagnosis:
    proved, agrees = lines.judges(lines.net.scene.program)
    return diagnose(planted, proved, agrees, lines.judges)


def words(latex: str) -> list[str]:
    """The parts of a formula up to the order of its factors; a derivative is one part."""
    whole = DERIVATIVE.sub(r"\\partial{\1/\2}", latex.replace(r"\odot", ""))
    return sorted(re.findall(r"[^\s()]+", whole))


def _apart(left: list[str], right: list[str]) -> int:
    """How many parts stand in one formula and not in the other."""
    one, two = Counter(left), Counter(right)
    return (one - two).total() + (two - one).total()


def _shown(net: Net, planted: Fault) -> str:
    if isinstance(planted.statement, Equation):
        return to_latex(planted.statement.right, net.scene)
    return "ill-shaped"


LISTS = {"first": repaired, "second": offered}


def _run(job: tuple[str, int, int, int]) -> tuple[str, Score]:
    name, seed, total, batch = job
    return name, LISTS[name](seed, total, batch)


AIMS = {("first", "repair"): 0.95, ("first", "code"): 0.9,
        ("second", "verified"): 1.0, ("second", "no worse"): 1.0}  # fmt: skip
"""By list and question, the share that has to be right."""


def scores(seed: int, first: int, second: int, jobs: int | None = None) -> dict[str, Score]:
    """The scores of both lists, of about as many mutations as are asked for."""
    todo = [("first", seed, first, k) for k in range(NETWORKS) if _share(first, k)]
    todo += [("second", seed, second, k) for k in range(NETWORKS) if _share(second, k)]
    found = {name: Score() for name in LISTS}
    for name, score in _each(todo, jobs or os.cpu_count() or 1):
        found[name].join(score)
    return found


def shortfalls(found: dict[str, Score]) -> list[str]:
    """What falls short of the aims, with every mutation that does."""
    out = []
    for (name, question), least in AIMS.items():
        score = found[name]
        if score.share(question) < least:
            bad = "\n  ".join(what for asked, what in score.bad if asked == question)
            out.append(
                f"{name} list: {question} {score.share(question):.1%}, not {least:.0%}:\n  {bad}"
            )
    return out


def table(found: dict[str, Score]) -> str:
    """By list and kind of mistake, how many there were and how many have each question right."""
    lines = []
    for name, score in found.items():
        asked = [question for (of, question) in AIMS if of == name]
        head = "".join(f"{question:>10}" for question in asked)
        lines.append(f"{name + ' list':24}{'mutations':>10}{head}")
        for kind in [*sorted({kind for kind, _ in score.kinds}), "all"]:
            of = score.kinds if kind != "all" else {
                ("all", q): score.good[q] if q != "all" else score.count for q in ("all", *asked)
            }  # fmt: skip
            counts = "".join(f"{of[kind, question]:>10}" for question in asked)
            lines.append(f"  {kind:22}{of[kind, 'all']:>10}{counts}")
        shares = "".join(f"{100 * score.share(question):>8.1f} %" for question in asked)
        lines.append(f"  {'':22}{'':10}{shares}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.adversary.repairs", description=__doc__)
    parser.add_argument("--first", type=int, default=1_000, help="single mutations people make")
    parser.add_argument("--second", type=int, default=300, help="mutations no search knows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=None, help="processes; one a core by default")
    parser.add_argument("--show", type=int, default=10, help="mutations that fall short to show")
    args = parser.parse_args()
    started = time.perf_counter()
    found = scores(args.seed, args.first, args.second, args.jobs)
    print(f"{table(found)}\n{time.perf_counter() - started:.0f} s")
    for name, score in found.items():
        for question, what in score.bad[: args.show]:
            print(f"\n{name} list, {question}: {what}")
    short = shortfalls(found)
    print("\n".join(short))
    return 1 if short else 0


def _each(todo: list[tuple[str, int, int, int]], jobs: int) -> Iterator[tuple[str, Score]]:
    if jobs == 1:
        yield from map(_run, todo)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_run, todo)


if __name__ == "__main__":
    sys.exit(main())
