"""False statements of kinds that no edit of a true one makes.

In: nothing.  Out: `EQUATIONS`, by kind, with the program that each is about, and `CHAINS`.  Each
kind is a way in which a prover might be fooled: a rule that holds for most values only, an axis
taken for the other, a size for a number, a way around a factor, a number made for the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce
from itertools import pairwise

from derive import program as p
from derive.check.domains import HIGHEST, LOGARITHM_PRIMES, tower
from derive.program import Composition, Equation, Index, Jacobian, Program
from tests.tensors.build import E, Net, eye, f, grad, num, size, softmax

Pair = tuple[E, E]
Attack = tuple[Program, Equation]
HALF = Fraction(1, 2)
SIZE = ("n", "m")


def relu(x: E) -> E:
    return f("relu", x)


def step(x: E) -> E:
    return f("step", x)


def log(x: E) -> E:
    return f("log", x)


class Names:
    """One leaf of each kind, no definitions."""

    def __init__(self) -> None:
        net = Net()
        self.A, self.S = net.leaf("A", "n", "n"), net.leaf("S", "n", "n", labels=0)
        self.B, self.V = net.leaf("B", *SIZE), net.leaf("V", *SIZE)
        self.P, self.Q = net.leaf("P", *SIZE, "positive"), net.leaf("Q", *SIZE, "unit")
        self.Y, self.R = net.leaf("Y", *SIZE, labels=0), net.leaf("R", *SIZE, labels=1)
        self.x, self.y, self.r = net.leaf("x", "n"), net.leaf("y", "n"), net.leaf("r", 1, "m")
        self.n, self.m = size("n"), size("m")
        self.program = net.program(None)


N = Names()
A, B, V, P, Q, Y, R = N.A, N.B, N.V, N.P, N.Q, N.Y, N.R
x, y, r, n, m = N.x, N.y, N.r, N.n, N.m
ONES, NONE = B**0, 0 * B
I, J, C = Index("i", "n"), Index("j", "n"), Index("k", "n")  # noqa: E741


def opposite(of: E) -> Pair:
    """True except where the argument is 0."""
    return step(-of), 1 - step(of)


PLAIN: dict[str, list[Pair]] = {
    "kinks under division and powers": [
        (f("abs", B) / B, ONES),
        (relu(B) ** -1 * relu(B), NONE),
        (step(B) / step(B), ONES),
        (step(B) ** -1 * step(B), ONES),
        ((step(B) - step(B) ** 2) ** -1, ONES),
        (0 * (step(B) * (1 - step(B))) ** -1, NONE),
        ((B**2) ** HALF, B),
        (f("abs", B) ** 3, B**3),
        ((B**2) ** Fraction(3, 2), B**3),
        ((B**2) ** Fraction(1, 4), B**HALF),
        (NONE**-1, NONE),
        (NONE / NONE, ONES),
        ((B - B) / (B - B), ONES),
        (eye("n") ** -1, eye("n")),
    ],
    "steps at 0": [
        (step(NONE), ONES),
        (step(NONE), HALF * ONES),
        opposite(relu(B)),
        opposite(relu(B) - relu(V)),
        opposite(V * relu(B)),
        opposite(f("exp", relu(B)) - 1),
        opposite(f("relu", B, 1)),
        opposite(B - B),
        opposite(eye("n")),
        opposite(f("g", relu(B)) - f("g", relu(V))),
        (step(relu(B) * V), step(V)),
        (step(B * V), step(B) * step(V)),
        (step(relu(B) ** 2), ONES),
        (step(f("abs", relu(B))), ONES),
        (step(step(B) - 1), step(B)),
        (f("leaky_relu", -relu(B), 1), 1 - f("leaky_relu", relu(B), 1)),
    ],
    "domains of logarithms and roots": [
        (log(B**2), 2 * log(B)),
        (log(-B), log(B)),
        (log(1 - Q), -log(Q)),
        ((-B) ** HALF * (-B) ** HALF, B),
        ((-P) ** Fraction(1, 3), P ** Fraction(1, 3)),
        (log(P + Q), log(P) + log(Q)),
        (f("exp", 2 * log(P)), 2 * P),
        ((P + Q) ** HALF, P**HALF + Q**HALF),
    ],
    "what has no value": [(0 * log(num(0)), num(0)), (0 * log(B - B), 0 * B)],
    "softmax with constants over the wrong axis": [
        (softmax(B + x, 0), softmax(B, 0)),
        (softmax(B + r, 1), softmax(B, 1)),
        (softmax(2 * B, 0), softmax(B, 0)),
        (softmax(B + relu(B), 0), softmax(B, 0)),
        (softmax(B, 0).sum(1), x**0),
        (softmax(B, 0).total(), n),
        (softmax(A, 0), softmax(A, 1).T),
        (softmax(A, 0).sum(1), softmax(A, 1).sum(0).T),
    ],
    "sizes as numbers": [
        (n, m),
        (n * m, m**2),
        ((n - 1) * (n - 2), num(0)),
        ((n - 1) * (n - 2) * (n - 3) * (n - 4) * (n - 5), num(0)),
        ((n * m) ** HALF, n),
        (step(n - 3), num(1)),
        (step(4 - n), num(0)),
        (B.total() / n, B.total() / m),
        (ONES.sum(1), n * x**0),
        (ONES.total(), n + m),
        (f("exp", n), f("exp", m)),
    ],
    "labels": [
        (Y.sum(1), x**0),
        (R.sum(0), r**0),
        (Y.total(), num(1)),
        (Y**2, Y),
        ((Y**2).sum(0), r**0),
        ((Y * B).sum(0), Y.sum(0) * B.sum(0)),
        (Y @ r.T**0, x**0),
        (f("g", Y).sum(0), f("g", r**0)),
        (N.S.sum(1), N.S.sum(0).T),
        ((N.S @ N.S).sum(1), A.sum(1) ** 0),
        ((N.S * eye("n")).sum(0), A.sum(0) ** 0),
        ((1 - Y).sum(0), 0 * r),
    ],
    "transposes and products": [
        (x @ y.T, y @ x.T),
        (A, A.T),
        (A @ A.T, A.T @ A),
        (A**2, A @ A),
        (relu(A @ B), relu(A) @ relu(B)),
        (x + 0 * A, x.T + 0 * A),
        ((x @ x.T).total(), (x.T @ x).total()),
        ((eye("n") * A).total(), A.total()),
        (f("g", eye("n") * A), eye("n") * f("g", A)),
        (f("exp", eye("n")), f("exp", num(1)) * eye("n")),
    ],
    "numbers of one example": [
        ((B + 1).sum(0), B.sum(0) + 1),
        ((x * r).sum(0), x.sum(0) * r * n),
        ((x + r).sum(1), x + r.sum(1)),
        (B.total() ** 2, (B**2).total()),
        ((x.sum(0) * y.sum(0)), (x * y).sum(0)),
    ],
}


def made_for_the_field() -> list[Pair]:
    """Numbers that are 0, or exponents that are 1, modulo the primes of a field."""
    primes = [*tower(HIGHEST)[:3], *tower(2, b"claim"), 2**61 - 1]
    lower = p_product(LOGARITHM_PRIMES)
    out: list[Pair] = [(B**q, B) for q in primes]
    out += [(num(q) * B, NONE) for q in [*primes, lower, 2 * lower + 1]]
    out += [(f("exp", num(q) * B), ONES) for q in primes]
    out += [(P ** ((q - 1) // 2), ONES) for q in primes]
    for x in (P, B - 3):  # which has a logarithm at no real point that is tried
        out += [(log(x**lower), 0 * log(x)), (num(lower) * log(x), 0 * log(x))]
    return out


def p_product(numbers: tuple[int, ...]) -> int:
    out = 1
    for q in numbers:
        out *= q
    return out


def indexed() -> Iterator[Equation]:
    """Deltas, bound letters that are used again, derivatives by an entry of something else."""

    def at(e: E, row: Index) -> p.Expr:
        return p.Entry(e.e, row, None)

    delta, zero = p.Delta(I, J), p.ZERO
    inner = p.SumOver(I, at(x, I))
    for left, right, free in (
        (delta, p.ONE, (I, J)),
        (delta, zero, (I, J)),
        (p.Power(delta, Fraction(-1)), delta, (I, J)),
        (p.Times(delta, p.Delta(J, C)), p.Delta(I, C), (I, J, C)),
        (p.Apply("g", 0, delta), p.Times(delta, p.Apply("g", 0, p.ONE)), (I, J)),
        (p.SumOver(J, p.Apply("exp", 0, delta)), p.Plus(f("exp", num(1)).e, n.e), (I,)),
        (p.SumOver(I, p.Times(at(x, I), inner)), (x**2).total().e, ()),
        (p.Build(I, None, inner), x.e, ()),
        (p.Partial(at(x, I), "x", J, None), p.ONE, (I, J)),
        (
            p.Partial(p.Power(at(x, I), Fraction(2)), "x", J, None),
            p.Times(p.number(2), at(x, J)),
            (I, J),
        ),
    ):
        yield Equation(left, right, free)


def at_small_sizes() -> Iterator[Equation]:
    """What is 0 at many sizes, or along lines of them, and not at all."""
    factors = (p.Plus(p.Size("n"), p.number(-k)) for k in range(1, 12))
    roots = reduce(p.Times, factors)  # 0 where n is 1 to 11
    line = p.minus(p.Times(p.number(2), p.Size("n")), p.Size("m"))
    lines = p.Times(line, p.Times(p.Plus(line, p.number(-2)), p.Plus(line, p.number(-6))))
    for value in (roots, lines):
        yield Equation(p.Times(p.Delta(I, I), value), p.ZERO, (I,))


# -- programs with a cost ----------------------------------------------------------------------


def not_in_the_cost() -> Iterator[Attack]:
    """Gradients with respect to something that the cost does not hold."""
    net = Net()
    w, a, v = net.leaf("W", "n", "n"), net.leaf("X", *SIZE), net.leaf("V", "n", "n")
    z = net.define("Z", w @ a)
    net.define("J", (z**2).total())
    net.define("K", v.total())
    dw, dv, dz = grad(net, "W"), grad(net, "V"), grad(net, "Z")
    for left, right in (
        (dv, v),
        (dv, v**0),
        (grad(net, "K"), num(1)),
        (dw, a @ dz.T),
        (dw @ a, dz),
        (dw, 2 * (dw - 2 * (z @ a.T))),
        (grad(net, "J"), num(0)),
    ):
        yield net.program(), Equation(left.e, right.e)


def tied() -> Iterator[Attack]:
    """One of the uses of a weight forgotten, taken for the other, or halved."""
    net = Net()
    w, a = net.leaf("W", "n", "n"), net.leaf("X", *SIZE)
    z = net.define("Z", w @ a)
    h = net.define("A", f("tanh", z))
    u = net.define("U", w.T @ h)
    net.define("J", (u**2).total())
    dw, du, dz = grad(net, "W"), grad(net, "U"), grad(net, "Z")
    for right in (
        h @ du.T,
        dz @ a.T,
        du @ h.T + dz @ a.T,
        a @ du.T + dz @ h.T,
        (h @ du.T + dz @ a.T) / 2,
    ):
        yield net.program(), Equation(dw.e, right.e)


def used_twice() -> Iterator[Attack]:
    """An intermediate that is used again, under its own or another name."""
    net = Net()
    a = net.leaf("x", "n")
    h = net.define("h", f("g", a))
    o = net.define("o", h + h * a)
    u, v = net.define("u", 1 * h), net.define("v", 1 * h)
    net.define("J", (o**2).total() + (u * v).total())
    dx, dh, do, du = (grad(net, name) for name in ("x", "h", "o", "u"))
    slope = f("g", a, 1)
    for left, right in (
        (dx, dh * slope),
        (dx, do * (1 + a) * slope),
        (dh, do * (1 + a)),
        (dh, do * (1 + a) + du),
        (du, 2 * h),
        (dh, do + du + grad(net, "v")),
    ):
        yield net.program(), Equation(left.e, right.e)


def dead_relu() -> Iterator[Attack]:
    """Rules that fail where a ReLU is 0, behind names that may be cut."""
    net = Net()
    w, a = net.leaf("W", "n", "n"), net.leaf("X", *SIZE)
    z = net.define("Z", w @ a)
    h = net.define("A", f("relu", z))
    d = net.define("D", f("abs", h))
    net.define("J", (h**2).total() + d.total())
    dh = grad(net, "A")
    for left, right in (
        (dh, 2 * h + 1),
        (dh, 2 * h + step(h) - step(-h)),
        (step(-(h * h)), 1 - step(h)),
        (step(-d), 1 - step(d)),
        (h * (1 - step(-h)), z),
        (step(h) + step(-h), h**0),
    ):
        yield net.program(), Equation(left.e, right.e)


def many_dead_relus() -> Iterator[Attack]:
    """What fails only where many ReLUs are 0 at once."""
    net = Net()
    leaves = [net.leaf(f"s{k}") for k in range(12)]
    whole = relu(leaves[0])
    for leaf in leaves[1:]:
        whole = whole + relu(leaf)
    for of in (whole, whole**2):
        left, right = opposite(of)
        yield net.program(None), Equation(left.e, right.e)
    for of in (relu(B).sum(0), A @ relu(B), relu(B).total()):
        left, right = opposite(of)
        yield N.program, Equation(left.e, right.e)


def cross_entropy(labels: int | None, *, square: bool = False) -> Net:
    net = Net()
    rows, columns = ("n", "n") if square else SIZE
    target = net.leaf("Y", rows, columns, labels=labels)
    a = net.define("A", softmax(net.leaf("Z", rows, columns), 0))
    net.define("J", -(target * log(a)).total())
    return net


def softmax_gradients() -> Iterator[Attack]:
    """``A - Y`` needs that the labels sum to one, along the same axis."""
    for labels, in_square in ((None, False), (1, False), (1, True), (None, True)):
        net = cross_entropy(labels, square=in_square)
        shape = net.leaves["Y"].dims
        a, target = E(p.Symbol("A", shape)), E(p.Symbol("Y", shape))
        yield net.program(), Equation(grad(net, "Z").e, (a - target).e)
    net = cross_entropy(0)
    a, target = E(p.Symbol("A", SIZE)), E(p.Symbol("Y", SIZE))
    dz, da = grad(net, "Z"), grad(net, "A")
    for left, right in (
        (dz, (a - target) / size("m")),
        (da, a - target),
        (dz, da * a * (1 - a)),
        (dz, a * target**2 - target),
        (dz, a - target**2),
    ):
        yield net.program(), Equation(left.e, right.e)


def gradients_under_derivatives() -> Iterator[Attack]:
    """A name that stands for a gradient is no constant."""
    net = Net()
    a = net.leaf("x", "n")
    z = net.define("z", f("g", a))
    net.define("J", (z**2).total())
    dz = net.define("dz", grad(net, "z"))
    body = (dz * a).total()
    for right in (dz, 0 * dz, 2 * dz):
        left = p.Partial(body.e, "x", I, None)
        yield net.program(), Equation(left, p.Entry(right.e, I, None), (I,))


EQUATIONS: dict[str, Callable[[], Iterator[Attack]]] = {
    **{
        kind: lambda pairs=pairs: ((N.program, Equation(a.e, b.e)) for a, b in pairs)
        for kind, pairs in PLAIN.items()
    },
    "numbers made for the field": lambda: (
        (N.program, Equation(a.e, b.e)) for a, b in made_for_the_field()
    ),
    "letters and deltas": lambda: ((N.program, equation) for equation in indexed()),
    "what holds at small sizes": lambda: ((N.program, equation) for equation in at_small_sizes()),
    "what the cost does not hold": not_in_the_cost,
    "tied weights": tied,
    "an intermediate used twice": used_twice,
    "a ReLU that is 0": dead_relu,
    "many ReLUs that are 0": many_dead_relus,
    "labels under a softmax": softmax_gradients,
    "gradients under derivatives": gradients_under_derivatives,
}


# -- chains ------------------------------------------------------------------------------------


def _chain(*names: str) -> tuple[Jacobian, ...]:
    return tuple(Jacobian(a, b) for a, b in pairwise(names))


def chains() -> Iterator[tuple[Program, Composition]]:
    """Products of derivatives that are not the chain rule."""
    net = Net()
    a, b = net.leaf("x", "n"), net.leaf("y", "n")
    h = net.define("h", f("g", a))
    o = net.define("o", h + h * a)
    z = net.define("z", o + b)
    s = net.define("s", z.total())
    net.define("l", relu(s))
    net.define("J", (z**2).total() + 0 * s)
    program = net.program()
    whole = Jacobian("J", "x")
    for left, factors in (
        (whole, _chain("J", "z", "o", "h", "x")),
        (Jacobian("o", "x"), _chain("o", "h", "x")),
        (whole, _chain("J", "z", "o", "h")),
        (whole, _chain("J", "z", "o", "x", "x")),
        (whole, ()),
        (Jacobian("x", "x"), ()),
        (Jacobian("x", "x"), _chain("x", "x")),
        (Jacobian("y", "x"), _chain("y", "x")),
        (Jacobian("z", "o"), _chain("z", "y")),
        (whole, (*_chain("J", "z", "x"), Jacobian("z", "x"))),
        (Jacobian("J", "z"), _chain("J", "s", "z")),
        (Jacobian("J", "o"), _chain("J", "z", "y")),
    ):
        yield program, Composition(left, factors)
    path = _chain("l", "s", "z")
    for k in range(12):
        scale = step(E(program.symbol("s")) - k)
        yield program, Composition(Jacobian("l", "z"), path, scale.e)
        yield program, Composition(Jacobian("l", "z"), path, num(k + 2).e)
    for scale in (size("n"), size("n") / size("m"), num(0), num(-1)):
        yield program, Composition(Jacobian("l", "z"), path, scale.e)
