"""Single edits of programs and of an emitted module: a fixed small part of the campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import emitted_edits
from .adversary import CORPUS, attack

CHOSEN = [p for p in CORPUS if p.stem not in ("list_of_layers", "class_rows_labels")]


@pytest.mark.parametrize("path", CHOSEN, ids=lambda p: p.stem)
def test_no_edit_that_makes_a_gradient_wrong_is_verified(path: Path) -> None:
    tally = attack(path, 6, 0)
    assert sum(tally.counts.values()) == 6
    assert not tally.wrong, tally.wrong[0]


def test_no_edit_that_makes_an_emitted_module_wrong_is_proved() -> None:
    name = "tanh_sigmoid_classifier"
    [path] = [p for p in emitted_edits.GENERATED if p.stem == name]
    counts, wrong = emitted_edits.attack(name, *emitted_edits.subject(path), 6, 1)
    assert sum(counts.values()) == 6
    assert counts["not proved"]
    assert not wrong, wrong
