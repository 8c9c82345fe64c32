"""Which lines of plain text are built as equations typed in ASCII are: ``dW2 = 1/m * dZ2 @ A1.T``.

In: the source and the stretches of it that are accounted for.  Out: the lines, without bullet,
label and remark, whose every word is mathematical or may be a name.  No line counts of a paragraph,
an indented block or a fence that holds program source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .identifiers import FUNCTION_WORDS, LETTERS, NAME
from .symbols import CONNECTIVES, VOCABULARY, words
from .syntax import Span

MAX_LINE: Final = 400
_LEXEME: Final = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<name>(?:(?:np|numpy|jnp|torch)\.)?{NAME})
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{{1,2}}(?![0-9A-Za-z_^]))?)
    | (?P<call>\.(?:dot|matmul|sum|mean)\()
    | (?P<turned>\.T(?![A-Za-z0-9_])|\.transpose\(\)|\.?')
    | (?P<relation>:=|<-(?=\s)|\+=|-=|=(?!=)|←)
    | (?P<compared><=|>=|!=|<|>)
    | (?P<sign>\*\*|\.[*^/]|\((?:\*|\.|o|x)\)|[-+*/@^_]|\.(?=[\sA-Za-z(]))
    | (?P<open>[(\[{{])
    | (?P<close>[)\]}}])
    | (?P<comma>[,;](?=\s|$)|,)
    | (?P<bar>\|\|?)
    | (?P<maths>[^\x00-\x7f])
    | (?P<other>.)
    """,
    re.VERBOSE,
)
_CALLS: Final = words(
    """
    sum mean dot matmul multiply outer sqrt log ln exp max min maximum minimum square power
    transpose diag trace tr norm abs softmax sign mse bce ones zeros rowsum argmax
    """
)
_KEYWORDS: Final = frozenset(["axis", "keepdims", "keepdim", "dim", "True", "False"])
_SHORT_WORDS: Final = words(
    """
    is in of to at we by an as if so on or it be do no up us my he me go am vs eg ie id os py cd
    il la le de du et un en se si es el al da ed ne ja zu im er wo ob um
    """
)
_PROGRAM: Final = re.compile(
    r"^\s*(?:(?:def|class|elif|import|function|void|public|private|static|package|func|fn|print)\b"
    r"|from\s+[\w.]+\s+import|#include|return\b(?!s)|(?:for|while|if|with|try|else|except)\b.*[:{]\s*$"
    r"|(?:for|while|if)\s*\(|(?:let|var|const|int|float|double|auto|export|local)\s+\w+\s*=|end\s*$"
    r"|(?:>>>|\.\.\.|In \[\d*\]:|\$|%)\s)"
    r"|[{;]\s*$|^\s*}\s*$|&&|==|\b(?:self|this)\.|\b(?:range|len|print|input|int|str|open|zip|list)\("
    r"|\.(?:shape|append|reshape|astype|copy|items|format|random|zeros|ones)\b|\blambda\s+\w+\s*:|\[:|:\]"
)
_LEAD: Final = re.compile(r"[ \t>]*(?:(?:[-*+•]|\d+[.)]|\(\d+[a-z]?\))[ \t]+)*")
_LABEL: Final = re.compile(r"[^:=\n]{0,60}:(?:\*\*|__)?[ \t]+")
_JOINT: Final = re.compile(
    r"(?:where|with|and|so|then|thus|hence|therefore|now|let|or)[,:]?[ \t]+", re.I
)
_PLAIN: Final = r"(?:[^()=+*/^_@<>-]|(?<=[a-z])-(?=[a-z]))*"
_REMARK: Final = re.compile(
    r"(?<![ \t])[ \t]{2,}"
    r"(?:\(?\[?\d+[a-z]?\]?\)|[#%].*|//.*|--.*|<-+ .*|[A-Za-z][a-z]+(?: [a-z]+)+[.,]?)$"
    r"|(?<![ \t])[ \t]+(?:\#|//)[ \t].*$"
    rf"|(?<![ \t])[ \t]+\({_PLAIN}[A-Za-z]{{3}}{_PLAIN}\)$"
)
_HEADING: Final = re.compile(r"(?:[#%]|//|--)[^=]*|[A-Z][^=(){};]*|[^=(){};]*:|[-=~*]{3,}|\.\.\.")
_ASIDE: Final = re.compile(
    r",?[ \t]+(?:for|where|since|because|if|when|with|per)[ \t]"
    r"(?=[^=]*$|(?:all|every|each|any|l|k|i|t)\b).*$"
)
_OPERAND: Final = r"[A-Za-z0-9_.*/()+ \t-]+?"
_CASES: Final = re.compile(
    rf",?[ \t]+if[ \t](?P<one>{_OPERAND})(?:[<>]=?|[≤≥])(?P<two>{_OPERAND})"
    rf",?[ \t](?:else|otherwise)[ \t](?P<other>{_OPERAND})$"
)
"""``1 if z > 0 else 0``: the condition belongs to the value."""
_MARKS: Final = ("**", "__", "`", "*", "_")
_INSIDE: Final = re.compile(r"[`$\\\"?!%~&#]|https?:")
_DERIVED: Final = re.compile(r"_(?:prime|deriv|derivative|grad)$|^d_?(?=\w{3})")
_BETWEEN: Final = re.compile(r"d?(?:[WUV][a-z]{2}|b[a-z])")
"""A weight from one layer to another: ``Wxh``."""
_JOINTS: Final = frozenset(["and", "where", "with"])


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be an equation.

    names: its identifiers; heads: what stands in front of its first sign, and of that behind each
    comma; sure: it holds an operation, so that it is no mere setting (``epochs = 10``).
    """

    span: Span
    text: str
    names: tuple[str, ...]
    heads: tuple[str, ...]
    sure: bool


def free_lines(source: str, taken: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The ranges of the lines that touch none of the `taken` spans and hold a relation sign.

    None of a paragraph, or of an indented block, in which a line is program source.
    """
    block: list[tuple[int, int]] = []
    blank = program = indented = False
    hole = at = 0
    while at < len(source):
        stop = source.find("\n", at)
        stop = len(source) if stop < 0 else stop
        while hole < len(taken) and taken[hole].end <= at:
            hole += 1
        free = hole == len(taken) or taken[hole].start >= stop
        text = source[at:stop] if free else ""
        inner = text[:2] in ("  ", "\t") or text[:1] == "\t"
        if not text.strip():
            blank = True
        else:
            if blank and not (inner and indented):
                yield from () if program else block
                block, program = [], False
            blank, indented = False, inner
            program = program or _PROGRAM.search(text[: 2 * MAX_LINE]) is not None
            if ("=" in text or "<-" in text) and len(text) <= 2 * MAX_LINE and text[0] != "|":
                block.append((at, stop))
        at = stop + 1
    yield from () if program else block


def fenced_lines(source: str, start: int, stop: int) -> list[tuple[int, int]]:
    """The lines with equations of a code fence that names no language.

    None if another line of it is neither empty nor a heading of words.
    """
    out: list[tuple[int, int]] = []
    at = start
    for line in source[start:stop].splitlines(keepends=True):
        end, text = at + len(line.rstrip("\r\n")), line.strip()
        if len(text) > 2 * MAX_LINE or _PROGRAM.search(text):
            return []
        if text and not _HEADING.fullmatch(text):
            if candidate(source, at, end) is None:
                return []
            out.append((at, end))
        at += len(line)
    return out


def candidate(source: str, start: int, end: int) -> Line | None:
    """The equation on a line, without bullet, label and remark; None if there is none."""
    if end - start > 2 * MAX_LINE:
        return None
    lead = _LEAD.match(source, start, end)
    start = lead.end() if lead else start
    label = _LABEL.match(source, start, end)
    start = label.end() if label else start
    joint = _JOINT.match(source, start, end)
    start = joint.end() if joint else start
    text = source[start:end].rstrip()
    for mark in _MARKS:
        if text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark):
            text, start = text[len(mark) : -len(mark)], start + len(mark)
            break
    remark = _REMARK.search(text)
    if remark and "=" in text[: remark.start()]:
        text = text[: remark.start()]
    cases = _CASES.search(text.rstrip(" \t.,"))
    if cases and "=" in text[: cases.start()] and not _INSIDE.search(text):
        return _by_cases(text[: cases.start()], cases, start)
    aside = _ASIDE.search(text)
    if aside and "=" in text[: aside.start()]:
        text = text[: aside.start()]
    text = text.rstrip(" \t.,")
    if ("=" not in text and "<-" not in text) or len(text) > MAX_LINE or _INSIDE.search(text):
        return None
    return _structured(text, start)


def _by_cases(value: str, cases: re.Match[str], start: int) -> Line | None:
    """The line with both of its cases: ``f(z) = z if z > 0 else a * z``."""
    line = _structured(value, start)
    others = [_structured(f"x = {cases[part].strip()}", 0) for part in ("one", "two", "other")]
    if line is None or None in others:
        return None
    end = start + len(value) + len(cases[0])
    return Line(Span(start, end), value + cases[0], line.names, line.heads, True)


def _structured(text: str, start: int) -> Line | None:
    """The line if it is built as equations are: operands, operators, one value a relation."""
    structure = _Structure(text)
    return structure.line(start) if structure.holds() else None


_OPERANDS: Final = frozenset(["name", "word", "number", "close", "turned", "maths", "bar"])
_RUNNING: Final = frozenset(["name", "word", "number"])


class _Structure:
    """Goes over the lexemes of a line and looks whether an equation can be built so."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: list[str] = []
        self.heads: list[str] = []
        self.depth = self.begin = 0
        self.before = "comma"
        self.headed = self.sure = False

    def line(self, start: int) -> Line:
        """The line that holds."""
        span = Span(start, start + len(self.text))
        return Line(span, self.text, tuple(self.names), tuple(self.heads), self.sure)

    def holds(self) -> bool:
        """Whether all of the text is equations."""
        for match in _LEXEME.finditer(self.text):
            kind, word = match.lastgroup or "", match.group()
            if kind != "space" and not self._goes_on(kind, word, match):
                return False
        ended = self.before not in ("sign", "relation", "comma", "open")
        return self.depth == 0 and bool(self.heads) and self.headed and ended

    def _goes_on(self, kind: str, word: str, match: re.Match[str]) -> bool:
        operand = self.before in _OPERANDS
        if kind == "name" and word in _JOINTS and self.depth == 0 and operand:
            kind = "comma"
        if kind == "other" or (kind == "bar" and word == "|" and self.text.count("|") % 2):
            return False
        if kind == "name":
            kind = self._name(word, match)
        elif kind == "relation" and self.depth == 0:
            if not operand:
                return False
            self.heads += [] if self.headed else [self.text[self.begin : match.start()].strip()]
            self.headed = True
        elif kind == "comma" and self.depth == 0:
            if not (operand and self.headed):
                return False
            self.begin, self.headed = match.end(), False
        elif kind == "sign" and word not in "-+" and word[0] != "(" and not operand:
            return False
        self.depth += (kind in ("open", "call")) - (kind == "close")
        self.sure |= kind in ("sign", "call", "maths")
        self.sure |= kind == "open" and self.before in ("name", "word")
        self.before = kind
        return bool(kind) and self.depth >= 0

    def _name(self, word: str, match: re.Match[str]) -> str:
        """What a name is here (see `sort`), "" if it cannot stand here in an equation."""
        self.names.append(word)
        following = self.text[match.end() :]
        alone = self.before not in _RUNNING and not re.match(r"\s+[A-Za-z0-9]", following)
        kind = sort(word, following[:1], alone)
        runs = self.before in _RUNNING and (kind == "word" or self.before == "word")
        return "" if runs and self.text[match.start() - 1].isspace() else kind


def sort(word: str, following: str, alone: bool = True) -> str:
    """What a run of letters and digits is: ``name``, ``word`` (a longer one), "" for prose."""
    word = word.rpartition(".")[2]
    lower = word.lower()
    prose = (lower in _SHORT_WORDS and word[0] not in "WUV") or (
        lower in CONNECTIVES and len(word) > 1
    )
    if prose and not alone:
        return ""
    if following == "(" and len(word) > 2 and not word[-1].isdigit():
        stem = _DERIVED.sub("", lower)
        return "name" if stem in _CALLS | FUNCTION_WORDS or stem in LETTERS else ""
    stem = word.split("_")[0].rstrip("0123456789")
    if (
        len(stem) < 3
        or _BETWEEN.fullmatch(stem)
        or stem in LETTERS
        or stem.lower() in VOCABULARY
        or word in _KEYWORDS
    ):
        return "name"
    if stem[0] == "d" and (stem[1:] in LETTERS or stem[1].isupper()):
        return "name"
    return "word"


def is_function(name: str) -> bool:
    """Whether an identifier names a function of numbers or arrays, or its derivative.

    >>> [name for name in ("np.dot", "relu_grad", "hidden") if is_function(name)]
    ['np.dot', 'relu_grad']
    """
    stem = _DERIVED.sub("", name.lower().rpartition(".")[2])
    return stem in _CALLS | FUNCTION_WORDS
