"""A Python file as a subject of ``derive verify``: a claim a returned gradient.

In: path and text.  Out: findings with line numbers.  What cannot be followed is `unproven` with
the construct and its place; nothing is imported or run.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from derive.program import Symbol, show_shape
from derive.pycode.account import Entry
from derive.pycode.claims import Ruling, rulings
from derive.pycode.declared import declared_shapes
from derive.pycode.entries import entries
from derive.pycode.interpret import Understood, understand
from derive.pycode.source import Module, Unreadable, parse
from derive.verdict import FileReport, Finding, Kind, ModelReport, Verdict


@dataclass(frozen=True)
class Group:
    """The claims of one entry, in the order of their lines."""

    understood: Understood
    findings: tuple[Finding, ...]


class Code:
    """One Python file, judged as a whole on first demand."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source

    @property
    def size(self) -> int:
        return len(self.findings)

    def judge(self, k: int) -> Finding:
        return self.findings[k]

    def unjudged(self, k: int, reason: str) -> Finding:
        raise IndexError(k, reason)

    def report(self, findings: Sequence[Finding]) -> FileReport:
        model = _model(self.groups) if findings else None
        return FileReport(self.path, model, tuple(findings), {}, self.source)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        if isinstance(self.module, Unreadable):
            error = self.module
            return (_finding(error.line, error.column, "", Verdict.UNREADABLE, str(error), 1),)
        found = [f for group in self.groups for f in group.findings]
        return tuple(found)

    @cached_property
    def module(self) -> Module | Unreadable:
        try:
            return parse(self.source)
        except Unreadable as error:
            return error

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        if isinstance(self.module, Unreadable):
            return ()
        return tuple(self._group(self.module, entry) for entry in entries(self.module))

    def _group(self, module: Module, entry: Entry) -> Group:
        """Of several readings of the arguments the one under which most is verified."""
        best: tuple[int, Group] | None = None
        for found in understand(module, entry, declared_shapes(module, entry)):
            group = self._judged(module, found)
            verified = sum(f.verdict == Verdict.VERIFIED for f in group.findings)
            if best is None or verified > best[0]:
                best = verified, group
            if verified == len(group.findings):
                break
        assert best is not None
        if best[1].understood.account is None:
            for inner in entry.inner:
                instead = self._group(module, inner)
                if instead.understood.account is not None:
                    return instead
        return best[1]

    def _judged(self, module: Module, found: Understood) -> Group:
        if found.account is None:
            return Group(found, (_failed(found, module),))
        if found.strained:
            return Group(found, (_strained(found),))
        ruled = [self._of(ruling, k) for k, ruling in enumerate(rulings(found.account), 1)]
        return Group(found, tuple(sorted(ruled, key=lambda f: (f.line, f.column, f.step))))

    def _of(self, ruling: Ruling, step: int) -> Finding:
        node = ruling.node
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        text = ast.unparse(node) if node is not None else ruling.pair.label
        shown = text.split("\n")[0][:200] if "=" in text else f"{ruling.pair.label} = {text[:180]}"
        message = ruling.reason
        if not message and ruling.verdict == Verdict.REFUTED:
            message = f"{ruling.pair.label} is not the gradient by {ruling.pair.target}"
        return Finding(
            line, column,
            getattr(node, "end_lineno", line) or line,
            (getattr(node, "end_col_offset", column) or column) + 1,
            step, f"{ruling.pair.target}: {shown}", Kind.GRADIENT, ruling.verdict,
            message=message,
            assumptions=ruling.assumptions,
            side_conditions=ruling.conditions,
            counterexample=ruling.counterexample,
            proof=ruling.proof,
        )  # fmt: skip


def _finding(
    line: int, column: int, shown: str, verdict: Verdict, message: str, step: int
) -> Finding:
    return Finding(
        line, column, line, column + 1, step, shown, Kind.GRADIENT, verdict, message=message
    )


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
    shown = ast.unparse(node).split("\n")[0][:200] if node is not None else found.entry.title
    return _finding(line, column, shown, Verdict.REFUTED, message, 1)


def _model(groups: Sequence[Group]) -> ModelReport | None:
    """What was understood of the first entry that could be followed."""
    for group in groups:
        account = group.understood.account
        if account is not None:
            trace = account.run.trace
            used = [n for n in trace.leaves if n not in trace.shifts]
            shapes = ", ".join(f"{n} {show_shape(trace.leaves[n].dims)}" for n in used)
            cost = account.cost.name if isinstance(account.cost, Symbol) else ""
            entry = group.understood.entry
            stated = sorted({a for f in group.findings for a in f.assumptions})
            return ModelReport(
                "", (), f"{cost} of {entry.cost or entry.title}", "",
                (f"arrays hold real numbers of the shapes {shapes}", *stated),
            )  # fmt: skip
    return None


def open_code(path: str, source: str) -> Code:
    """The subject that a Python file is."""
    return Code(path, source)
