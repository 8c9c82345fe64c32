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
    PARTS,
    Lexicon,
    quotient_of,
    subject_of,
)
from .symbols import COMBINING, SUBSCRIPTS, SUPERSCRIPTS, VOCABULARY, words
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
_ACCENTED: Final = re.compile(r"([A-Za-z]\d*)_?(hat|bar|tilde)((?:_[A-Za-z0-9]+)*)")
_PRIME: Final = re.compile(rf"(?:d_|deriv_)?({NAME}?)_(?:prime|deriv|derivative|grad)|d_?({NAME})")
_RUNS: Final = re.compile(r"[A-Za-z]+|[0-9]+")
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


class _Writer:
    """Writes the tokens of a stretch one after the other."""

    def __init__(self, source: str, stop: int, lexicon: Lexicon) -> None:
        self.source, self.stop, self.lexicon = source, stop, lexicon
        self.out: list[Token] = []
        self.factor = 0
        """Where in `out` the last factor begins, with what is attached to it."""
        self.quotient = -1
        """Where the quotient of two differentials begins of which the last factor is the end."""
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

    def _put(self, kind: str, text: str, start: int, end: int) -> None:
        self.out.append(Token(kind, text, start, end))

    def _sign(self, text: str, start: int, end: int | None = None) -> None:
        kind = "command" if text[0] == "\\" else "symbol"
        self._put(kind, text, start, start if end is None else end)

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
