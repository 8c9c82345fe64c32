"""No planted bug survives: a selection here, all of them by ``python -m tests.planted``."""

from __future__ import annotations

from .battery import first_error
from .bugs import BUGS
from .excuses import EXCUSES, excuse
from .questions import GROUPS
from .rules import files, without_bug
from .run import known, results

EVERY = 12
"""One bug in so many is planted here, of those of which it is written down what catches them."""


def test_the_battery_finds_nothing_in_what_is() -> None:
    assert first_error() is None


def test_every_bug_is_of_the_present_text() -> None:
    assert [bug.name for bug in BUGS if bug.stale] == []


def test_no_two_bugs_have_one_name() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)


def test_every_rule_has_a_bug_or_a_reason() -> None:
    bare = [(file, name) for file, name in without_bug(BUGS) if not excuse(file, name)]
    assert bare == []


def test_excuses_are_about_what_is_there() -> None:
    open_ = {file: {name for at, name in without_bug(BUGS) if at == file} for file in files()}
    for file, reasons in EXCUSES.items():
        assert set(reasons) - {"*"} <= open_[file], file
        assert open_[file], file


def test_what_catches_a_bug_is_there() -> None:
    groups = {where.partition(" ")[0] for where in known().values() if "::" not in where}
    assert groups <= {*GROUPS}
    assert set(known()) <= {bug.name for bug in BUGS}


def test_planted_bugs_are_caught() -> None:
    catchers = known()
    chosen = [bug for bug in BUGS if bug.name in catchers][1::EVERY]
    assert [r.bug.name for r in results(chosen, catchers) if not r.caught] == []
