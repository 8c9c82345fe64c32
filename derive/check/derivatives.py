"""Derivatives by a reverse sweep: the transposed linear map of each kind of node, written once.

In: a world (values at a point), the root of the sweep with its seed, and a name.  Out: the
derivative of the number <seed, root> by the name, which is taken to be independent: what is
computed from it counts, what it is computed from does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from derive.check.arrays import Array, stretch, transposed
from derive.check.domains import Unsupported
from derive.check.functions import applied
from derive.program import (
    Apply,
    Build,
    Entry,
    Expr,
    MatMul,
    Plus,
    Power,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
)

if TYPE_CHECKING:
    from derive.check.evaluate import World


def sweep(world: World, adjoints: dict[str, Array], root: Expr, seed: Array, name: str) -> None:
    """Fills in the adjoint of `name` and of what lies between it and the root."""
    direct = world.graph.facts(root).names
    within = world.graph.sources(direct & world.graph.readers.keys())
    needed, stack = set[str](), [name]
    while stack:
        top = stack.pop()
        if top in world.cut_gradients and adjoints is world.gradients:
            adjoints.setdefault(top, world.fresh("gradient", top))
        elif top not in needed and top not in adjoints:
            needed.add(top)
            stack.extend(r for r in world.graph.readers[top] if r in within)
    for top in [*reversed(world.graph.ordered(needed)), *sorted(needed)]:
        if top in adjoints:
            continue
        total = world.full(world.program.shape(top), world.zero)
        if top in direct:
            _pull(world, root, seed, top, total)
        for reader in world.graph.readers[top]:
            if reader in adjoints and reader in within:
                if world.graph.defined[reader].derives:
                    raise Unsupported("the derivative of a derivative of the cost")
                _pull(world, world.program.definitions[reader], adjoints[reader], top, total)
        adjoints[top] = total


def _pull(world: World, expr: Expr, seed: Array, name: str, total: Array) -> None:
    """Adds to `total` the derivative of <seed, expr> by the direct mentions of a name."""
    if name not in world.graph.facts(expr).names:
        return
    world.work -= len(seed) * len(seed[0])
    if isinstance(expr, Symbol):
        for row, addend in zip(total, seed, strict=True):
            row[:] = map(world.domain.add, row, addend)
    else:
        _PULL[type(expr)](world, expr, seed, name, total)


def _pull_transpose(world: World, expr: Transpose, seed: Array, name: str, total: Array) -> None:
    _pull(world, expr.arg, transposed(seed), name, total)


def _pull_matmul(world: World, expr: MatMul, seed: Array, name: str, total: Array) -> None:
    rows, columns = expr.shape
    if name in world.graph.facts(expr.left).names:
        right = transposed(world.value(expr.right))
        _pull(world, expr.left, world.product(seed, right, columns), name, total)
    if name in world.graph.facts(expr.right).names:
        left = transposed(world.value(expr.left))
        _pull(world, expr.right, world.product(left, seed, rows), name, total)


def _pull_times(world: World, expr: Times, seed: Array, name: str, total: Array) -> None:
    for factor, other in ((expr.left, expr.right), (expr.right, expr.left)):
        if name in world.graph.facts(factor).names:
            product = world.zip_with(world.domain.mul, seed, world.value(other))
            _pull(world, factor, world.fitted(product, expr.shape, factor.shape), name, total)


def _pull_plus(world: World, expr: Plus, seed: Array, name: str, total: Array) -> None:
    for term in (expr.left, expr.right):
        _pull(world, term, world.fitted(seed, expr.shape, term.shape), name, total)


def _pull_power(world: World, expr: Power, seed: Array, name: str, total: Array) -> None:
    if expr.exponent == 0:
        return
    factor, less = world.domain.number(expr.exponent), expr.exponent - 1
    power, mul = world.domain.power, world.domain.mul
    base = world.value(expr.base)
    with world.positive_if(expr.base):
        local = [[mul(factor, power(a, less)) for a in row] for row in base]
    _pull(world, expr.base, world.zip_with(mul, seed, local), name, total)


def _pull_sum(world: World, expr: Sum, seed: Array, name: str, total: Array) -> None:
    rows, columns = expr.arg.shape
    _pull(world, expr.arg, stretch(seed, world.size(rows), world.size(columns)), name, total)


def _pull_apply(world: World, expr: Apply, seed: Array, name: str, total: Array) -> None:
    local = applied(world, expr.function, expr.order + 1, world.value(expr.arg))
    _pull(world, expr.arg, world.zip_with(world.domain.mul, seed, local), name, total)


def _pull_entry(world: World, expr: Entry, seed: Array, name: str, total: Array) -> None:
    share, add, mul = world.one, world.domain.add, world.domain.mul
    for index in (expr.row, expr.column):
        if index is not None:
            share = mul(share, world.reciprocal(index.dim, world.position(index)))
    here = isinstance(expr.arg, Symbol)  # then there is nothing to pull further back
    spread = total if here else world.full(expr.arg.shape, world.zero)
    for i, row in enumerate(seed):
        k = i if expr.row is None else world.position(expr.row)
        for j, value in enumerate(row):
            at = j if expr.column is None else world.position(expr.column)
            spread[k][at] = add(spread[k][at], mul(share, value))
    if not here:
        _pull(world, expr.arg, spread, name, total)


def _pull_sum_over(world: World, expr: SumOver, seed: Array, name: str, total: Array) -> None:
    for k in world.each(expr.index):
        share = [[world.weight(expr.index.dim, k)]]
        _pull(world, expr.body, world.zip_with(world.domain.mul, share, seed), name, total)


def _pull_build(world: World, expr: Build, seed: Array, name: str, total: Array) -> None:
    rows, columns = expr.shape
    for i in world.each(expr.row):
        for j in world.each(expr.column):
            if seed[i][j] != world.zero:
                share = world.domain.mul(world.weight(rows, i), world.weight(columns, j))
                _pull(world, expr.body, [[world.domain.mul(share, seed[i][j])]], name, total)


_PULL: Final[dict[type[Expr], Callable[[Any, Any, Array, str, Array], None]]] = {
    Transpose: _pull_transpose,
    MatMul: _pull_matmul,
    Times: _pull_times,
    Plus: _pull_plus,
    Power: _pull_power,
    Sum: _pull_sum,
    Apply: _pull_apply,
    Entry: _pull_entry,
    SumOver: _pull_sum_over,
    Build: _pull_build,
}
