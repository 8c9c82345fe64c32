"""What a formula means: its tree in the project's own vocabulary, and its derivative as a tree.

In: a `codegen.formulas.tree.Node`.  Out: a scalar `derive.program.Expr` over the primitives, for
the engine and the checker; or the tree of the derivative, in which sigmoid, tanh and their like
stay whole, so that the rules can give it a form that loses no digits.  That this derivative is
the one that SymPy derives from the definition is proved, not assumed (`codegen.formulas.rows`).

At a kink or a jump the left value holds: ``step(0) = 0``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Final

from codegen.formulas import tree
from codegen.formulas.tree import (
    ONE,
    PI,
    ZERO,
    Node,
    TooLarge,
    add,
    call,
    minus,
    mul,
    negative,
    number,
    over,
)
from codegen.formulas.tree import power as raised
from derive.program import (
    SCALAR,
    Apply,
    Expr,
    Number,
    Plus,
    Power,
    Symbol,
    Times,
)

HALF: Final = Fraction(1, 2)

MAX_WRITTEN_OUT: Final = 4000
"""Operations of a formula whose functions are written out by `DEFINITIONS`."""

# -- as an expression --------------------------------------------------------------------------


def require_small(*nodes: Node) -> None:
    """Raises TooLarge before something is written out that would be.

    >>> from codegen.formulas.tree import X
    >>> require_small(call("tanh", X))
    """
    known: dict[Node, int] = {}

    def size(node: Node) -> int:
        if node not in known:
            parts = DEFINITIONS[node.op](*node.args).args if node.op in DEFINITIONS else node.args
            known[node] = 1 + sum(map(size, parts))
        return known[node]

    largest = max(map(size, nodes))
    if largest > MAX_WRITTEN_OUT:
        raise TooLarge(
            f"{largest if largest < 10**9 else 'more than 10^9'} operations "
            f"with its functions written out, at most {MAX_WRITTEN_OUT}"
        )


def expression(node: Node) -> Expr:
    """The definition, in exp, log, step, erf, sin, cos and powers.

    >>> from codegen.formulas.tree import X
    >>> expression(call("max", X, ZERO)) == Times(Symbol("x", SCALAR), _step(expression(X)))
    True
    """
    if node.op == "number":
        return Number(node.value)
    if node.op == "name":
        return Symbol(node.name, SCALAR)
    if node.op in DEFINITIONS:
        return expression(DEFINITIONS[node.op](*node.args))
    args = [expression(arg) for arg in node.args]
    if node.op == "add":
        return reduce(Plus, args)
    if node.op == "mul":
        return reduce(Times, args)
    if node.op == "pow":
        return Power(args[0], node.value)
    if node.op in ("exp", "log", "erf", "sin", "cos", "step"):
        return Apply(node.op, 0, args[0])
    raise TypeError(f"expression: no definition of {node.op}")


def _step(arg: Expr) -> Expr:
    return Apply("step", 0, arg)


def _exp(u: Node) -> Node:
    return call("exp", u)


def _tanh(u: Node) -> Node:
    up, down = _exp(u), _exp(negative(u))
    return over(minus(up, down), add(up, down))


def _where(c: Node, u: Node, v: Node) -> Node:
    sign, c = tree.oriented(c)
    u, v = (u, v) if sign > 0 else (v, u)
    return add(v, mul(minus(u, v), call("step", c)))


def _sign(u: Node) -> Node:
    """The slope of the absolute value, that from below where it has a kink."""
    sign, c = tree.oriented(u)
    return mul(number(sign), minus(mul(number(2), call("step", c)), ONE))


def _softplus(u: Node) -> Node:
    return call("log", add(ONE, _exp(u)))


def _cosh(u: Node) -> Node:
    return mul(number(HALF), add(_exp(u), _exp(negative(u))))


def _sigmoid(u: Node) -> Node:
    return raised(add(ONE, _exp(negative(u))), -1)


DEFINITIONS: Final[Mapping[str, Callable[..., Node]]] = {
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "softplus": _softplus,
    "sinh": lambda u: mul(number(HALF), minus(_exp(u), _exp(negative(u)))),
    "cosh": _cosh,
    "abs": lambda u: mul(u, _sign(u)),
    "max": lambda u, v: _where(minus(u, v), u, v),
    "min": lambda u, v: _where(minus(v, u), u, v),
    "where": _where,
    # what rules put in
    "expm1": lambda u: minus(_exp(u), ONE),
    "log1p": lambda u: call("log", add(ONE, u)),
    "erfc": lambda u: minus(ONE, call("erf", u)),
    "log_cosh": lambda u: call("log", _cosh(u)),
    "tanh_softplus": lambda u: _tanh(_softplus(u)),
    "tanh_softplus_share": lambda u: over(_tanh(_softplus(u)), _sigmoid(u)),
    "root_of_squares": lambda u, v: raised(add(raised(u, 2), raised(v, 2)), HALF),
    "gaussian": lambda k, u: _exp(negative(mul(k, raised(u, 2)))),
    "log1p_square": lambda u: call("log", add(ONE, raised(u, 2))),
    "erfc_root2": lambda u: minus(ONE, call("erf", over(u, raised(number(2), HALF)))),
    "times_gaussian": lambda u, k, v: mul(u, _exp(negative(mul(k, raised(v, 2))))),
    "times_sigmoid": lambda u, v: mul(u, _sigmoid(v)),
    "times_exp": lambda u, v: mul(u, _exp(v)),
    "product": mul,
    "asinh": lambda u: call("log", add(u, raised(add(raised(u, 2), ONE), HALF))),
    "clip": lambda u, c: u,
    "below": lambda u, c: u,
    "above": lambda u, c: u,
}

# -- the derivative ----------------------------------------------------------------------------


def derivative(node: Node, by: str) -> Node:
    """The derivative of a formula by a name; of the functions that the grammar has."""
    if node.op == "number":
        return ZERO
    if node.op == "name":
        return ONE if node.name == by else ZERO
    inner = [derivative(arg, by) for arg in node.args]
    if all(part == ZERO for part in inner):
        return ZERO
    if node.op == "add":
        return add(*inner)
    if node.op == "mul":
        return add(
            *(
                mul(*node.args[:k], part, *node.args[k + 1 :])
                for k, part in enumerate(inner)
                if part != ZERO
            )
        )
    if node.op == "pow":
        base = node.args[0]
        return mul(number(node.value), raised(base, node.value - 1), inner[0])
    if node.op in _BRANCHES:
        return _BRANCHES[node.op](node.args, inner)
    if node.op in _SLOPES:
        return mul(_SLOPES[node.op](node.args[0]), inner[0])
    raise TypeError(f"derivative: none of {node.op}")


_SLOPES: Final[Mapping[str, Callable[[Node], Node]]] = {
    "exp": _exp,
    "log": lambda u: raised(u, -1),
    "tanh": lambda u: minus(ONE, raised(call("tanh", u), 2)),
    "sigmoid": lambda u: mul(call("sigmoid", u), call("sigmoid", negative(u))),
    "softplus": lambda u: call("sigmoid", u),
    "erf": lambda u: mul(number(2), raised(PI, -HALF), _exp(negative(raised(u, 2)))),
    "sin": lambda u: call("cos", u),
    "cos": lambda u: negative(call("sin", u)),
    "sinh": lambda u: call("cosh", u),
    "cosh": lambda u: call("sinh", u),
    "abs": _sign,
    "step": lambda u: ZERO,
    # of what the rules put in before a formula is differentiated
    "expm1": _exp,
    "log1p": lambda u: raised(add(ONE, u), -1),
    "erfc": lambda u: mul(number(-2), raised(PI, -HALF), _exp(negative(raised(u, 2)))),
    "log_cosh": lambda u: call("tanh", u),
    "log1p_square": lambda u: mul(number(2), u, raised(add(ONE, raised(u, 2)), -1)),
    "asinh": lambda u: raised(add(ONE, raised(u, 2)), -HALF),
    "tanh_softplus": lambda u: mul(
        minus(ONE, raised(call("tanh_softplus", u), 2)), call("sigmoid", u)
    ),
    "erfc_root2": lambda u: mul(
        number(-2),
        raised(PI, -HALF),
        raised(number(2), -HALF),
        _exp(mul(number(-HALF), raised(u, 2))),
    ),
}
_BRANCHES: Final[Mapping[str, Callable[[tuple[Node, ...], list[Node]], Node]]] = {
    "max": lambda a, d: tree.where(minus(a[0], a[1]), d[0], d[1]),
    "min": lambda a, d: tree.where(minus(a[1], a[0]), d[0], d[1]),
    "where": lambda a, d: tree.where(a[0], d[1], d[2]),
    "root_of_squares": lambda a, d: mul(
        add(mul(a[0], d[0]), mul(a[1], d[1])), raised(call("root_of_squares", *a), -1)
    ),
}
