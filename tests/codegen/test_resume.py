"""Trainings that were broken off: the same bits, and files that are not theirs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.codegen.emitted_network import batch, emit, spec_text
from tests.codegen.kills import kills


def test_killed_trainings_end_with_the_same_bits(tmp_path):
    """A few of ``python -m tests.codegen.kills``."""
    killed, same = kills(3, 0, tmp_path)
    assert killed >= 1
    assert same


@pytest.fixture
def training(tmp_path):
    """A network, its data, and a checkpoint after two epochs."""
    net = emit(spec_text(optimizer="momentum"), tmp_path)
    params, X, Y = batch(net, 12)
    path = tmp_path / "training.npz"
    net.fit(params, X, Y, epochs=2, batch_size=4, checkpoint=path)
    return net, params, X, Y, path


@pytest.mark.parametrize("kind", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_any_generator_goes_on(tmp_path, kind):
    net = emit(spec_text(), tmp_path)
    params, X, Y = batch(net, 12)

    def fit(epochs, **options):
        rng = np.random.Generator(getattr(np.random, kind)(3))
        return net.fit(params, X, Y, epochs=epochs, batch_size=4, seed=rng, **options)

    whole = fit(4)
    fit(2, checkpoint=tmp_path / "c.npz")
    gone_on = fit(4, checkpoint=tmp_path / "c.npz")
    assert gone_on.loss == whole.loss
    for a, b in zip(gone_on.params, whole.params, strict=True):
        assert np.array_equal(a, b)


def test_what_is_no_checkpoint_of_this_training_is_refused(training):
    net, params, X, Y, path = training
    good = path.read_bytes()

    def refused(message, **options):
        before = path.read_bytes()
        with pytest.raises(ValueError, match=message):
            net.fit(params, X, Y, **{"epochs": 3, "batch_size": 4, "checkpoint": path, **options})
        assert path.read_bytes() == before

    refused("batch size: got 4, needs 6", batch_size=6)
    refused("generator: got 'PCG64', needs 'SFC64'", seed=np.random.Generator(np.random.SFC64(0)))
    refused("there is no such folder", checkpoint=path.parent / "none" / "c.npz")
    refused("save_every: got -1", save_every=-1)
    path.write_bytes(good[: len(good) // 2])
    refused("no sound .npz file")
    np.savez(path, a=np.zeros(3))
    refused("no checkpoint of a training")
    path.write_bytes(good)
    arrays = dict(np.load(path))
    np.savez(path, **{**arrays, "memory2": np.zeros(2)})
    refused(r"memory2: got float64 \(2,\), needs float64")
    np.savez(path, **{**arrays, "note": np.frombuffer(b"{}", np.uint8)})
    refused("no checkpoint of a training")
    path.write_bytes(good)
    assert len(net.fit(params, X, Y, epochs=3, batch_size=4, checkpoint=path).loss) == 3
