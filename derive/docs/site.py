"""The site of checked derivations: every page is built from what is judged in this run.

In: the sources of the shipped notes.  Out: pages by path, and the problems: a note whose claim
is not as the note expects, a library rule that is not proved, a derivation with a line that
does not follow, an example of a code that is judged otherwise, a link that leads nowhere.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from derive.diagnosis.codes import CODES
from derive.docs import codes, proof, questions
from derive.library.explanations import names
from derive.report.entries import entry
from derive.report.explain import explanation_parts, markdown_text, render
from derive.report.markdown import Entry, site
from derive.scalars.blackboard import WrongStep
from derive.sources import Source
from derive.verdict import FileReport, Finding, Verdict

_LINK = re.compile(r"\]\(([^)#]+\.md)(?:#[^)]*)?\)")


@dataclass(slots=True)
class Built:
    """All pages by path relative to the root, and what does not hold any more."""

    pages: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def build(sources: Sequence[Source]) -> Built:
    """Judges the notes and the library, derives every entry, and writes the pages."""
    from derive.verify import Options, verify_library
    from derive.workers import judge_all

    built = Built()
    reports = judge_all(sources, Options())
    library = verify_library()
    for report in (*reports, library):
        built.problems += _unmet(report)
    told = {s.path: derivations(s, r) for s, r in zip(sources, reports, strict=True)}
    found = _entries(built)
    pages = site(reports, library, found, told)
    for code in CODES:
        page = codes.page(code)
        pages[f"codes/{code}.md"] = page.text
        built.problems += page.problems
    pages["codes.md"] = codes.overview()
    pages["proof.md"] = proof.page(library)
    for question in questions.QUESTIONS:
        pages[question.path] = questions.page(question)
    pages["index.md"] = _index(pages["index.md"])
    built.pages = {path: text.rstrip("\n") + "\n" for path, text in pages.items()}
    built.problems += broken_links(built.pages)
    return built


def _entries(built: Built) -> list[Entry]:
    """The library's derivations; one with a line that does not follow is a problem."""
    found = []
    for name in names():
        try:
            found.append(entry(name))
        except WrongStep as error:
            built.problems.append(f"{name}: a line does not follow: {error}")
    return found


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


def derivations(source: Source, report: FileReport) -> list[str]:
    """For each claim the Markdown of its derivation, "" where there is none."""
    from derive.subjects import open_subject
    from derive.verify import Options

    explain = getattr(open_subject(source, Options()), "explain", None)
    if explain is None:
        return ["" for _ in report.claims]
    return [_derivation(explain(k, finding), finding) for k, finding in enumerate(report.claims)]


def _derivation(told: object, finding: Finding) -> str:
    from derive.explain.claims import Explanation

    assert isinstance(told, Explanation)
    if told.missing:
        return ""
    steps = sum(len(section.steps) for section in told.sections)
    lines = render(explanation_parts(told), "markdown").replace("\n### ", "\n#### ")
    lines = re.sub(r"^### .*\n\n", "", lines)
    title = "The right derivation" if told.departs else "The derivation"
    s = "s" * (steps != 1)
    return f"<details>\n<summary>{title}, {steps} line{s}</summary>\n\n{lines}</details>\n\n"


def _index(table: str) -> str:
    """The landing page: what it is, ten questions, then the table of what was checked."""
    asked = "".join(
        f"{n}. [{markdown_text(q.title)}]({q.path})\n" for n, q in enumerate(questions.QUESTIONS, 1)
    )
    head, _, rest = table.partition("\n\n")
    return (
        f"{head}\n\n`derive` reads hand-written derivations of gradients and gives every equation "
        "a verdict: proved for all shapes, or refuted with a counterexample and the repair. What "
        "is trusted for that, and what is not proved, says [how the proof works](proof.md).\n\n"
        f"## Ten questions\n\n{asked}\n## What was checked\n\n{rest}"
    )


def broken_links(pages: Mapping[str, str]) -> Iterator[str]:
    """The links to pages that are not there."""
    for path, text in pages.items():
        for link in _LINK.findall(text):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
            if "://" not in link and target not in pages:
                yield f"{path}: the link to {link} leads nowhere"
