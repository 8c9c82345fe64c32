"""Parameters on disk, whole or not at all."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from codegen.runtime.checks import Array, check_finite
from codegen.runtime.files import read_npz
from codegen.runtime.network import Network


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """A binary file that appears at `path` whole or not at all."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(path.parent))
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
    arrays = read_npz(path, size)
    if set(arrays) != set(network.shapes):
        got, need = ", ".join(sorted(arrays)), ", ".join(network.shapes)
        raise ValueError(f"{path}: got the arrays {got or 'none'}, needs {need}")
    ordered = tuple(arrays[name] for name in network.shapes)
    network.params(ordered, what=str(path))
    for name, array in zip(network.shapes, ordered, strict=True):
        check_finite(array, f"{path}.{name}")
    return list(ordered)
