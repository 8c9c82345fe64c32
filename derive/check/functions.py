"""Elementwise functions at arrays: derivatives by nested forward differentiation of their bodies.

In: a world, a function's name, the order of a derivative and an array.  Out: an array.  There is
no table of derivatives here: a body is evaluated on dual numbers, as often as the order says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from derive.check.arrays import Array
from derive.check.domains import Domain, Dual, Scalar, Unsupported, slope
from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    SCALAR,
    Apply,
    Expr,
    Number,
    Plus,
    Power,
    Symbol,
    Times,
)

if TYPE_CHECKING:
    from derive.check.evaluate import World


def applied(world: World, function: str, order: int, array: Array) -> Array:
    """The derivative of that order, entry by entry; equal entries are computed once."""
    if order > 8:
        raise Unsupported(f"a derivative of order {order}")
    known: dict[Any, Scalar] = {}
    for row in array:
        for x in row:
            world.work -= world.graph.operations[function] * 3**order // 4 + 1
            if x not in known:
                known[x] = _derivative(world, world.domain, function, order, x)
    return [[known[x] for x in row] for row in array]


def _derivative(world: World, domain: Domain, function: str, order: int, x: Scalar) -> Scalar:
    """The derivative of a function: nested forward differentiation of its body."""
    primitive = function in PRIMITIVES
    body = None if primitive else world.program.functions[function].body
    if order == 0:
        if primitive:
            return domain.primitive(function, x)
        if body is None:
            return domain.unknown(function, 0, x)
        return _body(world, domain, body, x)
    if body is None and not primitive:
        return domain.unknown(function, order, x)
    if primitive and order == 1:
        return slope(domain, function, x)
    dual = Dual(domain)
    return _derivative(world, dual, function, order - 1, (x, domain.number(1)))[1]


def _body(world: World, domain: Domain, body: Expr, x: Scalar) -> Scalar:
    match body:
        case Number(value=v):
            return domain.number(v)
        case Symbol(name=name):
            return x if name == ARGUMENT else _constant(world, domain, name)
        case Times(left=a, right=b):
            return domain.mul(_body(world, domain, a, x), _body(world, domain, b, x))
        case Plus(left=a, right=b):
            return domain.add(_body(world, domain, a, x), _body(world, domain, b, x))
        case Power(base=a, exponent=e):
            base = _body(world, domain, a, x)
            with world.positive_if(a):
                return domain.power(base, e)
        case Apply(function=f, order=k, arg=a):
            arg = _body(world, domain, a, x)
            if f != "log":
                return _derivative(world, domain, f, k, arg)
            with world.positive_if(a):
                return _derivative(world, domain, f, k, arg)
    raise Unsupported(f"a {type(body).__name__} in the body of a function")


def _constant(world: World, domain: Domain, name: str) -> Scalar:
    """The value of a scalar leaf, lifted through as many dual numbers as are in use."""
    if domain is not world.domain and isinstance(domain, Dual):
        return domain.lift(_constant(world, domain.base, name))
    return world.value(Symbol(name, SCALAR))[0][0]
