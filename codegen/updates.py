"""How a training step changes the parameters, as lines of NumPy on the flat buffers.

In: the `Training` of a spec.  Out: `Update`, the arrays that the optimiser keeps, its
constants, and the lines that update ``theta`` from ``gradient`` in place.  A `Rule` is that of
`derive.library.optimizers`, rearranged so that it is a few passes over memory; `claims` says
what makes the two the same, for the engine and the checker, and the lines are printed from the
expressions that they judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from codegen.buffers import Allocator, Code
from codegen.equations import readable
from codegen.graph import Graph, PlanError
from codegen.numpy_printer import expression
from codegen.plan import Forms, Lowering
from codegen.proof import ProvedEquation, judge
from codegen.spec import Training
from derive.library.identities import scalar
from derive.library.optimizers import optimizer
from derive.program import (
    ONE,
    SCALAR,
    Equation,
    Expr,
    Leaf,
    Plus,
    Power,
    Program,
    Shape,
    Symbol,
    Times,
    children,
    divide,
    minus,
    walk,
    with_children,
)

CHUNK: Final = 131_072
"""Parameters that are updated at a time, so that all arrays of a chunk stay in the cache."""
UNCHUNKED: Final = 150_000

_FLAT: Final[Shape] = ("n", 1)
_TEXTS: Final[Mapping[str, str]] = {
    "rate": "self.learning_rate",
    "beta": "MOMENTUM",
    "decay": "WEIGHT_DECAY",
    "beta1": "BETA1",
    "beta2": "BETA2",
    "beta1^t": "BETA1**self.steps",
    "beta2^t": "BETA2**self.steps",
    "epsilon": "EPSILON",
}
"""The leaves of the rules as Python."""


def _number(name: str) -> Symbol:
    return Symbol(name, SCALAR)


_THETA, _GRADIENT = Symbol("theta", _FLAT), Symbol("gradient", _FLAT)
_RATE, _BETA, _EPSILON = map(_number, ("rate", "beta", "epsilon"))
_BETA1, _BETA2 = map(_number, ("beta1", "beta2"))
_DECAY = _number("decay")
_POWER1, _POWER2 = map(_number, ("beta1^t", "beta2^t"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One update as expressions over flat arrays.

    meaning: name in the library's rule to what stands for it here; ``w`` is ``theta``.
    after: array to its new value, in order; an array that has a new value is that one.
    numbers: scalars that each step begins with, in order.  names: leaf to its Python text where
    that is another than usual.
    """

    optimizer: str
    meaning: Mapping[str, Expr]
    after: Mapping[str, Expr]
    numbers: Mapping[str, Expr] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def texts(self) -> dict[str, str]:
        """The leaves as Python."""
        return {**_TEXTS, **self.names}

    @property
    def state(self) -> tuple[str, ...]:
        """The arrays that the optimiser keeps, zero at first."""
        return tuple(name for name in self.after if name != "theta")


@dataclass(frozen=True, slots=True)
class Update:
    """One rule as blocks of code.

    folds: the learning rate is already in the gradient.  state: flat arrays, zero at first, the
    last of them perhaps memory that the update needs besides.
    fixed: constants, name and Python text, arrays without axes.  numbers: assignments that
    each step begins with.  moving: constants that depend on them, set each step.  lines: the
    update of ``theta`` by ``gradient``, which may be overwritten.  text: it, for a reader.
    proofs: that it is the library's rule.  definitions: the numbers in them, for a reader.
    """

    folds: bool
    state: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]
    moving: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    lines: tuple[str, ...]
    text: tuple[str, ...]
    proofs: tuple[ProvedEquation, ...]
    definitions: tuple[str, ...]


def update(training: Training, *, foldable: bool) -> Update:
    """The update of a spec's optimiser; foldable: the gradient is linear in its first step."""
    folds = foldable and training.optimizer == "sgd"
    rule = _FOLDED if folds else RULES[training.optimizer]
    used = _names(rule.after.values()) - {"theta", "gradient", *rule.state}
    moving = [name for name in (*rule.numbers, "rate") if name in used]
    fixed = [name for name in _TEXTS if name in used and name not in moving]
    code = _code(rule)
    return Update(
        folds=folds,
        state=(*rule.state, *code.buffers),
        fixed=tuple((_variable(rule, name), rule.texts[name]) for name in fixed),
        moving=tuple(
            (name, _python(rule, rule.numbers.get(name, _number(name)))) for name in moving
        ),
        numbers=tuple(
            f"{n} = {_python(rule, e)}" for n, e in rule.numbers.items() if n not in used
        ),
        lines=tuple(line for _, line in code.lines),
        text=tuple(_text(rule)),
        proofs=proofs(rule),
        definitions=tuple(f"{n} = {readable(e)}" for n, e in rule.numbers.items()),
    )


# -- the rules ---------------------------------------------------------------------------------


def _adam(optimizer: str = "adam", start: Expr = _THETA, **numbers: Expr) -> Rule:
    """The moments without their factors 1 - beta, which are put in with the bias correction.

    start: from where the step is taken; numbers: what it needs for that.
    """
    first, second = Symbol("first", _FLAT), Symbol("second", _FLAT)
    factor, root, offset = map(_number, ("factor", "root", "offset"))
    left1, left2 = minus(ONE, _BETA1), minus(ONE, _BETA2)
    corrected = divide(left2, minus(ONE, _POWER2))
    below = Plus(Times(Power(second, Fraction(1, 2)), root), offset)
    return Rule(
        optimizer,
        meaning={"m": Times(left1, first), "s": Times(left2, second)},
        after={
            "first": Plus(Times(first, _BETA1), _GRADIENT),
            "second": Plus(Times(second, _BETA2), Power(_GRADIENT, Fraction(2))),
            "theta": minus(start, divide(first, below)),
        },
        numbers={
            **numbers,
            "factor": divide(Times(_RATE, left1), minus(ONE, _POWER1)),
            "root": divide(Power(corrected, Fraction(1, 2)), factor),
            "offset": divide(_EPSILON, factor),
        },
    )


def _momentum() -> Rule:
    velocity = Symbol("velocity", _FLAT)
    return Rule(
        "momentum",
        meaning={"v": velocity},
        after={
            "velocity": Plus(Times(velocity, _BETA), _GRADIENT),
            "theta": minus(_THETA, Times(velocity, _RATE)),
        },
    )


def _nesterov() -> Rule:
    """The gradient's part of the step and the velocity's, one behind the other."""
    velocity, reach = Symbol("velocity", _FLAT), _number("reach")
    near = minus(_THETA, Times(_GRADIENT, _RATE))
    return Rule(
        "nesterov",
        meaning={"v": velocity},
        after={
            "velocity": Plus(Times(velocity, _BETA), _GRADIENT),
            "theta": minus(near, Times(velocity, reach)),
        },
        numbers={"reach": Times(_RATE, _BETA)},
    )


def _rmsprop() -> Rule:
    """The mean of squares without its factor 1 - beta, which is put in with the rate."""
    second = Symbol("second", _FLAT)
    root, offset = map(_number, ("root", "offset"))
    left = minus(ONE, _BETA)
    below = Plus(Times(Power(second, Fraction(1, 2)), root), offset)
    return Rule(
        "rmsprop",
        meaning={"s": Times(left, second)},
        after={
            "second": Plus(Times(second, _BETA), Power(_GRADIENT, Fraction(2))),
            "theta": minus(_THETA, divide(_GRADIENT, below)),
        },
        numbers={
            "root": divide(Power(left, Fraction(1, 2)), _RATE),
            "offset": divide(_EPSILON, _RATE),
        },
        names={"beta": "RHO"},
    )


def _adamw() -> Rule:
    """Adam on weights that are made smaller first."""
    start = Times(_THETA, _number("kept"))
    return _adam("adamw", start, kept=minus(ONE, Times(_RATE, _DECAY)))


RULES: Final[Mapping[str, Rule]] = {
    "sgd": Rule("sgd", {}, {"theta": minus(_THETA, Times(_GRADIENT, _RATE))}),
    "momentum": _momentum(),
    "nesterov": _nesterov(),
    "rmsprop": _rmsprop(),
    "adam": _adam(),
    "adamw": _adamw(),
}
_FOLDED: Final = Rule("sgd", {"g": divide(_GRADIENT, _RATE)}, {"theta": minus(_THETA, _GRADIENT)})


# -- what makes a rule that of the library -----------------------------------------------------


def claims(rule: Rule) -> Iterator[tuple[str, Program, Equation]]:
    """Name, program and equation for each variable of the library's rule.

    With what its variables mean here put in, the new value of the library is what the new
    value here means.
    """
    meaning: dict[str, Expr] = {"w": _THETA, "g": _GRADIENT, **rule.meaning}
    arrays = {
        node.name: node.dims
        for expr in (*meaning.values(), *rule.after.values())
        for node in walk(expr)
        if isinstance(node, Symbol) and node.dims == _FLAT
    }
    # the mean of squares is not negative, and where it is 0 both sides are the same
    domains = {"second": "positive", "rate": "positive", "epsilon": "positive"}
    leaves = {name: Leaf(dims, domains.get(name, "real")) for name, dims in arrays.items()}
    for name in _TEXTS:
        leaves[name] = Leaf(SCALAR, domains.get(name, "unit"))
    program = Program(leaves, dict(rule.numbers))
    for name, right in optimizer(rule.optimizer).equations:
        here = _put_in(meaning[name], rule.after)
        yield name, program, Equation(_put_in(scalar(right), meaning), here)


def proofs(rule: Rule) -> tuple[ProvedEquation, ...]:
    """The claims with the engine's and the checker's opinion."""
    return tuple(
        judge(program, f"{rule.optimizer}: {name}", "", equation)
        for name, program, equation in claims(rule)
    )


def _put_in(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """The expression with its symbols replaced, all at once."""
    if isinstance(expr, Symbol):
        return values.get(expr.name, expr)
    return with_children(expr, tuple(_put_in(child, values) for child in children(expr)))


# -- as text -----------------------------------------------------------------------------------


def lines(rule: Rule) -> tuple[str, ...]:
    """The update in place; it writes over the gradient.

    >>> lines(RULES["sgd"])
    ('gradient *= rate', 'theta -= gradient')
    """
    return tuple(line for _, line in _code(rule).lines)


def _code(rule: Rule) -> Code:
    """The update as lines, with the memory that it needs besides the gradient's."""
    graph = Graph()
    symbols = [
        node for expr in rule.after.values() for node in walk(expr) if isinstance(node, Symbol)
    ]
    steps = {s.name: graph.input(_variable(rule, s.name), s.dims) for s in symbols}
    lowering = Lowering(graph, steps, {}, Forms())
    results = {}
    for name, expr in rule.after.items():
        steps[name] = lowering.expr(expr)
        results[steps[name]] = name
    code = Allocator(graph, results, spare=("gradient",)).run()
    if len(code.buffers) > 1 or code.constants or code.filled:
        raise PlanError(f"{rule.optimizer}: the update needs too much memory")
    return code


def _text(rule: Rule) -> Iterator[str]:
    """The library's rule, then what its variables are here."""
    for name, right in optimizer(rule.optimizer).equations:
        yield f"{name} <- {readable(scalar(right))}"
    parts = [f"w = theta{'' if 'g' in rule.meaning else ', g = gradient'}"]
    parts += [f"{name} = {readable(expr)}" for name, expr in rule.meaning.items()]
    yield f"where {', '.join(parts)}"


def _python(rule: Rule, expr: Expr) -> str:
    # of a float, not of an array
    return expression(expr, rule.texts).replace("np.sqrt(", "math.sqrt(")


def _variable(rule: Rule, name: str) -> str:
    text = rule.texts.get(name, "")
    return text.lower() if text.isupper() else name


def _names(exprs: Iterable[Expr]) -> set[str]:
    return {node.name for expr in exprs for node in walk(expr) if isinstance(node, Symbol)}
