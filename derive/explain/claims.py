"""The derivation behind one claim of a note, in the note's own notation.

In: a note that was understood, the ordinal of a claim and its finding.  Out: an `Explanation`:
the sections from the cost, or from the gradients named on the right, to the target; for a
refuted claim the right derivation with the place where the note leaves it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING

from derive.diagnosis.loose import Leaf
from derive.diagnosis.scene import Scene
from derive.explain.board import Chalk, Line, Section, fault
from derive.explain.calculus import local_lines
from derive.explain.chains import broken, telescope
from derive.explain.departure import departure
from derive.explain.display import latex, markdown
from derive.explain.gradient import NoDerivation, derivation, users_of
from derive.explain.shapes import put_in
from derive.latex import to_latex
from derive.meaning.elaborate import ANY_LAYER, Elaborator
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.notation import derivatives_in
from derive.meaning.scenery import left_value, loose_of, scene_of
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import (
    ONE,
    SCALAR,
    Composition,
    Entry,
    Equation,
    Expr,
    Gradient,
    Index,
    Jacobian,
    Number,
    Power,
    Size,
    Symbol,
    Times,
    walk,
)
from derive.scalars.blackboard import Step, WrongStep
from derive.verdict import Finding, Kind, Verdict

if TYPE_CHECKING:
    from derive.verify import Note


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is told of a claim.

    sections: in order.  departs: the ordinal of the section and step at which the note leaves
    the derivation, with the reason; None if it does not.  missing: why there is no derivation.
    """

    sections: tuple[Section, ...] = ()
    departs: tuple[int, int, str] | None = None
    missing: str = ""
    note: str = ""

    def _repr_markdown_(self) -> str:
        from derive.report.explain import explanation_parts

        return markdown(explanation_parts(self))

    def _repr_latex_(self) -> str:
        from derive.report.explain import explanation_parts

        return latex(explanation_parts(self))


def explained(note: Note, k: int, finding: Finding) -> Explanation:
    """The derivation behind the k-th claim of a note."""
    if finding.verdict == Verdict.DEFINITION:
        return Explanation(missing="it introduces a symbol: there is nothing to derive")
    if finding.verdict not in (Verdict.VERIFIED, Verdict.REFUTED):
        return Explanation(missing="it is neither proved nor refuted")
    found = note.choice.interpretations[k]
    try:
        return _explained(note, k, found, finding)
    except (NoDerivation, WrongStep, Outside, IllShaped) as error:
        return Explanation(missing=str(error))


def _explained(note: Note, k: int, found: Interpretation, finding: Finding) -> Explanation:
    if found.ill is not None:
        setting, _, layers = found.ill
        task = _Task(found, finding, Stated(setting, Equation(ONE, ONE), layers))
        return task.ill_shaped()
    stated = note.judgement(k).failed or next(iter(found.statements), None)
    if stated is None:
        return Explanation(missing="it is decided without a proof: " + (found.reason or "a shape"))
    task = _Task(found, finding, stated)
    statement = stated.statement
    if isinstance(statement, Composition):
        return task.chain(statement)
    if found.kind == Kind.UPDATE:
        return task.update(statement)
    return task.equation(statement)


@dataclass
class _Task:
    """One claim, at one layer."""

    found: Interpretation
    finding: Finding
    stated: Stated

    @property
    def setting(self) -> Setting:
        return self.stated.setting

    @property
    def scene(self) -> Scene:
        """The notation; a claim about a derivative fraction is told in fractions."""
        line = self.found.line
        scene = scene_of(self.setting, line, self.stated.layers)
        fractions = any(True for _ in derivatives_in(line.head))
        left = self.stated.statement.left
        target = _target(left) if fractions and isinstance(left, Expr) else None
        if target is None:
            return scene
        spelling = {k: v for k, v in scene.gradient_spelling.items() if k != target[0]}
        return replace(scene, gradient_spelling=spelling)

    @property
    def refuted(self) -> bool:
        return self.finding.verdict == Verdict.REFUTED

    @property
    def where(self) -> str:
        """At which layers it is told, for a line that speaks of several."""
        layers = sorted(self.stated.layers.items())
        return ", ".join(
            f"layer {value}" if letter == ANY_LAYER else f"{letter} = {value}"
            for letter, value in layers
        )

    # -- kinds of claims ----------------------------------------------------------------------

    def chain(self, claim: Composition) -> Explanation:
        """A product of derivatives."""
        scene = self.scene
        left = claim.left
        if self.refuted:
            path = _path(self.setting, left.of, left.by)
            right = Composition(left, tuple(path)) if path else None
            if right is None:
                return Explanation(missing=broken(claim, scene))
            steps = telescope(self.setting.program, right, scene)
            return Explanation(
                (_section("the chain that telescopes", steps),), (0, 1, broken(claim, scene))
            )
        steps = telescope(self.setting.program, claim, scene)
        return Explanation((_section("the factors telescope", steps),), note=self.where)

    def update(self, statement: Equation) -> Explanation:
        """A step of gradient descent: what is subtracted is a rate times the gradient."""
        notation = self.scene
        sides = [to_latex(side, notation) for side in (statement.left, statement.right)]
        shown = sides[0] if sides[0] == sides[1] or self.refuted else " = ".join(sides)
        step = Step("what is subtracted", shown, "a positive rate times the gradient")
        section = _section("the step goes against the gradient", [step])
        departs = (0, 0, self.finding.message) if self.refuted else None
        return Explanation((section,), departs, note=self.where)

    def ill_shaped(self) -> Explanation:
        """The right side has no value: the right derivation, where its gradient is known."""
        setting, line = self.setting, self.found.line
        elaborator = Elaborator(setting, self.stated.layers)
        left = left_value(elaborator, line.left) or left_value(elaborator, line.head)
        if left is None or _target(left) is None:
            return Explanation(missing=self.finding.message)
        named = _gradients_said(loose_of(elaborator, line.right))
        return self._gradient(left, None, (), named)

    def equation(self, statement: Equation) -> Explanation:
        """An equation of values; the head of its chain says what it is about."""
        right, free = statement.right, statement.free
        for left in self._sides(statement):
            if _target(left) is not None:
                return self._gradient(left, right, free)
        for left in self._sides(statement):
            lines = list(local_lines(self.setting.program, left))
            if lines:
                return self._local(left, lines, right, free)
        if self.refuted:
            return Explanation(missing=self.finding.message)
        chalk = Chalk(self.setting.program, self.scene, statement.left, free)
        chalk.write("in the note's form", right)
        section = self._closed("both sides have the same normal form", chalk)
        return Explanation((section,), note=self.where)

    def _sides(self, statement: Equation) -> Iterator[Expr]:
        """The left side, and the head of the chain where the claim is true of it as well."""
        head = self._head()
        if head is not None and head.shape == statement.right.shape:
            claim = Equation(head, statement.right, statement.free)
            if self.refuted or not fault(self.setting.program, claim):
                yield head
        yield statement.left

    def _head(self) -> Expr | None:
        if self.setting.mode == "formal":
            return None
        elaborator = Elaborator(self.setting, self.stated.layers)
        return left_value(elaborator, self.found.line.head)

    # -- gradients ------------------------------------------------------------------------------

    def _gradient(
        self,
        left: Expr,
        right: Expr | None,
        free: tuple[Index, ...],
        said: frozenset[str] = frozenset(),
    ) -> Explanation:
        target = _target(left)
        assert target is not None
        name, scale = target
        scene, program = self.scene, self.setting.program
        named = (said | _gradients(right)) - {name}
        if not users_of(program, name):
            return Explanation(missing=f"{scene.spelling.get(name, name)} does not reach the cost")
        sections = derivation(program, name, scene, sorted(named))
        closing = self._closing(left, right, scale, sections, named)
        told = (*sections, *([closing] if closing else []))
        if not self.refuted:
            return Explanation(told, note=self.where)
        return Explanation(
            told, departure(program, scene, told, right, scale, self.finding), note=self.where
        )

    def _closing(
        self,
        left: Expr,
        right: Expr | None,
        scale: Expr,
        sections: list[Section],
        named: Collection[str],
    ) -> Section | None:
        """From the gradient as it was derived to the note's own line."""
        program, scene = self.setting.program, self.scene
        result = sections[-1].result
        whole = result if scale == ONE else Times(scale, result)
        chalk = Chalk(program, scene, left if left.shape == whole.shape else whole)
        if scale != ONE and left.shape == whole.shape:
            chalk.write("the note's normalisation", whole)
        known = {section.name: section.result for section in sections}
        start = chalk.last if chalk.lines else whole
        for line in _substituted(start, known, named):
            chalk.write("substitute the gradient", line)
        if right is not None and not self.refuted:
            if left.shape != whole.shape or _indexed(left):
                chalk = Chalk(program, scene, left, self._free())
            last = chalk.lines[-1].expr if chalk.lines else whole
            shown = to_latex(right, scene)
            if shown not in (to_latex(last, scene), to_latex(chalk.left, scene)):
                chalk.write("in the note's form", right)
        return self._closed("as the note writes it", chalk) if chalk.lines else None

    def _free(self) -> tuple[Index, ...]:
        statement = self.stated.statement
        return statement.free if isinstance(statement, Equation) else ()

    # -- formulas of scalars ---------------------------------------------------------------------

    def _local(
        self, left: Expr, lines: list[tuple[str, Expr]], right: Expr, free: tuple[Index, ...]
    ) -> Explanation:
        chalk = Chalk(self.setting.program, self.scene, left, self._free())
        goal = to_latex(right, self.scene)
        for rule, line in lines:
            chalk.write(rule, line)
            if not self.refuted and to_latex(line, self.scene) == goal:
                break
        if not self.refuted and to_latex(chalk.last, self.scene) != goal:
            chalk.write("in the note's form", right)
        section = self._closed("one rule of calculus a line", chalk)
        if not self.refuted:
            return Explanation((section,), note=self.where)
        last = len(section.steps) - 1
        return Explanation((section,), (0, last, self.finding.message), note=self.where)

    def _closed(self, title: str, chalk: Chalk) -> Section:
        left = to_latex(chalk.left, self.scene)
        return Section(title, "", left, (), tuple(chalk.lines), chalk.last)


def _section(title: str, steps: Iterable[Step]) -> Section:
    return Section(title, "", "", (), tuple(Line(step, ONE) for step in steps), ONE)


def _target(left: Expr) -> tuple[str, Expr] | None:
    """The name whose gradient a side is, and its factor."""
    match left:
        case Gradient(name=name):
            return name, ONE
        case Times(left=scale, right=Gradient(name=name)) if _is_constant(scale):
            return name, scale
        case Entry(arg=arg):
            return _target(arg)
    return None


def _is_constant(scale: Expr) -> bool:
    """Numbers and sizes; on one path of scalars m is a letter."""
    allowed = (Number, Size, Power, Times)
    return all(
        isinstance(node, allowed) or (isinstance(node, Symbol) and node.dims == SCALAR)
        for node in walk(scale)
    )


def _indexed(left: Expr) -> bool:
    return isinstance(left, Entry)


def _gradients(expr: Expr | None) -> set[str]:
    return set() if expr is None else {n.name for n in walk(expr) if isinstance(n, Gradient)}


def _gradients_said(side: object) -> frozenset[str]:
    """The gradients that a side names whose shapes do not fit."""
    if isinstance(side, Leaf):
        return frozenset(_gradients(side.expr))
    parts = [getattr(side, f.name) for f in fields(side)] if is_dataclass(side) else side
    if not isinstance(parts, list | tuple):
        return frozenset()
    return frozenset().union(*(_gradients_said(part) for part in parts))


def _substituted(line: Expr, known: dict[str, Expr], named: Collection[str]) -> Iterable[Expr]:
    """The line with gradients that the note does not name put in, one after the other."""
    if not named and len(known) > _MOST:
        return
    while True:
        left = sorted((_gradients(line) - set(named)) & known.keys())
        if not left:
            return
        line = put_in(line, left[0], known[left[0]])
        yield line


_MOST = 12
"""Sections whose results are put into one line at most."""


def _path(setting: Setting, of: str, by: str) -> list[Jacobian]:
    """The links of the one way from a name to what it is computed from; [] if there are more."""
    out, at = list[Jacobian](), by
    while at != of:
        users = users_of(setting.program, at)
        if len(users) != 1:
            return []
        out.append(Jacobian(users[0], at))
        at = users[0]
    return out[::-1]
