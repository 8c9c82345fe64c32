"""Certificates: they come back as they were, hostile ones are refused, and the command."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.certificate import from_json, to_json
from derive.check import check
from derive.program import (
    Build,
    Composition,
    Delta,
    Entry,
    Equation,
    Eye,
    Index,
    Jacobian,
    MatMul,
    Partial,
    Plus,
    Size,
    SumOver,
    Times,
    minus,
    number,
)

from .programs import attention, network, normalisation, recurrent, small_claims


def all_kinds() -> tuple[Any, Equation]:
    p = network(2, hidden="relu")
    i, j, k = Index("i", "n1"), Index("j", "m"), Index("k", "n1")
    z = p.symbol("Z1")
    built = Build(i, j, SumOver(k, Times(Delta(i, k), Entry(z, k, j))))
    right = Plus(built, Times(number(0), MatMul(Eye("n1"), z)))
    return p, Equation(z, right)


def claims() -> list[tuple[Any, Any]]:
    out: list[tuple[Any, Any]] = [all_kinds()]
    for p, right, _ in (attention(), normalisation("ln"), recurrent()):
        out += [(p, Equation(a, b)) for _, a, b in right]
    out += [(p, Equation(a, b)) for _, p, a, b, truth in small_claims() if truth]
    p = network(2)
    out.append((p, Composition(Jacobian("J", "W2"), (Jacobian("J", "Z2"), Jacobian("Z2", "W2")))))
    scalar = Partial(Entry(p.symbol("Z1"), Index("i", "n1"), Index("j", "m")), "J", None, None)
    out.append((p, Equation(scalar, Size("m"), (Index("i", "n1"), Index("j", "m")))))
    return out


@pytest.mark.parametrize("pair", claims())
def test_round_trip(pair: tuple[Any, Any]) -> None:
    program, statement = pair
    data = to_json(program, statement, ("chain rule",))
    text = json.dumps(data)
    again = from_json(json.loads(text))
    assert again == (program, statement)
    assert json.dumps(to_json(*again, ("chain rule",))) == text


def test_shared_expressions_are_written_once() -> None:
    p = network(1)
    e: Any = p.symbol("X")
    for _ in range(100):
        e = Plus(e, e)
    data = to_json(p, Equation(e, e), ())
    assert len(data["nodes"]) < 200


GOOD = to_json(*all_kinds(), ("sum",))


def edited(path: tuple[Any, ...], value: Any) -> Any:
    data = copy.deepcopy(GOOD)
    at: Any = data
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "not an object"),
        ([], "not an object"),
        ({}, "no key 'cost'"),
        (edited(("schema",), "derive.certificate/2"), "schema"),
        (edited(("extra",), 1), "unknown key 'extra'"),
        (edited(("nodes",), [["matmul", 0, 1]]), "node 0: a reference"),
        (edited(("nodes", 0), ["number", "1e9"]), "not an exact number"),
        (edited(("nodes", 0), ["number", "1/0"]), "denominator 0"),
        (edited(("nodes", 0), ["number", "9" * 1000]), "not an exact number"),
        (edited(("nodes", 0), ["call", "os.system"]), "no such kind"),
        (edited(("nodes", 0), 7), "not a list"),
        (edited(("nodes",), [["eye", 0]]), "dimension is 0"),
        (edited(("nodes",), [["eye", -1]]), "whole number"),
        (edited(("nodes",), [["eye", True]]), "whole number"),
        (edited(("nodes",), [["eye", 2.5]]), "whole number"),
        (edited(("nodes",), [["eye", 10**30]]), "whole number"),
        (edited(("nodes",), [["number", "1"]] + [["plus", k, k] for k in range(400)]), "deep"),
        (edited(("nodes",), [["number", "1"]] * 30_000), "more than"),
        (edited(("nodes",), [["symbol", "x" * 300, 1, 1]]), "text of 1 to"),
        (edited(("leaves", 0), ["X", ["n"], "real", None]), "two dimensions"),
        (edited(("leaves", 0), ["X", ["n", "m"], "odd", None]), "domain"),
        (edited(("leaves", 0), ["X", ["n", "m"], "real", 2]), "axis"),
        (edited(("leaves", 1, 0), "X"), "stands twice"),
        (edited(("statement", "kind"), "theorem"), "neither"),
        (edited(("statement", "left"), 10**6), "left side"),
        (edited(("cost",), 3), "the cost"),
    ],
)
def test_hostile_certificates(data: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_json(data)


def test_a_certificate_of_something_else_is_not_accepted() -> None:
    """Consistent in itself, but the names mean other things: the checker looks."""
    data = edited(("leaves", 0), ["X", ["m", "n0"], "real", None])
    outcome = check(*from_json(data))
    assert not outcome.accepted
    assert "other dimensions" in outcome.reason


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_certificates_never_crash(data: st.DataObject) -> None:
    """Any one value replaced by any small JSON value: refused, or judged, without a traceback."""
    certificate = copy.deepcopy(GOOD)
    at: Any = certificate
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    small = st.one_of(st.none(), st.booleans(), st.integers(-2, 40), st.text(max_size=3))
    at[key] = data.draw(st.one_of(small, st.lists(small, max_size=3)))
    try:
        program, statement = from_json(certificate)
    except ValueError:
        return
    check(program, statement)


BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sympy", "numpy", "mpmath", "jinja2", "typer") or name.startswith(
            ("derive.tensors", "derive.scalars", "derive.library", "derive.meaning")
        ):
            raise ImportError(name)
sys.meta_path.insert(0, Block())
import runpy
sys.argv = ["derive.check", *sys.argv[1:]]
runpy.run_module("derive.check", run_name="__main__")
"""


def recheck(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_recheck_without_the_engine_and_sympy(tmp_path: Path) -> None:
    p = network(2)
    true = Equation(Times(Size("m"), p.gradient("Z2")), minus(p.symbol("A2"), p.symbol("Y")))
    false = Equation(p.gradient("Z2"), minus(p.symbol("A2"), p.symbol("Y")))
    good, bad, broken = (tmp_path / name for name in ("good.json", "bad.json", "broken.json"))
    good.write_text(json.dumps(to_json(p, true, ("softmax",))), encoding="utf-8")
    bad.write_text(json.dumps(to_json(p, false, ())), encoding="utf-8")
    broken.write_text('{"schema": ', encoding="utf-8")

    accepted = recheck(good)
    assert accepted.returncode == 0, accepted.stderr
    assert "accepted" in accepted.stdout
    rejected = recheck(good, bad)
    assert rejected.returncode == 1
    assert rejected.stdout.splitlines()[1].endswith("rejected: the sides differ")
    for unusable in (broken, tmp_path / "missing.json", tmp_path):
        outcome = recheck(unusable)
        assert outcome.returncode == 2
        assert len(outcome.stderr.splitlines()) == 1
        assert str(unusable) in outcome.stderr
    assert recheck().returncode == 2


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"schema": NaN}', '{"a": 1, "a": 2}', "1" * 10_000, "\x00\x01", "null"],
)
def test_hostile_files(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    outcome = recheck(path)
    assert outcome.returncode == 2
    assert "Traceback" not in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_binary_and_large_files(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(b"\xff\xfe\x00\x80")
    assert recheck(path).returncode == 2
    path.write_bytes(b" " * 6_000_000)
    assert "larger" in recheck(path).stderr
