"""Gradients through a program: adjoints with opaque cuts, and unfolding of definitions.

The adjoint of a name is the sum over the definitions that use it of their adjoint times the
local derivative.  Adjoints named in `opaque` stay symbols, so a claim that names dZ is
proved without looking behind Z: proofs stay local, and residual connections and shared
parameters need nothing of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import is_

from derive.program import SCALAR, Apply, Expr, Function, Gradient, Partial, Program, Symbol, walk
from derive.tensors.derivative import derivative
from derive.tensors.label import fresh
from derive.tensors.lower import Lowering, Slot, parameters, present, slot
from derive.tensors.meter import Outside, used
from derive.tensors.normal import at_indices, collect, entry, sum_over, times
from derive.tensors.substitute import substitute
from derive.tensors.terms import ZERO, Index, Poly, mentions


@dataclass(frozen=True, slots=True)
class Structure:
    """What a program's definitions use, the same for all questions about it.

    differential: definitions that hold a gradient.  applies: whether any of them applies a function
    that has a formula.  upstream: filled on demand.
    """

    known: tuple[tuple[str, ...], dict[str, Expr], dict[str, Function]]
    uses: dict[str, tuple[str, ...]]
    differential: frozenset[str]
    applies: bool
    upstream: dict[str, frozenset[str]] = field(default_factory=dict)


_recent: list[Structure] = []
MOST_RECENT = 4


def _structure(program: Program) -> Structure:
    """Made once for many questions: if all that they use are the same objects as before."""
    leaves, definitions = tuple(program.leaves), dict(program.definitions)
    functions = dict(program.functions)
    for structure in _recent:
        names, bodies, known = structure.known
        if names == leaves and _same(bodies, definitions) and _same(known, functions):
            return structure
    differential = frozenset(
        n
        for n, e in definitions.items()
        if any(isinstance(node, Gradient | Partial) for node in walk(e))
    )
    uses = {n: _names(e, program) for n, e in definitions.items()}
    applies = any(applies_formula(program, e) for e in definitions.values())
    known_of = (leaves, definitions, functions)
    _recent.insert(0, Structure(known_of, uses, differential, applies))
    del _recent[MOST_RECENT:]
    return _recent[0]


def _same(some: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return list(some) == list(other) and all(map(is_, some.values(), other.values()))


def applies_formula(program: Program, expr: Expr) -> bool:
    """Whether an expression applies a function that has a formula."""
    functions = program.functions
    return any(
        isinstance(node, Apply)
        and node.function in functions
        and functions[node.function].body is not None
        for node in walk(expr)
    )


class Model:
    """A program as terms: bodies of definitions, adjoints, unfolding.

    Everything is computed on demand and kept for the life of the object, which is one
    question to the engine.
    """

    def __init__(self, program: Program, *, opaque_functions: bool = False) -> None:
        self.program = program
        self.lowering = Lowering(program, self.total, opaque_functions=opaque_functions)
        structure = _structure(program)
        self.uses = structure.uses
        self._differential = structure.differential
        self.applies = structure.applies
        self._bodies: dict[str, tuple[tuple[Index, ...], Poly]] = {}
        self._totals: dict[tuple[str, str, frozenset[str]], tuple[tuple[Index, ...], Poly]] = {}
        self._upstream = structure.upstream

    # -- the graph of definitions -------------------------------------------------------------

    def upstream(self, name: str) -> frozenset[str]:
        """The name itself and all that it is computed from."""
        if name not in self._upstream:
            self._upstream[name] = frozenset((name,)).union(
                *(self.upstream(n) for n in self.uses.get(name, ()))
            )
        return self._upstream[name]

    def depends(self, name: str, on: str) -> bool:
        """Whether `name` is computed from `on`, or is it."""
        return on in self.upstream(name)

    # -- values -------------------------------------------------------------------------------

    def slots(self, name: str, tag: str) -> tuple[Slot, Slot]:
        """Generic indices of a name's axes."""
        rows, columns = self.program.shape(name)
        return slot(f"{tag}0", rows), slot(f"{tag}1", columns)

    def body(self, name: str, indices: tuple[Index, ...]) -> Poly:
        """The entry of a definition, one level unfolded."""
        if name not in self._bodies:
            row, column = self.slots(name, "@")
            term = self.lowering.lower(self.program.definitions[name], row, column, {})
            self._bodies[name] = present(row, column), term
        generic, term = self._bodies[name]
        return at_indices(term, generic, indices)

    def unfold(self, poly: Poly, names: Iterable[str]) -> Poly:
        """Definitions replaced by their bodies until none of `names` is left."""
        todo = [n for n in reversed(list(self.program.definitions)) if n in frozenset(names)]
        for name in todo:
            if mentions(poly, "entry", frozenset((name,))):
                used("unfold a definition")
                poly = self.unfold_once(poly, name)
        return poly

    def unfold_once(self, poly: Poly, name: str) -> Poly:
        """One definition replaced by its body."""
        return substitute(poly, "entry", {name: lambda at: self.body(name, at)})

    # -- derivatives --------------------------------------------------------------------------

    def adjoint(self, name: str, indices: tuple[Index, ...], opaque: frozenset[str]) -> Poly:
        """An entry of the gradient of the cost by a name; cut at the names in `opaque`."""
        cost = self.program.cost
        if cost is None or self.program.shape(cost) != SCALAR:
            raise Outside("outside the fragment: a gradient without a scalar cost")
        self._refuse_derived(self.upstream(cost))
        used("chain rule through definitions")
        return self._total(self.lowering.symbol(cost), name, indices, opaque)

    def total(self, objective: Poly, name: str, indices: tuple[Index, ...]) -> Poly:
        """The derivative of a term by an entry of a name, through all definitions."""
        for n in self.uses:
            if mentions(objective, "entry", frozenset((n,))):
                self._refuse_derived(self.upstream(n))
        return self._total(objective, name, indices, frozenset())

    def _refuse_derived(self, names: frozenset[str]) -> None:
        if names & self._differential:
            raise Outside("outside the fragment: the derivative of a gradient")

    def _total(
        self, objective: Poly, name: str, indices: tuple[Index, ...], opaque: frozenset[str]
    ) -> Poly:
        key = (objective.key, name, opaque)
        if key not in self._totals:
            at = present(*self.slots(name, "#"))
            parts = [(derivative(objective, name, at), 1)]
            parts += [
                (self._through(user, objective, name, at, opaque), 1)
                for user, used_names in self.uses.items()
                if name in used_names
            ]
            self._totals[key] = at, collect(parts)
        generic, term = self._totals[key]
        return at_indices(term, generic, indices)

    def _through(
        self,
        user: str,
        objective: Poly,
        name: str,
        at: tuple[Index, ...],
        opaque: frozenset[str],
    ) -> Poly:
        """What reaches `name` by way of one definition that uses it."""
        mine = tuple(fresh(i) for i in present(*self.slots(user, "~")))
        if user in opaque:
            outer = entry(user, mine, kind="gradient")
        else:
            outer = self._total(objective, user, mine, opaque)
        if not outer.terms:
            return ZERO
        out = times(outer, derivative(self.body(user, mine), name, at))
        for index in mine:
            out = sum_over(out, index)
        return out


def _names(expr: Expr, program: Program) -> tuple[str, ...]:
    """The leaves and definitions that an expression uses directly, or by a function; sorted."""
    names = set[str]()
    for node in walk(expr):
        if isinstance(node, Symbol):
            names.add(node.name)
        elif isinstance(node, Apply):
            names |= parameters(program, node.function)
    return tuple(sorted(n for n in names if n in program.leaves or n in program.definitions))
