"""Which bracket closes which, and which signs stand free.

In: the tokens of a piece.  Out: for every token the index of its partner (-1 if it has none)
and for every relation sign whether it can make a claim.  Braces and environments are hard:
nothing matches across them.  A bracket that is never closed pairs with nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .symbols import (
    ACCENTS,
    CLOSERS,
    CONDITIONS,
    FONTS,
    FRACTIONS,
    NEWROW,
    OPENERS,
    PICTURES,
    RELATIONS,
)
from .tokens import Token

MAX_DEPTH: Final = 40
"""Brackets nested deeper than this are not read; the parser recurses no deeper either."""

_KEYWORDS: Final = frozenset(["axis", "dim", "keepdims", "keepdim"])


class TooDeep(Exception):
    """Brackets are nested deeper than `MAX_DEPTH`; `at` is the index of the token."""

    def __init__(self, at: int) -> None:
        super().__init__(f"nested deeper than {MAX_DEPTH} levels")
        self.at = at


def match(tokens: Sequence[Token]) -> list[int]:
    """The index of each bracket's partner, -1 for everything else."""
    partner = [-1] * len(tokens)
    stack: list[int] = []
    soft: list[dict[str, int]] = [{}]  # open soft brackets by kind, one table a hard level
    for i, token in enumerate(tokens):
        if token.kind == "word":
            continue
        opening = token.kind == "begin" or (token.text in OPENERS and token.kind != "end")
        if opening:
            stack.append(i)
            if len(stack) > MAX_DEPTH:
                raise TooDeep(i)
            if _hard(token):
                soft.append({})
            else:
                soft[-1][token.text] = soft[-1].get(token.text, 0) + 1
        elif token.kind == "end" or token.text == "}":
            _close_hard(tokens, i, stack, soft, partner)
        elif token.text in CLOSERS:
            opener = CLOSERS[token.text]
            if soft[-1].get(opener, 0):
                while True:
                    j = stack.pop()
                    soft[-1][tokens[j].text] -= 1
                    if tokens[j].text == opener:
                        break
                partner[i], partner[j] = j, i
    return partner


def _hard(token: Token) -> bool:
    return token.kind == "begin" or token.text == "{"


def _close_hard(
    tokens: Sequence[Token],
    i: int,
    stack: list[int],
    soft: list[dict[str, int]],
    partner: list[int],
) -> None:
    """Pair a brace or an ``\\end`` with the innermost hard opener if that is its own kind."""
    if len(soft) == 1:
        return
    depth = len(stack) - 1
    while not _hard(tokens[stack[depth]]):
        depth -= 1
    opener, closer = tokens[stack[depth]], tokens[i]
    same = opener.kind == "begin" and opener.text == closer.text
    if same if closer.kind == "end" else opener.kind != "begin":
        partner[i], partner[stack[depth]] = stack[depth], i
        del stack[depth:]
        soft.pop()


def argument(tokens: Sequence[Token], partner: Sequence[int], at: int, end: int) -> int:
    """The index behind the argument that begins at `at`: a bracket or one token."""
    if at >= end:
        return end
    token = tokens[at]
    if token.text in ("{", "(", "[") and token.kind != "word" and at < partner[at] < end:
        return partner[at] + 1  # W^(2) means W^{(2)} in notes, whatever TeX makes of it
    if token.text == "-" and at + 1 < end and tokens[at - 1].text == "^":
        return argument(tokens, partner, at + 1, end)
    if token.kind == "command":
        return at + 1 if _arity(token) == 0 else arguments(tokens, partner, at, end)
    return at + 1


def arguments(tokens: Sequence[Token], partner: Sequence[int], at: int, end: int) -> int:
    """The index behind the command at `at` and all its arguments."""
    position = at + 1
    for _ in range(_arity(tokens[at])):
        if position < end and tokens[position].text in ("{",) and partner[position] >= 0:
            position = partner[position] + 1
        else:
            position = min(position + 1, end)
    return position


def _arity(token: Token) -> int:
    if token.kind != "command":
        return 0
    if token.text in FRACTIONS:
        return 2
    return int(token.text in ACCENTS or token.text[1:] in FONTS or token.text == "\\sqrt")


def signs(tokens: Sequence[Token], partner: Sequence[int]) -> tuple[list[bool], list[bool]]:
    """Which tokens are relation signs: (free ones, all that count).

    Signs in scripts, limits, arrays, conditions and probabilities do not count.  A sign inside
    the argument of a command (``\\frac{a = b}{c}``) counts, but is not free: its equation is
    unreadable.
    """
    free, counted = [False] * len(tokens), [False] * len(tokens)
    sealed = hidden = 0  # indices up to which tokens are sealed or hidden
    condition = False
    for i, token in enumerate(tokens):
        if token.kind == "word":
            words = token.text.split()
            condition = bool(words) and words[-1].lower() in CONDITIONS
        elif token.text in NEWROW:
            condition = False
        elif partner[i] > i and (is_indicator(tokens, i) or is_conditional(tokens, partner, i)):
            hidden = max(hidden, partner[i])
        elif token.text in ("_", "^"):
            hidden = max(hidden, argument(tokens, partner, i + 1, len(tokens)))
        elif token.kind == "begin" and token.text in PICTURES and partner[i] >= 0:
            hidden = max(hidden, partner[i])
        elif _arity(token):
            sealed = max(sealed, arguments(tokens, partner, i, len(tokens)))
        elif token.text in RELATIONS and i >= hidden:
            if condition or _keyword(tokens, i):
                continue
            counted[i] = True
            free[i] = i >= sealed
    return free, counted


def is_indicator(tokens: Sequence[Token], i: int) -> bool:
    """Whether the bracket at `i` holds the condition of an indicator: ``\\mathbb{1}[y = k]``."""
    if i == 0 or tokens[i].text not in ("[", "(", "\\{"):
        return False
    if tokens[i - 1].text == "1":
        return tokens[i].text == "\\{" or _equates_letters(tokens, i)
    return i > 3 and tokens[i - 2].text in ("1", "I") and tokens[i - 4].text[1:] in FONTS


def _equates_letters(tokens: Sequence[Token], i: int) -> bool:
    """``1[y_i = k]``: a letter, its script at most, an equals sign and the like, right behind 1."""
    script = i > 1 and tokens[i - 2].text in ("_", "^", "{")
    if script or tokens[i].start != tokens[i - 1].end:
        return False
    inside = []
    for token in tokens[i + 1 : i + 14]:
        if token.text in ("]", ")"):
            break
        inside.append(token)
    else:
        return False
    letters = all(t.kind in ("letter", "number") or t.text in "=_^{}(" for t in inside)
    return letters and sum(t.text == "=" for t in inside) == 1 and len(inside) > 2


def is_conditional(tokens: Sequence[Token], partner: Sequence[int], i: int) -> bool:
    """Whether one bar stands in the round or square bracket at `i`: ``P(y = 1 \\mid x)``."""
    if i == 0 or tokens[i].text not in ("(", "[") or tokens[i].kind == "word":
        return False
    head = tokens[i - 1]
    return (head.kind != "symbol" or head.text == "}") and len(bars(tokens, partner, i)) == 1


def bars(tokens: Sequence[Token], partner: Sequence[int], i: int) -> list[int]:
    """The indices of the bars directly inside the bracket at `i`, two at most; ``||`` is one."""
    found: list[int] = []
    at, end = i + 1, partner[i]
    while at < end and len(found) < 2:
        if tokens[at].text in ("|", "\\|") and tokens[at].kind != "word":
            found.append(at)
            doubled = tokens[at].text == tokens[at + 1].text == "|"
            at += doubled and tokens[at + 1].start == tokens[at].end
        at = partner[at] + 1 if partner[at] > at else at + 1
    return found


def _keyword(tokens: Sequence[Token], at: int) -> bool:
    """Whether the sign belongs to a keyword argument: ``sum(dZ, axis=1)``."""
    run = ""
    while at > 0 and tokens[at - 1].kind == "letter" and len(run) < 9:
        at -= 1
        run = tokens[at].text + run
    return run in _KEYWORDS or (
        at > 0 and tokens[at - 1].kind == "word" and tokens[at - 1].text.strip() in _KEYWORDS
    )
