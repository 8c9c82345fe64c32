"""What stands behind each rule: every line is proved, every claim of the library has lines."""

from __future__ import annotations

import pytest

from derive.library import explanations
from derive.library.claims import library_claims
from derive.library.explanations import explanation, names, title
from derive.library.optimizers import OPTIMIZERS
from derive.program import Times, number
from derive.scalars import steps
from derive.scalars.blackboard import WrongStep

OWN = [name for name in names() if name not in steps.ENTRIES]


@pytest.mark.parametrize("name", OWN)
def test_every_line_holds(name):
    found = explanation(name)
    assert found
    assert all(step.latex and step.text for step in found)
    assert title(name)[0].isupper()


def test_every_claim_and_optimizer_is_explained():
    known = set(names())
    assert {claim.name for claim in library_claims()} <= known
    assert {row.name for row in OPTIMIZERS} <= known


def test_the_dense_layer_in_four_lines():
    assert [step.rule for step in explanation("dense-rows-weight")] == [
        "chain rule",
        "derivative of an affine map",
        "delta contraction",
        "back to matrices",
    ]


def test_derivatives_of_functions_are_passed_on():
    assert explanation("sigmoid") == steps.derivation("sigmoid")
    assert title("Leaky ReLU") == steps.title("Leaky ReLU")


def test_a_wrong_line_is_refused(monkeypatch):
    right = explanations._local

    def twice(program, axes, part):
        local, rest, rule = right(program, axes, part)
        return Times(number(2), local), rest, rule

    monkeypatch.setattr(explanations, "_local", twice)
    with pytest.raises(WrongStep, match="affine"):
        explanation("dense-columns-weight")


def test_names_nearby():
    with pytest.raises(KeyError, match="dense-rows-bias"):
        explanation("dense-row-bias")
    with pytest.raises(KeyError, match="sigmoid"):
        explanation("sigmoyd")
