"""True lines with all that diagnosis may look at: drawn networks, and the notes that are shipped.

In: a seed and a number.  Out: `Lines`: a network in its scene with the true claims about it, and
how its statements are judged, by engine and checker together.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.diagnosis import judging
from derive.diagnosis.targets import Judging
from derive.meaning.scenery import scene_of
from derive.program import ONE, Equation, Expr, Gradient, Program, Times
from derive.verdict import Kind, Verdict
from derive.verify import Note, Options, open_note, shipped_notes
from tests.diagnosis.networks import Net, Truth, dense

from .floats import Truth as Oracle

HIDDEN = ("g", "g", "sigmoid", "tanh", "relu", "leaky_relu")
PAIRS = (
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary"),
    ("softmax", "squared"),
    ("sigmoid", "half"),
    ("identity", "squared"),
    ("identity", "half"),
    ("tanh", "squared"),
    ("g", "half"),
)


@dataclass
class Lines:
    """A network whose lines are mutated; programs are judged once each, as `judges` keeps them."""

    net: Net

    def __post_init__(self) -> None:
        self.known: dict[int, tuple[Program, Judging]] = {}
        self.oracle = Oracle(self.net.scene.program, shapes=4)

    def judges(self, program: Program) -> Judging:
        """Proof and screen for a program of this network, shared by all of its mistakes."""
        if id(program) not in self.known:
            self.known[id(program)] = (program, judging(program))
        return self.known[id(program)][1]


def drawn(seed: int, count: int) -> Iterator[Net]:
    """Random stacks of dense layers."""
    for k in range(count):
        rng = random.Random(f"scene {seed} {k}")
        output, cost = rng.choice(PAIRS)
        yield dense(
            rng.choice((1, 2, 2, 3, 3, 4)),
            layout=rng.choice(("columns", "rows")),
            hidden=rng.choice(HIDDEN),
            output=output,
            cost=cost,
            summed=rng.random() < 0.5,
        )


def of_notes() -> Iterator[Net]:
    """The true gradients of the shipped notes, each in the scene of its own line."""
    for path in shipped_notes():
        note = open_note(path.name, path.read_text(encoding="utf-8"), "md", Options())
        yield from _of_note(note)


def _of_note(note: Note) -> Iterator[Net]:
    seen: set[tuple[str, Expr]] = set()
    for k, found in enumerate(note.choice.interpretations):
        if found.kind != Kind.GRADIENT or len(found.statements) != 1 or found.reading != "matrix":
            continue
        [stated] = found.statements
        target = _target(stated.statement)
        if target is None or note.judgement(k).verdict != Verdict.VERIFIED:
            continue
        assert isinstance(stated.statement, Equation)
        name, scale = target
        truth = Truth(name, stated.statement.right)
        if (name, truth.right) not in seen:
            seen.add((name, truth.right))
            scene = scene_of(stated.setting, found.line, stated.layers)
            scene = replace(scene, scale={**scene.scale, name: scale})
            yield Net(f"{note.path}:{found.line.piece.line}", scene, (truth,))


def _target(statement: object) -> tuple[str, Expr] | None:
    """The gradient on the left side of an equation of whole arrays, and what it is multiplied by."""
    match statement:
        case Equation(left=Gradient(name=name), free=()):
            return name, ONE
        case Equation(left=Times(left=scale, right=Gradient(name=name)), free=()):
            return name, scale
    return None
