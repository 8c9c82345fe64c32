"""From the tokens on the page to the tokens that mean something.

In: the tokens of one piece.  Out: the same without comments, spacing, sizes, labels,
decorations (``\\boxed``, ``\\underbrace{..}_{note}``) and the environments that only arrange
rows.  Spans stay those of the source; nothing is reordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .brackets import argument, match
from .symbols import BRACES, FRACTIONS, PICTURES, RELATIONS, ROWS, SPACING, SWALLOW, WIDE
from .tokens import Token


def clean(tokens: Sequence[Token]) -> list[Token]:
    """The meaningful tokens; raises `brackets.TooDeep`."""
    kept = _undecorated([token for token in tokens if token.kind != "comment"])
    return _without_rows(_single_digits(kept))


def _undecorated(tokens: list[Token]) -> list[Token]:
    partner = match(tokens)
    out: list[Token] = []
    annotations: dict[int, str] = {}  # where an underbrace ends: the script that annotates it
    i = 0
    while i < len(tokens):
        token = tokens[i]
        i += 1
        if token.kind == "command" and token.text in WIDE:
            out.append(Token("command", "\\quad", token.start, token.end))
        if token.kind == "command" and token.text in SWALLOW:
            for _ in range(SWALLOW[token.text]):
                i = argument(tokens, partner, i, len(tokens))
            continue
        if token.kind == "command" and token.text in SPACING:
            if token.text in BRACES and i < len(tokens) and partner[i] > i:
                annotations[partner[i]] = BRACES[token.text]
            if token.text in ("\\left", "\\right") and _is(tokens, i, "."):
                i += 1
            continue
        if token.text == "\\not" and _is(tokens, i, "="):
            out.append(Token("command", "\\ne", token.start, tokens[i].end))
            i += 1
            continue
        if token.text == "{" and _is(tokens, i + 1, "}") and tokens[i].text in RELATIONS:
            out.append(tokens[i])  # \overset{!}{=} has become {=}
            i += 2
            continue
        out.append(token)
        if i - 1 in annotations and _is(tokens, i, annotations[i - 1]):
            i = argument(tokens, partner, i + 1, len(tokens))
    return out


def _is(tokens: Sequence[Token], at: int, text: str) -> bool:
    return at < len(tokens) and tokens[at].text == text and tokens[at].kind != "word"


def _single_digits(tokens: list[Token]) -> list[Token]:
    """``\\frac12`` without braces takes one digit each, as TeX does.

    Scripts do not: whoever writes ``x^10`` or ``w_12`` means the whole number.
    """
    out: list[Token] = []
    wanted = 0
    for token in tokens:
        if token.kind == "number" and wanted and len(token.text) > 1:
            while wanted and len(token.text) > 1 and token.text[0] != ".":
                wide = token.end - token.start == len(token.text)
                middle = token.start + 1 if wide else token.end
                out.append(Token("number", token.text[0], token.start, middle))
                token = Token("number", token.text[1:], middle if wide else token.start, token.end)
                wanted -= 1
            wanted = max(0, wanted - 1)
        elif token.kind == "command" and token.text in FRACTIONS:
            wanted = 2
        elif wanted:
            wanted = 0 if token.text in ("{", "\\{") or wanted == 1 else 1
        out.append(token)
    return out


def _without_rows(tokens: list[Token]) -> list[Token]:
    """Drop the environments that only arrange equations, with their alignment marks."""
    partner = match(tokens)
    dropped: set[int] = set()
    keep_marks = 0  # up to here an array is kept whole
    for i, token in enumerate(tokens):
        if token.kind == "begin" and partner[i] >= 0:
            inside = tokens[i + 1 : partner[i]]
            if token.text in ROWS or (token.text == "array" and _has_equation(inside)):
                if i >= keep_marks:
                    dropped.update((i, partner[i]))
            elif token.text in PICTURES:
                keep_marks = max(keep_marks, partner[i])
        elif token.text == "&" and token.kind == "symbol" and i >= keep_marks:
            dropped.add(i)
    return [token for i, token in enumerate(tokens) if i not in dropped]


def _has_equation(tokens: Sequence[Token]) -> bool:
    """Whether an array holds equations: a relation sign directly behind an alignment mark."""
    return any(
        a.text == "&" and b.text in RELATIONS and a.kind == b.kind == "symbol"
        for a, b in pairwise(tokens)
    )
