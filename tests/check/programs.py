"""Programs and claims for the tests of the checker: (name, left, right) triples, true and false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Expr,
    Eye,
    Function,
    Leaf,
    MatMul,
    Number,
    Plus,
    Power,
    Program,
    Shape,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    divide,
    minus,
    negate,
    number,
    softmax,
    total,
)

Claim = tuple[str, Expr, Expr]
Look = Callable[[str], Symbol]
HALF = Fraction(1, 2)
X = Symbol("x", SCALAR)


def exp(e: Expr) -> Expr:
    return Apply("exp", 0, e)


def log(e: Expr) -> Expr:
    return Apply("log", 0, e)


def power(e: Expr, exponent: int | Fraction) -> Expr:
    return Power(e, Fraction(exponent))


def product(*factors: Expr) -> Expr:
    out = factors[0]
    for factor in factors[1:]:
        out = Times(out, factor)
    return out


def plus(*terms: Expr) -> Expr:
    out = terms[0]
    for term in terms[1:]:
        out = Plus(out, term)
    return out


NAMED = {
    "sigmoid": power(Plus(ONE, exp(negate(X))), -1),
    "tanh": divide(minus(exp(X), exp(negate(X))), Plus(exp(X), exp(negate(X)))),
    "relu": Times(X, Apply("step", 0, X)),
    "softplus": log(Plus(ONE, exp(X))),
    "silu": Times(X, power(Plus(ONE, exp(negate(X))), -1)),
    "gelu": product(number(HALF), X, Plus(ONE, Apply("erf", 0, Times(X, power(number(2), -HALF))))),
}


def program(
    leaves: Mapping[str, Leaf | Shape],
    definitions: Mapping[str, Callable[[Look], Expr]],
    unknown: tuple[str, ...] = (),
) -> Program:
    """A program whose cost is J, with the named functions and unknown ones."""
    functions = {name: Function(name, body) for name, body in NAMED.items()}
    functions |= {name: Function(name) for name in unknown}
    made: dict[str, Expr] = {}
    result = Program(
        {name: d if isinstance(d, Leaf) else Leaf(d) for name, d in leaves.items()},
        made,
        functions,
        "J" if "J" in definitions else None,
    )
    for name, build in definitions.items():
        made[name] = build(result.symbol)
    return result


def network(
    layers: int = 2,
    *,
    output: str = "softmax",
    loss: str = "ce",
    hidden: str = "g",
    columns: bool = True,
    labelled: bool = True,
) -> Program:
    """A dense network; hidden "g" means unknown functions g1, g2, ..."""

    def shape(rows: str | int, cols: str | int) -> Shape:
        return (rows, cols) if columns else (cols, rows)

    sums = (0 if columns else 1) if loss == "ce" and labelled else None
    leaves: dict[str, Leaf | Shape] = {"X": shape("n0", "m")}
    definitions: dict[str, Callable[[Look], Expr]] = {}
    for k in range(1, layers + 1):
        leaves[f"W{k}"] = shape(f"n{k}", f"n{k - 1}")
        leaves[f"b{k}"] = shape(f"n{k}", 1)
        below = f"A{k - 1}" if k > 1 else "X"

        def affine(s: Look, k: int = k, below: str = below) -> Expr:
            w, a = s(f"W{k}"), s(below)
            return Plus(MatMul(w, a) if columns else MatMul(a, w), s(f"b{k}"))

        def activation(s: Look, k: int = k) -> Expr:
            z = s(f"Z{k}")
            if k < layers:
                return Apply(f"g{k}" if hidden == "g" else hidden, 0, z)
            if output == "softmax":
                return softmax(z, 0 if columns else 1)
            return Apply("sigmoid", 0, z) if output == "sigmoid" else Times(ONE, z)

        definitions[f"Z{k}"], definitions[f"A{k}"] = affine, activation
    leaves["Y"] = Leaf(shape(f"n{layers}", "m"), sums_to_one=sums)

    def cost(s: Look) -> Expr:
        a, y = s(f"A{layers}"), s("Y")
        entry = {
            "ce": lambda: negate(Times(y, log(a))),
            "bce": lambda: negate(Plus(Times(y, log(a)), Times(minus(ONE, y), log(minus(ONE, a))))),
            "mse": lambda: power(minus(a, y), 2),
        }[loss]()
        return divide(total(entry), Size("m"))

    definitions["J"] = cost
    return program(leaves, definitions, tuple(f"g{k}" for k in range(1, layers)))


def network_claims(p: Program, layers: int, hidden: str, columns: bool) -> list[Claim]:
    """What backpropagation says of every layer but the output."""

    def mm(a: Expr, b: Expr) -> Expr:
        return MatMul(a, b) if columns else MatMul(b, a)

    g, s = p.gradient, p.symbol
    claims: list[Claim] = []
    for k in range(layers, 0, -1):
        below = s(f"A{k - 1}" if k > 1 else "X")
        claims.append((f"dW{k}", g(f"W{k}"), mm(g(f"Z{k}"), Transpose(below))))
        claims.append((f"db{k}", g(f"b{k}"), Sum(g(f"Z{k}"), 1 if columns else 0)))
        if k > 1:
            back = mm(Transpose(s(f"W{k}")), g(f"Z{k}"))
            f = f"g{k - 1}" if hidden == "g" else hidden
            claims.append((f"dA{k - 1}", g(f"A{k - 1}"), back))
            local = Apply(f, 1, s(f"Z{k - 1}"))
            claims.append((f"dZ{k - 1}", g(f"Z{k - 1}"), Times(back, local)))
    return claims


def mean(e: Expr, axis: int, dim: str) -> Expr:
    return divide(Sum(e, axis), Size(dim))


def normalisation(kind: str) -> tuple[Program, list[Claim], list[Claim]]:
    """LayerNorm ("ln"), BatchNorm ("bn"), RMSNorm ("rms"): program, true claims, false claims."""
    axis, dim = (1, "m") if kind == "bn" else (0, "n")
    centred = kind != "rms"

    def centre(s: Look) -> Expr:
        return minus(s("x"), s("mu")) if centred else s("x")

    definitions: dict[str, Callable[[Look], Expr]] = {}
    if centred:
        definitions["mu"] = lambda s: mean(s("x"), axis, dim)
    definitions |= {
        "v": lambda s: mean(power(centre(s), 2), axis, dim),
        "r": lambda s: power(Plus(s("v"), s("eps")), -HALF),
        "xh": lambda s: Times(centre(s), s("r")),
        "out": lambda s: Plus(Times(s("gamma"), s("xh")), s("beta")),
        "J": lambda s: total(Times(s("C"), s("out"))),
    }
    leaves: dict[str, Leaf | Shape] = {
        "x": ("n", "m"), "eps": Leaf(SCALAR, "positive"),
        "gamma": ("n", 1), "beta": ("n", 1), "C": ("n", "m"),
    }  # fmt: skip
    p = program(leaves, definitions)
    g, s = p.gradient, p.symbol
    size, dxh, dout, r, xh = Size(dim), g("xh"), g("out"), s("r"), s("xh")
    inverse = power(size, -1)
    right = [
        ("dbeta", g("beta"), Sum(dout, 1)),
        ("dgamma", g("gamma"), Sum(Times(dout, xh), 1)),
        ("dxh", dxh, Times(dout, s("gamma"))),
    ]
    plain = Times(r, minus(dxh, Times(xh, mean(Times(dxh, xh), axis, dim))))
    wrong = [
        ("dx without statistics", g("x"), Times(r, dxh)),
        ("dgamma without xh", g("gamma"), Sum(dout, 1)),
        ("dr with a sign", g("r"), negate(Sum(Times(dxh, centre(s)), axis))),
    ]
    if not centred:
        return p, [*right, ("dx", g("x"), plain)], wrong
    wrong.append(("dx without the mean", g("x"), plain))
    for name, d in (("dx", dxh), ("dx from dout", Times(dout, s("gamma")))):
        inner = minus(minus(Times(size, d), Sum(d, axis)), Times(xh, Sum(Times(d, xh), axis)))
        right.append((name, g("x"), product(r, inverse, inner)))
    deviation = minus(s("x"), s("mu"))
    cubed = power(Plus(s("v"), s("eps")), Fraction(-3, 2))
    by_mean = negate(Sum(Times(dxh, r), axis))
    through = product(g("v"), number(-2), inverse, Sum(deviation, axis))
    right += [
        ("dv", g("v"), product(number(-HALF), Sum(Times(dxh, deviation), axis), cubed)),
        ("dmu", g("mu"), Plus(by_mean, through)),
        ("dmu simplified", g("mu"), by_mean),
        (
            "dx staged",
            g("x"),
            plus(
                Times(dxh, r),
                product(g("v"), number(2), deviation, inverse),
                Times(g("mu"), inverse),
            ),
        ),
    ]
    return p, right, wrong


def attention() -> tuple[Program, list[Claim], list[Claim]]:
    """Scaled dot-product attention."""
    scale = power(Size("d"), -HALF)
    p = program(
        {"Q": ("t", "d"), "K": ("s", "d"), "V": ("s", "v"), "C": ("t", "v")},
        {
            "S": lambda s: Times(MatMul(s("Q"), Transpose(s("K"))), scale),
            "P": lambda s: softmax(s("S"), 1),
            "O": lambda s: MatMul(s("P"), s("V")),
            "J": lambda s: total(Times(s("C"), s("O"))),
        },
    )
    g, s = p.gradient, p.symbol
    weights, d_p = s("P"), MatMul(g("O"), Transpose(s("V")))

    def jacobian(d: Expr) -> Expr:
        return Times(weights, minus(d, Sum(Times(d, weights), 1)))

    flash = Times(weights, minus(g("P"), Sum(Times(g("O"), s("O")), 1)))
    right = [
        ("dV", g("V"), MatMul(Transpose(weights), g("O"))),
        ("dP", g("P"), d_p),
        ("dS", g("S"), jacobian(g("P"))),
        ("dS by O", g("S"), flash),
        ("dS from dO", g("S"), jacobian(d_p)),
        ("dQ", g("Q"), Times(MatMul(g("S"), s("K")), scale)),
        ("dK", g("K"), Times(MatMul(Transpose(g("S")), s("Q")), scale)),
        ("dQ from dO", g("Q"), Times(MatMul(jacobian(d_p), s("K")), scale)),
    ]
    wrong = [
        ("dS elementwise", g("S"), product(weights, minus(ONE, weights), g("P"))),
        ("dS without Jacobian", g("S"), Times(weights, g("P"))),
        ("dQ without scale", g("Q"), MatMul(g("S"), s("K"))),
        ("dK without scale", g("K"), MatMul(Transpose(g("S")), s("Q"))),
    ]
    return p, right, wrong


def elementwise(function: str) -> Program:
    """J = sum of Y * f(Z), with A = f(Z)."""
    return program(
        {"Z": ("n", "m"), "Y": ("n", "m")},
        {
            "A": lambda s: Apply(function, 0, s("Z")),
            "J": lambda s: total(Times(s("Y"), s("A"))),
        },
        ("g",),
    )


def small_claims() -> list[tuple[str, Program, Expr, Expr, bool]]:
    """One-step claims of many kinds: (name, program, left, right, truth)."""
    out: list[tuple[str, Program, Expr, Expr, bool]] = []

    def claim(name: str, p: Program, target: str, right: Expr, truth: bool) -> None:
        out.append((name, p, p.gradient(target), right, truth))

    p = program(
        {"z": ("K", 1), "c": ("K", 1)},
        {"s": lambda s: softmax(s("z"), 0), "J": lambda s: total(Times(s("c"), s("s")))},
    )
    a, d = p.symbol("s"), p.gradient("s")
    outer = MatMul(a, Transpose(a))
    claim("softmax Jacobian", p, "z", MatMul(minus(Times(Eye("K"), a), outer), d), True)
    claim("softmax Jacobian, plus", p, "z", MatMul(Plus(Times(Eye("K"), a), outer), d), False)
    claim("softmax elementwise", p, "z", product(a, minus(ONE, a), d), False)
    shortened = minus(Times(a, d), Times(a, MatMul(Transpose(a), d)))
    claim("softmax, shortened", p, "z", shortened, True)

    p = program({"z": ("K", 1)}, {"J": lambda s: log(Sum(exp(s("z")), 0))})
    claim("log-sum-exp", p, "z", softmax(p.symbol("z"), 0), True)

    p = program(
        {"z": ("K", 1), "c": ("K", 1), "t": SCALAR},
        {"J": lambda s: total(Times(s("c"), log(softmax(minus(s("z"), s("t")), 0))))},
    )
    z, c = p.symbol("z"), p.symbol("c")
    claim("log-softmax", p, "z", minus(c, Times(softmax(z, 0), Sum(c, 0))), True)
    claim("shift", p, "t", number(0), True)
    claim("shift, wrong", p, "t", number(1), False)

    for f, true, false in (
        ("tanh", lambda a, z: minus(ONE, power(a, 2)), lambda a, z: minus(ONE, a)),
        ("sigmoid", lambda a, z: Times(a, minus(ONE, a)), lambda a, z: Times(a, Plus(ONE, a))),
        ("relu", lambda a, z: Apply("step", 0, a), lambda a, z: a),
        ("relu", lambda a, z: Apply("step", 0, z), lambda a, z: Apply("step", 0, negate(z))),
        ("softplus", lambda a, z: Apply("sigmoid", 0, z), lambda a, z: Apply("tanh", 0, z)),
        ("g", lambda a, z: Apply("g", 1, z), lambda a, z: Apply("g", 2, z)),
        (
            "silu",
            lambda a, z: Plus(Apply("sigmoid", 0, z), Times(a, minus(ONE, Apply("sigmoid", 0, z)))),
            lambda a, z: Plus(Apply("sigmoid", 0, z), a),
        ),
        (
            "gelu",
            lambda a, z: Plus(
                product(
                    number(HALF), Plus(ONE, Apply("erf", 0, Times(z, power(number(2), -HALF))))
                ),
                product(
                    z,
                    power(product(number(2), Symbol("pi", SCALAR)), -HALF),
                    exp(product(number(-HALF), power(z, 2))),
                ),
            ),
            lambda a, z: number(HALF),
        ),
    ):
        p = elementwise(f)
        a, z, d = p.symbol("A"), p.symbol("Z"), p.gradient("A")
        claim(f"{f}'", p, "Z", Times(d, true(a, z)), True)
        claim(f"{f}', wrong", p, "Z", Times(d, false(a, z)), False)

    p = program(
        {"x": ("n", 1), "W": ("n", "n")},
        {"J": lambda s: MatMul(MatMul(Transpose(s("x")), s("W")), s("x"))},
    )
    w, x = p.symbol("W"), p.symbol("x")
    claim("quadratic form", p, "x", MatMul(Plus(w, Transpose(w)), x), True)
    claim("quadratic form, symmetric only", p, "x", Times(number(2), MatMul(w, x)), False)
    claim("quadratic form by W", p, "W", MatMul(x, Transpose(x)), True)

    p = program({"x": ("n", 1)}, {"J": lambda s: power(Sum(power(s("x"), 2), 0), HALF)})
    x = p.symbol("x")
    norm = power(Sum(power(x, 2), 0), -HALF)
    claim("norm", p, "x", Times(x, norm), True)
    claim("norm, squared", p, "x", product(x, norm, norm), False)

    p = program(
        {"x": ("n", 1), "c": ("n", 1)},
        {
            "u": lambda s: Times(s("x"), power(Sum(power(s("x"), 2), 0), -HALF)),
            "J": lambda s: total(Times(s("c"), s("u"))),
        },
    )
    u, d = p.symbol("u"), p.gradient("u")
    norm = power(Sum(power(p.symbol("x"), 2), 0), -HALF)
    projector = minus(Eye("n"), MatMul(u, Transpose(u)))
    claim("unit vector", p, "x", Times(norm, minus(d, Times(u, Sum(Times(u, d), 0)))), True)
    claim("unit vector by projector", p, "x", Times(norm, MatMul(projector, d)), True)
    claim("unit vector, no projector", p, "x", Times(norm, d), False)

    p = program(
        {"X": ("m", "n"), "t": ("m", 1), "w": ("n", 1)},
        {
            "J": lambda s: divide(
                Times(number(HALF), total(power(minus(MatMul(s("X"), s("w")), s("t")), 2))),
                Size("m"),
            )
        },
    )
    residual = minus(MatMul(p.symbol("X"), p.symbol("w")), p.symbol("t"))
    normal = divide(MatMul(Transpose(p.symbol("X")), residual), Size("m"))
    claim("least squares", p, "w", normal, True)
    claim("least squares, doubled", p, "w", Times(number(2), normal), False)

    p = program(
        {"Z": ("n", "m"), "M": ("n", "m"), "keep": Leaf(SCALAR, "positive"), "Y": ("n", "m")},
        {
            "A": lambda s: divide(Times(Apply("g", 0, s("Z")), s("M")), s("keep")),
            "J": lambda s: total(Times(s("Y"), s("A"))),
        },
        ("g",),
    )
    mask = divide(p.symbol("M"), p.symbol("keep"))
    local = Apply("g", 1, p.symbol("Z"))
    claim("dropout", p, "Z", product(p.gradient("A"), mask, local), True)
    claim("dropout, unmasked", p, "Z", product(p.gradient("A"), local), False)

    p = program(
        {"a": Leaf(("n", "m"), "unit"), "y": ("n", "m")},
        {
            "J": lambda s: negate(
                total(
                    Plus(
                        Times(s("y"), log(s("a"))),
                        Times(minus(ONE, s("y")), log(minus(ONE, s("a")))),
                    )
                )
            )
        },
    )
    a, y = p.symbol("a"), p.symbol("y")
    one = divide(minus(a, y), Times(a, minus(ONE, a)))
    two = Plus(negate(divide(y, a)), divide(minus(ONE, y), minus(ONE, a)))
    claim("cross-entropy by a", p, "a", one, True)
    claim("cross-entropy by a, two fractions", p, "a", two, True)
    wrong = minus(negate(divide(y, a)), divide(minus(ONE, y), minus(ONE, a)))
    claim("cross-entropy by a, sign", p, "a", wrong, False)
    return out


def recurrent() -> tuple[Program, list[Claim], list[Claim]]:
    """Three steps of a recurrent network with shared weights."""
    definitions: dict[str, Callable[[Look], Expr]] = {}
    for t in range(3):
        definitions[f"z{t}"] = lambda s, t=t: plus(
            MatMul(s("W"), s(f"h{t}")), MatMul(s("U"), s(f"x{t}")), s("b")
        )
        definitions[f"h{t + 1}"] = lambda s, t=t: Apply("g", 0, s(f"z{t}"))
    definitions["J"] = lambda s: total(Times(s("c"), s("h3")))
    leaves: dict[str, Leaf | Shape] = {
        "W": ("h", "h"), "U": ("h", "i"), "b": ("h", 1), "h0": ("h", 1), "c": ("h", 1),
        **{f"x{t}": ("i", 1) for t in range(3)},
    }  # fmt: skip
    p = program(leaves, definitions, ("g",))
    g, s = p.gradient, p.symbol
    terms = [MatMul(g(f"z{t}"), Transpose(s(f"h{t}"))) for t in range(3)]
    back = Times(MatMul(Transpose(s("W")), g("z2")), Apply("g", 1, s("z1")))
    return p, [("dW", g("W"), plus(*terms)), ("dz1", g("z1"), back)], [("dW", g("W"), terms[2])]


__all__ = [
    "Number", "attention", "elementwise", "mean", "network", "network_claims", "normalisation",
    "plus", "power", "product", "program", "recurrent", "small_claims",
]  # fmt: skip
