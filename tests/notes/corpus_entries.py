"""The corpus: single equations of every notation, with what each must be read as, and where.

In: the tables of `corpus/`.  Out: `Entry`: source, expected chains, spans.  ``⟦`` and ``⟧`` in a
source are no part of it; they stand around what the expectation is about: the span of each chain
(by default all that stands between the delimiters), or the place of the complaint.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
UNREADABLE = "unreadable.toml"


@dataclass(frozen=True)
class Entry:
    """One row of a table.

    spans: what is marked, in order of the opening marks.  readings: the canonical forms of the
    chains, labels, remarks and openings theirs ("" where there is none); loose: those of the
    expressions without a relation sign.  message: for the unreadable, a part of the complaint.
    """

    name: str
    source: str
    kind: str
    spans: tuple[tuple[int, int], ...]
    readings: tuple[str, ...]
    labels: tuple[str, ...]
    remarks: tuple[str, ...]
    opens: tuple[str, ...]
    loose: tuple[str, ...]
    message: str


def entries(*, unreadable: bool) -> list[Entry]:
    """All rows of the tables, the unreadable ones or the others."""
    paths = sorted(p for p in FOLDER.glob("*.toml") if (p.name == UNREADABLE) == unreadable)
    found = []
    for path in paths:
        table = tomllib.loads(path.read_text("utf-8"))
        (rows,) = (rows for rows in table.values() if isinstance(rows, list))
        kind = table.get("kind", "md")
        found += [_entry(f"{path.stem}-{k}", row, kind) for k, row in enumerate(rows, 1)]
    return found


def _entry(name: str, row: dict[str, object], kind: str) -> Entry:
    known = {"source", "kind", "reading", "label", "remark", "opens", "loose", "message"}
    assert set(row) <= known, (name, set(row) - known)
    source, spans = unmarked(str(row["source"]))
    readings = _texts(row.get("reading", ()))

    def beside(key: str) -> tuple[str, ...]:
        given = _texts(row.get(key, ()))
        return given + ("",) * (len(readings) - len(given))

    return Entry(
        name=name, source=source, kind=str(row.get("kind", kind)), spans=spans, readings=readings,
        labels=beside("label"), remarks=beside("remark"), opens=beside("opens"),
        loose=_texts(row.get("loose", ())), message=str(row.get("message", "")),
    )  # fmt: skip


def _texts(given: object) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)  # type: ignore[arg-type]


def unmarked(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text without its marks, and the spans that they enclose.

    >>> unmarked("$⟦a = b⟧$, ⟦⟧")
    ('$a = b$, ', ((1, 6), (9, 9)))
    """
    out, at = "", 0
    spans: list[tuple[int, int]] = []
    open_: list[int] = []
    for character in text:
        if character == "⟦":
            open_.append(len(spans))
            spans.append((at, at))
        elif character == "⟧":
            k = open_.pop()
            spans[k] = (spans[k][0], at)
        else:
            out += character
            at += 1
    assert not open_, text
    return out, tuple(spans)
