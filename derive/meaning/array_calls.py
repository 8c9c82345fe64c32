"""Functions of whole arrays: ``sum(x, axis=0)``, ``mean(x)``, ``dot(a, b)``, ``diag(x)``."""

from __future__ import annotations

from fractions import Fraction

from derive.meaning.arrays import Arrays
from derive.meaning.context import constant
from derive.meaning.setting import IllShaped, Outside
from derive.program import (
    ONE,
    SCALAR,
    Build,
    Delta,
    Dim,
    Entry,
    Expr,
    Index,
    Power,
    Size,
    Sum,
    SumOver,
    Times,
    divide,
    show_shape,
    total,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

SUM_WORDS = frozenset({"sum", "npsum"})
PRODUCT_WORDS = {"dot": "at", "matmul": "at", "multiply": "ast"}
"""Functions of two arrays that are products, and the sign that says the same."""


class ArrayCalls(Arrays):
    """The part of an elaborator that knows functions that are none of one number."""

    def _array_call(self, word: str, node: sx.Applied) -> Expr | None:
        """Functions of arrays that are no functions of one number; None for another word."""
        if word in PRODUCT_WORDS and len(node.arguments) == 2:
            left, right = (self._value(a) for a in node.arguments)
            return self.multiply(PRODUCT_WORDS[word], left, right)
        if word == "outer" and len(node.arguments) == 2:
            return self._outer(*(self._value(a) for a in node.arguments))
        if word == "power" and len(node.arguments) == 2:
            return self._to_power(self._value(node.arguments[0]), node.arguments[1])
        if len(node.arguments) != 1:
            return None
        if word == "square":
            return Power(self._value(node.arguments[0]), Fraction(2))
        if word == "transpose":
            return self._transpose(self._value(node.arguments[0]))
        if word in ("tr", "trace"):
            return self._trace(self._value(node.arguments[0]))
        if word == "diag":
            return self._diagonal(self._value(node.arguments[0]))
        return None

    def _outer(self, left: Expr, right: Expr) -> Expr:
        """``outer(a, b)`` of two vectors: the entries of one times those of the other."""
        if left.shape[1] == right.shape[1] == 1:
            return self.multiply("at", left, self._transpose(right))
        if left.shape[0] == right.shape[0] == 1:
            return self.multiply("at", self._transpose(left), right)
        raise Outside("the outer product of what is no two vectors of one layout")

    def _trace(self, value: Expr) -> Expr:
        """The sum of the diagonal of a square matrix."""
        rows, columns = value.shape
        if rows != columns:
            raise IllShaped(f"the trace of a matrix {show_shape(value.shape)}")
        index = Index(self._fresh("p"), rows)
        return value if rows == 1 else SumOver(index, Entry(value, index, index))

    def _diagonal(self, value: Expr) -> Expr:
        """The matrix with a vector on its diagonal and 0 elsewhere."""
        if self.setting.mode in ("path", "formal"):
            raise Outside("a diagonal matrix has no meaning on one path of scalars")
        if value.shape == SCALAR:
            return value
        rows, columns = value.shape
        if 1 not in (rows, columns):
            raise Outside("the diagonal matrix of an array that is no vector")
        dim = columns if rows == 1 else rows
        one, two = (Index(self._fresh(k), dim) for k in ("p", "q"))
        entry = Entry(value, None, one) if rows == 1 else Entry(value, one, None)
        return Build(one, two, Times(Delta(one, two), entry))

    def _fresh(self, letter: str) -> str:
        """A letter that no index of the line has."""
        while letter in self.indices:
            letter += "_"
        return letter

    def _sum_call(self, node: sx.Applied, *, mean: bool = False) -> Expr:
        """``sum(x, axis=0)`` and ``mean(x)``, which divides by how many are added."""
        if self.setting.mode == "path":
            raise Outside("a sum over the examples in a line for one example")
        value = self._value(node.arguments[0])
        rest = [a for a in node.arguments[1:] if not _says(a, "keepdims") and _word(a) not in _KEPT]
        if not rest and mean:
            return self._mean(value)
        if not rest:
            return total(value)
        inner = rest[0].right if isinstance(rest[0], sx.Comparison) else rest[0]
        named = not isinstance(rest[0], sx.Comparison) or _says(rest[0], "axis")
        axis = constant(inner) if len(rest) == 1 and named else Fraction(-1)
        if axis not in (0, 1):
            raise Outside("a sum along an axis other than 0 or 1")
        added = Sum(value, int(axis))
        return self._shared(added, value.shape[int(axis)]) if mean else added

    def _mean(self, value: Expr) -> Expr:
        """The mean of all entries, of an array that has one axis of them."""
        long = [dim for dim in value.shape if dim != 1]
        if len(long) > 1:
            raise Outside(
                "a mean of a matrix may be one over the examples, or over all its entries"
            )
        return self._shared(total(value), long[0]) if long else value

    def _shared(self, added: Expr, dim: Dim) -> Expr:
        """A sum along an axis, divided by how many it adds."""
        return added if isinstance(dim, int) else Times(divide(ONE, Size(dim)), added)


_KEPT = frozenset({"keepdims=True", "keepdim=True"})


def _word(node: sx.Node) -> str:
    """The text of an argument that is one word: ``\\text{keepdims=True}``."""
    inner = plain(node)
    bare = isinstance(inner, sx.Name) and inner.word and not inner.scripts
    return inner.base.replace(" ", "") if isinstance(inner, sx.Name) and bare else ""


def _says(node: sx.Node, word: str) -> bool:
    """A keyword argument of this name: ``axis=1``."""
    return (
        isinstance(node, sx.Comparison)
        and isinstance(node.left, sx.Name)
        and node.left.base == word
    )
