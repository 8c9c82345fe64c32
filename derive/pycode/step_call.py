"""One call of an optimiser's step: what could be reached before it and after, by path.

In: an interpreter and the arguments.  Out: a `Call`, and what the first call of all says of the
later ones (`First`): they must agree where the state begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.program import ONE, ZERO, Build, Expr, Leaf, Number, Plus, Power, Symbol
from derive.pycode.held import arrays_in, as_list, leaves_of, numbers_in, written
from derive.pycode.pieces import simplified
from derive.pycode.signatures import returned_names
from derive.pycode.values import (
    DictValue,
    ListValue,
    Record,
    Ref,
    Unsupported,
    Value,
)

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter


@dataclass
class Call:
    """parameters, gradients: by key, as they were given.  new: by key, what a parameter became."""

    places: dict[str, Value]
    parameters: dict[str, Symbol]
    gradients: dict[str, Symbol]
    arrays: dict[str, Expr]
    numbers: dict[str, Expr]
    arrays_after: dict[str, Expr] = field(default_factory=dict)
    numbers_after: dict[str, Expr] = field(default_factory=dict)
    new: dict[str, Expr] = field(default_factory=dict)

    def changed(self, run: Interpreter) -> dict[str, Expr | None]:
        """The leaves of numbers that the call changes, with what they become."""
        found: dict[str, Expr | None] = {}
        for path, old in self.numbers.items():
            new = self.numbers_after.get(path)
            if isinstance(old, Symbol) and old != new:
                found[old.name] = None if new is None else written(run.trace, new)
        return found


@dataclass
class First:
    """The first call, written out in its leaves.

    powers: by base and exponent, the leaf that stands for a power.
    """

    arrays: dict[str, Expr]
    arrays_after: dict[str, Expr]
    numbers: dict[str, Expr]
    new: dict[str, Expr]
    leaves: dict[str, Leaf]
    powers: dict[tuple[Expr, Expr], Expr]


@dataclass
class Beginning:
    """What a later step computes where the state begins, and what the first step did there.

    values: by leaf of the later step, what it was in the first; a leaf without one is unknown.
    state: by leaf of the state, what the first step left there.  moved: by key, the parameters.
    """

    leaves: dict[str, Leaf]
    values: dict[str, Expr]
    state: dict[str, Expr]
    moved: dict[str, Expr]


def begin(
    run: Interpreter,
    places: dict[str, Value],
    parameters: dict[str, Ref],
    gradients: dict[str, Symbol],
) -> Call:
    """What stands at all places before a call."""
    old = {key: run.trace.read(ref).expr for key, ref in parameters.items()}
    symbols = {key: expr for key, expr in old.items() if isinstance(expr, Symbol)}
    if len(symbols) != len(old):
        raise Unsupported("parameters that are computed in the optimiser")
    arrays = {path: run.tensor(v).expr for path, v in arrays_in(places)}
    return Call(places, symbols, dict(gradients), arrays, dict(numbers_in(places)))


def end(run: Interpreter, call: Call, returned: Value, *, method: bool) -> None:
    """What stands there after it; in a function also what is returned under an argument's name."""
    call.arrays_after = {p: run.tensor(v).expr for p, v in arrays_in(call.places)}
    call.numbers_after = dict(numbers_in(call.places))
    handed_back = [ref for _, ref in arrays_in({"": as_list(returned)})]
    for name in () if method else call.places:
        value = run.settled(run.scope.get(name))
        if isinstance(value, Ref) and value in handed_back:
            call.arrays_after[name] = run.tensor(value).expr
    for key, old in call.parameters.items():
        new = _moved(run, call, key, old, returned, method=method)
        if new is not None and new != old:
            call.new[key] = new


def _moved(
    run: Interpreter, call: Call, key: str, old: Symbol, returned: Value, *, method: bool
) -> Expr | None:
    """What a parameter has become: in its place, or in what is returned."""
    after = call.arrays_after
    paths = [p for p, e in call.arrays.items() if e == old and after.get(p) not in (None, old)]
    if paths:
        _need_no_other(run, call, returned)
        return after[paths[0]]
    value = None if method else _named_like(run, old)
    value = run.settled(returned) if value is None else value
    value = run.settled(value[0]) if isinstance(value, tuple) and value else value
    if isinstance(value, (DictValue, ListValue, Record)):
        held = dict(arrays_in({"": value}))
        value = next((v for p, v in held.items() if p.rsplit(".", 1)[-1] == key), None)
    return run.tensor(value).expr if isinstance(value, Ref) else None


def _need_no_other(run: Interpreter, call: Call, returned: Value) -> None:
    """Raises `Unsupported` where a parameter is moved in place and something else is returned."""
    known = [*call.arrays_after.values(), *call.arrays.values()]
    for _, ref in arrays_in({"": as_list(run.settled(returned))}):
        if run.tensor(ref).expr not in known:
            raise Unsupported("parameters that are moved in place, and other arrays returned")


def _named_like(run: Interpreter, old: Symbol) -> Value:
    """What is returned under the parameter's name, or one such as ``next_w``."""
    base = old.name.split(".")[0]
    for node in returned_names(run.returned):
        if node.id == base or node.id.endswith(f"_{base}") or node.id.startswith(f"{base}_"):
            return run.settled(run.scope.get(node.id))
    return None


def first_of(run: Interpreter, call: Call, places: dict[str, Value]) -> First:
    """The first call, before the trace forgets it; places: what it has left."""
    trace = run.trace
    after = {p: run.tensor(v).expr for p, v in arrays_in(places)}
    return First(
        {p: written(trace, e) for p, e in call.arrays.items()},
        {p: written(trace, e) for p, e in (call.arrays_after | after).items()},
        {p: written(trace, e) for p, e in call.numbers.items()},
        {key: written(trace, e) for key, e in call.new.items()},
        dict(trace.leaves),
        {(_expr(b), written(trace, e)): leaf for (b, e), leaf in run.powers.items()},
    )


def beginning(run: Interpreter, first: First, call: Call, left: dict[str, Fraction]) -> Beginning:
    """A later call where the state begins; left: leaves of numbers that the first step has made."""
    values: dict[str, Expr] = {}
    for path, expr in call.arrays.items():
        if isinstance(expr, Symbol):
            values[expr.name] = _begun(first.arrays.get(path, ZERO))
    changed = call.changed(run)
    for path, expr in call.numbers.items():
        if not isinstance(expr, Symbol):
            continue
        if path in first.numbers:
            values[expr.name] = first.numbers[path]
        elif expr.name in left:
            counts = changed.get(expr.name) == Plus(expr, ONE)
            values[expr.name] = Number(left[expr.name] - (1 if counts else 0))
    for (base, exponent), leaf in run.powers.items():
        was = _at(_expr(base), values), _at(written(run.trace, exponent), values)
        if isinstance(was[1], Number):
            values[leaf.name] = Power(was[0], was[1].value)
        elif was in first.powers:
            values[leaf.name] = first.powers[was]
    state = {
        expr.name: first.arrays_after[path]
        for path, expr in call.arrays.items()
        if isinstance(expr, Symbol) and path in first.arrays_after
    }
    return Beginning(first.leaves, values, state, first.new)


def at_beginning(expr: Expr, begun: Beginning) -> Expr | None:
    """A value of a later step where the state begins; None if a leaf of it is unknown there."""
    if leaves_of(expr) - begun.values.keys():
        return None
    return _at(expr, begun.values)


def _at(expr: Expr, values: dict[str, Expr]) -> Expr:
    return simplified(expr, lambda e: values.get(e.name) if isinstance(e, Symbol) else None)


def _begun(expr: Expr) -> Expr:
    match expr:
        case Build(body=Number(value=value)) if value == 0:
            return ZERO
    return expr


def _expr(base: Fraction | Expr) -> Expr:
    return Number(base) if isinstance(base, Fraction) else base
