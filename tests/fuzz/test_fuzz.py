"""A few hundred broken notes, and that the fuzzer would notice a fault."""

from __future__ import annotations

import pytest

from derive.reading import read

from . import campaign as fuzz
from .inputs import broken


def test_a_campaign() -> None:
    tally = fuzz.campaign(seed=1, count=300, jobs=1)
    assert not tally.faults
    assert tally.counts["inputs"] == 300
    assert tally.counts["judged"] == 15
    assert tally.counts["pieces"] > 300
    assert tally.counts["exit 0"] + tally.counts["exit 1"] + tally.counts["exit 2"] > 0


@pytest.mark.parametrize(
    "text",
    [
        "$ \\text{}$",
        "- ```math\n  ```\n  a = b\n",
        "$Loss = (a" + " - y" * 400 + ")^2$",
        "$\\bar{L} (a)^T = 1$ where $\\bar{L}$ is the derivative $\\partial L/\\partial a$, $L = a$",
        "$\\delta (a)^T = \\delta$ and $\\delta = -\\frac{\\partial E}{\\partial a}$",
        "$L = -\\log p_y$, $p_k = \\begin{cases} 1 & k = y \\\\ 0 \\end{cases}$",
        "\\[(((((((((({{(({{(((({(((({(((({(((({(=((}{=((\\]",
        "$$J = -\\sum_{i=1}^m \\left[ Y \\log A_2 + (1 - &part;Y) \\log(1 - A_2) \\right]$$\n"
        "$$dW_2 = dZ_2 A_1^T$$\n$$dZ_2 = dA_2 * A_2 * (1 - A_2)$$\n"
        "$$db_2 = \\sum_{i=1}^m dZ_2^{(i)}$$\n$$dZ_1 = W_2^T dZ_2 * (1 - A_1^2)$$\n$$dW_1 = dZ_1 X^T$$",
        "$$r(x) = \\max(0, x)$$\n"
        "$$r'(x) = \\begin{cases} 1 &\\sum_{i=1}^m x > 0 \\\\ 0 & x \\le 0 \\end{cases}$$\n"
        "$$\\frac{d}{dx} r(x) = 1$$",
        "$\\frac{\\partial E(n)}{\\partial w(n)} = e(n)$, $w(n) = e(n) = E(n)$",
    ],
)
def test_inputs_that_once_were_faults(text: str) -> None:
    tally = fuzz.Tally()
    given = fuzz.Input(5, "tex" if text[:2] == "\\[" else "md", text.encode())
    fuzz._read(given, tally)
    fuzz._judge(given, tally)
    assert not tally.faults


def test_inputs_are_the_same_every_time() -> None:
    assert [broken(3, k) for k in range(20)] == [broken(3, k) for k in range(20)]
    assert len({broken(3, k).data for k in range(50)}) > 45


def test_an_exception_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(fuzz, "read", fails)
    monkeypatch.setattr(fuzz, "open_subject", fails)
    monkeypatch.setattr(fuzz, "_command", lambda *_: None)
    tally = fuzz.campaign(seed=1, count=6, jobs=1)
    assert len(tally.faults) == 7
    assert all("planted" in fault for _, fault in tally.faults)


def test_slow_reading_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "READING", -1.0)
    tally = fuzz.Tally()
    fuzz._read(broken(1, 1), tally)
    assert [text for _, text in tally.faults if "reading took" in text]


def test_a_span_outside_its_source_is_a_fault() -> None:
    document = read("$a = b$", "md")
    fuzz.check(document)
    with pytest.raises(AssertionError):
        fuzz.check(type(document)("$", document.pieces))


@pytest.mark.parametrize(
    ("status", "error", "out"),
    [
        (3, "", "{}"),
        (1, "Traceback (most recent call last)", "{}"),
        (2, "one\ntwo", ""),
        (1, "", '{"files": [{"claims": [{"message": "internal error: X"}]}]}'),
    ],
)
def test_an_answer_that_is_not_documented_is_a_fault(status: int, error: str, out: str) -> None:
    assert fuzz._fault(status, error, out)
