"""Long tuples, dictionaries and lists of names, several entries on a line.

In: texts and what each is called.  Out: lines of Python that the formatter is told to leave as
they are, for it would give every entry a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from codegen.runtime.polynomials import TAIL_ABOVE, TAIL_BELOW

WIDTH: Final = 88
_OF_RUNTIME: Final = {
    repr(TAIL_ABOVE): "runtime.TAIL_ABOVE",
    repr(TAIL_BELOW): "runtime.TAIL_BELOW",
}
_POLYNOMIAL: Final = re.compile(r"runtime\.polynomial\(.*?, (\([0-9][^()]*\))")


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


def wrapped(items: Sequence[str], width: int) -> list[str]:
    """Items with commas between them, as many on a line as fit; none behind the last of a line."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) + 2 <= width:
            lines[-1] += f", {item}"
        else:
            lines.append(item)
    return lines


def dictionary(name: str, items: Mapping[str, str]) -> list[str]:
    """A dictionary as an argument: on one line where it fits, else several entries on a line."""
    texts = [f'"{key}": {value}' for key, value in items.items()]
    whole = f"{name}={{{', '.join(texts)}}},"
    if len(whole) <= 96:
        return [whole]
    return [f"{name}={{", *(f"    {line}," for line in wrapped(texts, 88)), "},"]


def polynomials(lines: Sequence[str]) -> dict[str, str]:
    """The coefficients of every polynomial in lines, as a Python tuple, to the name they get."""
    names = dict.fromkeys(text for line in lines for text in _POLYNOMIAL.findall(line))
    own = [text for text in names if text not in _OF_RUNTIME]
    known = {text: name for text, name in _OF_RUNTIME.items() if text in names}
    return known | {text: f"_P{number}" for number, text in enumerate(own, 1)}
