"""File reports as SARIF 2.1.0, for code scanning and editors.

Each finding that fails the run is a result: refuted an error, unproven and unreadable a
warning.  So is one that the note suppresses, which the log says too, and each notice.  A
verified repair is a fix.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from derive import __version__
from derive.diagnosis.codes import CODES
from derive.report.outcome import Selection
from derive.report.places import Page, Place, place_of
from derive.report.text import counterexample_line
from derive.verdict import FileReport, Finding, Notice, Repair, Verdict

Json = dict[str, object]


def render(reports: Sequence[FileReport], selection: Selection) -> str:
    """The SARIF log of all files."""
    results = [
        _result(report, finding, page)
        for report in reports
        for page in [Page(report.source)]
        for finding in report.claims
        if selection.fails(finding) or finding.suppressed
    ]
    results += [
        _noticed(report, notice, page)
        for report in reports
        for page in [Page(report.source)]
        for notice in report.notices
    ]
    rules = sorted({str(result["ruleId"]) for result in results})
    driver: Json = {
        "name": "derive",
        "version": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    log: Json = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(name: str) -> Json:
    row = CODES.get(name)
    if row is None:
        return {"id": name, "shortDescription": {"text": f"A claim is {name}"}}
    return {
        "id": name,
        "name": row.name,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.why},
    }


def _result(report: FileReport, finding: Finding, page: Page) -> Json:
    message = finding.message or finding.verdict.value
    if finding.unmet:
        message += f" (the note expects: {finding.unmet})"
    if finding.counterexample is not None:
        message += f"; counterexample: {counterexample_line(finding.counterexample)}"
    severe = finding.verdict == Verdict.REFUTED or bool(finding.unmet)
    result: Json = {
        "ruleId": finding.code or finding.verdict.value,
        "level": "error" if severe else "warning",
        "message": {"text": message},
        "locations": [_location(report, place_of(finding, page))],
    }
    if finding.suppressed:
        result["suppressions"] = [{"kind": "inSource"}]
    start, end = finding.right_span
    if finding.repairs and start < end:
        region = _region(page.place(start, end))
        result["fixes"] = [_fix(report, repair, region) for repair in finding.repairs]
    return result


def _noticed(report: FileReport, notice: Notice, page: Page) -> Json:
    result: Json = {
        "ruleId": notice.code,
        "level": "warning" if notice.fails else "note",
        "message": {"text": notice.message},
        "locations": [_location(report, page.place(*notice.span))],
    }
    if notice.related:
        result["relatedLocations"] = [
            {**_location(report, page.place(start, end)), "message": {"text": what}}
            for start, end, what in notice.related
        ]
    return result


def _location(report: FileReport, place: Place) -> Json:
    artifact = _artifact(report)
    return {"physicalLocation": {"artifactLocation": artifact, "region": _region(place)}}


def _fix(report: FileReport, repair: Repair, region: Json) -> Json:
    replacement: Json = {"deletedRegion": region, "insertedContent": {"text": repair.latex}}
    return {
        "description": {"text": repair.edit or "the repaired right-hand side"},
        "artifactChanges": [{"artifactLocation": _artifact(report), "replacements": [replacement]}],
    }


def _artifact(report: FileReport) -> Json:
    return {"uri": quote(report.path.replace("\\", "/"))}


def _region(place: Place) -> Json:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
