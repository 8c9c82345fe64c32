"""Canonical names for bound indices, and renaming.

A monomial is a graph: bound indices are its vertices, factors its edges.  Two monomials are
equal when some renaming of bound indices turns one into the other, so the names are chosen
by the graph alone: colour refinement first, then, among the indices that it cannot tell
apart, the order with the smallest text.  A name ``%h.i`` holds the nesting height of the
monomial, so no bound name is ever captured by an enclosing sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations, product
from math import factorial, prod

from derive.tensors.meter import Outside, charge, fresh_name
from derive.tensors.terms import Atom, Factor, Index, Monomial, Poly, Rational, show_index

MOST_ORDERS = 5040
"""Orders of indistinguishable indices that are tried before giving up."""

CANONICAL = "%"
"""With this begin the names of bound indices in canonical terms, and no others."""

Renaming = Mapping[Index, Index]


def fresh(index: Index) -> Index:
    """A new index over the same dimension."""
    return Index(fresh_name(), index.dim)


def rename_atom(atom: Atom, names: Renaming) -> Atom:
    """The atom with indices renamed; different indices must stay different."""
    if atom.free.isdisjoint(names):
        return atom
    if atom.arg is not None:
        return Atom(atom.kind, atom.name, atom.order, (), rename(atom.arg, names))
    indices = tuple(names.get(i, i) for i in atom.indices)
    if atom.kind == "delta":
        indices = tuple(sorted(indices, key=show_index))
    return Atom(atom.kind, atom.name, atom.order, indices)


def rename(poly: Poly, names: Renaming) -> Poly:
    """The term with free indices renamed; different indices must stay different."""
    if poly.free.isdisjoint(names):
        return poly
    terms: dict[Monomial, Rational] = {}
    for monomial, c in poly.terms.items():
        if monomial.free.isdisjoint(names):
            terms[monomial] = terms.get(monomial, 0) + c
            continue
        factors = [(rename_atom(a, names), e) for a, e in monomial.factors]
        renamed = labelled(monomial.bound, _led(monomial.bound, factors))
        terms[renamed] = terms.get(renamed, 0) + c
    return Poly(terms)


def _led(bound: Sequence[Index], factors: list[Factor]) -> list[Factor]:
    """Factors whose free indices a delta makes equal all use the first one again.

    Which is first may have changed with the names.
    """
    deltas = [a for a, _ in factors if a.kind == "delta" and a.free.isdisjoint(bound)]
    if len(deltas) != 1:
        return factors
    first, second = deltas[0].indices
    used = [a.free for a, _ in factors if a is not deltas[0]]
    if any(first in free for free in used) or not any(second in free for free in used):
        return factors
    return [(a if a is deltas[0] else rename_atom(a, {second: first}), e) for a, e in factors]


def freshened(monomial: Monomial) -> tuple[tuple[Index, ...], tuple[Factor, ...]]:
    """Bound indices and factors, with new bound names that clash with nothing."""
    if not monomial.bound:
        return (), monomial.factors
    names = {i: fresh(i) for i in monomial.bound}
    return tuple(names.values()), tuple((rename_atom(a, names), e) for a, e in monomial.factors)


Piece = tuple[list[Index], list[Factor]]
"""Bound indices and the factors that they connect."""


def split(bound: Iterable[Index], factors: Iterable[Factor]) -> list[Piece]:
    """Connected pieces of a product: factors that share bound indices belong together."""
    pieces: list[tuple[set[Index], list[Factor]]] = []
    mine = frozenset(bound)
    for factor in factors:
        touched = set(factor[0].free & mine)
        apart: list[tuple[set[Index], list[Factor]]] = []
        joined: list[Factor] = []
        for indices, members in pieces:
            if indices & touched:
                touched |= indices
                joined += members
            else:
                apart.append((indices, members))
        pieces = [*apart, (touched, [*joined, factor])]
    return [(sorted(indices), members) for indices, members in pieces]


def labelled(bound: Sequence[Index], factors: Iterable[Factor]) -> Monomial:
    """The monomial with canonical bound names; every bound index occurs in a factor.

    Connected pieces are put in order one by one, so equal ones need no search.
    """
    factors = list(factors)
    if not bound:
        return Monomial((), tuple(sorted(factors, key=_factor_key)))
    height = 1 + max((a.arg.height for a, _ in factors if a.arg is not None), default=0)
    if len(bound) == 1:
        return _named(bound, factors, height)
    pieces = [piece for piece in split(bound, factors) if piece[0]]
    if len(pieces) == 1:
        return _best(bound, factors, height)[1]
    ordered = sorted((_best(*piece, height) for piece in pieces), key=lambda found: found[1].key)
    return _named([i for order, _ in ordered for i in order], factors, height)


def _best(
    bound: Sequence[Index], factors: Sequence[Factor], height: int
) -> tuple[Sequence[Index], Monomial]:
    """The canonical order of the indices of one connected piece, and the piece so named."""
    if len(bound) == 1:
        return bound, _named(bound, factors, height)
    colours = _refine(bound, factors)
    classes: dict[str, list[Index]] = {}
    for index in bound:
        classes.setdefault(colours[index], []).append(index)
    groups = [classes[c] for c in sorted(classes)]
    orders = prod(factorial(len(g)) for g in groups)
    if orders > MOST_ORDERS:
        raise Outside("outside the fragment: too many interchangeable indices in one sum")
    charge(orders - 1)
    candidates = (
        (order, _named(order, factors, height))
        for order in (
            [i for group in picked for i in group]
            for picked in product(*(permutations(g) for g in groups))
        )
    )
    return min(candidates, key=lambda found: found[1].key)


def _named(order: Sequence[Index], factors: Iterable[Factor], height: int) -> Monomial:
    names = {i: Index(f"{CANONICAL}{height}.{n}", i.dim) for n, i in enumerate(order)}
    if all(old == new for old, new in names.items()):
        renamed = list(factors)
    else:
        merged: dict[Atom, Rational] = {}
        for a, e in factors:
            atom = rename_atom(a, names)
            merged[atom] = merged.get(atom, 0) + e
        renamed = list(merged.items())
    return Monomial(tuple(names.values()), tuple(sorted(renamed, key=_factor_key)))


def _factor_key(factor: Factor) -> str:
    return factor[0].key


def _refine(bound: Sequence[Index], factors: Sequence[Factor]) -> dict[Index, str]:
    """Colours that tell bound indices apart by how they occur."""
    colours = {i: f"{i.dim!r}" for i in bound}
    count = len(set(colours.values()))
    touched = {i: [f for f in factors if i in f[0].free] for i in bound}
    while count < len(bound):
        charge(len(bound) * len(factors) // 16)
        seen: dict[Index, str] = {}
        for i in bound:
            marked = {**colours, i: "*" + colours[i]}
            around = sorted(f"{signature(a, marked)}^{e}" for a, e in touched[i])
            seen[i] = f"{colours[i]}|{around}"
        rank = {text: f"{n:03d}" for n, text in enumerate(sorted(set(seen.values())))}
        colours = {i: rank[seen[i]] for i in bound}
        refined = len(rank)
        if refined == count:
            break
        count = refined
    return colours


def signature(atom: Atom, colours: Mapping[Index, str]) -> str:
    """The atom's text with colours for indices; nested bound indices show as their dimension."""
    if atom.free.isdisjoint(colours):
        return atom.key
    if atom.arg is None:
        shown = [colours.get(i) or show_index(i) for i in atom.indices]
        if atom.kind == "delta":
            shown.sort()
        return f"{atom.kind}{atom.order}{atom.name!r}{shown}"
    terms: list[str] = []
    for monomial, c in atom.arg.terms.items():
        inner = {**colours, **{i: f"{i.dim!r}" for i in monomial.bound}}
        factors = sorted(f"{signature(a, inner)}^{e}" for a, e in monomial.factors)
        terms.append(f"{c}{factors}")
    return f"{atom.kind}{atom.order}{atom.name!r}{sorted(terms)}"
