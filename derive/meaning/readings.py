"""How a chain is read: about arrays, one path of scalars, linear maps, or a formal identity.

The reading belongs to the whole chain, continuations included, so that neighbours are
always compared in the same terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from derive.meaning.facts import Facts, all_nodes, known_function, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in, plain_name
from derive.meaning.one_example import one_example
from derive.meaning.roles import LAYERED, Roles, resolve, spelled_function
from derive.reading.syntax import (
    Applied,
    Big,
    Derivative,
    Indexed,
    Name,
    Node,
    Norm,
    Number,
    Picture,
    Product,
    Sum,
    Transposed,
    Tuple,
)
from derive.reading.tree import plain

Reading = Literal["matrix", "scalar", "formal"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a pure product of derivatives: d(of)/d(by); of None: the cost.

    marked: written as the name of a gradient (``dz_2``), which carries the normalisation.
    """

    of: Name | None
    by: Name
    marked: bool
    cost: Name | None = None
    """How the cost is named, where it is."""
    call: Applied | None = None


def pure_maps(roles: Roles, node: Node) -> tuple[Factor, ...] | None:
    """The factors of a node that is nothing but a product of derivatives of names."""
    inner = plain(node)
    if isinstance(inner, Product):
        found: list[Factor] = []
        for separator, factor in inner.factors:
            parts = pure_maps(roles, factor)
            if parts is None or separator in ("ast", "odot", "slash"):
                return None
            found.extend(parts)
        return tuple(found)
    if isinstance(inner, Derivative) and inner.of is not None and inner.order == 1:
        subject = plain(inner.of)
        call = subject if isinstance(subject, Applied) and roles.is_cost(subject.head) else None
        subject = subject if call is None else call.head
        by = inner.by
        if not isinstance(subject, Name) or subject.primes or not _in_network(roles, by):
            return None
        if roles.role_of(subject) == "cost":
            return (Factor(None, by, False, subject, call),)
        if subject.mark or not _in_network(roles, subject):
            return None
        return (Factor(subject, by, False),)
    if roles.differentials and isinstance(inner, Name) and inner.mark == "d":
        return None
    if isinstance(inner, Name) and inner.mark in ("d", "partial") and _in_network(roles, inner):
        return (Factor(None, inner, True),)
    return None


def _in_network(roles: Roles, name: Name) -> bool:
    occurrence = resolve(roles, name)
    return (
        occurrence.role in ("W", "b", "Z", "A", "X")
        and not occurrence.entries
        and not occurrence.transposed
        and occurrence.power is None
    )


def is_batch_cost(facts: Facts, name: Name) -> bool:
    """Is this the cost of all examples, or the loss of one?"""
    same = [c for c in facts.costs if c.name.base.lower() == name.base.lower()]
    marked = any(s.place == "sub" and (s.text in facts.roles.examples or s.text == "0")
                 for s in name.scripts)  # fmt: skip
    if marked:
        return False
    if same:
        stated_batch = any(c.batch for c in facts.costs)
        return any(c.batch for c in same) or not stated_batch
    if any(s.place == "sub" for s in name.scripts):
        return False
    if name.base in ("L", "C", "E", "ell") and not name.word:
        return not any(b != name.base for b in facts.costs_used) and not facts.costs
    return True


def is_scalar(facts: Facts) -> bool:
    """One neuron a layer: all in lower case, and nothing that only arrays need."""
    if facts.scalar is None:
        softmax = any(a.known == "softmax" for a in facts.activations.values())
        network = bool(facts.affine) and facts.output_word != "softmax" and not softmax
        facts.scalar = (
            network
            and one_example(facts)
            and not any(
                _needs_arrays(facts.roles, part)
                for node in all_nodes(facts)
                for part in subtree(node)
            )
        )
    return facts.scalar


def _adds_costs(roles: Roles, node: Big) -> bool:
    """``\\sum_k \\frac{\\partial C_k}{\\partial w}``: costs of examples, no units."""
    indexed = [
        n for n in (*names_in(node.body), *(d.by for d in derivatives_in(node.body)))
        if any(node.index in s.items for s in n.scripts)
    ]  # fmt: skip
    costs = node.operator == "sum" and bool(node.index) and bool(indexed)
    return costs and all(roles.is_cost(n) for n in indexed)


def _needs_arrays(roles: Roles, node: Node) -> bool:
    if isinstance(node, Big) and _adds_costs(roles, node):
        return False
    if isinstance(node, Transposed | Norm | Big | Picture | Tuple | Indexed):
        return True
    if isinstance(node, Product):
        return any(sign in ("odot", "at") for sign, _ in node.factors)
    heads = [node.by] if isinstance(node, Derivative) else [node] if isinstance(node, Name) else []
    for name in heads:
        occurrence = resolve(roles, name)
        if occurrence.role in LAYERED or occurrence.role in ("X", "Y"):
            capital = not name.base.islower() or name.font not in ("", "mathrm", "mathit")
            turned = occurrence.transposed or bool(occurrence.entries) or bool(occurrence.example)
            if capital or turned or name.accent == "vec":
                return True
    return False


def readings(facts: Facts) -> dict[int, Reading]:
    """The reading of each chain of a note, by its ordinal."""
    by_chain: dict[int, list[Line]] = {}
    for line in facts.lines:
        by_chain.setdefault(line.chain, []).append(line)
    root: dict[int, int] = {}
    groups: dict[int, list[Line]] = {}
    for chain, lines in by_chain.items():
        above = lines[0].inherits
        root[chain] = root.get(above, above) if above is not None else chain
        groups.setdefault(root[chain], []).extend(lines)
    alone = one_example(facts)
    chosen = {chain: _reading(facts, lines, alone) for chain, lines in groups.items()}
    return {chain: chosen[root[chain]] for chain in by_chain}


def _reading(facts: Facts, lines: Sequence[Line], alone: bool) -> Reading:
    roles = facts.roles
    sides = [lines[0].left, *(line.right for line in lines)]
    if is_formal(facts, sides) or bare_functions(facts, sides):
        return "formal"
    if has_free_units(facts, sides):
        return "matrix"
    derivatives = [d for side in sides for d in derivatives_in(_without_chains(side))]
    of_cost: list[tuple[Derivative, Name | None]] = []
    local: list[tuple[Derivative, Name | None]] = []
    for derivative in derivatives:
        subject = _subject(roles, derivative)
        (local if subject is None else of_cost).append((derivative, subject))
    if roles.unindexed and not writes_units(facts):
        return "scalar" if local or _free_examples(facts, sides) else "matrix"
    if not alone and any(s is not None and not is_batch_cost(facts, s) for _, s in of_cost):
        return "scalar"
    if local and not all(pure_maps(roles, side) for side in sides):
        return "scalar"
    if not derivatives and _lower_case_only(facts, sides) and not alone:
        return "scalar" if _is_local_algebra(facts, lines) else "matrix"
    return "matrix"


def _without_chains(node: Node) -> Node:
    """The node without what stands in ``prod(...)``: the chain rule of arrays, not one path."""
    inner = plain(node)
    if isinstance(inner, Sum):
        kept = [t for t in inner.terms if not _is_chain(t[1])]
        return replace(inner, terms=tuple(kept))
    return Number(inner.span, Fraction(1)) if _is_chain(inner) else node


def _is_chain(node: Node) -> bool:
    inner = plain(node)
    return isinstance(inner, Applied) and inner.head.word and inner.head.base == "prod"


def _is_local_algebra(facts: Facts, lines: Sequence[Line]) -> bool:
    """A remark such as ``because a_3 = ...`` restates a scalar of one path."""
    return all(line.source.opens for line in lines)


def _lower_case_only(facts: Facts, sides: Sequence[Node]) -> bool:
    names = [n for s in sides for n in names_in(s) if facts.roles.role_of(n) in ("Z", "A", "W")]
    return bool(names) and all(n.base.islower() for n in names)


def _subject(roles: Roles, derivative: Derivative) -> Name | None:
    """The cost that is differentiated; None for anything else."""
    if derivative.of is None:
        return None
    inner = plain(derivative.of)
    head = inner.head if isinstance(inner, Applied) else plain_name(inner)
    return head if head is not None and roles.is_cost(head) else None


def is_formal(facts: Facts, sides: Sequence[Node]) -> bool:
    """Only a defined function and its parameter occur: ``\\sigma'(z) = ...``, ``dg/ds = ...``.

    Or functions of any kind, in a rule of the calculus: ``\\frac{d}{dx} e^{u(x)} = ...``.
    """
    heads = False
    rule = any(_of_composite(d) for side in sides for d in derivatives_in(side))
    letters: set[str] = set()
    parameters = {p.base for p, _, _ in facts.bodies.values()}
    for side in sides:
        called = [p.head for p in _all_parts(side) if isinstance(p, Applied)]
        for part in subtree(side):
            if isinstance(part, Derivative) and part.of is not None:
                subject = plain_name(part.of)
                if subject is not None and spelled_function(subject) in facts.bodies:
                    called.append(subject)
        for name in names_in(side):
            generic = rule and facts.roles.role(name.base) == "function"
            if any(name is c for c in called) and (generic or _names_function(facts, name)):
                heads = True
            elif name.base == "e" and name.scripts:
                continue
            elif name.scripts or name.mark or name.accent:
                return False
            else:
                letters.add(name.base)
    if len(letters) != 1 or not heads:
        return False
    letter = letters.pop()
    role = facts.roles.role(letter)
    slope = any(isinstance(p, Applied) and p.head.primes for p in map(plain, sides))
    return letter in parameters or (
        (slope or not facts.roles.unindexed)
        and role in (None, "X", "Z", "W", "A")
        and len(letter) == 1
    )


def _all_parts(node: Node) -> Iterator[Node]:
    """The parts of a node, those in the exponent of e too."""
    for part in subtree(node):
        yield part
        if isinstance(part, Name) and part.base == "e":
            for script in part.scripts:
                if script.place == "sup" and script.node is not None:
                    yield from _all_parts(script.node)


def _of_composite(derivative: Derivative) -> bool:
    """What is differentiated is more than one function at its letter, which may be known."""
    inner = plain(derivative.of) if derivative.of is not None else None
    if isinstance(inner, Applied):
        return not _is_letter(inner)
    power_of_e = isinstance(inner, Name) and inner.base == "e" and bool(inner.scripts)
    return power_of_e or (inner is not None and not isinstance(inner, Name))


def bare_functions(facts: Facts, sides: Sequence[Node]) -> bool:
    """``\\sigma' = \\sigma (1 - \\sigma)``: functions as such, meant at every argument.

    All names are functions, at least one of them a derivative, and an argument that some of
    them are given is one and the same letter.
    """
    letters: set[str] = set()
    bare = derived = False
    for side in sides:
        heads = [p.head for p in subtree(side) if isinstance(p, Applied)]
        given = [p for p in subtree(side) if isinstance(p, Applied) and _is_letter(p)]
        derived |= any(isinstance(p, Derivative) for p in subtree(side))
        for name in names_in(side):
            if _names_function(facts, name) or facts.roles.role(name.base) == "function":
                bare |= not any(name is p.head for p in given)
                derived |= bool(name.primes) or name.accent == "dot"
            elif not is_bare_letter(name) or any(name is h for h in heads):
                return False
            else:
                letters.add(name.base)
    return bare and derived and len(letters) <= 1


def is_bare_letter(name: Name) -> bool:
    """One letter without scripts, marks or accents."""
    return len(name.base) == 1 and not (name.scripts or name.mark or name.accent or name.word)


def _is_letter(call: Applied) -> bool:
    """The call is of one plain letter: ``\\sigma(z)``, not ``\\sigma (1 - \\sigma)``."""
    inner = plain_name(call.arguments[0]) if len(call.arguments) == 1 else None
    return inner is not None and len(inner.base) == 1 and not inner.word


def _names_function(facts: Facts, name: Name) -> bool:
    if any(not s.bracket and s.place == "sub" for s in name.scripts):
        return spelled_function(name) in facts.bodies
    return (
        spelled_function(name) in facts.bodies
        or known_function(name) is not None
        or name.base in ("exp", "log", "ln", "max", "sqrt")
    )


def has_free_units(facts: Facts, sides: Sequence[Node]) -> bool:
    """Some array carries a unit index: the claim is about entries."""
    return any(
        resolve(facts.roles, name).entries and facts.roles.role_of(name) in
        ("W", "b", "Z", "A", "X", "Y", "gradient")
        and not all(e.isdigit() for e in resolve(facts.roles, name).entries)
        for side in sides
        for name in names_in(side)
    ) and (not facts.roles.unindexed or writes_units(facts))  # fmt: skip


def writes_units(facts: Facts) -> bool:
    """In a note on one layer: letters below are its units, where elsewhere they are examples.

    The layer ends in softmax, or one entry is differentiated by another.
    """
    if facts.writes_units is None:
        softmax = facts.activation(facts.roles.depth).known == "softmax"
        facts.writes_units = softmax or any(
            _pairs_units(facts.roles, derivative)
            for node in all_nodes(facts)
            for derivative in derivatives_in(node)
        )
    return facts.writes_units


def paired_units(roles: Roles, derivative: Derivative) -> tuple[str, ...]:
    """``\\partial p_i/\\partial z_j``: the two letters, where one or both run over examples too."""
    of = plain_name(derivative.of) if derivative.of is not None else None
    if of is None:
        return ()
    letters = []
    for name in (of, derivative.by):
        found = resolve(roles, name)
        carried = [*found.entries, *([found.example] if found.example else [])]
        if len(carried) != 1 or found.role not in ("Z", "A") or not carried[0].isalpha():
            return ()
        letters += carried
    return tuple(letters) if letters[0] != letters[1] else ()


def _pairs_units(roles: Roles, derivative: Derivative) -> bool:
    of = plain_name(derivative.of) if derivative.of is not None else None
    if of is None:
        return False
    entries = [resolve(roles, name).entries for name in (of, derivative.by)]
    return all(len(e) == 1 and e[0].isalpha() for e in entries) and entries[0] != entries[1]


def _free_examples(facts: Facts, sides: Sequence[Node]) -> bool:
    """An example is named outside every sum that would bind its letter."""
    from derive.reading.syntax import Big

    for side in sides:
        bound = {p.index for p in subtree(side) if isinstance(p, Big)}
        for name in names_in(side):
            example = resolve(facts.roles, name).example
            if example is not None and example not in bound:
                return True
    return False
