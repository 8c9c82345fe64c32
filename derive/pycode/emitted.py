"""An emitted module, run abstractly: its cost, its training step, its update.

`derive generate` writes a network's mathematics into one module and what all networks share into
``runtime.py``.  Here the module's own functions are interpreted, and of the runtime what its
contract says: memory is allocated once and holds anything, ``_number`` and ``_full`` make
constants, the inputs and labels are checked and otherwise left as they are.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from derive.program import SCALAR, Dim, Expr, Number, Shape, Size, Symbol
from derive.pycode import arrays
from derive.pycode.expressions import evaluate
from derive.pycode.guess import Guess
from derive.pycode.interpreter import Interpreter
from derive.pycode.naming import Scope
from derive.pycode.source import Module
from derive.pycode.state import OLD
from derive.pycode.store import Sizes
from derive.pycode.values import (
    DTYPE,
    Bound,
    ClassValue,
    FunctionValue,
    Instance,
    Library,
    ListValue,
    Native,
    Opaque,
    Record,
    Ref,
    Tensor,
    Unsupported,
    Value,
)

EXAMPLES: Final = "m"
_EMPTY = ast.parse("class Network: pass").body[0]
_ENTRYWISE = frozenset(
    {
        "add", "subtract", "multiply", "divide", "sqrt", "square", "negative", "absolute", "sign",
        "maximum", "minimum", "abs", "exp", "log",
    }
)  # fmt: skip
"""Functions for which one array may stand for a part of a flat one."""


@dataclass(frozen=True)
class Network:
    """What a module says of its network: sizes of 1 stay, others are symbols."""

    shapes: dict[str, Shape]
    features: Dim
    outputs: Dim
    columns: bool
    distribution: bool

    def batch(self, size: Dim) -> Shape:
        """The shape of a batch of vectors of a size."""
        return (size, EXAMPLES) if self.columns else (EXAMPLES, size)


def network_of(module: Module) -> Network:
    """What ``NETWORK = runtime.Network(...)`` says; `Unsupported` if it is not there."""
    for statement in module.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="NETWORK")], value=ast.Call(keywords=keywords)):
                said = {k.arg: k.value for k in keywords}
                try:
                    plain = {
                        k: ast.literal_eval(said[k])
                        for k in ("shapes", "features", "outputs", "examples", "labels")
                    }
                    shapes = {str(k): (_dim(a), _dim(b)) for k, (a, b) in plain["shapes"].items()}
                    features, outputs = _dim(plain["features"]), _dim(plain["outputs"])
                except (KeyError, ValueError, TypeError, AttributeError):
                    break
                columns, shared = plain["examples"] == "columns", plain["labels"] == "distribution"
                return Network(shapes, features, outputs, columns, shared)
    raise Unsupported("no NETWORK of an emitted module")


def _dim(size: object) -> Dim:
    if not isinstance(size, int) or size < 1:
        raise ValueError(size)
    return 1 if size == 1 else f"n{size}"


@dataclass
class Step:
    """A training step: what it returns and what it hands to the update.

    cost: of the module's ``_loss``.  returned: of the step.  gradients: the arrays that the
    update finds, by parameter.  rate: the learning rate's leaf if it is in the gradients.
    """

    run: Interpreter
    network: Network
    cost: Expr
    returned: Expr
    gradients: dict[str, Tensor] = field(default_factory=dict)
    rate: Symbol | None = None


class Emitted:
    """One abstract run of an emitted module."""

    def __init__(self, module: Module) -> None:
        self.network = network_of(module)
        self.run = Interpreter(module, Sizes(), Guess())
        self.rate = self.run.trace.leaf("learning_rate", SCALAR, "positive")
        self.steps = self.run.trace.leaf("steps", SCALAR, "positive")
        network = self.network
        sizes = {
            name: Tensor(arrays.size(size), 0)
            for name, size in (("features", network.features), ("outputs", network.outputs))
        }
        checks: Scope = {
            "inputs": Native("inputs", lambda X, *_: X),
            "targets": Native("targets", lambda Y, *_: Y),
            "params": Native("params", lambda *_: None),
            "example_weights": Native("example_weights", lambda V, *_: V),
        }
        assert isinstance(_EMPTY, ast.ClassDef)
        kind = ClassValue("Network", _EMPTY, {})
        self.run.globals["NETWORK"] = Record(kind, {**checks, **sizes})

    def call(self, name: str, *args: Value) -> Value:
        """A function of the module."""
        function = self.run.globals.get(name)
        if not isinstance(function, FunctionValue):
            raise Unsupported(f"no function {name}")
        return self.run.settled(self.run.call(function, args, {}, function.node))

    def method(self, trainer: Instance, name: str, *args: Value) -> Value:
        """A method of the trainer."""
        node = trainer.kind.methods.get(name)
        if node is None or node.decorator_list:
            raise Unsupported(f"no method {name}")
        node = _with_accepted(node)
        function = FunctionValue(name, node, {}, trainer.kind)
        return self.run.settled(self.run.call(Bound(trainer, name, function), args, {}, node))

    def array(self, name: str, shape: Shape, domain: str = "real") -> Ref:
        """An arbitrary array."""
        return self.run.trace.new(Tensor(self.run.trace.leaf(name, shape, domain), 2))

    def constants(self, trainer: Instance) -> tuple[Value, ...]:
        """What ``_constants`` gives, which nothing may write into."""
        found = self.method(trainer, "_constants", Tensor(Size(EXAMPLES), 0))
        self.run.trace.fixed = len(self.run.trace.buffers)
        if not isinstance(found, tuple):
            raise Unsupported("_constants that are no tuple")
        return found

    def trainer(self) -> Instance:
        """A trainer without memory."""
        kind = self.run.globals.get("Trainer")
        if not isinstance(kind, ClassValue):
            raise Unsupported("no class Trainer")
        run = self.run
        return Instance(
            kind,
            {
                "network": run.globals["NETWORK"],
                "learning_rate": Tensor(self.rate, 0),
                "steps": Tensor(self.steps, 0),
                "_number": Native("_number", run.tensor),
                "_full": Native("_full", self._full),
                "_accept": Native("_accept", lambda X, Y, *_: (X, Y)),
            },
        )

    def _full(self, value: Value, rows: Value, columns: Value) -> Tensor:
        shape = (self.run.dim(rows), self.run.dim(columns))
        return Tensor(arrays.filled(shape, self.run.tensor(value).expr), 2)

    def parameters(self, prefix: str = "") -> Record:
        """Arbitrary arrays of the shapes of the parameters."""
        kind = self.run.globals.get("Params")
        if not isinstance(kind, ClassValue) or kind.fields != tuple(self.network.shapes):
            raise Unsupported("no Params with the names of the network")
        made = {n: self.array(prefix + n, s) for n, s in self.network.shapes.items()}
        return Record(kind, dict(made))

    def copies(self, record: Record) -> Record:
        """The same values in memory of their own."""
        run = self.run
        return Record(
            record.kind, {n: run.trace.new(run.tensor(v)) for n, v in record.items.items()}
        )

    # -- the step -------------------------------------------------------------------------

    def step(self) -> Step:
        """One training step on arbitrary parameters, data and memory."""
        run, network = self.run, self.network
        trainer = self.trainer()
        numbers = self.constants(trainer)
        params = self.parameters()
        X = self.array("X", network.batch(network.features))
        Y = run.trace.new(Tensor(self._labels(), 2))
        weights = [self.array("V", network.batch(1))] if self._weighted() else []
        given = self.call("_inputs", params, X)
        known = [self.call("_weights", given, w) for w in weights]
        answer = self.call("_labels", given, Y)
        cost = run.tensor(self.call("_loss", self.copies(params), given, answer, *known)).expr
        seen: list[tuple[dict[str, Tensor], dict[str, Tensor], Value]] = []
        gradients = self.parameters(OLD)
        trainer.attributes |= {
            "params": params,
            "_dparams": gradients,
            "_arrays": self._memory(trainer),
            "_numbers": numbers,
            "_shapes": Opaque("the shapes of the last batch"),
            "_dtype": Opaque(DTYPE),
            "_update": Native(
                "_update",
                lambda: seen.append(
                    (self._values(params), self._values(gradients), trainer.attributes["steps"])
                ),
            ),
        }
        returned = run.tensor(self.method(trainer, "step", X, Y, *weights)).expr
        return self._checked(Step(run, network, cost, returned), trainer, params, seen)

    def pure(self) -> Step:
        """What ``_gradients`` returns, beside the cost of ``_loss``."""
        run, network = self.run, self.network
        params = self.parameters()
        data = [self.array("X", network.batch(network.features))]
        data.append(run.trace.new(Tensor(self._labels(), 2)))
        if self._weighted():
            data.append(self.array("V", network.batch(1)))
        fresh = [run.trace.new(run.tensor(each)) for each in data]
        cost = run.tensor(self.call("_loss", self.copies(params), *fresh)).expr
        found = self.call("_gradients", params, *data)
        if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Record)):
            raise Unsupported("_gradients that do not return cost and Params")
        J, gradients = run.tensor(found[0]), found[1]
        if gradients.kind is not run.globals["Params"]:
            raise Unsupported("gradients that are no Params")
        return Step(run, network, cost, J.expr, self._values(gradients))

    def _checked(
        self,
        step: Step,
        trainer: Instance,
        params: Record,
        seen: list[tuple[dict[str, Tensor], dict[str, Tensor], Value]],
    ) -> Step:
        """The step, once it is certain that it updates once, at the end, what it was given."""
        if len(seen) != 1:
            raise Unsupported("a step that does not call _update once")
        before, step.gradients, steps = seen[0]
        leaves = {n: Symbol(n, s) for n, s in self.network.shapes.items()}
        if not {n: t.expr for n, t in before.items()} == leaves == self._exprs(params):
            raise Unsupported("a step that changes parameters beside _update")
        wanted = arrays.plus(Tensor(self.steps, 0), arrays.constant(1)).expr
        counted = self.run.tensor(steps).expr
        if isinstance(counted, Symbol):
            counted = self.run.trace.definitions.get(counted.name, counted)
        if counted != wanted or steps != trainer.attributes["steps"]:
            raise Unsupported("a step that does not count one step before _update")
        return step

    def _exprs(self, record: Record) -> dict[str, Expr]:
        return {name: tensor.expr for name, tensor in self._values(record).items()}

    def _values(self, record: Record) -> dict[str, Tensor]:
        return {name: arrays.real(self.run.tensor(ref)) for name, ref in record.items.items()}

    def _labels(self) -> Symbol:
        axis = (0 if self.network.columns else 1) if self.network.distribution else None
        return self.run.trace.leaf("Y", self.network.batch(self.network.outputs), "real", axis)

    def _weighted(self) -> bool:
        return "_weights" in self.run.globals

    def _memory(self, trainer: Instance) -> tuple[Ref, ...]:
        """The arrays that a step writes to, whatever they hold from the last one."""
        shapes = self.method(trainer, "_buffers", Tensor(Size(EXAMPLES), 0))
        if not isinstance(shapes, tuple):
            raise Unsupported("_buffers that are no tuple")
        return tuple(self.array(f"{OLD}memory", self.run.shape(shape)[0]) for shape in shapes)

    # -- the update -----------------------------------------------------------------------

    def update(self, gradient: Expr | None) -> tuple[dict[str, Expr], tuple[str, ...]]:
        """What ``_update`` makes of ``theta`` and the state, entry by entry.

        gradient: what the step has put there, by the leaf ``gradient``; None for itself.  Out:
        the new value of ``theta`` and of each array of the state; all are (rows, columns).
        """
        run, trainer = self.run, self.trainer()
        kind = trainer.kind
        self._refuse_axes(kind.methods.get("_update"))
        shape: Shape = ("rows", "columns")
        names = ("theta", "gradient", *(f"state{k}" for k in range(self._states(kind))))
        flat = tuple(self.array(n, shape, "positive" if n[0] == "s" else "real") for n in names)
        if gradient is not None:
            run.trace.write(flat[1], gradient)
        scalars = tuple(
            run.trace.new(Tensor(run.tensor(value).expr, 0)) for value in self._scalars(kind)
        )
        trainer.attributes |= {
            "_flat": flat,
            "_chunks": ListValue([flat]),
            "_scalars": scalars,
            "_clip": Native("_clip", lambda limit: None),
        }
        self.method(trainer, "_update")
        exprs = {n: run.tensor(ref).expr for n, ref in zip(names, flat, strict=True)}
        return {n: e for n, e in exprs.items() if n != "gradient"}, names[2:]

    def _scalars(self, kind: ClassValue) -> tuple[Value, ...]:
        found = self._of_class(kind, "scalars")
        value = () if found is None else evaluate(self.run, found, {})
        if not isinstance(value, tuple):
            raise Unsupported("scalars that are no tuple")
        return value

    def _states(self, kind: ClassValue) -> int:
        found = self._of_class(kind, "state")
        if found is None:
            return 0
        if isinstance(found, ast.Constant) and isinstance(found.value, int) and found.value < 8:
            return found.value
        raise Unsupported("a state that is no number")

    @property
    def folds(self) -> bool:
        """Whether the learning rate is in the gradients already."""
        kind = self.run.globals.get("Trainer")
        found = self._of_class(kind, "folds_rate") if isinstance(kind, ClassValue) else None
        return isinstance(found, ast.Constant) and found.value is True

    def _of_class(self, kind: ClassValue, name: str) -> ast.expr | None:
        values = [
            s.value
            for s in kind.node.body
            if isinstance(s, ast.Assign)
            and [t.id for t in s.targets if isinstance(t, ast.Name)] == [name]
        ]
        return values[-1] if values else None

    def _refuse_axes(self, node: ast.FunctionDef | None) -> None:
        """A flat array is seen as one of its parts, so all has to work entry by entry."""
        for part in ast.walk(node) if node is not None else ():
            if isinstance(part, ast.MatMult):
                raise Unsupported("a matrix product in an update", node)
            if isinstance(part, ast.Call) and not self._is_entrywise(part.func):
                raise Unsupported("an update that is not entry by entry", part)

    def _is_entrywise(self, function: ast.expr) -> bool:
        if ast.unparse(function) in ("self._clip", "math.sqrt"):
            return True
        value = evaluate(self.run, function, {}) if not _of_self(function) else None
        return isinstance(value, Library) and value.name in {f"numpy.{n}" for n in _ENTRYWISE}


def _with_accepted(node: ast.FunctionDef) -> ast.FunctionDef:
    """Without the question whether a batch is like the last one.

    If it is not, ``_accept`` checks it and lays out the memory; of both the batch comes out as it
    went in, so the answer makes no difference.
    """
    body = list(node.body)
    for k, statement in enumerate(body):
        match statement:
            case ast.If(body=[ast.Assign() as only], orelse=[]) if (
                ast.unparse(only) == "X, Y = self._accept(X, Y)"
            ):
                body[k] = only
    if body == node.body:
        return node
    fields = {name: getattr(node, name) for name in node._fields}
    return ast.copy_location(ast.FunctionDef(**{**fields, "body": body}), node)


def _of_self(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "self" for n in ast.walk(node))


def number_of(module: Emitted, name: str, default: Fraction) -> Number:
    """A constant of the module, such as ``BETA1``."""
    value = module.run.globals.get(name, default)
    return Number(Fraction(value)) if isinstance(value, (int, Fraction)) else Number(default)
