"""Entries of long tuples, several on a line with their names behind them.

In: texts and what each is called.  Out: lines of Python that the formatter is told to leave as
they are, for it would give every entry a line of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 84


def named(entries: Sequence[tuple[str, str]]) -> list[str]:
    """Entries (name, text) as lines; their names follow in a comment.

    >>> named([("Z1", "(4, m)"), ("A1", "(4, m)")])
    ['(4, m), (4, m),  # Z1, A1']
    """
    lines: list[str] = []
    texts: list[str] = []
    names: list[str] = []
    for name, text in entries:
        if texts and len(_line([*texts, text], [*names, name])) > WIDTH:
            lines.append(_line(texts, names))
            texts, names = [], []
        texts.append(text)
        names.append(name)
    return [*lines, _line(texts, names)] if texts else lines


def _line(texts: Sequence[str], names: Sequence[str]) -> str:
    return f"{', '.join(texts)},  # {', '.join(names)}"


def numbers(text: str) -> list[str]:
    """A tuple of numbers as lines.

    >>> numbers("(1.0, 2.0)")
    ['1.0, 2.0,']
    """
    lines = [""]
    for entry in text.strip("()").rstrip(",").split(", "):
        if len(lines[-1]) + len(entry) > WIDTH:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{entry},"
    return lines
