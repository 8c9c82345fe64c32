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
from html.entities import html5
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
    | (?P<tag></?su[bp]>|</?(?P<look>b|strong|i|em|var)>(?=(?:(?<=</b>)|(?<=</strong>)|(?<=</i>)
        |(?<=</em>)|(?<=</var>)|[^\n]{0,200}</(?P=look)>)))
    | (?P<entity>&[A-Za-z]{2,8}[0-9]?;)
    | (?P<upright>\\(?:mathrm|rm|text)\s+d(?![A-Za-z]))
    | (?P<in_place>\\math(?:rel|bin)\s*\{[-+]\}\s*=)
    | (?P<command>\\[A-Za-z]+\*?|\\\\\[-?[0-9.]+[a-z]{2}\]|\\.|\\)
    | (?P<ellipsis>\.\.\.)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2}(?![0-9A-Za-z_^{]))?)
    | (?P<dotted>(?<![A-Za-z\\])(?:np|numpy|jnp|torch)\.[A-Za-z_]{2,24})
    | (?P<octave>\.\*)
    | (?P<turned>\.T(?![A-Za-z]))
    | (?P<letter>[A-Za-z])
    | (?P<relation>:=|=:|=>|->|==|\+=|-=|<=|>=|!=)
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
    "\\Vert": "\\|", "\\parallel": "\\|", "\\coloneqq": ":=", "\\eqqcolon": "=:", "\\colon": ":",
    "\\lparen": "(", "\\rparen": ")",
    "\\prime": "'", "\\_": "_", "\\*": "*", "\\negmedspace": "\\!",
}  # fmt: skip
_MAX_WORD: Final = 400
_SPACES: Final = re.compile(r"\\[,;: ]|\\quad(?![A-Za-z])")
_TAGS: Final = {"sub": "_", "sup": "^", "b": "\\mathbf", "strong": "\\mathbf"}
_FONTS: Final = {
    "MATHEMATICAL BOLD SCRIPT": "\\mathcal", "MATHEMATICAL BOLD FRAKTUR": "\\mathfrak",
    "MATHEMATICAL BOLD": "\\mathbf", "MATHEMATICAL SANS-SERIF BOLD": "\\mathbf",
    "MATHEMATICAL SCRIPT": "\\mathcal", "SCRIPT": "\\mathcal", "BLACK-LETTER": "\\mathfrak",
    "MATHEMATICAL FRAKTUR": "\\mathfrak", "DOUBLE-STRUCK": "\\mathbb",
    "MATHEMATICAL DOUBLE-STRUCK": "\\mathbb",
}  # fmt: skip
"""Letters of Unicode by the beginning of their name, and their font."""


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
            at = token.end
            out.extend(_spoken(source, token) if "$" in token.text else [token])
        elif kind == "symbol" and text == "%" and comments:
            line = source.find("\n", at, stop)
            at = stop if line < 0 else line
            out.append(Token("comment", source[match.start() : at], match.start(), at))
        elif kind == "ellipsis":
            out.append(Token("command", "\\dots", match.start(), at))
        elif kind == "relation":
            out.append(Token("symbol", _SPELLED.get(text, text), match.start(), at))
        elif kind == "tag":
            out.extend(_tag(text, match.start()))
        elif kind == "entity":
            out.extend(_entity(text, match.start()))
        elif kind == "upright":
            out.append(Token("letter", "d", match.start(), at))
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
                word = spaced(_MODULE.sub("", inner).replace("\\_", "_"))
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


def spaced(word: str) -> str:
    """A word with its spacing commands as spaces.

    >>> spaced(r"arg\\,max")
    'arg max'
    """
    return _SPACES.sub(" ", word) if "\\" in word else word


def _spoken(source: str, token: Token) -> Iterator[Token]:
    """A word with mathematics between dollars in it: ``\\text{if $z > 0$}``."""
    edges = [i for i in range(token.start, token.end) if source[i] == "$"]
    if token.kind != "word" or len(edges) % 2:
        yield token
        return
    at, inside = token.start, False
    begin = source.index("{", token.start) + 1
    for edge in (*edges, token.end):
        stop = edge if inside else min(edge + 1, token.end)
        if inside:
            yield from tokenize(source, at, stop)
        else:
            word = source[max(at, begin) : edge].strip("${}")
            kind, text = ("word", spaced(word)) if word.strip() else ("command", "\\relax")
            yield Token(kind, text, at, stop)
        at, inside = stop, not inside


def _tag(text: str, start: int) -> Iterator[Token]:
    """A tag of HTML: a script, a bold letter, or invisible braces (``<i>``)."""
    name, end = text.strip("</>"), start + len(text)
    sign = _TAGS.get(name, "")
    if text[1] == "/":
        yield Token("symbol", "}", start, end)
    elif sign:
        yield Token("command" if sign[0] == "\\" else "symbol", sign, start, end)
        yield Token("symbol", "{", end, end)
    else:
        yield Token("symbol", "{", start, end)


def _entity(text: str, start: int) -> Iterator[Token]:
    """An entity of HTML as the character that it stands for; an unknown one sign by sign."""
    end = start + len(text)
    characters = html5.get(text[1:], "")
    if characters == "\xa0":
        yield Token("command", "\\,", start, end)
    elif len(characters) == 1:
        for token in tokenize(characters):
            yield token._replace(start=start, end=end if token.end else start)
    else:
        yield Token("other", text, start, end)


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


def _font(text: str) -> str:
    """The font command of a mathematical letter of Unicode, "" for every other character."""
    if not is_lettering(text):
        return ""
    name = unicodedata.name(text, "")
    return next((font for begin, font in _FONTS.items() if name.startswith(begin + " ")), "")


def is_lettering(text: str) -> bool:
    """Whether a character is a letter of mathematics in a font of its own.

    >>> [character for character in "xℝ𝐖ℓ𝑧" if is_lettering(character)]
    ['ℝ', '𝐖', 'ℓ', '𝑧']
    """
    return "\u2100" <= text <= "\u2138" or "\U0001d400" <= text <= "\U0001d7ff"


def _unicode(text: str, start: int) -> Iterator[Token]:
    """A character beyond ASCII as the token that it stands for, ``other`` if it has none."""
    end = start + 1
    known = UNICODE.get(text)
    if known is not None and known[0] == "'":
        yield from (Token("symbol", "'", start, start) for _ in known[1:])
        yield Token("symbol", "'", start, end)
        return
    if known is not None:
        yield Token("command" if known[0] == "\\" else "symbol", known, start, end)
        return
    if text == "½":
        yield Token("command", "\\frac", start, start)
        yield Token("number", "1", start, start)
        yield Token("number", "2", start, end)
        return
    font = _font(text)
    if font:
        yield Token("command", font, start, start)
    parts = unicodedata.normalize("NFKD", text)
    if len(parts) == 2 and parts[1] in COMBINING:
        yield Token("command", COMBINING[parts[1]], start, start)
        parts = parts[0]
    if font and parts.isdecimal():
        yield Token("number", parts, start, end)
    elif len(parts) == 1 and parts in UNICODE:
        yield Token("command", UNICODE[parts], start, end)
    elif len(parts) == 1 and parts.isalpha():
        yield Token("letter", parts, start, end)
    else:
        yield Token("other", text, start, end)
