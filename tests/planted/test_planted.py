"""No planted bug survives: a selection here, all of them by ``python -m tests.planted``."""

from __future__ import annotations

from .battery import first_error
from .bugs import BUGS
from .run import ROOT, results

EVERY = 20
"""One bug in so many, and all of the table, are planted here; what the battery misses goes to the unit tests."""

GUARDED_TWICE = ("derivatives of derivatives",)
"""Guards that stand behind another one, which refuses the same."""


def test_the_battery_finds_nothing_in_what_is() -> None:
    assert first_error() == ""


def test_every_bug_is_of_the_present_text() -> None:
    texts = {bug.file: (ROOT / "derive" / bug.file).read_text(encoding="utf-8") for bug in BUGS}
    assert [bug for bug in BUGS if texts[bug.file].count(bug.old) != 1] == []


def test_planted_bugs_are_caught() -> None:
    chosen = [
        bug
        for k, bug in enumerate(BUGS)
        if (k % EVERY == 1 or bug.file.endswith(".json")) and bug.rule not in GUARDED_TWICE
    ]
    assert [found.bug for found in results(chosen, tests=True) if not found.caught] == []
