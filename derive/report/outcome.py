"""Which findings are shown, and whether they fail the run.

In: file reports, and the ``--select``, ``--ignore``, ``--allow`` of the command line.
Out: the reports that are printed, the counts, and whether the exit status is 0 or 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from derive.errors import CallError, nearest, one_line
from derive.verdict import FileReport, Finding, Notice, Verdict

GOOD = frozenset({Verdict.VERIFIED, Verdict.DEFINITION})


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user wants to see and to be strict about.

    select, ignore: codes or their beginnings (``D1``); a finding without a code is always
    shown.  allow: verdicts that do not fail the run.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    allow: frozenset[Verdict] = frozenset()

    def shows(self, finding: Finding | Notice) -> bool:
        """Whether a finding is reported at all."""
        if finding.code is None:
            return True
        chosen = not self.select or finding.code.startswith(self.select)
        return chosen and not finding.code.startswith(self.ignore or ("-",))

    def fails(self, finding: Finding | Notice) -> bool:
        """Whether a finding makes the exit status 1."""
        if isinstance(finding, Notice):
            return finding.fails
        if finding.unmet:
            return True
        accepted = finding.expected or finding.suppressed or finding.verdict in self.allow
        return not (finding.verdict in GOOD or accepted)

    def shown(self, reports: Sequence[FileReport]) -> list[FileReport]:
        """The reports with the findings that are reported."""
        return [
            replace(
                report,
                claims=tuple(f for f in report.claims if self.shows(f)),
                notices=tuple(n for n in report.notices if self.shows(n)),
            )
            for report in reports
        ]


def selection(select: str | None, ignore: str | None, allow: str | None) -> Selection:
    """The selection that the options' comma-separated values ask for; `CallError` if unknown.

    >>> selection("D103,D2", None, "unproven").select
    ('D103', 'D2')
    """
    return Selection(
        tuple(_codes("--select", select)),
        tuple(_codes("--ignore", ignore)),
        frozenset(_verdicts(allow)),
    )


def _codes(option: str, value: str | None) -> Iterable[str]:
    if value is None:
        return
    from derive.diagnosis.codes import CODES

    for code in _items(option, value):
        if not re.fullmatch(r"D\d{0,3}", code):
            raise CallError(f'{option}: "{one_line(code)}" is not a code such as D103, or D1')
        if not any(known.startswith(code) for known in CODES):
            raise CallError(f'{option}: unknown code "{code}"; {nearest(code, CODES)}')
        yield code


def _verdicts(value: str | None) -> Iterable[Verdict]:
    for word in _items("--allow", value):
        if word not in list(Verdict):
            hint = nearest(word, [v.value for v in Verdict])
            raise CallError(f'--allow: unknown verdict "{one_line(word)}"; {hint}')
        yield Verdict(word)


def _items(option: str, value: str | None) -> list[str]:
    if value is None:
        return []
    items = [item.strip() for item in value.split(",")]
    if not all(items):
        raise CallError(f'{option}: "{one_line(value)}" has an empty item; separate by commas')
    return items


def summary(reports: Iterable[FileReport]) -> dict[str, int]:
    """The number of claims, in all and by verdict.

    >>> summary([])
    {'claims': 0, 'verified': 0, 'refuted': 0, 'unproven': 0, 'definition': 0, 'unreadable': 0}
    """
    verdicts = [finding.verdict for report in reports for finding in report.claims]
    return {"claims": len(verdicts), **{v.value: verdicts.count(v) for v in Verdict}}


def repaired(finding: Finding, source: str, latex: str) -> str:
    """The equation of a finding with `latex` as its right-hand side.

    A step of a chain whose left side stands in an earlier piece begins with its sign.

    >>> from derive.verdict import Kind
    >>> note = "$db = dz$"
    >>> f = Finding(1, 1, 1, 9, 1, "db = dz", Kind.GRADIENT, Verdict.REFUTED, span=(1, 8),
    ...             right_span=(6, 8))
    >>> repaired(f, note, "dz m")
    'db = dz m'
    """
    right = " ".join(source[slice(*finding.right_span)].split())
    if not right or not finding.latex.endswith(right):
        return latex
    return f"{finding.latex.removesuffix(right)}{latex}".strip()
