"""The gradients of a network, derived by the engine and accepted by the checker.

In: a `Network`.  Out: one `ProvedEquation` for each dZ and each parameter, from the output
backwards, in the order in which they are computed.  `require` raises `Unproved` for what the
engine does not prove or the independent checker does not accept: nothing is emitted then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from codegen.network import Network, substitute
from codegen.tables import GenerateError
from derive.check import Acceptance, check
from derive.program import (
    ARGUMENT,
    SCALAR,
    Apply,
    Equation,
    Expr,
    Leaf,
    Plus,
    Power,
    Program,
    Sum,
    Symbol,
    Times,
    Transpose,
    children,
    minus,
    number,
    walk,
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
    proved_in: Program | None = None
    proved_as: Equation | None = None
    """What the proof is of where functions of several arrays are written out in it."""

    @property
    def certificate(self) -> tuple[Program, Equation]:
        """The program and the equation that were proved."""
        assert self.proved_in is not None
        return self.proved_in, self.proved_as or self.equation

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
    """The gradients of every layer, last first: of dA where it is used twice, dZ, parameters."""
    derived: list[ProvedEquation] = []

    def derive(name: str, *above: str) -> str:
        derived.append(gradient(network, name, above))
        return name

    for k in range(network.depth, 0, -1):
        above = network.used_by(f"A{k}")
        if _named(network, k):
            above = (derive(f"A{k}", *above),)
        z = derive(network.argument(k), *above)
        derived += [learned_gradient(network, k, name) for name in network.activation(k).learned]
        if network.activation(k).norm:
            z = _through_norm(k, z, derive)
            derive(f"W{k}", z)
        else:
            derive(f"W{k}", z)
            derive(f"b{k}", z)
    return tuple(derived)


def learned_gradient(network: Network, k: int, parameter: str) -> ProvedEquation:
    """The gradient by a parameter of an activation: over the examples, dA times its derivative."""
    layer, name = network.activation(k), f"{parameter}{k}"
    z = network.general.symbol(network.argument(k))
    right: Expr = network.general.gradient(f"A{k}")
    if layer.dropout:
        right = Times(right, network.general.symbol(f"M{k}"))
    right = Times(right, Apply(f"{network.functions[k]}_by_{parameter}", 0, z))
    equation = Equation(network.general.gradient(name), Sum(right, 1 - network.feature_axis))
    return judge_network(network, f"d{name}", name, equation)


def judge_network(network: Network, name: str, of: str, equation: Equation) -> ProvedEquation:
    """An equation of the network; functions of several arrays are written out for the proof."""
    program = network.general
    if not network.inlined:
        return judge(program, name, of, equation)
    definitions = {n: network.written_out(e) for n, e in program.definitions.items()}
    written = replace(program, definitions=definitions)
    sides = Equation(network.written_out(equation.left), network.written_out(equation.right))
    return replace(judge(written, name, of, sides), equation=equation, proved_as=sides)


def _through_norm(k: int, above: str, derive: Callable[..., str]) -> str:
    """From U back to Z through a normalisation, and its own parameters."""
    derive(f"gamma{k}", above)
    derive(f"beta{k}", above)
    normalised = derive(f"N{k}", above)
    variance = derive(f"V{k}", derive(f"S{k}", normalised))
    return derive(f"Z{k}", derive(f"D{k}", normalised, variance))


def _named(network: Network, k: int) -> bool:
    """Whether dA of a layer is used more than once, so that it gets a name.

    By the Jacobian of a softmax that is not fused with the loss, by two layers above, or by a
    sum with the output of a layer below.
    """
    layer = network.activation(k)
    alone = layer.activation == "softmax" and not network.spec.fused
    learns = bool(layer.learned)
    return alone or learns or bool(layer.skip) or len(network.used_by(f"A{k}")) > 1


def gradient(network: Network, name: str, opaque: tuple[str, ...]) -> ProvedEquation:
    """The gradient by `name`, in terms of those by the names in `opaque`."""
    program = network.general
    try:
        right = tidy(derived_gradient(program, name, opaque))
    except Underivable as error:
        raise Unproved(f"{network.spec.name}: d{name} cannot be derived: {error}") from None
    return judge_network(network, f"d{name}", name, Equation(program.gradient(name), right))


def formula_slopes(network: Network) -> tuple[ProvedEquation, ...]:
    """That what is emitted as the derivative of a formula of the spec is its derivative.

    Of functions of one array; the others are written out in every gradient that has them.
    """
    proved = []
    for k, name in sorted(network.functions.items()):
        own = network.activation(k).own
        if own is not None and name not in network.inlined:
            proved.append(_slope(network, name, own.slope, network.argument(k)))
    loss = network.spec.own_loss
    if loss is not None and network.loss_function:
        proved.append(_slope(network, loss.own.name, loss.slope, f"A{network.depth}"))
    return tuple({equation.name: equation for equation in proved}.values())


def _slope(network: Network, name: str, slope: Expr, argument: str) -> ProvedEquation:
    program = network.program
    scalars = {n: leaf for n, leaf in program.leaves.items() if leaf.dims == SCALAR}
    z = program.symbol(argument)
    # the constants of this layer may have names of their own
    body = program.functions[name].body
    assert body is not None
    given = {n.name for n in walk(body) if isinstance(n, Symbol)}
    renamed = {
        n.name: Symbol(m, SCALAR)
        for n in walk(slope)
        if isinstance(n, Symbol) and n.name not in given
        for m in given
        if m.startswith(f"{n.name}_") and m[len(n.name) + 1 :].isdigit()
    }
    local = Program({argument: Leaf(z.dims), **scalars}, {}, program.functions)
    right = substitute(substitute(slope, renamed), {ARGUMENT: z})
    if right.shape != z.shape:  # the derivative of a linear function is one number
        right = Plus(right, Times(number(0), z))
    note = f"The derivative of {name}, by the rules for the functions that its formula has."
    return judge(local, f"{name}'({argument})", "", Equation(Apply(name, 1, z), right), note)


def loss_forms(network: Network) -> tuple[ProvedEquation, ...]:
    """That the loss depends on the difference of output and label alone, where it is used."""
    name = network.loss_function
    if not name:
        return ()
    a, y = (network.program.symbol(n) for n in (f"A{network.depth}", "Y"))
    own = network.spec.own_loss
    definition = table.loss_entry(name) if own is None else own.entry
    entry = substitute(definition, {"a": a, "y": y})
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
    return ProvedEquation(name, of, equation, outcome, check(program, equation), note, program)


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
