"""What stands behind the rules of the optimisers, one named rule a line.

In: the name of an optimiser.  Out: its steps.  Closed forms hold by induction over the steps t: the
form at t - 1 is put into one step of the rule, and collected to the form at t.  beta^(t-1) and
beta^t are names, the second beta times the first; every line is checked to equal the one before it.

>>> [step.rule for step in induction("sgd")]
['one step of the rule']
>>> induction("rmsprop")[-1].latex
's_t = g^{2} (1 - \\\\beta^{t})'
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from derive.program import ONE, Expr, Plus, Power, Times, divide, minus
from derive.scalars.blackboard import SPELLING, Board, Step
from derive.scalars.rules import product, scalar, total

_RULES: Final = {
    "one step of the rule": "as the optimiser is defined",
    "the start": "the form at $t = 0$ is what the optimiser begins with",
    "induction hypothesis": "the form at $t - 1$",
    "what was shown": "the form of the velocity",
    "multiply out": "a product of sums, term by term",
    "powers of beta": r"$\beta \beta^{t-1} = \beta^t$",
    "common denominator": "both terms over the product of the denominators",
    "divide out": "numerator and denominator by the same factor",
    "collect": "equal terms together",
    "substitute": "the value of the moments",
}
_W, _G, _RATE, _T = (scalar(name) for name in ("w", "g", "rate", "t"))
_W0, _EPSILON, _DECAY = scalar("w_0"), scalar("epsilon"), scalar("decay")
_BEFORE, _NOW = scalar("power before"), scalar("power now")
_GREEK: Final = {
    "rate": r"\text{rate}", "epsilon": r"\epsilon", "decay": r"\text{decay}",
    "momentum before": "v_{t-1}", "weight before": "w_{t-1}", "m before": "m_{t-1}",
    "s before": "s_{t-1}", "m_hat": r"\hat m_t", "s_hat": r"\hat s_t",
}  # fmt: skip


class _Induction:
    """The lines about one variable; beta: LaTeX of its constant."""

    def __init__(self, left: str, start: Expr, beta: str = r"\beta") -> None:
        self.beta = scalar("beta")
        powers = {"beta": beta, "power before": rf"{beta}^{{t-1}}", "power now": rf"{beta}^{{t}}"}
        self.spelling = {**SPELLING, **_GREEK, **powers}
        definitions = {"power now": Times(self.beta, _BEFORE)}
        self.board = Board(left, start, definitions, rules=_RULES, spelling=self.spelling)
        self.board.write("one step of the rule", start)

    def known(self, name: str, value: Expr) -> None:
        """What a name stands for from here on."""
        self.board.definitions = {**self.board.definitions, name: value}

    def write(self, rule: str, line: Expr) -> None:
        """The next line."""
        self.board.write(rule, line)


def _moment(name: str, gradient: Expr, beta: str) -> tuple[Step, ...]:
    """m = beta m + (1 - beta) g: after t steps g (1 - beta^t)."""
    before = scalar(f"{name} before")
    b = scalar("beta")
    told = _Induction(f"{name}_t", Plus(Times(b, before), Times(minus(ONE, b), gradient)), beta)
    held = Times(gradient, minus(ONE, _BEFORE))
    told.known(before.name, held)
    told.write("induction hypothesis", Plus(product(b, held), Times(minus(ONE, b), gradient)))
    scaled = Times(b, gradient)
    rest = Times(scaled, _BEFORE)
    told.write("multiply out", minus(Plus(minus(scaled, rest), gradient), scaled))
    told.write("collect", minus(gradient, rest))
    told.write("powers of beta", minus(gradient, Times(gradient, _NOW)))
    told.write("collect", Times(gradient, minus(ONE, _NOW)))
    return _begun(f"{name}_0 = 0", told.board)


def _velocity() -> tuple[Step, ...]:
    """v = beta v + g: after t steps g (1 - beta^t) / (1 - beta)."""
    b, before = scalar("beta"), scalar("momentum before")
    told = _Induction("v_t", Plus(Times(b, before), _G))
    held = divide(Times(_G, minus(ONE, _BEFORE)), minus(ONE, b))
    told.known(before.name, held)
    told.write("induction hypothesis", Plus(product(b, held), _G))
    top = Plus(product(b, _G, minus(ONE, _BEFORE)), Times(_G, minus(ONE, b)))
    told.write("common denominator", divide(top, minus(ONE, b)))
    scaled = Times(b, _G)
    apart = minus(Plus(minus(scaled, Times(scaled, _BEFORE)), _G), scaled)
    told.write("multiply out", divide(apart, minus(ONE, b)))
    told.write("collect", divide(minus(_G, Times(scaled, _BEFORE)), minus(ONE, b)))
    told.write("powers of beta", divide(minus(_G, Times(_G, _NOW)), minus(ONE, b)))
    told.write("collect", divide(Times(_G, minus(ONE, _NOW)), minus(ONE, b)))
    return _begun("v_0 = 0", told.board)


def _travelled() -> tuple[Step, ...]:
    """w = w - rate v, for the v that was shown."""
    b, before, v = scalar("beta"), scalar("weight before"), scalar("v_t")
    told = _Induction("w_t", minus(before, Times(_RATE, v)))
    under = minus(ONE, b)
    speed = divide(Times(_RATE, _G), under)
    shown = divide(Times(_G, minus(ONE, _NOW)), under)
    held = minus(minus(_T, ONE), divide(Times(b, minus(ONE, _BEFORE)), under))
    told.known("v_t", shown)
    told.known(before.name, minus(_W0, Times(speed, held)))
    told.write("what was shown", minus(before, Times(_RATE, shown)))
    last = product(speed, minus(ONE, _NOW))
    told.write("induction hypothesis", minus(minus(_W0, Times(speed, held)), last))
    fraction = divide(Times(b, minus(ONE, _BEFORE)), under)

    def went(inner: Expr) -> Expr:
        return minus(_W0, Times(speed, inner))

    told.write("collect", went(minus(minus(_T, fraction), _NOW)))
    top = Plus(Times(b, minus(ONE, _BEFORE)), Times(_NOW, under))
    told.write("common denominator", went(minus(_T, divide(top, under))))
    apart = minus(Plus(minus(b, Times(b, _BEFORE)), _NOW), Times(b, _NOW))
    told.write("multiply out", went(minus(_T, divide(apart, under))))
    same = minus(Plus(minus(b, _NOW), _NOW), Times(b, _NOW))
    told.write("powers of beta", went(minus(_T, divide(same, under))))
    told.write("collect", went(minus(_T, divide(minus(b, Times(b, _NOW)), under))))
    told.write("collect", went(minus(_T, divide(Times(b, minus(ONE, _NOW)), under))))
    return _begun("w_t = w_0 \\text{ for } t = 0", told.board)


def _corrected(name: str, gradient: Expr, beta: str) -> tuple[Step, ...]:
    """The moment over 1 - beta^t is the gradient, at every step."""
    moment = scalar(f"{name}_t")
    told = _Induction(rf"\hat {name}_t", divide(moment, minus(ONE, _NOW)), beta)
    told.known(moment.name, Times(gradient, minus(ONE, _NOW)))
    shown = divide(Times(gradient, minus(ONE, _NOW)), minus(ONE, _NOW))
    told.write("what was shown", shown)
    told.write("divide out", gradient)
    return tuple(told.board.steps)


def _adam_step(*more: Expr) -> tuple[Step, ...]:
    """rate g / (sqrt(g^2) + epsilon), for a gradient that stays the same."""
    before, m, s = scalar("weight before"), scalar("m_hat"), scalar("s_hat")

    def step(top: Expr, under: Expr) -> Expr:
        root = Power(under, Fraction(1, 2))
        moved = divide(Times(_RATE, top), Plus(root, _EPSILON))
        return minus(before, total(moved, *more)) if more else minus(before, moved)

    told = _Induction("w_t", step(m, s))
    told.known("m_hat", _G)
    told.known("s_hat", Power(_G, Fraction(2)))
    told.write("substitute", step(_G, Power(_G, Fraction(2))))
    return tuple(told.board.steps)


def _nesterov_first() -> tuple[Step, ...]:
    b, v = scalar("beta"), scalar("v_1")
    told = _Induction("w_1", minus(_W, Times(_RATE, Plus(_G, Times(b, v)))))
    told.known("v_1", _G)
    told.write("what was shown", minus(_W, Times(_RATE, Plus(_G, Times(b, _G)))))
    told.write("collect", minus(_W, Times(_RATE, Times(_G, Plus(ONE, b)))))
    return tuple(told.board.steps)


def _descent() -> tuple[Step, ...]:
    return tuple(_Induction("w_1", minus(_W, Times(_RATE, _G))).board.steps)


def _begun(start: str, board: Board) -> tuple[Step, ...]:
    return (Step("the start", start, _RULES["the start"]), *board.steps)


def _adam() -> tuple[Step, ...]:
    square = Power(_G, Fraction(2))
    return (
        *_moment("m", _G, r"\beta_1"),
        *_moment("s", square, r"\beta_2"),
        *_corrected("m", _G, r"\beta_1"),
        *_corrected("s", square, r"\beta_2"),
        *_adam_step(),
    )


_TOLD: Final[dict[str, Callable[[], tuple[Step, ...]]]] = {
    "sgd": _descent,
    "momentum": lambda: (*_velocity(), *_travelled()),
    "nesterov": lambda: (*_velocity(), *_nesterov_first()),
    "rmsprop": lambda: _moment("s", Power(_G, Fraction(2)), r"\beta"),
    "adam": _adam,
    "adamw": lambda: _adam_step(product(_RATE, _DECAY, scalar("weight before"))),
}


def induction(name: str) -> tuple[Step, ...]:
    """The steps behind the rules of an optimiser; KeyError for one that has none."""
    return _TOLD[name]()
