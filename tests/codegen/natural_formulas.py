"""Formulas as researchers write them: each is emitted and proved, or refused with the place.

``python -m tests.codegen.natural_formulas`` goes through all of them, or through those that are
named, prints a line for each and ends with status 1 if one is not as it is listed here.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from codegen.emit import derive_network, render
from codegen.spec import parse
from codegen.tables import GenerateError


@dataclass(frozen=True)
class Natural:
    """A formula of x, or of a and y; refused: words of the refusal, "" if it is emitted."""

    name: str
    formula: str
    parameters: str = ""
    learned: tuple[str, ...] = ()
    labels: str = ""
    refused: str = ""

    @property
    def spec(self) -> str:
        """A network of two layers with it."""
        section = "losses" if self.labels else "activations"
        lines = [f'name = "natural_{self.name}"', "input = 3"]
        lines += [f'loss = "{self.name if self.labels else "squared_error"}"']
        lines += [f"[{section}.{self.name}]", f'formula = "{self.formula}"']
        lines += [f"parameters = {{ {self.parameters} }}"] if self.parameters else []
        lines += [f"learned = {list(self.learned)}".replace("'", '"')] if self.learned else []
        lines += [f'labels = "{self.labels}"'] if self.labels else []
        for units, activation in ((4, "tanh" if self.labels else self.name), (2, "identity")):
            lines += ["[[layer]]", f"units = {units}", f'activation = "{activation}"']
        return "\n".join(lines)

    def fault(self) -> str:
        """What is not as listed, "" if nothing is."""
        try:
            render(derive_network(parse(self.spec.encode())))
        except GenerateError as error:
            return "" if self.refused and self.refused in str(error) else str(error)
        return "is emitted, though it is listed as refused" if self.refused else ""


NATURAL = (
    Natural("swish_beta", "x*sigmoid(pace_b*x)", parameters="pace_b = 1.0", learned=("pace_b",)),
    Natural("elish", "where(x >= 0, x*sigmoid(x), (exp(x) - 1)*sigmoid(x))"),
    Natural("serf", "x*erf(softplus(x))"),
    Natural("serf_log", "x*erf(log(1 + exp(x)))"),
    Natural("tanhexp", "x*tanh(exp(x))"),
    Natural("logish", "x*log(1 + sigmoid(x))"),
    Natural("snake", "x + sin(freq*x)^2/freq", parameters="freq = 1.0", learned=("freq",)),
    Natural("gaussian", "exp(-x^2)"),
    Natural("bent", "(sqrt(x^2 + 1) - 1)/2 + x"),
    Natural("softclip", "log((1 + exp(p*x))/(1 + exp(p*(x - 1))))/p", parameters="p = 5.0"),
    Natural("smish", "x*tanh(log(1 + sigmoid(x)))"),
    Natural("hard_swish", "x*min(max(x + 3, 0), 6)/6"),
    Natural("isru", "x/sqrt(1 + alpha*x^2)", parameters="alpha = 1.0"),
    Natural("isrlu", "where(x >= 0, x, x/sqrt(1 + alpha*x^2))", parameters="alpha = 1.0"),
    Natural("prelu", "max(x, 0) + leak*min(x, 0)", parameters="leak = 0.25", learned=("leak",)),
    Natural("celu", "max(0, x) + min(0, alpha*(exp(x/alpha) - 1))", parameters="alpha = 1.5"),
    Natural("squareplus", "(x + sqrt(x^2 + b))/2", parameters="b = 4.0"),
    Natural("lisht", "x*tanh(x)"),
    Natural("asinh", "log(x + sqrt(x^2 + 1))"),
    Natural("symlog", "where(x >= 0, log(1 + x), -log(1 - x))"),
    Natural("symlog_abs", "where(x > 0, 1, -1)*log(1 + abs(x))"),
    Natural("phish", "x*tanh(0.5*x*(1 + erf(x/sqrt(2))))"),
    Natural("softshrink", "max(x - lam, 0) + min(x + lam, 0)", parameters="lam = 0.5"),
    Natural("mexican", "(1 - x^2)*exp(-x^2/2)"),
    Natural("gcu", "x*cos(x)"),
    Natural("sqrelu", "max(x, 0)^2"),
    Natural("ptanh", "where(x > 0, tanh(x), 0.25*tanh(x))"),
    Natural(
        "acon_c",
        "(up - low)*x*sigmoid(gain*(up - low)*x) + low*x",
        parameters="up = 1.0, low = 0.25, gain = 1.0",
        learned=(
            "up",
            "low",
            "gain",
        ),
    ),
    Natural("logsig", "-softplus(-x)"),
    Natural("erf_gelu", "0.5*x*(1 + erf(shape*x))", parameters="shape = 0.7", learned=("shape",)),
    Natural("relu6", "min(max(x, 0), 6)"),
    Natural("hardtanh", "max(-1, min(1, x))"),
    Natural("pade", "x*(27 + x^2)/(27 + 9*x^2)"),
    Natural("collu", "x/(1 - x*exp(-(x + exp(x))))", refused="on the way, at x = -7"),
    Natural(
        "rbf",
        "exp(-width*(x - centre)^2)",
        parameters="width = 1.0, centre = 0.5",
        learned=(
            "width",
            "centre",
        ),
    ),
    Natural("gish", "x*log(2 - exp(-exp(x)))"),
    Natural("log_square", "log(1 + x^2)"),
    Natural("shifted", "sigmoid(x + shift)", parameters="shift = 0.1", learned=("shift",)),
    Natural("mish_gain", "x*tanh(softplus(gain*x))", parameters="gain = 1.0", learned=("gain",)),
    Natural("cauchy", "c^2/2*log(1 + ((a - y)/c)^2)", parameters="c = 1.5", labels="real"),
    Natural(
        "tukey",
        "where(abs(a - y) <= c, c^2/6*(1 - (1 - ((a - y)/c)^2)^3), c^2/6)",
        parameters="c = 4.0",
        labels="real",
    ),
    Natural("charbonnier", "sqrt((a - y)^2 + eps^2)", parameters="eps = 0.01", labels="real"),
    Natural("quantile", "max(q*(y - a), (q - 1)*(y - a))", parameters="q = 0.9", labels="real"),
    Natural(
        "focal",
        "-y*(1 - a)^2*log(a) - (1 - y)*a^2*log(1 - a)",
        labels="unit",
        refused="is not defined at a",
    ),
    Natural(
        "focal_logits",
        "y*(1 - sigmoid(a))^2*softplus(-a) + (1 - y)*sigmoid(a)^2*softplus(a)",
        labels="unit",
    ),
    Natural(
        "focal_probabilities",
        "-y*(1 - sigmoid(a))^2*log(sigmoid(a)) - (1 - y)*sigmoid(a)^2*log(1 - sigmoid(a))",
        labels="unit",
    ),
    Natural(
        "asymmetric_logits",
        "y*(1 - sigmoid(a))*softplus(-a) + (1 - y)*sigmoid(a)^4*softplus(a)",
        labels="unit",
    ),
    Natural("gated_softplus", "softplus(x)*sigmoid(x)"),
    Natural("bit_entropy", "sigmoid(x)*softplus(-x) + sigmoid(-x)*softplus(x)"),
    Natural(
        "poly1",
        "y*softplus(-a) + (1 - y)*softplus(a) + eps*(1 - (y*sigmoid(a) + (1 - y)*(1 - sigmoid(a))))",
        parameters="eps = 1.0",
        labels="unit",
    ),
    Natural("hinge2", "max(0, 1 - a*y)^2", labels="real"),
    Natural("hinge", "max(0, 1 - a*y)", labels="real"),
    Natural("geman", "(a - y)^2/((a - y)^2 + c^2)", parameters="c = 1.0", labels="real"),
    Natural("welsch", "c^2/2*(1 - exp(-((a - y)/c)^2))", parameters="c = 2.0", labels="real"),
    Natural("eps_ins", "max(abs(a - y) - eps, 0)", parameters="eps = 0.1", labels="real"),
    Natural(
        "pseudo_huber", "c^2*(sqrt(1 + ((a - y)/c)^2) - 1)", parameters="c = 1.0", labels="real"
    ),
    Natural("poisson", "exp(a) - y*a", labels="real", refused="the value overflows"),
    Natural(
        "poisson_sp", "softplus(a) - y*log(softplus(a))", labels="real", refused="on the way, at a"
    ),
    Natural("msle", "(log(1 + max(a, 0)) - log(1 + max(y, 0)))^2", labels="real"),
    Natural("my_log_cosh", "abs(a - y) + softplus(-2*abs(a - y)) - log(2)", labels="real"),
    Natural("logistic", "log(1 + exp(-y*a))", labels="real"),
    Natural("expectile", "where(a > y, 1 - q, q)*(a - y)^2", parameters="q = 0.8", labels="real"),
    Natural(
        "wing",
        "where(abs(a - y) < w, w*log(1 + abs(a - y)/eps), abs(a - y) - w + w*log(1 + w/eps))",
        parameters="w = 10.0, eps = 2.0",
        labels="real",
    ),
    Natural(
        "smooth_q",
        "t*softplus((a - y)/t) - q*(a - y)",
        parameters="t = 0.5, q = 0.3",
        labels="real",
    ),
    Natural("bce", "max(a, 0) - a*y + log(1 + exp(-abs(a)))", labels="unit"),
    Natural(
        "linex",
        "exp(k*(a - y)) - k*(a - y) - 1",
        parameters="k = 0.5",
        labels="real",
        refused="the value overflows",
    ),
    Natural("mod_huber", "where(a*y >= -1, max(0, 1 - a*y)^2, -4*a*y)", labels="real"),
    Natural("log_dist", "log(1 + abs(a - y))", labels="real"),
    Natural(
        "barron",
        "abs(al - 2)/al*((((a - y)/c)^2/abs(al - 2) + 1)^(al/2) - 1)",
        parameters="al = 1.0, c = 1.0",
        labels="real",
        refused="an exponent must be a number",
    ),
    Natural("hard_sigmoid", "min(max(x/6 + 0.5, 0), 1)"),
    Natural("squareplus1", "0.5*(x + sqrt(x^2 + 4))"),
    Natural("bipolar_sigmoid", "(1 - exp(-x))/(1 + exp(-x))"),
    Natural("lecun_tanh", "1.7159*tanh(2*x/3)"),
    Natural("elliott", "0.5*x/(1 + abs(x)) + 0.5"),
    Natural("cloglog", "1 - exp(-exp(x))"),
    Natural("loglog", "exp(-exp(-x))"),
    Natural("reglu", "x*max(x, 0)"),
    Natural("swiglu", "x^2*sigmoid(x)"),
    Natural("eswish", "beta*x*sigmoid(x)", parameters="beta = 1.5"),
    Natural(
        "hard_elish",
        "where(x >= 0, x*max(0, min(1, (x + 1)/2)), (exp(x) - 1)*max(0, min(1, (x + 1)/2)))",
    ),
    Natural("snake_cos", "x - cos(2*x)/2"),
    Natural("sinc_relu", "max(x, 0) + 0.1*sin(x)"),
    Natural("tanhshrink", "x - tanh(x)"),
    Natural("rectified_quadratic", "where(abs(x) < 1, 1 - x^2, 0)"),
    Natural("erf_act", "erf(x)"),
    Natural("quick_gelu", "x*sigmoid(1.702*x)"),
    Natural(
        "laplace_act",
        "0.5*(1 + erf((x - mu)/(sd*sqrt(2))))",
        parameters="mu = 0.707107, sd = 0.282095",
    ),
    Natural("dSiLU", "sigmoid(x)*(1 + x*(1 - sigmoid(x)))"),
    Natural("penal", "where(x > 0, log(1 + x), x)"),
    Natural("soft_step", "0.5 + x/(2*sqrt(1 + x^2))"),
    Natural("arsinh_abs", "where(x >= 0, 1, -1)*log(abs(x) + sqrt(x^2 + 1))"),
    Natural("softplus_beta", "log(1 + exp(be*x))/be", parameters="be = 2.0"),
    Natural("selu_own", "1.0507009873554805*where(x > 0, x, 1.6732632423543772*(exp(x) - 1))"),
    Natural("relun", "min(max(x, 0), top)", parameters="top = 2.0"),
    Natural("smoothstep", "where(x < -0.5, 0, where(x > 0.5, 1, -2*x^3 + 1.5*x + 0.5))"),
    Natural(
        "bce_probs", "-y*log(a) - (1 - y)*log(1 - a)", labels="unit", refused="is not defined at a"
    ),
    Natural(
        "tweedie_log", "-y*exp(-0.5*a)/(-0.5) + exp(0.5*a)/0.5", labels="real", refused="overflows"
    ),
    Natural("gamma_log", "a + y*exp(-a)", labels="real", refused="overflows"),
    Natural("squared_hinge_half", "0.5*max(0, 1 - a*y)^2", labels="real"),
    Natural("log_hinge", "log(1 + max(0, 1 - a*y))", labels="real"),
    Natural(
        "smooth_hinge",
        "where(a*y >= 1, 0, where(a*y <= 0, 0.5 - a*y, 0.5*(1 - a*y)^2))",
        labels="real",
    ),
    Natural("savage", "1/(1 + exp(a*y))^2", labels="real"),
    Natural("tangent_like", "(2*tanh(a*y) - 1)^2", labels="real"),
    Natural("exp_loss", "exp(-a*y)", labels="real", refused="overflows"),
    Natural("ramp", "min(1, max(0, 1 - a*y))", labels="real"),
    Natural(
        "smooth_l1",
        "where(abs(a - y) < be, 0.5*(a - y)^2/be, abs(a - y) - 0.5*be)",
        parameters="be = 0.5",
        labels="real",
    ),
    Natural("l1_smooth_tanh", "(a - y)*tanh(a - y)", labels="real"),
    Natural("xsigmoid", "2*(a - y)*sigmoid(a - y) - (a - y)", labels="real"),
    Natural(
        "fair", "c^2*(abs(a - y)/c - log(1 + abs(a - y)/c))", parameters="c = 1.4", labels="real"
    ),
    Natural("relative", "(a - y)^2/(1 + y^2)", labels="real"),
    Natural("dice_like", "1 - (2*sigmoid(a)*y + 1)/(sigmoid(a) + y + 1)", labels="unit"),
    Natural("brier", "(sigmoid(a) - y)^2", labels="unit"),
    Natural("hellinger", "(exp(-softplus(-a)/2) - sqrt(y))^2", labels="unit"),
    Natural(
        "hellinger_real", "(sqrt(sigmoid(a)) - sqrt(y))^2", labels="real", refused="not defined"
    ),
    Natural("tanh_exp", "x*tanh(exp(x))"),
    Natural("lorentzian", "1/(1 + x^2)"),
    Natural("tangent_loss", "(2*tanh(y*a) - 1)^2", labels="real"),
    Natural("savage", "1/(1 + exp(y*a))^2", labels="real"),
    Natural(
        "berhu",
        "where(abs(a - y) <= c, abs(a - y), ((a - y)^2 + c^2)/(2*c))",
        parameters="c = 0.5",
        labels="real",
    ),
    Natural(
        "andrews",
        "where(abs(a - y) <= 3.141592653589793*c, c^2*(1 - cos((a - y)/c)), 2*c^2)",
        parameters="c = 1.3",
        labels="real",
    ),
    Natural("label_margin", "softplus(margin - a*y)", parameters="margin = 0.5", labels="real"),
    Natural(
        "wbce", "pos*y*softplus(-a) + (1 - y)*softplus(a)", parameters="pos = 3.0", labels="unit"
    ),
    Natural("barron1", "sqrt((a - y)^2/c^2 + 1) - 1", parameters="c = 0.7", labels="real"),
    Natural("logcosh_sp", "(a - y) + softplus(-2*(a - y)) - log(2)", labels="real"),
    Natural("sq_log", "log(1 + (a - y)^2)", labels="real"),
    Natural(
        "hardshrink",
        "where(abs(x) > lam, x, 0)",
        parameters="lam = 0.5",
        refused="the formula jumps at x = -0.5",
    ),
    Natural(
        "soft_exponential",
        "(exp(al*x) - 1)/al + al",
        parameters="al = 0.5",
        refused="the value overflows",
    ),
    Natural(
        "srs",
        "x/(x/al + exp(-x/be))",
        parameters="al = 5.0, be = 3.0",
        refused="on the way, at x = -2",
    ),
    Natural(
        "gamma_sp", "log(softplus(a)) + y/softplus(a)", labels="real", refused="the value overflows"
    ),
    Natural(
        "gce",
        "y*(1 - sigmoid(a)^0.7)/0.7 + (1 - y)*(1 - (1 - sigmoid(a))^0.7)/0.7",
        labels="unit",
        refused="needs at most 16 in size",
    ),
    Natural(
        "log_cosh_own",
        "log((exp(a - y) + exp(y - a))/2)",
        labels="real",
        refused="on the way, at a - y = -7",
    ),
    Natural(
        "tukey_fitted",
        "where(abs(a - y) <= c, c^2/6*(1 - (1 - ((a - y)/c)^2)^3), c^2/6)",
        parameters="c = 4.6851",
        labels="real",
    ),
    Natural(
        "cauchy_fitted", "c^2/2*log(1 + ((a - y)/c)^2)", parameters="c = 2.3849", labels="real"
    ),
    Natural(
        "welsch_fitted", "c^2/2*(1 - exp(-((a - y)/c)^2))", parameters="c = 2.9846", labels="real"
    ),
)


def main() -> int:
    """The command; returns the exit status."""
    chosen = [n for n in NATURAL if not sys.argv[1:] or n.name in sys.argv[1:]]
    faults = 0
    for natural in chosen:
        started = time.process_time()
        fault = natural.fault()
        faults += bool(fault)
        said = fault or natural.refused or "proved"
        print(f"{natural.name:14} {time.process_time() - started:5.1f} s  {said}", flush=True)
    refused = sum(bool(n.refused) for n in chosen)
    print(f"{len(chosen)} formulas, {refused} to be refused with the place, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
