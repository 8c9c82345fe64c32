"""What each command does, behind its arguments: from a call to an exit status.

Every function returns 0 (all well) or 1 (something refuted, open or unreadable) and raises
`CallError` for a call that cannot be carried out.  Heavy parts are imported where they are
used, so that a command pays only for what it needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from derive.errors import CallError, one_line
from derive.report.outcome import Selection
from derive.sources import STDIN, Source, collect, file_names, write_atomically
from derive.verdict import FileReport

if TYPE_CHECKING:
    from derive.verify import Options

READER_GONE: Final = 141
"""Exit status when stdout was closed by its reader, as a shell shows it."""
FORMATS: Final = ("text", "json", "sarif", "github")


@dataclass(frozen=True, slots=True)
class VerifyCall:
    """The options of ``derive verify``.

    repair: ``""``, ``"diff"`` or ``"fix"``.  view: ``""`` for the verdicts, ``"statistics"`` or
    ``"model"``.
    """

    form: str
    output: Path | None
    selection: Selection
    options: Options
    jobs: int | None
    timeout: float
    repair: str = ""
    view: str = ""


def verify(paths: Sequence[str], call: VerifyCall) -> int:
    """Judges every claim of the paths, or of the library and the shipped notes if none."""
    _consistent(call)
    if call.options.proofs is not None:
        _make_folder(call.options.proofs)
    sources = collect(paths) if paths else [*_library_sources()]
    if call.repair and any(source.path == STDIN for source in sources):
        raise CallError("--fix and --diff change files; name a file instead of -")
    if call.options.proofs is not None:
        names = file_names(source.path for source in sources)
        call = replace(call, options=replace(call.options, names=names))
    judged = _judge(sources, call)
    if call.view == "model":
        return _show_model(judged, call)
    reports = _with_claims(sources, judged, paths)
    hidden = -sum(len(report.claims) for report in reports)
    reports = call.selection.shown(reports)
    hidden += sum(len(report.claims) for report in reports)
    if call.repair:
        return _repair(sources, reports, call)
    _write(_rendered(reports, call, -hidden), call.output)
    return _status(reports, call.selection)


def _consistent(call: VerifyCall) -> None:
    """`CallError` for options that contradict each other."""
    from derive.report import statistics, understood

    if call.view == "statistics" and call.form not in statistics.FORMATS:
        raise CallError(f"--statistics: no {call.form} of it; --format text or json")
    if call.view == "model" and call.form not in understood.FORMATS:
        raise CallError(f"--show-model: no {call.form} of it; --format text or json")
    if call.view and call.repair == "diff":
        raise CallError(f"--diff shows changes, --{_VIEWS[call.view]} none; leave one out")
    if call.view == "model" and call.repair:
        raise CallError("--show-model judges nothing, --fix needs verdicts; leave one out")


_VIEWS: Final = {"statistics": "statistics", "model": "show-model"}


def _show_model(reports: Sequence[FileReport], call: VerifyCall) -> int:
    """What was understood of each note; 1 if one could not be understood."""
    from derive.report import understood
    from derive.report.text import Style

    if call.form == "json":
        _write(understood.as_json(reports), call.output)
    else:
        style = Style(call.output is None and _colour())
        _write(understood.text(reports, style), call.output)
    return int(any(report.claims for report in reports))


def _library_sources() -> list[Source]:
    from derive.verify import shipped_notes

    return [Source("library", "library"), *collect([_near(p) for p in shipped_notes()])]


def _near(path: Path) -> str:
    """A path as seen from here if it lies below, else in full."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _judge(sources: Sequence[Source], call: VerifyCall) -> list[FileReport]:
    from derive.workers import judge_all

    progress = _progress if sys.stderr is not None and sys.stderr.isatty() else None
    try:
        return judge_all(
            sources, call.options, jobs=call.jobs, timeout=call.timeout, progress=progress
        )
    finally:
        if progress is not None:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _progress(path: str, done: int, size: int) -> None:
    print(f"\r\x1b[K{done}/{size} {one_line(path, 60)}", end="", file=sys.stderr, flush=True)


def _with_claims(
    sources: Sequence[Source], reports: Sequence[FileReport], paths: Sequence[str]
) -> list[FileReport]:
    """The reports, without those of files in a folder that claim nothing."""
    kept = []
    for source, report in zip(sources, reports, strict=True):
        if report.claims or source.named:
            kept.append(report)
        if not report.claims and source.named:
            print(f"derive: {one_line(source.path)}: no equation in it", file=sys.stderr)
    if not kept:
        where = ", ".join(one_line(path, 80) for path in paths)
        raise CallError(f"{where}: no equation in any file; name a note that holds some")
    return kept


def _rendered(reports: Sequence[FileReport], call: VerifyCall, hidden: int) -> str:
    from derive.report import github, json, sarif, statistics, text

    if call.view == "statistics":
        write = statistics.as_json if call.form == "json" else statistics.text
        return write(reports)
    if call.form == "json":
        return json.render(reports, timings=call.options.timings)
    if call.form == "sarif":
        return sarif.render(reports, call.selection)
    if call.form == "github":
        return github.render(reports, call.selection)
    style = text.Style(call.output is None and _colour(), call.options.timings)
    return text.render(reports, style, hidden)


def _colour() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout is not None and sys.stdout.isatty()


def _status(reports: Sequence[FileReport], selection: Selection) -> int:
    found = any(selection.fails(finding) for report in reports for finding in report.claims)
    return int(found or any(selection.fails(n) for report in reports for n in report.notices))


def _repair(sources: Sequence[Source], reports: Sequence[FileReport], call: VerifyCall) -> int:
    """``--diff`` shows what ``--fix`` would write; ``--fix`` writes and reports what is left."""
    from derive.report.fix import diff, settle

    by_path = {source.path: source for source in sources}
    settled, changes = [], []
    for report in reports:
        source = by_path[report.path]
        if source.kind == "library":
            settled.append(report)
            continue
        new = settle(report, partial(_judge_text, source, call))
        settled.append(new)
        if new.source == source.text:
            continue
        changes.append(diff(report.path, source.text, new.source))
        if call.repair == "fix":
            mark = "\ufeff" if source.mark else ""
            write_atomically(Path(source.path), mark + new.source)
    if call.repair == "diff":
        _write("".join(changes), call.output)
        _tell_left_out(settled)
        return _status(reports, call.selection)
    _write(_rendered(settled, call, 0), call.output)
    return _status(settled, call.selection)


def _tell_left_out(reports: Sequence[FileReport]) -> None:
    """On stderr, the repairs that are not in a diff."""
    from derive.diagnosis.codes import BY_NAME
    from derive.report.places import Page

    for report in reports:
        page = Page(report.source)
        for notice in report.notices:
            if notice.code == BY_NAME["harmful-repair"]:
                line, column = page.position(notice.span[0])
                where = f"{one_line(report.path)}:{line}:{column}"
                print(f"derive: {where}: {notice.message}", file=sys.stderr)


def _judge_text(source: Source, call: VerifyCall, text: str) -> FileReport:
    return call.selection.shown(_judge([replace(source, text=text)], call))[0]


def explain(subject: str, form: str, level: str = "full") -> int:
    """The derivation behind ``NOTE:LINE[:COLUMN]``, a library entry or a spec; or a code."""
    from derive.report.entries import named_parts, spec_parts
    from derive.report.explain import render
    from derive.report.lookup import split_place

    place = split_place(subject)
    if place is not None:
        from derive.report.lookup import told_at

        told = told_at(place, level)
        _write("\n".join(render(parts, form) for parts in told), None)
    elif subject.endswith(".toml"):
        _write(render(spec_parts(subject, level), form), None)
    else:
        _write(render(named_parts(subject, level), form), None)
    return 0


def explain_graph(subject: str) -> int:
    """The computation graph of a spec, as SVG."""
    from derive.report.entries import spec_svg

    if not subject.endswith(".toml"):
        raise CallError(f"--graph: {one_line(subject, 80)} is no network spec; name a .toml file")
    _write(spec_svg(subject), None)
    return 0


def list_library() -> int:
    """Activations, losses, layers, optimisers and rules, each with its proof status."""
    from derive.report.listing import GOOD, library_rows, table

    rows = library_rows()
    _write(table(rows), None)
    return int(any(row.status not in GOOD for row in rows))


def docs(folder: Path, form: str) -> int:
    """Builds the site of checked derivations; 1 if something on it does not hold any more."""
    from derive.docs import html
    from derive.docs.site import build

    if form == "html":
        html.require()
    built = build(_library_sources()[1:], workers=os.cpu_count() or 1)
    if form == "html":
        _make_folder(folder)
        built.problems += html.write_html(built.pages, folder)
    else:
        for name, text in built.pages.items():
            path = folder / name
            _make_folder(path.parent)
            write_atomically(path, text)
    _write(f"{len(built.pages)} pages in {one_line(str(folder))}\n", None)
    for problem in built.problems:
        print(f"derive: {one_line(problem, 300)}", file=sys.stderr)
    return int(bool(built.problems))


def generate(spec: Path, folder: Path, *, check: bool) -> int:
    """Emits the network of a spec, or compares it with what is there.

    A folder instead of a spec means every network in it, ``NAME/NAME.toml`` each.
    """
    import codegen

    every = spec.is_dir()
    if every and not any(path.stem == path.parent.name for path in spec.glob("*/*.toml")):
        raise CallError(f"{one_line(str(spec))}: no network in this folder; name a spec (.toml)")
    try:
        if check:
            difference = codegen.check_all(spec) if every else codegen.check(spec, folder)
            _write(difference, None)
            return int(bool(difference))
        written = codegen.generate_all(spec) if every else codegen.generate(spec, folder)
    except (codegen.SpecError, codegen.GenerateError, codegen.Unproved) as error:
        raise CallError(one_line(str(error))) from None
    _write("".join(f"{one_line(str(path))}\n" for path in written), None)
    for note in [] if every else codegen.notes(spec):
        print(f"derive: {one_line(note, 300)}", file=sys.stderr)
    return 0


def demo(folder: Path, *, fast: bool) -> int:
    """Judges the shipped notes, generates a digits classifier, checks and trains it."""
    from codegen.demo import run_demo

    _make_folder(folder)
    return run_demo(folder, fast=fast)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(
            f"{one_line(str(path))}: no folder can be made here ({error.strerror}); name another"
        ) from None


def _write(text: str, output: Path | None) -> None:
    """To a file, atomically, or to stdout; bytes are UTF-8 whatever the locale says."""
    if output is not None:
        write_atomically(output, text)
        return
    if sys.stdout is None:  # closed by the caller
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(READER_GONE)
