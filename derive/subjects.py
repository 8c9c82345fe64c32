"""What can be judged claim by claim: a note, a spec, NumPy source, the project's own library.

In: a `Source`.  Out: a `Subject`, whose claims the command judges one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from derive.errors import CallError, one_line
from derive.sources import Source
from derive.verdict import FileReport, Finding, Kind, Proof, Verdict

if TYPE_CHECKING:
    from derive.verify import Options


class Subject(Protocol):
    """One source, understood."""

    @property
    def size(self) -> int:
        """The number of claims."""

    def judge(self, k: int) -> Finding:
        """The verdict on the k-th claim, from 0."""

    def hurried(self, k: int) -> Finding | None:
        """The finding on the k-th claim without a search for its repair, where that takes longest.

        None if there is no quicker verdict.
        """

    def unjudged(self, k: int, reason: str) -> Finding:
        """The k-th claim left `unproven` for a `reason` outside it (``timeout``)."""

    def report(self, findings: Sequence[Finding]) -> FileReport:
        """The report of the file, given a finding for each claim in order."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A subject whose claims are judged in one go."""

    run: Callable[[], FileReport]
    size: int = 0

    def judge(self, k: int) -> Finding:
        raise IndexError(k)

    def hurried(self, k: int) -> Finding | None:
        raise IndexError(k)

    def unjudged(self, k: int, reason: str) -> Finding:
        raise IndexError(k)

    def report(self, findings: Sequence[Finding]) -> FileReport:
        return self.run()


def open_subject(source: Source, options: Options) -> Subject:
    """The subject that `source` holds; `CallError` if a spec or declaration is unusable."""
    if source.kind == "library":
        from derive.verify import verify_library

        return Whole(lambda: _with_certificates(verify_library(), options))
    if source.kind == "toml":
        return Whole(lambda: spec_report(source, options))
    if source.kind == "py":
        from derive.pycode import open_code

        if is_emitted(source):
            return Whole(lambda: emitted_report(source))

        return open_code(source.path, source.text, options.timings)
    from derive.verify import open_note

    note = open_note(source.path, source.text, source.kind, options)
    if source.kind == "md" and "def " in source.text and not options.show_model:
        from derive.pycode.blocks import NoteWithCode, python_of

        python = python_of(source.text)
        if python:
            from derive.pycode import open_code

            return NoteWithCode(note, open_code(source.path, python, options.timings))
    return note


def _with_certificates(report: FileReport, options: Options) -> FileReport:
    """The report of the library; its certificates are written if they are asked for."""
    if options.proofs is not None:
        from derive.judge import write_certificates
        from derive.library.report import library_certificates

        stem = options.names.get(report.path, report.path)
        write_certificates(options.proofs, stem, library_certificates())
    return report


def is_emitted(source: Source) -> bool:
    """Whether a Python file is a network that ``derive generate`` wrote beside its spec."""
    path = Path(source.path)
    return (
        path.name != "-"
        and path.with_suffix(".toml").is_file()
        and "\nNETWORK = runtime.Network(" in source.text
    )


def emitted_report(source: Source) -> FileReport:
    """The text of an emitted module, proved against the spec beside it."""
    from codegen import SpecError
    from codegen.verified import findings

    try:
        claims = findings(Path(source.path).with_suffix(".toml"), source.text)
    except SpecError as error:
        raise CallError(one_line(str(error))) from None
    return FileReport(source.path, None, claims, source=source.text)


def spec_report(source: Source, options: Options) -> FileReport:
    """Each gradient of the network that a spec describes, proved and checked."""
    from codegen import SpecError
    from codegen.building import build
    from codegen.equations import equation_latex
    from codegen.proof import formula_slopes, gradients
    from codegen.spec import read

    try:
        network = build(read(Path(source.path)))
        rows = gradients(network) + formula_slopes(network)
    except SpecError as error:
        raise CallError(one_line(str(error))) from None
    lines = [source.text.count("\n", 0, m.start()) + 1 for m in _LAYER.finditer(source.text)]
    claims = []
    for step, row in enumerate(rows, 1):
        outcome = row.outcome
        line = _layer_line(row.name, lines)
        proof = Proof(outcome.rules, outcome.steps, True) if row.accepted else None
        claims.append(
            Finding(
                line, 1, line, 1, step, equation_latex(row.equation), Kind.GRADIENT,
                Verdict.VERIFIED if proof else Verdict.UNPROVEN,
                message="" if proof else row.reason,
                side_conditions=outcome.side_conditions,
                proof=proof,
            )
        )  # fmt: skip
    if options.proofs is not None:
        from derive.judge import write_certificates

        stem = options.names.get(source.path) or Path(source.path).stem
        proved = [(*r.certificate, r.outcome.rules) for r in rows if r.accepted]
        write_certificates(options.proofs, stem, proved)
    return FileReport(source.path, None, tuple(claims), source=source.text)


_LAYER = re.compile(r"^[ \t]*\[\[\s*layer\s*\]\]", re.MULTILINE)


def _layer_line(name: str, lines: Sequence[int]) -> int:
    """The line of the ``[[layer]]`` that a name such as ``W2`` belongs to, else 1."""
    digits = re.search(r"(\d+)$", name)
    index = int(digits[1]) if digits else 0
    return lines[index - 1] if 0 < index <= len(lines) else 1
