"""What the listed items share: their type, and the cost that weighs an array."""

from __future__ import annotations

from fractions import Fraction

from tests.tensors.build import E, Net, grad

Claims = list[tuple[E, E]]
Item = tuple[Net, Claims, Claims]
"""A network, what is true of it, and what is not."""
HALF = Fraction(1, 2)
K, M = "n", "m"


def batch(domain: str = "real") -> tuple[Net, E]:
    net = Net()
    return net, net.leaf("Z", K, M, domain=domain)


def weighed(net: Net, value: E) -> tuple[E, E, E]:
    """J = sum of C * A for A = value; A, its gradient and that of Z."""
    a = net.define("A", value)
    net.define("J", (net.leaf("C", K, M) * a).total())
    return a, grad(net, "A"), grad(net, "Z")


def scalar(name: str) -> E:
    from derive.program import SCALAR, Symbol

    return E(Symbol(name, SCALAR))


PI = scalar("pi")
"""The number 3.14159..."""
