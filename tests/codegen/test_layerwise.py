"""Large networks are updated layer by layer, each as soon as its gradient is known.

A network counts as large from some 150 000 parameters on; here already a small one does.
"""

from __future__ import annotations

import numpy as np
import pytest

import codegen.trainer
from codegen.layerwise import updates
from tests.codegen.emitted_network import batch, part, spec_text, textbook, worst
from tests.codegen.emitted_network import emit as emitted
from tests.codegen.test_emit import BLOCKS


@pytest.fixture(autouse=True)
def _small_ones_are_large(monkeypatch):
    monkeypatch.setattr(codegen.trainer, "UNCHUNKED", 0)
    monkeypatch.setattr(codegen.trainer, "CHUNK", 16)


@pytest.mark.parametrize("examples", ["columns", "rows"])
@pytest.mark.parametrize("optimizer", ["momentum", "nesterov", "rmsprop", "adam", "adamw"])
def test_steps_are_the_plain_rule(tmp_path, optimizer, examples):
    net = emitted(spec_text(optimizer=optimizer, examples=examples, l2=0.01), tmp_path)
    params, X, Y = batch(net, 7)
    trainer, update = net.Trainer(params, 7), textbook(net, optimizer, 0.05)
    assert trainer.parts == (2, 2, 2)
    mirror = net.Params(*(a.copy() for a in params))
    for count in (7, 7, 4, 7, 1):
        x, y = part(net, X, count), part(net, Y, count)
        cost, slope = net.gradients(mirror, x, y)
        assert trainer.step(x, y) == pytest.approx(cost, rel=1e-12)
        update(mirror, slope)
        assert worst(trainer.params, mirror) < 1e-9


def test_every_parameter_is_in_one_chunk_and_gradients_share_memory(tmp_path):
    net = emitted(spec_text(optimizer="adam"), tmp_path)
    trainer = net.Trainer(batch(net, 7)[0], 7)
    sizes = [sum(a.size for a in trainer.params[k : k + 2]) for k in (0, 2, 4)]
    assert [sum(chunk[0].size for chunk in part) for part in trainer._chunks] == sizes
    assert [len(part) for part in trainer._chunks] == [2, 2, 1]
    assert trainer._flat[1].size == max(sizes)
    for k, part_of_all in enumerate(trainer._chunks):
        for name, position in (("params", 0), ("_dparams", 1)):
            arrays = getattr(trainer, name)[2 * k : 2 * k + 2]
            for array in arrays:
                array[...] = np.arange(array.size).reshape(array.shape) + k
            seen = np.concatenate([chunk[position] for chunk in part_of_all])
            assert seen.tolist() == [v for array in arrays for v in array.ravel().tolist()]


def test_running_statistics_keep_their_memory(tmp_path):
    text = BLOCKS.format(examples="columns", hidden="tanh", loss="mse")
    text = text.replace('norm = "layer"', 'norm = "batch"', 1)
    net = emitted(text, tmp_path)
    params, X, Y = batch(net, 9)
    trainer, update = net.Trainer(params, 9), textbook(net, "adam", 0.05)
    assert trainer.parts
    trained = len(params) - 2
    mirror = [a.copy() for a in params]
    for _ in range(3):
        Z = mirror[0] @ X
        _, slope = net.gradients(net.Params(*mirror), X, Y)
        trainer.step(X, Y)
        update(mirror[:trained], slope[:trained])
        mean, var = Z.mean(axis=1, keepdims=True), Z.var(axis=1, keepdims=True)
        mirror[-2] = 0.9 * mirror[-2] + 0.1 * mean
        assert np.allclose(trainer.params.mean1, mirror[-2], rtol=1e-12)
        mirror[-1] = trainer.params.var1.copy()
        assert (var > 0).all()
        assert worst(trainer.params[:trained], mirror[:trained]) < 1e-9


def test_a_loss_that_is_not_finite_changes_nothing(tmp_path):
    net = emitted(spec_text(optimizer="adam"), tmp_path)
    params, X, Y = batch(net, 5)
    trainer = net.Trainer(params, 5)
    trainer.step(X, Y)
    before = {name: array.copy() for name, array in trainer.memory().items()}
    with pytest.raises(net.runtime.NonFiniteLoss), np.errstate(invalid="ignore"):
        trainer.step(X * np.inf, Y)
    assert all((array == before[name]).all() for name, array in trainer.memory().items())


def test_a_clipped_gradient_is_needed_as_a_whole(tmp_path):
    net = emitted(spec_text(optimizer="adam") + "\nclip_norm = 0.5", tmp_path)
    assert net.Trainer.parts == ()
    assert net.Trainer.chunk == 16


@pytest.mark.parametrize(
    ("backward", "expected"),
    [
        (["a = dW2", "W2", "dW1"], {1: 1, 2: 0}),
        (["a = dW2", "dW1", "W2"], {}),  # the second is read when the first is written already
        (["dW2 + dW1", "W2"], {}),
        (["W2", "dW2", "dW1", "W1"], {1: 1, 3: 0}),
        (["dW2"], {}),
        (["dW1", "dW2", "W12"], {0: 0, 1: 1}),
    ],
)
def test_where_an_update_may_stand(backward, expected):
    assert updates([[line] for line in backward], [["W1"], ["W2"]]) == expected
