"""A whole network explained: forward pass, cost, each gradient from the top layer down.

In: a spec.  Out: its sections, with shapes: the definitions, then the derivation of every
gradient, then the equations that the generator emits, which it has proved on its own.
"""

from __future__ import annotations

from pathlib import Path

from codegen import equations, proof, spec
from codegen.building import build
from codegen.network import Network
from derive.explain.board import Line, Section
from derive.explain.gradient import derivations
from derive.latex import PlainNotation, to_latex
from derive.program import ONE, Apply, Symbol, show_shape, walk
from derive.scalars.blackboard import Step


def network_sections(path: Path) -> tuple[str, list[Section]]:
    """The title of a spec and its sections.

    Raises `codegen.SpecError`, `codegen.Unproved` and `derive.explain.gradient.NoDerivation`.
    """
    network = build(spec.read(path))
    proved = proof.gradients(network)
    proof.require(network, proved)
    notation = _notation(network)
    names = [name for k in range(network.depth, 0, -1) for name in network.parameters_of(k)]
    sections = derivations(network.written, names, notation)
    emitted = [
        Step(
            f"the gradient by {equation.of}, shape {show_shape(equation.right.shape)}",
            equations.equation_latex(equation.equation),
            f"proved in {equation.outcome.steps} steps, accepted by the checker",
        )
        for equation in proved
    ]
    return network.spec.name, [
        _section("the forward pass and the cost", _forward(network, notation)),
        *sections,
        _section("what is computed, as it is emitted", emitted),
    ]


def _notation(network: Network) -> PlainNotation:
    """The activations as the generator's own documents write them."""
    functions = {
        node.function: equations.latex(Apply(node.function, 0, Symbol("Z", (1, 1)))).partition("(")[
            0
        ]
        for body in network.program.definitions.values()
        for node in walk(body)
        if isinstance(node, Apply) and node.function not in ("exp", "log")
    }
    greek = {
        f"{name}{mark}{k}": rf"\{name}_{{{k}}}"
        for k in range(1, network.depth + 1)
        for name, mark in (("gamma", ""), ("beta", ""), ("epsilon", "_"))
    }
    return PlainNotation(spelling={"l2": r"\lambda", **greek}, function_spelling=functions)


def _forward(network: Network, notation: PlainNotation) -> list[Step]:
    out = []
    for name, body in network.written.definitions.items():
        symbol = network.program.symbol(name)
        latex = f"{to_latex(symbol, notation)} = {to_latex(body, notation)}"
        out.append(Step("definition", latex, f"shape ${show_shape(body.shape)}$"))
    return out


def _section(title: str, steps: list[Step]) -> Section:
    return Section(title, "", "", (), tuple(Line(step, ONE) for step in steps), ONE)
