"""Functions that another file defines, called like what everybody calls so: ``sigmoid``.

In: the full name of what is called and its arguments.  Out: what functions of that name compute,
or None.  Nobody sees the other file, so it is a condition of every verdict that rests on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from derive.pycode.functions import library_row
from derive.pycode.values import Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_LIBRARIES: Final = frozenset(
    {"numpy", "scipy", "math", "builtins", "runtime", "torch", "tensorflow", "keras", "jax",
     "sklearn", "pandas", "cupy", "autograd", "collections", "functools", "random", "matplotlib"}
)  # fmt: skip
"""Libraries whose functions have meanings of their own."""
_MEANINGS: Final = {
    "sigmoid": ("scipy.special.expit", "1/(1 + exp(-z))"),
    "logistic": ("scipy.special.expit", "1/(1 + exp(-z))"),
    "relu": ("numpy.maximum", "max(0, z)"),
    "ReLU": ("numpy.maximum", "max(0, z)"),
    "softmax": ("scipy.special.softmax", "exp(z) over its sum"),
}
NAMES: Final = frozenset(_MEANINGS)


def meant(run: Interpreter, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
    """The value of a call of another file's function, None if its name does not tell it."""
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if root in _LIBRARIES or last not in _MEANINGS or len(args) != 1 or keywords:
        return None
    given = run.settled(args[0])
    full, formula = _MEANINGS[last]
    row = library_row(full)
    if row is None:
        return None
    if last == "softmax" and run.tensor(given).ndim != 1:
        return None  # along which axis is not known
    before = [0, given] if full == "numpy.maximum" else [given]
    value = row(run, before, {})
    run.condition(f"{name} of another file is {formula}, in an array of its own")
    return value
