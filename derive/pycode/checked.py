"""The checks of an emitted module's arguments: each leaves what it is made for as it is.

The runtime checks the inputs, the labels and the weights of the examples, each in its own way.
For anything else than what a check is made for it raises an exception or hands on something
else, so whoever gives it something else is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from derive.program import Size, Symbol
from derive.pycode.contract import EXAMPLES
from derive.pycode.values import DTYPE, Native, Opaque, Record, Tensor, Unsupported, Value

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

_INPUTS: Final = ("inputs", "X")
_LABELS: Final = ("labels", "Y")
_WEIGHTS: Final = ("V",)
"""What is checked, by the names of the arrays as they come and as they are used."""


class Checks:
    """The checks of ``NETWORK`` in one run of an emitted module."""

    def __init__(self, run: Interpreter) -> None:
        self.run = run

    def natives(self) -> dict[str, Value]:
        """The checks by their names."""
        return {
            "inputs": Native("inputs", self._inputs),
            "targets": Native("targets", self._labels),
            "params": Native("params", self._dtype_of),
            "example_weights": Native("example_weights", self._weights),
        }

    def need_examples(self, m: Value) -> None:
        """Refuses a number that is not that of the examples."""
        if not (isinstance(m, Tensor) and m.expr == Size(EXAMPLES)):
            raise Unsupported("a number of examples that is another size")

    def _dtype_of(self, params: Value) -> Value:
        if not (isinstance(params, Record) and params.kind is self.run.globals.get("Params")):
            raise Unsupported("parameters that are no Params")
        return Opaque(DTYPE)

    def _inputs(self, X: Value, dtype: Value) -> Value:
        return self._as_it_is(X, _INPUTS, dtype)

    def _labels(self, Y: Value, m: Value, dtype: Value) -> Value:
        self.need_examples(m)
        return self._as_it_is(Y, _LABELS, dtype)

    def _weights(self, V: Value, m: Value, dtype: Value) -> Value:
        self.need_examples(m)
        return self._as_it_is(V, _WEIGHTS, dtype)

    def _as_it_is(self, given: Value, names: tuple[str, ...], dtype: Value) -> Value:
        if not (isinstance(dtype, Opaque) and dtype.reason == DTYPE):
            raise Unsupported("a dtype that is not that of an array")
        expr = self.run.tensor(given).expr
        if not (isinstance(expr, Symbol) and expr.name in names):
            raise Unsupported(f"the check of {names[0]}, of something else")
        return given
