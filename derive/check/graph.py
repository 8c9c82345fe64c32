"""What a program's names are computed from, and whether program and statement make sense at all.

Built once per program and shared by all points.  The checker trusts no one: a name with other
dimensions than its definition, a definition that uses a later one, or a function that calls
itself is a `ValueError` here, before anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import is_
from typing import Final

from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    SCALAR,
    ZERO,
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
    Number,
    Partial,
    Plus,
    Power,
    Program,
    Size,
    Statement,
    SumOver,
    Symbol,
    Times,
    children,
)

PI: Final = "pi"
"""A scalar of this name is the number 3.14159..., as in the derivative of erf."""
DEEPEST: Final = 150
LARGEST: Final = 20_000
LARGEST_BODY: Final = 300
"""Operations in the body of a function, all calls counted."""
DEEPEST_CALL: Final = 20
MOST_RECENT: Final = 4
"""Graphs that are kept."""
LARGEST_PROGRAM: Final = 200_000
"""Nodes of all definitions together."""


Parts = tuple[dict[str, Leaf], dict[str, Expr], dict[str, Function], str | None]
_recent: list[tuple[Parts, Graph]] = []


def graph_of(program: Program) -> Graph:
    """The graph of a program, made once for many statements about it.

    A program counts as the same if each of its parts is the same object, under the same name and
    in the same order.  ValueError as `Graph`.
    """
    parts = (
        dict(program.leaves), dict(program.definitions), dict(program.functions), program.cost
    )  # fmt: skip
    for known, graph in _recent:
        if _same(known, parts):
            return graph
    graph = Graph(program)
    _recent.insert(0, (parts, graph))
    del _recent[MOST_RECENT:]
    return graph


def _same(known: Parts, parts: Parts) -> bool:
    pairs: list[tuple[Mapping[str, object], Mapping[str, object]]] = [
        (known[0], parts[0]), (known[1], parts[1]), (known[2], parts[2])
    ]  # fmt: skip
    return known[3] == parts[3] and all(
        list(a) == list(b) and all(map(is_, a.values(), b.values())) for a, b in pairs
    )


def nodes(expr: Expr) -> Iterable[Expr]:
    """Each node once, parents first; ValueError if the expression is too deep or too large."""
    seen: dict[int, Expr] = {}
    level, below = [expr], 0
    while level:
        below += 1
        new: dict[int, Expr] = {}
        for node in level:
            seen.pop(id(node), None)  # parents stay in front of all their children
            seen[id(node)] = node
            new.update((id(child), child) for child in children(node))
        if below > DEEPEST or len(seen) > LARGEST:
            raise ValueError("the expression is too deep or too large to evaluate")
        level = list(new.values())
    return seen.values()


class Graph:
    """The names of a program in order, what each is computed from, and what is computed from it.

    reads[d]: names whose values the definition d mentions; readers: the other way round;
    derives[d]: whether d mentions a derivative of anything.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.reads: dict[str, frozenset[str]] = {}
        self.derives: dict[str, bool] = {}
        self.readers: dict[str, list[str]] = {name: [] for name in program.leaves}
        self.signs: dict[str, int] = {}
        self.heights: dict[frozenset[str], tuple[dict[str, int], int]] = {}
        self._dimensions: set[Dim] | None = None
        self._marked: bool | None = None
        self._sound: dict[int, Expr] = {}
        self.operations: dict[str, int] = dict.fromkeys(PRIMITIVES, 1)
        for name in program.functions:
            if name in PRIMITIVES:
                raise ValueError(f"the function {name} has the name of a primitive")
            self._check_function(name, ())
        total = 0
        for name, expr in program.definitions.items():
            if name in self.readers:
                raise ValueError(f"{name} is defined twice")
            self.check(expr)
            if free_indices(expr):
                raise ValueError(f"the definition of {name} has free indices")
            total += len(list(nodes(expr)))
            if total > LARGEST_PROGRAM:
                raise ValueError("the program is too large to evaluate")
            self.reads[name] = (names(expr) | self._behind(name, expr)) & self.readers.keys()
            self.derives[name] = derives(expr)
            for used in sorted(self.reads[name]):
                self.readers[used].append(name)
            self.readers[name] = []
        if program.cost is not None and program.cost not in program.definitions:
            raise ValueError(f"the cost {program.cost} is not defined")
        if program.cost is not None and program.shape(program.cost) != SCALAR:
            raise ValueError(f"the cost {program.cost} is not a number")
        self.position = {name: k for k, name in enumerate(program.definitions)}

    def check(self, expr: Expr) -> None:
        """Every name exists with the dimensions that it is given; ValueError otherwise."""
        if id(expr) in self._sound:
            return
        for node in nodes(expr):
            if isinstance(node, (Symbol, Gradient)):
                self._check_name(node.name, node.dims)
            elif isinstance(node, Partial):
                self._check_partial(node)
            elif isinstance(node, Apply):
                if node.function not in PRIMITIVES and node.function not in self.program.functions:
                    raise ValueError(f"the function {node.function} is not declared")
                if node.order < 0:
                    raise ValueError(f"a derivative of order {node.order}")
        if len(self._sound) > LARGEST:
            self._sound.clear()
        self._sound[id(expr)] = expr

    def _behind(self, name: str, expr: Expr) -> set[str]:
        """What the gradients in a definition depend on: their names and the cost."""
        found = {n.name for n in nodes(expr) if isinstance(n, (Gradient, Partial))}
        if any(isinstance(n, Gradient) for n in nodes(expr)) and self.program.cost is not None:
            if self.program.cost not in self.readers:
                raise ValueError(f"{name} mentions a gradient before the cost is defined")
            found.add(self.program.cost)
        return found

    def check_statement(self, statement: Statement) -> None:
        """As `check`, for both sides of a statement."""
        if isinstance(statement, Equation):
            self.check(statement.left)
            self.check(statement.right)
            return
        self.check(statement.scale)
        if free_indices(statement.scale) or statement.scale.shape != SCALAR:
            raise ValueError("the scale of a composition is not a number")
        for jacobian in maps(statement):
            for name in (jacobian.of, jacobian.by):
                if name not in self.readers:
                    raise ValueError(f"{name} is not defined")

    def _check_name(self, name: str, dims: tuple[object, object]) -> None:
        if name not in self.readers:
            if name == PI and dims == SCALAR:
                return
            raise ValueError(f"{name} is used before it is defined")
        if self.program.shape(name) != dims:
            raise ValueError(f"{name} is used with other dimensions than it is defined with")

    def _check_partial(self, node: Partial) -> None:
        if node.name not in self.readers:
            raise ValueError(f"{node.name} is used before it is defined")
        for index, dim in zip((node.row, node.column), self.program.shape(node.name), strict=True):
            if (1 if index is None else index.dim) != dim:
                raise ValueError(f"the entry of {node.name} has other dimensions than {node.name}")

    def _check_function(self, name: str, callers: tuple[str, ...]) -> int:
        """The number of operations that one application takes, all calls counted."""
        if name in callers:
            raise ValueError(f"the function {name} calls itself")
        if len(callers) > DEEPEST_CALL:
            raise ValueError(f"the function {name} is called through too many others")
        if name not in self.operations:
            if name not in self.program.functions:
                raise ValueError(f"the function {name} is not declared")
            body = self.program.functions[name].body
            self.operations[name] = 1 if body is None else self._body_cost(name, body, callers)
        return self.operations[name]

    def _body_cost(self, name: str, body: Expr, callers: tuple[str, ...]) -> int:
        costs: dict[int, int] = {}
        for node in reversed(list(nodes(body))):
            cost = 1 + sum(costs[id(child)] for child in children(node))
            match node:
                case Number() | Times() | Plus() | Power():
                    pass
                case Symbol(name=used, dims=dims):
                    known = used in (ARGUMENT, PI) or used in self.program.leaves
                    if dims != SCALAR or not known:
                        raise ValueError(f"the body of {name} mentions {used}")
                case Apply(function=callee):
                    cost += self._check_function(callee, (*callers, name))
                case _:
                    raise ValueError(f"the body of {name} holds a {type(node).__name__}")
            if cost > LARGEST_BODY:
                raise ValueError(f"the body of {name} is too large")
            costs[id(node)] = cost
        return costs[id(body)]

    def holds_deltas(self, exprs: Iterable[Expr]) -> bool:
        """Whether definitions or expressions hold a delta or a derivative by an entry."""
        if self._marked is None:
            self._marked = _holds_deltas(self.program.definitions.values())
        return self._marked or _holds_deltas(exprs)

    def dimensions(self, exprs: Iterable[Expr]) -> list[str]:
        """The symbolic dimensions of the program and of expressions, sorted."""
        if self._dimensions is None:
            leaves = self.program.leaves.values()
            self._dimensions = {dim for leaf in leaves for dim in leaf.dims}
            self._dimensions |= _dimensions_in(self.program.definitions.values())
        found = self._dimensions | _dimensions_in(exprs)
        return sorted(dim for dim in found if isinstance(dim, str))

    # -- reachability --------------------------------------------------------------------------

    def sources(self, start: Iterable[str]) -> set[str]:
        """The names and all that they are computed from."""
        return self._closure(start, lambda name: self.reads.get(name, ()))

    def effects(self, start: Iterable[str]) -> set[str]:
        """The names and all that is computed from them."""
        return self._closure(start, lambda name: self.readers[name])

    def _closure(self, start: Iterable[str], step: Callable[[str], Iterable[str]]) -> set[str]:
        found, stack = set[str](), list(start)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack.extend(step(name))
        return found

    def ordered(self, some: Iterable[str]) -> list[str]:
        """Definitions among `some`, in order of computation."""
        return sorted((n for n in some if n in self.position), key=self.position.__getitem__)


def _holds_deltas(exprs: Iterable[Expr]) -> bool:
    return any(isinstance(n, (Partial, Delta, Eye)) for expr in exprs for n in nodes(expr))


def _dimensions_in(exprs: Iterable[Expr]) -> set[Dim]:
    found: set[Dim] = set()
    for expr in exprs:
        for node in nodes(expr):
            found.update(node.shape)
            if isinstance(node, Size):
                found.add(node.dim)
            elif isinstance(node, SumOver):
                found.add(node.index.dim)
            elif isinstance(node, (Entry, Partial)):
                found.update(i.dim for i in (node.row, node.column) if i is not None)
            elif isinstance(node, Delta):
                found.add(node.left.dim)
    return found


def names(expr: Expr) -> frozenset[str]:
    """The names whose values an expression mentions."""
    return frozenset(n.name for n in nodes(expr) if isinstance(n, Symbol))


def derives(expr: Expr) -> bool:
    """Whether an expression holds a derivative of something computed elsewhere."""
    return any(isinstance(n, (Gradient, Partial)) for n in nodes(expr))


_INDEXED: Final = (Entry, Partial, Delta)
"""The expressions that mention an index."""


def free_indices(expr: Expr) -> set[Index]:
    """The indices that are free in an expression."""
    found: dict[int, set[Index]] = {}
    inside = nodes(expr)
    if not any(isinstance(node, _INDEXED) for node in inside):
        return set()
    for node in reversed(list(inside)):
        free = set[Index]().union(*(found[id(child)] for child in children(node)))
        match node:
            case SumOver(index=index):
                free.discard(index)
            case Build(row=row, column=column):
                free -= {row, column}
            case Entry(row=row, column=column) | Partial(row=row, column=column):
                free |= {i for i in (row, column) if i is not None}
            case Delta(left=left, right=right):
                free |= {left, right}
        found[id(node)] = free
    return found[id(expr)]


def letters(statement: Equation) -> tuple[Index, ...]:
    """The indices for all of whose values an equation is meant: those named, then others."""
    other = free_indices(statement.left) | free_indices(statement.right)
    unnamed = sorted(other - {*statement.free}, key=lambda i: (i.name, str(i.dim)))
    return (*statement.free, *unnamed)


def fits(statement: Equation) -> bool:
    """Whether both sides have one shape; a plain 0 stands for zeros of any shape."""
    left, right = statement.left, statement.right
    return left.shape == right.shape or ZERO in (left, right)


def maps(statement: Composition) -> tuple[Jacobian, ...]:
    """All linear maps of a composition, the left side first."""
    return (statement.left, *statement.factors)


def sides(statement: Statement) -> tuple[Expr, ...]:
    """The expressions of a statement."""
    return (
        (statement.left, statement.right) if isinstance(statement, Equation) else (statement.scale,)
    )


def functions_within(program: Program, exprs: Iterable[Expr]) -> set[str]:
    """The names of all elementwise functions that expressions and the bodies of these apply."""
    found, stack = set[str](), list(exprs)
    while stack:
        for node in nodes(stack.pop()):
            if isinstance(node, Apply) and node.function not in found:
                found.add(node.function)
                function = program.functions.get(node.function)
                if function is not None and function.body is not None:
                    stack.append(function.body)
    return found
