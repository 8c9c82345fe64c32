"""A page for every code: what the mistake is, and an example that is judged while it is built."""

from __future__ import annotations

from derive.diagnosis.codes import CODES
from derive.docs.examples import Example, example
from derive.docs.prose import Page
from derive.report.explain import markdown_equation
from derive.report.markdown import repair_of
from derive.report.prose import with_maths
from derive.verdict import Finding, Verdict

_GROUPS = (
    ("D1", "Refuted"),
    ("D2", "Unreadable"),
    ("D3", "Left open"),
    ("D4", "About the note"),
)


def overview() -> str:
    """All codes, each with a link to its page."""
    parts = ["# Codes\n"]
    for prefix, title in _GROUPS:
        rows = [row for row in CODES.values() if row.code.startswith(prefix)]
        lines = "".join(f"* [{row.code}](codes/{row.code}.md): {row.title}\n" for row in rows)
        parts.append(f"## {title}\n\n{lines}")
    return "\n".join(parts)


def page(code: str) -> Page:
    """The page of a code; its example is judged now."""
    row = CODES[code]
    parts = [f"# {row.code}: {row.title}\n\n{row.why}\n\n"]
    shown = example(code)
    if shown is None:
        if code.startswith("D4"):
            parts.append("It is said of the note around the claims, not of a line of maths.\n")
        else:
            parts.append("There is no example: it depends on the budget, or is an error of ours.\n")
        return Page("".join(parts))
    wrong, right = judged(shown.before, shown.wrong), judged(shown.before, shown.right)
    if shown.before:
        parts.append(f"In the note\n\n{shown.before}\n\n")
    parts.append(f"## Wrong\n\n{markdown_equation(shown.wrong)}{_verdicts(wrong)}")
    parts.append(f"## Right\n\n{markdown_equation(shown.right)}{_verdicts(right)}")
    return Page("".join(parts), tuple(_problems(code, wrong, right)))


def judged(before: str, line: str) -> list[Finding]:
    """The findings on the last line of a note."""
    from derive.verify import verify_text

    spaced = f"{before}\n\n" if before and not before.endswith("of") else f"{before} "
    start = len(spaced)
    report = verify_text(f"{spaced}${line}$\n")
    return [finding for finding in report.claims if finding.span[0] >= start]


def _verdicts(findings: list[Finding]) -> str:
    out = []
    for finding in findings:
        verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
        said = f": {with_maths(finding.message)}" if finding.message else ""
        out.append(f"*{verdict}*{said}\n\n")
        out += [repair_of(repair, f"= {repair.latex}") for repair in finding.repairs]
    return "".join(out)


def _problems(code: str, wrong: list[Finding], right: list[Finding]) -> list[str]:
    good = (Verdict.VERIFIED, Verdict.DEFINITION)
    out = []
    if code not in [finding.code for finding in wrong]:
        found = ", ".join(f.code or f.verdict.value for f in wrong) or "nothing"
        out.append(f"{code}: its wrong example is judged {found}")
    if not right or any(finding.verdict not in good for finding in right):
        found = ", ".join(f.code or f.verdict.value for f in right) or "nothing"
        out.append(f"{code}: its right example is judged {found}")
    return out


__all__ = ["Example", "Page", "judged", "overview", "page"]
