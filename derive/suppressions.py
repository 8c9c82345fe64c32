"""Comments by which a note asks for silence: ``<!-- derive: ignore D103 -->``.

In: a document with its directives, and the findings on its claims.  Out: the findings, those
that are suppressed marked as such, and a notice for every directive without effect or sense.

A suppression is about the maths that ends or stands on its own line, as a linter's comment
behind a line of code; alone on a line it is about the maths that follows.  Without a code it
is about every mistake there.  Verdicts stay what they are: only the run does not fail.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from derive.diagnosis.codes import BY_NAME, CODES
from derive.errors import nearest, one_line
from derive.reading.syntax import Directive, Document, Piece
from derive.verdict import Finding, Notice, Verdict

WORDS: Final = ("ignore", "expect")
"""What a directive can begin with."""
_GOOD: Final = (Verdict.VERIFIED, Verdict.DEFINITION)
_Place = tuple[int, int]


def suppressed(
    document: Document, findings: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Notice, ...]]:
    """The findings as the note's own comments have them, and what is wrong with the comments."""
    if not document.directives:
        return tuple(findings), ()
    silent: set[int] = set()
    notices: list[Notice] = []
    by_piece: dict[_Place, list[int]] = {}
    for k, finding in enumerate(findings):
        by_piece.setdefault((finding.line, finding.column), []).append(k)
    starts = [piece.span.start for piece in document.pieces]
    for directive in document.directives:
        word, _, rest = directive.text.partition(" ")
        if word == "ignore":
            there = _about(document, directive, starts)
            claims = [k for p in there for k in by_piece.get((p.line, p.column), ())]
            notices += _ignore(directive, rest, claims, findings, silent)
        elif word == "expect":
            after = bisect_left(starts, directive.span.end)
            claims = [k for p in document.pieces[after : after + 1]
                      for k in by_piece.get((p.line, p.column), ())]  # fmt: skip
            if not claims:
                message = "no claim follows that could be as expected: remove the comment"
                notices.append(_notice(directive, "unused-directive", message))
        elif difflib.get_close_matches(word, WORDS, n=1):
            message = f'unknown word "{one_line(word, 40)}"; {nearest(word, WORDS)}'
            notices.append(_notice(directive, "unknown-directive", message))
    marked = [replace(f, suppressed=True) if k in silent else f for k, f in enumerate(findings)]
    return tuple(marked), tuple(notices)


def _about(document: Document, directive: Directive, starts: Sequence[int]) -> list[Piece]:
    """The pieces on the line of a directive, before it; if there are none the next piece."""
    before = bisect_left(starts, directive.span.start)
    line_start = document.source.rfind("\n", 0, directive.span.start) + 1
    beside = []
    for piece in reversed(document.pieces[:before]):
        if piece.span.end <= line_start:
            break
        beside.append(piece)
    return beside[::-1] or list(document.pieces[before : before + 1])


def _ignore(
    directive: Directive,
    rest: str,
    claims: Sequence[int],
    findings: Sequence[Finding],
    silent: set[int],
) -> list[Notice]:
    """Marks what one suppression silences; notices for its parts that silence nothing."""
    wrong = [k for k in claims if findings[k].code and findings[k].verdict not in _GOOD]
    codes = [code for code in re.split(r"[\s,;]+", rest) if code]
    if not codes:
        silent.update(wrong)
        message = "nothing here is refuted or left open: remove the suppression"
        return [] if wrong else [_notice(directive, "unused-directive", message)]
    notices = []
    for code in codes:
        hit = [k for k in wrong if findings[k].code == code]
        silent.update(hit)
        if code not in CODES:
            message = f'unknown code "{one_line(code, 40)}"; {_known_code(code)}'
            notices.append(_notice(directive, "unknown-directive", message))
        elif not hit:
            message = f"nothing here is {code}: remove the suppression"
            notices.append(_notice(directive, "unused-directive", message))
    return notices


def _known_code(code: str) -> str:
    if re.fullmatch(r"D\d{3}", code):
        return "derive explain CODE tells what one means"
    return "name codes such as D103, separated by commas"


def _notice(directive: Directive, name: str, message: str) -> Notice:
    return Notice((directive.span.start, directive.span.end), BY_NAME[name], message, fails=True)
