"""Programs in the styles that people use, each with a twin that holds one mistake."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from derive.pycode import open_code
from derive.pycode.beside import RUNTIME
from derive.pycode.faults import Workshop
from derive.pycode.subject import Code
from derive.report.fix import repaired_text
from derive.verdict import Kind, Verdict
from tests.pycode.corpus import (
    CODE,
    EXPECTED,
    NAMES,
    findings,
    is_at_its_line,
    is_verified,
    refuted,
)

GENERATED = sorted((CODE.parent.parent / "generated").glob("*/*.toml"))
QUICK = (
    "attention_head", "autoencoder_minibatches", "batchnorm_staged", "course_dictionaries", "dense_layer",
    "deep_model_of_course", "dictionary_columns", "dropout_layer", "huber_regression",
    "layer_hierarchy", "list_of_dictionaries", "network_of_sizes", "recurrent_step",
    "script_eleven_lines", "script_polynomial", "script_two_layers", "stable_logits",
    "tied_autoencoder", "word_vectors",
)  # fmt: skip
"""Programs whose proofs are quick; all are judged by ``python -m tests.pycode.corpus``."""
MENDED = {
    "course_dictionaries": "np.sum(dZ1, axis=1, keepdims=True) / m",
    "logistic_with_epsilon": "np.mean(a - y)",
    "layer_hierarchy": "grad.sum(axis=0)",
    "script_polynomial": "(grad_y_pred * x ** 2).sum()",
}


def test_every_program_has_a_twin_and_an_expectation() -> None:
    for side in ("right", "wrong"):
        assert sorted(p.stem for p in (CODE / side).glob("*.py")) == NAMES
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", [n for n in QUICK if n in NAMES])
def test_right_programs_are_verified(name: str) -> None:
    found = findings("right", name)
    assert is_verified(found), found


@pytest.mark.parametrize("name", sorted(MENDED))
def test_wrong_twins_are_refuted_and_mended_at_their_line(name: str) -> None:
    found = findings("wrong", name)
    assert is_at_its_line(name, found), found
    for finding in refuted(found):
        assert finding.counterexample is not None
        assert finding.code is not None
        [repair] = finding.repairs
        assert (repair.latex, repair.verdict) == (MENDED[name], Verdict.VERIFIED)


@pytest.mark.parametrize("name", ["bias_trick", "closures_layers"])
def test_the_line_at_fault_is_found_before_any_repair(name: str) -> None:
    text = (CODE / "wrong" / f"{name}.py").read_text()
    code = Code("x.py", text)
    for group in code.groups:
        entry, guess, case = group.understood.entry, group.understood.guess, group.case
        assert guess is not None
        assert case is not None
        shop = Workshop(text, code.module, entry, guess, case)  # type: ignore[arg-type]
        if shop.wrong:
            at = shop.departure()
            assert at is not None
            assert at.lineno in EXPECTED[name]["lines"]


def test_a_repaired_file_is_verified_and_repairing_it_changes_nothing() -> None:
    text = (CODE / "wrong" / "script_polynomial.py").read_text()
    report = open_code("x.py", text)
    mended = repaired_text(report.report(report.findings))
    again = open_code("x.py", mended)
    assert is_verified(again.findings)
    assert repaired_text(again.report(again.findings)) == mended


ROUNDED = "@runtime.rounded_once\n"
"""A decorator of another file: apart from its spec an emitted module does not say what it does."""


@pytest.mark.parametrize("spec", GENERATED[::3], ids=lambda p: p.stem)
def test_emitted_gradients_are_verified(spec: Path) -> None:
    text = spec.with_suffix(".py").read_text().replace(ROUNDED, "")
    findings = open_code(spec.stem, text).findings
    assert {f.verdict for f in findings} == {Verdict.VERIFIED}, findings


def test_a_decorator_that_is_not_known_leaves_emitted_gradients_open() -> None:
    spec = next(p for p in GENERATED if p.stem == "deep_sigmoid_regression")
    text = spec.with_suffix(".py").read_text()
    assert ROUNDED in text
    found = open_code(spec.stem, text).findings
    assert {f.verdict for f in found} == {Verdict.UNPROVEN}


def test_the_runtime_that_is_emitted_is_the_one_that_is_known() -> None:
    """After a change of `codegen.runtime` the digest has to follow."""
    for spec in GENERATED:
        runtime = spec.with_name("runtime.py").read_bytes()
        assert hashlib.sha256(runtime).hexdigest()[:32] == RUNTIME


@pytest.mark.parametrize("beside", ["as it is", "another", "more", "none"])
def test_emitted_gradients_are_verified_beside_the_runtime(beside: str, tmp_path: Path) -> None:
    """Without the spec: what the decorator means is read in the file beside, or not known."""
    spec = next(p for p in GENERATED if p.stem == "tanh_sigmoid_classifier")
    text, runtime = spec.with_suffix(".py").read_text(), spec.with_name("runtime.py").read_text()
    if beside != "none":
        another = runtime.replace("if wide == dtype:", "if wide != dtype:")
        more = f"{runtime}\nnp.exp = np.tanh\n"
        texts = {"as it is": runtime, "another": another, "more": more}
        (tmp_path / "runtime.py").write_text(texts[beside])
    found = open_code(str(tmp_path / spec.with_suffix(".py").name), text).findings
    wanted = Verdict.VERIFIED if beside == "as it is" else Verdict.UNPROVEN
    assert {f.verdict for f in found} == {wanted}, found


@pytest.mark.parametrize("line", ["runtime = SimpleNamespace()", "runtime.rounded_once = exp"])
def test_another_runtime_leaves_emitted_gradients_open(line: str, tmp_path: Path) -> None:
    spec = next(p for p in GENERATED if p.stem == "tanh_sigmoid_classifier")
    text = spec.with_suffix(".py").read_text().replace("NETWORK = ", f"{line}\nNETWORK = ", 1)
    (tmp_path / "runtime.py").write_text(spec.with_name("runtime.py").read_text())
    found = open_code(str(tmp_path / "network.py"), text, mends=False).findings
    assert {f.verdict for f in found} == {Verdict.UNPROVEN}


def test_labels_are_not_read_as_one_axis_to_save_a_wrong_size() -> None:
    spec = next(p for p in GENERATED if p.stem == "tanh_sigmoid_classifier")
    text = spec.with_suffix(".py").read_text().replace(ROUNDED, "")
    assert text.count("/ Y.shape[1]") == 1
    text = text.replace("/ Y.shape[1]", "/ Y.shape[0]")
    findings = open_code("wrong.py", text, mends=False).findings
    gradients = [f for f in findings if f.kind == Kind.GRADIENT]
    assert {f.verdict for f in gradients} == {Verdict.REFUTED}


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
    findings = open_code("wrong.py", text.replace(old, new), mends=False).findings
    assert {f.verdict for f in findings} != {Verdict.VERIFIED}
