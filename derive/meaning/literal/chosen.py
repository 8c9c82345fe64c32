"""Letters that pick one entry, the same in the whole note: the class c of ``L = -\\log p_c``.

No sum runs over such a letter.  That it is one of those that a sum runs over is told by a sum or a
condition that leaves it out (``\\sum_{j \\ne y}``, ``k \\ne c``) or by words ("the correct
class $c$").  What is computed from such an entry is another number for each choice; a line about
it holds if it holds for all of them.

In: the lines of a note and its running letters.  Out: the letters that pick.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from derive.meaning.conditions import Condition, applicable, conditions_of, restricted, spoken
from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.interpretation import Interpretation
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, names_in
from derive.meaning.sums import all_but, is_whole
from derive.program import Equation, Index
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.literal.identity import Identities

OF_ONE_CLASS: Final = "it may be said of {} only: say for which entries it holds"
OTHERS: Final = re.compile(r"\\notin|\\not *\\in|∉|\bnegatives?\b|\bdistinct\b", re.IGNORECASE)
"""The note says that what a sum runs over is not what a letter names."""
_ONE_HOT: Final = re.compile(r"\bone[- ]?hot\b", re.IGNORECASE)
_DENIED: Final = re.compile(r"\bnot\b|n't\b|\bno\b|\bsoft\b|\bsmooth(?:ed|ing)\b", re.IGNORECASE)
_LABELS: Final = re.compile(r"\b(?:label|target|class(?:es)?\b|truth)", re.IGNORECASE)
_SENTENCES: Final = re.compile(r"[.;!?](?=\s)|\n\s*\n")
_GENERIC: Final = frozenset("ijklmn")
"""Letters that a reader takes for any entry, unless words say otherwise."""
_SAID: Final = re.compile(
    r"\b(?:correct|true|target|observed|actual|right|ground[- ]truth|gold|labell?ed|positive)\s+"
    r"(?:class|label|category|index|word|token|context word|outside word|entry|one)s?"
    r"(?:\s+(?:is|be|has|with|index|label|the|of|this|example|denoted|by|called)){0,4}\s*"
    r"[(:,]?\s*\$\s*([a-z])\s*\$",
    re.IGNORECASE,
)
"""``the correct class $c$``."""
_SAID_AFTER: Final = re.compile(
    r"\$\s*([a-z])\s*\$\s*(?:is|be|denotes?|stands for|for)\s+(?:the\s+)?"
    r"(?:index of\s+)?(?:the\s+)?(?:correct|true|target|observed|actual|right|ground[- ]truth|gold)"
    r"\s+(?:class|label|category|index|word|token|context word|outside word|entry|one)\b",
    re.IGNORECASE,
)
"""``$c$ is the correct class``."""


def called_one_hot(source: str, letter: str) -> bool:
    """A sentence calls the labels, or what has this letter, one-hot, and none denies it."""
    said = [part for part in _SENTENCES.split(source) if _ONE_HOT.search(part)]
    if any(_DENIED.search(part) for part in said):
        return False
    named = re.compile(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])")
    return any(_LABELS.search(part) or named.search(part) for part in said)


def chosen(facts: Facts, indices: frozenset[str]) -> frozenset[str]:
    """The letters that pick one entry of what has running entries too."""
    bound: set[str] = set()
    left_out: set[str] = set()
    below: dict[str, set[tuple[str, str]]] = {}
    for node in all_nodes(facts):
        for part in subtree(node):
            if isinstance(part, sx.Big):
                bound.add(part.index)
                left_out.add(all_but(part))
        for name in names_in(node):
            for letter in _below(name):
                below.setdefault(letter, set()).add((name.base, name.accent))
    source = facts.document.source
    said = {m[1] for m in _SAID.finditer(source)} | {m[1] for m in _SAID_AFTER.finditer(source)}
    told = (left_out | _apart(facts, indices | bound) | _among_all(facts)) - _GENERIC | said
    if OTHERS.search(source):
        return frozenset()
    running = indices | bound
    entries = {one for letter in running - told for one in below.get(letter, ())}
    if said:
        entries |= whole(facts)
    sides = (side for line in facts.lines for side in line.nodes)
    alone = {n.base for side in sides for n in _values(side) if not n.scripts}
    return frozenset(
        letter for letter in told - bound - alone
        if len(letter) == 1 and letter.islower() and below.get(letter, set()) & entries
    )  # fmt: skip


def whole(facts: Facts) -> frozenset[tuple[str, str]]:
    """The p of ``p = \\text{softmax}(z)``: what has a formula as a whole."""
    heads = (plain(line.left) for line in facts.lines if line.first)
    return frozenset(
        (n.base, n.accent) for n in heads if isinstance(n, sx.Name) and not (n.scripts or n.mark)
    )


def units_by(facts: Facts) -> set[str]:
    """The j of ``\\partial L/\\partial z_j``, where z has a formula as a whole."""
    known = whole(facts)
    by = [d.by for node in all_nodes(facts) for d in derivatives_in(node)]
    return {letter for n in by if (n.base, n.accent) in known for letter in _below(n)}


def _among_all(facts: Facts) -> set[str]:
    """The y of ``\\log(e^{s_y} / \\sum_j e^{s_j})``, and of ``-s_y + \\log \\sum_j e^{s_j}``."""
    out: set[str] = set()
    for line in facts.lines:
        head = {i for n in names_in(line.left) for i in _below(n)}
        for part in subtree(line.right):
            match part:
                case sx.Fraction_(numerator=above, denominator=below):
                    out |= _one_of(facts, above, below) - head
                case sx.Sum(terms=terms):
                    taken = [term for sign, term in terms if sign < 0]
                    sums = [_exponents(term) for sign, term in terms if sign > 0]
                    for big in filter(None, sums):
                        for term in taken:
                            out |= _one_of(facts, term, big) - head
    return out


def of_each(facts: Facts, formula: sx.Node, letter: str) -> bool:
    """``e^{s_c} / \\sum_j e^{s_j}``: what holds for the picked entry is said of every entry."""
    inner = plain(formula)
    if not isinstance(inner, sx.Fraction_):
        return False
    return letter in _one_of(facts, inner.numerator, inner.denominator)


def _exponents(node: sx.Node) -> sx.Big | None:
    """``\\log \\sum_j e^{s_j}`` as the sum of the exponents; None for another formula."""
    call = plain(node)
    if not isinstance(call, sx.Applied) or call.head.base not in ("log", "ln"):
        return None
    big = plain(call.arguments[0]) if len(call.arguments) == 1 else None
    body = plain(big.body) if isinstance(big, sx.Big) else None
    inner: sx.Node | None = None
    if isinstance(body, sx.Applied) and body.head.base == "exp" and len(body.arguments) == 1:
        inner = body.arguments[0]
    if isinstance(body, sx.Name) and body.base == "e" and len(body.scripts) == 1:
        inner = body.scripts[0].node
    return replace(big, body=inner) if isinstance(big, sx.Big) and inner is not None else None


def _one_of(facts: Facts, one: sx.Node, total: sx.Node) -> set[str]:
    """The letters for which a formula is a term of a whole sum."""
    big = plain(total)
    if not isinstance(big, sx.Big) or big.operator != "sum" or not big.index or all_but(big):
        return set()
    if not is_whole(big):
        return set()
    term, body = _text(facts, one), _text(facts, big.body)
    letters = {i for n in names_in(one) for i in _below(n)} - {big.index}
    letter = re.compile(rf"(?<![A-Za-z\\\\]){big.index}(?![A-Za-z])")
    return {x for x in letters if letter.sub(x, body) == term and x not in _below_all(big.body)}


def _below_all(node: sx.Node) -> set[str]:
    return {i for n in names_in(node) for i in _below(n)}


def _text(facts: Facts, node: sx.Node) -> str:
    """A formula as it is written, without white space and brackets around it."""
    inner = plain(node)
    return "".join(facts.document.source[inner.span.start : inner.span.end].split())


def _values(node: sx.Node) -> Iterator[sx.Name]:
    """The names of a formula, but for those that a condition compares."""
    compared = {
        id(name)
        for part in subtree(node)
        if isinstance(part, sx.Comparison)
        for side in (part.left, part.right)
        for name in names_in(side)
    }
    return (n for n in names_in(node) if id(n) not in compared)


def _below(name: sx.Name) -> tuple[str, ...]:
    scripts = [s for s in name.scripts if s.place == "sub" and not (s.word or s.bracket)]
    return tuple(i for i in scripts[0].items if len(i) == 1) if len(scripts) == 1 else ()


def _apart(facts: Facts, running: frozenset[str] | set[str]) -> set[str]:
    """The c of ``k \\ne c``, where k runs over entries."""
    out: set[str] = set()
    for line in facts.lines:
        for one in spoken(facts, line):
            pair = {one.left, one.right}
            if not one.equal and pair & running:
                out |= pair - _GENERIC
    return out


def of_one_class(
    names: Identities, facts: Facts, line: Line, found: Interpretation
) -> tuple[tuple[str, Interpretation], ...]:
    """The line for the picked entry, and for all others, where it says neither."""
    out: list[tuple[str, Interpretation]] = []
    said = conditions_of(facts, line)
    for letter in sorted(names.chosen):
        free = {i.name: i for s in found.statements for i in _free(s.statement)}
        others = sorted(k for k in free if k not in names.chosen)
        if letter not in free or any(letter in (c.left, c.right) for c in said):
            continue
        for other in others:
            for equal in (True, False):
                one = Condition(other, letter, equal)
                if applicable(free, (one,)):
                    out.append((OF_ONE_CLASS.format(one), _under(found, one)))
    return tuple(out)


def _free(statement: object) -> tuple[Index, ...]:
    return statement.free if isinstance(statement, Equation) else ()


def _under(found: Interpretation, one: Condition) -> Interpretation:
    stated = tuple(
        replace(s, statement=restricted(s.statement, (one,)))
        if isinstance(s.statement, Equation) else s
        for s in found.statements
    )  # fmt: skip
    return replace(found, statements=stated, others=())
