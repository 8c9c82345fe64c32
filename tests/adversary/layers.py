"""What networks are made of, each with true and false claims about its gradients.

Examples are columns; `mirror` makes rows of them.  `ITEMS` names each once.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from derive.scalars import table
from tests.tensors.build import E, Net, f, grad, num, size, softmax

Claims = list[tuple[E, E]]
Item = tuple[Net, Claims, Claims]
"""A network, what is true of it, and what is not."""
HALF = Fraction(1, 2)
K, M = "n", "m"


def _batch(domain: str = "real") -> tuple[Net, E]:
    net = Net()
    return net, net.leaf("Z", K, M, domain=domain)


def _weighed(net: Net, value: E) -> tuple[E, E, E]:
    """J = sum of C * A for A = value; A, its gradient and that of Z."""
    a = net.define("A", value)
    net.define("J", (net.leaf("C", K, M) * a).total())
    return a, grad(net, "A"), grad(net, "Z")


def _scalar(name: str) -> E:
    from derive.program import SCALAR, Symbol

    return E(Symbol(name, SCALAR))


PI = _scalar("pi")
"""The number 3.14159..."""


def _gelu_slope(z: E) -> E:
    return (
        HALF * (1 + f("erf", z * num(2) ** -HALF)) + z * f("exp", -HALF * z**2) * (2 * PI) ** -HALF
    )


SLOPES: dict[str, tuple[Callable[[E, E], E], Callable[[E, E], E]]] = {
    "sigmoid": (lambda a, z: a * (1 - a), lambda a, z: a * (1 + a)),
    "tanh": (lambda a, z: 1 - a**2, lambda a, z: 1 - a),
    "softplus": (lambda a, z: f("sigmoid", z), lambda a, z: 1 - f("sigmoid", z)),
    "relu": (lambda a, z: f("step", z), lambda a, z: f("step", -z)),
    "leaky_relu": (
        lambda a, z: _scalar("slope") + (1 - _scalar("slope")) * f("step", z),
        lambda a, z: _scalar("slope") + (1 + _scalar("slope")) * f("step", z),
    ),
    "elu": (
        lambda a, z: f("step", z) + (1 - f("step", z)) * (a + _scalar("alpha")),
        lambda a, z: f("step", z) + (1 - f("step", z)) * a,
    ),
    "selu": (
        lambda a, z: (
            _scalar("selu_scale")
            * (f("step", z) + (1 - f("step", z)) * _scalar("selu_alpha") * f("exp", z))
        ),
        lambda a, z: f("step", z) + (1 - f("step", z)) * _scalar("selu_alpha") * f("exp", z),
    ),
    "silu": (
        lambda a, z: a + f("sigmoid", z) * (1 - a),
        lambda a, z: a + f("sigmoid", z) * (1 + a),
    ),
    "gelu": (lambda a, z: _gelu_slope(z), lambda a, z: HALF * (1 + f("erf", z)) + z),
    "gelu_tanh": (lambda a, z: f("gelu_tanh", z, 1), lambda a, z: f("gelu", z, 1)),
    "softsign": (
        lambda a, z: (1 + f("abs", z)) ** -2,
        lambda a, z: (1 + f("abs", z)) ** -1,
    ),
    "mish": (lambda a, z: f("mish", z, 1), lambda a, z: f("tanh", f("softplus", z))),
    "g": (lambda a, z: f("g", z, 1), lambda a, z: f("g", z, 2)),
}


def activation(name: str) -> Item:
    """dZ = dA * f'(Z), with f' in its known form and as it is written."""
    net, z = _batch()
    a, da, dz = _weighed(net, f(name, z))
    right, wrong = SLOPES[name]
    good: Claims = [(dz, da * right(a, z)), (dz, da * f(name, z, 1))]
    return net, good, [(dz, da * wrong(a, z)), (dz, da * a), (da, dz * right(a, z))]


def softmax_layer() -> Item:
    net, z = _batch()
    a, da, dz = _weighed(net, softmax(z, 0))
    good: Claims = [(dz, a * (da - (a * da).sum(0)))]
    return net, good, [(dz, a * (1 - a) * da), (dz, a * (da - (a * da).sum(1)))]


def log_softmax() -> Item:
    net, z = _batch()
    a, da, dz = _weighed(net, z - f("log", f("exp", z).sum(0)))
    good: Claims = [(dz, da - softmax(z, 0) * da.sum(0)), (dz, da - f("exp", a) * da.sum(0))]
    return net, good, [(dz, da - softmax(z, 0) * da), (dz, da - a * da.sum(0))]


# -- losses -----------------------------------------------------------------------------------


def _entries(tree: object, a: E, y: E) -> E:
    from derive.program import Expr, Symbol, children, with_children

    def put(e: Expr) -> Expr:
        if isinstance(e, Symbol):
            return {"a": a.e, "y": y.e}.get(e.name, e)
        return with_children(e, tuple(map(put, children(e))))

    assert isinstance(tree, Expr)
    return E(put(tree))


GRADIENTS: dict[str, Callable[[E, E], E]] = {
    "squared_error": lambda a, y: 2 * (a - y),
    "half_squared_error": lambda a, y: a - y,
    "mse": lambda a, y: 2 * (a - y) / size(K),
    "binary_cross_entropy": lambda a, y: (a - y) / (a * (1 - a)),
    "cross_entropy": lambda a, y: -y / a,
    "kl": lambda a, y: -y / a,
    "mae": lambda a, y: (2 * f("step", a - y) - 1) / size(K),
    "log_cosh": lambda a, y: f("tanh", a - y),
    "huber": lambda a, y: (
        (1 - _above(a - y) - _above(y - a)) * (a - y)
        + _scalar("delta") * (_above(a - y) - _above(y - a))
    ),
}


def _above(d: E) -> E:
    return f("step", d - _scalar("delta"))


def loss(name: str) -> Item:
    """dA from the loss's definition, and dZ behind a softmax and behind an arbitrary function."""
    net, z = _batch()
    labels = "unit" if table.loss_labels(name) != "real" else "real"
    y = net.leaf("Y", K, M, domain=labels)
    out = softmax(z, 0) if table.loss_domain(name) != "real" else f("g", z)
    if name == "binary_cross_entropy":
        out = f("sigmoid", z)
    a = net.define("A", out)
    cost = _entries(table.loss_entry(name), a, y).total() / size(M)
    net.define("J", cost / size(K) if table.loss_reduction(name) == "mean" else cost)
    da, dz = grad(net, "A"), grad(net, "Z")
    slope = GRADIENTS[name](a, y) / size(M)
    back = f("g", z, 1) * da
    if table.loss_domain(name) != "real":
        back = a * (da - (a * da).sum(0)) if name != "binary_cross_entropy" else a * (1 - a) * da
    good: Claims = [(da, slope), (dz, back)]
    return net, good, [(da, -slope), (da, slope * size(M)), (dz, back * a), (dz, da)]


def softmax_with(name: str) -> Item:
    """The full Jacobian of softmax behind a loss, written out."""
    net, z = _batch()
    y = net.leaf("Y", K, M)
    a = net.define("A", softmax(z, 0))
    cost = _entries(table.loss_entry(name), a, y).total() / size(M)
    net.define("J", cost / size(K) if table.loss_reduction(name) == "mean" else cost)
    g = GRADIENTS[name](a, y)
    good: Claims = [(grad(net, "Z"), a * (g - (a * g).sum(0)) / size(M))]
    return net, good, [(grad(net, "Z"), a * (1 - a) * g / size(M)), (grad(net, "Z"), g / size(M))]


def cross_entropy(*, sums_to_one: bool) -> Item:
    net, z = _batch()
    y = net.leaf("Y", K, M, labels=0 if sums_to_one else None)
    a = net.define("A", softmax(z, 0))
    net.define("J", -(y * f("log", a)).total() / size(M))
    dz = size(M) * grad(net, "Z")
    full: Claims = [(dz, a * y.sum(0) - y)]
    short: Claims = [(dz, a - y)]
    wrong: Claims = [(dz, y - a), (dz, a * y.sum(1) - y)]
    return (net, full + short, wrong) if sums_to_one else (net, full, short + wrong)


def from_logits() -> Item:
    net, z = _batch()
    y = net.leaf("Y", K, M, labels=0)
    net.define("J", (y * (f("log", f("exp", z).sum(0)) - z)).total() / size(M))
    dz = size(M) * grad(net, "Z")
    return net, [(dz, softmax(z, 0) - y)], [(dz, softmax(z, 1) - y), (dz, f("sigmoid", z) - y)]


def binary_from_logits() -> Item:
    net, z = _batch()
    y = net.leaf("Y", K, M)
    net.define("J", (f("softplus", z) - y * z).total() / size(M))
    dz = size(M) * grad(net, "Z")
    good: Claims = [(dz, f("sigmoid", z) - y), (dz, 1 - f("sigmoid", -z) - y)]
    return net, good, [(dz, f("sigmoid", -z) - y), (dz, f("softplus", z) - y)]


def label_smoothing() -> Item:
    net, z = _batch()
    y, eps = net.leaf("Y", K, M, labels=0), net.leaf("eps", domain="unit")
    a = net.define("A", softmax(z, 0))
    t = net.define("T", (1 - eps) * y + eps / size(K))
    net.define("J", -(t * f("log", a)).total() / size(M))
    dz = size(M) * grad(net, "Z")
    good: Claims = [(dz, a - t), (dz, a - (1 - eps) * y - eps / size(K))]
    return net, good, [(dz, a - y), (dz, a - (1 - eps) * y - eps), (dz, (1 - eps) * (a - y))]


def temperature() -> Item:
    net, z = _batch()
    y, t = net.leaf("Y", K, M, labels=0), net.leaf("tau", domain="positive")
    a = net.define("A", softmax(z / t, 0))
    net.define("J", -(y * f("log", a)).total() / size(M))
    dz, dt = size(M) * grad(net, "Z"), grad(net, "tau")
    good: Claims = [(dz, (a - y) / t), (dt, -((a - y) * z).total() / (size(M) * t**2))]
    return (
        net,
        good,
        [(dz, a - y), (dz, (a - y) * t), (dt, ((a - y) * z).total() / (size(M) * t**2))],
    )


def penalty(power: int) -> Item:
    net = Net()
    w, lam = net.leaf("W", K, M), net.leaf("lambda")
    size_of = f("abs", w) if power == 1 else HALF * w**2
    net.define("J", lam * size_of.total())
    dw = grad(net, "W")
    right, wrong = (2 * f("step", w) - 1, f("step", w)) if power == 1 else (w, 2 * w)
    return net, [(dw, lam * right)], [(dw, lam * wrong), (dw, right), (dw, -lam * right)]


def dropout() -> Item:
    net, z = _batch()
    mask, keep = net.leaf("R", K, M), net.leaf("keep", domain="positive")
    _, da, dz = _weighed(net, f("g", z) * mask / keep)
    slope = f("g", z, 1)
    good: Claims = [(dz, da * mask / keep * slope)]
    return net, good, [(dz, da * slope), (dz, da * mask * slope), (dz, da * mask * keep * slope)]


# -- normalisation ----------------------------------------------------------------------------


def normalisation(kind: str) -> Item:
    """LayerNorm ("layer"), BatchNorm ("batch"), RMSNorm ("rms"): staged and closed gradients."""
    net, x = _batch()
    eps = net.leaf("eps", domain="positive")
    axis, n = (1, size(M)) if kind == "batch" else (0, size(K))
    mean = num(0) if kind == "rms" else net.define("mu", x.sum(axis) / n)
    centred = x if kind == "rms" else x - mean
    variance = net.define("var", (centred**2).sum(axis) / n)
    r = net.define("r", (variance + eps) ** -HALF)
    unit = net.define("U", centred * r)
    gain, shift = net.leaf("gamma", K), net.leaf("beta", K)
    net.define("out", gain * unit + shift)
    net.define("J", (net.leaf("C", K, M) * E(net.program(None).symbol("out"))).total())
    d = {name: grad(net, name) for name in ("out", "U", "var", "Z", "beta", "gamma", "r")}
    good: Claims = [
        (d["beta"], d["out"].sum(1)),
        (d["gamma"], (d["out"] * unit).sum(1)),
        (d["U"], d["out"] * gain),
        (d["r"], (d["U"] * centred).sum(axis)),
        (d["var"], -HALF * (d["U"] * centred).sum(axis) * (variance + eps) ** Fraction(-3, 2)),
    ]
    bad: Claims = [
        (d["Z"], r * d["U"]),
        (d["gamma"], d["out"].sum(1)),
        (d["var"], HALF * (d["U"] * centred).sum(axis) * (variance + eps) ** Fraction(-3, 2)),
    ]
    along = unit * (d["U"] * unit).sum(axis)
    if kind == "rms":
        good.append((d["Z"], r * (d["U"] - along / n)))
        good.append((d["Z"], d["U"] * r + 2 * d["var"] * x / n))
        return net, good, [*bad, (d["Z"], r * (d["U"] - along))]
    up = d["out"] * gain
    dmu = grad(net, "mu")
    good += [
        (dmu, -(d["U"] * r).sum(axis)),
        (d["Z"], d["U"] * r + 2 * d["var"] * centred / n + dmu / n),
        (d["Z"], r / n * (n * d["U"] - d["U"].sum(axis) - along)),
        (d["Z"], r / n * (n * up - up.sum(axis) - unit * (up * unit).sum(axis))),
    ]
    bad += [
        (d["Z"], r * (d["U"] - along / n)),
        (d["Z"], r / n * (n * d["U"] - d["U"].sum(1 - axis) - along)),
        (dmu, (d["U"] * r).sum(axis)),
    ]
    return net, good, bad


# -- attention and recurrence -----------------------------------------------------------------


def attention(mask: str) -> Item:
    """Scaled dot-product attention; mask: "", "added" to the scores, or "causal" (times 0 or 1).

    A causal mask is one fixed array among all; what holds for every array holds for it.
    """
    net = Net()
    q, k, v = net.leaf("Q", "t", "d"), net.leaf("K", "s", "d"), net.leaf("V", "s", "v")
    root = size("d") ** -HALF
    scores = q @ k.T * root
    s = net.define("S", scores + net.leaf("B", "t", "s") if mask == "added" else scores)
    raw = (
        f("exp", s) * net.leaf("B", "t", "s", domain="positive")
        if mask == "causal"
        else f("exp", s)
    )
    w = net.define("P", raw / raw.sum(1))
    out = net.define("O", w @ v)
    net.define("J", (net.leaf("C", "t", "v") * out).total())
    ds, dp, do = (grad(net, name) for name in "SPO")
    direct = w * (do @ v.T - ((do @ v.T) * w).sum(1))
    good: Claims = [
        (grad(net, "V"), w.T @ do),
        (dp, do @ v.T),
        (ds, w * (dp - (dp * w).sum(1))),
        (ds, w * (dp - (do * out).sum(1))),
        (ds, direct),
        (grad(net, "Q"), ds @ k * root),
        (grad(net, "K"), ds.T @ q * root),
        (grad(net, "Q"), direct @ k * root),
        (grad(net, "K"), direct.T @ q * root),
    ]
    bad: Claims = [
        (ds, w * (1 - w) * dp),
        (ds, w * (dp - (dp * w).sum(0))),
        (grad(net, "Q"), ds @ k),
        (grad(net, "K"), ds.T @ q / size("d")),
    ]
    return net, good, bad


def recurrent(steps: int) -> Item:
    """A recurrent network with shared weights, unrolled."""
    net = Net()
    wh, wx, b = net.leaf("Wh", "h", "h"), net.leaf("Wx", "h", "i"), net.leaf("b", "h")
    states, inputs = [net.leaf("h0", "h", M)], [net.leaf(f"x{t}", "i", M) for t in range(steps)]
    for t in range(steps):
        z = net.define(f"z{t}", wh @ states[-1] + wx @ inputs[t] + b)
        states.append(net.define(f"h{t + 1}", f("tanh", z)))
    net.define("J", (net.leaf("c", "h", M) * states[-1]).total())
    dz = [grad(net, f"z{t}") for t in range(steps)]

    def over(parts: list[E]) -> E:
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    last = steps - 1
    good: Claims = [
        (grad(net, "Wh"), over([dz[t] @ states[t].T for t in range(steps)])),
        (grad(net, "Wx"), over([dz[t] @ inputs[t].T for t in range(steps)])),
        (grad(net, "b"), over([dz[t].sum(1) for t in range(steps)])),
        (dz[last], grad(net, f"h{steps}") * (1 - states[steps] ** 2)),
        (grad(net, f"h{last}"), wh.T @ dz[last]),
    ]
    bad: Claims = [
        (grad(net, "Wh"), dz[last] @ states[steps].T),
        (grad(net, f"h{last}"), wh @ dz[last]),
        (grad(net, "b"), over(dz)),
    ]
    if steps > 1:
        good.append((dz[0], (wh.T @ dz[1]) * (1 - states[1] ** 2)))
        bad.append((grad(net, "Wh"), dz[last] @ states[last].T))
    return net, good, bad


# -- second derivatives -----------------------------------------------------------------------


def second(name: str) -> Item:
    net, z = _batch()
    net.define("J", (net.leaf("C", K, M) * f(name, z)).total())
    a, d = f(name, z), f(name, z, 2)
    s = f("sigmoid", z)
    right, wrong = {
        "sigmoid": (a * (1 - a) * (1 - 2 * a), a * (1 - a) * (1 - a)),
        "tanh": (-2 * a * (1 - a**2), 2 * a * (1 - a**2)),
        "softplus": (s * (1 - s), s),
        "silu": (s * (1 - s) * (2 + z * (1 - 2 * s)), s * (1 - s) * (1 + z * (1 - 2 * s))),
        "gelu": (
            f("exp", -HALF * z**2) * (2 - z**2) * (2 * PI) ** -HALF,
            f("exp", -HALF * z**2) * (1 - z**2) * (2 * PI) ** -HALF,
        ),
    }[name]
    return net, [(d, right)], [(d, wrong)]


_ACTIVATIONS = {name.replace("_", "-"): (lambda n=name: activation(n)) for name in SLOPES}
_LOSSES = {f"loss {name}": (lambda n=name: loss(n)) for name in GRADIENTS}
_SOFTMAX = {
    f"softmax with {name}": (lambda n=name: softmax_with(n))
    for name in GRADIENTS
    if table.loss_labels(name) == "real"
}
ITEMS: dict[str, Callable[[], Item]] = {
    **_ACTIVATIONS,
    "softmax": softmax_layer,
    "log-softmax": log_softmax,
    **_LOSSES,
    **_SOFTMAX,
    "cross-entropy, labels sum to one": lambda: cross_entropy(sums_to_one=True),
    "cross-entropy, any labels": lambda: cross_entropy(sums_to_one=False),
    "cross-entropy from logits": from_logits,
    "binary cross-entropy from logits": binary_from_logits,
    "label smoothing": label_smoothing,
    "temperature": temperature,
    "L1": lambda: penalty(1),
    "L2": lambda: penalty(2),
    "dropout": dropout,
    "LayerNorm": lambda: normalisation("layer"),
    "BatchNorm": lambda: normalisation("batch"),
    "RMSNorm": lambda: normalisation("rms"),
    "attention": lambda: attention(""),
    "attention, mask added": lambda: attention("added"),
    "attention, causal mask": lambda: attention("causal"),
    "recurrent step": lambda: recurrent(1),
    "recurrent, three steps": lambda: recurrent(3),
    **{
        f"second derivative of {name}": (lambda n=name: second(n))
        for name in ("sigmoid", "tanh", "softplus", "silu", "gelu")
    },
}
"""Every listed item but residual connections and tied weights, which `networks` holds."""
