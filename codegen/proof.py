"""The gradients of a network, derived by the engine and accepted by the checker.

In: a `Network`.  Out: one `Gradient` for each dZ and each parameter, from the output
backwards, in the order in which they are computed.  Whatever the engine does not prove, or
the independent checker does not accept, raises `Unproved`: nothing is emitted then.
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen.network import Network
from derive.check import Acceptance, check
from derive.program import Equation, Expr
from derive.tensors import Outcome, derived_gradient, prove


class Unproved(RuntimeError):
    """A derived gradient that the engine or the checker does not confirm: a defect of derive."""


@dataclass(frozen=True, slots=True)
class ProvedEquation:
    """``left = right`` for all shapes and values, with both opinions.

    name: what it gives a value to, ``dW2``; also the name of the proof in the emitted code.
    of: the leaf or definition whose gradient it is, "" for other identities.
    """

    name: str
    of: str
    equation: Equation
    outcome: Outcome
    acceptance: Acceptance

    @property
    def right(self) -> Expr:
        """The right-hand side, what is emitted."""
        return self.equation.right


def gradients(network: Network) -> tuple[ProvedEquation, ...]:
    """dA of the output where it is needed, then dZ, dW and db of every layer, last first."""
    proved = []
    upstream: tuple[str, ...] = ()
    for k in range(network.depth, 0, -1):
        if _softmax_without_cross_entropy(network, k):
            proved.append(gradient(network, f"A{k}", upstream))
            upstream = (f"A{k}",)
        proved.append(gradient(network, f"Z{k}", upstream))
        upstream = (f"Z{k}",)
        proved.append(gradient(network, f"W{k}", upstream))
        proved.append(gradient(network, f"b{k}", upstream))
    return tuple(proved)


def _softmax_without_cross_entropy(network: Network, k: int) -> bool:
    """The Jacobian of a softmax uses dA twice: it gets a name."""
    spec = network.spec
    return spec.layers[k - 1].activation == "softmax" and spec.loss != "cross_entropy"


def gradient(network: Network, name: str, opaque: tuple[str, ...]) -> ProvedEquation:
    """The gradient by `name`, in terms of those by the names in `opaque`."""
    program = network.program
    right = derived_gradient(program, name, opaque)
    return confirm(network, f"d{name}", name, Equation(program.gradient(name), right))


def confirm(network: Network, name: str, of: str, equation: Equation) -> ProvedEquation:
    """The equation with both opinions; `Unproved` unless both are yes."""
    outcome = prove(network.program, equation)
    if not outcome.proved:
        raise Unproved(f"{network.spec.name}: {name} is not proved: {outcome.reason}")
    acceptance = check(network.program, equation)
    if not acceptance.accepted:
        raise Unproved(
            f"{network.spec.name}: {name} is proved but the checker does not accept it: "
            f"{acceptance.reason}"
        )
    return ProvedEquation(name, of, equation, outcome, acceptance)
