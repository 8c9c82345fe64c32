"""The gradients of a network, derived by the engine and accepted by the checker.

In: a `Network`.  Out: one `ProvedEquation` for each dZ and each parameter, from the output
backwards, in the order in which they are computed.  `require` raises `Unproved` for what the
engine does not prove or the independent checker does not accept: nothing is emitted then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codegen.kernels import OUTPUT
from codegen.network import Network, substitute
from codegen.spec import GenerateError
from derive.check import Acceptance, check
from derive.program import (
    SCALAR,
    Apply,
    Equation,
    Expr,
    Leaf,
    Plus,
    Power,
    Program,
    Sum,
    Times,
    Transpose,
    children,
    minus,
    with_children,
)
from derive.scalars import table
from derive.tensors import Outcome, Underivable, derived_gradient, prove


class Unproved(GenerateError):
    """A derived gradient that the engine or the checker does not confirm: a defect of derive."""


@dataclass(frozen=True, slots=True)
class ProvedEquation:
    """``left = right`` for all shapes and values, with both opinions of it.

    name: what it gives a value to, ``dW2``; also the name of the proof in the emitted code.
    of: the leaf or definition whose gradient it is, "" for other identities.  note: what the
    identity is for.
    """

    name: str
    of: str
    equation: Equation
    outcome: Outcome
    acceptance: Acceptance
    note: str = ""

    @property
    def right(self) -> Expr:
        """The right-hand side, what is emitted."""
        return self.equation.right

    @property
    def accepted(self) -> bool:
        """Whether the engine proved it and the checker accepted it."""
        return self.outcome.proved and self.acceptance.accepted

    @property
    def reason(self) -> str:
        """Why it is not accepted, "" if it is."""
        if not self.outcome.proved:
            return f"{self.name} is not proved: {self.outcome.reason}"
        if not self.acceptance.accepted:
            return f"{self.name} is proved, but the checker refuses it: {self.acceptance.reason}"
        return ""


def require(network: Network, equations: Iterable[ProvedEquation]) -> None:
    """Raises `Unproved` for the first equation that is not accepted by both."""
    for equation in equations:
        if not equation.accepted:
            raise Unproved(f"{network.spec.name}: {equation.reason}")


def gradients(network: Network) -> tuple[ProvedEquation, ...]:
    """dA of the output where it is needed, then dZ, dW and db of every layer, last first."""
    derived = []
    upstream: tuple[str, ...] = ()
    for k in range(network.depth, 0, -1):
        if _softmax_without_cross_entropy(network, k):
            derived.append(gradient(network, f"A{k}", upstream))
            upstream = (f"A{k}",)
        derived.append(gradient(network, f"Z{k}", upstream))
        upstream = (f"Z{k}",)
        derived.append(gradient(network, f"W{k}", upstream))
        derived.append(gradient(network, f"b{k}", upstream))
    return tuple(derived)


def _softmax_without_cross_entropy(network: Network, k: int) -> bool:
    """The Jacobian of a softmax uses dA twice: it gets a name."""
    spec = network.spec
    return spec.layers[k - 1].activation == "softmax" and not OUTPUT[spec.loss]


def gradient(network: Network, name: str, opaque: tuple[str, ...]) -> ProvedEquation:
    """The gradient by `name`, in terms of those by the names in `opaque`."""
    program = network.general
    try:
        right = tidy(derived_gradient(program, name, opaque))
    except Underivable as error:
        raise Unproved(f"{network.spec.name}: d{name} cannot be derived: {error}") from None
    return judge(program, f"d{name}", name, Equation(program.gradient(name), right))


def loss_forms(network: Network) -> tuple[ProvedEquation, ...]:
    """That the loss depends on the difference of output and label alone, where it is used."""
    name = network.loss_function
    if not name:
        return ()
    a, y = (network.program.symbol(n) for n in (f"A{network.depth}", "Y"))
    entry = substitute(table.loss_entry(name), {"a": a, "y": y})
    scalars = {n: leaf for n, leaf in network.program.leaves.items() if leaf.dims == SCALAR}
    leaves = {a.name: Leaf(a.dims), y.name: Leaf(y.dims), **scalars}
    program = Program(leaves, {}, network.program.functions)
    equation = Equation(entry, Apply(name, 0, minus(a, y)))
    note = "The loss depends on the difference of output and label alone."
    return (judge(program, f"{name}(A{network.depth} - Y)", "", equation, note),)


def judge(
    program: Program, name: str, of: str, equation: Equation, note: str = ""
) -> ProvedEquation:
    """The equation with the engine's and the checker's opinion."""
    outcome = prove(program, equation)
    return ProvedEquation(name, of, equation, outcome, check(program, equation), note)


def tidy(expr: Expr) -> Expr:
    """Transposes moved to where they cost nothing: into names, out of sums.

    >>> from derive.program import Symbol
    >>> D = Symbol("D", ("m", "n"))
    >>> tidy(Transpose(Sum(Transpose(D), 1))) == Sum(D, 0)
    True
    """
    if isinstance(expr, Transpose):
        match expr.arg:
            case Transpose(arg=arg):
                return tidy(arg)
            case Sum(arg=arg, axis=axis):
                return Sum(tidy(Transpose(arg)), 1 - axis)
            case Times(left=left, right=right):
                return Times(tidy(Transpose(left)), tidy(Transpose(right)))
            case Plus(left=left, right=right):
                return Plus(tidy(Transpose(left)), tidy(Transpose(right)))
            case Power(base=base, exponent=exponent):
                return Power(tidy(Transpose(base)), exponent)
            case arg if arg.shape == (1, 1):
                return tidy(arg)
    return with_children(expr, tuple(tidy(child) for child in children(expr)))
