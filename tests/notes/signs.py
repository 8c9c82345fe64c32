"""Counts the relation signs of a note, with nothing of the reader's.

Two parts that agree prove more than one part that agrees with itself: what the reader calls
a claim is compared with this small scanner, which knows dollars, braces and sign names only.

In: the text of a note.  Out: for each piece of maths (line, column of its first dollar) the
number of its relation signs: outside scripts, text, and remarks behind ``\\rightarrow``.

>>> relation_signs("$a = b_{i=1}$ and $$z \\\\Rightarrow f(z) = 2$$")
{(1, 1): 1, (1, 19): 2}
"""

from __future__ import annotations

import re

_HIDDEN = re.compile(r"<!--.*?-->|```.*?```|`[^`\n]*`", re.DOTALL)
_PIECE = re.compile(r"\$\$(.*?)\$\$|\$([^$]*?)\$", re.DOTALL)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|:=|\S", re.DOTALL)
_SIGNS = {
    "=", ":=", "\\Rightarrow", "\\implies", "\\leftarrow", "\\gets", "\\equiv", "\\approx",
}  # fmt: skip
_ROW_ENDS = {"\\\\", "\\quad", "\\qquad"}
_TEXT = {"\\text", "\\mathrm", "\\textbf", "\\begin", "\\end"}


def relation_signs(source: str) -> dict[tuple[int, int], int]:
    """The number of relation signs of each piece that has one."""
    visible = _HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), source)
    out: dict[tuple[int, int], int] = {}
    for match in _PIECE.finditer(visible):
        count = _count(match[1] if match[1] is not None else match[2])
        if count:
            start = match.start()
            line = visible.count("\n", 0, start) + 1
            out[(line, start - (visible.rfind("\n", 0, start) + 1) + 1)] = count
    return out


def _count(body: str) -> int:
    tokens = _TOKEN.findall(body)
    count = 0
    remark = False
    i = 0
    while i < len(tokens):
        token = tokens[i]
        i += 1
        if token in ("_", "^") or token in _TEXT:
            i = _behind_group(tokens, i)
        elif token == "\\rightarrow":
            remark = True
        elif token in _ROW_ENDS:
            remark = False
        elif token in _SIGNS and not remark:
            count += 1
    return count


def _behind_group(tokens: list[str], at: int) -> int:
    """The index behind one argument: a group in braces or a single token."""
    if at >= len(tokens) or tokens[at] != "{":
        return at + 1
    depth = 0
    while at < len(tokens):
        depth += (tokens[at] == "{") - (tokens[at] == "}")
        at += 1
        if depth == 0:
            break
    return at
