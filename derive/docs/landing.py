"""The page that people land on: a wrong line, its verdict, the repair, the code; in one screen.

In: the reports of the notes and of the library.  Out: the page.  The example is judged, mended
and emitted when the page is built.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from derive.docs import facts, prose
from derive.docs.prose import Page
from derive.docs.shell import Shell
from derive.report.explain import markdown_equation, markdown_text, repair_latex
from derive.report.outcome import summary
from derive.report.prose import with_maths
from derive.report.text import counterexample
from derive.verdict import FileReport, Finding, Verdict

_SHOWN: Final = "D102"
"""The mistake of the example note that is shown."""
_EMITTED: Final = ("moons/moons.py", "def _gradients")
_HEADING: Final = re.compile(r"^# +(.+?)[ #]*$", re.MULTILINE)
_COLUMNS: Final = "| what | claims | verified | refuted | unproven | definition | unreadable |"


@dataclass(frozen=True, slots=True)
class Tour:
    """What the four cards show."""

    line: str
    code: str
    message: str
    repair: str
    emitted: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of readers, and the page that answers it."""

    path: str
    title: str


_ASKED: Final = (
    "is-my-note-right",
    "why-is-it-wrong",
    "how-do-i-fix-it",
    "what-does-verified-mean",
    "what-code-do-i-get",
    "how-fast-is-it",
    "how-accurate-is-it",
    "how-do-i-add-my-activation",
    "how-do-i-check-my-numpy-code",
    "how-do-i-run-it-in-ci",
)


def questions() -> tuple[Question, ...]:
    """The ten questions, in the order in which they are asked."""
    paths = (f"questions/{name}.md" for name in _ASKED)
    return tuple(Question(path, prose.title(path)) for path in paths)


def page(reports: Sequence[FileReport], library: FileReport) -> Page:
    """The landing page."""
    table = _table(
        [("notes.md", "The notes", reports), ("library/index.md", "The library", [library])]
    )
    more = {"tour": tour, "questions": questions(), "table": table}
    return prose.page("index.md", library, more)


def tour(shell: Shell) -> Tour:
    """The example: judged, mended, and the same line of a network, emitted."""
    from derive.verify import verify_text

    report = verify_text(facts.NOTE, path="note.md")
    finding = next(f for f in report.claims if f.code == _SHOWN)
    repair = next(r for r in finding.repairs if r.verdict == Verdict.VERIFIED)
    shell.file("moons.toml", facts.SPEC)
    shell.done("derive generate moons.toml")
    code = [line.strip() for line in facts.lines(shell, *_EMITTED).splitlines()]
    start = next((k for k, line in enumerate(code) if line.startswith("# proof dZ1")), 0)
    return Tour(
        markdown_equation(finding.latex),
        _SHOWN,
        f"{with_maths(finding.message.partition('. ')[0])}. {_counterexample(finding)}",
        markdown_equation(repair_latex(report, finding, repair.latex)),
        "\n".join(code[start : start + 6]),
    )


def _counterexample(finding: Finding) -> str:
    """The sizes and values at which both sides differ, in a sentence."""
    if finding.counterexample is None:
        return ""
    given, left, right = counterexample(finding.counterexample)
    values = ", ".join(f"${value}$" for value in given.replace("\xa0", " ").split(", "))
    return f"At {values}: {with_maths(f'{left}; {right}.'.replace(chr(0xA0), ' '))}"


def overview(reports: Sequence[FileReport], paths: Mapping[str, str]) -> str:
    """The list of the notes, each with its counts."""
    rows = [(paths[report.path], _title(report), [report]) for report in reports]
    return (
        "# The notes\n\nReal notes, mistakes and all, every equation with its verdict, the reason, "
        "and the derivation behind it to unfold; a wrong one with a counterexample and what should "
        f"stand there.\n\n{_table(rows)}\n"
    )


def _table(rows: Sequence[tuple[str, str, Sequence[FileReport]]]) -> str:
    lines = [_COLUMNS, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for path, name, reports in rows:
        counts = " | ".join(str(n) for n in summary(list(reports)).values())
        lines.append(f"| [{markdown_text(name)}]({path}) | {counts} |")
    return "\n".join(lines)


def _title(report: FileReport) -> str:
    """The first heading of a note, else the name of its file."""
    heading = _HEADING.search(report.source)
    return heading[1] if heading else posixpath.basename(report.path.replace("\\", "/"))
