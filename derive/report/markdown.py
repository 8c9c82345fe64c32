"""The site of checked derivations, as Markdown written from verdicts.

In: the reports of notes and the derivations of library entries.  Out: pages by file name.
Nothing on a page is typed beside what was checked.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derive.diagnosis.codes import CODES
from derive.report.explain import (
    Step,
    code_parts,
    entry_parts,
    markdown_equation,
    markdown_text,
    render,
)
from derive.report.outcome import repaired, summary
from derive.report.places import Page, place_of
from derive.report.text import counterexample_line
from derive.sources import file_names
from derive.verdict import FileReport, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Entry:
    """One library entry: its name, its title, the steps of its derivation."""

    name: str
    title: str
    steps: Sequence[Step]


def site(
    notes: Sequence[FileReport], library: FileReport, entries: Sequence[Entry]
) -> dict[str, str]:
    """All pages of the site, by path relative to its root."""
    names = file_names(report.path for report in notes)
    pages = {"index.md": _index(notes, names, library, entries)}
    for report in notes:
        pages[f"notes/{names[report.path]}.md"] = note_page(report)
    pages["library/index.md"] = note_page(library, title="The library")
    pages["codes.md"] = "# Codes\n\n" + "".join(
        render(code_parts(row), "markdown") for row in CODES.values()
    )
    for entry in entries:
        pages[f"library/{entry.name}.md"] = render(
            entry_parts(entry.title, entry.steps), "markdown"
        )
    return pages


def _index(
    notes: Sequence[FileReport],
    names: Mapping[str, str],
    library: FileReport,
    entries: Sequence[Entry],
) -> str:
    lines = [
        "# Checked derivations",
        "",
        "Every verdict on these pages was computed when they were written.",
        "",
        "| | claims | verified | refuted | unproven | definition | unreadable |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows = [(f"notes/{names[report.path]}.md", names[report.path], report) for report in notes]
    for link, name, report in [*rows, ("library/index.md", "The library", library)]:
        counts = " | ".join(str(n) for n in summary([report]).values())
        lines.append(f"| [{markdown_text(name)}]({link}) | {counts} |")
    lines += ["", "What each [code](codes.md) of a finding means."]
    lines += ["", "## Derivations, step by step", ""]
    lines += [f"* [{markdown_text(e.title)}](library/{e.name}.md)" for e in entries]
    return "\n".join(lines) + "\n"


def note_page(report: FileReport, title: str = "") -> str:
    """Each equation of a note with verdict, reason, counterexample, repair and proof."""
    page = Page(report.source)
    name = title or posixpath.basename(report.path.replace("\\", "/"))
    parts = [f"# {markdown_text(name)}\n\n", *_model(report)]
    for finding in report.claims:
        parts.extend(_claim(report, finding, page))
    parts.extend(_algorithm(report))
    return "".join(parts).rstrip("\n") + "\n"


def _model(report: FileReport) -> Iterator[str]:
    if report.model is None:
        return
    model = report.model
    facts = [
        ("Layout", model.layout),
        ("Cost", model.cost),
        ("Convention", model.convention),
        *(("Assumed", assumption) for assumption in model.assumptions),
        *(("Evidence", line) for line in model.evidence),
    ]
    yield from (f"* {name}: {markdown_text(fact)}\n" for name, fact in facts if fact)
    yield "\n"


def _claim(report: FileReport, finding: Finding, page: Page) -> Iterator[str]:
    verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
    where = f"line {place_of(finding, page).line}" if report.source else finding.message
    yield f"## {markdown_text(where)}: {verdict}\n\n"
    yield markdown_equation(finding.latex) if finding.latex else ""
    if finding.message and report.source:
        yield f"{markdown_text(finding.message)}\n\n"
    details = [
        *(f"assumed: {text}" for text in finding.assumptions),
        *(f"where: {text}" for text in finding.side_conditions),
    ]
    if finding.expected and finding.verdict != Verdict.VERIFIED:
        details.append("the note states this verdict itself")
    if finding.counterexample is not None:
        details.append(f"counterexample: {counterexample_line(finding.counterexample)}")
    if finding.proof is not None:
        checked = ", accepted by the independent checker" if finding.proof.checked else ""
        rules = ", ".join(finding.proof.rules)
        details.append(f"proved for all shapes in {finding.proof.steps} steps{checked}: {rules}")
    yield from (f"* {markdown_text(line)}\n" for line in details)
    yield "\n" if details else ""
    for repair in finding.repairs:
        yield f"Repair ({markdown_text(repair.edit or repair.verdict.value)}):\n\n"
        yield markdown_equation(repaired(finding, report.source, repair.latex))


def _algorithm(report: FileReport) -> Iterator[str]:
    if not report.algorithm:
        return
    yield "## The note as an algorithm\n\n| gradient of | is | because of lines |\n"
    yield "| --- | --- | --- |\n"
    for name, row in report.algorithm.items():
        because = row.get("because")
        lines = ", ".join(map(str, because)) if isinstance(because, (list, tuple)) else ""
        verdict = markdown_text(str(row.get("verdict", "")))
        yield f"| {markdown_text(name)} | {verdict} | {lines} |\n"
