"""Costs that need a second look: sums without their brackets, totals of named parts.

``-1/m \\sum_i y_i \\log a_i + (1 - y_i) \\log(1 - a_i)`` means the sum of both terms: by the
letter the second would stand beside a number, for no example in particular.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.example_letters import cost_head, label_given, of_all, takes_mean
from derive.meaning.facts import CostLine, Facts, all_nodes, names_example, names_output, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import COST_LETTERS, derivatives_in, is_bare, names_in, plain_name
from derive.meaning.roles import BATCHED, resolve
from derive.meaning.which_cost import Key, key_of_cost, mentions, names_one
from derive.reading.syntax import (
    Applied,
    Big,
    Derivative,
    Name,
    Node,
    Product,
    Span,
    Sum,
    Unreadable,
)
from derive.reading.tree import plain


def widened(facts: Facts, formula: Node) -> Node:
    """The formula with later terms drawn into the sum over the examples before them.

    Only terms that speak of examples outside every sum are drawn in: a penalty
    ``+ \\lambda \\|W\\|^2`` stays where it is.
    """
    node = plain(formula)
    if not isinstance(node, Sum) or len(node.terms) < 2:
        return formula
    (sign, first), *rest = node.terms
    big = _last_sum(facts, first)
    if big is None:
        return formula
    drawn: list[tuple[int, Node]] = []
    kept: list[tuple[int, Node]] = []
    for term in rest:
        (drawn if not kept and _bare(facts, term[1], big) else kept).append(term)
    if not drawn:
        return formula
    span = Span(first.span.start, drawn[-1][1].span.end)
    inside = Sum(Span(big.body.span.start, span.end), ((1, big.body), *drawn))
    whole = _with_body(first, replace(big, body=inside, span=span))
    return Sum(node.span, ((sign, whole), *kept))


def losses_by_arguments(facts: Facts) -> None:
    """``\\xi(t, y) = ...``: a function of the labels and the output, given a formula, is a cost."""
    roles = facts.roles
    for line in facts.lines:
        call = plain(line.left)
        if not isinstance(call, Applied) or not line.first or call.head.primes or call.head.mark:
            continue
        arguments = [plain_name(a) for a in call.arguments]
        kinds = sorted(str(roles.role_of(a)) for a in arguments if a is not None)
        if kinds == ["A", "Y"] and len(arguments) == 2 and roles.role_of(call.head) is None:
            roles.by_base[call.head.base] = "cost"


def jacobians_by_calls(facts: Facts) -> None:
    """``J(x) = \\partial f(x)/\\partial x``: J names the derivative of an array."""
    roles = facts.roles
    for line in facts.lines:
        call, right = plain(line.left), plain(line.right)
        if not isinstance(call, Applied) or not isinstance(right, Derivative) or not line.first:
            continue
        of = plain(right.of) if right.of is not None else None
        name = of.head if isinstance(of, Applied) else of
        if not isinstance(name, Name) or roles.is_cost(name) or call.head.mark:
            continue
        if call.head.base in COST_LETTERS and roles.role(call.head.base) is None:
            roles.jacobians |= {call.head.base}


def costs_by_derivatives(facts: Facts) -> None:
    """``\\partial c/\\partial w``, ``\\partial c/\\partial z``: a letter without a role is a cost.

    Only where no other letter is one, and the letter stands for nothing else.
    """
    roles = facts.roles
    by: dict[str, set[str]] = {}
    for node in all_nodes(facts):
        for derivative in derivatives_in(node):
            of = None if derivative.of is None else plain(derivative.of)
            role = roles.role_of(derivative.by)
            if role in ("W", "b", "Z", "A") and isinstance(of, Name) and not of.mark:
                by.setdefault(of.base, set()).add(role)
    found = [c for c, of in by.items() if len(of & {"W", "b"}) and len(of & {"Z", "A"})]
    found = [c for c in found if len(c) == 1 and roles.role(c) is None]
    if len(found) == 1 and not any(c in COST_LETTERS for c in by):
        roles.by_base[found[0]] = "cost"


def cost_lines(facts: Facts) -> None:
    """Costs by the outputs and labels in them; a name of one stays one in every other formula."""
    for line in facts.lines:
        mentions = {facts.roles.role_of(n) for n in names_in(line.right)}
        if mentions & {"Y", "A"} or names_output(facts, line.right):
            _cost_line(facts, line)
    made = {
        head.base
        for line in facts.lines
        if (head := plain_name(line.left)) is not None
        and facts.roles.role_of(head) is None
        and {facts.roles.role_of(n) for n in names_in(line.right)} & {"Y", "A", "Z"}
    }
    for line in facts.lines:  # of what is made of outputs: L = e^2 / 2 where e = y - a
        if not facts.costs and line.first and any(n.base in made for n in names_in(line.right)):
            _cost_line(facts, line)
    if not facts.costs:  # of the scores alone: L = \\sum_j \\max(0, s_j - s_y + 1)
        for line in facts.lines:
            if line.first and any(facts.roles.role_of(n) == "Z" for n in names_in(line.right)):
                _cost_line(facts, line)
    known = {key_of_cost(facts.roles, cost.name) for cost in facts.costs}
    for line in facts.lines:
        mentions = {facts.roles.role_of(n) for n in names_in(line.right)}
        if "Z" in mentions and not mentions & {"Y", "A", "cost"}:
            name = cost_head(facts.roles, line.left)
            if name is not None and line.first and key_of_cost(facts.roles, name) in known:
                _cost_line(facts, line)
    facts.costs.sort(key=lambda cost: cost.name.span.start)


def _cost_line(facts: Facts, line: Line) -> None:
    roles = facts.roles
    name = cost_head(roles, line.left)
    if name is None or isinstance(line.right, Unreadable) or list(derivatives_in(line.right)):
        return
    if label_given(roles, line.left) is not None:
        return  # its value at one label is no other cost
    sums = [p for p in subtree(line.right) if isinstance(p, Big)]
    counted = any(p.upper == facts.count for p in sums) or any(
        n.base == facts.count for n in names_in(line.right)
    )
    counted = counted or takes_mean(line.right)
    batch = counted or any(
        p.index in roles.examples or p.lower == "rows" or (is_bare(p) and of_all(facts, line.right))
        for p in sums
    )
    if name.base in COST_LETTERS:
        roles.by_base[name.base] = "cost"
    inner = plain(line.left)
    of_one = not counted and isinstance(inner, Applied) and names_example(roles, inner)
    formula = widened(facts, line.right)
    if formula is not line.right:
        roles.assumptions.append("the sum in the cost covers all the terms behind it")
    facts.costs.append(CostLine(name, formula, line, batch and not of_one, of_one))


def totals(facts: Facts) -> None:
    """Costs that are made of other costs, ``J = L + s``, and penalties, ``L_{reg} = ...``.

    A cost by its name alone, outside every sum, is a part with a name in the program.
    """
    roles = facts.roles
    recorded = {id(c.line) for c in facts.costs}
    for line in facts.lines:
        name = cost_head(roles, line.left)
        if name is None or not line.first or id(line) in recorded or name.primes:
            continue
        if label_given(roles, line.left) is not None:
            continue
        if line.relation.text not in ("=", ":=", "\\equiv") or list(derivatives_in(line.right)):
            continue
        key = key_of_cost(roles, name)
        spoken = list(mentions(facts, line.right))
        others = [(n, c) for n, c in spoken if key_of_cost(roles, n) != key]
        if not names_one(roles, name) and (ones := [s for s in spoken if names_one(roles, *s)]):
            _of_one(facts, key)  # J = 1/m \\sum_i J_i + ...
            others += [s for s in ones if s not in others]
        if not others:
            weights = any(roles.role_of(n) in ("W", "b") for n in names_in(line.right))
            if weights and name.scripts and not isinstance(line.right, Unreadable):
                facts.costs.append(CostLine(name, line.right, line, batch=True, penalty=True))
            continue
        inside = {
            id(n) for p in subtree(line.right) if isinstance(p, Big) for n in names_in(p.body)
        }
        bare = [n for n, call in others if call is None and id(n) not in inside]
        parts = {"".join(key_of_cost(roles, n)) for n in bare}
        if parts:
            names = (n for n in names_in(line.right) if not (n.scripts or n.mark or n.primes))
            parts |= {n.base for n in names if (n.base, "") in facts.abbreviations}
        alone = [c for c in facts.costs if "".join(key_of_cost(roles, c.name)) in parts]
        batch = bool(bare) and not (alone and all(not c.batch for c in alone))
        batch |= any(
            isinstance(p, Big) and (p.index in roles.examples or p.upper == facts.count
                                    or is_bare(p))
            for p in subtree(line.right)
        )  # fmt: skip
        summed = any(isinstance(p, Big) for p in subtree(line.right))
        kept = () if summed else tuple(sorted(parts))
        facts.costs.append(CostLine(name, line.right, line, batch, parts=kept))
    facts.costs.sort(key=lambda cost: cost.name.span.start)


def _of_one(facts: Facts, key: Key) -> None:
    """Marks the costs of one example by their scripts that are stated beside one of all."""
    for k, cost in enumerate(facts.costs):
        if key_of_cost(facts.roles, cost.name) == key and names_one(facts.roles, cost.name):
            facts.costs[k] = replace(cost, of_one=True)


def _last_sum(facts: Facts, node: Node) -> Big | None:
    """The sum that ends a term: all that follows it may belong to it."""
    inner = plain(node) if not isinstance(node, Product) else node
    if isinstance(inner, Product):
        return _last_sum(facts, inner.factors[-1][1])
    return inner if isinstance(inner, Big) and inner is node and inner.operator == "sum" else None


def _with_body(node: Node, big: Big) -> Node:
    if isinstance(node, Product):
        separator, last = node.factors[-1]
        return replace(node, factors=(*node.factors[:-1], (separator, _with_body(last, big))))
    return big


def _bare(facts: Facts, node: Node, big: Big) -> bool:
    """Arrays stand at the letter of the sum, or of examples that no sum binds."""
    if any(isinstance(p, Big) for p in subtree(node)):
        return False
    arrays = [o for n in names_in(node) if (o := resolve(facts.roles, n)).role in BATCHED]
    if big.index in facts.roles.examples or big.upper == facts.count or not big.index:
        return bool(arrays)
    return any(big.index in o.entries for o in arrays)
