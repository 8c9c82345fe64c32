"""What an elaboration carries: setting, layers, bound names, indices, and products.

The base of the elaborator's layers (`arrays`, `calls`, `sums`, `elaborate`): each adds the
values of some kinds of nodes and calls `_value` for what lies below them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from derive.meaning.facts import array_letters
from derive.meaning.notation import Layer
from derive.meaning.roles import Occurrence
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import (
    SCALAR,
    Expr,
    Index,
    MatMul,
    Power,
    Symbol,
    Times,
    Transpose,
    divide,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

MATRIX_SEPARATORS = frozenset({"juxt", "cdot", "times", "at"})
MAX_EXPONENT = 64
ANY_LAYER = "?"
"""The layer letter of a line whose names carry none: it is meant for every layer."""


class Context(ABC):
    """`layers`: values of layer letters; `bound`: formal names with their values."""

    def __init__(
        self,
        setting: Setting,
        layers: Mapping[str, int] | None = None,
        bound: Mapping[str, Expr] | None = None,
    ) -> None:
        self.setting = setting
        self.roles = setting.facts.roles
        self.layers = dict(layers or {})
        self.bound = dict(bound or {})
        self.column: Index | None = None
        self.example_first: bool | None = None
        """Whether the entries met so far name the example before the unit."""
        self.indices: dict[str, Index] = {}
        self.free: dict[str, Index] = {}
        self.open: set[tuple[str, str]] = set()
        self.entrywise = False
        """Products of arrays of one shape are entry by entry, as in the cost of one unit."""
        self.formulas: tuple[int, ...] = ()
        """The stated costs whose formulas are being given a value, the innermost last."""
        self.strip_examples = False
        """Sums over the examples stand for their body: the cost of one example."""
        self.argument: Expr | None = None
        """Where functions that stand without an argument are taken: one point for all."""
        self.whole_batch = False
        """An example letter is passed over: the array of all examples is meant."""

    @abstractmethod
    def value(self, node: sx.Node) -> Expr:
        """The expression of a whole side; IllShaped or Outside where it has none."""

    @abstractmethod
    def _value(self, node: sx.Node) -> Expr:
        """The expression of any node."""

    @abstractmethod
    def name(self, name: sx.Name) -> Expr:
        """The value of a name with its scripts."""

    def position(
        self, program_name: str, occurrence: Occurrence
    ) -> tuple[Index | None, Index | None]:
        """Row and column index of an occurrence with entries or an example."""
        dims = self.setting.shape(program_name)
        columns = self.setting.hypothesis.layout == "columns"
        entries = occurrence.entries
        if program_name == f"b{self.setting.depth}" and entries == ("0",):
            entries = ()
        if program_name[0] == "W":
            if len(entries) == 2:
                return self._index(entries[0], dims[0]), self._index(entries[1], dims[1])
            if len(entries) == 1 and 1 in dims:
                index = self._unit(entries[0], dims[1] if dims[0] == 1 else dims[0])
                return (None, index) if dims[0] == 1 else (index, None)
            if entries:
                raise Outside("an entry of a weight needs two indices")
            return None, None
        unit_dim, example_dim = dims if columns else (dims[1], dims[0])
        unit: Index | None = None
        if len(entries) == 1:
            unit = self._unit(entries[0], unit_dim)
        elif entries:
            raise Outside("too many indices")
        example = self._example(program_name, occurrence, example_dim, unit is not None)
        return (unit, example) if columns else (example, unit)

    def _example(
        self, program_name: str, occurrence: Occurrence, dim: int | str, has_unit: bool
    ) -> Index | None:
        if dim == 1 or program_name[0] == "b" or self.whole_batch:
            return None
        if occurrence.example is not None:
            letter = occurrence.example
            if letter in self.indices:
                return self.indices[letter]
            if self.column is not None and self.column.name == letter:
                return self.column
            return self._index(letter, dim)
        if self.column is not None:
            return self.column
        if has_unit:
            raise Outside("an entry is named, but not of which example")
        return None

    def _unit(self, letter: str, dim: int | str) -> Index:
        """A unit by its letter, or by the one number that a line speaks of: ``dw_1 = x_1 dz``.

        What holds for every unit holds for that one, and no unit is unlike the others.
        """
        if not letter.isdigit() or letter == "0":
            return self._index(letter, dim)
        fixed = next((i for name, i in self.indices.items() if name.isdigit()), None)
        if fixed is None:
            if self.indices:
                raise Outside(f"the fixed entry {letter} beside others")
            fixed = self.indices[letter] = self.free[letter] = Index(letter, dim)
        if (fixed.name, fixed.dim) != (letter, dim):
            raise Outside(f"the fixed entry {letter} beside others")
        return fixed

    def _index(self, letter: str, dim: int | str) -> Index:
        if any(name.isdigit() for name in self.indices):
            raise Outside(f"the entry {letter} beside a fixed one")
        if letter.isdigit():
            raise Outside(f"the fixed entry {letter}")
        if not letter.isalpha():
            raise Outside(f"the index {letter}")
        if letter in array_letters(self.setting.facts):
            raise Outside(f"{letter} in a subscript is the name of an array, no index")
        known = self.indices.get(letter)
        if known is None:
            known = Index(letter, dim)
            self.indices[letter] = known
            self.free[letter] = known
        if known.dim != dim:
            raise IllShaped(f"the index {letter} runs over {known.dim} and over {dim}")
        return known

    def multiply(self, separator: str, left: Expr, right: Expr) -> Expr:
        """One product as it is written; a scalar multiplies anything."""
        if separator == "slash":
            return divide(left, right)
        self.beside(left, right)
        if self.setting.mode in ("path", "formal") or SCALAR in (left.shape, right.shape):
            return Times(left, right)
        entrywise = self.entrywise or separator in self.setting.facts.elementwise
        if entrywise and left.shape == right.shape:
            return Times(left, right)
        if separator in MATRIX_SEPARATORS:
            return MatMul(left, right)
        if separator == "outer" and left.shape != right.shape:
            return self._outer(left, right)
        return Times(left, right)

    def _outer(self, left: Expr, right: Expr) -> Expr:
        """``\\delta \\otimes a``: all products of a unit of one and a unit of the other.

        Of the arrays of all examples their sum; arrays of one shape are meant entry by entry.
        """
        if self.setting.hypothesis.layout == "columns":
            return MatMul(left, Transpose(right))
        return MatMul(Transpose(left), right)

    def beside(self, left: Expr, right: Expr) -> None:
        """Raises Outside where a capital without a role stands beside an array.

        It may be an array as well as a number: ``Q \\odot Z``, ``(W + I) A``.
        """
        for one, other in ((left, right), (right, left)):
            capital = isinstance(one, Symbol) and one.dims == SCALAR and one.name.isupper()
            if capital and other.shape != SCALAR and self.setting.mode in ("batch", "single"):
                assert isinstance(one, Symbol)
                if one.name not in self.setting.network and one.name != self.setting.facts.count:
                    raise Outside(f"{one.name} has no role: it may be a number or an array")

    def _transpose(self, value: Expr) -> Expr:
        if self.setting.mode == "path":
            raise Outside("a transpose has no meaning on one path of scalars")
        return value if value.shape == SCALAR else Transpose(value)

    def _raised(self, value: Expr, power: sx.Node | None) -> Expr:
        return value if power is None else self._to_power(value, power)

    def _to_power(self, value: Expr, exponent: sx.Node) -> Expr:
        power = constant(exponent)
        if power < 0 and value.shape != SCALAR and value.shape[0] != 1 and value.shape[1] != 1:
            raise Outside("a negative power of a matrix")
        return value if power == 1 else Power(value, power)


def found_layer(occurrence: Occurrence, base: str, layers: Mapping[str, int]) -> Occurrence:
    """An occurrence with the layer that a line without layers is judged at."""
    if not occurrence.lost:
        return occurrence
    if ANY_LAYER not in layers:
        raise Outside(f"{base} has lost its layer")
    return replace(occurrence, layer=Layer(ANY_LAYER, 0), lost=False)


def constant(node: sx.Node) -> Fraction:
    """A rational constant: a number, its negative, a quotient; Outside for anything else."""
    inner = plain(node)
    value: Fraction | None = None
    if isinstance(inner, sx.Number):
        value = inner.value
    elif isinstance(inner, sx.Sum) and len(inner.terms) == 1:
        sign, term = inner.terms[0]
        value = sign * constant(term)
    elif isinstance(inner, sx.Fraction_):
        below = constant(inner.denominator)
        value = constant(inner.numerator) / below if below else None
    elif isinstance(inner, sx.Product) and all(s in ("", "slash") for s, _ in inner.factors):
        parts = [constant(f) for _, f in inner.factors]
        value = parts[0]
        for part in parts[1:]:
            value = value / part if part and value is not None else None
    if value is None:
        raise Outside("an exponent that is no constant")
    if abs(value.numerator) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
        raise Outside(f"an exponent beyond {MAX_EXPONENT}")
    return value
