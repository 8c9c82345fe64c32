"""What the lines of a note are about, before any hypothesis: kinds, chains, examples, units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.meaning import definitions
from derive.meaning.facts import Facts, known_function, names_example, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import STANDARD, derivatives_in, is_transpose, names_in
from derive.meaning.one_example import in_small_letters, one_example
from derive.meaning.readings import Reading, pure_maps, readings, writes_units
from derive.meaning.roles import resolve, spelled_function
from derive.meaning.setting import (
    CHANGE,
    Mode,
    Setting,
)
from derive.program import Apply, Composition, Statement, Symbol, walk
from derive.reading.syntax import Applied, Big, Node, Transposed, Unreadable
from derive.reading.tree import plain
from derive.scalars import table
from derive.verdict import Kind


@dataclass(frozen=True, slots=True)
class Outline:
    """What does not depend on the hypothesis: readings, base mode, chains that define."""

    readings: Mapping[int, Reading]
    base: Mode
    roots: Mapping[int, int]
    defining: Mapping[int, bool]
    small: bool = False
    """Small letters beside a cost of all examples, which nothing else speaks of."""


def outline(facts: Facts) -> Outline:
    """The outline of a note, made once for all its hypotheses."""
    parents = {line.chain: line.inherits for line in facts.lines}
    roots: dict[int, int] = {}
    for chain, above in parents.items():
        roots[chain] = chain if above is None else roots.get(above, above)
    base: Mode = "single" if one_example(facts) else "batch"
    small = base == "batch" and in_small_letters(facts)
    return Outline(readings(facts), base, roots, _definition_chains(facts), small)


def _definition_chains(facts: Facts) -> dict[int, bool]:
    """For each chain that is no continuation: does its first line define its head?"""
    return {
        line.chain: definitions.is_definition(facts, line)
        for line in facts.lines
        if line.first and line.inherits is None
    }


def turns(node: Node) -> bool:
    """A transpose: the step leaves the path of one example for the arrays of all."""
    return any(isinstance(p, Transposed) for p in subtree(node)) or any(
        is_transpose(s) for n in names_in(node) for s in n.scripts
    )


def sums_examples(facts: Facts, node: Node) -> bool:
    return any(
        isinstance(p, Big) and (p.index in facts.roles.examples or p.upper == facts.count)
        for p in subtree(node)
    )


def has_units(facts: Facts, line: Line) -> bool:
    """Some array carries a unit letter, none carries an example, and none are summed."""
    if facts.roles.unindexed and not writes_units(facts):
        return False
    if any(sums_examples(facts, node) for node in line.nodes):
        return False
    found = False
    for node in (line.left, line.right):
        for name in names_in(node):
            occurrence = resolve(facts.roles, name)
            if occurrence.role == "cost" and names_batch(facts, node):
                return False
            if occurrence.role in ("W", "b", "Z", "A", "X", "Y", "gradient"):
                if occurrence.example is not None:
                    return False
                found |= any(not e.isdigit() for e in occurrence.entries)
    return found


def names_units(facts: Facts, line: Line) -> bool:
    """Some array carries the letter of a unit, beside an example or without one."""
    found = (resolve(facts.roles, n) for node in line.nodes for n in names_in(node))
    arrays = ("W", "b", "Z", "A", "X", "Y", "gradient")
    return any(o.role in arrays and any(not e.isdigit() for e in o.entries) for o in found)


def names_batch(facts: Facts, node: Node) -> bool:
    """A cost of all examples by its arguments: ``J(W, b)`` beside ``J(W, b; x, y)``."""
    return any(c.of_one for c in facts.costs) and any(
        isinstance(p, Applied) and facts.roles.is_cost(p.head) and not names_example(facts.roles, p)
        for p in subtree(node)
    )


def roleless(stated: Sequence[tuple[Setting, Statement]]) -> tuple[str, ...]:
    """Free scalars and functions that a claim uses and neither network nor cost knows."""
    found: set[str] = set()
    for setting, statement in stated:
        if isinstance(statement, Composition):
            continue
        known = set(setting.network) | {setting.facts.count}
        known |= {name for name in setting.leaves if name.startswith(CHANGE)}
        known |= {n.base for c in setting.facts.costs for n in names_in(c.formula)}
        for body in setting.definitions.values():
            known |= {n.name for n in walk(body) if isinstance(n, Symbol)}
        known |= {p for f in setting.functions if f in table.NAMES for p in table.parameters(f)}
        for node in (*walk(statement.left), *walk(statement.right)):
            if isinstance(node, Symbol) and node.name not in known:
                found.add(node.name)
            if isinstance(node, Apply) and node.function.startswith("u_"):
                found.add(node.function.removeprefix("u_"))
    return tuple(sorted(found))


def unbound(facts: Facts, line: Line) -> tuple[str, ...]:
    """Activations without a layer in an identity of functions: ``g'(z) = a (1 - a)``."""
    calls = [p for node in line.nodes for p in subtree(node) if isinstance(p, Applied)]
    slopes = [call for call in calls if call.head.primes]
    if not slopes:
        return ()
    bound = {n.base for call in slopes for a in call.arguments for n in names_in(a)}
    if facts.roles.unindexed:
        return ()
    names = (n for node in line.nodes for n in names_in(node) if not n.scripts)
    return tuple(sorted({n.base for n in names if facts.roles.role_of(n) == "A"} - bound))


def not_given(facts: Facts, line: Line) -> tuple[str, ...]:
    """``g'(z) = ...``, ``g(z_1) = ...`` of a function that is not given: nothing refutes it."""
    head = plain(line.head)
    if not isinstance(head, Applied) or facts.roles.is_cost(head.head):
        return ()
    letter = replace(head.head, primes=0)
    given = known_function(letter) or spelled_function(letter) in facts.bodies
    stated = any(
        a.known and spelled_function(letter) in a.symbols for a in facts.activations.values()
    )
    return () if given or stated or letter.base in STANDARD else (letter.base,)


def kind_of(facts: Facts, line: Line) -> Kind:
    """Gradient, chain rule, or algebra: by the sides and the head of the chain."""
    roles = facts.roles
    sides = (line.left, line.right)
    maps = [pure_maps(roles, side) for side in sides]
    if all(m is not None for m in maps) and max(len(m or ()) for m in maps) > 1:
        return Kind.CHAIN_RULE
    for node in (*sides, line.head):
        if isinstance(node, Unreadable):
            continue
        if list(derivatives_in(node)):
            return Kind.GRADIENT
        for name in names_in(node):
            if name.mark or name.base == "nabla" or roles.role_of(name) == "gradient":
                return Kind.GRADIENT
    return Kind.ALGEBRA
