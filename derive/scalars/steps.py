"""Derivations of the library's derivatives, one named rule a step.

The rules of differentiation are applied mechanically; what follows, to the form in which the
result is known (``a (1 - a)``), is written here line by line.  Every line is checked against
the one before it by `decide`: a wrong one raises, it is never shown.

>>> [step.rule for step in derivation("sigmoid")][1:4]
['reciprocal rule', 'sum rule', 'exponent rule']
>>> derivation("sigmoid")[-1].latex
'\\\\frac{d a}{d z} = a (1 - a)'
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from fractions import Fraction
from typing import Final

from derive.program import ONE, Apply, Expr, Plus, Power, Times, divide, minus, negate, number
from derive.program import function_body as at
from derive.scalars import table, vector_steps
from derive.scalars.blackboard import Board, Step, scalar_latex
from derive.scalars.rules import pending, scalar

_A, _Y, _Z, _SIGMA = scalar("a"), scalar("y"), scalar("z"), scalar("sigma")
_UP, _DOWN = Apply("exp", 0, _Z), Apply("exp", 0, negate(_Z))
_UNDER = Plus(ONE, _DOWN)
_TWO = Fraction(2)

Closing = tuple[tuple[str, Expr], ...]


def _square(expr: Expr) -> Expr:
    return Power(expr, _TWO)


_BOTH, _DIFFERENCE = Plus(_UP, _DOWN), minus(_UP, _DOWN)
_TANH_QUOTIENT = divide(_DIFFERENCE, _BOTH)

_ONE_MINUS = minus(ONE, divide(ONE, _UNDER))
_AGAIN = minus(divide(_UNDER, _UNDER), divide(ONE, _UNDER))
_SIGN = minus(Times(number(2), Apply("step", 0, _Z)), ONE)


def _behind(front: Expr, rest: Callable[[Expr], Expr]) -> Closing:
    """From ``front e^-z / (1 + e^-z)^2`` to ``front s (1 - s)``, for s = 1 / (1 + e^-z)."""
    under = divide(front, _UNDER)
    return (
        ("separate the square", rest(Times(under, divide(_DOWN, _UNDER)))),
        ("add and subtract 1", rest(Times(under, divide(minus(_UNDER, ONE), _UNDER)))),
        ("split the fraction", rest(Times(under, _AGAIN))),
        ("divide out", rest(Times(under, _ONE_MINUS))),
    )


_SILU_FIRST = divide(ONE, _UNDER)
_SILU_SECOND = divide(Times(_Z, _DOWN), _square(_UNDER))
_CLOSINGS: Final[dict[str, Closing]] = {
    "sigmoid": (
        *_behind(ONE, lambda expr: expr),
        ("substitute", Times(_A, minus(ONE, _A))),
    ),
    "tanh": (
        (
            "split the fraction",
            minus(
                divide(Times(_BOTH, _BOTH), _square(_BOTH)),
                divide(Times(_DIFFERENCE, _DIFFERENCE), _square(_BOTH)),
            ),
        ),
        ("divide out", minus(ONE, _square(_TANH_QUOTIENT))),
        ("substitute", minus(ONE, _square(_A))),
    ),
    "softplus": (
        ("multiply above and below", divide(ONE, Plus(_DOWN, ONE))),
        ("substitute", _SIGMA),
    ),
    "silu": (
        ("split the fraction", Plus(divide(_UNDER, _square(_UNDER)), _SILU_SECOND)),
        ("divide out", Plus(_SILU_FIRST, _SILU_SECOND)),
        *_behind(_Z, lambda expr: Plus(_SILU_FIRST, expr)),
        ("substitute", Plus(_SIGMA, Times(Times(_Z, _SIGMA), minus(ONE, _SIGMA)))),
    ),
    "softsign": (("collect", divide(ONE, _square(Plus(ONE, Times(_Z, _SIGN))))),),
}

_D = minus(_A, _Y)
_EXP_D, _EXP_MINUS_D = Apply("exp", 0, _D), Apply("exp", 0, minus(_Y, _A))
_LOSS_CLOSINGS: Final[dict[str, Closing]] = {
    "binary_cross_entropy": (
        (
            "common denominator",
            divide(
                Plus(negate(Times(_Y, minus(ONE, _A))), Times(minus(ONE, _Y), _A)),
                Times(_A, minus(ONE, _A)),
            ),
        ),
        (
            "multiply out",
            divide(
                minus(Plus(Plus(negate(_Y), Times(_Y, _A)), _A), Times(_Y, _A)),
                Times(_A, minus(ONE, _A)),
            ),
        ),
        ("collect", divide(_D, Times(_A, minus(ONE, _A)))),
    ),
    "log_cosh": (
        (
            "multiply above and below",
            divide(minus(_EXP_D, _EXP_MINUS_D), Plus(_EXP_D, _EXP_MINUS_D)),
        ),
    ),
}

_LOCAL: Final[dict[str, Expr]] = {
    "identity": ONE,
    "sigmoid": Times(_A, minus(ONE, _A)),
    "tanh": minus(ONE, _square(_A)),
}
"""Derivatives by the value a, as the derivations of these activations end."""

PAIRS: Final = (
    ("sigmoid", "binary_cross_entropy"),
    ("sigmoid", "half_squared_error"),
    ("sigmoid", "squared_error"),
    ("tanh", "squared_error"),
    ("tanh", "half_squared_error"),
)
"""Elementwise output activations with a loss; softmax has derivations of its own."""

_PAIR_ENDS: Final[dict[tuple[str, str], Expr]] = {
    ("sigmoid", "binary_cross_entropy"): _D,
}


def _activation(name: str) -> tuple[Step, ...]:
    body = at(_formula(name), _Z)
    board = Board(
        r"\frac{d a}{d z}",
        pending(body, "z"),
        {"a": body, "sigma": at(_formula("sigmoid"), _Z)},
    )
    board.announce(f"a = {scalar_latex(body)}")
    board.differentiate()
    for rule, line in _CLOSINGS.get(name, ()):
        board.write(rule, line)
    return tuple(board.steps)


def _mish() -> tuple[Step, ...]:
    """z tanh(s) with s = softplus(z), by the chain rule through t = tanh(s)."""
    t, s = scalar("t"), scalar("s")
    board = Board(
        r"\frac{d a}{d z}",
        pending(Times(_Z, t), "z"),
        {"t": at(_formula("tanh"), s), "s": at(_formula("softplus"), _Z),
         "sigma": at(_formula("sigmoid"), _Z)},
    )  # fmt: skip
    board.announce(r"a = z t, \quad t = \tanh(s), \quad s = \log(1 + e^{z})")
    board.write("product rule", Plus(t, Times(_Z, pending(t, "z"))))
    chained = Times(pending(t, "s"), pending(s, "z"))
    board.write("chain rule", Plus(t, Times(_Z, chained)))
    slope = minus(ONE, _square(t))
    board.write("derivative of tanh", Plus(t, Times(_Z, Times(slope, pending(s, "z")))))
    board.write("derivative of softplus", Plus(t, Times(_Z, Times(slope, _SIGMA))))
    return tuple(board.steps)


def _loss(name: str) -> tuple[Step, ...]:
    entry = table.loss_entry(name)
    board = Board(r"\frac{\partial L}{\partial a}", pending(entry, "a"), partial=r"\partial")
    board.announce(f"L = {scalar_latex(entry)}")
    board.differentiate()
    for rule, line in _LOSS_CLOSINGS.get(name, ()):
        board.write(rule, line)
    return tuple(board.steps)


def _pair(activation: str, loss: str) -> tuple[Step, ...]:
    body, entry = at(_formula(activation), _Z), table.loss_entry(loss)
    local = _LOCAL[activation]
    outer = _LOSS_CLOSINGS[loss][-1][1] if loss in _LOSS_CLOSINGS else _last(entry)
    board = Board(
        r"\frac{\partial L}{\partial z}", pending(entry, "z"), {"a": body}, partial=r"\partial"
    )
    board.announce(rf"L = {scalar_latex(entry)}, \quad a = {scalar_latex(body)}")
    board.write("chain rule", Times(pending(entry, "a"), pending(_A, "z")))
    board.write("derivative of the loss", Times(outer, pending(_A, "z")))
    board.write("derivative of the activation", Times(outer, local))
    if (activation, loss) in _PAIR_ENDS:
        board.write("divide out", _PAIR_ENDS[activation, loss])
    return tuple(board.steps)


def _last(entry: Expr) -> Expr:
    """The derivative of a loss by a as the rules leave it."""
    from derive.scalars.blackboard import advanced

    return [line for _, line in advanced(pending(entry, "a"))][-1]


def _formula(name: str) -> Expr:
    body = table.body(name)
    assert body is not None, name
    return body


def _key(name: str) -> str:
    return name.lower().replace("_", "-")


def _entries() -> dict[str, Callable[[], tuple[Step, ...]]]:
    out: dict[str, Callable[[], tuple[Step, ...]]] = {}
    for name in table.ACTIVATIONS:
        if name == "mish":
            out[_key(name)] = _mish
        elif name in table.NAMES:
            out[_key(name)] = lambda name=name: _activation(name)  # type: ignore[misc]
        else:
            out[_key(name)] = vector_steps.VECTOR_DERIVATIONS[name]
    for name in table.LOSSES:
        out[_key(name)] = lambda name=name: _loss(name)  # type: ignore[misc]
    for pair in PAIRS:
        out[_key("-".join(pair))] = lambda pair=pair: _pair(*pair)  # type: ignore[misc]
    for name, derive in vector_steps.VECTOR_DERIVATIONS.items():
        out.setdefault(_key(name), derive)
    return out


_ENTRIES: Final = _entries()
ENTRIES: Final = tuple(_ENTRIES)
"""The names that have a derivation, in the order of the library."""


def losses_with_closing() -> tuple[str, ...]:
    """The losses whose derivative has a known form that the rules alone do not reach."""
    return tuple(_LOSS_CLOSINGS)


def loss_closing(name: str) -> Closing:
    """The last lines of the derivative of such a loss, in ``a`` and ``y``, with their rules."""
    return _LOSS_CLOSINGS[name]


def activation_closing(name: str) -> Closing:
    """The last lines of an activation's derivative, in ``z``, ``a`` and ``sigma``; () if none."""
    return _CLOSINGS.get(name, ())


def title(name: str) -> str:
    """``The derivative of the mean squared error`` and its like, for a heading.

    >>> title("gelu_tanh"), title("softmax-cross-entropy")
    ('The derivative of GELU, tanh form', 'Softmax output with cross-entropy')
    """
    key = _known(name)
    for output in (*table.NAMES, "softmax"):
        loss = key.removeprefix(f"{output}-").replace("-", "_")
        if key.startswith(f"{output}-") and loss in table.LOSSES:
            words = f"{table.title(output)} output with {table.title(loss)}"
            return words[0].upper() + words[1:]
    own = key.replace("-", "_")
    return f"The derivative of {table.title(own)}"


def derivation(name: str) -> tuple[Step, ...]:
    """The derivation of an entry of `ENTRIES`; hyphens and underscores are the same.

    Raises KeyError with the nearest names, and `WrongStep` if a line does not follow.
    """
    return _ENTRIES[_known(name)]()


def _known(name: str) -> str:
    key = _key(name)
    if key in _ENTRIES:
        return key
    alias = table.ALIASES.get(table.normalised(name)) or table.LOSS_ALIASES.get(
        table.normalised(name)
    )
    if alias is not None:
        return _key(alias)
    near = difflib.get_close_matches(key, ENTRIES, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(ENTRIES)}"
    raise KeyError(f"no derivation of {name!r}; {hint}")
