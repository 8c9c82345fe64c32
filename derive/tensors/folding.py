"""Folding definitions back into a term: ``exp(Z) / sum exp(Z)`` becomes A again."""

from __future__ import annotations

from derive.tensors.adjoint import Model
from derive.tensors.label import freshened, rename_atom
from derive.tensors.lower import present, slot
from derive.tensors.normal import at_indices, collect, entry, monomial, sum_over, times
from derive.tensors.relations import relation, rewrite
from derive.tensors.terms import Factor, Index, Monomial, Poly, Rational, inverse, whole

_FOLDED = ("exp", "logistic")


def folded(model: Model, poly: Poly) -> Poly:
    """The term with the definitions of the program that it holds written as names."""
    for name in model.program.definitions:
        rows, columns = model.program.shape(name)
        at = present(slot("?0", rows), slot("?1", columns))
        if len(at) != 2 and (rows, columns) != (1, 1) and not at:
            continue
        body = model.body(name, at)
        symbol = entry(name, at)
        if len(body.terms) == 1:
            ((m, c),) = body.terms.items()
            if not m.bound and any(a.kind == "exp" for a, _ in m.factors):
                poly = _fold_product(poly, m, symbol.scaled(inverse(c)), at)
        elif len(body.terms) <= 3:
            poly = _fold_linear(poly, body, symbol)
    return poly


def _fold_linear(poly: Poly, body: Poly, symbol: Poly) -> Poly:
    """A = 1 - logistic(Z) solved for the function."""
    solvable = [
        (m, c)
        for m, c in body.terms.items()
        if not m.bound
        and len(m.factors) == 1
        and m.factors[0][0].kind in _FOLDED
        and m.factors[0][1] == 1
    ]
    if len(solvable) != 1:
        return poly
    ((m, c),) = solvable
    others = Poly({n: d for n, d in body.terms.items() if n != m})
    if any(a.kind in _FOLDED for n in others.terms for a, _ in n.factors):
        return poly
    result = (symbol - others).scaled(inverse(c))
    return rewrite(poly, [relation("fold a definition", (), m.factors, result)])


def _fold_product(poly: Poly, pattern: Monomial, symbol: Poly, generic: tuple[Index, ...]) -> Poly:
    """Every occurrence of a product of factors replaced by a name."""
    for _ in range(16):
        parts: list[tuple[Poly, Rational]] = []
        changed = False
        for m, c in poly.terms.items():
            out = _replace_product(m, pattern, symbol, generic)
            changed |= out is not None
            parts.append((out if out is not None else Poly({m: 1}), c))
        if not changed:
            break
        poly = collect(parts)
    return poly


def _replace_product(
    m: Monomial, pattern: Monomial, symbol: Poly, generic: tuple[Index, ...]
) -> Poly | None:
    bound, factors = freshened(m)
    seed = next(a for a, _ in pattern.factors if a.kind == "exp")
    present_ = {a.key: e for a, e in factors}
    for a, _ in factors:
        if a.kind != "exp" or a.mask != seed.mask:
            continue
        names = _unify(seed.argument, a.argument, generic)
        if names is None:
            continue
        wanted: list[Factor] = [(rename_atom(b, names), e) for b, e in pattern.factors]
        if not all(_contains(present_.get(b.key, 0), e) for b, e in wanted):
            continue
        rest = monomial((), [*factors, *((b, -e) for b, e in wanted)])
        value = at_indices(symbol, generic, [names[i] for i in generic])
        out = times(rest, value)
        for index in bound:
            out = sum_over(out, index)
        return out
    return None


def _contains(have: Rational, want: Rational) -> bool:
    return whole(want) and (have >= want > 0 or have <= want < 0)


def _unify(pattern: Poly, poly: Poly, generic: tuple[Index, ...]) -> dict[Index, Index] | None:
    """Indices for the generic ones under which the pattern, an entry, is the term."""
    if len(pattern.terms) != 1 or len(poly.terms) != 1:
        return None
    (m,), (n,) = pattern.terms, poly.terms
    if len(m.factors) != 1 or len(n.factors) != 1 or m.bound or n.bound:
        return None
    mine, theirs = m.factors[0][0].indices, n.factors[0][0].indices
    names = dict(zip(mine, theirs, strict=True)) if len(mine) == len(theirs) else {}
    if set(names) != set(generic) or rename_atom(m.factors[0][0], names) != n.factors[0][0]:
        return None
    return names
