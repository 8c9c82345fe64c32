"""The functions of an entry called one after the other on shared arguments.

In: a run and an `Entry`.  Arguments are matched by their names: what a forward pass returns is
handed to the cost and the gradients, the same name means the same array everywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from derive.program import SCALAR, Dim, Expr, Plus, Size, Sum, Symbol, Times, walk
from derive.pycode import arrays, calls, classes
from derive.pycode.expressions import evaluate
from derive.pycode.given_back import Given
from derive.pycode.guess import is_labels, is_size
from derive.pycode.names import (
    CACHES,
    COST_METHODS,
    COST_NAMES,
    COST_OBJECTS,
    DATA,
    GENERATORS,
    PREDICTIONS,
    target_of,
)
from derive.pycode.naming import local_names, only_value
from derive.pycode.plain import behind
from derive.pycode.returned import named_parts
from derive.pycode.setup import set_up
from derive.pycode.signatures import (
    is_data,
    is_number_default,
    is_output,
    name_is_upstream,
    parameters,
    returned_names,
)
from derive.pycode.state import make_array_arbitrary, note_parts
from derive.pycode.store import A_NUMBER, Unify, is_constant
from derive.pycode.values import (
    Bound,
    ClassValue,
    DictValue,
    FunctionValue,
    Instance,
    ListValue,
    Opaque,
    Parts,
    Record,
    Ref,
    Tensor,
    Unknown,
    Unsupported,
    Value,
)


class Calls(Given):
    """Calls the functions of an entry; what is known of their arguments is kept."""

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
            self._share_input()
            returned = self.run.settled(self._call(self.entry.forward))
            self.output = self._first(returned)
            self._keep_output()
            self.cache = returned[-1] if isinstance(returned, tuple) and returned[1:] else None
            self._note_returned()
            if returned is None:
                self._take_kept_output()
            self._take_cost(returned)
        if self.entry.cost:
            self._hand_on()
            returned = self.run.settled(self._call(self.entry.cost))
            self.cost = self._scalar(returned)
            if self.cache is None and isinstance(returned, tuple) and returned[1:]:
                self.cache = returned[-1]
        elif self.cost is None and self.entry.forward and self.entry.gradient:
            self.cost = self._cost_of_object()

    def _take_cost(self, returned: Value) -> None:
        """A forward pass that returns ``loss, cache`` is the cost as well."""
        names = list(returned_names(self.run.returned))[:1]
        whole = isinstance(returned, tuple) and bool(self.entry.gradient) and not self.entry.cost
        named = bool(names) and names[0].id in COST_NAMES
        if whole and named and isinstance(self.run.settled(returned[0]), Tensor):
            self.cost = self._scalar(returned)

    def _share_input(self) -> None:
        """The input has one name in the forward pass, another where the gradients are computed."""
        if not self.entry.gradient:
            return
        forward = [a.arg for a, default in self._wanted(self.entry.forward) if default is None]
        backward = [a.arg for a, default in self._wanted(self.entry.gradient) if default is None]
        free = [n for n in forward if n not in backward and n not in self.known]
        data = [n for n in backward if n in DATA and n not in forward and n not in self.known]
        told = len(forward) == 1 or (free and free[0] in DATA)
        if told and len(free) == len(data) == 1 and not is_labels(free[0]):
            self.run.condition(f"{self.entry.forward} is given {data[0]}")
            self.known[free[0]] = self.known[data[0]] = Unknown(data[0])

    def _cost_of_object(self) -> Expr | None:
        """The cost that an object holds: ``self.cost.fn(output, labels)``."""
        held = self.instance.attributes if self.instance is not None else {}
        kinds = [held[n] for n in COST_OBJECTS if isinstance(held.get(n), (ClassValue, Instance))]
        if not kinds or not isinstance(self.output, Ref):
            return None
        kind = kinds[0] if isinstance(kinds[0], ClassValue) else kinds[0].kind
        name = next((n for n in COST_METHODS if n in kind.methods), None)
        labels = [a for a, _ in self._wanted(self.entry.gradient) if is_labels(a.arg)]
        if name is None or len(labels) != 1:
            return None
        function = calls.attribute(self.run, kinds[0], name, kind.node)
        is_bound = isinstance(function, Bound)
        inner = function.function if is_bound else function
        if not isinstance(inner, FunctionValue) or not isinstance(inner.node, ast.FunctionDef):
            return None
        names = [a.arg for a, _ in parameters(inner.node)][is_bound:]
        if len(names) != 2 or is_labels(names[0]) or not is_labels(names[1]):
            return None
        args = [self.output, self._argument(labels[0], None)]
        return self._scalar(self.run.call(function, args, {}, kind.node))

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
        if isinstance(kind, Opaque):
            raise Unsupported(kind.reason, self.run.module.classes[owner])
        assert isinstance(kind, ClassValue)
        wanted = self._made_of(kind)
        given = self._constructed(owner, [a.arg for a, _ in wanted])
        args = [given.get(a.arg) or self._argument(a, d) for a, d in wanted]
        self.defaults = {}
        made = self.run.call(kind, args, {}, kind.node)
        if not isinstance(made, Instance):
            raise Unsupported(f"{owner} is no class with attributes", kind.node)
        set_up(self.run, made)
        arrays_made = dict(_arrays(made, ""))
        self.run.trace.forget(_mentioned(made))
        for ref, name in arrays_made.items():  # only the shapes of what it makes are kept
            make_array_arbitrary(self.run, ref, name)
        note_parts(self.run, {n: v for n, v in named_parts(made, "") if isinstance(v, Parts)})
        return made

    def _made_of(self, kind: ClassValue) -> list[tuple[ast.arg, ast.expr | None]]:
        """What a class is called with: the parameters of ``__init__``, or fields of a dataclass."""
        if "__init__" in kind.methods:
            return parameters(kind.methods["__init__"])[1:]
        said = [s for s in kind.node.body if isinstance(s, ast.AnnAssign)]
        notes = {s.target.id: s.annotation for s in said if isinstance(s.target, ast.Name)}
        names = [n for n in kind.fields or () if n not in kind.given]
        return [(ast.arg(n, notes[n], lineno=kind.node.lineno), None) for n in names]

    def _constructed(self, called: str, names: list[str]) -> dict[str, Value]:
        """The lists with which the file calls a class or function: ``Network([784, 30, 10])``."""
        for statement in self.run.module.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == called:
                    said = dict(zip(names, node.args, strict=False))
                    said |= {k.arg: k.value for k in node.keywords if k.arg in names}
                    lists = {n: v for n, e in said.items() if (v := self._list(e)) is not None}
                    if lists:
                        return {n: evaluate(self.run, v, {}) for n, v in lists.items()}
        return {}

    def _list(self, node: ast.expr) -> ast.expr | None:
        """A list of numbers and texts, or a name that stands for one wherever the file has it."""
        if isinstance(node, ast.Name):
            given = only_value(self.run.module, node.id)
            node = node if given is None else given
        return node if is_data(node) else None

    def _function(self, name: str) -> Value:
        if self.instance is not None:
            node = self.instance.kind.methods[name]
            decorators = node.decorator_list
            if len(decorators) == 1 and classes.is_builtin(self.run, decorators[0], "staticmethod"):
                return classes.method(self.instance.kind, name)
            if decorators:
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
        if self.entry.loops and self.instance is None and name == self.entry.gradient:
            names = [a.arg for a, _ in self._wanted(name)]
            for each, value in self._constructed(name, names).items():
                self.run.condition(f"{name} is called with the {each} of the file")
                self.known.setdefault(each, value)
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
        holder = isinstance(self.output, (Record, DictValue, Instance))
        if holder and (CACHES.fullmatch(name) or self._is_annotated(arg, self.output)):
            return self.output
        if self._is_prediction(name):
            if not self.entry.cost:
                told = f"what {self.entry.forward} returns" if self.entry.forward else "the output"
                self.run.condition(f"{self.entry.gradient} is given {told} as {name}")
            return self.output
        if self.cache is not None and CACHES.fullmatch(name):
            return self.cache
        other = self._of_cost_under_other_name(name)
        if other is not None:
            return other
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
        if is_number_default(default) and not is_size(name):
            assert isinstance(default, ast.Constant)
            if type(default.value) is int and default.value > 1:
                self.known[name] = Unknown(name, number=True)
                return self.known[name]
            self.known[name] = Tensor(self.run.trace.leaf(name, SCALAR), 0)
            return self.known[name]
        if default is not None and (is_data(default) or _is_negative(default)):
            self.run.condition(f"{name} is {ast.unparse(default)[:60]}, its default")
            return evaluate(self.run, default, {})
        if isinstance(default, ast.Call) and getattr(default.func, "attr", "") in GENERATORS:
            return evaluate(self.run, default, {})
        shared = self._shared_default(default)
        if shared is not None:
            return shared
        of_module = self._of_module(name)
        if of_module is not None:
            return of_module
        record = self._record(arg)
        self.known[name] = Unknown(name) if record is None else record
        return self.known[name]

    def _of_module(self, name: str) -> Value:
        """An argument called like an array of the top level from which the cost is computed."""
        value = self.run.globals.get(name)
        names = [n for n in (self.entry.forward, self.entry.cost) if n]
        nodes = [self.run.module.functions[n] for n in names if n in self.run.module.functions]
        if (
            self.entry.owner
            or not isinstance(value, Ref)
            or not any(
                isinstance(inner, ast.Name) and inner.id == name and name not in local_names(node)
                for node in nodes
                for inner in ast.walk(node)
            )
        ):
            return None
        self.run.condition(f"{self.entry.gradient} is given {name} of the top level")
        own = self.run.trace.new(self.run.trace.read(value))
        self.run.trace.may_share(own, value)
        self.known[name] = own
        return own

    def _of_cost_under_other_name(self, name: str) -> Value:
        """The labels or the prediction, which the cost calls otherwise than the gradients do."""
        if not self.entry.cost or not self.entry.gradient or self.cost is None:
            return None
        theirs = [a.arg for a, _ in self._wanted(self.entry.cost)]
        own = [a.arg for a, _ in self._wanted(self.entry.gradient)]
        for fits in (is_labels, lambda n: not is_labels(n) and is_output(n)):
            old = [n for n in theirs if n not in own and n in self.known and fits(n)]
            new = [n for n in own if n not in theirs and fits(n)]
            if len(old) == len(new) == 1 and new[0] == name:
                self.run.condition(f"{self.entry.gradient} is given {old[0]} as {name}")
                self.known[name] = self.known[old[0]]
                self.renamed[name] = old[0]
                return self.known[name]
        return None

    def _is_prediction(self, name: str) -> bool:
        """Whether an argument is what the forward pass returns."""
        if self.output is None or isinstance(self.output, (Record, DictValue, Instance)):
            return False
        if not self.entry.cost and not any(
            is_labels(a.arg) for a, _ in self._wanted(self.entry.gradient)
        ):
            return False
        if PREDICTIONS.fullmatch(name) is None:
            return False
        others = [a.arg for a, _ in self._wanted(self.entry.gradient) if a.arg not in self.known]
        like = [n for n in others if PREDICTIONS.fullmatch(n)]  # ``a1, a2``: the last of them
        return name not in like or name == max(like, key=lambda n: (n[1:].isdigit(), n))

    def _is_annotated(self, arg: ast.arg, value: Value) -> bool:
        """Whether an argument is said to be of the class that a value is of."""
        kind = value.kind.name if isinstance(value, (Record, Instance)) else ""
        note = arg.annotation
        return bool(kind) and kind in (getattr(note, "id", ""), getattr(note, "value", ""))

    def _shared_default(self, default: ast.expr | None) -> Value:
        """A list or dictionary of the module that is an argument's default."""
        value = self.run.globals.get(default.id) if isinstance(default, ast.Name) else None
        if isinstance(value, (ClassValue, FunctionValue)):
            self.run.condition(f"{value.name} is given where nothing else is")
            return value
        return value if isinstance(value, (ListValue, DictValue)) else None

    def _record(self, arg: ast.arg) -> Value:
        """An argument annotated with a named tuple of the file."""
        if isinstance(arg.annotation, (ast.Name, ast.Constant)):
            name = getattr(arg.annotation, "id", getattr(arg.annotation, "value", ""))
            kind = self.run.globals.get(name) if isinstance(name, str) else None
            if isinstance(kind, ClassValue) and kind.fields is not None:
                if kind.is_object:
                    given = [self._record(a) or Unknown(a.arg) for a, _ in self._made_of(kind)]
                    return self.run.call(kind, given, {}, kind.node)
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


def _is_negative(default: ast.expr) -> bool:
    """``rate=-0.1``: what is claimed of a positive number is not claimed of it."""
    return (
        isinstance(default, ast.UnaryOp)
        and isinstance(default.op, ast.USub)
        and isinstance(default.operand, ast.Constant)
    )


def _arrays(value: Value, name: str, depth: int = 6) -> Iterator[tuple[Ref, str]]:
    """The arrays in an object with the names of the places where they are."""
    if isinstance(value, Ref):
        yield value, name
    elif isinstance(value, Parts):
        yield from ((ref, f"{name}:{k}") for k, ref in enumerate(value.refs, 1))
    elif depth:
        for key, part in named_parts(value, name):
            yield from _arrays(part, key, depth - 1)


def _mentioned(value: Value, depth: int = 6) -> set[str]:
    """The names in the numbers that an object holds."""
    if isinstance(value, Tensor):
        return {n.name for n in walk(value.expr) if isinstance(n, Symbol)}
    parts = named_parts(value, "") if depth else ()
    return {name for _, part in parts for name in _mentioned(part, depth - 1)}
