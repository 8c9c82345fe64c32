"""Equations written in Unicode on a line of plain text: ``dZ² = A² − Y``, ``∂L/∂W₁ = δ₁ · Xᵀ``.

In: the source and the stretches of it that are already accounted for.  Out: the spans of the
lines (without bullet, label and the tags of a block of HTML) that hold nothing but such an
equation.  A line with a word that is not mathematical, or without a character that only
mathematics uses, is prose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Final

from .symbols import SUBSCRIPTS, SUPERSCRIPTS, UNICODE, VOCABULARY
from .syntax import Span
from .tokens import is_lettering

_MAX_LINE: Final = 400
_RELATION: Final = re.compile(r"=|←|⇒|≔|≈|∝|&(?:larr|rArr|asymp|prop);")
_LINE: Final = re.compile(rf"^[^\n]*?(?:{_RELATION.pattern})[^\n]*$", re.MULTILINE)
_LEAD: Final = re.compile(r"[ \t>]*(?:(?:[-*+•]|\d+[.)])[ \t]+)*")
_LABEL: Final = re.compile(
    r"[^:=\n]{0,60}:(?:\*\*|__)?[ \t]+|(?:\*\*|__)[^*_=\n]{1,60}\.(?:\*\*|__)[ \t]+"
)
_REMARK: Final = re.compile(r"[ \t]+\([^()=]*\)[.,;]?$")
_MARKS: Final = ("**", "__", "*", "_")
_TAG: Final = re.compile(r"</(?:su[bp]|b|strong|i|em|var)>")
_HTML: Final = re.compile(r"</?(?:su[bp]|b|strong|i|em|var)>|&[A-Za-z]{2,8}[0-9]?;")
_BREAK: Final = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_OPENED: Final = re.compile(
    r"(?:[ \t]*</?(?:p|li|ul|ol|td|th|tr|div|center|span|dd|dt|dl|code)(?:[ \t][^<>\n]*)?>)*[ \t]*",
    re.IGNORECASE,
)
_CLOSED: Final = re.compile(
    r"(?:[ \t]*</(?:p|li|ul|ol|td|th|tr|div|center|span|dd|dt|dl|code)>)+$", re.IGNORECASE
)
_PROSE_SIGNS: Final = frozenset("–’•…·→←⇒≈µ")
_SIGNS: Final = frozenset([*UNICODE, *SUPERSCRIPTS, *SUBSCRIPTS]) - _PROSE_SIGNS
_RUN: Final = re.compile(r"[A-Za-z]+")
_FOREIGN: Final = re.compile(r"[`$\\#\"?!%~<{}|]|https?:|[A-Za-z]\d")


def bare_equations(source: str, taken: Sequence[Span], most: int) -> list[Span]:
    """The spans of the equations on lines that touch none of the `taken` spans (in order)."""
    out: list[Span] = []
    hole = 0
    for match in _LINE.finditer(source):
        if len(out) >= most:
            break
        start, end = match.span()
        while hole < len(taken) and taken[hole].end <= start:
            hole += 1
        free = hole == len(taken) or taken[hole].start >= end
        if free and end - start <= _MAX_LINE:
            for begin, stop in _broken(source, start, end):
                related = _RELATION.search(source, begin, stop)
                span = _equation(source, begin, stop) if related else None
                if span is not None and len(out) < most:
                    out.append(span)
    return out


def _broken(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """What stands between the ``<br>`` of a line, without the tags of blocks around it."""
    out: list[tuple[int, int]] = []
    at = start
    for stop, then in [*(m.span() for m in _BREAK.finditer(source, start, end)), (end, end)]:
        opened = _OPENED.match(source, at, stop)
        begin = opened.end() if opened else at
        closed = _CLOSED.search(source[begin:stop])
        out.append((begin, begin + closed.start() if closed else stop))
        at = then
    return out


def fenced_equations(source: str, start: int, stop: int) -> list[Span]:
    """The equations of a code fence that names no language and holds nothing but equations.

    One line with a character that code does not use tells that the block is maths.
    """
    out: list[Span] = []
    told = False
    at = start
    for line in source[start:stop].splitlines(keepends=True):
        end, text = at + len(line.rstrip("\r\n")), line.strip()
        if text and not (text.endswith(":") and "=" not in text):
            if len(text) > _MAX_LINE or "=" not in text or "==" in text:
                return []
            span = _equation(source, at, end, fenced=True)
            if span is None:
                return []
            out.append(span)
            told |= any(c in _SIGNS or c in "·←⇒" or is_lettering(c) for c in text)
        at += len(line)
    return out if told else []


def _equation(source: str, start: int, end: int, *, fenced: bool = False) -> Span | None:
    """The part of a line that is an equation and nothing else, None if there is none."""
    lead = _LEAD.match(source, start, end)
    start = lead.end() if lead else start
    label = _LABEL.match(source, start, end)
    start = label.end() if label else start
    text = source[start:end].rstrip()
    for mark in _MARKS:
        if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark):
            text, start = text[len(mark) : -len(mark)], start + len(mark)
            break
    remark = _REMARK.search(text)
    if remark and not _is_plain(_HTML.sub(_shown, remark.group())):
        text = text[: remark.start()]
    bare = _HTML.sub(_shown, text)
    signs = _SIGNS.intersection(bare) or any(map(is_lettering, bare))
    if not (fenced or signs or _TAG.search(text)) or _FOREIGN.search(bare):
        return None
    return Span(start, start + len(text)) if _is_plain(bare) else None


def _shown(match: re.Match[str]) -> str:
    """What a tag or an entity of HTML shows: nothing, or its character."""
    return " " if match.group()[0] == "<" else unescape(match.group())


def _is_plain(text: str) -> bool:
    """Whether all words of a text are mathematical."""
    return all(_is_mathematical(run) for run in _RUN.findall(text))


def _is_mathematical(run: str) -> bool:
    """Whether a run of letters can stand in an equation without ``\\text{}``."""
    word = run.lower()
    return len(run) <= 2 or word in VOCABULARY or (word[0] == "d" and word[1:] in VOCABULARY)
