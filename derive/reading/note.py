"""A whole note: the pieces of maths that the scanner finds, each one parsed.

In: source and kind.  Out: a `Document`.  The amount of maths in one piece and in one note is
bounded; what lies beyond the bound is accounted for as unreadable.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from .chains import Reading, read_chains, unreadable_piece
from .identifiers import Lexicon
from .macros import Macros
from .plain import plain_tokens
from .scan import Raw, Scanned, scan
from .syntax import Document, Piece, Span
from .tokens import Token, tokenize

MAX_PIECE: Final = 100_000
"""Characters of one piece of maths."""


def read(source: str, kind: str) -> Document:
    """See `derive.reading.read`."""
    scanned = scan(source, kind)
    lines = _line_starts(source)
    macros = Macros.collect(source)
    before = _prose(source, scanned)
    pieces: list[Piece] = []
    for raw, prose in zip(scanned.pieces, before, strict=False):
        reading = _read_piece(source, raw, kind, macros, scanned.lexicon)
        line, column = _position(lines, raw.span.start)
        end_line, end_column = _position(lines, raw.span.end)
        pieces.append(
            Piece(
                span=raw.span,
                body=raw.body,
                kind=raw.kind,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                before=prose,
                chains=tuple(reading.chains),
                loose=tuple(reading.loose),
                notes=tuple(reading.notes),
                expect=raw.expect,
            )
        )
    return Document(
        source, tuple(pieces), scanned.front_matter, before[-1], tuple(scanned.directives)
    )


def _read_piece(source: str, raw: Raw, kind: str, macros: Macros, lexicon: Lexicon) -> Reading:
    body = raw.body
    opening = Span(raw.span.start, max(body.start, raw.span.start + 1))
    if body.end - body.start > MAX_PIECE:
        limit = f"at most {MAX_PIECE} characters of maths in one piece expected"
        return unreadable_piece((), body, raw.problem or limit, opening)
    if raw.plain and lexicon.names:
        tokens = plain_tokens(source, body.start, body.end, lexicon)
    else:
        tokens = tokenize(source, body.start, body.end, comments=kind == "tex")
    if raw.quoted:
        tokens = _unquoted(source, tokens, body.start)
    tokens, complaint = macros.expand(tokens)
    if raw.problem:
        return unreadable_piece(tokens, body, raw.problem, opening)
    if complaint is not None:
        return unreadable_piece(tokens, body, complaint[0], complaint[1])
    return read_chains(source, tokens, body)


def _unquoted(source: str, tokens: list[Token], at: int) -> list[Token]:
    """Without the ``>`` of a block quote at the beginning of lines; the first may begin at `at`."""
    kept: list[Token] = []
    fresh = source[at - 1 : at] == "\n"
    for token in tokens:
        fresh = fresh or "\n" in source[at : token.start]
        if not (fresh and token.text == ">"):
            kept.append(token)
            fresh = False
        at = token.end
    return kept


def _prose(source: str, scanned: Scanned) -> list[str]:
    """The text between the pieces (code and comments left out): one more than there are pieces."""
    out: list[str] = []
    at, skip = 0, 0
    edges = [raw.span for raw in scanned.pieces] + [Span(len(source), len(source))]
    for edge in edges:
        text = ""
        while skip < len(scanned.skipped) and scanned.skipped[skip].start < edge.start:
            hole = scanned.skipped[skip]
            text += source[at : hole.start]
            at = max(at, hole.end)
            skip += 1
        out.append(text + source[at : edge.start])
        at = edge.end
    return out


def _line_starts(source: str) -> list[int]:
    starts = [0]
    at = source.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = source.find("\n", at + 1)
    return starts


def _position(lines: list[int], offset: int) -> tuple[int, int]:
    """1-based line and column of an offset."""
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1
