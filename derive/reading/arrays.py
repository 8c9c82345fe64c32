"""Arrays: ``cases`` are read, matrices are pictures.

``\\begin{cases} 1, & z > 0 \\\\ 0 & \\text{otherwise} \\end{cases}``, the same drawn as a brace in
front of an ``array``, and in words: ``1 \\text{ if } z > 0 \\text{ else } 0``.
"""

from __future__ import annotations

from collections.abc import Callable

from .calculus import Calculus
from .cursor import Failure, quoted
from .symbols import CASES, CONDITIONS, NEWROW, OTHERWISE
from .syntax import Cases, Comparison, Node, Picture, Span
from .tokens import Token


def asks(token: Token | None) -> bool:
    """Whether the token is a word like ``if`` in front of a condition."""
    words = token.text.lower().split() if token is not None and token.kind == "word" else []
    return bool(words) and words[-1] in CONDITIONS and len(words) <= 2


def excludes(token: Token | None) -> bool:
    """Whether the token is a word like ``else`` or ``otherwise``."""
    if token is None or token.kind != "word":
        return False
    words = token.text.lower().replace(",", " ").split()
    return bool(words) and words[0] in OTHERWISE


class Arrays(Calculus):
    """The part of the parser that reads arrays and conditions."""

    comparison: Callable[[bool], Node]

    def condition(self) -> Comparison:
        """``z > 0``; an equality sign is allowed here."""
        node = self.comparison(True)
        if not isinstance(node, Comparison):
            raise Failure("a condition expected", node.span)
        return node

    def condition_in_words(self, value: Node) -> Cases:
        """``1 \\text{ if } z > 0 \\text{ else } 0`` with the cursor on the first word."""
        self.at += 1
        branches: list[tuple[Node, Comparison | None]] = [(value, self.condition())]
        if self.text == ",":
            self.at += 1
        if excludes(self.token):
            self.at += 1
            rest = self.expression()
            branches += rest.branches if isinstance(rest, Cases) else ((rest, None),)
        return Cases(self.span(value.span.start), tuple(branches))

    def environment(self, token: Token) -> Node:
        """An array with the cursor on its beginning."""
        end = self.partner[self.at]
        if not self.at < end < self.end:
            message = f"\\end{{{token.text}}} expected"
            raise Failure(message, Span(token.start, token.end))
        if token.text in CASES:
            self.at += 1
            branches = self.within(end, self._branches)
            self.at = end + 1
            return Cases(self.span(token.start), branches)
        self.at = end + 1
        return Picture(self.span(token.start), token.text)

    def drawn_cases(self) -> Cases:
        """``\\left\\{ \\begin{array} .. \\right.``: a brace that only opens, before an array."""
        start, token = self.start, self.tokens[self.at]
        end = self.partner[self.at + 1] if self.at + 1 < self.end else -1
        if end < 0 or self.tokens[self.at + 1].kind != "begin":
            message = f"the bracket {quoted(token.text)} is never closed"
            raise Failure(message, Span(token.start, token.end))
        self.at += 2
        branches = self.within(end, self._branches)
        self.at = end + 1
        return Cases(self.span(start), branches)

    def _branches(self) -> tuple[tuple[Node, Comparison | None], ...]:
        branches: list[tuple[Node, Comparison | None]] = []
        while self.at < self.end:
            value = self.expression()
            condition = self._behind_value()
            branches += value.branches if isinstance(value, Cases) else ((value, condition),)
            if self.at < self.end and self.text not in NEWROW:
                raise self.failure("the next row")
            while self.text in NEWROW:
                self.at += 1
        return tuple(branches)

    def _behind_value(self) -> Comparison | None:
        """What stands in a row of `cases` behind its value: the condition, None for otherwise."""
        while self.text in ("&", ","):
            self.at += 1
        otherwise = False
        while (token := self.token) is not None and token.kind == "word":
            otherwise = otherwise or excludes(token)
            self.at += 1
        condition = None
        if not otherwise and self.text not in NEWROW and self.at < self.end:
            condition = self.condition()
        while self.text in (",", ".", ";", "&"):
            self.at += 1
        return condition
