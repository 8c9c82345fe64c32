"""The key ``derive:`` of a note's YAML front matter.

In: the text of a note.  Out: the mapping under the key, ``{}`` if there is none.  Only the
forms that declarations need are read: nested mappings by indentation, ``{key: value}``,
``[item, item]``, plain or quoted strings, whole numbers, comments; anything else in that key
is an error with its line.  Other keys belong to other programs and are not looked at.

>>> front_matter("---\\nderive:\\n  layout: columns\\n  symbols:\\n    D: {shape: [n, 3]}\\n---\\n")
{'layout': 'columns', 'symbols': {'D': {'shape': ['n', 3]}}}
"""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r"(---|\.\.\.)\s*$")
_PAIR: Final = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s:#"'\[\]{},][^:#]*?)\s*:(?:\s+|$)""")
_TOKEN: Final = re.compile(r"""\s*("[^"]*"|'[^']*'|[\[\]{},:]|[^\s\[\]{},:"'#]+)""")
_DEEPEST: Final = 8
_LONGEST: Final = 1000
"""Lines of front matter that are read at most."""

Value = str | int | list["Value"] | dict[str, "Value"]


class FrontMatterError(ValueError):
    """What cannot be read under ``derive:``; `line` is 1-based."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


_Row = tuple[int, int, str]  # line, indentation, content without comment


def front_matter(text: str) -> dict[str, Value]:
    """The mapping under ``derive:`` in the front matter of `text`."""
    rows = _rows(text)
    start = next((k for k, row in enumerate(rows) if re.match(r"derive\s*:", row[2])
                  and row[1] == 0), None)  # fmt: skip
    if start is None:
        return {}
    stop = next((k for k in range(start + 1, len(rows)) if rows[k][1] == 0), len(rows))
    value = _block(rows[start:stop], 0)["derive"]
    if not isinstance(value, dict):
        raise FrontMatterError(rows[start][0], f"derive: {value!r} is not a mapping of keys")
    return value


def _rows(text: str) -> list[_Row]:
    """The lines between the opening and the closing ``---`` that hold something."""
    if not text.startswith("---"):
        return []
    lines = text[: 80 * _LONGEST].split("\n")[:_LONGEST]
    if not _FENCE.match(lines[0]):
        return []
    rows: list[_Row] = []
    for number, line in enumerate(lines[1:], 2):
        if _FENCE.match(line):
            return rows
        content = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if content.strip():
            rows.append((number, len(content) - len(content.lstrip()), content.strip()))
    return []


def _block(rows: list[_Row], depth: int) -> dict[str, Value]:
    """A mapping whose keys stand at the indentation of the first row."""
    if depth > _DEEPEST:
        raise FrontMatterError(rows[0][0], f"nested more than {_DEEPEST} deep")
    indent = rows[0][1]
    out: dict[str, Value] = {}
    position = 0
    while position < len(rows):
        line, here, content = rows[position]
        pair = _PAIR.match(content)
        if here != indent or pair is None:
            raise FrontMatterError(line, f"{content!r} is not a line such as key: value")
        key = _unquoted(pair["key"])
        if key in out:
            raise FrontMatterError(line, f"the key {key!r} stands twice")
        end = position + 1
        while end < len(rows) and rows[end][1] > indent:
            end += 1
        rest = content[pair.end() :]
        if rest and end > position + 1:
            raise FrontMatterError(rows[position + 1][0], f"{rows[position + 1][2]!r} is indented")
        if rest:
            out[key] = _Flow(line, rest).whole()
        elif end > position + 1:
            out[key] = _block(rows[position + 1 : end], depth + 1)
        else:
            out[key] = {}
        position = end
    return out


def _unquoted(word: str) -> str:
    return word[1:-1] if word[:1] in ("'", '"') else word


class _Flow:
    """One value on one line: a scalar, ``[...]`` or ``{...}``."""

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.text = text
        self.words: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise self.error()
            self.words.append(match[1])
            position = match.end()
        self.position = 0

    def error(self) -> FrontMatterError:
        return FrontMatterError(self.line, f"{self.text!r} is not a value that is read here")

    def whole(self) -> Value:
        if self.words[:1] not in (["["], ["{"]) and len(self.words) > 1:
            raise self.error()
        value = self.value(0)
        if self.position != len(self.words):
            raise self.error()
        return value

    def next(self) -> str:
        if self.position == len(self.words):
            raise self.error()
        self.position += 1
        return self.words[self.position - 1]

    def value(self, depth: int) -> Value:
        word = self.next()
        if depth > _DEEPEST or word in ("]", "}", ",", ":"):
            raise self.error()
        if word == "[":
            return self.items(depth)
        if word == "{":
            return self.pairs(depth)
        return int(word) if re.fullmatch(r"-?\d{1,9}", word) else _unquoted(word)

    def items(self, depth: int) -> list[Value]:
        out: list[Value] = []
        while not self.closes("]", bool(out)):
            out.append(self.value(depth + 1))
        return out

    def pairs(self, depth: int) -> dict[str, Value]:
        out: dict[str, Value] = {}
        while not self.closes("}", bool(out)):
            key = _unquoted(self.next())
            if key in out or key in "[]{},:" or self.next() != ":":
                raise self.error()
            out[key] = self.value(depth + 1)
        return out

    def closes(self, bracket: str, behind_one: bool) -> bool:
        """Whether the list ends here; takes the bracket, or the comma behind an item."""
        if self.position < len(self.words) and self.words[self.position] == bracket:
            self.position += 1
            return True
        if behind_one and self.next() != ",":
            raise self.error()
        return False
