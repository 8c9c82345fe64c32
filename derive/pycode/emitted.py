"""An emitted module, run abstractly: its public functions and its training step.

`derive generate` writes a network's mathematics into one module and what all networks share into
``runtime.py``.  Here the module's own functions are interpreted, and of the runtime what its
contract says: memory is allocated once and holds anything, ``_number`` and ``_full`` make
constants, masks are drawn, the inputs and labels are checked and otherwise left as they are.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from derive.program import SCALAR, Expr, Leaf, Number, Shape, Size, Symbol
from derive.pycode import arrays
from derive.pycode.checked import Checks
from derive.pycode.contract import EXAMPLES, network_of, no_class, with_accepted, with_runtime
from derive.pycode.expressions import evaluate
from derive.pycode.guess import Guess
from derive.pycode.interpreter import Interpreter
from derive.pycode.naming import Scope
from derive.pycode.reference import Reference
from derive.pycode.source import Module
from derive.pycode.state import OLD
from derive.pycode.store import Sizes
from derive.pycode.text import only_becomes_array
from derive.pycode.updating import Updated, overlay, part_of, parts_of, refuse_choices
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

AFTER: Final = "updated."
"""Before the name of what an update leaves behind: whatever it may be."""
_ENTRYWISE = frozenset(
    {
        "add", "subtract", "multiply", "divide", "sqrt", "square", "negative", "absolute", "sign",
        "maximum", "minimum", "abs", "exp", "log",
    }
)  # fmt: skip
"""Functions for which one array may stand for a part of a flat one."""


@dataclass
class Step:
    """A training step: what it returns, and what it hands to the update by parameter."""

    returned: Expr
    gradients: dict[str, Expr] = field(default_factory=dict)
    moved: dict[str, Expr] = field(default_factory=dict)
    """What is made of the running statistics."""


class Emitted:
    """One abstract run of an emitted module."""

    def __init__(self, module: Module, reference: Reference) -> None:
        self.reference = reference
        self.network = network_of(module)
        self.run = Interpreter(module, Sizes(), Guess())
        self.polynomials = with_runtime(self.run)
        self.rate = self.run.trace.leaf("learning_rate", SCALAR, "positive")
        self.steps = self.run.trace.leaf("steps", SCALAR, "positive")
        network = self.network
        sizes = {
            name: Tensor(arrays.size(size), 0)
            for name, size in (("features", network.features), ("outputs", network.outputs))
        }
        self.checks = Checks(self.run)
        checks: Scope = self.checks.natives()
        kind = ClassValue("Network", no_class(), {})
        self.run.globals["NETWORK"] = Record(kind, {**checks, **sizes})
        if "C" in reference.leaves:
            if not only_becomes_array(module, "CLASS_WEIGHTS"):
                raise Unsupported("class weights, a list, that are used as an array")
            self.run.globals["CLASS_WEIGHTS"] = self.leaf_array("C")
            self.run.trace.fixed = len(self.run.trace.buffers)

    # -- the runtime's contract -----------------------------------------------------------

    def _drawn(self, m: Value) -> Value:
        self.checks.need_examples(m)
        return tuple(self.leaf_array(name) for name in self.reference.masks)

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
        node = with_accepted(node)
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
                "draw_masks": Native("draw_masks", self._drawn),
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
        made = {n: self.leaf_array(prefix + n, s) for n, s in self.network.shapes.items()}
        return Record(kind, dict(made))

    def copies(self, record: Record) -> Record:
        """The same values in memory of their own."""
        run = self.run
        return Record(
            record.kind, {n: run.trace.new(run.tensor(v)) for n, v in record.items.items()}
        )

    # -- what the module computes ----------------------------------------------------------

    def given(self, *, raw: bool = True) -> list[Ref]:
        """Inputs, labels and weights of the examples, as they come or as they are used."""
        network = self.network
        named = (("inputs", "X", network.features), ("labels", "Y", network.outputs))
        data = [
            self.leaf_array(name if raw else short, network.batch(size))
            for name, short, size in named
        ]
        return [*data, *([self.leaf_array("V")] if self.reference.weighted else [])]

    def leaf_array(self, name: str, shape: Shape | None = None) -> Ref:
        """The array of a name: the same values at every call, in memory of its own."""
        known = self.reference.leaves.get(name)
        if known is None:
            known = Leaf(self.reference.values[name].shape if shape is None else shape)
        if shape not in (None, known.dims):
            raise Unsupported(f"{name} of a shape that is not the spec's")
        if name not in self.run.trace.leaves:
            self.run.trace.leaf(name, known.dims, known.domain, known.sums_to_one)
        return self.run.trace.new(Tensor(Symbol(name, known.dims), 2))

    def public(self) -> tuple[Expr, Expr, Step]:
        """What ``predict``, ``loss`` and ``gradients`` return for arrays as they come."""
        run, params = self.run, self.parameters()
        output = run.tensor(self.call("predict", self.copies(params), self.given()[0]))
        cost = run.tensor(self.call("loss", self.copies(params), *self.given()))
        if (output.ndim, cost.ndim) != (2, 0):
            raise Unsupported("an output that is no matrix, or a cost that is no number")
        return output.expr, cost.expr, self._returned(self.call("gradients", params, *self.given()))

    def masked(self) -> tuple[Expr, Step]:
        """What ``_loss`` and ``_gradients`` return where units are left out."""
        run, params = self.run, self.parameters()
        data, masks = self.given(raw=False), self._drawn(Tensor(Size(EXAMPLES), 0))
        cost = run.tensor(self.call("_loss", self.copies(params), *data, masks)).expr
        again = (*self.given(raw=False), self._drawn(Tensor(Size(EXAMPLES), 0)))
        return cost, self._returned(self.call("_gradients", params, *again))

    def _returned(self, found: Value) -> Step:
        if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Record)):
            raise Unsupported("gradients that do not return cost and Params")
        if found[1].kind is not self.run.globals["Params"]:
            raise Unsupported("gradients that are no Params")
        return Step(self.run.tensor(found[0]).expr, self._exprs(found[1]))

    def step(self) -> Step:
        """One training step on arbitrary parameters, data and memory."""
        trainer = self.trainer()
        numbers = self.constants(trainer)
        params, gradients = self.parameters(), self.parameters(OLD)
        parts = parts_of(self._of_class(trainer.kind, "parts"), self._trained())
        overlay(self.run.trace, gradients, parts)
        seen: list[Updated] = []

        def update(*given: Value) -> None:
            names = part_of(parts, given) if parts or given else self._trained()
            now = trainer.attributes["steps"]
            slopes = {n: e for n, e in self._exprs(gradients).items() if n in names}
            seen.append(Updated(names, self._exprs(params), slopes, now))
            for record, prefix in ((params, AFTER), (gradients, f"{AFTER}d")):
                for name in names:
                    shape = self.network.shapes[name]
                    self.run.trace.write(record.items[name], self._new(prefix + name, shape))

        trainer.attributes |= {
            "params": params,
            "_dparams": gradients,
            "_arrays": self._memory(trainer),
            "_numbers": numbers,
            "_batch": Opaque("the shapes and dtypes of the last batch"),
            "_dtype": Opaque(DTYPE),
            "_update": Native("_update", update),
        }
        returned = self.run.tensor(self.method(trainer, "step", *self.given())).expr
        return self._checked(Step(returned), trainer, params, seen)

    def _checked(
        self,
        step: Step,
        trainer: Instance,
        params: Record,
        seen: list[Updated],
    ) -> Step:
        """The step, once it is certain that it updates once each of what it was given."""
        if sorted(n for one in seen for n in one.names) != sorted(self._trained()):
            raise Unsupported("a step that does not update every parameter once")
        after = self._exprs(params)
        step.moved = {name: after[name] for name in self.reference.statistics}
        done: set[str] = set()
        for one in seen:
            self._unchanged(one.before, done)
            step.gradients |= one.gradients
            done |= set(one.names)
            wanted = arrays.plus(Tensor(self.steps, 0), arrays.constant(1)).expr
            counted = self.run.tensor(one.steps).expr
            if isinstance(counted, Symbol):
                counted = self.run.trace.definitions.get(counted.name, counted)
            if counted != wanted or one.steps != trainer.attributes["steps"]:
                raise Unsupported("a step that does not count one step before _update")
        self._unchanged({n: e for n, e in after.items() if n in done}, done)
        return step

    def _unchanged(self, params: dict[str, Expr], done: set[str]) -> None:
        """The parameters are those from before the step, or what their update has left behind."""
        for name, expr in params.items():
            wanted = AFTER + name if name in done else name
            if expr != Symbol(wanted, self.network.shapes[name]):
                raise Unsupported("a step that changes parameters beside _update")

    def _trained(self) -> list[str]:
        return [name for name in self.network.shapes if name not in self.reference.statistics]

    def _new(self, name: str, shape: Shape) -> Symbol:
        """Values of which nothing is known, under a name that was not there before."""
        if name in self.run.trace.leaves:
            raise Unsupported("a step that does not update every parameter once")
        return self.run.trace.leaf(name, shape)

    def _exprs(self, record: Record) -> dict[str, Expr]:
        tensors = {n: arrays.real(self.run.tensor(ref)) for n, ref in record.items.items()}
        if any(tensor.ndim != 2 for tensor in tensors.values()):
            raise Unsupported("a parameter or a gradient that is no matrix")
        return {n: tensor.expr for n, tensor in tensors.items()}

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
        parts = parts_of(self._of_class(kind, "parts"), self._trained())
        refuse_choices(kind.methods.get("_update"), parts=bool(parts))
        shape: Shape = ("rows", "columns")
        names = ("theta", "gradient", *(f"state{k}" for k in range(self._states(kind))))
        flat = tuple(self.array(n, shape) for n in names)
        before = [run.tensor(ref).expr for ref in flat]
        clips: list[Value] = []

        def clip(limit: Value) -> None:
            if [run.tensor(ref).expr for ref in flat] != before:
                raise Unsupported("a gradient that is clipped after it was used")
            clips.append(limit)

        if gradient is not None:
            run.trace.write(flat[1], gradient)
            before[1] = run.tensor(flat[1]).expr
        scalars = tuple(
            run.trace.new(Tensor(run.tensor(value).expr, 0)) for value in self._scalars(kind)
        )
        trainer.attributes |= {
            "_flat": flat,
            "_chunks": ListValue([ListValue([flat])] if parts else [flat]),
            "_scalars": scalars,
            "_clip": Native("_clip", clip),
        }
        self.method(trainer, "_update", *([0] if parts else []))
        wanted = [run.globals.get("CLIP_NORM")] if self.reference.clipped else []
        if clips != wanted:
            raise Unsupported("a gradient that is not clipped as the spec says")
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


def _of_self(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "self" for n in ast.walk(node))


def number_of(module: Emitted, name: str, default: Fraction) -> Number:
    """A constant of the module, such as ``BETA1``."""
    value = module.run.globals.get(name, default)
    return Number(Fraction(value)) if isinstance(value, (int, Fraction)) else Number(default)
