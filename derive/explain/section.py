"""The lines of one section of a derivation: from the cost, or from the gradients above, to one.

In: the name and the definitions that use it.  Out: lines on a `Chalk`: the chain rule through the
definitions, the local derivative one rule at a time, delta contraction, back to arrays, and behind
an activation the gradient by its value put in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from derive.explain import cost as cost_rules
from derive.explain import differentiate, softmax
from derive.explain.arrange import collected, deltas_out, factored, same
from derive.explain.board import Chalk, Line, OutOfSteps, Section
from derive.explain.entries import (
    Letters,
    MaybeIndex,
    constants_out,
    contracted,
    entry_of,
    mentions_name,
    partial_of,
    picked,
    raised,
    split,
    summed,
    terms_of,
)
from derive.explain.shapes import (
    cut,
    elementwise,
    is_affine,
    put_in,
    replaced,
    slope,
    softmax_axis,
    tidy,
)
from derive.program import (
    Apply,
    Delta,
    Entry,
    Expr,
    Gradient,
    MatMul,
    Partial,
    Program,
    Sum,
    walk,
)
from derive.scalars.rules import product, total
from derive.tensors import Underivable, derived_gradient


@dataclass
class Task:
    """The lines of one section."""

    name: str
    row: MaybeIndex
    column: MaybeIndex
    chalk: Chalk
    letters: Letters
    known: Mapping[str, Section]
    stops: Collection[str]
    local: list[Line] = field(default_factory=list)

    @property
    def program(self) -> Program:
        return self.chalk.program

    @property
    def gradient(self) -> Gradient:
        return self.program.gradient(self.name)

    # -- from the cost -----------------------------------------------------------------------

    def through_cost(self) -> None:
        """The gradient by what the cost is made of."""
        cost = self.program.cost
        assert cost is not None
        body = entry_of(self.program.definitions[cost], None, None, self.letters)
        by = self.name, self.row, self.column
        self.chalk.write("substitute the definition", Partial(body, *by))
        lines = cost_rules.entry_lines(body, *by)
        if lines is None:
            for rule, line in differentiate.lines(Partial(body, *by)):
                self.chalk.write(rule, line)
            self.chalk.write("delta contraction", contracted(self.chalk.last))
            self._to_arrays(self._engine_form([]))
            return
        for rule, line in lines:
            self.chalk.write(rule, line)
        self._to_arrays(cost_rules.as_arrays(self.chalk.last, self.gradient))

    # -- through one definition ---------------------------------------------------------------

    def through(self, user: str) -> None:
        """The gradient by what one definition is computed from."""
        at = self._at(user)
        self.chalk.write("chain rule", self._path(user, at, self._pending(user, at)))
        for rule, local in self._local(user, at):
            self.chalk.write(rule, self._path(user, at, local))
        for line in deltas_out(self.chalk.last):
            self.chalk.write("collect", line)
        line = contracted(self.chalk.last)
        self.chalk.write("delta contraction", line)
        known = self.known.get(user)
        if known is not None and softmax_axis(self.program, user, self.name) is not None:
            self._through_softmax(user, known, line)
            return
        if any(isinstance(node, Delta) for node in walk(line)):
            self._taken_apart(line)
        self._to_arrays(self._engine_form([user]))

    def _taken_apart(self, line: Expr) -> None:
        """Sums that hold deltas beside other terms: split, contracted, what is constant outside."""
        for rule, change in (
            ("split the sum", split),
            ("delta contraction", contracted),
            ("constants out of the sum", constants_out),
        ):
            line = change(line)
            self.chalk.write(rule, line)

    def along_paths(self, users: list[str]) -> None:
        """The sum over all definitions that use the name, each with its local derivative."""
        places = [self._at(user) for user in users]
        found = [self._along(user, at) for user, at in zip(users, places, strict=True)]
        self.chalk.write("the sum over the paths", total(*map(self._path, users, places, found)))
        self.chalk.write("delta contraction", contracted(self.chalk.last))
        self._to_arrays(self._engine_form(users))

    def _at(self, user: str) -> softmax.Place:
        rows, columns = self.program.shape(user)
        return self.letters.index(rows), self.letters.index(columns)

    def _summed(self, at: softmax.Place, body: Expr) -> Expr:
        return summed(at[0], summed(at[1], body))

    def _along(self, user: str, at: softmax.Place) -> Expr:
        """The local derivative of one path, in lines of its own; what else leads there is held."""
        left = self._pending(user, at)
        indices = (self.row, self.column, *at)
        free = tuple(index for index in indices if index is not None)
        side = Chalk(cut(self.program, user, self.name), self.chalk.notation, left, free)
        for rule, local in self._local(user, at):
            side.write(rule, local)
        for line in deltas_out(side.last):
            side.write("collect", line)
        side.write("delta contraction", contracted(side.last))
        self.local += side.lines
        return side.last

    def _path(self, user: str, at: softmax.Place, local: Expr) -> Expr:
        """What goes through one definition: its gradient times the local derivative, summed."""
        if user == self.program.cost:
            return local
        upstream = picked(self.program.gradient(user), *at)
        return self._summed(at, product(upstream, local))

    def _pending(self, user: str, at: softmax.Place) -> Expr:
        """The derivative of an entry of the user by an entry of the name, to be worked out."""
        by = self.name, self.row, self.column
        if user == self.program.cost:
            terms = terms_of(self._entry(user, at))
            return Partial(total(*(t for t in terms if mentions_name(t, self.name))), *by)
        return Partial(picked(self.program.symbol(user), *at), *by)

    def _entry(self, user: str, at: softmax.Place) -> Expr:
        return entry_of(self.program.definitions[user], *at, self.letters)

    def _local(self, user: str, at: softmax.Place) -> Iterator[tuple[str, Expr]]:
        """The local derivative as it is worked out, with the rule of each step."""
        axis = softmax_axis(self.program, user, self.name)
        own, a = (self.row, self.column), self.program.symbol(user)
        jacobian = None if axis is None else softmax.jacobian(a, at, own, axis)
        if jacobian is not None:
            yield "Jacobian of softmax", jacobian
            return
        body, by = self.program.definitions[user], (self.name, self.row, self.column)
        entry = self._entry(user, at)
        if elementwise(body):
            yield "derivative of an elementwise function", partial_of(entry, *by)
        elif is_affine(body) and user != self.program.cost:
            yield "derivative of an affine map", contracted(partial_of(entry, *by))
        else:
            start = self._pending(user, at) if user == self.program.cost else Partial(entry, *by)
            if user != self.program.cost:
                yield "substitute the definition", start
            yield from differentiate.lines(start)

    def _through_softmax(self, user: str, known: Section, line: Expr) -> None:
        """In entries: the gradient by the output put in, divided out, the sum split."""
        line = self._put_in(line, user, known.result)
        self.chalk.write("substitute the gradient", line)
        for rule, change in softmax.changes(self.program):
            line = change(line)
            self.chalk.write(rule, line)
        self._to_arrays(derived_gradient(self.program, self.name, sorted(self.stops)))

    def _put_in(self, line: Expr, user: str, result: Expr) -> Expr:
        """The entries of a gradient replaced by those of what it was found to be."""

        def value(node: Expr) -> Expr | None:
            if isinstance(node, Entry) and node.arg == self.program.gradient(user):
                return entry_of(result, node.row, node.column, self.letters)
            return None

        return replaced(line, value)

    # -- back to arrays ------------------------------------------------------------------------

    def _engine_form(self, users: list[str]) -> Expr | None:
        """The gradient in those of the users, as the engine writes it; None where it does not."""
        opaque = [user for user in users if user != self.program.cost]
        try:
            return derived_gradient(self.program, self.name, opaque)
        except Underivable:
            if raised(factored(self.chalk.last), self.row, self.column) is None:
                raise
            return None

    def _to_arrays(self, expr: Expr | None) -> None:
        last = self.chalk.last
        entry = None if expr is None else entry_of(expr, self.row, self.column, Letters())
        if expr is not None and entry is not None and same(last, entry):
            found = expr
        elif expr is not None and entry is not None and same(last, entry, powers=True):
            self.chalk.write("divide out", entry)
            found = expr
        elif expr is not None and entry is not None and collected(last, entry):
            self.chalk.write("collect", entry)
            found = expr
        else:  # the engine's form is more than one rule away
            found = self._raised(expr)
        matrices = any(isinstance(node, MatMul | Sum) for node in walk(found))
        self.chalk.turn(self.gradient, found, "back to matrices" if matrices else "back to arrays")

    def _raised(self, otherwise: Expr | None) -> Expr:
        """The array of the last line, what its terms have in common in front."""
        self.chalk.write("collect", factored(self.chalk.last))
        found = raised(self.chalk.last, self.row, self.column) or otherwise
        assert found is not None  # `_engine_form` has seen to it
        return found

    def fuse(self, users: list[str]) -> None:
        """Behind an activation: the gradient by its value put in, and what becomes of it."""
        user = users[0]
        known = self.known.get(user)
        if known is None or len(users) > 1 or not elementwise(self.program.definitions[user]):
            return
        upstream = self.program.gradient(user)
        if not any(node == upstream for node in walk(self.chalk.last)):
            return
        line = put_in(self.chalk.last, user, known.result)
        with suppress(OutOfSteps):  # the line before it stands as well
            self.chalk.write("substitute the gradient", line)
            for rule, line in self._closing(user):
                self.chalk.write(rule, line)

    def _closing(self, user: str) -> Iterator[tuple[str, Expr]]:
        value = slope(self.program, user)
        if value is not None:
            arrow, formula = value
            line = tidy(replaced(self.chalk.last, lambda e: formula if e == arrow else None))
            yield "substitute the derivative", line
        opaque = {n.name for n in walk(self.chalk.last) if isinstance(n, Gradient)}
        best = derived_gradient(self.program, self.name, sorted(opaque))
        if _size(best) < _size(self.chalk.last) and _slopes(best) <= _slopes(self.chalk.last):
            if same(self.chalk.last, best, powers=True):
                yield "divide out", best
            elif collected(self.chalk.last, best):
                yield "collect", best


def _size(expr: Expr) -> int:
    return sum(1 for _ in walk(expr))


def _slopes(expr: Expr) -> int:
    return sum(isinstance(node, Apply) and node.order > 0 for node in walk(expr))
