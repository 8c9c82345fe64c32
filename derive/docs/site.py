"""The site of checked derivations: every page is built from what is judged in this run.

In: the sources of the shipped notes.  Out: Markdown pages by path, and the problems: a note
whose claim is not as the note expects, a library rule that is not proved, a derivation with a
line that does not follow, an example of a code that is judged otherwise, a command that ends
otherwise than its page says, a network that is not what its spec gives, a link to nowhere.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from derive.certificate import to_json
from derive.diagnosis.codes import CODES
from derive.docs import api, catalogue, codes, landing, networks, proof, prose
from derive.docs.prose import Page
from derive.docs.shell import LONGEST
from derive.library.explanations import names
from derive.report.entries import entry
from derive.report.explain import explanation_parts, render
from derive.report.markdown import Entry, note_page
from derive.scalars.blackboard import WrongStep
from derive.sources import Source, file_names
from derive.verdict import FileReport, Finding, Verdict

if TYPE_CHECKING:
    from derive.explain.claims import Explanation
    from derive.verify import Note

_LINK = re.compile(r"\]\(([^)#]+\.md)(?:#[^)]*)?\)")
Map = Callable[..., Iterable[Any]]
"""``map``, or the same over worker processes."""


@dataclass(slots=True)
class Built:
    """All pages by path relative to the root, and what does not hold any more."""

    pages: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, path: str, page: Page | str) -> None:
        """Puts a page in its place, with its problems."""
        text = page if isinstance(page, str) else page.text
        self.pages[path] = text.rstrip("\n") + "\n"
        self.problems += () if isinstance(page, str) else page.problems


@dataclass(frozen=True, slots=True)
class Parts:
    """What has a page beside notes and library: by default everything there is."""

    codes: Sequence[str] = tuple(CODES)
    entries: Sequence[str] = field(default_factory=names)
    networks: Sequence[Path] = field(default_factory=networks.specs)
    prose: Sequence[str] = field(default_factory=prose.names)
    modules: Sequence[str] = api.MODULES


def build(sources: Sequence[Source], workers: int = 1, parts: Parts | None = None) -> Built:
    """Judges the notes and the library, derives every entry, and writes the pages.

    workers: processes to build pages in; the pages do not depend on it.
    """
    parts = parts or Parts()
    if workers == 1:
        return _build(sources, parts, map)
    with ProcessPoolExecutor(workers) as pool:
        return _build(sources, parts, pool.map)


def _build(sources: Sequence[Source], parts: Parts, over: Map) -> Built:
    from derive.verify import Options, verify_library
    from derive.workers import judge_all

    built = Built()
    reports = judge_all(sources, Options(), timeout=LONGEST)
    library = verify_library()
    for report in (*reports, library):
        built.problems += _unmet(report)
    built.add("index.md", "")  # the first of the pages, the last to be written
    named = [path for path in parts.prose if path not in ("index.md", "proof.md")]
    told = over(prose.page, named, [library] * len(named))  # these take longest: they begin first
    emitted = over(networks.page, parts.networks)
    _notes(built, sources, reports, library, over)
    _library(built, parts.entries, over)
    built.add("codes.md", codes.overview())
    for code, page in zip(parts.codes, over(codes.page, parts.codes), strict=True):
        built.add(f"codes/{code}.md", page)
    built.add("networks.md", networks.overview([path.stem for path in parts.networks]))
    for spec, page in zip(parts.networks, emitted, strict=True):
        built.add(f"networks/{spec.stem}.md", page)
    built.add("proof.md", proof.page(library))
    for path, page in zip(named, told, strict=True):
        built.add(path, page)
    built.add("api.md", api.overview())
    for name in parts.modules:
        built.add(f"api/{name}.md", api.page(name))
    built.add("index.md", *over(landing.page, [reports], [library]))
    built.problems += broken_links(built.pages)
    return built


def _notes(
    built: Built,
    sources: Sequence[Source],
    reports: Sequence[FileReport],
    library: FileReport,
    over: Map,
) -> None:
    """A page for each note, each derivation under its claim."""
    called = file_names(report.path for report in reports)
    paths = {report.path: f"notes/{called[report.path]}.md" for report in reports}
    built.add("notes.md", landing.overview(reports, paths))
    told = over(derivations, sources, reports)
    for report, derived in zip(reports, told, strict=True):
        built.add(paths[report.path], note_page(report, told=derived, linked=True))
    built.add("library/index.md", note_page(library, title="The rules of the library"))


def _library(built: Built, entries: Sequence[str], over: Map) -> None:
    """The catalogue; an entry with a line that does not follow is a problem and has no page."""
    found = []
    for page, listed, problem in over(_entry, entries):
        if problem:
            built.problems.append(problem)
        else:
            built.add(f"library/{listed.name}.md", page)
            found.append(listed)
    built.add("catalogue.md", catalogue.overview(found))


def _entry(name: str) -> tuple[str, Entry | None, str]:
    try:
        found = entry(name)
    except WrongStep as error:
        return "", None, f"{name}: a line does not follow: {error}"
    return catalogue.page(found), Entry(found.name, found.title, ()), ""


# -- what does not hold ------------------------------------------------------------------------


def _unmet(report: FileReport) -> Iterator[str]:
    """The claims of a report that are neither proved nor as the note expects."""
    fine = (Verdict.VERIFIED, Verdict.DEFINITION)
    for finding in report.claims:
        if finding.unmet:
            said = f"the note expects {finding.unmet}"
        elif finding.verdict not in fine and not finding.expected:
            said = finding.message or "not proved"
        else:
            continue
        verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
        yield f"{report.path}, line {finding.line}, step {finding.step}: {verdict}: {said}"


def broken_links(pages: Mapping[str, str]) -> Iterator[str]:
    """The links to pages that are not there."""
    for path, text in pages.items():
        for link in _LINK.findall(text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            if "://" not in link and target not in pages:
                yield f"{path}: the link to {link} leads nowhere"


# -- derivations and certificates --------------------------------------------------------------


def derivations(source: Source, report: FileReport) -> list[str]:
    """For each claim the Markdown of its derivation and certificates, "" where there are none."""
    from derive.subjects import open_subject
    from derive.verify import Note, Options

    note = open_subject(source, Options())
    if not isinstance(note, Note):
        return ["" for _ in report.claims]
    return [
        _derivation(note.explain(k, finding), finding) + _certificates(note, k, finding)
        for k, finding in enumerate(report.claims)
    ]


def _derivation(told: Explanation, finding: Finding) -> str:
    """Folded up; its headings are bold lines, for a section cannot begin inside of it."""
    if told.missing:
        return ""
    steps = sum(len(section.steps) for section in told.sections)
    lines = re.sub(r"\A### .*\n\n", "", render(explanation_parts(told), "markdown"))
    lines = re.sub(r"^#+ (.*)$", r"**\1**", lines, flags=re.MULTILINE)
    title = "The right derivation" if told.departs else "The derivation"
    return _folded(f"{title}, {steps} line{'s' * (steps != 1)}", lines)


def _certificates(note: Note, k: int, finding: Finding) -> str:
    """What `python -m derive.check` accepts without the engine, one a statement."""
    found = note.choice.interpretations[k]
    if finding.verdict != Verdict.VERIFIED or finding.proof is None or found.any_of:
        return ""
    rules = finding.proof.rules
    texts = [
        json.dumps(to_json(stated.setting.program, stated.statement, rules), ensure_ascii=False)
        for stated in found.statements
    ]
    if not texts:
        return ""
    blocks = "".join(f"```text\n{text}\n```\n\n" for text in texts)
    said = "To be saved and checked without the engine, by `python -m derive.check FILE`:\n\n"
    title = "The certificate" if len(texts) == 1 else f"The {len(texts)} certificates"
    return _folded(title, said + blocks)


def _folded(title: str, text: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{text}</details>\n\n"
