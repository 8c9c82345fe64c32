"""Bound indices: their names and their order never matter, and no sum captures another's index."""

from __future__ import annotations

from itertools import permutations

import pytest

from derive import program as p
from derive.program import Equation, Expr, Index
from derive.tensors import prove, terms
from derive.tensors.label import labelled
from derive.tensors.terms import Atom

from .build import E, Net, eye, f

NET = Net()
A, X = NET.leaf("A", "n", "n"), NET.leaf("X", "n", "m")
x, y, z = (NET.leaf(name, "n") for name in "xyz")
I, J, K, L = (Index(name, "n") for name in "ijkl")  # noqa: E741


def proved(left: Expr, right: Expr) -> bool:
    return prove(NET.program(None), Equation(left, right)).proved


def at(e: E, *indices: Index) -> Expr:
    return p.Entry(e.e, indices[0], indices[1] if len(indices) > 1 else None)


def summed(body: Expr, *indices: Index) -> Expr:
    for index in indices:
        body = p.SumOver(index, body)
    return body


def cycle(*letters: Index) -> Expr:
    """``A_ij A_jk ... A_li``"""
    out: Expr = p.ONE
    for left, right in zip(letters, (*letters[1:], letters[0]), strict=True):
        out = p.Times(out, at(A, left, right))
    return out


@pytest.mark.parametrize("order", list(permutations((I, J, K))))
def test_the_order_of_sums_does_not_matter(order: tuple[Index, ...]) -> None:
    assert proved(summed(cycle(I, J, K), I, J, K), summed(cycle(*order), *order[::-1]))
    assert proved(summed(cycle(I, J, K), I, J, K), summed(cycle(J, K, I), *order))


@pytest.mark.parametrize("order", [(I, J, K, L), (L, J, I, K), (K, L, I, J), (J, L, K, I)])
def test_cycles_of_four_and_pairs_of_two(order: tuple[Index, ...]) -> None:
    four = summed(cycle(I, J, K, L), *order)
    assert proved(four, summed(cycle(*order), I, J, K, L))
    assert not proved(four, summed(p.Times(cycle(I, J), cycle(K, L)), *order))
    turned = summed(p.Times(cycle(I, J), p.Times(at(A, K, L), at(A, K, L))), *order)
    assert not proved(four, turned)


CYCLE = [("A", 0, 1), ("A", 1, 2), ("A", 2, 0)]
PIECES = [("A", 0, 0), ("B", 1, 1), ("A", 2, 2)]


@pytest.mark.parametrize("edges", [CYCLE, PIECES, [*CYCLE, ("B", 0, 1)]])
def test_a_product_has_one_name_for_all_orders_of_its_indices(
    edges: list[tuple[str, int, int]],
) -> None:
    indices = [terms.Index(f"?{k}", "n") for k in range(3)]
    factors = [(Atom("entry", name, 0, (indices[a], indices[b])), 1) for name, a, b in edges]
    named = {labelled(order, factors) for order in permutations(indices)}
    assert len(named) == 1


TRACES = {
    3: [
        (eye("n") * (A @ A @ A)).total(),
        ((A @ A) * A.T).total(),
        (A.T * (A @ A)).total(),
        ((A.T @ A.T) * A).total(),
        (A * (A @ A).T).total(),
    ],
    4: [
        (eye("n") * (A @ A @ A @ A)).total(),
        ((A @ A) * (A @ A).T).total(),
        ((A.T @ A.T) * (A @ A)).total(),
        (A.T * (A @ (A @ A))).total(),
        (((A @ A) @ A) * A.T).total(),
        (A * (A.T @ A.T @ A.T)).total(),
    ],
    5: [
        (eye("n") * (A @ A @ A @ A @ A)).total(),
        ((A @ A) * (A @ A @ A).T).total(),
        ((A.T @ (A.T @ A.T)) * (A @ A)).total(),
        (A.T * (A @ (A @ A) @ A)).total(),
    ],
}


@pytest.mark.parametrize("length", TRACES)
def test_a_trace_is_the_same_however_it_is_computed(length: int) -> None:
    first, *others = TRACES[length]
    for other in others:
        assert proved(first.e, other.e)
    for shorter in TRACES.get(length - 1, ()):
        assert not proved(first.e, shorter.e)


def test_no_index_is_captured_by_a_sum_around() -> None:
    left = f("g", x * y.sum(0)).sum(0)
    assert proved(left.e, f("g", y.sum(0) * x).sum(0).e)
    assert not proved(left.e, f("g", y * x.sum(0)).sum(0).e)
    assert not proved(left.e, f("g", (x * y).sum(0) * y**0).sum(0).e)


def test_no_index_is_captured_two_sums_further_out() -> None:
    inner = f("g", y * z.sum(0))
    left = f("g", x * inner.sum(0)).sum(0)
    assert proved(left.e, f("g", f("g", z.sum(0) * y).sum(0) * x).sum(0).e)
    assert not proved(left.e, f("g", x.sum(0) * inner).sum(0).e)
    assert not proved(left.e, f("g", (x * inner).sum(0) * x**0).sum(0).e)
