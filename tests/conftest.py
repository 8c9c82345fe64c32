"""What all tests share: which files hold tests, and property tests that give the same result
on every machine, however loaded it is."""

from __future__ import annotations

from compileall import compile_dir
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("derive", deadline=None, derandomize=True)
settings.load_profile("derive")

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Compiles the project before workers and commands start: to import it takes them half as long.

    An interpreter that is told to leave no compiled files behind would do it for each of them anew.
    """
    if not hasattr(config, "workerinput"):
        for package in ("derive", "codegen"):
            compile_dir(HERE.parent / package, quiet=2, workers=0)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Below this folder only ``test_*.py`` is collected."""
    inside = HERE in collection_path.parents and collection_path.suffix == ".py"
    return True if inside and not collection_path.name.startswith("test_") else None
