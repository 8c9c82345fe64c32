"""Trainings whose loss is not finite: the step, the first value, the last good checkpoint."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tests.codegen.emitted_network import batch, emit, spec_text

DEEP = """
name = "net"
input = 5
input_scale = 2.0
dtype = "float64"
loss = "cross_entropy"
[[layer]]
units = 4
activation = "softplus"
norm = "batch"
dropout = 0.25
[[layer]]
units = 3
activation = "softmax"
"""


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    return emit(DEEP, tmp_path_factory.mktemp("deep"))


def failure(net, call, *arguments, **options):
    with np.errstate(all="ignore"), pytest.raises(net.runtime.NonFiniteLoss) as error:
        call(*arguments, **options)
    return error.value


@pytest.mark.parametrize(
    ("name", "value", "first", "layer"),
    [
        ("W1", np.nan, "W1", 1),
        ("gamma1", np.nan, "gamma1", 1),
        ("gamma1", 1.7e308, "U1", 1),
        ("W2", 1.7e308, "Z2", 2),
    ],
)
def test_the_first_value_that_is_not_finite_is_named(deep, name, value, first, layer):
    params, X, Y = batch(deep, 8)
    trainer = deep.Trainer(params, 8)
    getattr(trainer.params, name)[...] = value
    before = [array.copy() for array in trainer.params]
    error = failure(deep, trainer.step, X, Y)
    assert (error.first, error.layer) == (first, layer)
    assert f"{first} of layer {layer} is the first value that is not finite, in " in str(error)
    same = zip(trainer.params, before, strict=True)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in same)
    assert trainer.steps == 0


def test_data_and_the_cost_are_named_too(deep, tmp_path):
    params, X, Y = batch(deep, 8)
    trainer = deep.Trainer(params, 8)
    trainer.step(X, Y)
    spoilt = X.copy()
    spoilt[2, 3] = np.inf
    error = failure(deep, trainer.step, spoilt, Y)
    assert (error.first, error.layer) == ("X", 0)
    assert "X is the first value that is not finite, in 1 of 40 entries" in str(error)
    assert failure(deep, trainer.step, X, Y * np.nan).first == "Y"
    net = emit(spec_text("identity", "identity", "squared_error"), tmp_path)
    params, X, Y = batch(net, 4)
    error = failure(net, net.Trainer(params, 4).step, X * 1e200, Y)
    assert (error.first, error.layer) == ("J", None)
    assert "the cost is the first value that is not finite" in str(error)


def test_a_training_names_its_last_good_checkpoint(tmp_path):
    net = emit(spec_text("identity", "identity", "squared_error", dtype="float32"), tmp_path)
    params, X, Y = batch(net, 12)
    params = type(params)(*(array.astype("float32") for array in params))
    path = tmp_path / "run.npz"
    shared = {"batch_size": 4, "checkpoint": path}
    good = net.fit(params, X, Y, epochs=2, **shared)
    kept = path.read_bytes()

    wild = X.copy()
    wild[:, 7] *= 1e30
    error = failure(net, net.fit, params, wild, Y, epochs=5, **shared)
    assert (error.epoch, error.checkpoint) == (3, path)
    assert 1 <= error.step <= 3
    assert str(error).startswith(f"epoch 3, step {error.step}: the loss is ")
    assert str(error).endswith(f"last good checkpoint: {path}, written after epoch 2")
    assert path.read_bytes() == kept
    assert error.history.loss == good.loss
    assert net.fit(params, X, Y, epochs=4, **shared).loss[:2] == good.loss
    again = pickle.loads(pickle.dumps(error.with_traceback(None)))
    assert (str(again), again.first, again.epoch) == (str(error), error.first, 3)


def test_without_a_checkpoint_none_is_named(tmp_path):
    net = emit(spec_text("identity", "identity", "squared_error"), tmp_path)
    params, X, Y = batch(net, 12)
    error = failure(net, net.fit, params, X * 1e200, Y, batch_size=4)
    assert (error.epoch, error.step, error.checkpoint) == (1, 1, None)
    assert str(error).endswith("; last good checkpoint: none")
    missing = tmp_path / "none.npz"
    error = failure(net, net.fit, params, X * 1e200, Y, batch_size=4, checkpoint=missing)
    assert error.checkpoint is None
    assert not missing.exists()


def test_parameters_spoilt_by_the_last_step_end_the_epoch(tmp_path):
    net = emit(spec_text("identity", "identity", "squared_error"), tmp_path)
    params, X, Y = batch(net, 4)
    params = params._replace(W1=params.W1 * 1e170, W3=params.W3 * 1e-20)
    error = failure(net, net.fit, params, X, Y, epochs=3, batch_size=4, checkpoint=tmp_path / "c")
    assert (error.epoch, error.step, error.checkpoint) == (1, 1, None)
    assert "the loss is finite, but after the step" in str(error)
    assert error.first in net.NETWORK.shapes


def test_a_validation_that_is_not_finite_stops(tmp_path):
    net = emit(spec_text("identity", "identity", "squared_error"), tmp_path)
    params, X, Y = batch(net, 12)
    error = failure(net, net.fit, params, X, Y, batch_size=4, validation=(X * 1e200, Y))
    assert str(error).startswith("epoch 1, step 3: the loss of the validation is inf")
    assert error.layer is None
