"""The one constructor of monomials, and the arithmetic of terms on top of it.

`monomial` merges equal factors, contracts Kronecker deltas, applies the rules of single
atoms, turns a bound index that occurs nowhere into the size of its dimension, and labels
what is left canonically.  Every rule acts here, at construction, so arguments of functions
are in normal form too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from derive.program import Dim
from derive.tensors.label import CANONICAL, fresh, freshened, labelled, rename, rename_atom
from derive.tensors.meter import Outside, charge, used
from derive.tensors.terms import (
    ONE,
    Atom,
    Factor,
    Index,
    Monomial,
    Poly,
    Rational,
    constant,
    number_power,
    show_index,
    whole,
)

Part = tuple[Rational, list[Factor]]
"""A coefficient and a product; a rule answers with a sum of these."""


def atom(kind: str, name: str = "", order: int = 0, arg: Poly | None = None) -> Poly:
    """A single atom as a term."""
    return Poly({Monomial((), ((Atom(kind, name, order, (), arg), 1),)): 1})


def entry(name: str, indices: Sequence[Index], domain: int = 0, kind: str = "entry") -> Poly:
    """One entry of a tensor."""
    return Poly({Monomial((), ((Atom(kind, name, domain, tuple(indices)), 1),)): 1})


def size(dim: Dim) -> Poly:
    """The number of values of a dimension."""
    return constant(dim) if isinstance(dim, int) else atom("size", dim)


def delta(left: Index, right: Index) -> Poly:
    """1 where the two indices are equal, else 0."""
    if left.dim != right.dim:
        raise Outside(f"outside the fragment: an identity of {left.dim} by {right.dim}")
    if left == right:
        return ONE
    pair = tuple(sorted((left, right), key=show_index))
    return Poly({Monomial((), ((Atom("delta", "", 0, pair), 1),)): 1})


def collect(parts: Iterable[tuple[Poly, Rational]]) -> Poly:
    """The sum of terms times numbers."""
    terms: dict[Monomial, Rational] = {}
    for poly, factor in parts:
        for m, c in poly.terms.items():
            terms[m] = terms.get(m, 0) + c * factor
    return Poly(terms)


def times(left: Poly, right: Poly) -> Poly:
    """The product of two terms."""
    for a, b in ((left, right), (right, left)):
        number = a.constant
        if number is not None:
            return b.scaled(number)
    parts: list[tuple[Poly, Rational]] = []
    for m, c in left.terms.items():
        for n, d in right.terms.items():
            bound, factors = freshened(n) if m.bound else (n.bound, n.factors)
            parts.append((monomial(m.bound + bound, m.factors + factors), c * d))
    return collect(parts)


def product(polys: Iterable[Poly]) -> Poly:
    """The product of any number of terms."""
    out = ONE
    for poly in polys:
        out = times(out, poly)
    return out


def sum_over(poly: Poly, index: Index) -> Poly:
    """The sum over all values of a free index."""
    return collect((monomial((*m.bound, index), m.factors), c) for m, c in poly.terms.items())


def monomial(bound: Sequence[Index], factors: Iterable[Factor]) -> Poly:
    """The normal form of a sum over `bound` of a product; see the module's text."""
    charge()
    merged: dict[Atom, Rational] = {}
    for a, e in factors:
        merged[a] = merged.get(a, 0) + e
    kinds = {a.kind for a in merged}
    if "delta" in kinds:
        return _contracted(bound, merged)
    merged = {a: _exponent(a, e) for a, e in merged.items() if e}
    for kind, rule in (("base", _open_base), ("logistic", _meet_logistic)):
        parts = rule(merged) if kind in kinds else None
        if parts is not None:
            return collect((monomial(bound, fs), c) for c, fs in parts)
    return _closed(bound, merged)


def _exponent(a: Atom, e: Rational) -> Rational:
    """Idempotent factors keep exponent 1."""
    if a.kind not in ("step", "delta"):
        return e
    if e < 0:
        raise Outside(f"outside the fragment: division by a {a.kind}")
    used("idempotent step" if a.kind == "step" else "idempotent delta")
    return 1


def _closed(bound: Sequence[Index], merged: dict[Atom, Rational]) -> Poly:
    """Sums over indices that do not occur are sizes; then the canonical names."""
    if not bound:
        return Poly({labelled((), merged.items()): 1})
    left: list[Index] = []
    coefficient: Rational = 1
    for index in bound:
        if any(index in a.free for a in merged):
            left.append(index)
            continue
        used("constant sum")
        if isinstance(index.dim, int):
            coefficient *= index.dim
        else:
            count = Atom("size", index.dim)
            merged[count] = merged.get(count, 0) + 1
            if not merged[count]:
                del merged[count]
    return Poly({labelled(left, merged.items()): coefficient})


def _contracted(bound: Sequence[Index], merged: dict[Atom, Rational]) -> Poly:
    """Use up deltas: a bound index of a delta is replaced; two free ones are identified."""
    used("contract delta")
    names = {i: fresh(i) for i in bound if i.name.startswith(CANONICAL)}
    open_ = [names.get(i, i) for i in bound]
    factors = [(rename_atom(a, names), e) for a, e in merged.items() if a.kind != "delta"]
    pending: list[tuple[Index, Index]] = []
    for a, e in merged.items():
        if a.kind == "delta" and e:
            _exponent(a, e)
            left, right = rename_atom(a, names).indices
            pending.append((left, right))
    changed: list[Poly] = []
    kept: list[Factor] = []
    while pending:
        left, right = pending.pop(0)
        if left == right:
            continue
        if left in open_:
            old, new = left, right
        elif right in open_:
            old, new = right, left
        else:
            new, old = sorted((left, right), key=show_index)
            kept.append((Atom("delta", "", 0, (new, old)), 1))
        if old in open_:
            open_.remove(old)
        changed = [identify(p, old, new) for p in changed]
        changed += [_identified(a, e, old, new) for a, e in factors if a.free >= {old, new}]
        factors = [(rename_atom(a, {old: new}), e) for a, e in factors if not a.free >= {old, new}]
        pending = [_replaced(pair, old, new) for pair in pending]
    if not changed:
        out = monomial(open_, factors)
    else:
        out = product([*changed, monomial((), factors)])
        for index in open_:
            out = sum_over(out, index)
    for factor in kept:
        out = collect(
            (Poly({labelled(n.bound, (*n.factors, factor)): 1}), c) for n, c in out.terms.items()
        )
    return out


def _replaced(pair: tuple[Index, Index], old: Index, new: Index) -> tuple[Index, Index]:
    left, right = (new if i == old else i for i in pair)
    return left, right


def identify(poly: Poly, old: Index, new: Index) -> Poly:
    """Replace a free index by another one, which may already occur."""
    if old not in poly.free:
        return poly
    if new not in poly.free:
        return rename(poly, {old: new})
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        bound, factors = freshened(m)
        if new not in m.free:
            out = monomial(bound, [(rename_atom(a, {old: new}), e) for a, e in factors])
        else:
            out = product(_identified(a, e, old, new) for a, e in factors)
            for index in bound:
                out = sum_over(out, index)
        parts.append((out, c))
    return collect(parts)


def at_indices(poly: Poly, generic: Sequence[Index], indices: Sequence[Index]) -> Poly:
    """A term in generic indices, which occur nowhere else, at given ones."""
    names = {g: i for g, i in zip(generic, indices, strict=True) if g != i}
    targets = set(names.values())
    if len(targets) == len(names) and targets.isdisjoint((poly.free - names.keys()) | {*generic}):
        return rename(poly, names)
    apart = {g: fresh(g) for g in names}
    poly = rename(poly, apart)
    for g, i in names.items():
        poly = identify(poly, apart[g], i)
    return poly


def _identified(a: Atom, e: Rational, old: Index, new: Index) -> Poly:
    from derive.tensors.rebuild import rebuilt

    if old not in a.free or new not in a.free:
        return monomial((), [(rename_atom(a, {old: new}), e)])
    if a.kind == "delta":
        return ONE
    if a.arg is None:
        indices = tuple(new if i == old else i for i in a.indices)
        return monomial((), [(Atom(a.kind, a.name, a.order, indices), e)])
    return rebuilt(a, identify(a.arg, old, new), e)


def _open_base(merged: dict[Atom, Rational]) -> list[Part] | None:
    """``(c x y)^e`` with a whole e is ``c^e x^e y^e``; of a number, the whole part of e."""
    for a, e in merged.items():
        if a.kind != "base" or len(a.argument.terms) != 1:
            continue
        ((m, c),) = a.argument.terms.items()
        count = e.__floor__()
        rest = [f for f in merged.items() if f[0] is not a]
        if not m.bound and whole(e):
            return [(number_power(c, count), rest + [(b, k * count) for b, k in m.factors])]
        if not m.factors and count:
            return [(number_power(c, count), [*rest, (a, e - count)])]
    return None


def leading(poly: Poly) -> Monomial:
    """A distinguished monomial, the same under every renaming unless masks tie."""
    return max(poly.terms, key=lambda m: (m.mask, abs(poly.terms[m]), poly.terms[m], m.key))


def _meet_logistic(merged: dict[Atom, Rational]) -> list[Part] | None:
    """R = 1/(1 + e^x): ``R^-1 = 1 + e^x``, ``e^x R = 1 - R``, ``e^-x R = e^-x - R``."""
    for a, e in merged.items():
        if a.kind != "logistic" or not whole(e):
            continue
        x = a.argument
        rest = [f for f in merged.items() if f[0] is not a]
        if e < 0:
            used("logistic reciprocal")
            lower = [*rest, (a, e + 1)]
            return [(1, lower), (1, lower + _exponential_factors(x))]
        first = leading(x)
        power = Atom("exp", arg=Poly({first: 1}))
        if power not in merged:
            continue
        count = merged[power] / Fraction(x.terms[first])
        if not whole(count):
            continue
        used("logistic and exponential")
        sign = 1 if count > 0 else -1
        less = rest + [(b, -sign * k) for b, k in _exponential_factors(x)]
        if sign > 0:
            return [(1, [*less, (a, e - 1)]), (-1, [*less, (a, e)])]
        return [(1, [*rest, (a, e - 1)]), (-1, [*less, (a, e)])]
    return None


def _exponential_factors(x: Poly) -> list[Factor]:
    """The factors of e^x."""
    return [(Atom("exp", arg=Poly({m: 1})), c) for m, c in x.terms.items()]


def negative(poly: Poly) -> bool:
    """Whether the distinguished term has a minus sign; never true of both p and -p."""
    return bool(poly.terms) and poly.terms[leading(poly)] < 0
