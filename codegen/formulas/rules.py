"""Rewrite rules: what a formula becomes so that its digits survive in floating point.

In: a node whose arguments are rewritten already.  Out: another one of the same value, or None.
Every rule is an identity, with a numeric test of its own (``tests/codegen/test_formula_rules.py``)
on both sides of every place where it matters.  `PLAIN` rules lose nothing and are always
used; which of the others help is measured (`codegen.formulas.search`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from codegen.formulas.branches import (
    absolute_value,
    branches_together,
    guarded_branches,
    inverse_hyperbolic_sine,
    inverse_of_squares,
    log_of_one_plus_square,
    root_less_root,
    root_of_squares,
    together,
)
from codegen.formulas.identities import (
    Rule,
    erfc_of_a_quotient_by_root_two,
    exp_less_one,
    exp_times_sigmoid,
    log_near_one,
    log_of_a_product,
    log_of_one_plus_exp,
    log_of_sigmoid,
    one_beside_erf,
    one_beside_tanh,
    one_less_cos,
    one_less_sigmoid,
    one_less_square_of_tanh,
    quotient_of_hyperbolic_functions,
    reciprocal_of_one_plus_exp,
    tanh_of_softplus,
    without,
)
from codegen.formulas.tree import (
    ONE,
    Node,
    X,
    add,
    call,
    factors,
    mul,
    names,
    negative,
    number,
    put_in,
    replace,
    split,
    terms,
    walk,
)

# -- choices: measured, not assumed ----------------------------------------------------------------


def splits_exponent(node: Node) -> Node | None:
    """``v sigmoid(u)``, ``v e^u`` by halves of the exponent: nothing is smaller than the result."""
    if node.op != "mul":
        return None
    for kind in ("sigmoid", "exp", "gaussian", "tanh_softplus"):
        for part in node.args:
            rest = mul(*without(node.args, part)) if part.op == kind else ONE
            if "x" not in names(rest):
                continue
            if kind == "tanh_softplus":
                share = call("tanh_softplus_share", *part.args)
                return call("times_sigmoid", mul(rest, share), *part.args)
            return call(f"times_{kind}", rest, *part.args)
    return None


def exact_square_in_exponent(node: Node) -> Node | None:
    """``e^(-k u^2)`` by the square of a rounded u, which is exact, and the rest; k is short."""
    if node.op == "exp":
        factor, rest = split(node.args[0])
        short = factor.denominator in (1, 2, 4, 8, 16, 32, 64) and -64 <= factor < 0
        if short and rest.op == "pow" and rest.value == 2:
            return call("gaussian", number(-factor), rest.args[0])
    return None


Cut = Callable[[Node], Node]
"""Changes a whole formula."""


def argument_cut(limit: int, side: str = "clip") -> Cut:
    """What tanh, sigmoid, erf and the like are applied to sees no x beyond a limit."""
    saturating = (
        "tanh",
        "sigmoid",
        "erf",
        "erfc",
        "erfc_root2",
        "times_sigmoid",
        "exp",
        "expm1",
        "gaussian",
    )

    def change(node: Node) -> Node | None:
        if node.op not in saturating:
            return None
        inner = node.args[-1]
        if (inner in (X, negative(X)) and side == "clip") or _is_cut(inner):
            return None
        return call(node.op, *node.args[:-1], put_in(inner, {"x": _cut(limit, side)}))

    return lambda node: replace(node, change)


def everything_cut(limit: int, side: str = "clip") -> Cut:
    """Nothing sees an x beyond a limit: for what is constant there."""
    return lambda node: put_in(node, {"x": _cut(limit, side)})


def all_but_a_factor_cut(limit: int, side: str = "clip") -> Cut:
    """In every term, one factor x stays as it is, nothing else sees an x beyond a limit."""

    def rule(node: Node) -> Node:
        parts = []
        for term in terms(node):
            bare = X in factors(term)
            rest = mul(*without(factors(term), X)) if bare else term
            cut = put_in(rest, {"x": _cut(limit, side)})
            parts.append(mul(X, cut) if bare else cut)
        return add(*parts)

    return rule


_SIDES: Final = {"clip": "", "below": " from above", "above": " from below"}
"""What cuts on both sides or on one, with what it is called."""


def _cut(limit: int, side: str) -> Node:
    return call(side, X, number(limit))


def _is_cut(node: Node) -> bool:
    return any(n.op in _SIDES for n in walk(node))


PLAIN: Final[Mapping[str, Rule]] = {
    "log(u / v)": log_of_a_product,
    "log(u + sqrt(u^2 + c^2))": inverse_hyperbolic_sine,
    "log(1 + e^u)": log_of_one_plus_exp,
    "log(sigmoid(u))": log_of_sigmoid,
    "log(1 + u^2)": log_of_one_plus_square,
    "log(1 + u)": log_near_one,
    "1 / (1 + e^u)": reciprocal_of_one_plus_exp,
    "e^u sigmoid(-u)": exp_times_sigmoid,
    "1 - sigmoid(u)": one_less_sigmoid,
    "1 - tanh(u)^2": one_less_square_of_tanh,
    "1 + tanh(u)": one_beside_tanh,
    "1 + erf(u)": one_beside_erf,
    "erfc(u / sqrt(2))": erfc_of_a_quotient_by_root_two,
    "e^u - 1": exp_less_one,
    "1 - cos(u)": one_less_cos,
    "sinh(u) / cosh(u)": quotient_of_hyperbolic_functions,
    "tanh(softplus(u))": tanh_of_softplus,
    "sqrt(c^2 + u^2)": root_of_squares,
    "sqrt(c^2 + u^2) - c": root_less_root,
    "p / b + q / b": together,
    "u sign(u)": absolute_value,
    "branches of one condition": branches_together,
    "branches that see their side": guarded_branches,
}
"""Always used."""
RECOGNISED: Final[Mapping[str, Rule]] = {
    title: rule
    for title, rule in PLAIN.items()
    if rule not in (guarded_branches, root_less_root, root_of_squares)
}
"""Used before a formula is differentiated."""
INNER: Final[Mapping[str, Rule]] = {
    "1 / (c^2 + u^2) by the root": inverse_of_squares,
    "exact square in the exponent": exact_square_in_exponent,
    "exponent in two halves": splits_exponent,
}
"""Choices at any node; used where they make the largest error smaller."""
CUTS: Final[Mapping[str, Cut]] = {
    f"{title}{where} at {limit}": cut(limit, side)
    for side, where in _SIDES.items()
    for limit in (40, 80, 800, 10_000, 10**9)
    for title, cut in (
        ("arguments cut", argument_cut),
        ("x cut", everything_cut),
        ("all but a factor x cut", all_but_a_factor_cut),
    )
}
"""Choices for the formula as a whole, where it would overflow."""
_ROUNDS: Final = 12


def rewritten(node: Node, rules: Mapping[str, Rule], used: list[str] | None = None) -> Node:
    """The node with the rules used until none fits; `used` takes the names of those that did."""
    for _ in range(_ROUNDS):
        before = node

        def change(here: Node) -> Node | None:
            for title, rule in rules.items():
                new = rule(here)
                if new is not None and new != here:
                    if used is not None and title not in used:
                        used.append(title)
                    return new
            return None

        node = replace(node, change)
        if node == before:
            break
    return node
