"""Slices and concatenations: gradients of arrays of which an axis has parts."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict

from .part_attacks import HEAD, RIGHT, programs


def _verdicts(source: str) -> list[Verdict]:
    return [f.verdict for f in open_code("code.py", source, mends=False).findings]


@pytest.mark.parametrize("source", RIGHT)
def test_parts_are_proved_one_by_one(source: str) -> None:
    found = _verdicts(HEAD + source)
    assert found
    assert set(found) == {Verdict.VERIFIED}


@pytest.mark.parametrize("source", programs()[::7])
def test_wrong_slices_are_not_verified(source: str) -> None:
    assert set(_verdicts(source)) != {Verdict.VERIFIED}


def test_what_slices_need_of_sizes_is_said() -> None:
    [*found] = open_code("code.py", HEAD + RIGHT[1], mends=False).findings
    assert any("parts of sizes 1" in text for f in found for text in f.side_conditions)
