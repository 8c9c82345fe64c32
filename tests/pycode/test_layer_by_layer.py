"""Steps that update a layer as soon as its gradient is known are proved; their edits are not."""

from __future__ import annotations

import pytest

import codegen.trainer
from derive.pycode import validate

from .specs import emitted

SPEC = """
name = "large"
input = 5
loss = "cross_entropy"
[[layer]]
units = 5
activation = "tanh"
[[layer]]
units = 5
activation = "softmax"
[training]
optimizer = "momentum"
"""
UPDATES = ("        self._update(1)  # W2, b2\n", "        self._update(0)  # W1, b1\n")
LOOP = "for theta, gradient, velocity in self._chunks[part]:"


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(codegen.trainer, "UNCHUNKED", 0)
    return emitted(SPEC)


def test_it_is_proved(large):
    text, known = large
    assert all(line in text for line in UPDATES)
    found = validate(text, known)
    assert found.proved, found.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (UPDATES[0], ""),
        (UPDATES[0], UPDATES[0] * 2),
        (UPDATES[0], UPDATES[1]),
        (UPDATES[1], UPDATES[0]),
        (UPDATES[1], "        self._update(2)\n"),
        (UPDATES[1], "        self._update(True)\n"),
        (UPDATES[1], "        self._update(-2)\n"),
        (UPDATES[1], "        self._update()\n"),
        (UPDATES[1], "        self._update(0, 0)\n"),
        (UPDATES[1], UPDATES[1] + "        W2 *= 2\n"),
        (UPDATES[1], "        W2 *= 2\n" + UPDATES[1]),
        (UPDATES[1], UPDATES[1] + "        self.steps += 1\n"),
        ("parts = (2, 2)", "parts = (1, 3)"),
        ("parts = (2, 2)", "parts = (3, 1)"),
        ("parts = (2, 2)", "parts = (4,)"),
        ("parts = (2, 2)", "parts = (2, 2, 2)"),
        ("parts = (2, 2)", "parts = (2, 1 + 1)"),
        ("parts = (2, 2)", "parts = ()"),
        ("    parts = (2, 2)\n", ""),
        (LOOP, LOOP.replace("part]", "0]")),
        (LOOP, LOOP.replace("part]", "part - 1]")),
        (LOOP, LOOP.replace("[part]", "")),
        (LOOP, "if part:\n            rate *= 2\n        " + LOOP),
        (LOOP, "part = 0\n        " + LOOP),
        ("    params: Params\n", "    params: Params\n    parts: tuple = (1, 3)\n"),
        ("    params: Params\n", "    params: Params\n    parts, other = (1, 3), 1\n"),
        ("    params: Params\n", "    params: Params\n    parts += ()\n"),
    ],
)
def test_edits_are_not_proved(large, old: str, new: str) -> None:
    text, known = large
    assert text.count(old) == 1, "choose another edit"
    assert not validate(text.replace(old, new, 1), known).proved


@pytest.mark.parametrize("clipped", ["", "clip_norm = 1.0\n"])
@pytest.mark.parametrize("edit", ["break", "return", "continue", "behind", "first", "again"])
def test_every_chunk_is_updated_alike(monkeypatch, clipped: str, edit: str) -> None:
    """One chunk stands for all in the proof, so nothing may tell them apart."""
    monkeypatch.setattr(codegen.trainer, "UNCHUNKED", 0)
    text, known = emitted(SPEC + clipped)
    assert validate(text, known).proved
    moved, loop = _lines(text, "    theta -= "), _lines(text, "for theta, gradient")
    edits = {
        "behind": (moved, moved[4:]),
        "first": (loop, loop.replace(":\n", "[:1]:\n")),
        "again": (moved, moved + loop + moved),
    }
    old, new = edits.get(edit, (moved, f"{moved}            {edit}\n"))
    assert text.count(old) == 1
    assert not validate(text.replace(old, new), known).proved


def _lines(text: str, start: str) -> str:
    """The line that begins so."""
    return next(line for line in text.splitlines(True) if line.startswith(f"        {start}"))


def test_a_gradient_is_lost_when_another_layers_is_written(large):
    """The memory is one: what was written for the last layer is gone, though it is not read."""
    text, known = large
    first = _lines(text, "dZ1.dot(X.T, out=dW1)") if "out=dW1" in text else _lines(text, "dZ1.dot")
    later = text.replace(UPDATES[0], "").replace(first, first + UPDATES[0])
    assert later.index(first) < later.index(UPDATES[0]) < later.index(UPDATES[1])
    assert not validate(later, known).proved


def test_memory_that_holds_another_layers_gradient_is_not_read(large):
    text, known = large
    spoiled = text.replace(UPDATES[0], "        dW1[...] = 0\n" + UPDATES[0])
    assert not validate(spoiled, known).proved
    restored = text.replace(
        UPDATES[0],
        "        old = dW1.copy()\n        dW1[...] = 0\n        dW1[...] = old\n" + UPDATES[0],
    )
    assert not validate(restored, known).proved


def test_an_update_reads_nothing_that_comes_later(large):
    """After its update W2 is another: it may not be read for the delta below any more."""
    text, known = large
    product = _lines(text, "W2.T.dot")
    early = text.replace(UPDATES[0], "").replace(product, UPDATES[0] + product)
    assert not validate(early, known).proved
