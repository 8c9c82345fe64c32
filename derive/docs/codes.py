"""A page for every code: what the mistake is, and an example that is judged while it is built."""

from __future__ import annotations

from dataclasses import replace

from derive.diagnosis.codes import CODES
from derive.docs.examples import (
    LONG,
    REPAIRED,
    CodeExample,
    Example,
    NoteExample,
    code_example,
    example,
    note_example,
)
from derive.docs.prose import Page
from derive.report.explain import markdown_equation, markdown_text
from derive.report.fix import diff, settle
from derive.report.markdown import repair_of
from derive.report.prose import with_maths
from derive.sources import Source
from derive.subjects import open_subject
from derive.verdict import Finding, Verdict
from derive.verify import Options
from derive.workers import OVERRUN, TIMEOUT, judge_all

_GROUPS = (
    ("D1", "Refuted"),
    ("D2", "Unreadable"),
    ("D3", "Left open"),
    ("D4", "About the note"),
)


def overview() -> str:
    """All codes, each with a link to its page."""
    parts = [
        "# Codes\n\nWhat a finding is about: a kind of mistake, or why a line stays open. Each "
        "page shows it wrong and right. `derive explain D103` tells it in the terminal, `--select` "
        "and `--ignore` choose among them.\n"
    ]
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
    whole = note_example(code)
    if whole is not None:
        return _of_notes(code, "".join(parts), whole)
    files = code_example(code)
    if files is not None:
        return _of_files(code, "".join(parts), files)
    if code == OVERRUN:
        return _given_up("".join(parts))
    if code in REPAIRED:
        return _of_repairs(code, "".join(parts), REPAIRED[code])
    if shown is None:
        return Page("".join(parts), (f"{code}: its page has no example",))
    wrong, right = (judged(shown.before, line, shown.mark) for line in (shown.wrong, shown.right))
    if shown.before:
        parts.append(f"In this note:\n\n{shown.before}\n\n")
    parts.append(f"## Wrong\n\n{markdown_equation(shown.wrong)}{_verdicts(wrong)}")
    parts.append(f"## Right\n\n{markdown_equation(shown.right)}{_verdicts(right)}")
    return Page("".join(parts), tuple(_problems(code, wrong, right)))


_MORE = (
    "Before the clock, steps are counted: the same note has the same verdicts on every machine. "
    "More seconds do not help there; the line in two steps, or its parts named and judged one by "
    "one, may.\n"
)


def _given_up(head: str) -> Page:
    """The page of claims that are given up: the same note, with too little time and with enough."""
    source = Source("note.md", "md", LONG)
    parts = [head, f"In this note:\n\n```text\n{LONG}```\n\n"]
    found = []
    for title, seconds in (("Wrong", 1e-9), ("Right", TIMEOUT)):
        [report] = judge_all([source], Options(), jobs=1, timeout=seconds)
        last = report.claims[-1]
        said = replace(last, message=last.message.partition(":")[0])  # the rest names the clock
        parts.append(f"## {title}\n\nWith `--timeout {seconds:g}`:\n\n{_verdicts([said])}")
        found.append([last])
    return Page("".join([*parts, _MORE]), tuple(_problems(OVERRUN, *found)))


def _of_files(code: str, head: str, files: CodeExample) -> Page:
    """The page of a code about code, with two files."""
    parts, found = [head], []
    for title, text in (("Wrong", files.wrong), ("Right", files.right)):
        subject = open_subject(Source(files.name, "py", text), Options())
        findings = [subject.judge(k) for k in range(subject.size)]
        parts.append(f"## {title}\n\n`{files.name}`:\n\n```python\n{text}```\n\n")
        parts += (_of_file(finding) for finding in findings)
        found.append(findings)
    return Page("".join(parts), tuple(_problems(code, *found)))


def _of_file(finding: Finding) -> str:
    """Where it is, its verdict, and the lines that would be right."""
    verdict = " ".join(filter(None, (finding.verdict.value, finding.code)))
    place = f"Line {finding.line}: *{verdict}*: "
    said = markdown_text(finding.message or finding.latex)
    lines = [f"{place}{said}\n\n"]
    for repair in finding.repairs:
        indented = " " * (finding.column - 1) + repair.latex
        lines.append(f"Repair:\n\n```python\n{indented}\n```\n\n")
    return "".join(lines)


def _of_notes(code: str, head: str, whole: NoteExample) -> Page:
    """The page of a code that is about a note, with two notes."""
    parts, found = [head], []
    for title, text in (("Wrong", whole.wrong), ("Right", whole.right)):
        subject = open_subject(Source("note.md", "md", text), Options())
        report = subject.report([subject.judge(k) for k in range(subject.size)])
        parts.append(f"## {title}\n\n````text\n{text}````\n\n")
        for notice in report.notices:
            line = text.count("\n", 0, notice.span[0]) + 1
            parts.append(f"Line {line}: *{notice.code}*: {with_maths(notice.message)}\n\n")
        found.append([notice.code for notice in report.notices])
    if not found[1]:
        parts.append("Nothing is remarked.\n")
    problems = []
    if code not in found[0]:
        problems.append(f"{code}: of its wrong example is said {', '.join(found[0]) or 'nothing'}")
    if found[1]:
        problems.append(f"{code}: of its right example is said {', '.join(found[1])}")
    return Page("".join(parts), tuple(problems))


def _of_repairs(code: str, head: str, whole: NoteExample) -> Page:
    """The page of what is said while repairs are put in: one that stays out, one that does not."""
    from derive.verify import verify_text

    parts, found = [head], []
    for title, text in (("Wrong", whole.wrong), ("Right", whole.right)):
        settled = settle(verify_text(text), verify_text)
        parts.append(f"## {title}\n\n```text\n{text}```\n\nWith `--fix`:\n\n")
        for notice in settled.notices:
            line = text.count("\n", 0, notice.span[0]) + 1
            parts.append(f"Line {line}: *{notice.code}*: {with_maths(notice.message)}\n\n")
        if settled.source != text:
            parts.append(f"```diff\n{diff('note.md', text, settled.source)}```\n\n")
        found.append(([notice.code for notice in settled.notices], settled.source != text))
    problems = []
    if found[0] != ([code], False):
        problems.append(f"{code}: a repair of its wrong example is put in, or nothing is said")
    if found[1] != ([], True):
        problems.append(f"{code}: the repair of its right example is left out")
    return Page("".join(parts), tuple(problems))


def judged(before: str, line: str, mark: str = "$") -> list[Finding]:
    """The findings on the last line of a note."""
    from derive.verify import verify_text

    spaced = f"{before}\n\n" if before and not before.endswith("of") else f"{before} "
    start = len(spaced)
    report = verify_text(f"{spaced}{mark}{line}{mark}\n")
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
