"""The site of checked derivations, as Markdown written from verdicts.

In: the reports of notes and the derivations of library entries.  Out: pages by file name.
Nothing on a page is typed beside what was checked.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from derive.diagnosis.codes import CODES
from derive.report.explain import (
    Step,
    code_parts,
    entry_parts,
    markdown_equation,
    markdown_text,
    render,
    repair_latex,
)
from derive.report.outcome import summary
from derive.report.prose import with_maths
from derive.report.text import counterexample as counterexample_parts
from derive.sources import file_names
from derive.verdict import Counterexample, FileReport, Finding, Proof, Repair, Verdict

_HEADING: Final = re.compile(r"^# +(.+?)[ #]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One library entry: its name, its title, the steps of its derivation."""

    name: str
    title: str
    steps: Sequence[Step]


def site(
    notes: Sequence[FileReport],
    library: FileReport,
    entries: Sequence[Entry],
    told: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, str]:
    """The pages of notes and library, by path relative to the root of the site.

    told: for the path of a note the derivation behind each of its claims, as Markdown.
    """
    told = told or {}
    names = file_names(report.path for report in notes)
    pages = {"index.md": _index(notes, names, library, entries)}
    for report in notes:
        pages[f"notes/{names[report.path]}.md"] = note_page(
            report, told=told.get(report.path, ()), linked=True
        )
    pages["library/index.md"] = note_page(library, title="The library")
    pages["codes.md"] = "# Codes\n\n" + "".join(
        render(code_parts(row), "markdown") for row in CODES.values()
    )
    for entry in entries:
        text = render(entry_parts(entry.title, entry.steps), "markdown")
        pages[f"library/{entry.name}.md"] = text.removeprefix("#").rstrip("\n") + "\n"
    return {path: text.rstrip("\n") + "\n" for path, text in pages.items()}


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
    rows = [(f"notes/{names[report.path]}.md", _title(report), report) for report in notes]
    for link, name, report in [*rows, ("library/index.md", "The library", library)]:
        counts = " | ".join(str(n) for n in summary([report]).values())
        lines.append(f"| [{markdown_text(name)}]({link}) | {counts} |")
    lines += ["", "What each [code](codes.md) of a finding means."]
    lines += ["", "## Derivations, step by step", ""]
    lines += [f"* [{markdown_text(e.title)}](library/{e.name}.md)" for e in entries]
    return "\n".join(lines) + "\n"


def _title(report: FileReport) -> str:
    """The first heading of a note, else the name of its file."""
    heading = _HEADING.search(report.source)
    return heading[1] if heading else posixpath.basename(report.path.replace("\\", "/"))


def note_page(
    report: FileReport, title: str = "", told: Sequence[str] = (), *, linked: bool = False
) -> str:
    """Each equation of a note with verdict, reason, counterexample, repair, proof, derivation.

    linked: whether the lines at fault, named at the top, lead to where they stand on the page.
    """
    parts = [f"# {markdown_text(title or _title(report))}\n\n"]
    parts += [*_counts(report, linked), *_model(report)]
    for finding, derivation in zip_longest(report.claims, told[: len(report.claims)]):
        parts.extend(_claim(report, finding))
        parts.append(derivation or "")
    parts.extend(_algorithm(report))
    return "".join(parts).rstrip("\n") + "\n"


def _counts(report: FileReport, linked: bool) -> Iterator[str]:
    """How many equations have which verdict, and where those stand that do not hold."""
    if not report.source or not report.claims:
        return
    said = []
    for verdict in Verdict:
        found = [f for f in report.claims if f.verdict == verdict]
        if not found:
            continue
        several = "s" if verdict == Verdict.DEFINITION and len(found) > 1 else ""
        where = ""
        if verdict not in (Verdict.VERIFIED, Verdict.DEFINITION):
            places = dict.fromkeys((f.line, _anchor(_heading(report, f))) for f in found)
            first = dict(reversed(places))
            shown = (f"[{n}](#{a})" if linked else str(n) for n, a in sorted(first.items()))
            where = f" (line{'s' * (len(first) > 1)} {', '.join(shown)})"
        said.append(f"{len(found)} {verdict}{several}{where}")
    total = len(report.claims)
    yield f"Of {total} equation{'s' * (total != 1)}: {', '.join(said)}.\n\n"


def _anchor(heading: str) -> str:
    """What Markdown calls a heading in links.

    >>> _anchor("Line 34, step 2: refuted [D103](../codes/D103.md)")
    'line-34-step-2-refuted-d103'
    """
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w -]", "", plain).replace(" ", "-")


def _model(report: FileReport) -> Iterator[str]:
    """What was understood of the note as a whole, and from which lines."""
    if report.model is None:
        return
    model = report.model
    layers = ", ".join(
        " ".join(str(layer[key]) for key in ("index", "activation") if layer.get(key) is not None)
        for layer in model.layers
    )
    facts = [
        ("Layout", model.layout),
        ("Layers", layers),
        ("Cost", _cost(model.cost)),
        ("Convention", model.convention),
        *(("Assumed", assumption) for assumption in model.assumptions),
    ]
    for name, fact in facts:
        if fact:
            yield f"* {name}: {fact if fact.startswith('$') else with_maths(fact)}\n"
    yield "\n"
    if model.evidence:
        yield "<details>\n<summary>The lines that decided this</summary>\n\n"
        for said, lines in _gathered(model.evidence).items():
            where = f"line{'s' * (len(lines) > 1)} {', '.join(lines)}: " if lines else ""
            yield f"* {where}{with_maths(said)}\n"
        yield "\n</details>\n\n"


def _cost(cost: str) -> str:
    """A cost as a formula if it is one: the names of the library's losses are words."""
    formula = any(c in cost for c in "\\^_=") and "$" not in cost
    return f"${cost}$" if formula else cost


def _gathered(evidence: Sequence[str]) -> dict[str, list[str]]:
    """What the lines of a note say, each thing once, with the lines that say it.

    >>> _gathered(["line 3: W is a weight", "line 5: W is a weight", "a"])
    {'W is a weight': ['3', '5'], 'a': []}
    """
    out: dict[str, list[str]] = {}
    for text in evidence:
        line = re.match(r"line (\d+): ", text)
        lines = out.setdefault(text[line.end() :] if line else text, [])
        if line and line[1] not in lines:
            lines.append(line[1])
    return out


def _claim(report: FileReport, finding: Finding) -> Iterator[str]:
    yield f"## {_heading(report, finding)}\n\n"
    yield markdown_equation(finding.latex) if finding.latex else ""
    if finding.message and report.source:
        yield f"{_sentence(with_maths(finding.message))}\n\n"
    known = report.model.assumptions if report.model is not None else ()
    details = [
        *(f"assumed: {with_maths(text)}" for text in finding.assumptions if text not in known),
        *(f"where: {with_maths(text)}" for text in finding.side_conditions),
    ]
    if finding.expected and finding.verdict != Verdict.VERIFIED:
        details.append("the note states this verdict itself")
    if finding.counterexample is not None:
        details.append(_counterexample(finding.counterexample))
    if finding.proof is not None:
        details.append(_proof(finding.proof))
    yield from (f"* {line}\n" for line in details)
    yield "\n" if details else ""
    for repair in finding.repairs:
        yield repair_of(repair, repair_latex(report, finding, repair.latex))


_OPENING: Final = re.compile(r"(?:the|a|an|it|its|both|each|two|there|one|only|neither|no|of)\b")


def _sentence(text: str) -> str:
    """With a capital, where it begins with a word and not with a name."""
    return text[:1].upper() + text[1:] if _OPENING.match(text) else text


def repair_of(repair: Repair, equation: str) -> str:
    """A repair with the equation that it makes."""
    return f"Repair ({with_maths(repair.edit or repair.verdict.value)}):\n\n" + markdown_equation(
        equation
    )


def _heading(report: FileReport, finding: Finding) -> str:
    """Where a claim stands and its verdict; a code leads to what it means."""
    code = f" [{finding.code}](../codes/{finding.code}.md)" if finding.code else ""
    if not report.source:
        return f"{markdown_text(finding.message)}: {finding.verdict}{code}"
    steps = sum(f.line == finding.line for f in report.claims)
    step = f", step {finding.step}" if steps > 1 else ""
    return f"Line {finding.line}{step}: {finding.verdict}{code}"


def _proof(proof: Proof) -> str:
    checked = ", accepted by the independent checker" if proof.checked else ""
    rules = f": {', '.join(map(markdown_text, proof.rules))}" if proof.rules else ""
    steps = f"{proof.steps} step{'s' * (proof.steps != 1)}"
    return f"proved for all shapes in {steps}{checked}{rules}"


def _counterexample(example: Counterexample) -> str:
    given, left, right = counterexample_parts(example)
    values = ", ".join(map(_given, given.split(", ") if given else ()))
    return f"counterexample: {values}; {_valued(left)}, {_valued(right)}"


def _given(text: str) -> str:
    """``n_0 = 1`` as a formula; a name that is none, and an array, as they stand."""
    name, _, value = text.replace("\xa0", " ").partition(" = ")
    if not (_NAMED.fullmatch(name) and max(map(name.count, "_^")) < 2):
        return _code(f"{name} = {value}")
    if _NUMBER.fullmatch(value):
        return f"${name} = {value}$"
    return f"${name}$ = {_code(value)}"


_NAMED: Final = re.compile(r"[A-Za-z]+(?:[_^](?:\w|\{[\w()\[\]]+\}))*")
_NUMBER: Final = re.compile(r"-?\d+(?:[./]\d+)?")


def _valued(side: str) -> str:
    """``left (1, 2): 3/8`` with the value as code; what is said in words with its formulas."""
    name, _, value = side.partition(": ")
    return f"{name}: {with_maths(value) if re.search('[a-z]{3}', value) else _code(value)}"


def _code(text: str) -> str:
    """Text as it stands; no backtick can be in it."""
    return f"`{text.replace('`', chr(39))}`" if text else ""


def _algorithm(report: FileReport) -> Iterator[str]:
    if not report.algorithm:
        return
    yield "## The note as an algorithm\n\n| gradient of | is | because of lines |\n"
    yield "| --- | --- | --- |\n"
    for name, row in report.algorithm.items():
        because = row.get("because")
        lines = ", ".join(map(str, because)) if isinstance(because, (list, tuple)) else ""
        verdict = markdown_text(str(row.get("verdict", "")))
        yield f"| {with_maths(name)} | {verdict} | {lines} |\n"
