"""A Python file as a subject of ``derive verify``: a claim a returned gradient.

In: path and text.  Out: findings with line numbers.  What cannot be followed is `unproven` with
the construct and its place; nothing is imported or run.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from derive.diagnosis.codes import BY_NAME
from derive.program import Symbol, show_shape
from derive.pycode.account import Pair
from derive.pycode.assumed import best_case
from derive.pycode.beside import rounded
from derive.pycode.claims import Case, Ruling
from derive.pycode.declared import declared_shapes
from derive.pycode.entries import computes, entries
from derive.pycode.entry import Entry
from derive.pycode.faults import Mended, Workshop
from derive.pycode.interpret import Understood, understand
from derive.pycode.places import Places
from derive.pycode.source import Module, Unreadable, parse
from derive.pycode.updates import UpdateRuling, update_rulings
from derive.pycode.values import Unsupported
from derive.verdict import FileReport, Finding, Kind, ModelReport, Proof, Repair, Verdict


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

    @property
    def agreeing(self) -> int:
        """The number of gradients that seem right."""
        return 0 if self.case is None else self.case.agreeing()


class Code:
    """One Python file, understood on first demand; its claims are judged one by one."""

    def __init__(self, path: str, source: str, timings: bool = False, mends: bool = True) -> None:
        self.mends = mends
        self.path, self.source, self.timings = path, source, timings
        self.page = Places(source)
        self._workshops: dict[int, Mended | None] = {}
        self._departures: dict[int, ast.stmt | None] = {}

    @property
    def size(self) -> int:
        """The number of claims."""
        return len(self.claims)

    def judge(self, k: int) -> Finding:
        """The verdict on the k-th claim."""
        started = time.perf_counter()
        group, at = self.claims[k]
        finding = group.finding
        if finding is None:
            assert group.case is not None
            wholes = group.wholes
            if at == len(wholes):
                finding = self._of_cost(group, group.case, at + 1)
            else:
                rulings = [group.case.rule(pair) for pair in wholes[at]]
                finding = self._of(min(rulings, key=_severity), at + 1, group)
        spent = 1000 * (time.perf_counter() - started)
        return replace(finding, milliseconds=spent) if self.timings else finding

    def unjudged(self, k: int, reason: str) -> Finding:
        """The k-th claim, given up."""
        group, at = self.claims[k]
        if group.finding is not None:
            return replace(group.finding, verdict=Verdict.UNPROVEN, message=reason)
        assert group.case is not None
        if at == len(group.wholes):
            return self._cost_finding(group, Verdict.UNPROVEN, reason, at + 1)
        pair = group.wholes[at][0]
        ruling = Ruling(pair, Verdict.UNPROVEN, reason, group.case.place(pair))
        return self._of(ruling, at + 1, group)

    def report(self, findings: Sequence[Finding]) -> FileReport:
        """The report of the file, the findings in the order of their lines."""
        model = _model(self.groups) if findings else None
        ordered = sorted(findings, key=lambda f: (f.line, f.column, f.latex))
        return FileReport(self.path, model, tuple(ordered), {}, self.source)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All claims, judged."""
        return self.report([self.judge(k) for k in range(self.size)]).claims

    @cached_property
    def claims(self) -> tuple[tuple[Group, int], ...]:
        """For every claim its group and its place there."""
        return tuple((group, at) for group in self.groups for at in range(group.size))

    @cached_property
    def module(self) -> Module | Unreadable:
        try:
            return rounded(parse(self.source), self.path, self.source)
        except Unreadable as error:
            return error

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        if isinstance(self.module, Unreadable):
            error = self.module
            found = _finding(error.line, error.column, "", Verdict.UNREADABLE, str(error), 1)
            return (Group(Understood(Entry(""), None), finding=found),)
        module = self.module
        groups = [g for entry in entries(module) for g in self._groups(module, entry)]
        once = {_named(g): g for g in reversed(groups)}
        groups = [g for g in groups if once[_named(g)] is g]
        kept = [g for g in groups if not _is_part(module, g, groups)]
        return tuple(kept + [self._update(ruling) for ruling in update_rulings(module)])

    def _update(self, ruling: UpdateRuling) -> Group:
        """What a step of an optimiser makes of one parameter."""
        node, refuted = ruling.node, ruling.verdict == Verdict.REFUTED
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        shown = ast.unparse(node).split("\n")[0][:200] if node is not None else ruling.name
        code = BY_NAME["update"] if refuted else None
        if ruling.verdict == Verdict.UNPROVEN:
            code = BY_NAME["outside-the-fragment"]
        finding = Finding(
            line, column,
            line if isinstance(node, ast.FunctionDef) else getattr(node, "end_lineno", line),
            (getattr(node, "end_col_offset", column) or column) + 1,
            1, f"{ruling.name}: {shown}", Kind.UPDATE, ruling.verdict, code=code,
            message=ruling.reason, side_conditions=ruling.conditions,
            counterexample=ruling.counterexample, proof=ruling.proof,
            span=self.page.span(node), right_span=self.page.span(node),
        )  # fmt: skip
        entry = Entry(ruling.optimizer.name, owner=ruling.optimizer.owner)
        return Group(Understood(entry, None), finding=finding)

    def _groups(self, module: Module, entry: Entry) -> list[Group]:
        """What an entry comes to; where it cannot be followed also a part of it that can.

        A training function and the gradients that it uses are judged as one of them; a function
        that only hands on what another one returns says nothing more.
        """
        outer = self._group(module, entry)
        if entry.entrywise and outer.agreeing < len(outer.pairs):
            other = self._group(module, replace(entry, of_output=True))
            return [other if other.agreeing == len(other.pairs) > 0 else outer]
        known_account = outer.understood.account
        if known_account is None or known_account.unstated:
            for inner in entry.inner:
                instead = self._groups(module, inner)
                known = [g.understood.entry for g in instead if g.understood.account is not None]
                if known:
                    trains = any(e.loops or e.unit for e in (entry, *known))
                    hands_on = trains or not computes(module, entry)
                    return instead if hands_on else [*instead, outer]
        return [outer]

    def _group(self, module: Module, entry: Entry) -> Group:
        """Of several readings of the arguments the one under which most seems right."""
        best: tuple[int, Group] | None = None
        for found in understand(module, entry, declared_shapes(module, entry)):
            group = _group_of(module, found)
            if best is None or group.agreeing > best[0]:
                best = group.agreeing, group
            if group.agreeing == len(group.pairs) > 0:
                break
        assert best is not None
        return best[1]

    def _of_cost(self, group: Group, case: Case, step: int) -> Finding:
        """Whether the cost beside the gradients is the one of the public function."""
        found = case.own_cost()
        if found is None:
            proof = Proof(tuple(sorted(case.rules)), case.steps, True)
            return replace(self._cost_finding(group, Verdict.VERIFIED, "", step), proof=proof)
        reason, example = found
        if example is None:
            return self._cost_finding(group, Verdict.UNPROVEN, reason, step)
        said = f"the cost is another one than that of {group.understood.entry.cost}"
        finding = self._cost_finding(group, Verdict.REFUTED, said, step)
        return replace(finding, counterexample=example, code=BY_NAME["contradiction"])

    def _cost_finding(self, group: Group, verdict: Verdict, message: str, step: int) -> Finding:
        assert group.case is not None
        own, trace = group.case.account.own, group.case.account.run.trace
        made = trace.made.get(own.name, []) if isinstance(own, Symbol) else []
        entry = group.understood.entry
        node = next((m.node for m in reversed(made) if self._is_within(m.node, entry)), None)
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        shown = ast.unparse(node).split("\n")[0][:200] if node is not None else "cost"
        code = BY_NAME["outside-the-fragment"] if verdict == Verdict.UNPROVEN else None
        return Finding(
            line, column, getattr(node, "end_lineno", line) or line,
            (getattr(node, "end_col_offset", column) or column) + 1,
            step, f"{entry.cost}: {shown}", Kind.ALGEBRA, verdict, code=code, message=message,
            assumptions=group.case.assumptions, span=self.page.span(node),
            right_span=self.page.span(node),
        )  # fmt: skip

    def _is_within(self, node: ast.AST | None, entry: Entry) -> bool:
        """Whether a node is of the function that returns the gradients."""
        assert isinstance(self.module, Module)
        owner = self.module.classes.get(entry.owner)
        body = self.module.body if owner is None else owner.body
        return any(
            isinstance(s, ast.FunctionDef)
            and s.name == entry.gradient
            and s.lineno <= getattr(node, "lineno", 0) <= (s.end_lineno or 0)
            for s in body
        )

    def _mended(self, group: Group) -> Mended | None:
        """The statement at fault in a group and its repair, looked for once."""
        if id(group) not in self._workshops:
            case, guess = group.case, group.understood.guess
            found = None
            if case is not None and guess is not None and isinstance(self.module, Module):
                entry = group.understood.entry
                shop = Workshop(self.source, self.module, entry, guess, case)
                found = shop.mend()
                self._departures[id(group)] = shop.departure()
            self._workshops[id(group)] = found
        return self._workshops[id(group)]

    def _of(self, ruling: Ruling, step: int, group: Group) -> Finding:
        refuted = ruling.verdict == Verdict.REFUTED
        mended = self._mended(group) if refuted and self.mends else None
        node = mended.statement if mended is not None else ruling.node
        if refuted and mended is None and ruling.counterexample is not None:
            node = self._departures.get(id(group)) or node
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        text = ast.unparse(node) if node is not None else ruling.pair.label
        shown = text.split("\n")[0][:200] if "=" in text else f"{ruling.pair.label} = {text[:180]}"
        span = self.page.span(node)
        finding = Finding(
            line, column,
            getattr(node, "end_lineno", line) or line,
            (getattr(node, "end_col_offset", column) or column) + 1,
            step, f"{ruling.pair.shown}: {shown}", Kind.GRADIENT, ruling.verdict,
            code=_code(ruling, mended),
            message=_message(ruling, mended),
            assumptions=ruling.assumptions,
            side_conditions=ruling.conditions,
            counterexample=ruling.counterexample,
            proof=ruling.proof,
            span=span,
            right_span=span,
        )  # fmt: skip
        if mended is None:
            return finding
        verdict = Verdict.VERIFIED if mended.proved else Verdict.UNPROVEN
        return replace(
            finding,
            right_span=(mended.start, mended.end),
            repairs=(Repair(mended.text, verdict, mended.said),),
        )


def _severity(ruling: Ruling) -> int:
    """All parts of a gradient have to be proved; one that is wrong refutes it."""
    return [Verdict.REFUTED, Verdict.UNPROVEN, Verdict.VERIFIED].index(ruling.verdict)


def _message(ruling: Ruling, mended: Mended | None) -> str:
    pair = ruling.pair
    if ruling.verdict != Verdict.REFUTED:
        return ruling.reason
    said = ruling.reason or f"{pair.label} is not the gradient by {pair.shown}"
    if mended is None:
        return said
    if not pair.moved:
        said = f"{pair.label} is not the gradient by {pair.shown}"
    return f"{said}: {mended.said}"


def _code(ruling: Ruling, mended: Mended | None) -> str | None:
    if mended is not None:
        return mended.code
    if ruling.verdict == Verdict.REFUTED:
        return BY_NAME["ill-shaped" if ruling.counterexample is None else "false"]
    if ruling.verdict == Verdict.UNPROVEN:
        return BY_NAME["outside-the-fragment"]
    return None


def _group_of(module: Module, found: Understood) -> Group:
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


def _named(group: Group) -> tuple[object, ...]:
    entry = group.understood.entry
    return entry.owner, entry.gradient, tuple(map(id, entry.loops))


def _is_part(module: Module, group: Group, groups: Sequence[Group]) -> bool:
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
        if other.understood.account is not None and owner != group.understood.entry.owner:
            bodies: list[ast.AST] = [module.classes[owner]] if owner else list(module.body)
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


def _finding(
    line: int, column: int, shown: str, verdict: Verdict, message: str, step: int
) -> Finding:
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
    return _finding(line, max(1, error.column), found.entry.title, Verdict.UNPROVEN, message, 1)


def _strained(found: Understood) -> Finding:
    """The gradients fit together only where two sizes happen to be equal."""
    a, b = found.strained[0]
    node = found.strained_at
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    message = f"shapes fit only if {a} = {b}, which the cost does not need ({found.message})"
    if found.account is None:
        message = f"the shapes do not fit: {found.message}"
    shown = ast.unparse(node).split("\n")[0][:200] if node is not None else found.entry.title
    return _finding(line, column, shown, Verdict.REFUTED, message, 1)


def _model(groups: Sequence[Group]) -> ModelReport | None:
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


def open_code(path: str, source: str, timings: bool = False, mends: bool = True) -> Code:
    """The subject that a Python file is.

    timings: findings carry their milliseconds.  mends: repairs are looked for.
    """
    return Code(path, source, timings, mends)
