"""Parameters and trainings on disk, whole or not at all."""

from __future__ import annotations

import errno
import json
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from codegen.runtime.checks import Array, check_finite
from codegen.runtime.failures import NonFiniteLoss, not_finite
from codegen.runtime.files import npz_names, read_npz
from codegen.runtime.history import History
from codegen.runtime.network import Network


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A binary file that appears at `path` whole or not at all."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(path.parent))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "Is a folder, needs the name of a file", str(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def save(network: Network, path: str | os.PathLike[str], params: Any) -> None:
    """Writes the parameters as ``.npz``, one array a name, whole or not at all.

    Raises ValueError if they are not this network's, OSError if the file cannot be written.
    """
    network.params(params)
    with atomic(path) as file:
        np.savez(file, **dict(zip(network.shapes, params, strict=True)))


def load(network: Network, path: str | os.PathLike[str]) -> list[Array]:
    """The parameters that `save` wrote, in the order of ``Params``.

    Raises ValueError naming file and array if a name, shape or dtype is not this network's,
    if an entry is NaN or infinite, or if the file is no sound ``.npz``; OSError if there is
    no file.
    """
    size = sum(math.prod(shape) * 8 + 4096 for shape in network.shapes.values())
    if "note" in npz_names(path):
        raise ValueError(
            f"{path}: got a checkpoint of a training, needs parameters that save wrote; "
            "fit goes on from it, given as checkpoint"
        )
    arrays = read_npz(path, size)
    if set(arrays) != set(network.shapes):
        got, need = ", ".join(sorted(arrays)), ", ".join(network.shapes)
        raise ValueError(f"{path}: got the arrays {got or 'none'}, needs {need}")
    ordered = tuple(arrays[name] for name in network.shapes)
    network.params(ordered, what=str(path))
    for name, array in zip(network.shapes, ordered, strict=True):
        check_finite(array, f"{path}.{name}")
    for name, array in list(zip(network.shapes, ordered, strict=True))[
        -network.statistics or None :
    ]:
        if network.statistics and name.startswith("var") and array.min() < 0:
            raise ValueError(f"{path}.{name}: got an entry {array.min():g}, needs at least 0")
    return list(ordered)


@dataclass(frozen=True)
class Place:
    """How far a training is: whole epochs, steps of the next one and the sum of their losses."""

    epoch: int = 0
    step: int = 0
    total: float = 0.0

    def __str__(self) -> str:
        if self.step:
            return f"after step {self.step} of epoch {self.epoch + 1}"
        return f"after epoch {self.epoch}"


_LISTS = ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds")


class Checkpoint:
    """The state of a training in a file, from which it goes on as if it had not been broken off.

    It holds the parameters, the optimiser's memory, the history, and the random generator as it
    was at the beginning of the epoch: the order of the examples is drawn again.  What is not
    finite does not take the place of what is.  Without a path nothing is kept.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        every: float,
        trainer: Any,
        history: History,
        rng: np.random.Generator,
        examples: int,
    ) -> None:
        self.path = None if path is None else Path(path)
        if self.path is not None and not self.path.parent.is_dir():
            raise ValueError(f"checkpoint: got {path}, there is no such folder; needs one")
        if not every >= 0:
            raise ValueError(f"save_every: got {every!r}, needs a number of seconds, at least 0")
        self.every, self.last = every, time.perf_counter()
        self.trainer, self.history, self.rng = trainer, history, rng
        self.facts = (
            {
                "network": trainer.network.name,
                "examples": examples,
                "batch size": trainer.batch_size,
                "generator": type(rng.bit_generator).__name__,
                "transposed": ", ".join(trainer.turned),
            }
            if self.path is not None
            else {}
        )
        self.order: Any = None
        self.written: Place | None = None
        """The place of what is in the file."""

    def begin_epoch(self) -> None:
        """Notes the generator, from which the order of the epoch is drawn next."""
        if self.path is not None:
            self.order = self.rng.bit_generator.state

    def save_sometimes(self, place: Place) -> None:
        """Saves if the last time is long enough ago."""
        if self.path is not None and time.perf_counter() - self.last >= self.every:
            self.save(place)

    def save(self, place: Place) -> None:
        """Writes the state at a place, whole or not at all."""
        if self.path is None or not_finite(self.trainer.params._asdict()):
            return
        state = self.order if place.step else self.rng.bit_generator.state
        note = {
            "facts": self.facts,
            "generator": state,
            "place": [place.epoch, place.step, place.total.hex()],
        }
        text = json.dumps(note, default=lambda array: array.tolist())
        arrays: dict[str, Any] = {"note": np.frombuffer(text.encode(), np.uint8)}
        arrays |= {name: np.array(getattr(self.history, name), float) for name in _LISTS}
        arrays |= zip(_best(self.trainer), self.history.best, strict=True)
        arrays |= zip(_last(self.trainer), self.history.params, strict=True)
        with atomic(self.path) as file:
            np.savez(file, **arrays, **self.trainer.memory())
        self.last, self.written = time.perf_counter(), place

    def failed(self, error: NonFiniteLoss, epoch: int, step: int) -> NonFiniteLoss:
        """An error of the training with its place, the history and the last good checkpoint."""
        kept = f"{self.path}, written {self.written}" if self.written else "none"
        message = f"epoch {epoch}, step {step}: {error}; last good checkpoint: {kept}"
        located = NonFiniteLoss(message, first=error.first)
        located.epoch, located.step, located.history = epoch, step, self.history
        located.checkpoint = self.path if self.written else None
        return located

    def resume(self) -> Place:
        """Takes up the state in the file, if there is one, and says how far it is.

        Raises ValueError if it is that of another training; nothing is changed then.
        """
        if self.path is None or not self.path.exists():
            return Place()
        arrays = read_npz(self.path)
        try:
            note = json.loads(bytes(arrays["note"]).decode())
            facts, (epoch, step, total) = note["facts"], note["place"]
            place = Place(int(epoch), int(step), float.fromhex(total))
            lists = {name: [float(v) for v in arrays[name]] for name in _LISTS}
            best = [arrays[name] for name in _best(self.trainer)]
            last = [arrays[name] for name in _last(self.trainer)]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"{self.path}: no checkpoint of a training ({error!r})") from None
        for what, need in self.facts.items():
            if facts.get(what, "") != need:
                raise ValueError(f"{self.path}: {what}: got {facts.get(what)!r}, needs {need!r}")
        kind = type(self.history.params)
        for arrays_of in (best, last):
            self.trainer.network.params(kind(*arrays_of), what=str(self.path))
        try:
            self.trainer.remember(arrays)
            self.rng.bit_generator.state = note["generator"]
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{self.path}: {error}") from None
        self.history.best, self.history.params = kind(*best), kind(*last)
        for name, values in lists.items():
            setattr(self.history, name, values)
        self.written = place
        return place


def _best(trainer: Any) -> list[str]:
    return [f"best {name}" for name in trainer.network.shapes]


def _last(trainer: Any) -> list[str]:
    return [f"last {name}" for name in trainer.network.shapes]
