"""What a program's names are computed from, and whether program and statement make sense at all.

Built once per program and shared by all points.  The checker trusts no one: a name with other
dimensions than its definition, a definition that uses a later one, or a function that calls
itself is a `ValueError` here, before anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import is_
from typing import Final

from derive.check.facts import LARGEST, Facts, facts_of, nodes, union
from derive.check.fingerprint import of_program
from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    SCALAR,
    ZERO,
    Apply,
    Composition,
    Equation,
    Expr,
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
    Statement,
    Symbol,
    Times,
    children,
)

PI: Final = "pi"
"""A scalar of this name is the number 3.14159..., as in the derivative of erf."""
LARGEST_BODY: Final = 300
"""Operations in the body of a function, all calls counted."""
DEEPEST_CALL: Final = 20
MOST_RECENT: Final = 4
"""Graphs that are kept."""
MOST_CLOSURES: Final = 1_000
"""Sets of names that are kept."""
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


class Graph:
    """The names of a program in order, what each is computed from, and what is computed from it.

    reads[d]: names whose values the definition d mentions; readers: the other way round.
    defined: the facts of each definition; whole: what any of them or a leaf mentions.
    digest: that of the program.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.reads: dict[str, frozenset[str]] = {}
        self.readers: dict[str, list[str]] = {name: [] for name in program.leaves}
        self.signs: dict[str, int] = {}
        self._facts: dict[int, tuple[Expr, Facts]] = {}
        self._closures: dict[tuple[frozenset[str], bool], frozenset[str]] = {}
        self._sound: dict[int, Expr] = {}
        self._size = 0
        self.operations: dict[str, int] = dict.fromkeys(PRIMITIVES, 1)
        self.parameters: dict[str, frozenset[str]] = dict.fromkeys(PRIMITIVES, frozenset())
        for name in program.functions:
            if name in PRIMITIVES:
                raise ValueError(f"the function {name} has the name of a primitive")
        for name, expr in program.definitions.items():
            if name in self.readers:
                raise ValueError(f"{name} is defined twice")
            self.check(expr)
            if self.facts(expr).free:
                raise ValueError(f"the definition of {name} has free indices")
            if self._size > LARGEST_PROGRAM:
                raise ValueError("the program is too large to evaluate")
            self.reads[name] = (self.facts(expr).names | self._behind(name, expr)) & {*self.readers}
            for used in sorted(self.reads[name]):
                self.readers[used].append(name)
            self.readers[name] = []
        if program.cost is not None and program.cost not in program.definitions:
            raise ValueError(f"the cost {program.cost} is not defined")
        if program.cost is not None and program.shape(program.cost) != SCALAR:
            raise ValueError(f"the cost {program.cost} is not a number")
        self.position = {name: k for k, name in enumerate(program.definitions)}
        self.defined = {name: self.facts(expr) for name, expr in program.definitions.items()}
        self.whole = union([Facts(), *self.defined.values()])
        self.digest = of_program(program)

    def facts(self, expr: Expr) -> Facts:
        """What an expression mentions; kept, with the expression, as long as the graph."""
        known = self._facts.get(id(expr))
        if known is None:
            found = facts_of(expr, [self.facts(child) for child in children(expr)])
            if isinstance(expr, Apply):  # the parameters of a function are mentioned, too
                found = found.joined(names=self.parameters[expr.function])
            known = self._facts[id(expr)] = (expr, found)
        return known[1]

    def check(self, expr: Expr) -> None:
        """Every name exists with the dimensions that it is given; ValueError otherwise."""
        if id(expr) in self._sound:
            return
        for node in nodes(expr):
            self._size += 1
            if isinstance(node, (Symbol, Gradient)):
                self._check_name(node.name, node.dims)
            elif isinstance(node, Partial):
                self._check_partial(node)
            elif isinstance(node, Apply):
                if node.order < 0:
                    raise ValueError(f"a derivative of order {node.order}")
                self._check_function(node.function, ())
        self._sound[id(expr)] = expr

    def _behind(self, name: str, expr: Expr) -> set[str]:
        """What the gradients in a definition depend on: their names and the cost."""
        found = {*self.facts(expr).gradients, *self.facts(expr).partials}
        if self.facts(expr).gradients and self.program.cost is not None:
            if self.program.cost not in self.readers:
                raise ValueError(f"{name} mentions a gradient before the cost is defined")
            found.add(self.program.cost)
        return found

    def check_statement(self, statement: Statement) -> None:
        """As `check`, for both sides of a statement."""
        if len(self._facts) > LARGEST_PROGRAM or len(self._sound) > LARGEST:
            self._facts.clear()
            self._sound.clear()
        if isinstance(statement, Equation):
            self.check(statement.left)
            self.check(statement.right)
            return
        self.check(statement.scale)
        if self.facts(statement.scale).free or statement.scale.shape != SCALAR:
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
            mentioned = frozenset[str]() if body is None else self.facts(body).names
            self.parameters[name] = mentioned & self.program.leaves.keys()
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

    # -- statements ----------------------------------------------------------------------------

    def mentioned(self, exprs: Iterable[Expr]) -> Facts:
        """What the definitions and some expressions mention."""
        return union([self.whole, *map(self.facts, exprs)])

    def dimensions(self, exprs: Iterable[Expr]) -> list[str]:
        """The symbolic dimensions of the program and of expressions, sorted."""
        found = {dim for leaf in self.program.leaves.values() for dim in leaf.dims}
        found |= self.mentioned(exprs).dims
        return sorted(dim for dim in found if isinstance(dim, str))

    def functions(self, exprs: Iterable[Expr] = ()) -> set[str]:
        """All elementwise functions that definitions, expressions and their bodies apply."""
        found, stack = set[str](), list(self.mentioned(exprs).functions)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                function = self.program.functions.get(name)
                if function is not None and function.body is not None:
                    stack.extend(self.facts(function.body).functions)
        return found

    def letters(self, statement: Equation) -> tuple[Index, ...]:
        """The indices for all of whose values an equation is meant: those named, then others."""
        other = {*self.facts(statement.left).free, *self.facts(statement.right).free}
        unnamed = sorted(other - {*statement.free}, key=lambda i: (i.name, str(i.dim)))
        return (*statement.free, *unnamed)

    # -- reachability --------------------------------------------------------------------------

    def sources(self, start: Iterable[str]) -> frozenset[str]:
        """The names and all that they are computed from."""
        return self._closure(frozenset(start), self.reads)

    def effects(self, start: Iterable[str]) -> frozenset[str]:
        """The names and all that is computed from them."""
        return self._closure(frozenset(start), self.readers)

    def _closure(self, start: frozenset[str], steps: Mapping[str, Iterable[str]]) -> frozenset[str]:
        key = (start, steps is self.reads)
        if key not in self._closures:
            if len(self._closures) > MOST_CLOSURES:
                self._closures.clear()
            found, stack = set[str](), list(start)
            while stack:
                name = stack.pop()
                if name not in found:
                    found.add(name)
                    stack.extend(steps.get(name, ()))
            self._closures[key] = frozenset(found)
        return self._closures[key]

    def ordered(self, some: Iterable[str]) -> list[str]:
        """Definitions among `some`, in order of computation."""
        return sorted((n for n in some if n in self.position), key=self.position.__getitem__)


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
