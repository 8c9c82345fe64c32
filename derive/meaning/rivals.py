"""Lines that can be read in two ways, and what decides between the two.

A chain with local derivatives is one path of scalars.  Where it differentiates the cost of all
examples it can be meant literally too, about the arrays: ``\\partial J/\\partial Z_2 \\cdot
\\partial Z_2/\\partial W_2 = \\frac{1}{m} dZ_2 A_1^T``.  The literal reading is taken where it
holds, and where the chain writes what only arrays have.  Where a line holds as a path alone
and nothing but the line says that a path is meant, it stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derive.meaning.facts import Facts, names_example, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import (
    derivatives_in,
    function_word,
    is_bare,
    is_transpose,
    names_in,
    plain_name,
)
from derive.meaning.readings import is_batch_cost, pure_maps
from derive.meaning.roles import LAYERED, resolve
from derive.reading.syntax import Applied, Big, Derivative, Name, Node, Norm, Product, Transposed
from derive.reading.tree import plain
from derive.verdict import Verdict

if TYPE_CHECKING:
    from derive.meaning.interpretation import Interpretation

PATH_ALONE = (
    "there are two readings: as one path of numbers it holds, about the arrays it {}. Say that "
    "single numbers are meant, or write the transposes, the products entry by entry and the sums"
)
ENTRY_ALONE = (
    "there are two readings: of one example it holds; the cost of all examples, which the note "
    "differentiates elsewhere, needs a sum over them. Say of which example the entries are"
)


def has_literal_reading(facts: Facts, line: Line, chain: Sequence[Line]) -> bool:
    """The line of a chain on one path may be about the arrays of all examples as well."""
    sides = [chain[0].head, *(part for other in chain for part in other.nodes)]
    costs = [c for side in sides for c in _costs(facts, side)]
    if not costs or not all(is_batch_cost(facts, cost) for cost in costs):
        return False
    if _spares_capitals(facts, sides):
        return False
    return all(_literal(facts, side) for side in line.nodes)


def _costs(facts: Facts, node: Node) -> list[Name]:
    """The costs that are differentiated below a node."""
    found = []
    for derivative in derivatives_in(node):
        inner = plain(derivative.of) if derivative.of is not None else None
        head = inner.head if isinstance(inner, Applied) else plain_name(inner)
        if head is not None and facts.roles.is_cost(head):
            found.append(head)
    return found


def _literal(facts: Facts, node: Node) -> bool:
    """The local derivatives of a side telescope, or stand entry by entry."""
    if pure_maps(facts.roles, node) is not None:
        return True
    return all(
        _of_cost(facts, derivative) or derivative in entrywise_factors(node)
        for derivative in derivatives_in(node)
    )


def _of_cost(facts: Facts, derivative: Derivative) -> bool:
    return bool(_costs(facts, derivative))


def entrywise_factors(node: Node) -> list[Node]:
    """The factors of products that stand beside a sign of the product entry by entry."""
    found = []
    for part in subtree(node):
        if isinstance(part, Product):
            signs = [sign for sign, _ in part.factors] + [""]
            for k, (sign, factor) in enumerate(part.factors):
                if "odot" in (sign, signs[k + 1]) or "ast" in (sign, signs[k + 1]):
                    found.append(plain(factor))
    return found


def _spares_capitals(facts: Facts, sides: Sequence[Node]) -> bool:
    """All in lower case, though the forward pass is in capitals."""
    capitals = any(item.z.base.isupper() for item in facts.affine)
    names = [n for s in sides for n in names_in(s) if facts.roles.role_of(n) in LAYERED]
    return capitals and bool(names) and all(n.base.islower() for n in names)


def writes_arrays(chain: Sequence[Line]) -> bool:
    """A chain writes what numbers on a path do not have: transposes, sums, ``\\odot``."""
    return any(
        isinstance(part, Transposed | Big | Norm)
        or (isinstance(part, Product) and any(s in ("odot", "at") for s, _ in part.factors))
        or (isinstance(part, Name) and any(is_transpose(s) for s in part.scripts))
        for line in chain
        for side in (line.head, *line.nodes)
        for part in subtree(side)
    )


def entries_alone(facts: Facts, chain: Sequence[Line]) -> bool:
    """A chain transposes, names entries and no example: ``\\theta^T x``, ``\\theta_j``, ``x_j``."""
    sides = [side for line in chain for side in (line.head, *line.nodes)]
    found = [resolve(facts.roles, n) for side in sides for n in names_in(side)]
    if any(one.example is not None for one in found):
        return False
    if any(isinstance(part, Big) for side in sides for part in subtree(side)):
        return False
    units = [one for one in found if one.role in ("X", "W") and len(one.entries) == 1]
    turned = any(one.transposed and one.role == "W" for one in found)
    return turned and any(not one.entries[0].isdigit() for one in units)


def lacks_examples(facts: Facts, line: Line) -> bool:
    """Entries of one example, where the note differentiates the cost of all by parameters."""
    sides = (line.head, *line.nodes)
    if not any(_by_parameter(facts, side) for side in sides):
        return False
    calls = [part for side in sides for part in subtree(side) if isinstance(part, Applied)]
    if any(facts.roles.is_cost(c.head) and names_example(facts.roles, c) for c in calls):
        return False
    return any(
        other.chain != line.chain
        and _by_parameter(facts, other.head)
        and any(_counts_examples(facts, part) for side in other.nodes for part in subtree(side))
        for other in facts.lines
    )


def _by_parameter(facts: Facts, node: Node) -> bool:
    """The gradient by a weight or bias of the cost of all examples, or a step along it."""
    roles = facts.roles
    for derivative in derivatives_in(node):
        costs = _costs(facts, derivative)
        by = roles.role_of(derivative.by) in ("W", "b")
        if by and costs and all(is_batch_cost(facts, cost) for cost in costs):
            return True
    inner = plain(node)
    return isinstance(inner, Name) and roles.role_of(inner) in ("W", "b")


def _counts_examples(facts: Facts, part: Node) -> bool:
    """The number of examples, a sum over them, or a call that sums an axis."""
    if isinstance(part, Big):
        return part.index in facts.roles.examples or part.upper == facts.count or is_bare(part)
    if isinstance(part, Applied):
        return function_word(part.head.base) in ("sum", "npsum")
    return isinstance(part, Name) and facts.roles.role_of(part) == "size"


def settled(
    found: Interpretation, agrees: Callable[[Interpretation], bool | None]
) -> Interpretation:
    """The one of two readings by which a line is judged.

    The literal one where it holds, where neither does, and where the chain writes arrays.
    """
    literal = found.literal
    if literal is None:
        return found
    by_arrays, by_path = holds(literal, agrees), holds(found, agrees)
    if by_arrays or (by_arrays is False and found.arrays_written):
        return literal
    if by_path:
        said = "does not" if by_arrays is False else f"is not known ({literal.reason})"
        return replace(found, literal=None, doubt=PATH_ALONE.format(said))
    if by_path is False or by_arrays is None:
        return replace(found, literal=None)
    return literal


def holds(found: Interpretation, agrees: Callable[[Interpretation], bool | None]) -> bool | None:
    """What the screen says of a reading; one that does not fit is false."""
    if found.verdict is not None:
        return False if found.verdict == Verdict.REFUTED else None
    return agrees(found)
