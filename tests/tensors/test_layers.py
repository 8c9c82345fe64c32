"""Normalisation, attention and recurrence."""

from __future__ import annotations

import pytest

from derive.program import Equation
from derive.tensors import prove
from tensors.build import Net, grad
from tensors.layers import Claims, attention, normalisation, recurrent

LAYERS: dict[str, tuple[Net, Claims, Claims]] = {
    **{
        f"{kind}-{'columns' if columns else 'rows'}": normalisation(kind, columns=columns)
        for kind in ("layer", "batch", "rms")
        for columns in (True, False)
    },
    "attention": attention(masked=False),
    "masked attention": attention(masked=True),
    "recurrent": recurrent(),
}


@pytest.mark.parametrize("name", LAYERS)
def test_true_claims_are_proved(name: str) -> None:
    net, good, _ = LAYERS[name]
    for target, value in good:
        outcome = prove(net.program(), Equation(grad(net, target).e, value.e))
        assert outcome.proved, (target, outcome.reason, outcome.residue)


@pytest.mark.parametrize("name", LAYERS)
def test_false_claims_are_not(name: str) -> None:
    net, _, bad = LAYERS[name]
    for target, value in bad:
        assert not prove(net.program(), Equation(grad(net, target).e, value.e)).proved, target
