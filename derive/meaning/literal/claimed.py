"""The statements of a line about one literal program, under shapes that fit.

In: a reader's program and a line.  Out: its equations and maps, the letters that no formula uses.
`Outside` where a line has no value in the fragment, `Conflict` where shapes do not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.jacobians import LINEAR_MAP, TURNED
from derive.meaning.lines import Line
from derive.meaning.literal.claims import Claims
from derive.meaning.literal.conflict import Conflict, Sides
from derive.meaning.literal.identity import Key
from derive.meaning.literal.loose import says_all, supposing
from derive.meaning.literal.outline import Outlined
from derive.meaning.literal.over_time import ONE_STEP, adds_up, of_one_step
from derive.meaning.literal.products import IDENTITY, pair, sized
from derive.meaning.literal.program import leaves_of
from derive.meaning.literal.scope import Scope
from derive.meaning.literal.second import LAPLACIAN, Seconds
from derive.meaning.literal.totals import differentiated
from derive.meaning.notation import names_in
from derive.meaning.setting import Outside, Setting
from derive.program import (
    SCALAR,
    Composition,
    Equation,
    Expr,
    Gradient,
    Number,
    ShapeError,
    Statement,
    Symbol,
    Times,
    show_shape,
    walk,
)
from derive.reading.syntax import Name, Node

SIZES = 12
"""So many sizes are found from one line."""


class Claimed:
    """What the lines claim about one program."""

    def __init__(self, found: Outlined, scope: Scope, setting: Setting) -> None:
        self.found, self.scope, self.setting = found, scope, setting
        self.cost: Key | None = found.costs[0] if found.costs else None
        self.crossed = False
        """A letter runs over both axes of one weight: units of several layers."""
        self.defined = {id(s.line): s for s in found.stated.values()}

    def _key(self, node: object) -> Key | None:
        found = self._target(node)
        return None if found is None or found[1] else found[0]

    def _plain_key(self, name: Name) -> Key | None:
        """What a name is of, turned or not."""
        try:
            return self.found.names.use(name).key
        except Outside:
            return None

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

    def _claims(self, line: Line, scope: Scope) -> Seconds:
        claims = Seconds(self.found.facts, scope, self.found, lambda: self.setting.program)
        claims.place = line.piece.span.start
        return claims

    def setting_shape(self, label: str) -> object:
        """The shape of a leaf by its name in the program."""
        keys = [k for k in self.scope.leaves if self.scope.label(k) == label]
        return self.scope.leaf(keys[0]) if keys else None

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
        unused = self._unused(sides_of(statements))
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

    def _by_itself(self, line: Line) -> tuple[Setting, list[Statement]] | None:
        """A rule about a formula that it writes out, whose letters have other shapes elsewhere.

        ``\\partial (a^T X^T b)/\\partial X`` below ``g = a^T X b``: X is any matrix that fits here.
        None where the line speaks of what other lines compute, or its formula fits as it is.
        """
        scope = self.scope
        keys = {k for s in line.nodes for n in names_in(s) if (k := self._plain_key(n)) is not None}
        known = {*scope.values, *scope.lost, *scope.aliases, *self.found.derived}
        if (
            keys & known
            or self.found.steps.carried
            or any(n.mark for s in line.nodes for n in names_in(s))
        ):
            return None
        if not any(self._misfits(line, of) for s in line.nodes for of in differentiated(s)):
            return None
        self.scope = replace(
            scope, values={}, leaves={}, same={}, tied=set(), labels=dict(scope.labels)
        )
        usual = self.setting
        self.setting = replace(usual, definitions={}, leaves={})
        try:
            return self._fitted(line)
        except (Outside, Conflict, ShapeError):
            return None
        finally:
            self.scope, self.setting = scope, usual

    def _misfits(self, line: Line, of: Node) -> bool:
        """Is there no value of what is differentiated, by the shapes that other lines tell?"""
        try:
            self._claims(line, self.scope).value(of)
        except (Conflict, ShapeError):
            return True
        except Outside:
            return False
        return False

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

    def _with_letters(self, scope: Scope, line: Line) -> Setting:
        """The program with the letters of one line, as the line writes them."""
        names, gradients, functions = self.setting.spelled or ({}, {}, {})
        letters = {scope.label(key): scope.shown(key) for key in list(scope.labels)}
        plainly = {n.base for side in line.nodes for n in names_in(side)}
        letters = {label: text for label, text in letters.items() if text in plainly}
        spelled = ({**letters, **names}, gradients, functions)
        return replace(self.setting, leaves=leaves_of(scope), spelled=spelled)

    def _statements(self, claims: Seconds, line: Line) -> list[Statement]:
        one = of_one_step(self.found, line)
        claims.of_one_step = one is not None or adds_up(self.found, line)
        if one is not None:
            line = one
        elif claims.of_one_step and ONE_STEP not in self.setting.assumptions:
            self.setting.assumptions.append(ONE_STEP)
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
            if claims.lemmas and SCALAR in (a.shape, b.shape):
                raise Outside(LAPLACIAN)
            if isinstance(b, Number) and b.value == 0:
                b = Times(b, a)
            else:
                ends = next((x, y) for x, y in zip(a.shape, b.shape, strict=True) if x != y)
                reason = f"the left side has shape {show_shape(a.shape)}, the right side "
                raise Sides(reason + show_shape(b.shape), pair(*ends))
        if self._tells_of_open_loss(a, b):
            raise Outside("the loss is not given, and the line says what its gradient is")
        return [
            *out,
            *claims.lemmas,
            Equation(a, b, tuple(claims.free[k] for k in sorted(claims.free))),
        ]

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
        return tuple(sorted(names.get(n, n) for n in self._unused(sides_of(statements))))

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


def sides_of(statements: Sequence[Statement]) -> list[Expr]:
    return [x for s in statements if isinstance(s, Equation) for x in (s.left, s.right)]
