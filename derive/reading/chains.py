"""From segments to chains of relations, loose expressions and remarks.

In: the source and the body of one piece.  Out: its chains, its loose expressions and notes on
what was passed over.  Every relation sign that counts is in exactly one chain, whatever else
cannot be read; a side that cannot be read is an `Unreadable` and leaves its neighbours alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .brackets import MAX_DEPTH, TooDeep, argument, match, signs
from .clean import clean
from .cursor import Failure
from .layout import Layout, Segment, is_sign
from .parser import Parser
from .symbols import ARROWS, CLOSERS, CONNECTIVES, OPENERS, QUANTIFIERS, SEPARATORS
from .syntax import Chain, Node, Relation, Remark, Span, Unreadable
from .tokens import Token

MAX_TOKENS: Final = 20_000
"""A piece of maths with more tokens than this is not read."""

_PUNCTUATION: Final = frozenset([".", ",", ";", ":", "?"])
_FOLLOWS_A_NAME: Final = frozenset(["(", "_", "^", "'", "+", "-", *SEPARATORS])


@dataclass(slots=True)
class Reading:
    """What was read of a piece: see the fields of `syntax.Piece`."""

    chains: list[Chain] = field(default_factory=list)
    loose: list[Node] = field(default_factory=list)
    notes: list[tuple[str, Span]] = field(default_factory=list)


def unreadable_piece(tokens: Sequence[Token], body: Span, message: str, at: Span) -> Reading:
    """A piece of which only the relation signs are counted.

    One without a sign (or too large to count) has an empty one, so that it is a claim that
    cannot be read rather than nothing.
    """
    counted: list[bool] = []
    if len(tokens) <= MAX_TOKENS:
        try:
            counted = signs(tokens, match(tokens))[1]
        except TooDeep:
            counted = [is_sign(token) for token in tokens]
    relations = [token for token, yes in zip(tokens, counted, strict=False) if yes]
    found = tuple(
        Relation(token.text, Span(token.start, token.end), step)
        for step, token in enumerate(relations, 1)
    ) or (Relation("", Span(body.start, body.start), 1),)
    side = Unreadable(body, message, at)
    return Reading([Chain(side, found, (side,) * len(found), None, "", "", body)])


def read_chains(source: str, tokens: Sequence[Token], body: Span) -> Reading:
    """The chains, loose expressions and notes of the piece whose tokens these are."""
    if len(tokens) > MAX_TOKENS:
        return unreadable_piece(tokens, body, f"at most {MAX_TOKENS} tokens expected", body)
    message = f"expressions nested at most {MAX_DEPTH} levels deep expected"
    try:
        cleaned = clean(tokens)
        layout = Layout(cleaned)
    except TooDeep as error:
        token = tokens[min(error.at, len(tokens) - 1)]
        return unreadable_piece(tokens, body, message, Span(token.start, token.end))
    counted = [token for token, yes in zip(cleaned, layout.counted, strict=True) if yes]
    reader = _Reader(source, counted)
    segments = layout.segments()
    try:
        for position, segment in enumerate(segments):
            reader.read(segment, segments[position + 1 : position + 2])
    except TooDeep:  # a bracket that closes behind a comma stays open before it
        return unreadable_piece(tokens, body, message, body)
    reader.account()
    return reader.out


class _Reader:
    """Reads segment by segment."""

    def __init__(self, source: str, counted: Sequence[Token]) -> None:
        self.source = source
        self.out = Reading()
        self.label = ""
        self.counted = counted
        # by identity: what a macro expands to can hold equal tokens with equal spans
        self.number = {id(token): step for step, token in enumerate(counted, 1)}
        self.disowned: set[int] = set()
        """Numbers of the signs inside remarks: they belong to the remark."""

    def is_sign(self, token: Token) -> bool:
        """Whether the token is a relation sign that counts."""
        return id(token) in self.number

    def _disown(self, tokens: Sequence[Token]) -> None:
        self.disowned.update(self.number[id(t)] for t in tokens if self.is_sign(t))

    # -- one segment ---------------------------------------------------------------------

    def read(self, segment: Segment, following: Sequence[Segment]) -> None:
        tokens = self._trim(segment.tokens)
        if segment.remark:
            self._disown(segment.remark)
        if tokens and (
            all(token.kind == "word" for token in tokens)
            or (tokens[0].text in QUANTIFIERS and not any(map(self.is_sign, tokens)))
        ):
            self._words(tokens, segment, following)
        elif tokens:
            label, tokens = self._labelled(tokens)
            if self.label:
                label, self.label = f"{self.label} {label}".strip(), ""
            if tokens:
                self._expressions(tokens, label, segment.opens)
        if segment.remark:
            self._remark(segment.remark)

    def _words(self, tokens: list[Token], segment: Segment, following: Sequence[Segment]) -> None:
        """Words alone: a label of the equation that follows on the row, else a remark."""
        ahead = following[0] if following else None
        quantified = tokens[0].text in QUANTIFIERS
        near = ahead is not None and (ahead.behind == "gap" or quantified)
        if ahead is not None and near and any(map(self.is_sign, ahead.tokens)):
            self.label = self._wording(tokens)
        elif self.out.chains or quantified or not tokens[0].text.strip():
            self._remark(tokens)
        else:
            parser = Parser(tokens, match(tokens))
            self.out.loose.append(parser.name())

    def _remark(self, tokens: Sequence[Token]) -> None:
        """Attach words to the chain before them."""
        span = Span(tokens[0].start, tokens[-1].end)
        if not self.out.chains:
            self.out.notes.append((f"remark {self._slice(tokens)!r}", span))
            return
        chain = self.out.chains[-1]
        old = chain.remark
        text = self._wording(tokens)
        if old is not None:
            span = Span(old.span.start, max(span.end, old.span.end))
            text = f"{old.text}; {text}".strip("; ")
        remark = Remark(text, old.nodes if old else (), span)
        self.out.chains[-1] = replace(chain, remark=remark)

    def _trim(self, tokens: list[Token]) -> list[Token]:
        """Without punctuation and unmatched brackets at the edges."""
        partner = match(tokens)
        low, high = 0, len(tokens)

        def loose(i: int) -> bool:
            token = tokens[i]
            if token.kind == "word" or token.text in ("{", "}"):
                return False
            if token.text in _PUNCTUATION:
                return True
            return (token.text in OPENERS or token.text in CLOSERS) and partner[i] < 0

        while low < high and loose(low) and not self._opens_cases(tokens, low):
            low += 1
        while low < high and loose(high - 1):
            high -= 1
        for token in (*tokens[:low], *tokens[high:]):
            if token.text not in _PUNCTUATION:
                note = f"unmatched bracket {token.text!r}"
                self.out.notes.append((note, Span(token.start, token.end)))
        return tokens[low:high]

    def _opens_cases(self, tokens: list[Token], i: int) -> bool:
        return i + 1 < len(tokens) and tokens[i + 1].kind == "begin" and tokens[i].text == "\\{"

    # -- labels and remarks --------------------------------------------------------------

    def _labelled(self, tokens: list[Token]) -> tuple[str, list[Token]]:
        """Take the words in front of an equation off: (label, the rest)."""
        depth, cut = 0, 0
        for i, token in enumerate(tokens):
            if token.kind == "word":
                continue
            if self.is_sign(token):
                break
            depth += (token.text in OPENERS) - (token.text in CLOSERS)
            if token.text == ":" and depth == 0:
                cut = i + 1
        while cut < len(tokens) and tokens[cut].kind == "word" and self._is_label(tokens, cut):
            cut += 1
        if cut == len(tokens):
            return "", tokens
        label = self._wording(tokens[:cut]).rstrip(": ") if cut else ""
        return label, tokens[cut:]

    def _is_label(self, tokens: list[Token], i: int) -> bool:
        if i + 1 == len(tokens):
            return False
        following = tokens[i + 1]
        first = tokens[i].text.lower().replace(",", " ").split()[:1]
        if tokens[i].text.rstrip().endswith(":") or (first and first[0] in CONNECTIVES):
            return True
        if following.kind == "word":
            return True
        return not self.is_sign(following) and following.text not in _FOLLOWS_A_NAME

    def _expressions(self, tokens: list[Token], label: str, opens: str) -> None:
        """A chain, or loose expressions if there is no relation sign at the top."""
        partner = match(tokens)
        cuts = _top(tokens, partner, self.is_sign)
        arrows = _top(tokens, partner, _is_arrow)
        if not cuts or (arrows and arrows[0] < cuts[0]):
            edges = [-1, *(a for a in arrows if not cuts or a < cuts[0])]
            ends = edges[1:] if cuts else [*edges[1:], len(tokens)]
            for low, high in zip(edges, ends, strict=False):
                if low + 1 < high:
                    self.out.loose.append(self._side(tokens, partner, low + 1, high, not cuts))
            if not cuts:
                return
            first = edges[-1] + 1
            tokens, partner = tokens[first:], match(tokens[first:])
            cuts = _top(tokens, partner, self.is_sign)
            arrows = _top(tokens, partner, _is_arrow)
        end = next((a for a in arrows if a > cuts[0]), len(tokens))
        self._chain(tokens, partner, [c for c in cuts if c < end], end, label, opens)

    def _chain(
        self,
        tokens: list[Token],
        partner: list[int],
        cuts: list[int],
        end: int,
        label: str,
        opens: str,
    ) -> None:
        relations = tuple(
            Relation(
                tokens[c].text,
                Span(tokens[c].start, tokens[c].end),
                self.number[id(tokens[c])],
            )
            for c in cuts
        )
        head = self._side(tokens, partner, 0, cuts[0]) if cuts[0] > 0 else None
        sides = list(zip(cuts, [*cuts[1:], end], strict=True))
        parts: list[Node] = []
        trailing: list[Token] = []
        for low, high in sides:
            stop = high
            if high == end:
                while stop - 1 > low + 1 and self._is_trailing(tokens, stop - 1):
                    stop -= 1
                trailing = tokens[stop:high]
            parts.append(self._side(tokens, partner, low + 1, stop))
        span = Span(tokens[0].start, max(parts[-1].span.end, relations[-1].span.end))
        remark = self._arrow_remark(tokens, partner, end) if end < len(tokens) else None
        self.out.chains.append(Chain(head, relations, tuple(parts), remark, label, opens, span))
        if trailing:
            self._remark(trailing)

    def _is_trailing(self, tokens: list[Token], i: int) -> bool:
        """Whether the word at `i` ends the chain as a remark."""
        token, before = tokens[i], tokens[i - 1]
        if token.kind != "word" or self.is_sign(before) or before.text in SEPARATORS:
            return False
        text = token.text.strip()
        return not text.isalnum() or text != token.text or text.lower() in CONNECTIVES

    def _arrow_remark(self, tokens: list[Token], partner: list[int], arrow: int) -> Remark:
        """What stands behind ``\\rightarrow``: its expressions, signs included."""
        inside = tokens[arrow + 1 :]
        self._disown(inside)
        marks = _top(tokens, partner, lambda t: self.is_sign(t) or _is_arrow(t))
        edges = [mark for mark in marks if mark > arrow]
        nodes = tuple(
            self._side(tokens, partner, low + 1, high)
            for low, high in zip([arrow, *edges], [*edges, len(tokens)], strict=True)
            if high > low + 1
        )
        span = Span(tokens[arrow].start, tokens[-1].end)
        return Remark(self.source[span.start : span.end], nodes, span)

    # -- sides ---------------------------------------------------------------------------

    def _side(
        self,
        tokens: list[Token],
        partner: list[int],
        low: int,
        high: int,
        condition: bool = False,
    ) -> Node:
        """The tokens from `low` to `high` as an expression, or why they are none.

        condition: ``\\text{if } i = j`` is a comparison, for its sign makes no claim.
        """
        if low >= high:
            at = tokens[low - 1].end if low else tokens[0].start
            return Unreadable(Span(at, at), "an expression expected", Span(at, at))
        span = Span(tokens[low].start, tokens[high - 1].end)
        parser = Parser(tokens, partner)
        parser.at = low
        try:
            node = parser.within(high, parser.expression)
        except Failure as failure:
            if condition and any(token.text == "=" for token in tokens[low:high]):
                return self._equality(tokens, partner, low, high, failure)
            return Unreadable(span, failure.message, failure.span)
        self.out.notes += parser.notes
        return node

    def _equality(
        self,
        tokens: list[Token],
        partner: list[int],
        low: int,
        high: int,
        failure: Failure,
    ) -> Node:
        """``i = j`` as a comparison, or why the tokens are nothing else."""
        parser = Parser(tokens, partner)
        parser.at = low
        try:
            return parser.within(high, lambda: parser.comparison(equality=True))
        except Failure:
            span = Span(tokens[low].start, tokens[high - 1].end)
            return Unreadable(span, failure.message, failure.span)

    def account(self) -> None:
        """Number the relation signs in text order; one in no chain gets an unreadable chain."""
        chains = list(self.out.chains)
        placed = {relation.step for chain in chains for relation in chain.relations}
        for step, token in enumerate(self.counted, 1):
            if step not in placed and step not in self.disowned:
                span = Span(token.start, token.end)
                side = Unreadable(span, "an equation inside an expression cannot be read", span)
                relation = Relation(token.text, span, step)
                chains.append(Chain(side, (relation,), (side,), None, "", "", span))
        kept = (step for step in range(1, len(self.counted) + 1) if step not in self.disowned)
        final = {step: position for position, step in enumerate(kept, 1)}
        renumbered = [
            replace(
                chain,
                relations=tuple(replace(r, step=final[r.step]) for r in chain.relations),
            )
            for chain in chains
        ]
        self.out.chains = sorted(renumbered, key=lambda chain: chain.relations[0].step)

    def _wording(self, tokens: Sequence[Token]) -> str:
        """Tokens as plain text: words by their content, a quantifier as it stands."""
        if tokens[0].text in QUANTIFIERS:
            return self._slice(tokens)
        return " ".join(" ".join(token.text.split()) for token in tokens).replace("/ /", "//")

    def _slice(self, tokens: Sequence[Token]) -> str:
        return self.source[tokens[0].start : tokens[-1].end]


def _is_arrow(token: Token) -> bool:
    return token.kind == "command" and token.text in ARROWS


def _top(
    tokens: Sequence[Token], partner: Sequence[int], wanted: Callable[[Token], bool]
) -> list[int]:
    """Indices of the wanted tokens outside brackets, scripts and arguments."""
    found: list[int] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.kind != "word" and token.text in ("_", "^"):
            i = argument(tokens, partner, i + 1, len(tokens))
        elif partner[i] > i:
            i = partner[i] + 1
        else:
            if wanted(token):
                found.append(i)
            i += 1
    return found
