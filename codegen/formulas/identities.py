"""Identities: what a part of a formula becomes so that its digits survive in floating point.

In: a node whose arguments are rewritten already.  Out: another one of the same value, or None.
`codegen.formulas.rules` says when they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from codegen.formulas.tree import (
    ONE,
    Node,
    add,
    call,
    factors,
    mul,
    negative,
    number,
    power,
    split,
    terms,
)

Rule = Callable[[Node], Node | None]
HALF: Final = Fraction(1, 2)


def without(parts: tuple[Node, ...], *gone: Node) -> list[Node]:
    """The parts less one occurrence of each that goes."""
    left = list(parts)
    for part in gone:
        left.remove(part)
    return left


def _beside_one(
    node: Node, kind: Callable[[Node], bool], new: Callable[[Node, int], Node]
) -> Node | None:
    """In a sum ``c + c r + rest``, or ``c - c r + rest``, the pair becomes ``c new(r, sign)``."""
    constant = next((t.value for t in terms(node) if t.op == "number"), None)
    if node.op != "add" or constant is None:
        return None
    for term in node.args:
        factor, rest = split(term)
        if term.op != "number" and abs(factor) == abs(constant) and kind(rest):
            sign = 1 if factor == constant else -1
            left = without(node.args, number(constant), term)
            return add(*left, mul(number(constant), new(rest, sign)))
    return None


def _is(op: str) -> Callable[[Node], bool]:
    return lambda node: node.op == op


# -- exponentials, logarithms, sigmoids ----------------------------------------------------------


def log_of_one_plus_exp(node: Node) -> Node | None:
    """``log(1 + e^u) = softplus(u)``."""
    if node.op == "log" and node.args[0].op == "add" and len(node.args[0].args) == 2:
        rest = [t for t in node.args[0].args if t != ONE]
        if len(rest) == 1 and rest[0].op == "exp":
            return call("softplus", rest[0].args[0])
    return None


def erfc_of_a_quotient_by_root_two(node: Node) -> Node | None:
    """``erfc(u / sqrt(2))``, whose exponent -u^2 / 2 is known without the root."""
    if node.op == "erfc":
        inverse = power(number(2), -HALF)
        if inverse in factors(node.args[0]):
            return call("erfc_root2", mul(*without(factors(node.args[0]), inverse)))
    return None


def log_near_one(node: Node) -> Node | None:
    """``log(1 + u) = log1p(u)``, ``log(2 - e^u) = log1p(-expm1(u))``."""
    if node.op != "log" or node.args[0].op != "add":
        return None
    parts = node.args[0].args
    if ONE in parts:
        return call("log1p", add(*without(parts, ONE)))
    if len(parts) == 2 and number(2) in parts:
        factor, rest = split(without(parts, number(2))[0])
        if factor == -1 and rest.op == "exp":
            return call("log1p", negative(call("expm1", rest.args[0])))
    return None


def log_of_a_product(node: Node) -> Node | None:
    """``log(u v / w) = log(u) + log(v) - log(w)`` for ``1 + e^x``, ``e^x`` and ``sigmoid(x)``."""
    if node.op != "log" or node.args[0].op != "mul":
        return None
    parts = [(p.args[0], p.value) if p.op == "pow" else (p, 1) for p in node.args[0].args]
    if not all(_has_a_log(base) for base, _ in parts):
        return None
    return add(*(mul(number(exponent), call("log", base)) for base, exponent in parts))


def _has_a_log(node: Node) -> bool:
    """Whether the logarithm of a node is known whole."""
    if node.op == "add" and len(node.args) == 2:
        return ONE in node.args and any(term.op == "exp" for term in node.args)
    return node.op in ("exp", "sigmoid")


def log_of_sigmoid(node: Node) -> Node | None:
    """``log(sigmoid(u)) = -softplus(-u)``, ``log(e^u) = u``, ``log(cosh(u))`` whole."""
    if node.op != "log":
        return None
    inner = node.args[0]
    if inner.op == "sigmoid":
        return negative(call("softplus", negative(inner.args[0])))
    if inner.op == "cosh":
        return call("log_cosh", inner.args[0])
    return inner.args[0] if inner.op == "exp" else None


def reciprocal_of_one_plus_exp(node: Node) -> Node | None:
    """``(1 + e^u)^-k = sigmoid(-u)^k``."""
    if node.op == "pow" and node.value.denominator == 1 and node.value < 0:
        base = node.args[0]
        if base.op == "add" and len(base.args) == 2 and ONE in base.args:
            [rest] = without(base.args, ONE)
            if rest.op == "exp":
                return power(call("sigmoid", negative(rest.args[0])), -node.value)
    return None


def exp_times_sigmoid(node: Node) -> Node | None:
    """``e^u sigmoid(-u) = sigmoid(u)``; with powers once for each."""
    if node.op != "mul":
        return None
    for part in node.args:
        if part.op != "exp":
            continue
        turned = call("sigmoid", negative(part.args[0]))
        for other in node.args:
            found = other == turned or (
                other.op == "pow" and other.args[0] == turned and other.value >= 1
            )
            if found:
                left = without(node.args, part, other)
                count = other.value if other.op == "pow" else Fraction(1)
                return mul(*left, call("sigmoid", part.args[0]), power(turned, count - 1))
    return None


def one_less_sigmoid(node: Node) -> Node | None:
    """``1 - sigmoid(u) = sigmoid(-u)``."""
    return (
        _beside_one(
            node,
            lambda r: r.op == "sigmoid",
            lambda r, sign: call("sigmoid", negative(r.args[0])) if sign < 0 else add(ONE, r),
        )
        if _has(node, "sigmoid", -1)
        else None
    )


def _has(node: Node, op: str, sign: int) -> bool:
    """Whether a sum has a constant c and a term ``sign c op(u)``."""
    constant = next((t.value for t in terms(node) if t.op == "number"), None)
    return (
        node.op == "add"
        and constant is not None
        and any(split(t)[1].op == op and split(t)[0] == sign * constant for t in node.args)
    )


def one_less_square_of_tanh(node: Node) -> Node | None:
    """``1 - tanh(u)^2 = 4 sigmoid(2u) sigmoid(-2u)``."""

    def squared(r: Node) -> bool:
        return r.op == "pow" and r.value == 2 and r.args[0].op in ("tanh", "tanh_softplus")

    def bell(r: Node, sign: int) -> Node:
        inner = r.args[0]
        u = inner.args[0] if inner.op == "tanh" else call("softplus", inner.args[0])
        u = mul(number(2), u)
        return mul(number(4), call("sigmoid", u), call("sigmoid", negative(u)))

    constant = next((t.value for t in terms(node) if t.op == "number"), None)
    if constant is None or not any(
        squared(split(t)[1]) and split(t)[0] == -constant for t in terms(node)
    ):
        return None
    return _beside_one(node, squared, bell)


def one_beside_tanh(node: Node) -> Node | None:
    """``1 + tanh(u) = 2 sigmoid(2u)``, ``1 - tanh(u) = 2 sigmoid(-2u)``."""
    return _beside_one(
        node,
        _is("tanh"),
        lambda r, sign: mul(number(2), call("sigmoid", mul(number(2 * sign), r.args[0]))),
    )


def one_beside_erf(node: Node) -> Node | None:
    """``1 + erf(u) = erfc(-u)``, ``1 - erf(u) = erfc(u)``."""
    return _beside_one(
        node, _is("erf"), lambda r, sign: call("erfc", mul(number(-sign), r.args[0]))
    )


def exp_less_one(node: Node) -> Node | None:
    """``e^u - 1 = expm1(u)``."""
    if not _has(node, "exp", -1):
        return None
    return _beside_one(node, _is("exp"), lambda r, sign: negative(call("expm1", r.args[0])))


def one_less_cos(node: Node) -> Node | None:
    """``1 - cos(u) = 2 sin(u / 2)^2``, ``1 + cos(u) = 2 cos(u / 2)^2``."""

    def squared(r: Node, sign: int) -> Node:
        half = mul(number(HALF), r.args[0])
        return mul(number(2), power(call("cos" if sign > 0 else "sin", half), 2))

    return _beside_one(node, _is("cos"), squared)


def quotient_of_hyperbolic_functions(node: Node) -> Node | None:
    """``sinh(u) / cosh(u) = tanh(u)``, ``(e^u - e^-u) / (e^u + e^-u) = tanh(u)``."""
    if node.op != "mul":
        return None
    for below in node.args:
        if below.op != "pow" or below.value != -1:
            continue
        u, scale = _even(below.args[0])
        if u is None:
            continue
        for above in node.args:
            v, other = _odd(above)
            if v == u:
                left = without(node.args, below, above)
                return mul(*left, number(other / scale), call("tanh", u))
    return None


def _even(node: Node) -> tuple[Node | None, Fraction]:
    """u and k of ``k (e^u + e^-u)``, or of ``2 k cosh(u)``."""
    if node.op == "cosh":
        return node.args[0], HALF
    return _exponentials(node, 1)


def _odd(node: Node) -> tuple[Node | None, Fraction]:
    if node.op == "sinh":
        return node.args[0], HALF
    return _exponentials(node, -1)


def _exponentials(node: Node, sign: int) -> tuple[Node | None, Fraction]:
    if node.op != "add" or len(node.args) != 2:
        return None, ONE.value
    (f, left), (g, right) = map(split, node.args)
    if left.op == right.op == "exp" and left.args[0] == negative(right.args[0]) and g == sign * f:
        return left.args[0], f
    return None, ONE.value


def tanh_of_softplus(node: Node) -> Node | None:
    """``tanh(softplus(u))`` as one function."""
    if node.op == "tanh" and node.args[0].op == "softplus":
        return call("tanh_softplus", node.args[0].args[0])
    return None
