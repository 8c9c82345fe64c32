"""What diagnosis may look at, what it is asked, and what it answers.

A `Scene` is one note as it was understood, a `Fault` one refuted claim of it, a `Diagnosis`
the named mistake with its repairs.  Plain data, built by whoever judges claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.diagnosis.loose import Loose, note_gradient
from derive.program import ONE, Expr, Gradient, Program, Statement, Symbol, walk
from derive.verdict import Kind, Repair


@dataclass(frozen=True)
class Scene:
    """One note: its program under canonical names and the way it writes them.

    program: names ``X, Y, W1, b1, Z1, A1, ..., J``; A0 is X.
    roles: ``"W2"`` -> ``("weight", 2)``; the roles are weight, bias, preactivation,
    activation, input, labels, cost.
    layout: ``"columns"`` or ``"rows"``: where the examples stand.
    activations: layer -> name in ``program.functions``, or ``"softmax"``, ``"identity"``.
    scale: the note's own ``d<name>`` is ``scale[name] * Gradient(name)``; 1 where missing.
    spelling, gradient_spelling, function_spelling: name -> LaTeX as this note writes it.
    examples: the dimension of the examples.
    products: how the note writes the matrix and the elementwise product (``""``: juxtaposed).
    alternatives: name of another cost or output -> the program with it.
    partial: the sign of a derivative fraction, ``\\partial`` or ``\\delta``.
    """

    program: Program
    roles: Mapping[str, tuple[str, int | None]]
    layout: str
    activations: Mapping[int, str]
    scale: Mapping[str, Expr]
    spelling: Mapping[str, str]
    gradient_spelling: Mapping[str, str]
    function_spelling: Mapping[str, str]
    examples: str = "m"
    products: tuple[str, str] = ("", r"\odot")
    alternatives: Mapping[str, Program] = field(default_factory=dict)
    partial: str = r"\partial"

    @property
    def cost(self) -> str:
        """The name of the cost, ``J`` where the program has none."""
        return self.program.cost or "J"

    @property
    def depth(self) -> int:
        """The index of the output layer, 0 if no layer is known."""
        return max((layer for _, layer in self.roles.values() if layer is not None), default=0)

    def named(self, role: str, layer: int) -> str | None:
        """The name with a role at a layer; the activation of layer 0 is the input."""
        wanted = ("input", None) if (role, layer) == ("activation", 0) else (role, layer)
        for name in sorted(self.roles):
            found = self.roles[name]
            if found == wanted or (wanted[0] == "input" and found[0] == "input"):
                return name
        return None

    def reached(self) -> set[str]:
        """The names that the cost is computed from; all, where there is no cost."""
        program = self.program
        if program.cost is None:
            return {*program.leaves, *program.definitions}
        found: set[str] = set()
        waiting = [program.cost]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                body = program.definitions.get(name)
                nodes = walk(body) if body is not None else ()
                waiting += [node.name for node in nodes if isinstance(node, Symbol)]
        return found

    def gradient(self, name: str) -> Expr:
        """The note's own gradient of a name: with the note's normalisation."""
        return note_gradient(Gradient(name, self.program.shape(name)), self.scale)


@dataclass(frozen=True)
class Ill:
    """A right-hand side whose shapes do not fit: why, and what it says without shapes."""

    message: str
    loose: Loose


@dataclass(frozen=True)
class Fault:
    """One refuted claim.

    statement: the claim; None where the right side is ill-shaped (then `left` is given).
    message: the engine's or evaluator's own reason, or "".
    right_source: the note's text of the right side.
    target, target_scale: for claims about a gradient the left side is
    ``target_scale * Gradient(target)``.
    Of an update the statement says that what is subtracted (left) is a rate times the gradient.
    aspect: what else is known of the claim: ``"update"``, ``"remark"`` (the statement
    says what the remark says), ``"contradicts"`` (a second definition; the statement's right
    side is the new one), ``"shape"`` (a shape that contradicts), ``"vacuous"``, ``"circular"``,
    ``"index"`` (a letter runs over two axes).
    """

    scene: Scene
    kind: Kind
    statement: Statement | None
    message: str = ""
    right_source: str = ""
    ill_shaped: Ill | None = None
    target: str | None = None
    target_scale: Expr = ONE
    left: Expr | None = None
    aspect: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """The mistake by its code, one or two sentences, and repairs that are all verified."""

    code: str
    message: str
    repairs: tuple[Repair, ...] = ()
