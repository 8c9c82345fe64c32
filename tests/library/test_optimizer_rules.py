"""Optimisers: every proof holds, ten steps of each against mpmath, and a wrong rule is seen."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
import sympy

from derive.check import check
from derive.library import optimizers
from derive.library.optimizers import OPTIMIZERS, optimizer_proofs
from derive.library.report import library_report
from derive.tensors import prove
from derive.verdict import Kind, Verdict

RATE = mpmath.mpf("0.05")
START = mpmath.mpf("1.25")
GRADIENTS = list(map(mpmath.mpf, (0.3, -1.2, 0.05, 2, -0.7, 0.01, 1e-6, -3, 0.4, 0.9)))

# The rules as their papers state them, in plain arithmetic.


def _sgd(gradients, p):
    w = START
    for g in gradients:
        w -= RATE * g
    return w


def _momentum(gradients, p):
    w, v = START, mpmath.mpf(0)
    for g in gradients:
        v = p["beta"] * v + g
        w -= RATE * v
    return w


def _nesterov(gradients, p):
    w, v = START, mpmath.mpf(0)
    for g in gradients:
        v = p["beta"] * v + g
        w -= RATE * (g + p["beta"] * v)
    return w


def _rmsprop(gradients, p):
    w, s = START, mpmath.mpf(0)
    for g in gradients:
        s = p["beta"] * s + (1 - p["beta"]) * g * g
        w -= RATE * g / (mpmath.sqrt(s) + p["epsilon"])
    return w


def _adam(gradients, p):
    w, m, s = START, mpmath.mpf(0), mpmath.mpf(0)
    for t, g in enumerate(gradients, 1):
        m = p["beta1"] * m + (1 - p["beta1"]) * g
        s = p["beta2"] * s + (1 - p["beta2"]) * g * g
        corrected = mpmath.sqrt(s / (1 - p["beta2"] ** t)) + p["epsilon"]
        w -= RATE * p.get("decay", 0) * w + RATE * (m / (1 - p["beta1"] ** t)) / corrected
    return w


PAPERS = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": _nesterov,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": _adam,
}


def constants(row):
    return {k: mpmath.mpf(v.numerator) / v.denominator for k, v in row.parameters.items()}


def run(row, gradients):
    """The weight after the steps that the row's equations say, evaluated in mpmath."""
    names = ["w", "g", "t", "rate", *row.parameters, *row.state]
    symbols = {}
    for _, rule in row.equations:
        symbols |= {s.name: s for s in rule.free_symbols}
    ordered = [symbols.get(name, sympy.Symbol(name)) for name in names]
    rules = [(k, sympy.lambdify(ordered, rule, modules="mpmath")) for k, rule in row.equations]
    values = {"w": START, "rate": RATE, **constants(row), **dict.fromkeys(row.state, mpmath.mpf(0))}
    for t, g in enumerate(gradients, 1):
        values |= {"g": g, "t": t}
        for name, rule in rules:
            values[name] = rule(*(values[n] for n in names))
    return values["w"]


@pytest.mark.parametrize("row", OPTIMIZERS, ids=lambda row: row.name)
def test_ten_steps(row):
    with mpmath.workdps(40):
        expected = PAPERS[row.name](GRADIENTS, constants(row))
        assert abs(run(row, GRADIENTS) - expected) < mpmath.mpf(10) ** -35


@pytest.mark.parametrize("proof", optimizer_proofs(), ids=lambda proof: proof.name)
def test_proved(proof):
    """SymPy, the engine and the checker: three opinions of the same equations."""
    assert proof.proved
    assert proof.steps
    assert proof.identities
    for each in proof.identities:
        assert prove(each.program, each.statement).proved
        assert check(each.program, each.statement).accepted


def test_every_optimizer_has_a_proof():
    proved = {proof.name.split("-")[0] for proof in optimizer_proofs()}
    assert proved == {row.name for row in OPTIMIZERS}


def test_names():
    names = [proof.name for proof in optimizer_proofs()]
    assert len(names) == len(set(names))
    with pytest.raises(KeyError, match="adam"):
        optimizers.optimizer("madam")


@pytest.mark.parametrize(
    ("name", "variable", "change"),
    [
        ("adam", "m", lambda rule, s: rule + s["g"] / 1000),
        ("adam", "s", lambda rule, s: rule.subs(s["beta2"], s["beta2"] ** 2)),
        ("momentum", "v", lambda rule, s: rule - s["g"] * s["beta"]),
        ("momentum", "w", lambda rule, s: rule + s["v"] * s["rate"] / 2),
    ],
)
def test_a_wrong_rule_is_not_proved(monkeypatch, name, variable, change):
    def altered(row):
        if row.name != name:
            return row
        rules = dict(row.equations)
        symbols = {s.name: s for rule in rules.values() for s in rule.free_symbols}
        rules[variable] = change(rules[variable], symbols)
        return replace(row, equations=tuple(rules.items()))

    monkeypatch.setattr(optimizers, "OPTIMIZERS", tuple(map(altered, OPTIMIZERS)))
    [proof] = [proof for proof in optimizer_proofs() if proof.name == f"{name}-{variable}"]
    assert not proof.proved
    assert not all(prove(each.program, each.statement).proved for each in proof.identities)
    assert not all(check(each.program, each.statement).accepted for each in proof.identities)
    [found] = [f for f in library_report().claims if f.message.split(":")[0] == proof.name]
    assert found.verdict is Verdict.UNPROVEN


@pytest.mark.parametrize("who", ["prove", "check"])
def test_one_opinion_is_not_enough(monkeypatch, who):
    """What the engine or the checker refuses is not verified, whatever SymPy says."""
    from derive.library import report

    right = getattr(report, who)

    def refuses(program, statement):
        answer = right(program, statement)
        no = {"proved": False} if who == "prove" else {"accepted": False}
        return replace(answer, **no) if "beta2^(t-1)" in program.leaves else answer

    monkeypatch.setattr(report, who, refuses)
    rules = [f for f in library_report().claims if f.kind is Kind.UPDATE]
    failed = {f.message.split(":")[0] for f in rules if f.verdict is not Verdict.VERIFIED}
    assert failed == {"adam-s", "adam-bias-correction-s", "adam-step"}
    assert all(f.proof.checked for f in rules if f.verdict is Verdict.VERIFIED)
