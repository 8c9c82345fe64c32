"""One planted bug: a text of the source that makes a rule wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Bug:
    """file: below derive/.  old: a text that occurs there once.  new: what replaces it."""

    file: str
    rule: str
    old: str
    new: str

    @property
    def name(self) -> str:
        return f"{self.file}: {self.rule}"

    @property
    def side(self) -> str:
        return self.file.split("/")[0]

    @property
    def path(self) -> Path:
        return ROOT / "derive" / self.file

    @property
    def stale(self) -> bool:
        """Whether the rule is not as it was, so that the bug has to be written anew."""
        return self.path.read_text(encoding="utf-8").count(self.old) != 1

    @property
    def line(self) -> int:
        """The first line that the bug changes."""
        same = next(
            (k for k, (a, b) in enumerate(zip(self.old, self.new, strict=False)) if a != b),
            min(len(self.old) - 1, len(self.new)),
        )
        text = self.path.read_text(encoding="utf-8")
        return text.count("\n", 0, text.index(self.old) + same) + 1

    def planted(self) -> str:
        """The text of the file with the bug in it; ValueError if it is stale."""
        text = self.path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: occurs {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)


def bugs(file: str, *rows: tuple[str, str, str]) -> list[Bug]:
    """Rows of one file: rule, what stands there, what replaces it."""
    return [Bug(file, *row) for row in rows]
