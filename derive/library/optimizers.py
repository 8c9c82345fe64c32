"""Optimisers, one row each, and what is proved of them.

A row is the rule of one step as assignments in order.  Each proof is an induction over the
number of steps t, symbolic: the closed form holds at t = 0, and one step of the rule takes
the closed form at t - 1 to the closed form at t.  SymPy decides the differences by ``cancel``
over beta^(t-1), a free atom; nothing is simplified.  The same equations stand in each proof as
identities of the shared vocabulary, which `derive.library.report` gives to the engine and the
checker.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import sympy

from derive.library.identities import Identity, free_powers, identity
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
    """A statement about an optimiser and the lines of its proof.

    proved: whether SymPy finds every equation of the proof to hold.  identities: the same
    equations, for the engine and the checker to judge.
    """

    name: str
    title: str
    statement: str
    steps: tuple[str, ...]
    proved: bool
    identities: tuple[Identity, ...]


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


@dataclass(frozen=True, slots=True)
class _Equality:
    """``left / divisor = right`` at every step."""

    left: Any
    right: Any
    divisor: Any = sympy.S.One


def _proof(
    name: str, title: str, statement: str, steps: tuple[str, ...], *equalities: _Equality
) -> RuleProof:
    """The proof that holds if all its equalities do."""
    return RuleProof(
        name,
        title,
        statement,
        steps,
        all(_is_zero(e.left / e.divisor - e.right) for e in equalities),
        tuple(identity(e.left, e.right, e.divisor) for e in equalities),
    )


def _rule(name: str, variable: str) -> Any:
    return dict(optimizer(name).equations)[variable]


def _closed_form(name: str, variable: str) -> _ClosedForm:
    [claim] = [c for c in _CLOSED_FORMS if (c.optimizer, c.variable) == (name, variable)]
    return claim


def _stepped(claim: _ClosedForm) -> tuple[Any, Any]:
    """The rule of the variable, over itself alone, and after a step from the form at t - 1."""
    others = {
        sympy.Symbol(c.variable, real=True): c.form(_t)
        for c in _CLOSED_FORMS
        if c.optimizer == claim.optimizer and c.variable != claim.variable
    }
    rule = _rule(claim.optimizer, claim.variable).subs(others)
    return rule, rule.subs(sympy.Symbol(claim.variable, real=True), claim.form(_t - 1))


def _equalities(claim: _ClosedForm) -> tuple[_Equality, _Equality]:
    """The start is right, and one step takes the form at t - 1 to the form at t."""
    start = _Equality(claim.form(sympy.Integer(0)), claim.start)
    return start, _Equality(_stepped(claim)[1], claim.form(_t))


def _induction(claim: _ClosedForm) -> RuleProof:
    """A closed form, by induction over the steps."""
    symbol = sympy.Symbol(claim.variable, real=True)
    rule, stepped = _stepped(claim)
    after = claim.form(_t)
    return _proof(
        f"{claim.optimizer}-{claim.variable}",
        f"{optimizer(claim.optimizer).title}: {claim.variable} for a constant gradient",
        rf"{claim.variable}_t = {_latex(after)}",
        (
            rf"t = 0: {claim.variable}_0 = {_latex(claim.start)}",
            rf"{claim.variable}_t = {_latex(rule.subs(symbol, _at_step(symbol, 't-1')))}",
            rf"= {_latex(stepped)}",
            rf"= {_latex(after)}",
        ),
        *_equalities(claim),
    )


def _at_step(variable: Any, step: str) -> Any:
    return sympy.Symbol(f"{variable.name}_{{{step}}}", real=True)


def _bias_correction(variable: str, corrected: Any, value: Any, statement: str) -> RuleProof:
    """The corrected moment is the moment of the constant gradient for every t."""
    claim = _closed_form("adam", variable)
    symbol = sympy.Symbol(variable, real=True)
    shown = corrected.subs(symbol, _at_step(symbol, "t"))
    return _proof(
        f"adam-bias-correction-{variable}",
        f"Adam: the corrected {variable} of a constant gradient is exact at every step",
        statement,
        (
            _induction(claim).statement,
            rf"\hat {variable}_t = {_latex(shown)} = {_latex(value)}",
        ),
        *_equalities(claim),
        _corrected(variable, corrected, value),
    )


def _corrected(variable: str, corrected: Any, value: Any) -> _Equality:
    """``g (1 - beta^t) / (1 - beta^t) = g``: the closed form over the rule's own divisor."""
    divisor = sympy.Symbol(variable, real=True) / corrected
    return _Equality(_closed_form("adam", variable).form(_t), value, divisor)


def _adam_step() -> RuleProof:
    """For a constant gradient every step of Adam is rate g / (sqrt(g^2) + epsilon)."""
    m_hat, s_hat = sympy.Symbol("m_hat", real=True), sympy.Symbol("s_hat", positive=True)
    corrected = {_m: m_hat * (_m / _M_HAT), _s: s_hat * (_s / _S_HAT)}
    moved = _rule("adam", "w").subs(corrected, simultaneous=True)
    statement = r"w_t = w_{t-1} - \frac{\text{rate} \cdot g}{\sqrt{g^{2}} + \epsilon}"
    return _proof(
        "adam-step",
        "Adam: a constant gradient moves the weight by the same amount at every step",
        statement,
        (r"\hat m_t = g", r"\hat s_t = g^{2}", statement),
        *_equalities(_closed_form("adam", "m")),
        *_equalities(_closed_form("adam", "s")),
        _corrected("m", _M_HAT, _g),
        _corrected("s", _S_HAT, _g**2),
        _Equality(moved, _w - _rate * m_hat / (sympy.sqrt(s_hat) + _epsilon)),
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
    return _proof(
        f"{name}-step",
        title,
        f"w_1 = {_latex(expected)}",
        tuple(lines),
        _Equality(values[_w], expected),
    )


def _decoupled() -> RuleProof:
    """AdamW is Adam with the weight shrunk apart from the gradient."""
    statement = r"w_t^{\text{AdamW}} = w_t^{\text{Adam}} - \text{rate} \cdot \text{decay} \cdot w"
    return _proof(
        "adamw-decay",
        "AdamW: the decay is apart from the gradient's step",
        statement,
        (statement,),
        _Equality(_rule("adamw", "w"), _rule("adam", "w") - _rate * _decay * _w),
    )


def _is_zero(expression: Any) -> bool:
    """Whether it is 0 as a rational function of its symbols and of the powers beta^(t-1)."""
    free = free_powers(expression)
    return not any(p.exp.has(_t) for p in free.atoms(sympy.Pow)) and bool(sympy.cancel(free) == 0)
