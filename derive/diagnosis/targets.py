"""The same right side under another left side: what the line is really the gradient of.

In: a right-hand side and the scene.  Out: another quantity whose gradient it is, or another
cost or output under which the line is true.  Nothing is guessed: each answer is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.diagnosis.alternatives import alternatives, any_cost, linear_output
from derive.diagnosis.entries import EntryTarget
from derive.diagnosis.loose import Loose, to_expr
from derive.diagnosis.readings import readings
from derive.diagnosis.scene import Fault, Scene
from derive.diagnosis.vocabulary import gradient_names
from derive.program import (
    ONE,
    Entry,
    Equation,
    Expr,
    Gradient,
    Index,
    Power,
    Program,
    ShapeError,
    Size,
    Statement,
    Times,
)

Judging = tuple[Callable[[Statement], bool], Callable[[Statement], bool | None]]
"""The full proof and the fast screen, for one program."""
Judges = Callable[[Program], Judging]
TRIED = 40
"""At most this many readings of an ill-shaped line are tried under another program."""


@dataclass(frozen=True, slots=True)
class OtherTarget:
    """The right side is `scale` times the gradient by `name`."""

    name: str
    scale: Expr


def other_target(
    fault: Fault,
    right: Expr,
    judging: Judging,
    entry: EntryTarget | None = None,
    free: tuple[Index, ...] = (),
) -> OtherTarget | None:
    """The quantity whose gradient the right side is, the next above the target first.

    entry: the claim is about this entry; the same entry of the other gradient is tried.
    """
    prover, agrees = judging
    scene, target = fault.scene, fault.target
    for name in _candidates(scene, target):
        gradient = _like(Gradient(name, scene.program.shape(name)), entry)
        if gradient is None or gradient.shape != right.shape or name in gradient_names(right):
            continue
        for scale in _scales(fault, name):
            claim = Equation(gradient if scale == ONE else Times(scale, gradient), right, free)
            if agrees(claim) is True and prover(claim):
                return OtherTarget(name, scale)
    return None


def _like(gradient: Gradient, entry: EntryTarget | None) -> Expr | None:
    """The same entry of another gradient, None if it has none."""
    if entry is None:
        return gradient
    try:
        return Entry(gradient, entry.row, entry.column)
    except ShapeError:
        return None


def _candidates(scene: Scene, target: str | None) -> Iterator[str]:
    role, layer = scene.roles.get(target or "", ("", None))
    first = scene.named("activation", layer) if role == "preactivation" and layer else None
    if first is not None:
        yield first
    for name in sorted(scene.roles):
        kept = scene.roles[name][0] in ("preactivation", "activation", "weight", "bias")
        if kept and name not in (target, first):
            yield name


def _scales(fault: Fault, name: str) -> list[Expr]:
    size = Size(fault.scene.examples)
    wanted = [
        fault.target_scale,
        fault.scene.scale.get(name, ONE),
        ONE,
        size,
        Power(size, Fraction(-1)),
    ]
    return [scale for place, scale in enumerate(wanted) if scale not in wanted[:place]]


@dataclass(frozen=True, slots=True)
class LinearOutput:
    """The line is true without the output activation, once multiplied by `factor`."""

    expr: Expr
    factor: Expr


def holds_for_linear_output(
    fault: Fault, left: Expr, tree: Loose, judges: Judges, free: tuple[Index, ...] = ()
) -> LinearOutput | None:
    """Whether the right side, as it stands or up to m, is true for a linear output."""
    program = linear_output(fault.scene)
    if program is None:
        return None
    size = Size(fault.scene.examples)
    judging = judges(program)
    for factor in (ONE, Power(size, Fraction(-1)), size):
        expr = _true_reading(fault.scene, left, tree, judging, factor, free)
        if expr is not None:
            return LinearOutput(expr, factor)
    return None


def other_costs(
    fault: Fault, left: Expr, tree: Loose, judges: Judges, free: tuple[Index, ...] = ()
) -> list[str]:
    """The names of the other costs and outputs under which the line is true.

    None if it is true of any cost of the output: then a penalty beside it is what is missing.
    """
    generic = any_cost(fault.scene)
    if generic and _true_reading(fault.scene, left, tree, judges(generic), ONE, free) is not None:
        return []
    found = []
    for name, program in alternatives(fault.scene).items():
        if _true_reading(fault.scene, left, tree, judges(program), ONE, free) is not None:
            found.append(name)
    return found


def _true_reading(
    scene: Scene, left: Expr, tree: Loose, judging: Judging, factor: Expr, free: tuple[Index, ...]
) -> Expr | None:
    prover, agrees = judging
    for reading in _expressions(scene, left, tree):
        expr = reading if factor == ONE else Times(factor, reading)
        claim = Equation(left, expr, free)
        if agrees(claim) is True and prover(claim):
            return expr
    return None


def _expressions(scene: Scene, left: Expr, tree: Loose) -> list[Expr]:
    try:
        expr = to_expr(tree, scene.examples)
    except ShapeError:
        pass
    else:
        if expr.shape == left.shape:
            return [expr]
    return [r.expr for r in readings(tree, left.shape, scene.examples)][:TRIED]
