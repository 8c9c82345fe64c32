"""The gradient of a program's cost as a readable, efficient matrix expression.

Two ways are tried and the shorter result is kept: *staged*, the gradient of what a name is
used in times the local derivative; and *fused*, everything down to the cost multiplied out
and brought to normal form, with definitions folded back in (softmax with cross-entropy
becomes A - Y).  Whatever is returned has been proved by lowering it again.
"""

from __future__ import annotations

from collections.abc import Collection

from derive import program as p
from derive.program import Equation, Expr, Gradient, Program, walk, with_children
from derive.tensors.adjoint import Model
from derive.tensors.arrange import hoisted
from derive.tensors.folding import folded
from derive.tensors.lower import present, slot
from derive.tensors.meter import Exhausted, Outside, metered
from derive.tensors.prove import prove
from derive.tensors.raising import raised
from derive.tensors.relations import label_constraints, normal_form

STAGED_BUDGET = 100_000
FUSED_BUDGET = 40_000
MOST_FUSED = 4
"""Definitions between a name and the cost that are multiplied out at most."""


class Underivable(ValueError):
    """No proved matrix expression for the gradient was found; the message says why."""


def derived_gradient(program: Program, name: str, opaque: Collection[str] = ()) -> Expr:
    """The gradient of the cost by `name`, in ``Gradient(o)`` for o in `opaque`.

    Definitions stay symbols.  The result has the shape of `name` and is proved.
    Raises `Underivable`.
    """
    return _Derivation(program, frozenset(opaque) - {name}).gradient(name)


class _Derivation:
    def __init__(self, program: Program, opaque: frozenset[str]) -> None:
        self.program = program
        self.opaque = opaque
        self.done: dict[str, Expr] = {}
        self.constraints = label_constraints(program)

    def gradient(self, name: str) -> Expr:
        if name not in self.done:
            self.done[name] = self._best(name)
        return self.done[name]

    def _best(self, name: str) -> Expr:
        reasons: list[str] = []
        candidates: list[Expr] = []
        for way in (self._staged, self._fused):
            try:
                found = way(name)
            except Exhausted:
                reasons.append("budget")
            except Outside as outside:
                reasons.append(str(outside))
            else:
                candidates += [] if found is None else [self._spread(name, hoisted(found))]
        goal = Gradient(name, self.program.shape(name))
        for expr in sorted(candidates, key=_length):
            outcome = prove(self.program, Equation(goal, expr), budget=STAGED_BUDGET)
            if outcome.proved:
                return expr
            reasons.append(outcome.reason)
        raise Underivable(f"no proved gradient by {name}: {'; '.join(reasons)}")

    def _spread(self, name: str, expr: Expr) -> Expr:
        """An expression that does not vary along an axis, in the full shape."""
        shape = self.program.shape(name)
        if expr.shape == shape:
            return expr
        zeros = p.Times(p.ZERO, self.program.symbol(name))
        return zeros if expr == p.ZERO else p.Plus(expr, zeros)

    def _staged(self, name: str) -> Expr:
        """Through the definitions that use the name, their gradients put in where not opaque."""
        with metered(STAGED_BUDGET):
            model = Model(self.program, opaque_functions=True)
            users = {u for u, names in model.uses.items() if name in names}
            cuts = self.opaque | (users - {self.program.cost})
            expr = self._raised(model, name, cuts, unfold=False)
        return self._filled(expr)

    def _filled(self, expr: Expr) -> Expr:
        if isinstance(expr, Gradient):
            return expr if expr.name in self.opaque else self.gradient(expr.name)
        return with_children(expr, tuple(self._filled(c) for c in p.children(expr)))

    def _fused(self, name: str) -> Expr | None:
        """Everything between the name and the cost multiplied out, then folded."""
        with metered(FUSED_BUDGET):
            model = Model(self.program)
            between = [n for n in self.program.definitions if n != name and model.depends(n, name)]
            if len(between) > MOST_FUSED or self.opaque.intersection(between):
                return None
            return self._raised(model, name, self.opaque, unfold=True)

    def _raised(self, model: Model, name: str, cuts: frozenset[str], *, unfold: bool) -> Expr:
        rows, columns = self.program.shape(name)
        row, column = slot("!row", rows), slot("!column", columns)
        term = model.adjoint(name, present(row, column), cuts)
        if unfold:
            definitions = self.program.definitions
            term = model.unfold(
                term, [n for n in definitions if n != name and model.depends(n, name)]
            )
        term = folded(model, normal_form(term, self.constraints))
        return raised(self.program, term, row, column)


def _length(expr: Expr) -> tuple[int, int]:
    """Different nodes of the expression; matrix products and sums count more."""
    nodes = set(walk(expr))
    work = sum(isinstance(n, p.MatMul | p.Sum | p.SumOver | p.Build) for n in nodes)
    return len(nodes) + 3 * work, sum(1 for _ in walk(expr))
