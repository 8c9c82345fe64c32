"""Array programs: steps in static single assignment form, equal ones shared.

A `Graph` holds the operations of a network in the order in which they run, each a NumPy
operation with a shape.  What a value, a derivative and the loss have in common (an
exponential, a column sum) is one step, computed once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from codegen.tables import GenerateError
from derive.program import SCALAR, Shape, broadcast

UNARY: Final = (
    "negative",
    "absolute",
    "exp",
    "expm1",
    "log",
    "log1p",
    "tanh",
    "sinh",
    "cosh",
    "sin",
    "cos",
    "sqrt",
    "square",
    "reciprocal",
    "rint",
    "sign",
    "step",
)
BINARY: Final = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "greater",
    "greater_equal",
)
INFIX: Final = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
ELEMENTWISE: Final = frozenset((*UNARY, *BINARY))


class PlanError(GenerateError):
    """An expression that has no array program (a defect of the generator, not of a spec)."""


@dataclass(frozen=True, slots=True)
class Node:
    """One step: an operation on earlier steps.

    op: ``"input"`` (attr its name), ``"const"`` (attr its Python text), a name in
    `ELEMENTWISE`, ``"dot"`` (attr ``"nn"``, ``"tn"``, ``"nt"``, ``"tt"``: which operands
    are transposed), ``"sum"`` or ``"max"`` along an axis (attr ``"0"`` or ``"1"``, kept with
    size 1; attr ``"0t"``: along axis 0 and then transposed), ``"total"`` (the sum of all entries),
    ``"inner"`` (of all products), ``"polynomial"`` (attr its coefficients, the highest power
    first, as a Python tuple), ``"turn"`` (a transposed copy) or ``"spread"`` (a copy for each
    row or column; attr a name, if it is one of several copies).
    """

    op: str
    args: tuple[int, ...]
    attr: str
    shape: Shape


@dataclass(slots=True)
class Graph:
    """Steps in order of computation; `names` are those of the notes (``Z1``, ``dW2``).

    spreads: whether a parameter is copied to a shape before it is added there.
    """

    nodes: list[Node] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    spreads: Callable[[Shape], bool] = lambda shape: False
    _known: dict[Node, int] = field(default_factory=dict)

    def add(self, op: str, *args: int, attr: str = "") -> int:
        """The step that applies `op`, shared with an equal earlier one."""
        simpler = self._simplify(op, args)
        if simpler is not None:
            return simpler
        shape = self._shape(op, args, attr)
        if op == "add" and self.spreads(shape):
            args = tuple(self._spread(arg, shape) for arg in args)
        return self._intern(Node(op, args, attr, shape))

    def _spread(self, step: int, shape: Shape) -> int:
        node = self.nodes[step]
        if node.op != "input" or node.shape == shape:
            return step
        return self._intern(Node("spread", (step,), "", shape))

    def copy(self, step: int, name: str) -> int:
        """The values of a step in memory of their own, under a name of their own."""
        return self.name(self._intern(Node("spread", (step,), name, self.nodes[step].shape)), name)

    def input(self, name: str, shape: Shape) -> int:
        """A parameter, the inputs or the labels."""
        return self._intern(Node("input", (), name, shape))

    def const(self, text: str) -> int:
        """A number, as Python text in floats, ``m`` and ``learning_rate``."""
        return self._intern(Node("const", (), text, SCALAR))

    def name(self, step: int, name: str) -> int:
        """Gives a step its name; the first name stays."""
        self.names.setdefault(step, name)
        return step

    def total(self, step: int) -> int:
        """The sum of all entries of a step, as an inner product where it is a product.

        The sum of a difference stays one sum: its entries may cancel exactly, as those of
        the binary cross-entropy do, where two sums would lose every digit.
        """
        node = self.nodes[step]
        if node.op == "square":
            return self.add("inner", node.args[0], node.args[0])
        if node.op == "multiply":
            for scale, other in (node.args, node.args[::-1]):
                if self.is_const(scale):
                    return self.add("multiply", scale, self.total(other))
            if self.nodes[node.args[0]].shape == self.nodes[node.args[1]].shape:
                return self.add("inner", *node.args)
        return self.add("total", step)

    def is_const(self, step: int, text: str | None = None) -> bool:
        """Whether a step is a constant (with that text)."""
        node = self.nodes[step]
        return node.op == "const" and (text is None or node.attr == text)

    def _intern(self, node: Node) -> int:
        if node not in self._known:
            self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return self._known[node]

    def _shape(self, op: str, args: tuple[int, ...], attr: str) -> Shape:
        shapes = [self.nodes[a].shape for a in args]
        if op in ("total", "inner"):
            return SCALAR
        if op in ("sum", "max"):
            rows, columns = shapes[0]
            return {"0": (1, columns), "0t": (columns, 1), "1": (rows, 1)}[attr]
        if op == "turn":
            rows, columns = shapes[0]
            return columns, rows
        if op == "dot":
            (a, b), (c, d) = shapes
            return (b if attr[0] == "t" else a, c if attr[1] == "t" else d)
        shape = shapes[0]
        for other in shapes[1:]:
            shape = broadcast(shape, other, op)
        return shape

    def _simplify(self, op: str, args: tuple[int, ...]) -> int | None:
        """Exact rules only: what they put in computes the same number."""
        if op == "multiply":
            for one, other in (args, args[::-1]):
                if self.is_const(one, "1.0"):
                    return other
                if self.is_const(one, "-1.0"):
                    return self.add("negative", other)
                if self.is_const(one, "0.0"):
                    return one
            if args[0] == args[1]:
                return self.add("square", args[0])
            if self.is_const(args[1]) and not self.is_const(args[0]):
                return self._scale_once(*args)
        if op in INFIX and all(map(self.is_const, args)):
            return self._fold(op, args)
        if op in ("add", "subtract") and self.is_const(args[1], "0.0"):
            return args[0]
        if op == "add":
            jump = self._two_slopes(*args)
            if jump is not None:
                return jump
        if op == "absolute" and self.is_const(args[0]) and _is_number(self.nodes[args[0]].attr):
            return self.const(repr(abs(float(self.nodes[args[0]].attr))))
        if op == "negative" and self.is_const(args[0]):
            text = self.nodes[args[0]].attr
            return self.const(text[1:] if text.startswith("-") else f"-{group(text)}")
        if op == "add" and self.nodes[args[1]].op == "negative":
            return self.add("subtract", args[0], self.nodes[args[1]].args[0])
        if op == "exp":
            return self._exp_of_negative_part(args[0])
        return None

    def _scale_once(self, step: int, scale: int) -> int | None:
        """``(x * 2) * 3 = x * 6``."""
        node = self.nodes[step]
        if node.op == "multiply" and self.is_const(node.args[1]):
            return self.add("multiply", node.args[0], self._fold("multiply", (scale, node.args[1])))
        return None

    def _fold(self, op: str, args: tuple[int, ...]) -> int:
        left, right = (self.nodes[a].attr for a in args)
        if op in ("add", "subtract", "multiply") and _is_number(left) and _is_number(right):
            a, b = float(left), float(right)
            return self.const(repr(a + b if op == "add" else a - b if op == "subtract" else a * b))
        return self.const(infix(op, (left, level_of(left)), (right, level_of(right)))[0])

    def _two_slopes(self, low: int, jump: int) -> int | None:
        """``c + (1 - c) step(z) = max(step(z), c)`` for 0 <= c <= 1, without rounding."""
        node = self.nodes[jump]
        if not self.is_const(low) or node.op != "multiply" or not _is_number(self.nodes[low].attr):
            return None
        scale, arg = node.args
        if not self.is_const(scale) or self.nodes[arg].op != "step":
            return None
        c = float(self.nodes[low].attr)
        whole = _is_number(self.nodes[scale].attr) and 1.0 - c == float(self.nodes[scale].attr)
        return self.add("maximum", arg, low) if whole and 0 <= c <= 1 else None

    def _exp_of_negative_part(self, arg: int) -> int | None:
        """``exp(min(z, 0)) = max(exp(-|z|), sign(z))``: exp(-|z|) is mostly there already."""
        node = self.nodes[arg]
        if node.op != "minimum" or not self.is_const(node.args[1], "0.0"):
            return None
        z, _ = node.args
        decay = self.add("exp", self.add("negative", self.add("absolute", z)))
        return self.add("maximum", decay, self.add("sign", z))


Text = tuple[str, int]
"""Source text and its precedence: 1 sums, 2 products, 3 signs, 9 calls and names."""


def infix(op: str, left: Text, right: Text) -> Text:
    """``left op right``; Python's operators group from the left.

    >>> infix("multiply", ("a + b", 1), ("c / d", 2))
    ('(a + b) * (c / d)', 2)
    """
    sign = INFIX[op]
    level = 1 if op in ("add", "subtract") else 2
    a = left[0] if left[1] >= level else f"({left[0]})"
    b = right[0] if right[1] > level else f"({right[0]})"
    return f"{a} {sign} {b}", level


def level_of(text: str) -> int:
    """The precedence of a constant's text."""
    try:
        outside = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise PlanError(f"not a constant: {text!r}") from None
    if isinstance(outside, ast.BinOp):
        return 1 if isinstance(outside.op, ast.Add | ast.Sub) else 2
    return 3 if isinstance(outside, ast.UnaryOp) else 9


def group(text: str) -> str:
    """A constant's text as a factor."""
    return text if level_of(text) > 2 else f"({text})"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
