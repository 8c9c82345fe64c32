"""Every rule that makes a formula stable: both sides are the same number, and it is the rule's."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from codegen.formulas import exact, grammar, measure, points, printing, rules
from codegen.formulas.tree import STABLE, call, name, number

PLAIN = {
    "log(u / v)": "log((1 + exp(2*x)) / (1 + exp(2*x - 1)))",
    "log(u + sqrt(u^2 + c^2))": "log(3*x + sqrt(9*x^2 + 4))",
    "log(1 + e^u)": "log(1 + exp(2*x))",
    "log(sigmoid(u))": "log(sigmoid(x))",
    "log(1 + u^2)": "log(1 + 4*x^2)",
    "log(1 + u)": "log(1 + exp(x) + x^2)",
    "1 / (1 + e^u)": "1 / (1 + exp(3*x))^2",
    "e^u sigmoid(-u)": "x * exp(x) * sigmoid(-x)^2",
    "1 - sigmoid(u)": "2 - 2*sigmoid(x) + x",
    "1 - tanh(u)^2": "3 - 3*tanh(x/2)^2",
    "1 + tanh(u)": "1/2 - tanh(x)/2",
    "1 + erf(u)": "x * (1 - erf(x))",
    "erfc(u / sqrt(2))": "1 + erf(x / sqrt(2))",
    "e^u - 1": "exp(x) - 1",
    "1 - cos(u)": "1 - cos(x)",
    "sinh(u) / cosh(u)": "x * (exp(2*x) - exp(-2*x)) / (exp(2*x) + exp(-2*x))",
    "tanh(softplus(u))": "tanh(softplus(x))",
    "sqrt(c^2 + u^2)": "1 / sqrt(4 + x^2)",
    "sqrt(c^2 + u^2) - c": "sqrt(1 + x^2) - 1",
    "p / b + q / b": "1 / (1 + abs(x)) - abs(x) / (1 + abs(x))^2",
    "u sign(u)": "",
    "branches of one condition": "max(0, x) * where(x > 0, x, 2) + where(x > 0, 1, 3)",
    "branches that see their side": "where(x > 1, log(x) + 2, exp(x))",
}
INNER = {
    "1 / (c^2 + u^2) by the root": "x / (1 + x^2)^2",
    "exact square in the exponent": "exp(-2 * x^2)",
    "exponent in two halves": "x * sigmoid(x) + x * exp(-abs(x)) + x * tanh(softplus(x))",
}
PLACES = [-600.0, -40.0, -3.0, -1.0, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.5, 1.0, 3.0, 40.0, 600.0]


def tree(text):
    return grammar.parse(text, ("x",))


@pytest.mark.parametrize("title", [*rules.PLAIN, *rules.INNER])
def test_a_rule_changes_the_form_and_no_value(title):
    text = {**PLAIN, **INNER}[title]
    table = rules.PLAIN if title in PLAIN else rules.INNER
    if title == "u sign(u)":
        step = call("step", name("x"))
        before = grammar.tree.mul(name("x"), grammar.tree.add(step, step, number(-1)))
    else:
        before = tree(text)
    used = []
    after = rules.rewritten(before, rules.PLAIN if title in PLAIN else table, used)
    assert title in used
    assert after != before
    for x in PLACES:
        left, right = (exact.value(side, {"x": x}) for side in (before, after))
        near = mpmath.mpf(10) ** -20 * abs(left) + mpmath.mpf(10) ** -320
        assert left == right or abs(left - right) <= near, x


@pytest.mark.parametrize("title", rules.CUTS)
def test_a_cut_changes_nothing_below_its_limit(title):
    before = tree("x * sigmoid(x + x^3) + tanh(x^2)")
    after = rules.CUTS[title](before)
    assert after != before
    limit = float(title.rpartition(" ")[2])
    for x in (-0.99 * limit, -1.0, 0.0, 2.5, 0.99 * limit):
        low = -limit if "from above" not in title else -1e300
        high = limit if "from below" not in title else 1e300
        cut = min(max(x, low), high)
        assert exact.value(before, {"x": x}) == exact.value(after, {"x": cut})


ARGUMENTS = {
    "root_of_squares": (name("x"), number(2)),
    "product": (name("x"), name("x")),
    "gaussian": (number(1), name("x")),
    "times_gaussian": (name("x"), number(1), name("x")),
    "times_sigmoid": (name("x"), name("x")),
    "times_exp": (name("x"), name("x")),
}
FUNCTIONS = sorted({*STABLE, "sigmoid", "softplus", "erf"} - {"clip", "below", "above"})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_form_keeps_its_digits(function):
    """Within 6 ulp of the function in either dtype, without a warning where it is a number."""
    node = call(function, *ARGUMENTS.get(function, (name("x"),)))
    form = measure.Form(printing.form(node, {"x": "z"}), ("z",))
    for dtype in ("float64", "float32"):
        line = points.line(dtype, count=7)
        if function in ("log1p",):
            line = line[line > -1]
        errors = measure.Truth(node, ("x",), (line,), {}).errors(form)
        far = max(map(abs, errors.failed), default=np.inf)
        assert errors.ulp <= 6
        assert far > 1e100 or (dtype == "float32" and far > 1e19)
