"""What the text says of the lines below it: that they are about one example.

In: the pieces of a note with the prose before each.  Out: the pieces that a sentence such as
"for one training example" speaks of: those below it, up to a heading or to a word of all.
"""

from __future__ import annotations

import re
from typing import Final

from derive.meaning.facts import Facts
from derive.meaning.lines import Line

_EXAMPLE: Final = r"(?:example|sample|observation|instance|data ?point|record|pattern)"
_ONE: Final = re.compile(
    rf"\b(?:just one|only one|one|a single|single|an individual)(?: \w+)? {_EXAMPLE}\b"
    r"|\bein(?:em|es|en|e)? (?:einzige[nrs]?|einzelne[nrs]?)(?: \w+)? ?(?:trainings)?"
    r"(?:beispiel|datenpunkt|muster|beobachtung)|\bfür ein (?:trainings)?beispiel"
    r"|\b(?:un seul|une seule|un unique)(?: \w+)? ?(?:exemple|échantillon|observation)"
    r"|\b(?:un solo|un único|una sola|una única)(?: \w+)? ?(?:ejemplo|dato|muestra|observación)"
    r"|\bодно(?:го|му|м)(?: \w+)? ?(?:примера?|образца?|наблюдения?|объекта?)"
    r"|单个(?:训练)?样本|一个(?:训练)?样本|單個(?:訓練)?樣本|一個(?:訓練)?樣本",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"\b(?:all|whole|entire|every|full|total|batch|set|dataset|average\w*|mean|sum\w*)\b"
    r"|\b(?:alle\w*|gesamt\w*|ganze\w*|summe|mittel\w*|tous|toute?s?|ensemble|moyenne|somme"
    r"|todos?|todas?|conjunto|suma|promedio|media)\b|все|всех|всей|сумм|средн|整个|所有|全部|批",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(r"^ {0,3}#{1,6} |^ {0,3}\\(?:sub)*section\b", re.MULTILINE)


def about_one(facts: Facts, line: Line) -> bool:
    """Does the text above a line say that it is about one example?"""
    if facts.about_one is None:
        facts.about_one = _pieces(facts)
    return line.piece.span.start in facts.about_one


def _pieces(facts: Facts) -> frozenset[int]:
    """Where the pieces begin that the text says are about one example."""
    found: set[int] = set()
    said = False
    for piece in facts.document.pieces:
        text = piece.before
        last = max((m.end() for m in _ONE.finditer(text)), default=-1)
        others = [m.end() for m in (*_ALL.finditer(text), *_HEADING.finditer(text))]
        if last >= 0 or others:
            said = last > max(others, default=-1)
        if said:
            found.add(piece.span.start)
    return frozenset(found)
