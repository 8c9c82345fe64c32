"""Certificates: a proved statement with its program, as plain JSON that anyone can check again.

In and out: `Program`, `Statement` and the names of the rules that the proof used; and the
object that ``derive verify --proofs DIR`` writes.  Expressions are a list of nodes that refer to
earlier ones, so a certificate is small and never nested deeply.  Reading is strict: an unknown
key, a name that does not fit, an excess of anything is a `ValueError` with one clear line.

``python -m derive.check FILE`` accepts a certificate by evaluation alone, without the engine.

>>> from derive.program import Equation, Leaf, Transpose
>>> program = Program({"A": Leaf(("n", "m"))}, {})
>>> A = program.symbol("A")
>>> statement = Equation(A, Transpose(Transpose(A)))
>>> data = to_json(program, statement, ("transpose",))
>>> data["nodes"]
[['symbol', 'A', 'n', 'm'], ['transpose', 0], ['transpose', 1]]
>>> from_json(data) == (program, statement)
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, TypeVar

from derive.program import (
    Apply,
    Build,
    Composition,
    Delta,
    Dim,
    Entry,
    Equation,
    Expr,
    Eye,
    Function,
    Gradient,
    Index,
    Jacobian,
    Leaf,
    MatMul,
    Number,
    Partial,
    Plus,
    Power,
    Program,
    Size,
    Statement,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
)

SCHEMA: Final = "derive.certificate/1"
MOST_NODES: Final = 20_000
DEEPEST: Final = 150
MOST_NAMES: Final = 2_000
LONGEST_NAME: Final = 200
LONGEST_NUMBER: Final = 400
"""Characters of an exact number."""
LARGEST_SIZE: Final = 1_000_000
HIGHEST_ORDER: Final = 8
DOMAINS: Final = ("real", "positive", "unit")

_T = TypeVar("_T")


# -- writing -----------------------------------------------------------------------------------


class _Writer:
    """Gives every different subexpression a place in one list."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self._place: dict[tuple[Any, ...], int] = {}
        self._seen: dict[int, tuple[Expr, int]] = {}

    def place(self, expr: Expr) -> int:
        """The place of an expression, which is written down if it is new."""
        if id(expr) not in self._seen:
            self._seen[id(expr)] = (expr, self._new_place(expr))
        return self._seen[id(expr)][1]

    def _new_place(self, expr: Expr) -> int:
        row = self._row(expr)
        key = (*(tuple(x) if isinstance(x, list) else x for x in row),)
        if key not in self._place:
            self._place[key] = len(self.nodes)
            self.nodes.append(row)
        return self._place[key]

    def _row(self, expr: Expr) -> list[Any]:
        at = self.place
        match expr:
            case Number(value=v):
                return ["number", str(v)]
            case Size(dim=d):
                return ["size", d]
            case Symbol(name=n, dims=(r, c)):
                return ["symbol", n, r, c]
            case Gradient(name=n, dims=(r, c)):
                return ["gradient", n, r, c]
            case Eye(dim=d):
                return ["eye", d]
            case Delta(left=i, right=j):
                return ["delta", _index(i), _index(j)]
            case Transpose(arg=a):
                return ["transpose", at(a)]
            case MatMul(left=a, right=b):
                return ["matmul", at(a), at(b)]
            case Times(left=a, right=b):
                return ["times", at(a), at(b)]
            case Plus(left=a, right=b):
                return ["plus", at(a), at(b)]
            case Power(base=a, exponent=e):
                return ["power", at(a), str(e)]
            case Sum(arg=a, axis=axis):
                return ["sum", at(a), axis]
            case Apply(function=f, order=k, arg=a):
                return ["apply", f, k, at(a)]
            case Entry(arg=a, row=i, column=j):
                return ["entry", at(a), _index(i), _index(j)]
            case SumOver(index=i, body=a):
                return ["sum_over", _index(i), at(a)]
            case Build(row=i, column=j, body=a):
                return ["build", _index(i), _index(j), at(a)]
            case Partial(body=a, name=n, row=i, column=j):
                return ["partial", at(a), n, _index(i), _index(j)]
        raise TypeError(f"certificate: unknown expression {type(expr).__name__}")


def _index(index: Index | None) -> list[Any] | None:
    return None if index is None else [index.name, index.dim]


def to_json(program: Program, statement: Statement, rules: Iterable[str]) -> dict[str, Any]:
    """A certificate as an object of lists, texts and small integers."""
    writer = _Writer()
    leaves = [
        [name, list(leaf.dims), leaf.domain, leaf.sums_to_one]
        for name, leaf in program.leaves.items()
    ]
    functions = [
        [name, None if f.body is None else writer.place(f.body)]
        for name, f in program.functions.items()
    ]
    definitions = [[name, writer.place(expr)] for name, expr in program.definitions.items()]
    if isinstance(statement, Equation):
        claim: dict[str, Any] = {
            "kind": "equation",
            "left": writer.place(statement.left),
            "right": writer.place(statement.right),
            "free": [_index(i) for i in statement.free],
        }
    else:
        claim = {
            "kind": "composition",
            "left": [statement.left.of, statement.left.by],
            "factors": [[factor.of, factor.by] for factor in statement.factors],
            "scale": writer.place(statement.scale),
        }
    return {
        "schema": SCHEMA,
        "leaves": leaves,
        "functions": functions,
        "definitions": definitions,
        "cost": program.cost,
        "statement": claim,
        "nodes": writer.nodes,
        "rules": list(rules),
    }


# -- reading -----------------------------------------------------------------------------------


def from_json(data: object) -> tuple[Program, Statement]:
    """The program and statement of a certificate; ValueError if it is not one."""
    keys = (
        "schema", "leaves", "functions", "definitions", "cost", "statement", "nodes", "rules",
    )  # fmt: skip
    record = _record(data, keys, "the certificate")
    if record["schema"] != SCHEMA:
        raise ValueError(f"the schema is not {SCHEMA}")
    for rule in _list(record["rules"], "rules", MOST_NAMES):
        _name(rule, "a rule")
    nodes = _Reader(_list(record["nodes"], "nodes", MOST_NODES)).nodes

    def node(place: object, what: str) -> Expr:
        return nodes[_natural(place, what, len(nodes) - 1)]

    leaves = _named(record["leaves"], "leaves", 4, _leaf)
    functions = _named(
        record["functions"],
        "functions",
        2,
        lambda name, row: Function(name, None if row[1] is None else node(row[1], "a function")),
    )
    definitions = _named(
        record["definitions"], "definitions", 2, lambda name, row: node(row[1], "a definition")
    )
    cost = None if record["cost"] is None else _name(record["cost"], "the cost")
    program = Program(leaves, definitions, functions, cost)
    return program, _statement(record["statement"], node)


def _statement(data: object, node: Callable[[object, str], Expr]) -> Statement:
    kind = data.get("kind") if isinstance(data, dict) else None
    if kind == "equation":
        record = _record(data, ("kind", "left", "right", "free"), "the statement")
        free = tuple(_read_index(i) for i in _list(record["free"], "free indices", 8))
        return Equation(
            node(record["left"], "the left side"), node(record["right"], "the right side"), free
        )
    if kind == "composition":
        record = _record(data, ("kind", "left", "factors", "scale"), "the statement")
        factors = _list(record["factors"], "factors", MOST_NAMES)
        return Composition(
            _jacobian(record["left"]),
            tuple(_jacobian(factor) for factor in factors),
            node(record["scale"], "the scale"),
        )
    raise ValueError("the statement is neither an equation nor a composition")


class _Reader:
    """Builds the nodes in order; each may only refer to those before it."""

    def __init__(self, rows: Sequence[object]) -> None:
        self.nodes: list[Expr] = []
        self._depths: list[int] = []
        for k, row in enumerate(rows):
            self._depth = 0
            try:
                self.nodes.append(self._node(_list(row, "a node", 5)))
            except ValueError as error:
                raise ValueError(f"node {k}: {error}") from None
            if self._depth >= DEEPEST:
                raise ValueError(f"node {k}: nested more than {DEEPEST} deep")
            self._depths.append(self._depth + 1)

    def _at(self, place: object) -> Expr:
        k = _natural(place, "a reference", len(self.nodes) - 1)
        self._depth = max(self._depth, self._depths[k])
        return self.nodes[k]

    def _node(self, row: Sequence[object]) -> Expr:
        at = self._at
        match row:
            case ["number", str(v)]:
                return Number(_fraction(v))
            case ["size", str(d)]:
                return Size(_name(d, "a dimension"))
            case ["symbol", n, r, c]:
                return Symbol(_name(n, "a symbol"), (_dim(r), _dim(c)))
            case ["gradient", n, r, c]:
                return Gradient(_name(n, "a gradient"), (_dim(r), _dim(c)))
            case ["eye", d]:
                return Eye(_dim(d))
            case ["delta", i, j]:
                return Delta(_read_index(i), _read_index(j))
            case ["transpose", a]:
                return Transpose(at(a))
            case ["matmul", a, b]:
                return MatMul(at(a), at(b))
            case ["times", a, b]:
                return Times(at(a), at(b))
            case ["plus", a, b]:
                return Plus(at(a), at(b))
            case ["power", a, str(e)]:
                return Power(at(a), _fraction(e))
            case ["sum", a, axis]:
                return Sum(at(a), _natural(axis, "an axis", 1))
            case ["apply", f, k, a]:
                order = _natural(k, "an order of a derivative", HIGHEST_ORDER)
                return Apply(_name(f, "a function"), order, at(a))
            case ["entry", a, i, j]:
                return Entry(at(a), _optional_index(i), _optional_index(j))
            case ["sum_over", i, a]:
                return SumOver(_read_index(i), at(a))
            case ["build", i, j, a]:
                return Build(_optional_index(i), _optional_index(j), at(a))
            case ["partial", a, n, i, j]:
                body, name = at(a), _name(n, "a name")
                return Partial(body, name, _optional_index(i), _optional_index(j))
        raise ValueError("no such kind of expression")


def _leaf(name: str, row: Sequence[object]) -> Leaf:
    dims = _list(row[1], f"the dimensions of {name}", 2)
    domain, axis = row[2], row[3]
    if len(dims) != 2 or domain not in DOMAINS:
        raise ValueError(f"the leaf {name} is not described by two dimensions and a domain")
    sums = None if axis is None else _natural(axis, "an axis", 1)
    return Leaf((_dim(dims[0]), _dim(dims[1])), str(domain), sums)


def _named(
    data: object, what: str, width: int, build: Callable[[str, Sequence[object]], _T]
) -> dict[str, _T]:
    found: dict[str, _T] = {}
    for row in _list(data, what, MOST_NAMES):
        items = _list(row, f"a row of {what}", width)
        if len(items) != width:
            raise ValueError(f"a row of {what} has {len(items)} items instead of {width}")
        name = _name(items[0], f"a name among {what}")
        if name in found:
            raise ValueError(f"{name} stands twice among {what}")
        found[name] = build(name, items)
    return found


def _record(data: object, keys: Sequence[str], what: str) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise ValueError(f"{what} is not an object")
    for key in sorted(set(keys) ^ {str(k) for k in data}):
        raise ValueError(f"{what} has {'no' if key in keys else 'an unknown'} key {key[:40]!r}")
    return data


def _list(data: object, what: str, most: int) -> list[Any]:
    if not isinstance(data, list):
        raise ValueError(f"{what} is not a list")
    if len(data) > most:
        raise ValueError(f"{what} has {len(data)} items, more than {most}")
    return data


def _natural(value: object, what: str, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"{what} is not a whole number from 0 to {most}")
    return value


def _name(value: object, what: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise ValueError(f"{what} is not a text of 1 to {LONGEST_NAME} characters")
    return value


def _dim(value: object) -> Dim:
    if isinstance(value, str):
        return _name(value, "a dimension")
    if value == 0:
        raise ValueError("a dimension is 0")
    return _natural(value, "a dimension", LARGEST_SIZE)


def _read_index(value: object) -> Index:
    items = _list(value, "an index", 2)
    if len(items) != 2:
        raise ValueError("an index is not a name and a dimension")
    return Index(_name(items[0], "an index"), _dim(items[1]))


def _optional_index(value: object) -> Index | None:
    return None if value is None else _read_index(value)


def _jacobian(value: object) -> Jacobian:
    items = _list(value, "a derivative", 2)
    if len(items) != 2:
        raise ValueError("a derivative is not a pair of names")
    return Jacobian(_name(items[0], "a name"), _name(items[1], "a name"))


def _fraction(text: str) -> Fraction:
    numerator, _, denominator = text.partition("/")
    digits = (numerator.removeprefix("-"), denominator or "1")
    if len(text) > LONGEST_NUMBER or not all(d.isascii() and d.isdigit() for d in digits):
        raise ValueError(f"{text[:40]!r} is not an exact number such as -3/4")
    if int(digits[1]) == 0:
        raise ValueError("a number with denominator 0")
    return Fraction(int(numerator), int(digits[1]))
