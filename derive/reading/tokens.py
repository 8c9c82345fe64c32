"""Tokens of mathematical notation, each with its span in the source.

In: the source text and the range of one piece of maths.  Out: a list of `Token`; spans and
the white space between them give back the range byte for byte, whatever it holds.  LaTeX
commands and Unicode characters that mean the same become the same token.

>>> [token.text for token in tokenize("∂L/∂W₁ = δ₁·Xᵀ")][:8]
['\\\\partial', 'L', '/', '\\\\partial', 'W', '_', '{', '1']
>>> [token.text for token in tokenize(r"\\text{Leaky ReLU}(Z^{[1]})")]
['Leaky ReLU', '(', 'Z', '^', '{', '[', '1', ']', '}', ')']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from .symbols import COMBINING, SUBSCRIPTS, SUPERSCRIPTS, SWALLOW, UNICODE, UPRIGHT, WORDS


class Token(NamedTuple):
    """One token.

    kind: ``letter``, ``command`` (text with its backslash), ``number``, ``word`` (text is the
    content of ``\\text{}``), ``symbol``, ``begin``/``end`` (text is the environment),
    ``comment``.  start, end: half-open range in the source; a token that Unicode only implies
    (the brace around a raised character) has an empty range; what a macro expands to has the
    range of its call.
    """

    kind: str
    text: str
    start: int
    end: int


_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+|~)
    | (?P<in_place>\\math(?:rel|bin)\s*\{[-+]\}\s*=)
    | (?P<command>\\[A-Za-z]+\*?|\\\\\[-?[0-9.]+[a-z]{2}\]|\\.|\\)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2}(?![0-9A-Za-z_^{]))?)
    | (?P<dotted>(?<![A-Za-z\\])(?:np|numpy|jnp|torch)\.[A-Za-z_]{2,24})
    | (?P<octave>\.\*)
    | (?P<turned>\.T(?![A-Za-z]))
    | (?P<letter>[A-Za-z])
    | (?P<relation>:=|=>|->|==|\+=|-=|<=|>=|!=)
    | (?P<raised>[RAISED]+)
    | (?P<lowered>[LOWERED]+)
    | (?P<symbol>[-+*/=:<>()\[\]{}_^'|,;.!&@%\#\"?])
    | (?P<other>.)
    """.replace("RAISED", "".join(SUPERSCRIPTS)).replace("LOWERED", "".join(SUBSCRIPTS)),
    re.VERBOSE | re.DOTALL,
)
_ENVIRONMENT: Final = re.compile(r"\s*\{([A-Za-z]+)\*?\}((?:\[[a-z]*\])?(?:\{[^{}\n]{0,40}\})?)")
_MODULE: Final = re.compile(r"\b(?:np|numpy|jnp|torch)\.(?=[A-Za-z])")
_ARGUMENTS: Final = frozenset(["array", "tabular", "alignat", "alignedat", "IEEEeqnarray"])
_SPELLED: Final = {
    "=>": "\\Rightarrow", "->": "\\rightarrow", "==": "=", "<=": "\\le", ">=": "\\ge", "!=": "\\ne",
}  # fmt: skip
_CANONICAL: Final = {
    "\\lbrace": "\\{", "\\rbrace": "\\}", "\\lbrack": "[", "\\rbrack": "]", "\\lvert": "|",
    "\\rvert": "|", "\\vert": "|", "\\mid": "|", "\\lVert": "\\|", "\\rVert": "\\|",
    "\\Vert": "\\|", "\\coloneqq": ":=", "\\colon": ":", "\\lparen": "(", "\\rparen": ")",
    "\\prime": "'", "\\_": "_", "\\*": "*", "\\negmedspace": "\\!",
}  # fmt: skip
_MAX_WORD: Final = 400


def tokenize(
    source: str, start: int = 0, end: int | None = None, *, comments: bool = False
) -> list[Token]:
    """The tokens of ``source[start:end]``; with `comments`, ``%`` runs to the end of its line."""
    stop = len(source) if end is None else end
    out: list[Token] = []
    at = start
    while at < stop:
        match = _TOKEN.match(source, at, stop)
        assert match is not None  # the last alternative takes any character
        kind, text, at = match.lastgroup or "", match.group(), match.end()
        if kind == "space":
            continue
        if kind == "letter":
            following = source[at : at + 1]
            if following in COMBINING and at < stop:
                at += 1
                out.append(Token("command", COMBINING[following], match.start(), match.start()))
            out.append(Token("letter", text, match.start(), at))
        elif kind == "command":
            token = _command(source, text, match.start(), at, stop)
            out.append(token)
            at = token.end
        elif kind == "symbol" and text == "%" and comments:
            line = source.find("\n", at, stop)
            at = stop if line < 0 else line
            out.append(Token("comment", source[match.start() : at], match.start(), at))
        elif kind == "relation":
            out.append(Token("symbol", _SPELLED.get(text, text), match.start(), at))
        elif kind in ("raised", "lowered"):
            out.extend(_scripts(kind, text, match.start()))
        elif kind == "in_place":
            out.append(Token("symbol", "-=" if "-" in text else "+=", match.start(), at))
        elif kind == "octave":
            out.append(Token("command", "\\odot", match.start(), at))
        elif kind == "turned":
            out.append(Token("symbol", "^", match.start(), match.start()))
            out.append(Token("letter", "T", match.start(), at))
        elif kind == "dotted":
            out.append(Token("word", text.rpartition(".")[2], match.start(), at))
        elif kind == "other":
            out.extend(_unicode(text, match.start()))
        else:
            out.append(Token(kind, text, match.start(), at))
    return out


def _command(source: str, text: str, start: int, end: int, stop: int) -> Token:
    """A command; words and environments take their argument with them."""
    name = text[1:].rstrip("*")
    if name in ("begin", "end"):
        match = _ENVIRONMENT.match(source, end, stop)
        if match:
            wide = name == "begin" and match.group(1) in _ARGUMENTS
            return Token(name, match.group(1), start, match.end() if wide else match.start(2))
    elif name in WORDS or name in UPRIGHT:
        content = _argument(source, end, stop)
        if content is not None:
            inner = source[content[0] : content[1]].replace("~", " ")
            plain = inner.strip()
            if plain == "d":
                return Token("letter", "d", start, content[1] + 1)
            if name in WORDS or _is_word(plain):
                word = _MODULE.sub("", inner).replace("\\_", "_")
                return Token("word", word, start, content[1] + 1)
    if text.endswith("*") and len(text) > 2:
        text = text[:-1]
        if text not in SWALLOW:
            end -= 1
    elif text.startswith("\\\\["):
        text = "\\\\"
    return Token("command", _CANONICAL.get(text, text), start, end)


def _is_word(text: str) -> bool:
    bare = _MODULE.sub("", text)
    return len(text) > 1 and bare.replace(" ", "").replace("-", "").isalpha()


def _argument(source: str, at: int, stop: int) -> tuple[int, int] | None:
    """The range inside the balanced braces that open at `at` (after white space), if they close."""
    limit = min(stop, at + _MAX_WORD)
    while at < limit and source[at].isspace():
        at += 1
    if at >= limit or source[at] != "{":
        return None
    depth = 0
    for position in range(at, limit):
        character = source[position]
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return at + 1, position
    return None


def _scripts(kind: str, text: str, start: int) -> Iterator[Token]:
    """Raised or lowered characters as ``^{...}`` or ``_{...}``."""
    table = SUPERSCRIPTS if kind == "raised" else SUBSCRIPTS
    end = start + len(text)
    yield Token("symbol", "^" if kind == "raised" else "_", start, start)
    yield Token("symbol", "{", start, start)
    digits = ""
    for offset, character in enumerate(text):
        plain = table[character]
        if plain.isdigit():
            digits += plain
            if offset + 1 < len(text) and table[text[offset + 1]].isdigit():
                continue
            last = start + offset + 1
            yield Token("number", digits, last - len(digits), last)
            digits = ""
        else:
            sort = "letter" if plain.isalpha() else "symbol"
            yield Token(sort, plain, start + offset, start + offset + 1)
    yield Token("symbol", "}", end, end)


def _unicode(text: str, start: int) -> Iterator[Token]:
    """A character beyond ASCII as the token that it stands for, ``other`` if it has none."""
    end = start + 1
    known = UNICODE.get(text)
    if known is not None:
        yield Token("command" if known[0] == "\\" else "symbol", known, start, end)
        return
    if text == "½":
        yield Token("command", "\\frac", start, start)
        yield Token("number", "1", start, start)
        yield Token("number", "2", start, end)
        return
    parts = unicodedata.normalize("NFKD", text)
    if len(parts) == 2 and parts[1] in COMBINING:
        yield Token("command", COMBINING[parts[1]], start, start)
        parts = parts[0]
    if len(parts) == 1 and parts in UNICODE:
        yield Token("command", UNICODE[parts], start, end)
    elif len(parts) == 1 and parts.isalpha():
        yield Token("letter", parts, start, end)
    else:
        yield Token("other", text, start, end)
