"""Symmetric matrices: which the text calls so where a line stands, and what that makes of it.

In: the source, a line and what it says.  Out: the same of ``A + A^T`` in the place of A, which any
symmetric matrix is.  Where the text calls a matrix symmetric for some lines only, or with a word
that takes it back, the others are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import Line
from derive.meaning.literal.scope import Scope
from derive.meaning.setting import Setting
from derive.program import (
    Equation,
    Expr,
    Gradient,
    Partial,
    Plus,
    Symbol,
    Transpose,
    children,
    walk,
    with_children,
)

SYMMETRIC: Final = "it holds where {} is symmetric, and no formula says so"
IS_SYMMETRIC: Final = "{} is symmetric"

_SYMMETRY: Final = re.compile(r"\bs[iy]mm?[eé]tri|对称|對稱|対称|대칭|\bсимметр", re.IGNORECASE)
_FONT: Final = r"(?:\\(?:mathbf|boldsymbol|bm|pmb|mathrm|symbf)\s*\{?\s*)?"


def _letter(group: str) -> str:
    """A capital, with dollars and fonts around it."""
    return rf"\$?\s*\\?\(?\s*{_FONT}(?P<{group}>[A-Z]|\\[A-Z][a-z]+)\s*\}}?\s*\\?\)?\s*\$?"


_IN_SET: Final = r"(?:\s*\\in[^$]{0,40}\$)?"
_KIND: Final = r"(?:real |square |positive (?:semi-?)?definite |invertible |constant )*"
_BEHIND: Final = re.compile(
    _letter("one") + _IN_SET
    + rf"\s*(?:(?:is|be|being|are|to be|,|a|an|the|some|any)\s+)*{_KIND}symmetric\b"
)  # fmt: skip
"""``A is symmetric``, ``let A be a symmetric matrix``, ``with A symmetric``."""
_AHEAD: Final = re.compile(
    rf"\bsymmetric {_KIND}(?:matrix |matrices )?" + _letter("two") + r"(?![\w^_])"
)
"""``for symmetric A``."""
_TRANSPOSED: Final = re.compile(
    _letter("three") + r"\s*=\s*" + _FONT + r"(?P=three)\s*\}?\s*\^\s*\{?\s*\\?(?:T|top|intercal)\b"
)
"""``A = A^T``."""
_TAKEN_BACK: Final = re.compile(
    r"\b(?:not|n't|never|non-?|without|unless|need not|neither|no longer|anti|skew|whether|even if"
    r"|otherwise|general|arbitrary|instead|although|though|while|except|but|drop\w*)\b|skew-?sym|asym",
    re.IGNORECASE,
)
_STANDING: Final = re.compile(
    r"\b(?:let|assume|assuming|suppose|throughout|everywhere|always|here|below)\b", re.IGNORECASE
)
"""Words by which a sentence holds for all below it."""
_ANY: Final = re.compile(r"\b(?:any|every|all|each|arbitrary|general|generally)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n\s*\n")
_HEADING: Final = re.compile(
    r"^ {0,3}#{1,6} |^ {0,3}\\(?:sub)*section\b|^.+\n {0,3}(?:=+|-{3,})[ \t]*$|^ *\*\*",
    re.MULTILINE,
)
_MATHS: Final = re.compile(r"\$\$.*?\$\$|\\\[.*?\\\]|\\begin\{.*?\\end\{\w+\*?\}", re.DOTALL)
_BLANK: Final = re.compile(r"\n\s*\n")


def speaks_of_symmetry(source: str) -> bool:
    """Does a note call something symmetric?"""
    return _SYMMETRY.search(source) is not None


def told_symmetric(source: str, line: Line) -> frozenset[str]:
    """The letters of matrices that the text calls symmetric where a line stands.

    >>> from derive.reading import read
    >>> from derive.meaning.lines import lines_of
    >>> note = "If $A$ is symmetric:\\n\\n$$f = A$$\\n\\nIn general:\\n\\n$$f = A$$"
    >>> [sorted(told_symmetric(note, line)) for line in lines_of(read(note, "md"))]
    [['A'], []]
    """
    start, end = line.piece.span.start, line.piece.span.end
    ahead, behind = _before(source[:start]), _after(source[end:])
    found = _called(ahead) | _called(behind) | _called(source[start:end])
    if _TAKEN_BACK.search(ahead) or _TAKEN_BACK.search(behind):
        return frozenset()
    return frozenset(found | _standing(source[:start]))


def called_symmetric(source: str) -> frozenset[str] | None:
    """The only letters that a text calls symmetric; None where it does not say which ones.

    >>> called_symmetric("Let $Q$ be symmetric."), called_symmetric("the matrix is symmetric")
    (frozenset({'Q'}), None)
    """
    found = [*_BEHIND.finditer(source), *_AHEAD.finditer(source)]
    words = [m.start() for m in _SYMMETRY.finditer(source)]
    named = [at for at in words if any(m.start() <= at < m.end() for m in found)]
    return frozenset(_called(source)) if words and len(named) == len(words) else None


def _before(text: str) -> str:
    """The sentence that leads to a formula, or to those right above it."""
    text = text.rstrip()
    displays = [m.span() for m in _MATHS.finditer(text)]
    while displays and displays[-1][1] == len(text):
        text = text[: displays.pop()[0]].rstrip()
    last = displays[-1][1] if displays else 0
    own = text[last:]
    own = _BLANK.split(own)[-1]
    return re.split(r"(?<=[.!?])\s+", own.strip())[-1]


def _after(text: str) -> str:
    """What a sentence says behind its formula: ``for symmetric A``."""
    head = _BLANK.split(text.lstrip("\n"))[0] if text[:2] != "\n\n" else ""
    head = re.split(r"(?<=[.!?;])\s", head)[0]
    same = re.match(
        r"\s*[,(]?\s*(?:if|when|where|for|as|since|because|whenever|provided|with)\b", head
    )
    return head if same else ""


def _standing(text: str) -> set[str]:
    """What a sentence above says of all below it: ``Let A be symmetric.``, under one heading."""
    heads = [m.start() for m in _HEADING.finditer(text)]
    first = heads[0] if heads else 0
    parts = [text[:first], text[heads[-1] :]] if heads else [text]
    found: set[str] = set()
    for part in parts:
        for sentence in _SENTENCE.split(_MATHS.sub(" ", part)):
            called = _called(sentence)
            if called and _TAKEN_BACK.search(sentence):
                found -= called
            elif called and _STANDING.search(sentence) and not re.search(r"\bif\b", sentence):
                found |= called
            elif _ANY.search(sentence):
                found -= {letter for letter in found if re.search(rf"\b{letter}\b", sentence)}
            elif _TAKEN_BACK.search(sentence) and _SYMMETRY.search(sentence):
                found.clear()
    return found


def _called(text: str) -> set[str]:
    """The letters that a text calls symmetric."""
    found = {m["one"] for m in _BEHIND.finditer(text)} | {m["two"] for m in _AHEAD.finditer(text)}
    found |= {m["three"] for m in _TRANSPOSED.finditer(text)}
    return {letter.lstrip("\\") for letter in found}


# -- what a line says of symmetric matrices -------------------------------------------------------


def of_symmetric(scope: Scope, found: Interpretation, letters: frozenset[str]) -> Interpretation:
    """A line of which the text says that some of its matrices are symmetric."""
    bases = {scope.label(key): key[0] for key in list(scope.labels)}
    names = sorted(
        {n for one in found.statements for n in _square(one) if bases.get(n) in letters}
    )  # fmt: skip
    if not names or any(not isinstance(one.statement, Equation) for one in found.statements):
        return found
    for name in names:
        found = replace(found, statements=_said_of(found.statements, name))
    said = tuple(IS_SYMMETRIC.format(bases[name]) for name in names)
    return replace(found, conditions=(*found.conditions, *said))


def if_symmetric(
    scope: Scope, found: Interpretation, source: str
) -> tuple[tuple[str, Interpretation], ...]:
    """What a line says of symmetric matrices: for each square input that it speaks of.

    Where the text says which ones are symmetric, the others are not.
    """
    shown = {scope.label(key): scope.shown(key) for key in list(scope.labels)}
    bases = {scope.label(key): key[0] for key in list(scope.labels)}
    only = called_symmetric(source)
    out = []
    for name in sorted({n for one in found.statements for n in _square(one)}):
        if only is not None and bases.get(name) not in only:
            continue
        stated = _said_of(found.statements, name)
        said = replace(found, statements=stated, others=(), missing=())
        out.append((SYMMETRIC.format(shown.get(name, name)), said))
    return tuple(out)


def _said_of(statements: Sequence[Stated], name: str) -> tuple[Stated, ...]:
    """The statements with ``A + A^T`` in the place of A."""
    return tuple(
        replace(one, setting=_mirrored(one.setting, name), statement=_folded(one.statement, name))
        for one in statements if isinstance(one.statement, Equation)
    )  # fmt: skip


def _square(one: Stated) -> list[str]:
    """The square inputs of a statement by which it does not differentiate."""
    if not isinstance(one.statement, Equation):
        return []
    nodes = [n for side in (one.statement.left, one.statement.right) for n in walk(side)]
    by = {n.name for n in nodes if isinstance(n, Partial | Gradient)}
    return [
        n.name for n in nodes
        if isinstance(n, Symbol) and n.name in one.setting.leaves and n.name not in by
        and n.shape[0] == n.shape[1] != 1
    ]  # fmt: skip


def _mirrored(setting: Setting, name: str) -> Setting:
    """The setting with ``A + A^T`` in the place of A: any symmetric matrix is of that form."""
    formulas = {n: _both_ways(value, name) for n, value in setting.definitions.items()}
    return replace(setting, definitions=formulas)


def _folded(statement: object, name: str) -> Equation:
    assert isinstance(statement, Equation)
    left, right = (_both_ways(side, name) for side in (statement.left, statement.right))
    return replace(statement, left=left, right=right)


def _both_ways(expr: Expr, name: str) -> Expr:
    """An expression with ``A + A^T`` in the place of A."""
    if isinstance(expr, Symbol):
        return Plus(expr, Transpose(expr)) if expr.name == name else expr
    return with_children(expr, tuple(_both_ways(c, name) for c in children(expr)))
