"""Bars, angles and primes: norms, inner products, places of evaluation, conditional bars.

``|x|``, ``\\|x\\|``, ``||x||`` and ``|x|_2`` are norms, ``\\langle x, y \\rangle`` is an inner
product, ``f'(z)|_{z = 0}`` a value at a place, ``P(y \\mid x)`` has two arguments, and
``(g(z))'`` carries its prime behind the bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from .brackets import argument, bars
from .cursor import quoted
from .names import spelled
from .operators import Operators, unbraced
from .syntax import (
    Applied,
    Derivative,
    Evaluated,
    Fraction_,
    Group,
    Inner,
    Name,
    Node,
    Norm,
    Primed,
    Tuple,
)
from .tokens import Token

BAR: Final = "|"
NORM_BAR: Final = "\\|"
_DOUBLE: Final = "||"


class Fences(Operators):
    """The part of the parser that reads bars, angles and primes behind brackets."""

    comparison: Callable[[bool], Node]
    arguments: Callable[[], tuple[Node, ...]]

    def __init__(self, tokens: Sequence[Token], partner: Sequence[int]) -> None:
        super().__init__(tokens, partner)
        self._separators: dict[int, int] = {}

    # -- bars ----------------------------------------------------------------------------

    def opens_bar(self) -> bool:
        """Whether the bar here opens something: it closes nothing and separates nothing."""
        text = self.text
        if self._separates() or (text == BAR and self._evaluates()):
            return False
        if not self.bars:
            return True
        if self.bars[-1] == _DOUBLE and text == BAR:
            return not self._two_bars(self.at)
        return self.bars[-1] != text

    def _two_bars(self, at: int) -> bool:
        return (
            at + 1 < self.end
            and self.tokens[at].text == self.tokens[at + 1].text == BAR
            and self.adjacent(at + 1)
        )

    def _doubled(self) -> bool:
        """Whether ``||`` opens a norm here: the bar that follows is double again."""
        if not self._two_bars(self.at):
            return False
        at = self.at + 2
        while at < self.end and self.tokens[at].text != BAR:
            at = self.partner[at] + 1 if self.partner[at] > at else at + 1
        return at > self.at + 2 and self._two_bars(at)

    def norm(self) -> Node:
        """``\\|x\\|``, ``||x||`` or ``|x|`` with the cursor on the bar."""
        start = self.start
        bar = _DOUBLE if self.text == BAR and self._doubled() else self.text
        self.at += 1 + (bar == _DOUBLE)
        self.bars.append(bar)
        body = self.expression()
        self.bars.pop()
        if not (self._two_bars(self.at) if bar == _DOUBLE else self.text == bar):
            raise self.failure(quoted(bar))
        self.at += 1 + (bar == _DOUBLE)
        return Norm(self.span(start), "abs" if bar == BAR else "norm", body)

    def subscribed(self, node: Norm | Inner) -> Node:
        """Take the ``_2``, ``_F`` or ``_1`` of a norm; other norms are not read."""
        high = argument(self.tokens, self.partner, self.at + 1, self.end)
        which = spelled(unbraced(self.tokens[self.at + 1 : high]))
        absolutes = which == "1" and isinstance(node, Norm) and node.kind == "norm"
        if which not in ("2", "F") and not absolutes:
            raise self.failure("the Euclidean norm")
        self.at = high
        span = self.span(node.span.start)
        return (
            Norm(span, "norm1" if absolutes else "norm", node.body)
            if isinstance(node, Norm)
            else Inner(span, node.left, node.right)
        )

    def take_separator(self) -> bool:
        """Takes a comma, or a bar that separates: ``P(y \\mid x)``, ``D(q \\| p)``."""
        if self.text == NORM_BAR and not self._separates():
            return False
        if self.text not in (",", ";", BAR, NORM_BAR):
            return False
        self.at += 2 if self._separates() and self._two_bars(self.at) else 1
        return True

    def _separates(self) -> bool:
        """Whether the bar here is the only one in its bracket: ``P(y \\mid x)``."""
        if self.end not in self._separators:
            found: list[int] = []
            opener = self.partner[self.end] if self.end < len(self.tokens) else -1
            if 0 <= opener < self.end and self.tokens[opener].text in ("(", "[", "\\langle"):
                found = bars(self.tokens, self.partner, opener)
            self._separators[self.end] = found[0] if len(found) == 1 else -1
        return self._separators[self.end] == self.at

    # -- angles --------------------------------------------------------------------------

    def inner(self) -> Node:
        """``\\langle x, y \\rangle`` with the cursor on the angle."""
        start, at = self.start, self.at
        items = self.bracket(self.arguments)
        if len(items) != 2:
            self.at = at
            raise self.failure("an inner product of two factors")
        return Inner(self.span(start), *items)

    # -- places and primes ---------------------------------------------------------------

    def _evaluates(self) -> bool:
        """Whether the bar here carries a place: ``|_{z = 0}``."""
        following = self.tokens[self.at + 1].text if self.at + 1 < self.end else ""
        return self.text == BAR and following == "_" and BAR not in self.bars

    def evaluated(self, node: Node) -> Node:
        """The node at the places behind the bar, if one follows."""
        if not (self.text == BAR and self._evaluates()):
            return node
        if isinstance(node, Derivative) and node.of is None:
            raise self.failure("what is differentiated")
        clear = isinstance(node, Derivative | Applied | Group | Fraction_ | Primed)
        if not (clear or (isinstance(node, Name) and node.primes)):
            raise self.failure("brackets around what is evaluated")
        self.at += 2
        at = self.argument(self._places)
        if self.text in ("^", "_"):
            raise self.failure("a single place")
        return Evaluated(self.span(node.span.start), node, at)

    def _places(self) -> Node:
        start = self.start
        items = [self.comparison(True)]
        while self.text in (",", ";"):
            self.at += 1
            items.append(self.comparison(True))
        return items[0] if len(items) == 1 else Tuple(self.span(start), tuple(items))

    def primed(self, node: Node, primes: int = 0) -> Node:
        """The node with the primes behind its bracket, `primes` of which are taken already."""
        if not isinstance(node, Group | Applied):
            raise self.failure("an operator")
        while self.text == "'":
            self.at += 1
            primes += 1
        return Primed(self.span(node.span.start), node, primes)
