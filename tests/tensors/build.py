"""A small notation for programs in tests: names with shapes and ordinary operators."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derive import program as p
from derive.scalars import table

Number = int | Fraction


@dataclass(frozen=True)
class E:
    """An expression with ``@``, ``*``, ``+``, ``-``, ``/``, ``**`` and ``.T``."""

    e: p.Expr

    @property
    def T(self) -> E:
        return E(p.Transpose(self.e))

    def __matmul__(self, o: E) -> E:
        return E(p.MatMul(self.e, o.e))

    def __mul__(self, o: E | Number) -> E:
        return E(p.Times(self.e, lift(o)))

    def __rmul__(self, o: Number) -> E:
        return E(p.Times(lift(o), self.e))

    def __add__(self, o: E | Number) -> E:
        return E(p.Plus(self.e, lift(o)))

    def __radd__(self, o: Number) -> E:
        return E(p.Plus(lift(o), self.e))

    def __neg__(self) -> E:
        return E(p.negate(self.e))

    def __sub__(self, o: E | Number) -> E:
        return E(p.minus(self.e, lift(o)))

    def __rsub__(self, o: Number) -> E:
        return E(p.minus(lift(o), self.e))

    def __truediv__(self, o: E | Number) -> E:
        return E(p.divide(self.e, lift(o)))

    def __rtruediv__(self, o: Number) -> E:
        return E(p.divide(lift(o), self.e))

    def __pow__(self, o: Number) -> E:
        return E(p.Power(self.e, Fraction(o)))

    def sum(self, axis: int) -> E:
        return E(p.Sum(self.e, axis))

    def mean(self, axis: int) -> E:
        dim = self.e.shape[axis]
        assert isinstance(dim, str)
        return self.sum(axis) / size(dim)

    def total(self) -> E:
        return E(p.total(self.e))


def lift(value: E | Number) -> p.Expr:
    return value.e if isinstance(value, E) else p.number(value)


def num(value: Number) -> E:
    return E(p.number(value))


def size(dim: str) -> E:
    return E(p.Size(dim))


def eye(dim: p.Dim) -> E:
    return E(p.Eye(dim))


def f(name: str, x: E, order: int = 0) -> E:
    return E(p.Apply(name, order, x.e))


def softmax(x: E, axis: int) -> E:
    return E(p.softmax(x.e, axis))


KNOWN = {name: table.function(name) for name in table.NAMES}
ABS = p.Function(
    "abs",
    p.Times(
        p.Symbol("x", p.SCALAR),
        p.minus(p.Times(p.number(2), p.Apply("step", 0, p.Symbol("x", p.SCALAR))), p.ONE),
    ),
)


class Net:
    """Collects leaves and definitions; `program(cost)` gives the Program."""

    def __init__(self) -> None:
        self.leaves: dict[str, p.Leaf] = {}
        self.definitions: dict[str, p.Expr] = {}

    def leaf(
        self,
        name: str,
        rows: p.Dim = 1,
        columns: p.Dim = 1,
        domain: str = "real",
        labels: int | None = None,
    ) -> E:
        self.leaves[name] = p.Leaf((rows, columns), domain, labels)
        return E(p.Symbol(name, (rows, columns)))

    def define(self, name: str, value: E) -> E:
        self.definitions[name] = value.e
        return E(p.Symbol(name, value.e.shape))

    def program(self, cost: str | None = "J") -> p.Program:
        names: set[str] = set()
        for e in self.definitions.values():
            names |= {n.function for n in p.walk(e) if isinstance(n, p.Apply)}
        names |= {f"g{n}" for n in range(5)} | {"g", "gout"}
        functions = {**KNOWN, "abs": ABS}
        for n in sorted(names - set(p.PRIMITIVES)):
            functions.setdefault(n, p.Function(n))
        for parameter in table.PARAMETERS:
            self.leaves.setdefault(parameter, p.Leaf(p.SCALAR, "positive"))
        return p.Program(self.leaves, self.definitions, functions, cost)


def grad(net: Net, name: str) -> E:
    shape = net.leaves[name].dims if name in net.leaves else net.definitions[name].shape
    return E(p.Gradient(name, shape))
