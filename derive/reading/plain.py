"""Tokens of mathematics as people type it: ``dW2 = 1/m * dZ2 @ A1.T``, ``d1 = (W2^T d2) * f'(z1)``.

In: a stretch of plain text and the `Lexicon` of its note.  Out: the tokens that LaTeX of the same
meaning gives (`tokens.tokenize`), each with its span in the source; every character that is no
white space belongs to one token.  An identifier is taken apart: ``dz2`` is d z_2, ``y_hat`` is
\\hat{y}, ``W_out`` has a subscript, ``dL_dW1`` is dL/dW_1, ``sigmoid_prime`` is sigmoid'.

>>> " ".join(token.text for token in plain_tokens("dz2 = W3.T @ y_hat"))
'd z _ { 2 } = W _ { 3 } ^ T @ \\\\hat { y } \\\\,'
"""

from __future__ import annotations

import re
from typing import Final

from .identifiers import (
    FUNCTION_WORDS,
    LETTERS,
    NAME,
    Lexicon,
    quotient_of,
    subject_of,
)
from .plain_names import NameWriter
from .symbols import COMBINING, SUBSCRIPTS, SUPERSCRIPTS, words
from .tokens import Token, tokenize

_LEXEME: Final = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<module>(?:np|numpy|jnp|torch)\.(?=[A-Za-z]))
    | (?P<marked>[A-Za-z][{"".join(COMBINING)}])
    | (?P<method>\.(?:dot|matmul|sum|mean)\()
    | (?P<turned>\.T(?![A-Za-z0-9_])|\.transpose\(\)|\.')
    | (?P<name>{NAME})
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{{1,2}}(?![0-9A-Za-z_^]))?)
    | (?P<power>\*\*|\.\^)
    | (?P<arrow><-(?=\s))
    | (?P<divided>\./) | (?P<circled>\.\*|\((?:\*|\.|o|x)\))
    | (?P<dot>\.(?=[\sA-Za-z(]))
    | (?P<mark>[{"".join([*SUBSCRIPTS, *SUPERSCRIPTS])}]+)
    | (?P<relation>:=|=>|->|==|\+=|-=|<=|>=|!=)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_HTML: Final = re.compile(r"</?(?:su[bp]|b|strong|i|em|var)>|&[A-Za-z]{2,8}[0-9]?;")
_PRIME: Final = re.compile(rf"(?:d_|deriv_)?({NAME}?)_(?:prime|deriv|derivative|grad)|d_?({NAME})")
_COUNT: Final = re.compile(r"[mnMN](?![A-Za-z0-9_^'*.])")
"""A number of examples, written to the 2 of ``1/2m``: 1/(2m)."""
_OPEN: Final = words("= + - * / @ ^ _ ( [ { , < > | := += -=", r"\odot \cdot")
_OPERATORS: Final = {"sum": "\\sum", "Sum": "\\sum", "prod": "\\prod"}
_CASES: Final = frozenset(["if", "else", "otherwise"])
_SUMS: Final = words(r"\sum \prod Σ ∑ ∏")


def plain_tokens(
    source: str, start: int = 0, end: int | None = None, lexicon: Lexicon | None = None
) -> list[Token]:
    """The tokens of ``source[start:end]``."""
    stop = len(source) if end is None else end
    if _HTML.search(source, start, stop):
        return tokenize(source, start, stop)
    return _Writer(source, stop, lexicon or Lexicon()).tokens(start)


class _Writer(NameWriter):
    """Writes the tokens of a stretch one after the other."""

    def __init__(self, source: str, stop: int, lexicon: Lexicon) -> None:
        super().__init__(source, stop, lexicon)
        self.below = False
        """A number below a slash waits for the name that is written to it."""
        self.open: list[tuple[int, str]] = []
        """For every bracket that is open: where its factor begins, what else closes with it."""

    def tokens(self, start: int) -> list[Token]:
        at = start
        while at < self.stop:
            match = _LEXEME.match(self.source, at, self.stop)
            assert match is not None  # the last alternative takes any character
            kind, at = match.lastgroup or "", match.end()
            if kind != "space":
                self._lexeme(kind, match.group(), match.start(), at)
        return self.out

    def _lexeme(self, kind: str, text: str, start: int, end: int) -> None:
        octave = self.lexicon.octave
        if kind == "module":
            self._sign("\\,", start, end)
        elif kind == "name":
            self._name(text, start, end)
        elif kind == "number":
            self._number(text, start, end)
        elif kind == "method":
            self._method(text[1:-1], start, end)
        elif kind == "turned" or (text == "'" and octave and self.source[end : end + 1] != "("):
            self._turned(start, end)
        elif kind == "power":
            self._power(start, end)
        elif kind == "arrow":
            self._sign("\\leftarrow", start, end)
        elif kind == "circled":
            self._sign("\\odot", start, end)
        elif kind == "divided":
            self._sign("/", start, end)
        elif kind == "dot":
            self._sign("\\cdot" if self._between(start, end) else ".", start, end)
        elif text in ("(", "[", "{"):
            self._open(text, start, end)
        elif text in (")", "]", "}"):
            self._close(text, start, end)
        elif text == "*" and octave:
            self._sign("\\cdot", start, end)
        else:
            if text == "^" and self.out and self.out[-1].text == ")":
                self._sum_of_powers()
            factor = len(self.out)
            self.out += tokenize(self.source, start, end)
            if kind != "mark" and text[0].isalpha():
                self.factor = factor

    def _sum_of_powers(self) -> None:
        """``sum(y - a)^2``, on paper, adds up squares; ``np.sum(y - a)**2`` does not."""
        head = self.out[self.factor] if self.factor < len(self.out) else self.out[-1]
        module = self.factor > 0 and self.out[self.factor - 1].text == "\\,"
        if head.kind == "word" and head.text == "sum" and not module:
            self.out[self.factor] = head._replace(kind="command", text="\\sum")

    def _between(self, start: int, end: int) -> bool:
        """Whether a dot stands between two factors rather than at the end of a sentence."""
        if not self.out or not self.source[end : self.stop].strip():
            return False
        return self.source[start - 1].isspace() == self.source[end].isspace()

    def _number(self, text: str, start: int, end: int) -> None:
        letter = self.source[start - 1 : start] if self.out and self.out[-1].end == start else ""
        if letter.isalpha() and letter > "~" and text.isdigit():
            self._script(text, start)  # δ2
        else:
            self.factor = len(self.out)
            if self.out and self.out[-1].text == "/" and _COUNT.match(self.source, end, self.stop):
                self._sign("{", start)
                self.below = True
            self._put("number", self._axis(text, end), start, end)

    def _axis(self, text: str, end: int) -> str:
        """The axis of ``sum(A, 2)``: Octave counts from 1."""
        begin = self.open[-1][0] if self.open else len(self.out)
        behind = self.out[-1].text if self.out else ""
        counted = self.lexicon.octave and text in ("1", "2") and behind == ","
        summed = begin < len(self.out) and self.out[begin].text in ("sum", "mean")
        last = self.source[end : self.stop].lstrip().startswith(")")
        return str(int(text) - 1) if counted and summed and last else text

    # -- brackets and what follows a factor ------------------------------------------------

    def _open(self, text: str, start: int, end: int) -> None:
        if text == "(" and self.source[start - 1 : start].isspace():
            self._set_apart(start)
        attached = self.out and self.out[-1].end == start and self._is_head(len(self.out) - 1)
        self.open.append((self.factor if attached else len(self.out), ""))
        if text in ("[", "{") and self._counts(text, start):
            self._sign("\\mathbb", self.out[-1].start)
            self.out[-2:] = self.out[:-3:-1]
            text = "\\{" if text == "{" else text
        self._sign(text, start, end)

    def _set_apart(self, start: int) -> None:
        """``1/m (A - Y)``: a name that a space parts from the bracket is a factor of its own."""
        if (
            self.factor >= len(self.out)
            or self.out[-1].text in _OPEN
            or self.out[-1].kind == "word"
        ):
            return
        head = self.out[self.factor].text
        if head in FUNCTION_WORDS or head in _SUMS or self.out[-1].text == "'":
            return
        self._braced()
        if self.out[self.factor].text != "{" and self._is_head(len(self.out) - 1):
            at = self.out[self.factor].start
            self.out.insert(self.factor, Token("symbol", "{", at, at))
            self._sign("}", self.out[-1].end)

    def _counts(self, text: str, start: int) -> bool:
        """Whether ``1[z > 0]`` begins here: an indicator rather than a product."""
        return bool(self.out) and self.out[-1].text == "1" and self.out[-1].end == start

    def _is_head(self, at: int) -> bool:
        """Whether a bracket behind this token belongs to it, as an argument or an index."""
        token = self.out[at]
        if token.kind in ("letter", "word"):
            return not (token.text == "T" and at and self.out[at - 1].text == "^")
        return token.text in ("}", "'", "^", "_", "]") or token.text[1:] in LETTERS

    def _close(self, text: str, start: int, end: int) -> None:
        begin, closing = self.open.pop() if self.open else (len(self.out), "")
        opener = next((t.text for t in self.out[begin:] if t.text in ("\\{", "{")), "")
        self._sign("\\}" if text == "}" and opener == "\\{" else text, start, end)
        if closing:
            self._sign(closing, end)
        self.factor = begin

    def _method(self, word: str, start: int, end: int) -> None:
        """``A.dot(B)`` is A @ (B), and ``A.sum(axis=0)`` is sum(A, axis=0)."""
        at = self.out[self.factor].start if self.factor < len(self.out) else start
        if word in ("dot", "matmul"):
            self.out.insert(self.factor, Token("symbol", "{", at, at))
            self._sign("@", start, end - 1)
            self.open.append((self.factor, "}"))
            self._sign("(", end - 1, end)
            return
        head = [Token("word", word, at, at), Token("symbol", "(", at, at)]
        self.out[self.factor : self.factor] = head
        self.open.append((self.factor, ""))
        alone = self.source[end : self.stop].lstrip().startswith(")")
        self._sign("\\," if alone else ",", start, end)

    def _power(self, start: int, end: int) -> None:
        """``z2**2`` is (z_2)^2: a power, whatever a raised number may mean in the note."""
        self._braced()
        if self.factor < len(self.out) and self.out[-1].text not in (")", "]"):
            at = self.out[self.factor].start
            self.out.insert(self.factor, Token("symbol", "(", at, at))
            self._sign(")", start)
        self._sign("^", start, end)

    # -- identifiers -----------------------------------------------------------------------

    def _name(self, text: str, start: int, end: int) -> None:
        """An identifier, with the brace that it closes; a word between two cases."""
        if text in _CASES and self.source[start - 1 : start].isspace() and self.out:
            self._put("word", text, start, end)
            return
        below, self.below, first = self.below, False, self.factor
        self._identifier(text, start, end)
        if below:
            self._sign("}", end)
            self.factor = first

    def _identifier(self, text: str, start: int, end: int) -> None:
        if text == "o" and self._is_ring(start, end):
            self._sign("\\odot", start, end)
            return
        slash = len(self.out) - 1
        divided = slash > 0 and self.out[slash].text == "/"
        self.quotient = self.factor if divided and self.out[self.factor].text == "d" else -1
        self.factor = len(self.out)
        if text.split("_")[0] in _OPERATORS and self.source[end : end + 1] != "(":
            self._big(text, start)
            return
        pair = quotient_of(text)
        if pair is not None and subject_of("d" + pair[1], self.lexicon.names):
            self._one_word_quotient(text, pair, start)
            return
        called = self.source[end : end + 1] == "("
        if (
            called
            and (primed := _PRIME.fullmatch(text))
            and (primed[1] or primed[2]) in FUNCTION_WORDS
        ):
            function = primed[1] or primed[2]
            at = start + text.index(function)
            if at > start:
                self._sign("\\,", start, at)
            self._core(function, at)
            self._sign("'", at + len(function), end)
            return
        self._marked(text, start, end)

    def _is_ring(self, start: int, end: int) -> bool:
        """Whether an ``o`` stands for the product of entries: alone between two factors."""
        around = self.source[start - 1 : start].isspace() and self.source[end : end + 1].isspace()
        following = self.source[end : self.stop].lstrip()[:1]
        factors = (
            self.out
            and self.out[-1].text not in _OPEN
            and (following.isalnum() or following == "(")
        )
        return self.lexicon.ring and around and bool(factors)

    def _big(self, text: str, start: int) -> None:
        """``sum_i x_i``: the operator and its letter."""
        word, _, letter = text.partition("_")
        behind = start + len(word)
        self._sign(_OPERATORS[word], start, behind)
        if letter:
            self._sign("_", behind, behind + 1)
            self._sign("{", behind + 1)
            self._letters(letter, behind + 1)
            self._sign("}", behind + 1 + len(letter))
