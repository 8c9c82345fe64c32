"""A few of the networks of `tests.explain.everywhere`, and what they are a few of."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.kernels import ACTIVATIONS, LOSSES
from tests.explain.everywhere import networks, wrong

TAKEN = {
    "learned stepped": "columns",  # the engine does not divide by a step: raised entry by entry
    "learned prelu": "rows",  # deltas in two terms, taken out before they contract
    "binary_cross_entropy behind sigmoid": "columns",
    "extras all": "columns",
}


@pytest.mark.parametrize("name", TAKEN)
def test_networks_are_explained_one_rule_a_line(name: str, tmp_path: Path) -> None:
    assert list(wrong(dict(networks())[name], TAKEN[name], tmp_path)) == []


def test_all_activations_and_losses_are_among_them() -> None:
    names = [name for name, _ in networks()]
    assert len(names) == len(set(names))
    for activation in set(ACTIVATIONS) - {"softmax"}:
        assert f"hidden {activation}" in names
    for loss in LOSSES:
        assert any(name.startswith(f"{loss} behind ") for name in names)
