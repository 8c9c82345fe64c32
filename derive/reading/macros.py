"""Macros of a note: ``\\newcommand``, ``\\def``, ``\\let`` and ``\\DeclareMathOperator``.

In: the source, for the definitions, and the tokens of a piece.  Out: the tokens with every call
replaced by what it stands for.  The tokens of a body carry the span of the call, arguments keep
their own, so that a message always points into the source.  Expansion is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .syntax import Span
from .tokens import Token, spaced, tokenize

MAX_EXPANDED: Final = 20_000
"""Tokens of one piece after expansion."""
MAX_SPENT: Final = 200_000
"""Tokens that macros make in one note."""
_MAX_DEPTH: Final = 16
_MAX_BODY: Final = 2_000
_MAX_MACROS: Final = 500

_DEFINITION: Final = re.compile(
    r"\\(?:(?:re|provide)?newcommand|renewcommand|providecommand)\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?"
    r"\s*(?:\[(\d)\]\s*(?:\[([^\[\]{}\n]{0,80})\])?)?\s*(?=\{)"
    r"|\\def\s*(\\[A-Za-z]+)\s*((?:\#\d)*)\s*(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{?\s*(\\[A-Za-z]+)\s*\}?\s*(?=\{)"
    r"|\\let\s*(\\[A-Za-z]+)\s*=?\s*(\\[A-Za-z]+)"
)
_MARKS: Final = ("\\newcommand", "\\renewcommand", "\\provide", "\\def", "\\Decl", "\\let")
_DEFINING: Final = frozenset(
    ["\\newcommand", "\\renewcommand", "\\providecommand", "\\def", "\\DeclareMathOperator"]
)
_COMMENT: Final = re.compile(r"(?<!\\)%[^\n]*")


@dataclass(frozen=True, slots=True)
class Macro:
    """How many arguments a macro takes, and its body.

    default: what the first argument is if none stands in square brackets; None if it is one like
    the others.  torn: the note gives the macro two meanings.
    """

    arity: int
    body: tuple[Token, ...]
    default: tuple[Token, ...] | None = None
    torn: bool = False


_PRESETS: Final = {
    "\\dd": (0, r"\mathrm{d}"),
    "\\dv": (2, r"\frac{d #1}{d #2}"),
    "\\pdv": (2, r"\frac{\partial #1}{\partial #2}"),
    "\\norm": (1, r"\left\|#1\right\|"),
    "\\abs": (1, r"\left|#1\right|"),
    "\\grad": (0, r"\nabla"),
    "\\vb": (1, r"\mathbf{#1}"),
    "\\tr": (0, r"\operatorname{tr}"),
    "\\Tr": (0, r"\operatorname{tr}"),
}
"""Commands of well-known packages, where the note does not define them: (arity, body)."""


class Macros:
    """The macros of a note by name (``\\R``)."""

    def __init__(self) -> None:
        self.table = {
            name: Macro(arity, tuple(tokenize(body))) for name, (arity, body) in _PRESETS.items()
        }
        self.own: set[str] = set()
        self.spent = 0
        """Tokens that the expansions in this note have made so far."""

    @classmethod
    def collect(cls, source: str) -> Macros:
        """All definitions in a source; one that cannot be understood is not one."""
        macros = cls()
        if not any(mark in source for mark in _MARKS):
            return macros
        text = _COMMENT.sub(lambda m: " " * len(m.group()), source)
        for match in _DEFINITION.finditer(text):
            name = match[1] or match[4] or match[6] or match[7]
            body = match[8] or _braced(text, match.end())
            if body is None or len(macros.own) >= _MAX_MACROS:
                continue
            macro = Macro(0, (Token("word", spaced(body), 0, 0),))
            if not match[6]:
                arity = int(match[2] or 0) if match[1] else (match[5] or "").count("#")
                default = None if match[3] is None else tuple(tokenize(match[3]))
                macro = Macro(arity, tuple(tokenize(body)), default)
            torn = name in macros.own and macros.table[name] != macro
            macros.table[name] = replace(macro, torn=torn)
            macros.own.add(name)
        return macros

    def expand(self, tokens: Sequence[Token]) -> tuple[list[Token], tuple[str, Span] | None]:
        """The tokens without calls, and a complaint if the expansion is too large."""
        if not self.table or not any(t.text in self.table for t in tokens):
            return list(tokens), None
        out: list[Token] = []
        pending = [(token, 0) for token in reversed(_without_definitions(tokens))]
        while pending:
            token, depth = pending.pop()
            macro = self.table.get(token.text) if token.kind == "command" else None
            if macro is None:
                out.append(token)
            else:
                span = Span(token.start, token.end)
                if macro.torn:
                    return list(tokens), (f"macro {token.text} is defined in two ways", span)
                if depth >= _MAX_DEPTH:
                    return list(tokens), (f"macro {token.text} expands without end", span)
                arguments: list[list[Token]] = []
                for k in range(macro.arity):
                    optional = macro.default if k == 0 else None
                    found, end = _argument(pending, optional)
                    if not end:
                        found = [t._replace(start=span.start, end=span.end) for t in found]
                    arguments.append(found)
                    span = Span(span.start, max(span.end, end))
                body = _substitute(macro, arguments, span)
                pending += [(t, depth + 1) for t in reversed(body)]
                self.spent += len(body)
            if len(out) + len(pending) > MAX_EXPANDED or self.spent > MAX_SPENT:
                where = Span(token.start, token.end)
                message = f"macros expand to more than {MAX_EXPANDED} tokens"
                return list(tokens), (message, where)
        return out, None


def _braced(text: str, at: int) -> str | None:
    """What stands in the braces that open at `at`, None if they do not close soon."""
    depth = 0
    for position in range(at, min(len(text), at + _MAX_BODY)):
        character = text[position]
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return text[at + 1 : position]
    return None


def _argument(
    pending: list[tuple[Token, int]], default: Sequence[Token] | None = None
) -> tuple[list[Token], int]:
    """Take one argument of a call, a brace group or one token: (its tokens, where it ends).

    With a `default`, the argument stands in square brackets or not at all.
    """
    if default is not None:
        if not (pending and pending[-1][0].text == "["):
            return list(default), 0
        out: list[Token] = []
        pending.pop()
        while pending:
            token, _ = pending.pop()
            if token.text == "]":
                return out, token.end
            out.append(token)
        return out, 0
    if not pending:
        return [], 0
    token, _ = pending.pop()
    if token.text != "{" or token.kind == "word":
        return [token], token.end
    depth, out = 1, [token]
    while pending:
        token, _ = pending.pop()
        if token.kind != "word":
            depth += (token.text == "{") - (token.text == "}")
        if depth == 0:
            return out[1:], token.end
        out.append(token)
    return out, token.end


def _substitute(macro: Macro, arguments: list[list[Token]], span: Span) -> list[Token]:
    out: list[Token] = []
    number = False
    for token in macro.body:
        if token.text == "#" and token.kind == "symbol":
            number = True
            continue
        if number and token.kind == "number" and 0 < int(token.text[0]) <= len(arguments):
            out += arguments[int(token.text[0]) - 1]
            if len(token.text) > 1:
                out.append(Token("number", token.text[1:], span.start, span.end))
        else:
            out.append(Token(token.kind, token.text, span.start, span.end))
        number = False
    return out


def _without_definitions(tokens: Sequence[Token]) -> list[Token]:
    """Definitions inside a piece of maths are no maths."""
    out: list[Token] = []
    i = 0
    while i < len(tokens):
        if tokens[i].text == "\\let":
            i += 3
            continue
        if tokens[i].text not in _DEFINING:
            out.append(tokens[i])
            i += 1
            continue
        i += 1
        depth, seen = 0, 0
        while i < len(tokens):
            text = tokens[i].text
            depth += (text == "{") - (text == "}")
            i += 1
            if depth == 0 and text == "}":
                seen += 1
                if i >= len(tokens) or tokens[i].text not in ("{", "["):
                    break
    return out
