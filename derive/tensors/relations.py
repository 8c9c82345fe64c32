"""Relations between atoms, and deciding whether a term is 0.

A relation rewrites a pattern, the sum over bound indices of a product, wherever it occurs as
a factor.  Two kinds:

* a linear constraint: ``sum_k Y[k,i] -> 1`` for labels;
* a change of generator: for a denominator D = p, a connected factor c that is linear in p
  becomes (D - rest) / coefficient.  Laurent polynomials in D have one normal form: with
  ``sum_j exp(z[i,j]) -> D[i]`` a softmax adds up to 1, with ``a -> 1 - D`` for D = 1 - a
  rational functions of a have partial fractions.

What is still not 0 has its denominators cleared and is multiplied out, which decides
rational functions of independent atoms.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from itertools import product as choices

from derive.program import Dim, Program
from derive.tensors.cases import cases
from derive.tensors.functions import exponential, opened, power
from derive.tensors.label import fresh, freshened, rename_atom, split
from derive.tensors.meter import Outside, used
from derive.tensors.normal import at_indices, collect, entry, monomial, product, sum_over, times
from derive.tensors.partial_fractions import Linear, decomposed, linear
from derive.tensors.terms import (
    ONE,
    Atom,
    Factor,
    Index,
    Monomial,
    Poly,
    Rational,
    inverse,
    whole,
)

MOST_PASSES = 60
MOST_SPLITS = 3
"""Steps of which both cases are looked at, one within the other."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``sum over bound of product(factors) -> result``, for all values of the roots."""

    rule: str
    roots: tuple[Index, ...]
    bound: tuple[Index, ...]
    factors: tuple[Factor, ...]
    result: Poly
    mask: str
    """The pattern without names: what any occurrence shows."""


def relation(
    rule: str, bound: Sequence[Index], factors: Sequence[Factor], result: Poly
) -> Relation:
    """A relation whose roots are the free indices of the pattern; the result has no others."""
    roots = tuple(sorted(_free(factors).difference(bound)))
    return Relation(rule, roots, tuple(bound), tuple(factors), result, _mask(factors))


def _free(factors: Iterable[Factor]) -> frozenset[Index]:
    return frozenset[Index]().union(*(a.free for a, _ in factors))


def _mask(factors: Iterable[Factor]) -> str:
    return "*".join(sorted(f"{a.mask}^{e}" for a, e in factors))


def label_constraints(program: Program) -> list[Relation]:
    """``sum to one`` for every leaf that is declared so."""
    out: list[Relation] = []
    for name, leaf in sorted(program.leaves.items()):
        if leaf.sums_to_one is None or leaf.dims[leaf.sums_to_one] == 1:
            continue
        at = [Index(f"?{n}", d) for n, d in enumerate(leaf.dims)]
        summed = at[leaf.sums_to_one]
        present = [i for i in at if i.dim != 1]
        domain = {"real": 0, "positive": 1, "unit": 2}[leaf.domain]
        ((m, _),) = entry(name, present, domain).terms.items()
        out.append(relation("labels sum to one", (summed,), m.factors, ONE))
    return out


# -- change of generator ----------------------------------------------------------------------


def generators(poly: Poly, known: Sequence[Relation]) -> tuple[list[Relation], list[Linear]]:
    """A relation for every denominator that has a linear component; those with two terms."""
    found = list(known)
    lines: list[Linear] = []
    bases: dict[Atom, None] = {}
    done: set[str] = set()
    _collect_bases(poly, bases)
    for a in sorted(bases, key=lambda b: (b.argument.height, b.key)):
        names = {i: Index(f"?{n}", i.dim) for n, i in enumerate(sorted(a.free))}
        generic = rename_atom(a, names)
        if generic.key in done:
            continue
        done.add(generic.key)
        value = rewrite(generic.argument, found)
        lines += [line for line in (linear(generic, value),) if line is not None]
        new = _change_of_generator(generic, value)
        if new is not None:
            found.append(new)
    return found, lines


def _collect_bases(poly: Poly, bases: dict[Atom, None]) -> None:
    for m in poly.terms:
        for a, _ in m.factors:
            if a.kind == "base":
                bases[a] = None
            if a.arg is not None:
                _collect_bases(a.arg, bases)


_RANK = {"entry": 3, "gradient": 3, "exp": 2, "call": 2, "log": 2, "logistic": 1}


def _change_of_generator(base: Atom, value: Poly) -> Relation | None:
    best: tuple[tuple[bool, int, str], Relation] | None = None
    for m, c in value.terms.items():
        pieces = split(m.bound, m.factors)
        sums = [p for p in pieces if p[0]]
        singles = [p for p in pieces if len(p[1]) == 1 and p[1][0][0].kind in _RANK]
        picked = sums or [p for p in singles if p[1][0][1] == 1]
        if len(picked) != 1:
            continue
        ((indices, members),) = picked
        rest = [f for f in m.factors if f not in members]
        if any(a.kind not in ("size", "exp", "base", "entry", "logistic") for a, _ in rest):
            continue
        if not indices and not _only_here(members[0][0], m, value):
            continue
        rank = max((_RANK.get(a.kind, 0) for a, _ in members), default=0)
        key = (bool(indices), rank, _mask(members))
        if best is not None and key <= best[0]:
            continue
        others = Poly({n: d for n, d in value.terms.items() if n != m})
        whole_base = Poly({Monomial((), ((base, 1),)): 1})
        divisor = monomial((), [(a, -e) for a, e in rest]).scaled(inverse(c))
        result = times(whole_base - others, divisor)
        if result.free <= _free(members).difference(indices):  # else it could not be applied
            best = key, relation("change of generator", indices, members, result)
    return best[1] if best else None


def _only_here(a: Atom, m: Monomial, value: Poly) -> bool:
    """Whether an atom occurs in one term only, so that the term can be solved for it."""
    return all(n == m or all(b != a for b, _ in n.factors) for n in value.terms)


# -- rewriting --------------------------------------------------------------------------------


def rewrite(poly: Poly, relations: Sequence[Relation], lines: Sequence[Linear] = ()) -> Poly:
    """Apply relations until none occurs any more (or the number of passes is spent)."""
    for _ in range(MOST_PASSES):
        changed = False
        parts: list[tuple[Poly, Rational]] = []
        for m, c in poly.terms.items():
            out = _rewrite_once(m, relations)
            if out is None and lines:
                out = decomposed(m, lines)
            changed |= out is not None
            parts.append((out if out is not None else Poly({m: 1}), c))
        if not changed:
            return poly
        poly = collect(parts)
    return poly


def _rewrite_once(m: Monomial, relations: Sequence[Relation]) -> Poly | None:
    for r in relations:
        found = _occurrence(r, m)
        if found is None:
            continue
        bound, factors, at = found
        used(r.rule)
        names = {i: fresh(i) for i in bound}
        rest = monomial((), [(rename_atom(a, names), e) for a, e in factors])
        value = at_indices(r.result, r.roots, [names.get(i, i) for i in at])
        out = times(rest, value)
        for index in names.values():
            out = sum_over(out, index)
        return out
    return None


Found = tuple[list[Index], list[Factor], list[Index]]


def _occurrence(r: Relation, m: Monomial) -> Found | None:
    """Where the pattern occurs: the bound indices and factors left, and the roots' values."""
    if not r.bound:
        return _single_occurrence(r, m)
    dims = sorted(repr(i.dim) for i in r.bound)
    for chosen in combinations(m.bound, len(r.bound)):
        if sorted(repr(i.dim) for i in chosen) != dims:
            continue
        mine = [f for f in m.factors if not f[0].free.isdisjoint(chosen)]
        if len(mine) != len(r.factors) or _mask(mine) != r.mask:
            continue
        at = _match(r, chosen, mine)
        if at is not None:
            left = [i for i in m.bound if i not in chosen]
            return left, [f for f in m.factors if f not in mine], at
    return None


def _single_occurrence(r: Relation, m: Monomial) -> Found | None:
    pattern = r.factors[0][0]
    for position, (a, e) in enumerate(m.factors):
        if e < 1 or not whole(e) or a.mask != pattern.mask:
            continue
        at = _match(r, (), [(a, 1)])
        if at is not None:
            rest = [*m.factors[:position], (a, e - 1), *m.factors[position + 1 :]]
            return list(m.bound), [f for f in rest if f[1]], at
    return None


def _match(r: Relation, chosen: Sequence[Index], factors: Sequence[Factor]) -> list[Index] | None:
    """Values of the roots under which the pattern is the given factors."""
    outer = sorted(_free(factors).difference(chosen))
    target = {(a.key, e) for a, e in factors}
    for order in permutations(chosen):
        if any(i.dim != j.dim for i, j in zip(r.bound, order, strict=True)):
            continue
        for values in choices(outer, repeat=len(r.roots)):
            pairs = [*zip(r.bound, order, strict=True), *zip(r.roots, values, strict=True)]
            if any(i.dim != j.dim for i, j in pairs) or len(set(values)) < len(values):
                continue
            names = dict(pairs)
            if {(rename_atom(a, names).key, e) for a, e in r.factors} == target:
                return list(values)
    return None


# -- clearing denominators --------------------------------------------------------------------


def cleared(poly: Poly) -> Poly:
    """The term times its denominators, as far as they are the same for every summand."""
    poly = _without_logistic(poly)
    for _ in range(8):
        least: dict[Atom, Rational] = {}
        for m in poly.terms:
            for a, e in m.factors:
                if a.kind == "base" and e < 0 and a.free.isdisjoint(m.bound):
                    least[a] = min(least.get(a, 0), e.__floor__())
        if not least:
            break
        used("clear denominators")
        factor = monomial((), [(a, -e) for a, e in sorted(least.items(), key=lambda f: f[0].key)])
        poly = expanded(times(poly, factor))
    return expanded(poly)


def expanded(poly: Poly) -> Poly:
    """Positive whole powers of sums multiplied out."""
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        if not any(a.kind == "base" and e >= 1 for a, e in m.factors):
            parts.append((Poly({m: 1}), c))
            continue
        bound, factors = freshened(m)
        polys = [_opened_whole(a, e) for a, e in factors]
        out = product(polys)
        for index in bound:
            out = sum_over(out, index)
        parts.append((out, c))
    return collect(parts)


def _opened_whole(a: Atom, e: Rational) -> Poly:
    if a.kind != "base" or e < 1 or whole(e):
        return opened(a, e)
    count = e.__floor__()
    return times(power(a.argument, count), monomial((), [(a, e - count)]))


def _without_logistic(poly: Poly) -> Poly:
    """Logistic atoms as fractions of exponentials, for those of dependent arguments."""
    found = {a for m in poly.terms for a, _ in m.factors if a.kind == "logistic"}
    if len(found) < 2:
        return poly
    used("logistic as a fraction")
    parts: list[tuple[Poly, Rational]] = []
    for m, c in poly.terms.items():
        bound, factors = freshened(m)
        kept = [f for f in factors if f[0].kind != "logistic"]
        polys = [
            monomial((), [(Atom("base", arg=ONE + exponential(a.argument)), -e)])
            for a, e in factors
            if a.kind == "logistic"
        ]
        out = product([monomial((), kept), *polys])
        for index in bound:
            out = sum_over(out, index)
        parts.append((out, c))
    return collect(parts)


def normal_form(poly: Poly, constraints: Sequence[Relation]) -> Poly:
    """The term under the constraints and its own changes of generator."""
    return rewrite(poly, *generators(poly, constraints))


def is_zero(poly: Poly, constraints: Sequence[Relation], splits: int = MOST_SPLITS) -> bool:
    """Whether the term is proved to be 0; False says nothing."""
    poly = normal_form(poly, constraints)
    if not poly.terms:
        return True
    clear = cleared(poly)
    if not clear.terms:
        return True
    clear = expanded(normal_form(clear, constraints))
    return (
        not clear.terms
        or _zero_summands(clear, constraints, splits)
        or (splits > 0 and _zero_by_cases(poly, constraints, splits - 1))
    )


def _zero_by_cases(poly: Poly, constraints: Sequence[Relation], splits: int) -> bool:
    """Whether the term is 0 for both values of a step inside of its functions."""
    try:
        both = cases(poly)
    except Outside:
        return False
    if both is None:
        return False
    used("cases of a step")
    return all(is_zero(case, constraints, splits) for case in both)


def _zero_summands(poly: Poly, constraints: Sequence[Relation], splits: int) -> bool:
    """Whether the sums over the same dimensions have summands that add up to 0 already.

    A denominator inside of a sum has no common multiple with the others outside of it.
    """
    groups: dict[tuple[Dim, ...], list[tuple[Poly, Rational]]] = {}
    for m, c in poly.terms.items():
        dims = tuple(i.dim for i in m.bound)
        names = {i: Index(f"?{n}", i.dim) for n, i in enumerate(m.bound)}
        summand = monomial((), [(rename_atom(a, names), e) for a, e in m.factors])
        groups.setdefault(dims, []).append((summand, c))
    if not any(groups):
        return False
    used("equal summands")
    return all(is_zero(collect(parts), constraints, splits) for parts in groups.values())
