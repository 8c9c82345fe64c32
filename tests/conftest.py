"""What all tests share: helpers beside them are no tests and hold no doctests."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Below this folder only ``test_*.py`` is collected."""
    inside = HERE in collection_path.parents and collection_path.suffix == ".py"
    return True if inside and not collection_path.name.startswith("test_") else None
