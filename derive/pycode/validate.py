"""Translation validation: an emitted module is proved, its text and not the plan behind it.

`validate` takes the source of a module that ``derive generate`` is about to write and proves, for
every number of examples: `_gradients` returns the derivatives of `_loss` and its value;
``Trainer.step`` returns that value and hands its update those derivatives, whatever its memory
held; `_update` is the textbook rule of the optimiser.  What stays trusted is ``runtime.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import permutations, product

from derive.check import check
from derive.program import ONE, SCALAR, Equation, Expr, Power, Program, Symbol, Times, minus
from derive.pycode.account import Account, Pair
from derive.pycode.arrays import constant, plus
from derive.pycode.claims import Case
from derive.pycode.emitted import Emitted, Step, number_of
from derive.pycode.rules import RULES, Rule, Scene
from derive.pycode.source import Module, Unreadable, parse
from derive.pycode.store import Unify
from derive.pycode.values import Raised, Tensor, Unsupported
from derive.scalars.table import function
from derive.tensors import prove
from derive.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is claimed of a module; reason: why it is not proved, "" if it is."""

    name: str
    proved: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """All that is claimed of a module; optimizer: the rule that its update was proved to be."""

    rows: tuple[Row, ...]
    optimizer: str = ""

    @property
    def proved(self) -> bool:
        """Whether every claim is proved."""
        return bool(self.rows) and all(row.proved for row in self.rows)

    @property
    def reason(self) -> str:
        """What is not proved first, with its reason; "" if everything is."""
        return next((f"{r.name}: {r.reason}" for r in self.rows if not r.proved), "")


def validate(source: str, optimizer: str | None = None) -> Validation:
    """Proves an emitted module.

    source: its text.  optimizer: the rule that the spec asks for; None: any that is known.
    Never raises for a source: what cannot be followed is a row that is not proved.
    """
    try:
        module = parse(source)
    except Unreadable as error:
        return Validation((Row("source", False, str(error)),))
    rows = [
        *_guarded("gradients", lambda: _pure_rows(module)),
        *_guarded("step", lambda: _step_rows(module)),
    ]
    wanted = [optimizer] if optimizer is not None else list(RULES)
    for name in wanted:
        [row] = _guarded(f"update: {name}", partial(_update_rows, module, name))
        if row.proved:
            return Validation((*rows, row), name)
    return Validation((*rows, row), "")


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


# -- gradients --------------------------------------------------------------------------------


def _pure_rows(module: Module) -> list[Row]:
    emitted = Emitted(module)
    step = emitted.pure()
    return _rows_of(step, "gradient of ", "loss")


def _step_rows(module: Module) -> list[Row]:
    emitted = Emitted(module)
    step = emitted.step()
    if emitted.folds:
        step.rate = emitted.rate
    return _rows_of(step, "step: gradient of ", "step: loss")


def _rows_of(step: Step, prefix: str, loss: str) -> list[Row]:
    trace = step.run.trace
    cost = trace.define("cost", step.cost, None)
    scale: Expr = ONE if step.rate is None else Power(step.rate, Fraction(-1))
    pairs = []
    for name, tensor in step.gradients.items():
        expr = trace.define(f"d{name}", tensor.expr, None)
        pairs.append(
            Pair(name, f"d{name}", Tensor(expr if scale == ONE else Times(scale, expr), 2))
        )
    returned = trace.define("J", step.returned, None)
    case = Case(Account(step.run, cost, pairs), also=(returned,))
    rows = [Row(loss, *_settled(case, Equation(returned, cost)))]
    for pair in pairs:
        if pair.value.expr.shape != step.network.shapes[pair.target]:
            rows.append(Row(prefix + pair.target, False, "a gradient of another shape"))
            continue
        ruling = case.rule(pair)
        proved = ruling.verdict == Verdict.VERIFIED
        rows.append(Row(prefix + pair.target, proved, "" if proved else ruling.reason or "false"))
    return rows


def _settled(case: Case, equation: Equation) -> tuple[bool, str]:
    reason = case.settle(equation)
    return not reason, reason


# -- updates ----------------------------------------------------------------------------------


def _update_rows(module: Module, name: str) -> list[Row]:
    """Whether the update is the rule of that name, for some scaling of its state.

    By induction: the state begins at 0 whatever its scale, and a step keeps the relation.
    """
    rule = RULES[name]
    reason = "no arrangement of the state makes it the rule"
    emitted = Emitted(module)
    gradient = Symbol("gradient", ("rows", "columns"))
    after, state = emitted.update(Times(emitted.rate, gradient) if emitted.folds else None)
    scene = _scene(emitted, rule, gradient)
    trace = emitted.run.trace
    program = Program(trace.leaves, trace.definitions, {"tanh": function("tanh")}, None)
    scales = {"1": ONE} | {
        f"1 - {n}": minus(ONE, e) for n, e in scene.constants.items() if n not in ("EPSILON",)
    }
    for arrays in permutations(state, len(rule.state)):
        for chosen in product(scales.values(), repeat=len(rule.state)):
            held = dict(zip(rule.state, zip(arrays, chosen, strict=True), strict=True))
            before = {n: Times(c, Symbol(a, gradient.dims)) for n, (a, c) in held.items()}
            wanted, theta = rule.step(scene, before)
            claims = [Equation(Times(c, after[a]), wanted[n]) for n, (a, c) in held.items()]
            if all(map(_holds(program), [*claims, Equation(after["theta"], theta)])):
                return [Row(f"update: {name}", True)]
    return [Row(f"update: {name}", False, reason)]


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
