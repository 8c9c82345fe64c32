"""Equations of the optimisers' proofs in the shared vocabulary, for the engine and the checker.

In: two SymPy expressions that are to be equal at every step t >= 1, in which ``t`` stands in
exponents only as ``beta^(t + k)``.  Out: `Identity`, a program of scalar leaves and an equation
over them: the lowest power of each base becomes a free leaf, the others multiples of it.

>>> beta, t, g = sympy.Symbol("beta"), sympy.Symbol("t"), sympy.Symbol("g")
>>> found = identity(beta * g * (1 - beta ** (t - 1)) + (1 - beta) * g, g * (1 - beta**t))
>>> sorted(found.program.leaves)
['beta', 'beta^(t-1)', 'g']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sympy

from derive.program import ONE, SCALAR, Equation, Expr, Leaf, Program, Symbol, divide, walk
from derive.scalars.convert import from_sympy

STEP: Final = "t"
"""The number of the step, from 1."""

_DOMAINS: Final = {
    "beta": "unit",
    "beta1": "unit",
    "beta2": "unit",
    "rate": "positive",
    "epsilon": "positive",
    "decay": "positive",
    "s": "positive",
    "s_hat": "positive",
    "t": "positive",
}
"""What may be assumed of a scalar; of all others nothing."""


@dataclass(frozen=True, slots=True)
class Identity:
    """An equation between scalars: what `derive.tensors.prove` and `derive.check.check` take."""

    program: Program
    statement: Equation


def identity(left: Any, right: Any, divisor: Any = sympy.S.One) -> Identity:
    """The claim that one SymPy expression, over a divisor, is another.

    The divisor comes apart because SymPy cancels a quotient as soon as it is written down.
    Raises TypeError for an expression without a place in the vocabulary.

    >>> q, g = sympy.symbols("q g")
    >>> identity(g * q, g, q).statement.left == divide(from_sympy(g * q), from_sympy(q))
    True
    """
    powers, domains = _powers(left, right, divisor)
    a, b, below = (from_sympy(each.xreplace(powers)) for each in (left, right, divisor))
    a = a if below == ONE else divide(a, below)
    names = sorted({node.name for side in (a, b) for node in _symbols(side)})
    known = _DOMAINS | domains
    leaves = {name: Leaf(SCALAR, known.get(name, "real")) for name in names}
    return Identity(Program(leaves, {}), Equation(a, b))


def scalar(expression: Any) -> Expr:
    """A rule in the shared vocabulary, powers like ``beta^t`` as leaves of that name.

    >>> scalar(sympy.Symbol("beta") ** sympy.Symbol("t"))
    Symbol(name='beta^t', dims=(1, 1))
    """
    return from_sympy(free_powers(expression))


def free_powers(expression: Any) -> Any:
    """The expression with the lowest power of each base a free symbol.

    >>> beta, t = sympy.Symbol("beta"), sympy.Symbol("t")
    >>> free_powers(beta**t - beta * beta ** (t - 1))
    0
    """
    return expression.xreplace(_powers(expression)[0])


def _powers(*sides: Any) -> tuple[dict[Any, Any], dict[str, str]]:
    """Each power of a base with t in its exponent, over the lowest one; domains of those."""
    found: dict[Any, dict[Any, int]] = {}
    for power in sorted({p for side in sides for p in side.atoms(sympy.Pow)}, key=str):
        base, exponent = power.as_base_exp()
        steps = [s for s in exponent.free_symbols if s.name == STEP]
        shift = exponent - steps[0] if steps else None
        if shift is not None and shift.is_Integer:
            found.setdefault(base, {})[power] = int(shift)
    powers: dict[Any, Any] = {}
    domains: dict[str, str] = {}
    for base, shifts in found.items():
        low = min(shifts.values())
        atom = sympy.Symbol(f"{base}^{f'({STEP}{low:+d})' if low else STEP}", positive=True)
        # beta^(t-1) is 1 at the first step
        domains[atom.name] = "unit" if low >= 0 else "positive"
        powers |= {power: base ** (shift - low) * atom for power, shift in shifts.items()}
    return powers, domains


def _symbols(expr: Any) -> Iterator[Symbol]:
    return (node for node in walk(expr) if isinstance(node, Symbol))
