"""Plants slips of the pen in true equations of a note and asks the project about each.

The variants of a claim are appended to its own note a few at a time, so that the note stays
what it is: its model must not change.  Each is judged as any claim is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.meaning.lines import Line
from derive.reading import syntax as sx
from derive.reading.tree import plain, walk
from derive.verdict import Finding, Kind, Verdict
from derive.verify import Note, Options, open_note
from tests.notes.samples import Sample
from tests.notes.truth import true
from tests.notes.variants import LETTERS, variants

BATCH = 40
"""Variants that are appended at a time."""
OPERANDS = 2
"""Other names that are tried in the place of a name."""


@dataclass(frozen=True)
class Planted:
    """A changed equation, what floating point says of it, and what the project says."""

    note: str
    line: int
    slip: str
    latex: str
    true: bool | None
    verdict: Verdict


@dataclass(frozen=True)
class Claim:
    """A true equation of a note: how it is meant and its sides."""

    line: int
    how: str
    left: str
    relation: str
    right: sx.Node


def claims(sample: Sample, note: Note, findings: Sequence[Finding]) -> Iterator[Claim]:
    """The verified claims of a note that floating point finds true as well."""
    for k, finding in enumerate(findings):
        if finding.verdict != Verdict.VERIFIED:
            continue
        line = note.facts.lines[k]
        found = Claim(
            finding.line,
            meant(note, line, finding),
            _text(sample, _left(line)),
            line.relation.text,
            line.right,
        )
        if true(_equation(found, _text(sample, line.right)), sample.net, found.how):
            yield found


def meant(note: Note, line: Line, finding: Finding) -> str:
    """How an equation is to be evaluated."""
    if finding.kind == Kind.UPDATE:
        return "update"
    if note.choice.interpreter.readings[line.chain] == "formal":
        return "formal"
    return finding.reading


def _left(line: Line) -> sx.Node:
    """What the right side is equated with when it stands alone."""
    inner = plain(line.left)
    bare = isinstance(inner, sx.Name | sx.Derivative | sx.Applied)
    return line.left if bare else line.head


def _text(sample: Sample, node: sx.Node) -> str:
    return sample.source[node.span.start : node.span.end]


def _equation(claim: Claim, right: str) -> str:
    return f"{claim.left} {claim.relation} {right}"


def operands(sample: Sample, note: Note) -> tuple[str, ...]:
    """The names of arrays in a note, as it writes them, in alphabetical order."""
    found = {
        _text(sample, node)
        for line in note.facts.lines
        for node in walk(line.right)
        if isinstance(node, sx.Name) and node.base in LETTERS and node.scripts and not node.primes
    }
    return tuple(sorted(found))


def changed(sample: Sample, note: Note, found: Sequence[Claim]) -> Iterator[tuple[Claim, str, str]]:
    """Every variant of some claims: the claim, the slip, the equation."""
    names = operands(sample, note)
    for number, claim in enumerate(found):
        start = number % max(1, len(names))
        some = (names[start:] + names[:start])[:OPERANDS]
        for variant in variants(sample.source, claim.right, some, sample.net.depth):
            if sample.net.single and variant.slip == "mean":
                continue  # an m would make it a note about many examples
            yield claim, variant.slip, _equation(claim, variant.text)


def plant(sample: Sample) -> Iterator[Planted]:
    """Every variant of every true claim of a note, judged."""
    note = open_note(sample.name, sample.source, "md", Options())
    findings = [note.judge(k) for k in range(note.size)]
    todo = list(changed(sample, note, list(claims(sample, note, findings))))
    for at in range(0, len(todo), BATCH):
        batch = todo[at : at + BATCH]
        for (claim, slip, latex), verdict in zip(
            batch, judged(sample, note, [latex for *_, latex in batch]), strict=True
        ):
            if verdict is not None:
                truth = true(latex, sample.net, claim.how)
                yield Planted(sample.name, claim.line, slip, latex, truth, verdict)


def wrong(found: Sequence[Planted]) -> list[Planted]:
    """False equations that are verified and true ones that are refuted."""
    return [
        p
        for p in found
        if (p.true is False and p.verdict == Verdict.VERIFIED)
        or (p.true is True and p.verdict == Verdict.REFUTED)
    ]


def model(note: Note) -> tuple[object, ...]:
    """What was understood of a note as a whole."""
    setting = note.choice.interpreter.world.main
    return note.choice.best, setting.depth, sorted(setting.activations.items())


def table(found: Sequence[Planted]) -> str:
    """How many slips of each kind, and what became of those that floating point finds false."""
    count = Counter((p.slip, p.true, p.verdict) for p in found)
    rows = [f"{'slip':24}{'planted':>8}{'false':>8}{'refuted':>9}{'open':>6}{'verified':>9}"]
    for slip in [*sorted({p.slip for p in found}), "all"]:
        mine = {k: n for k, n in count.items() if slip in (k[0], "all")}
        false = {v: sum(n for k, n in mine.items() if k[1] is False and k[2] == v) for v in Verdict}
        refuted, verified = false[Verdict.REFUTED], false[Verdict.VERIFIED]
        total = sum(false.values())
        rows.append(
            f"{slip:24}{sum(mine.values()):8}{total:8}{refuted:9}"
            f"{total - refuted - verified:6}{verified:9}"
        )
    return "\n".join(rows)


def judged(sample: Sample, note: Note, equations: Sequence[str]) -> list[Verdict | None]:
    """The verdict on each equation behind the note.

    One that is not read as exactly one claim has no verdict.  Where the appended equations
    together change what is understood of the note, fewer are tried at a time.
    """
    source = sample.source + "".join(f"\n\n$${latex}$$" for latex in equations) + "\n"
    longer = open_note(sample.name, source, "md", Options())
    if model(longer) != model(note) and len(equations) > 1:
        half = len(equations) // 2
        return judged(sample, note, equations[:half]) + judged(sample, note, equations[half:])
    places: dict[int, list[int]] = {}
    for k, line in enumerate(longer.facts.lines):
        places.setdefault(line.piece.line, []).append(k)
    first = source.count("\n", 0, len(sample.source)) + 3
    out: list[Verdict | None] = []
    for number in range(len(equations)):
        at = places.get(first + 2 * number, [])
        out.append(longer.judgement(at[0]).verdict if len(at) == 1 else None)
    return out
