"""The equations of a note that are typed in plain text: ``dW2 = 1/m * dZ2 @ A1.T``.

In: the lines that may be equations.  Out: their spans and the `Lexicon` that they make together.
Nothing marks such a line, so the note must tell: every longer word stands in another equation too,
and one equation is about the gradient of something that another one names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .identifiers import LETTERS, NAME, Lexicon, quotient_of, subject_of
from .symbols import VOCABULARY
from .syntax import Span
from .typed_lines import Line, candidate, is_function, sort

_SLASHED: Final = re.compile(rf"(?<![A-Za-z0-9_])d_?({NAME})\s*/\s*d_?({NAME})")
_ERROR: Final = re.compile(r"delta|δ")


@dataclass(frozen=True, slots=True)
class Typed:
    """The equations of a source that are typed in plain text, and what they tell together."""

    spans: tuple[Span, ...]
    lexicon: Lexicon


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
    ring = all(head != "o" for line in kept for head in line.heads)
    lexicon = Lexicon(names, frozenset(_whole(kept, names)), octave, ring)
    return Typed(tuple(line.span for line in kept), lexicon)


def _is_told(line: Line, counted: Counter[str]) -> bool:
    """Whether every longer word of a line stands in another one too."""
    words = [n for n in set(line.names) if sort(n, "") == "word" and not is_function(n)]
    if not (line.sure or len(line.names) > 1):  # m = 100
        return not words and bool(line.names) and counted[line.names[0]] > 1
    marked = (word for word in words if counted[word] == 1)
    return all(counted["d" + word] or counted["grad_" + word] for word in marked)


def _has_gradient(lines: Sequence[Line], names: frozenset[str], maths: str) -> bool:
    """Whether one equation is about the gradient of what another one names."""
    named = Counter(name for line in lines for name in set(line.names))
    for line in lines:
        subjects = [s for head in line.heads for s in _subjects(head, names)]
        subjects += [m[2] for m in _SLASHED.finditer(line.text) if named[m[2]]]
        if any(named[subject] or _stands_in(subject, maths) for subject in subjects):
            return True
        if _ERROR.match(line.text) and sum(named[name] > 1 for name in set(line.names)) > 1:
            return True
    return False


def _subjects(head: str, names: frozenset[str]) -> Iterator[str]:
    """What a left side is the gradient of."""
    found = re.findall(NAME, head)
    if found and ("∂" in head or "∇" in head):
        yield found[-1]
    for name in found:
        pair = quotient_of(name)
        subject = pair[1] if pair else subject_of(name, names)
        if subject:
            yield subject


def _stands_in(subject: str, maths: str) -> bool:
    letter = re.escape(subject[0])
    return re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", maths) is not None


def _whole(lines: Sequence[Line], names: frozenset[str]) -> Iterator[str]:
    """Runs of two or three letters that are one name."""
    given = {name for line in lines for head in line.heads for name in re.findall(NAME, head)}
    for name in sorted(names | {s for n in names if (s := subject_of(n, names))}):
        short = 2 <= len(name) <= 3 and name.isalpha() and name.lower() not in VOCABULARY
        if short and name not in LETTERS and subject_of(name, names) is None:
            marked = {"d" + name, "d_" + name, "grad_" + name} & names
            if (
                name in given
                or marked
                or (name[0] in "WUVb" and name[1:].islower() and len(name) == 3)
                or _of_a_kind(name, names)
            ):
                yield name


def _of_a_kind(name: str, names: frozenset[str]) -> bool:
    """``Wi`` beside ``Wf``, where no W stands alone: one name each, and no products."""
    if len(name) != 2 or name[0] not in "WUVb" or not name[1].islower() or name[0] in names:
        return False
    return any(len(other) == 2 and other[0] == name[0] and other != name for other in names)
