"""Fractions and derivatives: ``\\frac{\\partial u}{\\partial v}``, ``\\frac{d}{dz}``, ``dL/dw``.

A fraction is a derivative when numerator and denominator begin with the same sign (``\\partial``,
``d``, ``\\delta``) and the denominator goes on with one name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .cursor import Failure
from .names import Names
from .syntax import Applied, Derivative, Evaluated, Fraction_, Group, Name, Node, Product, Span

_KINDS: Final = {"\\partial": "partial", "\\delta": "delta", "d": "d"}

_MAX_OPERATORS: Final = 8


class Calculus(Names):
    """The part of the parser that reads fractions and derivatives."""

    def fraction(self) -> Node:
        """``\\frac{..}{..}`` with the cursor on the command."""
        start = self.start
        self.at += 1
        sign = self._differential_sign(self.at)
        denominator_at = self._behind_argument(self.at)
        below = self._differential_sign(denominator_at)
        if sign and sign == below and self._is_subject(denominator_at):
            of, order = self.argument(self._differentiated)
            if order == 2 and sign == "\\partial" and self._two_below():
                by, other = self.argument(self._subjects)
                if of is None:
                    raise self.failure("what is differentiated twice")
                inner = Derivative(self.span(start), of, by, "partial")
                return Derivative(self.span(start), inner, other, "partial")
            by = self.argument(lambda: self._subject(order))
            return Derivative(self.span(start), of, by, _KINDS[sign], order)
        numerator = self.argument(self.expression)
        denominator = self.argument(self.expression)
        return Fraction_(self.span(start), numerator, denominator)

    def _behind_argument(self, at: int) -> int:
        if at < self.end and self.tokens[at].text == "{" and self.partner[at] > 0:
            return self.partner[at] + 1
        return at + 1

    def _differential_sign(self, at: int) -> str:
        """The sign of differentiation with which the argument at `at` begins, or ""."""
        at = self._inside(at)
        if at < self.end and self.tokens[at].text in _KINDS:
            return self.tokens[at].text
        return ""

    def _inside(self, at: int) -> int:
        """The index behind the braces that open at `at`, one around the other."""
        while at < self.end and self.tokens[at].text == "{":
            at += 1
        return at

    def _is_subject(self, at: int) -> bool:
        """Whether a name follows the sign in the denominator (``d x``, not ``d_k``)."""
        at = self._inside(at)
        return self.at_name(at + 1) or (
            at + 1 < self.end and self.tokens[at + 1].text in ("{", "^", "(")
        )

    def _sign(self) -> int:
        """Take the sign of differentiation and its power: the order."""
        self.at += 1
        if self.text != "^":
            return 1
        self.at += 1
        token = self.token
        group = token is not None and token.text == "{"
        digit = self.tokens[self.at + group] if self.at + group < self.end else None
        if digit is None or digit.text not in ("2", "3"):
            raise self.failure("the order of the derivative")
        self.at += 3 if group else 1
        return int(digit.text)

    def _differentiated(self) -> tuple[Node | None, int]:
        if self.text == "{" and self.partner[self.at] == self.end - 1:
            return self.bracket(self._differentiated)
        order = self._sign()
        return (self.expression() if self.at < self.end else None), order

    def _two_below(self) -> bool:
        """``{\\partial x_j \\partial x_k}``: two signs in the denominator at the cursor."""
        if self.text != "{" or self.partner[self.at] < 0:
            return False
        inside = self.tokens[self.at : self.partner[self.at]]
        return sum(token.text == "\\partial" for token in inside) == 2

    def _subjects(self) -> tuple[Name, Name]:
        """The two names of such a denominator."""
        found: list[Name] = []
        for _ in range(2):
            if self.text != "\\partial":
                raise self.failure("'\\partial'")
            self.at += 1
            found.append(self.name())
        if self.at < self.end:
            raise self.failure("a derivative by two names")
        return found[0], found[1]

    def _subject(self, order: int) -> Name:
        """The denominator: one name, raised to the order if that is not 1."""
        if self.text == "{" and self.partner[self.at] == self.end - 1:
            return self.bracket(lambda: self._subject(order))
        self.at += 1
        name = self.name()
        if self.text == "(" and self.partner[self.at] == self.end - 1 and self._is_index(self.at):
            name = replace(name, scripts=(*name.scripts, self._index()))  # w(n): at a time
        if self.at < self.end:
            raise self.failure("a derivative by a single name")
        if order == 1:
            return name
        last = name.scripts[-1] if name.scripts else None
        if last is None or last.place != "sup" or last.text != str(order):
            raise Failure(f"the order {order} expected below as above", name.span)
        return replace(name, scripts=name.scripts[:-1])

    def differential_of_bracket(self) -> Node:
        """``\\partial (w a + b) / \\partial a``: the cursor is on the first ``\\partial``.

        So it is before a function: ``\\partial \\log p / \\partial z``.
        """
        start = self.start
        self.at += 1
        of = self.factor()
        if self.text != "/":
            raise self.failure("'/' and what it is differentiated by")
        self.at += 1
        if self.text != "\\partial":
            raise self.failure("'\\partial'")
        by = self.name()
        return Derivative(self.span(start), of, replace(by, mark=""), "partial")

    def factor(self) -> Node:
        """Overridden by the parser."""
        raise NotImplementedError

    def nabla(self) -> Name:
        """``\\nabla_{W}`` names its subject, ``\\nabla`` alone is a name."""
        start = self.start
        self.at += 1
        if self.text != "_":
            return Name(self.span(start), "nabla")
        self.at += 1
        subject = self.argument(self.name)
        return replace(subject, mark="nabla", span=self.span(start))

    def differential_operator(self) -> Node:
        """``\\partial_z``: an operator without a body yet."""
        start = self.start
        self.at += 2
        by = self.argument(self.name)
        return Derivative(self.span(start), None, by, "partial")


def slashed(above: Node, below: Node) -> Derivative | None:
    """``dL / dw`` and ``\\partial L / \\partial w`` as a derivative, None if it is a quotient."""
    head = above.head if isinstance(above, Applied) else above
    if not isinstance(head, Name) or not isinstance(below, Name):
        return None
    if head.mark != below.mark or head.mark not in ("d", "partial"):
        return None
    bare = replace(head, mark="")
    of = replace(above, head=bare) if isinstance(above, Applied) else bare
    span = Span(above.span.start, below.span.end)
    return Derivative(span, of, replace(below, mark=""), head.mark)


def delta_quotients(factors: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
    """Read ``\\delta L / \\delta w`` among the factors as a derivative."""
    k = 0
    while k + 3 < len(factors):
        (first, sign), (a, of), (b, other), (c, by) = factors[k : k + 4]
        if (
            (a, b, c) == ("juxt", "slash", "juxt")
            and _is_bare_delta(sign)
            and _is_bare_delta(other)
            and isinstance(by, Name)
        ):
            span = Span(sign.span.start, by.span.end)
            factors[k : k + 4] = [(first, Derivative(span, of, by, "delta"))]
        k += 1
    return factors


def _is_bare_delta(node: Node) -> bool:
    return isinstance(node, Name) and node.base == "delta" and not (node.scripts or node.primes)


def applied_operators(factors: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
    """Give every operator ``\\frac{\\partial}{\\partial x}`` what follows it as its body.

    A bracket or call right behind it, with what is written side by side with that, is its
    body; anything else that follows makes the whole rest of the product the body.
    """
    operators = [f for _, f in factors if isinstance(f, Derivative) and f.of is None]
    if len(operators) > _MAX_OPERATORS:
        raise Failure(f"at most {_MAX_OPERATORS} operators expected", operators[0].span)
    for k in reversed(range(len(factors) - 1)):
        separator, node = factors[k]
        if not isinstance(node, Derivative) or node.of is not None:
            continue
        if factors[k + 1][0] != "juxt":
            continue
        stop = len(factors)
        first = factors[k + 1][1]
        if isinstance(first.base if isinstance(first, Evaluated) else first, Group | Applied):
            stop = k + 2
            while stop < len(factors) and factors[stop][0] == "juxt":
                stop += 1
        *front, (last, end) = [("", factors[k + 1][1]), *factors[k + 2 : stop]]
        inner = end.base if isinstance(end, Evaluated) else end
        body = joined([*front, (last, inner)])
        span = Span(node.span.start, end.span.end)
        value: Node = replace(node, of=body, span=span)
        if isinstance(end, Evaluated):
            value = replace(end, base=value, span=span)  # the derivative, at that place
        factors[k:stop] = [(separator, value)]
    return factors


def joined(factors: list[tuple[str, Node]]) -> Node:
    """A product, or its only factor."""
    if len(factors) == 1:
        return factors[0][1]
    span = Span(factors[0][1].span.start, factors[-1][1].span.end)
    return Product(span, tuple(factors))
