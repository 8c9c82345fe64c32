"""What each line of a note says of its literal program: definitions, steps, claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.meaning.accumulation import added_up
from derive.meaning.alternatives import under_conditions
from derive.meaning.conditions import (
    applicable,
    compares_sizes,
    condition_behind,
    conditions_of,
    restricted,
)
from derive.meaning.counts import as_counts
from derive.meaning.facts import subtree
from derive.meaning.figures import FIGURES_FOR_NAMES, figures_alone, value_of_one_example
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.lines import JOINS, Line
from derive.meaning.literal.adding_up import if_targets_add_up
from derive.meaning.literal.chosen import of_one_class
from derive.meaning.literal.conflict import Conflict, Sides
from derive.meaning.literal.families import OTHER_STACK
from derive.meaning.literal.identity import Key, all_uses, head_name
from derive.meaning.literal.loose import crosses, says_all
from derive.meaning.literal.matrices import sums_named
from derive.meaning.literal.outline import names_gradient
from derive.meaning.literal.over_time import of_one_step
from derive.meaning.literal.symmetry import (
    if_symmetric,
    of_symmetric,
    speaks_of_symmetry,
    told_symmetric,
)
from derive.meaning.literal.updates import Updates
from derive.meaning.notation import names_in
from derive.meaning.outline import kind_of
from derive.meaning.setting import Outside
from derive.meaning.stationary import SOLVED, to_be_solved
from derive.program import (
    Composition,
    Equation,
    ShapeError,
    Statement,
)
from derive.reading.syntax import (
    Big,
    Derivative,
    Dots,
    Name,
    Node,
    Sum,
    Transposed,
    Tuple,
    Unreadable,
)
from derive.reading.syntax import Number as Figure
from derive.reading.tree import plain
from derive.verdict import Kind, Verdict

ACCUMULATES = "it adds to a gradient what another path gives: what it was before is not told"
_NO_CLAIM = ("\\approx", "\\propto", "\\sim", "\\simeq", "≈", "∝")


class Reader(Updates):
    """Says of each line what it claims about one program."""

    def line(self, line: Line) -> Interpretation:
        """The interpretation of one line."""
        bad = next((n for n in (line.left, line.right) if isinstance(n, Unreadable)), None)
        if bad is not None:
            return self._open(line, Verdict.UNREADABLE, bad.message, Kind.ALGEBRA)
        if line.joins:
            return self._open(line, Verdict.UNPROVEN, JOINS)
        if line.relation.text in _NO_CLAIM:
            return self._open(
                line, Verdict.UNPROVEN, "an approximation or proportion is no claim of equality"
            )
        if isinstance(plain(line.right), Tuple):
            return self._open(line, Verdict.DEFINITION, "", Kind.SHAPE)
        if (values := value_of_one_example(self.found.facts, line)) is not None:
            verdict = Verdict.UNPROVEN if values else Verdict.DEFINITION
            return self._open(line, verdict, values, Kind.DEFINITION)
        if self._condition(line) or self._kronecker(line):
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        if self.found.summed is not None and line is self.found.summed.line:
            return self._definition(line, self.found.summed.key)
        stated = self.defined.get(id(line))
        if stated is not None:
            return self._definition(line, stated.key)
        if id(line) in self.found.solutions:
            return self._open(line, Verdict.UNPROVEN, SOLVED, Kind.ALGEBRA)
        if any(line is one.line for one in self.found.derived.values()):
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        if reason := added_up(self.found.facts, line):
            return self._open(line, Verdict.UNPROVEN, reason, Kind.GRADIENT)
        again = self.found.again.get(id(line))
        if again is not None and self._in_part(line, again):
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        if again is not None:
            return self._again(line, again)
        alias = self._alias(line)
        if alias is not None:
            return alias
        if self._convention(line):
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        if self._accumulates(line):
            return self._open(line, Verdict.UNPROVEN, ACCUMULATES, Kind.GRADIENT)
        step = self._update(line)
        return self.claim(line) if step is None else step

    def _accumulates(self, line: Line) -> bool:
        """``dc_t = dc_t + dh_t \\odot o_t``: what was there before, and what another path adds."""
        name, right = plain(line.left), plain(line.right)
        if not isinstance(name, Name) or name.mark not in ("d", "partial"):
            return False
        if not isinstance(right, Sum) or len(right.terms) < 2:
            return False
        terms = [plain(term) for sign, term in right.terms if sign > 0]
        return sum(self._text(term) == self._text(name) for term in terms) == 1

    def _convention(self, line: Line) -> bool:
        """``dX = \\partial L/\\partial X``: how gradients are written."""
        left, right = plain(line.left), plain(line.right)
        if not isinstance(left, Name) or left.mark != "d" or not isinstance(right, Derivative):
            return False
        same = (left.base, left.accent) == (right.by.base, right.by.accent)
        scripts = [s.text for s in left.scripts] == [s.text for s in right.by.scripts]
        return same and scripts and right.of is not None

    def _kronecker(self, line: Line) -> bool:
        """``\\delta_{ij} = 1``: what the sign stands for, the case is said beside it."""
        name, right = plain(line.left), plain(line.right)
        sign = isinstance(name, Name) and self.found.facts.roles.is_kronecker(name)
        return line.first and sign and isinstance(right, Figure) and right.value in (0, 1)

    def _definition(self, line: Line, key: Key) -> Interpretation:
        if key in self.scope.lost:
            return self._open(line, Verdict.DEFINITION, "", Kind.DEFINITION)
        return Interpretation(
            line, Kind.DEFINITION, "matrix", verdict=Verdict.DEFINITION, definition=True
        )

    def _again(self, line: Line, earlier: Line) -> Interpretation:
        """A second formula for a quantity: it must be the same as the first."""
        found = self.claim(line)
        return replace(found, kind=Kind.DEFINITION, definition=True, contradicts=earlier.piece.line)

    def _in_part(self, line: Line, earlier: Line) -> bool:
        """``z = W x + ...``: some terms of a formula that is given, the others as dots."""
        new, old = plain(line.right), plain(earlier.right)
        if not isinstance(new, Sum) or not isinstance(old, Sum):
            return False
        said = [(sign, term) for sign, term in new.terms if not isinstance(plain(term), Dots)]
        known = {(sign, self._text(term)) for sign, term in old.terms}
        return len(said) < len(new.terms) and all((k, self._text(n)) in known for k, n in said)

    def _text(self, node: Node) -> str:
        """A formula as it is written, without white space."""
        source = self.found.facts.document.source
        return "".join(source[node.span.start : node.span.end].split())

    def _alias(self, line: Line) -> Interpretation | None:
        """``g = \\partial L/\\partial y``: the first such line names the gradient."""
        name = head_name(line)
        if name is None or name.mark:
            return None
        try:
            use = self.found.names.use(name)
        except Outside:
            return None
        key, named = use.key, names_gradient(self.found.names, line.right, use.entries)
        if self.found.aliases.get(key) != named:
            return None
        if key not in self.found.aliases:
            return None
        return Interpretation(
            line, Kind.DEFINITION, "matrix", verdict=Verdict.DEFINITION, definition=True
        )

    def claim(self, line: Line) -> Interpretation:
        """A line as a claim, whatever else it may be."""
        kind = kind_of(self.found.facts, line)
        figures = not isinstance(plain(line.right), Figure) and not list(names_in(line.right))
        if (figures and list(names_in(line.left))) or figures_alone(
            self.found.facts.document.source, line.right
        ):
            return self._open(line, Verdict.UNPROVEN, FIGURES_FOR_NAMES, kind)
        try:
            setting, statements = self._fitted(line)
        except Outside as error:
            return self._open(line, Verdict.UNPROVEN, str(error), kind)
        except (Conflict, ShapeError) as error:
            uses = all_uses(self.found.facts, self.found.names)
            self.crossed = self.crossed or crosses(self.scope, error, uses)
            if (stacked := self._stacked(line)) and self._in_columns(line) is not None:
                return self._open(line, Verdict.UNPROVEN, stacked, kind)
            if (alone := self._by_itself(line)) is not None:
                stated = tuple(Stated(alone[0], s) for s in alone[1])
                return Interpretation(line, kind, "matrix", stated)
            supposed = self._supposed(line)
            if supposed and not (isinstance(error, Sides) and self._speaks_of_all(line)):
                reason = f"no line says what {', '.join(supposed)} is, and its shape decides"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            if word := next((w for side in line.nodes for w in sums_named(side)), ""):
                reason = f"{word} may mean one number a row, or the sum of the rows"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            if solved := to_be_solved(self.found.facts, line):
                return self._open(line, Verdict.UNPROVEN, solved, kind)
            if self.scope.lost:
                reason = f"{error}; but not every formula of the note is understood"
                return self._open(line, Verdict.UNPROVEN, reason, kind)
            return self._open(line, Verdict.REFUTED, str(error), kind)
        missing, solved = self._missing(statements), to_be_solved(self.found.facts, line)
        statements, conditions = self._conditioned(line, statements)
        if not conditions or compares_sizes(line):
            solved = solved or condition_behind(self.found.facts, line)
        found = tuple(Stated(setting, s) for s in statements)
        if any(isinstance(s, Composition) for s in statements):
            kind = Kind.CHAIN_RULE if len(statements) == 1 else kind
        others = under_conditions(self.found.facts, line, kind, "matrix", found)
        whole = Interpretation(
            line, kind, "matrix", found, missing=missing, figures=solved,
            conditions=conditions, others=others,
            elsewhere=self._tied_below(line), within=self._sum_over_steps(line),
        )  # fmt: skip
        others = (*others, *of_one_class(self.found.names, self.found.facts, line, whole))
        others = (*others, *self._other_layout(line, whole), *as_counts(whole))
        others = (*others, *if_targets_add_up(self.scope, whole))
        if (stacked := self._stacked(line)) and (turned := self._in_columns(line)) is not None:
            other = tuple(Stated(setting, s) for s in turned)
            others = (*others, (stacked, replace(whole, statements=other, others=(), missing=())))
            whole = whole if turned else replace(whole, elsewhere=stacked)
        whole = replace(whole, others=others)
        if letters := told_symmetric(self.found.facts.document.source, line):
            whole = of_symmetric(self.scope, whole, letters)
        return (
            self._of_formulas(whole)
            if says_all(self.found.names, self.found.totals, line, self._loose(statements))
            else self._told_symmetric(whole)
        )

    def _sum_over_steps(self, line: Line) -> str:
        """``\\sum_{t=1}^T`` before the right side, where a line is read as what it adds up."""
        right = plain(line.right)
        if not isinstance(right, Big) or of_one_step(self.found, line) is None:
            return ""
        source = self.found.facts.document.source
        return " ".join(source[right.span.start : right.body.span.start].split())

    def _of_formulas(self, found: Interpretation) -> Interpretation:
        """A line that says by itself what it is about: judged as it stands."""
        found = replace(found, missing=())
        return replace(
            found,
            others=(
                *found.others,
                *if_symmetric(self.scope, found, self.found.facts.document.source),
            ),
        )

    def _told_symmetric(self, found: Interpretation) -> Interpretation:
        """A line of a note that speaks of symmetry may be about symmetric matrices."""
        if not speaks_of_symmetry(self.found.facts.document.source):
            return found
        return replace(
            found,
            others=(
                *found.others,
                *if_symmetric(self.scope, found, self.found.facts.document.source),
            ),
        )

    def _stacked(self, line: Line) -> str:
        """The line speaks of a matrix whose rows are supposed to be the vectors of a family."""
        names = (n for side in line.nodes for n in names_in(side) if not n.mark)
        shown = next((n.base for n in names if self._plain_key(n) in self.scope.stacks), "")
        return OTHER_STACK.format(shown) if shown else ""

    def _in_columns(self, line: Line) -> list[Statement] | None:
        """What such a line says with the vectors as columns; None where that does not fit."""
        claims = self._claims(line, self.scope)
        claims.stacked_in_columns = True
        try:
            return self._statements(claims, line)
        except (Conflict, ShapeError):
            return None
        except Outside:
            return []

    def _tied_below(self, line: Line) -> str:
        """A line further below gives a quantity the value of another one: ``V = W^T``.

        What stands above it may have been said before the two were one.
        """
        for stated in self.found.stated.values():
            formula = plain(stated.formula)
            if isinstance(formula, Transposed):
                formula = plain(formula.base)
            below = stated.line.piece.span.start > line.piece.span.start
            if below and isinstance(formula, Name) and not formula.mark:
                return f"line {stated.line.piece.line} says only later what {stated.key[0]} is"
        return ""

    def _conditioned(
        self, line: Line, statements: Sequence[Statement]
    ) -> tuple[list[Statement], tuple[str, ...]]:
        """The statements where the conditions of the line on its indices hold: ``k \\ne j``."""
        said = conditions_of(self.found.facts, line)
        used: dict[str, None] = {}
        out: list[Statement] = []
        for statement in statements:
            if isinstance(statement, Equation) and said:
                free = {index.name: index for index in statement.free}
                used |= dict.fromkeys(str(c) for c in applicable(free, said))
                statement = restricted(statement, said)
            out.append(statement)
        return out, tuple(used)

    def _condition(self, line: Line) -> bool:
        """``k = j``, ``i = 1, \\ldots, n`` of running letters: when a line holds, and no claim."""
        sides = [plain(line.left), plain(line.right)]
        letters = [
            n.base for n in sides
            if isinstance(n, Name) and not (n.scripts or n.mark or n.accent or n.primes)
        ]  # fmt: skip
        indices = self.found.names.indices
        left = sides[0].base if isinstance(sides[0], Name) and not sides[0].scripts else ""
        if line.first and left in indices and any(isinstance(p, Dots) for p in subtree(sides[1])):
            return True
        return line.piece.kind == "inline" and len(letters) == 2 and not indices.isdisjoint(letters)
