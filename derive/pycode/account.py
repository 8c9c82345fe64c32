"""What a source computes: its cost, its parameters, and the gradients that it returns.

In: a module and an `Entry` (which functions are the forward pass, the cost, the gradients).
Out: an `Account`: the trace with everything computed and the pairs (parameter, gradient).
Functions are run one after the other on shared arguments, matched by their names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from derive.program import SCALAR, Dim, Expr, Plus, Size, Sum, Symbol, Times, walk
from derive.pycode import arrays, classes
from derive.pycode.entry import Entry
from derive.pycode.expressions import evaluate
from derive.pycode.guess import is_labels, is_size
from derive.pycode.interpreter import Interpreter
from derive.pycode.names import (
    CACHES,
    COST_NAMES,
    DATA,
    GRADIENTS,
    PREDICTIONS,
    UPSTREAM,
    target_of,
)
from derive.pycode.plain import behind, depends
from derive.pycode.state import OLD, make_arbitrary, make_array_arbitrary, snapshot
from derive.pycode.store import A_NUMBER, Unify, is_constant
from derive.pycode.training import Focused, value_now
from derive.pycode.values import (
    Bound,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Record,
    Ref,
    Tensor,
    Unknown,
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


@dataclass
class Account:
    run: Interpreter
    cost: Expr
    pairs: list[Pair] = field(default_factory=list)
    own: Expr | None = None
    """The cost that is returned beside the gradients, where a function of its own gives it too."""


class Accountant:
    """Runs the functions of an entry and takes down what they return."""

    def __init__(self, run: Interpreter, entry: Entry) -> None:
        self.run, self.entry = run, entry
        self.known: dict[str, Value] = {}
        self.output: Value = None
        self.cache: Value = None
        self.instance: Instance | None = None
        self.cost: Expr | None = None
        self.outputs: dict[str, Ref] = {}
        """The arrays that the forward pass returns, by name."""
        self.defaults: dict[str, object] = {}
        """The numbers that arguments have if they are not given."""

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
        held = {"self": value_now(self.run, self.instance)}
        result = self._call(entry.gradient)
        returned, scope = self.run.returned, self.run.scope
        if self.cost is None:
            self.cost = self._cost_of(result, returned, scope)
        pairs = self._pairs(result, returned)
        own = self._own_cost(returned, scope)
        if self.instance is not None:
            known = {p.target for p in pairs}
            moves = self._moves(Focused({"self": self.instance}, held))
            pairs += [m for m in moves if m.target not in known]
        if not pairs:
            raise Unsupported(
                f"no gradient was recognised in what {entry.title} returns", self._node()
            )
        cost = self.run.trace.define("cost", self.cost, None)
        return Account(self.run, cost, pairs, own)

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
            if name in scope and not isinstance(scope[name], (FunctionValue, Opaque)):
                self.cost = self._scalar(scope[name])
                break
        else:
            raise Unsupported("no cost was found: name a number loss or cost", self._node())
        pairs = self._in_scope(scope)
        if focused is not None:
            known = {p.target for p in pairs}
            pairs += [m for m in self._moves(focused) if m.target not in known]
        if not pairs:
            raise Unsupported(f"no gradient was recognised in {self.entry.title}", self._node())
        return Account(self.run, self.run.trace.define("cost", self.cost, None), pairs)

    def _in_scope(self, scope: dict[str, Value]) -> list[Pair]:
        """The gradients among the names of a scope."""
        leaves = self._parameters()
        pairs: dict[tuple[str, Expr], Pair] = {}
        for name, value in scope.items():
            if isinstance(value, (Ref, Tensor)):
                target = target_of(name, leaves)
                if target is not None and not is_labels(target):  # of grad_y it is the output's
                    self._add(pairs, target, name, value)
            elif isinstance(value, (DictValue, Record, ListValue)) and name:
                for part in _labelled(self.run, value, None):
                    target = target_of(part.label, leaves)
                    if target is None and part.label in leaves and name in GRADIENTS:
                        target = part.label
                    self._add(pairs, target, part.label, part.value)
        if self.instance is not None:
            self._add_of_instance(pairs)
        return list(pairs.values())

    def _parameters(self) -> dict[str, str]:
        """The leaves that a gradient may be by."""
        trace = self.run.trace
        return {n: n for n in trace.leaves if n not in trace.shifts and "." not in n}

    def _add_of_instance(self, pairs: dict[tuple[str, Expr], Pair]) -> None:
        """The gradients that objects hold beside their parameters."""
        assert self.instance is not None
        trace = self.run.trace
        for label, value, target in _of_instance(self.run, self.instance):
            known = target in trace.leaves and target not in trace.shifts
            self._add(pairs, target if known and OLD not in target else None, label, value)

    def _moves(self, focused: Focused) -> list[Pair]:
        """What a turn takes away from the arrays and numbers that it changes."""
        found = []
        leaves = self.run.trace.leaves
        for name, old in _numbers(self.run, focused.before):
            if not (isinstance(old.expr, Symbol) and old.expr.name in leaves):
                continue
            after = dict(_numbers(self.run, focused.scope)).get(name)
            if after is None or after.expr == old.expr or after.expr.shape != old.expr.shape:
                continue
            target = old.expr.name
            assert self.cost is not None
            of_cost = depends(self.cost, self.run.trace.definitions, {target})
            if of_cost and "." not in target and (old.ndim or not is_size(target)):
                label = name.rsplit(".", 1)[-1]
                found.append(Pair(target, label, arrays.minus(old, after), True))
        return found

    def made(self) -> None:
        """The object alone, if the entry is of a class."""
        if self.entry.owner:
            self.instance = self._instance(self.entry.owner)

    def cost_alone(self) -> Expr | None:
        """The cost without its gradients, None if they are computed together."""
        self.made()
        self.prepare()
        if self.cost is None and not (self.entry.unit or self.entry.loops):
            for arg, default in self._wanted(self.entry.gradient):
                self._argument(arg, default)
        return self.cost

    # -- calls ----------------------------------------------------------------------------

    def prepare(self) -> None:
        """The forward pass and the cost."""
        if self.entry.forward:
            returned = self.run.settled(self._call(self.entry.forward))
            self.output = self._first(returned)
            self.cache = returned[-1] if isinstance(returned, tuple) and returned[1:] else None
            self._note_returned()
        if self.entry.cost:
            self._hand_on()
            self.cost = self._scalar(self._call(self.entry.cost))

    def _hand_on(self) -> None:
        """The output of the forward pass is the first argument of a cost that none other fits."""
        if not isinstance(self.output, Ref):
            return
        names = [a.arg for a, default in self._wanted(self.entry.cost) if default is None]
        if any(PREDICTIONS.fullmatch(n) or n in self.outputs for n in names):
            return
        free = [n for n in names if n not in self.known]
        if len(names) > 1 and free[:1] == names[:1] and not (is_labels(free[0]) or free[0] in DATA):
            self.known[free[0]] = self.output

    def _instance(self, owner: str) -> Instance:
        kind = self.run.globals[owner]
        assert isinstance(kind, ClassValue)
        init = kind.methods.get("__init__")
        wanted = [] if init is None else parameters(init)[1:]
        given = self._constructed(owner, [a.arg for a, _ in wanted])
        args = [given.get(a.arg) or self._argument(a, d) for a, d in wanted]
        self.defaults = {}
        made = self.run.call(kind, args, {}, kind.node)
        if not isinstance(made, Instance):
            raise Unsupported(f"{owner} is no class with attributes", kind.node)
        arrays_made = dict(_arrays(made, ""))
        self.run.trace.forget(_mentioned(made))
        for ref, name in arrays_made.items():  # only the shapes of what it makes are kept
            make_array_arbitrary(self.run, ref, name)
        return made

    def _constructed(self, owner: str, names: list[str]) -> dict[str, Value]:
        """The lists that the file makes an object of: ``Network([784, 30, 10])``."""
        for statement in self.run.module.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == owner:
                    said = dict(zip(names, node.args, strict=False))
                    said |= {k.arg: k.value for k in node.keywords if k.arg in names}
                    lists = {n: v for n, v in said.items() if _is_data(v)}
                    if lists:
                        return {n: evaluate(self.run, v, {}) for n, v in lists.items()}
        return {}

    def _function(self, name: str) -> Value:
        if self.instance is not None:
            node = self.instance.kind.methods[name]
            if node.decorator_list:
                raise Unsupported(f"the method {name} has a decorator", node)
            return Bound(self.instance, name, classes.method(self.instance.kind, name))
        return self.run.globals[name]

    def _node(self) -> ast.AST | None:
        if not self.entry.gradient:
            return self.entry.loops[-1] if self.entry.loops else None
        function = self._function(self.entry.gradient)
        function = function.function if isinstance(function, Bound) else function
        return function.node  # type: ignore[union-attr]

    def _call(self, name: str) -> Value:
        args = [self._argument(a, d) for a, d in self._wanted(name)]
        function = self._function(name)
        inner = function.function if isinstance(function, Bound) else function
        return self.run.call(function, args, {}, inner.node)  # type: ignore[union-attr]

    def _wanted(self, name: str) -> list[tuple[ast.arg, ast.expr | None]]:
        """The parameters that a function of the entry is called with."""
        function = self._function(name)
        inner = function.function if isinstance(function, Bound) else function
        if isinstance(inner, Opaque):
            raise Unsupported(inner.reason)
        if not isinstance(inner, FunctionValue) or isinstance(inner.node, ast.Lambda):
            raise Unsupported(f"{name} is no plain function")
        wanted = parameters(inner.node)
        return wanted[1:] if isinstance(function, Bound) else wanted

    def _argument(self, arg: ast.arg, default: ast.expr | None) -> Value:
        name = arg.arg
        if isinstance(default, ast.Constant) and type(default.value) in (int, float):
            first = self.defaults.setdefault(name, default.value)
            if first != default.value:
                raise Unsupported(f"{name} has another default here than elsewhere", arg)
        if name in self.known:
            return self.known[name]
        if self.output is not None and self.entry.cost != "" and PREDICTIONS.fullmatch(name):
            return self.output
        if self.cache is not None and CACHES.fullmatch(name):
            return self.cache
        upstream = None if self.entry.cost else self._upstream_of(name)
        if upstream is not None:
            return self._make_upstream(name, upstream)
        if isinstance(default, ast.Constant) and (
            default.value is None or isinstance(default.value, (str, bool))
        ):
            if default.value is None and is_labels(name):
                self.run.condition(f"{name} is given")
                self.known[name] = Unknown(name)
                return self.known[name]
            self.run.condition(f"{name} is {default.value!r}, its default")
            return default.value
        if _is_number(default) and not is_size(name):
            self.known[name] = Tensor(self.run.trace.leaf(name, SCALAR), 0)
            return self.known[name]
        shared = self._shared_default(default)
        if shared is not None:
            return shared
        record = self._record(arg)
        self.known[name] = Unknown(name) if record is None else record
        return self.known[name]

    def _shared_default(self, default: ast.expr | None) -> Value:
        """A list or dictionary of the module that is an argument's default."""
        value = self.run.globals.get(default.id) if isinstance(default, ast.Name) else None
        return value if isinstance(value, (ListValue, DictValue)) else None

    def _record(self, arg: ast.arg) -> Value:
        """An argument annotated with a named tuple of the file."""
        if isinstance(arg.annotation, (ast.Name, ast.Constant)):
            name = getattr(arg.annotation, "id", getattr(arg.annotation, "value", ""))
            kind = self.run.globals.get(name) if isinstance(name, str) else None
            if isinstance(kind, ClassValue) and kind.fields is not None:
                return Record(kind, {f: Unknown(f) for f in kind.fields})
        return None

    def _upstream_of(self, name: str) -> Ref | None:
        """The output of the forward pass by which an argument is the gradient, if it is one."""
        found = target_of(name, self.outputs)
        if found is not None:
            return self.outputs[found]
        if name_is_upstream(name) and isinstance(self.output, Ref):
            return self.output
        return None

    def _make_upstream(self, name: str, output: Ref) -> Value:
        """The gradient by an output is given: the cost is the sum of their products."""
        out = self.run.trace.read(output)
        leaf = self.run.trace.leaf(name, out.expr.shape)
        cost = arrays.summed(Times(arrays.real(out).expr, leaf), None)
        self.cost = cost if self.cost is None else Plus(self.cost, cost)
        self.known[name] = self.run.trace.new(Tensor(leaf, out.ndim))
        return self.known[name]

    # -- what is returned -----------------------------------------------------------------

    def _first(self, value: Value) -> Value:
        value = self.run.settled(value)
        return value[0] if isinstance(value, tuple) and value else value

    def _note_returned(self) -> None:
        """What the forward pass returns is known by the names that it has there."""
        scope = self.run.scope
        for node in _returned_names(self.run.returned):
            if node.id in scope:
                self.known.setdefault(node.id, scope[node.id])
                if isinstance(scope[node.id], Ref):
                    self.outputs[node.id] = scope[node.id]
        whole = self.run.returned
        if isinstance(whole, ast.Attribute) and isinstance(self.output, Ref):  # return self.out
            self.known.setdefault(whole.attr, self.output)
            self.outputs[whole.attr] = self.output

    def _scalar(self, value: Value) -> Expr:
        value = self.run.settled(value)
        if isinstance(value, tuple) and value:
            value = value[0]
        tensor = arrays.real(self.run.tensor(value))
        for dim in tensor.expr.shape:
            if dim != 1 and not is_constant(dim):
                self._need_one_example(tensor.expr, dim)
                raise Unify(dim, 1, A_NUMBER)
        if tensor.expr.shape != SCALAR:
            raise Unsupported(
                f"the cost that {self.entry.cost or self.entry.title} returns is no number"
            )
        return tensor.expr

    def _need_one_example(self, cost: Expr, dim: Dim) -> None:
        """A cost with an axis is meant for one example, unless it counts or sums examples."""
        definitions = self.run.trace.definitions
        for expr in (cost, *(definitions[name] for name in behind(cost, definitions))):
            for node in walk(expr):
                if node == Size(str(dim)) or (
                    isinstance(node, Sum) and node.arg.shape[node.axis] == dim
                ):
                    where = self.entry.cost or self.entry.title
                    raise Unsupported(f"the cost that {where} returns is no number", self._node())

    def _own_cost(self, returned: ast.expr | None, scope: dict[str, Value]) -> Expr | None:
        """The cost among what is returned, if the cost that is judged is another function's."""
        if not self.entry.cost:
            return None
        for node in _returned_names(returned):
            value = self.run.settled(scope.get(node.id))
            if node.id in COST_NAMES and isinstance(value, Tensor) and not value.ndim:
                return arrays.real(value).expr
        return None

    def _cost_of(self, result: Value, returned: ast.expr | None, scope: dict[str, Value]) -> Expr:
        for node in _returned_names(returned):
            if node.id in COST_NAMES and node.id in scope:
                return self._scalar(scope[node.id])
        first = returned.elts[0] if isinstance(returned, ast.Tuple) else None
        for name in COST_NAMES:
            if name in scope and isinstance(scope[name], Tensor):
                if isinstance(first, ast.Name) and self._is_other_array(first.id, scope):
                    raise Unsupported(f"{first.id} is returned in the place of {name}", first)
                return self._scalar(scope[name])
        if isinstance(result, tuple):
            for part in result:
                if isinstance(part, Tensor):
                    return self._scalar(part)
        raise Unsupported("no cost was found: name a function loss or cost", self._node())

    def _is_other_array(self, name: str, scope: dict[str, Value]) -> bool:
        """The name of an array that is no gradient: what stands for the cost beside gradients."""
        leaves = {n: n for n in self.run.trace.leaves}
        is_array = isinstance(scope.get(name), (Tensor, Ref))
        return is_array and target_of(name, leaves) is None

    def _pairs(self, result: Value, returned: ast.expr | None) -> list[Pair]:
        leaves = self._parameters()
        pairs: dict[tuple[str, Expr], Pair] = {}
        for part in _labelled(self.run, result, returned):
            named = [(each, target_of(each, leaves)) for each in part.others]
            target = target_of(part.label, leaves)
            if target is None and part.label in leaves:
                twins = any(each == part.label for _, each in named)
                if not (twins or _is_parameter(self.run, part, leaves)):
                    target = part.label
            self._add(pairs, target, part.label, part.value)
        if self.instance is not None:
            self._add_of_instance(pairs)
        if not pairs:
            self._add_by_place(pairs, result, returned)
        implicit = self._by_input(result, returned)
        if implicit is not None and implicit.target not in {p.target for p in pairs.values()}:
            self._add(pairs, implicit.target, implicit.label, result)
        return list(pairs.values())

    def _add_by_place(
        self, pairs: dict[tuple[str, Expr], Pair], result: Value, returned: ast.expr | None
    ) -> None:
        """Arrays without a name are the gradients by the first arguments, in their order."""
        leaves = self._parameters()
        names = [a.arg for a, _ in self._wanted(self.entry.gradient)]
        wanted = [n for n in names if n in leaves and not is_labels(n) and n not in DATA]
        if isinstance(result, Ref):
            if isinstance(returned, ast.Name) and returned.id in GRADIENTS and wanted:
                self._add(pairs, wanted[0], returned.id, result)
            return
        if not (isinstance(result, tuple) and isinstance(returned, ast.Tuple)):
            return
        if any(isinstance(e, ast.Name) for e in returned.elts):
            return
        if len(wanted) >= len(result):
            for name, value in zip(wanted, result, strict=False):
                self._add(pairs, name, f"the gradient by {name}", value)

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
        if isinstance(value, Opaque):
            error = Unsupported(value.reason, self._node())
            if value.line:
                error.line, error.column = value.line, value.column
            raise error
        if not isinstance(value, (Ref, Tensor)) and not is_number(value):
            raise Unsupported(f"{label}, which is no array", self._node())
        tensor = arrays.real(self.run.tensor(value))
        pairs.setdefault((target, tensor.expr), Pair(target, label, tensor))


def _is_data(node: ast.expr) -> bool:
    """A list or tuple of numbers, texts and such lists."""
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(_is_data(e) or isinstance(e, ast.Constant) for e in node.elts)
    return False


def name_is_upstream(name: str) -> bool:
    """Whether an argument is usually the gradient by the output of a layer."""
    return UPSTREAM.fullmatch(name) is not None


def parameters(node: ast.FunctionDef) -> list[tuple[ast.arg, ast.expr | None]]:
    """The parameters of a function that are called by position, each with its default."""
    args = [*node.args.posonlyargs, *node.args.args]
    defaults: list[ast.expr | None] = [None] * (len(args) - len(node.args.defaults))
    return list(zip(args, [*defaults, *node.args.defaults], strict=True))


def _numbers(run: Interpreter, scope: dict[str, Value]) -> list[tuple[str, Tensor]]:
    """The arrays and numbers of a scope by name, those of objects and containers included."""
    found: list[tuple[str, Tensor]] = []
    for name, value in scope.items():
        value = run.settled(value)
        if isinstance(value, Tensor):
            found.append((name, value))
        elif isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
            found.append((name, run.trace.read(value)))
        elif isinstance(value, (Instance, DictValue)):
            inner = dict(_named_parts(value, name))
            found += [(f"{name}.{n}", t) for n, t in _numbers(run, inner)]
    return [(n, t) for n, t in found if t.kind == "real" and t.picked is None]


def _is_number(default: ast.expr | None) -> bool:
    """An argument whose default is a number is one."""
    return isinstance(default, ast.Constant) and isinstance(default.value, (int, float))


def _returned_names(node: ast.expr | None) -> Iterator[ast.Name]:
    if node is not None:
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        for part in parts:
            if isinstance(part, ast.Call) and len(part.args) == 1:  # float(J)
                part = part.args[0]
            if isinstance(part, ast.Name):
                yield part


def _named_parts(value: Value, name: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Instance):
        yield from value.attributes.items()
    elif isinstance(value, (DictValue, Record)):
        yield from ((str(k), v) for k, v in value.items.items())
    elif isinstance(value, (ListValue, tuple)):
        items = value.items if isinstance(value, ListValue) else value
        yield from ((f"{name}_{k}", v) for k, v in enumerate(items))


def _arrays(value: Value, name: str, depth: int = 6) -> Iterator[tuple[Ref, str]]:
    """The arrays in an object with the names of the places where they are."""
    if isinstance(value, Ref):
        yield value, name
    elif depth:
        for key, part in _named_parts(value, name):
            yield from _arrays(part, key, depth - 1)


def _mentioned(value: Value, depth: int = 6) -> set[str]:
    """The names in the numbers that an object holds."""
    if isinstance(value, Tensor):
        return {n.name for n in walk(value.expr) if isinstance(n, Symbol)}
    parts = _named_parts(value, "") if depth else ()
    return {name for _, part in parts for name in _mentioned(part, depth - 1)}


@dataclass(frozen=True)
class Part:
    """Something that is returned: its name there, and what is beside it in a container of its own.

    others: name to value; empty for a part of a tuple, which is named by its variable.
    """

    label: str
    value: Value
    others: dict[str, Value] = field(default_factory=dict)


def _is_parameter(run: Interpreter, part: Part, leaves: dict[str, str]) -> bool:
    """A parameter that is handed back: by its variable, or with nothing but others beside it."""
    values = part.others or {part.label: part.value}
    return all(_stands_for(run, value) == name for name, value in values.items() if name in leaves)


def _stands_for(run: Interpreter, value: Value) -> str:
    value = run.settled(value)
    if isinstance(value, Ref) and not run.trace.buffers[value.buffer].reason:
        value = run.trace.read(value)
    expr = value.expr if isinstance(value, Tensor) else None
    return expr.name if isinstance(expr, Symbol) else ""


def _labelled(
    run: Interpreter,
    value: Value,
    node: ast.expr | None,
    name: str = "",
    others: dict[str, Value] | None = None,
) -> Iterator[Part]:
    """The parts of what is returned, each with the name that it has there."""
    value = run.settled(value)
    if isinstance(value, tuple):
        nodes = node.elts if isinstance(node, ast.Tuple) else [None] * len(value)
        for k, (part, each) in enumerate(zip(value, nodes, strict=False)):
            yield from _labelled(run, part, each, f"{name}_{k}" if name else "")
        return
    label = node.id if isinstance(node, ast.Name) else name
    if label and (name or not isinstance(value, (ListValue, DictValue, Record, Instance))):
        yield Part(label, value, others or {})
    inside = dict(_named_parts(value, label)) if not isinstance(value, Instance) else {}
    keyed = inside if isinstance(value, (DictValue, Record)) else {}
    for key, part in inside.items():
        yield from _labelled(run, part, None, key, keyed)


def _of_instance(run: Interpreter, instance: Instance) -> Iterator[tuple[str, Value, str]]:
    """Attributes of objects that are gradients of other attributes of theirs."""
    seen: list[Instance] = []
    stack = [instance]
    while stack:
        one = stack.pop()
        if one in seen:
            continue
        seen.append(one)
        names = list(one.attributes)
        for name, value in one.attributes.items():
            target = target_of(name, names)
            if target is not None:
                yield from _matched(run, name, value, one.attributes[target])
            stack += [v for v in _instances(value) if v not in seen]
        grads = [v for k, v in one.attributes.items() if k in GRADIENTS]
        for value in grads:
            if isinstance(value, DictValue):
                for key, part in value.items.items():
                    yield str(key), part, target_of(str(key), run.trace.leaves) or str(key)


def _matched(
    run: Interpreter, name: str, value: Value, target: Value
) -> Iterator[tuple[str, Value, str]]:
    if isinstance(value, (Ref, Tensor)) and isinstance(target, Ref):
        leaf = run.trace.buffers[target.buffer].content.expr
        if isinstance(leaf, Symbol):
            yield name, value, leaf.name
    elif isinstance(value, (ListValue, DictValue)) and type(value) is type(target):
        theirs = dict(_named_parts(target, ""))
        for key, part in _named_parts(value, ""):
            if key in theirs:
                yield from _matched(run, f"{name}{key}", part, theirs[key])


def _instances(value: Value) -> list[Instance]:
    if isinstance(value, Instance):
        return [value]
    if isinstance(value, (ListValue, tuple)):
        items = value.items if isinstance(value, ListValue) else value
        return [i for i in items if isinstance(i, Instance)]
    return []
