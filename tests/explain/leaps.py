"""Whether a step of a derivation takes one rule and no more: ``python -m tests.explain.leaps --all``.

Every step's line is compared with the one before it: what the rule of its name does at one place,
or at every place alike, has to lead from the one to the other.  What is no rule: the order of
terms and factors, numbers worked out, factors 1, terms 0, and that x' = 1.  Lemmas that are
derived as entries of their own (`LEMMAS`) put one value in for one pending derivative.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from derive.explain import differentiate
from derive.explain.arrange import collected, distributed, expanded, key, places, same
from derive.explain.entries import (
    Letters,
    constants_out,
    contracted,
    divided,
    entry_of,
    factors_of,
    split,
)
from derive.library.explanations import _pair_of, explanation, names
from derive.program import (
    ONE,
    Apply,
    Entry,
    Expr,
    Gradient,
    Index,
    Number,
    Partial,
    Plus,
    Power,
    Size,
    SumOver,
    Symbol,
    Times,
    children,
    number,
    walk,
)
from derive.scalars import rules, table
from derive.scalars.blackboard import Step
from derive.scalars.rules import product, total

LEMMAS = (
    "derivative of the loss", "derivative of the activation", "derivative of tanh",
    "derivative of softplus", "derivative of an affine map", "Jacobian of softmax",
    "derivative of an elementwise function",
)  # fmt: skip
BEGIN = (
    "definition", "case i = j", "case i != j", "both cases", "substitute the definition",
    "the sum over the paths", "one step of the rule", "the start",
)  # fmt: skip
"""Steps that begin something: what comes before them is another line of thought."""


def leap(rule: str, before: Expr, after: Expr) -> str:
    """What is wrong with a step; "" if it takes its one rule."""
    if rule in LEMMAS:
        return "" if _put_in_for_one(before, after) else "more than one derivative is put in"
    if rule in _CHANGES:
        return "" if any(_CHANGES[rule](before, after)) else f"more than {rule}"
    for advance in (rules.advance, differentiate.advance):
        try:
            done = advance(before)
        except (TypeError, ValueError):
            continue
        if done is not None and done[0] == rule and same(done[1], after):
            return ""
    if rule == "product rule" and any(_product_rule(before, after)):
        return ""
    return "no rule of this name leads here"


def leaps(steps: tuple[Step, ...]) -> Iterator[str]:
    """The steps that take more than one rule."""
    before: Expr | None = None
    left = ""
    for number_, step in enumerate(steps, 1):
        of = step.latex.partition(" = ")[0]
        if left not in ("", of) and not step.rule.startswith("back to"):
            before = None
        left = "" if step.rule == "definition" else of
        if step.expr is not None and before is None and not _may_begin(step):
            yield f"{number_}. {step.rule}: nothing before it: {step.latex}"
        if step.rule not in BEGIN and before is not None and step.expr is not None:
            wrong = leap(step.rule, before, step.expr)
            if wrong:
                yield f"{number_}. {step.rule}: {wrong}: {step.latex}"
        before = step.expr


def _may_begin(step: Step) -> bool:
    """Whether a line can be the first about its left side; of a local derivative a lemma can."""
    local = not step.latex.startswith(r"\frac{\partial J}")
    pending = step.latex.startswith(r"\frac{\partial}{\partial")
    begins = step.rule in (*BEGIN, "chain rule", "sum rule", "split the sum")
    return begins or pending or (local and step.rule in LEMMAS)


# -- what each rule may change -----------------------------------------------------------------


def _at_one_place(before: Expr, after: Expr, change: Callable[[Expr], Iterator[Expr]]) -> bool:
    wanted = key(after)
    return any(
        key(put(new)) == wanted for part, put in places(before) for new in change(part)
    )  # fmt: skip


def _everywhere(change: Callable[[Expr], Expr]) -> Callable[[Expr, Expr], Iterator[bool]]:
    def holds(before: Expr, after: Expr) -> Iterator[bool]:
        yield same(change(before), after)

    return holds


def _powers(before: Expr, after: Expr) -> Iterator[bool]:
    yield same(before, after, powers=True)
    yield same(divided(before), after)


def _common_denominator(before: Expr, after: Expr) -> Iterator[bool]:
    for part, put in places(after):
        yield any(same(put(line), before, powers=True) for line in _divided_each(part))


def _divided_each(part: Expr) -> Iterator[Expr]:
    """A fraction with each term of its sum over the line divided; other factors may stay in front."""
    yield from distributed(part)
    factors = factors_of(part)
    below = [f for f in factors if isinstance(f, Power) and f.exponent < 0]
    for count in range(1, len(below)):
        for front in itertools.combinations(below, count):
            rest = [f for f in factors if f not in front]
            yield from (product(*front, line) for line in distributed(product(*rest)))


def _above_and_below(before: Expr, after: Expr) -> Iterator[bool]:
    """Both sides of a fraction multiplied, term by term, by one factor."""
    exponentials = {n for n in walk(before) if isinstance(n, Apply) and n.function == "exp"}
    for factor in (
        number(2),
        *(Power(e, number(-1).value) for e in sorted(exponentials, key=repr)),
    ):

        def fraction(part: Expr, by: Expr = factor) -> Iterator[Expr]:
            above: list[Expr] = []
            below: list[Expr] = []
            for f in factors_of(part):
                if isinstance(f, Power) and f.exponent == -1 and isinstance(f.base, Plus):
                    below.append(f.base)
                else:
                    above.append(f)
            if len(below) == 1:
                bottom = Power(_times_each(below[0], by), number(-1).value)
                for k in range(len(above)):
                    yield product(*above[:k], _times_each(above[k], by), *above[k + 1 :], bottom)

        wanted = key(after, powers=True)
        for part, put in places(before):
            yield any(key(put(new), powers=True) == wanted for new in fraction(part))


def _times_each(expr: Expr, by: Expr) -> Expr:
    if isinstance(expr, Plus):
        return total(_times_each(expr.left, by), _times_each(expr.right, by))
    return product(by, expr)


def _multiplied_out(before: Expr, after: Expr) -> Iterator[bool]:
    yield same(expanded(before), expanded(after))


def _substituted(before: Expr, after: Expr) -> Iterator[bool]:
    """Names in place of the formulas that they stand for: some part for each new name."""
    known = {n.name for n in walk(before) if isinstance(n, Symbol)}
    new = sorted({n.name for n in walk(after) if isinstance(n, Symbol)} - known)
    wanted = key(before)
    parts = [part for part, _ in places(before) if part.shape == (1, 1)]
    products = {part: factors_of(part) for part in parts if isinstance(part, Times)}
    parts += [
        product(*some)
        for factors in products.values()
        for size in range(2, min(len(factors), 6))
        for some in itertools.combinations(factors, size)
    ]

    def put(line: Expr, left: list[str]) -> Iterator[bool]:
        if not left:
            yield key(line) == wanted
            return
        for part in parts:
            yield any(put(_renamed(line, left[0], part), left[1:]))

    yield any(put(after, new))


def _renamed(expr: Expr, name: str, value: Expr) -> Expr:
    if isinstance(expr, Symbol) and expr.name == name:
        return value
    if isinstance(expr, Times):
        return product(*(_renamed(f, name, value) for f in factors_of(expr)))
    from derive.program import with_children

    return with_children(expr, tuple(_renamed(c, name, value) for c in children(expr)))


def _gradient_put_in(before: Expr, after: Expr) -> Iterator[bool]:
    """The gradients of one name are gone, everything else stands."""
    for gone in sorted({n.name for n in walk(before) if isinstance(n, Gradient)}):
        if not any(isinstance(n, Gradient) and n.name == gone for n in walk(after)):
            yield _kept(before, after, lambda f, gone=gone: _is_gradient(f, gone))


def _is_gradient(factor: Expr, name: str) -> bool:
    inner = factor.arg if isinstance(factor, Entry) else factor
    return isinstance(inner, Gradient) and inner.name == name


def _derivative_put_in(before: Expr, after: Expr) -> Iterator[bool]:
    yield _kept(before, after, lambda f: isinstance(f, Apply) and f.order > 0)


def _kept(before: Expr, after: Expr, gone: Callable[[Expr], bool]) -> bool:
    """Whether every factor but those that are gone is there still, under the same sums."""
    while isinstance(before, SumOver) and isinstance(after, SumOver):
        before, after = before.body, after.body
    stay = [key(f) for f in _all_factors(before) if not gone(f)]
    there = [key(f) for f in _all_factors(after)]
    return all(there.count(f) >= stay.count(f) for f in stay)


def _all_factors(expr: Expr) -> Iterator[Expr]:
    """The factors, those below the line one by one; numbers are worked out."""
    for factor in factors_of(expr):
        if isinstance(factor, Power) and factor.exponent == -1:
            yield from (Power(f, factor.exponent) for f in factors_of(factor.base))
        elif not isinstance(factor, Number):
            yield factor


def _put_in_for_one(before: Expr, after: Expr) -> bool:
    """One pending derivative gives way; the others stand, and what stood beside it."""
    stay = [part for part, _ in places(before) if isinstance(part, Partial)]
    left = [part for part, _ in places(after) if isinstance(part, Partial)]
    if len(left) != len(stay) - 1:
        return False
    for part, put in places(before):
        if isinstance(part, Partial):
            marked = put(Symbol("here", (1, 1)))
            if _beside(marked) <= _beside_all(after):
                return True
    return False


def _beside(expr: Expr) -> set[str]:
    """The names of the leaves of a line, but the mark."""
    return {repr(n) for n in walk(expr) if isinstance(n, Entry | Symbol | Gradient)
            and n != Symbol("here", (1, 1))}  # fmt: skip


_beside_all = _beside


def _arrays(before: Expr, after: Expr) -> Iterator[bool]:
    """The same line, entry by entry, at the indices that are free in the line before."""
    free = sorted(_free(before), key=lambda index: index.name)
    line = entry_of(before, None, None, Letters())
    for row in (None, *free):
        for column in (None, *free):
            try:
                yield same(entry_of(after, row, column, Letters()), line)
            except (ValueError, TypeError):
                continue


def _free(expr: Expr) -> set[Index]:
    found = {i for n in walk(expr) if isinstance(n, Entry) for i in (n.row, n.column) if i}
    return found - {n.index for n in walk(expr) if isinstance(n, SumOver)}


def _chained(before: Expr, after: Expr) -> Iterator[bool]:
    """One derivative becomes a product of two, through a name that lies between."""
    pending = [n for n in walk(after) if isinstance(n, Partial)]
    yield len(pending) in (1, 2) and all(isinstance(c, Partial) for c in pending)


def _one_entry(before: Expr, after: Expr) -> Iterator[bool]:
    """The sums are gone, and nothing else."""
    yield not any(isinstance(n, SumOver) for n in walk(after)) and re.sub(
        r"#\d", "", str(_names(before))
    ) == str(_names(after))


def _names(expr: Expr) -> list[str]:
    return sorted(n.name for n in walk(expr) if isinstance(n, Symbol | Gradient))


def _counted(before: Expr, after: Expr) -> Iterator[bool]:
    for part, put in places(before):
        if isinstance(part, SumOver) and isinstance(part.index.dim, str):
            yield same(put(Times(Size(part.index.dim), part.body)), after, powers=True)


def _labels(before: Expr, after: Expr) -> Iterator[bool]:
    def one(part: Expr) -> Iterator[Expr]:
        if isinstance(part, SumOver) and isinstance(part.body, Entry):
            yield ONE

    yield _at_one_place(before, after, one)


def _product_rule(before: Expr, after: Expr) -> Iterator[bool]:
    """Of two factors, each a function of the variable, whatever stands for it."""
    if isinstance(before, Partial) and isinstance(before.body, Times):
        by = before.name, before.row, before.column
        left, right = before.body.left, before.body.right
        parts = [
            ONE if isinstance(f, Symbol) and f.name == before.name else Partial(f, *by)
            for f in (left, right)
        ]
        yield same(total(product(parts[0], right), product(left, parts[1])), after)


def _powers_of_beta(before: Expr, after: Expr) -> Iterator[bool]:
    beta = Times(Symbol("beta", (1, 1)), Symbol("power before", (1, 1)))
    yield same(*(_renamed(line, "power now", beta) for line in (before, after)))


_CHANGES: dict[str, Callable[[Expr, Expr], Iterator[bool]]] = {
    "separate the square": _powers,
    "divide out": _powers,
    "add and subtract 1": lambda b, a: iter([same(b, a)]),
    "split the fraction": lambda b, a: iter([_at_one_place(b, a, distributed)]),
    "common denominator": _common_denominator,
    "multiply above and below": _above_and_below,
    "multiply out": _multiplied_out,
    "collect": lambda b, a: iter([collected(b, a)]),
    "substitute": lambda b, a: chain(_substituted(b, a), _substituted(a, b)),
    "chain rule": _chained,
    "one entry of the sum": _one_entry,
    "delta contraction": _everywhere(contracted),
    "split the sum": _everywhere(split),
    "constants out of the sum": _everywhere(constants_out),
    "equal terms": _counted,
    "induction hypothesis": lambda b, a: _substituted(a, b),
    "what was shown": lambda b, a: _substituted(a, b),
    "powers of beta": _powers_of_beta,
    "labels sum to 1": _labels,
    "substitute the gradient": _gradient_put_in,
    "substitute the derivative": _derivative_put_in,
    "back to arrays": _arrays,
    "back to matrices": _arrays,
}


def steps_of(subject: str) -> tuple[Step, ...]:
    """The steps behind an entry, or behind the spec at a path that ends in ``.toml``."""
    if not subject.endswith(".toml"):
        return explanation(subject)
    from derive.explain.network import network_sections

    sections = network_sections(Path(subject))[1]
    return tuple(step for section in sections[1:-1] for step in section.steps)


def main(subjects: list[str]) -> int:
    """Prints every leap of what is named, or of all entries; ``--all``: every output with every loss too.

    Ends with 1 if there is a leap.
    """
    if "--all" in subjects:
        outputs = (*table.NAMES, "softmax")
        pairs = (f"{a}-{b}".replace("_", "-") for a in outputs for b in table.LOSSES)
        subjects = [*names(), *(pair for pair in pairs if _pair_of(pair) and pair not in names())]
    subjects = subjects or list(names())
    lines = [f"{name}: {line}" for name in subjects for line in leaps(steps_of(name))]
    print(*lines, f"{len(subjects)} derivations, {len(lines)} leaps", sep="\n")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
