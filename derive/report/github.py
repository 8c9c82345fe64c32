"""File reports as workflow commands, which GitHub shows as annotations of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.report.outcome import Selection, repaired
from derive.report.places import Page, place_of
from derive.report.text import counterexample_line
from derive.verdict import FileReport, Finding, Verdict


def render(reports: Sequence[FileReport], selection: Selection) -> str:
    """One command a finding that fails the run: an error if refuted, else a warning."""
    return "".join(line + "\n" for report in reports for line in _annotations(report, selection))


def _annotations(report: FileReport, selection: Selection) -> Iterator[str]:
    page = Page(report.source)
    for finding in report.claims:
        if not selection.fails(finding):
            continue
        level = "error" if finding.verdict == Verdict.REFUTED or finding.unmet else "warning"
        place = place_of(finding, page)
        title = " ".join(filter(None, ("derive", finding.code, finding.verdict.value)))
        properties = (
            f"file={_property(report.path)},line={place.line},col={place.column},"
            f"endLine={place.end_line},endColumn={place.end_column},title={_property(title)}"
        )
        yield f"::{level} {properties}::{_data(_body(report, finding))}"
    for notice in report.notices:
        place = page.place(*notice.span)
        properties = (
            f"file={_property(report.path)},line={place.line},col={place.column},"
            f"endLine={place.end_line},endColumn={place.end_column},"
            f"title={_property(f'derive {notice.code}')}"
        )
        level = "warning" if notice.fails else "notice"
        yield f"::{level} {properties}::{_data(notice.message)}"


def _body(report: FileReport, finding: Finding) -> str:
    lines = [finding.message or finding.verdict.value]
    if finding.unmet:
        lines.append(f"the note expects: {finding.unmet}")
    if finding.counterexample is not None:
        lines.append(f"counterexample: {counterexample_line(finding.counterexample)}")
    lines += [f"repair: {repaired(finding, report.source, r.latex)}" for r in finding.repairs]
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
