"""Networks with their scenes and true claims, for planting mistakes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from derive.diagnosis import Scene
from derive.program import (
    ONE,
    Apply,
    Expr,
    Function,
    Leaf,
    MatMul,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    Times,
    Transpose,
    divide,
    minus,
    negate,
    number,
    softmax,
    total,
)
from derive.scalars import table

M = Size("m")
MEAN = Power(M, Fraction(-1))


@dataclass(frozen=True)
class Truth:
    """A true claim: ``scale * Gradient(target) = right``."""

    target: str
    right: Expr

    def scale(self, net: Net) -> Expr:
        return net.scene.scale.get(self.target, ONE)


@dataclass(frozen=True)
class Net:
    label: str
    scene: Scene
    truths: tuple[Truth, ...]

    def truth(self, target: str) -> Truth:
        return next(truth for truth in self.truths if truth.target == target)


def dense(
    layers: int = 2,
    *,
    layout: str = "columns",
    hidden: str = "g",
    output: str = "softmax",
    cost: str = "cross_entropy",
    summed: bool = True,
) -> Net:
    """A stack of dense layers. `summed`: the note's dZ is m times the gradient of the mean."""
    columns = layout == "columns"
    leaves: dict[str, Leaf] = {"X": Leaf(_shape("n_0", "m", columns))}
    definitions: dict[str, Expr] = {}
    functions: dict[str, Function] = {}
    activations: dict[int, str] = {}
    program = Program(leaves, definitions, functions, "J")
    below = "X"
    for k in range(1, layers + 1):
        leaves[f"W{k}"] = Leaf(_shape(f"n_{k}", f"n_{k - 1}", columns))
        leaves[f"b{k}"] = Leaf(_shape(f"n_{k}", 1, columns))
        weight, bias, inputs = (program.symbol(n) for n in (f"W{k}", f"b{k}", below))
        affine = MatMul(weight, inputs) if columns else MatMul(inputs, weight)
        definitions[f"Z{k}"] = Plus(affine, bias)
        name = output if k == layers else hidden
        name = f"g{k}" if name == "g" else name
        z = program.symbol(f"Z{k}")
        definitions[f"A{k}"] = _activate(name, z, 0 if columns else 1, functions)
        activations[k] = name
        below = f"A{k}"
    constraint = (0 if columns else 1) if cost == "cross_entropy" else None
    leaves["Y"] = Leaf(_shape(f"n_{layers}", "m", columns), "real", constraint)
    definitions["J"] = Times(MEAN, total(_loss(cost, program, below)))
    scene = _scene(program, layers, layout, activations, summed)
    label = f"{layers} {layout} {hidden} {output} {cost} {'m' if summed else '1'}"
    return Net(label, scene, tuple(_truths(scene, layers, columns, output, cost)))


def _shape(rows: str | int, columns: str | int, as_columns: bool) -> tuple[str | int, str | int]:
    return (rows, columns) if as_columns else (columns, rows)


def _activate(name: str, z: Expr, axis: int, functions: dict[str, Function]) -> Expr:
    if name == "softmax":
        return softmax(z, axis)
    if name == "identity":
        return z
    functions[name] = Function(name) if name.startswith("g") else table.function(name)
    if name == "leaky_relu":
        functions[name] = Function(name, _with_slope(functions[name].body))
    return Apply(name, 0, z)


def _with_slope(body: Expr | None) -> Expr:
    from derive.program import Symbol, children, with_children

    assert body is not None
    if isinstance(body, Symbol) and body.name == "slope":
        return number(Fraction(1, 100))
    return with_children(body, tuple(_with_slope(child) for child in children(body)))


def _loss(cost: str, program: Program, out: str) -> Expr:
    a, y = program.symbol(out), program.symbol("Y")
    log: Callable[[Expr], Expr] = lambda x: Apply("log", 0, x)  # noqa: E731
    entropy = Times(y, log(a))
    return {
        "cross_entropy": negate(entropy),
        "binary": negate(Plus(entropy, Times(minus(ONE, y), log(minus(ONE, a))))),
        "squared": Power(minus(a, y), Fraction(2)),
        "half": Times(number(Fraction(1, 2)), Power(minus(a, y), Fraction(2))),
    }[cost]


def _scene(
    program: Program, layers: int, layout: str, activations: dict[int, str], summed: bool
) -> Scene:
    roles: dict[str, tuple[str, int | None]] = {"X": ("input", None), "Y": ("labels", None)}
    roles["J"] = ("cost", None)
    spelling = {"X": "X", "Y": "Y", "J": "J"}
    gradients: dict[str, str] = {}
    for k in range(1, layers + 1):
        for letter, role in zip(
            "WbZA", ("weight", "bias", "preactivation", "activation"), strict=True
        ):
            roles[f"{letter}{k}"] = (role, k)
            spelling[f"{letter}{k}"] = f"{letter}^{{[{k}]}}"
            gradients[f"{letter}{k}"] = f"d{letter}^{{[{k}]}}"
    scale: dict[str, Expr] = {}
    if summed:
        scale = {f"{letter}{k}": M for letter in "ZA" for k in range(1, layers + 1)}
    names = {name: {"sigmoid": r"\sigma"}.get(name, name) for name in program.functions}
    names.update({f"g{k}": f"g_{k}" for k in range(1, layers + 1)})
    return Scene(program, roles, layout, activations, scale, spelling, gradients, names)


def _truths(scene: Scene, layers: int, columns: bool, output: str, cost: str) -> list[Truth]:
    program = scene.program
    truths = []
    last = scene.scale.get("Z1", ONE) == ONE
    a, y = program.symbol(f"A{layers}"), program.symbol("Y")
    right = _output_gradient(a, y, output, cost, 0 if columns else 1, scene, layers)
    truths.append(Truth(f"Z{layers}", Times(MEAN, right) if last else right))
    for k in range(layers, 0, -1):
        upper = scene.gradient(f"Z{k}")
        below = program.symbol(f"A{k - 1}" if k > 1 else "X")
        outer = MatMul(upper, Transpose(below)) if columns else MatMul(Transpose(below), upper)
        bias: Expr = Sum(upper, 1 if columns else 0)
        truths.append(Truth(f"W{k}", outer if last else _mean_of(outer)))
        truths.append(Truth(f"b{k}", bias if last else Times(MEAN, bias)))
        if k > 1:
            weight = program.symbol(f"W{k}")
            back = MatMul(Transpose(weight), upper) if columns else MatMul(upper, Transpose(weight))
            truths.append(Truth(f"A{k - 1}", back))
            function = scene.activations[k - 1]
            slope = Apply(function, 1, program.symbol(f"Z{k - 1}"))
            truths.append(Truth(f"Z{k - 1}", Times(back, slope)))
    return truths


def _mean_of(product: MatMul) -> Expr:
    """``1/m a b`` as it is read from the left."""
    return MatMul(Times(MEAN, product.left), product.right)


def _output_gradient(
    a: Expr, y: Expr, output: str, cost: str, axis: int, scene: Scene, layers: int
) -> Expr:
    difference = minus(a, y)
    if (output, cost) in (("softmax", "cross_entropy"), ("sigmoid", "binary")):
        return difference
    upper = difference if cost == "half" else Times(number(2), difference)
    if output == "identity":
        return upper
    if output == "softmax":
        return Times(a, minus(upper, Sum(Times(a, upper), axis)))
    if output == "sigmoid":
        return Times(Times(upper, a), minus(ONE, a))
    z = scene.program.symbol(f"Z{layers}")
    return Times(upper, Apply(scene.activations[layers], 1, z))


def library() -> list[Net]:
    """The networks that mistakes are planted in."""
    return [
        dense(2),
        dense(3, layout="rows"),
        dense(2, output="sigmoid", cost="binary", hidden="tanh"),
        dense(3, output="sigmoid", cost="binary", summed=False),
        dense(2, output="softmax", cost="squared", hidden="relu", summed=False),
        dense(2, output="sigmoid", cost="half", hidden="leaky_relu", layout="rows"),
        dense(3, output="identity", cost="squared", hidden="sigmoid"),
        dense(2, output="g", cost="half"),
    ]


__all__ = ["MEAN", "M", "Net", "Truth", "dense", "divide", "library"]
