"""What each line of a note says of its literal program: definitions, steps, claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.meaning.alternatives import under_conditions
from derive.meaning.conditions import applicable, conditions_of, restricted
from derive.meaning.facts import subtree
from derive.meaning.figures import FIGURES_FOR_NAMES, figures_alone, value_of_one_example
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import JOINS, Line
from derive.meaning.literal.claims import Claims
from derive.meaning.literal.conflict import Conflict, Sides
from derive.meaning.literal.identity import Key, head_name
from derive.meaning.literal.jacobians import LINEAR_MAP, TURNED
from derive.meaning.literal.loose import crosses, if_symmetric, says_all, supposing
from derive.meaning.literal.matrices import sums_named
from derive.meaning.literal.outline import Outlined, all_uses, names_gradient
from derive.meaning.literal.over_time import of_one_step
from derive.meaning.literal.products import IDENTITY, pair, plus, sized
from derive.meaning.literal.program import leaves_of
from derive.meaning.literal.scope import Scope
from derive.meaning.literal.totals import differentiated
from derive.meaning.notation import names_in
from derive.meaning.outline import kind_of
from derive.meaning.setting import Outside, Setting
from derive.meaning.stationary import to_be_solved
from derive.program import (
    Composition,
    Equation,
    Expr,
    Gradient,
    Number,
    Partial,
    ShapeError,
    Statement,
    Symbol,
    Times,
    negate,
    number,
    show_shape,
    walk,
)
from derive.reading.syntax import Derivative, Dots, Name, Node, Sum, Transposed, Tuple, Unreadable
from derive.reading.syntax import Number as Figure
from derive.reading.tree import plain
from derive.verdict import Kind, Verdict

_NO_CLAIM = ("\\approx", "\\propto", "\\sim", "\\simeq", "≈", "∝")
_ASSIGNS = (":=", "\\leftarrow", "\\gets", "←")
SIZES = 12
"""So many sizes are found from one line."""


class Reader:
    """Says of each line what it claims about one program."""

    def __init__(self, found: Outlined, scope: Scope, setting: Setting) -> None:
        self.found, self.scope, self.setting = found, scope, setting
        self.cost: Key | None = found.costs[0] if found.costs else None
        self.crossed = False
        """A letter runs over both axes of one weight: units of several layers."""
        self.defined = {id(s.line): s for s in found.stated.values()}

    def line(self, line: Line) -> Interpretation:
        """The interpretation of one line."""
        bad = next((n for n in (line.left, line.right) if isinstance(n, Unreadable)), None)
        if bad is not None:
            return self._open(line, Verdict.UNREADABLE, bad.message, Kind.ALGEBRA)
        if line.joins:
            return self._open(line, Verdict.UNPROVEN, JOINS)
        if line.relation.text in _NO_CLAIM:
            return self._open(
                line, Verdict.UNPROVEN, "an approximation or proportion is no claim of equality"
            )
        if isinstance(plain(line.right), Tuple):
            return self._open(line, Verdict.DEFINITION, "", Kind.SHAPE)
        if (values := value_of_one_example(self.found.facts, line)) is not None:
            verdict = Verdict.UNPROVEN if values else Verdict.DEFINITION
            return self._open(line, verdict, values, Kind.DEFINITION)
        if self._condition(line):
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        if self.found.summed is not None and line is self.found.summed.line:
            return self._definition(line, self.found.summed.key)
        stated = self.defined.get(id(line))
        if stated is not None:
            return self._definition(line, stated.key)
        again = self.found.again.get(id(line))
        if again is not None:
            return self._again(line, again)
        alias = self._alias(line)
        if alias is not None:
            return alias
        if self._convention(line):
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        step = self._update(line)
        return self.claim(line) if step is None else step

    def _convention(self, line: Line) -> bool:
        """``dX = \\partial L/\\partial X``: how gradients are written."""
        left, right = plain(line.left), plain(line.right)
        if not isinstance(left, Name) or left.mark != "d" or not isinstance(right, Derivative):
            return False
        same = (left.base, left.accent) == (right.by.base, right.by.accent)
        scripts = [s.text for s in left.scripts] == [s.text for s in right.by.scripts]
        return same and scripts and right.of is not None

    def _update(self, line: Line) -> Interpretation | None:
        """``W \\leftarrow W - \\eta G``: what is subtracted is a rate times the gradient."""
        name, right = plain(line.left), plain(line.right)
        if not isinstance(name, Name) or name.mark or not isinstance(right, Sum):
            assigned = line.relation.text in _ASSIGNS and line.relation.text != ":="
            reason = "an assignment outside a network"
            return self._open(line, Verdict.UNPROVEN, reason) if assigned else None
        (sign, first), *rest = right.terms
        same = isinstance(plain(first), Name) and sign == 1
        target = self._target(name)
        if not same or target is None or self._target(plain(first)) != target or not rest:
            return None
        try:
            statements = self._step(line, target, rest)
        except Outside as error:
            return self._open(line, Verdict.UNPROVEN, str(error), Kind.UPDATE)
        except (Conflict, ShapeError) as error:
            return self._open(line, Verdict.REFUTED, str(error), Kind.UPDATE)
        stated = tuple(Stated(self.setting, s) for s in statements)
        return Interpretation(line, Kind.UPDATE, "matrix", stated, any_of=True)

    def _key(self, node: object) -> Key | None:
        found = self._target(node)
        return None if found is None or found[1] else found[0]

    def _target(self, node: object) -> tuple[Key, tuple[str, ...]] | None:
        """A quantity, or its entries, as they stand: neither turned nor to a power."""
        if not isinstance(node, Name):
            return None
        try:
            use = self.found.names.use(node)
        except Outside:
            return None
        plainly = not (use.transposed or use.power is not None or use.example is not None)
        return (use.key, use.entries) if plainly else None

    def _claims(self, line: Line, scope: Scope) -> Claims:
        claims = Claims(self.found.facts, scope, self.found)
        claims.place = line.piece.span.start
        return claims

    def _step(
        self, line: Line, target: tuple[Key, tuple[str, ...]], rest: Sequence[tuple[int, Node]]
    ) -> list[Statement]:
        """What is subtracted equals the rate times the gradient by the target, or its entries.

        Where the line names no gradient, a factor 2 or 1/2 belongs to the rate.
        """
        claims = self._claims(line, self.scope)
        step: Expr | None = None
        for sign, term in rest:
            value = claims.value(term)
            value = negate(value) if sign > 0 else value
            step = value if step is None else plus(step, value)
        assert step is not None
        named = (of for _, term in rest for of in differentiated(term))
        keys = frozenset(k[0] for of in named if (k := claims.subject(of)) is not None)
        cost = self.found.cost_at(claims.place, keys)
        rates = sorted(
            {n.name for n in walk(step) if isinstance(n, Symbol) and n.name in self._unused([step])}
        )
        if len(rates) != 1 or self.setting_shape(rates[0]) != (1, 1):
            raise Outside("a step without a rate")
        by, entries = target
        gradient = claims.gradient(cost, by)
        gradient = claims.entry(gradient, entries, by) if entries else gradient
        if step.shape != gradient.shape:
            reason = f"a step of shape {show_shape(step.shape)} for {show_shape(gradient.shape)}"
            raise Conflict(reason)
        free = tuple(claims.free[k] for k in sorted(claims.free))
        if {index.name for index in free} != set(entries):
            raise Outside("indices on one side only")
        rate = Symbol(rates[0], (1, 1))
        factors = (
            (1,)
            if any(isinstance(n, Gradient | Partial) for n in walk(step))
            else (1, Fraction(1, 2), 2)
        )
        return [Equation(step, Times(Times(number(f), rate), gradient), free) for f in factors]

    def setting_shape(self, label: str) -> object:
        """The shape of a leaf by its name in the program."""
        keys = [k for k in self.scope.leaves if self.scope.label(k) == label]
        return self.scope.leaf(keys[0]) if keys else None

    def _open(
        self, line: Line, verdict: Verdict, reason: str, kind: Kind | None = None
    ) -> Interpretation:
        kind = kind or kind_of(self.found.facts, line)
        return Interpretation(line, kind, "matrix", verdict=verdict, reason=reason)

    def _definition(self, line: Line, key: Key) -> Interpretation:
        if key in self.scope.lost:
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        return Interpretation(
            line, Kind.DEFINITION, "matrix", verdict=Verdict.DEFINITION, definition=True
        )

    def _again(self, line: Line, earlier: Line) -> Interpretation:
        """A second formula for a quantity: it must be the same as the first."""
        found = self.claim(line)
        return replace(found, kind=Kind.DEFINITION, definition=True, contradicts=earlier.piece.line)

    def _alias(self, line: Line) -> Interpretation | None:
        """``g = \\partial L/\\partial y``: the first such line names the gradient."""
        name = head_name(line)
        if name is None or name.mark:
            return None
        try:
            use = self.found.names.use(name)
        except Outside:
            return None
        key, named = use.key, names_gradient(self.found.names, line.right, use.entries)
        if self.found.aliases.get(key) != named:
            return None
        if key not in self.found.aliases:
            return None
        return Interpretation(
            line, Kind.DEFINITION, "matrix", verdict=Verdict.DEFINITION, definition=True
        )

    def claim(self, line: Line) -> Interpretation:
        """A line as a claim, whatever else it may be."""
        kind = kind_of(self.found.facts, line)
        figures = not isinstance(plain(line.right), Figure) and not list(names_in(line.right))
        if (figures and list(names_in(line.left))) or figures_alone(
            self.found.facts.document.source, line.right
        ):
            return self._open(line, Verdict.UNPROVEN, FIGURES_FOR_NAMES, kind)
        try:
            setting, statements = self._fitted(line)
        except Outside as error:
            return self._open(line, Verdict.UNPROVEN, str(error), kind)
        except (Conflict, ShapeError) as error:
            uses = all_uses(self.found.facts, self.found.names)
            self.crossed = self.crossed or crosses(self.scope, error, uses)
            supposed = self._supposed(line)
            if supposed and not (isinstance(error, Sides) and self._speaks_of_all(line)):
                reason = f"no line says what {', '.join(supposed)} is, and its shape decides"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            if word := next((w for side in line.nodes for w in sums_named(side)), ""):
                reason = f"{word} may mean one number a row, or the sum of the rows"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            if self.scope.lost:
                reason = f"{error}; but not every formula of the note is understood"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            return self._open(line, Verdict.REFUTED, str(error), kind)
        missing = self._missing(statements)
        statements, conditions = self._conditioned(line, statements)
        found = tuple(Stated(setting, s) for s in statements)
        if any(isinstance(s, Composition) for s in statements):
            kind = Kind.CHAIN_RULE if len(statements) == 1 else kind
        others = under_conditions(self.found.facts, line, kind, "matrix", found)
        whole = Interpretation(
            line, kind, "matrix", found, missing=missing, figures=to_be_solved(line),
            conditions=conditions, others=others, elsewhere=self._tied_below(line),
        )  # fmt: skip
        whole = replace(whole, others=(*others, *self._other_layout(line, whole)))
        return (
            self._of_formulas(whole)
            if says_all(self.found.names, self.found.totals, line, self._loose(statements))
            else whole
        )

    def _of_formulas(self, found: Interpretation) -> Interpretation:
        """A line that says by itself what it is about: judged as it stands."""
        found = replace(found, missing=())
        return replace(found, others=(*found.others, *if_symmetric(self.scope, found)))

    def _speaks_of_all(self, line: Line) -> bool:
        """A derivative of the line holds every letter whose shape is supposed."""
        loose = frozenset(
            key for key in self.scope.leaves
            if self.scope.label(key) not in self._inside() and self._names(line, key)
        )  # fmt: skip
        return says_all(self.found.names, self.found.totals, line, loose)

    def _names(self, line: Line, key: Key) -> bool:
        return any(not n.mark and self._key(n) == key for s in line.nodes for n in names_in(s))

    def _inside(self) -> frozenset[str]:
        """What the formulas of the note are made of."""
        bodies = self.scope.values.values()
        return frozenset(n.name for body in bodies for n in walk(body) if isinstance(n, Symbol))

    def _loose(self, statements: Sequence[Statement]) -> frozenset[Key]:
        """The quantities of a claim that no formula of the note uses."""
        unused = self._unused(_sides(statements))
        return frozenset(key for key in self.scope.labels if self.scope.label(key) in unused)

    def _fitted(self, line: Line) -> tuple[Setting, list[Statement]]:
        """What a line says; sizes of letters that only claims use are found from it."""
        scope: Scope | None = self.scope
        for _ in range(SIZES):
            assert scope is not None
            claims = self._claims(line, scope)
            try:
                statements = self._statements(claims, line)
            except Conflict as error:
                scope = supposing(scope, error)
                if scope is not None:
                    continue
                if not claims.jacobians:
                    raise
                return self.setting, self._entrywise(line)
            if scope is self.scope:
                return self.setting, statements
            return self._with_letters(scope, line), statements
        raise Outside("too many letters whose sizes are not told")

    def _entrywise(self, line: Line) -> list[Statement]:
        """``\\partial h/\\partial z = h \\odot (1 - h)``: slopes, where no matrix fits."""
        claims = self._claims(line, self.scope)
        claims.entrywise = True
        try:
            return self._statements(claims, line)
        except (Conflict, ShapeError):
            raise Outside(LINEAR_MAP) from None

    def _other_layout(self, line: Line, found: Interpretation) -> list[tuple[str, Interpretation]]:
        """The line with its matrices of derivatives turned, if it holds any."""
        claims = self._claims(line, self.scope)
        claims.turned = not claims.turned
        try:
            statements = self._statements(claims, line)
        except (Outside, Conflict, ShapeError):
            return []
        stated = tuple(Stated(self.setting, s) for s in statements)
        other = replace(found, statements=stated, others=(), missing=())
        return [(TURNED, other)] if claims.jacobians else []

    def _tied_below(self, line: Line) -> str:
        """A line further below gives a quantity the value of another one: ``V = W^T``.

        What stands above it may have been said before the two were one.
        """
        for stated in self.found.stated.values():
            formula = plain(stated.formula)
            if isinstance(formula, Transposed):
                formula = plain(formula.base)
            below = stated.line.piece.span.start > line.piece.span.start
            if below and isinstance(formula, Name) and not formula.mark:
                return f"line {stated.line.piece.line} says only later what {stated.key[0]} is"
        return ""

    def _conditioned(
        self, line: Line, statements: Sequence[Statement]
    ) -> tuple[list[Statement], tuple[str, ...]]:
        """The statements where the conditions of the line on its indices hold: ``k \\ne j``."""
        said = conditions_of(self.found.facts, line)
        used: dict[str, None] = {}
        out: list[Statement] = []
        for statement in statements:
            if isinstance(statement, Equation) and said:
                free = {index.name: index for index in statement.free}
                used |= dict.fromkeys(str(c) for c in applicable(free, said))
                statement = restricted(statement, said)
            out.append(statement)
        return out, tuple(used)

    def _condition(self, line: Line) -> bool:
        """``k = j``, ``i = 1, \\ldots, n`` of running letters: when a line holds, and no claim."""
        sides = [plain(line.left), plain(line.right)]
        letters = [
            n.base for n in sides
            if isinstance(n, Name) and not (n.scripts or n.mark or n.accent or n.primes)
        ]  # fmt: skip
        indices = self.found.names.indices
        left = sides[0].base if isinstance(sides[0], Name) and not sides[0].scripts else ""
        if line.first and left in indices and any(isinstance(p, Dots) for p in subtree(sides[1])):
            return True
        return line.piece.kind == "inline" and len(letters) == 2 and not indices.isdisjoint(letters)

    def _with_letters(self, scope: Scope, line: Line) -> Setting:
        """The program with the letters of one line, as the line writes them."""
        names, gradients, functions = self.setting.spelled or ({}, {}, {})
        letters = {scope.label(key): scope.shown(key) for key in list(scope.labels)}
        plainly = {n.base for side in line.nodes for n in names_in(side)}
        letters = {label: text for label, text in letters.items() if text in plainly}
        spelled = ({**letters, **names}, gradients, functions)
        return replace(self.setting, leaves=leaves_of(scope), spelled=spelled)

    def _statements(self, claims: Claims, line: Line) -> list[Statement]:
        one = of_one_step(self.found, line)
        if one is not None:
            line, claims.of_one_step = one, True
        left, right = claims.maps(line.left), claims.maps(line.right)
        out: list[Statement] = []
        arrays = any(m and len(m) > 1 and self._arrays(claims, m) for m in (left, right))
        if left is not None and right is not None and arrays:
            short, long = sorted((left, right), key=len)
            if len(short) != 1:
                raise Outside("a product of derivatives on both sides")
            factors = tuple(claims.jacobian(m) for m in long)
            return [Composition(claims.jacobian(short[0]), factors)]
        a = self._side(claims, line, line.left, left, out)
        b = self._side(claims, line, line.right, right, out)
        a, b = sized(a, b), sized(b, a)
        if any(IDENTITY in side.shape for side in (a, b)):
            raise Outside("the size of an identity matrix is not told")
        if a.shape != b.shape:
            if isinstance(b, Number) and b.value == 0:
                b = Times(b, a)
            else:
                ends = next((x, y) for x, y in zip(a.shape, b.shape, strict=True) if x != y)
                reason = f"the left side has shape {show_shape(a.shape)}, the right side "
                raise Sides(reason + show_shape(b.shape), pair(*ends))
        if self._tells_of_open_loss(a, b):
            raise Outside("the loss is not given, and the line says what its gradient is")
        return [*out, Equation(a, b, tuple(claims.free[k] for k in sorted(claims.free)))]

    def _tells_of_open_loss(self, *sides: Expr) -> bool:
        """One side speaks of gradients of a loss that no line states, the other of none."""
        costs, summed = self.found.costs, self.found.summed
        if not costs or costs[0] in self.found.stated or summed is not None:
            return False
        return len({any(isinstance(n, Gradient) for n in walk(side)) for side in sides}) == 2

    def _arrays(self, claims: Claims, maps: Sequence[tuple[Key | None, Key]]) -> bool:
        """Some factor is no number."""
        return any(claims.quantity(by).shape != (1, 1) for _, by in maps)

    def _side(
        self, claims: Claims, line: Line, node: Node, maps: object, out: list[Statement]
    ) -> Expr:
        """A side as an array; a product of maps as the gradient that it telescopes to."""
        if isinstance(maps, tuple) and len(maps) > 1 and self._arrays(claims, maps):
            of, by = maps[0][0], maps[-1][1]
            whole = claims.whole(of, by) if of is not None else None
            if whole is None:
                raise Outside("a product of linear maps beside an array")
            left = claims.jacobian((of, by))
            out.append(Composition(left, tuple(claims.jacobian(m) for m in maps)))
            return whole
        del line
        return claims.value(node)

    def _missing(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        """Quantities of a claim that no definition of the note uses."""
        names = {self.scope.label(key): self.scope.shown(key) for key in list(self.scope.labels)}
        names |= (self.setting.spelled or ({}, {}, {}))[0]
        return tuple(sorted(names.get(n, n) for n in self._unused(_sides(statements))))

    def _unused(self, sides: Sequence[Expr]) -> set[str]:
        used = {
            n.name for body in self.scope.values.values() for n in walk(body)
            if isinstance(n, Symbol)
        } | {self.scope.label(k) for k in self.scope.values}  # fmt: skip
        return {
            n.name for side in sides for n in walk(side)
            if isinstance(n, Symbol) and n.name not in used
        }  # fmt: skip

    def _supposed(self, line: Line) -> tuple[str, ...]:
        """The letters of a line that no formula uses: their shapes are mere suppositions."""
        source = self.found.facts.document.source
        inside = self._inside()
        found: dict[str, None] = {}
        for name in (n for node in line.nodes for n in names_in(node)):
            key = None if name.mark else self._key(name)
            if key in self.scope.leaves and self.scope.label(key) not in inside:
                found[source[name.span.start : name.span.end]] = None
        return tuple(found)


def _sides(statements: Sequence[Statement]) -> list[Expr]:
    return [x for s in statements if isinstance(s, Equation) for x in (s.left, s.right)]
