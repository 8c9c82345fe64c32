"""The spine: a source is read, understood once as a whole, and judged claim by claim.

    text --reading--> syntax --meaning--> interpretations --judge--> verdicts --> findings

`open_note` does the first three steps; `Note.judge` settles one claim; `Note.report` puts
the findings of a note together.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from derive.declare import Declarations, declarations
from derive.findings import finding_of
from derive.judge import Judge, Judgement, write_certificates
from derive.meaning.algorithm import algorithm
from derive.meaning.sections import by_parts
from derive.meaning.shapes import judge_shapes
from derive.meaning.spelling import respelled
from derive.meaning.stacking import stacked_otherwise
from derive.meaning.understand import understand
from derive.reading import read
from derive.suppressions import suppressed
from derive.understanding import model_report, show_hypothesis
from derive.usage import usage_notices
from derive.verdict import FileReport, Finding, ModelReport, Verdict

if TYPE_CHECKING:
    from derive.explain.claims import Explanation


@dataclass(frozen=True, slots=True)
class Options:
    """What the command asks of a verification beyond the source.

    names: for a path, the name of its certificates; by default its stem.
    show_model: nothing is judged, the report says only what was understood.
    """

    declare: Path | None = None
    proofs: Path | None = None
    timings: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    show_model: bool = False


class Note:
    """One source, understood; its claims are judged one by one."""

    def __init__(self, path: str, source: str, kind: str, options: Options) -> None:
        self.path, self.source, self.options = path, source, options
        declared: Declarations = declarations(path, source, options.declare)
        self._judge = Judge(certificates=[] if options.proofs is not None else None)
        understood = understand(
            respelled(read(source, kind)),  # type: ignore[arg-type]
            declared,
            self._judge,
        )
        self.document, self.facts = understood.document, understood.facts
        self.choice, self.literal = understood.choice, understood.literal
        if self.literal is None:
            self.choice = stacked_otherwise(self.facts, self.choice, self._judge, declared)
        found, self.parts = by_parts(
            self.facts, self.choice.interpretations, self._judge, declared,
            None if self.literal else self.choice.best,
        )  # fmt: skip
        if found != self.choice.interpretations:
            same = zip(found, self.choice.interpretations, self.choice.agreements, strict=True)
            marks = tuple(agrees if new is old else None for new, old, agrees in same)
            self.choice = replace(self.choice, interpretations=found, agreements=marks)
        self._shapes = judge_shapes(self.facts, self.choice.interpreter.world.main)

    @property
    def size(self) -> int:
        """The number of claims to judge."""
        return 0 if self.options.show_model else len(self.facts.lines)

    def judgement(self, k: int) -> Judgement:
        """The verdict on the k-th claim with its grounds, before any mistake is looked for."""
        shape = self._shapes.get(k)
        settled = shape if shape is not None else self._judge.judge(self.choice.interpretations[k])
        torn = self._torn(k)
        if torn and settled.verdict in (Verdict.VERIFIED, Verdict.REFUTED):
            return Judgement(Verdict.UNPROVEN, torn)
        return settled

    def judge(self, k: int) -> Finding:
        """The finding on the k-th claim, in text order."""
        start = time.perf_counter()
        finding = finding_of(self, self.choice.interpretations[k], self.judgement(k), self._judge)
        spent = 1000 * (time.perf_counter() - start)
        return replace(finding, milliseconds=round(spent, 3)) if self.options.timings else finding

    def explain(self, k: int, finding: Finding) -> Explanation:
        """The derivation behind the k-th claim, whose finding is given."""
        from derive.explain.claims import explained

        return explained(self, k, finding)

    def hurried(self, k: int) -> Finding | None:
        """None: the search for a repair has a budget of its own."""
        return None

    def unjudged(self, k: int, reason: str) -> Finding:
        """The k-th claim left unproven for a reason outside it."""
        return finding_of(
            self,
            self.choice.interpretations[k],
            Judgement(Verdict.UNPROVEN, reason),
            self._judge,
        )

    def report(self, findings: Sequence[Finding]) -> FileReport:
        """The report of the note, given a finding for each claim in order."""
        if self.options.proofs is not None and self._judge.certificates:
            stem = self.options.names.get(self.path) or Path(self.path).stem or "note"
            write_certificates(self.options.proofs, stem, self._judge.certificates)
        shown, notices = suppressed(self.document, findings) if findings else ((), ())
        return FileReport(
            self.path,
            self._model() if self.facts.lines else None,
            shown,
            algorithm(self.facts, self.choice.interpretations, findings),
            self.source,
            notices + (usage_notices(self.facts, findings) if findings else ()),
        )

    def _model(self) -> ModelReport:
        """What was understood of the note, for the report."""
        report = self.literal.report() if self.literal else model_report(self.facts, self.choice)
        lines = ", ".join(str(line) for line in self.parts)
        alone = (f"read by themselves: the parts of the note that begin in line {lines}",)
        return replace(report, assumptions=report.assumptions + (alone if self.parts else ()))

    def _torn(self, k: int) -> str:
        """Two hypotheses hold equally well and disagree on this claim."""
        mine = self.choice.agreements[k]
        for hypothesis, marks in self.choice.rivals:
            if marks[k] is not None and mine is not None and marks[k] != mine:
                best = show_hypothesis(self.facts, self.choice.best)
                other = show_hypothesis(self.facts, hypothesis)
                return (
                    "two readings of the note hold equally well and disagree here: "
                    f"{best}; or {other}"
                )
        return ""


def open_note(path: str, source: str, kind: str, options: Options) -> Note:
    """Reads and understands a note; `kind` is ``md``, ``txt`` or ``tex``."""
    return Note(path, source, kind, options)


def verify_text(source: str, kind: str = "md", path: str = "note", **options: object) -> FileReport:
    """The report of a note given as text, in this process.

    >>> report = verify_text("$$Z = W X + b$$ $$A = \\\\sigma(Z)$$")
    >>> [str(claim.verdict) for claim in report.claims]
    ['definition', 'definition']
    """
    note = open_note(path, source, kind, Options(**options))  # type: ignore[arg-type]
    return note.report([note.judge(k) for k in range(note.size)])


def verify_paths(paths: list[Path], options: Options | None = None) -> list[FileReport]:
    """The reports of notes on disk, in this process, in order."""
    options = options or Options()
    reports = []
    for path in paths:
        kind = path.suffix.lstrip(".").lower()
        text = path.read_text(encoding="utf-8")
        note = open_note(str(path), text, kind if kind in ("md", "tex") else "txt", options)
        reports.append(note.report([note.judge(k) for k in range(note.size)]))
    return reports


def shipped_notes() -> list[Path]:
    """The notes that the project ships: package data, or `docs/notes` in a source tree."""
    packaged = Path(__file__).parent / "notes"
    folder = packaged if packaged.is_dir() else Path(__file__).parent.parent / "docs" / "notes"
    return sorted(p for p in folder.glob("*.md"))


def verify_library() -> FileReport:
    """Every activation, loss, layer and optimiser rule of the project, proved anew."""
    from derive.library.report import library_report

    return library_report()
