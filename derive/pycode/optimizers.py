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
from math import inf
from typing import Final

from derive.program import ONE, SCALAR, Expr, Plus, Symbol
from derive.pycode.guess import Guess
from derive.pycode.held import whole_numbers_in
from derive.pycode.interpreter import Interpreter
from derive.pycode.optimizer_names import STATE, UNIT, Optimizer, is_gradient, is_parameter
from derive.pycode.signatures import parameters
from derive.pycode.source import Module
from derive.pycode.state import make_arbitrary, snapshot
from derive.pycode.step_call import Beginning, Call, First, begin, beginning, end, first_of
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

    key: str
    old: Symbol
    gradient: Symbol
    new: Expr

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.key or self.old.name


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
    changed: dict[str, Expr | None] = field(default_factory=dict)
    """The leaves of numbers that a step changes, with what they become, if that is a number."""
    beginning: Beginning | None = None
    """The first step of all, where it is known."""


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
        self.left: dict[str, Fraction] = {}
        """By leaf: the numbers that the first step has left in a new dictionary."""
        self.first: First | None = None

    def step(self) -> Step:
        if self.optimizer.owner:
            self.instance = self._instance()
            before = snapshot(self.instance)
            call = self._called()
            self.first = first_of(self.run, call, call.places)
            self.counts = whole_numbers_in({"self": self.instance})
            make_arbitrary(self.run, self.instance, before)
        elif any(_is_none(d) for _, d in parameters(self.optimizer.node)):
            call = self._called()
            left = {a: self.run.scope.get(a) for a in call.places}
            self.first = first_of(self.run, call, left)
            self._remember()
        call = self._called()
        for name, leaf in self.run.trace.leaves.items():
            if leaf.dims == SCALAR and leaf.domain == "real":
                self.run.trace.leaves[name] = replace(leaf, domain="positive")
        return self._account(call)

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
        return self._number(name, default)

    def _number(self, name: str, default: ast.expr | None = None) -> Tensor:
        """Any number that a constant of this name may be; its default has to be such a one."""
        domain = "unit" if UNIT.fullmatch(name) else "positive"
        value = getattr(default, "value", 0)
        if isinstance(default, ast.UnaryOp) or (
            isinstance(value, (int, float)) and not 0 <= value <= (1 if domain == "unit" else inf)
        ):
            raise Unsupported(f"a default of {name} that is no {domain} number", default)
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
                self.left[number.expr.name] = Fraction(value)
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

    def _called(self) -> Call:
        """One call, with what stood at all places before it and after."""
        given = self._given()
        places = {**given, **({"self": self.instance} if self.instance else {})}
        call = begin(self.run, places, self.parameters, self.gradients)
        returned = self._call(given)
        end(self.run, call, returned, method=self.instance is not None)
        return call

    # -- what came of it ------------------------------------------------------------------

    def _account(self, call: Call) -> Step:
        run = self.run
        own = {e.name for e in (*call.parameters.values(), *call.gradients.values())}
        state = {
            expr.name: call.arrays_after[path]
            for path, expr in call.arrays.items()
            if isinstance(expr, Symbol)
            and expr.name in run.trace.leaves
            and expr.name not in own
            and path in call.arrays_after
            and expr.shape == SHAPE
        }
        moved = [
            Moved(key, old, call.gradients[key], call.new[key])
            for key, old in call.parameters.items()
            if key in call.new
        ]
        if len(moved) != len(call.parameters):
            raise Unsupported("a parameter that the step does not move", self.optimizer.node)
        step = Step(run, moved, state, self._counters(call), call.changed(run))
        if self.first is not None:
            step.beginning = beginning(run, self.first, call, self.left)
        return step

    def _counters(self, call: Call) -> dict[str, int | None]:
        changed = call.changed(self.run)
        paths = {e.name: p for p, e in call.numbers.items() if isinstance(e, Symbol)}
        return {
            name: self.counts.get(paths[name]) if new == Plus(Symbol(name, SCALAR), ONE) else None
            for name, new in changed.items()
        }


def _is_none(default: ast.expr | None) -> bool:
    return isinstance(default, ast.Constant) and default.value is None
