"""Training by shuffled mini-batches."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from codegen.runtime.batches import Batches, taken
from codegen.runtime.checks import Array, check_finite
from codegen.runtime.history import History, Progress
from codegen.runtime.network import Model, Network
from codegen.runtime.quality import evaluate
from codegen.runtime.trainer import NonFiniteLoss


def checked_data(network: Network, X: Any, Y: Any, dtype: Any, what: str) -> tuple[Array, Array]:
    """Both arrays searched once for everything that `fit` refuses, and not copied."""
    x = network.raw_inputs(X, what=f"{what}X")
    check_finite(x, f"{what}X")
    if x.dtype.kind == "f" and x.dtype.itemsize > np.dtype(dtype).itemsize:
        largest = max(float(x.max()), -float(x.min()))
        if largest > float(np.finfo(dtype).max):
            raise ValueError(f"{what}X: got {largest:g}, too large for {np.dtype(dtype)}")
    return x, network.raw_targets(Y, x.shape[network.axis], what=f"{what}Y")


def _positive(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{what}: got {value!r}, needs an integer of at least 1")
    return int(value)


def _generator(seed: Any) -> np.random.Generator:
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed: got {seed!r}, needs an integer of at least 0 or a Generator")
    return np.random.default_rng(int(seed))


def fit(
    module: Model,
    params: Any,
    X: Any,
    Y: Any,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int | np.random.Generator | None = None,
    validation: tuple[Any, Any] | None = None,
    callback: Callable[[History], object] | None = None,
    stream: Any = None,
) -> History:
    """Trains by shuffled mini-batches from `params`, which stay as they are.

    module: the network's module.  X, Y: as ``loss`` takes them; they are checked once and
    not copied.  epochs, batch_size, seed: the network's own where None; the same seed gives
    the same bits.  validation: an (X, Y) that is judged after each epoch.  callback: is
    called with the history after each epoch and stops the training by returning True.
    stream: where the progress goes if it is a terminal (default: stderr).

    Raises ValueError before anything is done if an argument does not fit, NonFiniteLoss if
    the loss is NaN or infinite at a step.
    """
    network: Network = module.NETWORK
    dtype = network.params(params)
    epochs = _positive(network.epochs if epochs is None else epochs, "epochs")
    size = _positive(network.batch_size if batch_size is None else batch_size, "batch_size")
    x, y = checked_data(network, X, Y, dtype, "")
    held = None
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise ValueError(f"validation: got {type(validation).__name__}, needs a pair (X, Y)")
        held = checked_data(network, validation[0], validation[1], dtype, "validation ")
    rng = _generator(network.seed if seed is None else seed)
    batches = Batches(network, x, y, min(size, x.shape[network.axis]), dtype)
    trainer = module.Trainer(params, batches.size)
    history = History(params=params, best=params)
    bar = Progress(sys.stderr if stream is None else stream, epochs * batches.m)
    try:
        for epoch in range(epochs):
            started = time.perf_counter()
            history.loss.append(_train_epoch(trainer, batches, rng, epoch, bar, history))
            history.params = type(params)(*(array.copy() for array in trainer.params))
            _judge_epoch(module, history, x, y, held, rng)
            history.seconds.append(time.perf_counter() - started)
            bar.show((epoch + 1) * batches.m, history.summary(), force=True)
            if callback is not None and callback(history) is True:
                break
    finally:
        bar.close()
    return history


def _train_epoch(
    trainer: Any,
    batches: Batches,
    rng: np.random.Generator,
    epoch: int,
    bar: Progress,
    history: History,
) -> float:
    """One pass over the examples; returns the mean loss."""
    total: float = 0.0
    done = 0
    known = history.accuracy[-1:]
    last = f"  accuracy {100 * known[0]:.1f} %" if known and known[0] >= 0 else ""
    for step, (count, x, y) in enumerate(batches.epoch(rng), 1):
        try:
            total += float(trainer.step(x, y)) * count
        except NonFiniteLoss as error:
            raise NonFiniteLoss(f"epoch {epoch + 1}, step {step}: {error}") from None
        done += count
        bar.show(epoch * batches.m + done, f"epoch {epoch + 1}  loss {total / done:.4f}{last}")
    return total / batches.m


def _judge_epoch(
    module: Model,
    history: History,
    X: Array,
    Y: Array,
    held: tuple[Array, Array] | None,
    rng: np.random.Generator,
) -> None:
    """Adds the epoch's accuracies to the history and keeps the best parameters."""
    network: Network = module.NETWORK
    m = X.shape[network.axis]
    chosen = rng.choice(m, min(m, 2048), replace=False)
    x, y = (taken(array, chosen, network.axis) for array in (X, Y))
    history.accuracy.append(evaluate(module, history.params, x, y)[1])
    if held is None:
        history.best = history.params
        return
    loss, right = evaluate(module, history.params, *held)
    if loss < min(history.validation_loss, default=math.inf):
        history.best = history.params
    history.validation_loss.append(loss)
    history.validation_accuracy.append(right)
