"""Buffers of arrays, definitions in order, and sizes that operations found to be equal.

A `Trace` is one run of the interpreter.  Equal expressions get equal names, so that what two
functions compute alike is one definition.  Two sizes that have to be equal and are not known
to be raise `Unify`; the run is then repeated with both as one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from derive.program import Dim, Entry, Expr, Index, Leaf, Shape, Symbol, Transpose, show_shape, walk
from derive.pycode.letters import Letters, is_free, over_all, symbols
from derive.pycode.values import Ref, Tensor, Unsupported

MOST_DEFINITIONS = 2_000


def is_constant(dim: Dim) -> bool:
    """Whether a size stands for a number of the source: 1, or ``n64`` for 64."""
    return isinstance(dim, int) or (dim[0] == "n" and dim[1:].isdigit())


def _may_consist(dim: Dim, parts: tuple[Dim, ...]) -> bool:
    """Whether a size may be the sum of others: a number of the source only if they add up to it."""
    if not is_constant(dim):
        return True
    return all(map(is_constant, parts)) and sum(map(_value, parts)) == _value(dim)


def _value(dim: Dim) -> int:
    return dim if isinstance(dim, int) else int(dim[1:])


A_NUMBER = "a cost is one number"


class Unify(Exception):
    """Two sizes have to be equal at a node of the source."""

    def __init__(self, left: Dim, right: Dim | tuple[Dim, ...], what: str) -> None:
        said = " + ".join(map(str, right)) if isinstance(right, tuple) else right
        super().__init__(f"{what}: {left} is not {said}")
        self.left, self.right, self.what = left, right, what


@dataclass
class Sizes:
    """Which sizes are one; the first named one stands for all.

    >>> sizes = Sizes()
    >>> sizes.join("n", "k"), sizes.find("k")
    (True, 'n')
    """

    same: dict[Dim, Dim] = field(default_factory=dict)
    given: list[tuple[Dim, Dim]] = field(default_factory=list)
    """Pairs that are one because a cost is one number."""

    divided: dict[Dim, tuple[Dim, ...]] = field(default_factory=dict)
    """Sizes that are the sums of others, in their order along an axis."""

    def find(self, dim: Dim) -> Dim:
        while dim in self.same:
            dim = self.same[dim]
        return dim

    def parts_of(self, dim: Dim, depth: int = 8) -> tuple[Dim, ...]:
        """The sizes that a size is the sum of; itself, if it is none."""
        own = self.find(dim)
        if own not in self.divided or not depth:
            return (own,)
        return tuple(p for each in self.divided[own] for p in self.parts_of(each, depth - 1))

    def join(self, left: Dim, right: Dim | tuple[Dim, ...]) -> bool:
        """False if they are different numbers; right: what `left` is the sum of, if several."""
        if isinstance(right, tuple):
            return self._divide(self.find(left), right)
        a, b = self.find(left), self.find(right)
        if a == b:
            return True
        if a in self.divided or b in self.divided:
            return self._join_divided(a, b)
        if is_constant(b):
            a, b = b, a
        if is_constant(b):
            return False
        self.same[b] = a
        return True

    def _divide(self, dim: Dim, parts: tuple[Dim, ...]) -> bool:
        inside = {self.find(p) for part in parts for p in (part, *self.parts_of(part))}
        if dim in self.divided or dim in inside or not _may_consist(dim, parts):
            return False
        self.divided[dim] = parts
        return True

    def _join_divided(self, a: Dim, b: Dim) -> bool:
        """One of two sizes has parts: then the other has the same."""
        if a in self.divided and b in self.divided:
            left, right = self.parts_of(a), self.parts_of(b)
            alike = len(left) == len(right)
            return alike and all(self.join(x, y) for x, y in zip(left, right, strict=True))
        whole, plain = (a, b) if a in self.divided else (b, a)
        if is_constant(plain) or plain in self.parts_of(whole):
            return False
        self.same[plain] = whole
        return True


@dataclass
class Buffer:
    """content: in the orientation in which the buffer was made; reason: why it is unknown.

    An array that code outside the source has seen may be changed by it at any later time, so
    what is unknown stays so.  shares: arrays that may or may not be views of the same memory.
    """

    content: Tensor
    reason: str = ""
    shares: tuple[int, ...] = ()

    @property
    def is_real(self) -> bool:
        """Whether its entries are real numbers."""
        return self.content.kind == "real"


@dataclass(frozen=True)
class Made:
    """Where a definition stands in the source and under which names."""

    node: ast.AST | None
    name: str


@dataclass
class Turn:
    """A loop along an axis of which one turn stands for all.

    starts: what its turn found in each buffer.  before: the leaves that stand for what the turns
    before it have left.
    """

    index: Index
    starts: dict[int, Expr] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    replaced: dict[int, Expr] = field(default_factory=dict)
    """What stood in the buffers before such leaves did."""


@dataclass(frozen=True)
class Partly:
    """An array of which a turn has overwritten the entries at its own place.

    at: the letters of both axes, None for a whole one.  entries: what stands there now.
    """

    at: Letters
    entries: Expr


@dataclass
class Trace:
    sizes: Sizes
    leaves: dict[str, Leaf] = field(default_factory=dict)
    definitions: dict[str, Expr] = field(default_factory=dict)
    made: dict[str, list[Made]] = field(default_factory=dict)
    buffers: list[Buffer] = field(default_factory=list)
    shifts: set[str] = field(default_factory=set)
    """Leaves that stand for a maximum: what is claimed must not depend on them."""
    unwritten: set[str] = field(default_factory=set)
    """Leaves that stand for memory into which nothing has been written."""
    onehot: set[str] = field(default_factory=set)
    """Leaves that stand for integer labels."""
    own_sizes: dict[str, Shape] = field(default_factory=dict)
    """The sizes of leaves before any were found to be equal."""
    divided: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Arrays with parts along an axis, by name, with the leaves that these are."""
    picks: dict[object, tuple[str, Leaf | None]] = field(default_factory=dict)
    """The leaves that stand for examples at random places, by places, source and axis."""
    counts: dict[object, str] = field(default_factory=dict)
    """The sizes of random places."""
    batches: dict[str, str] = field(default_factory=dict)
    """For every such leaf the one from which it was picked."""
    spent: set[object] = field(default_factory=set)
    """Random places that something has seen that may have changed them."""
    conditions: dict[str, None] = field(default_factory=dict)
    counts_single: bool = False
    """The size of an axis that is 1 takes part in arithmetic, as a number of examples does."""
    overlaid: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Buffers whose memory is that of others, from their first entries on: one at a time counts."""
    fixed: int = 0
    """So many of the first buffers are the module's own: one call must not change them."""
    turns: list[Turn] = field(default_factory=list)
    """The loops along axes of which a turn runs, the innermost last."""
    partly: dict[int, Partly] = field(default_factory=dict)
    """Buffers of which the turns that run have overwritten a part."""
    arrived: dict[int, Buffer] = field(default_factory=dict)
    """The arguments that turns were the first to use, as they were then."""
    carried: dict[Expr, Made] = field(default_factory=dict)
    """Where what one turn hands on to the next was computed, and under which name."""
    _numbers: dict[Expr, str] = field(default_factory=dict)

    # -- names ----------------------------------------------------------------------------

    def fresh(self, wish: str) -> str:
        name, k = wish, 1
        while name in self.leaves or name in self.definitions:
            k += 1
            name = f"{wish}.{k}"
        return name

    def leaf(self, wish: str, dims: Shape, domain: str = "real", axis: int | None = None) -> Symbol:
        """What is made by the source itself: in a loop it would be another one in each turn."""
        if self.turns:
            raise Unsupported("what each turn of a loop along an axis makes anew")
        return self.given(wish, dims, domain, axis)

    def given(
        self, wish: str, dims: Shape, domain: str = "real", axis: int | None = None
    ) -> Symbol:
        """What is the same whenever it is asked for: an argument, an array that is written down."""
        name = self.fresh(wish)
        shape = (self.sizes.find(dims[0]), self.sizes.find(dims[1]))
        self.leaves[name] = Leaf(shape, domain, axis)
        self.own_sizes[name] = dims
        return Symbol(name, shape)

    def define(self, wish: str, expr: Expr, node: ast.AST | None) -> Expr:
        """A symbol for `expr`; the same one for an expression that was defined before."""
        if isinstance(expr, Symbol):
            if expr.name in self.definitions:
                self.made.setdefault(expr.name, []).append(Made(node, wish))
            return expr
        if self.turns:
            return self._define_in_turn(wish, expr, node)
        return self._define(wish, expr, node)

    def _define_in_turn(self, wish: str, expr: Expr, node: ast.AST | None) -> Expr:
        """What a turn computes is the entry, at its place, of an array with all of it."""
        if any(n.name in t.before for t in self.turns for n in symbols(expr)):
            self.carried[expr] = Made(node, wish)
            return expr
        if isinstance(expr, Entry) and isinstance(expr.arg, Symbol):
            if expr.arg.name in self.definitions:
                self.made.setdefault(expr.arg.name, []).append(Made(node, wish))
            return expr
        letters = [t.index for t in self.turns if is_free(t.index, expr)]
        if not letters:
            return self._define(wish, expr, node)
        whole = over_all(expr, letters)
        if whole is None:
            return expr
        array, row, column = whole
        return Entry(self._define(wish, array, node), row, column)

    def _define(self, wish: str, expr: Expr, node: ast.AST | None) -> Symbol:
        name = self._numbers.get(expr)
        if name is None:
            if len(self.definitions) >= MOST_DEFINITIONS:
                raise Unsupported(f"more than {MOST_DEFINITIONS} values", node)
            name = self.fresh(wish)
            self.definitions[name] = expr
            self._numbers[expr] = name
        self.made.setdefault(name, []).append(Made(node, wish))
        return Symbol(name, expr.shape)

    def forget(self, kept: set[str]) -> None:
        """Drops leaves and definitions that no value mentions any more; kept: those it does."""
        behind = set(kept)
        for name in reversed(list(self.definitions)):
            if name in behind:
                behind |= {n.name for n in walk(self.definitions[name]) if isinstance(n, Symbol)}
        self.definitions = {n: e for n, e in self.definitions.items() if n in behind}
        self.leaves = {n: leaf for n, leaf in self.leaves.items() if n in behind}
        self.made = {n: m for n, m in self.made.items() if n in behind}
        self._numbers = {e: n for e, n in self._numbers.items() if n in behind}

    def drop(self, name: str) -> None:
        """Gives the name of a definition free if no other definition mentions it."""
        mentioned = (
            isinstance(node, Symbol) and node.name == name
            for expr in self.definitions.values()
            for node in walk(expr)
        )
        if name in self.definitions and not any(mentioned):
            self._numbers.pop(self.definitions.pop(name), None)
            self.made.pop(name, None)

    # -- buffers --------------------------------------------------------------------------

    def new(self, tensor: Tensor) -> Ref:
        self.buffers.append(Buffer(tensor))
        return Ref(len(self.buffers) - 1, False, tensor.ndim)

    def read(self, ref: Ref) -> Tensor:
        buffer = self.buffers[ref.buffer]
        if buffer.reason:
            raise Unsupported(buffer.reason)
        if ref.buffer in self.partly:
            raise Unsupported("an array of which a loop has overwritten a part so far")
        inner = buffer.content
        if not ref.flipped:
            return replace(inner, ndim=ref.ndim)
        return Tensor(Transpose(inner.expr), ref.ndim, inner.kind)

    def write(self, ref: Ref, expr: Expr, *, whole: bool = False) -> None:
        """Overwrites all entries; `expr` has the shape of the view.

        whole: it has integers, which an array of integers can hold.
        """
        buffer = self.buffers[ref.buffer]
        if ref.buffer in self.partly:
            raise Unsupported("an array of which a loop has overwritten a part so far")
        if ref.buffer < self.fixed:
            raise Unsupported("writing into an array of the module, which later calls would see")
        if buffer.content.kind != "real" and not (whole and buffer.content.kind == "whole"):
            raise Unsupported("writing into an array of integers or truth values")
        for other in buffer.shares:
            self.spoil(Ref(other), "an array that may share the memory of one that is overwritten")
        if buffer.reason:
            return
        content = Transpose(expr) if ref.flipped else expr
        if content.shape != buffer.content.expr.shape:
            raise Unsupported(
                f"writing {show_shape(content.shape)} "
                f"into an array {show_shape(buffer.content.expr.shape)}"
            )
        self._put(ref, Tensor(content, buffer.content.ndim, buffer.content.kind))
        for k in self.overlaid.get(ref.buffer, ()):
            lost = self.buffers[k].content
            self._put(Ref(k), replace(lost, expr=self.leaf("overwritten", lost.expr.shape)))

    def _put(self, ref: Ref, content: Tensor) -> None:
        self.buffers[ref.buffer] = replace(self.buffers[ref.buffer], content=content)

    def may_share(self, one: Ref, other: Ref) -> None:
        """Both may be views of the same memory: a change of one makes the other unknown."""
        for a, b in ((one.buffer, other.buffer), (other.buffer, one.buffer)):
            buffer = self.buffers[a]
            self.buffers[a] = replace(buffer, shares=(*buffer.shares, b))

    def spoil(self, ref: Ref, reason: str) -> None:
        """The content of an array is no longer known."""
        self.buffers[ref.buffer] = replace(self.buffers[ref.buffer], reason=reason)

    def rename(self, ref: Ref, wish: str, node: ast.AST | None) -> None:
        """Makes the content of a buffer a definition named after a variable."""
        buffer = self.buffers[ref.buffer]
        inner = buffer.content
        if buffer.reason or inner.picked is not None or ref.buffer in self.partly:
            return
        expr = inner.expr
        if isinstance(expr, Transpose) and isinstance(expr.arg, Symbol):
            return
        self._put(ref, replace(inner, expr=self.define(wish, expr, node)))


Reader = Callable[[Ref], Tensor]
