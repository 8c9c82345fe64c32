"""From syntax to program expressions, in one setting and at given layers.

One method a node kind.  What has no value in the fragment raises `Outside` (the claim will
be unproven), operands that do not fit raise `IllShaped` (it will be refuted).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Literal

from derive.meaning.absolute import absolute, sum_of_absolutes
from derive.meaning.calls import facts_alias, library_function
from derive.meaning.context import ANY_LAYER, MATRIX_SEPARATORS, constant, found_layer
from derive.meaning.differentials import Differentials
from derive.meaning.jacobians import slopes_of
from derive.meaning.notation import indicator_of, vector_of_ones
from derive.meaning.readings import pure_maps
from derive.meaning.roles import Roles, resolve
from derive.meaning.setting import IllShaped, Outside
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Entry,
    Expr,
    Gradient,
    Number,
    Partial,
    Plus,
    Power,
    ShapeError,
    Symbol,
    Times,
    divide,
    minus,
    negate,
    total,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

__all__ = [
    "ANY_LAYER",
    "MATRIX_SEPARATORS",
    "Elaborator",
    "constant",
    "found_layer",
    "library_function",
]

Slopes = Literal["", "numerator", "denominator"]
ENTRYWISE = frozenset({"ast", "odot"})
"""Signs of the product entry by entry."""


class Elaborator(Differentials):
    """Gives syntax its value in one setting."""

    slopes: Slopes = ""
    """What the derivative of a vector by a vector is: no array, or a matrix in which layout."""

    def value(self, node: sx.Node) -> Expr:
        """The expression of a node; IllShaped or Outside where it has none."""
        try:
            return self._value(node)
        except ShapeError as error:
            raise IllShaped(str(error)) from error

    def _value(self, node: sx.Node) -> Expr:
        condition = indicator_of(node)
        if condition is not None:
            return self._indicator(condition)
        match node:
            case sx.Group(body=body):
                return self._value(body)
            case sx.Number(value=value):
                return Number(value)
            case sx.Name():
                return self.name(node)
            case sx.Sum(terms=terms):
                return self._sum(terms)
            case sx.Product(factors=factors):
                return self._product(factors)
            case sx.Fraction_(numerator=a, denominator=b):
                return divide(self._value(a), self._value(b))
            case sx.Power(base=base, exponent=exponent):
                product = self.attached(node, base)
                return self._power(base, exponent) if product is None else self._value(product)
            case sx.Transposed(base=base):
                product = self.attached(node, base)
                if product is not None:
                    return self._value(product)
                return self._transpose(self._value(base))
            case sx.Applied():
                return self._applied(node)
            case sx.Big():
                return self._big(node)
            case sx.Derivative():
                return self._derivative(node)
            case sx.Norm(kind=kind, body=body):
                return self._norm(kind, self._value(body))
            case sx.Indexed(base=base, scripts=scripts):
                return self._entry(base, scripts)
            case sx.Cases(branches=branches):
                return self._cases(branches)
            case sx.Comparison():
                return self._indicator(node)
            case sx.Unreadable():
                raise Outside("a side could not be read")
            case sx.Picture():
                raise Outside("a matrix is drawn rather than written")
            case sx.Dots():
                raise Outside("dots stand for what is left out")
        raise Outside(f"no value for {type(node).__name__.lower().strip('_')} here")

    def _sum(self, terms: tuple[tuple[int, sx.Node], ...]) -> Expr:
        out: Expr | None = None
        for sign, term in terms:
            value = self._value(term)
            value = value if sign > 0 else negate(value)
            if out is not None:
                self.beside(out, value)
            out = value if out is None else Plus(out, value)
        assert out is not None
        return out

    def _product(self, factors: tuple[tuple[str, sx.Node], ...]) -> Expr:
        out: Expr | None = None
        before: bool | None = None  # a vector of ones in front: is it turned?
        joined = nabla_joined(self.roles, factors)
        carried = self.carried(joined)
        if carried is not None:
            return carried
        for k, (separator, node) in enumerate(joined):
            ones = vector_of_ones(node) if len(factors) > 1 else None
            if ones is not None and separator in ("", *MATRIX_SEPARATORS):
                if before is not None:
                    raise Outside("a product of vectors of ones")
                if out is None:
                    before = ones
                else:
                    out = self.times_ones(out, ones)
                continue
            beside = {separator, joined[k + 1][0] if k + 1 < len(joined) else ""}
            slope = self._slope(node) if beside & ENTRYWISE else None
            value = self._value(node) if slope is None else slope
            if before is not None:
                value, before = self.ones_times(before, value), None
            out = value if out is None else self.multiply(separator, out, value)
        if out is None:
            raise Outside("a vector of ones alone")
        return out

    def _power(self, base: sx.Node, exponent: sx.Node) -> Expr:
        inner = plain(base)
        if isinstance(inner, sx.Name) and inner.mark == "nabla":
            raise Outside("a second derivative")
        if isinstance(inner, sx.Name) and inner.base == "e" and not inner.scripts:
            return Apply("exp", 0, self._value(exponent))
        if isinstance(inner, sx.Norm) and inner.kind == "norm":
            squared = total(Power(self._value(inner.body), Fraction(2)))
            return self._rooted(squared, exponent)
        return self._to_power(self._value(base), exponent)

    def _rooted(self, squared: Expr, exponent: sx.Node) -> Expr:
        power = constant(exponent) / 2
        return squared if power == 1 else Power(squared, power)

    def _norm(self, kind: str, value: Expr) -> Expr:
        if kind == "abs":
            return absolute(value)
        if kind == "norm1":
            return sum_of_absolutes(value)
        return Power(total(Power(value, Fraction(2))), Fraction(1, 2))

    def _entry(self, base: sx.Node, scripts: tuple[sx.Script, ...]) -> Expr:
        """``(W x + b)_i``, ``\\tanh(z)_i``: one unit of what is computed."""
        inner = plain(base)
        named = isinstance(inner, sx.Applied) and facts_alias(self, inner) is not None
        if isinstance(inner, sx.Applied) and not named and not self._is_function(inner.head):
            raise Outside(f"an entry of {inner.head.base}(...), which is not known")
        if len(scripts) != 1 or scripts[0].place != "sub":
            raise Outside("an entry with other scripts than letters below")
        if self.setting.mode in ("path", "formal"):
            raise Outside("an entry on one path of scalars")
        if len(scripts[0].items) == 2:
            return self._entry_of_example(base, scripts[0].items)
        if len(scripts[0].items) != 1:
            raise Outside("an entry with other scripts than letters below")
        value = self._value(base)
        letter = scripts[0].items[0]
        if letter in self.roles.examples:
            if self.column is None or self.column.name != letter:
                raise Outside(f"an array at the example {letter}, over which nothing sums")
            return value  # inside the sum every array is meant at this example
        axis = self.setting.hypothesis.unit_axis
        unit = self._index(scripts[0].items[0], value.shape[axis])
        column = self.column if value.shape[1 - axis] != 1 else None
        if value.shape[1 - axis] != 1 and column is None:
            raise Outside("an entry is named, but not of which example")
        return Entry(value, unit, column) if axis == 0 else Entry(value, column, unit)

    def _entry_of_example(self, base: sx.Node, letters: tuple[str, ...]) -> Expr:
        """``\\log(A_2)_{ik}``: one unit of one example, in the order of the layout."""
        axis = self.setting.hypothesis.unit_axis
        unit, example = letters[axis], letters[1 - axis]
        if self.column is None or self.column.name != example:
            raise Outside(f"an entry at the example {example}, over which nothing sums")
        value = self._value(base)
        index = self._index(unit, value.shape[axis])
        column = self.column if value.shape[1 - axis] != 1 else None  # the sum has picked it
        return Entry(value, index, column) if axis == 0 else Entry(value, column, index)

    def _cases(self, branches: tuple[tuple[sx.Node, sx.Comparison | None], ...]) -> Expr:
        if len(branches) != 2 or branches[0][1] is None:
            raise Outside("cases other than one condition and its opposite")
        (then, condition), (otherwise, _) = branches
        assert condition is not None
        on = self._indicator(condition)
        yes, no = self._value(then), self._value(otherwise)
        return Plus(Times(on, yes), Times(minus(ONE, on), no))

    def _indicator(self, condition: sx.Comparison) -> Expr:
        """1 where an inequality holds, 0 elsewhere; of two indices, Kronecker's delta."""
        if condition.relation in ("=", "!="):
            same = self._same_index(condition)
            return same if condition.relation == "=" else minus(ONE, same)
        gap = minus(self._value(condition.left), self._value(condition.right))
        match condition.relation:
            case ">":
                return Apply("step", 0, gap)
            case "<":
                return Apply("step", 0, negate(gap))
            case ">=" | "≥":
                return minus(ONE, Apply("step", 0, negate(gap)))
            case "<=" | "≤":
                return minus(ONE, Apply("step", 0, gap))
        raise Outside(f"a condition by {condition.relation}")

    def _derivative(self, node: sx.Derivative) -> Expr:
        if node.of is None:
            raise Outside("a derivative of nothing")
        if node.order != 1:
            raise Outside("a second derivative")
        by = plain(node.by)
        assert isinstance(by, sx.Name)
        subject = plain(node.of)
        call = subject if isinstance(subject, sx.Applied) else None
        if isinstance(subject, sx.Applied) and self.roles.is_cost(subject.head):
            one = self.cost_of_one(subject)
            if one is not None:
                return self._partial(one, by)
            subject = subject.head
        if by.base in self.bound and not by.scripts:
            return self._formal_derivative(subject, by)
        if self.is_part(by):
            return self._by_part(subject, by)
        occurrence = resolve(self.roles, by)
        if occurrence.role == "cost":
            raise Outside("a derivative by the cost")
        if occurrence.role is None or occurrence.role in ("size", "function"):
            return self._by_scalar(subject, by)
        if by.mark or by.primes or occurrence.transposed or occurrence.power is not None:
            raise Outside("a derivative by something other than a name")
        program_name = self.program_name(by, occurrence)
        cost = isinstance(subject, sx.Name) and self.is_total(subject, call)
        if isinstance(subject, sx.Name) and self.is_part(subject) and not occurrence.entries:
            return self._slope_of_part(self.name(subject), program_name)
        if isinstance(subject, sx.Name) and not cost and self._unknown(subject):
            raise Outside(f"{subject.base} has no role in the network: say what it stands for")
        if self.setting.mode == "path":
            if cost:
                self.setting.differentiable(program_name)
                return Gradient(program_name, SCALAR)
            labels = isinstance(subject, sx.Name) and resolve(self.roles, subject).role == "Y"
            if labels and occurrence.role != "Y":
                raise Outside("the labels are computed from nothing")
            return Partial(self._value(subject), program_name, None, None)
        row, column = self.position(program_name, occurrence)
        if cost:
            if not self.setting.has_cost:
                raise Outside("there is no cost to differentiate")
            self.setting.differentiable(program_name)
            value: Expr = Gradient(program_name, self.setting.shape(program_name))
            return value if row is None and column is None else Entry(value, row, column)
        body = self._value(subject)
        if self.slopes and body.shape != SCALAR and row is None and column is None:
            return self.matrix_of_slopes(body, program_name)
        dims = self.setting.shape(program_name)
        missing = [i is None and d != 1 for i, d in zip((row, column), dims, strict=True)]
        if body.shape != SCALAR or any(missing):
            raise Outside("the derivative of one array by another is a linear map")
        return Partial(body, program_name, row, column)

    def matrix_of_slopes(self, body: Expr, program_name: str) -> Expr:
        """The derivatives of a vector by a vector, in the layout of the line."""
        if not self.slopes:
            raise Outside("a linear map beside an array")
        symbol = self.setting.symbol(program_name)
        return slopes_of(body, symbol, None, self.slopes == "denominator")

    def _unknown(self, name: sx.Name) -> bool:
        """A letter of which the note says nothing: nor what it is computed from."""
        if self.roles.role_of(name) is not None or self.is_part(name) or name.base in self.bound:
            return False
        key = (name.base, "".join(s.text for s in name.scripts))
        known = key in self.setting.facts.abbreviations or name.base == "e"
        return not known and not self._is_function(name)

    def _partial(self, body: Expr, by: sx.Name) -> Expr:
        """The derivative of a number by one entry of an array."""
        occurrence = resolve(self.roles, by)
        program_name = self.program_name(by, occurrence)
        row, column = self.position(program_name, occurrence)
        dims = self.setting.shape(program_name)
        if any(i is None and d != 1 for i, d in zip((row, column), dims, strict=True)):
            raise Outside("the gradient of one example beside those of all")
        return Partial(body, program_name, row, column)

    def _formal_derivative(self, subject: sx.Node, by: sx.Name) -> Expr:
        """``dg/ds`` of a defined function, or d/ds of a formula in the parameter s."""
        at = self.bound[by.base]
        if isinstance(subject, sx.Name) and not subject.primes and self._is_function(subject):
            return self.apply(self.function_name(subject, by), 1, at)
        if not isinstance(at, Symbol):
            raise Outside("a derivative by something other than a name")
        return Partial(self._value(subject), at.name, None, None)

    def _slope(self, node: sx.Node) -> Expr | None:
        """``\\partial A_1/\\partial Z_1`` beside ``\\odot``: the slopes, entry by entry."""
        maps = pure_maps(self.roles, node)
        if maps is None or len(maps) != 1 or maps[0].of is None or self.setting.mode == "path":
            return None
        above, below = (resolve(self.roles, n) for n in (maps[0].of, maps[0].by))
        if (above.role, below.role) != ("A", "Z") or above.example or below.example:
            return None
        outer = self.program_name(maps[0].of, above)
        inner = self.program_name(maps[0].by, below)
        body = self.setting.definitions.get(outer)
        if body == (argument := self.setting.symbol(inner)):
            return self.apply("identity", 1, argument)
        if isinstance(body, Apply) and body.arg == argument:
            return self.apply(body.function, body.order + 1, argument)
        raise Outside("the derivative of one array by another is a linear map")

    def _by_scalar(self, subject: sx.Node, by: sx.Name) -> Expr:
        if by.scripts or by.mark or by.primes:
            raise Outside(f"a derivative by {by.base}, which has no role in the network")
        leaf = self.setting.scalar_leaf(by.base)
        body = self._value(subject)
        if body.shape != SCALAR:
            raise Outside("the derivative of an array by a number")
        self.setting.mentions(body, leaf.name)
        return Partial(body, leaf.name, None, None)


def nabla_joined(
    roles: Roles, factors: tuple[tuple[str, sx.Node], ...]
) -> list[tuple[str, sx.Node]]:
    """Factors in which ``\\nabla_a C`` is one derivative: the gradient of C by a."""
    out: list[tuple[str, sx.Node]] = []
    for separator, node in factors:
        before = out[-1][1] if out else None
        inner = plain(node)
        head = inner.head if isinstance(inner, sx.Applied) else inner
        if isinstance(before, sx.Name) and before.base == "nabla" and not before.scripts:
            out[-1] = (out[-1][0], _by_argument(roles, before, node, inner))
            continue
        if (
            isinstance(before, sx.Name)
            and before.mark == "nabla"
            and separator == "juxt"
            and isinstance(head, sx.Name)
            and not head.mark
            and roles.role_of(head) in (None, "cost")
        ):
            if not roles.is_cost(head):
                raise Outside(f"nabla of {head.base}, which is not known as the cost")
            by = replace(before, mark="")
            span = sx.Span(before.span.start, node.span.end)
            out[-1] = (out[-1][0], sx.Derivative(span, node, by, "partial"))
            continue
        out.append((separator, node))
    return out


def _by_argument(roles: Roles, nabla: sx.Name, node: sx.Node, call: sx.Node) -> sx.Node:
    """``\\nabla J(w)``: the gradient of the cost by its only argument, a parameter."""
    if isinstance(call, sx.Applied) and roles.is_cost(call.head) and len(call.arguments) == 1:
        by = plain(call.arguments[0])
        if isinstance(by, sx.Name) and roles.role_of(by) in ("W", "b"):
            return sx.Derivative(sx.Span(nabla.span.start, node.span.end), node, by, "partial")
    raise Outside("nabla, but not by what")
