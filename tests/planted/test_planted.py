"""No planted bug survives: a selection here, all of them by ``python -m tests.planted``."""

from __future__ import annotations

import pytest

from .battery import first_error
from .bugs import BUGS
from .run import ROOT, results

EVERY = 6


def test_the_battery_finds_nothing_in_what_is() -> None:
    assert first_error() == ""


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.file}: {bug.rule}")
def test_every_bug_is_of_the_present_text(bug: object) -> None:
    text = (ROOT / "derive" / bug.file).read_text(encoding="utf-8")  # type: ignore[attr-defined]
    assert text.count(bug.old) == 1  # type: ignore[attr-defined]


def test_planted_bugs_are_caught() -> None:
    chosen = [bug for k, bug in enumerate(BUGS) if k % EVERY == 1 or bug.file.endswith(".json")]
    survived = [found.bug for found in results(chosen, tests=False) if not found.caught]
    assert not survived
