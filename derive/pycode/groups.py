"""What an entry of a file comes to: its gradients in the order of the text, or one finding."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from derive.diagnosis.codes import BY_NAME
from derive.program import Symbol, show_shape
from derive.pycode.account import Pair
from derive.pycode.assumed import best_case
from derive.pycode.claims import Case
from derive.pycode.interpret import Understood
from derive.pycode.source import Module
from derive.pycode.values import Unsupported
from derive.verdict import Finding, Kind, ModelReport, Verdict


@dataclass(frozen=True)
class Group:
    """One entry, understood: a case with its pairs in the order of the text, or a finding."""

    understood: Understood
    case: Case | None = None
    pairs: tuple[Pair, ...] = ()
    finding: Finding | None = None

    @property
    def size(self) -> int:
        """The number of its claims: the gradients, and the cost that comes with them."""
        return len(self.wholes) + self.has_cost if self.finding is None else 1

    @property
    def wholes(self) -> list[list[Pair]]:
        """The gradients with their parts: one by an array that has parts is one claim."""
        found: dict[object, list[Pair]] = {}
        for k, pair in enumerate(self.pairs):
            name, _, part = pair.target.partition(":")
            found.setdefault((name, pair.label) if part else k, []).append(pair)
        return list(found.values())

    @property
    def has_cost(self) -> bool:
        """Whether a cost is returned beside the gradients that a function of its own gives too."""
        return self.case is not None and self.case.account.own is not None

    @cached_property
    def agreeing(self) -> int:
        """The number of gradients that seem right."""
        return 0 if self.case is None else self.case.agreeing()


def group_of(module: Module, found: Understood) -> Group:
    """The claims of an account, or what stopped it."""
    if found.account is None:
        failed = _strained(found) if found.strained else _failed(found, module)
        return Group(found, finding=failed)
    if found.strained:
        return Group(found, finding=_strained(found))
    try:
        case = best_case(found.account)
    except Unsupported as error:
        return Group(found, finding=_failed(replace(found, problem=error), module))
    if found.guess is not None and found.guess.one:
        case.assumptions = (*case.assumptions, "there is one example, a column")
    return Group(found, case, tuple(sorted(found.account.pairs, key=_place_of(case))))


def named(group: Group) -> tuple[object, ...]:
    """What tells the entry of a group from others."""
    entry = group.understood.entry
    return entry.owner, entry.gradient, tuple(map(id, entry.loops))


def is_part(module: Module, group: Group, groups: Sequence[Group]) -> bool:
    """A class without a cost of its own, used by an entry that is understood as a whole.

    What is not right for any gradient that comes from above, as where a layer takes the mean that
    the cost should take, may be right in its place: there it is judged.
    """
    entry = group.understood.entry
    is_right = group.understood.account is not None and group.agreeing == len(group.pairs)
    if is_right or not entry.owner or (entry.cost and group.understood.account is not None):
        return False
    for other in groups:
        owner = other.understood.entry.owner
        if other.understood.entry.entrywise:  # the derivative of a function uses no class
            continue
        if other.understood.account is not None and owner != group.understood.entry.owner:
            inside = module.functions.get(other.understood.entry.gradient)
            bodies: list[ast.AST] = list(module.body) if inside is None else [inside]
            bodies = [module.classes[owner]] if owner else bodies
            if any(
                isinstance(n, ast.Name) and n.id == group.understood.entry.owner
                for body in bodies
                for n in ast.walk(body)
            ):
                return True
    return False


def _place_of(case: Case) -> Callable[[Pair], tuple[int, int, str]]:
    def place(pair: Pair) -> tuple[int, int, str]:
        node = case.place(pair)
        return getattr(node, "lineno", 0), getattr(node, "col_offset", 0), pair.target

    return place


def finding_at(
    line: int, column: int, shown: str, verdict: Verdict, message: str, step: int
) -> Finding:
    """A finding at one place of a file, about nothing that was understood."""
    return Finding(
        line, column, line, column + 1, step, shown, Kind.GRADIENT, verdict,
        code=BY_NAME[_KINDS[verdict]], message=message,
    )  # fmt: skip


_KINDS = {
    Verdict.UNREADABLE: "unreadable",
    Verdict.UNPROVEN: "outside-the-fragment",
    Verdict.REFUTED: "ill-shaped",
}


def _failed(found: Understood, module: Module) -> Finding:
    """The gradients of an entry that could not be followed."""
    error = found.problem
    assert error is not None
    owner = module.classes.get(found.entry.owner)
    body = module.body if owner is None else owner.body
    lines = [s.lineno for s in body if getattr(s, "name", "") == found.entry.gradient]
    line = error.line or (lines[0] if lines else 1)
    message = f"outside the fragment: {error.message}"
    return finding_at(line, max(1, error.column), found.entry.title, Verdict.UNPROVEN, message, 1)


def _strained(found: Understood) -> Finding:
    """The gradients fit together only where two sizes happen to be equal."""
    a, b = found.strained[0]
    node = found.strained_at
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    message = f"shapes fit only if {a} = {b}, which the cost does not need ({found.message})"
    if found.account is None:
        message = f"the shapes do not fit: {found.message}"
    shown = ast.unparse(node).split("\n")[0][:200] if node is not None else found.entry.title
    return finding_at(line, column, shown, Verdict.REFUTED, message, 1)


def model_of(groups: Sequence[Group]) -> ModelReport | None:
    """What was understood of the first entry that could be followed."""
    for group in groups:
        account = group.understood.account
        if account is not None:
            trace = account.run.trace
            known = trace.leaves if group.case is None else group.case.program.leaves
            used = [n for n in known if n not in trace.shifts]
            shapes = ", ".join(f"{n} {show_shape(trace.leaves[n].dims)}" for n in used)
            cost = account.cost.name if isinstance(account.cost, Symbol) else ""
            entry = group.understood.entry
            stated = group.case.assumptions if group.case is not None else ()
            return ModelReport(
                "", (), f"{cost} of {entry.cost or entry.title}", "",
                (f"arrays hold real numbers of the shapes {shapes}", *stated),
            )  # fmt: skip
    return None
