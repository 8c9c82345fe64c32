"""Normalisation, attention, recurrence, and a layer below others, with true and false claims."""

from __future__ import annotations

from fractions import Fraction

from tests.tensors.build import E, Net, f, grad, num, size

from .items import HALF, Claims, Item, K, M, batch

# -- normalisation ----------------------------------------------------------------------------


def normalisation(kind: str) -> Item:
    """LayerNorm ("layer"), BatchNorm ("batch"), RMSNorm ("rms"): staged and closed gradients."""
    net, x = batch()
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


# -- any depth --------------------------------------------------------------------------------


def from_the_layer_above() -> Item:
    """From layer l+1 to l, whatever lies above: what is above is not looked at."""
    net = Net()
    z = net.leaf("Z", K, M)
    a = net.define("A", f("g", z))
    w = net.leaf("W", "n", K)
    above = net.define("U", w @ a + net.leaf("b", "n"))
    net.define("J", f("gout", above, 0).total())
    du = grad(net, "U")
    good = [
        (grad(net, "A"), w.T @ du),
        (grad(net, "Z"), (w.T @ du) * f("g", z, 1)),
        (grad(net, "W"), du @ a.T),
        (grad(net, "b"), du.sum(1)),
    ]
    bad = [
        (grad(net, "Z"), w.T @ du),
        (grad(net, "Z"), (w.T @ du) * f("g", a, 1)),
        (grad(net, "W"), du @ z.T),
        (grad(net, "b"), du @ a.T @ w.T @ du.sum(1)),
    ]
    return net, good, bad
