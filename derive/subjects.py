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

    def unjudged(self, k: int, reason: str) -> Finding:
        raise IndexError(k)

    def report(self, findings: Sequence[Finding]) -> FileReport:
        return self.run()


def open_subject(source: Source, options: Options) -> Subject:
    """The subject that `source` holds; `CallError` if a spec or declaration is unusable."""
    if source.kind == "library":
        from derive.verify import verify_library

        return Whole(verify_library)
    if source.kind == "toml":
        return Whole(lambda: spec_report(source))
    if source.kind == "py":
        from derive.pycode import open_code

        return open_code(source.path, source.text)
    from derive.verify import open_note

    return open_note(source.path, source.text, source.kind, options)


def spec_report(source: Source) -> FileReport:
    """Each gradient of the network that a spec describes, proved and checked."""
    from codegen import verify_spec
    from codegen.spec import SpecError

    try:
        rows = verify_spec(Path(source.path))
    except SpecError as error:
        raise CallError(one_line(str(error))) from None
    lines = [source.text.count("\n", 0, m.start()) + 1 for m in _LAYER.finditer(source.text)]
    claims = []
    for step, (name, latex, outcome, acceptance) in enumerate(rows, 1):
        proved = outcome.proved and acceptance.accepted
        reason = "" if proved else outcome.reason or acceptance.reason
        line = _layer_line(name, lines)
        claims.append(
            Finding(
                line, 1, line, 1, step, latex, Kind.GRADIENT,
                Verdict.VERIFIED if proved else Verdict.UNPROVEN,
                message=reason,
                side_conditions=outcome.side_conditions,
                proof=Proof(outcome.rules, outcome.steps, True) if proved else None,
            )
        )  # fmt: skip
    return FileReport(source.path, None, tuple(claims), source=source.text)


_LAYER = re.compile(r"^[ \t]*\[\[\s*layer\s*\]\]", re.MULTILINE)


def _layer_line(name: str, lines: Sequence[int]) -> int:
    """The line of the ``[[layer]]`` that a name such as ``W2`` belongs to, else 1."""
    digits = re.search(r"(\d+)$", name)
    index = int(digits[1]) if digits else 0
    return lines[index - 1] if 0 < index <= len(lines) else 1
