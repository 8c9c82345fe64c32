"""Names of gradients: ``\\delta = \\partial J/\\partial z`` introduces one."""

from __future__ import annotations

from derive.meaning.facts import Facts, all_nodes
from derive.meaning.lines import Line
from derive.meaning.notation import derivatives_in, layers_of, names_in, plain_name
from derive.meaning.roles import key_of, resolve
from derive.reading.syntax import Applied, Derivative, Name
from derive.reading.tree import plain


def gradient_names(facts: Facts) -> None:
    """``\\delta = \\partial J/\\partial z``: delta names a gradient."""
    roles = facts.roles
    for node in all_nodes(facts):
        for derivative in derivatives_in(node):
            subject = plain_name(derivative.of) if derivative.of is not None else None
            if subject is not None and roles.is_cost(subject):
                facts.costs_used.add(subject.base)
    for line in facts.lines:
        for one, other in ((line.left, line.right), (line.right, line.left)):
            name, quotient = plain_name(one), plain(other)
            if name is None or not isinstance(quotient, Derivative) or quotient.of is None:
                continue
            subject = plain_name(quotient.of)
            of = roles.role(quotient.by.base)
            introduces = one is line.left or of in ("Z", "A")
            known = subject is not None and roles.is_cost(subject)
            if not known or of not in ("Z", "A", "W", "b") or not introduces:
                continue
            if set(layers_of(name).values()) != set(layers_of(quotient.by).values()):
                if one is line.left:
                    _named_gradient(facts, line, name, quotient.by)
                continue
            if roles.role(name.base) is None:
                roles.by_base[name.base] = "gradient"
                roles.gradient_of[name.base] = of
                roles.note(line.piece.line, f"{name.base} names the gradient by {quotient.by.base}")
    _delta_by_convention(facts)


def _named_gradient(facts: Facts, line: Line, name: Name, by: Name) -> None:
    """``\\delta_o = \\partial E/\\partial z_2``: the name with its scripts is that gradient."""
    roles = facts.roles
    occurrence = resolve(roles, by)
    layer = occurrence.layer
    if roles.role(name.base) not in (None, "gradient") or roles.numbered_by_sender:
        return
    if layer is None or layer.letter or occurrence.entries or occurrence.example:
        return
    roles.named.setdefault(key_of(name), ("gradient", layer.offset, occurrence.role))
    roles.note(line.piece.line, f"{name.base} names the gradient by {by.base}")


def _delta_by_convention(facts: Facts) -> None:
    """Delta stands for the gradient by z, unless its layers are not those of the network."""
    roles = facts.roles
    deltas = [
        n for node in all_nodes(facts) for n in names_in(node)
        if n.base == "delta" and not roles.is_kronecker(n)
    ]  # fmt: skip
    if not deltas or roles.role("delta") is not None or _is_parameter(facts):
        return
    numbers = [layer.offset for n in deltas for layer in layers_of(n).values() if not layer.letter]
    if numbers and max(numbers) > roles.depth + roles.numbered_by_sender:
        return  # numbered in a way of its own: each is what its line says
    roles.by_base["delta"] = "gradient"
    roles.gradient_of["delta"] = "Z"
    roles.assumptions.append("delta is taken as the gradient by the pre-activation z")


def _is_parameter(facts: Facts) -> bool:
    """``f(x) = ... |x| \\le \\delta``: a number in a formula, which no line computes."""
    within = False
    for line in facts.lines:
        head = plain(line.left)
        if isinstance(head, Name) and head.base == "delta":
            return False
        if not line.first or not isinstance(head, Applied) or head.head.mark or head.head.primes:
            continue
        bare = (n for n in names_in(line.right) if n.base == "delta" and not n.mark)
        defined = facts.roles.role(head.head.base) in (None, "function", "cost")
        within |= defined and any(not n.scripts and not n.primes for n in bare)
    return within
