"""Entries at constant places, arrays side by side, objects and costs that are only printed."""

from __future__ import annotations

import pytest

from . import entry_attacks, told_attacks
from .attacks import all_verified

FAMILIES = (entry_attacks, told_attacks)


@pytest.mark.parametrize(
    "source", [family.HEAD + text for family in FAMILIES for text in family.RIGHT]
)
def test_right_programs_are_verified(source: str) -> None:
    assert all_verified(source)


@pytest.mark.parametrize(
    "source", [source for family in FAMILIES for source in family.programs()[::6]]
)
def test_wrong_programs_are_not(source: str) -> None:
    assert not all_verified(source)
