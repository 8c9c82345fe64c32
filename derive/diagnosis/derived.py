"""The true gradient as the note would write it: derived, carried and with constants in front.

In: the scene, the target with its scale, and the gradients that the right side already names.
Out: matrix expressions in the note's own gradients, the nearest to the note first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

from derive.diagnosis.loose import is_note_gradient, note_gradient
from derive.diagnosis.scene import Scene
from derive.diagnosis.vocabulary import dependents
from derive.program import (
    ONE,
    Expr,
    Gradient,
    MatMul,
    Number,
    Plus,
    Power,
    Program,
    Size,
    Sum,
    Times,
    Transpose,
    children,
    number,
    with_children,
)


@dataclass(frozen=True)
class Constant:
    """A rational number times powers of sizes of dimensions."""

    value: Fraction = Fraction(1)
    sizes: tuple[tuple[str, Fraction], ...] = ()

    def times(self, other: Constant, power: int = 1) -> Constant:
        """The product with another constant, or the quotient (`power` -1)."""
        sizes = dict(self.sizes)
        for dim, exponent in other.sizes:
            sizes[dim] = sizes.get(dim, Fraction(0)) + power * exponent
        kept = tuple(sorted((dim, e) for dim, e in sizes.items() if e))
        return Constant(self.value * other.value**power, kept)

    def expr(self) -> Expr:
        """The constant as an expression."""
        factors: list[Expr] = [] if self.value == 1 else [number(self.value)]
        for dim, exponent in self.sizes:
            factors.append(Size(dim) if exponent == 1 else Power(Size(dim), exponent))
        if not factors:
            return ONE
        result = factors[0]
        for factor in factors[1:]:
            result = Times(result, factor)
        return result


def in_front(expr: Expr, scale: dict[str, Expr]) -> Expr:
    """The same value with its constant in front, note gradients kept whole."""
    constant, rest = pulled(expr, scale)
    if constant == Constant():
        return rest
    return constant.expr() if rest == ONE else Times(constant.expr(), rest)


def pulled(expr: Expr, scale: dict[str, Expr]) -> tuple[Constant, Expr]:
    """An expression as constant and rest; the rest is ONE for a constant."""
    if is_note_gradient(expr, scale):
        return Constant(), expr
    match expr:
        case Number(value=value) if value:
            return Constant(value), ONE
        case Size(dim=dim):
            return Constant(sizes=((dim, Fraction(1)),)), ONE
        case Power(base=Size(dim=dim), exponent=exponent):
            return Constant(sizes=((dim, exponent),)), ONE
        case Times(left=left, right=right):
            (a, x), (b, y) = pulled(left, scale), pulled(right, scale)
            rest = y if x == ONE else x if y == ONE else Times(x, y)
            return a.times(b), rest
        case MatMul(left=left, right=right):
            (a, x), (b, y) = pulled(left, scale), pulled(right, scale)
            if ONE in (x, y):
                return Constant(), expr
            return a.times(b), MatMul(x, y)
        case Transpose(arg=arg) | Sum(arg=arg):
            constant, rest = pulled(arg, scale)
            if rest.shape != arg.shape:
                return Constant(), expr
            return constant, with_children(expr, (rest,))
        case Plus():
            return _pulled_sum(expr, scale)
    return Constant(), expr


def _pulled_sum(expr: Expr, scale: dict[str, Expr]) -> tuple[Constant, Expr]:
    terms = [pulled(term, scale) for term in _terms(expr)]
    values = [constant.value for constant, _ in terms]
    common = Constant(_content(values))
    if len({constant.sizes for constant, _ in terms}) == 1:
        common = Constant(common.value, terms[0][0].sizes)
    total: Expr | None = None
    for constant, rest in terms:
        factor = constant.times(common, -1).expr()
        term = rest if factor == ONE else factor if rest == ONE else Times(factor, rest)
        total = term if total is None else Plus(total, term)
    assert total is not None
    return common, total


def _content(values: list[Fraction]) -> Fraction:
    top = gcd(*(value.numerator for value in values))
    bottom = 1
    for value in values:
        bottom = bottom * value.denominator // gcd(bottom, value.denominator)
    content = Fraction(top, bottom)
    return -content if all(value < 0 for value in values) else content


def _terms(expr: Expr) -> list[Expr]:
    if isinstance(expr, Plus):
        return _terms(expr.left) + _terms(expr.right)
    return [expr]


def carried(expr: Expr, scale: dict[str, Expr]) -> Expr:
    """Plain gradients replaced by the note's own, divided by what those carry."""
    match expr:
        case Gradient(name=name) if scale.get(name, ONE) != ONE:
            return Times(Power(scale[name], Fraction(-1)), note_gradient(expr, scale))
        case Gradient():
            return expr
    return with_children(expr, tuple(carried(child, scale) for child in children(expr)))


@dataclass
class _Cuts:
    """The sets of gradients that the derived formula may be expressed in, nearest first."""

    scene: Scene
    target: str
    named: set[str]
    seen: set[frozenset[str]] = field(default_factory=set)

    def __iter__(self) -> Iterator[frozenset[str]]:
        above = dependents(self.scene.program, self.target)
        cuts = [self._next(above), set[str]()]
        if self.named & above:
            cuts.insert(0, self.named & above)
        for cut in cuts:
            key = frozenset(cut)
            if key not in self.seen:
                self.seen.add(key)
                yield key

    def _next(self, above: set[str]) -> set[str]:
        """The gradient of the next pre-activation above the target, if the note names it."""
        for name in self.scene.program.definitions:
            role, _ = self.scene.roles.get(name, ("", None))
            if name in above and role == "preactivation":
                return {name}
        return set()


def derived(scene: Scene, target: str, target_scale: Expr, named: set[str]) -> Iterator[Expr]:
    """The gradient of the cost by `target` times `target_scale`, in the note's gradients.

    named: the names whose gradients the right side uses.  Yields nothing where the engine
    cannot raise the gradient to matrices.
    """
    scale = dict(scene.scale)
    for cut in _Cuts(scene, target, set(named)):
        plain = _raised(scene.program, target, cut)
        if plain is not None:
            yield in_front(_scaled(target_scale, carried(plain, scale)), scale)


def _scaled(factor: Expr, expr: Expr) -> Expr:
    return expr if factor == ONE else Times(factor, expr)


def _raised(program: Program, target: str, cut: frozenset[str]) -> Expr | None:
    from derive.tensors import Underivable, derived_gradient

    try:
        return derived_gradient(program, target, sorted(cut))
    except Underivable:
        return None
