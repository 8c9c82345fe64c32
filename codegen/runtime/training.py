"""Training by shuffled mini-batches."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TypedDict

import numpy as np

from codegen.runtime.batches import Batches, taken
from codegen.runtime.checkpoints import Checkpoint, Place
from codegen.runtime.checks import Array, check_finite
from codegen.runtime.failures import NonFiniteLoss, spoilt
from codegen.runtime.history import History, Progress
from codegen.runtime.network import Model, Network
from codegen.runtime.quality import evaluate


class FitOptions(TypedDict, total=False):
    """What `fit` takes besides the data; the network's own where left out or None.

    epochs, batch_size, patience: whole numbers.  seed: an integer or a Generator; the same seed
    gives the same bits.  weights: factors (m,) of the losses of the examples.  validation: an
    (X, Y) that is judged after each epoch.  patience: epochs without a better loss (that of the
    validation where there is one) after which the training ends, 0: none.  callback: is called
    with the history after each epoch and ends the training by returning True.  checkpoint: a
    file that keeps the state of the training, at least every `save_every` seconds; if it is
    there, the training goes on from it and ends with the same bits as one without a break.
    stream: where the progress goes if it is a terminal (default: stderr).
    """

    epochs: int | None
    batch_size: int | None
    seed: int | np.random.Generator | None
    weights: Any
    validation: tuple[Any, Any] | None
    patience: int | None
    callback: Callable[[History], object] | None
    checkpoint: str | os.PathLike[str] | None
    save_every: float
    stream: Any


def checked_data(network: Network, X: Any, Y: Any, dtype: Any, what: str) -> tuple[Array, Array]:
    """Both arrays searched once for everything that `fit` refuses, and not copied."""
    x = network.raw_inputs(X, what=f"{what}X")
    check_finite(x, f"{what}X")
    if x.dtype.kind == "f" and x.dtype.itemsize > np.dtype(dtype).itemsize:
        largest = max(float(x.max()), -float(x.min()))
        if largest > float(np.finfo(dtype).max):
            raise ValueError(
                f"{what}X: got {largest:g}, too large for {np.dtype(dtype)}; "
                f"needs at most {float(np.finfo(dtype).max):.4g}"
            )
    return x, network.raw_targets(Y, x.shape[network.axis], what=f"{what}Y")


def _at_least(low: int, value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise ValueError(f"{what}: got {value!r}, needs an integer of at least {low}")
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
    weights: Any = None,
    validation: tuple[Any, Any] | None = None,
    patience: int | None = None,
    callback: Callable[[History], object] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    save_every: float = 30.0,
    stream: Any = None,
) -> History:
    """Trains by shuffled mini-batches from `params`, which stay as they are.

    module: the network's module.  X, Y: as ``loss`` takes them; they are checked once and
    not copied.  The rest: see `FitOptions`.

    Raises ValueError before anything is done if an argument does not fit, NonFiniteLoss if
    the loss is NaN or infinite at a step: it tells where, and has the history so far.
    """
    network: Network = module.NETWORK
    dtype = network.params(params)
    epochs = _at_least(1, network.epochs if epochs is None else epochs, "epochs")
    size = _at_least(1, network.batch_size if batch_size is None else batch_size, "batch_size")
    patience = _at_least(0, network.patience if patience is None else patience, "patience")
    x, y = checked_data(network, X, Y, dtype, "")
    held = None
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise ValueError(f"validation: got {type(validation).__name__}, needs a pair (X, Y)")
        held = checked_data(network, validation[0], validation[1], dtype, "validation ")
    if callback is not None and not callable(callback):
        raise ValueError(f"callback: got {callback!r}, needs a function of the history")
    rng = _generator(network.seed if seed is None else seed)
    m = x.shape[network.axis]
    factors = None if weights is None else network.example_weights(weights, m, dtype)
    batches = Batches(network, x, y, min(size, m), dtype, factors)
    trainer = module.Trainer(params, batches.size)
    history = History(params=params, best=params)
    kept = Checkpoint(checkpoint, save_every, trainer, history, rng, m)
    place = kept.resume()
    bar = Progress(sys.stderr if stream is None else stream, epochs * m)
    rates = _Rates(network, trainer, batches.count, epochs)
    try:
        while place.epoch < epochs and not _finished(history, patience):
            started = time.perf_counter()
            loss = _train_epoch(trainer, batches, place, rates, kept, bar, history)
            if error := spoilt(trainer.params._asdict()):
                raise kept.failed(error, place.epoch + 1, batches.count)
            history.loss.append(loss)
            history.params = type(params)(*(array.copy() for array in trainer.params))
            _judge_epoch(module, history, x, y, held, rng)
            if error := _unsound(history):
                raise kept.failed(error, place.epoch + 1, batches.count)
            history.seconds.append(time.perf_counter() - started)
            place = Place(place.epoch + 1)
            kept.save(place)
            bar.show(place.epoch * m, history.summary(), force=True)
            if callback is not None and callback(history) is True:
                break
    finally:
        bar.close()
    return history


def _unsound(history: History) -> NonFiniteLoss | None:
    """The error of a validation whose loss is not finite."""
    if all(map(math.isfinite, history.validation_loss[-1:])):
        return None
    return NonFiniteLoss(f"the loss of the validation is {history.validation_loss[-1]}")


class _Rates:
    """Sets the learning rate of each step by the network's schedule."""

    def __init__(self, network: Network, trainer: Any, per_epoch: int, epochs: int) -> None:
        self.schedule = network.schedule
        self.trainer = trainer
        self.base = trainer.learning_rate
        self.per_epoch, self.epochs = per_epoch, epochs

    def at(self, step: int) -> None:
        """The rate of a step, counted from 0 over all epochs; 0 becomes the smallest number."""
        if self.schedule.steady:
            return
        factor = self.schedule.factor(step, self.per_epoch, self.epochs)
        rate = max(self.base * factor, sys.float_info.min)
        if rate != self.trainer.learning_rate:
            self.trainer.learning_rate = rate


def _finished(history: History, patience: int) -> bool:
    """Whether the loss has not become better for `patience` epochs."""
    losses = history.validation_loss or history.loss
    if not patience or len(losses) <= patience:
        return False
    return min(losses[-patience:]) >= min(losses[:-patience])


def _train_epoch(
    trainer: Any,
    batches: Batches,
    place: Place,
    rates: _Rates,
    kept: Checkpoint,
    bar: Progress,
    history: History,
) -> float:
    """One pass over the examples, from `place` on; returns the mean loss."""
    total, done = place.total, place.step * batches.size
    known = history.accuracy[-1:]
    last = f"  accuracy {100 * known[0]:.1f} %" if known and known[0] >= 0 else ""
    kept.begin_epoch()
    for step, (count, arrays) in enumerate(batches.epoch(kept.rng, place.step), place.step + 1):
        rates.at(place.epoch * batches.count + step - 1)
        try:
            total += float(trainer.step(*arrays)) * count
        except NonFiniteLoss as error:
            raise kept.failed(error, place.epoch + 1, step) from None
        done += count
        kept.save_sometimes(Place(place.epoch, step, total))
        text = f"epoch {place.epoch + 1}  loss {total / done:.4f}{last}"
        bar.show(place.epoch * batches.m + done, text)
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
