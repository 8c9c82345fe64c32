"""Derivatives of scalar formulas by SymPy, brought to a compact form without ``simplify``.

In and out go expressions of the shared vocabulary.  The compact form is the shortest of a
fixed list of normal forms (cancelled, factored, expanded, partial fractions in an
exponential), each of which is the same rational function of the same atoms.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.program import Expr, Plus
from derive.scalars.convert import from_sympy, to_sympy
from derive.scalars.encoding import Tree, encode
from derive.scalars.rational import Atoms


def differentiate(expr: Expr, name: str) -> Expr:
    """The derivative of a scalar formula by the symbol `name`, compact.

    >>> from derive.program import SCALAR, Symbol
    >>> from derive.scalars.encoding import decode, encode
    >>> encode(differentiate(decode(["^", ["+", 1, ["exp", ["*", -1, "x"]]], -1]), "x"))
    ['*', ['exp', 'x'], ['^', ['+', 1, ['exp', 'x']], -2]]
    """
    by = sympy.Symbol(name, real=True)
    return compact(from_sympy(sympy.diff(to_sympy(expr, {name: by}), by)))


def compact(expr: Expr) -> Expr:
    """The shortest of the normal forms and the formula itself; of equals the first."""
    forms = [*_normal_forms(expr, Atoms()), *_normal_forms(expr, Atoms(whole=True)), expr]
    return min(forms, key=lambda form: (_nodes(encode(form)), isinstance(form, Plus)))


def _nodes(tree: Tree) -> int:
    """How many operators and operands there are; a sign and the -1 of a quotient are free."""
    if not isinstance(tree, list):
        return 1
    head, *rest = tree
    if head == "*" and rest[0] == -1:
        rest = rest[1:]
    if head == "^" and rest[1] == -1:
        return 1 + _nodes(rest[0])
    return sum(map(_nodes, rest)) + (1 if len(rest) > 1 or head != "*" else 0)


def _normal_forms(expr: Expr, atoms: Atoms) -> list[Expr]:
    value = atoms.normal(expr)
    factored = sympy.factor(value)
    forms = [_turned(factored), factored, value, sympy.expand(value), *_fractions(atoms, value)]
    return [from_sympy(atoms.back(form)) for form in forms]


def _turned(product: Any) -> Any:
    """Factors with a negative constant term turned round, a sign left over given to the first
    difference: ``(y - a) / (a (a - 1))`` becomes ``(a - y) / (a (1 - a))``.
    """
    sign, factors = sympy.Integer(1), []
    for factor in sympy.Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        constant = base.as_coeff_Add()[0] if base.is_Add else 0
        if exponent.is_Integer and constant < 0:
            sign *= (-1) ** exponent
            factor = sympy.expand(-base) ** exponent
        factors.append(factor)
    for place, factor in enumerate(factors):
        if sign * sympy.Mul(*[f for f in factors if f.is_Rational]) < 0 and factor.is_Add:
            factors[place], sign = sympy.expand(-factor), -sign
            break
    return sympy.Mul(sign, *factors)


def _fractions(atoms: Atoms, value: Any) -> list[Any]:
    """Partial fractions in the one exponential, where there is just one."""
    found = [s for s, (kind, *_) in atoms.meaning.items() if kind == "exp" and value.has(s)]
    return [sympy.apart(value, found[0])] if len(found) == 1 else []
