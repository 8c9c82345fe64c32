"""What the sides of a line say in one of the programs of a note, at the layers that it names.

In: a line with its left side, a kind and a mode.  Out: the statements that make it true, or why
there are none: a name without a value, shapes that do not fit.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.alternatives import under_conditions
from derive.meaning.conditions import applicable, conditions_of, restricted
from derive.meaning.counts import as_counts
from derive.meaning.differentials import held_fixed
from derive.meaning.elaborate import ANY_LAYER, Slopes
from derive.meaning.elsewhere import (
    differentiates_data,
    differentiates_labels,
    given_elsewhere,
)
from derive.meaning.examples import of_one
from derive.meaning.facts import Facts
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import Line
from derive.meaning.misfits import half_told, left_open, why_not_refuted
from derive.meaning.outline import Outline, kind_of, not_given, outline, roleless, unbound
from derive.meaning.penalties import penalised
from derive.meaning.readings import pure_maps
from derive.meaning.rivals import ENTRY_ALONE, lacks_examples
from derive.meaning.said import about_one
from derive.meaning.setting import Hypothesis, IllShaped, Mode, NoLayer, Outside, Setting
from derive.meaning.statements import instances, layer_letters, statement_of
from derive.meaning.unstated import under_activations
from derive.meaning.world import World
from derive.program import Equation
from derive.reading.syntax import Node, Unreadable
from derive.reading.tree import plain
from derive.verdict import Kind, Verdict


class LineStatements:
    """The programs of a note under one hypothesis, and statements of them."""

    def __init__(self, facts: Facts, hypothesis: Hypothesis, plan: Outline | None = None) -> None:
        self.facts = facts
        self.plan = plan if plan is not None else outline(facts)
        self.world = World(facts, hypothesis, self.plan.base)
        self.readings = self.plan.readings
        self._about: tuple[int, ...] = ()
        self._chains: dict[int, list[Line]] = {}
        for line in facts.lines:
            self._chains.setdefault(self.plan.roots[line.chain], []).append(line)

    def _setting(self, mode: Mode) -> Setting:
        """The program in a mode, with the cost that the line at hand is about."""
        return self.world.setting(mode, self._about)

    def _statements(
        self, line: Line, left: Node, kind: Kind, reading: str, mode: Mode, slopes: Slopes = ""
    ) -> Interpretation:
        setting = self._setting(mode)
        stated: list[Stated] = []
        reason = ""
        said = conditions_of(self.facts, line) if mode in ("batch", "single") else ()
        conditions: dict[str, None] = {}
        letters = layer_letters(self.facts.roles, (left, line.right))
        everywhere = (
            [dict[str, int]()] if mode == "formal" else instances(setting, (left, line.right))
        )
        for layers in everywhere:
            try:
                statement = statement_of(setting, left, line.right, layers, slopes)
            except NoLayer as error:
                reason = reason or str(error)
                if letters:
                    continue
                return self._decided(line, Verdict.UNPROVEN, reason, kind, reading)
            except Outside as error:
                found = self._decided(line, Verdict.UNPROVEN, str(error), kind, reading)
                if "lost its layer" in str(error):
                    found = replace(found, guesses=self._at_each_layer(setting, left, line.right))
                return found
            except IllShaped as error:
                if why := left_open(setting, line, left, str(error)):
                    return self._decided(line, Verdict.UNPROVEN, why, kind, reading)
                guesses = self._at_each_layer(setting, left, line.right)
                if ANY_LAYER in layers and guesses:
                    reason = "the line names no layer and does not fit every one"
                    found = self._decided(line, Verdict.UNPROVEN, reason, kind, reading)
                    return replace(found, guesses=guesses)
                return Interpretation(
                    line, kind, reading, verdict=Verdict.REFUTED, reason=str(error),
                    ill=(setting, str(error), layers),
                )  # fmt: skip
            if said and isinstance(statement, Equation):
                free = {index.name: index for index in statement.free}
                conditions |= dict.fromkeys(str(c) for c in applicable(free, said))
                statement = restricted(statement, said)
            stated.append(Stated(setting, statement, layers))
        if not stated:
            reason = f"there is no layer at which all names exist ({reason})"
            return self._decided(line, Verdict.UNPROVEN, reason, kind, reading)
        figures = why_not_refuted(self.facts, line, left, stated)
        missing = not_given(self.facts, line) + unbound(self.facts, line)
        if kind in (Kind.GRADIENT, Kind.CHAIN_RULE):
            missing += tuple(sorted({name for name, _ in self.facts.unsettled}))
            missing += half_told(self.facts, line)
        if mode != "formal":
            missing += roleless([(s.setting, s.statement) for s in stated])
        decayed = penalised(self.facts, setting.hypothesis.cost != "stated", line)
        found = Interpretation(
            line,
            kind,
            reading,
            tuple(stated),
            missing=missing,
            figures=figures,
            elsewhere=(
                elsewhere := given_elsewhere(self.facts, line)
                or differentiates_labels(self.facts, line)
                or decayed
            ),
            doubt=decayed
            or (elsewhere if differentiates_data(self.facts, line) else "")
            or held_fixed(setting, line),
            conditions=tuple(conditions),
            others=(
                *under_conditions(self.facts, line, kind, reading, stated),
                *under_activations(self.facts, line, left, kind, reading, stated),
            ),
        )
        return (
            found if mode == "batch" else replace(found, others=(*found.others, *as_counts(found)))
        )

    def _at_each_layer(
        self, setting: Setting, left: Node, right: Node
    ) -> tuple[tuple[int, Stated], ...]:
        """What a line would say if the names that have lost their layer had this one."""
        out = []
        for layer in range(1, setting.depth + 1):
            try:
                statement = statement_of(setting, left, right, {ANY_LAYER: layer})
            except (Outside, IllShaped):
                continue
            out.append((layer, Stated(setting, statement, {ANY_LAYER: layer})))
        return tuple(out)

    def _remark(self, line: Line) -> tuple[Stated, ...]:
        """The values that a remark behind an arrow names, for the last factors in order."""
        remark = line.source.remark
        factors = pure_maps(self.facts.roles, line.right)
        if remark is None or not line.last or factors is None or not remark.nodes:
            return ()
        product = plain(line.right)
        nodes = getattr(product, "factors", ())
        if len(nodes) != len(factors) or len(remark.nodes) > len(factors):
            return ()
        setting = self._setting("path")
        out = []
        for (_, factor), node in zip(nodes[-len(remark.nodes) :], remark.nodes, strict=True):
            try:
                for layers in instances(setting, (factor, node)):
                    out.append(Stated(setting, statement_of(setting, factor, node, layers), layers))
            except (Outside, IllShaped):
                continue
        return tuple(out)

    def _decided(
        self,
        line: Line,
        verdict: Verdict,
        reason: str,
        kind: Kind | None = None,
        reading: str = "matrix",
    ) -> Interpretation:
        if kind is None:
            kind = Kind.ALGEBRA if isinstance(line.head, Unreadable) else kind_of(self.facts, line)
        return Interpretation(line, kind, reading, verdict=verdict, reason=reason)

    def _doubt(self, line: Line) -> str:
        """Why entries without an example are no gradient of the cost that the note has."""
        alone = self.world.base == "single" or of_one(self.facts, line)
        if alone or not lacks_examples(self.facts, line) or about_one(self.facts, line):
            return ""
        return ENTRY_ALONE
