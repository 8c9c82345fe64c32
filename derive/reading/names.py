"""Names: a letter, Greek command or word with its accent, font, mark, scripts and primes.

Which script is a layer, an entry, a power or a transpose is not decided here; only what
belongs together is: ``W^{[2]T}`` has two scripts, ``e^{-z}`` has one, ``dZ`` is one name,
``ya`` is two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from .brackets import argument
from .cursor import Cursor, Failure
from .symbols import ACCENTS, CLOSERS, FONTS, FUNCTIONS, GREEK, VOCABULARY
from .syntax import Name, Node, Number, Script, Span
from .tokens import Token

TRANSPOSES: Final = frozenset(["T", "\\top", "\\intercal"])
_DECORATIONS: Final = TRANSPOSES | {"*", "'", "\\dagger", "+", "-", "\\star", "\\ast", "\\circ"}
_BEFORE_BRACKET: Final = TRANSPOSES | {"'"}
_BEHIND_BRACKET: Final = TRANSPOSES | {"'", "*", "{", "}"}
_INDEX_BRACKETS: Final = {"[": "[", "(": "(", "\\langle": "<", "<": "<", "\\lt": "<"}
"""The brackets of an index in a script, and what they are called: ``a^{\\langle t \\rangle}``."""
_SIGNS: Final = {"<": ">", "\\lt": "\\gt"}
"""Relation signs that stand for brackets there: ``a^{<t>}``."""
_MAX_WORD: Final = 24
_PLAIN: Final = ("letter", "number")


class Names(Cursor):
    """The part of the parser that reads names."""

    expression: Callable[[], Node]

    # -- bases ---------------------------------------------------------------------------

    def at_name(self, at: int | None = None) -> bool:
        """Whether a name begins at the token index `at` (default: here)."""
        at = self.at if at is None else at
        if at >= self.end:
            return False
        token = self.tokens[at]
        if token.kind == "command":
            name = token.text[1:]
            return name in GREEK or name in FONTS or name in FUNCTIONS or token.text in ACCENTS
        return token.kind in ("letter", "word")

    def name(self) -> Name:
        """A name with everything that is attached to it, its mark included."""
        start = self.start
        mark = self._mark()
        base = self.base()
        return self.scripted(replace(base, mark=mark or base.mark, span=self.span(start)))

    def _mark(self) -> str:
        """Take a gradient mark: ``d`` or ``\\partial`` or ``\\Delta`` in front of a name."""
        token = self.token
        if token is None or not self.at_name(self.at + 1):
            return ""
        if token.text == "\\partial":
            mark = "partial"
        elif token.text == "\\Delta":
            mark = "Delta"
        elif token.text == "d" and self.adjacent(self.at + 1) and self._word_length(self.at) < 2:
            mark = "d"
        else:
            return ""
        self.at += 1
        return mark

    def base(self) -> Name:
        """A name without scripts (but with those inside its accent or font)."""
        with self.deeper():
            token = self.token
            if token is None or not (self.at_name() or self.text == "{"):
                raise self.failure("a name")
            start, text = token.start, token.text
            if token.kind == "word":
                return self._word(token)
            if text == "{":
                return self.bracket(self.name)
            if text in ACCENTS:
                self.at += 1
                inner = self.argument(self.name)
                return replace(inner, accent=ACCENTS[text], span=self.span(start))
            if text[1:] in FONTS:
                self.at += 1
                inner = self.argument(self._in_font)
                font = inner.font or text[1:]
                return replace(inner, font=font, span=self.span(start))
            if token.kind == "letter":
                return self._letters(token)
            self.at += 1
            return Name(self.span(start), text[1:], word=text[1:] in FUNCTIONS)

    def _word(self, token: Token) -> Name:
        self.at += 1
        text = " ".join(token.text.split())
        if not text:
            raise Failure("a word expected", Span(token.start, token.end))
        if len(text) == 1:
            return Name(self.span(token.start), text, font="mathrm")
        return Name(self.span(token.start), text, word=True)

    def _in_font(self) -> Name:
        """The argument of a font command: a name, a word, or a digit (``\\mathbf{1}``)."""
        token = self.token
        if token is not None and token.kind == "number":
            self.at += 1
            return Name(self.span(token.start), token.text)
        if token is not None and token.kind == "letter":
            run = self._run(self.at)
            if len(run) > 1 and self.at + len(run) == self.end:
                self.at = self.end
                return Name(self.span(token.start), run, word=True)
        return self.name()

    def _letters(self, token: Token) -> Name:
        length = self._word_length(self.at)
        run = self._run(self.at)[:length]
        self.at += length
        return Name(self.span(token.start), run, word=length > 1)

    def _run(self, at: int) -> str:
        """The letters that touch each other from `at` on, as many as a word can have."""
        run = ""
        while at < self.end and len(run) <= _MAX_WORD and self.tokens[at].kind == "letter":
            if run and not self.adjacent(at):
                break
            run += self.tokens[at].text
            at += 1
        return run

    def _word_length(self, at: int) -> int:
        """How many letters from `at` on are one word; 1 if they are factors side by side."""
        run = self._run(at)
        if run.lower() in VOCABULARY:
            return len(run)
        marked = run[:1] == "d" and (run[1:].lower() in VOCABULARY or run[1:2].isupper())
        if not 4 <= len(run) <= _MAX_WORD or marked or not (run[1:].islower() or run.isupper()):
            return 1
        return len(run)

    def skip_empty(self) -> None:
        """Take the empty braces of ``W{}^T``."""
        behind = self.tokens[self.at + 2].text if self.at + 2 < self.end else ""
        if self.text == "{" and self.partner[self.at] == self.at + 1 and behind in ("^", "_"):
            self.at += 2

    # -- scripts -------------------------------------------------------------------------

    def scripted(self, name: Name) -> Name:
        """The name with the scripts and primes that follow it."""
        scripts, primes = list(name.scripts), name.primes
        while True:
            self.skip_empty()
            text = self.text
            if text == "'":
                self.at += 1
                primes += 1
            elif text in ("_", "^"):
                place = "sub" if text == "_" else "sup"
                self.at += 1
                found, more = self.script(place, name.base)
                scripts += found
                primes += more
            elif text == "[" and self._is_index(self.at):
                scripts.append(self._index())
                if self.text == "T" and self.adjacent(self.at):  # A[1]T
                    scripts.append(self._read_script("sup", self.at, self.at + 1, ""))
                    self.at += 1
            else:
                break
        end = max(name.span.end, self.last if self.at else 0)
        return replace(name, scripts=tuple(scripts), primes=primes, span=Span(name.span.start, end))

    def script(self, place: str, base: str) -> tuple[list[Script], int]:
        """The script behind ``_`` or ``^`` taken apart: (scripts, primes)."""
        if self.at >= self.end or (self.text in CLOSERS):
            raise self.failure("a script")
        low, high = self.at, argument(self.tokens, self.partner, self.at, self.end)
        if self.text == "{":
            if self.partner[self.at] < 0:
                raise Failure("the bracket '{' is never closed", self._range(low, low + 1))
            low, high = low + 1, high - 1
        after = min(self.end, high + (high < self.end and self.partner[high] == low - 1))
        while high - low > 1 and self.tokens[low].text == "{" and self.partner[low] == high - 1:
            low, high = low + 1, high - 1
        if low >= high:
            if not self._in_macro(low - 1, high):
                raise Failure("a script expected", self._range(low - 1, low))
            self.at = after
            return [], 0
        scripts: list[Script] = []
        primes = 0
        for first, stop in self._parts(low, high, base):
            if all(t.text == "'" for t in self.tokens[first:stop]):
                primes += stop - first
            else:
                scripts.append(self._read_script(place, first, stop, base))
        self.at = after
        return scripts, primes

    def _in_macro(self, opened: int, closed: int) -> bool:
        """Both brackets come from one call: ``\\h{}`` for ``\\mathbf{h}_{#1}`` has no script."""
        one, two = self.tokens[opened], self.tokens[closed]
        return (one.start, one.end) == (two.start, two.end)

    def _parts(self, low: int, high: int, base: str) -> list[tuple[int, int]]:
        """Take ``[2]T`` and ``2T`` apart into the layer and ``T``; anything else stays whole."""
        whole = [(low, high)]
        if base == "e":
            return whole
        layer = high - low == 2 and self.tokens[low].text[0] in "0123456789lL"
        if layer and self._turns(low + 1, high):
            return [(low, low + 1), (low + 1, high)]  # W^{2T}, and W²ᵀ
        numbered = self.tokens[low].kind == "number" and low + 1 < high
        numbered = numbered and self.partner[low + 1] == high - 1
        if numbered and self.tokens[low + 1].text == "(" and self._is_index(low + 1):
            return [(low, low + 1), (low + 1, high)]  # a²⁽ⁱ⁾, a^{2(i)}
        parts: list[tuple[int, int]] = []
        at = low
        while at < high:
            text = self.tokens[at].text
            if text == "^" and parts and self._turns(at + 1, high):
                at += 1  # W^{[2]^T} means W^{[2]T}
                continue
            if text in _INDEX_BRACKETS and self._is_index(at):
                end = self._closed(at)
                parts.append((at, end + 1))
                at = end + 1
                continue
            begin = at
            while at < high and self._is_decoration(at, bool(parts)):
                at += 1
            if at == begin:
                return whole
            parts.append((begin, at))
        bracketed = any(self.tokens[first].text in _INDEX_BRACKETS for first, _ in parts)
        return parts if bracketed else whole

    def _turns(self, at: int, high: int) -> bool:
        """Whether the tokens from `at` to `high` are a transpose."""
        return spelled(self.tokens[at:high]) in TRANSPOSES or (
            high - at == 3 and spelled(self.tokens[at + 1 : high - 1]) in TRANSPOSES
        )

    def _is_decoration(self, at: int, behind: bool) -> bool:
        token = self.tokens[at]
        if not behind:
            return token.text in _BEFORE_BRACKET
        return token.kind == "number" or token.text in _BEHIND_BRACKET or _is_font(token)

    def _is_index(self, at: int) -> bool:
        """Whether the bracket at `at` holds an index: a number, a letter, letter ± number."""
        end = self._closed(at)
        if not at < end < self.end + 1 or (at and not self.adjacent(at) and at == self.at):
            return False
        inside = self.tokens[at + 1 : end]
        texts = [t.text for t in inside if t.text not in "{}"]
        if not 0 < len(texts) <= 6 or any(t.kind == "word" for t in inside):
            return False
        if len(texts) >= 3 and texts[1] == "_":
            texts[0:3] = texts[0:1]
        if len(texts) == 3:
            return texts[1] in "+-" and texts[0].isalnum() and texts[2].isalnum()
        return len(texts) == 1 and (texts[0].isalnum() or texts[0][1:] in GREEK)

    def _closed(self, at: int) -> int:
        """Where the bracket of an index ends: ``(i)``, ``[l]``, ``<t>``."""
        closer = _SIGNS.get(self.tokens[at].text, "")
        if not closer:
            return self.partner[at]
        ahead = range(at + 1, min(at + 6, self.end + 1, len(self.tokens)))
        return next((k for k in ahead if self.tokens[k].text == closer), -1)

    def _index(self) -> Script:
        low, high = self.at, self.partner[self.at] + 1
        script = self._read_script("index", low, high, "")
        self.at = high
        return script

    def _read_script(self, place: str, low: int, high: int, base: str) -> Script:
        """The tokens from `low` to `high` as one script."""
        span = self._range(low, high)
        bracket = ""
        if (
            self.tokens[low].text in _INDEX_BRACKETS
            and self._closed(low) == high - 1
            and (base != "e" and self._is_index(low))
        ):
            bracket = _INDEX_BRACKETS[self.tokens[low].text]
            low, high = low + 1, high - 1
        items, word = self._items(low, high)
        text = spelled(self.tokens[low:high])
        node = self._script_node(place, bracket, low, high)
        return Script(place, bracket, text, items, node, word, span)

    def _script_node(self, place: str, bracket: str, low: int, high: int) -> Node | None:
        """The content as an expression; a superscript must be one, or a decoration."""
        tokens = self.tokens[low:high]
        if len(tokens) == 1:
            if tokens[0].kind == "number":
                return Number(self._range(low, high), Fraction(tokens[0].text))
            if tokens[0].kind == "letter":
                return Name(self._range(low, high), tokens[0].text)
        if all(t.kind == "word" or t.text in _DECORATIONS for t in tokens):
            return None
        at, depth = self.at, self.depth
        self.at = low
        try:
            return self.within(high, self.expression)
        except Failure:
            if place == "sup" and not bracket and not any(t.text == "," for t in tokens):
                raise
            return None
        finally:
            self.at, self.depth = at, depth

    def _items(self, low: int, high: int) -> tuple[tuple[str, ...], bool]:
        """The letters, numbers or comma-separated parts of a script, and whether it is a word."""
        tokens = [t for t in self.tokens[low:high] if t.kind == "word" or t.text[1:] not in FONTS]
        if len(tokens) == 1 and tokens[0].kind == "word":
            return (spelled(tokens),), len(tokens[0].text.strip()) > 1
        if any(t.text == "," for t in tokens):
            parts: list[list[Token]] = [[]]
            for token in tokens:
                if token.text == ",":
                    parts.append([])
                else:
                    parts[-1].append(token)
            return tuple(spelled(part) for part in parts), False
        if all(t.kind in _PLAIN or t.text[1:] in GREEK for t in tokens):
            run = self._run(low)
            if len(run) == len(tokens) > 1 and self._word_length(low) == len(run):
                return (run,), True
            return tuple(t.text.removeprefix("\\") for t in tokens), False
        return (spelled(tokens),), False

    def _range(self, low: int, high: int) -> Span:
        low = min(low, len(self.tokens) - 1)
        return Span(self.tokens[low].start, self.tokens[max(low, high - 1)].end)


def spelled(tokens: Sequence[Token]) -> str:
    """The tokens without white space, fonts, and braces around a single token.

    >>> from .tokens import tokenize
    >>> spelled(tokenize(r"\\mathsf{T}")), spelled(tokenize("l - 1")), spelled(tokenize("s_{l}"))
    ('T', 'l-1', 's_l')
    """
    out: list[str] = []
    for i, token in enumerate(tokens):
        if token.kind == "word":
            out.append(" ".join(token.text.split()))
        elif not (_is_font(token) or _is_around_one(tokens, i)):
            out.append(token.text)
    return "".join(out)


def _is_font(token: Token) -> bool:
    return token.kind == "command" and token.text[1:] in FONTS


def _is_around_one(tokens: Sequence[Token], i: int) -> bool:
    """Whether the token at `i` is a brace around a single token."""
    if tokens[i].text == "{":
        return i + 2 < len(tokens) and tokens[i + 2].text == "}"
    return tokens[i].text == "}" and i >= 2 and tokens[i - 2].text == "{"
