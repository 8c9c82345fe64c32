"""What all tests share: which files hold tests, and property tests that give the same result
on every machine, however loaded it is."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

settings.register_profile("derive", deadline=None, derandomize=True)
settings.load_profile("derive")

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""A process that a test starts finds the modules of the project compiled: half its time."""

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Below this folder only ``test_*.py`` is collected."""
    inside = HERE in collection_path.parents and collection_path.suffix == ".py"
    return True if inside and not collection_path.name.startswith("test_") else None
