"""Single edits of programs and of an emitted module: a fixed small part of the campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from .adversary import CORPUS, EMITTED, attack

CHOSEN = [p for p in CORPUS if p.stem not in ("list_of_layers", "class_rows_labels")]
CHOSEN += [p for p in EMITTED if p.stem == "digits_relu_squared_error"]


@pytest.mark.parametrize("path", CHOSEN, ids=lambda p: p.stem)
def test_no_edit_that_makes_a_gradient_wrong_is_verified(path: Path) -> None:
    tally = attack(path, 6, 0)
    assert sum(tally.counts.values()) == 6
    assert not tally.wrong, tally.wrong[0]
