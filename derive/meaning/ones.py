"""Products with the vector of ones: ``dZ \\mathbf{1}``, ``\\mathbf{1}^T dZ``, ``b \\mathbf{1}^T``.

Such a vector has no size of its own: beside an array it sums the axis that it meets, beside
a bias it repeats it for every example.
"""

from __future__ import annotations

from derive.meaning.setting import IllShaped, Outside
from derive.meaning.sums import Sums
from derive.program import ONE, SCALAR, Build, Expr, Index, Sum, Times, show_shape


class Ones(Sums):
    """Ones stand as a column; turned, as a row."""

    def times_ones(self, value: Expr, turned: bool) -> Expr:
        """``value 1`` sums the columns; ``value 1^T`` repeats a column for every example."""
        self._arrays_only()
        if not turned:
            if value.shape == SCALAR:
                raise Outside("a number times a vector of ones")
            return Sum(value, 1)
        if value.shape[1] != 1:
            raise IllShaped(f"a matrix {show_shape(value.shape)} times a row of ones")
        return Times(value, Build(None, self._example_index(), ONE))

    def ones_times(self, turned: bool, value: Expr) -> Expr:
        """``1^T value`` sums the rows; ``1 value`` repeats a row for every example."""
        self._arrays_only()
        if turned:
            if value.shape == SCALAR:
                raise Outside("a number times a vector of ones")
            return Sum(value, 0)
        if value.shape[0] != 1:
            raise IllShaped(f"a column of ones times a matrix {show_shape(value.shape)}")
        return Times(Build(self._example_index(), None, ONE), value)

    def _example_index(self) -> Index:
        return Index(self._fresh("e"), self.setting.facts.count)

    def _arrays_only(self) -> None:
        if self.setting.mode != "batch" or self.column is not None:
            raise Outside("a vector of ones in a line for one example")
