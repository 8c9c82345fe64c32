"""Numbers that are written as functions of arrays: ``f(x) = x^T A x`` and ``\\nabla f(x)``.

In: the lines of a note.  Out: the letters that a line gives a formula by a call and that every
other line only differentiates.  Such a letter is the value of its formula; a function that is
applied to anything else works entry by entry, and is none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.meaning.facts import Facts, all_nodes, known_function, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import STANDARD, derivatives_in, is_transpose, names_in
from derive.reading import syntax as sx
from derive.reading.tree import plain


def squared_nabla(node: sx.Node) -> sx.Name | None:
    """``\\nabla^2``, ``\\nabla_w^2``, ``\\nabla^2_w``: by what it differentiates, if it says."""
    below: sx.Name | None = None
    if isinstance(node, sx.Indexed) and len(node.scripts) == 1:
        script = node.scripts[0]
        if script.place != "sub" or not isinstance(script.node, sx.Name):
            return None
        node, below = node.base, script.node
    if not isinstance(node, sx.Power) or not isinstance(node.base, sx.Name):
        return None
    exponent = plain(node.exponent)
    if not isinstance(exponent, sx.Number) or exponent.value != 2:
        return None
    if node.base.base == "nabla" and not node.base.scripts:
        return node.base if below is None else replace(below, mark="nabla")
    return node.base if node.base.mark == "nabla" and below is None else None


def is_nabla(node: sx.Node) -> bool:
    """``\\nabla``, ``\\nabla_w``, ``\\nabla^2``: what stands behind is differentiated."""
    once = isinstance(node, sx.Name) and "nabla" in (node.mark, node.base)
    return once or squared_nabla(node) is not None


def differentiated(node: sx.Node) -> Iterator[sx.Node]:
    """What the derivatives of a formula differentiate, ``\\nabla`` among them."""
    for one in derivatives_in(node):
        if one.of is not None and not isinstance(plain(one.of), sx.Derivative):
            yield plain(one.of)
    yield from behind_nabla(node)


def behind_nabla(node: sx.Node) -> Iterator[sx.Node]:
    """What the signs of gradients in a formula differentiate: numbers."""
    for part in subtree(node):
        if isinstance(part, sx.Product):
            for (_, a), (_, b) in zip(part.factors, part.factors[1:], strict=False):
                if is_nabla(a):
                    yield plain(b)
        elif isinstance(part, sx.Applied) and part.head.mark == "nabla":
            yield from (plain(one) for one in part.arguments)


def differentiates_formula(facts: Facts) -> bool:
    """Does a line differentiate a formula that it writes out: ``\\partial a^T x/\\partial x``?"""
    return any(
        not isinstance(of, sx.Name | sx.Applied) or (isinstance(of, sx.Applied) and of.head.word)
        for line in facts.lines for side in line.nodes for of in differentiated(side)
    )  # fmt: skip


def totals(facts: Facts) -> frozenset[str]:
    """The letters whose formula is a number of arrays, and which are only differentiated."""
    called: dict[str, None] = {}
    for line in facts.lines:
        head = plain(line.left)
        if line.first and isinstance(head, sx.Applied) and _bare(head.head):
            called[head.head.base] = None
    return frozenset(base for base in called if _only_differentiated(facts, base))


def _bare(name: sx.Name) -> bool:
    """A single letter, or a word for no function, without marks, accents or scripts."""
    plainly = not (name.mark or name.accent or name.primes or name.scripts)
    if name.word:
        return plainly and known_function(name) is None and name.base not in STANDARD
    return plainly and (len(name.base) == 1 or name.base in ("phi", "psi", "varphi", "ell"))


def _only_differentiated(facts: Facts, base: str) -> bool:
    """Every occurrence is a head with the same argument, or stands in a derivative."""
    allowed: set[int] = set()
    arguments: set[tuple[str, ...]] = set()
    some = False
    for line in facts.lines:
        head = plain(line.left)
        if line.first and isinstance(head, sx.Applied) and head.head.base == base:
            allowed.add(head.head.span.start)
            arguments.add(tuple(_letters(a) for a in head.arguments))
    for node in all_nodes(facts):
        for of in differentiated(node):
            name = of.head if isinstance(of, sx.Applied) else of
            if isinstance(name, sx.Name) and name.base == base and not name.primes:
                some = True
                allowed.add(name.span.start)
                if isinstance(of, sx.Applied):
                    arguments.add(tuple(_letters(a) for a in of.arguments))
    turned = any(_turns(line.right) for line in facts.lines if _defines(line, base))
    for node in all_nodes(facts):  # a word for a cost may stand in the formula of another
        for part in subtree(node):
            if (
                isinstance(part, sx.Applied)
                and part.head.base == base
                and (part.head.word or (turned and not part.head.primes))
            ):
                allowed.add(part.head.span.start)
                arguments.add(tuple(_letters(a) for a in part.arguments))
    uses = (n for node in all_nodes(facts) for n in names_in(node) if n.base == base)
    return some and len(arguments) == 1 and all(n.span.start in allowed for n in uses)


def _defines(line: Line, base: str) -> bool:
    head = plain(line.left)
    return line.first and isinstance(head, sx.Applied) and head.head.base == base


def _turns(formula: sx.Node) -> bool:
    """A formula with a transpose or a norm: a number made of arrays, not of each entry."""
    return any(
        isinstance(p, sx.Transposed | sx.Norm)
        or (isinstance(p, sx.Name) and any(is_transpose(s) for s in p.scripts))
        for p in subtree(formula)
    )


def _letters(node: sx.Node) -> str:
    """An argument as it is spelled; one that is no name is like no other."""
    name = plain(node)
    if isinstance(name, sx.Name) and not name.mark:
        scripts = "".join(f"{s.place}{s.bracket}{s.text}" for s in name.scripts)
        return f"{name.accent}{name.base}{scripts}"
    return f"?{node.span.start}"
