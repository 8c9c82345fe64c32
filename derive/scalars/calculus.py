"""Derivatives of scalar formulas by SymPy, brought to a compact form without ``simplify``.

In and out go expressions of the shared vocabulary.  The compact form is the shortest of a
fixed list of normal forms (cancelled, factored, expanded, partial fractions in an
exponential), each of which is the same rational function of the same atoms.
"""

from __future__ import annotations

from typing import Any

import sympy

from derive.program import Expr
from derive.scalars.convert import from_sympy, to_sympy
from derive.scalars.encoding import order_key
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
    """The shortest of the formula and its normal forms; ties are broken by the text."""
    forms = [expr, *_normal_forms(expr, Atoms()), *_normal_forms(expr, Atoms(whole=True))]
    return min(forms, key=order_key)


def _normal_forms(expr: Expr, atoms: Atoms) -> list[Expr]:
    value = atoms.normal(expr)
    forms = [value, sympy.factor(value), sympy.expand(value), *_fractions(atoms, value)]
    return [from_sympy(atoms.back(form)) for form in forms]


def _fractions(atoms: Atoms, value: Any) -> list[Any]:
    """Partial fractions in the one exponential, where there is just one."""
    found = [s for s, (kind, *_) in atoms.meaning.items() if kind == "exp" and value.has(s)]
    return [sympy.apart(value, found[0])] if len(found) == 1 else []
