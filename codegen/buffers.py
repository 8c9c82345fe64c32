"""Memory for a graph: which preallocated buffer each step writes to, as lines of NumPy.

In: a `codegen.graph.Graph` and where its results belong.  Out: `Code`, the lines of a training
step in which every array operation has its ``out=``, and the buffers and constants that it
needs.  A step writes over an operand that dies with it; buffers of one shape are used again.
A result may have the name of an input: it takes its place behind the input's last use.
Nothing is reordered: the steps run in the order of the graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from codegen.graph import ELEMENTWISE, INFIX, Graph, Node, PlanError, infix, level_of
from derive.program import SCALAR, Shape

_CONSTANT_NAMES = {"0.0": "zero", "1.0": "one", "2.0": "two", "4.0": "four"}
_FILLED = {"0.0": "zeros", "1.0": "ones"}
_BY_PLACE = frozenset(
    {"add", "subtract", "multiply", "divide", "exp", "log", "log1p", "tanh", "sqrt", "square"}
)
"""Functions that take the array of their result as last argument too; maximum soon will not."""


@dataclass(slots=True)
class Code:
    """Lines of a step and what they need.

    buffers: name to shape.  constants: name to Python text, arrays without axes.  filled:
    name to (shape, value), arrays that hold one number.  lines: (name of the value that the
    line completes or "", text).
    """

    buffers: dict[str, Shape] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    filled: dict[str, tuple[Shape, str]] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    result: str = ""


class _Lifetimes:
    """Where each step is used for the last time; scalars are computed where the root stands."""

    def __init__(self, graph: Graph, roots: Iterable[int], cost: int | None) -> None:
        self.graph = graph
        self.needed: set[int] = set()
        self.last: dict[int, int] = {}
        self.count: dict[int, int] = {}
        self.kept = frozenset(roots)
        for root in sorted(self.kept):
            self._visit(root)
        if cost is not None:
            self._visit(cost)
        for step in sorted(self.needed):
            scalar = graph.nodes[step].shape == SCALAR
            at = cost if scalar and cost is not None else step
            for arg in graph.nodes[step].args:
                self.last[arg] = max(self.last.get(arg, 0), at)
                self.count[arg] = self.count.get(arg, 0) + 1

    def _visit(self, root: int) -> None:
        stack = [root]
        while stack:
            step = stack.pop()
            if step not in self.needed:
                self.needed.add(step)
                stack.extend(self.graph.nodes[step].args)

    def dies(self, step: int, at: int) -> bool:
        """Whether nothing needs a step after `at`; a result is needed to the end."""
        return step not in self.kept and self.last.get(step, -1) <= at


class Allocator:
    """Gives every array step a buffer, then prints the steps."""

    def __init__(
        self,
        graph: Graph,
        results: Mapping[int, str],
        cost: int | None = None,
        spare: Collection[str] = (),
        turned: Collection[str] = (),
        blocked: bool = False,
        brief: bool = False,
    ) -> None:
        """results: step to the name of the array that must hold it; cost: a scalar step, if any.

        spare: names of inputs that may be written over once nothing needs them.  turned: names of
        weights that lie transposed in memory, as their gradients do.  blocked: thin products with
        these are taken a block of rows at a time.  brief: the array of a result is the last
        argument without the name ``out``, which takes less time.  Raises PlanError if a result
        would take the place of an input that is still needed.
        """
        self.graph = graph
        self.turned = turned
        self.blocked = blocked
        self.out_name = "" if brief else "out="
        self.cost = cost
        self.lives = _Lifetimes(graph, results, cost)
        self.place: dict[int, int] = {}
        """step to the number of its buffer"""
        self.shapes: list[Shape] = []
        self.fixed: dict[int, str] = {}
        """number of a buffer that was given from outside to its name"""
        self.free: list[int] = []
        self.copies: list[int] = []
        """numbers of the buffers that hold parameters only, so that no value lends them its name"""
        self.inputs = {
            graph.nodes[s].attr: s for s in self.lives.needed if graph.nodes[s].op == "input"
        }
        self.spare: set[int] = set()
        """numbers of the spare inputs' buffers"""
        for name in sorted(set(spare) & set(self.inputs)):
            step = self.inputs[name]
            self.place[step] = self._new(graph.nodes[step].shape)
            self.fixed[self.place[step]] = name
            self.spare.add(self.place[step])
        self._reserve(results)

    def _reserve(self, results: Mapping[int, str]) -> None:
        """A result's buffer is also that of the operand from which it is made in place."""
        for step, name in results.items():
            number = self._new(self.graph.nodes[step].shape)
            self.fixed[number] = name
            occupied = self.lives.last.get(self.inputs.get(name, -1), -1)
            if step < occupied:
                raise PlanError(f"{name} is written while its old value is still needed")
            current: int | None = step
            while current is not None and current >= occupied:
                self.place[current] = number
                current = self._sole_operand(current)

    def _sole_operand(self, step: int) -> int | None:
        node = self.graph.nodes[step]
        if node.op not in ELEMENTWISE:
            return None
        for arg in node.args:
            other = self.graph.nodes[arg]
            owned = other.op not in ("input", "const") and arg not in self.lives.kept
            if owned and other.shape == node.shape and self.lives.count[arg] == 1:
                return arg
        return None

    def _new(self, shape: Shape) -> int:
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def run(self) -> Code:
        """The code of the whole graph."""
        arrays = [s for s in sorted(self.lives.needed) if self._is_array(s)]
        for step in arrays:
            if step not in self.place:
                self.place[step] = self._choose(step)
            self._release(step)
        return _Printer(self, arrays).code()

    def _is_array(self, step: int) -> bool:
        node = self.graph.nodes[step]
        return node.op not in ("input", "const") and node.shape != SCALAR

    def _choose(self, step: int) -> int:
        node = self.graph.nodes[step]
        if node.op in ELEMENTWISE:
            for arg in node.args:
                number = self.place.get(arg)
                same = self.graph.nodes[arg].shape == node.shape
                if number is not None and same and self.lives.dies(arg, step):
                    return number
        free = self.copies if node.op == "spread" else self.free
        for number in free:
            if self.shapes[number] == node.shape:
                free.remove(number)
                return number
        return self._new(node.shape)

    def _release(self, step: int) -> None:
        """Frees the buffers of operands that this step was the last to need."""
        taken = self.place[step]
        for arg in sorted(set(self.graph.nodes[step].args)):
            number = self.place.get(arg)
            if number is None or number == taken or number in self.free:
                continue
            if number in self.fixed and number not in self.spare:
                continue
            if self.lives.dies(arg, step):
                copied = self.graph.nodes[arg].op == "spread"
                (self.copies if copied else self.free).append(number)


class _Printer:
    """The lines of an allocated graph."""

    def __init__(self, memory: Allocator, arrays: list[int]) -> None:
        self.memory = memory
        self.graph = memory.graph
        self.arrays = arrays
        self.out = Code()
        self.names = self._buffer_names()
        self.value: dict[int, str] = {}

    def _buffer_names(self) -> dict[int, str]:
        """A buffer is called after the first named value that it holds."""
        names = dict(self.memory.fixed)
        for step in self.arrays:
            number = self.memory.place[step]
            if step in self.graph.names:
                names.setdefault(number, self.graph.names[step])
        spare = 0
        for number in range(len(self.memory.shapes)):
            if number not in names:
                spare += 1
                names[number] = f"t{spare}"
        return names

    def code(self) -> Code:
        memory = self.memory
        for number, shape in enumerate(memory.shapes):
            if number not in memory.fixed:
                self.out.buffers[self.names[number]] = shape
        cost = memory.cost
        for step in self.arrays:
            if cost is not None and step > cost:
                self._cost(cost)
                cost = None
            self._line(step)
        if cost is not None:
            self._cost(cost)
        return self.out

    def _cost(self, step: int) -> None:
        self.out.result = self._scalar(step)[0]
        self.out.lines.append(("J", f"J = {self.out.result}"))

    def _line(self, step: int) -> None:
        node = self.graph.nodes[step]
        target = self.names[self.memory.place[step]]
        name = self.graph.names.get(step, "")
        renames = name and name != target
        call = "" if renames else self._in_place(node, target)
        if not call:
            call = f"{name} = " * bool(renames) + self._call(node, target)
        self.value[step] = name or target
        self.out.lines.append((name, call))

    def _in_place(self, node: Node, target: str) -> str:
        """``Z1 += b1`` where the result takes the place of an operand, else ""."""
        if node.op not in INFIX:
            return ""
        left, right = (self._operand(a, node) for a in node.args)
        if node.op in ("add", "multiply") and left != target:
            left, right = right, left
        return f"{left} {INFIX[node.op]}= {right}" if left == target else ""

    def _call(self, node: Node, target: str) -> str:
        if node.op == "dot":
            return self._product(node, target)
        if node.op == "sum":
            return self._sum(node, target)
        if node.op == "max":
            inner, axis = self._operand(node.args[0], node), node.attr[0]
            target += ".T" * node.attr.endswith("t")
            return f"np.maximum.reduce({inner}, axis={axis}, keepdims=True, out={target})"
        if node.op == "turn":
            return f"{target}[...] = {self._operand(node.args[0], node)}.T"
        if node.op == "spread":
            return f"{target}[...] = {self._operand(node.args[0], node)}"
        if node.op == "polynomial":
            inner = self._operand(node.args[0], node)
            return f"runtime.polynomial({inner}, {node.attr}, out={target})"
        if node.op == "step":
            zero = self._constant("0.0")
            return f"greater({self._operand(node.args[0], node)}, {zero}, out={target})"
        args = ", ".join(self._operand(a, node) for a in node.args)
        return (
            f"{node.op}({args}, {self.memory.out_name if node.op in _BY_PLACE else 'out='}{target})"
        )

    def _product(self, node: Node, target: str) -> str:
        left, right = (self._operand(a, node) for a in node.args)
        first, second = (flag == "t" for flag in node.attr)
        turned = self.memory.turned
        thin = right in turned
        if target.removeprefix("d") in turned:  # transposed as a whole
            left, right, first, second = right, left, not second, not first
            target, thin = f"{target}.T", True
        if thin and self.memory.blocked and not first:
            return f"runtime.product({left}, {right}{'.T' * second}, out={target})"
        return f"{left}{'.T' * first}.dot({right}{'.T' * second}, {self.memory.out_name}{target})"

    def _sum(self, node: Node, target: str) -> str:
        """A sum along an axis is a product with ones: several times as fast."""
        inner = self._operand(node.args[0], node)
        rows, columns = self.graph.nodes[node.args[0]].shape
        if node.attr == "0":
            return f"{self._full((1, rows), '1.0')}.dot({inner}, {self.memory.out_name}{target})"
        return f"{inner}.dot({self._full((columns, 1), '1.0')}, {self.memory.out_name}{target})"

    def _operand(self, step: int, user: Node) -> str:
        node = self.graph.nodes[step]
        if node.op == "input":
            return node.attr
        if node.op == "const":
            if user.op in ("maximum", "minimum") and node.attr == "0.0":
                # against an array of zeros these two run twice as fast as against a number
                return self._full(user.shape, "0.0")
            return self._constant(node.attr)
        return self.value[step]

    def _constant(self, text: str) -> str:
        for name, known in self.out.constants.items():
            if known == text:
                return name
        name = _CONSTANT_NAMES.get(text) or f"c{len(self.out.constants) + 1}"
        self.out.constants[name] = text
        return name

    def _full(self, shape: Shape, value: str) -> str:
        wanted = (shape, value)
        for name, known in self.out.filled.items():
            if known == wanted:
                return name
        count = sum(v == value for _, v in self.out.filled.values())
        name = _FILLED[value] + (str(count + 1) if count else "")
        self.out.filled[name] = wanted
        return name

    def _scalar(self, step: int) -> tuple[str, int]:
        """A number as an expression, with the precedence of its outermost operator.

        Arithmetic with Python's numbers takes a third of the time that NumPy's numbers do.
        """
        node = self.graph.nodes[step]
        if node.op == "const":
            return node.attr, level_of(node.attr)
        if node.op == "inner":
            left, right = (self._operand(a, node) for a in node.args)
            return f"float(vdot({left}, {right}))", 9
        if node.op == "total":
            # a product with ones takes half the time that a sum does
            whole = self._full(self.graph.nodes[node.args[0]].shape, "1.0")
            return f"float(vdot({self._operand(node.args[0], node)}, {whole}))", 9
        if node.op in INFIX:
            return infix(node.op, *(self._scalar(a) for a in node.args))
        if node.op == "negative":
            text, level = self._scalar(node.args[0])
            return f"-{text if level >= 2 else f'({text})'}", 3
        raise PlanError(f"no scalar operation {node.op}")
