"""Proving a statement: ladders of cuts and of unfolding, under a budget of steps.

A gradient named in a claim stands for the true one and may stay a symbol; a definition may
stay opaque.  Every rung of the ladders that ends in 0 is a proof, for what holds of opaque
symbols holds of their values; a rung that does not says nothing, and the next is tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

from derive.program import (
    ONE,
    Composition,
    Equation,
    Expr,
    Gradient,
    Number,
    Partial,
    Program,
    Statement,
    Symbol,
    show_shape,
    walk,
)
from derive.tensors.adjoint import Model, applies_formula
from derive.tensors.lower import slot
from derive.tensors.meter import Exhausted, Meter, Outside, metered, used
from derive.tensors.relations import is_zero, label_constraints
from derive.tensors.substitute import Value, substitute
from derive.tensors.telescope import fault
from derive.tensors.terms import Poly, mentions
from derive.tensors.vanishing import vanishes

BUDGET = 400_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a proof.

    rules: names of the rules that were used, sorted.  steps: monomials built.
    reason: why it is not proved: ``"budget"``, ``"outside the fragment: ..."``,
    ``"not zero"``, what is wrong with a chain of derivatives, or ``""``.
    residue: the difference that is left, as text.
    """

    proved: bool
    rules: tuple[str, ...]
    steps: int
    reason: str
    residue: str
    side_conditions: tuple[str, ...]


def prove(program: Program, statement: Statement, *, budget: int = BUDGET) -> Outcome:
    """Try to prove a statement for all shapes and values.

    >>> from derive.program import MatMul, Symbol, Transpose, Leaf
    >>> A, B = Symbol("A", ("n", "k")), Symbol("B", ("k", "m"))
    >>> both = Program({"A": Leaf(A.dims), "B": Leaf(B.dims)}, {})
    >>> left = Transpose(MatMul(A, B))
    >>> prove(both, Equation(left, MatMul(Transpose(B), Transpose(A)))).proved
    True
    """
    with metered(budget) as meter:
        try:
            if isinstance(statement, Composition):
                return _composition(program, statement, meter)
            return _equation(program, statement, meter)
        except (Exhausted, RecursionError):
            return _outcome(meter, "budget")
        except Outside as outside:
            return _outcome(meter, str(outside))


def equal(program: Program, left: Expr, right: Expr) -> bool:
    """Whether the normal form of the difference is 0."""
    return prove(program, Equation(left, right)).proved


def _outcome(meter: Meter, reason: str = "", residue: str = "") -> Outcome:
    rules = tuple(sorted(meter.rules))
    conditions = tuple(sorted(meter.conditions))
    steps = min(meter.steps, meter.limit)
    return Outcome(not reason, rules, steps, reason, residue, conditions)


def _composition(program: Program, statement: Composition, meter: Meter) -> Outcome:
    reason = fault(Model(program), statement)
    if reason:
        return _outcome(meter, reason)
    used("chain rule of linear maps")
    scale = _equation(program, Equation(statement.scale, ONE), meter)
    return scale if scale.proved else _outcome(meter, "the scale is not 1", scale.residue)


def _equation(program: Program, claim: Equation, meter: Meter) -> Outcome:
    left, right = claim.left, claim.right
    if left.shape != right.shape and not _zero(left) and not _zero(right):
        return _outcome(
            meter,
            "outside the fragment: the sides have shapes "
            f"{show_shape(left.shape)} and {show_shape(right.shape)}",
        )
    constraints = label_constraints(program)
    residue = ""
    for difference in _ladder(program, claim):
        rules, conditions = set(meter.rules), set(meter.conditions)
        if is_zero(difference, constraints):
            model = Model(program)
            if any(vanishes(model, poly) for poly in list(meter.nonzero.values())):
                return _outcome(meter, "outside the fragment: a step at what is 0 in places")
            return _outcome(meter)
        residue = residue or difference.key[:400]
        meter.rules, meter.conditions = rules, conditions
    return _outcome(meter, "not zero", residue)


def _zero(expr: Expr) -> bool:
    return isinstance(expr, Number) and not expr.value


# -- the ladders ------------------------------------------------------------------------------


def _ladder(program: Program, claim: Equation) -> Iterator[Poly]:
    """Differences of the two sides, ever more of them unfolded; equal sides make all of them 0."""
    left, right = gradients_in(program, claim.left), gradients_in(program, claim.right)
    plain = Model(program)
    models = [plain]
    if plain.applies or any(applies_formula(program, e) for e in (claim.left, claim.right)):
        models = [Model(program, opaque_functions=True), plain]
    cuts = _cuts(plain, left, right)
    seen: set[str] = set()
    polys = (
        poly
        for opaque in cuts
        for model in models
        for poly in _local(model, claim, opaque, (left | right) - opaque)
    )
    further = (poly for opaque in cuts for poly in _unfoldings(plain, claim, opaque))
    for poly in chain(polys, further):
        if poly.key not in seen:
            seen.add(poly.key)
            yield poly


def gradients_in(program: Program, expr: Expr) -> frozenset[str]:
    """The names whose gradients an expression speaks of."""
    names: set[str] = set()
    for node in walk(expr):
        if isinstance(node, Gradient) or (
            isinstance(node, Partial)
            and isinstance(node.body, Symbol)
            and node.body.name == program.cost
        ):
            names.add(node.name)
    return frozenset(names)


def _cuts(model: Model, left: frozenset[str], right: frozenset[str]) -> list[frozenset[str]]:
    """Sets of gradients to keep as symbols, the most local first."""
    cuts = [left | right] if left & right or not left | right else []
    for target, named in ((left, right), (right, left)):
        if target - named:
            cuts.append(named)
            cuts.append(named - target)
            cuts.append(_downstream(model, named - target))
    cuts.append(frozenset())
    return list(dict.fromkeys(cuts))


def _downstream(model: Model, names: Collection[str]) -> frozenset[str]:
    """Those from which no other one is computed."""
    return frozenset(n for n in names if not any(o != n and model.depends(o, n) for o in names))


def _difference(model: Model, claim: Equation, opaque: frozenset[str]) -> Poly:
    rows, columns = claim.left.shape
    if _zero(claim.left):
        rows, columns = claim.right.shape
    row, column = slot("!row", rows), slot("!column", columns)
    lower = model.lowering.lower
    out = lower(claim.left, row, column, {}) - lower(claim.right, row, column, {})
    names = gradients_in(model.program, claim.left) | gradients_in(model.program, claim.right)
    values = {n: _adjoint(model, n, opaque) for n in sorted(names - opaque)}
    return substitute(out, "gradient", values)


def _adjoint(model: Model, name: str, opaque: frozenset[str]) -> Value:
    return lambda indices: model.adjoint(name, indices, opaque)


def _local(
    model: Model, claim: Equation, opaque: frozenset[str], targets: frozenset[str]
) -> Iterator[Poly]:
    """The difference with definitions opaque, then with those below the targets unfolded."""
    poly = _difference(model, claim, opaque)
    yield poly
    if not model.lowering.opaque_functions:
        yield model.unfold(poly, _below(model, targets))


def _below(model: Model, targets: frozenset[str]) -> list[str]:
    """The definitions that are computed from one of the targets."""
    return [
        n
        for n in model.program.definitions
        if n not in targets and any(model.depends(n, target) for target in targets)
    ]


def _unfoldings(model: Model, claim: Equation, opaque: frozenset[str]) -> Iterator[Poly]:
    """The difference with one definition after the other unfolded, the last first."""
    poly = _difference(model, claim, opaque)
    for name in list(model.program.definitions)[::-1]:
        if mentions(poly, "entry", frozenset((name,))):
            poly = model.unfold(poly, (name,))
            yield poly
