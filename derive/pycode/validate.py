"""Translation validation: an emitted module is proved, its text and not the plan behind it.

`validate` takes the source of a module that ``derive generate`` is about to write, and the
mathematics of its spec, and proves for every number of examples: ``predict``, ``loss`` and
``gradients`` return the spec's output, its cost and the derivatives of that; ``Trainer.step``
returns the cost and hands its update those derivatives, whatever its memory held; ``_update`` is
the textbook rule of the optimiser; the constants are the spec's.  ``runtime.py`` stays trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations, product

from derive.check import check
from derive.program import ONE, SCALAR, Equation, Expr, Program, Symbol, Times, minus
from derive.pycode.arrays import constant, plus
from derive.pycode.contract import without_rounding
from derive.pycode.emitted import Emitted, Step, number_of
from derive.pycode.matching import Matcher
from derive.pycode.reference import Reference, running, whole
from derive.pycode.rules import RULES, SQUARES, Rule, Scene
from derive.pycode.source import Module, Unreadable, parse
from derive.pycode.store import Unify
from derive.pycode.text import wrong_constants
from derive.pycode.values import Raised, Tensor, Unsupported
from derive.scalars.table import function
from derive.tensors import prove


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is claimed of a module.

    reason: why it is not proved, "" if it is.  conditions: what is taken to hold.
    """

    name: str
    proved: bool
    reason: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """All that is claimed of a module.

    measured: functions that are computed by the library's forms, which were measured, not proved.
    """

    rows: tuple[Row, ...]
    measured: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether every claim is proved."""
        return bool(self.rows) and all(row.proved for row in self.rows)

    @property
    def reason(self) -> str:
        """What is not proved first, with its reason; "" if everything is."""
        return next((f"{r.name}: {r.reason}" for r in self.rows if not r.proved), "")


def validate(source: str, reference: Reference, *, first: bool = False) -> Validation:
    """Proves an emitted module.

    source: its text.  reference: what its spec says.  first: the rows end with those among which
    the first is that is not proved.  Never raises for a source: what cannot be followed is a row
    that is not proved.
    """
    try:
        module = without_rounding(parse(source))
    except Unreadable as error:
        return Validation((Row("source", False, str(error)),))
    measured: dict[str, None] = {}
    parts: list[tuple[str, Callable[[], list[Row]]]] = [
        ("constants", lambda: _constant_rows(module, reference)),
        ("functions", lambda: _public_rows(module, reference, measured)),
        ("step", lambda: _step_rows(module, reference, measured)),
        ("update", lambda: _update_rows(module, reference)),
    ]
    if reference.masks:
        parts.append(("masks", lambda: _masked_rows(module, reference, measured)))
    rows: list[Row] = []
    for name, make in parts:
        rows += _guarded(name, make)
        if first and not all(row.proved for row in rows):
            break
    return Validation(tuple(rows), tuple(measured))


def _under(rows: list[Row], matcher: Matcher) -> list[Row]:
    """The rows with what the proofs of a run take to hold."""
    conditions = tuple(sorted(matcher.trace.conditions))
    return [replace(row, conditions=conditions) for row in rows]


def _guarded(name: str, make: Callable[[], list[Row]]) -> list[Row]:
    """The rows that `make` gives, or one that says what stopped it."""
    try:
        return make()
    except Unsupported as error:
        place = f" (line {error.line})" if error.line else ""
        return [Row(name, False, f"outside the fragment: {error.message}{place}")]
    except Unify as error:
        return [Row(name, False, f"sizes that differ: {error}")]
    except Raised as error:
        return [Row(name, False, f"line {error} raises")]
    except RecursionError:
        return [Row(name, False, "nested too deeply to be followed")]


# -- the text ---------------------------------------------------------------------------------


def _constant_rows(module: Module, reference: Reference) -> list[Row]:
    """Whether the constants of the module and of its trainer are the spec's."""
    wrong = wrong_constants(module, reference)
    reason = "; ".join(wrong)
    return [Row("constants", not wrong, reason)]


# -- values -----------------------------------------------------------------------------------


def _matcher(emitted: Emitted, reference: Reference, rate: Symbol | None = None) -> Matcher:
    return Matcher(emitted.run.trace, reference, emitted.polynomials, rate)


def _public_rows(module: Module, reference: Reference, measured: dict[str, None]) -> list[Row]:
    reference = whole(reference)
    emitted = Emitted(module, reference)
    output, cost, found = emitted.public()
    outside = _matcher(emitted, running(reference))
    rows = [
        _row("predict", outside.is_value(output, reference.output)),
        _row("loss", outside.is_value(cost, reference.cost)),
    ]
    matcher = _matcher(emitted, reference) if reference.statistics else outside
    rows += _gradient_rows(matcher, found, "")
    rows += [
        _row(
            f"gradient of {name}",
            found.gradients[name].shape == emitted.network.shapes[name]
            and matcher.is_zero(found.gradients[name]),
        )
        for name in reference.statistics
    ]
    measured |= matcher.lemmas.named() | outside.lemmas.named()
    return _under(rows, matcher)


def _masked_rows(module: Module, reference: Reference, measured: dict[str, None]) -> list[Row]:
    emitted = Emitted(module, reference)
    cost, found = emitted.masked()
    matcher = _matcher(emitted, reference)
    rows = [
        _row("masked: loss", matcher.is_value(cost, reference.cost)),
        *_gradient_rows(matcher, found, "masked: "),
    ]
    measured |= matcher.lemmas.named()
    return _under(rows, matcher)


def _step_rows(module: Module, reference: Reference, measured: dict[str, None]) -> list[Row]:
    emitted = Emitted(module, reference)
    found = emitted.step()
    matcher = _matcher(emitted, reference, emitted.rate if emitted.folds else None)
    rows = _gradient_rows(matcher, found, "step: ")
    rows += [
        _row(f"step: {name}", matcher.is_moved(found.moved[name], wanted))
        for name, wanted in reference.moved.items()
    ]
    measured |= matcher.lemmas.named()
    return _under(rows, matcher)


def _gradient_rows(matcher: Matcher, found: Step, prefix: str) -> list[Row]:
    reference = matcher.reference
    rows = [_row(f"{prefix}returned loss", matcher.is_value(found.returned, reference.cost))]
    for name, gradient in reference.gradients.items():
        expr = found.gradients.get(name)
        proved = expr is not None and matcher.is_value(expr, gradient, scaled=True)
        rows.append(_row(f"{prefix}gradient of {name}", proved))
    return rows


def _row(name: str, proved: bool) -> Row:
    return Row(name, proved, "" if proved else "not proved to be what the spec says")


# -- updates ----------------------------------------------------------------------------------


def _update_rows(module: Module, reference: Reference) -> list[Row]:
    """Whether the update is the rule of the spec, for some scaling of its state.

    By induction: the state begins at 0 whatever its scale, and a step keeps the relation.
    """
    name = reference.optimizer
    rule = RULES[name]
    emitted = Emitted(module, reference)
    gradient = Symbol("gradient", ("rows", "columns"))
    after, state = emitted.update(Times(emitted.rate, gradient) if emitted.folds else None)
    scene = _scene(emitted, rule, gradient)
    trace = emitted.run.trace
    scales = {"1": ONE} | {
        f"1 - {n}": minus(ONE, e) for n, e in scene.constants.items() if n not in ("EPSILON",)
    }
    for arrays in permutations(state, len(rule.state)):
        known = dict(zip(arrays, rule.state, strict=True))
        leaves = {
            n: replace(leaf, domain="positive") if known.get(n) == SQUARES else leaf
            for n, leaf in trace.leaves.items()
        }
        program = Program(leaves, trace.definitions, {"tanh": function("tanh")}, None)
        for chosen in product(scales.values(), repeat=len(rule.state)):
            held = dict(zip(rule.state, zip(arrays, chosen, strict=True), strict=True))
            before = {n: Times(c, Symbol(a, gradient.dims)) for n, (a, c) in held.items()}
            wanted, theta = rule.step(scene, before)
            claims = [Equation(Times(c, after[a]), wanted[n]) for n, (a, c) in held.items()]
            if all(map(_holds(program), [*claims, Equation(after["theta"], theta)])):
                return [Row(f"update: {name}", True)]
    return [Row(f"update: {name}", False, "no arrangement of the state makes it the rule")]


def _holds(program: Program) -> Callable[[Equation], bool]:
    def holds(equation: Equation) -> bool:
        return prove(program, equation).proved and check(program, equation).accepted

    return holds


def _scene(emitted: Emitted, rule: Rule, gradient: Symbol) -> Scene:
    run = emitted.run
    constants: dict[str, Expr] = {n: number_of(emitted, n, v) for n, v in rule.constants.items()}
    number = plus(Tensor(emitted.steps, 0), constant(0)).expr

    def power(name: str) -> Expr:
        base = number_of(emitted, name, rule.constants[name]).value
        known = run.powers.get((base, number))
        if known is None:
            known = run.powers[base, number] = run.trace.leaf("power", SCALAR, "unit")
        return known

    return Scene(Symbol("theta", gradient.dims), gradient, emitted.rate, constants, power)
