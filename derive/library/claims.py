"""The library's own rules as claims: what ``derive verify`` without a path proves.

Each claim is a statement of the shared vocabulary; its LaTeX is printed from the statement,
so what is shown is what is proved.  The engine takes local derivatives from the table; the
checker differentiates the formulas itself.  No SymPy here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from derive.latex import PlainNotation, to_latex
from derive.library.blocks import blocks
from derive.library.layers import LAYOUTS, dense
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Delta,
    Entry,
    Equation,
    Expr,
    Index,
    Leaf,
    Partial,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    Symbol,
    Times,
    children,
    divide,
    function_body,
    minus,
    number,
    softmax,
    total,
    walk,
    with_children,
)
from derive.scalars import table

KINDS: Final = ("activation", "loss", "output", "layer", "regularizer")
"""What rules are about, in the order in which they are listed."""
_N, _M = "n", "m"
_SHAPE: Final = (_N, _M)
_Z, _A, _Y = (Symbol(name, _SHAPE) for name in "ZAY")


@dataclass(frozen=True, slots=True)
class LibraryClaim:
    """One rule: kind is ``activation``, ``loss``, ``output``, ``layer`` or ``regularizer``."""

    name: str
    kind: str
    title: str
    latex: str
    program: Program
    statement: Equation


def library_claims() -> list[LibraryClaim]:
    """Every rule of the library that the engine and the checker prove, in a fixed order.

    >>> claims = {claim.name: claim for claim in library_claims()}
    >>> claims["sigmoid"].latex
    "\\\\sigma'(Z) = \\\\sigma(Z) \\\\odot (1 - \\\\sigma(Z))"
    """
    around = [_claim(b.name, b.kind, b.title, b.program, b.statement) for b in blocks()]
    found = [*_activations(), _softmax(), *_losses(), *_outputs(), *_layers(), _l2(), *around]
    return sorted(found, key=lambda claim: KINDS.index(claim.kind))


# -- activations -------------------------------------------------------------------------------


def _activations() -> Iterator[LibraryClaim]:
    for name in table.NAMES:
        argument = _Z if name != "identity" else Symbol("Z", SCALAR)
        right = _known_derivative(name, argument)
        statement = Equation(Apply(name, 1, argument), right)
        functions = {name, *_functions_in(right)}
        program = _program({"Z": Leaf(argument.dims)}, {}, functions, right)
        title = f"derivative of {table.title(name)}"
        yield _claim(_key(name), "activation", title, program, statement)


def _known_derivative(name: str, z: Symbol) -> Expr:
    """The derivative in the form in which it is known; else as the table has it."""
    value, sigma = Apply(name, 0, z), Apply("sigmoid", 0, z)
    known: dict[str, Expr] = {
        "sigmoid": Times(value, minus(ONE, value)),
        "tanh": minus(ONE, Power(value, Fraction(2))),
        "softplus": sigma,
        "silu": Plus(sigma, Times(value, minus(ONE, sigma))),
    }
    if name in known:
        return known[name]
    derived = table.derivative(name, 1)
    assert derived is not None, name
    return function_body(derived, z)


def _softmax() -> LibraryClaim:
    i, j = Index("i", _N), Index("j", _N)
    z, a = Symbol("z", (_N, 1)), Symbol("a", (_N, 1))
    program = Program({"z": Leaf(z.dims)}, {"a": softmax(z, 0)})
    left = Partial(Entry(a, i, None), "z", j, None)
    right = Times(Entry(a, i, None), minus(Delta(i, j), Entry(a, j, None)))
    return _claim(
        "softmax", "activation", "Jacobian of softmax", program, Equation(left, right, (i, j))
    )


# -- losses ------------------------------------------------------------------------------------


def _losses() -> Iterator[LibraryClaim]:
    for name in table.LOSSES:
        derived = _entries(table.loss_derivative(name))
        leaves = {"A": Leaf(_SHAPE, table.loss_domain(name)), "Y": _labels(name)}
        program = _program(leaves, {"J": _cost(name)}, (), derived, cost="J")
        right = Times(Power(_count(name), Fraction(-1)), derived)
        statement = Equation(program.gradient("A"), right)
        title = f"gradient of {table.title(name)}"
        yield _claim(_key(name), "loss", title, program, statement)


def _labels(name: str) -> Leaf:
    """Labels; as real as they come, positive where the loss takes their logarithm."""
    takes_log = any(
        isinstance(node, Apply) and node.function == "log" and node.arg == Symbol("y", SCALAR)
        for node in walk(table.loss_entry(name))
    )
    return Leaf(_SHAPE, "unit" if takes_log else "real")


def _count(name: str) -> Expr:
    """By what the sum over all entries is divided."""
    return Times(Size(_N), Size(_M)) if table.loss_reduction(name) == "mean" else Size(_M)


def _cost(name: str) -> Expr:
    return divide(total(_entries(table.loss_entry(name))), _count(name))


def _entries(expr: Expr) -> Expr:
    """A per-entry formula over the arrays A and Y."""
    if isinstance(expr, Symbol):
        return {"a": _A, "y": _Y}.get(expr.name, expr)
    return with_children(expr, tuple(_entries(child) for child in children(expr)))


# -- output activation and loss ----------------------------------------------------------------


def _outputs() -> Iterator[LibraryClaim]:
    difference = minus(_A, _Y)
    slope = Times(_A, minus(ONE, _A))
    twice = Times(number(2), difference)
    inner = minus(difference, Sum(Times(difference, _A), 0))
    softmax_squared = Times(Times(number(2), _A), inner)
    squared = {"squared_error": twice, "half_squared_error": difference}
    pairs: list[tuple[str, str, Expr]] = [
        ("sigmoid", "binary_cross_entropy", difference),
        *(("sigmoid", loss, Times(outer, slope)) for loss, outer in squared.items()),
        *(
            ("tanh", loss, Times(outer, minus(ONE, Power(_A, Fraction(2)))))
            for loss, outer in squared.items()
        ),
        ("softmax", "cross_entropy", difference),
        ("softmax", "squared_error", softmax_squared),
    ]
    for activation, loss, derived in pairs:
        yield _output(activation, loss, derived)


def output_program(activation: str, loss: str) -> Program:
    """A last layer and its loss: ``Z``, ``Y``, ``A`` = the activation of Z, ``J`` the cost."""
    vector = activation == "softmax"
    labels = replace(_labels(loss), sums_to_one=0 if loss in ("cross_entropy", "kl") else None)
    value = softmax(_Z, 0) if vector else Apply(activation, 0, _Z)
    return _program(
        {"Z": Leaf(_SHAPE), "Y": labels},
        {"A": value, "J": _cost(loss)},
        () if vector else (activation,),
        cost="J",
    )


def _output(activation: str, loss: str, derived: Expr) -> LibraryClaim:
    program = output_program(activation, loss)
    right = Times(Power(_count(loss), Fraction(-1)), derived)
    title = f"{table.title(activation)} output with {table.title(loss)}"
    name = f"{_key(activation)}-{_key(loss)}"
    return _claim(name, "output", title, program, Equation(program.gradient("Z"), right))


# -- layers ------------------------------------------------------------------------------------


def _layers() -> Iterator[LibraryClaim]:
    for layout in LAYOUTS:
        layer = dense(layout)
        for part, what in (
            ("weight", "weights"),
            ("bias", "biases"),
            ("input", "input"),
            ("preactivation", "pre-activation"),
        ):
            title = f"dense layer, examples as {layout}: gradient of the {what}"
            statement: Equation = getattr(layer, part)
            yield _claim(f"dense-{layout}-{part}", "layer", title, layer.program, statement)


def _l2() -> LibraryClaim:
    w, rate = Symbol("W", ("n", "k")), Symbol("lambda", SCALAR)
    half = Times(number(Fraction(1, 2)), rate)
    program = Program(
        {"W": Leaf(w.dims), "lambda": Leaf(SCALAR)},
        {"J": Times(half, total(Power(w, Fraction(2))))},
        cost="J",
    )
    statement = Equation(program.gradient("W"), Times(rate, w))
    return _claim("l2", "regularizer", "gradient of the L2 penalty", program, statement)


# -- putting together --------------------------------------------------------------------------


def _program(
    leaves: dict[str, Leaf],
    definitions: dict[str, Expr],
    functions: set[str] | tuple[str, ...],
    *expressions: Expr,
    cost: str | None = None,
) -> Program:
    """A program over the library's functions; their constants become positive leaves."""
    known = {name: table.function(name) for name in sorted(functions)}
    bodies = [f.body for f in known.values() if f.body is not None]
    constants = sorted(
        {
            node.name
            for expr in (*bodies, *definitions.values(), *expressions)
            for node in walk(expr)
            if isinstance(node, Symbol) and node.name in (*table.PARAMETERS, "pi")
        }
    )
    parameters = {name: Leaf(SCALAR, "positive") for name in constants}
    return Program({**leaves, **parameters}, definitions, known, cost)


def _functions_in(expr: Expr) -> set[str]:
    return {
        node.function
        for node in walk(expr)
        if isinstance(node, Apply) and node.function in table.NAMES
    }


def _key(name: str) -> str:
    return name.replace("_", "-")


NOTATION: Final = PlainNotation(
    spelling={
        "alpha": r"\alpha",
        "delta": r"\delta",
        "lambda": r"\lambda",
        "beta": r"\beta",
        "epsilon": r"\epsilon",
        "gamma": r"\gamma",
        "mu": r"\mu",
        "rho": r"\rho",
        "pi": r"\pi",
        "slope": r"\text{slope}",
        "selu_alpha": r"\alpha",
        "selu_scale": r"\lambda",
        "gelu_cubic": "k",
    },
    function_spelling={"g": "g", **{name: table.symbol(name) for name in table.NAMES}},
)


def _claim(name: str, kind: str, title: str, program: Program, statement: Equation) -> LibraryClaim:
    latex = f"{to_latex(statement.left, NOTATION)} = {to_latex(statement.right, NOTATION)}"
    return LibraryClaim(name, kind, title, latex, program, statement)
