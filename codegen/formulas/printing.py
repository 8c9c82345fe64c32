"""A formula as a form: NumPy over arrays, as the rows of the library hold it.

In: a tree.  Out: the text ``bindings; value`` that `codegen.forms.lower_form` reads.  Functions of
their own (sigmoid, softplus, erf ...) are printed by expressions in which nothing overflows and
no difference of nearly equal numbers is taken; what is used twice is bound once.

>>> from codegen.formulas.tree import X, call, mul
>>> form(mul(X, call("tanh", X)), {"x": "z"})
'z * np.tanh(z)'
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, sqrt
from typing import Final

from codegen.formulas import exact
from codegen.formulas.tree import (
    ONE,
    Node,
    TooLarge,
    factors,
    mul,
    names,
    number,
    power,
    put_in,
    split,
)
from derive.library.activations import TAIL_ABOVE, TAIL_BELOW
from derive.library.row import polynomial

# erf(u) / u as a polynomial in u^2 up to |u| = 1/2: within 1e-17 of it.
ERF_NEAR: Final = (
    1.4725865480556744e-06,
    -1.4845849259707869e-05,
    0.00012053335124353741,
    -0.0008548297753674966,
    0.00522397737302147,
    -0.026866170632887928,
    0.11283791670925353,
    -0.37612638903183476,
    1.1283791670955126,
)


def form(
    node: Node, variables: Mapping[str, str], numbers: Mapping[str, float] | None = None
) -> str:
    """The text; variables: the names that are arrays, with what they are called there.

    numbers: the parameters.  One alone keeps its name; a part in parameters and numbers alone is
    printed as its value.
    """
    return _Printer(variables, numbers or {}).text(node)


class _Printer:
    """Collects bindings ``n1 = ...`` on the way to the value."""

    def __init__(self, variables: Mapping[str, str], numbers: Mapping[str, float]) -> None:
        self.variables = variables
        self.numbers = numbers
        self.bindings: list[str] = []
        self.known: dict[str, str] = {}

    def text(self, node: Node) -> str:
        value = self.expression(node)[0]
        return "; ".join([*self.bindings, value])

    def bind(self, text: str) -> str:
        """A name for the value of a text; names and numbers stay as they are."""
        if text.isidentifier() or _NUMBER.fullmatch(text):
            return text
        if text not in self.known:
            self.known[text] = f"n{len(self.known) + 1}"
            self.bindings.append(f"{self.known[text]} = {text}")
        return self.known[text]

    def argument(self, node: Node) -> str:
        """A name that holds the value of a tree."""
        return self.bind(self.expression(node)[0])

    def expression(self, node: Node) -> tuple[str, int]:
        """Text and precedence: 1 sums, 2 products, 3 signs, 9 names and calls."""
        if node.op == "name" and node.name != "pi":
            return self.variables.get(node.name, node.name), 9
        if not any(name in self.variables for name in names(node)):
            return literal(self.constant(node))
        match node.op:
            case "add":
                return self.sum(node), 1
            case "mul":
                return self.product(node)
            case "pow":
                return self.power(node)
        if node.op in _DIRECT:
            args = ", ".join(self.expression(arg)[0] for arg in node.args)
            return f"{_DIRECT[node.op]}({args})", 9
        return _FORMS[node.op](self, *(self.argument(arg) for arg in node.args)), 1

    def constant(self, node: Node) -> float:
        """The nearest float to a part without variables, parameters as their decimals say."""
        given = {n: number(Fraction(repr(self.numbers[n]))) for n in names(node) if n != "pi"}
        try:
            put = put_in(node, given)
        except TooLarge:
            put = node
        return float(put.value if put.op == "number" else exact.value(node, self.numbers))

    def sum(self, node: Node) -> str:
        """Positive terms first, so that no sign stands alone in front."""
        parts = sorted((split(term) for term in node.args), key=lambda part: part[0] < 0)
        text = ""
        for factor, rest in parts:
            inner, level = self.expression(
                number(abs(factor)) if rest == ONE else mul(number(abs(factor)), rest)
            )
            inner = inner if level > 1 else f"({inner})"
            sign = "-" if factor < 0 else "+"
            text = f"{text} {sign} {inner}" if text else ("-" if factor < 0 else "") + inner
        return text

    def product(self, node: Node) -> tuple[str, int]:
        """Constants first, as one number; then what varies, as it stands."""
        fixed = [p for p in node.args if not any(n in self.variables for n in names(p))]
        if len(fixed) > 1:
            node = mul(
                number(Fraction(self.constant(mul(*fixed)))),
                *(p for p in node.args if p not in fixed),
            )
        factor, rest = split(node)
        above, below = self.quotients(list(factors(rest)))
        constant = [literal(abs(factor))[0]] if abs(factor) != 1 else []
        # behind the divisions, so that a large number times it does not overflow
        late = constant if below and above and abs(factor) > 1 else []
        first = [*(constant if not late else []), *above] or ["1.0"]
        text = " * ".join([" / ".join([" * ".join(first), *below]), *late])
        if factor > 0:
            return text, 2
        return f"-{text}" if text.isidentifier() else f"-({text})", 3

    def quotients(self, parts: list[Node]) -> tuple[list[str], list[str]]:
        """Factors and divisors; u^2 / v^2 is the square of u / v, which does not overflow."""
        above = [p for p in parts if not _inverse(p)]
        below = [power(p.args[0], -p.value) for p in parts if _inverse(p)]
        ratios = []
        for top in [p for p in above if _is_power(p)]:
            match = next((p for p in below if _is_power(p) and p.value == top.value), None)
            if match is not None:
                above.remove(top)
                below.remove(match)
                ratio = self.bind(f"{self.argument(top.args[0])} / {self.argument(match.args[0])}")
                ratios.append(self.whole(ratio, int(top.value))[0])
        over, under = [*ratios], []
        for part in above:
            text, level = self.expression(part)
            over.append(text if level > 1 else f"({text})")
        for part in below:
            # one after the other: their product may overflow
            count = int(part.value) if _is_power(part) and part.value <= 4 else 1
            text, level = self.expression(part.args[0] if count > 1 else part)
            under += [text if level > 2 else f"({text})"] * count
        return over, under

    def power(self, node: Node) -> tuple[str, int]:
        base, exponent = node.args[0], node.value
        if exponent < -1 and exponent.denominator == 1:
            inverse = self.bind(self.expression(power(base, -1))[0])
            return self.whole(inverse, -exponent.numerator)
        if exponent < 0:
            inner, level = self.expression(power(base, -exponent))
            return f"1.0 / {inner if level > 2 else f'({inner})'}", 2
        if exponent == Fraction(1, 2):
            return f"np.sqrt({self.expression(base)[0]})", 9
        if exponent == 2:
            return f"np.square({self.expression(base)[0]})", 9
        if exponent.denominator == 1:
            return self.whole(self.argument(base), exponent.numerator)
        if exponent.denominator == 2:
            root = f"np.sqrt({self.argument(base)})"
            return f"{self.whole(self.argument(base), int(exponent))[0]} * {root}", 2
        inner = self.argument(base)
        return f"np.exp({literal(exponent)[0]} * np.log({inner}))", 9

    def whole(self, base: str, exponent: int) -> tuple[str, int]:
        """A power by repeated squares."""
        if exponent == 1:
            return base, 9
        if exponent % 2:
            return f"{base} * {self.whole(base, exponent - 1)[0]}", 2
        return f"np.square({self.whole(base, exponent // 2)[0]})", 9


def _inverse(part: Node) -> bool:
    return part.op == "pow" and part.value < 0


def _is_power(part: Node) -> bool:
    return part.op == "pow" and part.value.denominator == 1 and part.value > 1


def literal(value: float | Fraction) -> tuple[str, int]:
    """A constant as a Python float, with its precedence."""
    return repr(float(value)), 9 if value >= 0 else 3


_NUMBER: Final = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?")

_DIRECT: Final[Mapping[str, str]] = {
    "exp": "np.exp",
    "log": "np.log",
    "tanh": "np.tanh",
    "sin": "np.sin",
    "cos": "np.cos",
    "sinh": "np.sinh",
    "cosh": "np.cosh",
    "abs": "np.abs",
    "max": "np.maximum",
    "min": "np.minimum",
    "expm1": "np.expm1",
    "log1p": "np.log1p",
}


def _sigmoid(p: _Printer, u: str) -> str:
    return f"np.exp(np.minimum({u}, 0.0)) / (1.0 + np.exp(-np.abs({u})))"


def _softplus(p: _Printer, u: str) -> str:
    return f"np.maximum({u}, 0.0) + np.log1p(np.exp(-np.abs({u})))"


def _where(p: _Printer, c: str, u: str, v: str) -> str:
    h = p.bind(f"np.heaviside({c}, 0.0)")
    if v == "0.0":
        return h if u == "1.0" else f"{h} * {u}"
    if u == "0.0":
        return f"(1.0 - {h}) * {v}"
    if _NUMBER.fullmatch(u) and _NUMBER.fullmatch(v):
        return f"{v} + {float(u) - float(v)!r} * {h}"
    return f"{h} * {u} + (1.0 - {h}) * {v}"


def _gaussian(p: _Printer, k: str, u: str) -> str:
    """x^2 = h^2 + (x - h)(x + h), h a multiple of 1/16, so that its square is exact."""
    x = p.bind(f"np.minimum(np.abs({u}), {_end(k)})")
    h = p.bind(f"0.0625 * np.rint(16.0 * {x})")
    return f"np.exp(-{k} * np.square({h})) * np.exp(-{k} * ({x} - {h}) * ({x} + {h}))"


def _end(k: str) -> float:
    """Where e^(-k x^2) is 0 in either dtype, with room for a factor."""
    return float(ceil(sqrt(1600.0 / float(k))))


def _tail(p: _Printer, g: str, t: str) -> str:
    """Twice the tail of the normal distribution from t on; g: e^(-t^2 / 2)."""
    r = f"({polynomial(t, TAIL_ABOVE)}) / ({polynomial(t, TAIL_BELOW)})"
    return p.bind(f"2.0 * {g} * ({r})")


def _upper(p: _Printer, u: str) -> str:
    """erfc(|u|), the tail at |u| sqrt(2)."""
    x = p.bind(f"np.minimum(np.abs({u}), 28.0)")
    h = p.bind(f"0.0625 * np.rint(16.0 * {x})")
    g = p.bind(f"np.exp(-np.square({h})) * np.exp(-({x} - {h}) * ({x} + {h}))")
    return _tail(p, g, p.bind(f"{sqrt(2.0)!r} * {x}"))


def _erfc_root2(p: _Printer, u: str) -> str:
    g = p.bind(_gaussian(p, "0.5", u))
    e = _tail(p, g, p.bind(f"np.minimum(np.abs({u}), 40.0)"))
    s = p.bind(f"np.heaviside({u}, 0.0)")
    return f"{s} * {e} + (1.0 - {s}) * (2.0 - {e})"


def _times_gaussian(p: _Printer, u: str, k: str, v: str) -> str:
    """The exponential in halves, so that none is smaller than the result."""
    x = p.bind(f"np.minimum(np.abs({v}), {_end(k)})")
    h = p.bind(f"0.0625 * np.rint(16.0 * {x})")
    e = p.bind(f"np.exp(-{float(k) / 2!r} * np.square({h}))")
    return f"{u} * {e} * {e} * np.exp(-{k} * ({x} - {h}) * ({x} + {h}))"


def _log1p_square(p: _Printer, u: str) -> str:
    """Beyond 2^27, where 1 + u^2 is u^2 in every digit, twice the logarithm."""
    x = p.bind(f"np.abs({u})")
    near = f"np.log1p(np.square(np.minimum({x}, 134217728.0)))"
    return f"{near} + 2.0 * np.log(np.maximum({x}, 134217728.0) / 134217728.0)"


def _asinh(p: _Printer, u: str) -> str:
    """Of |u|, with its sign; beyond 2^27, where it is log(2 |u|) in every digit, a difference."""
    x, s = p.bind(f"np.abs({u})"), p.bind(f"2.0 * np.heaviside({u}, 0.0) - 1.0")
    c = p.bind(f"np.minimum({x}, 134217728.0)")
    t = p.bind(f"np.square({c})")
    near = f"np.log1p({c} + {t} / (1.0 + np.sqrt(1.0 + {t})))"
    return f"{s} * ({near} + np.log(np.maximum({x}, 134217728.0) / 134217728.0))"


def _erfc(p: _Printer, u: str) -> str:
    e, s = _upper(p, u), p.bind(f"np.heaviside({u}, 0.0)")
    return f"{s} * {e} + (1.0 - {s}) * (2.0 - {e})"


def _erf(p: _Printer, u: str) -> str:
    e, far = _upper(p, u), p.bind(f"np.heaviside(np.abs({u}) - 0.5, 0.0)")
    c = p.bind(f"np.minimum(np.maximum({u}, -0.5), 0.5)")
    t = p.bind(f"np.square({c})")
    near = f"{c} * ({polynomial(t, ERF_NEAR)})"
    s = p.bind(f"2.0 * np.heaviside({u}, 0.0) - 1.0")
    return f"{far} * ({s} * (1.0 - {e})) + (1.0 - {far}) * ({near})"


def _log_cosh(p: _Printer, u: str) -> str:
    """log(1 + 2 sinh^2) up to |u| = 1, its asymptote from there on."""
    d = p.bind(f"np.abs({u})")
    c = p.bind(f"np.minimum({d}, 1.0)")
    return (
        f"np.log1p(2.0 * np.square(np.sinh(0.5 * {c}))) + ({d} - {c}) "
        f"+ (np.log1p(np.square(np.exp(-{d}))) - np.log1p(np.square(np.exp(-{c}))))"
    )


def _tanh_softplus(p: _Printer, u: str) -> str:
    """With q = e^min(u, 0) and r = e^-max(u, 0): e^u = q / r with neither above 1."""
    q, r = p.bind(f"np.exp(np.minimum({u}, 0.0))"), p.bind(f"np.exp(-np.maximum({u}, 0.0))")
    n = p.bind(f"{q} * ({q} + 2.0 * {r})")
    return f"{n} / ({n} + 2.0 * np.square({r}))"


def _tanh_softplus_share(p: _Printer, u: str) -> str:
    q, r = p.bind(f"np.exp(np.minimum({u}, 0.0))"), p.bind(f"np.exp(-np.maximum({u}, 0.0))")
    n = p.bind(f"{q} * ({q} + 2.0 * {r})")
    return f"({q} + 2.0 * {r}) * ({q} + {r}) / ({n} + 2.0 * np.square({r}))"


def _root_of_squares(p: _Printer, u: str, v: str) -> str:
    sizes = (repr(abs(float(w))) if _NUMBER.fullmatch(w) else f"np.abs({w})" for w in (u, v))
    big = p.bind(f"np.maximum({', '.join(sorted(sizes, reverse=True))})")
    return f"{big} * np.sqrt(np.square({u} / {big}) + np.square({v} / {big}))"


def _times_sigmoid(p: _Printer, u: str, v: str) -> str:
    """The exponential of the tail in two halves: neither is smaller than the result."""
    e = p.bind(f"np.exp(0.5 * np.minimum({v}, 0.0))")
    return f"{u} * {e} * {e} / (1.0 + np.exp(-np.abs({v})))"


def _times_exp(p: _Printer, u: str, v: str) -> str:
    e = p.bind(f"np.exp(0.5 * {v})")
    return f"{u} * {e} * {e}"


_FORMS: Final[Mapping[str, Callable[..., str]]] = {
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "erf": _erf,
    "erfc": _erfc,
    "where": _where,
    "gaussian": _gaussian,
    "log_cosh": _log_cosh,
    "log1p_square": _log1p_square,
    "erfc_root2": _erfc_root2,
    "times_gaussian": _times_gaussian,
    "tanh_softplus": _tanh_softplus,
    "tanh_softplus_share": _tanh_softplus_share,
    "root_of_squares": _root_of_squares,
    "times_sigmoid": _times_sigmoid,
    "times_exp": _times_exp,
    "product": lambda p, u, v: f"{u} * {v}",
    "step": lambda p, u: f"np.heaviside({u}, 0.0)",
    "asinh": _asinh,
    "clip": lambda p, u, c: f"np.minimum(np.maximum({u}, -{c}), {c})",
    "below": lambda p, u, c: f"np.minimum({u}, {c})",
    "above": lambda p, u, c: f"np.maximum({u}, -{c})",
}
