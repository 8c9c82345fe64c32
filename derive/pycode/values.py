"""What a variable of the interpreted source holds.

Numbers known from the source are Python's own (`int`, `bool`, `Fraction`), as are `str`, `None`
and tuples.  Arrays are references into a `Store` of buffers, so that views, aliases and
in-place operators mean what they mean in NumPy.  A one-dimensional array of n entries is held as
a row (1, n): that is how NumPy broadcasts it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from derive.program import Expr, Index

DTYPE = "the dtype of an array"
"""The reason of an `Opaque` that stands for the dtype of an array of floats."""

Value = Any
"""int, bool, Fraction, str, None, tuple, or one of the classes below."""


class Unsupported(Exception):
    """A construct outside the fragment, with its place."""

    def __init__(self, message: str, node: ast.AST | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = getattr(node, "lineno", 0)
        self.column = getattr(node, "col_offset", -1) + 1

    def at(self, node: ast.AST) -> Unsupported:
        """The same, placed at `node` if it has no place yet."""
        return self if self.line else Unsupported(self.message, node)


class Raised(Exception):
    """The interpreted source raises an exception here."""


class Single(int):
    """The size 1 of an axis: which it perhaps has only because a guess leaves no other."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of 0, 1 or 2 axes as an expression of two.

    kind: ``real``, ``whole`` (of an integer dtype: only integers can be written into it),
    ``mask`` or ``labels``.
    labels: integer class labels; the expression is their one-hot form, one row an example.
    picked: what `expr` is the pick of: an array of which each row holds the entry at its label,
    and the one-hot labels.  An elementwise function of the pick is the pick of the function.
    """

    expr: Expr
    ndim: int
    kind: str = "real"
    picked: tuple[Expr, Expr] | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """An array: a view of a buffer, perhaps transposed, with its own number of axes."""

    buffer: int
    flipped: bool = False
    ndim: int = 2


@dataclass(frozen=True, slots=True)
class Parts:
    """An array as its parts along an axis of the two; each part is a view."""

    refs: tuple[Ref, ...]
    axis: int
    ndim: int = 2


@dataclass(eq=False)
class Once:
    """What can be gone through once: ``zip``, ``enumerate``, a generator expression.

    items: makes the parts, when they are asked for; None when they have been.  again: they can be
    asked for any number of times, as those of ``dictionary.items()``.
    """

    items: Callable[[], list[Value]] | None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """``np.arange(size)`` or ``range(size)`` of a symbolic size."""

    size: Expr


@dataclass(frozen=True, slots=True)
class Place:
    """Where a loop is along an axis: at any place of it, for which the letter stands."""

    index: Index


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """What has a part for every place of an axis; at: the part at a place."""

    dim: str
    at: Callable[[Place], Value]


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Random places along an axis; key: what they are, then the bounds of the parts taken."""

    key: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Largest:
    """``np.argmax(array, axis)``: where along `axis` the expression `of` is largest."""

    of: Expr
    axis: int
    value: Expr


@dataclass(eq=False)
class ListValue:
    """fixed: it belongs to the module, so one call must not change what later calls see.

    shown: how many of its parts the source writes down.
    """

    items: list[Value]
    fixed: bool = False
    shown: int = 0


@dataclass(eq=False)
class DictValue:
    """fixed: as of lists."""

    items: dict[Any, Value]
    fixed: bool = False


@dataclass(eq=False)
class Record:
    """An instance of a named tuple."""

    kind: ClassValue
    items: dict[str, Value]


@dataclass(eq=False)
class Instance:
    kind: ClassValue
    attributes: dict[str, Value]
    fixed: bool = False


@dataclass(eq=False)
class ClassValue:
    """A class of the source.

    methods: its own and those that it inherits.  order: the classes in which an attribute is
    looked for, itself first.  defaults: those of its own methods, by method and parameter.
    """

    name: str
    node: ast.ClassDef
    methods: dict[str, ast.FunctionDef]
    fields: tuple[str, ...] | None = None
    """The names of a named tuple or dataclass, in order; None for other classes."""
    order: list[ClassValue] = field(default_factory=list)
    own: dict[str, ast.FunctionDef] = field(default_factory=dict)
    defaults: dict[str, dict[str, Value]] = field(default_factory=dict)
    given: dict[str, ast.expr] = field(default_factory=dict)
    """What is said of the fields that a call may leave out."""
    changed: bool = False
    """Something that was not followed may have given it other attributes."""

    @property
    def is_object(self) -> bool:
        """Whether it is a dataclass with methods, which may change its fields."""
        return bool(self.node.decorator_list) and bool(self.methods.keys() - {"__repr__"})


@dataclass(frozen=True, eq=False)
class FunctionValue:
    name: str
    node: ast.FunctionDef | ast.Lambda
    scope: dict[str, Value]
    owner: ClassValue | None = None
    defaults: dict[str, Value] = field(default_factory=dict)
    """Values of the parameters that a call may leave out, from when the function was made."""


@dataclass(frozen=True, eq=False)
class Bound:
    """A method of an instance, or of an array (`name` alone tells which)."""

    of: Value
    name: str
    function: FunctionValue | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """A module or function of a library by its full name: ``numpy``, ``numpy.random.rand``."""

    name: str


@dataclass(eq=False)
class Unknown:
    """An argument of which nothing is known until it is used; then it becomes `value`."""

    name: str
    value: Value = None
    known: bool = False
    parts: dict[Any, Value] = field(default_factory=dict)
    number: bool = False
    """It is a number: the size of an axis, if it is used as one first."""
    whole: bool = False
    """The parts that were met are all that it has."""
    loaded: str = ""
    """What is taken to hold of it, if it is data that the file loads; "" of an argument."""
    text: str | None = None
    """The text that it is taken to be; "" if only what it is not is taken."""

    def part(self, key: Any, name: str) -> Value:
        """What it holds at a key; one that was not met before is an argument of its own."""
        if key not in self.parts:
            if self.whole:
                raise Unsupported(f"{self.name}, which was gone through without {name}")
            self.parts[key] = Unknown(name, loaded=self.loaded)
        return self.parts[key]


@dataclass(frozen=True, eq=False)
class Native:
    """A function outside the source whose meaning is known: from its arguments to its value."""

    name: str
    rule: Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that cannot be followed; to use it is `Unsupported` for the reason given.

    own: it is code of the source itself, which may change whatever the source has.
    """

    reason: str
    line: int = 0
    column: int = 0
    own: bool = False


def changing(value: Value) -> None:
    """Refuses to change what belongs to the module."""
    if isinstance(value, (ListValue, DictValue, Instance)) and value.fixed:
        raise Unsupported("changing an object of the module, which later calls would see")


def is_number(value: Value) -> bool:
    """Whether a value is a number known from the source."""
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)


def references(value: Value, depth: int = 6) -> list[Ref]:
    """The arrays that can be reached from a value."""
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, Parts):
        return list(value.refs)
    if depth == 0:
        return []
    inner: list[Value] = []
    if isinstance(value, tuple):
        inner = list(value)
    elif isinstance(value, ListValue):
        inner = value.items
    elif isinstance(value, Instance):
        inner = list(value.attributes.values())
    elif isinstance(value, Unknown):
        inner = [value.value, *value.parts.values()]
    elif isinstance(value, (Record, DictValue)):
        inner = list(value.items.values())
    elif isinstance(value, Once):
        raise Unsupported("what can be gone through once, in a call that is not followed")
    return [ref for part in inner for ref in references(part, depth - 1)]
