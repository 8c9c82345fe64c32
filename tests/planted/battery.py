"""Claims whose truth is known, put to both sides until one of them errs.

Prints how the bug shows, or "survived": ``other side`` (one side accepts what the other does
not, so nothing false is verified), ``test`` (both agree on what is not so), ``crash``.  The truth
comes from the float oracle, which imports neither side.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from derive import program as p
from derive.check import check
from derive.library.claims import library_claims
from derive.program import Composition, Equation, Jacobian, Program, Statement
from derive.tensors import prove
from tests.adversary import identities, layers, test_order
from tests.adversary.floats import Truth
from tests.adversary.mirror import mirrored, mirrored_equation
from tests.adversary.subjects import network
from tests.tensors.build import KNOWN

ENGINE_ALONE = "sign that only the engine knows"
"""The field has no order: these are true, and the checker leaves them open."""
CHECKER_ALONE = "identity that only the checker knows"
_P, _Q, _Z = (p.Symbol(name, ("n", "m")) for name in "PQZ")
SIGNED = (p.Plus(_P, p.Power(_Z, Fraction(2))), p.minus(p.ONE, _Q), p.minus(_Q, p.ONE))
Question = tuple[str, Program, Statement, bool]
SIZE = ("n", "m")
OPEN = {41}
"""Random identities that are true and left open by one side."""


def questions() -> Iterator[Question]:
    """Cheap ones first."""
    yield from _indexed()
    yield from _compositions()
    yield from _small_models()
    yield from _square()
    yield from _own_functions()
    for rule in library_claims():
        yield rule.name, rule.program, rule.statement, True
    for name, (left, right) in {**test_order.TRUE, **test_order.FALSE}.items():
        yield name, test_order.PROGRAM, Equation(left, right), name in test_order.TRUE
    yield from _powers()
    yield from _random()
    for name, make in layers.ITEMS.items():
        net, good, bad = make()
        rows = mirrored(net.program())
        for claims, truth in ((good, True), (bad, False)):
            for left, right in claims:
                yield name, net.program(), Equation(left.e, right.e), truth
        for left, right in good[-1:]:
            yield name, rows, mirrored_equation(Equation(left.e, right.e)), True
    for depth, kind in ((3, "residual"), (4, "tied"), (2, "l2")):
        net, good = network(depth, "tanh", "softmax", "cross_entropy", kind, summed=True)
        for left, right in good:
            yield kind, net.program(), Equation(left.e, right.e), True


def _indexed() -> Iterator[Question]:
    """Entries, sums over indices, deltas, built arrays and derivatives by an entry."""
    i, j, k, c = (p.Index(x, d) for x, d in zip("ijkc", ("n", "n", "n", "m"), strict=True))
    w, x, z = p.Symbol("W", ("n", "n")), p.Symbol("X", SIZE), p.Symbol("z", ("n", 1))
    program = Program(
        {"W": p.Leaf(w.dims), "X": p.Leaf(x.dims), "z": p.Leaf(z.dims)},
        {
            "U": p.MatMul(w, x),
            "s": p.softmax(z, 0),
            "J": p.total(p.Power(p.MatMul(w, x), Fraction(2))),
        },
        {"g": p.Function("g"), "h": p.Function("h")},
        "J",
    )
    truth = Truth(program)

    def at(e: p.Expr, row: p.Index | None, column: p.Index | None) -> p.Expr:
        return p.Entry(e, row, column)

    u, s = program.symbol("U"), program.symbol("s")
    product = p.SumOver(k, p.Times(at(w, i, k), at(x, k, c)))
    built = p.Build(i, c, product)
    diagonal = p.Build(i, None, at(w, i, i))
    sides: list[tuple[p.Expr, p.Expr, tuple[p.Index, ...]]] = [
        (at(u, i, c), product, (i, c)),
        (at(u, j, c), product, (i, j, c)),
        (u, built, ()),
        (u, p.Times(p.number(2), built), ()),
        (p.SumOver(j, p.Times(p.Delta(i, j), at(z, j, None))), at(z, i, None), (i,)),
        (p.SumOver(j, p.Times(p.Delta(i, j), at(z, j, None))), p.Sum(z, 0), (i,)),
        (p.SumOver(i, p.Delta(i, i)), p.Size("n"), ()),
        (p.SumOver(i, p.SumOver(j, p.Delta(i, j))), p.Size("n"), ()),
        (p.SumOver(i, p.SumOver(j, p.Delta(i, j))), p.Times(p.Size("n"), p.Size("n")), ()),
        (p.MatMul(p.Eye("n"), x), x, ()),
        (p.Times(p.Eye("n"), w), p.Times(p.Eye("n"), p.Transpose(w)), ()),
        (p.Times(p.Eye("n"), w), w, ()),
        (p.Sum(p.Times(p.Eye("n"), w), 1), diagonal, ()),
        (p.Sum(w, 1), diagonal, ()),
        (
            p.Partial(at(s, i, None), "z", j, None),
            p.Times(at(s, i, None), p.minus(p.Delta(i, j), at(s, j, None))),
            (i, j),
        ),
        (
            p.Partial(at(s, i, None), "z", j, None),
            p.Times(at(s, i, None), p.minus(p.ONE, at(s, j, None))),
            (i, j),
        ),
        (p.Partial(at(u, i, c), "W", i, j), at(x, j, c), (i, j, c)),
        (p.Partial(at(u, i, c), "W", k, j), p.Times(p.Delta(i, k), at(x, j, c)), (i, j, k, c)),
        (p.Partial(at(u, i, c), "W", k, j), at(x, j, c), (i, j, k, c)),
        (p.Partial(diagonal_sum(w, i), "W", j, k), p.Delta(j, k), (j, k)),
        (p.Partial(program.symbol("J"), "W", i, j), at(program.gradient("W"), i, j), (i, j)),
        (p.Apply("g", 0, z), p.Apply("h", 0, z), ()),
        (p.Sum(at(w, i, None), 1), p.SumOver(j, at(w, i, j)), (i,)),
        (p.Sum(at(w, None, j), 0), p.SumOver(i, at(w, i, j)), (j,)),
        (p.Partial(_all("sin", z), "z", i, None), at(p.Apply("cos", 0, z), i, None), (i,)),
        (
            p.Partial(_all("cos", z), "z", i, None),
            p.negate(at(p.Apply("sin", 0, z), i, None)),
            (i,),
        ),
        (program.gradient("W"), p.Times(p.number(2), p.MatMul(u, p.Transpose(x))), ()),
        (program.gradient("X"), p.Times(p.number(2), p.MatMul(p.Transpose(w), u)), ()),
        (
            p.Partial(p.Sum(p.Apply("g", 1, z), 0), "z", i, None),
            at(p.Apply("g", 2, z), i, None),
            (i,),
        ),
        (
            p.Partial(p.total(built), "X", k, c),
            at(p.Transpose(p.Sum(w, 0)), k, None),
            (k, c),
        ),
    ]  # fmt: skip
    for left, right, free in sides:
        statement = Equation(left, right, free)
        word = truth(statement)
        assert word is not None, statement
        yield "indexed", program, statement, word


def _all(function: str, z: p.Expr) -> p.Expr:
    return p.Sum(p.Apply(function, 0, z), 0)


def diagonal_sum(w: p.Expr, i: p.Index) -> p.Expr:
    return p.SumOver(i, p.Entry(w, i, i))


def _compositions() -> Iterator[Question]:
    net, _ = network(2, "tanh", "sigmoid", "squared_error")
    program = net.program()

    def chain(*names: str) -> tuple[Jacobian, ...]:
        return tuple(Jacobian(a, b) for a, b in pairwise(names))

    whole = Jacobian("J", "W1")
    path = chain("J", "A2", "Z2", "A1", "Z1", "W1")
    yield "chain", program, Composition(whole, path), True
    yield "chain", program, Composition(whole, path[::-1]), True
    yield "chain, a factor missing", program, Composition(whole, path[:2] + path[3:]), False
    yield "chain, a factor twice", program, Composition(whole, (*path, path[1])), False
    yield "chain, too long", program, Composition(Jacobian("J", "Z1"), path), False
    yield "chain, scaled", program, Composition(whole, path, p.number(2)), False
    yield "chain, by itself", program, Composition(Jacobian("J", "J"), chain("J", "J")), False
    net, _ = network(3, "tanh", "sigmoid", "squared_error", "residual")
    around = chain("J", "A3", "Z3", "A2", "Z2", "A1")
    yield "chain past a shortcut", net.program(), Composition(Jacobian("J", "A1"), around), False


def _small_models() -> Iterator[Question]:
    """True at small sizes only."""
    a, x = p.Symbol("A", ("n", "n")), p.Symbol("x", ("n", 1))
    program = Program({"A": p.Leaf(a.dims), "x": p.Leaf(x.dims), "M": p.Leaf(("m", "m"))}, {})
    trace = p.total(p.Times(p.Eye("n"), a))
    square = p.MatMul(a, a)
    of_square = p.total(p.Times(p.Eye("n"), square))
    half = p.number(Fraction(1, 2))
    determinant = p.Times(half, p.minus(p.Power(trace, Fraction(2)), of_square))
    cayley = p.minus(p.Times(trace, a), p.Times(determinant, p.Eye("n")))
    yield "Cayley and Hamilton, two rows", program, Equation(square, cayley), False
    inverse = p.divide(p.minus(p.Times(trace, p.Eye("n")), a), determinant)
    yield "inverse of two rows", program, Equation(p.MatMul(a, inverse), p.Eye("n")), False
    size = p.Size("n")
    third = p.Times(p.minus(size, p.number(2)), p.minus(size, p.number(3)))
    yield "a size that is 2 or 3", program, Equation(p.Times(third, x), p.Times(p.ZERO, x)), False
    many = third
    for k in range(4, 9):
        many = p.Times(many, p.minus(size, p.number(k)))
    yield "a size up to 8", program, Equation(p.Times(many, x), p.Times(p.ZERO, x)), False
    yield "size", program, Equation(p.Sum(p.Plus(x, p.minus(p.ONE, x)), 0), size), True
    cube = p.MatMul(square, a)
    symmetric = p.Sum(p.Sum(p.Times(cube, p.Transpose(cube)), 0), 1)
    other = p.total(p.Times(p.Eye("n"), p.MatMul(cube, cube)))
    yield "trace of a square", program, Equation(symmetric, other), True
    gram = p.total(p.Power(cube, Fraction(2)))
    yield "norm for a trace", program, Equation(gram, other), False


def _square() -> Iterator[Question]:
    """One axis for the other where both have one size, and numbers that need several rules."""
    y, a = p.Symbol("Y", ("n", "n")), p.Symbol("A", ("n", "n"))
    s, t = p.Symbol("s", p.SCALAR), p.Symbol("t", p.SCALAR)
    program = Program(
        {
            "Y": p.Leaf(y.dims, "real", 0),
            "A": p.Leaf(a.dims),
            "B": p.Leaf(("n", 1), "positive"),
            "s": p.Leaf(p.SCALAR),
            "t": p.Leaf(p.SCALAR, "positive"),
        },
        {},
        {name: KNOWN[name] for name in ("sigmoid", "tanh")},
    )

    def tanh(x: p.Expr) -> p.Expr:
        return p.Apply("tanh", 0, x)

    def sum_of(x: p.Expr, z: p.Expr, sign: int) -> p.Expr:
        below = p.Plus(p.ONE, p.Times(p.number(sign), p.Times(tanh(x), tanh(z))))
        return p.divide(p.Plus(tanh(x), tanh(z)), below)

    def to(x: p.Expr) -> p.Expr:
        return p.Power(x, Fraction(-1))

    bell = p.Plus(p.ONE, p.Power(s, Fraction(2)))
    b = p.Symbol("B", ("n", 1))
    apart = p.Sum(to(p.Times(b, p.Plus(t, b))), 0)
    root, one = p.Plus(p.ONE, t), p.Power(a, Fraction(0))
    half, more = p.Power(root, Fraction(1, 2)), p.Power(root, Fraction(3, 2))
    value = p.Apply("sigmoid", 0, s)
    rest = p.minus(p.ONE, value)
    squares = p.Plus(p.Power(value, Fraction(2)), p.Power(rest, Fraction(2)))
    double = p.Apply("sigmoid", 0, p.Times(p.number(2), s))
    sides = [
        (p.Times(p.Sum(y, 0), p.Sum(a, 0)), p.Sum(a, 0), True),
        (p.Times(p.Sum(y, 1), p.Sum(a, 1)), p.Sum(a, 1), False),
        (p.Times(p.Sum(p.softmax(a, 0), 0), one), one, True),
        (p.Times(p.Sum(p.softmax(a, 0), 1), one), one, False),
        (p.Sum(p.softmax(p.Transpose(a), 0), 0), p.Sum(p.softmax(a, 0), 0), True),
        (p.Transpose(p.softmax(p.Transpose(a), 0)), p.softmax(a, 0), False),
        (p.Transpose(p.softmax(p.Transpose(a), 0)), p.softmax(a, 1), True),
        (more, p.Times(root, half), True),
        (more, p.Times(half, half), False),
        (p.Power(bell, Fraction(3, 2)), p.Times(bell, p.Power(bell, Fraction(1, 2))), True),
        (p.Sum(p.divide(p.minus(to(b), to(p.Plus(t, b))), t), 0), apart, True),
        (p.Sum(p.minus(to(b), to(p.Plus(t, b))), 0), apart, False),
        (tanh(p.Plus(s, t)), sum_of(s, t, 1), True),
        (tanh(p.Plus(s, t)), sum_of(s, t, -1), False),
        (double, p.divide(p.Power(value, Fraction(2)), squares), True),
        (double, p.divide(p.Power(rest, Fraction(2)), squares), False),
    ]
    for left, right, truth in sides:
        yield "square", program, Equation(left, right), truth


def _own_functions() -> Iterator[Question]:
    """Functions with a formula of their own, one under a name that the table knows."""
    x, z = p.Symbol("x", p.SCALAR), p.Symbol("Z", SIZE)
    cube, square = p.Power(x, Fraction(3)), p.Power(x, Fraction(2))
    functions = {
        "cube": p.Function("cube", cube),
        "tanh": p.Function("tanh", square),
        "g": p.Function("g"),
        "inner": p.Function("inner", p.Apply("g", 0, square)),
    }
    program = Program({"Z": p.Leaf(SIZE)}, {}, functions)
    truth = Truth(program)

    def f(name: str, order: int, at: p.Expr = z) -> p.Expr:
        return p.Apply(name, order, at)

    def by(factor: int, e: p.Expr) -> p.Expr:
        return p.Times(p.number(factor), e)

    squared = p.Power(z, Fraction(2))
    for left, right in (
        (f("cube", 1), by(3, squared)),
        (f("cube", 2), by(6, z)),
        (f("cube", 2), by(3, squared)),
        (f("tanh", 0), squared),
        (f("tanh", 1), by(2, z)),
        (f("tanh", 1), p.minus(p.ONE, p.Power(f("tanh", 0), Fraction(2)))),
        (f("inner", 0), f("g", 0, squared)),
        (f("inner", 1), by(2, p.Times(z, f("g", 1, squared)))),
        (f("inner", 1), by(2, p.Times(z, f("g", 0, squared)))),
        (
            f("inner", 2),
            p.Plus(by(2, f("g", 1, squared)), by(4, p.Times(squared, f("g", 2, squared)))),
        ),
    ):
        statement = Equation(left, right)
        word = truth(statement)
        assert word is not None, statement
        yield "own functions", program, statement, word


def _powers() -> Iterator[Question]:
    """Roots, logarithms and constants."""
    leaves = {"P": p.Leaf(SIZE, "positive"), "Q": p.Leaf(SIZE, "unit"), "Z": p.Leaf(SIZE)}
    names = ("sigmoid", "relu", "softplus", "tanh")
    program = Program(leaves, {}, {name: KNOWN[name] for name in names})
    truth = Truth(program)
    pos, unit, z = (program.symbol(n) for n in "PQZ")

    def f(name: str, x: p.Expr) -> p.Expr:
        return p.Apply(name, 0, x)

    def to(x: p.Expr, over: int, under: int = 1) -> p.Expr:
        return p.Power(x, Fraction(over, under))

    two = p.number(2)
    sides = [
        (to(p.Times(pos, pos), 1, 2), pos),
        (to(p.Times(z, z), 1, 2), z),
        (to(p.Times(p.number(12), pos), 1, 2), p.Times(p.Times(two, to(p.number(3), 1, 2)), to(pos, 1, 2))),
        (to(p.Times(p.number(8), pos), -1, 3), p.Times(p.number(Fraction(1, 2)), to(pos, -1, 3))),
        (to(p.Plus(pos, unit), -1), p.Plus(to(pos, -1), to(unit, -1))),
        (f("log", p.Times(pos, unit)), p.Plus(f("log", pos), f("log", unit))),
        (f("log", p.divide(pos, unit)), p.minus(f("log", pos), f("log", unit))),
        (f("log", p.Plus(pos, unit)), p.Plus(f("log", pos), f("log", unit))),
        (f("log", f("exp", z)), z),
        (f("exp", f("log", pos)), pos),
        (f("exp", p.Times(two, f("log", pos))), p.Times(two, pos)),
        (f("exp", p.Times(two, f("log", pos))), p.Times(pos, pos)),
        (f("erf", p.negate(z)), p.negate(f("erf", z))),
        (f("cos", p.negate(z)), f("cos", z)),
        (f("sin", p.negate(z)), f("sin", z)),
        (f("sin", p.negate(z)), p.negate(f("sin", z))),
        (p.Plus(to(f("sin", z), 2), to(f("cos", z), 2)), p.Plus(p.ONE, to(z, 2))),
        (p.Plus(to(f("sin", z), 2), to(f("cos", z), 2)), to(pos, 0)),
        (f("step", p.Times(two, z)), f("step", z)),
        (f("step", p.Times(pos, z)), f("step", z)),
        (f("step", p.Times(z, z)), p.Power(f("step", z), Fraction(1))),
        (f("step", SIGNED[0]), to(pos, 0)),
        (to(f("step", z), 2), f("step", z)),
        (f("step", SIGNED[1]), to(unit, 0)),
        (f("step", SIGNED[2]), p.Times(p.ZERO, unit)),
        (f("step", f("relu", z)), f("step", z)),
        (p.divide(p.minus(to(pos, 2), to(unit, 2)), p.minus(pos, unit)), p.Plus(pos, unit)),
        (p.divide(p.Plus(to(pos, 2), to(unit, 2)), p.Plus(pos, unit)), p.Plus(pos, unit)),
        (
            p.minus(to(unit, -1), to(p.minus(unit, p.ONE), -1)),
            to(p.Times(unit, p.minus(p.ONE, unit)), -1),
        ),
        (
            p.Sum(p.minus(to(unit, -1), to(p.minus(unit, p.ONE), -1)), 0),
            p.Sum(to(p.Times(unit, p.minus(p.ONE, unit)), -1), 0),
        ),
        (
            p.Sum(p.Plus(to(unit, -1), to(p.minus(unit, p.ONE), -1)), 0),
            p.Sum(to(p.Times(unit, p.minus(p.ONE, unit)), -1), 0),
        ),
        (
            p.divide(p.Times(two, pos), p.Plus(p.ONE, p.Times(two, pos))),
            p.minus(p.ONE, to(p.Plus(p.ONE, p.Times(two, pos)), -1)),
        ),
        (
            p.divide(p.Sum(p.Times(two, pos), 0), p.Plus(p.ONE, p.Times(two, p.Sum(pos, 0)))),
            p.minus(p.ONE, to(p.Plus(p.ONE, p.Times(two, p.Sum(pos, 0))), -1)),
        ),
        (to(p.Plus(p.ONE, f("exp", z)), -2), to(f("sigmoid", p.negate(z)), 2)),
        (p.Plus(f("exp", z), f("exp", p.negate(z))), p.Times(f("exp", z), to(f("sigmoid", p.Times(two, z)), -1))),
        (p.Times(f("sigmoid", z), f("exp", p.negate(z))), p.minus(p.ONE, f("sigmoid", z))),
        (p.Times(f("sigmoid", p.negate(z)), f("exp", p.negate(z))), p.minus(p.ONE, f("sigmoid", z))),
        (
            p.Times(f("sigmoid", p.negate(z)), f("exp", p.negate(z))),
            p.minus(f("exp", p.negate(z)), f("sigmoid", p.negate(z))),
        ),
        (f("sigmoid", p.Times(p.ZERO, z)), p.Times(p.number(Fraction(1, 2)), to(pos, 0))),
        (f("softplus", z), p.Plus(z, f("softplus", p.negate(z)))),
        (p.softmax(p.Plus(z, p.Sum(z, 0)), 0), p.softmax(z, 0)),
        (p.Sum(p.softmax(z, 0), 0), p.Sum(p.Times(p.ZERO, z), 0)),
        (p.Plus(p.Sum(p.softmax(z, 1), 1), p.Sum(p.Times(p.ZERO, z), 1)), to(p.Sum(pos, 1), 0)),
    ]  # fmt: skip
    for left, right in sides:
        if left.shape != right.shape:
            continue
        statement = Equation(left, right)
        word = truth(statement)
        if word is not None:
            ordered = isinstance(left, p.Apply) and left.function == "step" and left.arg in SIGNED
            kind = CHECKER_ALONE if word and p.Apply("sin", 0, z) in set(p.walk(left)) else "powers"
            yield ENGINE_ALONE if ordered else kind, program, statement, word


def _random() -> Iterator[Question]:
    truth = Truth(identities.PROGRAM)
    for k, (_, statement) in enumerate(identities.identities(3, 0, 60)):
        word = truth(statement)
        if word is not None and k not in OPEN:
            yield "random", identities.PROGRAM, statement, word


def first_error() -> str:
    """How the first error shows; "" if there is none."""
    for name, program, statement, truth in questions():
        try:
            engine = prove(program, statement, budget=100_000 if truth else 4_000).proved
            checker = check(program, statement).accepted
        except Exception as error:
            return f"crash ({type(error).__name__}) at {name}"
        if name == ENGINE_ALONE:
            checker = truth
        elif name == CHECKER_ALONE:
            engine = truth
        if engine is not truth or checker is not truth:
            how = "test" if engine is checker else "other side"
            return f"{how}: {name}: {truth}, engine {engine}, checker {checker}"
    return ""


if __name__ == "__main__":
    print(first_error() or "survived")
    sys.exit(0)
