"""File reports as text for people: one line for what holds, a block for what does not.

A block shows where, verdict, code and message, the source line with carets under the claim,
the counterexample and the repairs.  Behind the claims of a file stands what the note
computes as an algorithm, behind all files a summary.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.report.outcome import GOOD, repaired, summary
from derive.report.places import WIDTH, Page, Place, anchor, escaped, excerpt, place_of
from derive.verdict import Counterexample, FileReport, Finding, ModelReport, Notice, Verdict

_COLOURS = {
    Verdict.VERIFIED: "32",
    Verdict.DEFINITION: "36",
    Verdict.REFUTED: "1;31",
    Verdict.UNPROVEN: "1;33",
    Verdict.UNREADABLE: "1;35",
}
_TIED = "\N{NO-BREAK SPACE}"
"""A space at which a line is not broken; shown as a plain one."""
_SHOWN_LINES = 4
_WHOLE = 2000
"""Characters of a repair that are shown: it is there to be copied."""
_MESSAGES = {
    Verdict.REFUTED: "the two sides differ",
    Verdict.UNPROVEN: "neither proved nor refuted",
    Verdict.UNREADABLE: "the text could not be read whole",
}


@dataclass(frozen=True, slots=True)
class Style:
    """colour: with ANSI colours.  timings: with the milliseconds of each claim."""

    colour: bool = False
    timings: bool = False

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour else text


def render(reports: Sequence[FileReport], style: Style | None = None, hidden: int = 0) -> str:
    """The text for all files.  hidden: findings left out by ``--select`` and ``--ignore``."""
    style = style or Style()
    lines: list[str] = []
    for report in reports:
        lines.extend(_file(report, style))
        lines.append("")
    lines.append(_summary(reports, hidden))
    return "\n".join(lines) + "\n"


def _file(report: FileReport, style: Style) -> Iterator[str]:
    yield style.paint(escaped(report.path), "1")
    if report.model is not None:
        yield from model_lines(report.model)
    page = Page(report.source)
    after_block = True
    for finding in report.claims:
        silent = finding.suppressed and not finding.unmet
        block = not silent and (finding.verdict not in GOOD or bool(finding.unmet))
        if block or after_block:
            yield ""
        yield from _block(report, finding, page, style) if block else _line(finding, page, style)
        after_block = block
    for notice in report.notices:
        yield ""
        yield from _notice(report, notice, page, style)
    yield from _algorithm(report, style)


def model_lines(model: ModelReport) -> Iterator[str]:
    """What was understood of the whole note, one fact a line."""
    layers = ", ".join(
        " ".join(str(layer[key]) for key in ("index", "activation") if layer.get(key) is not None)
        for layer in model.layers
    )
    facts = (
        ("layout", model.layout),
        ("layers", layers),
        ("cost", model.cost),
        ("convention", model.convention),
        *(("assumed", assumption) for assumption in model.assumptions),
    )
    for name, fact in facts:
        if fact:
            yield f"  {name}: {escaped(fact)}"


def _line(finding: Finding, page: Page, style: Style) -> Iterator[str]:
    place = place_of(finding, page)
    verdict = style.paint(f"{finding.verdict:<10}", _COLOURS[finding.verdict])
    time = f"{finding.milliseconds:8.1f} ms  " if style.timings else ""
    title = f"{escaped(finding.message)}: " if finding.message else ""
    if finding.suppressed:
        title = f"{finding.code} (suppressed): "
    yield f"{place.line:>6}  {verdict}  {time}{title}{_short(finding.latex)}"
    for condition in finding.side_conditions:
        yield f"        {'':<10}  where {escaped(condition)}"


def _block(report: FileReport, finding: Finding, page: Page, style: Style) -> Iterator[str]:
    verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
    expected = " (as the note expects)" if finding.expected and not finding.unmet else ""
    message = finding.message or _MESSAGES.get(finding.verdict, "")
    where = anchor(report, finding, page)
    taken = len(f"{where}: {verdict}{expected}: ")
    yield (
        f"{style.paint(where, '1')}: {style.paint(verdict, _COLOURS[finding.verdict])}{expected}"
        + (f": {_wrapped(escaped(message), taken, '    ')}" if message else "")
    )
    gutter, rows = _source(finding, page)
    yield from rows
    for note in _notes(report, finding, style):
        yield f"{gutter}= {note}"


def _notice(report: FileReport, notice: Notice, page: Page, style: Style) -> Iterator[str]:
    """What there is to say of the note itself, with the places that belong to it."""
    place = page.place(*notice.span)
    where = f"{escaped(report.path)}:{place.line}:{place.column}"
    label = f"{'warning' if notice.fails else 'note'} {notice.code}"
    taken = len(f"{where}: {label}: ")
    yield (
        f"{style.paint(where, '1')}: {style.paint(label, '1;33')}: "
        f"{_wrapped(escaped(notice.message), taken, '    ')}"
    )
    gutter, rows = _excerpts(page, place)
    yield from rows
    for start, end, what in notice.related:
        other = page.place(start, end)
        yield f"{gutter}= {escaped(what)}: line {other.line}: {_short(page.text(start, end))}"


def _wrapped(text: str, taken: int, indent: str) -> str:
    """`text` in lines of `WIDTH`, the first of which has `taken` columns less."""
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=" " * taken, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(lines).strip().replace(_TIED, " ")


def _source(finding: Finding, page: Page) -> tuple[str, list[str]]:
    """The gutter and the source lines of a claim with its carets.

    Of a claim too long for a line the right side is shown, which is what is wrong with it.
    """
    place = place_of(finding, page)
    start, end = finding.right_span
    if finding.span[0] < start < end and place.line == place.end_line:
        right = page.place(start, end)
        if right.column - place.column > WIDTH // 2 and right.end_column - place.column > WIDTH:
            place = right
    return _excerpts(page, place)


def _excerpts(page: Page, place: Place) -> tuple[str, list[str]]:
    last = min(place.end_line, place.line + _SHOWN_LINES - 1)
    gutter = " " * (len(str(last)) + 1)
    if not 1 <= place.line <= last <= len(page.lines) or not page.lines[place.line - 1].strip():
        return gutter, []
    rows = [f"{gutter}|"]
    for number in range(place.line, last + 1):
        line = page.lines[number - 1]
        first = place.column if number == place.line else len(line) - len(line.lstrip()) + 1
        end = place.end_column if number == place.end_line else len(line.rstrip()) + 1
        shown, carets = excerpt(line, first, end)
        rows.append(f"{number:>{len(gutter) - 1}} | {shown}")
        if line.strip():
            rows.append(f"{gutter}| {carets}")
    if last < place.end_line:
        rows.append(f"{gutter}| … to line {place.end_line}")
    return gutter, rows


def _notes(report: FileReport, finding: Finding, style: Style) -> Iterator[str]:
    if finding.unmet:
        yield f"the note expects: {escaped(finding.unmet)}"
    if finding.reading != "matrix":
        yield f"read as: {escaped(finding.reading)}"
    known = report.model.assumptions if report.model is not None else ()
    for assumption in finding.assumptions:
        if assumption not in known:  # those of the whole note stand above
            yield f"assumed: {escaped(assumption)}"
    for condition in finding.side_conditions:
        yield f"where: {escaped(condition)}"
    if finding.counterexample is not None:
        given, left, right = counterexample(finding.counterexample)
        for line in (f"counterexample: {given}", f"  {left}", f"  {right}"):
            yield _wrapped("." + line, 4, " " * 6)[1:]
    for repair in finding.repairs:
        edit = f"   ({escaped(repair.edit)})" if repair.edit else ""
        whole = repaired(finding, report.source, repair.latex)
        yield f"repair: {_short(whole, _WHOLE)}{edit}"
    if style.timings:
        yield f"time: {finding.milliseconds:.1f} ms"


def counterexample(example: Counterexample) -> tuple[str, str, str]:
    """Sizes and values, the left side, the right side.

    >>> counterexample(Counterexample({"m": 2}, {"Y": "[1, 0]"}, (1, 2), "3/8", "1/2"))
    ('m\\xa0=\\xa02, Y\\xa0=\\xa0[1,\\xa00]', 'left (1, 2): 3/8', 'right (1, 2): 1/2')
    """
    given = ", ".join(
        f"{escaped(name)} = {escaped(_plain(str(value)))}".replace(" ", _TIED)
        for name, value in [*example.shapes.items(), *example.values.items()]
    )
    entry = ""
    if example.entry is not None and set(example.shapes.values()) != {1}:
        entry = f" ({example.entry[0]}, {example.entry[1]})"
    left, right = escaped(example.left), escaped(example.right)
    return given, f"left{entry}: {left}", f"right{entry}: {right}"


def _plain(value: str) -> str:
    """An array of one number as the number."""
    inner = value[2:-2]
    one = value.startswith("[[") and value.endswith("]]") and not set(inner) & set("[],")
    return inner if one else value


def counterexample_line(example: Counterexample) -> str:
    """The same in one line."""
    return "; ".join(filter(None, counterexample(example))).replace(_TIED, " ")


def _algorithm(report: FileReport, style: Style) -> Iterator[str]:
    """For each parameter, whether a reader who programs the note gets the true gradient."""
    if not report.algorithm:
        return
    yield ""
    yield "  as an algorithm, the gradient computed for"
    names = max(len(name) for name in report.algorithm)
    for name, row in report.algorithm.items():
        verdict = str(row.get("verdict", ""))
        colour = _COLOURS[Verdict(verdict)] if verdict in list(Verdict) else "0"
        because = row.get("because")
        lines = because if isinstance(because, (list, tuple)) else []
        plural = "s" * (len(lines) > 1)
        reason = f"  because of line{plural} {', '.join(map(str, lines))}" if lines else ""
        yield f"    {escaped(name):<{names}}  {style.paint(escaped(verdict), colour)}{reason}"


def _summary(reports: Sequence[FileReport], hidden: int) -> str:
    counts = summary(reports)
    expected = sum(f.expected and f.verdict not in GOOD for r in reports for f in r.claims)
    unmet = sum(bool(f.unmet) for r in reports for f in r.claims)
    silent = sum(f.suppressed for r in reports for f in r.claims)
    notices = sum(len(r.notices) for r in reports)
    parts = [_count(n, v) for v, n in counts.items() if v != "claims" and n]
    line = f"{_plural(counts['claims'], 'claim')} in {_plural(len(reports), 'file')}"
    if parts:
        line += f": {', '.join(parts)}"
    extras = (
        f"{expected} as expected" if expected else "",
        f"{unmet} not as expected" if unmet else "",
        f"{silent} suppressed" if silent else "",
        f"{hidden} not selected" if hidden else "",
    )
    if any(extras):
        line += f" ({', '.join(filter(None, extras))})"
    if notices:
        line += f"; {_plural(notices, 'remark')} on the text"
    return line


def _count(number: int, verdict: str) -> str:
    return _plural(number, verdict) if verdict == Verdict.DEFINITION else f"{number} {verdict}"


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _short(latex: str, limit: int = 200) -> str:
    line = escaped(" ".join(latex.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"
