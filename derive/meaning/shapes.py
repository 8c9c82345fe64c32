"""Stated shapes: ``W_1 = (n_1, n_0)`` must fit the forward pass and the other shapes.

Each stated size is matched with the dimension that the forward pass gives that axis.  A
dimension that is given two different names (or two different numbers) is a contradiction;
the name that most shapes use is taken for the right one.
"""

from __future__ import annotations

from collections import Counter

from derive.judge import Judgement
from derive.meaning.facts import Facts
from derive.meaning.roles import Occurrence, resolve
from derive.meaning.setting import Outside, Setting
from derive.program import Dim
from derive.reading.syntax import Name, Node, Tuple
from derive.reading.tree import plain
from derive.verdict import Verdict


def judge_shapes(facts: Facts, setting: Setting) -> dict[int, Judgement]:
    """A judgement for each shape line, by its position among the lines of the note."""
    numbers = {id(line): k for k, line in enumerate(facts.lines)}
    stated: list[tuple[int, Name, tuple[str, str], tuple[Dim, Dim] | None]] = []
    for line, name, items in facts.shapes:
        texts = (_text(facts, items[0]), _text(facts, items[1]))
        stated.append((numbers[id(line)], name, texts, _shape(setting, name)))
    votes: dict[Dim, Counter[str]] = {}
    for _, _, texts, shape in stated:
        for text, dim in zip(texts, shape or (), strict=False):
            votes.setdefault(dim, Counter())[text] += 1
    out: dict[int, Judgement] = {}
    for k, name, texts, shape in stated:
        out[k] = _judged(name, texts, shape, votes)
    for k, line in enumerate(facts.lines):
        if isinstance(plain(line.right), Tuple):
            out.setdefault(k, Judgement(Verdict.DEFINITION))
    return out


def _judged(
    name: Name,
    texts: tuple[str, str],
    shape: tuple[Dim, Dim] | None,
    votes: dict[Dim, Counter[str]],
) -> Judgement:
    if shape is None:
        return Judgement(Verdict.DEFINITION)
    for axis, (text, dim) in enumerate(zip(texts, shape, strict=True)):
        if dim == 1 and text != "1":
            return Judgement(
                Verdict.REFUTED, f"axis {axis + 1} of {name.base} has size 1, not {text}"
            )
        rivals = {t: n for t, n in votes[dim].items() if t != text and _clash(t, text)}
        if not rivals:
            continue
        other = max(sorted(rivals), key=lambda t: rivals[t])
        if rivals[other] > votes[dim][text]:
            return Judgement(
                Verdict.REFUTED,
                f"axis {axis + 1} of {name.base} is {other} by the forward pass and the other "
                f"shapes, not {text}",
            )
        if rivals[other] == votes[dim][text]:
            return Judgement(
                Verdict.UNPROVEN, f"the same axis is called {text} here and {other} elsewhere"
            )
    return Judgement(Verdict.DEFINITION)


def _clash(one: str, two: str) -> bool:
    """Two letters, or two numbers: a letter beside a number is only its value."""
    return one.isdigit() == two.isdigit()


def _text(facts: Facts, node: Node) -> str:
    source = facts.document.source[node.span.start : node.span.end]
    return "".join(source.split()).replace("{", "").replace("}", "").lower()


def _shape(setting: Setting, name: Name) -> tuple[Dim, Dim] | None:
    """The shape by the forward pass; None for a name without a role."""
    occurrence: Occurrence = resolve(setting.facts.roles, name)
    if occurrence.role not in ("W", "b", "Z", "A", "X", "Y") or occurrence.lost:
        return None
    try:
        program_name = setting.program_name(occurrence, {})
    except Outside:
        return None
    return setting.shape(program_name)
