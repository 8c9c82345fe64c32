"""What networks are made of, each with true and false claims about its gradients.

Examples are columns; `mirror` makes rows of them.  `ITEMS` names each once.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.scalars import table
from tests.tensors.build import E, Net, f, grad, num, size, softmax

from .cells import CELLS
from .composites import attention, from_the_layer_above, normalisation, recurrent
from .items import HALF, PI, Claims, Item, K, M, batch, scalar, weighed


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
        lambda a, z: scalar("slope") + (1 - scalar("slope")) * f("step", z),
        lambda a, z: scalar("slope") + (1 + scalar("slope")) * f("step", z),
    ),
    "elu": (
        lambda a, z: f("step", z) + (1 - f("step", z)) * (a + scalar("alpha")),
        lambda a, z: f("step", z) + (1 - f("step", z)) * a,
    ),
    "selu": (
        lambda a, z: (
            scalar("selu_scale")
            * (f("step", z) + (1 - f("step", z)) * scalar("selu_alpha") * f("exp", z))
        ),
        lambda a, z: f("step", z) + (1 - f("step", z)) * scalar("selu_alpha") * f("exp", z),
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
    net, z = batch()
    a, da, dz = weighed(net, f(name, z))
    right, wrong = SLOPES[name]
    good: Claims = [(dz, da * right(a, z)), (dz, da * f(name, z, 1))]
    return net, good, [(dz, da * wrong(a, z)), (dz, da * a), (da, dz * right(a, z))]


def softmax_layer() -> Item:
    net, z = batch()
    a, da, dz = weighed(net, softmax(z, 0))
    good: Claims = [(dz, a * (da - (a * da).sum(0)))]
    return net, good, [(dz, a * (1 - a) * da), (dz, a * (da - (a * da).sum(1)))]


def log_softmax() -> Item:
    net, z = batch()
    a, da, dz = weighed(net, z - f("log", f("exp", z).sum(0)))
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
        + scalar("delta") * (_above(a - y) - _above(y - a))
    ),
}


def _above(d: E) -> E:
    return f("step", d - scalar("delta"))


def loss(name: str) -> Item:
    """dA from the loss's definition, and dZ behind a softmax and behind an arbitrary function."""
    net, z = batch()
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
    net, z = batch()
    y = net.leaf("Y", K, M)
    a = net.define("A", softmax(z, 0))
    cost = _entries(table.loss_entry(name), a, y).total() / size(M)
    net.define("J", cost / size(K) if table.loss_reduction(name) == "mean" else cost)
    g = GRADIENTS[name](a, y)
    good: Claims = [(grad(net, "Z"), a * (g - (a * g).sum(0)) / size(M))]
    return net, good, [(grad(net, "Z"), a * (1 - a) * g / size(M)), (grad(net, "Z"), g / size(M))]


def cross_entropy(*, sums_to_one: bool) -> Item:
    net, z = batch()
    y = net.leaf("Y", K, M, labels=0 if sums_to_one else None)
    a = net.define("A", softmax(z, 0))
    net.define("J", -(y * f("log", a)).total() / size(M))
    dz = size(M) * grad(net, "Z")
    full: Claims = [(dz, a * y.sum(0) - y)]
    short: Claims = [(dz, a - y)]
    wrong: Claims = [(dz, y - a), (dz, a * y.sum(1) - y)]
    return (net, full + short, wrong) if sums_to_one else (net, full, short + wrong)


def from_logits() -> Item:
    net, z = batch()
    y = net.leaf("Y", K, M, labels=0)
    net.define("J", (y * (f("log", f("exp", z).sum(0)) - z)).total() / size(M))
    dz = size(M) * grad(net, "Z")
    return net, [(dz, softmax(z, 0) - y)], [(dz, softmax(z, 1) - y), (dz, f("sigmoid", z) - y)]


def binary_from_logits() -> Item:
    net, z = batch()
    y = net.leaf("Y", K, M)
    net.define("J", (f("softplus", z) - y * z).total() / size(M))
    dz = size(M) * grad(net, "Z")
    good: Claims = [(dz, f("sigmoid", z) - y), (dz, 1 - f("sigmoid", -z) - y)]
    return net, good, [(dz, f("sigmoid", -z) - y), (dz, f("softplus", z) - y)]


def label_smoothing() -> Item:
    net, z = batch()
    y, eps = net.leaf("Y", K, M, labels=0), net.leaf("eps", domain="unit")
    a = net.define("A", softmax(z, 0))
    t = net.define("T", (1 - eps) * y + eps / size(K))
    net.define("J", -(t * f("log", a)).total() / size(M))
    dz = size(M) * grad(net, "Z")
    good: Claims = [(dz, a - t), (dz, a - (1 - eps) * y - eps / size(K))]
    return net, good, [(dz, a - y), (dz, a - (1 - eps) * y - eps), (dz, (1 - eps) * (a - y))]


def temperature() -> Item:
    net, z = batch()
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
    net, z = batch()
    mask, keep = net.leaf("R", K, M), net.leaf("keep", domain="positive")
    _, da, dz = weighed(net, f("g", z) * mask / keep)
    slope = f("g", z, 1)
    good: Claims = [(dz, da * mask / keep * slope)]
    return net, good, [(dz, da * slope), (dz, da * mask * slope), (dz, da * mask * keep * slope)]


# -- second derivatives -----------------------------------------------------------------------


def second(name: str) -> Item:
    net, z = batch()
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
    "from the layer above": from_the_layer_above,
    "recurrent step": lambda: recurrent(1),
    "recurrent, three steps": lambda: recurrent(3),
    **{
        f"second derivative of {name}": (lambda n=name: second(n))
        for name in ("sigmoid", "tanh", "softplus", "silu", "gelu")
    },
    **CELLS,
}
"""Every listed item but residual connections and tied weights, which `networks` holds."""
