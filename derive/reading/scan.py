"""From raw text to pieces of maths with absolute offsets.

In: a Markdown, plain-text or TeX source.  Out: `Scanned`: the pieces in order, what is known to
be prose, and where pieces that are never closed break off.  One pass from left to right that
jumps from delimiter to delimiter; linear whatever the source holds.

>>> scanned = scan("Let $x$ be `$5`, then $$y = x^2$$", "md")
>>> [(raw.kind, raw.body.start, raw.body.end) for raw in scanned.pieces]
[('inline', 5, 6), ('display', 24, 31)]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from .bare import bare_equations, fenced_equations
from .identifiers import Lexicon
from .symbols import DISPLAYS, VOCABULARY
from .syntax import Directive, Span
from .typed import typed_equations
from .typed_lines import fenced_lines, free_lines

MAX_COST: Final = 700_000
"""Characters of maths in one note, `_OVERHEAD` more for every piece; the rest is not read."""
_OVERHEAD: Final = 100
_TOO_MUCH: Final = f"at most {MAX_COST} characters of maths in one note expected"

_DELIMITERS: Final = "|".join(sorted(DISPLAYS, key=len, reverse=True))
_MARK: Final = re.compile(
    r"""
      (?P<doubled>\\\\[\[(])
    | (?P<escaped>\\[$`%\\])
    | (?P<begin>\\begin\s*\{(?P<name>NAMES)(?P<star>\*?)\}
        (?:(?:(?<=alignat\})|(?<=alignat\*\})|(?<=alignedat\}))\s*\{[0-9]+\})?)
    | (?P<verbatim>\\begin\s*\{(?P<box>verbatim|lstlisting|minted|comment|Verbatim)\*?\})
    | (?P<verb>\\verb\*?(?P<bar>[^A-Za-z\s*]))
    | (?P<bracket>\\\[)
    | (?P<paren>\\\()
    | (?P<dollars>\$\$)
    | (?P<dollar>\$)
    | (?P<fence>(?:^|(?<=\n))(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)
        (?P<ticks>`{3,}|~{3,})(?P<info>[^\n`]*)(?:\n|$))
    | (?P<code>`+)
    | (?P<comment><!--)
    | (?P<percent>%)
    """.replace("NAMES", _DELIMITERS),
    re.VERBOSE,
)
_BLANK: Final = re.compile(r"\n[ \t>]*\n")
_DIRECTIVE: Final = re.compile(r"derive:\s*(\S.*?)\s*$", re.DOTALL)
_FRONT: Final = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PROSE_LINE: Final = re.compile(r"^[ \t]*#{1,6}\s|(?:^|\s)[a-z]{2,}\s+[a-z]{2,}\s+[a-z]{2,}", re.M)
_GROUPED: Final = re.compile(r"\\[A-Za-z]+\s*\{[^{}]*\}|\\[A-Za-z]+")
_MARKER: Final = re.compile(r"[^ \t>]")
_OPTIONS: Final = re.compile(r"(?:[ \t>]*:[A-Za-z][A-Za-z-]*:[^\n]*\n)+")
_MONEY: Final = re.compile(r"\$\d[\d,.]*(?:\s|[.,;:!?)]|$)")


@dataclass(frozen=True, slots=True)
class Raw:
    """One piece of maths before tokenizing.

    problem: "" or what is missing, for a piece that is never closed.  quoted: the piece stands
    in a block quote, whose marks are at the beginning of its lines.  plain: it is typed in plain
    text, without any delimiter.
    """

    span: Span
    body: Span
    kind: str
    expect: str
    problem: str = ""
    quoted: bool = False
    plain: bool = False


@dataclass(slots=True)
class Scanned:
    """All pieces of a source; `skipped` are comments and code, which are neither."""

    pieces: list[Raw] = field(default_factory=list)
    skipped: list[Span] = field(default_factory=list)
    front_matter: str = ""
    directives: list[Directive] = field(default_factory=list)
    lexicon: Lexicon = field(default_factory=Lexicon)
    """What the equations typed in plain text tell together."""


def scan(source: str, kind: str) -> Scanned:
    """The pieces of maths in a source of the kind ``"md"``, ``"txt"`` or ``"tex"``."""
    return _Scanner(source, kind).scan()


class _Scanner:
    def __init__(self, source: str, kind: str) -> None:
        self.source, self.tex = source, kind == "tex"
        self.out = Scanned()
        self.known: dict[str, int] = {}
        self.blank = (-1, -1)
        self.line = 0  # where the line of the last piece begins
        self.cost = 0
        self.codes: set[int] = set()
        """Where inline code begins: a line that is nothing else may be an equation."""
        self.fenced: list[tuple[int, int]] = []
        """Lines of fences that name no language, which may be equations."""

    def scan(self) -> Scanned:
        at = 0
        if not self.tex and (front := _FRONT.match(self.source)):
            self.out.front_matter = front.group(1) or ""
            at = front.end()
            self.out.skipped.append(Span(0, at))
        while self.cost <= MAX_COST and (match := _MARK.search(self.source, at)):
            at = self._mark(match)
        if self.cost > MAX_COST and _MARK.search(self.source, at):
            rest = Span(at, len(self.source))
            self.out.pieces.append(Raw(rest, rest, "display", "", _TOO_MUCH))
        elif not self.tex:
            self._bare()
        self._expectations()
        return self.out

    def _expectations(self) -> None:
        """Give every stated expectation to the piece that follows it."""
        expect = [d for d in self.out.directives if d.text.split()[0] == "expect"]
        waiting = [(d.span.end, d.text.partition("expect")[2].strip()) for d in expect][::-1]
        for i, raw in enumerate(self.out.pieces):
            due: list[str] = []
            while waiting and waiting[-1][0] <= raw.span.start:
                due.append(waiting.pop()[1])
            if due:
                self.out.pieces[i] = replace(raw, expect="\n".join(due))

    def _bare(self) -> None:
        """Add the equations that stand on lines of their own without any delimiter."""
        taken = [*(raw.span for raw in self.out.pieces), *self.out.skipped]
        room = max(0, (MAX_COST - self.cost) // _OVERHEAD)
        taken.sort(key=lambda span: span.start)
        found = bare_equations(self.source, taken, room + 1)
        found += self._typed(taken, found)
        found.sort(key=lambda span: span.start)
        self.out.pieces += [Raw(span, span, "inline", "", plain=True) for span in found[:room]]
        if len(found) > room:
            self.out.pieces.append(Raw(found[room], found[room], "inline", "", _TOO_MUCH))
        self.out.pieces.sort(key=lambda raw: raw.span.start)

    def _typed(self, taken: list[Span], known: list[Span]) -> list[Span]:
        """The equations that are typed in ASCII, without those that are known already."""
        closed = [span for span in taken if span.start not in self.codes]
        lines = sorted([*free_lines(self.source, closed), *self.fenced])
        maths = " ".join(
            self.source[raw.body.start : raw.body.end] for raw in self.out.pieces if lines
        )
        typed = typed_equations(self.source, lines, maths)
        self.out.lexicon = typed.lexicon
        at = {span.start for span in known}
        at |= {raw.span.start for raw in self.out.pieces}
        return [span for span in typed.spans if span.start not in at]

    def _mark(self, match: re.Match[str]) -> int:
        """Deal with one delimiter: the offset from which to go on."""
        start, end = match.span()
        match match.lastgroup:
            case "dollars":
                return self._delimited(start, end, "$$", "display")
            case "bracket":
                return self._delimited(start, end, "\\]", "display")
            case "paren":
                return self._delimited(start, end, "\\)", "inline")
            case "dollar":
                return self._inline(start)
        if match["doubled"]:
            return self._doubled(match)
        if match["begin"]:
            closer = f"\\end{{{match['name']}{match['star']}}}"
            return self._delimited(start, end, closer, "environment")
        if match["escaped"]:
            return end
        if self.tex:
            return self._tex(match)
        return self._markdown(match)

    def _doubled(self, match: re.Match[str]) -> int:
        """``\\\\(`` in Markdown, which takes one backslash off; in TeX a line that ends."""
        start, end = match.span()
        closer = "\\\\)" if match.group()[-1] == "(" else "\\\\]"
        close = -1 if self.tex else self._find(closer, end)
        if 0 <= close < self._next_blank(end):
            kind = "inline" if closer[-1] == ")" else "display"
            return self._delimited(start, end, closer, kind)
        return end if self.tex else start + 1

    def _tex(self, match: re.Match[str]) -> int:
        start, end = match.span()
        close = end
        if match["percent"]:
            close = self._find("\n", end)
            close = len(self.source) if close < 0 else close
            self._comment(end, close)
        elif match["verbatim"]:
            close = self._find(f"\\end{{{match['box']}}}", end)
        elif match["verb"]:
            line = self._find("\n", end)
            close = self.source.find(match["bar"], end, len(self.source) if line < 0 else line)
            close += close >= 0
        else:
            return end
        return self._skip(start, end, close)

    def _markdown(self, match: re.Match[str]) -> int:
        start, end = match.span()
        if match["comment"]:
            close = self._find("-->", end)
            if close >= 0:
                self._comment(end, close)
                close += 3
            return self._skip(start, end, close)
        if match["fence"]:
            return self._fence(match)
        if match["code"]:
            blank = self._next_blank(end)
            close = self._find(match["code"], end)
            ticks = len(match["code"])
            while close >= 0 and self.source[close : close + ticks + 1] == "`" * (ticks + 1):
                longer = close + ticks
                while self.source[longer : longer + 1] == "`":
                    longer += 1
                close = self._find(match["code"], longer)
            if 0 <= close < blank:
                self.codes.add(start)
                return self._skip(start, end, close + ticks)
        return end

    def _fence(self, match: re.Match[str]) -> int:
        """A code fence: passed over, unless it is fenced maths."""
        ticks = match["ticks"]
        end = match.end()
        lead = match["lead"]
        leads = sorted({"", lead, _MARKER.sub(" ", lead)})
        found = [self._find("\n" + lead + ticks, end - 1) for lead in leads]
        close = min((at for at in found if at >= 0), default=-1)
        stop = len(self.source) if close < 0 else close + 1
        line = self._find("\n", stop)
        after = len(self.source) if line < 0 or close < 0 else line
        info = match["info"].strip().lower()
        if info in ("", "text", "txt", "plain", "plaintext") and close >= 0:
            known = [] if info else fenced_equations(self.source, end, stop)
            for inside in known:
                self._add(inside, inside, "inline", "")
            self.fenced += [] if known else fenced_lines(self.source, end, stop)
        if info.strip("{}") not in ("math", "latex math"):
            return self._skip(match.start(), end, after)
        if info[0] == "{" and (options := _OPTIONS.match(self.source, end, stop)):
            end = options.end()
        start = match.start("ticks")
        problem = "" if close >= 0 else f"the closing {ticks} expected"
        span = Span(start, after)
        self._add(span, Span(end, max(end, stop if close < 0 else stop - 1)), "display", problem)
        return after

    # -- pieces --------------------------------------------------------------------------

    def _delimited(self, start: int, end: int, closer: str, kind: str) -> int:
        close = self._find(closer, end)
        while close > 0 and closer[0] == "\\" and self._escaped(close):
            close = self._find(closer, close + 1)
        blank = self._next_blank(end)
        broken = close < 0 or (blank < close and self._breaks(kind, end, close))
        if not broken:
            after = close + len(closer)
            self._add(Span(start, after), Span(end, close), kind, "")
            return after
        self._add(Span(start, blank), Span(end, blank), kind, f"the closing {closer} expected")
        return blank

    def _escaped(self, at: int) -> bool:
        """Whether an odd number of backslashes stands in front of `at`."""
        count = 0
        while self.source[at - 1 - count : at - count] == "\\":
            count += 1
        return count % 2 == 1

    def _breaks(self, kind: str, start: int, close: int) -> bool:
        """Whether a blank line inside a piece means that it was never closed."""
        if kind == "inline":
            return True
        text = self.source[start:close]
        nested = any(mark in text for mark in ("$$", "\\[", "\n```")) or (
            kind == "environment" and "\\section" in text
        )
        return nested or _PROSE_LINE.search(_GROUPED.sub(" ", text)) is not None

    def _inline(self, start: int) -> int:
        """A single dollar: maths up to the next one in the paragraph, or money."""
        source = self.source
        if not self.tex and source[start + 1 : start + 2] == "`":
            close = self._find("`$", start + 2)
            if 0 <= close < self._next_blank(start):
                self._add(Span(start, close + 2), Span(start + 2, close), "inline", "")
                return close + 2
        close = self._find("$", start + 1)
        while close > 0 and self._escaped(close):
            close = self._find("$", close + 1)
        if close < 0 or close >= self._next_blank(start):
            return start + 1
        if not self.tex and not self._is_maths(start, close):
            text = self.source[start + 1 : close]
            prose = text[0].isspace() and text[-1].isspace() and "\n" not in text
            return close + 1 if prose else start + 1  # two loose dollars, or a price
        self._add(Span(start, close + 1), Span(start + 1, close), "inline", "")
        return close + 1

    def _is_maths(self, start: int, close: int) -> bool:
        """Whether the text between two dollars is maths rather than prose between two prices."""
        text = self.source[start + 1 : close]
        if not text.strip():
            return False
        spaced = text[-1].isspace()
        if text[0].isdigit() and (spaced or self.source[close + 1 : close + 2].isdigit()):
            return False
        loose = spaced != text[0].isspace() or "\n" in text or text[-1] in "([{*,_^>`"
        if loose and _MONEY.match(self.source, start):
            return False
        if any(sign in text for sign in "\\^_="):
            return True
        if "\n" in text:
            return False
        words = [w for w in re.findall(r"[A-Za-z]{3,}", text) if w.lower() not in VOCABULARY]
        return not (len(words) > 1 or (words and (spaced or "/" in text)))

    def _add(self, span: Span, body: Span, kind: str, problem: str) -> None:
        self.cost += _OVERHEAD + body.end - body.start
        while 0 <= (newline := self._find("\n", self.line)) < span.start:
            self.line = newline + 1
        before = self.source[self.line : min(span.start, self.line + 200)]
        quoted = not self.tex and before.lstrip().startswith(">")
        self.out.pieces.append(Raw(span, body, kind, "", problem, quoted))

    def _comment(self, start: int, end: int) -> None:
        text = self.source[start:end]
        found = _DIRECTIVE.match(text, len(text) - len(text.lstrip()))
        if found:
            said = " ".join(found.group(1).split())
            self.out.directives.append(Directive(Span(start + found.start(), end), said))

    def _skip(self, start: int, end: int, close: int) -> int:
        """Pass over code or a comment; one that is never closed is only its opening mark."""
        if close < 0:
            return end
        self.out.skipped.append(Span(start, close))
        return close

    # -- looking ahead, each stretch of the source once -----------------------------------

    def _find(self, text: str, at: int) -> int:
        """`str.find` that remembers where the next occurrence is."""
        known = self.known.get(text, -2)
        if known == -1 or known >= at:
            return known
        self.known[text] = self.source.find(text, at)
        return self.known[text]

    def _next_blank(self, at: int) -> int:
        """The offset of the next blank line, or of the end of the source."""
        asked, found = self.blank
        if not asked <= at <= found:
            match = _BLANK.search(self.source, at)
            found = match.start() if match else len(self.source)
            self.blank = (at, found)
        return found
