"""Reading: from the text of a note to syntax trees with exact spans.

Stages, each with its own type: `scan` (text to pieces of maths), `tokens`, `clean` and `layout`
(segments), `parser` and `chains` (trees).  Nothing later looks at characters again, and nothing
here knows what a symbol means.

>>> document = read("The output is $A_2 = g(Z_2)$.", "md")
>>> [piece.column for piece in document.pieces]
[15]
>>> chain = document.pieces[0].chains[0]
>>> type(chain.head).__name__, chain.relations[0].text, type(chain.parts[0]).__name__
('Name', '=', 'Applied')
"""

from __future__ import annotations

from typing import Literal

from .note import read as _read
from .syntax import Document

Kind = Literal["md", "txt", "tex"]


def read(source: str, kind: Kind) -> Document:
    """All maths of a note.

    Never fails: what cannot be read is an `Unreadable` side with the place and what was
    expected there.

    kind: ``"md"`` (Markdown), ``"txt"`` (plain text, the same delimiters) or ``"tex"``.
    """
    return _read(source, kind)
