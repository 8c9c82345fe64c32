"""A formula of a spec as a row like those of the library, with what was measured of it.

In: `Own`, the formula with its parameters.  Out: `Derived`: the row with its stable forms, the
definition and its derivatives for the proofs, and the report.  Raises FormulaError for a
formula that cannot be trained or that would overflow: it says where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from codegen.formulas import exact, kinks, points, rules
from codegen.formulas.grammar import FormulaError
from codegen.formulas.kinks import Place
from codegen.formulas.meaning import derivative, expression, require_small
from codegen.formulas.measure import Errors
from codegen.formulas.search import DTYPES, Found, Problem, search
from codegen.formulas.tree import ZERO, Node, TooLarge, X, name, names, put_in, show
from derive.library.row import Activation, Kink, Loss
from derive.program import Expr

REACH: Final = 1e8
"""Inputs up to here must not overflow, in either dtype; what overflows further out is reported."""
LOST: Final[Mapping[str, float]] = {"float32": 2.0**12, "float64": 2.0**26}
"""Errors in ulp beyond which less than half of the digits are right."""
_QUICK, _WHOLE = 14, 70


@dataclass(frozen=True, slots=True)
class Own:
    """A formula as the spec gives it.

    variables: ``("x",)`` of an activation, ``("a", "y")`` of a loss.  parameters: name to default.
    learned: those that are trained, one number a unit.  labels: what y may be.
    """

    name: str
    text: str
    tree: Node
    variables: tuple[str, ...]
    parameters: tuple[tuple[str, Fraction], ...] = ()
    learned: tuple[str, ...] = ()
    labels: str = "real"

    def leaf(self, parameter: str) -> str:
        """What a parameter is called in the program of a network."""
        return f"{self.name}_{parameter}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one form: what it computes, its tree, rules and errors."""

    what: str
    formula: str
    stable: str
    rules: tuple[str, ...]
    errors: Mapping[str, Errors]


@dataclass(frozen=True, slots=True)
class Derived:
    """A formula, ready to be proved and emitted.

    body, slope: the definition and its derivative by x (by a, of a loss), in scalars of the
    program.  entry: the definition as it is written, in a and y.  partials: of each learned
    parameter, the derivative and its form.  places: where it bends.  difference: of a loss,
    whether it depends on a - y alone; body and slope are those by x = a - y then.  warnings: what
    a user must know.
    """

    own: Own
    row: Activation | Loss
    body: Expr
    slope: Expr
    entry: Expr
    partials: Mapping[str, tuple[Expr, str]]
    places: tuple[float, ...]
    difference: bool
    measured: tuple[Measured, ...]
    warnings: tuple[str, ...]
    tame: bool = True
    """Whether it grows no faster than its argument."""


@lru_cache(maxsize=64)
def derived(own: Own, constants: tuple[tuple[str, float], ...]) -> Derived:
    """The row of a formula with the values of its parameters; raises FormulaError."""
    try:
        return _Derivation(own, dict(constants)).result()
    except TooLarge as error:
        raise FormulaError(f"the formula or its derivative is too large: {error}") from None


@dataclass(slots=True)
class _Derivation:
    own: Own
    numbers: dict[str, float]
    measured: list[Measured] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def result(self) -> Derived:
        own = self.own
        require_small(own.tree)
        difference = own.variables == ("a", "y") and self._of_difference()
        tree = put_in(own.tree, {"a": X, "y": ZERO}) if difference else own.tree
        line = difference or own.variables == ("x",)
        by = "x" if line else "a"
        if by not in names(tree):
            raise FormulaError(f"the formula does not depend on {own.variables[0]}")
        found = self._places(tree) if line else []
        near = [place.at for place in found]
        require_small(slope := derivative(tree, by))
        value = self.search("value", tree, (tree,), near, line)
        recognised = derivative(rules.rewritten(tree, rules.RECOGNISED), by)
        first = self.search("derivative", slope, (recognised, slope), near, line)
        partials = {}
        for parameter in own.learned:
            part = derivative(tree, parameter)
            form = self.search(f"derivative by {parameter}", part, (part,), near, line)
            partials[parameter] = (expression(self.leaves(part)), form.form)
        row = self._row(value.form, first.form, found, slope, difference)
        return Derived(
            own,
            row,
            expression(self.leaves(tree)),
            expression(self.leaves(slope)),
            expression(self.leaves(own.tree)),
            partials,
            tuple(dict.fromkeys(abs(at) if difference else at for at in near)),
            difference,
            tuple(self.measured),
            tuple(self.warnings),
            line and self._tame(tree),
        )

    def leaves(self, tree: Node) -> Node:
        """The tree with its parameters under the names that they have in a program."""
        renamed = {p: name(self.own.leaf(p)) for p, _ in self.own.parameters}
        return put_in(tree, renamed)

    def search(
        self, what: str, tree: Node, starts: tuple[Node, ...], near: Sequence[float], line: bool
    ) -> Found:
        """The best form, measured; raises for what overflows within reach."""
        arrays = {"x": "z" if self.own.variables == ("x",) else "d"}
        arrays = arrays if line else {"a": "a", "y": "y"}
        # right beside a kink either slope is that of a number that rounds to the same
        grids = _line(near, apart=what != "value") if line else _plane(self.own.labels)
        problem = Problem(tree, arrays, self.numbers, *grids, learned=self.own.learned)
        found = search(problem, starts)
        self._report(what, found.errors)
        shown = f"{what} of {self.own.name}" if what != "value" else self.own.name
        self.measured.append(
            Measured(shown, show(tree), show(found.tree), found.rules, found.errors)
        )
        return found

    def _report(self, what: str, errors: Mapping[str, Errors]) -> None:
        """Refuses what cannot be computed, and says what is lost."""
        for dtype, e in errors.items():
            if e.undefined:
                raise FormulaError(f"the {what} is not defined at {self._at(e.undefined)}")
            if e.overflow:
                text = f"the {what} overflows {dtype} at {self._at(e.overflow)}"
                if max(map(abs, e.overflow)) <= REACH:
                    raise FormulaError(f"{text}; bound its argument, e.g. min(x, 80)")
                self.warnings.append(text)
            if e.failures and max(map(abs, e.failed)) <= REACH:
                raise FormulaError(
                    f"no form of the {what} was found that does not overflow {dtype} on the way, "
                    f"at {self._at(e.failed)}"
                )
            if e.failures:
                self.warnings.append(
                    f"the {what} overflows {dtype} on the way at {self._at(e.failed)}"
                )
            if e.ulp > LOST[dtype]:
                self.warnings.append(
                    f"the {what} loses more than half of its digits in {dtype}: "
                    f"{e.ulp:.2g} ulp at {self._at(e.at)}"
                )

    def _at(self, place: tuple[float, ...]) -> str:
        variables = self.own.variables if len(place) == len(self.own.variables) else ("a - y",)
        return ", ".join(f"{v} = {x:.6g}" for v, x in zip(variables, place, strict=True))

    def _of_difference(self) -> bool:
        """Whether a loss is a function of a - y, at a few points; the proof comes later."""
        line = put_in(self.own.tree, {"a": X, "y": ZERO})
        if "x" not in names(line):
            return False
        for a, y in ((2.5, 0.75), (-1.25, 3.0), (0.625, 0.5), (-4.5, -2.0)):
            plane = exact.value(self.own.tree, {**self.numbers, "a": a, "y": y})
            other = exact.value(line, {**self.numbers, "x": a - y})
            if plane is None or other is None or abs(plane - other) > 1e-20 * abs(plane):
                return False
        return True

    def _places(self, tree: Node) -> list[Place]:
        """Where the formula bends; raises where it jumps or has no value."""
        found = kinks.places(tree, self.numbers)
        at = "a - y" if self.own.variables == ("a", "y") else "x"
        for place in found:
            where = f"at {at} = {place.at:.6g}"
            if place.kind == "undefined":
                raise FormulaError(f"the formula is not defined {where}")
            if place.kind == "steep":
                raise FormulaError(f"the slope grows without bound {where}")
            if place.kind == "jump":
                raise FormulaError(
                    f"the formula jumps {where}, from {place.below:.6g} to {place.above:.6g}; "
                    "it has no gradient there that could be trained"
                )
        if len(found) > kinks.MOST:
            raise FormulaError(
                f"more than {kinks.MOST} kinks, the first at {at} = {found[0].at:.6g}"
            )
        for place in found:
            if place.kind == "kink":
                self.warnings.append(
                    f"a kink at {at} = {place.at:.6g}: the slope is {place.below:.6g} below and "
                    f"{place.above:.6g} above"
                )
        return found

    def _row(
        self, value: str, slope: str, found: Sequence[Place], tree: Node, difference: bool
    ) -> Activation | Loss:
        own = self.own
        parameters = dict(own.parameters)
        corners = []
        for place in found:
            if place.kind == "kink":
                here = exact.value(tree, {**self.numbers, "x": place.at})
                at = f"a - y = {place.at!r}" if difference else repr(place.at)
                corners.append(Kink(at, repr(float(here))))
        if own.variables == ("x",):
            return Activation(
                name=own.name,
                title=own.name,
                parameters=parameters,
                symbol=rf"\operatorname{{{own.name.replace('_', ' ')}}}",
                stable_value=value,
                stable_derivative=slope,
                kinks=tuple(corners),
                bends=any(place.kind == "bend" for place in found),
                prefers_gain="he",
            )
        head = "d = a - y; " if difference else ""
        return Loss(
            name=own.name,
            title=own.name,
            parameters=parameters,
            labels=own.labels,
            stable_value=head + value,
            stable_derivative=head + slope,
            kinks=tuple(corners),
            knots=tuple(dict.fromkeys(repr(abs(place.at)) for place in found)),
        )

    def _tame(self, tree: Node) -> bool:
        sides = [exact.value(tree, {**self.numbers, "x": x}) for x in (-1e4, 1e4)]
        return all(side is not None and abs(side) <= 1e5 for side in sides)


Grid = dict[str, tuple[points.Array, ...]]


def _line(near: Sequence[float], *, apart: bool) -> tuple[Grid, Grid]:
    """Few points and many, by dtype; apart: none within 8 ulp of a place, but the place itself."""
    grids: list[Grid] = []
    for count in (_QUICK, _WHOLE):
        grid: Grid = {}
        for dtype in DTYPES:
            line = points.line(dtype, count=count, places=near)
            for place in near if apart else ():
                unit = float(np.spacing(np.abs(line.dtype.type(place))))
                distance = np.abs(line.astype(float) - place)
                line = line[(distance > 8 * unit) | (line == 0)]
            grid[dtype] = (line,)
        grids.append(grid)
    return grids[0], grids[1]


def _plane(labels: str) -> tuple[Grid, Grid]:
    """Pairs of outputs and labels of ordinary size, and of any up to 1e8.

    labels: what they may be; a network takes no others than those from 0 to 1 if not ``"real"``.
    """
    grids = []
    for count in (30, 100):
        grid: Grid = {}
        for dtype in DTYPES:
            rng = np.random.default_rng(0)
            sides = []
            for _ in range(2):
                sizes = np.concatenate(
                    [rng.uniform(0, 10, 2 * count), 10.0 ** rng.uniform(-8, 8, count), np.zeros(4)]
                )
                sides.append((sizes * rng.choice([-1.0, 1.0], len(sizes))).astype(dtype))
            if labels != "real":
                share = np.concatenate([rng.random(2 * count), 10.0 ** rng.uniform(-8, 0, count)])
                sides[1] = rng.permutation([*share, 0.0, 0.0, 1.0, 1.0]).astype(dtype)
            grid[dtype] = tuple(sides)
        grids.append(grid)
    return grids[0], grids[1]
