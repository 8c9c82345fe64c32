"""A Python file as a subject of ``derive verify``: a claim a returned gradient.

In: path and text.  Out: findings with line numbers.  What cannot be followed is `unproven` with
the construct and its place; nothing is imported or run.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from derive.diagnosis.codes import BY_NAME
from derive.program import Symbol
from derive.pycode.beside import is_runtime, rounded
from derive.pycode.claims import Case, Ruling
from derive.pycode.declared import declared_shapes
from derive.pycode.entries import computes, entries
from derive.pycode.entry import Entry
from derive.pycode.faults import Mended, Workshop
from derive.pycode.groups import Group, finding_at, group_of, is_part, model_of, named
from derive.pycode.guess import Guess
from derive.pycode.interpret import Understood, under, understand
from derive.pycode.lengths import LAYERS, OTHERS
from derive.pycode.places import Places
from derive.pycode.source import Module, Unreadable, parse
from derive.pycode.updates import UpdateRuling, update_rulings
from derive.verdict import FileReport, Finding, Kind, Proof, Repair, Verdict


class Code:
    """One Python file, understood on first demand; its claims are judged one by one."""

    def __init__(self, path: str, source: str, timings: bool = False, mends: bool = True) -> None:
        self.mends = mends
        self.path, self.source, self.timings = path, source, timings
        self.page = Places(source)
        self._workshops: dict[int, Mended | None] = {}
        self._departures: dict[int, ast.stmt | None] = {}
        self._others: dict[tuple[int, int], frozenset[tuple[int, Verdict]]] = {}

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
                ruling = self._as_elsewhere(group, group.case.rule_whole(wholes[at]))
                finding = self._of(ruling, at + 1, group)
        spent = 1000 * (time.perf_counter() - started)
        return replace(finding, milliseconds=spent) if self.timings else finding

    def hurried(self, k: int) -> Finding:
        """The verdict on the k-th claim; no repair is looked for, here or in what follows."""
        self.mends = False
        return self.judge(k)

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
        model = model_of(self.groups) if findings else None
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
            found = finding_at(error.line, error.column, "", Verdict.UNREADABLE, str(error), 1)
            return (Group(Understood(Entry(""), None), finding=found),)
        module = self.module
        if is_runtime(self.source):
            return ()
        groups = [g for entry in entries(module) for g in self._groups(module, entry)]
        once = {named(g): g for g in reversed(groups)}
        groups = [g for g in groups if once[named(g)] is g]
        kept = [g for g in groups if not is_part(module, g, groups)]
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
            group = group_of(module, found)
            if best is None or group.agreeing > best[0]:
                best = group.agreeing, group
            if group.agreeing == len(group.pairs) > 0:
                break
        assert best is not None
        return best[1]

    def _as_elsewhere(self, group: Group, ruling: Ruling) -> Ruling:
        """A verdict for a supposed number of layers stands if it is that for other numbers."""
        guess = group.understood.guess
        if guess is None or not guess.layers or ruling.verdict == Verdict.UNPROVEN:
            return ruling
        return next(
            (
                found
                for other in OTHERS
                if (found := self._as_for(group, ruling, replace(guess, layers=other)))
                is not ruling
            ),
            ruling,
        )

    def _as_for(self, group: Group, ruling: Ruling, guess: Guess) -> Ruling:
        """A verdict, open if it is another one under another guess."""
        place = id(group), guess.layers
        if place not in self._others:
            self._others[place] = self._other_verdicts(group, guess)
        assert group.case is not None
        verdicts = self._others[place]
        line = getattr(group.case.place(ruling.pair), "lineno", 0)
        if ruling.verdict == Verdict.VERIFIED:
            stands = {v for at, v in verdicts if at == line} == {Verdict.VERIFIED}
        else:
            stands = Verdict.REFUTED in {v for _, v in verdicts}
        if stands:
            return ruling
        said = "proved" if ruling.verdict == Verdict.VERIFIED else "false"
        reason = (
            f"{said} here for {LAYERS} entries, but not all that this line makes of {guess.layers}"
        )
        return Ruling(ruling.pair, Verdict.UNPROVEN, reason, ruling.node)

    def _other_verdicts(self, group: Group, guess: Guess) -> frozenset[tuple[int, Verdict]]:
        """The verdicts on all gradients of an entry under another guess, with their lines.

        There are none if some gradients are gone.
        """
        assert isinstance(self.module, Module)
        found = group_of(self.module, under(self.module, group.understood.entry, guess))
        least = len(group.pairs) * min(guess.layers, LAYERS)  # fewer layers have fewer gradients
        if found.case is None or len(found.pairs) * LAYERS < least:
            return frozenset()
        case = found.case
        rulings = [case.rule_whole(whole) for whole in found.wholes]
        return frozenset((getattr(case.place(r.pair), "lineno", 0), r.verdict) for r in rulings)

    def _of_cost(self, group: Group, case: Case, step: int) -> Finding:
        """Whether the cost beside the gradients is the one of the public function."""
        found = case.own_cost()
        guess = group.understood.guess
        if found is None and guess is not None and guess.layers:
            others = (self._other_cost(group, replace(guess, layers=n)) for n in OTHERS)
            found = next((other for other in others if other is not None), None)
        if found is None:
            proof = Proof(tuple(sorted(case.rules)), case.steps, True)
            return replace(self._cost_finding(group, Verdict.VERIFIED, "", step), proof=proof)
        reason, example = found
        if example is None:
            return self._cost_finding(group, Verdict.UNPROVEN, reason, step)
        said = f"the cost is another one than that of {group.understood.entry.cost}"
        finding = self._cost_finding(group, Verdict.REFUTED, said, step)
        return replace(finding, counterexample=example, code=BY_NAME["contradiction"])

    def _other_cost(self, group: Group, guess: Guess) -> tuple[str, None] | None:
        """Why the cost beside the gradients is not proved for another number of layers."""
        assert isinstance(self.module, Module)
        case = group_of(self.module, under(self.module, group.understood.entry, guess)).case
        if case is not None and case.account.own is not None and case.own_cost() is None:
            return None
        return f"proved for {LAYERS} entries, not for {guess.layers}", None

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


def open_code(path: str, source: str, timings: bool = False, mends: bool = True) -> Code:
    """The subject that a Python file is.

    timings: findings carry their milliseconds.  mends: repairs are looked for.
    """
    return Code(path, source, timings, mends)
