"""Operators without brackets: ``\\log a_j`` and ``\\sum_{i=1}^m x_i``, and how far they reach.

A function reaches over the factors that are written side by side behind it, up to a bracket; a
big operator over the whole product that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from .arrays import Arrays
from .brackets import argument
from .calculus import joined
from .cursor import Failure
from .names import spelled
from .symbols import BIG, ELEMENTARY, FUNCTIONS, GREEK, VOCABULARY
from .syntax import Applied, Big, Name, Node, Number, Sum
from .tokens import Token

_FUNCTION_LETTERS: Final = frozenset(["f", "g", "h", "p", "q", "sigma", "phi", "varphi", "psi"])


class Operators(Arrays):
    """The part of the parser that reads functions and big operators."""

    begins_factor: Callable[[], bool]
    headed: Callable[[Name], Node]
    product: Callable[[], Node]
    take_signs: Callable[[], int]

    def at_function(self) -> bool:
        """Whether the name of a function stands here: ``\\log``, ``log``, ``\\text{log}``."""
        token = self.token
        if token is None:
            return False
        if token.kind == "letter":
            return self._run(self.at)[: self._word_length(self.at)] in ELEMENTARY
        if token.kind == "word":
            return token.text.strip() in ELEMENTARY
        return token.kind == "command" and token.text[1:] in FUNCTIONS

    def function(self) -> Node:
        """``\\log(x)``, ``\\max(0, x)``, or without brackets ``\\log a_j``."""
        start = self.start
        head = self.name()
        if self.text in ("(", "["):
            return self.headed(head)
        if self.text == "{" and self.partner[self.at] > self.at:
            inner = self.factor()
            return Applied(self.span(start), head, "", (inner,))
        body: list[tuple[str, Node]] = []
        while self._continues_argument(bool(body)):
            body.append(("juxt" if body else "", _unambiguous(self.factor())))
        if not body:
            return head
        return Applied(self.span(start), head, "", (joined(body),))

    def _continues_argument(self, begun: bool) -> bool:
        """Whether the next factor still belongs to a function without brackets."""
        token = self.token
        if token is None or not self.begins_factor():
            return False
        if not begun:
            return True
        if token.kind == "word" or token.text in BIG or self.at_function():
            return False
        return token.text not in ("(", "[", "\\{", "|", "\\|", "\\partial", "\\nabla")

    def big(self) -> Node:
        """``\\sum_{i=1}^m`` and the product that follows it."""
        start, operator = self.start, BIG[self.text]
        self.at += 1
        low: list[Token] = []
        high: list[Token] = []
        while self.text in ("_", "^"):
            below = self.text == "_"
            stop = argument(self.tokens, self.partner, self.at + 1, self.end)
            found = unbraced(self.tokens[self.at + 1 : stop])
            low, high = (found, high) if below else (low, found)
            if not found:
                raise self.failure("a limit")
            self.at = stop
        with self.deeper():
            sign_at = self.start
            sign = self.take_signs()
            body = self.product()
            if sign < 0:
                body = Sum(self.span(sign_at), ((-1, body),))
        upper = spelled(high)
        for index, lower in reversed(_running(low)):
            body = Big(self.span(start), operator, index, lower, upper, body)
        return body


def _unambiguous(argument: Node) -> Node:
    """The argument of a function without brackets, unless it could end at its first bracket.

    ``\\log f(x)`` is a call inside; whether ``\\log a (1 - y)`` is log(a)(1 - y) nobody can tell.
    """
    if isinstance(argument, Applied):
        head = argument.head
        atoms = all(isinstance(a, Name | Number) for a in argument.arguments)
        if not (atoms or head.word or head.base in _FUNCTION_LETTERS):
            raise Failure("brackets around the argument of the function expected", argument.span)
    return argument


def unbraced(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the braces around all of them."""
    if tokens and tokens[0].text == "{" and tokens[0].kind != "word":
        return list(tokens[1:-1])
    return list(tokens)


def _running(lower: list[Token]) -> list[tuple[str, str]]:
    """The letters that run in a lower limit with their texts: ``i=1``, ``i,j``, ``rows``."""
    text = spelled(lower)
    letters = [t for t in lower if t.kind == "letter" or t.text[1:] in GREEK]
    listed = [t for t in lower if t.text != ","]
    if not lower or lower[0] not in letters:
        return [("", text)]
    if len(lower) > 1 and len(letters) == len(listed) <= 3:
        word = "".join(t.text for t in lower).lower()
        if word in VOCABULARY:
            return [("", text)]
        return [(t.text.removeprefix("\\"), t.text) for t in letters]
    if len(lower) > 1 and lower[1].kind == "letter":
        return [("", text)]
    return [(lower[0].text.removeprefix("\\"), text)]
