"""Cells and blocks that share arrays or gates: each with true and false claims about its gradients."""

from __future__ import annotations

from fractions import Fraction

from tests.tensors.build import E, Net, eye, f, grad, num, size, softmax

from .items import HALF, Claims, Item, M


def _weighed(net: Net, value: E) -> None:
    net.define("J", (net.leaf("C", *value.e.shape) * value).total())


def lstm() -> Item:
    """One step: gates i, f, o, candidate c, the state s that they make, the output."""
    net = Net()
    z = {gate: net.leaf(f"Z{gate}", "h", M) for gate in "ifoc"}
    before = net.leaf("s0", "h", M)
    i, keep, o = (net.define(gate, f("sigmoid", z[gate])) for gate in "ifo")
    new = net.define("c", f("tanh", z["c"]))
    state = net.define("s", keep * before + i * new)
    _weighed(net, net.define("h", o * f("tanh", state)))
    dh, ds = grad(net, "h"), grad(net, "s")
    good: Claims = [
        (ds, dh * o * (1 - f("tanh", state) ** 2)),
        (grad(net, "Zo"), dh * f("tanh", state) * o * (1 - o)),
        (grad(net, "Zf"), ds * before * keep * (1 - keep)),
        (grad(net, "Zi"), ds * new * i * (1 - i)),
        (grad(net, "Zc"), ds * i * (1 - new**2)),
        (grad(net, "s0"), ds * keep),
    ]
    bad: Claims = [
        (ds, dh * o * (1 - state**2)),
        (grad(net, "Zf"), ds * state * keep * (1 - keep)),
        (grad(net, "Zc"), ds * i * (1 - new)),
    ]
    return net, good, bad


def gru() -> Item:
    """One step: the update gate u, the reset gate r within the candidate."""
    net = Net()
    u, r = (net.define(gate, f("sigmoid", net.leaf(f"Z{gate}", "h", M))) for gate in "ur")
    before, weights, below = net.leaf("h0", "h", M), net.leaf("U", "h", "h"), net.leaf("q", "h", M)
    new = net.define("c", f("tanh", below + weights @ (r * before)))
    _weighed(net, net.define("h", (1 - u) * before + u * new))
    dh = grad(net, "h")
    inner = dh * u * (1 - new**2)
    good: Claims = [
        (grad(net, "Zu"), dh * (new - before) * u * (1 - u)),
        (grad(net, "U"), inner @ (r * before).T),
        (grad(net, "h0"), dh * (1 - u) + r * (weights.T @ inner)),
        (grad(net, "Zr"), before * (weights.T @ inner) * r * (1 - r)),
    ]
    bad: Claims = [
        (grad(net, "Zu"), dh * new * u * (1 - u)),
        (grad(net, "U"), inner @ before.T),
        (grad(net, "h0"), dh * (1 - u) + weights.T @ inner),
    ]
    return net, good, bad


def tied_autoencoder() -> Item:
    """One matrix encodes and, transposed, decodes; the input is the label."""
    net = Net()
    x, w = net.leaf("X", "d", M), net.leaf("W", "h", "d")
    z = net.define("Z", w @ x + net.leaf("b", "h"))
    a = net.define("A", f("g", z))
    out = net.define("R", w.T @ a + net.leaf("c", "d"))
    net.define("J", HALF * ((out - x) ** 2).total() / size(M))
    dr, dz = grad(net, "R"), grad(net, "Z")
    good: Claims = [
        (dr, (out - x) / size(M)),
        (dz, (w @ dr) * f("g", z, 1)),
        (grad(net, "W"), dz @ x.T + a @ dr.T),
        (grad(net, "X"), w.T @ dz - dr),
    ]
    bad: Claims = [
        (grad(net, "W"), dz @ x.T),
        (grad(net, "W"), 2 * (dz @ x.T)),
        (grad(net, "X"), w.T @ dz),
    ]
    return net, good, bad


def contrastive() -> Item:
    """Each row of U belongs to the same row of V: cross-entropy of similarities (InfoNCE)."""
    net = Net()
    u, v = net.leaf("U", M, "d"), net.leaf("V", M, "d")
    tau = net.leaf("tau", domain="positive")
    s = net.define("S", u @ v.T / tau)
    a = net.define("P", softmax(s, 1))
    net.define("J", -(eye(M) * f("log", a)).total() / size(M))
    off = (a - eye(M)) / size(M)
    good: Claims = [
        (grad(net, "S"), off),
        (grad(net, "U"), off @ v / tau),
        (grad(net, "V"), off.T @ u / tau),
        (grad(net, "tau"), -(off * s).total() / tau),
    ]
    bad: Claims = [
        (grad(net, "U"), off @ v),
        (grad(net, "V"), off @ u / tau),
        (grad(net, "tau"), (off * s).total() / tau),
    ]
    return net, good, bad


def pre_norm_block() -> Item:
    """A residual block: RMSNorm, a layer, GELU, a layer, added to what came in."""
    net = Net()
    x, gain = net.leaf("X", "d", M), net.leaf("gamma", "d")
    root = net.define("r", ((x**2).mean(0) + net.leaf("eps", domain="positive")) ** HALF)
    unit = net.define("N", gain * x / root)
    first, second = net.leaf("W1", "h", "d"), net.leaf("W2", "d", "h")
    z = net.define("Z", first @ unit)
    out = net.define("Y", x + second @ net.define("A", f("gelu", z)))
    _weighed(net, out)
    dy, dn = grad(net, "Y"), grad(net, "N")
    back = gain * dn
    good: Claims = [
        (grad(net, "Z"), (second.T @ dy) * f("gelu", z, 1)),
        (dn, first.T @ grad(net, "Z")),
        (grad(net, "gamma"), (dn * x / root).sum(1)),
        (grad(net, "X"), dy + (back - x * (back * x).mean(0) / root**2) / root),
    ]
    bad: Claims = [
        (grad(net, "X"), dy + back / root),
        (grad(net, "X"), (back - x * (back * x).mean(0) / root**2) / root),
        (grad(net, "X"), dy + (back - x * (back * x).mean(0) / root) / root),
    ]
    return net, good, bad


def losses_over_time() -> Item:
    """Two recurrent steps with a softmax and a cross-entropy at each."""
    net = Net()
    wh, wx, wy = net.leaf("Wh", "h", "h"), net.leaf("Wx", "h", "i"), net.leaf("Wy", "k", "h")
    states, costs = [net.leaf("h0", "h", M)], []
    for t in (1, 2):
        z = net.define(f"z{t}", wh @ states[-1] + wx @ net.leaf(f"x{t}", "i", M))
        states.append(net.define(f"h{t}", f("tanh", z)))
        out = net.define(f"o{t}", wy @ states[-1])
        label = net.leaf(f"y{t}", "k", M, labels=0)
        costs.append((label, out, -(label * f("log", softmax(out, 0))).total()))
    net.define("J", costs[0][2] + costs[1][2])
    d = {name: grad(net, name) for name in ("o1", "o2", "z1", "z2", "h1", "Wh", "Wy")}
    (y1, o1, _), _ = costs
    good: Claims = [
        (d["o1"], softmax(o1, 0) - y1),
        (d["h1"], wy.T @ d["o1"] + wh.T @ d["z2"]),
        (d["h1"], wy.T @ (softmax(o1, 0) - y1) + wh.T @ ((1 - states[2] ** 2) * (wy.T @ d["o2"]))),
        (d["Wh"], d["z1"] @ states[0].T + d["z2"] @ states[1].T),
        (d["Wy"], d["o1"] @ states[1].T + d["o2"] @ states[2].T),
    ]
    bad: Claims = [
        (d["h1"], wh.T @ d["z2"]),
        (d["Wh"], d["z1"] @ states[1].T + d["z2"] @ states[2].T),
        (d["Wy"], d["o2"] @ states[2].T),
    ]
    return net, good, bad


def focal() -> Item:
    """-(1 - p)^2 log p for p = sigmoid(z)."""
    net = Net()
    z = net.leaf("Z", "n", M)
    a = net.define("A", f("sigmoid", z))
    net.define("J", -((1 - a) ** 2 * f("log", a)).total())
    inner = 2 * a * f("log", a)
    dz = grad(net, "Z")
    good: Claims = [(dz, (1 - a) ** 2 * (inner + a - 1))]
    return net, good, [(dz, (1 - a) * (inner + a - 1)), (dz, (1 - a) ** 2 * (inner * HALF + a - 1))]


def directions() -> Item:
    """Columns of length 1."""
    net = Net()
    x = net.leaf("X", "d", M)
    length = net.define("r", (x**2).sum(0) ** Fraction(1, 2))
    unit = net.define("U", x / length)
    _weighed(net, f("g", unit))
    dx, du = grad(net, "X"), grad(net, "U")
    good: Claims = [
        (dx, (du - unit * (unit * du).sum(0)) / length),
        ((unit**2).sum(0), length**0),
        ((dx * x).sum(0), num(0) * length),
    ]
    bad: Claims = [(dx, du / length), (dx, (du - unit * (unit * du).sum(0)) / length**2)]
    return net, good, bad


CELLS = {
    "LSTM cell": lstm,
    "GRU cell": gru,
    "tied autoencoder": tied_autoencoder,
    "contrastive loss": contrastive,
    "pre-norm block": pre_norm_block,
    "losses over time": losses_over_time,
    "focal loss": focal,
    "directions": directions,
}
