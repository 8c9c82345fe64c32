"""What lies transposed in memory, and thin products in blocks, change nothing but the time."""

from __future__ import annotations

import numpy as np
import pytest

import codegen
from codegen.runtime.products import product
from tests.codegen.emitted_network import batch, load, worst

SPEC = """name = "narrow"
input = 300
examples = "{}"
dtype = "float32"
loss = "cross_entropy"
[[layer]]
units = 3
activation = "tanh"
[[layer]]
units = 4
activation = "softmax"
[training]
optimizer = "{}"
batch_size = 100
"""


@pytest.mark.parametrize(("examples", "optimizer"), [("rows", "sgd"), ("columns", "adam")])
def test_a_step_of_a_narrow_layer(tmp_path, examples, optimizer):
    path = tmp_path / "narrow.toml"
    path.write_text(SPEC.format(examples, optimizer))
    codegen.generate(path, tmp_path)
    text = (tmp_path / "narrow" / "narrow.py").read_text()
    assert 'turned = ("W1",)' in text
    assert "out=dW1.T)" in text
    assert "runtime.product(X, " in text
    net = load(tmp_path / "narrow", "narrow")
    params, X, Y = batch(net, 100)
    trainer = net.Trainer(params, 100)
    cost, slopes = net.gradients(params, X, Y)
    assert trainer.step(X, Y) == pytest.approx(cost, rel=1e-12)
    if optimizer == "sgd":  # others write over the gradient
        assert worst([g / net.LEARNING_RATE for g in trainer._dparams], slopes) < 1e-12
    assert trainer.params.W1.T.flags.c_contiguous
    again = net.Trainer(net.Params(*trainer.params), 100)
    again.remember(trainer.memory())
    assert again.step(X, Y) == trainer.step(X, Y)
    assert all(np.array_equal(a, b) for a, b in zip(trainer.params, again.params, strict=True))


@pytest.mark.parametrize("shape", [(1, 5, 1), (64, 784, 10), (200, 784, 10), (70, 60_000, 2)])
def test_products_in_blocks(shape):
    m, k, n = shape
    rng = np.random.default_rng(0)
    left, right = rng.random((m, k)), rng.random((n, k)).T
    assert product(left, right, np.empty((m, n))) == pytest.approx(left @ right, rel=1e-13)
