"""Where a claim becomes a verdict.

    screen   two or more points of a prime field     false there: look for a counterexample
    refuted  a counterexample in exact numbers
    proved   normal form of the difference is 0      by `derive.tensors`
    checked  the independent evaluator agrees        by `derive.check`

`verified` needs both proof and check.  Engine and checker that disagree are an internal
error: the claim is unproven and says so.  Agreement at points alone is never a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from derive.check import Screen, check, find_counterexample
from derive.diagnosis.scene import Diagnosis
from derive.meaning.at_minimum import as_minimum
from derive.meaning.building import build
from derive.meaning.context import ANY_LAYER
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.setting import Hypothesis, Setting
from derive.meaning.stationary import SOLVED
from derive.meaning.which_cost import TWO_COSTS
from derive.program import Equation, Gradient, Program, Statement, walk
from derive.tensors import Outcome, prove
from derive.verdict import Counterexample, Proof, Verdict

NO_COST = "there is no cost to differentiate"
OUT_OF_STEPS: Final = (
    "timeout: more steps than a claim is granted; parts of it, named, may be proved"
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its grounds.

    failed: the first statement that does not hold.  remark: it is the remark that fails.
    """

    verdict: Verdict
    reason: str = ""
    proof: Proof | None = None
    counterexample: Counterexample | None = None
    failed: Stated | None = None
    remark: bool = False
    side_conditions: tuple[str, ...] = ()


@dataclass(slots=True)
class _Ground:
    """What has been found out about one program; a note says many things more than once.

    The setting is kept, so that its identity stays its own.
    """

    setting: Setting
    extent: int
    screen: Screen | None
    """None if the program makes no sense."""
    agreed: dict[Statement, bool | None] = field(default_factory=dict)
    settled: dict[Statement, Judgement] = field(default_factory=dict)
    diagnosed: dict[object, Diagnosis] = field(default_factory=dict)
    one_cost: bool | None = None


@dataclass(slots=True)
class Judge:
    """Judges the interpretations of one note; screens are shared among its claims."""

    certificates: list[tuple[Program, Statement, tuple[str, ...]]] | None = None
    diagnoses: int = 0
    """How many mistakes have been looked into."""
    _grounds: dict[int, _Ground] = field(default_factory=dict)
    _paths: dict[Hypothesis, Setting] = field(default_factory=dict)

    def on_path(self, setting: Setting) -> Setting:
        """The same network as one path of scalars."""
        hypothesis = setting.hypothesis
        if hypothesis not in self._paths:
            self._paths[hypothesis] = build(setting.facts, hypothesis, "path")
        return self._paths[hypothesis]

    def _ground(self, setting: Setting) -> _Ground:
        extent = len(setting.leaves) + len(setting.functions)  # free scalars join late
        known = self._grounds.get(id(setting))
        if known is None or known.extent != extent:
            known = _Ground(setting, extent, screen_of(setting.program))
            self._grounds[id(setting)] = known
        return known

    def diagnosed(self, setting: Setting) -> dict[object, Diagnosis]:
        """The diagnoses made so far under a setting, by what decided them."""
        return self._ground(setting).diagnosed

    def agrees(self, stated: Stated) -> bool | None:
        """Whether a statement holds at random points; None if it cannot be evaluated."""
        ground = self._ground(stated.setting)
        if ground.screen is None:
            return None
        if stated.statement not in ground.agreed:
            ground.agreed[stated.statement] = ground.screen.agrees(stated.statement)
        return ground.agreed[stated.statement]

    def all_agree(self, found: Interpretation) -> bool | None:
        """The screen's word on a whole interpretation, for choosing hypotheses."""
        if not found.statements:
            return None
        if found.any_of:
            marks = [self._any_agrees(group) for group in by_layers(found.statements)]
        else:
            marks = [self.agrees(s) for s in found.statements]
        return False if False in marks else None if None in marks else True

    def _any_agrees(self, group: Sequence[Stated]) -> bool | None:
        marks = [self.agrees(s) for s in group]
        return True if True in marks else None if None in marks else False

    def judge(self, found: Interpretation) -> Judgement:
        """The verdict on one line."""
        if found.verdict is not None and found.verdict != Verdict.DEFINITION:
            return Judgement(found.verdict, found.reason + self._true_layers(found))
        if not found.statements:
            return Judgement(Verdict.DEFINITION)
        if found.any_of:
            groups = by_layers(found.statements)
            done = [self._one_of(group) for group in groups]
        else:
            done = [self.settle(stated) for stated in found.statements]
        result = _worst(done)
        if result.verdict == Verdict.VERIFIED and found.remark:
            said = _worst([self.settle(stated) for stated in found.remark])
            if said.verdict == Verdict.REFUTED:
                return Judgement(
                    said.verdict, said.reason, None, said.counterexample, said.failed, remark=True
                )
        if result.verdict == Verdict.REFUTED and (reason := self._true_otherwise(found)):
            return Judgement(Verdict.UNPROVEN, reason)
        if result.verdict == Verdict.REFUTED and (true := self._true_somewhere(found)):
            reason = f"the line names no layer and is false of some; it is true of layer {true}"
            return Judgement(Verdict.UNPROVEN, reason)
        if result.verdict == Verdict.REFUTED and any(self.agrees(s) for s in as_minimum(found)):
            return Judgement(Verdict.UNPROVEN, SOLVED)
        reason = found.figures or found.elsewhere
        if reason and result.verdict == Verdict.REFUTED:
            return Judgement(Verdict.UNPROVEN, reason)
        if found.missing and result.verdict == Verdict.REFUTED:
            names = ", ".join(found.missing)
            verb = "has" if len(found.missing) == 1 else "have"
            return Judgement(
                Verdict.UNPROVEN, f"{names} {verb} no role in the network: say what it stands for"
            )
        if found.definition and result.verdict == Verdict.VERIFIED:
            return Judgement(Verdict.DEFINITION)
        if found.doubt and result.verdict == Verdict.VERIFIED:
            return Judgement(Verdict.UNPROVEN, found.doubt)
        return result

    def _true_otherwise(self, found: Interpretation) -> str:
        """Why a line is left open of which another meaning holds, "" if none does."""
        return next((why for why, other in found.others if self.all_agree(other) is True), "")

    def _true_somewhere(self, found: Interpretation) -> str:
        """Of a line that names no layer and fails as a whole: the layers at which it holds."""
        if not found.statements or found.any_of:
            return ""
        true = [s for s in found.statements if ANY_LAYER in s.layers and self.holds(s)]
        return " and ".join(str(s.layers[ANY_LAYER]) for s in true)

    def _true_layers(self, found: Interpretation) -> str:
        """The layers at which a line that has lost one would be true, in words."""
        layers = [str(layer) for layer, stated in found.guesses if self.holds(stated)]
        return f"; it is true of layer {' and '.join(layers)}" if layers else ""

    def settle(self, stated: Stated) -> Judgement:
        """Proves or refutes one statement; what is said again is not proved again."""
        if not self.one_cost(stated.setting):
            return Judgement(Verdict.UNPROVEN, TWO_COSTS, failed=stated)
        settled = self._ground(stated.setting).settled
        known = settled.get(stated.statement)
        if known is None:
            known = settled[stated.statement] = self._settled(stated)
        elif known.proof is not None and self.certificates is not None:
            statement = (stated.setting.program, stated.statement, known.proof.rules)
            self.certificates.append(statement)
        return replace(known, failed=stated) if known.failed is not None else known

    def _settled(self, stated: Stated) -> Judgement:
        program = stated.setting.program
        if self._ground(stated.setting).screen is None:
            return Judgement(Verdict.UNPROVEN, "the program of the note makes no sense here")
        if program.cost is None and _names_gradient(stated.statement):
            return Judgement(Verdict.UNPROVEN, NO_COST, failed=stated)
        if self.agrees(stated) is False:
            example = find_counterexample(program, stated.statement)
            if example is not None:
                return Judgement(Verdict.REFUTED, "", None, example, stated)
        outcome = prove(program, stated.statement)
        if not outcome.proved:
            return self._not_proved(stated, outcome)
        acceptance = check(program, stated.statement)
        if not acceptance.accepted:
            reason = f"the engine proves it, the checker does not accept it ({acceptance.reason})"
            return Judgement(Verdict.UNPROVEN, reason, failed=stated)
        if self.certificates is not None:
            self.certificates.append((program, stated.statement, outcome.rules))
        return Judgement(
            Verdict.VERIFIED,
            proof=Proof(outcome.rules, outcome.steps, True),
            side_conditions=outcome.side_conditions,
        )

    def holds(self, stated: Stated) -> bool:
        """Proved and checked: the condition on every repair that is offered."""
        return self.agrees(stated) is not False and (
            self.one_cost(stated.setting)
            and prove(stated.setting.program, stated.statement).proved
            and check(stated.setting.program, stated.statement).accepted
        )

    def one_cost(self, setting: Setting) -> bool:
        """All costs that a claim names are shown to be the same, so that it is about one."""
        ground = self._ground(setting)
        if ground.one_cost is None:
            program = setting.program
            ground.one_cost = all(
                prove(program, premise).proved and check(program, premise).accepted
                for premise in setting.premises
            )
        return ground.one_cost

    def _not_proved(self, stated: Stated, outcome: Outcome) -> Judgement:
        example = find_counterexample(stated.setting.program, stated.statement)
        if example is not None:
            return Judgement(Verdict.REFUTED, outcome.reason, None, example, stated)
        if outcome.reason == "not zero":
            reason = "neither proved nor refuted: no difference was found at any point"
        else:
            reason = OUT_OF_STEPS if outcome.reason == "budget" else outcome.reason
        return Judgement(Verdict.UNPROVEN, reason, failed=stated)

    def _one_of(self, group: Sequence[Stated]) -> Judgement:
        for stated in group:
            if self.agrees(stated) is True:
                return self.settle(stated)
        return self.settle(group[0])


def screen_of(program: Program) -> Screen | None:
    """The quick test of claims under a program; None where the program cannot be evaluated."""
    try:
        return Screen(program)
    except ValueError:  # a name that is defined by itself, or with two shapes
        return None


def _names_gradient(statement: Statement) -> bool:
    """An equation that speaks of a gradient of the cost."""
    if not isinstance(statement, Equation):
        return False
    return any(isinstance(n, Gradient) for s in (statement.left, statement.right) for n in walk(s))


def by_layers(statements: Iterable[Stated]) -> list[list[Stated]]:
    """Alternatives grouped by the layers that they are about, in order."""
    groups: dict[tuple[tuple[str, int], ...], list[Stated]] = {}
    for stated in statements:
        groups.setdefault(tuple(sorted(stated.layers.items())), []).append(stated)
    return list(groups.values())


_ORDER = (Verdict.REFUTED, Verdict.UNPROVEN, Verdict.VERIFIED)


def _worst(done: Sequence[Judgement]) -> Judgement:
    """All statements have to hold: the first refuted one decides, then the first unproven."""
    for verdict in _ORDER[:2]:
        for one in done:
            if one.verdict == verdict:
                return one
    rules = sorted({r for d in done if d.proof for r in d.proof.rules})
    steps = sum(d.proof.steps for d in done if d.proof)
    conditions = sorted({c for d in done for c in d.side_conditions})
    return Judgement(
        Verdict.VERIFIED, proof=Proof(tuple(rules), steps, True), side_conditions=tuple(conditions)
    )


def write_certificates(
    folder: Path, stem: str, found: Iterable[tuple[Program, Statement, tuple[str, ...]]]
) -> list[Path]:
    """One JSON file a statement, for ``python -m derive.check``."""
    import json

    from derive.certificate import to_json

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (program, statement, rules) in enumerate(found, 1):
        path = folder / f"{stem}-{number:03d}.json"
        text = json.dumps(to_json(program, statement, rules), indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        written.append(path)
    return written
