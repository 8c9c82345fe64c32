"""The grammar of formulas: text to a tree, or one error that says what was expected where.

In: a formula such as ``x * tanh(softplus(x))``.  Out: a `codegen.formulas.tree.Node`.

    formula = term (("+" | "-") term)*          term = sign (("*" | "/") sign)*
    sign = ("+" | "-") sign | power             power = atom ("^" sign)?
    atom = number | name | name "(" argument ("," argument)* ")" | "(" formula ")"
    argument = formula (("<" | "<=" | ">" | ">=") formula)?     only as the first of where

Bounded in length, depth, digits and exponents; nothing is run, and no other parser is asked.

>>> from codegen.formulas.tree import show
>>> show(parse("where(x > 0, x, slope*x)", ("x", "slope")))
'where(x, x, slope * x)'
>>> parse("x * tan(x)", ("x",))
Traceback (most recent call last):
    ...
codegen.formulas.grammar.FormulaError: column 5: no function tan; did you mean tanh?
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from fractions import Fraction
from typing import Final, NoReturn

from codegen.formulas import tree
from codegen.formulas.tree import FUNCTIONS, Node, TooLarge, call, number

MAX_LENGTH: Final = 1000
MAX_DEPTH: Final = 40
MAX_DIGITS: Final = 40
MAX_EXPONENT: Final = 16
MAX_ROOT: Final = 8
MAX_WRITTEN: Final = 300
"""Operations of a formula as it is written."""
CONSTANTS: Final = ("pi",)

_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign><=|>=|[-+*/^(),<>])",
    re.ASCII,
)
_COMPARISONS: Final = ("<", "<=", ">", ">=")


class FormulaError(ValueError):
    """A formula that cannot be read: column, what is there, what would be right."""


def parse(text: str, known: Collection[str]) -> Node:
    """The tree of a formula in the names `known` and ``pi``; raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"{len(text)} characters, a formula has at most {MAX_LENGTH}")
    try:
        tree = _Parser(text, known).whole()
    except TooLarge as error:
        raise FormulaError(f"too large: {error}") from None
    if tree.size > MAX_WRITTEN:
        raise FormulaError(f"more than {MAX_WRITTEN} operations")
    return tree


class _Parser:
    """Recursive descent over tokens (kind, text, column from 1)."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        self.text = text
        self.known = tuple(known)
        self.tokens = self._scan()
        self.at = 0
        self.depth = 0

    def _scan(self) -> list[tuple[str, str, int]]:
        tokens, place = [], 0
        while place < len(self.text):
            found = _TOKEN.match(self.text, place)
            if found is None:
                sign = self.text[place]
                hint = "; a power is written ^" if self.text[place : place + 2] == "**" else ""
                shown = sign if sign.isprintable() else repr(sign)
                raise FormulaError(f"column {place + 1}: {shown} has no meaning here{hint}")
            if found.lastgroup != "space":
                tokens.append((str(found.lastgroup), found.group(), place + 1))
            place = found.end()
        return [*tokens, ("end", "", len(self.text) + 1)]

    def whole(self) -> Node:
        """The whole text."""
        if len(self.tokens) == 1:
            raise FormulaError("the formula is empty")
        value = self.formula()
        if self.kind != "end":
            self.fail("an operator or the end")
        return value

    # -- tokens --------------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def sign(self) -> str:
        kind, text, _ = self.tokens[self.at]
        return text if kind == "sign" else ""

    def fail(self, needed: str) -> NoReturn:
        kind, text, column = self.tokens[self.at]
        got = "the formula ends" if kind == "end" else f"got {text[:20]}"
        before = self.tokens[self.at - 1][1] if self.at else ""
        hint = "; a power is written ^" if text == before == "*" else ""
        hint = hint or ("; write * between factors" if kind in ("number", "name") else "")
        raise FormulaError(f"column {column}: {got}, needs {needed}{hint}")

    def take(self, sign: str) -> None:
        if self.sign != sign:
            self.fail(sign)
        self.at += 1

    # -- rules of the grammar ------------------------------------------------------------------

    def formula(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(
                f"column {self.tokens[self.at][2]}: nested deeper than {MAX_DEPTH} levels"
            )
        value = self.term()
        while self.sign in ("+", "-"):
            minus = self.sign == "-"
            self.at += 1
            right = self.term()
            value = tree.minus(value, right) if minus else tree.add(value, right)
        self.depth -= 1
        return value

    def term(self) -> Node:
        value = self.signed()
        while self.sign in ("*", "/"):
            divides = self.sign == "/"
            self.at += 1
            column = self.tokens[self.at][2]
            right = self.signed()
            if divides and right == tree.ZERO:
                raise FormulaError(f"column {column}: a division by 0")
            value = tree.over(value, right) if divides else tree.mul(value, right)
        return value

    def signed(self) -> Node:
        minus = False
        while self.sign in ("+", "-"):
            minus ^= self.sign == "-"
            self.at += 1
        value = self.power()
        return tree.negative(value) if minus else value

    def power(self) -> Node:
        base = self.atom()
        if self.sign != "^":
            return base
        self.at += 1
        column = self.tokens[self.at][2]
        self.depth += 1  # of a tower of powers
        if self.depth > MAX_DEPTH:
            raise FormulaError(f"column {column}: nested deeper than {MAX_DEPTH} levels")
        exponent = self.signed()
        self.depth -= 1
        if exponent.op != "number":
            raise FormulaError(
                f"column {column}: an exponent must be a number; for others write exp(b * log(a))"
            )
        value = exponent.value
        if abs(value) > MAX_EXPONENT or value.denominator > MAX_ROOT:
            raise FormulaError(
                f"column {column}: the exponent {value}: needs at most {MAX_EXPONENT} in size and "
                f"a denominator of at most {MAX_ROOT}; for others write exp(b * log(a))"
            )
        if base == tree.ZERO and value <= 0:
            raise FormulaError(f"column {column}: a power of 0 that is not positive")
        return tree.power(base, value)

    def atom(self) -> Node:
        kind, text, column = self.tokens[self.at]
        if kind == "number":
            self.at += 1
            return number(_number(text, column))
        if kind == "name":
            self.at += 1
            return self.call(text, column) if self.sign == "(" else self.named(text, column)
        if self.sign != "(":
            self.fail("a number, a name or (")
        self.at += 1
        value = self.formula()
        self.take(")")
        return value

    def named(self, text: str, column: int) -> Node:
        if text in self.known or text in CONSTANTS:
            return tree.name(text)
        if text in FUNCTIONS:
            raise FormulaError(f"column {column}: {text} needs its argument in brackets")
        near = _nearest(text, (*self.known, *CONSTANTS))
        raise FormulaError(
            f"column {column}: no variable or parameter {text[:40]}; "
            f"{near or 'known: ' + ', '.join((*self.known, *CONSTANTS))}"
        )

    def call(self, text: str, column: int) -> Node:
        if text not in FUNCTIONS:
            if text in self.known or text in CONSTANTS:
                raise FormulaError(f"column {column}: {text} is no function; write {text} * (...)")
            near = _nearest(text, FUNCTIONS) or "known: " + ", ".join(FUNCTIONS)
            raise FormulaError(f"column {column}: no function {text[:40]}; {near}")
        self.take("(")
        condition, swapped = self.condition() if text == "where" else (self.formula(), False)
        arguments = [condition]
        while self.sign == ",":
            self.at += 1
            arguments.append(self.formula())
        if self.sign != ")":
            self.fail(", or )")
        self.at += 1
        if len(arguments) != FUNCTIONS[text]:
            raise FormulaError(
                f"column {column}: {text} has {FUNCTIONS[text]} "
                f"argument{'s' if FUNCTIONS[text] > 1 else ''}, got {len(arguments)}"
            )
        if swapped:
            arguments[1:] = arguments[:0:-1]
        if text == "sqrt":
            return tree.power(arguments[0], Fraction(1, 2))
        return tree.where(*arguments) if text == "where" else call(text, *arguments)

    def condition(self) -> tuple[Node, bool]:
        """What is positive where the first branch holds; true: where the second one does."""
        left = self.formula()
        sign = self.sign
        if sign not in _COMPARISONS:
            self.fail("<, <=, > or >=")
        self.at += 1
        right = self.formula()
        # c <= d is that not c > d: the branches change places
        swapped = "=" in sign
        above = sign in (">", "<=")
        return (tree.minus(left, right) if above else tree.minus(right, left)), swapped


def _number(text: str, column: int) -> Fraction:
    if len(text) > MAX_DIGITS:
        raise FormulaError(f"column {column}: a number of more than {MAX_DIGITS} characters")
    mantissa, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > 300:
        raise FormulaError(f"column {column}: the number {text} is beyond 1e300")
    value = Fraction(mantissa) * Fraction(10) ** int(exponent or "0")
    if value and not Fraction(1, 10**300) < value < 10**300:
        raise FormulaError(f"column {column}: the number {text} is beyond 1e300")
    return value


def _nearest(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""
