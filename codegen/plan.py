"""The array program of a network: expressions and stable forms as one shared graph.

In: matrix expressions of the proved program and the stable forms of the library.  Out: a
`Graph`, the steps in static single assignment form, each a NumPy operation with a shape.
Equal steps are one step, so what the value, the derivative and the loss have in common
(an exponential, a column sum) is computed once.  `codegen.buffers` gives the steps memory
and `codegen.numpy_printer` prints them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from derive.program import (
    SCALAR,
    Apply,
    Expr,
    MatMul,
    Number,
    Plus,
    Power,
    Shape,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    broadcast,
)

UNARY: Final = (
    "negative",
    "absolute",
    "exp",
    "expm1",
    "log",
    "log1p",
    "tanh",
    "sinh",
    "sqrt",
    "square",
    "reciprocal",
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


class PlanError(NotImplementedError):
    """An expression that has no array program (a defect of the generator, not of a spec)."""


@dataclass(frozen=True, slots=True)
class Node:
    """One step: an operation on earlier steps.

    op: ``"input"`` (attr its name), ``"const"`` (attr its Python text), a name in
    `ELEMENTWISE`, ``"dot"`` (attr ``"nn"``, ``"tn"``, ``"nt"``, ``"tt"``: which operands
    are transposed), ``"sum"`` or ``"max"`` along an axis (attr ``"0"`` or ``"1"``, kept with
    size 1), ``"total"`` (the sum of all entries) or ``"inner"`` (of all products).
    """

    op: str
    args: tuple[int, ...]
    attr: str
    shape: Shape


@dataclass(slots=True)
class Graph:
    """Steps in order of computation; `names` are those of the notes (``Z1``, ``dW2``)."""

    nodes: list[Node] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    _known: dict[Node, int] = field(default_factory=dict)

    def add(self, op: str, *args: int, attr: str = "") -> int:
        """The step that applies `op`, shared with an equal earlier one."""
        simpler = self._simplify(op, args)
        if simpler is not None:
            return simpler
        return self._intern(Node(op, args, attr, self._shape(op, args, attr)))

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
        """The sum of all entries of a step, as an inner product where it is a product."""
        node = self.nodes[step]
        if node.op == "square":
            return self.add("inner", node.args[0], node.args[0])
        if node.op == "multiply":
            for scale, other in (node.args, node.args[::-1]):
                if self.is_const(scale):
                    return self.add("multiply", scale, self.total(other))
            if self.nodes[node.args[0]].shape == self.nodes[node.args[1]].shape:
                return self.add("inner", *node.args)
        if node.op in ("add", "subtract") and node.shape == self.nodes[node.args[0]].shape:
            other = self.nodes[node.args[1]]
            if other.shape == node.shape:
                return self.add(node.op, self.total(node.args[0]), self.total(node.args[1]))
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
            return (1, columns) if attr == "0" else (rows, 1)
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
            if args[0] == args[1]:
                return self.add("square", args[0])
            if self.is_const(args[1]) and not self.is_const(args[0]):
                return self._scale_once(*args)
        if op in INFIX and all(map(self.is_const, args)):
            return self._fold(op, args)
        if op == "add":
            jump = self._two_slopes(*args)
            if jump is not None:
                return jump
        if op == "negative" and self.is_const(args[0]):
            text = self.nodes[args[0]].attr
            return self.const(text[1:] if text.startswith("-") else f"-{_group(text)}")
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
        """``exp(min(z, 0)) = max(exp(-|z|), z >= 0)``: exp(-|z|) is mostly there already."""
        node = self.nodes[arg]
        if node.op != "minimum" or not self.is_const(node.args[1], "0.0"):
            return None
        z, zero = node.args
        decay = self.add("exp", self.add("negative", self.add("absolute", z)))
        return self.add("maximum", decay, self.add("greater_equal", z, zero))


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


def _group(text: str) -> str:
    """A constant's text as a factor."""
    return text if level_of(text) > 2 else f"({text})"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def fraction_text(value: Fraction) -> str:
    """A rational constant as a Python expression of floats."""
    if value.denominator == 1 or Fraction(float(value)) == value:
        return repr(float(value))
    return f"{float(value.numerator)!r} / {float(value.denominator)!r}"


# -- stable forms ------------------------------------------------------------------------------

_CALLS: Final[Mapping[str, str]] = {
    "abs": "absolute",
    **{op: op for op in (*UNARY, *BINARY) if op != "step"},
}
_OPERATORS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}


def lower_form(graph: Graph, form: str, values: Mapping[str, int]) -> int:
    """A stable form of the library, with its free names bound to steps.

    form: assignments and a last expression in Python's syntax, ``np.`` in front of calls
    or not; it is parsed and walked, never run.  Raises PlanError for anything else.

    >>> graph = Graph()
    >>> z = graph.input("z", ("n", "m"))
    >>> step = lower_form(graph, "e = np.exp(-np.abs(z)); e / np.square(1.0 + e)", {"z": z})
    >>> [node.op for node in graph.nodes]
    ['input', 'absolute', 'negative', 'exp', 'const', 'add', 'square', 'divide']
    """
    bound = dict(values)
    *assignments, last = ast.parse(form).body
    for statement in assignments:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                bound[name] = _form(graph, value, bound)
            case _:
                raise PlanError(f"not an assignment in the form {form!r}")
    if not isinstance(last, ast.Expr):
        raise PlanError(f"the form {form!r} does not end in an expression")
    return _form(graph, last.value, bound)


def _form(graph: Graph, node: ast.expr, bound: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int() | float() as value):
            return graph.const(repr(float(value)))
        case ast.Name(id=name) if name in bound:
            return bound[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return graph.add("negative", _form(graph, operand, bound))
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
            return graph.add("square", _form(graph, left, bound))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            a, b = _form(graph, left, bound), _form(graph, right, bound)
            return graph.add(_OPERATORS[type(op)], a, b)
        case ast.Call(func=func, args=args):
            name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            return _call(graph, name, [_form(graph, arg, bound) for arg in args])
    raise PlanError(f"no array operation for {ast.unparse(node)!r}")


def _call(graph: Graph, name: str, args: Sequence[int]) -> int:
    if name == "heaviside" and graph.is_const(args[1], "0.0"):
        return graph.add("step", args[0])
    if name == "clip":
        return graph.add("minimum", graph.add("maximum", args[0], args[1]), args[2])
    if name == "ones_like":
        return graph.const("1.0")
    if name in _CALLS:
        return graph.add(_CALLS[name], *args)
    raise PlanError(f"no array operation {name!r}")


# -- matrix expressions ------------------------------------------------------------------------


@dataclass(slots=True)
class Lowering:
    """Lowers matrix expressions of one program into a graph.

    steps: name of a leaf, definition or ``dNAME`` to its step.  constants: scalar leaf to
    its Python text.  forms: for a function of the program and an order 0 or 1, the step
    of its value at a step.
    """

    graph: Graph
    steps: dict[str, int]
    constants: Mapping[str, str]
    forms: Forms

    def expr(self, expr: Expr) -> int:
        """The step that computes a matrix expression."""
        match expr:
            case Number(value=value):
                return self.graph.const(fraction_text(value))
            case Size(dim=dim):
                return self.graph.const(self.constants.get(dim, dim))
            case Symbol(name=name) if name in self.constants:
                return self.graph.const(self.constants[name])
            case Symbol(name=name):
                return self.steps[name]
            case MatMul(left=left, right=right):
                return self._dot(left, right)
            case Times():
                return self._product(expr)
            case Plus():
                return self._sum(expr)
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case Sum(arg=Sum(arg=arg, axis=inner), axis=outer) if inner != outer:
                return self.graph.total(self.expr(arg))
            case Sum(arg=arg, axis=axis):
                return self.graph.add("sum", self.expr(arg), attr=str(axis))
            case Apply(function=function, order=order, arg=arg):
                return self.forms.apply(self, function, order, arg)
        name = getattr(expr, "name", None)
        if type(expr).__name__ == "Gradient" and f"d{name}" in self.steps:
            return self.steps[f"d{name}"]
        raise PlanError(f"no array program for {type(expr).__name__}")

    def _dot(self, left: Expr, right: Expr) -> int:
        flags = ""
        steps = []
        for side in (left, right):
            transposed = isinstance(side, Transpose)
            flags += "t" if transposed else "n"
            steps.append(self.expr(side.arg if isinstance(side, Transpose) else side))
        return self.graph.add("dot", *steps, attr=flags)


    def _product(self, expr: Expr) -> int:
        """Array factors from left to right, then quotients, then the scalar factor."""
        scalars: list[tuple[Expr, bool]] = []
        above: list[Expr] = []
        below: list[Expr] = []
        for factor in factors(expr):
            inverse = isinstance(factor, Power) and factor.exponent == -1
            base = factor.base if isinstance(factor, Power) and inverse else factor
            if is_scalar(base, self.constants):
                scalars.append((base, inverse))
            else:
                (below if inverse else above).append(base)
        step: int | None = None
        for factor in above:
            step = self._times(step, self.expr(factor))
        scalar = self.graph.const(self._scalar(scalars))
        for factor in below:
            step = self.graph.add("divide", scalar if step is None else step, self.expr(factor))
            if len(above) == 0:
                scalar, above = self.graph.const("1.0"), [factor]
        return scalar if step is None else self.graph.add("multiply", step, scalar)

    def _times(self, left: int | None, right: int) -> int:
        return right if left is None else self.graph.add("multiply", left, right)

    def _scalar(self, parts: Sequence[tuple[Expr, bool]]) -> str:
        """The text of a product of numbers, sizes and scalar leaves."""
        value = Fraction(1)
        above, below = [], []
        for base, inverse in parts:
            if isinstance(base, Number):
                value = value / base.value if inverse else value * base.value
                continue
            step = self.expr(base)
            (below if inverse else above).append(_group(self.graph.nodes[step].attr))
        if value != 1 or not above:
            above.insert(0, fraction_text(value))
        text = " * ".join(above)
        if below:
            bottom = " * ".join(below)
            text = f"{text} / {bottom if len(below) == 1 else f'({bottom})'}"
        return text

    def _sum(self, expr: Expr) -> int:
        """Terms from left to right, a negative one subtracted; begins with a positive one."""
        parts = [split_sign(term) for term in terms(expr)]
        parts.sort(key=lambda part: part[0] < 0)
        step: int | None = None
        for sign, term in parts:
            value = self.expr(term)
            if step is None:
                step = self.graph.add("negative", value) if sign < 0 else value
            else:
                step = self.graph.add("subtract" if sign < 0 else "add", step, value)
        assert step is not None
        return step

    def _power(self, base: Expr, exponent: Fraction) -> int:
        step = self.expr(base)
        if exponent == -1:
            return self.graph.add("divide", self.graph.const("1.0"), step)
        if exponent == 2:
            return self.graph.add("square", step)
        if exponent == Fraction(1, 2):
            return self.graph.add("sqrt", step)
        if exponent < 0:
            below = self._power(base, -exponent)
            return self.graph.add("divide", self.graph.const("1.0"), below)
        if exponent.denominator == 1 and exponent <= 8:
            rest = self._power(base, exponent - 1) if exponent != 1 else None
            return step if rest is None else self.graph.add("multiply", step, rest)
        raise PlanError(f"no array operation for the power {exponent}")


class Forms:
    """How functions of the program are computed; replaced per rendering."""

    def apply(self, lowering: Lowering, function: str, order: int, arg: Expr) -> int:
        """The step of the order-th derivative of a function at an argument."""
        if order == 0 and function in ("exp", "log", "step"):
            return lowering.graph.add(function, lowering.expr(arg))
        raise PlanError(f"no stable form for {function}, order {order}")


def factors(expr: Expr) -> list[Expr]:
    """The factors of nested elementwise products, in order."""
    if isinstance(expr, Times):
        return factors(expr.left) + factors(expr.right)
    return [expr]


def terms(expr: Expr) -> list[Expr]:
    """The terms of nested sums, in order."""
    if isinstance(expr, Plus):
        return terms(expr.left) + terms(expr.right)
    return [expr]


def split_sign(expr: Expr) -> tuple[int, Expr]:
    """A term as sign times the rest, without a factor -1 in front."""
    if isinstance(expr, Times) and isinstance(expr.left, Number) and expr.left.value < 0:
        value = -expr.left.value
        return -1, expr.right if value == 1 else Times(Number(value), expr.right)
    if isinstance(expr, Times) and isinstance(expr.left, Times):
        sign, rest = split_sign(expr.left)
        return sign, Times(rest, expr.right)
    if isinstance(expr, Number) and expr.value < 0:
        return -1, Number(-expr.value)
    return 1, expr


def is_scalar(expr: Expr, constants: Mapping[str, str]) -> bool:
    """Whether an expression is a number, a size or a scalar leaf, or a product of such."""
    match expr:
        case Number() | Size():
            return True
        case Symbol(name=name):
            return name in constants
        case Times(left=left, right=right):
            return is_scalar(left, constants) and is_scalar(right, constants)
        case Power(base=base, exponent=exponent):
            return exponent == -1 and is_scalar(base, constants)
    return False
