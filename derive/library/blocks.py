"""What stands around a dense layer: skips, dropout, normalisation, penalties, weights of labels.

In: nothing.  Out: `Block` rows: a small program, the gradient that is claimed of it, and the names
whose gradients are derived when it is explained.

>>> [block.name for block in blocks()][:3]
['skip', 'dropout', 'layer-norm-columns']
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from derive.library.layers import LAYOUTS
from derive.library.normalisation import axis_of, normalisation
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Entry,
    Equation,
    Expr,
    Function,
    Index,
    Leaf,
    MatMul,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    divide,
    minus,
    negate,
    number,
    softmax,
    total,
)

_BATCH: Final = ("n", "m")
_A, _B, _H, _Y, _Z, _G = (Symbol(name, _BATCH) for name in "ABHYZG")


@dataclass(frozen=True, slots=True)
class Block:
    """A rule: its program, its claim, and what its derivation goes through.

    kind: ``"layer"`` or ``"regularizer"``.  names: the gradients that are derived,
    in order; none for a claim about something else.  stops: the names whose gradients are given.
    """

    name: str
    kind: str
    title: str
    program: Program
    statement: Equation
    names: tuple[str, ...]
    stops: tuple[str, ...] = ()


def blocks() -> tuple[Block, ...]:
    """Every block, in a fixed order."""
    norms = (_norm(kind, layout) for kind in _NORMS for layout in LAYOUTS)
    return (_skip(), _dropout(), *norms, _l1(), _smoothing(), _weighted())


def _total(value: Symbol) -> Expr:
    """A cost of which the gradient by a value is the arbitrary G."""
    return total(Times(_G, value))


def _skip() -> Block:
    weight = Symbol("W", ("n", "n"))
    program = Program(
        {"B": Leaf(_BATCH), "W": Leaf(weight.dims), "G": Leaf(_BATCH)},
        {
            "Z": MatMul(weight, _B),
            "H": Apply("g", 0, _Z),
            "A": Plus(_H, _B),
            "J": _total(_A),
        },
        {"g": Function("g")},
        "J",
    )
    right = Plus(MatMul(Transpose(weight), program.gradient("Z")), program.gradient("A"))
    title = "skip connection: gradient of the input of the block"
    statement = Equation(program.gradient("B"), right)
    return Block("skip", "layer", title, program, statement, ("B",), ("A", "Z"))


def _dropout() -> Block:
    mask = Symbol("M", _BATCH)
    program = Program(
        {"H": Leaf(_BATCH), "M": Leaf(_BATCH), "G": Leaf(_BATCH)},
        {"A": Times(mask, _H), "J": _total(_A)},
        {},
        "J",
    )
    statement = Equation(program.gradient("H"), Times(mask, program.gradient("A")))
    title = "dropout: the gradient passes the same mask"
    return Block("dropout", "layer", title, program, statement, ("H",), ("A",))


_NORMS: Final = {"layer": "units", "batch": "examples"}
"""What mean and variance are taken over."""


def _norm(kind: str, layout: str) -> Block:
    """The gradient by the input in one line, for which all that is averaged is needed."""
    over = _NORMS[kind]
    program, axis = normalisation(layout, over), axis_of(layout, over)
    scaled, rho = program.gradient("H"), program.symbol("rho")
    normalised, count = program.symbol("H"), Size("n" if kind == "layer" else "m")
    means = Plus(
        divide(Sum(scaled, axis), count),
        Times(normalised, divide(Sum(Times(scaled, normalised), axis), count)),
    )
    statement = Equation(program.gradient("X"), Times(rho, minus(scaled, means)))
    title = f"{kind} normalisation, examples as {layout}: gradient of the input"
    names, name = ("beta", "gamma", "X"), f"{kind}-norm-{layout}"
    return Block(name, "layer", title, program, statement, names, ("Y",))


def _l1() -> Block:
    weight, rate = Symbol("W", ("n", "k")), Symbol("lambda", SCALAR)
    sign = minus(Times(number(2), Apply("step", 0, weight)), ONE)
    program = Program(
        {"W": Leaf(weight.dims), "lambda": Leaf(SCALAR)},
        {"J": Times(rate, total(Times(weight, sign)))},
        cost="J",
    )
    statement = Equation(program.gradient("W"), Times(rate, sign))
    return Block("l1", "regularizer", "gradient of the L1 penalty", program, statement, ("W",))


def _smoothing() -> Block:
    """Smoothed labels add up to 1 again: what holds of labels holds of them."""
    share, unit, example = Symbol("s", SCALAR), Index("r", "n"), Index("j", "m")
    program = Program({"Y": Leaf(_BATCH, sums_to_one=0), "s": Leaf(SCALAR)}, {})
    smooth = Plus(Times(minus(ONE, share), Entry(_Y, unit, example)), divide(share, Size("n")))
    statement = Equation(SumOver(unit, smooth), ONE, (example,))
    title = "smoothed labels add up to 1, as labels do"
    return Block("label-smoothing", "layer", title, program, statement, ())


def _weighted() -> Block:
    """Softmax with cross-entropy, with weights of the classes and of the examples."""
    classes, weights = Symbol("C", ("n", 1)), Symbol("V", (1, "m"))
    entries = negate(Times(_Y, Apply("log", 0, _A)))
    cost = divide(total(Times(weights, Times(classes, entries))), Size("m"))
    leaves = {
        "Z": Leaf(_BATCH),
        "Y": Leaf(_BATCH, sums_to_one=0),
        "C": Leaf(classes.dims),
        "V": Leaf(weights.dims),
    }
    program = Program(leaves, {"A": softmax(_Z, 0), "J": cost}, cost="J")
    own = MatMul(Transpose(classes), _Y)
    inner = Times(weights, minus(Times(own, _A), Times(classes, _Y)))
    right = Times(Power(Size("m"), Fraction(-1)), inner)
    statement = Equation(program.gradient("Z"), right)
    title = "softmax output with weighted cross-entropy"
    return Block("weighted-cross-entropy", "layer", title, program, statement, ("Z",))
