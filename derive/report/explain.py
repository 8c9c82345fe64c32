"""One derivation told in full: the proof behind a claim, or behind a library entry.

In: a finding with its report, or the named steps of a library entry.
Out: the same content as ``text``, ``markdown`` or ``latex``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from derive.report.outcome import repaired
from derive.report.places import Page, escaped, place_of
from derive.report.text import counterexample_line
from derive.verdict import FileReport, Finding

if TYPE_CHECKING:
    from derive.diagnosis.codes import Code

FORMATS = ("text", "markdown", "latex")


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
    """A paragraph of an explanation: a title, or a label with prose or with an equation."""

    label: str
    prose: str = ""
    latex: str = ""
    title: bool = False


def claim_parts(report: FileReport, finding: Finding) -> Iterator[Part]:
    """What there is to say of a claim, in order."""
    place = place_of(finding, Page(report.source))
    yield Part(f"{report.path}, line {place.line}, step {finding.step}", title=True)
    yield Part("Claim", latex=finding.latex)
    verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
    yield Part("Verdict", f"{verdict}: {finding.message}" if finding.message else verdict)
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
            latex=repaired(finding, report.source, repair.latex),
        )


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


def entry_parts(title: str, steps: Sequence[Step]) -> Iterator[Part]:
    """The derivation of a library entry, one named rule a step."""
    yield Part(title, title=True)
    for number, step in enumerate(steps, 1):
        yield Part(f"{number}. {step.rule}", step.text, step.latex)


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
    return "".join(write(part) for part in parts)


def _text(part: Part) -> str:
    if part.title:
        return f"{escaped(part.label)}\n\n"
    lines = [f"{escaped(part.label)}: {escaped(part.prose)}".rstrip(": ") + "\n"]
    if part.latex:
        lines.append(f"    {escaped(' '.join(part.latex.split()))}\n")
    return "".join(lines)


def _markdown(part: Part) -> str:
    if part.title:
        return f"## {markdown_text(part.label)}\n\n"
    lines = [f"**{markdown_text(part.label)}** {markdown_text(part.prose)}".rstrip() + "\n\n"]
    if part.latex:
        lines.append(markdown_equation(part.latex))
    return "".join(lines)


def _latex(part: Part) -> str:
    if part.title:
        return f"\\section*{{{latex_text(part.label)}}}\n\n"
    lines = [f"\\paragraph{{{latex_text(part.label)}}} {latex_text(part.prose)}".rstrip() + "\n"]
    if part.latex:
        lines.append(f"\\[\n{_one_paragraph(part.latex)}\n\\]\n")
    return "".join([*lines, "\n"])


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
