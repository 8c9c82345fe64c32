"""Which of the costs that a note states a name means, and which one is in force at a line.

A note may state the loss of one example, the cost of all as its mean, a total with a penalty,
two costs side by side, or one letter anew in a later section.  Every claim is about one of
them: the one that it names, else the one that was stated last above it.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.meaning.facts import CostLine, Facts, all_nodes, names_example, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import is_transpose, names_in, parse_layer, plain_name
from derive.meaning.roles import Roles, resolve
from derive.meaning.setting import Outside
from derive.reading.syntax import Applied, Big, Derivative, Name, Node, Script
from derive.reading.tree import plain

TWO_COSTS = "the line names two costs, and they are not shown to be the same"
Key = tuple[str, str]
"""How a cost is spelled: its letter or word, and the scripts that tell no example."""


def key_of_cost(roles: Roles, name: Name) -> Key:
    """``L_i``, ``L^{(i)}`` and ``L`` are spelled alike; ``L_{reg}``, ``L^2`` and ``L_2`` not."""
    kept = [s for s in name.scripts if not _tells_example(roles, s)]
    marks = "'" * name.primes
    base = name.base.lower() if name.word else name.base
    base = f"{name.font} {base}" if name.font in ("mathcal", "mathscr", "mathfrak") else base
    return base, "".join(f"{'_^'[s.place == 'sup']}{s.bracket}{s.text}" for s in kept) + marks


def names_one(roles: Roles, name: Name, call: Applied | None = None) -> bool:
    """``J_i``, ``J(W, b; x, y)``: the cost of one example, by its script or its arguments."""
    by_script = any(_tells_example(roles, s) for s in name.scripts)
    return by_script or (call is not None and names_example(roles, call))


def _tells_example(roles: Roles, script: Script) -> bool:
    if is_transpose(script):
        return False
    if script.bracket == "(" and script.place == "sup":
        found = parse_layer(script.text)
        return found is not None and bool(found.letter)
    return script.text in roles.examples or (script.place == "sub" and script.text == "0")


class Ledger:
    """The stated costs of a note by number: how each is spelled and what it is made of.

    roots: those that no other is made of, the ones that may be meant without a name.
    grounded: whether the note gives every cost that a formula speaks of a formula too.
    stated: the cost of the batch and of one example where no name tells, once asked for.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts, self.costs = facts, tuple(facts.costs)
        self.keys = [key_of_cost(facts.roles, c.name) for c in self.costs]
        self.stated: dict[bool, CostLine | None] = {}
        self._by_key: dict[Key, list[int]] = {}
        for k, key in enumerate(self.keys):
            self._by_key.setdefault(key, []).append(k)
        spoken = [list(mentions(facts, c.formula)) for c in self.costs]
        targets = [[self.inside(k, *one) for one in found] for k, found in enumerate(spoken)]
        self.made_of = [{t for t in found if t is not None} for found in targets]
        self.grounded = [None not in found for found in targets]
        before: list[bool] = []
        while before != self.grounded:
            before = self.grounded
            self.grounded = [
                ok and all(before[t] for t in self.made_of[k]) for k, ok in enumerate(before)
            ]
        used = {t for found in self.made_of for t in found}
        used |= {k for k, c in enumerate(self.costs) if c.penalty or self._beside_all(k)}
        self.roots = tuple(k for k in range(len(self.costs)) if k not in used)
        self._written: frozenset[Key] | None = None
        self._introduced = [
            (name.base, line.piece.span.start, target)
            for line in facts.lines
            for name, target in self._introductions(line)
        ]

    def _introductions(self, line: Line) -> Iterator[tuple[Name, int]]:
        """``\\delta = \\partial C/\\partial z``: a gradient's name, with the cost that it is of."""
        name, quotient = plain_name(line.left), plain(line.right)
        if name is None or not isinstance(quotient, Derivative) or quotient.of is None:
            return
        if self.facts.roles.role_of(name) == "gradient":
            for one in mentions(self.facts, quotient.of):
                if (target := self.meant(*one)) is not None:
                    yield name, target

    def meant(self, name: Name, call: Applied | None = None) -> int | None:
        """The stated cost that a name means: of those spelled so the last above, or the first."""
        same = self._spelled(key_of_cost(self.facts.roles, name), name, call)
        return self._nearest([k for k in same if self.grounded[k]] or same, name)

    def inside(self, index: int, name: Name, call: Applied | None = None) -> int | None:
        """The same within the formula of another cost, which never speaks of itself."""
        key = key_of_cost(self.facts.roles, name)
        same = self._spelled(key, name, call)
        if key == self.keys[index] and (self.costs[index].of_one or not self._of_one(same)):
            return None
        return self._nearest(same, name)

    def in_force(self, line: Line) -> int | None:
        """The cost that a line means which names none; None if there is only one to mean."""
        if len(self.roots) < 2:
            return None
        start = line.piece.span.start
        above = [k for k in self.roots if self.costs[k].name.span.start < start]
        return above[-1] if above else self.roots[0]

    def meanings(self) -> tuple[int, ...]:
        """All that a line may mean which does not say by name what it is about."""
        left_out = {k for k, c in enumerate(self.costs) if c.penalty or self._beside_all(k)}
        return tuple(k for k in range(len(self.costs)) if k not in left_out)

    def names_none(self, line: Line) -> bool:
        """Some cost that the line names is none that the note states."""
        spoken = (one for node in (line.head, *line.nodes) for one in mentions(self.facts, node))
        return any(self.meant(*one) is None for one in spoken)

    def named(self, line: Line) -> tuple[int, ...]:
        """The stated costs that a line names, first the one that is made of others.

        A name that no line states means them all: the claim holds if they are one.  Beside
        ``J(W, b; x, y)`` a bare ``J`` is short for it; beside ``J(W, b)`` it is a term of it.
        """
        if len(self.costs) < 2:
            return ()
        spoken = [one for node in (line.head, *line.nodes) for one in mentions(self.facts, node)]
        called = {t for n, call in spoken if call and (t := self.meant(n, call)) is not None}
        of_one = {k for k in called if self._beside_all(k)}
        found: dict[int, None] = {}
        for name, call in spoken:
            target = self.meant(name, call)
            short = [k for k in of_one if target is not None and self.keys[k] == self.keys[target]]
            if short and call is None:
                target = min(short)
            found |= dict.fromkeys(self.roots if target is None else (target,))
        if len(self.roots) > 1 and found:
            found |= dict.fromkeys(self._by_name(line))
        if found.keys() - of_one:
            found = {k: None for k in found if k not in of_one}
        first = next((k for k in found if self.made_of[k] & found.keys()), next(iter(found), -1))
        return (first, *(k for k in found if k != first)) if found else ()

    def _by_name(self, line: Line) -> Iterator[int]:
        """The costs of the gradients that a line calls by a name: ``dZ``, ``\\delta``."""
        usual = self.in_force(line)
        for name in (n for node in (line.head, *line.nodes) for n in names_in(node)):
            if name.mark == "d" or self.facts.roles.role_of(name) == "gradient":
                start = line.piece.span.start
                above = [t for b, at, t in self._introduced if b == name.base and at <= start]
                if not name.mark and above:
                    yield above[-1]
                elif usual is not None:
                    yield usual

    def require(self, name: Name, costs: tuple[int, ...], call: Applied | None = None) -> None:
        """Raises Outside where a name is not the cost of a program that is about `costs`."""
        target = self.meant(name, call)
        if target is not None:
            short = call is None and costs and self.keys[costs[0]] == self.keys[target]
            if costs and target not in costs and not (short and self.costs[costs[0]].of_one):
                raise Outside(f"{name.base} is another cost than the one that is differentiated")
            return
        key = key_of_cost(self.facts.roles, name)
        if key[1] and not self._always(key):
            raise Outside(f"{name.base} with this script is no cost that the note states")
        if len(self.roots) > 1 and not set(self.roots) <= set(costs):
            raise Outside(f"the note states several costs, and {name.base} is none of them")

    def _spelled(self, key: Key, name: Name, call: Applied | None) -> list[int]:
        """Costs of a spelling; ``J(W, b; x, y)`` is that of one example beside ``J(W, b)``."""
        same = self._by_key.get(key, [])
        wanted = names_one(self.facts.roles, name, call)
        return [k for k in same if self.costs[k].of_one == wanted] or same

    def _of_one(self, same: list[int]) -> bool:
        return bool(same) and all(self.costs[k].of_one for k in same)

    def _beside_all(self, index: int) -> bool:
        """The cost of one example by its arguments, beside that of all by the same name."""
        return self.costs[index].of_one and not self._of_one(self._by_key[self.keys[index]])

    def _nearest(self, same: list[int], name: Name) -> int | None:
        above = [k for k in same if self.costs[k].name.span.start < name.span.start]
        return above[-1] if above else same[0] if same else None

    def _always(self, key: Key) -> bool:
        """The note writes the letter in no other way: ``C_x``.  A power is another thing."""
        if self._written is None:
            names = (n for node in all_nodes(self.facts) for n in cost_names(self.facts, node))
            self._written = frozenset(key_of_cost(self.facts.roles, n) for n in names)
        plain = not key[1].startswith("^") and not key[1].endswith("'")
        return plain and not any(k != key and k[0] == key[0] for k in self._written)


def ledger(facts: Facts) -> Ledger:
    """The ledger of a note, made once its costs are known."""
    if facts.ledger is None:
        facts.ledger = Ledger(facts)
    return facts.ledger


def mentions(facts: Facts, node: Node) -> Iterator[tuple[Name, Applied | None]]:
    """The costs that a formula speaks of, with their calls."""
    heads = set[int]()
    for part in subtree(node):
        if isinstance(part, Applied) and facts.roles.is_cost(part.head):
            heads.add(id(part.head))
            yield part.head, part
    for name in names_in(node):
        if facts.roles.role_of(name) == "cost" and id(name) not in heads and not name.mark:
            yield name, None


def two_costs(facts: Facts, line: Line) -> bool:
    """``dJ/da = dL/da`` where J is made of L, which is given no formula of its own."""
    nodes = (line.head, line.right)
    if any(isinstance(p, Big) for node in nodes for p in subtree(node)):
        return False
    stated = {base for base, _ in ledger(facts).keys}
    left, right = ({key_of_cost(facts.roles, n)[0] for n, _ in mentions(facts, k)} for k in nodes)
    pairs = ((left, right), (right, left))
    return any(one & stated and other - stated - one for one, other in pairs)


def cost_names(facts: Facts, node: Node) -> Iterator[Name]:
    """The names of costs below a node."""
    return (n for n in names_in(node) if facts.roles.is_cost(n))


def example_of(roles: Roles, name: Name, call: Applied | None) -> str | None:
    """The letter of the example that a mention of a cost is about: ``L^{(i)}``, ``l(a_i, y_i)``."""
    found = {resolve(roles, name).example}
    if call is not None:
        arguments = (n for a in call.arguments for n in names_in(a))
        found |= {resolve(roles, n).example for n in arguments}
    letters = sorted(letter for letter in found if letter is not None)
    if len(letters) > 1:
        raise Outside("a cost of several examples at once")
    return letters[0] if letters else None


__all__ = [
    "CostLine",
    "Ledger",
    "cost_names",
    "example_of",
    "key_of_cost",
    "ledger",
    "mentions",
    "two_costs",
]
