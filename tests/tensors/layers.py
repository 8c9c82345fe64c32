"""Normalisation and attention layers with true and false claims about their gradients."""

from __future__ import annotations

from fractions import Fraction

from tensors.build import E, Net, f, grad, num, size, softmax

Claims = list[tuple[str, E]]
HALF = Fraction(1, 2)


def normalisation(kind: str, *, columns: bool = True) -> tuple[Net, Claims, Claims]:
    """LayerNorm ("layer"), BatchNorm ("batch") and RMSNorm ("rms")."""
    net = Net()
    features = 0 if columns else 1
    axis = 1 - features if kind == "batch" else features
    n = size("m" if kind == "batch" else "n")

    def shaped(name: str, rows: str | int, cols: str | int, **kw: str) -> E:
        rows, cols = (rows, cols) if columns else (cols, rows)
        return net.leaf(name, rows, cols, **kw)  # type: ignore[arg-type]

    x, eps = shaped("x", "n", "m"), net.leaf("eps", domain="positive")
    if kind == "rms":
        mean, variance = num(0), net.define("var", (x**2).sum(axis) / n)
    else:
        mean = net.define("mu", x.sum(axis) / n)
        variance = net.define("var", ((x - mean) ** 2).sum(axis) / n)
    r = net.define("r", (variance + eps) ** -HALF)
    unit = net.define("xh", (x - mean) * r)
    gain, shift = shaped("gamma", "n", 1), shaped("beta", "n", 1)
    out = net.define("out", gain * unit + shift)
    net.define("J", (shaped("C", "n", "m") * out).total())
    do, du, dv = (grad(net, name) for name in ("out", "xh", "var"))
    examples = 1 - features
    good: Claims = [
        ("beta", do.sum(examples)),
        ("gamma", (do * unit).sum(examples)),
        ("xh", do * gain),
        ("var", -HALF * (du * (x - mean)).sum(axis) * (variance + eps) ** Fraction(-3, 2)),
    ]
    bad: Claims = [
        ("x", r * du),
        ("gamma", do.sum(examples)),
        ("r", -(du * (x - mean)).sum(axis)),
        ("var", HALF * (du * (x - mean)).sum(axis) * (variance + eps) ** Fraction(-3, 2)),
    ]
    if kind == "rms":
        good.append(("x", r * (du - unit * (du * unit).sum(axis) / n)))
        return net, good, bad
    upstream = do * gain
    good += [
        ("x", r / n * (n * du - du.sum(axis) - unit * (du * unit).sum(axis))),
        ("x", r / n * (n * upstream - upstream.sum(axis) - unit * (upstream * unit).sum(axis))),
        ("mu", -((du * r).sum(axis)) + dv * -2 / n * (x - mean).sum(axis)),
        ("mu", -((du * r).sum(axis))),
        ("x", du * r + dv * 2 * (x - mean) / n + grad(net, "mu") / n),
    ]
    bad += [
        ("x", r * (du - unit * (du * unit).sum(axis) / n)),
        ("x", r / n * (n * du - du.sum(1 - axis) - unit * (du * unit).sum(axis))),
    ]
    return net, good, bad


def attention(*, masked: bool) -> tuple[Net, Claims, Claims]:
    """Scaled dot-product attention; a mask adds a constant to the scores."""
    net = Net()
    q, k, v = net.leaf("Q", "t", "d"), net.leaf("K", "s", "d"), net.leaf("V", "s", "v")
    root = size("d") ** -HALF
    scores = (q @ k.T) * root
    if masked:
        scores = scores + net.leaf("M", "t", "s")
    net.define("S", scores)
    weights = net.define("P", softmax(E(net.program().symbol("S")), 1))
    out = net.define("O", weights @ v)
    net.define("J", (net.leaf("C", "t", "v") * out).total())
    ds, dp, do = (grad(net, n) for n in ("S", "P", "O"))
    direct = weights * (do @ v.T - ((do @ v.T) * weights).sum(1))
    good: Claims = [
        ("V", weights.T @ do),
        ("P", do @ v.T),
        ("S", weights * (dp - (dp * weights).sum(1))),
        ("S", weights * (dp - (do * out).sum(1))),
        ("S", direct),
        ("Q", ds @ k * root),
        ("K", ds.T @ q * root),
        ("Q", direct @ k * root),
        ("K", direct.T @ q * root),
    ]
    bad: Claims = [
        ("S", weights * (1 - weights) * dp),
        ("S", weights * (dp - (dp * weights).sum(0))),
        ("Q", ds @ k),
        ("K", ds.T @ q),
        ("K", ds.T @ q / size("d")),
    ]
    return net, good, bad


def recurrent() -> tuple[Net, Claims, Claims]:
    """Three steps of a recurrent network with shared weights."""
    net = Net()
    wh, wx, b = net.leaf("Wh", "h", "h"), net.leaf("Wx", "h", "i"), net.leaf("b", "h", 1)
    states = [net.leaf("h0", "h", 1)]
    inputs = [net.leaf(f"x{t}", "i", 1) for t in range(3)]
    for t in range(3):
        z = net.define(f"z{t}", wh @ states[-1] + wx @ inputs[t] + b)
        states.append(net.define(f"h{t + 1}", f("g", z)))
    net.define("J", (net.leaf("c", "h", 1) * states[-1]).total())
    dz = [grad(net, f"z{t}") for t in range(3)]
    z1 = E(net.program().symbol("z1"))
    good: Claims = [
        ("Wh", dz[0] @ states[0].T + dz[1] @ states[1].T + dz[2] @ states[2].T),
        ("Wx", dz[0] @ inputs[0].T + dz[1] @ inputs[1].T + dz[2] @ inputs[2].T),
        ("b", dz[0] + dz[1] + dz[2]),
        ("z1", (wh.T @ dz[2]) * f("g", z1, 1)),
        ("h1", wh.T @ dz[1]),
    ]
    bad: Claims = [
        ("Wh", dz[2] @ states[2].T),
        ("Wh", dz[0] @ states[0].T + dz[1] @ states[1].T),
        ("z1", (wh @ dz[2]) * f("g", z1, 1)),
        ("b", dz[2]),
    ]
    return net, good, bad
