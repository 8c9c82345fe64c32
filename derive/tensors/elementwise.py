"""Scalar formulas in one formal argument, as terms.

Bodies and derivatives of elementwise functions are expressions in ``Symbol("x", SCALAR)``;
here such a formula is evaluated at a term.  The derivatives of the primitives themselves
come from the generated table: the engine holds none of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.program import ARGUMENT, Apply, Expr, Number, Plus, Power, Symbol, Times
from derive.scalars import table
from derive.tensors.functions import call, exponential, logarithm, power
from derive.tensors.meter import Outside, needs, used
from derive.tensors.normal import entry, negative, product, times
from derive.tensors.steps import step
from derive.tensors.terms import POSITIVE, REAL, Poly, Rational, constant

Call = Callable[[str, int, Poly], Poly]
Name = Callable[[str], Poly]


def evaluate(formula: Expr, argument: Poly, apply: Call, name: Name) -> Poly:
    """The value of a scalar formula at a term.

    apply: value of a function's k-th derivative.  name: value of a scalar constant.
    """
    match formula:
        case Number(value=v):
            return constant(v.numerator if v.denominator == 1 else v)
        case Symbol(name=n):
            return argument if n == ARGUMENT else name(n)
        case Times(left=a, right=b):
            return times(evaluate(a, argument, apply, name), evaluate(b, argument, apply, name))
        case Plus(left=a, right=b):
            return evaluate(a, argument, apply, name) + evaluate(b, argument, apply, name)
        case Power():
            parts = factored(formula)
            return product(power(evaluate(a, argument, apply, name), e) for a, e in parts)
        case Apply(function=f, order=k, arg=a):
            return apply(f, k, evaluate(a, argument, apply, name))
    raise Outside(f"outside the fragment: {type(formula).__name__} in the body of a function")


def factored(expr: Power) -> list[tuple[Expr, Rational]]:
    """A whole power of a product factor by factor, so that no factor is multiplied out first.

    >>> from fractions import Fraction
    >>> x = Symbol("x", (1, 1))
    >>> [e for _, e in factored(Power(Times(x, Power(x, Fraction(2))), Fraction(-1)))]
    [-1, -2]
    """
    exponent = expr.exponent
    if exponent.denominator != 1:
        return [(expr.base, exponent)]
    out: list[tuple[Expr, Rational]] = []
    todo: list[tuple[Expr, int]] = [(expr.base, exponent.numerator)]
    while todo:
        node, e = todo.pop()
        if isinstance(node, Times):
            todo += [(node.right, e), (node.left, e)]
        elif isinstance(node, Power) and node.exponent.denominator == 1:
            todo.append((node.base, e * node.exponent.numerator))
        else:
            out.append((node, e))
    return out


def primitive(name: str, order: int, argument: Poly) -> Poly:
    """The k-th derivative of exp, log, step, erf, sin or cos at a term."""
    if order:
        if name == "step":
            used("step is constant")
            needs("arguments of step functions are not 0")
        formula = table.derivative(name, order)
        if formula is None:
            raise Outside(f"outside the fragment: derivative {order} of {name}")
        used(f"derivative of {name}")
        return evaluate(formula, argument, primitive, scalar)
    match name:
        case "exp":
            return exponential(argument)
        case "log":
            return logarithm(argument)
        case "step":
            return step(argument)
    if negative(argument):
        used(f"symmetry of {name}")
        return call(name, -argument) if name == "cos" else -call(name, -argument)
    return call(name, argument)


def scalar(name: str) -> Poly:
    """A scalar constant that no program declares; ``pi`` is known to be positive."""
    return entry(name, (), POSITIVE if name == "pi" else REAL)
