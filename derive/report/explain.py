"""One derivation told in full: the proof behind a claim, or behind a library entry.

In: a finding with its report and its derivation, the named steps of a library entry, or those
of a network.  Out: the same content as ``text`` (Unicode), ``markdown`` or ``latex``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from derive.explain.unicode import in_unicode
from derive.report.outcome import repaired
from derive.report.places import Page, escaped, place_of
from derive.report.text import counterexample_line
from derive.verdict import FileReport, Finding

if TYPE_CHECKING:
    from derive.diagnosis.codes import Code
    from derive.explain.board import Section
    from derive.explain.claims import Explanation

FORMATS = ("text", "markdown", "latex")
LEVELS = ("full", "short")


class Step(Protocol):
    """One step of a derivation: the rule that was applied and what it gave."""

    @property
    def rule(self) -> str: ...
    @property
    def latex(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of an explanation: a title, or a label with prose or with an equation.

    inline: LaTeX that ends the label.  heading: a title of lower rank.  mixed: the prose (or the
    label) holds pieces of LaTeX, as messages do.  rule: the prose says what a rule says, with LaTeX
    between dollars and commands between backticks.  formula: LaTeX that ends the prose.
    """

    label: str
    prose: str = ""
    latex: str = ""
    title: bool = False
    inline: str = ""
    heading: bool = False
    mixed: bool = False
    rule: bool = False
    formula: str = ""


def claim_parts(report: FileReport, finding: Finding) -> Iterator[Part]:
    """What there is to say of a claim, in order."""
    place = place_of(finding, Page(report.source))
    yield Part(f"{report.path}, line {place.line}, step {finding.step}", title=True)
    yield Part("Claim", latex=finding.latex)
    verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
    said = f"{verdict}: {finding.message}" if finding.message else verdict
    yield Part("Verdict", said, mixed=True)
    yield Part("Read as", f"{finding.kind.value}, {finding.reading}")
    if report.model is not None:
        model = report.model
        given = (model.layout, model.cost, model.convention)
        yield Part("Model", "; ".join(fact for fact in given if fact))
        yield from (Part("Evidence", line) for line in model.evidence)
    for assumption in finding.assumptions:
        yield Part("Assumed", assumption)
    for condition in finding.side_conditions:
        yield Part("Where", condition)
    if finding.proof is not None:
        yield from _proof_parts(finding)
    if finding.counterexample is not None:
        yield Part("Counterexample", counterexample_line(finding.counterexample))
    for repair in finding.repairs:
        yield Part(
            f"Repair ({repair.edit or repair.verdict.value})",
            latex=repair_latex(report, finding, repair.latex),
            mixed=True,
        )


def repair_latex(report: FileReport, finding: Finding, latex: str) -> str:
    """The equation with the repair; without its left side where that stands in another piece."""
    whole = repaired(finding, report.source, latex)
    return f"= {latex}" if "$" in whole or "\\begin" in whole else whole


def _proof_parts(finding: Finding) -> Iterator[Part]:
    proof = finding.proof
    assert proof is not None
    yield Part(
        "Proof",
        f"the difference of both sides reduces to 0 for all shapes, in {proof.steps} steps"
        + ("; accepted by the independent checker" if proof.checked else ""),
    )
    for number, rule in enumerate(proof.rules, 1):
        yield Part(f"Rule {number}", rule)


def explanation_parts(told: Explanation, level: str = "full") -> Iterator[Part]:
    """The derivation behind a claim, with the place where the note leaves it."""
    if told.missing:
        yield Part("No derivation", told.missing)
        return
    yield Part("The right derivation" if told.departs else "Derivation", heading=True)
    if told.note:
        yield Part("At", told.note)
    for number, section in enumerate(told.sections):
        departs = told.departs if told.departs and told.departs[0] == number else None
        yield from section_parts(section, level, departs[1:] if departs else None)


def section_parts(
    section: Section, level: str = "full", departs: tuple[int, str] | None = None
) -> Iterator[Part]:
    """The lines of one section; of a short one the definitions and the result.

    departs: the ordinal of the step at which a note leaves it, and what is wrong there.
    """
    said = "shape" if section.shape else ""
    title = _sentence(section.title)
    yield Part(title, said, inline=section.subject, heading=True, formula=section.shape)
    steps = section.steps
    short = level == "short" and bool(section.name)
    shown = [*section.given, section.summary] if short else [*steps]
    left = ""
    for number, step in enumerate(shown, 1):
        before, _, right = step.latex.partition(" = ")
        same = right and before == left
        left = before if right else left
        yield Part(
            f"{number}. {step.rule}", step.text, f"= {right}" if same else step.latex, rule=True
        )
        last = number == len(shown)
        if departs and (last if short else number - 1 == departs[0]):
            yield Part("Here the note leaves it", departs[1], mixed=True)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def entry_parts(title: str, steps: Sequence[Step], level: str = "full") -> Iterator[Part]:
    """The derivation of a library entry, one rule a step; short, its beginnings and results."""
    yield Part(title, title=True)
    shown = [*_results(steps)] if level == "short" else steps
    for number, step in enumerate(shown, 1):
        yield Part(f"{number}. {step.rule}", step.text, step.latex, rule=True)


def _results(steps: Sequence[Step]) -> Iterator[Step]:
    """Each definition once, and the last line about each left side."""
    told = set()
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        if step.rule == "definition":
            if step.latex not in told:
                yield step
            told.add(step.latex)
        elif after is None or not (_left(after) == _left(step) or after.rule.startswith("back to")):
            yield step


def _left(step: Step) -> str:
    return step.latex.partition(" = ")[0]


def code_parts(row: Code) -> Iterator[Part]:
    """What a kind of mistake is, with an example."""
    yield Part(f"{row.code}: {row.title}", title=True)
    yield Part("Why", row.why)
    if row.wrong:
        yield Part("Wrong", latex=row.wrong)
        yield Part("Right", latex=row.right)


def render(parts: Iterator[Part], form: str) -> str:
    """The parts in one of `FORMATS`."""
    write = {"text": _text, "markdown": _markdown, "latex": _latex}[form]
    return re.sub("\n{3,}", "\n\n", "".join(write(part) for part in parts))


def _text(part: Part) -> str:
    label, prose = _words(part)
    if part.rule:
        prose = _said(prose, str, lambda p: p if p[0] == "`" else in_unicode(p.strip("$")))
    label = escaped(" ".join(filter(None, (label, in_unicode(part.inline)))))
    prose = escaped(" ".join(filter(None, (prose, in_unicode(part.formula)))))
    if part.title or part.heading:
        above = "\n" if part.heading else ""
        return f"{above}{label}{f' ({prose})' if prose else ''}\n\n"
    lines = [f"{label}: {prose}".rstrip(": ") + "\n"]
    if part.latex:
        lines.append(f"    {escaped(in_unicode(part.latex))}\n")
    return "".join(lines)


def _words(part: Part) -> tuple[str, str]:
    """Label and prose, with the LaTeX in them as Unicode."""
    if not part.mixed:
        return part.label, part.prose
    return in_unicode(part.label), in_unicode(part.prose)


_MARKED = re.compile(r"(\$[^$]+\$|`[^`]+`)")


def _said(prose: str, plain: Callable[[str], str], marked: Callable[[str], str]) -> str:
    """What a rule says: its words by `plain`, its formulas and commands by `marked`."""
    pieces = _MARKED.split(prose)
    return "".join(marked(p) if k % 2 else plain(p) for k, p in enumerate(pieces))


def _markdown(part: Part) -> str:
    words = _words(part)
    label = markdown_text(words[0]) + _inline(part.inline)
    prose = _said(words[1], markdown_text, str) if part.rule else markdown_text(words[1])
    prose += _inline(part.formula)
    if part.title or part.heading:
        mark = "##" if part.title else "###"
        return f"{mark} {label}{f' ({prose})' if prose else ''}\n\n"
    lines = [f"**{label}** {prose}".rstrip() + "\n\n"]
    if part.latex:
        lines.append(markdown_equation(part.latex))
    return "".join(lines)


def _inline(latex: str) -> str:
    return f" ${latex}$" if latex else ""


def _latex(part: Part) -> str:
    label = latex_text(part.label) + _inline(part.inline)
    prose = _said(part.prose, latex_text, _texed) if part.rule else latex_text(part.prose)
    prose += _inline(part.formula)
    if part.title or part.heading:
        command = "section" if part.title else "subsection"
        return f"\\{command}*{{{label}{f' ({prose})' if prose else ''}}}\n\n"
    lines = [f"\\paragraph{{{label}}} {prose}".rstrip() + "\n"]
    if part.latex:
        lines.append(f"\\[\n{_one_paragraph(part.latex)}\n\\]\n")
    return "".join([*lines, "\n"])


def _texed(piece: str) -> str:
    return piece if piece[0] == "$" else f"\\texttt{{{latex_text(piece.strip('`'))}}}"


def markdown_text(text: str) -> str:
    """Prose with the characters escaped that Markdown would take for its own.

    >>> markdown_text("dW_1 * m")
    'dW\\\\_1 \\\\* m'
    """
    return "".join("\\" + c if c in "\\`*_{}[]<>#|$" else c for c in text)


def markdown_equation(latex: str) -> str:
    """A display equation; what is no single balanced piece of maths is shown as code."""
    latex = _one_paragraph(latex)
    if "$" in latex or "&" in latex or latex.count("{") != latex.count("}"):
        fence = "`" * max(3, _longest_run(latex) + 1)
        return f"{fence}latex\n{latex}\n{fence}\n\n"
    return f"$$\n{latex}\n$$\n\n"


def _longest_run(text: str) -> int:
    longest = run = 0
    for c in text:
        run = run + 1 if c == "`" else 0
        longest = max(longest, run)
    return longest


def latex_text(text: str) -> str:
    """Prose with TeX's special characters escaped."""
    special = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return "".join(special.get(c, "\\" + c if c in "#$%&_{}" else c) for c in text)


def _one_paragraph(latex: str) -> str:
    """Without empty lines, which would end the display."""
    return "\n".join(line.strip() for line in latex.splitlines() if line.strip())
