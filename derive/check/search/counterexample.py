"""The smallest concrete case in which a statement fails, with numbers that a reader can redo.

In: a program and a statement.  Out: a `derive.verdict.Counterexample`, or None.  Sizes grow from
1 until the field sees a difference; then small whole numbers are tried, exactly, or with proved
bounds where exp, log or a root is involved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from itertools import combinations, islice
from typing import Final

from derive.check.axes import Array, stretch, transposed
from derive.check.domains import Domain, Field, NoValue, Outside, Scalar, Unsupported
from derive.check.evaluate import World
from derive.check.graph import Graph, fits, sides
from derive.check.search.exact import Interval, Rational
from derive.check.search.points import height_of
from derive.check.statements import agree, telescoped
from derive.program import Composition, Equation, Index, Jacobian, Program, Statement
from derive.verdict import Counterexample

SHAPES: Final = 80
VALUES: Final = 8
"""Choices of values tried at each shape."""
MOST_VALUES: Final = 40
"""The same where nothing may show until a unit is on."""
EASY: Final = 20
"""The strain of a counterexample that is good enough."""
UNDEFINED: Final = "undefined"
"""The value of a root or logarithm of a negative number."""
CHOICES: Final[dict[str, tuple[Fraction, ...]]] = {
    "small": tuple(map(Fraction, (1, -1, 0, 1, 2))),
    "real": tuple(map(Fraction, (1, 2, -1, 1, -2, 3))),
    "positive": tuple(map(Fraction, (1, 4, 2, 1, 3))),
    "unit": (Fraction(1, 2), Fraction(1, 3), Fraction(3, 4), Fraction(1, 4)),
}


@dataclass(frozen=True)
class Candidate:
    """A counterexample and how hard it is on the eye: inexact, tiny, huge or nearly equal."""

    example: Counterexample
    strain: int


@dataclass(frozen=True)
class Difference:
    """Where and how the sides differ; `at` names values of free indices."""

    entry: tuple[int, int] | None
    left: Scalar
    right: Scalar | None
    at: dict[str, str]


def find_counterexample(
    program: Program,
    statement: Statement,
    *,
    tries: int = 20,
    onehot: bool = False,
    kinks: bool = True,
) -> Counterexample | None:
    """The first difference in order of size; None if none shows at `tries` shapes.

    onehot: whether entries that add up to 1 are to be 0 or 1.  kinks: whether the argument of a
    step may be 0, where ``z > 0`` and ``z >= 0`` part.

    >>> from derive.program import Leaf, Transpose, MatMul
    >>> program = Program({"A": Leaf(("n", "n"))}, {})
    >>> A = program.symbol("A")
    >>> found = find_counterexample(program, Equation(A, Transpose(A)))
    >>> found.shapes, found.entry, found.left == found.right
    ({'n': 2}, (1, 2), False)
    """
    try:
        graph = Graph(program)
        graph.check_statement(statement)
    except ValueError:
        return None
    if isinstance(statement, Equation) and not fits(statement):
        return None
    steps = "step" in graph.functions(sides(statement))
    for sizes in islice(_shapes(graph, statement), SHAPES):
        if tries <= 0:
            return None
        if _field_agrees(graph, statement, sizes):
            continue
        tries -= 1
        best: Candidate | None = None
        for attempt in range(VALUES if not steps else MOST_VALUES):
            if attempt >= VALUES and best is not None:
                break
            if onehot and attempt % 2:
                continue
            found = _attempt(graph, statement, sizes, attempt, kinks)
            if found is not None and (best is None or found.strain < best.strain):
                best = found
            if best is not None and best.strain <= EASY:
                break
        if best is not None:
            return best.example
    return None


def _shapes(graph: Graph, statement: Statement) -> Iterator[dict[str, int]]:
    """Small shapes first; then distinct sizes, which show what equal ones hide."""
    dims = graph.dimensions(sides(statement))
    ones = dict.fromkeys(dims, 1)
    yield ones
    for count in range(1, min(len(dims), 2) + 1):
        for chosen in combinations(dims, count):
            yield ones | dict.fromkeys(chosen, 2)
    yield dict.fromkeys(dims, 2)
    for one in dims:
        yield dict.fromkeys(dims, 2) | {one: 3}
    yield {dim: 2 + k % 3 for k, dim in enumerate(dims)}
    yield {dim: 4 - k % 3 for k, dim in enumerate(dims)}


def _field_agrees(graph: Graph, statement: Statement, sizes: dict[str, int]) -> bool:
    """Whether a random point of the field shows no difference at these sizes."""
    for seed in range(40):
        field = Field(height_of(graph, sides(statement)), seed)

        def draw(kind: str, name: str, row: int, column: int, field: Field = field) -> Scalar:
            domain = graph.program.leaves[name].domain if kind == "leaf" else "real"
            return field.leaf(domain, kind, name, row, column)

        try:
            world = World(graph, field, sizes, draw)
            if isinstance(statement, Equation):
                if not agree(world, statement):
                    return False
            elif _difference_of_maps(world, statement) is not None:
                return False
        except NoValue:
            continue
        except Unsupported:
            return True
        if seed >= 4 or "step" not in graph.functions(sides(statement)):
            return True
    return True


def _attempt(
    graph: Graph, statement: Statement, sizes: dict[str, int], attempt: int, kinks: bool = True
) -> Candidate | None:
    """Compares the sides at one choice of values: exactly, or else with bounds."""
    program = graph.program
    unknown = sorted(
        name
        for name in graph.functions(sides(statement))
        if name in program.functions and program.functions[name].body is None
    )
    degree = 2 + attempt % VALUES // 4
    for domain in (Rational(unknown, degree), Interval(unknown, degree)):
        domain.kinks = kinks
        drawn: dict[str, dict[tuple[int, int], Fraction]] = {}
        world = _world(graph, domain, sizes, attempt, drawn)
        try:
            found = _difference(world, statement)
        except NoValue:
            return None
        except Unsupported:
            continue
        if found is None:
            return None
        values = {name: _shown(world, name) for name in program.leaves if name in drawn}
        values |= {name: domain.formula(name) for name in unknown}
        left = domain.show(found.left)
        right = UNDEFINED if found.right is None else domain.show(found.right)
        example = Counterexample(sizes, values | found.at, found.entry, left, right)
        return Candidate(example, _strain(domain, found))
    return None


def _world(
    graph: Graph,
    domain: Domain,
    sizes: dict[str, int],
    attempt: int,
    drawn: dict[str, dict[tuple[int, int], Fraction]],
) -> World:
    def draw(kind: str, name: str, row: int, column: int) -> Scalar:
        leaf = graph.program.leaves[name]
        value = _small(name, row, column, attempt, leaf.domain)
        if leaf.sums_to_one is not None:
            along, other = (row, column) if leaf.sums_to_one == 0 else (column, row)
            dim = leaf.dims[leaf.sums_to_one]
            size = dim if isinstance(dim, int) else sizes[dim]
            if leaf.domain != "real":
                value = Fraction(1, size + 1 + (along + other + attempt) % 2)
            elif attempt % 2 == 0:  # labels: one 1, the others 0
                value = Fraction(along == _chance(name, other, attempt) % size)
        drawn.setdefault(name, {})[row, column] = value
        return domain.number(value)

    return World(graph, domain, sizes, draw)


def _small(name: str, row: int, column: int, attempt: int, domain: str) -> Fraction:
    small = domain == "real" and attempt % 4 < 3
    choices = CHOICES["small" if small else domain]
    return choices[_chance(name, row, column, attempt) % len(choices)]


def _chance(*what: object) -> int:
    return int.from_bytes(blake2b(repr(what).encode(), digest_size=4).digest(), "big")


def _shown(world: World, name: str) -> str:
    """The value of a leaf as text: a number, or rows in brackets."""
    shape = world.program.shape(name)
    rows = [[_text(world, a) for a in row] for row in world.named(name)]
    if shape == (1, 1):
        return rows[0][0]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def _text(world: World, a: Scalar) -> str:
    assert isinstance(world.domain, Rational)
    return str(world.domain.middle(a).limit_denominator(1000))


def _strain(domain: Rational, found: Difference) -> int:
    """0 for short fractions; more for decimals, and for sides that are tiny, huge or close."""
    if found.right is None:
        return EASY
    left, right = domain.middle(found.left), domain.middle(found.right)
    size, gap = max(abs(left), abs(right)), abs(left - right)
    exact = not isinstance(domain, Interval)
    length = len(str(left)) + len(str(right)) if exact else EASY
    return length + 50 * (size > 100) + 100 * (gap < Fraction(1, 20)) + 200 * (100 * gap < size)


# -- differences -------------------------------------------------------------------------------


def _difference(world: World, statement: Statement) -> Difference | None:
    if isinstance(statement, Composition):
        return _difference_of_maps(world, statement)
    return _difference_of_sides(world, statement, list(world.graph.letters(statement)), {})


def _difference_of_sides(
    world: World, statement: Equation, indices: list[Index], at: dict[str, str]
) -> Difference | None:
    if indices:
        for k in range(world.size(indices[0].dim)):
            world.at(indices[0], k)
            chosen = at | {indices[0].name: str(k + 1)}
            deeper = _difference_of_sides(world, statement, indices[1:], chosen)
            if deeper is not None:
                return deeper
        return None
    left = world.value(statement.left)
    try:
        right = world.value(statement.right)
    except Outside:
        only = len(left) == len(left[0]) == 1
        return Difference(None, left[0][0], None, at) if only else None
    left = stretch(left, len(right), len(right[0]))
    right = stretch(right, len(left), len(left[0]))
    scalar = statement.left.shape == statement.right.shape == (1, 1)
    found = _first(world, left, right)
    if found is None:
        return None
    (i, j), a, b = found
    return Difference(None if scalar else (i + 1, j + 1), a, b, at)


def _first(
    world: World, left: Array, right: Array
) -> tuple[tuple[int, int], Scalar, Scalar] | None:
    for i, (r, s) in enumerate(zip(left, right, strict=True)):
        for j, (a, b) in enumerate(zip(r, s, strict=True)):
            if not world.domain.equal(a, b):
                return (i, j), a, b
    return None


def _difference_of_maps(world: World, statement: Composition) -> Difference | None:
    """Compares the matrices of both sides; a product that does not telescope is taken in the
    order written, or backwards, where its matrices can be multiplied."""
    order, _ = telescoped(world.graph, statement)
    written = [order] if order else [statement.factors, statement.factors[::-1]]
    left = _matrix(world, statement.left)
    scale = world.value(statement.scale)[0][0]
    left = [[world.domain.mul(scale, a) for a in row] for row in left]
    for factors in written:
        product = _multiplied(world, factors)
        if product is None or (len(product), len(product[0])) != (len(left), len(left[0])):
            continue
        found = _first(world, left, product)
        if found is None:
            continue
        (i, j), a, b = found
        shape = world.program.shape(statement.left.by)
        if world.program.shape(statement.left.of) == (1, 1):
            i, j = divmod(j, world.size(shape[1]))
        return Difference((i + 1, j + 1), a, b, {})
    return None


def _matrix(world: World, jacobian: Jacobian) -> Array:
    """One row for each entry of the value, one column for each entry of the variable."""
    program = world.program
    rows, columns = (world.size(dim) for dim in program.shape(jacobian.of))
    zero, one = world.domain.number(0), world.domain.number(1)
    matrix: Array = []
    for i in range(rows):
        for j in range(columns):
            seed = [[one if (a, b) == (i, j) else zero for b in range(columns)]
                    for a in range(rows)]  # fmt: skip
            back = world.pulled_back(program.symbol(jacobian.of), seed, jacobian.by)
            matrix.append([a for row in back for a in row])
    return matrix


def _multiplied(world: World, factors: tuple[Jacobian, ...]) -> Array | None:
    """The product of the matrices; None if two neighbours do not fit."""
    product: Array | None = None
    for factor in factors:
        matrix = _matrix(world, factor)
        if product is None:
            product = matrix
        elif len(product[0]) != len(matrix):
            return None
        else:
            columns = transposed(matrix)
            product = [[world.domain.dot(row, column) for column in columns] for row in product]
    return product
