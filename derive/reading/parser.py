"""The expression parser: precedence, brackets, big operators, cases.

In: a range of cleaned tokens.  Out: a tree of `derive.reading.syntax`, or a `Failure` that says
what was expected where.  From loose to tight: condition, comparison, sum, product, factor;
writing side by side binds like a product sign, ``/`` divides by the next factor only, and a big
operator takes the product that follows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from .arrays import asks, excludes
from .brackets import argument
from .calculus import applied_operators, delta_quotients, joined, slashed
from .cursor import Failure
from .fences import Fences
from .names import TRANSPOSES, spelled
from .operators import unbraced
from .symbols import (
    ACCENTS,
    BIG,
    COMPARISONS,
    CONNECTIVES,
    DOTS,
    FONTS,
    FRACTIONS,
    FUNCTIONS,
    GREEK,
    SEPARATORS,
    VOCABULARY,
)
from .syntax import (
    Applied,
    Comparison,
    Dots,
    Group,
    Indexed,
    Inner,
    Name,
    Node,
    Norm,
    Number,
    Power,
    Span,
    Sum,
    Transposed,
    Tuple,
)
from .tokens import Token

_MAX_DIGITS: Final = 40
_MAX_POWERS: Final = 4


def is_word(token: Token, following: Token | None) -> bool:
    """Whether a word behind a factor is a name (and so a factor) rather than a remark."""
    text = token.text.strip()
    if text.lower() in CONNECTIVES:
        return False
    if following is not None and following.kind != "word" and following.text in "(_^'":
        return True
    if text.lower() in VOCABULARY:
        return True
    return text == token.text and text.isalnum()


class Parser(Fences):
    """Reads expressions from a list of tokens."""

    def __init__(self, tokens: Sequence[Token], partner: Sequence[int]) -> None:
        super().__init__(tokens, partner)
        self.notes: list[tuple[str, Span]] = []
        """Words that were passed over as remarks."""

    # -- conditions and sums -------------------------------------------------------------

    def expression(self) -> Node:
        """An expression, possibly a comparison or a value with a condition in words."""
        with self.deeper():
            value = self.comparison()
            return self.condition_in_words(value) if asks(self.token) else value

    def comparison(self, equality: bool = False) -> Node:
        left = self.sum()
        if self.text in COMPARISONS or (equality and self.text == "="):
            relation = COMPARISONS.get(self.text, "=")
            self.at += 1
            right = self.sum()
            return Comparison(self.span(left.span.start), left, relation, right)
        return left

    def sum(self) -> Node:
        start = self.start
        terms = [(self.take_signs(), self.product())]
        while self.text in ("+", "-"):
            terms.append((self.take_signs(), self.product()))
        if len(terms) == 1 and terms[0][0] == 1:
            return terms[0][1]
        return Sum(self.span(start), tuple(terms))

    def take_signs(self) -> int:
        sign = 1
        while self.text in ("+", "-"):
            sign = -sign if self.text == "-" else sign
            self.at += 1
        return sign

    # -- products ------------------------------------------------------------------------

    def product(self) -> Node:
        factors: list[tuple[str, Node]] = [("", self.factor())]
        while True:
            self._pass_over()
            separator = SEPARATORS.get(self.text, "")
            if separator:
                self.at += 1
            elif self.begins_factor():
                separator = "juxt"
            else:
                break
            factor = self.factor()
            derivative = slashed(factors[-1][1], factor) if separator == "slash" else None
            if derivative is not None:
                factors[-1] = (factors[-1][0], derivative)
            else:
                factors.append((separator, factor))
        return joined(applied_operators(delta_quotients(factors)))

    def _pass_over(self) -> None:
        """Skip words that are remarks and empty braces behind a factor."""
        while (token := self.token) is not None:
            if token.kind == "word" and not (asks(token) or excludes(token)):
                following = self.tokens[self.at + 1] if self.at + 1 < self.end else None
                if is_word(token, following):
                    return
                if following is not None and token.text.strip()[:1] not in "([,;:.":
                    raise self.failure("an operator")
                self.at += 1
                self.notes.append((f"remark {token.text.strip()!r}", Span(token.start, token.end)))
            elif token.text == "{" and self.partner[self.at] == self.at + 1:
                self.at += 2
            else:
                return

    def begins_factor(self) -> bool:
        """Whether what comes next can be a factor."""
        token = self.token
        if token is None:
            return False
        text = token.text
        if token.kind == "word":
            return not (asks(token) or excludes(token))
        if token.kind in ("letter", "number", "begin"):
            return True
        if text in ("|", "\\|"):
            return self.opens_bar()
        if token.kind == "command" and text[1:] in GREEK | FUNCTIONS | FONTS:
            return True
        return text in ("(", "[", "{", "\\{", "\\langle", "\\sqrt") or any(
            text in table for table in (BIG, ACCENTS, FRACTIONS, DOTS)
        )

    def factor(self) -> Node:
        """One factor with its powers."""
        with self.deeper():
            if self.text in ("+", "-"):
                start, sign = self.start, self.take_signs()
                inner = self.factor()
                return inner if sign == 1 else Sum(self.span(start), ((-1, inner),))
            return self.raised(self.primary())

    def raised(self, node: Node) -> Node:
        """The node with the powers and transposes that follow it."""
        for _ in range(_MAX_POWERS):
            self.skip_empty()
            node = self.evaluated(node)
            if self.text not in ("^", "_", "'"):
                return node
            inner = node.body if isinstance(node, Group) else None
            braced = isinstance(node, Group) and node.bracket == ""
            if isinstance(inner, Name) and (braced or self.text == "_"):
                node = self.scripted(replace(inner, span=node.span))
                continue
            if self.text == "_" and isinstance(node, Norm | Inner):
                node = self.subscribed(node)
                continue
            if self.text == "_":
                node = self._indexed(node)
                continue
            if self.text == "'":
                node = self.primed(node)
                continue
            self.at += 1
            start = node.span.start
            low = self.at
            high = argument(self.tokens, self.partner, low, self.end)
            if low < high and set(spelled(unbraced(self.tokens[low:high]))) == {"'"}:
                count = len(unbraced(self.tokens[low:high]))
                self.at = high
                node = self.primed(node, count)
            elif spelled(unbraced(self.tokens[low:high])) in TRANSPOSES:
                self.at = high
                node = Transposed(self.span(start), node)
            elif isinstance(node, Power):
                self.at -= 1
                raise self.failure("one exponent")
            else:
                exponent = self.argument(self.expression)
                node = Power(self.span(start), node, exponent)
        raise self.failure("one exponent")

    def _indexed(self, node: Node) -> Indexed:
        """The entry of a bracket or call: ``(Wx + b)_i``."""
        self.at += 1
        scripts, primes = self.script("sub", "")
        if primes:
            raise self.failure("an index")
        return Indexed(self.span(node.span.start), node, tuple(scripts))

    # -- factors -------------------------------------------------------------------------

    def primary(self) -> Node:
        """A factor without its powers."""
        token = self.token
        if token is None:
            raise self.failure("an expression")
        text = token.text
        if token.kind == "number":
            return self._number(token)
        if token.kind == "begin":
            return self.environment(token)
        if self.at_function():
            return self.function()
        if token.kind == "word":
            return self.headed(self.name())
        reader = self._readers().get(text)
        if reader is not None:
            return reader()
        if text in FRACTIONS:
            return self.fraction()
        if text in BIG:
            return self.big()
        if text in DOTS:
            self.at += 1
            return Dots(self.span(token.start))
        if self.at_name():
            return self._name_or_group()
        raise self.failure("an expression")

    def _readers(self) -> dict[str, Callable[[], Node]]:
        return {
            "(": self._group, "[": self._group, "{": self._group, "\\{": self._group,
            "\\sqrt": self._root, "\\|": self.norm, "|": self.norm, "\\langle": self.inner,
            "\\nabla": lambda: self.headed(self.nabla()), "\\partial": self._partial,
        }  # fmt: skip

    def _number(self, token: Token) -> Node:
        if len(token.text) > _MAX_DIGITS:
            message = f"a number of at most {_MAX_DIGITS} digits expected"
            raise Failure(message, Span(token.start, token.end))
        self.at += 1
        return Number(self.span(token.start), Fraction(token.text))

    def _name_or_group(self) -> Node:
        """A name; a font command around more than a name is an invisible bracket."""
        token, at = self.token, self.at
        if token is not None and token.text[1:] in FONTS:
            try:
                return self.headed(self.name())
            except Failure:
                self.at = at + 1
                body = self.argument(self.expression)
                return Group(self.span(token.start), "", body)
        return self.headed(self.name())

    def _partial(self) -> Node:
        following = self.tokens[self.at + 1].text if self.at + 1 < self.end else ""
        if following == "_":
            return self.differential_operator()
        if following in ("(", "["):
            return self.differential_of_bracket()
        start, self.at = self.at, self.at + 1
        called = self.at_function()
        self.at = start
        if called:
            try:
                return self.differential_of_bracket()
            except Failure:
                self.at = start
        return self.headed(self.name())

    def headed(self, name: Name) -> Node:
        """The name, applied to the bracket that follows it if there is one."""
        indicator = name.base == "1" and self.text == "\\{" and self.partner[self.at] > 0
        if self.text not in ("(", "[") and not indicator:
            return name
        bracket = self.text.removeprefix("\\")
        arguments = self.bracket(self.arguments)
        return Applied(self.span(name.span.start), name, bracket, arguments)

    def arguments(self) -> tuple[Node, ...]:
        if self.text in ("\\cdot", "\\bullet") and self.at + 1 == self.end:
            self.at += 1  # f(\cdot)
            return (Dots(self.span(self.tokens[self.at - 1].start)),)
        found = [self._argument_value()]
        while self.take_separator():
            found.append(self._argument_value())
        return tuple(found)

    def _argument_value(self) -> Node:
        """An argument; ``axis=1`` is a comparison."""
        value = self.expression()
        if self.text == "=":
            self.at += 1
            right = self.sum()
            return Comparison(self.span(value.span.start), value, "=", right)
        return value

    def _group(self) -> Node:
        start, bracket = self.start, self.text
        if bracket == "\\{" and self.partner[self.at] < 0:
            return self.drawn_cases()
        items = self.bracket(self.arguments)
        if len(items) > 1:
            return Tuple(self.span(start), items)
        shape = {"{": "", "\\{": "{"}.get(bracket, bracket)
        return Group(self.span(start), shape, items[0])

    def _root(self) -> Node:
        start = self.start
        self.at += 1
        degree = 2
        if self.text == "[":
            token = self.tokens[self.at + 1] if self.at + 1 < self.end else None
            if token is None or token.text not in ("2", "3", "4"):
                raise self.failure("a root of degree 2, 3 or 4")
            degree = int(token.text)
            self.at += 3
        base = self.argument(self.expression) if self.text == "{" else self.factor()
        exponent = Number(Span(start, start), Fraction(1, degree))
        return Power(self.span(start), base, exponent)
