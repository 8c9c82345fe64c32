"""One abstract run of a source: conversions between values, calls, and what is assumed.

An `Interpreter` holds the state of a run: the `Trace` of arrays and definitions, the module's
names, and the guesses about arguments of which the source says nothing (`Guess`).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from fractions import Fraction

from derive.program import SCALAR, Dim, Expr, MatMul, Number, Plus, Shape, Size, Symbol, Times, walk
from derive.pycode import (
    arrays,
    classes,
    lengths,
    making,
    naming,
    parts,
    stated,
    statements,
    toplevel,
    written,
)
from derive.pycode.arguments import Row
from derive.pycode.given_elsewhere import given_elsewhere
from derive.pycode.guess import Guess, is_scalar, is_size
from derive.pycode.letters import entry, is_free, symbols
from derive.pycode.made import sizes_of
from derive.pycode.source import Module
from derive.pycode.store import Sizes, Trace
from derive.pycode.training import Focused
from derive.pycode.values import (
    Bound,
    Chosen,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    Library,
    ListValue,
    Native,
    Opaque,
    Parts,
    Range,
    Ref,
    Single,
    Tensor,
    Unknown,
    Unsupported,
    Value,
    is_number,
    references,
)

MOST_STEPS = 60_000
MOST_CALLS = 24
KEPT_SIZE = 1
"""Constant sizes up to here stay numbers; larger ones become symbols."""


class Interpreter:
    def __init__(
        self,
        module: Module,
        sizes: Sizes,
        guess: Guess,
        loops: Sequence[ast.stmt] = (),
        script: bool = False,
    ) -> None:
        self.trace = Trace(sizes)
        self.module, self.guess = module, guess
        self.globals: dict[str, Value] = {}
        self.own = module.names
        """The names of all functions and methods of the source."""
        self.unclear = module.names | naming.strangers(module.body)
        """These, and the names of what comes from files that nobody sees."""
        self.elsewhere = given_elsewhere(module.body)
        """Attributes that are given to what may be a class or a module."""
        self.aliases: dict[str, tuple[Value, ...]] = {}
        """Of names of the top level whose values are not known, what they may stand for."""
        if "*" in self.unclear:
            self.condition("what an import of * gives replaces no function of Python")
        self.active: list[ast.AST] = []
        self.steps = 0
        self.returned: ast.expr | None = None
        """What the outermost function that was called last returns."""
        self.scope: dict[str, Value] = {}
        """The names of that function when it returned."""
        self.powers: dict[tuple[Fraction | Expr, Expr], Symbol] = {}
        """The leaves that stand for powers of constants with unknown exponents."""
        self.free_powers = False
        """Powers of unknown numbers stand for themselves: nothing is differentiated by them."""
        self.rows: dict[str, Row] = {}
        """Functions beside those of NumPy and SciPy whose meaning is known, by their full names."""
        self._shifts: dict[tuple[Expr, int | None], Expr] = {}
        self.loops = tuple(loops)
        """Statements around a training loop of which one turn is judged, itself the last."""
        self.loaded: dict[str, Value] = {}
        """The arrays of loaded data by the names of their leaves; they may share memory."""
        self.focused: Focused | None = None
        """The names before and after that turn, if it stands at the top level."""
        self.endless = False
        """The length of an argument was asked of which nothing says how long it is."""
        self.lengths: list[tuple[Unknown, int]] = []
        """Dictionaries whose length was supposed, with that length."""
        self.costs: list[stated.Call] = []
        """The calls of functions called like a cost in that turn."""
        toplevel.define_module(self, script)

    def tick(self, node: ast.AST) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise Unsupported(f"more than {MOST_STEPS} steps", node)

    def condition(self, text: str) -> None:
        """Something that is taken to hold, listed with every verdict."""
        self.trace.conditions.setdefault(text)

    # -- conversions ----------------------------------------------------------------------

    def settled(self, value: Value) -> Value:
        """What an argument turned out to be; random places are used for something else."""
        if isinstance(value, Chosen):
            self.trace.spent.add(value.key[0])
            return Opaque("random places")
        return value.value if isinstance(value, Unknown) and value.known else value

    def ready(self, value: Value) -> Value:
        """An argument that is used as an array, where arrays may have parts."""
        value = self.settled(value)
        if self.trace.sizes.divided and isinstance(value, Unknown) and not value.parts:
            return self.resolve(value)
        return value

    def tensor(self, value: Value) -> Tensor:
        """A number or array as a tensor; an unknown argument becomes an array or a number."""
        value = self.settled(value)
        if isinstance(value, Unknown):
            value = self.resolve(value)
        match value:
            case Tensor():
                return value
            case Ref():
                return self.trace.read(value)
            case bool():
                return Tensor(Number(Fraction(int(value))), 0, "mask")
            case Single():
                self.trace.counts_single = True
                return arrays.constant(1)
            case int() | Fraction():
                written.decide(self, (value,), None)
                return arrays.constant(value)
            case ListValue() | tuple():
                return self.data(value)
            case Opaque():
                raise _refused(value)
        raise Unsupported(f"{_kind(value)} where an array is needed")

    def resolve(self, unknown: Unknown) -> Value:
        """Decides what an argument used as an array or number is."""
        if unknown.parts:
            raise Unsupported(f"{unknown.name} used as a container and as an array")
        unknown.known = True
        name = unknown.name
        if unknown.text is not None:
            raise Unsupported(f"{name}, which is compared with a text, as an array")
        declared = self.guess.shape(name)
        sized = lengths.is_size_of_layer(self, name) or name in sizes_of(self.module)
        if declared is None and (is_size(name) or sized):
            unknown.value = Tensor(Size(str(self.trace.sizes.find(name))), 0)
        elif declared == () or unknown.number or (declared is None and self._is_setting(name)):
            unknown.value = Tensor(self.trace.given(name, SCALAR), 0)
        elif declared == "labels":
            return self.as_labels(unknown)
        else:
            dims = declared if isinstance(declared, tuple) else (f"{name}_rows", f"{name}_columns")
            shape, ndim = making.shape_argument(self._own_dims(name, dims))
            unknown.value = self.keep(Tensor(self.trace.given(name, shape), ndim))
        return self._noted(unknown)

    def _noted(self, unknown: Unknown) -> Value:
        """What is loaded is said, and may be another view of what else is loaded."""
        value = unknown.value
        self._arrived(value)
        if not unknown.loaded or not isinstance(value, (Ref, Tensor)):
            return value
        self.condition(unknown.loaded)
        tensor = self.tensor(value)
        if isinstance(tensor.expr, Symbol):
            if isinstance(value, Ref):
                for other in self.loaded.values():
                    if isinstance(other, Ref):
                        self.trace.may_share(value, other)
            self.loaded[tensor.expr.name] = value
        return value

    def _own_dims(self, name: str, dims: tuple[Dim, ...]) -> tuple[Dim, ...]:
        """Sizes of its own for an argument that is called like another one: ``a.W`` and ``b.W``."""
        own = self.trace.fresh(name)
        base = name.rsplit(".", 1)[-1]
        named = {n: n.replace(base, own, 1) for n in (base, f"{base}_rows", f"{base}_columns")}
        return (
            dims
            if own == name
            else tuple(named.get(d, d) if isinstance(d, str) else d for d in dims)
        )

    def _is_setting(self, name: str) -> bool:
        return is_scalar(name) and name not in self.guess.arrays

    def name_product(self, value: Value, node: ast.AST) -> None:
        """What a function is applied to is a value of its own if a matrix product is in it."""
        value = self.settled(value)
        if isinstance(value, Ref) and not self.trace.buffers[value.buffer].reason:
            content = self.trace.buffers[value.buffer].content
            if content.kind == "real" and any(isinstance(n, MatMul) for n in walk(content.expr)):
                self.trace.rename(value, "inner", node)

    def as_labels(self, unknown: Unknown) -> Value:
        """An argument that picks entries: integer labels, one an example."""
        unknown.known = True
        name = unknown.name
        own = self.trace.fresh(name)
        leaf = self.trace.given(name, (f"{own}_rows", f"{own}_classes"), "real", 1)
        self.trace.onehot.add(leaf.name)
        unknown.value = self.trace.new(Tensor(leaf, 1, "labels"))
        return self._noted(unknown)

    def as_label(self, unknown: Unknown) -> Value:
        """An argument that picks one entry: an integer."""
        unknown.known = True
        own = self.trace.fresh(unknown.name)
        leaf = self.trace.given(unknown.name, (1, f"{own}_classes"), "real", 1)
        self.trace.onehot.add(leaf.name)
        unknown.value = self.trace.new(Tensor(leaf, 0, "labels"))
        return self._noted(unknown)

    def as_vector(self, unknown: Unknown) -> Value:
        """An argument with one axis."""
        unknown.known = True
        leaf = self.trace.given(unknown.name, (1, self.trace.fresh(unknown.name)))
        unknown.value = self.trace.new(Tensor(leaf, 1))
        self._arrived(unknown.value)
        return unknown.value

    def _arrived(self, value: Value) -> None:
        """Notes an argument that a turn of a loop along an axis is the first to use."""
        refs = value.refs if isinstance(value, Parts) else (value,)
        for ref in refs:
            if self.trace.turns and isinstance(ref, Ref):
                self.trace.arrived[ref.buffer] = self.trace.buffers[ref.buffer]

    def need_array(self, value: Value) -> Value:
        """A reference if it is an array with axes, else a tensor."""
        value = self.settled(value)
        if isinstance(value, Unknown):
            value = self.resolve(value)
        return value if isinstance(value, (Ref, Parts)) else self.keep(self.tensor(value))

    def keep(self, value: Value) -> Value:
        """A tensor with axes gets a buffer of its own, or one for each of its parts."""
        if isinstance(value, Tensor) and value.ndim > 0:
            divided = parts.divided(self, value) if self.trace.sizes.divided else None
            return self.trace.new(value) if divided is None else divided
        return value

    def data(self, rows: ListValue | tuple[Value, ...]) -> Tensor:
        """Literal data: an arbitrary array of that shape."""
        items = rows.items if isinstance(rows, ListValue) else list(rows)
        nested = [i.items if isinstance(i, ListValue) else i for i in map(self.settled, items)]
        if nested and all(map(is_number, nested)):
            row = (1, self.constant_size(len(nested)))
            return Tensor(self.trace.given("data", row), 1, _kind_of(nested))
        widths = {len(i) if isinstance(i, list) else -1 for i in nested}
        if len(widths) == 1 and min(widths) > 0 and all(is_number(x) for i in nested for x in i):
            shape = (self.constant_size(len(nested)), self.constant_size(widths.pop()))
            kind = _kind_of([x for i in nested for x in i])
            return Tensor(self.trace.given("data", shape), 2, kind)
        raise Unsupported("a list where an array is needed")

    def constant_size(self, size: int) -> Dim:
        """A size that the source fixes, as a symbol, so that what is proved holds for all."""
        if size <= 0:
            raise Unsupported("an axis of size 0")
        return size if size <= KEPT_SIZE else self.trace.sizes.find(f"n{size}")

    def dim(self, value: Value) -> Dim:
        """The size of an axis that a value stands for."""
        value = self.settled(value)
        if isinstance(value, Unknown):
            value.known = True
            value.value = Tensor(Size(str(self.trace.sizes.find(value.name))), 0)
            value = value.value
        if isinstance(value, Tensor) and value.ndim == 0:
            value = Tensor(arrays.tidy_size(value.expr), 0)
            whole = self._sum_of_sizes(value)
            if whole is not None:
                return whole
        if isinstance(value, Tensor) and isinstance(value.expr, Size):
            return self.trace.sizes.find(value.expr.dim)
        if isinstance(value, Tensor) and isinstance(value.expr, Number):
            value = int(value.expr.value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.constant_size(value)
        if isinstance(value, Opaque):
            raise _refused(value)
        raise Unsupported("a size that is not known")

    def _sum_of_sizes(self, value: Tensor) -> Dim | None:
        """The size of an axis that consists of others: ``4 * H``, ``n_h + n_x``."""
        if isinstance(value.expr, (Size, Number)):
            return None
        form = parts.form_of(self, value)
        dims = None if form is None else parts.dims_of(form)
        if dims is None or len(dims) < 2:
            return None
        said = [str(d) for d in parts.said_in(value.expr)]
        if {*said} == {*map(str, dims)}:  # in the order of the text, as the parts usually lie
            dims = tuple(sorted(dims, key=lambda d: said.index(str(d))))
        name = " + ".join(map(str, dims))
        if self.trace.sizes.parts_of(name) == (name,):
            self.trace.sizes.join(name, dims)
        return name

    def shape(self, value: Value) -> tuple[Shape, int]:
        """A shape argument: a size, or a tuple of sizes."""
        value = self.settled(value)
        parts = value.items if isinstance(value, ListValue) else value
        if not isinstance(parts, (tuple, list)):
            parts = (parts,)
        return making.shape_argument(tuple(self.dim(part) for part in parts))

    def show_number(self, value: Value) -> str:
        value = self.settled(value)
        if isinstance(value, Fraction):
            return f"{float(value):g}"
        if isinstance(value, int):
            return str(value)
        tensor = self.tensor(value)
        return f"{float(tensor.expr.value):g}" if isinstance(tensor.expr, Number) else "a number"

    # -- pieces that need the state -------------------------------------------------------

    def shift(self, expr: Expr, axis: int | None) -> Expr:
        """The maximum along an axis: any value, for nothing that is claimed may depend on it.

        In a loop along an axis it is another one in each turn.
        """
        key = (expr, axis)
        known = self._shifts.get(key)
        if known is None or not all(n.name in self.trace.leaves for n in symbols(known)):
            shape = arrays.summed(expr, axis).shape
            letters = [t.index for t in self.trace.turns if is_free(t.index, expr)]
            row = None
            if letters:
                if len(letters) > 1 or shape[0] != 1:
                    raise Unsupported("a maximum in loops along several axes")
                row, shape = letters[0], (letters[0].dim, shape[1])
            leaf = self.trace.given("largest", shape)
            self.trace.shifts.add(leaf.name)
            self.trace.own_sizes[leaf.name] = (  # it has those of what it is the maximum of
                1 if shape[0] == 1 else f"{leaf.name} rows",
                1 if shape[1] == 1 else f"{leaf.name} columns",
            )
            self._shifts[key] = entry(leaf, row, None)
        return self._shifts[key]

    def summed(self, expr: Expr, axis: int | None) -> Expr:
        """A sum; the mark of the largest entries adds up to 1 along its axis."""
        whole = expr
        if isinstance(expr, Symbol):
            whole = self.trace.definitions.get(expr.name, expr)
        match whole:
            case Plus(left=left, right=Times(left=Symbol(name=mark), right=Number() as by)) if (
                mark in self.trace.shifts and self.trace.leaves[mark].sums_to_one == axis
            ):
                return Plus(arrays.summed(left, axis), by)
        return arrays.summed(expr, axis)

    # -- calls ----------------------------------------------------------------------------

    def call(
        self, function: Value, args: Sequence[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        """Calls a function of the source, of a library or of an object."""
        self.tick(node)
        function = self.settled(function)
        match function:
            case FunctionValue():
                return self.call_source(function, list(args), keywords, node)
            case Bound(of=of, function=FunctionValue() as method):
                return self.call_source(method, [of, *args], keywords, node)
            case ClassValue():
                return classes.instantiate(self, function, list(args), keywords, node)
            case Instance() if "__call__" in function.kind.methods:
                bound = classes.attribute(self, function, "__call__")
                return self.call(bound, args, keywords, node)
            case Bound() | Library():
                from derive.pycode.builtin import call_library

                return call_library(self, function, list(args), keywords, node)
            case Native():
                if keywords:
                    raise Unsupported(f"keywords of {function.name}", node)
                return self.keep(function.rule(*map(self.settled, args)))
            case Opaque():
                self.spoil([*args, *keywords.values()], function.reason, node)
                if function.own:
                    raise _refused(function)
                return function
        raise Unsupported(f"a call of {_kind(function)}", node)

    def call_source(
        self, function: FunctionValue, args: list[Value], keywords: dict[str, Value], node: ast.AST
    ) -> Value:
        if isinstance(function.node, ast.FunctionDef) and naming.is_generator(function.node):
            raise Unsupported(f"{function.name}, which is a generator", node)
        if function.node in self.active:
            raise Unsupported(f"recursion of {function.name}", node)
        if len(self.active) >= MOST_CALLS:
            raise Unsupported(f"more than {MOST_CALLS} calls within one another", node)
        stated.note(self, function, args, keywords, node)
        scope = statements.bind(self, function, args, keywords, node)
        self.active.append(function.node)
        try:
            return statements.run_body(self, function, scope)
        finally:
            self.active.pop()

    def spoil(self, values: Sequence[Value], reason: str, node: ast.AST | None = None) -> None:
        """What a call that is not followed may have changed is no longer known."""
        for value in map(self.settled, values):
            if isinstance(value, Opaque) and value.own:
                raise Unsupported(f"{reason}, which may change what is not followed", node)
            if isinstance(value, (Instance, FunctionValue, Bound)) or (
                isinstance(value, (ListValue, DictValue, Unknown)) and "numpy." not in reason
            ):
                raise Unsupported(f"{reason}, which may change {_kind(value)}", node)
            for ref in references(value):
                self.trace.spoil(ref, reason)


def _kind_of(numbers: Sequence[Value]) -> str:
    return "whole" if all(isinstance(n, int) for n in numbers) else "real"


def _refused(value: Opaque) -> Unsupported:
    error = Unsupported(value.reason)
    error.line, error.column = value.line, value.column
    return error


def _kind(value: Value) -> str:
    match value:
        case None:
            return "None"
        case str():
            return "a string"
        case Library():
            return value.name
        case Range():
            return "a range"
        case Symbol():
            return value.name
    return type(value).__name__.removesuffix("Value").lower()
