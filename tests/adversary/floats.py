"""The truth of an equation by floating point numbers, at several shapes.

It knows nothing of engine, checker or table of derivatives: values by NumPy, gradients by the
complex step, derivatives of functions by power series of their bodies.  "True" is meant for all
sizes and all functions: sizes are pairwise different at one shape and partly or all equal at the
next, and an arbitrary function is another one at each point, with slopes of either sign.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random

import numpy as np

from derive import program as p
from derive.program import Dim, Equation, Expr, Program

from . import jets

Array = np.ndarray
Letters = Mapping[p.Index, int]
STEP = 1e-30
EXACT, OFF = 1e-9, 1e-6
"""Relative differences below are rounding, above are real; between the two nothing is said."""
TRIES = 12
CLASSES = -1
"""The attempt at which labels are classes: one 1, the others 0."""
CONSTANTS = {"pi": math.pi}
REACHES = (1.3, 5.2, 1.3, 2.6, 1.3, 10.4, 1.3, 1.3)
"""How far the values of the leaves go, shape by shape: what holds for small ones only is found.
The later attempts keep to the smallest reach, as sides may have no values far out."""
NOISE = 1e-13
"""Relative disturbance of all function values: what it changes is rounding."""
WAVES = ((0.0, 1.0), (0.5, 0.4), (1.6, 1.4))
"""Middle and height of the sines that arbitrary functions are: of either sign, between 0 and 1 as
some losses want them, positive."""


class Truth:
    """Points of one program, shared by all that is claimed of it."""

    def __init__(self, program: Program, shapes: int = 8, seed: int = 0) -> None:
        self.program, self.shapes, self.seed = program, shapes, seed
        self.dims = sorted(_dimensions(program))
        self.points: dict[tuple[int, int, bool], Point] = {}

    def __call__(self, statement: Equation) -> bool | None:
        """True or False; None where nothing is certain or the sides have no values."""
        seen = 0
        for shape in range(self.shapes):
            for attempt in range(TRIES):
                word = self._point(shape, attempt).agrees(statement)
                if word is False and self._is_real(shape, attempt, statement):
                    return False
                if word:
                    seen += 1
                    break
        return True if seen == self.shapes and not self._fails_for_classes(statement) else None

    def _fails_for_classes(self, statement: Equation) -> bool:
        """Whether the sides differ where labels are 0 or 1, as a step of a label may."""
        labels = any(leaf.sums_to_one is not None for leaf in self.program.leaves.values())
        return labels and any(
            self._point(shape, CLASSES).agrees(statement) is False for shape in range(2)
        )

    def _is_real(self, shape: int, attempt: int, statement: Equation) -> bool:
        """Whether a difference stays when all function values are disturbed a little.

        ``1 - sigmoid(z)`` of a large z has no correct digit, nor what is divided by it.
        """
        if attempt == CLASSES or self._reach(shape, attempt) == REACHES[0]:
            return True
        steady = self._point(shape, attempt).sides(statement)
        shaken = self._point(shape, attempt, noisy=True).sides(statement)
        pairs = zip(steady, shaken, strict=True)
        return all(
            _gap(a, b) < OFF for one, other in pairs for a, b in zip(one, other, strict=True)
        )

    def _reach(self, shape: int, attempt: int) -> float:
        return REACHES[shape % len(REACHES) if attempt < TRIES // 2 else 0]

    def _point(self, shape: int, attempt: int, noisy: bool = False) -> Point:
        key = (shape, attempt, noisy)
        if key not in self.points:
            seed = zlib.crc32(repr((self.seed, shape, attempt)).encode())
            waves = WAVES[(shape + attempt) % len(WAVES)]
            scene = (self._sizes(shape), seed, waves, self._reach(shape, attempt))
            noise = NOISE if noisy else 0.0
            self.points[key] = Point(self.program, *scene, attempt == CLASSES, noise)
        return self.points[key]

    def _sizes(self, shape: int) -> dict[str, int]:
        """Pairwise different, all equal, different in another order, some equal; and again."""
        rng = Random(f"sizes {self.seed} {shape}")
        count = len(self.dims)
        match shape % 4:
            case 1:
                sizes = [2 + shape] * count
            case 3:
                sizes = [rng.choice((2, 3)) for _ in self.dims]
            case _:
                sizes = rng.sample(range(2, 3 + count), count)
        return dict(zip(self.dims, sizes, strict=True))


class Point:
    """Sizes and values of all leaves; definitions and gradients as they are asked for."""

    def __init__(
        self,
        program: Program,
        sizes: Mapping[str, int],
        seed: int,
        waves: tuple[float, float],
        reach: float,
        classes: bool,
        noise: float,
    ) -> None:
        self.noise, self.disturbance = noise, Random(f"noise {seed}")
        self.program, self.sizes, self.seed, self.waves = program, sizes, seed, waves
        rng = np.random.default_rng(seed)
        self.leaves: dict[str, Array] = {}
        for name, leaf in program.leaves.items():
            rows, columns = (self.size(d) for d in leaf.dims)
            value = rng.uniform(0.15, reach, (rows, columns))
            if leaf.domain == "real":
                value *= rng.choice([-1.0, 1.0], value.shape)
            elif leaf.domain == "unit":
                value = value / (reach + 0.2)
            if leaf.sums_to_one is not None:
                value = np.abs(value)
                value /= value.sum(axis=leaf.sums_to_one, keepdims=True)
                if classes:
                    value = np.equal(value, value.max(axis=leaf.sums_to_one, keepdims=True))
            self.leaves[name] = value.astype(complex)
        for name, number in CONSTANTS.items():
            self.leaves[name] = np.array([[complex(number)]])
        with np.errstate(all="ignore"):
            self.values = self.run({})
        self.gradients: dict[str, Array] = {}

    def size(self, dim: Dim) -> int:
        return dim if isinstance(dim, int) else self.sizes[dim]

    def run(self, fixed: Mapping[str, Array]) -> dict[str, Array]:
        """All names, those in `fixed` held at what they are."""
        values = {**self.leaves, **fixed}
        for name, body in self.program.definitions.items():
            if name not in fixed:
                value = self.value(body, values, {})
                shape = tuple(self.size(d) for d in body.shape)
                values[name] = np.broadcast_to(value, shape)
        return values

    def agrees(self, statement: Equation) -> bool | None:
        """Whether the sides are equal here; None if one has no value or it is too close."""
        word: bool | None = True
        for left, right in self.sides(statement):
            if not (_real(left) and _real(right)):
                word = None
                continue
            gap = _gap(left, right)
            if gap > OFF:
                return False
            word = word if gap < EXACT else None
        return word

    def sides(self, statement: Equation) -> Iterator[tuple[Array, Array]]:
        """Both sides, for each choice of the free letters."""
        letters = list(statement.free)
        shape = [range(self.size(i.dim)) for i in letters]
        for places in np.ndindex(*(len(r) for r in shape)):
            at = dict(zip(letters, places, strict=True))
            with np.errstate(all="ignore"):
                left = self.value(statement.left, self.values, at)
                right = self.value(statement.right, self.values, at)
            yield left, right

    def gradient(self, name: str) -> Array:
        """The derivative of the cost by each entry of a name, by the complex step."""
        if name not in self.gradients:
            base = self.values[name]
            out = np.zeros(base.shape, complex)
            for place in np.ndindex(base.shape):
                out[place] = self.slope(name, place, p.Symbol(self.program.cost or "", (1, 1)), {})
            self.gradients[name] = out
        return self.gradients[name]

    def slope(self, name: str, place: tuple[int, ...], of: Expr, at: Letters) -> float:
        moved = self.values[name].copy()
        moved[place] += STEP * 1j
        return float(self.value(of, self.run({name: moved}), at)[0, 0].imag / STEP)

    # -- expressions --------------------------------------------------------------------------

    def value(self, e: Expr, values: Mapping[str, Array], at: Letters) -> Array:
        def of(inner: Expr) -> Array:
            return self.value(inner, values, at)

        match e:
            case p.Number(value=v):
                return np.array([[complex(v)]])
            case p.Size(dim=d):
                return np.array([[complex(self.size(d))]])
            case p.Symbol(name=name):
                return values[name]
            case p.Eye(dim=d):
                return np.eye(self.size(d), dtype=complex)
            case p.Transpose(arg=a):
                return of(a).T
            case p.MatMul(left=a, right=b):
                return self.whole(of(a), a) @ self.whole(of(b), b)
            case p.Times(left=a, right=b):
                return of(a) * of(b)
            case p.Plus(left=a, right=b):
                return of(a) + of(b)
            case p.Power(base=a, exponent=x):
                return jets.power([of(a)], x)[0]
            case p.Sum(arg=a, axis=axis):
                return self.whole(of(a), a).sum(axis=axis, keepdims=True)
            case p.Apply(function=name, order=k, arg=a):
                return self.call(name, k, of(a))
            case p.Gradient(name=name):
                return self.gradient(name)
        return self.indexed(e, values, at)

    def whole(self, value: Array, e: Expr) -> Array:
        """The array with stretched axes written out."""
        return np.broadcast_to(value, tuple(self.size(d) for d in e.shape))

    def indexed(self, e: Expr, values: Mapping[str, Array], at: Letters) -> Array:
        match e:
            case p.Entry(arg=a, row=i, column=j):
                array = self.whole(self.value(a, values, at), a)
                array = array if i is None else array[[at[i]], :]
                return array if j is None else array[:, [at[j]]]
            case p.SumOver(index=i, body=body):
                each = (self.value(body, values, {**at, i: k}) for k in range(self.size(i.dim)))
                return np.asarray(sum(each))
            case p.Build(row=i, column=j, body=body):
                rows, columns = (1 if x is None else self.size(x.dim) for x in (i, j))
                out = np.zeros((rows, columns), complex)
                for r, c in np.ndindex(rows, columns):
                    new = {x: k for x, k in ((i, r), (j, c)) if x is not None}
                    out[r, c] = self.value(body, values, {**at, **new})[0, 0]
                return out
            case p.Delta(left=i, right=j):
                return np.array([[complex(at[i] == at[j])]])
            case p.Partial(body=body, name=name, row=i, column=j):
                place = (0 if i is None else at[i], 0 if j is None else at[j])
                return np.array([[complex(self.slope(name, place, body, at))]])
        raise TypeError(f"value: unknown expression {type(e).__name__}")

    # -- functions ----------------------------------------------------------------------------

    def call(self, name: str, order: int, x: Array) -> Array:
        value = self.jet(name, jets.variable(x, order))[order] * math.factorial(order)
        return value * (1 + self.noise * self.disturbance.uniform(0.5, 1)) if self.noise else value

    def jet(self, name: str, x: jets.Jet) -> jets.Jet:
        if name in jets.PRIMITIVE:
            return jets.PRIMITIVE[name](x)
        body = self.program.functions[name].body
        if body is None:
            return self.wave(name, x)
        return self.body(body, x)

    def wave(self, name: str, x: jets.Jet) -> jets.Jet:
        """An arbitrary function: a sine of this point with a phase and a rate of its own."""
        rng = Random(f"{name} {self.seed}")
        middle, height = (jets.constant(number, x) for number in self.waves)
        rate, phase = (jets.constant(rng.uniform(*of), x) for of in ((0.6, 1.8), (0, 2 * math.pi)))
        inner = jets.add(jets.multiply(rate, x), phase)
        return jets.add(middle, jets.multiply(height, jets.sin(inner)))

    def body(self, e: Expr, x: jets.Jet) -> jets.Jet:
        match e:
            case p.Number(value=v):
                return jets.constant(complex(v), x)
            case p.Symbol(name=name):
                return x if name == p.ARGUMENT else jets.constant(self.leaves[name][0, 0], x)
            case p.Plus(left=a, right=b):
                return jets.add(self.body(a, x), self.body(b, x))
            case p.Times(left=a, right=b):
                return jets.multiply(self.body(a, x), self.body(b, x))
            case p.Power(base=a, exponent=q):
                return jets.power(self.body(a, x), Fraction(q))
            case p.Apply(function=name, order=0, arg=a):
                return self.jet(name, self.body(a, x))
        raise TypeError(f"body: unknown expression {type(e).__name__}")


def _gap(left: Array, right: Array) -> float:
    """How far two arrays are from each other, for their size."""
    scale = 1e-3 + np.max(np.abs(left)) + np.max(np.abs(right))
    return float(np.max(np.abs(left - right)) / scale)


def _real(value: Array) -> bool:
    return bool(np.all(np.isfinite(value)) and np.all(np.abs(value.imag) < 1e-12))


def _dimensions(program: Program) -> set[str]:
    found = {d for leaf in program.leaves.values() for d in leaf.dims}
    for body in program.definitions.values():
        for node in p.walk(body):
            found |= {*node.shape}
            if isinstance(node, p.Size):
                found.add(node.dim)
    return {d for d in found if isinstance(d, str)}
