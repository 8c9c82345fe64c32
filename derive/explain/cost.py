"""The gradient by what the cost is made of: one entry of the sum, then the rules of calculus.

In: the cost in index form.  Out: the lines of its derivative by an entry of a name, with the
rule of each: the one entry of the sum that holds it, one rule of differentiation after the
other, and the form in which the derivative of a loss of the library is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.explain.entries import (
    MaybeIndex,
    factors_of,
    mentions_index,
    mentions_name,
    renamed,
    terms_of,
)
from derive.explain.shapes import replaced
from derive.program import (
    ZERO,
    Entry,
    Expr,
    Gradient,
    Index,
    Partial,
    Plus,
    SumOver,
    Symbol,
    Times,
    children,
    negate,
    walk,
    with_children,
)
from derive.scalars.blackboard import LIMITS, advanced
from derive.scalars.decide import Decision, decide
from derive.scalars.rules import pending, product, scalar
from derive.scalars.steps import loss_closing, losses_with_closing

Lines = list[tuple[str, Expr]]


def entry_lines(body: Expr, name: str, row: MaybeIndex, column: MaybeIndex) -> Lines | None:
    """The lines behind the pending derivative of `body`; None if it is no sum over entries."""
    by = name, row, column
    lines: Lines = []
    terms = terms_of(body)
    moving = [term for term in terms if mentions_name(term, name)]
    if len(moving) != 1:
        return None
    if len(terms) > 1:
        lines.append(("sum rule", Partial(moving[0], *by)))
    factors = factors_of(moving[0])
    front = [factor for factor in factors if not mentions_name(factor, name)]
    inner = Partial(product(*(f for f in factors if mentions_name(f, name))), *by)
    if front:
        lines.append(("constant multiple", product(*front, inner)))
    if any(isinstance(node, SumOver) for node in walk(inner)):
        single = _of_sum(inner.body, *by)
        if single is None:
            return None
        inner = single
        lines.append(("one entry of the sum", product(*front, inner)))
    entries, formula = _as_scalars(inner.body)
    variable = next((k for k, e in entries.items() if _name_of(e) == name), None)
    if variable is None or any(isinstance(n, SumOver | Entry) for n in walk(formula)):
        return None
    last = pending(formula, variable)
    for rule, line in [*advanced(last), *_closing(formula, entries, name, variable)]:
        lines.append((rule, product(*front, _as_entries(line, entries, row, column))))
    return lines


def as_arrays(line: Expr, gradient: Gradient) -> Expr:
    """A line without sums as arrays: every entry for the whole."""
    expr = replaced(line, lambda e: e.arg if isinstance(e, Entry) else None)
    if expr.shape == gradient.shape:
        return expr
    return Plus(expr, Times(ZERO, Symbol(gradient.name, gradient.dims)))


def _of_sum(expr: Expr, name: str, row: MaybeIndex, column: MaybeIndex) -> Partial | None:
    """Sums over all entries of the name: their indices become those of the derivative."""
    bound: list[Index] = []
    front: list[Expr] = []
    body = expr
    while True:
        if isinstance(body, SumOver):
            bound.append(body.index)
            body = body.body
        elif isinstance(body, Times) and not mentions_name(body.left, name):
            if any(mentions_index(body.left, index) for index in bound):
                break
            front.append(body.left)
            body = body.right
        else:
            break
    if any(isinstance(node, SumOver) for node in walk(body)):
        return None
    places = {(e.row, e.column) for e in walk(body) if isinstance(e, Entry) and _name_of(e) == name}
    if len(places) != 1:
        return None
    [(own_row, own_column)] = places
    pairs = {o: n for o, n in ((own_row, row), (own_column, column)) if o and n}
    if set(pairs) != set(bound):
        return None
    return Partial(product(*front, renamed(body, pairs)), name, row, column)


def _name_of(expr: Expr) -> str:
    match expr:
        case Entry(arg=Symbol(name=name)) | Symbol(name=name):
            return name
    return ""


def _as_scalars(body: Expr) -> tuple[dict[str, Expr], Expr]:
    """Entries as plain letters, with what each stands for."""
    entries: dict[str, Expr] = {}

    def letter(node: Expr) -> Expr | None:
        if isinstance(node, Entry) and isinstance(node.arg, Symbol):
            entries[node.arg.name] = node
            return scalar(node.arg.name)
        if isinstance(node, Symbol) and node.dims == (1, 1):
            entries.setdefault(node.name, node)
        return None

    return entries, replaced(body, letter)


def _as_entries(line: Expr, entries: dict[str, Expr], row: MaybeIndex, column: MaybeIndex) -> Expr:
    """Letters as entries again."""
    match line:
        case Partial(body=body, name=name):
            return Partial(_as_entries(body, entries, row, column), name, row, column)
        case Symbol(name=name):
            return entries.get(name, line)
    parts = tuple(_as_entries(child, entries, row, column) for child in children(line))
    return with_children(line, parts)


def _closing(
    formula: Expr, entries: dict[str, Expr], name: str, variable: str
) -> Iterator[tuple[str, Expr]]:
    """From the derivative as the rules leave it to the form in which it is known."""
    others = [key for key in entries if key != variable and _name_of(entries[key]) != name]
    if len(others) != 1:
        return
    letters = {"a": scalar(variable), "y": scalar(others[0])}
    derived = [line for _, line in advanced(pending(formula, variable))][-1:]

    def put(expr: Expr) -> Expr:
        return replaced(expr, lambda e: letters.get(e.name) if isinstance(e, Symbol) else None)

    for loss in losses_with_closing():
        lines = [(rule, put(line)) for rule, line in loss_closing(loss)]
        for sign in (1, -1):
            signed = [(r, e if sign == 1 else negate(e)) for r, e in lines]
            answer = decide(derived[0], signed[-1][1], limits=LIMITS)
            if answer.decision is Decision.EQUAL:
                yield from signed
                return
