"""The note as an algorithm: would a reader who programs its lines get the right gradients?

For each parameter the last line that assigns its gradient is found; it and the lines that
assign the gradients it uses must all be right.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.meaning.facts import Facts
from derive.meaning.interpretation import Interpretation
from derive.meaning.notation import names_in
from derive.program import Composition, Equation, Gradient, walk
from derive.reading import syntax as sx
from derive.reading.tree import plain
from derive.verdict import Finding, Verdict


def algorithm(
    facts: Facts, found: Sequence[Interpretation], findings: Sequence[Finding]
) -> dict[str, dict[str, object]]:
    """For each parameter whose gradient is assigned: the verdict and the lines at fault."""
    if len(findings) != len(found):
        return {}
    assigned: dict[str, list[int]] = {}
    uses: dict[int, set[str]] = {}
    derived: dict[str, list[int]] = {}
    for k, item in enumerate(found):
        for target, used in _assignments(facts, item):
            named = isinstance(plain(item.line.head), sx.Name)
            (assigned if named else derived).setdefault(target, []).append(k)
            uses.setdefault(k, set()).update(used)
    for target, lines in derived.items():
        assigned.setdefault(target, lines)  # no line dW = ...: the derivation is what is read
    out: dict[str, dict[str, object]] = {}
    for target in sorted(assigned, key=_order):
        if target[0] not in "Wb":
            continue
        wrong, open_ = _faults(target, assigned, uses, findings)
        verdict = Verdict.REFUTED if wrong else Verdict.UNPROVEN if open_ else Verdict.VERIFIED
        because = sorted({findings[k].line for k in (wrong or open_)})
        out[f"{target[0]}_{target[1:]}"] = {"verdict": str(verdict), "because": because}
    return out


def _order(name: str) -> tuple[int, str]:
    digits = name[1:]
    return (int(digits) if digits.isdigit() else 0, name)


def _faults(
    target: str,
    assigned: dict[str, list[int]],
    uses: dict[int, set[str]],
    findings: Sequence[Finding],
) -> tuple[set[int], set[int]]:
    """Lines that make the gradient wrong, and lines that leave it open."""
    wrong: set[int] = set()
    open_: set[int] = set()
    seen: set[str] = set()
    stack = [target]
    while stack:
        name = stack.pop()
        if name in seen or name not in assigned:
            continue
        seen.add(name)
        last = assigned[name][-1]
        verdict = findings[last].verdict
        if verdict == Verdict.REFUTED:
            wrong.add(last)
        elif verdict in (Verdict.UNPROVEN, Verdict.UNREADABLE):
            open_.add(last)
        stack.extend(sorted(uses.get(last, ())))
    return wrong, open_


def _assignments(facts: Facts, item: Interpretation) -> list[tuple[str, set[str]]]:
    """(gradient that is given a value, gradients that the value uses) of a line about arrays."""
    if item.reading != "matrix" or item.definition or not _names_gradient(facts, item):
        return []
    out = []
    if item.statements:
        for stated in item.statements:
            statement = stated.statement
            if isinstance(statement, Composition) or not isinstance(statement, Equation):
                continue
            left = {n.name for n in walk(statement.left) if isinstance(n, Gradient)}
            used = {n.name for n in walk(statement.right) if isinstance(n, Gradient)}
            if len(left) == 1 and used != left:
                out.append((left.pop(), used))
    elif item.ill is not None:
        target = _target(item)
        if target is not None:
            out.append((target, _used(item)))
    return out


def _names_gradient(facts: Facts, item: Interpretation) -> bool:
    """The left side is (the head of a chain about) the gradient by one name."""
    head = plain(item.line.head)
    if isinstance(head, sx.Derivative):
        return True
    return isinstance(head, sx.Name) and (
        bool(head.mark) or facts.roles.role_of(head) == "gradient"
    )


def _target(item: Interpretation) -> str | None:
    from derive.meaning.elaborate import Elaborator
    from derive.meaning.scenery import left_value

    assert item.ill is not None
    setting, _, layers = item.ill
    value = left_value(Elaborator(setting, layers), item.line.left)
    names = [n.name for n in walk(value) if isinstance(n, Gradient)] if value is not None else []
    return names[0] if len(names) == 1 else None


def _used(item: Interpretation) -> set[str]:
    from derive.meaning.elaborate import Elaborator
    from derive.meaning.roles import resolve
    from derive.meaning.setting import Outside

    assert item.ill is not None
    setting, _, layers = item.ill
    elaborator = Elaborator(setting, layers)
    used = set()
    for name in names_in(item.line.right):
        if name.mark or setting.facts.roles.role_of(name) == "gradient":
            try:
                used.add(elaborator.program_name(name, resolve(setting.facts.roles, name)))
            except Outside:
                continue
    return used
