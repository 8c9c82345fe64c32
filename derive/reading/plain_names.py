"""Identifiers as tokens: ``dz2`` is d z_2, ``y_hat`` is \\hat{y}, ``W_out`` has a subscript.

In: an identifier of plain text with the place where it stands.  Out: its tokens, added to those
that are written already (`plain.plain_tokens` writes all others).
"""

from __future__ import annotations

import re
from typing import Final

from .identifiers import LETTERS, PARTS, Lexicon, subject_of
from .symbols import VOCABULARY
from .tokens import Token

_ACCENTED: Final = re.compile(r"([A-Za-z]\d*)_?(hat|bar|tilde)((?:_[A-Za-z0-9]+)*)")
_RUNS: Final = re.compile(r"[A-Za-z]+|[0-9]+")


class NameWriter:
    """Writes the tokens of identifiers."""

    def __init__(self, source: str, stop: int, lexicon: Lexicon) -> None:
        self.source, self.stop, self.lexicon = source, stop, lexicon
        self.out: list[Token] = []
        self.factor = 0
        """Where in `out` the last factor begins, with what is attached to it."""
        self.quotient = -1
        """Where the quotient of two differentials begins of which the last factor is the end."""

    def _put(self, kind: str, text: str, start: int, end: int) -> None:
        self.out.append(Token(kind, text, start, end))

    def _sign(self, text: str, start: int, end: int | None = None) -> None:
        kind = "command" if text[0] == "\\" else "symbol"
        self._put(kind, text, start, start if end is None else end)

    def _turned(self, start: int, end: int) -> None:
        self._braced()
        self._sign("^", start)
        self._put("letter", "T", start, end)

    def _braced(self) -> None:
        """Put invisible braces around the last factor if it is a quotient of differentials."""
        begin = self.quotient
        if 0 <= begin < self.factor and self.out[begin].text in ("d", "\\partial"):
            self.out.insert(
                begin, Token("symbol", "{", self.out[begin].start, self.out[begin].start)
            )
            self._sign("}", self.out[-1].end)
            self.factor = begin

    def _one_word_quotient(self, text: str, pair: tuple[str, str], start: int) -> None:
        """``dL_dW1`` as {dL / dW_1}."""
        above, below = pair
        middle, last = text.index(above, 1) + len(above), len(text) - len(below)
        self._sign("{", start)
        self._put("letter", "d", start, start + text.index(above, 1))
        self._core(above, start + text.index(above, 1))
        self._sign("/", start + middle)
        self._put("letter", "d", start + middle, start + last)
        self._core(below, start + last)
        self._sign("}", start + len(text))

    def _marked(self, text: str, start: int, end: int) -> None:
        """An identifier with its mark: ``dW1``, ``grad_W1``, ``W1_grad``."""
        subject = None if self._is_word(text) else subject_of(text, self.lexicon.names)
        if subject is None:
            self._core(text, start)
            return
        at = start + (0 if text.endswith("_grad") else len(text) - len(subject))
        self._put("letter", "d", start, at)
        self._core(subject, at)
        if at + len(subject) < end:
            self._sign("\\,", at + len(subject), end)

    def _is_word(self, text: str) -> bool:
        return text.lower() in VOCABULARY

    def _core(self, text: str, start: int) -> None:
        """An identifier without mark: letter, digits and subscripts, with its accent."""
        accented = _ACCENTED.fullmatch(text)
        if accented and not self._is_word(text):
            at = start + len(accented[1])
            self._sign("\\" + accented[2], start)
            self._sign("{", start)
            self._put("letter", text[0], start, start + 1)
            self._sign("}", start + 1)
            if len(accented[1]) > 1:
                self._script(accented[1][1:], start + 1)
            rest = at + text[len(accented[1]) :].index(accented[2]) + len(accented[2])
            self._sign("\\,", at, rest)
            self._scripts(accented[3], rest)
            return
        parts = PARTS.fullmatch(text)
        if parts is None:  # letters behind digits: W2T, W1x
            self._mixed(text, start)
            return
        base, digits, subscripts = parts.groups()
        if len(base) > 1 and base not in LETTERS and not self._takes_scripts(base, subscripts):
            self._put("word", text, start, start + len(text))
            return
        self._base(base, start)
        at = start + len(base)
        if digits:
            self._script(digits, at)
        self._scripts(subscripts, at + len(digits))

    def _takes_scripts(self, word: str, subscripts: str) -> bool:
        """Whether what follows a word are subscripts rather than the rest of a longer word."""
        return not subscripts or len(word) < 4 or all(len(s) < 3 for s in subscripts[1:].split("_"))

    def _base(self, base: str, start: int) -> None:
        end = start + len(base)
        if len(base) == 1:
            self._put("letter", base, start, end)
        elif base in LETTERS:
            self._put("command", "\\" + base, start, end)
        elif base in self.lexicon.whole:
            self._put("letter", base[0], start, start + 1)
            self._script(base[1:], start + 1)
        elif len(base) < 4 and not self._is_word(base) and self._is_product(base):
            self._letters(base, start)
        else:
            self._put("word", base, start, end)

    def _is_product(self, run: str) -> bool:
        """``Wx``: letters that all stand alone elsewhere, or two of which nothing is known."""
        return len(run) == 2 or all(letter in self.lexicon.names for letter in run)

    def _mixed(self, text: str, start: int) -> None:
        """``W2T`` is W_2^T where W2 is known; else names side by side."""
        if text[-1] == "T" and text[:-1] in self.lexicon.names:
            self._core(text[:-1], start)
            self._turned(start + len(text) - 1, start + len(text))
            return
        for run in re.finditer(r"[A-Za-z]+[0-9]*|_[A-Za-z0-9]+", text):
            at = start + run.start()
            if run.group()[0] == "_":
                self._scripts(run.group(), at)
            else:
                self._core(run.group(), at)

    def _scripts(self, subscripts: str, start: int) -> None:
        """``_out_1`` behind a name, part by part."""
        at = start
        for script in subscripts.split("_")[1:]:
            self._sign("_", at, at + 1)
            self._sign("{", at + 1)
            self._letters(script, at + 1)
            at += 1 + len(script)
            self._sign("}", at)

    def _script(self, text: str, start: int) -> None:
        self._sign("_", start)
        self._sign("{", start)
        self._letters(text, start)
        self._sign("}", start + len(text))

    def _letters(self, text: str, start: int) -> None:
        """The letters of a short run one by one, a longer run as a word."""
        for run in _RUNS.finditer(text):
            at = start + run.start()
            if run.group().isdigit():
                self._put("number", run.group(), at, at + len(run.group()))
            elif run.group() in LETTERS:
                self._sign("\\" + run.group(), at, at + len(run.group()))
            elif len(run.group()) > 2:
                self._put("word", run.group(), at, at + len(run.group()))
            else:
                for k, letter in enumerate(run.group()):
                    self._put("letter", letter, at + k, at + k + 1)
