"""The program of a literal reading: its definitions in order, under shapes that fit.

`solve` looks for a supposition under which every formula of the note has fitting shapes:
sizes that meet are found to be one, a letter that fits nowhere as a vector is a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.lines import Line
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Identities, Key, Use, head_name, identities
from derive.meaning.literal.scope import Scope, extents_of, is_matrix
from derive.meaning.literal.values import Values
from derive.meaning.notation import COST_LETTERS, STANDARD, derivatives_in, is_cost_word, names_in
from derive.meaning.setting import COST, SMALL_NUMBERS, Outside
from derive.program import (
    SCALAR,
    Apply,
    Build,
    Entry,
    Expr,
    Leaf,
    Plus,
    ShapeError,
    Sum,
    SumOver,
    Symbol,
    Times,
    children,
    total,
    walk,
    with_children,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

TRIALS: Final = 400
"""So often a note is given values while its shapes are looked for."""
NUMBERS: Final = 4
"""So many letters may turn out to be numbers."""
_CONSTANTS: Final = frozenset({"e", "pi", "infty"})
_DEFINES = frozenset({"=", ":=", "\\equiv", "≡", "\\triangleq", "\\coloneqq"})


@dataclass(frozen=True, slots=True)
class Stated:
    """One definition: the quantity, its own entries on the left, and its formula."""

    key: Key
    entries: tuple[str, ...]
    formula: sx.Node
    line: Line


@dataclass(slots=True)
class Outlined:
    """What does not depend on shapes: definitions, gradients by name, costs, sizes."""

    facts: Facts
    names: Identities
    stated: dict[Key, Stated] = field(default_factory=dict)
    aliases: dict[Key, tuple[Key, Key]] = field(default_factory=dict)
    costs: list[Key] = field(default_factory=list)
    """Quantities that are differentiated and are numbers: the one most often named first."""
    sizes: dict[str, str] = field(default_factory=dict)
    extents: dict[Key, int] = field(default_factory=dict)
    families: frozenset[Key] = frozenset()
    uses: dict[Key, frozenset[Key]] = field(default_factory=dict)
    again: dict[int, Line] = field(default_factory=dict)
    """Lines (by identity) that give a quantity a second formula -> the line of the first."""

    def reaches(self, of: Key, by: Key) -> bool:
        """Is a quantity computed from another one?"""
        seen: set[Key] = set()
        waiting = [of]
        while waiting:
            key = waiting.pop()
            if key == by:
                return True
            if key not in seen:
                seen.add(key)
                waiting += sorted(self.uses.get(key, ()))
        return False


def outlined(facts: Facts) -> Outlined | None:
    """The definitions of a note; None where it has none that the literal reading knows."""
    names = identities(facts)
    if facts.roles.symbolic_depth or names.steps - {"t"}:
        return None  # layers by letters: what holds at one is not what the program says
    found = Outlined(facts, names)
    for line in facts.lines:
        stated = _stated(facts, names, line)
        if stated is None:
            continue
        first = found.stated.setdefault(stated.key, stated)
        if first is not stated:
            found.again[id(line)] = first.line
    for key, one in list(found.stated.items()):
        gradient = names_gradient(names, one.formula)
        if gradient is not None:
            found.aliases[key] = gradient
            del found.stated[key]
            found.again = {k: line for k, line in found.again.items() if line is not one.line}
    if not found.stated:
        return None
    for key, one in found.stated.items():
        found.uses[key] = frozenset(_keys(names, one.formula))
    found.costs = _costs(found)
    found.extents = extents_of(list(_all_uses(facts, names)))
    found.sizes = {k: v for k, v in _sizes(facts).items() if not _is_array(found, k)}
    found.families = _families(found)
    return found


def _is_array(found: Outlined, letter: str) -> bool:
    """A letter that is a quantity with entries or a formula: it bounds no sum."""
    key: Key = (letter, "", 0, ())
    return key in found.stated or found.extents.get(key, 0) > 0 or letter in found.names.indices


def _families(found: Outlined) -> frozenset[Key]:
    """Small letters with one index that are turned: vectors, one for each value of it."""
    return frozenset(
        use.key for use in _all_uses(found.facts, found.names)
        if len(use.entries) == 1 and use.transposed and not is_matrix(use.key)
        and found.extents[use.key] == 1 and use.key not in found.stated
    )  # fmt: skip


def _stated(facts: Facts, names: Identities, line: Line) -> Stated | None:
    name = head_name(line)
    if name is None or line.relation.text not in _DEFINES or name.mark:
        return None
    if name.base in STANDARD or (name.base in _CONSTANTS and _fixed(name, line.right)):
        return None
    if isinstance(plain(line.right), sx.Tuple | sx.Picture | sx.Unreadable | sx.Dots):
        return None
    called = isinstance(plain(line.left), sx.Applied)
    if line.source.opens or (called and not _is_call(facts, line)):
        return None
    try:
        use = names.use(name)
    except Outside:
        return None
    again = any(_same(names, use.key, n) for n in names_in(line.right))
    if use.transposed or use.power is not None or again:
        return None  # an update, or an equation that defines nothing
    return Stated(use.key, use.entries, line.right, line)


def _fixed(name: sx.Name, formula: sx.Node) -> bool:
    """``\\pi = 3``, ``e^z = a``: what has its meaning in every note gets no other."""
    return bool(name.scripts) or isinstance(plain(formula), sx.Number)


def _is_call(facts: Facts, line: Line) -> bool:
    """``RSS(\\beta) = ...``: a number with what it depends on, no function of one letter."""
    head = plain(line.left)
    assert isinstance(head, sx.Applied)
    cost = facts.roles.is_cost(head.head) or head.head.word
    from derive.meaning.roles import spelled_function

    return cost and spelled_function(head.head) not in facts.bodies


def _same(names: Identities, key: Key, name: sx.Name) -> bool:
    if name.mark:
        return False
    try:
        return names.use(name).key == key
    except Outside:
        return False


def names_gradient(names: Identities, formula: sx.Node) -> tuple[Key, Key] | None:
    """``g = \\partial L/\\partial y``: a name for a gradient."""
    inner = plain(formula)
    if not isinstance(inner, sx.Derivative) or inner.of is None or inner.order != 1:
        return None
    of = plain(inner.of)
    of = of.head if isinstance(of, sx.Applied) else of
    if not isinstance(of, sx.Name) or of.mark or inner.by.mark:
        return None
    try:
        above, below = names.use(of), names.use(inner.by)
    except Outside:
        return None
    plainly = not (above.entries or below.entries or below.transposed or below.power)
    return (above.key, below.key) if plainly else None


def _keys(names: Identities, node: sx.Node) -> Iterator[Key]:
    for name in names_in(node):
        bare = sx.Name(name.span, name.base, name.scripts, 0, name.accent, "", name.word, name.font)
        try:
            use = names.use(name)
            if name.primes and use.key not in names.primed:
                use = names.use(bare)  # a derivative of the function of this name
            yield use.key
        except Outside:
            continue


def _all_uses(facts: Facts, names: Identities) -> Iterator[Use]:
    for node in all_nodes(facts):
        for name in names_in(node):
            bare = sx.Name(
                name.span, name.base, name.scripts, 0, name.accent, "", name.word, name.font
            )
            try:
                yield names.use(bare)
            except Outside:
                continue


def _costs(found: Outlined) -> list[Key]:
    """What is differentiated as a number, the most often named first."""
    counted: dict[Key, int] = {}
    for node in all_nodes(found.facts):
        for of in _differentiated(node):
            name = of.head if isinstance(of, sx.Applied) else of
            if not isinstance(name, sx.Name) or name.mark:
                continue
            try:
                use = found.names.use(name)
            except Outside:
                continue
            like = is_cost_word(name) or name.base in (*COST_LETTERS, "l")
            if not use.entries and (like or found.facts.roles.is_cost(name)):
                counted[use.key] = counted.get(use.key, 0) + 1
    return sorted(counted, key=lambda k: -counted[k])


def _differentiated(node: sx.Node) -> Iterator[sx.Node]:
    for one in derivatives_in(node):
        if one.of is not None:
            yield plain(one.of)
    for part in subtree(node):
        if isinstance(part, sx.Product):
            for (_, a), (_, b) in zip(part.factors, part.factors[1:], strict=False):
                if isinstance(a, sx.Name) and a.mark == "nabla":
                    yield plain(b)


def _sizes(facts: Facts) -> dict[str, str]:
    """Letters that bound a sum: sizes of an axis."""
    found: dict[str, str] = {}
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, sx.Big) and part.upper.isalpha() and part.index:
                found.setdefault(part.upper, f"size.{part.upper}")
    return found


# -- values ---------------------------------------------------------------------------------------


def solve(found: Outlined, column: bool, axis: int | None) -> list[Scope]:
    """The scopes in which the definitions fit with as few letters as can be for numbers.

    Where several letters may be the number, there is one scope for each.
    """
    level: list[frozenset[Key]] = [
        frozenset(_letters(found)) if _numbers_only(found) else _plain(found)
    ]
    trials = 0
    for _ in range(NUMBERS + 1):
        out: list[Scope] = []
        following: dict[frozenset[Key], None] = {}
        for numbers in level:
            scope = _scope(found, column, axis, numbers)
            where: Stated | None = None
            tied: set[str] = set()
            while trials < TRIALS:
                trials += 1
                where, conflict = _fill(found, scope)
                if conflict is None and scope.tied != tied:
                    tied = set(scope.tied)
                    continue
                if conflict is None or conflict.same is None or not _unified(scope, conflict):
                    break
            if trials >= TRIALS:
                return out
            if where is None:
                out.append(scope)
            else:
                candidates = _candidates(found, scope, where)
                following |= dict.fromkeys(numbers | {key} for key in candidates)
        if out:
            return out
        level = list(following)
    return []


def _scope(found: Outlined, column: bool, axis: int | None, numbers: frozenset[Key]) -> Scope:
    scope = Scope(found.names, column, axis, numbers, found.sizes)
    scope.aliases = dict(found.aliases)
    scope.extents = found.extents
    scope.families = found.families
    if found.costs:
        scope.labels[found.costs[0]] = COST
    return scope


def _plain(found: Outlined) -> frozenset[Key]:
    """Letters that stand alone under a fraction bar or a root: numbers."""
    out: set[Key] = set()
    for node in all_nodes(found.facts):
        for part in subtree(node):
            if isinstance(part, sx.Fraction_):
                below = plain(part.denominator)
            elif isinstance(part, sx.Power):
                below = plain(part.base)
            else:
                continue
            inside = below.base if isinstance(below, sx.Power) else below
            for one in (below, plain(inside)):
                if isinstance(one, sx.Name) and not one.mark and one.base != "e":
                    out |= set(_keys(found.names, one))
    turned = {u.key for u in _all_uses(found.facts, found.names) if u.transposed or u.entries}
    return frozenset(out - turned - set(found.stated))


def _numbers_only(found: Outlined) -> bool:
    """Nothing in the note is an array: no capitals, no entries, no transposes, no norms."""
    for node in all_nodes(found.facts):
        for part in subtree(node):
            if isinstance(part, sx.Transposed | sx.Norm | sx.Big | sx.Picture):
                return False
            if isinstance(part, sx.Product) and any(s in ("odot", "at") for s, _ in part.factors):
                return False
    written = {key for line in found.facts.lines for side in line.nodes
               for key in _keys(found.names, side)}  # fmt: skip
    if any(is_matrix(key) for key in written - set(found.costs)):
        return False
    for use in _all_uses(found.facts, found.names):
        if use.transposed or use.entries:
            return False
    return not any(
        n.font in ("mathbf", "boldsymbol", "bm") or n.accent == "vec"
        for node in all_nodes(found.facts) for n in names_in(node)
    )  # fmt: skip


def _letters(found: Outlined) -> list[Key]:
    return sorted({*found.extents} - set(found.stated))


def _candidates(found: Outlined, scope: Scope, where: Stated) -> list[Key]:
    """Vectors of the formula that does not fit, which may be numbers."""
    keys = sorted(set(_keys(found.names, where.formula)))
    turned = {u.key for u in _all_uses(found.facts, found.names) if u.transposed}
    return [
        k for k in keys
        if k in scope.leaves and scope.leaves[k] != SCALAR and 1 in scope.leaves[k]
        and not found.extents.get(k) and k not in turned
    ]  # fmt: skip


def _unified(scope: Scope, conflict: Conflict) -> bool:
    """Takes two sizes for one; False where they already are."""
    assert conflict.same is not None
    one, two = (scope.dim(d) if isinstance(d, str) else d for d in conflict.same)
    if one == two:
        return False
    if not isinstance(one, str) or not isinstance(two, str):
        number, letter = (one, two) if isinstance(two, str) else (two, one)
        if not isinstance(letter, str) or letter.startswith("size."):
            return False
        scope.same[letter] = number
        return True
    keep, drop = sorted((one, two), key=lambda d: (not d.startswith("size."), d))
    scope.same[drop] = keep
    return True


def _fill(found: Outlined, scope: Scope) -> tuple[Stated | None, Conflict | None]:
    """Gives every definition a value; the first that does not fit, if one does not."""
    scope.values.clear()
    scope.leaves.clear()
    scope.lost.clear()
    scope.functions.clear()
    for stated in _in_order(found):
        try:
            scope.values[stated.key] = _defined(found, scope, stated)
        except Outside as error:
            scope.lost[stated.key] = str(error)
        except Conflict as error:
            return stated, error
        except ShapeError as error:
            return stated, Conflict(str(error))
    return None, None


def _in_order(found: Outlined) -> list[Stated]:
    """Definitions, what they are computed from first; those in a circle have no value."""
    out: list[Stated] = []
    done: set[Key] = set()
    waiting = list(found.stated.values())
    while waiting:
        ready = [
            s for s in waiting
            if all(k in done or k not in found.stated for k in found.uses[s.key] - {s.key})
        ]  # fmt: skip
        if not ready:
            ready = waiting  # a circle: each refers to what has no value yet
        out += ready
        done |= {s.key for s in ready}
        waiting = [s for s in waiting if s.key not in done]
    return out


def _defined(found: Outlined, scope: Scope, stated: Stated) -> Expr:
    ahead = [
        k for k in found.uses[stated.key]
        if k in found.stated and k not in scope.values and k not in scope.lost
    ]  # fmt: skip
    if ahead:
        raise Outside("definitions in a circle")
    values = Values(found.facts, scope)
    body = values.value(stated.formula)
    if not stated.entries:
        if values.free:
            raise Outside("indices on one side only")
        if stated.key in found.costs and body.shape != SCALAR:
            long = next(d for d in body.shape if d != 1)
            raise Conflict("a cost must be a number", (long, 1))
        return body
    if set(values.free) - set(stated.entries) or len(set(stated.entries)) != len(stated.entries):
        raise Outside("indices on one side only")
    if body.shape != SCALAR:
        raise Conflict("an entry must be a number")
    if set(stated.entries) - set(values.free):
        raise Outside("an index that the formula does not have")
    indices = [values.free[e] for e in stated.entries]
    if len(indices) == 1 and found.extents.get(stated.key, 0) == 1:
        one = indices[0]
        return Build(one, None, body) if scope.column else Build(None, one, body)
    if len(indices) == 2:
        return Build(indices[0], indices[1], body)
    raise Outside("a definition of some of the entries")


# -- the whole program ----------------------------------------------------------------------------


def name_parts(found: Outlined, scope: Scope) -> None:
    """Writes a quantity's name where another formula holds its whole formula.

    ``z = W h + b`` said behind ``y = softmax(W h + b)`` gives the argument its name.
    """
    for key in list(scope.values):
        whole = scope.values[key]
        if isinstance(whole, Symbol) or whole.shape == SCALAR:
            continue
        name = Symbol(scope.label(key), whole.shape)
        for other in list(scope.values):
            if other == key or found.reaches(key, other):
                continue
            named = _replaced(scope.values[other], whole, name)
            if named != scope.values[other]:
                scope.values[other] = named
                found.uses[other] = found.uses.get(other, frozenset()) | {key}
    order = {s.key: k for k, s in enumerate(_in_order(found))}
    scope.values = {k: scope.values[k] for k in sorted(scope.values, key=lambda k: order[k])}


def _replaced(expr: Expr, part: Expr, name: Symbol) -> Expr:
    if expr == part:
        return name
    return with_children(expr, tuple(_replaced(c, part, name) for c in children(expr)))


def open_cost(found: Outlined, scope: Scope) -> str:
    """Gives the cost that no line defines a value: any function of the results.

    Its gradients by the results are free arrays, its value a free number.  The reason why it
    stays unknown, "" if it has a value.
    """
    key = found.costs[0]
    if scope.lost:
        return "the loss is not given, and what it is computed from is not understood"
    used = {k for keys in found.uses.values() for k in keys}
    sinks = [k for k in scope.values if k not in used and k not in found.costs]
    kin = [k for k in scope.values if k[0].lower() == key[0].lower()]
    if kin or any(scope.values[k].shape == SCALAR for k in sinks if _costly(k)):
        return "another cost is stated, and it is not said how the two belong together"
    if len(sinks) != 1:
        return "the loss is not given, nor what it is a function of"
    (sink,) = sinks
    result = Symbol(scope.label(sink), scope.values[sink].shape)
    slope = Symbol("free_slope", result.shape)
    scope.values[key] = Plus(total(Times(slope, result)), Symbol("free_value", SCALAR))
    found.uses[key] = frozenset({sink})
    return ""


def _costly(key: Key) -> bool:
    """A letter that notes give to costs."""
    return key[0] in (*COST_LETTERS, "l") or len(key[0]) > 1


def leaves_of(scope: Scope) -> dict[str, Leaf]:
    """The inputs of the program under their names in it."""
    found = {
        scope.label(key): Leaf(scope.leaf(key), "positive" if _positive(key) else "real")
        for key in scope.leaves
        if key not in scope.values
    }
    axis = _classes(scope)
    for key in sorted(scope.leaves):
        if axis is not None and key[0] in ("y", "t", "Y", "T") and not key[1]:
            leaf = found[scope.label(key)]
            if leaf.dims[axis] != 1:
                found[scope.label(key)] = Leaf(leaf.dims, leaf.domain, axis)
    for body in scope.values.values():
        for node in walk(body):
            if isinstance(node, Symbol) and node.name.startswith("free_"):
                found[node.name] = Leaf(node.dims)
    return found


def _classes(scope: Scope) -> int | None:
    """The axis of the classes, where the results are a softmax and the cost takes its log."""
    made = [n for body in scope.values.values() for n in walk(body)]
    if not any(isinstance(n, Apply) and n.function == "log" for n in made):
        return None
    sums = [
        n.axis for n in made
        if isinstance(n, Sum) and isinstance(n.arg, Apply) and n.arg.function == "exp"
    ]  # fmt: skip
    for node in made:
        if isinstance(node, SumOver) and isinstance(node.body, Apply):
            entry = node.body.arg
            if node.body.function == "exp" and isinstance(entry, Entry):
                sums.append(0 if entry.row == node.index else 1)
    return sums[0] if sums and len(set(sums)) == 1 else None


def _positive(key: Key) -> bool:
    """Small numbers that keep a root from 0; the sign of other numbers is not known."""
    return key[0] in SMALL_NUMBERS
