"""Activations, one row each: formula, names in notes, kinks, numerically stable NumPy form.

A new activation is one row here; ``python -m derive.scalars.generate`` derives the rest.
The stable forms work on ``exp(-|z|)`` or on exponentials of the negative part, so nothing
overflows and no difference of nearly equal numbers is taken.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import sympy

from derive.library.row import Activation, Kink, polynomial
from derive.scalars.functions import logistic, magnitude, parameter, relu, step, tanh, x

_SIGMOID = "np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z)))"
_BELL = "e = np.exp(-np.abs(z)); e / np.square(1.0 + e)"
# q = e^(-|z| / 2) and h = e^(min(z, 0) / 2): products such as z e^z are taken by halves of the
# exponent, so that no factor is smaller than the result and loses digits before it does.
_HALVES = (
    "q = np.exp(-0.5 * np.abs(z)); e = np.square(q); h = np.maximum(q, np.greater_equal(z, 0.0)); "
)
# u = e^min(z, 0) and r = e^-max(z, 0): e^z = u / r with neither above 1.
_MISH = (
    _HALVES
    + "u = np.square(h); r = np.maximum(e, np.greater_equal(0.0, z)); n = u * (u + 2.0 * r); "
)
_AT_ZERO = (Kink("0", "0"),)
_SELU_PARAMETERS = {
    "selu_scale": Fraction("1.0507009873554804934193349852946"),
    "selu_alpha": Fraction("1.6732632423543772848170429916717"),
}
# z is cut where tanh has long been 1, so that its cube cannot overflow.
_GELU_TANH = (
    "c = np.clip(z, -40.0, 40.0); u = 1.5957691216057308 * c * (1.0 + gelu_cubic * np.square(c)); "
)

# (1 - Phi(x)) / e^(-x^2 / 2) for x >= 0, Phi the normal distribution, as a quotient of polynomials
# with positive coefficients: within 6e-17 of it everywhere up to 40, where e^(-x^2 / 2) is 0.
TAIL_ABOVE: Final = (
    1.3964380967182183e-06,
    3.749518577255063e-05,
    0.0004930703025251717,
    0.00410765236951624,
    0.023708736231794002,
    0.09798175192782693,
    0.28996156977721793,
    0.5949264223335594,
    0.775481115854499,
    0.5,
)
TAIL_BELOW: Final = (
    3.500351217015202e-06,
    9.398649281804185e-05,
    0.001239444313094082,
    0.01039034405401862,
    0.060657932259874474,
    0.2557122030900809,
    0.7838182100254957,
    1.7172065079232517,
    2.563961436103995,
    2.3488467925118526,
    1.0,
)
# x^2 = h^2 + (x - h) (x + h) with h a multiple of 1/16: the square of h is exact in either dtype,
# so the exponential of the tail loses no digit.
_GELU = (
    "x = np.minimum(np.abs(z), 40.0); h = 0.0625 * np.rint(16.0 * x); "
    "g = np.exp(-0.5 * np.square(h)) * np.exp(-0.5 * (x - h) * (x + h)); "
    f"r = ({polynomial('x', TAIL_ABOVE)}) / ({polynomial('x', TAIL_BELOW)}); "
    "s = np.heaviside(z, 0.0); "
)


def _elu(alpha: sympy.Expr) -> sympy.Expr:
    return relu(x) + alpha * (sympy.exp(x) - 1) * (1 - step(x))


ACTIVATIONS: Final = (
    Activation(
        name="identity",
        title="identity",
        aliases=("linear", "id", "none"),
        symbol=r"\mathrm{id}",
        formula=x,
        stable_value="z",
        stable_derivative="np.ones_like(z)",
    ),
    Activation(
        name="sigmoid",
        title="sigmoid",
        aliases=("sigma", "logistic", "sigm", "sig", "logistic function", "logistic sigmoid"),
        symbol=r"\sigma",
        formula=logistic(x),
        range="unit",
        stable_value=_SIGMOID,
        stable_derivative=_BELL,
    ),
    Activation(
        name="tanh",
        title="hyperbolic tangent",
        aliases=("hyperbolic tangent", "tan h"),
        symbol=r"\tanh",
        formula=tanh(x),
        stable_value="np.tanh(z)",
        stable_derivative=(
            "e = np.exp(-2.0 * np.minimum(np.abs(z), 400.0)); 4.0 * e / np.square(1.0 + e)"
        ),
    ),
    Activation(
        name="relu",
        title="ReLU",
        aliases=("rectifier", "rectified linear", "rectified linear unit"),
        symbol=r"\operatorname{ReLU}",
        formula=relu(x),
        kinks=_AT_ZERO,
        range="nonnegative",
        prefers_gain="he",
        stable_value="np.maximum(z, 0.0)",
        stable_derivative="np.heaviside(z, 0.0)",
    ),
    Activation(
        name="leaky_relu",
        title="leaky ReLU",
        aliases=("Leaky ReLU", "LReLU", "leaky rectifier"),
        parameters={"slope": Fraction(1, 100)},
        symbol=r"\operatorname{LeakyReLU}",
        formula=x * (parameter("slope") + (1 - parameter("slope")) * step(x)),
        kinks=(Kink("0", "slope"),),
        prefers_gain="he",
        stable_value="np.maximum(z, slope * z)",
        stable_derivative="slope + (1.0 - slope) * np.heaviside(z, 0.0)",
    ),
    Activation(
        name="softplus",
        title="softplus",
        aliases=("smooth ReLU",),
        symbol=r"\operatorname{softplus}",
        formula=sympy.log(1 + sympy.exp(x)),
        range="positive",
        prefers_gain="he",
        stable_value="np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))",
        stable_derivative=_SIGMOID,
    ),
    Activation(
        name="elu",
        title="ELU",
        aliases=("exponential linear", "exponential linear unit"),
        parameters={"alpha": Fraction(1)},
        symbol=r"\operatorname{ELU}",
        formula=_elu(parameter("alpha")),
        kinks=(Kink("0", "alpha"),),
        prefers_gain="he",
        stable_value="np.maximum(z, 0.0) + alpha * np.expm1(np.minimum(z, 0.0))",
        stable_derivative=(
            "h = np.heaviside(z, 0.0); h + (1.0 - h) * alpha * np.exp(np.minimum(z, 0.0))"
        ),
    ),
    Activation(
        name="selu",
        title="SELU",
        aliases=("scaled ELU", "scaled exponential linear unit"),
        parameters=_SELU_PARAMETERS,
        symbol=r"\operatorname{SELU}",
        formula=parameter("selu_scale") * _elu(parameter("selu_alpha")),
        kinks=(Kink("0", "selu_scale * selu_alpha"),),
        prefers_gain="lecun",
        stable_value=(
            "selu_scale * (np.maximum(z, 0.0) + selu_alpha * np.expm1(np.minimum(z, 0.0)))"
        ),
        stable_derivative=(
            "h = np.heaviside(z, 0.0); "
            "selu_scale * (h + (1.0 - h) * selu_alpha * np.exp(np.minimum(z, 0.0)))"
        ),
    ),
    Activation(
        name="silu",
        title="SiLU",
        aliases=("swish", "sigmoid linear unit"),
        symbol=r"\operatorname{SiLU}",
        formula=x * logistic(x),
        prefers_gain="he",
        stable_value=_HALVES + "z * h * h / (1.0 + e)",
        stable_derivative=_HALVES + "d = 1.0 + e; (h / d) * h + (z * q / d) * (q / d)",
    ),
    Activation(
        name="gelu",
        title="GELU",
        aliases=("Gaussian error linear unit",),
        symbol=r"\operatorname{GELU}",
        formula=x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        prefers_gain="he",
        stable_value=_GELU + "z * (s + (1.0 - 2.0 * s) * (g * r))",
        stable_derivative=(_GELU + "s + (1.0 - 2.0 * s) * (g * (r - 0.3989422804014327 * x))"),
    ),
    Activation(
        name="gelu_tanh",
        title="GELU, tanh form",
        aliases=("GELU approximate", "approximate GELU"),
        parameters={"gelu_cubic": Fraction(8943, 200000)},
        symbol=r"\operatorname{GELU}_{\tanh}",
        formula=x * logistic(2 * sympy.sqrt(2 / sympy.pi) * (x + parameter("gelu_cubic") * x**3)),
        prefers_gain="he",
        stable_value=(_GELU_TANH + "z * (np.exp(np.minimum(u, 0.0)) / (1.0 + np.exp(-np.abs(u))))"),
        stable_derivative=(
            _GELU_TANH + "e = np.exp(-np.abs(u)); "
            "d = 1.5957691216057308 * c * (1.0 + 3.0 * gelu_cubic * np.square(c)); "
            "(np.exp(np.minimum(u, 0.0)) + d * e / (1.0 + e)) / (1.0 + e)"
        ),
    ),
    Activation(
        name="softsign",
        title="softsign",
        aliases=("soft sign",),
        symbol=r"\operatorname{softsign}",
        formula=x / (1 + magnitude(x)),
        bends=True,
        stable_value="z / (1.0 + np.abs(z))",
        stable_derivative="np.square(1.0 / (1.0 + np.abs(z)))",
    ),
    Activation(
        name="mish",
        title="mish",
        symbol=r"\operatorname{mish}",
        formula=x * tanh(sympy.log(1 + sympy.exp(x))),
        prefers_gain="he",
        stable_value=_MISH + "z * h * h * ((u + 2.0 * r) / (n + 2.0 * np.square(r)))",
        stable_derivative=(
            _MISH + "k = np.square(r); d = n + 2.0 * k; "
            "(n + z * h * h * (4.0 * (u + r) * k / d)) / d"
        ),
    ),
    Activation(
        name="softmax",
        title="softmax",
        aliases=("soft max", "normalized exponential", "smax"),
        symbol=r"\operatorname{softmax}",
        range="unit",
        # Along `axis`; the derivative is the product of the Jacobian with an upstream `g`.
        stable_value=(
            "e = np.exp(z - np.max(z, axis=axis, keepdims=True)); "
            "e / np.sum(e, axis=axis, keepdims=True)"
        ),
        stable_derivative="a * (g - np.sum(a * g, axis=axis, keepdims=True))",
    ),
)
"""Every activation of the library, in the order in which they are listed."""


def activation(name: str) -> Activation:
    """The row of an activation by name.

    Raises KeyError with the known names.

    >>> activation("relu").title
    'ReLU'
    """
    for row in ACTIVATIONS:
        if row.name == name:
            return row
    raise KeyError(f"no activation {name!r}; known: {', '.join(r.name for r in ACTIVATIONS)}")
