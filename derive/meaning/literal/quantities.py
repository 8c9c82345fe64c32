"""The quantities of a literal reading by their names: whole, at their entries, of one example."""

from __future__ import annotations

from abc import ABC, abstractmethod

from derive.meaning.elsewhere import given_by_power
from derive.meaning.facts import Facts
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key, Use
from derive.meaning.literal.products import IDENTITY
from derive.meaning.literal.scope import Scope, is_matrix
from derive.meaning.setting import Outside
from derive.program import (
    SCALAR,
    Apply,
    Delta,
    Dim,
    Entry,
    Expr,
    Eye,
    Index,
    Size,
    Symbol,
    Transpose,
    number,
)
from derive.reading import syntax as sx


class Quantities(ABC):
    """Gives names their values; `free` collects the indices that nothing binds."""

    def __init__(self, facts: Facts, scope: Scope) -> None:
        self.facts, self.scope = facts, scope
        self.indices: dict[str, Index] = {}
        self.free: dict[str, Index] = {}
        self.bound: dict[str, Expr] = {}
        self.stacked_in_columns = False
        """The vectors of a family are the columns of their matrix, and not its rows."""

    @abstractmethod
    def value(self, node: sx.Node) -> Expr:
        """The expression of a node."""

    @abstractmethod
    def _raised(self, value: Expr, exponent: sx.Node) -> Expr:
        """A value to a constant power."""

    def name(self, name: sx.Name) -> Expr:
        """A quantity, one of its entries, an index as a Kronecker delta, or a size."""
        if name.base in self.bound and not name.scripts and not name.primes:
            return self.bound[name.base]
        if name.mark:
            return self.marked(name)
        if name.base == "infty":
            raise Outside("infinity is no number")
        if name.base in ("nabla", "partial"):
            raise Outside("nabla of nothing")
        if self.facts.roles.is_kronecker(name) or self.scope.names.is_kronecker(name):
            use = self.scope.names.use(name)
            known = use.key in self.scope.values or use.key in self.scope.aliases
            if not known and len(use.entries) == 2:
                return self._kronecker(use.entries)
        if name.base == "e" and self._is_exponential(name):
            above = name.scripts[-1]
            if above.node is not None:
                return Apply("exp", 0, self.value(above.node))
        use = self.scope.names.use(name)
        if use.key == ("I", "", 0, ()) and use.key not in self.scope.values and not use.entries:
            return Eye(IDENTITY)
        if use.key in self.scope.aliases:
            value = self.gradient(*self.scope.aliases[use.key])
        elif self._names_size(use.key):
            value = self._size(use.key)
        else:
            value = self.number(use.key)
            if self.stacked_in_columns and use.key in self.scope.stacks:
                value = Transpose(value)
        return self._used(use, value)

    def _is_exponential(self, name: sx.Name) -> bool:
        """``e^{-z}``, where the note gives e no meaning of its own."""
        scope, own = self.scope, ("e", "", 0, ())
        known = own in scope.values or own in scope.lost or own in scope.aliases
        return not known and len(name.scripts) == 1 and name.scripts[0].place == "sup"

    def quantity(self, key: Key) -> Symbol:
        """The symbol of a quantity: a definition with a value, or a leaf."""
        scope = self.scope
        key = scope.stacks.get(key, key)
        if key in scope.lost:
            raise Outside(scope.lost[key])
        if key in scope.values:
            return Symbol(scope.label(key), scope.values[key].shape)
        if key[2]:
            raise Outside(f"a prime on {key[0]}, which is no function")
        if where := given_by_power(self.facts, key[0], key[1]):
            raise Outside(f"line {where} says what a power of {key[0]} is")
        shape = scope.leaf(key)
        return Symbol(scope.label(key), shape)

    def number(self, key: Key) -> Expr:
        """A quantity; one that depends on which entry is picked at that entry."""
        value = self.quantity(key)
        letter = self.scope.one_hot.get(key, "")
        if letter and value.shape != SCALAR and 1 in value.shape:
            rows, columns = value.shape
            picked = self._index(letter, rows if columns == 1 else columns)
            eye = Eye(picked.dim)
            return Entry(eye, None, picked) if columns == 1 else Entry(eye, picked, None)
        letter = self.scope.hidden.get(key, "")
        return self.entry(value, (letter,), key) if letter else value

    def _used(self, use: Use, value: Expr) -> Expr:
        if use.example is not None:
            value = self._of_example(use, value)
        elif use.entries:
            value = self.entry(value, use.entries, use.key)
        if use.transposed and value.shape != SCALAR:
            value = Transpose(value)
        return value if use.power is None else self._raised(value, use.power)

    def _of_example(self, use: Use, value: Expr) -> Expr:
        """``a_2^{(i)}`` and ``a_j^{(i)}``: one example of ``A_2``, or one unit of it."""
        axis = 1 if self.scope.column else 0
        if value.shape[axis] == 1 or len(use.entries) > (value.shape[1 - axis] != 1):
            raise Outside(f"{use.key[0]} has no examples")
        example = self._index(use.example or "", value.shape[axis])
        unit = self._index(use.entries[0], value.shape[1 - axis]) if use.entries else None
        return Entry(value, unit, example) if axis else Entry(value, example, unit)

    def entry(self, value: Expr, entries: tuple[str, ...], key: Key) -> Expr:
        """``x_i``, ``W_{jk}``, and the row ``Y_i`` of a matrix."""
        row, column = self.position(value, entries, key)
        found = Entry(value, row, column)
        turned = key in self.scope.families and self.scope.column and len(entries) == 1
        return Transpose(found) if turned else found

    def position(
        self, value: Expr, entries: tuple[str, ...], key: Key
    ) -> tuple[Index | None, Index | None]:
        """The indices of an entry, axis by axis."""
        rows, columns = value.shape
        if key in self.scope.families and len(entries) == 1:
            return self._index(entries[0], rows), None
        if len(entries) == 2 and key in self.scope.families:
            entries = self._of_numbered(entries, key)
        if len(entries) == 2 and 1 not in (rows, columns):
            return self._index(entries[0], rows), self._index(entries[1], columns)
        if len(entries) == 1 and (rows, columns) != SCALAR:
            if columns == 1:
                return self._index(entries[0], rows), None
            if rows == 1:
                return None, self._index(entries[0], columns)
            if is_matrix(key) and key in self.scope.values and not self.scope.column:
                return self._index(entries[0], rows), None
        raise Outside(f"{key[0]} does not have as many axes as indices")

    def _of_numbered(self, entries: tuple[str, ...], key: Key) -> tuple[str, ...]:
        """``x_{ij}`` and ``x_{ji}`` of the ``x_i``: the number of the vector first."""
        one, two = (letter in self.scope.numbering.get(key, ()) for letter in entries)
        if one == two or (self.scope.in_rows and not one):
            raise Outside(f"which index of {key[0]} numbers the vectors is not told")
        return entries if one else entries[::-1]

    def _index(self, letter: str, dim: Dim) -> Index:
        known = self.indices.get(letter)
        if known is None:
            known = self.indices[letter] = self.free[letter] = Index(letter, dim)
        if known.dim != dim:
            axes = [str(d).partition(" of ") for d in (known.dim, dim)]
            if {a[0] for a in axes} == {"rows", "columns"} and axes[0][2] == axes[1][2]:
                raise Outside(f"the letter {axes[0][2]} may stand for the weights of two layers")
            same = None if 1 in (known.dim, dim) else (known.dim, dim)
            raise Conflict(f"the index {letter} runs over {known.dim} and over {dim}", same)
        return known

    def _kronecker(self, entries: tuple[str, ...]) -> Expr:
        known = [self.indices[e] for e in entries if e in self.indices]
        if not known:
            raise Outside("a Kronecker delta of indices that run over nothing yet")
        one, two = (self._index(e, known[0].dim) for e in entries)
        return Delta(one, two)

    def _names_size(self, key: Key) -> bool:
        """A letter that bounds sums, and is no quantity of its own."""
        name = _size_name(key)
        plainly = name in self.scope.sizes
        return plainly and key not in self.scope.values and name in self.scope.tied

    def _size(self, key: Key) -> Expr:
        dim = self.scope.dim(self.scope.sizes[_size_name(key)])
        return Size(dim) if isinstance(dim, str) else number(dim)

    # -- gradients: given their meaning by the claims about a cost -------------------------------

    def marked(self, name: sx.Name) -> Expr:
        """``dX``: the gradient by X."""
        raise Outside(f"d{name.base} in a formula")

    def gradient(self, of: Key, by: Key) -> Expr:
        """The gradient of one quantity by another."""
        raise Outside("a gradient in a formula")

    def derivative(self, node: sx.Derivative) -> Expr:
        """A derivative fraction."""
        raise Outside("a derivative in a formula")


def _size_name(key: Key) -> str:
    """How the bounds of sums spell a letter, with a script or without: ``n``, ``n_y``."""
    base, accent, primes, labels = key
    if accent or primes or len(labels) > 1 or any(p != "sub" or b for p, b, _ in labels):
        return ""
    return base + "".join(f"_{text}" for *_, text in labels)
