"""The gradient by one name of a program, from the cost down, as on a blackboard.

In: a program, a name, and the gradients that may stay as they are.  Out: a `Section` for each
gradient on the way, the one by the name last: chain rule through the definition, local
derivative, delta contraction, back to matrices.  Every line is proved by the engine and
accepted by the checker (`derive.explain.board`).

>>> from derive.latex import PlainNotation
>>> from derive.library.layers import dense
>>> [section] = derivation(dense("columns").program, "W", PlainNotation(), ("Z",))
>>> [step.rule for step in section.steps][1:]
['chain rule', 'derivative of an affine map', 'delta contraction', 'back to matrices']
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from derive.explain import cost as cost_rules
from derive.explain import differentiate
from derive.explain.arrange import collected, factored, same
from derive.explain.board import Chalk, Line, Section
from derive.explain.entries import (
    Letters,
    MaybeIndex,
    NoEntries,
    constants_out,
    contracted,
    divided,
    entry_of,
    mentions_name,
    partial_of,
    picked,
    raised,
    split,
    summed,
    terms_of,
)
from derive.explain.rules import RULES
from derive.explain.shapes import cut, elementwise, is_affine, put_in, replaced, slope, softmax_axis
from derive.latex import Notation, name_latex, to_latex
from derive.program import (
    ONE,
    Apply,
    Delta,
    Entry,
    Expr,
    Gradient,
    Index,
    MatMul,
    Partial,
    Program,
    Sum,
    SumOver,
    Symbol,
    Times,
    minus,
    show_shape,
    walk,
)
from derive.scalars.blackboard import Step, WrongStep
from derive.scalars.rules import product, total
from derive.tensors import Underivable, derived_gradient

Place = tuple[MaybeIndex, MaybeIndex]
"""Where an entry stands; an axis of size 1 has no index."""


class NoDerivation(ValueError):
    """No derivation can be written; the message says why."""


def derivation(
    program: Program, name: str, notation: Notation, stops: Collection[str] = ()
) -> list[Section]:
    """The sections that lead to the gradient of the cost by `name`.

    stops: names whose gradients are taken as known.  Raises `NoDerivation`.
    """
    return derivations(program, [name], notation, set(stops) - {name})


def derivations(
    program: Program, names: Sequence[str], notation: Notation, stops: Collection[str] = ()
) -> list[Section]:
    """As `derivation` for several names, each section once, in the order of need."""
    writer = _Writer(program, notation, frozenset(stops))
    try:
        for name in names:
            writer.section(name)
    except (NoEntries, WrongStep, Underivable) as error:
        raise NoDerivation(str(error)) from error
    return list(writer.done.values())


def users_of(program: Program, name: str) -> list[str]:
    """The definitions that use a name directly and reach the cost, in order."""
    reach = {program.cost}
    for definition, body in list(program.definitions.items())[::-1]:
        if definition in reach:
            reach |= {node.name for node in walk(body) if isinstance(node, Symbol)}
    return [n for n, e in program.definitions.items() if n in reach and mentions_name(e, name)]


@dataclass
class _Writer:
    """Writes sections on demand, the gradients that they need first."""

    program: Program
    notation: Notation
    stops: frozenset[str]
    done: dict[str, Section] = field(default_factory=dict)

    def section(self, name: str) -> Section:
        """The section of a name, written if it is not there yet."""
        if name not in self.done:
            users = users_of(self.program, name)
            if not users:
                raise NoDerivation(f"{name} does not reach the cost")
            for user in users:
                if user != self.program.cost and user not in self.stops:
                    self.section(user)
            self.done[name] = self._written(name, users)
        return self.done[name]

    def _written(self, name: str, users: list[str]) -> Section:
        shape = self.program.shape(name)
        row = None if shape[0] == 1 else Index("i", shape[0])
        column = None if shape[1] == 1 else Index("j", shape[1])
        gradient = self.program.gradient(name)
        free = tuple(index for index in (row, column) if index is not None)
        chalk = Chalk(self.program, self.notation, picked(gradient, row, column), free)
        task = _Task(self, name, row, column, chalk, Letters())
        if users == [self.program.cost]:
            task.through_cost()
        elif len(users) == 1:
            task.through(users[0])
        else:
            task.along_paths(users)
        task.fuse(users)
        return Section(
            "the gradient by",
            name,
            to_latex(gradient, self.notation),
            tuple(self._given(user) for user in users),
            (*task.local, *chalk.lines),
            chalk.last,
            show_shape(shape),
            name_latex(name, self.notation),
        )

    def _given(self, user: str) -> Step:
        symbol, body = self.program.symbol(user), self.program.definitions[user]
        latex = f"{to_latex(symbol, self.notation)} = {to_latex(body, self.notation)}"
        return Step("definition", latex, RULES["definition"])

    def local_form(self, name: str, users: list[str]) -> Expr:
        """The gradient in those of the users, as arrays."""
        opaque = [u for u in users if u != self.program.cost]
        return derived_gradient(self.program, name, opaque)


@dataclass
class _Task:
    """The lines of one section."""

    writer: _Writer
    name: str
    row: MaybeIndex
    column: MaybeIndex
    chalk: Chalk
    letters: Letters
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
            self._to_arrays(self.writer.local_form(self.name, []))
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
        line = contracted(self.chalk.last)
        self.chalk.write("delta contraction", line)
        known = self.writer.done.get(user)
        if known is not None and softmax_axis(self.program, user, self.name) is not None:
            self._through_softmax(user, known, line)
            return
        if any(isinstance(node, Delta) for node in walk(line)):
            self._taken_apart(line)
        self._to_arrays(self.writer.local_form(self.name, [user]))

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
        self._to_arrays(self.writer.local_form(self.name, users))

    def _at(self, user: str) -> Place:
        rows, columns = self.program.shape(user)
        return self.letters.index(rows), self.letters.index(columns)

    def _summed(self, at: Place, body: Expr) -> Expr:
        return summed(at[0], summed(at[1], body))

    def _along(self, user: str, at: Place) -> Expr:
        """The local derivative of one path, in lines of its own; what else leads there is held."""
        left = self._pending(user, at)
        indices = (self.row, self.column, *at)
        free = tuple(index for index in indices if index is not None)
        side = Chalk(cut(self.program, user, self.name), self.chalk.notation, left, free)
        for rule, local in self._local(user, at):
            side.write(rule, local)
        side.write("delta contraction", contracted(side.last))
        self.local += side.lines
        return side.last

    def _path(self, user: str, at: Place, local: Expr) -> Expr:
        """What goes through one definition: its gradient times the local derivative, summed."""
        if user == self.program.cost:
            return local
        upstream = picked(self.program.gradient(user), *at)
        return self._summed(at, product(upstream, local))

    def _pending(self, user: str, at: Place) -> Expr:
        """The derivative of an entry of the user by an entry of the name, to be worked out."""
        by = self.name, self.row, self.column
        if user == self.program.cost:
            terms = terms_of(self._entry(user, at))
            return Partial(total(*(t for t in terms if mentions_name(t, self.name))), *by)
        return Partial(picked(self.program.symbol(user), *at), *by)

    def _entry(self, user: str, at: Place) -> Expr:
        return entry_of(self.program.definitions[user], *at, self.letters)

    def _local(self, user: str, at: Place) -> Iterator[tuple[str, Expr]]:
        """The local derivative as it is worked out, with the rule of each step."""
        axis = softmax_axis(self.program, user, self.name)
        jacobian = None if axis is None else self._jacobian(user, at, axis)
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

    def _jacobian(self, user: str, at: Place, axis: int) -> Expr | None:
        """a_r (delta_ri - a_i), at the same example."""
        unit, own = at[axis], (self.row, self.column)[axis]
        other, example = at[1 - axis], (self.row, self.column)[1 - axis]
        if unit is None or own is None:
            return None
        a = self.program.symbol(user)
        same = picked(a, own, other) if axis == 0 else picked(a, other, own)
        factor = minus(Delta(unit, own), same)
        apart = [Delta(other, example)] if other is not None and example is not None else []
        return product(picked(a, *at), factor, *apart)

    def _through_softmax(self, user: str, known: Section, line: Expr) -> None:
        """In entries: the gradient by the output put in, divided out, the sum split."""
        line = self._put_in(line, user, known.result)
        self.chalk.write("substitute the gradient", line)
        for rule, change in (
            ("divide out", divided),
            ("split the sum", split),
            ("delta contraction", contracted),
            ("constants out of the sum", constants_out),
            ("labels sum to 1", self._labels),
        ):
            line = change(line)
            self.chalk.write(rule, line)
        self._to_arrays(derived_gradient(self.program, self.name, sorted(self.writer.stops)))

    def _put_in(self, line: Expr, user: str, result: Expr) -> Expr:
        """The entries of a gradient replaced by those of what it was found to be."""

        def value(node: Expr) -> Expr | None:
            if isinstance(node, Entry) and node.arg == self.program.gradient(user):
                return entry_of(result, node.row, node.column, self.letters)
            return None

        return replaced(line, value)

    def _labels(self, line: Expr) -> Expr:
        """The sum of the labels of one example is 1."""

        def value(node: Expr) -> Expr | None:
            match node:
                case SumOver(index=index, body=Entry(arg=Symbol(name=name), row=r, column=c)):
                    leaf = self.program.leaves.get(name)
                    axis = None if leaf is None else leaf.sums_to_one
                    return ONE if axis is not None and (r, c)[axis] == index else None
            return None

        return _tidy(replaced(line, value))

    # -- back to arrays ------------------------------------------------------------------------

    def _to_arrays(self, expr: Expr) -> None:
        rule = "back to arrays"
        entry = entry_of(expr, self.row, self.column, Letters())
        last = self.chalk.last
        if same(last, entry):
            pass
        elif same(last, entry, powers=True):
            self.chalk.write("divide out", entry)
        elif collected(last, entry):
            self.chalk.write("collect", entry)
        else:  # the engine's form is more than one rule away
            self.chalk.write("collect", factored(last))
            expr = raised(self.chalk.last, self.row, self.column) or expr
        if any(isinstance(node, MatMul | Sum) for node in walk(expr)):
            rule = "back to matrices"
        self.chalk.turn(self.gradient, expr, rule)

    def fuse(self, users: list[str]) -> None:
        """Behind an activation: the gradient by its value put in, and what becomes of it."""
        user = users[0]
        known = self.writer.done.get(user)
        if known is None or len(users) > 1 or not elementwise(self.program.definitions[user]):
            return
        upstream = self.program.gradient(user)
        if not any(node == upstream for node in walk(self.chalk.last)):
            return
        line = put_in(self.chalk.last, user, known.result)
        self.chalk.write("substitute the gradient", line)
        for rule, line in self._closing(user):
            self.chalk.write(rule, line)

    def _closing(self, user: str) -> Iterator[tuple[str, Expr]]:
        value = slope(self.program, user)
        if value is not None:
            arrow, formula = value
            line = _tidy(replaced(self.chalk.last, lambda e: formula if e == arrow else None))
            yield "substitute the derivative", line
        opaque = {n.name for n in walk(self.chalk.last) if isinstance(n, Gradient)}
        best = derived_gradient(self.program, self.name, sorted(opaque))
        if _size(best) < _size(self.chalk.last) and _slopes(best) <= _slopes(self.chalk.last):
            if same(self.chalk.last, best, powers=True):
                yield "divide out", best
            elif collected(self.chalk.last, best):
                yield "collect", best


def _tidy(expr: Expr) -> Expr:
    """Products without factors 1."""
    return replaced(expr, lambda e: product(e.left, e.right) if isinstance(e, Times) else None)


def _size(expr: Expr) -> int:
    return sum(1 for _ in walk(expr))


def _slopes(expr: Expr) -> int:
    return sum(isinstance(node, Apply) and node.order > 0 for node in walk(expr))
