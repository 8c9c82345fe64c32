"""One table of a TOML file with what an error message about it needs: checked values by key.

In: a parsed table.  Out: strings, choices, whole numbers, numbers and truth values that are what
they have to be, or a `SpecError` that names file, key path, value and what would be right.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn


class GenerateError(Exception):
    """A network that cannot be generated, in one line: what, where, what to do."""


class SpecError(GenerateError, ValueError):
    """A spec that cannot be used: file, key path, value and what would be right."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file, with what is needed for an error message about it."""

    file: str
    path: str
    tree: Mapping[str, object]

    def at(self, key: str) -> str:
        return ".".join(part for part in (self.path, key) if part)

    def fail(self, key: str, reason: str) -> NoReturn:
        raise SpecError(f"{self.file}: {self.at(key)} = {show(self.tree.get(key))}: {reason}")

    def only(self, allowed: Collection[str]) -> None:
        """Refuses every key that is not known here."""
        for key in self.tree:
            if key not in allowed:
                where = f"in [{self.path}]" if self.path else "at the top level"
                near = _nearest(key, allowed) or "known here: " + ", ".join(allowed)
                raise SpecError(
                    f"{self.file}: {self.at(_show_key(key))}: unknown key {where}; {near}"
                )

    def need(self, key: str, example: str) -> None:
        if key not in self.tree:
            where = f"in [{self.path}]" if self.path else "at the top level"
            raise SpecError(f"{self.file}: {self.at(key)} is missing {where}, e.g. {example}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.tree.get(key, default)
        if not isinstance(value, str):
            self.fail(key, f"must be a string, not {kind(value)}")
        return value

    def choice(self, key: str, what: str, choices: Collection[str], default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            near = _nearest(value, choices)
            self.fail(key, f"no such {what}; " + (near or "known: " + ", ".join(choices)))
        return value

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.tree.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(key, f"must be a whole number from {low} to {high}, not {kind(value)}")
        if not low <= value <= high:
            self.fail(key, f"must be a whole number from {low} to {high}")
        return value

    def truth(self, key: str) -> bool:
        value = self.tree.get(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, not {kind(value)}")
        return value

    def real(self, key: str, needs: str, default: float) -> float:
        """A finite number; `needs` is one of the conditions in `_CONDITIONS`."""
        value = self.tree.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, f"must be a number {needs}, not {kind(value)}")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not (math.isfinite(number) and _CONDITIONS[needs](number)):
            self.fail(key, f"must be a number {needs}")
        if number and not SMALLEST <= abs(number) <= LARGEST:
            self.fail(
                key, f"must be between {SMALLEST:g} and {LARGEST:g} in size, or float32 has none"
            )
        return number


SMALLEST: Final = 1e-30
LARGEST: Final = 1e30
"""Between these a number and its square root, and its product with ordinary ones, are floats."""
_CONDITIONS = {
    "greater than 0": lambda v: v > 0,
    "of at least 0": lambda v: v >= 0,
    "greater than 0, up to 1": lambda v: 0 < v <= 1,
    "from 0 up to, but not, 1": lambda v: 0 <= v < 1,
}


def _nearest(word: str, known: Collection[str]) -> str:
    """``did you mean "tanh"?``, or "" if nothing is near."""
    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


def show(value: object) -> str:
    """A value as TOML writes it, on one line, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in value) + '"'
    elif isinstance(value, int) and abs(value) >= 10**60:
        text = "a number of more than 60 digits"
    else:
        text = "".join(c if c.isprintable() else "?" for c in str(value))
    return text if len(text) <= 80 else text[:60] + "..."


def _show_key(key: str) -> str:
    return key if key.isascii() and key.replace("-", "_").isidentifier() else show(key)


def kind(value: object) -> str:
    names = {bool: "a truth value", str: "a string", int: "a whole number", float: "a number"}
    names |= {list: "an array", dict: "a table", type(None): "nothing"}
    return names.get(type(value), "a date or time")
