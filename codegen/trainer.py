"""The training step of the emitted Trainer: forward, cost, gradients and update in buffers.

In: a network and its proved gradients.  Out: `Step`, the blocks that the template puts into
the class Trainer.  Every array of a step is a view of memory that the Trainer allocates once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from codegen.buffers import Allocator, Code
from codegen.equations import readable
from codegen.graph import ELEMENTWISE
from codegen.kernels import FROM_OUTPUT, IN_TRAINING, WITH_COST
from codegen.layerwise import updates
from codegen.module import CLASS_WEIGHTS_TEXT
from codegen.network import CLASS_WEIGHTS, L1, L2, Network
from codegen.orders import turned
from codegen.proof import ProvedEquation, judge, require
from codegen.runtime.products import BLOCK
from codegen.training_graph import Proposed, smoothing, training_graph
from codegen.updates import CHUNK, UNCHUNKED, Update, update
from derive.program import Apply, Equation, Expr, Leaf, Program, Shape, walk
from derive.scalars.table import function

_AT_HAND = "The training step computes the derivative from the output, which is at hand."
_CHEAPER = "The training step computes the activation so, in fewer passes over memory."
TINY = 64
"""Numbers in an array for which the call of a function takes several times their arithmetic."""
_FUNCTIONS = (ELEMENTWISE - {"step"}) | {"vdot"}


@dataclass(frozen=True, slots=True)
class Buffer:
    """A view in the workspace: its name and its shape, with m."""

    name: str
    shape: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that compute one named value, and the equation above them."""

    equation: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """All that the template needs for the Trainer."""

    buffers: tuple[Buffer, ...]
    constants: tuple[tuple[str, str], ...]
    filled: tuple[tuple[str, str, str], ...]
    """Arrays that hold one number: (name, it, rows and columns)."""
    forward: tuple[Block, ...]
    backward: tuple[Block, ...]
    cost: str
    update: Update
    chunk: int
    """Parameters that are updated at a time, 0: all at once."""
    functions: tuple[str, ...]
    """NumPy functions that the step calls by their bare names."""
    rewrites: tuple[ProvedEquation, ...]
    statistics: tuple[Block, ...] = ()
    """How the running statistics follow the batches."""
    turned: tuple[str, ...] = ()
    """Weights that lie transposed in memory."""
    updates: Mapping[int, int] = field(default_factory=dict)
    """Number of a block of `backward` to the layer, from 0, that is updated behind it."""
    brief: bool = False
    """Whether the array of a result is the last argument, without a name."""


def step(network: Network, proved: Sequence[ProvedEquation]) -> Step:
    """The step of a network; raises `codegen.proof.Unproved` if its update is not the library's."""
    rewrites, forms = training_forms(network, proved)
    training = network.spec.training
    plain = {L1, L2}.isdisjoint(network.constants) and training.clip_norm is None
    change = update(training, foldable=plain and training.steady)
    require(network, change.proofs)
    graph, results, cost = training_graph(network, proved, forms, fold_rate=change.folds)
    other_way = turned(network)
    blocked = network.spec.training.batch_size > BLOCK
    brief = max(network.spec.widths) * training.batch_size <= TINY
    code = Allocator(graph, results, cost, turned=other_way, blocked=blocked, brief=brief).run()
    shapes = _Shapes(network)
    equations = _equations(network, proved, forms, folds=change.folds)
    forward, backward = _blocks(code, equations)
    count = sum(a * b for a, b in (shapes.numbers(network, p) for p in network.parameters))
    called = [line for _, line in code.lines] + list(change.lines)
    chunk = CHUNK if count > UNCHUNKED and change.state else 0
    layers = [network.parameters_of(k) for k in range(1, network.depth + 1)]
    # a gradient that is clipped is needed as a whole
    by_layer = chunk and training.clip_norm is None
    return Step(
        buffers=tuple(shapes.buffer(name, shape) for name, shape in code.buffers.items()),
        constants=(*code.constants.items(), *_class_weights(network), *_paces(network)),
        filled=tuple(shapes.filled(name, *known) for name, known in code.filled.items()),
        forward=forward,
        backward=backward,
        cost=code.result,
        update=change,
        chunk=chunk,
        functions=tuple(sorted(_calls(called + [li for b in _running(network) for li in b.lines]))),
        rewrites=rewrites,
        statistics=tuple(_running(network)),
        turned=other_way,
        updates=updates([block.lines for block in backward], layers) if by_layer else {},
        brief=brief,
    )


def _paces(network: Network) -> list[tuple[str, str]]:
    """The weights of a batch in the running statistics."""
    layers = network.batch_layers
    return [(f"pace{k}", repr(network.activation(k).norm_momentum)) for k in layers]


def _running(network: Network) -> list[Block]:
    """``mean = mean + pace (B - mean)``, in the memory of B."""
    blocks = []
    for name in network.statistics:
        k = name.lstrip("meanvr")
        of = f"{'B' if name.startswith('mean') else 'V'}{k}"
        lines = (
            f"subtract(d{name}, {name}, out=d{name})",
            f"multiply(d{name}, pace{k}, out=d{name})",
            f"add({name}, d{name}, out={name})",
        )
        blocks.append(Block(f"{name} = {name} + pace{k} ({of} - {name})", lines))
    return blocks


def _class_weights(network: Network) -> list[tuple[str, str]]:
    return [(CLASS_WEIGHTS, CLASS_WEIGHTS_TEXT)] if network.spec.class_weights else []


def training_forms(
    network: Network, proved: Sequence[ProvedEquation]
) -> tuple[tuple[ProvedEquation, ...], Proposed]:
    """Values by cheaper forms, derivatives by the output at hand; each proved before it is used."""
    confirmed: list[ProvedEquation] = []
    forms: Proposed = {}
    needed = {
        node.function
        for line in proved
        for node in walk(line.right)
        if isinstance(node, Apply) and node.order == 1
    }
    for k, named in sorted(network.functions.items()):
        if _mixed(network, k):
            continue
        name = network.activation(k).activation
        z, a = network.program.symbol(network.argument(k)), network.program.symbol(f"A{k}")
        # the last layer is computed together with the cost
        shared = k == network.depth and network.spec.loss in WITH_COST
        proposals = [
            (0, IN_TRAINING.get(name) if not shared else None, z, _CHEAPER),
            (1, FROM_OUTPUT.get(name) if named in needed else None, a, _AT_HAND),
        ]
        for order, propose, of, note in proposals:
            if propose is None:
                continue
            equation = Equation(Apply(named, order, z), propose(of))
            title = f"{named}{chr(39) * order}({z.name})"
            judged = judge(_one_layer(network, k), title, "", equation, note)
            if judged.accepted:
                confirmed.append(judged)
                forms[named, order, z.name] = equation.right
    return tuple(confirmed), forms


def _mixed(network: Network, k: int) -> bool:
    """Whether the output of a layer is not the value of its activation alone."""
    layer = network.activation(k)
    return bool(layer.skip or layer.dropout)


def _one_layer(network: Network, k: int) -> Program:
    """The activation of a layer on an arbitrary Z: all that a local identity needs."""
    program = network.program
    scalars = {name: leaf for name, leaf in program.leaves.items() if name in network.constants}
    z, a = network.argument(k), f"A{k}"
    leaves = {z: Leaf(program.shape(z)), **scalars}
    functions = {"tanh": function("tanh"), **program.functions}
    return Program(leaves, {a: program.definitions[a]}, functions)


def _equations(
    network: Network,
    proved: Sequence[ProvedEquation],
    forms: Proposed,
    *,
    folds: bool,
) -> dict[str, str]:
    """The comment above the lines of each named value."""
    texts = {n: f"{n} = {readable(e)}" for n, e in network.program.definitions.items()}
    if network.spec.input_scale is not None:
        texts["A0"] = f"A0 = X / {network.spec.input_scale!r}, which is the X of the equations"
    if network.spec.label_smoothing:
        kept, added = smoothing(network.spec)
        texts["S"] = f"S = ({kept}) Y + {added}, which is the Y of the equations"
    for name, expr in network.program.definitions.items():
        texts[name] += _put_in(expr, forms)
    for number, line in enumerate(proved):
        text = f"{line.name} = {readable(line.right)}{_put_in(line.right, forms)}"
        if number == 0 and folds:
            text += ", times the learning rate, which all that follows inherits"
        texts[line.name] = text
    return texts


def _put_in(expr: Expr, forms: Proposed) -> str:
    """What a comment says of the forms that are used in an expression."""
    text = ""
    for node in walk(expr):
        if isinstance(node, Apply):
            form = forms.get((node.function, node.order, getattr(node.arg, "name", "")))
            text += f", where {readable(node)} = {readable(form)}" if form is not None else ""
    return text


def _blocks(
    code: Code, equations: Mapping[str, str]
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The lines before and behind the cost, grouped by the value that they complete."""
    parts: tuple[list[Block], list[Block]] = ([], [])
    group: list[str] = []
    behind = 0
    for name, line in code.lines:
        if name == "J":
            if group:
                parts[0].append(Block("for the cost", tuple(group)))
            group, behind = [], 1
            continue
        group.append(line)
        if name:
            parts[behind].append(Block(equations.get(name, ""), tuple(group)))
            group = []
    if group:
        parts[behind].append(Block("", tuple(group)))
    return tuple(parts[0]), tuple(parts[1])


def _calls(lines: Sequence[str]) -> set[str]:
    words = set()
    for line in lines:
        text = line.replace("(", " ( ").split()
        words |= {w for w, after in pairwise(text) if after == "("}
    return words & _FUNCTIONS


class _Shapes:
    """Symbolic shapes as Python text with the sizes of the spec."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def numbers(self, network: Network, name: str) -> tuple[int, int]:
        rows, columns = network.concrete(network.program.shape(name))
        return int(rows), int(columns)

    def buffer(self, name: str, shape: Shape) -> Buffer:
        return Buffer(name, f"({self._text(shape)})")

    def filled(self, name: str, shape: Shape, value: str) -> tuple[str, str, str]:
        return name, value, self._text(shape)

    def _text(self, shape: Shape) -> str:
        texts = self.network.width_texts()
        rows, columns = (texts.get(str(dim), str(dim)) for dim in shape)
        return f"{rows}, {columns}"
