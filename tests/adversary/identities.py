"""Random expressions with a rewritten twin: identities, and what nearly is one.

In: a seed.  Out: equations over one small program, half of them spoilt by one edit.  The
rewrites are rules of algebra, so an unspoilt pair is equal wherever both sides have values.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

from derive import program as p
from derive.program import Dim, Equation, Expr, Program, Shape, ShapeError
from tests.tensors.build import ABS, KNOWN

from .edits import COMMON, RARE, Place, positions, replaced

N, M = "n", "m"
LEAVES = {
    "A": p.Leaf((N, N)),
    "B": p.Leaf((N, M)),
    "V": p.Leaf((N, M)),
    "P": p.Leaf((N, M), "positive"),
    "Q": p.Leaf((N, M), "unit"),
    "Y": p.Leaf((N, M), "real", 0),
    "x": p.Leaf((N, 1)),
    "y": p.Leaf((N, 1)),
    "r": p.Leaf((1, M)),
    "s": p.Leaf(p.SCALAR),
    "t": p.Leaf(p.SCALAR, "positive"),
    "slope": p.Leaf(p.SCALAR, "positive"),
}
FUNCTIONS = {name: KNOWN[name] for name in ("sigmoid", "tanh", "relu", "leaky_relu", "softplus")}
PROGRAM = Program(LEAVES, {}, {**FUNCTIONS, "abs": ABS, "g": p.Function("g")})
DIMS: tuple[Dim, ...] = (N, M, 1)
CALLS = ("g", "exp", "sigmoid", "tanh", "relu", "step", "abs", "leaky_relu", "softplus")
ONE = p.ONE


def identities(seed: int, start: int, count: int) -> Iterator[tuple[str, Equation]]:
    """Pairs and whether they are meant to be equal ("kept") or spoilt."""
    for k in range(start, start + count):
        rng = random.Random(f"identity {seed} {k}")
        shape = rng.choice(((N, N), (N, M), (N, 1), (1, M), (1, 1)))
        left = expression(rng, shape, rng.choice((2, 2, 3, 3, 4)))
        right = left
        for _ in range(rng.choice((1, 2, 3, 4))):
            right = rewritten(rng, right)
        if rng.random() < 0.5:
            yield "kept", Equation(left, right)
        else:
            yield "spoilt", Equation(left, spoilt(rng, right))


def expression(rng: random.Random, shape: Shape, depth: int) -> Expr:
    """A random expression of that shape."""
    rows, columns = shape
    if depth == 0 or rng.random() < 0.1:
        return _leaf(rng, shape)

    def of(inner: Shape) -> Expr:
        return expression(rng, inner, depth - 1)

    draw = rng.random()
    if draw < 0.2:
        k = rng.choice(DIMS)
        return p.MatMul(of((rows, k)), of((k, columns)))
    if draw < 0.36:
        return p.Plus(of(shape), of(shape))
    if draw < 0.5:
        return p.Times(of(shape), of(rng.choice((shape, (rows, 1), (1, columns), (1, 1)))))
    if draw < 0.55:
        return p.Transpose(of((columns, rows)))
    if draw < 0.66:
        return p.Apply(rng.choice(CALLS), 0, of(shape))
    if draw < 0.7:
        return p.Apply(rng.choice(("g", "sigmoid", "tanh", "softplus")), 1, of(shape))
    if draw < 0.75 and shape != (1, 1):
        return p.softmax(of(shape), rng.choice([k for k in (0, 1) if shape[k] != 1]))
    if draw < 0.8:
        return p.Power(p.Apply("exp", 0, of(shape)), rng.choice((Fraction(-1), Fraction(1, 2))))
    if draw < 0.86:
        return p.Power(p.Plus(ONE, p.Power(of(shape), Fraction(2))), Fraction(rng.choice((-1, -2))))
    if draw < 0.9 and shape == (1, 1):  # a field has a root of one number in two
        square = p.Plus(p.Power(of(shape), Fraction(2)), p.Symbol("t", (1, 1)))
        return p.Power(square, Fraction(rng.choice((-1, 1)), 2))
    if draw < 0.92:
        return p.Apply("log", 0, p.Plus(p.Apply("exp", 0, of(shape)), ONE))
    axis = rng.choice((0, 1))
    if shape[axis] == 1:
        stretched = (rng.choice((N, M)), columns) if axis == 0 else (rows, rng.choice((N, M)))
        return p.Sum(of(stretched), axis)
    return p.minus(of(shape), of(shape))


def _leaf(rng: random.Random, shape: Shape) -> Expr:
    found: list[Expr] = [p.Symbol(n, leaf.dims) for n, leaf in LEAVES.items() if leaf.dims == shape]
    found += [
        p.Transpose(p.Symbol(n, leaf.dims))
        for n, leaf in LEAVES.items()
        if leaf.dims[::-1] == shape
    ]
    if shape[0] == shape[1] != 1:
        found.append(p.Eye(shape[0]))
    if shape == (1, 1):
        found += [
            p.number(rng.choice((-2, -1, 2, 3))),
            p.Size(N),
            p.Size(M),
            p.number(Fraction(1, 2)),
        ]
    if not found:
        found = [p.MatMul(p.Symbol("x", (N, 1)), p.Transpose(p.Symbol("x", (N, 1))))]
        found = [p.Transpose(f) for f in found] if shape == (N, N) else [_product(shape)]
    return rng.choice(found)


def _product(shape: Shape) -> Expr:
    """An outer product of that shape."""
    v = p.Symbol("V", (N, M))
    sides = {N: p.Symbol("x", (N, 1)), M: p.Transpose(p.Symbol("r", (1, M))), 1: p.number(1)}
    left, right = sides[shape[0]], p.Transpose(sides[shape[1]])
    return p.MatMul(left, right) if shape != (M, M) else p.MatMul(p.Transpose(v), v)


def spoilt(rng: random.Random, e: Expr) -> Expr:
    """One edit somewhere, of the same shape."""
    places = list(positions(e))
    for _ in range(30):
        path, node = rng.choice(places)
        _, _, edit = rng.choice((*COMMON, *RARE[:1]))
        try:
            new = [n for n in edit(Place(PROGRAM, (), node)) if not isinstance(n, p.Gradient)]
            out = replaced(e, path, rng.choice(new)) if new else e
        except ShapeError:
            continue
        if out.shape == e.shape and out != e:
            return out
    return e


def rewritten(rng: random.Random, e: Expr) -> Expr:
    """One rule of algebra at a random place."""
    places = list(positions(e))
    rng.shuffle(places)
    for path, node in places[:10]:
        new = [n for n in rewrites(node) if n.shape == node.shape]
        if new:
            return replaced(e, path, rng.choice(new))
    return e


def rewrites(e: Expr) -> Iterator[Expr]:
    """Expressions equal to a node wherever it has a value."""
    match e:
        case p.MatMul(left=p.Plus(left=a, right=b), right=c) if a.shape == b.shape:
            yield p.Plus(p.MatMul(a, c), p.MatMul(b, c))
        case p.MatMul(left=a, right=p.MatMul(left=b, right=c)):
            yield p.MatMul(p.MatMul(a, b), c)
        case p.MatMul(left=p.MatMul(left=a, right=b), right=c):
            yield p.MatMul(a, p.MatMul(b, c))
        case p.MatMul(left=a, right=b):
            yield p.Transpose(p.MatMul(p.Transpose(b), p.Transpose(a)))
            if a.shape[1] == 1:
                yield p.Times(a, b)
        case p.Times(left=a, right=p.Plus(left=b, right=c)):
            yield p.Plus(p.Times(a, b), p.Times(a, c))
        case p.Times(left=a, right=p.Times(left=b, right=c)):
            yield p.Times(p.Times(a, b), c)
        case p.Times(left=a, right=b) | p.Plus(left=a, right=b):
            yield type(e)(b, a)
        case p.Transpose(arg=p.Plus(left=a, right=b)) if a.shape == b.shape:
            yield p.Plus(p.Transpose(a), p.Transpose(b))
        case p.Transpose(arg=p.MatMul(left=a, right=b)):
            yield p.MatMul(p.Transpose(b), p.Transpose(a))
        case p.Sum(arg=p.MatMul(left=a, right=b), axis=axis):
            yield p.MatMul(a, p.Sum(b, 1)) if axis == 1 else p.MatMul(p.Sum(a, 0), b)
        case p.Sum(arg=p.Plus(left=a, right=b), axis=axis) if a.shape == b.shape:
            yield p.Plus(p.Sum(a, axis), p.Sum(b, axis))
        case p.Sum(arg=p.Sum(arg=a, axis=inner), axis=axis):
            yield p.Sum(p.Sum(a, axis), inner)
        case p.Power(base=p.Times(left=a, right=b), exponent=q) if q.denominator == 1:
            yield p.Times(p.Power(a, q), p.Power(b, q))
        case p.Power(base=a, exponent=q) if q == 2:
            yield p.Times(a, a)
        case p.Apply():
            yield from _of_functions(e)


def _of_functions(e: p.Apply) -> Iterator[Expr]:
    def f(name: str, x: Expr, order: int = 0) -> Expr:
        return p.Apply(name, order, x)

    a, minus = e.arg, p.negate(e.arg)
    value = f(e.function, a)
    reciprocal = p.Power(p.Plus(ONE, f("exp", minus)), Fraction(-1))
    slope = p.Plus(ONE, p.negate(p.Symbol("slope", (1, 1))))
    known: dict[tuple[str, int], list[Expr]] = {
        ("sigmoid", 0): [reciprocal, p.minus(ONE, f("sigmoid", minus))],
        ("sigmoid", 1): [p.Times(value, p.minus(ONE, value)), f("sigmoid", minus, 1)],
        ("tanh", 0): [
            p.negate(f("tanh", minus)),
            p.minus(p.Times(p.number(2), f("sigmoid", p.Times(p.number(2), a))), ONE),
        ],
        ("tanh", 1): [p.minus(ONE, p.Power(value, Fraction(2)))],
        ("relu", 0): [p.Times(a, f("step", a)), p.Plus(a, f("relu", minus))],
        ("abs", 0): [p.Plus(f("relu", a), f("relu", minus)), f("abs", minus)],
        ("leaky_relu", 0): [
            p.Plus(p.Times(p.Symbol("slope", (1, 1)), a), p.Times(slope, f("relu", a)))
        ],
        ("softplus", 0): [p.Plus(a, f("softplus", minus)), f("log", p.Plus(ONE, f("exp", a)))],
        ("softplus", 1): [f("sigmoid", a)],
        ("step", 0): [p.Times(f("step", a), f("step", a)), f("step", p.Times(p.number(3), a))],
        ("exp", 0): [p.Power(f("exp", minus), Fraction(-1))],
    }
    yield from known.get((e.function, e.order), [])
    if e.function == "exp" and isinstance(a, p.Plus):
        yield p.Times(f("exp", a.left), f("exp", a.right))


__all__ = ["PROGRAM", "expression", "identities", "rewritten", "spoilt"]
