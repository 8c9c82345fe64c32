"""The literal reading of a note: its program and what each line says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.interpretation import Interpretation
from derive.meaning.literal.claims import Claims
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.identity import Key
from derive.meaning.literal.lines import Reader
from derive.meaning.literal.open_loss import open_cost
from derive.meaning.literal.other_steps import names_next, of_last
from derive.meaning.literal.outline import Label, Outlined, outlined
from derive.meaning.literal.program import (
    leaves_of,
    name_parts,
    solve,
)
from derive.meaning.literal.scope import Scope
from derive.meaning.literal.softmax_axis import softmax_axes
from derive.meaning.setting import COST, Hypothesis, Outside, Setting
from derive.meaning.spelling.examples_in_rows import SAID
from derive.meaning.sums import size_of
from derive.program import (
    ONE,
    Expr,
    ShapeError,
    Symbol,
    Times,
    show_shape,
    walk,
)
from derive.reading.syntax import Big
from derive.verdict import ModelReport

MOST = 6
"""So many readings of one note are kept beside each other."""


class LiteralSetting(Setting):
    """A setting whose program is the note's own, without roles."""

    def scale(self, name: str) -> Expr:
        """A gradient is the true one: nothing is carried."""
        del name
        return ONE


@dataclass(frozen=True, slots=True)
class Literal:
    """One literal reading: how its shapes were supposed, and what the lines say."""

    outline: Outlined
    scope: Scope
    setting: LiteralSetting
    interpretations: tuple[Interpretation, ...]
    open_reason: str
    crossed: bool = False
    """A letter runs over both axes of one weight: the note is about units of several layers."""

    def report(self) -> ModelReport:
        """What was understood, for the report."""
        layout = "columns" if self.scope.column else "rows"
        return ModelReport(
            layout, (), self._cost(), "dZ = dJ/dZ", tuple(self.setting.assumptions), (),
            tuple(self._symbols()),
        )  # fmt: skip

    def _cost(self) -> str:
        found = self.outline
        if not found.costs:
            return "none"
        stated, summed = found.stated.get(found.costs[0]), found.summed
        if summed is not None and summed.key == found.costs[0]:
            span = summed.line.right.span
        elif stated is None:
            return "a loss that is not given"
        else:
            span = stated.formula.span
        return " ".join(found.facts.document.source[span.start : span.end].split())

    def _symbols(self) -> Iterator[dict[str, str]]:
        names = (self.setting.spelled or ({}, {}, {}))[0]
        for name in (*self.setting.leaves, *self.setting.definitions):
            if name.startswith("free_"):
                continue
            shape = self.setting.shape(name)
            role = "cost" if name == COST else "computed" if name in self.setting.definitions else (
                "number" if shape == (1, 1) else "given"
            )  # fmt: skip
            shown = show_shape(shape) if shape != (1, 1) else "scalar"
            yield {"name": names.get(name, name), "role": role, "shape": shown}


def read_literally(facts: Facts, seen: frozenset[Label] = frozenset()) -> tuple[Literal, ...]:
    """The literal readings of a note whose shapes fit, all that differ.

    Vectors are columns or rows, as the layout of the note is; the other way if that does not
    fit.  A softmax of a matrix runs along either axis, where the note does not say along which.

    seen: what formulas that are not among the lines speak of: a loss may depend on it.
    """
    found = outlined(facts, seen)
    if found is None:
        return ()
    layout = facts.roles.layout
    orders = {"columns": [[True], [False]], "rows": [[False], [True]], None: [[True, False]]}
    axes, _ = softmax_axes(facts)
    for columns in orders[layout]:
        scopes = [
            scope for column in columns for axis in axes for scope in solve(found, column, axis)
        ]
        if scopes:
            fewest = min(_supposed(scope) for scope in scopes)
            kept: list[Literal] = []
            for scope in scopes:
                if _supposed(scope) == fewest and not any(_alike(scope, k.scope) for k in kept):
                    if found.summed is None:
                        kept.append(_read(found, _copied(scope)))
                    if found.carried() or found.summed is not None:
                        one = _read(found, _copied(scope), found.carried())
                        kept.append(_with_last(one, found, scope))
            kept = [_with_next(one, facts, seen) for one in kept if not one.crossed]
            return tuple(kept) if len(kept) <= MOST else ()
    return ()


def _supposed(scope: Scope) -> tuple[int, int]:
    """How much a reading gives up: formulas without a value, then letters that are numbers."""
    return len(scope.lost), len(scope.numbers)


def _with_next(one: Literal, facts: Facts, seen: frozenset[Label]) -> Literal:
    """A reading whose lines about the step behind are read with its formulas too."""
    ahead = [k for k, line in enumerate(facts.lines) if names_next(one.outline, line)]
    found = outlined(facts, seen, ahead=True) if ahead and one.outline.steps.carried else None
    scopes = solve(found, one.scope.column, one.scope.softmax_axis) if found is not None else []
    if found is None or len(scopes) != 1:
        return one
    later = _read(found, scopes[0], found.carried()).interpretations
    mine = list(one.interpretations)
    for k in ahead:
        mine[k] = later[k]
    return replace(one, interpretations=tuple(mine))


def _with_last(one: Literal, found: Outlined, scope: Scope) -> Literal:
    """A reading whose lines about the last step are read where no later step follows."""
    lines = [of_last(one.outline, line) for line in found.facts.lines]
    if not any(lines):
        return one
    reader, _ = _reader(found, _copied(scope))
    mine = [
        replace(reader.claim(line), line=usual.line) if line and not usual.definition else usual
        for line, usual in zip(lines, one.interpretations, strict=True)
    ]
    _with_leaves(reader)
    return replace(one, interpretations=tuple(mine))


def _alike(one: Scope, two: Scope) -> bool:
    """The same program: what is left to suppose plays no part."""
    return one.values == two.values and one.numbers == two.numbers


def _copied(scope: Scope) -> Scope:
    """The same supposition, to be read in more than one way."""
    return replace(
        scope, same=dict(scope.same), leaves=dict(scope.leaves), values=dict(scope.values),
        lost=dict(scope.lost), functions=dict(scope.functions), labels=dict(scope.labels),
        tied=set(scope.tied),
    )  # fmt: skip


def _read(found: Outlined, scope: Scope, carried: tuple[Key, ...] = ()) -> Literal:
    reader, reason = _reader(found, scope, carried)
    lines = tuple(reader.line(line) for line in found.facts.lines)
    setting = _with_leaves(reader)
    return Literal(reader.found, scope, setting, lines, reason, reader.crossed)


def _reader(found: Outlined, scope: Scope, carried: tuple[Key, ...] = ()) -> tuple[Reader, str]:
    """The reader of a program whose loss has a value, and why it has none."""
    outline = replace(found, uses=dict(found.uses))
    name_parts(outline, scope)
    reason = ""
    if outline.costs and outline.costs[0] not in outline.stated:
        reason = open_cost(outline, scope, (*carried, *_seen(outline, scope)))
        if reason:
            scope.lost[outline.costs[0]] = reason
    _tie_sizes(outline, scope)
    return Reader(outline, scope, _setting(outline, scope)), reason


def _with_leaves(reader: Reader) -> LiteralSetting:
    """The setting with the inputs that the lines have brought up."""
    setting = reader.setting
    assert isinstance(setting, LiteralSetting)
    setting.leaves.clear()
    setting.leaves.update(leaves_of(reader.scope))
    return setting


def _seen(found: Outlined, scope: Scope) -> tuple[Key, ...]:
    """The quantities of which formulas outside of the lines speak."""
    return tuple(
        key for key in (*scope.values, *scope.leaves)
        if (key[0], key[1], tuple(sorted(text for *_, text in key[3]))) in found.seen
        and key not in found.costs
    )  # fmt: skip


def _tie_sizes(found: Outlined, scope: Scope) -> None:
    """Letters that bound sums in claims alone: the size of the axis of the first such sum."""
    for node in all_nodes(found.facts):
        for part in subtree(node):
            bound = size_of(part) if isinstance(part, Big) else ""
            if bound not in scope.sizes:
                continue
            size = scope.sizes[bound]
            if bound in scope.tied or size in scope.same:
                continue
            claims = Claims(found.facts, scope, found)
            try:
                claims.value(part)
            except Conflict as error:
                if error.same is not None and size in error.same:
                    other = error.same[0] if error.same[1] == size else error.same[1]
                    scope.same[size] = other
            except (Outside, ShapeError):
                scope.tied.discard(bound)


def _setting(found: Outlined, scope: Scope) -> LiteralSetting:
    hypothesis = Hypothesis(
        "columns" if scope.column else "rows", "stated", None, "sum", carries_m=False
    )
    setting = LiteralSetting(found.facts, hypothesis, "batch")
    setting.definitions = {scope.label(k): v for k, v in scope.values.items()}
    setting.functions = scope.functions
    setting.leaves = leaves_of(scope)
    setting.spelled = _spelled(found, scope)
    setting.assumptions.append("every quantity is what its own line says; no layers are supposed")
    if SAID in found.facts.roles.assumptions:
        setting.assumptions.append(SAID)
    for name in sorted(n for n, leaf in setting.leaves.items() if leaf.sums_to_one is not None):
        setting.assumptions.append(f"the entries of {name} add up to one over the classes")
    for key in sorted(scope.one_hot):
        setting.assumptions.append(f"{scope.shown(key)} is one at {scope.one_hot[key]}, else zero")
    if told := softmax_axes(found.facts)[1]:
        setting.assumptions.append(told)
    if found.summed is not None and found.costs[:1] == [found.summed.key]:
        setting.assumptions.append(
            "a step sees its own term of the loss, and any function of what it leaves to others"
        )
    elif found.costs and found.costs[0] not in found.stated:
        setting.assumptions.append(
            "the loss is not given: it is any function of the last result, and of nothing else"
        )
    return setting


def _spelled(
    found: Outlined, scope: Scope
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """How the note writes the names of the program."""
    from derive.meaning.notation import names_in

    source = found.facts.document.source
    names: dict[str, str] = {}
    for node in all_nodes(found.facts):
        for name in names_in(node):
            if name.mark:
                continue
            try:
                use = found.names.use(name)
            except Outside:
                continue
            if use.transposed or use.power is not None or (use.entries and len(name.scripts) != 1):
                continue
            if use.key in scope.values or use.key in scope.leaves:
                stop = name.scripts[0].span.start if use.entries else name.span.end
                text = (
                    source[name.span.start : stop].rstrip("_{ ").removeprefix("\\partial").strip()
                )
                names.setdefault(scope.label(use.key), text)
    cost = found.costs[0] if found.costs else None
    gradients = {}
    if cost is not None:
        written = names.get(COST, "J")
        gradients = {
            label: f"\\frac{{\\partial {written}}}{{\\partial {text}}}"
            for label, text in names.items() if label != COST
        }  # fmt: skip
        if found.summed is None or found.summed.key != cost:
            names |= _slopes_of_open_loss(scope, cost, gradients)
    return names, gradients, {}


def _slopes_of_open_loss(scope: Scope, cost: Key, gradients: Mapping[str, str]) -> dict[str, str]:
    """What stands for the gradient of a loss that is not given is written as that gradient."""
    products = (n for n in walk(scope.values.get(cost, ONE)) if isinstance(n, Times))
    pairs = ((n.left, n.right) for n in products)
    return {
        slope.name: gradients[result.name]
        for slope, result in pairs
        if isinstance(slope, Symbol) and isinstance(result, Symbol)
        if slope.name.startswith("free_slope") and result.name in gradients
    }


__all__ = ["Literal", "read_literally"]
