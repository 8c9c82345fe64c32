"""What was understood of a note, and by which of its lines: ``--show-model``.

In: file reports whose claims were not judged.  Out: text, or JSON under the schema
``derive.model/1``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from derive import __version__
from derive.report.json import Json, model_json
from derive.report.places import escaped
from derive.report.text import Style, model_lines
from derive.verdict import FileReport, ModelReport

FORMATS = ("text", "json")
SCHEMA = "derive.model/1"


def text(reports: Sequence[FileReport], style: Style) -> str:
    """The model of each file, its symbols, and what decided them."""
    blocks = ("\n".join(_file(report, style)) + "\n" for report in reports)
    return "\n".join(blocks)


def _file(report: FileReport, style: Style) -> Iterator[str]:
    yield style.paint(escaped(report.path), "1")
    if report.model is None:
        yield "  nothing to understand: there is no equation in it"
        return
    yield from model_lines(report.model)
    yield from _symbols(report.model)
    if report.model.evidence:
        yield "  because"
        yield from (f"    {escaped(line)}" for line in report.model.evidence)


def _symbols(model: ModelReport) -> Iterator[str]:
    rows = [{key: escaped(value) for key, value in row.items()} for row in model.symbols]
    if rows:
        yield "  symbols"
    names, roles = (max((len(row[key]) for row in rows), default=0) for key in ("name", "role"))
    for row in rows:
        line = f"    {row['name']:<{names}}  {row['role']:<{roles}}  {row['shape']}"
        yield f"{line}  {row.get('value', '')}".rstrip()


def as_json(reports: Sequence[FileReport]) -> str:
    """The same for programs."""
    document: Json = {
        "schema": SCHEMA,
        "version": __version__,
        "files": [_file_json(report) for report in reports],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _file_json(report: FileReport) -> Json:
    model = model_json(report.model)
    if model is not None and report.model is not None:
        model["symbols"] = list(report.model.symbols)
        model["evidence"] = list(report.model.evidence)
    return {"path": report.path, "model": model}
