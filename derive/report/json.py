"""File reports as the JSON of ``derive verify``, schema ``derive.verify/1``.

The keys stand in a fixed order and there are no floats: the same findings give the same
bytes.  ``milliseconds``, a whole number, is there only when timings are asked for,
``suppressed`` of a claim and ``notices`` of a file only where there are such.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from derive import __version__
from derive.report.outcome import repaired, summary
from derive.report.places import Page, Place
from derive.verdict import Counterexample, FileReport, Finding, ModelReport, Notice, Proof

SCHEMA = "derive.verify/1"

Json = dict[str, object]


def render(reports: Sequence[FileReport], *, timings: bool = False) -> str:
    """The JSON text for all files."""
    document: Json = {
        "schema": SCHEMA,
        "version": __version__,
        "files": [_file(report, timings) for report in reports],
        "summary": summary(reports),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _file(report: FileReport, timings: bool) -> Json:
    page = Page(report.source)
    notices = [_notice(notice, page) for notice in report.notices]
    return {
        "path": report.path,
        "model": model_json(report.model),
        "claims": [_claim(finding, report.source, timings) for finding in report.claims],
        "algorithm": report.algorithm,
        **({"notices": notices} if notices else {}),
    }


def _notice(notice: Notice, page: Page) -> Json:
    return {
        **_range(page.place(*notice.span)),
        "code": notice.code,
        "message": notice.message,
        "related": [
            {**_range(page.place(start, end)), "message": what}
            for start, end, what in notice.related
        ],
    }


def _range(place: Place) -> Json:
    return {
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def model_json(model: ModelReport | None) -> Json | None:
    """What was understood of a note."""
    if model is None:
        return None
    return {
        "layout": model.layout,
        "layers": list(model.layers),
        "cost": model.cost,
        "convention": model.convention,
        "assumptions": list(model.assumptions),
    }


def _claim(finding: Finding, source: str, timings: bool) -> Json:
    unmet = f" (the note expects: {finding.unmet})" if finding.unmet else ""
    claim: Json = {
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "step": finding.step,
        "latex": finding.latex,
        "kind": finding.kind.value,
        "verdict": finding.verdict.value,
        "code": finding.code,
        "message": finding.message + unmet,
        "reading": finding.reading,
        "assumptions": list(finding.assumptions),
        "side_conditions": list(finding.side_conditions),
        "counterexample": _counterexample(finding.counterexample),
        "repairs": [
            {"latex": repaired(finding, source, r.latex), "verdict": r.verdict.value}
            for r in finding.repairs
        ],
        "proof": _proof(finding.proof),
    }
    if finding.suppressed:
        claim["suppressed"] = True
    if timings:
        claim["milliseconds"] = round(finding.milliseconds)
    return claim


def _counterexample(example: Counterexample | None) -> Json | None:
    if example is None:
        return None
    return {"shapes": example.shapes, "left": example.left, "right": example.right}


def _proof(proof: Proof | None) -> Json | None:
    if proof is None:
        return None
    return {"rules": list(proof.rules), "steps": proof.steps, "checked": proof.checked}
