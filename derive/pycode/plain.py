"""Numerically stable code as plain mathematics, each step proved by engine and checker.

*Maxima.*  Softmax is computed as exp(z - c) / sum exp(z - c) with c = max z.  Here c is an
arbitrary array.  A definition that is proved to be the same for every c as for c = 0 is replaced
by the latter, and nothing is said of max.

*Cases by sign.*  ``np.where(z >= 0, 1 / (1 + exp(-z)), exp(z) / (1 + exp(z)))`` and functions of
exp(-abs(z)) are one formula where z > 0 and another where z < 0.  If both are proved equal for
all z, either of them stands for the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from itertools import islice

from derive.check import Screen, check
from derive.program import (
    ONE,
    ZERO,
    Apply,
    Equation,
    Expr,
    Leaf,
    Number,
    Plus,
    Power,
    Program,
    ShapeError,
    Size,
    Symbol,
    Times,
    Transpose,
    children,
    walk,
    with_children,
)
from derive.pycode.store import Trace
from derive.scalars.table import function
from derive.tensors import prove

MOST_NODES = 400
"""Parts of an expression into which earlier cases are still written out."""
_POINTWISE = (Plus, Times, Power, Apply, Number, Size, Symbol)


def plain_definitions(trace: Trace) -> dict[str, Expr]:
    """The definitions without maxima and cases wherever these are proved to make no difference."""
    plain = _Plain(trace)
    for name, expr in trace.definitions.items():
        plain.add(name, expr)
    return plain.out


class _Plain:
    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.out: dict[str, Expr] = {}
        self.shifted: dict[str, Expr] = {}
        self.cased: dict[str, Expr] = {}

    def add(self, name: str, expr: Expr) -> None:
        expr = self._without_shifts(name, replaced(expr, self.shifted.get))
        expr = self._without_nested_steps(expr)
        self.out[name] = self._without_cases(expr)
        written = replaced(self.out[name], self.cased.get)
        if _has_step(written) and sum(1 for _ in islice(walk(written), MOST_NODES)) < MOST_NODES:
            self.cased[name] = written

    def _without_shifts(self, name: str, expr: Expr) -> Expr:
        if not any(isinstance(n, Symbol) and n.name in self.trace.shifts for n in walk(expr)):
            return expr
        try:
            plain = _with(expr, lambda e: _is(e, self.trace.shifts), ZERO)
        except ShapeError:  # a matrix product that a number took part in only through the shift
            plain = ZERO
        if plain.shape == expr.shape and self.same(expr, plain):
            return plain
        self.shifted[name] = expr
        return expr

    def _without_nested_steps(self, expr: Expr) -> Expr:
        """``step(x)`` for ``step(x * step(x))``, which is the same at every x."""
        parts = tuple(self._without_nested_steps(c) for c in children(expr))
        expr = expr if parts == children(expr) else with_children(expr, parts)
        if isinstance(expr, Apply) and expr.function == "step" and expr.order == 0:
            inner = self.out.get(expr.arg.name) if isinstance(expr.arg, Symbol) else expr.arg
            match inner:
                case Times(left=at, right=Apply(function="step", order=0, arg=arg)) if at == arg:
                    return Apply("step", 0, at)
                case Times(left=at, right=rest) if self._is_elsewhere(rest):
                    return Times(self._without_nested_steps(Apply("step", 0, at)), rest)
        return expr

    def _is_elsewhere(self, expr: Expr) -> bool:
        """Whether an expression is ``1 - y`` of one-hot labels, perhaps transposed."""
        match expr:
            case Plus(left=left, right=Times(left=sign, right=labels)) if left == ONE:
                if isinstance(labels, Transpose):
                    labels = labels.arg
                minus = sign == Number(-ONE.value)
                return minus and isinstance(labels, Symbol) and labels.name in self.trace.onehot
        return False

    def _without_cases(self, expr: Expr) -> Expr:
        if not isinstance(expr, _POINTWISE):
            parts = tuple(self._without_cases(c) for c in children(expr))
            return expr if parts == children(expr) else with_children(expr, parts)
        open_expr = replaced(expr, self.cased.get)
        if not _has_step(open_expr) or sum(1 for _ in walk(open_expr)) > MOST_NODES:
            return self._inside(expr)
        for candidate in dict.fromkeys((open_expr, expr)):
            found = self._one_case(candidate)
            if found is not None:
                return found
        return self._inside(expr)

    def _inside(self, expr: Expr) -> Expr:
        """The same for what stands in an elementwise expression."""
        parts = tuple(self._without_cases(c) for c in children(expr))
        return expr if parts == children(expr) else with_children(expr, parts)

    def _one_case(self, expr: Expr) -> Expr | None:
        """What an elementwise expression is for either sign, if that is the same."""
        if not _pointwise(expr):
            return None
        at = _argument_of_steps(expr)
        if at is None or at.shape != expr.shape:
            return None
        positive, negative = _signed(expr, at, ONE, ZERO), _signed(expr, at, ZERO, ONE)
        if positive.shape != negative.shape or _has_step(positive) or _has_step(negative):
            return None
        if not self.same(positive, negative):
            return None
        self.trace.conditions.setdefault("arguments of step functions are not 0")
        return positive

    def same(self, left: Expr, right: Expr) -> bool:
        """Both are equal for all values of everything in them, definitions included."""
        leaves = {
            n.name: self.trace.leaves[n.name]
            if n.name in self.trace.leaves
            else Leaf(self.out[n.name].shape)
            for side in (left, right)
            for n in walk(side)
            if isinstance(n, Symbol)
        }
        equal, conditions = _equal(
            left, right, tuple(sorted(leaves.items(), key=lambda item: item[0]))
        )
        for text in conditions if equal else ():
            self.trace.conditions.setdefault(text)
        return equal


@lru_cache(maxsize=2048)
def _equal(
    left: Expr, right: Expr, leaves: tuple[tuple[str, Leaf], ...]
) -> tuple[bool, tuple[str, ...]]:
    """Whether both are proved and checked to be equal, and where."""
    program = Program(dict(leaves), {}, {"tanh": function("tanh")})
    equation = Equation(left, right)
    if Screen(program).agrees(equation) is False:
        return False, ()
    outcome = prove(program, equation)
    if not (outcome.proved and check(program, equation).accepted):
        return False, ()
    return True, outcome.side_conditions


def replaced(expr: Expr, value: Callable[[str], Expr | None]) -> Expr:
    """The expression with symbols replaced where `value` has something for their names."""
    if isinstance(expr, Symbol):
        found = value(expr.name)
        return expr if found is None else found
    parts = tuple(replaced(c, value) for c in children(expr))
    return expr if parts == children(expr) else with_children(expr, parts)


def depends(expr: Expr, definitions: Mapping[str, Expr], names: Set[str]) -> bool:
    """Whether an expression, definitions unfolded, mentions one of `names`."""
    seen: set[str] = set()
    stack = [expr]
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Symbol) and node.name not in seen:
                seen.add(node.name)
                if node.name in definitions:
                    stack.append(definitions[node.name])
    return bool(seen & names)


def behind(expr: Expr, definitions: Mapping[str, Expr]) -> list[str]:
    """The definitions that an expression is computed from, in the order of computation."""
    found: set[str] = set()
    stack = [expr]
    while stack:
        for node in walk(stack.pop()):
            if isinstance(node, Symbol) and node.name in definitions and node.name not in found:
                found.add(node.name)
                stack.append(definitions[node.name])
    return [name for name in definitions if name in found]


# -- expressions ------------------------------------------------------------------------------


def _is(expr: Expr, names: Set[str]) -> bool:
    return isinstance(expr, Symbol) and expr.name in names


def _with(expr: Expr, chosen: Callable[[Expr], bool], value: Expr) -> Expr:
    """`value` for what is chosen; sums and products with numbers are carried out."""
    if chosen(expr):
        return value
    new = tuple(_with(c, chosen, value) for c in children(expr))
    return expr if new == children(expr) else _simpler(expr, new)


def _simpler(expr: Expr, new: tuple[Expr, ...]) -> Expr:
    match expr, new:
        case Times(), (Number(value=a), Number(value=b)):
            return Number(a * b)
        case Plus(), (Number(value=a), Number(value=b)):
            return Number(a + b)
        case Times(), _ if ZERO in new:
            return ZERO
        case Times(), _ if ONE in new:
            return new[0] if new[1] == ONE else new[1]
        case Plus(), _ if ZERO in new:
            return new[0] if new[1] == ZERO else new[1]
    return with_children(expr, new)


def _has_step(expr: Expr) -> bool:
    return any(isinstance(n, Apply) and n.function == "step" for n in walk(expr))


def _pointwise(expr: Expr) -> bool:
    return all(isinstance(n, _POINTWISE) for n in walk(expr))


def _negative(expr: Expr) -> Expr | None:
    """x of ``-1 * x``."""
    if isinstance(expr, Times) and expr.left == Number(-ONE.value):
        return expr.right
    return None


def _argument_of_steps(expr: Expr) -> Expr | None:
    """The one z such that all steps are of z or of -z; None if there is none."""
    found: dict[Expr, None] = {}
    for node in walk(expr):
        if isinstance(node, Apply) and node.function == "step":
            inner = _negative(node.arg)
            found.setdefault(node.arg if inner is None else inner)
    return next(iter(found)) if len(found) == 1 else None


def _signed(expr: Expr, at: Expr, up: Number, down: Number) -> Expr:
    """With step(z) = up and step(-z) = down."""

    def of(sign: Expr) -> Callable[[Expr], bool]:
        return lambda e: isinstance(e, Apply) and e.function == "step" and e.arg == sign

    minus = Times(Number(-ONE.value), at)
    return _with(_with(expr, of(at), up), of(minus), down)
