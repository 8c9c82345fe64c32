"""Lines about another step than the one that a recurrence writes out: the next, the last.

In: an outline, and a line.  Out: the formulas of the step behind beside those of a step; the line
about the last step as one about a step that leaves nothing to later ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.meaning.lines import Line
from derive.meaning.literal.identity import Key
from derive.meaning.literal.over_time import STEP, key_of, offsets
from derive.meaning.notation import derivatives_in, names_in
from derive.reading import syntax as sx
from derive.reading.tree import mapped

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined


def names_next(found: Outlined, line: Line) -> bool:
    """Whether a line speaks of the step behind: ``\\delta_{t+1}``."""
    keys = (key_of(found, replace(n, mark="")) for side in line.nodes for n in names_in(side))
    return any("+1" in offsets(key, found.names) for key in keys if key is not None)


def at_next(node: sx.Node, letters: frozenset[str]) -> sx.Node:
    """A formula one step later."""

    def later(part: sx.Node) -> sx.Node:
        if not isinstance(part, sx.Name) or not part.scripts:
            return part
        return replace(part, scripts=tuple(_later(s, letters) for s in part.scripts))

    return mapped(node, later)


def _later(script: sx.Script, letters: frozenset[str]) -> sx.Script:
    text = later_text(script.text, letters)
    return script if text == script.text else replace(script, text=text, items=(text,), node=None)


def later_text(text: str, letters: frozenset[str]) -> str:
    """``t-1`` is t one step later, and t is ``t+1``."""
    match = STEP.fullmatch(text)
    if match is None or match[1] not in letters:
        return text
    offset = int(match[2] or 0) + 1
    return f"{match[1]}{offset:+d}" if offset else match[1]


def later_key(key: Key, letters: frozenset[str]) -> Key:
    """A quantity one step later."""
    base, accent, primes, labels = key
    return base, accent, primes, tuple((p, b, later_text(t, letters)) for p, b, t in labels)


def with_next(found: Outlined) -> None:
    """Adds the formulas of the step behind to those of a step."""
    letters = found.steps.letters
    for key, one in list(found.stated.items()):
        if offsets(key, found.names) == ("",):
            later = later_key(key, letters)
            if later not in found.stated:
                formula = at_next(one.formula, letters)
                found.stated[later] = replace(one, key=later, formula=formula)
                found.uses[later] = frozenset(_later_uses(found.uses.get(key, ()), letters))
    for key, (of, by) in list(found.aliases.items()):
        later = later_key(key, letters)
        if later != key and offsets(key, found.names) == ("",):
            found.aliases.setdefault(later, (of, later_key(by, letters)))
    steps = found.steps
    carried = tuple(later_key(key, letters) for key in steps.carried if key not in steps.later)
    before = tuple((key, own) for key, own in steps.before if key not in found.stated)
    found.steps = replace(steps, carried=carried, before=before, later=frozenset())
    if found.summed is not None:
        terms = (*found.summed.terms, at_next(found.summed.terms[0], letters))
        found.summed = replace(found.summed, terms=terms)


def _later_uses(keys: object, letters: frozenset[str]) -> Iterator[Key]:
    assert isinstance(keys, frozenset | tuple)
    return (later_key(key, letters) for key in keys)


def one_by_steps(keys: Sequence[Key]) -> bool:
    """The same quantity at a step and at the next: ``y_t`` and ``y_{t+1}``."""
    letters = frozenset(m[1] for k in keys for *_, t in k[3] if (m := STEP.fullmatch(t)))
    return len(keys) == 2 and (
        later_key(keys[0], letters) == keys[1] or later_key(keys[1], letters) == keys[0]
    )


def of_last(found: Outlined, line: Line) -> Line | None:
    """The line with the letter of a step in the place of the last one's; None for another line.

    ``h_T`` is that of the last step where the loss is a sum to T.  Nothing else of the line may
    carry a step, and it says nothing of what acts at every step.
    """
    if found.summed is None or len(found.steps.letters) != 1:
        return None
    (letter,), last = found.steps.letters, found.summed.bounds[1]
    names = [n for side in line.nodes for n in subnames(side)]
    steps = [_step_of(name, letter, last) for name in names]
    if not last.isalpha() or letter in steps or last not in steps:
        return None

    def renamed(part: sx.Node) -> sx.Node:
        if isinstance(part, sx.Name):
            return replace(part, scripts=tuple(_put(s, last, letter) for s in part.scripts))
        if isinstance(part, sx.Derivative):
            scripts = tuple(_put(s, last, letter) for s in part.by.scripts)
            return replace(part, by=replace(part.by, scripts=scripts))
        return part

    return replace(line, left=mapped(line.left, renamed), right=mapped(line.right, renamed))


def subnames(node: sx.Node) -> Iterator[sx.Name]:
    """The names of a formula, those that it differentiates by among them."""
    yield from names_in(node)
    yield from (one.by for one in derivatives_in(node))


def _step_of(name: sx.Name, letter: str, last: str) -> str:
    """The letter of the step that a name is at: that of every step or of the last; "" if none."""
    texts = [s.text for s in name.scripts if s.place == "sub" or s.bracket]
    if last in texts:
        return last
    matches = (STEP.fullmatch(text) for text in texts)
    return letter if any(m is not None and m[1] == letter for m in matches) else ""


def _put(script: sx.Script, last: str, letter: str) -> sx.Script:
    if script.text != last or (script.place != "sub" and not script.bracket):
        return script
    return replace(script, text=letter, items=(letter,), node=None)
