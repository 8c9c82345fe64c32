"""What a source computes: its cost, its parameters, and the gradients that it returns.

In: a module and an `Entry` (which functions are the forward pass, the cost, the gradients).
Out: an `Account`: the trace with everything computed and the pairs (parameter, gradient).
Functions are run one after the other on shared arguments, matched by their names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from derive.program import SCALAR, Apply, Expr, Number, Plus, Power, Symbol, Times, walk
from derive.pycode import arrays, stated
from derive.pycode.alike import by_place
from derive.pycode.guess import is_labels, is_scalar, is_size
from derive.pycode.interpreter import Interpreter
from derive.pycode.names import (
    CACHES,
    COST_NAMES,
    DATA,
    GRADIENT,
    GRADIENTS,
    KEPT_GRADIENTS,
    LOSSES,
    attribute_of,
    is_called,
    target_of,
)
from derive.pycode.plain import behind, depends
from derive.pycode.returned import (
    formulas_returned,
    is_parameter,
    labelled,
    names_in,
    numbers,
    of_instance,
)
from derive.pycode.signatures import returned_names
from derive.pycode.state import OLD, make_arbitrary, snapshot
from derive.pycode.store import is_constant
from derive.pycode.supplied import Calls
from derive.pycode.told import cost_told
from derive.pycode.training import Focused, value_now
from derive.pycode.units import known_names
from derive.pycode.unstated import NoCost, Unstated, costs_of
from derive.pycode.uphill import goes_along, raises
from derive.pycode.values import (
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Parts,
    Record,
    Ref,
    Tensor,
    Unsupported,
    Value,
    is_number,
)


@dataclass
class Pair:
    """A parameter's leaf and the value that is returned as its gradient."""

    target: str
    label: str
    value: Tensor
    moved: bool = False
    """The value is what a step takes away from the parameter, a rate times its gradient."""
    after: Expr | None = None
    """What such a step leaves of the parameter."""

    @property
    def shown(self) -> str:
        """The name of the parameter in the source."""
        name = self.target.split(":")[0]
        base, _, number = name.rpartition(".")
        return base if number.isdigit() else name


@dataclass
class Account:
    run: Interpreter
    cost: Expr
    pairs: list[Pair] = field(default_factory=list)
    own: Expr | None = None
    """The cost that is returned beside the gradients, where a function of its own gives it too."""
    unstated: tuple[Unstated, ...] = ()
    """What the cost may be, if the file states none."""
    called: bool = False
    """The cost is what a turn calls beside its step: a figure, perhaps of something else."""


_ENTRYWISE = (Symbol, Number, Plus, Times, Power, Apply)
"""Of what an expression consists that works entry by entry."""
_DIFFERENCES = ("error", "E")
"""What people also call ``A - Y``, a matrix: then it is no cost."""
_UNNAMED = ("random", "data", "unwritten", "largest", "power")
"""What leaves are called that no variable of the source stands for."""


class Accountant(Calls):
    """Runs the functions of an entry and takes down what they return."""

    def account(self) -> Account:
        """Everything that the functions of the entry compute, after an earlier call of them."""
        entry = self.entry
        if entry.loops:
            return self._turn()
        if entry.owner:
            self.instance = self._instance(entry.owner)
            before = snapshot(self.instance)
            self.prepare()
            self._call(entry.gradient)
            make_arbitrary(self.run, self.instance, before)
            self.known, self.output, self.cache, self.cost = {}, None, None, None
            self.outputs = {}
        if entry.unit and not entry.gradient:
            return self._settled(self.run.globals)
        self.prepare()
        if entry.of_output:
            [(given, _)] = self._wanted(entry.forward)
            self.run.condition(f"{entry.gradient} is given what {entry.forward} returns")
            self.known[given.arg] = self.output
        held = {"self": value_now(self.run, self.instance)}
        result = self._call(entry.gradient)
        returned, scope = self.run.returned, self.run.scope
        if self.entry.entrywise:
            return self._of_entries(result)
        if self.cost is None and LOSSES.fullmatch(self.entry.owner) and not self.outputs:
            self.cost = self._scalar(self.output)
            self._need_matrix()
        if self.cost is None and self._goes_to_the_cost():
            self.cost = self._scalar(self.output)
        unstated: tuple[Unstated, ...] = ()
        if self.cost is None:
            try:
                self.cost = self._cost_of(result, returned, scope)
            except NoCost:
                unstated = self._usual(scope, held)
                if not unstated and self.cost is None:
                    raise
                self.cost = unstated[0].summed if unstated else self.cost
        assert self.cost is not None
        pairs = self._pairs(result, returned, bool(unstated))
        own = self._own_cost(returned, scope)
        if self.instance is not None:
            pairs += self._other_moves(Focused({"self": self.instance}, held), pairs)
        if not pairs:
            raise Unsupported(
                f"no gradient was recognised in what {entry.title} returns", self._node()
            )
        cost = self.run.trace.define("cost", self.cost, None)
        return Account(self.run, cost, pairs, own, unstated, self.told)

    def _goes_to_the_cost(self) -> bool:
        """A forward pass that is given the labels and returns one number returns the cost."""
        output = self.run.settled(self.output)
        number = isinstance(output, Tensor) and not output.ndim and output.kind == "real"
        return number and any(is_labels(a.arg) for a, _ in self._wanted(self.entry.forward))

    def _need_matrix(self) -> None:
        """What a loss is given is a matrix of which both sizes are free: a guess must not help."""
        names = [a.arg for a, _ in self._wanted(self.entry.forward)]
        given = self.run.settled(self.known.get(names[0])) if names else None
        free = isinstance(given, Ref) and 1 not in self.run.tensor(given).expr.shape
        if not free or self.run.tensor(given).ndim != 2:
            raise Unsupported("a loss of what is no matrix", self._node())

    def _of_entries(self, result: Value) -> Account:
        """The derivative of a function of every entry: the gradient of the sum of its values."""
        trace, names = self.run.trace, [a.arg for a, _ in self._wanted(self.entry.forward)]
        output = arrays.real(self.run.tensor(self.output)).expr
        inside = [output, *(trace.definitions[n] for n in behind(output, trace.definitions))]
        entrywise = all(isinstance(n, _ENTRYWISE) for e in inside for n in walk(e))
        if (
            not entrywise
            or names[0] not in trace.leaves
            or output.shape != trace.leaves[names[0]].dims
        ):
            raise Unsupported(f"{self.entry.forward} is no function of every entry", self._node())
        cost = trace.define("cost", arrays.summed(output, None), None)
        value = arrays.real(self.run.tensor(result))
        return Account(self.run, cost, [Pair(names[0], self.entry.gradient, value)])

    def _turn(self) -> Account:
        """One turn of the training loop of the entry."""
        try:
            if self.entry.owner:
                self.instance = self._instance(self.entry.owner)
            if self.entry.gradient:
                self._call(self.entry.gradient)
            focused = self.run.focused
        except Focused as found:
            focused = found
        if focused is None:
            raise Unsupported("a training loop that is not reached", self.entry.loops[-1])
        return self._settled(focused.scope, focused)

    def _settled(self, scope: dict[str, Value], focused: Focused | None = None) -> Account:
        """The gradients among the names of a scope, and what a turn moves without them."""
        for name in COST_NAMES:
            held = scope.get(name)
            if held is None or isinstance(held, (FunctionValue, Opaque)):
                continue
            if not (name in _DIFFERENCES and (self._has_axes(held) or self._is_difference(held))):
                self.cost = self._scalar(held)
                break
        unstated: tuple[Unstated, ...] = ()
        called = False
        if self.cost is None and focused is not None:
            before, after = (dict(numbers(self.run, s)) for s in (focused.before, scope))
            found = stated.cost_before(self.run, before, after)
            called = found is not None
            self.cost = self._scalar(found) if called else None
        if self.cost is None:
            unstated = self._unstated(scope, {} if focused is None else focused.before)
            self.cost = unstated[0].summed if unstated else self.cost
            called = self.told
        assert self.cost is not None
        pairs = self._in_scope(scope)
        if focused is not None:
            known = {p.target for p in pairs}
            pairs += [p for p in self._beside_moved(focused) if p.target not in known]
            pairs += self._other_moves(focused, pairs)
        if not pairs:
            raise Unsupported(f"no gradient was recognised in {self.entry.title}", self._node())
        cost = self.run.trace.define("cost", self.cost, None)
        return Account(self.run, cost, pairs, unstated=unstated, called=called)

    def _is_difference(self, value: Value) -> bool:
        """Whether an array is ``A - Y``: that is no cost, whatever its shape is."""
        if not isinstance(value, Ref):
            return False
        expr = self.run.tensor(value).expr
        made = self.run.trace.definitions.get(expr.name) if isinstance(expr, Symbol) else expr
        match made:
            case Plus(
                left=left, right=Times(left=Number(value=Fraction(numerator=-1)), right=right)
            ):
                return left.shape == right.shape
        return False

    def _has_axes(self, value: Value) -> bool:
        shape = self.run.tensor(value).expr.shape if isinstance(value, Ref) else SCALAR
        return 1 not in shape or any(dim != 1 and is_constant(dim) for dim in shape)

    def _unstated(self, scope: dict[str, Value], before: dict[str, Value]) -> tuple[Unstated, ...]:
        """What the cost is taken to be where none is computed."""
        lost = next((n for n in COST_NAMES if isinstance(scope.get(n), Opaque)), None)
        if lost:
            told = cost_told(self.run, before, scope)
            self.told = told is not None
            self.cost = None if told is None else self._scalar(told)
        found = () if lost else self._usual(scope, before)
        if not found and self.cost is None:
            raise Unsupported("no cost was found: name a number loss or cost", self._node())
        return found

    def _usual(self, scope: dict[str, Value], before: dict[str, Value]) -> tuple[Unstated, ...]:
        """The usual costs where the file computes none, else the one that a function tells."""
        try:
            return costs_of(self.run, scope)
        except Unsupported:
            told = cost_told(self.run, before, scope)
            if told is None:
                raise
            self.cost, self.told = self._scalar(told), True
            return ()

    def _in_scope(self, scope: dict[str, Value]) -> list[Pair]:
        """The gradients among the names of a scope."""
        leaves = self._parameters()
        pairs: dict[tuple[str, Expr], Pair] = {}
        for name, value in scope.items():
            if isinstance(value, (Ref, Tensor, Parts)):
                target = target_of(name, leaves)
                if target is not None and not is_labels(target):  # of grad_y it is the output's
                    self._add(pairs, target, name, value)
            elif isinstance(value, (DictValue, Record, ListValue)) and name:
                for part in labelled(self.run, value, None):
                    target = target_of(part.label, leaves)
                    if target is None and part.label in leaves and name in GRADIENTS:
                        target = part.label
                    self._add(pairs, target, part.label, part.value)
        for holder in (self.instance, *scope.values()):
            if isinstance(holder, Instance):
                self._add_of_instance(pairs, holder)
        return list(pairs.values())

    def _parameters(self) -> dict[str, str]:
        """The leaves that a gradient may be by, by the names that the source gives them.

        An argument called like something at the top level has a number behind its name.
        """
        trace = self.run.trace
        found = {n: n for n in trace.leaves if n not in trace.shifts and "." not in n}
        found |= {n: n for n in trace.divided if "." not in n}
        for name in trace.leaves:
            base, _, number = name.rpartition(".")
            is_named = number.isdigit() and "." not in base and base not in _UNNAMED
            if is_named and self._is_of_cost(name) and not self._is_of_cost(base):
                found[base] = name
        return found

    def _is_of_cost(self, name: str) -> bool:
        trace = self.run.trace
        if self.cost is None or name not in trace.leaves or name in trace.shifts:
            return False
        return depends(self.cost, trace.definitions, {name})

    def _add_of_instance(self, pairs: dict[tuple[str, Expr], Pair], holder: Instance) -> None:
        """The gradients that objects hold beside their parameters."""
        trace = self.run.trace
        for label, value, target in of_instance(self.run, holder):
            known = target in trace.leaves and target not in trace.shifts
            known = known or target in trace.divided
            self._add(pairs, target if known and OLD not in target else None, label, value)

    def _beside_moved(self, focused: Focused) -> list[Pair]:
        """Gradients that objects keep beside parameters that the same turn moves.

        They are by the parameters as they were before the turn.
        """
        before = dict(numbers(self.run, focused.before))
        after = dict(numbers(self.run, focused.scope))
        found: dict[tuple[str, Expr], Pair] = {}
        for place, value in after.items():
            owner, _, name = place.rpartition(".")
            beside = [p.rpartition(".")[2] for p in before if p.rpartition(".")[0] == owner]
            target = attribute_of(name, beside) if owner else None
            old = before.get(f"{owner}.{target}")
            if old is None or not isinstance(old.expr, Symbol) or OLD in old.expr.name:
                continue
            if old.expr.name in self.run.trace.leaves and self._is_of_cost(old.expr.name):
                pair = Pair(old.expr.name, name, arrays.real(value))
                found.setdefault((pair.target, pair.value.expr), pair)
        return list(found.values())

    def _other_moves(self, focused: Focused, pairs: list[Pair]) -> list[Pair]:
        """What is moved without a gradient of a name, and what is moved along one."""
        known = {p.target for p in pairs}
        trace = self.run.trace
        found, up = [], raises(self.run.module)
        for move in self._moves(focused):
            along = not up and any(
                goes_along(
                    Symbol(p.target, trace.leaves[p.target].dims), move.after, p.value.expr,
                    trace.definitions,
                )
                for p in pairs
                if p.target == move.target and move.after is not None
            )  # fmt: skip
            if along or move.target not in known:
                found.append(move)
        return found

    def _moves(self, focused: Focused) -> list[Pair]:
        """What a turn takes away from the arrays and numbers that it changes."""
        found = []
        leaves = self.run.trace.leaves
        for name, old in numbers(self.run, focused.before):
            if not (isinstance(old.expr, Symbol) and old.expr.name in leaves):
                continue
            after = dict(numbers(self.run, focused.scope)).get(name)
            if after is None or after.expr == old.expr or after.expr.shape != old.expr.shape:
                continue
            target = old.expr.name
            if target in COST_NAMES and not old.ndim:  # what the cost is added up in
                continue
            assert self.cost is not None
            of_cost = depends(self.cost, self.run.trace.definitions, {target})
            if of_cost and "." not in target and (old.ndim or not is_size(target)):
                label = name.rsplit(".", 1)[-1].split(":")[0]
                found.append(Pair(target, label, arrays.minus(old, after), True, after.expr))
        return found

    # -- what is returned -----------------------------------------------------------------

    def _own_cost(self, returned: ast.expr | None, scope: dict[str, Value]) -> Expr | None:
        """The cost among what is returned, if the cost that is judged is another function's."""
        if not self.entry.cost:
            return None
        for node in returned_names(returned):
            value = self.run.settled(scope.get(node.id))
            if node.id in COST_NAMES and isinstance(value, Tensor) and not value.ndim:
                return arrays.real(value).expr
        return None

    def _cost_of(self, result: Value, returned: ast.expr | None, scope: dict[str, Value]) -> Expr:
        for formula, value in formulas_returned(result, returned):
            if names_in(formula) & {*COST_NAMES} and isinstance(value, Tensor) and not value.ndim:
                return self._scalar(value)
        for node in returned_names(returned):
            if node.id in COST_NAMES and node.id in scope:
                return self._scalar(scope[node.id])
        first = returned.elts[0] if isinstance(returned, ast.Tuple) else None
        for name in COST_NAMES:
            if name in scope and isinstance(scope[name], Tensor):
                if isinstance(first, ast.Name) and self._is_other_array(first.id, scope):
                    raise Unsupported(f"{first.id} is returned in the place of {name}", first)
                return self._scalar(scope[name])
        if isinstance(result, tuple):
            known = known_names(self.run.module)
            named = returned.elts if isinstance(returned, ast.Tuple) else [None] * len(result)
            for part, said in zip(result, named, strict=False):
                name = getattr(said, "id", "")
                if isinstance(part, Tensor) and not (name and target_of(name, known)):
                    return self._scalar(part)
        if any(isinstance(scope.get(name), Opaque) for name in COST_NAMES):
            raise Unsupported("the cost is outside the fragment", self._node())
        raise NoCost("no cost was found: name a function loss or cost", self._node())

    def _is_other_array(self, name: str, scope: dict[str, Value]) -> bool:
        """The name of an array that is no gradient: what stands for the cost beside gradients."""
        leaves = {n: n for n in self.run.trace.leaves}
        is_array = isinstance(scope.get(name), (Tensor, Ref))
        return is_array and target_of(name, leaves) is None

    def _pairs(self, result: Value, returned: ast.expr | None, unstated: bool) -> list[Pair]:
        leaves = self._parameters()
        pairs: dict[tuple[str, Expr], Pair] = {}
        for part in labelled(self.run, result, returned):
            named = [(each, target_of(each, leaves)) for each in part.others]
            target = target_of(part.label, leaves)
            if target is None and part.label in leaves:
                twins = any(each == part.label for _, each in named)
                if not (twins or is_parameter(self.run, part, leaves)):
                    target = part.label
                    if (moved := self._moved(leaves[target], part.label, part.value)) is not None:
                        pairs.setdefault((moved.target, moved.value.expr), moved)
                        continue
            self._add(pairs, target, part.label, part.value)
        for formula, value in formulas_returned(result, returned):
            labels = {t: n for n in sorted(names_in(formula)) if (t := target_of(n, leaves))}
            if len(labels) == 1:
                [(target, label)] = labels.items()
                self._add(pairs, target, label, value)
        if self.instance is not None:
            self._add_of_instance(pairs, self.instance)
        if not pairs:
            self._add_by_place(pairs, result, returned)
        if not pairs and self.instance is not None:
            self._add_of_loss(pairs)
        implicit = None if unstated else self._by_input(result, returned)
        if implicit is not None and implicit.target not in {p.target for p in pairs.values()}:
            self._add(pairs, implicit.target, implicit.label, result)
        return list(pairs.values())

    def _moved(self, target: str, label: str, value: Value) -> Pair | None:
        """What ``W = W - rate * dW`` takes away, where W is returned and not its gradient."""
        if not isinstance(value, Ref):
            return None
        trace = self.run.trace
        new = self.run.tensor(value)
        made = trace.definitions.get(new.expr.name) if isinstance(new.expr, Symbol) else new.expr
        old = Symbol(target, trace.leaves[target].dims)
        if not (isinstance(made, Plus) and old in (made.left, made.right)):
            return None
        return Pair(target, label, arrays.minus(Tensor(old, new.ndim), new), True)

    def _add_of_loss(self, pairs: dict[tuple[str, Expr], Pair]) -> None:
        """A loss that is given its prediction as ``dvalues`` keeps the gradient by it."""
        assert self.instance is not None
        for old in (old for new, old in self.renamed.items() if not is_labels(new)):
            leaf = self.run.tensor(self.known[old]).expr
            for name in KEPT_GRADIENTS:
                value = self.instance.attributes.get(name)
                if isinstance(value, Ref) and isinstance(leaf, Symbol):
                    self._add(pairs, leaf.name, name, value)

    def _add_by_place(
        self, pairs: dict[tuple[str, Expr], Pair], result: Value, returned: ast.expr | None
    ) -> None:
        """Arrays without a name are the gradients by the first arguments, in their order."""
        leaves = self._parameters()
        names = [a.arg for a, _ in self._wanted(self.entry.gradient)]
        wanted = [n for n in names if n in leaves and not is_labels(n) and n not in DATA]
        if isinstance(result, (Ref, Parts)):
            if self.entry.cost and not self.entry.owner and len(wanted) == 1 and len(names) == 2:
                self._add(pairs, wanted[0], f"the gradient by {wanted[0]}", result)
            elif isinstance(returned, ast.Name) and returned.id in GRADIENTS and wanted:
                self._add(pairs, wanted[0], returned.id, result)
            return
        self._add_alike(pairs, result)
        if pairs or not (isinstance(result, tuple) and isinstance(returned, ast.Tuple)):
            return
        self._add_of_name(pairs, zip(returned.elts, result, strict=False), wanted)
        if any(isinstance(e, ast.Name) for e in returned.elts):
            return
        if len(wanted) >= len(result):
            for name, value in zip(wanted, result, strict=False):
                self._add(pairs, name, f"the gradient by {name}", value)

    def _add_alike(self, pairs: dict[tuple[str, Expr], Pair], result: Value) -> None:
        """A list that is built like that of the parameters holds their gradients."""
        if self.entry.unit or not is_called(GRADIENT, self.entry.gradient):
            return
        held = {} if self.instance is None else self.instance.attributes
        names = [a.arg for a, _ in self._wanted(self.entry.gradient)]
        wanted = [n for n in names if not (is_labels(n) or n in DATA or CACHES.fullmatch(n))]
        given = [self.known[n] for n in wanted if n in self.known] + list(held.values())
        for target, value in by_place(self.run, result, given):
            label = f"the gradient by {target}"
            moved = self._moved(target, label, value)
            if moved is not None:
                pairs.setdefault((moved.target, moved.value.expr), moved)
            else:
                self._add(pairs, target, label, value)

    def _add_of_name(
        self,
        pairs: dict[tuple[str, Expr], Pair],
        parts: Iterable[tuple[ast.expr, Value]],
        wanted: list[str],
    ) -> None:
        """``return cost, grad``: the gradient by the one array that is neither data nor labels."""
        held = [n for n in wanted if not is_scalar(n)]
        for node, value in parts:
            named = isinstance(node, ast.Name) and node.id in GRADIENTS
            if named and len(held) == 1 and isinstance(value, (Ref, Parts)):
                self._add(pairs, held[0], ast.unparse(node), value)

    def _by_input(self, result: Value, returned: ast.expr | None) -> Pair | None:
        """A backward pass that returns one array returns the gradient by what went forward."""
        if self.entry.cost or not self.entry.forward or not isinstance(result, Ref):
            return None
        names = [a.arg for a, _ in self._wanted(self.entry.forward)]
        said = target_of(returned.id, names) if isinstance(returned, ast.Name) else None
        names = names if said is None else [said]
        first = self.run.settled(self.known.get(names[0])) if names else None
        if not isinstance(first, Ref) or self.run.trace.buffers[first.buffer].reason:
            return None
        leaf = self.run.trace.read(first).expr
        if not isinstance(leaf, Symbol) or leaf.name not in self._parameters():
            return None
        return Pair(leaf.name, f"the gradient by {names[0]}", self.run.tensor(result))

    def _add(
        self,
        pairs: dict[tuple[str, Expr], Pair],
        target: str | None,
        label: str,
        value: Value,
    ) -> None:
        if target is None:
            return
        target = self._parameters().get(target, target)
        if target in self.run.trace.divided:
            self._add_parts(pairs, target, label, value)
            return
        if isinstance(value, Opaque):
            error = Unsupported(value.reason, self._node())
            if value.line:
                error.line, error.column = value.line, value.column
            raise error
        if not isinstance(value, (Ref, Tensor)) and not is_number(value):
            raise Unsupported(f"{label}, which is no array", self._node())
        tensor = arrays.real(self.run.tensor(value))
        pairs.setdefault((target, tensor.expr), Pair(target, label, tensor))

    def _add_parts(
        self, pairs: dict[tuple[str, Expr], Pair], target: str, label: str, value: Value
    ) -> None:
        """The gradient by an array of which an axis has parts, part by part."""
        names = self.run.trace.divided[target]
        value = self.run.settled(value)
        if not isinstance(value, Parts) or len(value.refs) != len(names):
            raise Unsupported(f"{label}, which has not the parts of {target}", self._node())
        for name, ref in zip(names, value.refs, strict=True):
            self._add(pairs, name, label, ref)
