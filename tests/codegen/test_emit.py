"""Emission: gradients, training steps, files, and what is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import codegen
from codegen import building, emit, proof
from codegen.kernels import ACTIVATIONS
from codegen.spec import OPTIMIZERS, SpecError, parse
from derive.program import Times, number
from tests.codegen.emitted_network import (
    batch,
    complex_step,
    load,
    part,
    spec_text,
    textbook,
    worst,
)
from tests.codegen.emitted_network import emit as emitted
from tests.codegen.random_specs import campaign

CASES = [
    # hidden, output, loss, examples, l2, optimizer, input_scale: each value of each at least twice
    ("tanh", "sigmoid", "binary_cross_entropy", "columns", 0.0, "sgd", None),
    ("tanh", "tanh", "squared_error", "rows", 0.01, "adam", None),
    ("sigmoid", "sigmoid", "half_squared_error", "columns", 0.0, "momentum", None),
    ("sigmoid", "softmax", "cross_entropy", "rows", 0.01, "sgd", 4.0),
    ("relu", "softmax", "squared_error", "columns", 0.01, "adam", 4.0),
    ("relu", "identity", "mse", "rows", 0.0, "momentum", None),
    ("leaky_relu", "softmax", "cross_entropy", "columns", 0.0, "adam", 255.0),
    ("leaky_relu", "sigmoid", "binary_cross_entropy", "rows", 0.01, "momentum", None),
    ("identity", "softplus", "mse", "columns", 0.0, "sgd", None),
    ("softplus", "softmax", "squared_error", "rows", 0.0, "sgd", None),
    ("elu", "identity", "squared_error", "columns", 0.01, "nesterov", None),
    ("selu", "sigmoid", "mse", "rows", 0.0, "adam", None),
    ("silu", "softmax", "cross_entropy", "columns", 0.0, "momentum", None),
    ("softsign", "tanh", "half_squared_error", "rows", 0.0, "rmsprop", None),
    ("gelu_tanh", "sigmoid", "binary_cross_entropy", "columns", 0.0, "adam", None),
    ("mish", "softmax", "cross_entropy", "rows", 0.0, "adamw", None),
    ("gelu", "identity", "huber", "columns", 0.0, "adam", None),
    ("gelu", "softmax", "kl", "rows", 0.0, "rmsprop", None),
    ("tanh", "identity", "log_cosh", "columns", 0.01, "momentum", None),
    ("relu", "tanh", "mae", "rows", 0.0, "nesterov", None),
]


@pytest.fixture(params=CASES, ids=lambda case: "-".join(str(c) for c in case[:4]), scope="module")
def case(request, tmp_path_factory):
    """An emitted network and its optimiser, for all tests of the case."""
    hidden, output, loss, examples, l2, optimizer, scale = request.param
    text = spec_text(
        hidden, output, loss, examples=examples, l2=l2, optimizer=optimizer, scale=scale
    )
    return emitted(text, tmp_path_factory.mktemp("case")), optimizer


def test_gradients_and_training_step(case):
    """Complex step to 1e-12; five steps, one of them smaller, equal the plain rule."""
    net, optimizer = case
    params, X, Y = batch(net, 7)
    cost, found = net.gradients(params, X, Y)
    assert worst(found, complex_step(net, params, X, Y)) < 1e-12
    assert cost == pytest.approx(net.loss(params, X, Y), rel=1e-14)
    trainer, update = net.Trainer(params, 7), textbook(net, optimizer, 0.05)
    mirror = net.Params(*(a.copy() for a in params))
    for count in (7, 7, 4, 7, 1):
        x, y = part(net, X, count), part(net, Y, count)
        cost, slope = net.gradients(mirror, x, y)
        assert trainer.step(x, y) == pytest.approx(cost, rel=1e-12)
        update(mirror, slope)
        assert worst(trainer.params, mirror) < 1e-12


def test_dtype_in_is_dtype_out_and_nothing_warns(case):
    """float32 stays float32; extreme but finite inputs raise no floating-point flag.

    Six examples, for a product of two or three rows of five float32 with a vector is where
    OpenBLAS 0.3.31 (AVX-512) multiplies what lies on the stack and drops it: the result is right,
    but a signalling NaN left there raises the flag.
    """
    net, _ = case
    params, X, Y = batch(net, 6)
    small = net.Params(*(a.astype(np.float32) for a in params))
    x, y = X.astype(np.float32), Y.astype(np.float32)
    trainer = net.Trainer(small, 6)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        for scale in (0.0, 1.0, 1e3, 1e6):
            net.gradients(params, scale * X, Y)
            assert net.predict(small, scale * x).dtype == np.float32
            assert {g.dtype.name for g in net.gradients(small, scale * x, y)[1]} == {"float32"}
        trainer.step(x, y)
    assert {p.dtype.name for p in trainer.params} == {"float32"}


def test_step_allocates_nothing_and_views_stay(tmp_path):
    net = emitted(spec_text(optimizer="adam"), tmp_path)
    params, X, Y = batch(net, 64)
    trainer = net.Trainer(params, 64)
    views = [a.__array_interface__["data"][0] for a in trainer.params]
    trainer.step(X, Y)
    trainer.step(part(net, X, 10), part(net, Y, 10))
    tracemalloc.start()
    try:
        for _ in range(20):
            trainer.step(X, Y)
            trainer.step(part(net, X, 10), part(net, Y, 10))
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            trainer.step(X, Y)
        growth = (tracemalloc.get_traced_memory()[0] - before) / 200
    finally:
        tracemalloc.stop()
    assert growth < 64
    assert [a.__array_interface__["data"][0] for a in trainer.params] == views
    assert all(a.base is not None for a in trainer.params)


def test_a_loss_that_is_not_finite_changes_nothing(tmp_path):
    net = emitted(spec_text("identity", "identity", "squared_error"), tmp_path)
    params, X, Y = batch(net, 4)
    trainer = net.Trainer(params, 4)
    with np.errstate(all="ignore"), pytest.raises(net.runtime.NonFiniteLoss):
        trainer.step(X * 1e300, Y)
    assert worst(trainer.params, params) == 0
    assert trainer.steps == 0
    with pytest.raises(net.runtime.NonFiniteLoss):
        trainer.step(np.full_like(X, np.nan), Y)
    for wrong in (X[:, :0], X[:-1], np.hstack([X, X]), X.astype(complex), "X"):
        with pytest.raises(ValueError, match="X: got"):
            trainer.step(wrong, Y)
    assert worst(trainer.params, params) == 0


@pytest.mark.parametrize("examples", ["columns", "rows"])
def test_pixels_and_integer_labels(tmp_path, examples):
    """uint8 pixels and labels (m,) mean the same as floats and one-hot labels."""
    net = emitted(spec_text(scale=255, examples=examples, dtype="float32"), tmp_path)
    rng = np.random.default_rng(0)
    params, m = net.init(0), 6
    pixels = rng.integers(0, 256, net.NETWORK.shape(5, m), dtype=np.uint8)
    labels = rng.integers(0, 3, m)
    hot = np.eye(3, dtype=np.float32)[labels]
    hot = hot.T.copy() if examples == "columns" else hot
    plain = net.gradients(params, pixels.astype(np.float32), hot)
    assert net.loss(params, pixels, labels) == plain[0]
    assert worst(net.gradients(params, pixels, labels)[1], plain[1]) == 0
    one, other = net.Trainer(params, m), net.Trainer(params, m)
    for _ in range(3):
        assert one.step(pixels, labels) == other.step(pixels.astype(np.float32), hot)
    assert worst(one.params, other.params) == 0
    assert net.predict(params, pixels).dtype == np.float32


EXTRAS = {
    "label smoothing": ("softmax", "cross_entropy", "label_smoothing = 0.1"),
    "class weights": ("softmax", "cross_entropy", "class_weights = [1.0, 2.0, 0.5]"),
    "both": ("softmax", "kl", "label_smoothing = 0.2\nclass_weights = [1.0, 2.0, 0.5]"),
    "two classes": ("sigmoid", "binary_cross_entropy", "class_weights = [1.0, 2.0, 0.5]"),
    "sample weights": ("softmax", "cross_entropy", "sample_weights = true"),
    "of a regression": ("identity", "huber", "sample_weights = true\nl1 = 0.02\nl2 = 0.01"),
    "all weights": (
        "softmax",
        "cross_entropy",
        "sample_weights = true\nclass_weights = [1.0, 2.0, 0.5]\nl1 = 0.02",
    ),
}


@pytest.mark.parametrize("examples", ["columns", "rows"])
@pytest.mark.parametrize("case", EXTRAS)
def test_weights_smoothing_and_penalties(tmp_path, case, examples):
    """Gradients to 1e-12 of the complex step, and a step of Adam with a clipped gradient."""
    output, loss, extra = EXTRAS[case]
    text = spec_text("tanh", output, loss, examples=examples, optimizer="adam")
    text = text.replace("l2 = 0.0", "" if "l2" in extra else "l2 = 0.0") + "\nclip_norm = 0.01"
    net = emitted(text.replace("[[layer]]", f"{extra}\n[[layer]]", 1), tmp_path)
    params, X, Y = batch(net, 7)
    given = [np.linspace(0.0, 2.0, 7)] if "sample" in extra else []
    cost, found = net.gradients(params, X, Y, *given)
    assert worst(found, complex_step(net, params, X, Y, *given)) < 1e-12
    assert cost == pytest.approx(net.loss(params, X, Y, *given), rel=1e-14)
    trainer, update = net.Trainer(params, 7), textbook(net, "adam", 0.05)
    assert trainer.step(X, Y, *given) == pytest.approx(cost, rel=1e-12)
    norm = np.sqrt(sum(np.sum(np.square(g)) for g in found))
    mirror = net.Params(*(a.copy() for a in params))
    update(mirror, [g * min(1.0, 0.01 / norm) for g in found])
    assert worst(trainer.params, mirror) < 1e-10


def test_sample_weights_are_those_of_repeated_examples(tmp_path):
    """Whole weights do what repeated examples do, but for the number m by which is divided."""
    text = spec_text().replace("[[layer]]", "sample_weights = true\n[[layer]]", 1)
    net = emitted(text, tmp_path)
    params, X, Y = batch(net, 5)
    weights = np.array([1, 0, 2, 3, 1])
    cost, found = net.gradients(params, X, Y, weights)
    again = np.repeat(X, weights, axis=1), np.repeat(Y, weights, axis=1)
    other, wanted = net.gradients(params, *again)
    assert 5 * cost == pytest.approx(7 * other, rel=1e-13)
    assert worst([5 * g for g in found], [7 * g for g in wanted]) < 1e-13
    history = net.fit(params, X, Y, weights=weights, epochs=2)
    assert np.isfinite(history.loss).all()
    with pytest.raises(ValueError, match=r"weights: got shape \(4,\), needs \(5,\)"):
        net.loss(params, X, Y, weights[:4])


def test_initialisers(tmp_path):
    text = spec_text("relu").replace("units = 4", 'units = 400\ninit = "lecun"')
    text = text.replace("input = 5", "input = 100").replace(
        "units = 3", 'units = 3\ninit = "zeros"'
    )
    net = emitted(text, tmp_path)
    params = net.init(0, "float64")
    assert np.std(params.W1) == pytest.approx(0.1, rel=0.02)
    assert np.std(params.W2) == pytest.approx(np.sqrt(2 / 400), rel=0.05)
    assert not params.W3.any()


def test_learning_rate_can_change_between_steps(tmp_path):
    net = emitted(spec_text(), tmp_path)
    params, X, Y = batch(net, 6)
    trainer = net.Trainer(params, 6, learning_rate=0.5)
    _, first = net.gradients(params, X, Y)
    trainer.step(X, Y)
    middle = net.Params(*(p - 0.5 * g for p, g in zip(params, first, strict=True)))
    trainer.learning_rate = 0.125
    _, second = net.gradients(middle, X, Y)
    trainer.step(X, Y)
    last = [p - 0.125 * g for p, g in zip(middle, second, strict=True)]
    assert worst(trainer.params, last) < 1e-13
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="learning_rate: got"):
            trainer.learning_rate = wrong


def test_two_slopes_in_one_network(tmp_path):
    text = spec_text("leaky_relu").replace(
        'units = 6\nactivation = "leaky_relu"', 'units = 6\nactivation = "leaky_relu"\nslope = 0.3'
    )
    net = emitted(text, tmp_path)
    params, X, Y = batch(net, 7)
    assert worst(net.gradients(params, X, Y)[1], complex_step(net, params, X, Y)) < 1e-12
    z = np.array([-2.0, 3.0])
    assert net._leaky_relu(z).tolist() == [-0.02, 3.0]
    assert net._leaky_relu_2(z).tolist() == [-0.6, 3.0]


def test_a_large_network_is_updated_in_chunks(tmp_path):
    text = spec_text(optimizer="adam").replace("units = 4", "units = 700")
    text = text.replace("units = 6", "units = 300")
    net = emitted(text, tmp_path)
    params, X, Y = batch(net, 3)
    trainer, update = net.Trainer(params, 3), textbook(net, "adam", 0.05)
    assert len(trainer._chunks) > 1
    mirror = net.Params(*(a.copy() for a in params))
    for _ in range(3):
        update(mirror, net.gradients(mirror, X, Y)[1])
        trainer.step(X, Y)
    # sign noise of entries with a gradient near 0 is what Adam makes of rounding
    assert worst(trainer.params, mirror) < 1e-9


def test_small_losses_keep_their_digits(tmp_path):
    """Where the network is right and sure, the cross-entropies are tiny, not 0."""
    net = emitted(spec_text("identity", "sigmoid", "binary_cross_entropy"), tmp_path)
    assert float(net._cost(np.array([[40.0, -50.0]]), np.array([[1.0, 0.0]]))) == pytest.approx(
        (np.exp(-40) + np.exp(-50)) / 2, rel=1e-12
    )
    (tmp_path / "soft").mkdir()
    net = emitted(spec_text(), tmp_path / "soft")
    Z, Y = np.array([[40.0], [0.0], [-3.0]]), np.array([[1.0], [0.0], [0.0]])
    exact = np.log1p(np.exp(-40) + np.exp(-43))
    assert float(net._cost(Z, Y)) == pytest.approx(exact, rel=1e-12)
    for order in ([1, 0, 2], [2, 1, 0]):
        assert float(net._cost(Z[order], Y[order])) == pytest.approx(exact, rel=1e-12)


BLOCKS = """
name = "net"
input = 5
examples = "{examples}"
dtype = "float64"
loss = "{loss}"
l2 = 0.01
[[layer]]
units = 6
activation = "{hidden}"
norm = "layer"
[[layer]]
units = 6
activation = "relu"
norm = "layer"
norm_epsilon = 1e-3
skip = 1
[[layer]]
units = 6
activation = "tanh"
skip = 2
[[layer]]
units = 3
activation = "softmax"
[training]
optimizer = "adam"
learning_rate = 0.05
"""


@pytest.mark.parametrize("examples", ["columns", "rows"])
def test_layers_normalised_over_the_batch(tmp_path, examples):
    """To 1e-12 of the complex step; the statistics of the batches are kept, saved and used."""
    text = BLOCKS.format(examples=examples, hidden="tanh", loss="mse")
    text = text.replace('norm = "layer"', 'norm = "batch"', 1).replace('"adam"', '"adamw"')
    net = emitted(text, tmp_path)
    assert net.Params._fields[-2:] == ("mean1", "var1")
    params, X, Y = batch(net, 9)
    _, found = net.gradients(params, X, Y)
    assert worst(found[:-2], complex_step(net, params, X, Y)[:-2]) < 1e-12
    assert not found.mean1.any()
    assert not found.var1.any()
    trainer, axis = net.Trainer(params, 9), net.NETWORK.axis
    Z = params.W1 @ X if axis else X @ params.W1
    trainer.step(X, Y)
    mean, var = Z.mean(axis=axis, keepdims=True), Z.var(axis=axis, keepdims=True)
    assert np.allclose(trainer.params.mean1, 0.9 * params.mean1 + 0.1 * mean, rtol=1e-13)
    assert np.allclose(trainer.params.var1, 0.9 * params.var1 + 0.1 * var, rtol=1e-13)
    net.save(tmp_path / "p.npz", trainer.params)
    loaded = net.load(tmp_path / "p.npz")
    one = part(net, X, 1)
    assert np.allclose(net.predict(loaded, one), part(net, net.predict(loaded, X), 1), rtol=1e-13)
    np.savez(tmp_path / "q.npz", **{**loaded._asdict(), "var1": -loaded.var1})
    with pytest.raises(ValueError, match=r"q.npz.var1: got an entry -"):
        net.load(tmp_path / "q.npz")


@pytest.mark.parametrize("examples", ["columns", "rows"])
@pytest.mark.parametrize(("hidden", "loss"), [("tanh", "cross_entropy"), ("gelu", "mse")])
def test_residual_and_normalised_layers(tmp_path, examples, hidden, loss):
    """To 1e-12 of the complex step; the training step is the gradient and the rule."""
    net = emitted(BLOCKS.format(examples=examples, hidden=hidden, loss=loss), tmp_path)
    assert net.Params._fields[:6] == ("W1", "gamma1", "beta1", "W2", "gamma2", "beta2")
    params, X, Y = batch(net, 7)
    _, found = net.gradients(params, X, Y)
    assert worst(found, complex_step(net, params, X, Y)) < 1e-12
    trainer, update = net.Trainer(params, 7), textbook(net, "adam", 0.05)
    mirror = net.Params(*(a.copy() for a in params))
    for count in (7, 3):
        x, y = part(net, X, count), part(net, Y, count)
        update(mirror, net.gradients(mirror, x, y)[1])
        trainer.step(x, y)
        assert worst(trainer.params, mirror) < 1e-10


def test_dropout(tmp_path):
    """A step is the gradient with its masks; the same step draws the same masks; none to predict."""
    text = spec_text("tanh", optimizer="adam").replace(
        'units = 6\nactivation = "tanh"', 'units = 400\nactivation = "tanh"\ndropout = 0.3'
    )
    net = emitted(text, tmp_path)
    params, X, Y = batch(net, 50)
    trainer, again = net.Trainer(params, 50), net.Trainer(params, 50)
    cost = trainer.step(X, Y)
    assert again.step(X, Y) == cost
    [mask] = trainer.masks
    assert sorted(np.unique(mask)) == pytest.approx([0, 1 / 0.7])
    assert mask.mean() == pytest.approx(1, abs=0.03)
    assert net._gradients(params, X, Y, trainer.masks)[0] == pytest.approx(cost, rel=1e-12)
    first = mask.copy()
    trainer.step(X, Y)
    assert not np.array_equal(first, trainer.masks[0])
    assert net.loss(params, X, Y) == net._loss(params, X, Y, (np.ones((400, 1)),))


def test_random_specs():
    """A few of ``python -m tests.codegen.random_specs``."""
    assert campaign(4, 7) == []


ACTIVATION = st.sampled_from(sorted(set(ACTIVATIONS) - {"softmax"}))
OUTPUTS = st.sampled_from(
    [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy"), ("softmax", "mse")]
    + [("softmax", "huber"), ("softmax", "kl"), ("identity", "mae"), ("gelu", "log_cosh")]
    + [(a, loss) for a in ("identity", "tanh", "silu") for loss in ("mse", "half_squared_error")]
)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    hidden=st.lists(st.tuples(st.integers(1, 5), ACTIVATION), max_size=4),
    output=OUTPUTS,
    optimizer=st.sampled_from(OPTIMIZERS),
    examples=st.sampled_from(["columns", "rows"]),
    l2=st.sampled_from([0.0, 0.1]),
)
def test_random_networks(tmp_path_factory, hidden, output, optimizer, examples, l2):
    """Any depth and mixture of activations: proved, emitted, right."""
    text = spec_text("identity", *output, examples=examples, l2=l2, optimizer=optimizer)
    first, last = text.index("[[layer]]"), text.rindex("[[layer]]")
    middle = "".join(f'[[layer]]\nunits = {n}\nactivation = "{a}"\n' for n, a in hidden)
    net = emitted(text[:first] + middle + text[last:], tmp_path_factory.mktemp("net"))
    params, X, Y = batch(net, 5)
    found = net.gradients(params, X, Y)[1]
    assert worst(found, complex_step(net, params, X, Y)) < 1e-11
    trainer, update = net.Trainer(params, 5), textbook(net, optimizer, 0.05)
    mirror = net.Params(*(a.copy() for a in params))
    update(mirror, found)
    trainer.step(X, Y)
    assert worst(trainer.params, mirror) < 1e-11


# -- what is refused ---------------------------------------------------------------------------


def test_a_wrong_gradient_is_not_emitted(monkeypatch, tmp_path):
    """Twice the derived gradient: neither the engine nor the checker lets it pass."""
    right = proof.derived_gradient

    def wrong(program, name, opaque=()):
        found = right(program, name, opaque)
        return Times(number(2), found) if name == "W2" else found

    monkeypatch.setattr(proof, "derived_gradient", wrong)
    path = tmp_path / "net.toml"
    path.write_text(spec_text())
    with pytest.raises(codegen.Unproved, match="net: dW2 is not proved"):
        codegen.generate(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    rows = {name: outcome.proved for name, _, outcome, _ in codegen.verify_spec(path)}
    assert [name for name, proved in rows.items() if not proved] == ["dW2"]


def test_the_checker_alone_can_refuse(monkeypatch):
    right = proof.check

    def refuses(program, statement):
        found = right(program, statement)
        return type(found)(False, found.sizes, found.points, "disagrees")

    monkeypatch.setattr(proof, "check", refuses)
    built = building.build(parse(spec_text().encode()))
    with pytest.raises(codegen.Unproved, match="the checker refuses it: disagrees"):
        proof.require(built, proof.gradients(built))


def test_nothing_half_written(tmp_path, monkeypatch):
    path = tmp_path / "net.toml"
    path.write_text(spec_text().replace('"tanh"', '"tanhh"'))
    with pytest.raises(SpecError, match="did you mean"):
        codegen.generate(path, tmp_path / "out")
    path.write_text(spec_text())
    monkeypatch.setattr(emit, "RUFF", "0.0.0")
    with pytest.raises(codegen.FormatterMissing, match=r"pip install 'derive\[generate\]'"):
        codegen.generate(path, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["net.toml"]


# -- files -------------------------------------------------------------------------------------


def _generated(tmp_path, **options):
    path = tmp_path / "net.toml"
    path.write_text(spec_text(**options))
    codegen.generate(path, tmp_path / "out")
    return path, tmp_path / "out" / "net"


def test_check_names_every_difference(tmp_path):
    path, folder = _generated(tmp_path)
    assert sorted(p.name for p in folder.iterdir()) == [
        "derivation.md",
        "net.py",
        "net.toml",
        "runtime.py",
        "test_net.py",
    ]
    assert codegen.check(path, tmp_path / "out") == ""
    source = folder / "net.py"
    source.write_text(source.read_text().replace("dW2 = dZ2 @", "dW2 = 2.001 * dZ2 @"))
    found = codegen.check(path, tmp_path / "out")
    assert "-    dW2 = 2.001 * dZ2 @ A1.T" in found
    assert "+    dW2 = dZ2 @ A1.T" in found
    source.unlink()
    (folder / "extra.py").write_text("")
    found = codegen.check(path, tmp_path / "out")
    assert "net.py: is missing" in found
    assert "extra.py: is not emitted, remove it" in found
    (tmp_path / "out" / "stray").mkdir()
    assert "stray: has no spec stray.toml" in codegen.check_all(tmp_path / "out")


def test_same_spec_same_bytes_under_any_hash_seed(tmp_path):
    path = tmp_path / "net.toml"
    path.write_text(spec_text("leaky_relu", l2=0.01, optimizer="adam"))
    code = (
        "import sys, hashlib; from pathlib import Path; from codegen.spec import read;"
        "from codegen.emit import derive_network, render;"
        "files = render(derive_network(read(Path(sys.argv[1]))));"
        "print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest())"
    )
    found = set()
    for seed in "01":
        run = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(run.stdout)
    assert len(found) == 1


ISOLATED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sympy", "derive", "codegen", "jinja2", "mpmath", "scipy"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
sys.path.insert(0, sys.argv[1])
import net
raise SystemExit(net.runtime.main(net, ["check"]))
"""


def test_a_copied_folder_works_with_numpy_alone(tmp_path):
    _, folder = _generated(tmp_path, hidden="leaky_relu", optimizer="adam", dtype="float32")
    target = tmp_path / "elsewhere" / "copy"
    shutil.copytree(folder, target)
    shutil.rmtree(folder)
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ISOLATED, str(target)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 failed" in run.stdout


def test_a_package_of_networks_imports(tmp_path):
    _generated(tmp_path)
    net = load(tmp_path / "out" / "net", "net")
    assert net.__package__
    params = net.init(0)
    assert net.init(0)[0].tobytes() == params[0].tobytes()
    with pytest.raises(ValueError, match="dtype: got int64"):
        net.init(0, "int64")
    net.save(tmp_path / "p.npz", params)
    again = net.load(tmp_path / "p.npz")
    assert worst(again, params) == 0


def test_description_reaches_the_document_as_text(tmp_path):
    text = spec_text().replace(
        "input = 5", 'input = 5\ndescription = """first <b>line</b>\n{{ 7 * 7 }}"""'
    )
    path = tmp_path / "net.toml"
    path.write_text(text)
    codegen.generate(path, tmp_path / "out")
    document = (tmp_path / "out" / "net" / "derivation.md").read_text()
    assert "> first &lt;b>line&lt;/b>\n> {{ 7 * 7 }}\n" in document
    for name in ("net.py", "test_net.py"):
        assert "7 * 7" not in (Path(tmp_path) / "out" / "net" / name).read_text()
