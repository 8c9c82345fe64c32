"""The Python blocks of a Markdown note, judged beside its equations.

All blocks of a note are one program, in the order of the text; what is no block is white space,
so that lines and offsets are those of the note.  A gradient of which the equation and the code
say different things is remarked at both places.

>>> text = "A note.\\n\\n```python\\ndef f(): pass\\n```\\n"
>>> blanked = python_of(text)
>>> len(blanked) == len(text), blanked.split()
(True, ['def', 'f():', 'pass'])
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from derive.diagnosis.codes import BY_NAME
from derive.pycode.subject import Code
from derive.verdict import FileReport, Finding, Notice, Verdict

if TYPE_CHECKING:
    from derive.verify import Note

_BLOCK: Final = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[ \t]*(?:python|py|python3)\b[^\n`]*\n"
    r"(?P<body>.*?)^(?P=fence)[`~]*[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def python_of(text: str) -> str:
    """The text with everything but its Python blocks blanked, "" if none defines a function."""
    kept: list[tuple[int, int]] = []
    defines = False
    for match in _BLOCK.finditer(text):
        try:
            tree = ast.parse(match["body"])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # a fragment, which claims nothing by itself
        defines |= any(isinstance(s, (ast.FunctionDef, ast.ClassDef)) for s in tree.body)
        kept.append(match.span("body"))
    if not defines:
        return ""
    out: list[str] = []
    behind = 0
    for start, end in kept:
        out += [_blank(text[behind:start]), text[start:end]]
        behind = end
    return "".join([*out, _blank(text[behind:])])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


class NoteWithCode:
    """A note and the code in it: the claims of the equations, then those of the code."""

    def __init__(self, note: Note, code: Code) -> None:
        self.note, self.code = note, code

    @property
    def size(self) -> int:
        return self.note.size + self.code.size

    def judge(self, k: int) -> Finding:
        own = self.note.size
        return self.note.judge(k) if k < own else self.code.judge(k - own)

    def hurried(self, k: int) -> Finding | None:
        own = self.note.size
        return self.note.hurried(k) if k < own else self.code.hurried(k - own)

    def unjudged(self, k: int, reason: str) -> Finding:
        own = self.note.size
        return self.note.unjudged(k, reason) if k < own else self.code.unjudged(k - own, reason)

    def report(self, findings: Sequence[Finding]) -> FileReport:
        own = self.note.size
        report = self.note.report(findings[:own])
        code = self.code.report(findings[own:])
        claims = sorted((*report.claims, *code.claims), key=lambda f: (f.line, f.column, f.step))
        notices = disagreements(report.claims, code.claims)
        model = report.model or code.model
        return replace(
            report, claims=tuple(claims), model=model, notices=(*report.notices, *notices)
        )


def disagreements(note: Sequence[Finding], code: Sequence[Finding]) -> list[Notice]:
    """Gradients that are right in the equations and wrong in the code, or the other way round."""
    told = {Verdict.VERIFIED, Verdict.REFUTED}
    found: list[Notice] = []
    name = BY_NAME["code-disagrees"]
    for mine in code:
        for theirs in note:
            same = _gradient_of(theirs.latex) == _plain(f"d{mine.latex.split(':')[0]}")
            if not same or {mine.verdict, theirs.verdict} != told:
                continue
            said = f"the code in line {mine.line} is {mine.verdict}, the equation {theirs.verdict}"
            found.append(Notice(theirs.span, name, said, related=((*mine.span, "the code"),)))
            said = (
                f"the equation in line {theirs.line} is {theirs.verdict}, the code {mine.verdict}"
            )
            found.append(Notice(mine.span, name, said, related=((*theirs.span, "the equation"),)))
    return found


def _gradient_of(latex: str) -> str:
    """``dW1`` of ``dW_{1} = ...`` and of ``\\frac{\\partial J}{\\partial W_1} = ...``."""
    left = latex.split("=")[0]
    quotient = re.search(r"\\partial\s*\w+\s*\}\s*\{\s*\\partial\s*(.*)\}", left)
    return "d" + _plain(quotient[1]) if quotient else _plain(left)


def _plain(text: str) -> str:
    return re.sub(r"\\[a-z]+|[^A-Za-z0-9]", "", text)
