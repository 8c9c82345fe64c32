"""One step of a hand-written optimiser, at any time of the training.

Found by name: functions such as ``adam(w, dw, m, v, t)`` or ``update_parameters(parameters, grads,
learning_rate)``, and classes such as ``Adam`` with a method ``step``.  A step runs once for what
stands at the beginning; what that leaves behind is made arbitrary; the step that is judged comes
after it.  In: a module and an `Optimizer`.  Out: a `Step`, what it makes of parameters and state.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from derive.program import ONE, SCALAR, Expr, Number, Plus, Symbol
from derive.pycode.guess import Guess
from derive.pycode.held import arrays_in, as_list, numbers_in, whole_numbers_in, written
from derive.pycode.interpreter import Interpreter
from derive.pycode.optimizer_names import STATE, UNIT, Optimizer, is_gradient, is_parameter
from derive.pycode.signatures import parameters, returned_names
from derive.pycode.source import Module
from derive.pycode.state import make_arbitrary, snapshot
from derive.pycode.store import Sizes, Unify
from derive.pycode.values import (
    Bound,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Raised,
    Record,
    Ref,
    Tensor,
    Unsupported,
    Value,
    is_number,
)

SHAPE: Final = ("rows", "columns")
MOST_UNIFICATIONS = 20


@dataclass
class Moved:
    """One parameter: its leaf and that of its gradient, and what the step makes of it."""

    name: str
    old: Symbol
    gradient: Symbol
    new: Expr


@dataclass
class Step:
    """state: leaf by leaf what the step makes of it.

    counters: the leaves of numbers that a step makes larger by one, with their value in the
    second step, and of others that it changes, with None.
    """

    run: Interpreter
    moved: list[Moved]
    state: dict[str, Expr]
    counters: dict[str, int | None] = field(default_factory=dict)
    first: dict[str, Expr] | None = None
    """By leaf of the state what it is after the first step, where that is known."""
    renamed: dict[str, str] = field(default_factory=dict)
    """The leaves of gradients in the first step to those in the second."""
    values: dict[str, Expr] = field(default_factory=dict)
    """What numbers of the state were in the first step."""


@dataclass(frozen=True)
class World:
    """How parameters, gradients and state are handed over.

    held: ``array``, ``dict``, ``list`` or ``record``.  marked: the keys of gradients, and of the
    state, begin with d.
    """

    held: str
    marked: tuple[bool, bool] = (False, False)


WORLDS: Final = (
    World("array"),
    World("dict"),
    World("dict", (True, False)),
    World("dict", (True, True)),
    World("list"),
    World("record"),
)


# -- one step ---------------------------------------------------------------------------------


def step_of(module: Module, optimizer: Optimizer) -> Step:
    """What one step computes; raises `Unsupported` for the world that came furthest."""
    problem: tuple[int, Unsupported] | None = None
    for world in WORLDS:
        sizes = Sizes()
        for _ in range(MOST_UNIFICATIONS):
            run = Interpreter(module, sizes, Guess())
            run.free_powers = True
            try:
                return _Stepper(run, optimizer, world).step()
            except Unify as event:
                if not sizes.join(event.left, event.right):
                    break
            except (Unsupported, Raised, RecursionError) as error:
                found = error if isinstance(error, Unsupported) else Unsupported(str(error))
                if problem is None or run.steps > problem[0]:
                    problem = run.steps, found
                break
    raise problem[1] if problem is not None else Unsupported("sizes that do not fit together")


class _Stepper:
    def __init__(self, run: Interpreter, optimizer: Optimizer, world: World) -> None:
        self.run, self.optimizer, self.world = run, optimizer, world
        self.instance: Instance | None = None
        self.counts: dict[str, int] = {}
        """By path: the whole numbers in the state, at the second step."""
        self.parameters: dict[str, Ref] = {}
        """By key: the arrays that are moved, as long as they are the same arrays."""
        self.gradients: dict[str, Symbol] = {}
        self.remembered: dict[str, Value] = {}
        """Arguments that keep what a step leaves in them."""
        self.old_parameters: dict[str, Expr] = {}
        self.places: dict[str, Value] = {}
        self.numbers: dict[str, Expr] = {}
        self.first: dict[str, Expr] = {}
        self.own_names: dict[str, str] = {}
        self.values: dict[str, Expr] = {}
        self.before: dict[str, Expr] = {}
        """By path: the arrays that can be reached, before the step that is judged."""

    def step(self) -> Step:
        if self.optimizer.owner:
            self.instance = self._instance()
            before = snapshot(self.instance)
            given = self._given()
            self._call(given)
            self._note_first({**given, "self": self.instance})
            self.counts = whole_numbers_in({"self": self.instance})
            make_arbitrary(self.run, self.instance, before)
        elif any(_is_none(d) for _, d in parameters(self.optimizer.node)):
            given = self._given()
            self._call(given)
            self._note_first({a: self.run.scope.get(a) for a in given})
            self._remember()
        old, (given, returned) = self._called()
        for name, leaf in self.run.trace.leaves.items():
            if leaf.dims == SCALAR and leaf.domain == "real":
                self.run.trace.leaves[name] = replace(leaf, domain="positive")
        return self._account(old, given, returned)

    # -- arguments ------------------------------------------------------------------------

    def _keys(self) -> list[str]:
        if self.world.held == "record":
            return list(self._record().fields or ())
        return {"array": [""], "dict": ["W1", "b1"], "list": ["0", "1"]}[self.world.held]

    def _record(self) -> ClassValue:
        """The class of named fields that the first argument is said to be of."""
        args = self.optimizer.node.args.args
        note = args[0].annotation if args else None
        name = getattr(note, "id", getattr(note, "value", ""))
        kind = self.run.globals.get(name) if isinstance(name, str) else None
        if not isinstance(kind, ClassValue) or not kind.fields:
            raise Unsupported("parameters that are no record", self.optimizer.node)
        return kind

    def _array(self, name: str) -> Ref:
        return self.run.trace.new(Tensor(self.run.trace.leaf(name, SHAPE), 2))

    def _hold(self, arrays: dict[str, Ref], marked: bool) -> Value:
        if self.world.held == "array":
            return arrays[""]
        if self.world.held == "record":
            return Record(self._record(), dict(arrays))
        if self.world.held == "list":
            return ListValue(list(arrays.values()))
        return DictValue({f"d{k}" if marked else k: v for k, v in arrays.items()})

    def _parameter(self, name: str) -> Value:
        self.parameters = {k: self._array(k or name) for k in self._keys()}
        return self._hold(self.parameters, False)

    def _gradient(self) -> Value:
        arrays = {k: self._array(f"gradient.{k}" if k else "gradient") for k in self._keys()}
        for key, ref in arrays.items():
            leaf = self.run.trace.read(ref).expr
            assert isinstance(leaf, Symbol)
            self.gradients[key] = leaf
        return self._hold(arrays, self.world.marked[0])

    def _argument(self, arg: ast.arg, default: ast.expr | None, names: list[str]) -> Value:
        name = arg.arg
        if name in self.remembered:
            return self.remembered[name]
        if is_gradient(name, names):
            return self._gradient()
        if is_parameter(name, names):
            return self._parameter(name)
        if isinstance(default, ast.Constant) and not isinstance(default.value, (int, float)):
            return default.value
        if isinstance(default, ast.Constant) and isinstance(default.value, bool):
            return default.value
        at_first = getattr(default, "value", 0)
        if STATE.fullmatch(name) and at_first == 0 and at_first is not False:
            arrays = {k: self._array(f"{name}.{k}" if k else name) for k in self._keys()}
            return self._hold(arrays, self.world.marked[1])
        return self._number(name)

    def _number(self, name: str) -> Tensor:
        domain = "unit" if UNIT.fullmatch(name) else "positive"
        return Tensor(self.run.trace.leaf(name, SCALAR, domain), 0)

    def _instance(self) -> Instance:
        kind = self.run.globals[self.optimizer.owner]
        if not isinstance(kind, ClassValue):
            raise Unsupported(f"{self.optimizer.owner} is no plain class")
        init = kind.methods["__init__"]
        wanted = parameters(init)[1:]
        names = [a.arg for a, _ in wanted]
        args = [self._argument(a, d, names) for a, d in wanted]
        made = self.run.call(kind, args, {}, kind.node)
        if not isinstance(made, Instance):
            raise Unsupported(f"{self.optimizer.owner} is no class with attributes", kind.node)
        return made

    def _remember(self) -> None:
        """What a step leaves in an argument that is not given at first: any such values."""
        for arg, default in parameters(self.optimizer.node):
            value = self.run.scope.get(arg.arg)
            if _is_none(default) and isinstance(value, DictValue):
                self.counts |= whole_numbers_in({arg.arg: value})
                self.remembered[arg.arg] = DictValue(
                    {k: self._anything(str(k), v) for k, v in value.items.items()}
                )
            elif _is_none(default) and isinstance(value, Ref):
                self.remembered[arg.arg] = self._array(arg.arg)

    def _anything(self, name: str, value: Value) -> Value:
        value = self.run.settled(value)
        if isinstance(value, Ref):
            return self._array(name)
        if is_number(value) or (isinstance(value, Tensor) and not value.ndim):
            number = self._number(name)
            if is_number(value) and isinstance(number.expr, Symbol):
                self.values[number.expr.name] = Number(Fraction(value))
            return number
        if isinstance(value, DictValue):
            return DictValue({k: self._anything(f"{name}.{k}", v) for k, v in value.items.items()})
        raise Unsupported(f"what a step leaves in {name}")

    # -- the call -------------------------------------------------------------------------

    def _given(self) -> dict[str, Value]:
        """The arguments by name."""
        node = self.optimizer.node
        wanted = parameters(node)[1 if self.instance is not None else 0 :]
        names = [a.arg for a, _ in wanted]
        given = {a.arg: self._argument(a, d, names) for a, d in wanted}
        if not self.parameters or not self.gradients:
            raise Unsupported("parameters and gradients were not recognised", node)
        return given

    def _call(self, given: dict[str, Value]) -> Value:
        """What is returned."""
        node = self.optimizer.node
        function: Value
        if self.instance is not None:
            method = FunctionValue(
                node.name, node, {}, self.instance.kind,
                self.instance.kind.defaults.get(node.name, {}),
            )  # fmt: skip
            function = Bound(self.instance, node.name, method)
        else:
            function = self.run.globals[node.name]
        return self.run.call(function, list(given.values()), {}, node)

    def _called(self) -> tuple[dict[str, Expr], tuple[dict[str, Value], Value]]:
        """What the state and the parameters were, and the step that is judged."""
        given = self._given()
        self.old_parameters = {k: self.run.trace.read(r).expr for k, r in self.parameters.items()}
        self.places = {**given, **({"self": self.instance} if self.instance else {})}
        old = {path: self.run.tensor(v).expr for path, v in arrays_in(self.places)}
        self.numbers = dict(numbers_in(self.places))
        self.before = old
        return old, (given, self._call(given))

    # -- what came of it ------------------------------------------------------------------

    def _account(self, old: dict[str, Expr], given: dict[str, Value], returned: Value) -> Step:
        scope = self.run.scope if self.instance is None else {}
        after = {p: self.run.tensor(v).expr for p, v in arrays_in(self.places)}
        handed_back = [ref for _, ref in arrays_in({"": as_list(returned)})]
        for name in given:
            value = self.run.settled(scope.get(name))
            if isinstance(value, Ref) and value in handed_back:
                after[name] = self.run.tensor(value).expr
        leaves = self.run.trace.leaves
        own = {e.name for e in self.old_parameters.values() if isinstance(e, Symbol)}
        own |= {g.name for g in self.gradients.values()}
        state = {
            expr.name: after[path]
            for path, expr in old.items()
            if isinstance(expr, Symbol)
            and expr.name in leaves
            and expr.name not in own
            and path in after
            and expr.shape == SHAPE
        }
        moved = []
        for key, expr in self.old_parameters.items():
            assert isinstance(expr, Symbol)
            new = self._new(key, expr, after, returned)
            if new is not None and new != expr:
                moved.append(Moved(key or expr.name, expr, self.gradients[key], new))
        if len(moved) != len(self.old_parameters):
            raise Unsupported("a parameter that the step does not move", self.optimizer.node)
        step = Step(self.run, moved, state, self._counters())
        step.first = self._begun(old) if self.first else None
        step.renamed = {n: self.gradients[k].name for k, n in self.own_names.items()}
        step.values = self.values
        return step

    def _counters(self) -> dict[str, int | None]:
        after = dict(numbers_in(self.places))
        found: dict[str, int | None] = {}
        for path, old in self.numbers.items():
            new = after.get(path, ONE)
            new = self.run.trace.definitions.get(getattr(new, "name", ""), new)
            if isinstance(old, Symbol) and new != old:
                found[old.name] = self.counts.get(path) if new == Plus(old, ONE) else None
        return found

    def _note_first(self, places: dict[str, Value]) -> None:
        """What the first step leaves in the state, and by which names it knew its arrays."""
        found = {p: self.run.tensor(v).expr for p, v in arrays_in(places)}
        self.first = {p: written(self.run.trace, e) for p, e in found.items()}
        self.own_names = {k: g.name for k, g in self.gradients.items()}

    def _begun(self, old: dict[str, Expr]) -> dict[str, Expr]:
        """By leaf of the state what it is after the first step."""
        return {
            e.name: self.first[p]
            for p, e in old.items()
            if isinstance(e, Symbol) and p in self.first
        }

    def _new(self, key: str, old: Symbol, after: dict[str, Expr], returned: Value) -> Expr | None:
        """What a parameter has become: in its place, or in what is returned."""
        run = self.run
        paths = [p for p, e in self.before.items() if e == old and after.get(p) not in (None, old)]
        if paths:
            return after[paths[0]]
        value = self._named_like(old) if self.instance is None else None
        value = run.settled(returned) if value is None else value
        value = run.settled(value[0]) if isinstance(value, tuple) and value else value
        if isinstance(value, (DictValue, ListValue, Record)):
            held = dict(arrays_in({"": value}))
            value = next((v for p, v in held.items() if p.rsplit(".", 1)[-1] == key), None)
        return run.tensor(value).expr if isinstance(value, Ref) else None

    def _named_like(self, old: Symbol) -> Value:
        """What is returned under the parameter's name, or one such as ``next_w``."""
        base = old.name.split(".")[0]
        for node in returned_names(self.run.returned):
            if node.id == base or node.id.endswith(f"_{base}") or node.id.startswith(f"{base}_"):
                return self.run.settled(self.run.scope.get(node.id))
        return None


def _is_none(default: ast.expr | None) -> bool:
    return isinstance(default, ast.Constant) and default.value is None
