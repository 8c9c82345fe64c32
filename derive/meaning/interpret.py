"""What each line of a note says under one hypothesis: from a line to an `Interpretation`."""

from __future__ import annotations

from dataclasses import replace

from derive.meaning import definitions, updates
from derive.meaning.accumulation import added_up
from derive.meaning.alternatives import by_units
from derive.meaning.at_example import at_its_example
from derive.meaning.elaborate import ANY_LAYER
from derive.meaning.examples import MIXED, mixes, names_gradient_of_all, of_one
from derive.meaning.figures import shapes_in_figures, value_of_one_example
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.line_statements import LineStatements
from derive.meaning.lines import JOINS, Line
from derive.meaning.misfits import (
    ARRAYS_ALONE,
    arrays_alone,
    numbered_beside_one,
)
from derive.meaning.notation import derivatives_in, plain_name
from derive.meaning.one_example import ONE_ALONE, speaks_of_all
from derive.meaning.outline import (
    has_units,
    kind_of,
    names_units,
    sums_examples,
    turns,
)
from derive.meaning.readings import Reading, is_formal, pure_maps
from derive.meaning.rivals import (
    entries_alone,
    has_literal_reading,
    writes_arrays,
)
from derive.meaning.setting import (
    IllShaped,
    Mode,
    NoLayer,
    Outside,
)
from derive.meaning.slopes import by_vectors, turned_arrays, writes_diagonal
from derive.meaning.statements import instances, layer_letters
from derive.meaning.well_known import well_known_checks
from derive.meaning.which_cost import TWO_COSTS, ledger, two_costs
from derive.reading.syntax import Node, Picture, Tuple, Unreadable
from derive.reading.tree import plain
from derive.verdict import Kind, Verdict

NO_LAYER = "it names no layer: of none of the note it is true, another function may be meant"
OF_ALL = "it speaks of all examples, the rest of the note of one"
ANOTHER_COST = "it is true of the cost in line {}, not of the one that stands nearest: say which"


class Interpreter(LineStatements):
    """Reads the lines of a note under one hypothesis."""

    def all(self) -> list[Interpretation]:
        """Every line, in text order."""
        return [self.line(line) for line in self.facts.lines]

    def line(self, line: Line) -> Interpretation:
        """One line, about the cost that it names or that was stated last above it."""
        book = ledger(self.facts)
        named, usual = book.named(line), book.in_force(line)
        self._about = about = named or (() if usual is None else (usual,))
        found = self._read(line)
        if not about or not found.statements or (named and not book.names_none(line)):
            return found
        others = []
        for other in book.meanings():
            if other != about[0]:
                self._about = (other,)
                where = self.facts.costs[other].line.piece.line
                others.append((ANOTHER_COST.format(where), self._read(line)))
        return replace(found, others=(*found.others, *others))

    def _read(self, line: Line) -> Interpretation:
        if isinstance(line.left, Unreadable) or isinstance(line.right, Unreadable):
            bad = line.right if isinstance(line.right, Unreadable) else line.left
            assert isinstance(bad, Unreadable)
            return self._decided(line, Verdict.UNREADABLE, bad.message)
        if line.relation.text in ("\\approx", "\\propto", "\\sim", "\\simeq", "≈", "∝"):
            return self._decided(
                line, Verdict.UNPROVEN, "an approximation or proportion is no claim of equality"
            )
        if line.joins:
            return self._decided(line, Verdict.UNPROVEN, JOINS)
        fits = shapes_in_figures(line)
        if isinstance(plain(line.right), Tuple) or fits:
            return self._shape(line)
        if fits is False:
            return self._decided(line, Verdict.UNPROVEN, "the shapes do not fit", Kind.SHAPE)
        if (values := value_of_one_example(self.facts, line)) is not None:
            verdict = Verdict.UNPROVEN if values else Verdict.DEFINITION
            return self._decided(line, verdict, values, Kind.DEFINITION)
        if reason := added_up(self.facts, line):
            return self._decided(line, Verdict.UNPROVEN, reason, Kind.GRADIENT)
        if updates.is_update(self.facts.roles, line):
            return self._update(line)
        if updates.is_assignment(self.facts.roles, line):
            return self._decided(
                line, Verdict.UNPROVEN, "an assignment that changes what it reads is no equation"
            )
        if self._defines(line):
            return self._definition(line)
        if reason := numbered_beside_one(self.facts, line):
            return self._decided(line, Verdict.UNPROVEN, reason)
        if two_costs(self.facts, line):
            return self._decided(line, Verdict.UNPROVEN, TWO_COSTS)
        if definitions.defines_slope(self.facts, line):
            return self._decided(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        if isinstance(plain(line.right), Picture) or isinstance(plain(line.left), Picture):
            return self._decided(line, Verdict.UNPROVEN, "a matrix is drawn rather than written")
        return self._claim(line)

    # -- kinds of lines -------------------------------------------------------------------------

    def _defines(self, line: Line) -> bool:
        if not definitions.is_definition(self.facts, line):
            return False
        root = self.plan.roots[line.chain]
        return line.first or self.plan.defining.get(root, False)

    def _definition(self, line: Line) -> Interpretation:
        roles = self.facts.roles
        name = plain_name(line.left)
        if name is not None and roles.role_of(name) == "gradient":
            found = self._claim(line)
            return Interpretation(
                line, Kind.DEFINITION, found.reading, found.statements, verdict=found.verdict,
                reason=found.reason, ill=found.ill, definition=True,
            )  # fmt: skip
        if self._is_word(line.right):
            return self._decided(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        world = self.world
        try:
            needed, reason = definitions.checks(self.facts, line, world.main, world.setting("path"))
            needed += well_known_checks(self.facts, line, world.setting("formal"))
        except IllShaped as error:
            if roles.layers_by_units:  # letters that only this line uses may tell other layers
                return self._decided(line, Verdict.UNPROVEN, str(error), Kind.DEFINITION)
            return Interpretation(
                line, Kind.DEFINITION, "matrix", verdict=Verdict.REFUTED, reason=str(error),
                ill=(world.main, str(error), {}), definition=True,
            )  # fmt: skip
        open_head = ("lost its layer", definitions.NOT_UNDERSTOOD)
        if reason and (line.source.opens or any(words in reason for words in open_head)):
            return self._decided(line, Verdict.UNPROVEN, reason, Kind.DEFINITION)
        return Interpretation(
            line, Kind.DEFINITION, "matrix",
            tuple(Stated(c.setting, c.statement, c.layers) for c in needed),
            verdict=None if needed else Verdict.DEFINITION,
            contradicts=max((c.earlier for c in needed), default=0), definition=True,
            figures=NO_LAYER if ANY_LAYER in layer_letters(roles, line.nodes) else "",
        )  # fmt: skip

    def _is_word(self, node: Node) -> bool:
        """``L_h = input``: a word says what the name stands for."""
        name = plain_name(node)
        if name is None or name.scripts or self.facts.roles.role_of(name) is not None:
            return False
        text = self.facts.document.source[node.span.start : node.span.end]
        return len(text) > 3 and text.isalpha()

    def _shape(self, line: Line) -> Interpretation:
        return Interpretation(line, Kind.SHAPE, "matrix", verdict=Verdict.DEFINITION)

    def _update(self, line: Line) -> Interpretation:
        setting = self._setting(self.world.base)
        doubt = ""
        if has_units(self.facts, line):
            setting = self._setting("single")
            doubt = self._doubt(line)
        elif self.world.base == "batch" and updates.by_one_example(self.facts, line):
            setting = self._setting("single")
            doubt = updates.not_stochastic(self.facts)
        stated: list[Stated] = []
        fault = ""
        found = False
        reason = "no layer has all the names of this line"
        for layers in instances(setting, (line.left, line.right)):
            try:
                update = updates.update_of(setting, line, layers)
            except NoLayer as error:
                reason = reason if layers else str(error)
                continue
            except Outside as error:
                return self._decided(line, Verdict.UNPROVEN, str(error), Kind.UPDATE)
            except IllShaped as error:
                return Interpretation(
                    line, Kind.UPDATE, "matrix", verdict=Verdict.REFUTED, reason=str(error),
                    ill=(setting, str(error), layers),
                )  # fmt: skip
            found = True
            fault = fault or update.fault
            stated.extend(Stated(setting, s, layers) for s in update.alternatives)
        if not found:
            return self._decided(line, Verdict.UNPROVEN, reason, Kind.UPDATE)
        return Interpretation(
            line, Kind.UPDATE, "matrix", tuple(stated), any_of=True, fault=fault,
            verdict=Verdict.REFUTED if fault else None, reason=fault, doubt=doubt,
        )  # fmt: skip

    def _claim(self, line: Line) -> Interpretation:
        reading = self.readings[line.chain]
        roles = self.facts.roles
        left = line.left
        kind = kind_of(self.facts, line)
        if reading == "scalar" and names_gradient_of_all(self.facts, line):
            reading = "matrix"
        if mixes(self.facts, line):
            return self._decided(line, Verdict.UNPROVEN, MIXED, kind)
        if isinstance(line.head, Unreadable):
            reading, kind = "formal", Kind.ALGEBRA
        elif not roles.unindexed and is_formal(self.facts, line.nodes):
            reading = "formal"  # a step about a function alone, in a chain about its value
        if (one := at_its_example(self.facts, line)) is not None:
            found = self._statements(one, one.left, kind, "matrix", "single")
            if found.statements:
                return replace(found, line=line)
        if self._means_all_examples(line, reading):
            left, reading = line.head, "matrix"
        modes: dict[Reading, Mode] = {
            "matrix": self.world.base,
            "scalar": "path",
            "formal": "formal",
        }
        mode = modes[reading]
        if reading == "matrix" and (self._entries_of_one(line) or of_one(self.facts, line)):
            mode = "single"
        if self.world.base == "single" and speaks_of_all(self.facts, line):
            return self._decided(line, Verdict.UNPROVEN, OF_ALL, kind)
        maps = [pure_maps(roles, n) for n in (left, line.right)]
        if all(m is not None for m in maps) and max(len(m or ()) for m in maps) > 1:
            mode = self.world.base
            found = self._statements(line, left, kind, "maps", mode)
            return _with(found, remark=self._remark(line))
        shown = {"matrix": "matrix", "scalar": "scalar", "formal": "scalar"}[reading]
        found = self._statements(line, left, kind, shown, mode)
        if mode in ("path", "formal") and arrays_alone(self.facts, line, said=mode == "formal"):
            return self._decided(line, Verdict.UNPROVEN, ARRAYS_ALONE, kind, shown)
        if mode == "path" and writes_diagonal(line):
            return by_vectors(
                self.facts,
                lambda slopes: self._statements(line, left, kind, "matrix", "single", slopes),
            )
        if mode == "path":
            return self._on_path(line, left, kind, found)
        if (
            found.verdict == Verdict.UNPROVEN
            and mode == "batch"
            and ("which example" in found.reason or "not of which" in found.reason)
        ):
            alone = self._statements(line, left, kind, shown, "single")
            if alone.statements or alone.ill is not None:
                return replace(alone, doubt=alone.doubt or self._doubt(line))
            return by_units(self.facts, self.world.main.hypothesis, line, left, kind) or found
        if mode == "batch" and self.plan.small and kind == Kind.GRADIENT:
            return self._or_of_one(line, left, found)
        return replace(found, doubt=found.doubt or self._doubt(line)) if mode == "single" else found

    def _or_of_one(self, line: Line, left: Node, found: Interpretation) -> Interpretation:
        """A line that may be about one example: where it holds of that alone, it is left open."""
        alone = self._statements(line, left, found.kind, found.reading, "single")
        if not alone.statements:
            return found
        if found.verdict == Verdict.REFUTED:
            return replace(alone, doubt=ONE_ALONE)
        return replace(found, others=(*found.others, (ONE_ALONE, alone)))

    def _on_path(self, line: Line, left: Node, kind: Kind, found: Interpretation) -> Interpretation:
        """A line on one path: as an entry if it transposes, and its literal reading."""
        if reason := turned_arrays(self.facts, line):
            found = replace(found, doubt=found.doubt or reason)
        by_units = "transpose" in found.reason or names_units(self.facts, line)
        if found.verdict == Verdict.UNPROVEN and by_units:
            as_entry = self._statements(line, left, kind, "matrix", "single")
            found = as_entry if as_entry.statements else found
        if not self._setting("path").has_cost and self.world.base == "single":
            whole = self._statements(line, left, kind, "matrix", "single")
            if whole.statements and not found.statements:
                return replace(whole, doubt=whole.doubt or self._doubt(line))
        chain = self._chains[self.plan.roots[line.chain]]
        if self.facts.roles.unindexed and entries_alone(self.facts, chain):
            as_entry = self._statements(line, left, kind, "matrix", "single")
            if as_entry.statements:
                return replace(as_entry, doubt=as_entry.doubt or self._doubt(line))
        if not has_literal_reading(self.facts, line, chain):
            return found
        literal = self._statements(line, left, kind, "matrix", self.world.base)
        return replace(found, literal=literal, arrays_written=writes_arrays(chain))

    def _means_all_examples(self, line: Line, reading: Reading) -> bool:
        """A step to a sum or mean over the examples is the gradient of the mean cost."""
        if line.first or reading == "formal":
            return False
        derivative = next(iter(derivatives_in(line.head)), None)
        if derivative is None or pure_maps(self.facts.roles, line.head) is None:
            return False
        arrow = line.relation.text in ("\\Rightarrow", "\\implies", "⇒")
        sums = sums_examples(self.facts, line.right)
        already = sums_examples(self.facts, line.left)
        return not already and (
            (sums and (arrow or reading == "scalar")) or (arrow and turns(line.right))
        )

    def _entries_of_one(self, line: Line) -> bool:
        """Entries are named and no example: the line is about one example."""
        return has_units(self.facts, line)


def _with(found: Interpretation, remark: tuple[Stated, ...]) -> Interpretation:
    return replace(found, remark=remark)
