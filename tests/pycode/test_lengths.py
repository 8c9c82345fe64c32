"""Networks of which nothing says how many layers they have, sequences of any length."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict
from tests.pycode import pair_attacks
from tests.pycode.corpus import is_verified
from tests.pycode.length_attacks import RIGHT, programs
from tests.pycode.written_attacks import also_right
from tests.pycode.written_attacks import programs as with_written_numbers


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_supposed_lengths_are_said_with_every_verdict(name: str) -> None:
    found = open_code("x.py", RIGHT[name]).findings
    assert is_verified(found), found
    for finding in found:
        assert any("as nothing says how many" in c for c in finding.side_conditions)


@pytest.mark.parametrize("source", programs())
def test_no_program_is_verified_that_is_wrong_for_some_length(source: str) -> None:
    assert not is_verified(open_code("x.py", source, mends=False).findings)


@pytest.mark.parametrize("name", sorted(pair_attacks.RIGHT))
def test_pairs_sizes_and_times_are_told_by_their_places(name: str) -> None:
    found = open_code("x.py", pair_attacks.RIGHT[name], mends=False).findings
    assert is_verified(found), found
    assert all(any("says how many" in c for c in f.side_conditions) for f in found)


@pytest.mark.parametrize("source", pair_attacks.programs())
def test_no_list_of_pairs_is_verified_that_is_wrong(source: str) -> None:
    assert not is_verified(open_code("x.py", source, mends=False).findings)


@pytest.mark.parametrize("source", with_written_numbers())
def test_no_program_is_verified_that_looks_at_a_place_of_its_own(source: str) -> None:
    assert not is_verified(open_code("x.py", source, mends=False).findings)


@pytest.mark.parametrize("source", also_right())
def test_numbers_that_a_recursion_needs_do_no_harm(source: str) -> None:
    assert is_verified(open_code("x.py", source, mends=False).findings)


def test_what_is_false_for_one_number_of_layers_only_is_left_open() -> None:
    old = "- Y) / m"
    source = RIGHT["network"].replace(old, f"{old} * (2 if L < 4 else 1)", 1)
    found = open_code("x.py", source, mends=False).findings
    assert {f.verdict for f in found} == {Verdict.UNPROVEN}


@pytest.mark.parametrize("name", ["X", "X_train", "data", "batch", "images"])
def test_a_number_of_examples_is_not_supposed(name: str) -> None:
    source = f"""
import numpy as np

def loss_and_gradient(w, {name}, Y):
    loss, dw = 0, np.zeros_like(w)
    for x, y in zip({name}, Y):
        loss += 0.5 * np.sum((w @ x - y) ** 2)
        dw += np.outer(w @ x - y, x)
    return loss, dw
"""
    found = open_code("x.py", source, mends=False).findings
    assert is_verified(found), found
    assert not any("says how many" in c for f in found for c in f.side_conditions)
