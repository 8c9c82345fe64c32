"""Programs in the styles that people use, each with a twin that holds one mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict

CODE = Path(__file__).parent.parent / "code"
RIGHT = sorted((CODE / "right").glob("*.py"))
GENERATED = sorted((CODE.parent.parent / "generated").glob("*/*.toml"))


@pytest.mark.parametrize("path", RIGHT, ids=lambda p: p.stem)
def test_right_programs_are_verified(path: Path) -> None:
    findings = open_code(path.name, path.read_text()).findings
    assert findings
    assert {f.verdict for f in findings} == {Verdict.VERIFIED}, findings
    assert all(f.proof is not None and f.proof.checked for f in findings)


@pytest.mark.parametrize("path", RIGHT, ids=lambda p: p.stem)
def test_wrong_twins_are_refuted_at_their_line(path: Path) -> None:
    twin = CODE / "wrong" / path.name
    right, wrong = path.read_text().split("\n"), twin.read_text().split("\n")
    changed = next(k for k, (a, b) in enumerate(zip(right, wrong, strict=False), 1) if a != b)
    refuted = [
        f for f in open_code(twin.name, twin.read_text()).findings if f.verdict == Verdict.REFUTED
    ]
    assert refuted
    assert any(f.line <= changed <= f.end_line or f.line == changed for f in refuted)
    assert all(f.counterexample is not None for f in refuted)


@pytest.mark.parametrize("spec", GENERATED[::3], ids=lambda p: p.stem)
def test_emitted_gradients_are_verified(spec: Path) -> None:
    text = spec.with_suffix(".py").read_text()
    findings = open_code(spec.stem, text).findings
    assert {f.verdict for f in findings} == {Verdict.VERIFIED}, findings


def test_labels_are_not_read_as_one_axis_to_save_a_wrong_size() -> None:
    spec = next(p for p in GENERATED if p.stem == "tanh_sigmoid_classifier")
    text = spec.with_suffix(".py").read_text().replace("m = Y.shape[1]", "m = Y.shape[0]")
    findings = open_code("wrong.py", text).findings
    assert {f.verdict for f in findings} == {Verdict.REFUTED}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.take_along_axis(z, top, axis=0)", "np.take_along_axis(z, top, axis=1)"),
        ("np.argmax(z, axis=0, keepdims=True)", "np.argmax(z, axis=0)"),
        ("dW2 = dZ2 @ A1.T", "dW1 = dZ2 @ A1.T"),
        ("np.put_along_axis(rest, top, 0.0, axis=0)", "pass"),
        ("dZ1 = (W2.T @ dZ2) * _leaky_relu_prime(Z1)", "dZ1 = W2.T @ dZ2"),
    ],
)
def test_edits_of_emitted_code_are_not_verified(old: str, new: str) -> None:
    spec = next(p for p in GENERATED if p.stem == "digits_leaky_softmax_adam")
    text = spec.with_suffix(".py").read_text()
    assert old in text
    findings = open_code("wrong.py", text.replace(old, new)).findings
    assert {f.verdict for f in findings} != {Verdict.VERIFIED}
