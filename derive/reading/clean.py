"""From the tokens on the page to the tokens that mean something.

In: the tokens of one piece.  Out: the same without comments, spacing, sizes, labels,
decorations (``\\boxed``, ``\\underbrace{..}_{note}``) and the environments that only arrange
rows.  Nothing is reordered; what belongs to a token (the ``\\left`` of a bracket, the ``\\boxed``
of a brace) widens its span, so that a span in the source is always well-formed text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from .brackets import argument, match
from .rows import without_rows
from .symbols import (
    BRACES,
    DECORATIONS,
    DRESSES,
    FRACTIONS,
    NEWROW,
    RELATIONS,
    SEPARATORS,
    SIZES,
    SPACING,
    SWALLOW,
    WIDE,
)
from .tokens import Token

_BAR: Final = "|"


def clean(tokens: Sequence[Token]) -> list[Token]:
    """The meaningful tokens; raises `brackets.TooDeep`."""
    kept = _delimiters([token for token in tokens if token.kind != "comment"])
    kept = _fractions(_primed(kept))
    return without_rows(_single_digits(_Undecorated(kept).tokens()))


def _delimiters(tokens: Sequence[Token]) -> list[Token]:
    """``\\[`` inside a piece, ``$\\[ x \\]$``, only parts rows; ``\\(`` says nothing."""
    return [
        token._replace(text="\\\\") if token.text in ("\\[", "\\]") else token
        for token in tokens
        if token.text not in ("\\(", "\\)")
    ]


def _primed(tokens: list[Token]) -> list[Token]:
    """``{g}'`` is ``g'``: braces around one letter do nothing in front of a prime."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        letter = tokens[i + 1 : i + 4]
        braced = tokens[i].text == "{" and len(letter) == 3 and letter[1].text == "}"
        last = out[-1] if out else None
        behind = (
            last is None
            or last.text in SEPARATORS
            or (last.kind != "command" and last.text not in ("_", "^"))
        )
        if braced and behind and letter[2].text.startswith("'") and letter[0].kind == "letter":
            out.append(letter[0]._replace(start=tokens[i].start, end=letter[1].end))
            i += 3
            continue
        out.append(tokens[i])
        i += 1
    return out


class _Undecorated:
    """Takes off what says how things look."""

    def __init__(self, tokens: list[Token]) -> None:
        self.source = tokens
        self.partner = match(tokens)
        self.places = _evaluation_bars(tokens)
        self.out: list[Token] = []
        self.lead: int | None = None
        """Where the commands begin that belong to the next token."""
        self.annotations: dict[int, str] = {}
        """Where an underbrace ends: the script that annotates it."""
        self.dropped: set[int] = set()
        self.listed = 0
        """Up to here rows are items of a list (``\\substack``)."""

    def tokens(self) -> list[Token]:
        i = 0
        while i < len(self.source):
            i = self._step(i)
        return self.out

    def _step(self, i: int) -> int:
        """Deal with the token at `i`: the index from which to go on."""
        token = self.source[i]
        if i in self.dropped:
            return i + 1
        if token.kind == "command":
            if token.text in SIZES:
                return self._size(i)
            if token.text in DECORATIONS:
                return self._decoration(i)
            if token.text in SWALLOW:
                return self._swallow(i)
            if token.text in SPACING:
                return i + 1
            if token.text == "\\substack" and self.partner[i + 1 : i + 2] > [i]:
                self.dropped.update((i + 1, self.partner[i + 1]))
                self.listed = self.partner[i + 1]
                return i + 1
            if token.text == "\\not" and self._is(i + 1, "="):
                self._add(Token("command", "\\ne", token.start, self.source[i + 1].end))
                return i + 2
        if i < self.listed and token.text in NEWROW:
            token = token._replace(kind="symbol", text=",")
        self._add(token)
        if i in self.annotations and self._is(i + 1, self.annotations[i]):
            stop = argument(self.source, self.partner, i + 2, len(self.source))
            self._widen(self.source[stop - 1].end)
            return stop
        return i + 1

    def _add(self, token: Token) -> None:
        if self.lead is not None:
            token = token._replace(start=self.lead)
            self.lead = None
        self.out.append(token)

    def _widen(self, end: int) -> None:
        """The last token goes on to `end`."""
        if self.out:
            self.out[-1] = self.out[-1]._replace(end=end)

    def _is(self, at: int, text: str) -> bool:
        return at < len(self.source) and _is(self.source, at, text)

    def _size(self, i: int) -> int:
        """``\\left(``, ``\\right.``, ``\\Big|``: the size belongs to the bracket."""
        token = self.source[i]
        place = self.places.get(i)
        if place is not None:
            self._add(Token("symbol", place, token.start, self.source[i + 1].end))
            if place == "{":
                return i + 2
            self.out[-1] = self.out[-1]._replace(end=token.start)
        elif token.text in ("\\left", "\\right") and self._is(i + 1, "."):
            if token.text == "\\right":
                self._widen(self.source[i + 1].end)
            return i + 2
        if self.lead is None:
            self.lead = token.start
        return i + 1

    def _decoration(self, i: int) -> int:
        token, after = self.source[i], i + 1
        if self.lead is None:
            self.lead = token.start
        if after < len(self.source) and self.partner[after] > after:
            close = self.partner[after]
            if token.text in BRACES:
                self.annotations[close] = BRACES[token.text]
            if token.text == "\\fbox" and self._is(after + 1, "$") and self._is(close - 1, "$"):
                self.dropped.update((after + 1, close - 1))
        return after

    def _swallow(self, i: int) -> int:
        """Drop a command with its arguments; a wide space stays one."""
        token, after = self.source[i], i + 1
        if token.text in WIDE:
            self._add(Token("command", "\\quad", token.start, token.end))
        for _ in range(SWALLOW[token.text]):
            after = argument(self.source, self.partner, after, len(self.source))
        if token.text in DRESSES and self._is(after, "{"):
            if self.lead is None:
                self.lead = token.start
            if self._is(after + 2, "}") and self.source[after + 1].text in RELATIONS:
                self._add(self.source[after + 1])  # \overset{!}{=} has become {=}
                self._widen(self.source[after + 2].end)
                return after + 3
        return after


def _is(tokens: Sequence[Token], at: int, text: str) -> bool:
    return tokens[at].text == text and tokens[at].kind != "word"


def _evaluation_bars(tokens: Sequence[Token]) -> dict[int, str]:
    """The brace that each ``\\left.`` .. ``\\right|`` stands for, by the index of the command."""
    open_: list[int] = []
    found: dict[int, str] = {}
    for i, (token, following) in enumerate(pairwise(tokens)):
        if token.text == "\\left" and token.kind == "command":
            open_.append(i)
        elif token.text == "\\right" and token.kind == "command" and open_:
            begin = open_.pop()
            if _is(tokens, begin + 1, ".") and following.text == _BAR:
                found[begin], found[i] = "{", "}"
    return found


def _fractions(tokens: list[Token]) -> list[Token]:
    """``{a \\over b}`` as ``\\frac{a}{b}``."""
    if not any(token.text == "\\over" for token in tokens):
        return tokens
    open_: list[int] = []
    middle: dict[int, int] = {}
    for i, token in enumerate(tokens):
        if token.kind == "word":
            continue
        if token.text == "{":
            open_.append(i)
        elif token.text == "}" and open_:
            open_.pop()
        elif token.text == "\\over" and open_:
            middle[open_[-1]] = -1 if open_[-1] in middle else i
    over = {i for i in middle.values() if i >= 0}
    out: list[Token] = []
    for i, token in enumerate(tokens):
        if middle.get(i, -1) >= 0:
            out.append(Token("command", "\\frac", token.start, token.start))
        if i in over:
            out.append(Token("symbol", "}", token.start, token.start))
            token = Token("symbol", "{", token.start, token.end)
        out.append(token)
    return out


def _single_digits(tokens: list[Token]) -> list[Token]:
    """``\\frac12`` without braces takes one digit each, as TeX does.

    Scripts do not: whoever writes ``x^10`` or ``w_12`` means the whole number.
    """
    out: list[Token] = []
    wanted = 0
    for token in tokens:
        if token.kind == "number" and wanted and len(token.text) > 1:
            while wanted and len(token.text) > 1 and token.text[0] != ".":
                wide = token.end - token.start == len(token.text)
                middle = token.start + 1 if wide else token.end
                out.append(Token("number", token.text[0], token.start, middle))
                token = Token("number", token.text[1:], middle if wide else token.start, token.end)
                wanted -= 1
            wanted = max(0, wanted - 1)
        elif token.kind == "command" and token.text in FRACTIONS:
            wanted = 2
        elif wanted:
            wanted = 0 if token.text in ("{", "\\{") or wanted == 1 else 1
        out.append(token)
    return out
