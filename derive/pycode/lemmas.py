"""Elementwise functions as emitted, against their formulas: proved once, for one number z.

A form is proved to be the function, by engine and checker, where that is possible.  Where it is
not, because it is a polynomial that was fitted or a constant that was rounded, it has to be proved
the same as the library's own form, which is measured; `Lemmas.measured` says of which that holds.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from derive.check import check
from derive.program import (
    SCALAR,
    Apply,
    Equation,
    Expr,
    Function,
    Leaf,
    Program,
    Symbol,
    children,
    walk,
    with_children,
)
from derive.pycode.common import agree, cases, shared_out, with_plain_steps
from derive.pycode.guess import Guess
from derive.pycode.interpreter import Interpreter
from derive.pycode.pieces import Bound, Z, equal_in_pieces, equal_inside, has_steps
from derive.pycode.plain import plain_definitions, replaced
from derive.pycode.reference import Reference
from derive.pycode.source import parse
from derive.pycode.store import Sizes, Trace
from derive.pycode.values import FunctionValue, Raised, Tensor, Unsupported
from derive.scalars.table import function as table_function
from derive.tensors import prove

BUDGET = 20_000
MOST_AT_ONCE, MOST_IN_CASES = 20_000, 4000
"""Parts of two forms that are compared case by case, and of parts of them that are."""
FAR = Fraction(30)
"""Forms may be cut off beyond this; there they are measured, not proved."""


class Lemmas:
    """What is known of the elementwise functions of a reference.

    functions: with bodies; opaque: the same and those of the runtime, of which nothing is known.
    """

    def __init__(
        self,
        reference: Reference,
        trace: Trace,
        functions: Mapping[str, Function],
        opaque: Mapping[str, Function],
    ) -> None:
        self.reference, self.trace = reference, trace
        self.functions, self.opaque = dict(functions), {**opaque, "tanh": table_function("tanh")}
        self.measured: dict[tuple[str, int], str] = {}
        """Functions of which no proof was found, with where that is."""
        self._known: dict[tuple[Expr, str, int], bool] = {}

    def holds(self, expr: Expr, name: str, order: int) -> bool:
        """Whether an expression in ``z`` is the order-th derivative of a function at ``z``."""
        key = expr, name, order
        if key not in self._known:
            self._known[key] = self._holds(expr, name, order)
        return self._known[key]

    def _holds(self, expr: Expr, name: str, order: int) -> bool:
        target = Apply(name, order, Z)
        if not _fitted(expr) and _proved(expr, target, _frozen(self.functions)):
            return True
        bounds = None if _fitted(expr) else _inside(expr, target, _frozen(self.functions))
        if bounds is not None:
            low, high = ("" if b is None else str(b) for b in bounds)
            self.measured[name, order] = f" outside ({low}, {high})"
            return True
        form = self._form(name, order)
        used: dict[tuple[str, int], None] = {(name, order): None}
        if form is None or not _same(self._by_forms(expr, used), form, _frozen(self.opaque)):
            return False
        self.measured |= {key: "" for key in used if not self._form_is_proved(*key)}
        return True

    def _form(self, name: str, order: int) -> Expr | None:
        text = self.reference.forms.get((name, order))
        return None if text is None else form_expression(text, name)

    def _form_is_proved(self, name: str, order: int) -> bool:
        form = self._form(name, order)
        return (
            form is not None
            and not _fitted(form)
            and _proved(form, Apply(name, order, Z), _frozen(self.functions))
        )

    def _by_forms(self, expr: Expr, used: dict[tuple[str, int], None]) -> Expr:
        """The expression with the library's forms for functions that it applies to ``z``."""
        if isinstance(expr, Apply) and expr.arg == Z:
            form = self._form(expr.function, expr.order)
            if form is not None:
                used.setdefault((expr.function, expr.order))
                return form
        parts = tuple(self._by_forms(child, used) for child in children(expr))
        return expr if parts == children(expr) else with_children(expr, parts)

    def named(self) -> dict[str, None]:
        """The functions that are computed by a form of which no proof was found."""
        return {name + "'" * order + where: None for (name, order), where in self.measured.items()}

    def plain(self, expr: Expr, leaves: Mapping[str, Leaf]) -> Expr:
        """The expression without maxima and cases by sign where they make no difference."""
        return plain_of(expr, {**self.trace.leaves, **leaves}, self.trace.shifts)


def plain_of(expr: Expr, leaves: Mapping[str, Leaf], shifts: set[str]) -> Expr:
    """`derive.pycode.plain` of one expression."""
    names = {n.name for n in walk(expr) if isinstance(n, Symbol)}
    trace = Trace(Sizes(), {n: leaf for n, leaf in leaves.items() if n in names})
    trace.shifts = {n for n in shifts if n in names}
    trace.definitions["value"] = expr
    return plain_definitions(trace)["value"]


Frozen = tuple[tuple[str, Function], ...]


def _frozen(functions: Mapping[str, Function]) -> Frozen:
    return tuple(sorted(functions.items()))


def _fitted(expr: Expr) -> bool:
    """Whether something is in an expression of which no proof can speak."""
    return any(
        isinstance(node, Apply) and node.function.startswith(("polynomial", "rint"))
        for node in walk(expr)
    )


def _is_rounding(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.function.startswith("rint")


@lru_cache(maxsize=1024)
def _inside(left: Expr, right: Expr, functions: Frozen) -> tuple[Bound, Bound] | None:
    """Between which bounds two expressions in ``z`` are equal, if these are far out."""
    return equal_inside(left, right, dict(functions), FAR) if has_steps(left) else None


@lru_cache(maxsize=4096)
def _proved(left: Expr, right: Expr, functions: Frozen) -> bool:
    """Whether two expressions in ``z`` are equal for every number z that is not a kink."""
    if left == right:
        return True
    if (has_steps(left) or has_steps(right)) and equal_in_pieces(left, right, dict(functions)):
        return True
    program = Program({"z": Leaf(SCALAR)}, {}, dict(functions))
    equation = Equation(left, right)
    outcome = prove(program, equation, budget=BUDGET)
    return outcome.proved and check(program, equation).accepted


def _same(left: Expr, right: Expr, functions: Frozen) -> bool:
    """Whether two forms of a function are proved equal, as they are or but for what they share.

    right: the form that was measured.  What the other one rounds has to be rounded there too: where
    else a number is rounded is nothing to real numbers, but all to those that a machine has.
    """
    left, right = with_plain_steps(left), with_plain_steps(right)
    if any(_is_rounding(node) for node in walk(shared_out(left, right, steps=True)[0])):
        return False
    if any(_proved_apart(left, right, functions, steps=steps) for steps in (True, False)):
        return True
    if _proved(left, right, functions):
        return True
    if _by_cases(left, right, functions, MOST_AT_ONCE):
        return True
    return agree(left, right, lambda one, other: _by_cases(one, other, functions, MOST_IN_CASES))


def _by_cases(left: Expr, right: Expr, functions: Frozen, most: int) -> bool:
    if _size(left) + _size(right) > most:
        return False
    chosen = cases(left, right)
    return chosen is not None and all(_proved_apart(*pair, functions) for pair in chosen)


def _size(expr: Expr) -> int:
    return sum(1 for _ in walk(expr))


def _proved_apart(left: Expr, right: Expr, functions: Frozen, *, steps: bool = True) -> bool:
    left, right, names = shared_out(left, right, steps=steps)
    leaves = {"z": Leaf(SCALAR), **{name: Leaf(SCALAR) for name in names}}
    program, equation = Program(leaves, {}, dict(functions)), Equation(left, right)
    outcome = prove(program, equation, budget=BUDGET)
    return outcome.proved and check(program, equation).accepted


@lru_cache(maxsize=1024)
def form_expression(text: str, name: str) -> Expr | None:
    """The form ``form(z, a)`` of a function in ``z``; None if it has no reading."""
    from derive.pycode.contract import with_runtime

    run = Interpreter(parse(text), Sizes(), Guess())
    with_runtime(run)
    function = run.globals["form"]
    assert isinstance(function, FunctionValue)
    shape = ("rows", "columns")
    z = run.trace.new(Tensor(run.trace.leaf("z", shape), 2))
    a = run.trace.new(Tensor(Apply(name, 0, Symbol("z", shape)), 2))
    try:
        value = run.tensor(run.call(function, [z, a], {}, ast.Pass())).expr
    except (Unsupported, Raised):
        return None

    def inner(symbol: str) -> Expr | None:
        definition = run.trace.definitions.get(symbol)
        return Z if symbol == "z" else definition and replaced(definition, inner)

    return replaced(value, inner)
