"""The literal reading of a note: its program and what each line says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.figures import FIGURES_FOR_NAMES, figures_alone
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import JOINS, Line
from derive.meaning.literal.claims import Claims
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key, head_name
from derive.meaning.literal.products import plus
from derive.meaning.literal.program import (
    Outlined,
    leaves_of,
    name_parts,
    names_gradient,
    open_cost,
    outlined,
    solve,
)
from derive.meaning.literal.scope import Scope
from derive.meaning.notation import names_in
from derive.meaning.outline import kind_of
from derive.meaning.setting import COST, Hypothesis, IllShaped, Outside, Setting
from derive.program import (
    ONE,
    Composition,
    Equation,
    Expr,
    Gradient,
    Number,
    ShapeError,
    Statement,
    Symbol,
    Times,
    negate,
    number,
    show_shape,
    walk,
)
from derive.reading.syntax import Big, Derivative, Name, Node, Sum, Tuple, Unreadable
from derive.reading.syntax import Number as Figure
from derive.reading.tree import plain
from derive.verdict import Kind, ModelReport, Verdict

_NO_CLAIM = ("\\approx", "\\propto", "\\sim", "\\simeq", "≈", "∝")
MOST = 6
"""So many readings of one note are kept beside each other."""
_ASSIGNS = (":=", "\\leftarrow", "\\gets", "←")


class LiteralSetting(Setting):
    """A setting whose program is the note's own, without roles."""

    def scale(self, name: str) -> Expr:
        """A gradient is the true one: nothing is carried."""
        del name
        return ONE


@dataclass(frozen=True, slots=True)
class Literal:
    """One literal reading: how its shapes were supposed, and what the lines say."""

    outline: Outlined
    scope: Scope
    setting: LiteralSetting
    interpretations: tuple[Interpretation, ...]
    open_reason: str

    def report(self) -> ModelReport:
        """What was understood, for the report."""
        layout = "columns" if self.scope.column else "rows"
        return ModelReport(
            layout, (), self._cost(), "dZ = dJ/dZ", tuple(self.setting.assumptions), (),
            tuple(self._symbols()),
        )  # fmt: skip

    def _cost(self) -> str:
        found = self.outline
        if not found.costs:
            return "none"
        stated = found.stated.get(found.costs[0])
        if stated is None:
            return "a loss that is not given"
        source = found.facts.document.source
        return " ".join(source[stated.formula.span.start : stated.formula.span.end].split())

    def _symbols(self) -> Iterator[dict[str, str]]:
        names = (self.setting.spelled or ({}, {}, {}))[0]
        for name in (*self.setting.leaves, *self.setting.definitions):
            if name.startswith("free_"):
                continue
            shape = self.setting.shape(name)
            role = "cost" if name == COST else "computed" if name in self.setting.definitions else (
                "number" if shape == (1, 1) else "given"
            )  # fmt: skip
            shown = show_shape(shape) if shape != (1, 1) else "scalar"
            yield {"name": names.get(name, name), "role": role, "shape": shown}


def read_literally(facts: Facts) -> tuple[Literal, ...]:
    """The literal readings of a note whose shapes fit, all that differ.

    Vectors are columns or rows, as the layout of the note is; the other way if that does not
    fit.  A softmax of a matrix runs along either axis.
    """
    found = outlined(facts)
    if found is None:
        return ()
    layout = facts.roles.layout
    orders = {"columns": [[True], [False]], "rows": [[False], [True]], None: [[True, False]]}
    for columns in orders[layout]:
        scopes = [
            scope for column in columns for axis in (1, 0) for scope in solve(found, column, axis)
        ]
        if scopes:
            fewest = min(len(scope.numbers) for scope in scopes)
            kept: list[Literal] = []
            for scope in scopes:
                if len(scope.numbers) == fewest and not any(_alike(scope, k.scope) for k in kept):
                    kept.append(_read(found, scope))
            return tuple(kept[:MOST])
    return ()


def _alike(one: Scope, two: Scope) -> bool:
    """The same program: what is left to suppose plays no part."""
    return one.values == two.values and one.numbers == two.numbers


def _read(found: Outlined, scope: Scope) -> Literal:
    outline = Outlined(
        found.facts, found.names, found.stated, found.aliases, found.costs, found.sizes,
        found.extents, found.families, dict(found.uses), found.again,
    )  # fmt: skip
    name_parts(outline, scope)
    reason = ""
    if outline.costs and outline.costs[0] not in outline.stated:
        reason = open_cost(outline, scope)
        if reason:
            scope.lost[outline.costs[0]] = reason
    _tie_sizes(outline, scope)
    setting = _setting(outline, scope)
    reader = _Reader(outline, scope, setting)
    lines = tuple(reader.line(line) for line in outline.facts.lines)
    setting.leaves.clear()
    setting.leaves.update(leaves_of(scope))
    return Literal(outline, scope, setting, lines, reason)


def _tie_sizes(found: Outlined, scope: Scope) -> None:
    """Letters that bound sums in claims alone: the size of the axis of the first such sum."""
    for node in all_nodes(found.facts):
        for part in subtree(node):
            if not isinstance(part, Big) or part.upper not in scope.sizes:
                continue
            size = scope.sizes[part.upper]
            if part.upper in scope.tied or size in scope.same:
                continue
            claims = Claims(found.facts, scope, found.costs[0] if found.costs else None,
                            found.reaches)  # fmt: skip
            try:
                claims.value(part)
            except Conflict as error:
                if error.same is not None and size in error.same:
                    other = error.same[0] if error.same[1] == size else error.same[1]
                    scope.same[size] = other
            except (Outside, ShapeError):
                scope.tied.discard(part.upper)


def _setting(found: Outlined, scope: Scope) -> LiteralSetting:
    hypothesis = Hypothesis(
        "columns" if scope.column else "rows", "stated", None, "sum", carries_m=False
    )
    setting = LiteralSetting(found.facts, hypothesis, "batch")
    setting.definitions = {scope.label(k): v for k, v in scope.values.items()}
    setting.functions = scope.functions
    setting.leaves = leaves_of(scope)
    setting.spelled = _spelled(found, scope)
    setting.assumptions.append("every quantity is what its own line says; no layers are supposed")
    if found.costs and found.costs[0] not in found.stated:
        setting.assumptions.append(
            "the loss is not given: it is any function of the last result, and of nothing else"
        )
    return setting


def _spelled(
    found: Outlined, scope: Scope
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """How the note writes the names of the program."""
    source = found.facts.document.source
    names: dict[str, str] = {}
    for node in all_nodes(found.facts):
        for name in names_in(node):
            if name.mark:
                continue
            try:
                use = found.names.use(name)
            except Outside:
                continue
            if use.entries or use.transposed or use.power is not None:
                continue
            if use.key in scope.values or use.key in scope.leaves:
                text = source[name.span.start : name.span.end]
                names.setdefault(scope.label(use.key), text)
    cost = found.costs[0] if found.costs else None
    gradients = {}
    if cost is not None:
        written = names.get(COST, "J")
        gradients = {
            label: f"\\frac{{\\partial {written}}}{{\\partial {text}}}"
            for label, text in names.items() if label != COST
        }  # fmt: skip
    return names, gradients, {}


class _Reader:
    """Says of each line what it claims about one program."""

    def __init__(self, found: Outlined, scope: Scope, setting: LiteralSetting) -> None:
        self.found, self.scope, self.setting = found, scope, setting
        self.cost: Key | None = found.costs[0] if found.costs else None
        self.defined = {id(s.line): s for s in found.stated.values()}

    def line(self, line: Line) -> Interpretation:
        """The interpretation of one line."""
        bad = next((n for n in (line.left, line.right) if isinstance(n, Unreadable)), None)
        if bad is not None:
            return self._open(line, Verdict.UNREADABLE, bad.message, Kind.ALGEBRA)
        if line.relation.text in _NO_CLAIM:
            return self._open(
                line, Verdict.UNPROVEN, "an approximation or proportion is no claim of equality"
            )
        if line.joins:
            return self._open(line, Verdict.UNPROVEN, JOINS)
        if isinstance(plain(line.right), Tuple):
            return self._open(line, Verdict.DEFINITION, "", Kind.SHAPE)
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
        return self._claim(line) if step is None else step

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
        use = self._key(name)
        if not same or use is None or self._key(plain(first)) != use or not rest:
            return None
        try:
            statements = self._step(use, rest)
        except Outside as error:
            return self._open(line, Verdict.UNPROVEN, str(error), Kind.UPDATE)
        except (Conflict, ShapeError) as error:
            return self._open(line, Verdict.REFUTED, str(error), Kind.UPDATE)
        stated = tuple(Stated(self.setting, s) for s in statements)
        return Interpretation(line, Kind.UPDATE, "matrix", stated, any_of=True)

    def _key(self, node: object) -> Key | None:
        if not isinstance(node, Name):
            return None
        try:
            use = self.found.names.use(node)
        except Outside:
            return None
        return None if use.entries or use.transposed or use.power is not None else use.key

    def _step(self, target: Key, rest: Sequence[tuple[int, Node]]) -> list[Statement]:
        """What is subtracted equals the rate times the gradient by the target.

        Where the line names no gradient, a factor 2 or 1/2 belongs to the rate.
        """
        claims = Claims(self.found.facts, self.scope, self.cost, self.found.reaches)
        step: Expr | None = None
        for sign, term in rest:
            value = claims.value(term)
            value = negate(value) if sign > 0 else value
            step = value if step is None else plus(step, value)
        assert step is not None
        if self.cost is None:
            raise Outside("there is no cost to differentiate")
        rates = sorted(
            {n.name for n in walk(step) if isinstance(n, Symbol) and n.name in self._unused([step])}
        )
        if len(rates) != 1 or self.setting_shape(rates[0]) != (1, 1):
            raise Outside("a step without a rate")
        gradient = claims.gradient(self.cost, target)
        rate = Symbol(rates[0], (1, 1))
        named = any(isinstance(n, Gradient) for n in walk(step))
        factors = (1,) if named else (1, Fraction(1, 2), 2)
        return [Equation(step, Times(Times(number(f), rate), gradient)) for f in factors]

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
        found = self._claim(line)
        if found.verdict == Verdict.UNPROVEN:
            return found
        return replace(found, kind=Kind.DEFINITION, definition=True, contradicts=earlier.piece.line)

    def _alias(self, line: Line) -> Interpretation | None:
        """``g = \\partial L/\\partial y``: the first such line names the gradient."""
        name = head_name(line)
        if name is None or name.mark:
            return None
        try:
            key = self.found.names.use(name).key
        except Outside:
            return None
        if self.found.aliases.get(key) != names_gradient(self.found.names, line.right):
            return None
        if key not in self.found.aliases:
            return None
        return Interpretation(
            line, Kind.DEFINITION, "matrix", verdict=Verdict.DEFINITION, definition=True
        )

    def _claim(self, line: Line) -> Interpretation:
        kind = kind_of(self.found.facts, line)
        figures = not isinstance(plain(line.right), Figure) and not list(names_in(line.right))
        if (figures and list(names_in(line.left))) or figures_alone(
            self.found.facts.document.source, line.right
        ):
            return self._open(line, Verdict.UNPROVEN, FIGURES_FOR_NAMES, kind)
        try:
            statements = self._statements(line)
        except Outside as error:
            return self._open(line, Verdict.UNPROVEN, str(error), kind)
        except (Conflict, ShapeError, IllShaped) as error:
            supposed = self._supposed(line)
            if supposed:
                reason = f"no line says what {', '.join(supposed)} is, and its shape decides"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            return self._open(line, Verdict.REFUTED, str(error), kind)
        missing = self._missing(statements)
        found = tuple(Stated(self.setting, s) for s in statements)
        if any(isinstance(s, Composition) for s in statements):
            kind = Kind.CHAIN_RULE if len(statements) == 1 else kind
        return Interpretation(line, kind, "matrix", found, missing=missing)

    def _statements(self, line: Line) -> list[Statement]:
        claims = Claims(self.found.facts, self.scope, self.cost, self.found.reaches)
        left, right = claims.maps(line.left), claims.maps(line.right)
        out: list[Statement] = []
        arrays = any(m and len(m) > 1 and self._arrays(claims, m) for m in (left, right))
        if left is not None and right is not None and arrays:
            one, two = sorted((left, right), key=len)
            if len(one) != 1:
                raise Outside("a product of derivatives on both sides")
            factors = tuple(claims.jacobian(m) for m in two)
            return [Composition(claims.jacobian(one[0]), factors)]
        a = self._side(claims, line, line.left, left, out)
        b = self._side(claims, line, line.right, right, out)
        if a.shape != b.shape:
            if isinstance(b, Number) and b.value == 0:
                b = Times(b, a)
            else:
                raise IllShaped(
                    f"the left side has shape {show_shape(a.shape)}, "
                    f"the right side {show_shape(b.shape)}"
                )
        return [*out, Equation(a, b, tuple(claims.free[k] for k in sorted(claims.free)))]

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

    def _supposed(self, line: Line) -> tuple[str, ...]:
        """The letters of a line that no formula uses: their shapes are mere suppositions."""
        source = self.found.facts.document.source
        inside = {
            n.name for body in self.scope.values.values() for n in walk(body)
            if isinstance(n, Symbol)
        }  # fmt: skip
        found: dict[str, None] = {}
        for name in (n for node in line.nodes for n in names_in(node)):
            key = None if name.mark else self._key(name)
            if key in self.scope.leaves and self.scope.label(key) not in inside:
                found[source[name.span.start : name.span.end]] = None
        return tuple(found)

    def _missing(self, statements: Sequence[Statement]) -> tuple[str, ...]:
        """Quantities of a claim that no definition of the note uses."""
        sides = [x for s in statements if isinstance(s, Equation) for x in (s.left, s.right)]
        names = (self.setting.spelled or ({}, {}, {}))[0]
        return tuple(sorted(names.get(n, n) for n in self._unused(sides)))

    def _unused(self, sides: Sequence[Expr]) -> set[str]:
        used = {
            n.name for body in self.scope.values.values() for n in walk(body)
            if isinstance(n, Symbol)
        } | {self.scope.label(k) for k in self.scope.values}  # fmt: skip
        return {
            n.name for side in sides for n in walk(side)
            if isinstance(n, Symbol) and n.name not in used
        }  # fmt: skip


__all__ = ["Literal", "read_literally"]
