"""The same network with another cost or output: what a line that does not fit may belong to.

In: a `Scene`.  Out: named programs: the usual pairs of output activation and cost on the
layers of the note, and the note's own cost on a linear output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from derive.diagnosis.scene import Scene
from derive.program import (
    ONE,
    Apply,
    Expr,
    Leaf,
    Plus,
    Power,
    Program,
    Size,
    Symbol,
    Times,
    minus,
    negate,
    number,
    softmax,
    total,
    walk,
)


def linear_output(scene: Scene) -> Program | None:
    """The program with the output activation left out; None if there is none to leave out."""
    inner, outer = output_names(scene)
    definitions = scene.program.definitions
    if inner is None or outer is None or outer not in definitions:
        return None
    through = scene.program.symbol(inner)
    if definitions[outer] == through or scene.program.shape(outer) != through.shape:
        return None
    return replace(scene.program, definitions={**definitions, outer: through})


def output_names(scene: Scene) -> tuple[str | None, str | None]:
    """The names of Z and A of the last layer."""
    depth = scene.depth
    return scene.named("preactivation", depth), scene.named("activation", depth)


def alternatives(scene: Scene) -> Mapping[str, Program]:
    """The programs that a line may belong to instead: the scene's own, or the usual pairs."""
    return scene.alternatives or usual_pairs(scene)


def usual_pairs(scene: Scene) -> dict[str, Program]:
    """The usual outputs with their costs on the layers of the note."""
    inner, outer = output_names(scene)
    labels = next((n for n in sorted(scene.roles) if scene.roles[n][0] == "labels"), None)
    program = scene.program
    if inner is None or outer is None or labels is None or program.cost is None:
        return {}
    z, a, y = program.symbol(inner), program.symbol(outer), program.symbol(labels)
    if z.shape != y.shape or program.shape(outer) != y.shape or labels not in program.leaves:
        return {}
    axis = 0 if scene.layout == "columns" else 1
    mean = _mean(program, scene.examples)
    square = Power(minus(a, y), Fraction(2))
    entropy = Times(y, Apply("log", 0, a))
    other = Times(minus(ONE, y), Apply("log", 0, minus(ONE, a)))
    sigmoid = Power(_one_plus_exp(negate(z)), Fraction(-1))
    half = Times(number(Fraction(1, 2)), square)
    rows: list[tuple[str, Expr, Expr, int | None]] = [
        ("cross-entropy with a softmax output", softmax(z, axis), negate(entropy), axis),
        (
            "binary cross-entropy with a sigmoid output",
            sigmoid,
            negate(Plus(entropy, other)),
            None,
        ),
        ("half the squared error with a linear output", z, half, None),
        ("the squared error with a linear output", z, square, None),
    ]
    return {
        name: _with(program, (outer, output), Times(mean, total(loss)), (labels, constraint))
        for name, output, loss, constraint in rows
    }


def any_cost(scene: Scene) -> Program | None:
    """The scene's program with a cost of which nothing is known but what it is computed from."""
    outer, program = output_names(scene)[1], scene.program
    if outer is None or program.cost is None:
        return None
    shape = program.shape(outer)
    slopes = {"any slope": Leaf(shape)}
    cost = total(Times(Symbol("any slope", shape), program.symbol(outer)))
    return replace(
        program,
        leaves={**program.leaves, **slopes},
        definitions={**program.definitions, program.cost: cost},
    )


def _one_plus_exp(expr: Expr) -> Expr:
    return Plus(ONE, Apply("exp", 0, expr))


def _mean(program: Program, examples: str) -> Expr:
    """1/m where the note's own cost has one, else 1."""
    cost = program.definitions.get(program.cost or "")
    if cost is None:
        return Power(Size(examples), Fraction(-1))
    used = any(
        isinstance(node, Power) and node.base == Size(examples) and node.exponent == -1
        for node in walk(cost)
    )
    return Power(Size(examples), Fraction(-1)) if used else ONE


def _with(
    program: Program,
    output: tuple[str, Expr],
    cost: Expr,
    labels: tuple[str, int | None],
) -> Program:
    name, constraint = labels
    leaf = program.leaves[name]
    assert program.cost is not None
    return replace(
        program,
        leaves={**program.leaves, name: Leaf(leaf.dims, leaf.domain, constraint)},
        definitions={**program.definitions, output[0]: output[1], program.cost: cost},
    )
