"""Files of the project that pages are made from: of the source tree, or packed with the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


def text(name: str) -> str:
    """The text of a file by its path in the project.

    >>> text("benchmarks/README.md").splitlines()[0]
    '# Benchmarks'
    """
    return path(name).read_text(encoding="utf-8")


def path(name: str) -> Path:
    """Where a file or folder of the project lies."""
    packed = _HERE / "packed" / name
    return packed if packed.exists() else _HERE.parents[1] / name
