"""From cleaned tokens to segments: the stretches of a piece that can hold one chain each.

A wide space, a new row, a comma outside brackets and a joining word end a segment.  An equation
directly inside brackets is a segment of its own; invisible braces around an equation vanish.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from .brackets import argument, arguments, match, signs
from .symbols import (
    ACCENTS,
    CONDITIONS,
    CONNECTIVES,
    FONTS,
    FRACTIONS,
    GAPS,
    NEWROW,
    OTHERWISE,
    QUANTIFIERS,
    RELATIONS,
)
from .tokens import Token

_OPENS: Final = {"\\because": "because", "\\therefore": "therefore"}
_CONTINUES: Final = frozenset(["+", "-", "*", "/", "\\cdot", "\\times", "\\odot", "\\ast"])


@dataclass(slots=True)
class Segment:
    """A stretch of tokens that holds at most one chain.

    behind: what stands in front of it: ``"row"``, ``"gap"``, ``"comma"``, ``"bracket"``,
    ``"word"`` or ``""``.  opens: ``"because"`` or ``"therefore"`` if such a sign opens it.
    remark: the tokens behind ``//``, or from a quantifier on.
    """

    behind: str
    tokens: list[Token] = field(default_factory=list)
    opens: str = ""
    remark: list[Token] = field(default_factory=list)


class Layout:
    """Cuts the tokens of one piece into segments."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.partner = match(tokens)
        free, self.counted = signs(tokens, self.partner)
        self.before = [0]
        """How many free relation signs stand before each token."""
        for sign in free:
            self.before.append(self.before[-1] + sign)
        self.out = [Segment("")]
        self.claimed = False
        """Whether an equation stands in this row: what holds for all i is a remark on it."""

    def segments(self) -> list[Segment]:
        """The segments of the piece in text order, those that go on joined together."""
        self._walk(0, len(self.tokens))
        return _rejoined(self.out)

    def _cut(self, behind: str, opens: str = "") -> None:
        last = self.out[-1]
        if last.tokens or last.remark or last.opens:
            self.out.append(Segment(behind, opens=opens))
        else:
            last.behind = "row" if "row" in (last.behind, behind) else behind
            last.opens = last.opens or opens

    def _walk(self, low: int, high: int) -> None:
        i = low
        while i < high:
            token = self.tokens[i]
            stop = i + 1
            if token.kind == "word":
                self._word(token)
            elif token.text in NEWROW:
                self.claimed = False
                self._cut("row")
            elif token.text in GAPS:
                self._cut("gap")
            elif token.text in (",", ";"):
                self._cut("comma")
            elif token.text in QUANTIFIERS and self.claimed:
                stop = self._comment(i, high)
            elif token.text in _OPENS:
                self._cut("word", _OPENS[token.text])
            elif token.text == "/" and self._is_comment(i):
                stop = self._comment(i, high)
            elif self.partner[i] > i:
                stop = self.partner[i] + 1
                self._bracket(i)
            else:
                self.claimed |= is_sign(token)
                stop = self._behind(i, high)
                self.out[-1].tokens += _unbroken(self.tokens[i:stop])
            i = stop

    def _behind(self, i: int, high: int) -> int:
        """The index behind the token at `i` and the arguments that belong to it."""
        token = self.tokens[i]
        if token.text in ("_", "^"):
            return min(high, argument(self.tokens, self.partner, i + 1, high))
        if token.kind == "command" and (
            token.text in FRACTIONS
            or token.text in ACCENTS
            or token.text[1:] in FONTS
            or token.text == "\\sqrt"
        ):
            return min(high, arguments(self.tokens, self.partner, i, high))
        return i + 1

    def _word(self, token: Token) -> None:
        """A joining word (``where``, ``and``) begins a new segment, any other stays."""
        first = token.text.replace(",", " ").replace(":", " ").split()[:1]
        joins = first and first[0].lower() in CONNECTIVES
        if joins and first[0].lower() not in CONDITIONS | OTHERWISE:
            self._cut("word")
        self.out[-1].tokens.append(token)

    def _is_comment(self, i: int) -> bool:
        following = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        return (
            following is not None
            and following.text == "/"
            and following.start == self.tokens[i].end
        )

    def _comment(self, i: int, high: int) -> int:
        stop = i
        while stop < high and self.tokens[stop].text not in NEWROW:
            stop += 1
        if not (self.out[-1].tokens or len(self.out) == 1):
            self.out.pop()
        self.out[-1].remark += self.tokens[i:stop]
        return stop

    def _bracket(self, i: int) -> None:
        """A matched bracket: walked into if an equation stands in it, else copied."""
        j = self.partner[i]
        token = self.tokens[i]
        holds = self.before[j] > self.before[i] and token.kind != "begin"
        if not holds:
            self.out[-1].tokens += _unbroken(self.tokens[i : j + 1])
        elif token.text == "{":
            self._walk(i + 1, j)
        else:
            self._cut("bracket")
            self._walk(i + 1, j)
            self._cut("bracket")


def _unbroken(tokens: Sequence[Token]) -> list[Token]:
    """The inside of a bracket without wide spaces and rows; arrays keep their rows."""
    out: list[Token] = []
    arrays = 0
    for token in tokens:
        arrays += (token.kind == "begin") - (token.kind == "end")
        if token.text in GAPS or (token.text in NEWROW and arrays == 0):
            continue
        out.append(token)
    return out


def _rejoined(segments: list[Segment]) -> list[Segment]:
    """Join what a row or a wide space only broke.

    A segment that ends with a relation goes on in the next one; one that begins with a
    relation takes an expression right before it as its head; one that begins with an operator
    goes on with the segment before it.
    """
    out: list[Segment] = []
    for segment in segments:
        if not (segment.tokens or segment.remark):
            continue
        last = out[-1] if out else None
        if last is not None and segment.behind in ("row", "gap") and not segment.opens:
            first = segment.tokens[0] if segment.tokens else None
            hanging = last.tokens and is_sign(last.tokens[-1])
            operator = (
                first is not None
                and first.kind != "word"
                and first.text in _CONTINUES
                and any(is_sign(t) for t in last.tokens)
            )
            headless = first is not None and is_sign(first) and _is_expression(last.tokens)
            if not last.remark and (hanging or operator or headless):
                last.tokens += segment.tokens
                last.remark += segment.remark
                continue
        out.append(segment)
    return out


def is_sign(token: Token) -> bool:
    """Whether the token is a relation sign."""
    return token.kind != "word" and token.text in RELATIONS


def _is_expression(tokens: Sequence[Token]) -> bool:
    """Whether the tokens can be the head of the relation on the next row."""
    return (
        bool(tokens)
        and not any(is_sign(t) for t in tokens)
        and not all(t.kind == "word" for t in tokens)
    )
