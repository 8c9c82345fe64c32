"""A place in a list of tokens, and the ways to move it.

The base of the parser: it looks at tokens, takes them, confines itself to the inside of a
bracket, and fails with what it expected and where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from .brackets import MAX_DEPTH, argument
from .syntax import Span
from .tokens import Token

T = TypeVar("T")


class Failure(Exception):
    """What the text holds at `span` cannot be read; the message says what was expected."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message, self.span = message, span


def quoted(text: str) -> str:
    """The text in quotation marks, as it stands in the source.

    >>> print(quoted("\\\\frac"), quoted("\\0"))
    '\\frac' '\\x00'
    """
    return f"'{text}'" if text.isprintable() else repr(text)


class Cursor:
    """A position `at` before `end` in `tokens`, whose bracket partners are known."""

    def __init__(self, tokens: Sequence[Token], partner: Sequence[int]) -> None:
        self.tokens, self.partner = tokens, partner
        self.at, self.end = 0, len(tokens)
        self.depth = 0
        self.bars: list[str] = []
        """The bars ``|`` and ``\\|`` that are open here."""

    @property
    def token(self) -> Token | None:
        """The next token, None at the end."""
        return self.tokens[self.at] if self.at < self.end else None

    @property
    def text(self) -> str:
        """The text of the next token; empty at the end and for words."""
        if self.at >= self.end or self.tokens[self.at].kind == "word":
            return ""
        return self.tokens[self.at].text

    @property
    def start(self) -> int:
        """Where the next token begins in the source, or where the last one ends."""
        if self.at < self.end:
            return self.tokens[self.at].start
        return self.last

    @property
    def last(self) -> int:
        """Where the token before the cursor ends in the source."""
        if self.at:
            return self.tokens[self.at - 1].end
        return self.tokens[0].start if self.tokens else 0

    def span(self, start: int) -> Span:
        """From `start` to where the cursor has come."""
        return Span(start, max(start, self.last))

    def failure(self, expected: str) -> Failure:
        """The complaint that something else was expected here."""
        token = self.tokens[self.end] if self.at >= self.end < len(self.tokens) else self.token
        if token is None:
            return Failure(f"{expected} expected, but the text ends", Span(self.last, self.last))
        found = f"\\{token.kind}{{{token.text}}}" if token.kind in ("begin", "end") else token.text
        return Failure(f"{expected} expected, found {quoted(found)}", Span(token.start, token.end))

    def adjacent(self, at: int) -> bool:
        """Whether the tokens at ``at - 1`` and `at` touch."""
        return 0 < at < self.end and self.tokens[at - 1].end == self.tokens[at].start

    def within(self, end: int, rule: Callable[[], T]) -> T:
        """What `rule` reads from here to the token index `end`, which it must reach."""
        outer, bars = self.end, self.bars
        self.end, self.bars = end, []
        try:
            result = rule()
            if self.at != end:
                raise self.failure("an operator")
        finally:
            self.end, self.bars = outer, bars
        return result

    def bracket(self, rule: Callable[[], T]) -> T:
        """What `rule` reads between the bracket at the cursor and its partner."""
        partner = self.partner[self.at]
        token = self.tokens[self.at]
        if not self.at < partner < self.end:
            message = f"the bracket {quoted(token.text)} is never closed"
            raise Failure(message, Span(token.start, token.end))
        self.at += 1
        result = self.within(partner, rule)
        self.at = partner + 1
        return result

    def argument(self, rule: Callable[[], T]) -> T:
        """What `rule` reads in the argument of a command: a brace group or one token."""
        if self.text == "{":
            return self.bracket(rule)
        if self.at >= self.end:
            raise self.failure("an argument")
        stop = min(argument(self.tokens, self.partner, self.at, self.end), self.end)
        return self.within(stop, rule)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level of recursion, bounded."""
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                message = f"expressions nested at most {MAX_DEPTH} levels deep expected"
                raise Failure(message, Span(self.start, self.start))
            yield
        finally:
            self.depth -= 1
