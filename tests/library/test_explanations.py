"""What stands behind each rule: every line is proved, every claim of the library has lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.library import explanations
from derive.library.claims import library_claims
from derive.library.explanations import explanation, names, title
from derive.library.optimizers import OPTIMIZERS
from derive.program import Times, number
from derive.scalars import steps
from derive.scalars.blackboard import WrongStep
from derive.scalars.rules import RULES
from tests.explain.leaps import BEGIN, leaps

COUNTS = {
    "sigmoid": 9,
    "tanh": 11,
    "softplus": 6,
    "softmax": 18,
    "softmax-cross-entropy": 9,
    "softmax-squared-error": 8,
    "sigmoid-binary-cross-entropy": 5,
    **{
        f"dense-{layout}-{part}": 4
        for layout in ("columns", "rows")
        for part in ("weight", "input", "bias")
    },
    "layer-norm-columns": 53,
    "layer-norm-rows": 53,
    "batch-norm-columns": 53,
}
"""How many lines some derivations take."""


@pytest.mark.parametrize("name", names())
def test_every_line_holds_and_takes_one_rule(name):
    found = explanation(name)
    assert all(step.latex and step.text for step in found)
    assert not [step for step in found if "simplif" in step.rule]
    assert list(leaps(found)) == []
    assert len(found) == COUNTS.get(name, len(found))
    assert title(name)[0].isupper()
    if name in steps.ENTRIES:
        assert found[0].rule == "definition"
        assert [step.text for step in found] == [RULES[step.rule] for step in found]


def test_leaps_are_found():
    """Lines left out, and rules under other names, are leaps."""
    for name in ("sigmoid", "binary-cross-entropy", "softmax-cross-entropy", "layer-norm-rows"):
        found = explanation(name)
        plain = [k for k in range(2, len(found) - 1) if _follow(found, k)]
        missed = [k for k in plain if not list(leaps((*found[:k], *found[k + 1 :])))]
        assert missed == [], [found[k].rule for k in missed]
    for rule in ("collect", "divide out", "back to arrays", "chain rule"):
        renamed = tuple(replace(step, rule=rule) for step in explanation("softplus"))
        assert list(leaps(renamed))


def _follow(found, k):
    """Whether the lines around the k-th belong together."""
    after = found[k : k + 2]
    same = len({step.latex.partition(" = ")[0] for step in after}) == 1
    last = after[1].rule.startswith("back to")
    return (same or last) and not any(step.rule in BEGIN for step in after)


@pytest.mark.parametrize("name", ["relu-huber", "gelu-squared-error", "leaky_relu-mse"])
def test_other_outputs_are_explained_when_asked(name):
    found = explanation(name)
    assert list(leaps(found)) == []
    assert found[-1].latex.startswith(r"\frac{\partial J}{\partial Z} = ")
    assert "output with" in title(name)
    assert name not in names()


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
