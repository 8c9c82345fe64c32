"""Which lines of plain text are equations typed in ASCII: ``dW2 = 1/m * dZ2 @ A1.T``.

In: the source and the stretches that are accounted for already.  Out: the spans of the equations
and the `Lexicon` that they make together.  Nothing marks such a line, so three things must agree:
every word of it is mathematical or a name of another line, no line of its paragraph is program
source, and the note holds a gradient of something that another equation names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .identifiers import FUNCTION_WORDS, LETTERS, NAME, Lexicon, quotient_of, subject_of
from .symbols import CONNECTIVES, VOCABULARY, words
from .syntax import Span

MAX_LINE: Final = 400
_LEXEME: Final = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<name>(?:(?:np|numpy|jnp|torch)\.)?{NAME})
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{{1,2}}(?![0-9A-Za-z_^]))?)
    | (?P<call>\.(?:dot|matmul|sum|mean)\()
    | (?P<turned>\.T(?![A-Za-z0-9_])|\.transpose\(\)|')
    | (?P<relation>:=|<-(?=\s)|\+=|-=|=(?!=)|←)
    | (?P<compared><=|>=|!=|<|>)
    | (?P<sign>\*\*|\.\*|\((?:\*|\.|o|x)\)|[-+*/@^_]|\.(?=[\sA-Za-z(]))
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
    r"[ \t]{2,}(?:\(?\[?\d+[a-z]?\]?\)|[#%].*|//.*|--.*|<-+ .*|[A-Za-z][a-z]+(?: [a-z]+)+[.,]?)$"
    rf"|[ \t]+(?:\#|//)[ \t].*$|[ \t]+\({_PLAIN}[A-Za-z]{{3}}{_PLAIN}\)$"
)
_HEADING: Final = re.compile(r"(?:[#%]|//|--)[^=]*|[A-Z][^=(){};]*|[^=(){};]*:|[-=~*]{3,}|\.\.\.")
_MARKS: Final = ("**", "__", "`", "*", "_")
_INSIDE: Final = re.compile(r"[`$\\\"?!%~&#]|https?:")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that may be an equation: its span, its names, and what it gives a value to."""

    span: Span
    names: tuple[str, ...]
    given: tuple[str, ...]
    sure: bool
    """Whether it holds an operation, so that it is no mere setting (``epochs = 10``)."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The equations of a source that are typed in plain text, and what they tell together."""

    spans: tuple[Span, ...]
    lexicon: Lexicon


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
            program = program or _PROGRAM.search(text) is not None
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
        if text and _PROGRAM.search(text):
            return []
        if text and not _HEADING.fullmatch(text):
            if candidate(source, at, end) is None:
                return []
            out.append((at, end))
        at += len(line)
    return out


def candidate(source: str, start: int, end: int) -> Line | None:
    """The equation on a line, without bullet, label and remark; None if there is none."""
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
    text = text.rstrip(" \t.,")
    if ("=" not in text and "<-" not in text) or len(text) > MAX_LINE or _INSIDE.search(text):
        return None
    return _structured(text, start)


def _structured(text: str, start: int) -> Line | None:
    """The line if it is built as equations are: operands, operators, one value a relation."""
    names: list[str] = []
    given: list[str] = []
    depth, before, relations, signs = 0, "comma", 0, False
    for match in _LEXEME.finditer(text):
        kind, word = match.lastgroup or "", match.group()
        if kind == "space":
            continue
        operand = before in ("name", "word", "number", "close", "turned", "maths", "bar")
        if kind == "other" or (
            kind == "bar" and word == "|" and depth == 0 and text.count("|") % 2
        ):
            return None
        if kind == "name":
            alone = before not in ("name", "word", "number")
            kind = _sort(word, text[match.end() : match.end() + 1], alone)
            if not kind or (kind == "word" and before in ("name", "word", "number")):
                return None
            if before == "word" and text[match.start() - 1] == " ":
                return None
            names.append(word)
        elif kind == "relation":
            if depth == 0 and (not operand or not names):
                return None
            relations += depth == 0
            if depth == 0:
                given.append(names[-1] if len(given) == 0 else "")
        elif kind in ("open", "call"):
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "sign" and word not in "-+" and not operand and word[0] != "(":
            return None
        signs |= kind in ("sign", "call", "maths") or (
            kind == "open" and before in ("name", "word")
        )
        before = "name" if kind == "called" else kind
        if depth < 0:
            return None
    whole = depth == 0 and relations > 0 and before not in ("sign", "relation", "comma", "open")
    return (
        Line(Span(start, start + len(text)), tuple(names), _given(text), signs) if whole else None
    )


def _sort(word: str, following: str, alone: bool = True) -> str:
    """What a run of letters and digits is: ``name``, ``word`` (a longer one), "" for prose."""
    word = word.rpartition(".")[2]
    lower = word.lower()
    prose = lower in _SHORT_WORDS or (lower in CONNECTIVES and len(word) > 1)
    if prose and not (alone and word[0] == "d"):
        return ""
    if following == "(" and len(word) > 2 and not word[-1].isdigit():
        stem = re.sub(r"_(?:prime|deriv|derivative|grad)$|^d_?(?=\w{3})", "", lower)
        return "called" if stem in _CALLS | FUNCTION_WORDS or stem in LETTERS else ""
    stem = word.split("_")[0].rstrip("0123456789")
    if len(stem) < 3 or stem in LETTERS or stem.lower() in VOCABULARY or word in _KEYWORDS:
        return "name"
    if stem[0] == "d" and (stem[1:] in LETTERS or stem[1].isupper()):
        return "name"
    return "word"


def _given(text: str) -> tuple[str, ...]:
    """The names that an equation gives a value to or a gradient of: in front of its first sign."""
    head = re.split(r":=|<-|[+-]?=|←", text, maxsplit=1)[0]
    return tuple(re.findall(NAME, head))


def typed_equations(source: str, lines: Iterable[tuple[int, int]], maths: str) -> Typed:
    """The equations among lines (their ranges), where the note tells that they are maths.

    maths: the text of the pieces of maths that the note has beside them.
    """
    found = [line for start, end in lines if (line := candidate(source, start, end))]
    counted = Counter(name for line in found for name in set(line.names))
    kept = [line for line in found if _is_told(line, counted)]
    names = frozenset(name for line in kept for name in line.names)
    if not _has_gradient(kept, names, maths):
        return Typed((), Lexicon())
    octave = any(".*" in source[line.span.start : line.span.end] for line in kept)
    lexicon = Lexicon(names, frozenset(_whole(kept, names)), octave)
    return Typed(tuple(line.span for line in kept), lexicon)


def _is_told(line: Line, counted: Counter[str]) -> bool:
    """Whether every longer word of a line stands in another one too."""
    words = [n for n in set(line.names) if _sort(n, "") == "word" and not _is_function(n)]
    if not (line.sure or len(line.names) > 1):  # m = 100
        return not words and bool(line.names) and counted[line.names[0]] > 1
    marked = (word for word in words if counted[word] == 1)
    return all(counted["d" + word] or counted["grad_" + word] for word in marked)


def _is_function(name: str) -> bool:
    stem = re.sub(r"_(?:prime|deriv|derivative|grad)$|^d_?(?=\w{3})", "", name.lower())
    return stem.rpartition(".")[2] in _CALLS | FUNCTION_WORDS


def _has_gradient(lines: Sequence[Line], names: frozenset[str], maths: str) -> bool:
    """Whether one equation is about the gradient of what another one names."""
    for line in lines:
        for name in line.given:
            subject = subject_of(name, names) or (quotient_of(name) or ("", ""))[1]
            error = name.startswith("delta") and len(set(line.names) & names) > 2
            if error or (subject and any(subject in other.names for other in lines)):
                return True
            if subject and re.search(rf"(?<![A-Za-z]){re.escape(subject[0])}(?![A-Za-z])", maths):
                return True
    return False


def _whole(lines: Sequence[Line], names: frozenset[str]) -> Iterator[str]:
    """Runs of two or three letters that are one name."""
    given = {name for line in lines for name in line.given}
    for name in sorted(names | {s for n in names if (s := subject_of(n, names))}):
        short = 2 <= len(name) <= 3 and name.isalpha() and name.lower() not in VOCABULARY
        if short and name not in LETTERS and subject_of(name, names) is None:
            marked = {"d" + name, "d_" + name, "grad_" + name} & names
            if (
                name in given
                or marked
                or (name[0] in "WUVb" and name[1:].islower() and len(name) == 3)
            ):
                yield name
