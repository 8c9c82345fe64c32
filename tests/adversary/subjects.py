"""True claims to start from: the library's, those of `layers`, and freshly drawn networks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.library.claims import library_claims
from derive.program import Equation, Gradient, Program, Times
from derive.scalars import table
from tests.tensors.build import E, Net, f, grad, num, size, softmax

from .layers import GRADIENTS, ITEMS, Claims
from .mirror import mirrored, mirrored_equation

HALF = Fraction(1, 2)
OUTPUTS = ("softmax", "log_softmax", "g", *table.NAMES)


@dataclass(frozen=True)
class Subject:
    """A program with equations that are true of it."""

    name: str
    program: Program
    claims: tuple[Equation, ...]


def library() -> Iterator[Subject]:
    """Every rule of the project's library."""
    for claim in library_claims():
        yield Subject(claim.name, claim.program, (claim.statement,))


def items(layout: str) -> Iterator[Subject]:
    """Everything that `layers` lists."""
    for name, make in ITEMS.items():
        net, good, _ = make()
        yield _subject(f"{name}, {layout}", net, good, layout)


def networks(seed: int, count: int) -> Iterator[Subject]:
    """Random stacks of dense layers."""
    for k in range(count):
        rng = random.Random(f"network {seed} {k}")
        layout = rng.choice(("columns", "rows"))
        hidden = rng.choice(("g", "g", "sigmoid", "tanh", "relu", *table.NAMES))
        kind = rng.choice(("plain", "plain", "square", "square", "residual", "tied", "l2"))
        pairs = (("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy"), None, None)
        pair = rng.choice(pairs)
        out, loss = pair or _any_pair(rng)
        depth = rng.choice((1, 2, 2, 3, 3, 4))
        summed = rng.random() < 0.5
        net, good = network(depth, hidden, out, loss, kind, summed=summed)
        name = f"{depth} {hidden} {out} {loss} {kind} {'m' if summed else '1'} {layout}"
        yield _subject(name, net, good, layout)


def _any_pair(rng: random.Random) -> tuple[str, str]:
    loss = rng.choice(table.LOSSES)
    domain = table.loss_domain(loss)
    outputs = OUTPUTS if domain == "real" else ("softmax", "sigmoid")
    return rng.choice(outputs), loss


def _subject(name: str, net: Net, good: Claims, layout: str) -> Subject:
    program, claims = net.program(), [Equation(left.e, right.e) for left, right in good]
    if layout == "rows":
        program, claims = mirrored(program), [mirrored_equation(c) for c in claims]
    return Subject(name, program, tuple(claims))


def network(
    depth: int, hidden: str, out: str, loss: str, kind: str = "plain", *, summed: bool = False
) -> tuple[Net, Claims]:
    """A stack with examples as columns and its backward pass.

    kind: "plain", "square" (all layers of one width: a transpose fits where it does not
    belong), "residual", "tied" or "l2".  summed: dZ and dA are m times the gradients.
    """
    net = Net()
    alike = {"square": depth + 1, "residual": depth, "tied": depth}.get(kind, 0)
    units = ["n" if k < alike else f"n{k}" for k in range(depth + 1)]
    below = net.leaf("X", units[0], "m")
    values, weights, sums = [below], [E(below.e)], [E(below.e)]
    for k in range(1, depth + 1):
        shared = kind == "tied" and 1 < k < depth
        w = weights[1] if shared else net.leaf(f"W{k}", units[k], units[k - 1])
        z = net.define(f"Z{k}", w @ values[-1] + net.leaf(f"b{k}", units[k]))
        value = _activated(out if k == depth else hidden, z, k)
        if kind == "residual" and k < depth:
            value = value + values[-1]
        values.append(net.define(f"A{k}", value))
        weights.append(w)
        sums.append(z)
    labels = 0 if loss == "cross_entropy" else None
    domain = "real" if table.loss_labels(loss) == "real" or labels == 0 else "unit"
    y = net.leaf("Y", units[depth], "m", domain=domain, labels=labels)
    cost = _total_loss(loss, values[-1], y, units[depth])
    if kind == "l2":
        lam = net.leaf("lambda")
        for k in range(1, depth + 1):
            cost = cost + HALF * lam * (weights[k] ** 2).total()
    net.define("J", cost)
    return net, _backward(net, depth, hidden, out, loss, kind, summed, values, weights, sums)


def _activated(name: str, z: E, k: int) -> E:
    if name == "softmax":
        return softmax(z, 0)
    if name == "log_softmax":
        return z - f("log", f("exp", z).sum(0))
    return f(f"g{k}" if name == "g" else name, z)


def _total_loss(loss: str, a: E, y: E, units: str) -> E:
    from .layers import _entries

    cost = _entries(table.loss_entry(loss), a, y).total() / size("m")
    return cost / size(units) if table.loss_reduction(loss) == "mean" else cost


def _backward(
    net: Net,
    depth: int,
    hidden: str,
    out: str,
    loss: str,
    kind: str,
    summed: bool,
    values: list[E],
    weights: list[E],
    sums: list[E],
) -> Claims:
    scale = size("m") if summed else num(1)
    mean = (lambda e: e / size("m")) if summed else (lambda e: e)

    def d(name: str) -> E:
        return scale * grad(net, name) if summed else grad(net, name)

    good: Claims = [(d(f"Z{depth}"), _top(net, depth, out, loss, d, values, sums, summed))]
    for k in range(depth, 0, -1):
        dz = d(f"Z{k}")
        outer, penalty = mean(dz @ values[k - 1].T), 0
        if kind == "l2":
            penalty = E(net.program(None).symbol("lambda")) * weights[k]
        if kind != "tied" or (k in (1, depth) and depth < 3):
            good.append((grad(net, f"W{k}"), outer + penalty if penalty else outer))
        good.append((grad(net, f"b{k}"), mean(dz.sum(1))))
        if k == 1:
            break
        back = weights[k].T @ dz
        if kind == "residual":
            back = back + d(f"A{k}") if k < depth else back
            good.append((d(f"A{k - 1}"), back))
            back = d(f"A{k - 1}")
        slope = f(f"g{k - 1}" if hidden == "g" else hidden, sums[k - 1], 1)
        good.append((d(f"Z{k - 1}"), back * slope))
    if kind == "tied" and depth > 2:
        terms = [mean(d(f"Z{k}") @ values[k - 1].T) for k in range(1, depth)]
        total = terms[0]
        for term in terms[1:]:
            total = total + term
        good.append((grad(net, "W1"), total))
    return good


def _top(
    net: Net,
    depth: int,
    out: str,
    loss: str,
    d: object,
    values: list[E],
    sums: list[E],
    summed: bool,
) -> E:
    a, z, y = values[depth], sums[depth], E(net.program(None).symbol("Y"))
    share = num(1) if summed else size("m") ** -1
    if (out, loss) in (("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")):
        return a - y if summed else (a - y) * share
    g = GRADIENTS[loss](a, y) * share
    g = _resized(g, str(y.e.shape[0]))
    if out == "softmax":
        return a * (g - (a * g).sum(0))
    if out == "log_softmax":
        return g - softmax(z, 0) * g.sum(0)
    if out == "sigmoid":
        return g * a * (1 - a)
    return g * f(f"g{depth}" if out == "g" else out, z, 1)


def _resized(e: E, units: str) -> E:
    """`GRADIENTS` speak of n outputs."""
    from derive.program import Expr, Size, children, with_children

    def put(x: Expr) -> Expr:
        return Size(units) if x == Size("n") else with_children(x, tuple(map(put, children(x))))

    return E(put(e.e))


def gradient_of(claim: Equation) -> str | None:
    """The name whose gradient the left side is, up to a factor."""
    left = claim.left.right if isinstance(claim.left, Times) else claim.left
    return left.name if isinstance(left, Gradient) else None
