"""Dense stacks in both layouts, with the claims that notes make about them."""

from __future__ import annotations

from fractions import Fraction

from tensors.build import E, Net, f, grad, num, size, softmax

Claim = tuple[str, E, E]
"""A label, the left side and the right side."""


def stack(
    depth: int = 2,
    *,
    out: str = "softmax",
    loss: str = "ce",
    hidden: str = "g",
    columns: bool = True,
    residual: bool = False,
    l2: bool = False,
    labels: bool = True,
    tied: bool = False,
) -> tuple[Net, dict[str, E]]:
    """A multilayer perceptron; `hidden` "g" gives every layer an arbitrary function."""
    net = Net()
    s: dict[str, E] = {}

    def leaf(name: str, rows: object, cols: object, **kw: object) -> E:
        rows, cols = (rows, cols) if columns else (cols, rows)
        return net.leaf(name, rows, cols, **kw)  # type: ignore[arg-type]

    def units(layer: int) -> str:
        if layer < depth and (residual or tied):
            return "n0"
        return f"n{layer}"

    previous = s["A0"] = leaf("X", units(0), "m")
    for layer in range(1, depth + 1):
        shared = tied and 1 < layer < depth
        w = s["W1"] if shared else leaf(f"W{layer}", units(layer), units(layer - 1))
        b = leaf(f"b{layer}", units(layer), 1)
        z = net.define(f"Z{layer}", (w @ previous if columns else previous @ w) + b)
        if layer < depth:
            value = f(hidden if hidden != "g" else f"g{layer}", z)
            value = value + previous if residual else value
        elif out == "softmax":
            value = softmax(z, 0 if columns else 1)
        else:
            value = z * 1 if out == "id" else f("gout" if out == "g" else out, z)
        a = net.define(f"A{layer}", value)
        s.update({f"W{layer}": w, f"b{layer}": b, f"Z{layer}": z, f"A{layer}": a})
        previous = a
    axis = 0 if columns else 1
    y = s["Y"] = leaf("Y", units(depth), "m", labels=axis if loss == "ce" and labels else None)
    net.define("J", _cost(loss, previous, y, net, s, l2))
    return net, s


def _cost(loss: str, a: E, y: E, net: Net, s: dict[str, E], l2: bool) -> E:
    m = size("m")
    if loss == "ce":
        cost = -(y * f("log", a)).total() / m
    elif loss == "bce":
        cost = -(y * f("log", a) + (1 - y) * f("log", 1 - a)).total() / m
    elif loss == "mse":
        cost = ((a - y) ** 2).total() / m
    elif loss == "half":
        cost = ((a - y) ** 2).total() / m * Fraction(1, 2)
    else:
        cost = f("abs", a - y).total() / m
    if l2:
        lam = s["lam"] = net.leaf("lam")
        weights = {id(w): w for name, w in s.items() if name.startswith("W")}
        for w in weights.values():
            cost = cost + lam / m * Fraction(1, 2) * (w**2).total()
    return cost


def claims(depth: int = 2, *, columns: bool = True, **kw: object) -> tuple[Net, list[Claim]]:
    """The backward pass as notes write it; dZ and dA carry the factor m."""
    net, s = stack(depth, columns=columns, **kw)  # type: ignore[arg-type]
    m = size("m")

    def d(name: str) -> E:
        return m * grad(net, name)

    out: list[Claim] = [(f"dZ{depth}", d(f"Z{depth}"), _output(depth, s, columns, **kw))]
    for layer in range(depth, 0, -1):
        dz, before = d(f"Z{layer}"), s[f"A{layer - 1}"]
        w = (dz @ before.T if columns else before.T @ dz) / m
        if kw.get("l2"):
            w = w + s["lam"] / m * s[f"W{layer}"]
        if not kw.get("tied"):
            out.append((f"dW{layer}", grad(net, f"W{layer}"), w))
        out.append((f"db{layer}", grad(net, f"b{layer}"), dz.sum(1 if columns else 0) / m))
        if layer == 1:
            break
        back = s[f"W{layer}"].T @ dz if columns else dz @ s[f"W{layer}"].T
        if kw.get("residual"):
            back = back + d(f"A{layer}") if layer < depth else back
            out.append((f"dA{layer - 1}", d(f"A{layer - 1}"), back))
            back = d(f"A{layer - 1}")
        hidden = str(kw.get("hidden", "g"))
        g = hidden if hidden != "g" else f"g{layer - 1}"
        out.append((f"dZ{layer - 1}", d(f"Z{layer - 1}"), back * f(g, s[f"Z{layer - 1}"], 1)))
    return net, out


def _output(depth: int, s: dict[str, E], columns: bool, **kw: object) -> E:
    a, y, z = s[f"A{depth}"], s["Y"], s[f"Z{depth}"]
    pair = (kw.get("out", "softmax"), kw.get("loss", "ce"))
    if pair in (("softmax", "ce"), ("sigmoid", "bce")):
        return a - y
    if pair[0] == "softmax":
        g = 2 * (a - y)
        return a * (g - (a * g).sum(0 if columns else 1))
    if pair[0] == "sigmoid":
        return 2 * (a - y) * a * (1 - a)
    if pair[0] == "id":
        return (num(2) if pair[1] == "mse" else num(1)) * (a - y)
    return (a - y) * f("gout", z, 1)
