"""Optimisers, one row each, and what is proved of them by SymPy.

A row is the rule of one step as assignments in order.  Each proof is an induction over the
number of steps t, symbolic: the closed form holds at t = 0, and one step of the rule takes
the closed form at t - 1 to the closed form at t.  Differences are decided by ``cancel`` over
beta^(t-1), a free atom; nothing is simplified.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import sympy

from derive.library.row import Optimizer

_w, _w0, _g, _t = sympy.symbols("w w_0 g t", real=True)
_rate, _beta, _beta1, _beta2 = sympy.symbols("rate beta beta1 beta2", positive=True)
_epsilon, _decay = sympy.symbols("epsilon decay", positive=True)
_v, _m, _s = sympy.symbols("v m s", real=True)

_MOMENTUM = {"beta": Fraction(9, 10)}
_ADAM = {
    "beta1": Fraction(9, 10),
    "beta2": Fraction(999, 1000),
    "epsilon": Fraction(1, 10**8),
}
_RMSPROP = {"beta": Fraction(9, 10), "epsilon": Fraction(1, 10**8)}
_MOMENTS = (
    ("m", _beta1 * _m + (1 - _beta1) * _g),
    ("s", _beta2 * _s + (1 - _beta2) * _g**2),
)
_M_HAT, _S_HAT = _m / (1 - _beta1**_t), _s / (1 - _beta2**_t)
_ADAM_STEP = _rate * _M_HAT / (sympy.sqrt(_S_HAT) + _epsilon)


def _latex(expression: Any) -> str:
    return str(
        sympy.latex(expression, symbol_names={_rate: r"\text{rate}", _decay: r"\text{decay}"})
    )


OPTIMIZERS: Final = (
    Optimizer(
        name="sgd",
        title="gradient descent",
        aliases=("SGD", "stochastic gradient descent", "gradient descent"),
        equations=(("w", _w - _rate * _g),),
    ),
    Optimizer(
        name="momentum",
        title="momentum",
        aliases=("heavy ball", "SGD with momentum"),
        parameters=_MOMENTUM,
        state=("v",),
        equations=(("v", _beta * _v + _g), ("w", _w - _rate * _v)),
    ),
    Optimizer(
        name="nesterov",
        title="Nesterov momentum",
        aliases=("NAG", "Nesterov accelerated gradient"),
        parameters=_MOMENTUM,
        state=("v",),
        equations=(("v", _beta * _v + _g), ("w", _w - _rate * (_g + _beta * _v))),
    ),
    Optimizer(
        name="rmsprop",
        title="RMSProp",
        aliases=("RMSprop", "RMS prop"),
        parameters=_RMSPROP,
        state=("s",),
        equations=(
            ("s", _beta * _s + (1 - _beta) * _g**2),
            ("w", _w - _rate * _g / (sympy.sqrt(_s) + _epsilon)),
        ),
    ),
    Optimizer(
        name="adam",
        title="Adam",
        aliases=("ADAM",),
        parameters=_ADAM,
        state=("m", "s"),
        equations=(*_MOMENTS, ("w", _w - _ADAM_STEP)),
    ),
    Optimizer(
        name="adamw",
        title="AdamW",
        aliases=("Adam with decoupled weight decay",),
        parameters={**_ADAM, "decay": Fraction(1, 100)},
        state=("m", "s"),
        equations=(*_MOMENTS, ("w", _w - _ADAM_STEP - _rate * _decay * _w)),
    ),
)
"""Every optimiser of the library."""


def optimizer(name: str) -> Optimizer:
    """The row of an optimiser by name.

    Raises KeyError with the known names.

    >>> optimizer("adam").state
    ('m', 's')
    """
    for row in OPTIMIZERS:
        if row.name == name:
            return row
    raise KeyError(f"no optimiser {name!r}; known: {', '.join(r.name for r in OPTIMIZERS)}")


@dataclass(frozen=True, slots=True)
class RuleProof:
    """A statement about an optimiser, the lines of its proof, and whether they all hold."""

    name: str
    title: str
    statement: str
    steps: tuple[str, ...]
    proved: bool


@dataclass(frozen=True, slots=True)
class _ClosedForm:
    """What a variable is after t steps with the same gradient g each time.

    form: of t, as a function, so that t - 1 can be put in.  start: its value at t = 0.
    """

    optimizer: str
    variable: str
    form: Callable[[Any], Any]
    start: Any = sympy.S.Zero


def optimizer_proofs() -> tuple[RuleProof, ...]:
    """The proved rules: closed forms for a constant gradient, bias correction, first steps.

    >>> all(proof.proved for proof in optimizer_proofs())
    True
    """
    return (
        _first_step("sgd", {}, _w - _rate * _g, "one step of gradient descent"),
        *map(_induction, _CLOSED_FORMS),
        _bias_correction("m", _M_HAT, _g, r"\hat m_t = g"),
        _bias_correction("s", _S_HAT, _g**2, r"\hat s_t = g^{2}"),
        _adam_step(),
        _first_step(
            "nesterov", {"v": 0}, _w - _rate * (1 + _beta) * _g, "the first step of Nesterov"
        ),
        _decoupled(),
    )


def _travelled(t: Any) -> Any:
    """Where momentum has taken the weight: the sum of its velocities, in closed form."""
    return _w0 - _rate * _g / (1 - _beta) * (t - _beta * (1 - _beta**t) / (1 - _beta))


_CLOSED_FORMS: Final = (
    _ClosedForm("momentum", "v", lambda t: _g * (1 - _beta**t) / (1 - _beta)),
    _ClosedForm("momentum", "w", _travelled, _w0),
    _ClosedForm("nesterov", "v", lambda t: _g * (1 - _beta**t) / (1 - _beta)),
    _ClosedForm("rmsprop", "s", lambda t: _g**2 * (1 - _beta**t)),
    _ClosedForm("adam", "m", lambda t: _g * (1 - _beta1**t)),
    _ClosedForm("adam", "s", lambda t: _g**2 * (1 - _beta2**t)),
)


def _rule(name: str, variable: str) -> Any:
    return dict(optimizer(name).equations)[variable]


def _induction(claim: _ClosedForm) -> RuleProof:
    """The start is right, and one step takes the form at t - 1 to the form at t."""
    symbol = sympy.Symbol(claim.variable, real=True)
    others = {
        sympy.Symbol(c.variable, real=True): c.form(_t)
        for c in _CLOSED_FORMS
        if c.optimizer == claim.optimizer and c.variable != claim.variable
    }
    rule = _rule(claim.optimizer, claim.variable).subs(others)
    start, after = claim.form(sympy.Integer(0)), claim.form(_t)
    stepped = rule.subs(symbol, claim.form(_t - 1))
    return RuleProof(
        f"{claim.optimizer}-{claim.variable}",
        f"{optimizer(claim.optimizer).title}: {claim.variable} for a constant gradient",
        rf"{claim.variable}_t = {_latex(after)}",
        (
            rf"t = 0: {claim.variable}_0 = {_latex(claim.start)}",
            rf"{claim.variable}_t = {_latex(rule.subs(symbol, _at_step(symbol, 't-1')))}",
            rf"= {_latex(stepped)}",
            rf"= {_latex(after)}",
        ),
        _is_zero(start - claim.start) and _is_zero(stepped - after),
    )


def _at_step(variable: Any, step: str) -> Any:
    return sympy.Symbol(f"{variable.name}_{{{step}}}", real=True)


def _bias_correction(variable: str, corrected: Any, value: Any, statement: str) -> RuleProof:
    """The corrected moment is the moment of the constant gradient for every t."""
    [claim] = [c for c in _CLOSED_FORMS if (c.optimizer, c.variable) == ("adam", variable)]
    symbol = sympy.Symbol(variable, real=True)
    shown = corrected.subs(symbol, _at_step(symbol, "t"))
    substituted = corrected.subs(symbol, claim.form(_t))
    return RuleProof(
        f"adam-bias-correction-{variable}",
        f"Adam: the corrected {variable} of a constant gradient is exact at every step",
        statement,
        (
            _induction(claim).statement,
            rf"\hat {variable}_t = {_latex(shown)} = {_latex(value)}",
        ),
        _induction(claim).proved and _is_zero(substituted - value),
    )


def _adam_step() -> RuleProof:
    """For a constant gradient every step of Adam is rate g / (|g| + epsilon)."""
    forms = {c.variable: c.form(_t) for c in _CLOSED_FORMS if c.optimizer == "adam"}
    squared = _S_HAT.subs(_s, forms["s"])
    moved = _rate * _M_HAT.subs(_m, forms["m"]) - _rate * _g
    statement = r"w_t = w_{t-1} - \frac{\text{rate} \cdot g}{|g| + \epsilon}"
    return RuleProof(
        "adam-step",
        "Adam: a constant gradient moves the weight by the same amount at every step",
        statement,
        (r"\hat m_t = g", r"\sqrt{\hat s_t} = \sqrt{g^{2}} = |g|", statement),
        _is_zero(moved) and _is_zero(squared - _g**2),
    )


def _first_step(name: str, state: dict[str, int], expected: Any, title: str) -> RuleProof:
    """The first update of the weight from an empty state."""
    values: dict[Any, Any] = {
        sympy.Symbol(k, real=True): sympy.Integer(v) for k, v in state.items()
    }
    lines = []
    for variable, rule in optimizer(name).equations:
        symbol = sympy.Symbol(variable, real=True)
        values[symbol] = rule.subs(values)
        lines.append(f"{variable} = {_latex(values[symbol])}")
    return RuleProof(
        f"{name}-step",
        title,
        f"w_1 = {_latex(expected)}",
        tuple(lines),
        _is_zero(values[_w] - expected),
    )


def _decoupled() -> RuleProof:
    """AdamW is Adam with the weight shrunk apart from the gradient."""
    difference = _rule("adamw", "w") - _rule("adam", "w")
    statement = r"w_t^{\text{AdamW}} = w_t^{\text{Adam}} - \text{rate} \cdot \text{decay} \cdot w"
    return RuleProof(
        "adamw-decay",
        "AdamW: the decay is apart from the gradient's step",
        statement,
        (statement,),
        _is_zero(difference + _rate * _decay * _w),
    )


def _is_zero(expression: Any) -> bool:
    """Whether it is 0 as a rational function of its symbols and of the powers beta^(t-1).

    ``beta^t`` is written ``beta * beta^(t-1)``; then each power is one free atom.
    """
    atoms: dict[Any, Any] = {}
    for power in sorted(expression.atoms(sympy.Pow), key=str):
        base, exponent = power.as_base_exp()
        shift = exponent - (_t - 1)
        if exponent.has(_t):
            if not shift.is_Integer:
                return False
            atom = sympy.Symbol(f"{base}_power", positive=True)
            atoms[power] = base**shift * atom
    return bool(sympy.cancel(expression.xreplace(atoms)) == 0)
