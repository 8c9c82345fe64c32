"""How often each kind of mistake was found: ``--statistics``.

In: file reports.  Out: one row a code, the most frequent first, as text or JSON.  What a note
suppresses does not count; what it expects does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.diagnosis.codes import CODES
from derive.report.outcome import GOOD
from derive.verdict import FileReport, Finding, Verdict

FORMATS = ("text", "json")
_NO_CODE = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of mistake: how often, and how often with a verified repair."""

    code: str
    count: int
    repairable: int

    @property
    def name(self) -> str:
        return CODES[self.code].name if self.code in CODES else ""

    @property
    def title(self) -> str:
        return CODES[self.code].title if self.code in CODES else "Without a code"


def rows(reports: Sequence[FileReport]) -> list[Row]:
    """One row for each code that was found; of equal counts the lower code first."""
    counts: Counter[str] = Counter()
    repairable: Counter[str] = Counter()
    for report in reports:
        for finding in _wrong(report):
            code = finding.code or _NO_CODE
            counts[code] += 1
            repairable[code] += any(r.verdict == Verdict.VERIFIED for r in finding.repairs)
        counts.update(notice.code for notice in report.notices)
    found = [Row(code, count, repairable[code]) for code, count in counts.items()]
    return sorted(found, key=lambda row: (-row.count, row.code))


def _wrong(report: FileReport) -> Iterator[Finding]:
    for finding in report.claims:
        if not finding.suppressed and (finding.verdict not in GOOD or finding.unmet):
            yield finding


def text(reports: Sequence[FileReport]) -> str:
    """Aligned columns: count, code, whether repairs are known, title."""
    found = rows(reports)
    digits = max((len(str(row.count)) for row in found), default=0)
    out = []
    for row in found:
        mark = "[*]" if row.repairable == row.count else "[-]" if row.repairable else "[ ]"
        out.append(f"{row.count:>{digits}}  {row.code:<4}  {mark}  {row.title}\n")
    if any(row.repairable for row in found):
        out.append("[*] all, [-] some of them can be repaired with --fix\n")
    return "".join(out)


def as_json(reports: Sequence[FileReport]) -> str:
    """The same as a JSON list."""
    table = [
        {
            "code": None if row.code == _NO_CODE else row.code,
            "name": row.name,
            "title": row.title,
            "count": row.count,
            "repairable": row.repairable,
        }
        for row in rows(reports)
    ]
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"
