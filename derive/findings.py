"""From a judgement to what the reader is told: message, code, counterexample, repair."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from derive.diagnosis import BY_NAME, Diagnosis, Fault, Ill, diagnose
from derive.judge import Judge, Judgement
from derive.meaning.elaborate import Elaborator
from derive.meaning.interpretation import Interpretation, Stated
from derive.meaning.objective import has_count
from derive.meaning.scenery import complete, left_value, loose_of, scene_of, spelled
from derive.meaning.setting import IllShaped, Outside, Setting
from derive.program import (
    ONE,
    Composition,
    Equation,
    Expr,
    Gradient,
    Size,
    Statement,
    Times,
    children,
    with_children,
)
from derive.verdict import Counterexample, Finding, Kind, Repair, Verdict

if TYPE_CHECKING:
    from derive.verify import Note


UNWRITTEN: Final = ("free_", "q_")
"""What the names of quantities begin with that only the program of a literal reading has."""
DIAGNOSED: Final = 200
"""So many different mistakes of one note are looked into: a bound for notes made to be slow."""


def finding_of(note: Note, found: Interpretation, judgement: Judgement, judge: Judge) -> Finding:
    """All that is said of one claim."""
    line = found.line
    start, end = line.left.span.start, max(line.right.span.end, line.relation.span.end)
    if line.right.span.end <= line.relation.span.start:  # a + b =: c
        start, end = line.right.span.start, line.left.span.end
    if not line.piece.span.start <= start <= line.relation.span.start:
        start = line.relation.span.start  # the left side stands in an earlier piece
    finding = Finding(
        line=line.piece.line,
        column=line.piece.column,
        end_line=line.piece.end_line,
        end_column=line.piece.end_column,
        step=line.relation.step,
        latex=_latex(note.source, found),
        kind=found.kind,
        verdict=judgement.verdict,
        code=open_code(judgement.verdict, judgement.reason),
        message=judgement.reason,
        reading=found.reading,
        assumptions=_assumptions(note, found),
        side_conditions=(*found.conditions, *judgement.side_conditions),
        counterexample=_as_written(judgement),
        proof=judgement.proof,
        span=(start, end),
        right_span=(line.right.span.start, line.right.span.end),
    )
    if judgement.verdict == Verdict.REFUTED:
        diagnosis = diagnosed(found, judgement, judge, note.source)
        right = note.source[line.right.span.start : line.right.span.end]
        repairs = _as_typed(_summed(diagnosis.repairs, found.within), right, note.source)
        finding = replace(finding, code=diagnosis.code, message=diagnosis.message, repairs=repairs)
        if found.ill is not None:
            finding = replace(finding, counterexample=_shapes_apart(found))
    return _expected(finding, line.piece.expect)


def _summed(repairs: tuple[Repair, ...], sign: str) -> tuple[Repair, ...]:
    """Repairs of a term with the sum of the line before them."""
    if not sign:
        return repairs
    return tuple(replace(r, latex=f"{sign} \\left( {r.latex} \\right)") for r in repairs)


def _as_typed(repairs: tuple[Repair, ...], source: str, note: str) -> tuple[Repair, ...]:
    """Transposes and products as a typed line writes them: ``dZ.T``, ``dA * mask``."""
    turned = ".T" in source or ("@" in source and "\\" not in source and ".T" in note)
    out = []
    for repair in repairs:
        latex = repair.latex
        if turned:
            latex = re.sub(r"\^T(?!\w)", ".T", latex)
        if "*" in source and "\\" not in source:
            latex = latex.replace(r" \odot ", " * ")
        out.append(replace(repair, latex=latex))
    return tuple(out)


def _as_written(judgement: Judgement) -> Counterexample | None:
    """The counterexample with the names of the note for those of the program."""
    example = judgement.counterexample
    if example is None or judgement.failed is None:
        return example
    setting = judgement.failed.setting
    names, _, functions = spelled(setting)
    names = dict(names)
    complete(setting, names, {})
    known = {**names, **{name: f"{text}(x)" for name, text in functions.items()}}
    values = {known.get(name, name): value for name, value in example.values.items()}
    return replace(example, values=values) if len(values) == len(example.values) else example


def _latex(source: str, found: Interpretation) -> str:
    """The claim as it stands: its left side, unless the piece begins with the sign."""
    line = found.line
    left = source[line.left.span.start : line.left.span.end]
    if line.left.span.start > line.relation.span.start or line.inherits is not None:
        written = line.source.head is not None or line.relation is not line.source.relations[0]
        left = left if written else ""
    sign = source[line.relation.span.start : line.relation.span.end]
    right = source[line.right.span.start : line.right.span.end]
    if line.right.span.end <= line.relation.span.start:
        left, right = right, left
    return " ".join(f"{left} {sign} {right}".split())


def _assumptions(note: Note, found: Interpretation) -> tuple[str, ...]:
    if not found.statements:
        return ()
    seen: list[str] = []
    for stated in found.statements:
        seen += [a for a in stated.setting.assumptions if a not in seen]
    return tuple(seen)


def _expected(finding: Finding, expect: str) -> Finding:
    """Compares with what the note itself expects: ``expect refuted D103``, ``expect 2 refuted``."""
    if not expect:
        return finding
    wanted = parse_expectation(expect, finding.step)
    if wanted is None:
        return finding
    verdict, code = wanted
    if finding.verdict == verdict and (code is None or finding.code == code):
        return replace(finding, expected=True)
    return replace(finding, unmet=" ".join(filter(None, (verdict, code))))


def parse_expectation(expect: str, step: int) -> tuple[str, str | None] | None:
    """What is expected of a step: ``refuted D103`` of all, ``2 refuted; 3 unproven`` by step."""
    general: tuple[str, str | None] | None = None
    for part in expect.replace(",", ";").split(";"):
        words = part.split()
        if words and words[0] == "expect":
            words = words[1:]
        number = int(words.pop(0)) if words and words[0].isdigit() else None
        if not words:
            continue
        wanted = (words[0], words[1] if len(words) > 1 else None)
        if number == step:
            return wanted
        if number is None and general is None:
            general = wanted
    return general


# -- diagnosis ----------------------------------------------------------------------------------


def diagnosed(found: Interpretation, judgement: Judgement, judge: Judge, source: str) -> Diagnosis:
    """The mistake by name, with its repairs."""
    line = found.line
    right_source = source[line.right.span.start : line.right.span.end]
    if found.ill is not None:
        setting, reason, layers = found.ill
        scene = scene_of(setting, line, layers)
        elaborator = Elaborator(setting, layers)
        left = left_value(elaborator, line.left) or left_value(elaborator, line.head)
        target, scale = _target(left)
        try:
            ill = Ill(reason, loose_of(elaborator, line.right))
        except (Outside, IllShaped):
            if "index" in reason and left is not None:
                aspect = "index"
                fault = Fault(
                    scene, found.kind, None, reason, right_source, None, target, scale, left, aspect
                )
                return _diagnose(fault, setting, judge)
            return _on_path(found, judge) or Diagnosis(BY_NAME["ill-shaped"], reason)
        aspect = "contradicts" if found.definition else ""
        fault = Fault(
            scene, found.kind, None, reason, right_source, ill, target, scale, left, aspect
        )
        diagnosis = _diagnose(fault, setting, judge)
        if diagnosis.code != BY_NAME["ill-shaped"]:
            return diagnosis
        shadow = _on_path(found, judge)
        if shadow is None:
            return diagnosis
        message = f"{shadow.message}; and as arrays it does not fit: {reason}"
        return Diagnosis(shadow.code, message, diagnosis.repairs)
    failed = judgement.failed or (found.statements[0] if found.statements else None)
    if failed is None:
        return Diagnosis(_code_of(found), judgement.reason)
    scene = scene_of(failed.setting, line, failed.layers)
    statement = failed.statement
    left = statement.left if isinstance(statement, Equation) else None
    target, scale = _target(left)
    aspect = "remark" if judgement.remark else ""
    message = judgement.reason
    if found.kind == Kind.UPDATE:
        aspect, message = "update", found.fault or message
    elif found.definition and found.contradicts:
        aspect = "contradicts"
        message = message or f"it contradicts the definition in line {found.contradicts}"
    fault = Fault(
        scene, found.kind, statement, message, right_source, None, target, scale, left, aspect
    )
    return _diagnose(fault, failed.setting, judge)


def _diagnose(fault: Fault, setting: Setting, judge: Judge) -> Diagnosis:
    """The diagnosis of a fault; that of the same fault is not looked for twice."""

    known_left: dict[int, tuple[Expr, Expr]] = {}

    def counted(statement: Statement) -> Statement:
        """The same left side for the same one, whatever it is compared with."""
        found = _counted(setting, statement)
        if isinstance(statement, Composition) or isinstance(found, Composition):
            return found
        _, left = known_left.setdefault(id(statement.left), (statement.left, found.left))
        return replace(found, left=left)

    def prover(statement: Statement) -> bool:
        return judge.holds(Stated(setting, counted(statement)))

    def agrees(statement: Statement) -> bool | None:
        return judge.agrees(Stated(setting, counted(statement)))

    known, key = judge.diagnosed(setting), _key(fault)
    if key not in known:
        if judge.diagnoses >= DIAGNOSED:
            name = "false" if fault.ill_shaped is None else "ill-shaped"
            reason = fault.message or "both sides have different values"
            limit = f"no repair is sought: the note has more than {DIAGNOSED} different mistakes"
            return Diagnosis(BY_NAME[name], f"{reason} ({limit})")
        judge.diagnoses += 1
        known[key] = _speakable(diagnose(fault, prover, agrees), setting)
    return known[key]


def _speakable(diagnosis: Diagnosis, setting: Setting) -> Diagnosis:
    """Without repairs and words that would name what the note has no letter for."""
    names = spelled(setting)[0]
    hidden = [
        name
        for name in sorted({*setting.leaves, *setting.definitions})
        if name not in names and name.startswith(UNWRITTEN)
    ]
    if not hidden:
        return diagnosis
    repairs = tuple(r for r in diagnosis.repairs if not any(name in r.latex for name in hidden))
    if any(name in diagnosis.message for name in hidden):
        return Diagnosis(BY_NAME["false"], "Both sides have different values.", repairs)
    return replace(diagnosis, repairs=repairs)


def _key(fault: Fault) -> object:
    """All of a fault that can differ between two claims under one setting."""
    scene = fault.scene
    spelled = (scene.spelling, scene.gradient_spelling, scene.function_spelling)
    return (
        (fault.kind, fault.statement, fault.message, fault.right_source, fault.ill_shaped),
        (fault.target, fault.target_scale, fault.left, fault.aspect),
        scene.products,
        scene.partial,
        tuple(tuple(spelling.items()) for spelling in spelled),
    )


def _counted(setting: Setting, statement: Statement) -> Statement:
    """Where m is an unknown number rather than a size, it is put in as one."""
    if setting.mode == "batch":
        return statement
    count = setting.count()

    def counted(expr: Expr) -> Expr:
        if isinstance(expr, Size):
            return count if expr.dim == setting.facts.count else expr
        return with_children(expr, tuple(counted(c) for c in children(expr)))

    if isinstance(statement, Composition):
        return replace(statement, scale=counted(statement.scale))
    return Equation(counted(statement.left), counted(statement.right), statement.free)


def _shapes_apart(found: Interpretation) -> Counterexample:
    """Distinct sizes under which the shapes of an ill-shaped line do not fit."""
    assert found.ill is not None
    setting, reason, layers = found.ill
    arrays = [*(leaf.dims for leaf in setting.leaves.values())]
    dims = sorted({d for dims in arrays for d in dims if isinstance(d, str)})
    sizes = {dim: 2 + k for k, dim in enumerate(dims)}
    elaborator = Elaborator(setting, layers)
    left = left_value(elaborator, found.line.left) or left_value(elaborator, found.line.head)
    shown = "as the steps before"
    if left is not None:
        rows, columns = (d if isinstance(d, int) else sizes[d] for d in left.shape)
        shown = f"an array of shape ({rows}, {columns})"
    return Counterexample(sizes, {}, None, shown, f"no such array: {reason}")


def _on_path(found: Interpretation, judge: Judge) -> Diagnosis | None:
    """The mistake that a line makes on one path of scalars, where shapes and order are gone.

    A sum over the examples stands for one of them, a mean for the gradient of its loss.
    """
    assert found.ill is not None
    line, layers = found.line, found.ill[2]
    setting = judge.on_path(found.ill[0])
    elaborator = Elaborator(setting, layers)
    elaborator.strip_examples = elaborator.whole_batch = True
    left = left_value(elaborator, line.head) or left_value(elaborator, line.left)
    if left is None:
        return None
    try:
        right = elaborator.value(line.right)
    except (Outside, IllShaped):
        return None
    if has_count(setting.facts, line.right):
        right = Times(setting.count(), right)
    statement = Equation(left, right)
    stated = Stated(setting, statement, layers)
    if judge.agrees(stated) is not False:
        return None
    target, scale = _target(left)
    fault = Fault(
        scene_of(setting, line, layers), found.kind, statement, "", "", None, target, scale, left
    )
    diagnosis = _diagnose(fault, setting, judge)
    return None if diagnosis.code in (BY_NAME["false"], BY_NAME["ill-shaped"]) else diagnosis


def _code_of(found: Interpretation) -> str:
    return BY_NAME["shape-contradiction" if found.kind == Kind.SHAPE else "ill-shaped"]


_OPEN = (
    ("lost its layer", "lost-layer"),
    ("two readings", "ambiguous"),
    ("timeout", "timeout"),
    ("the engine proves it", "two-engines"),
    ("no role in the network", "missing-role"),
    ("needs the assumption", "assumption"),
)
"""What the reason of an open claim says, and the code that it has."""


def open_code(verdict: Verdict, reason: str) -> str | None:
    """The code of a claim that is left open or could not be read."""
    if verdict == Verdict.UNREADABLE:
        return BY_NAME["unreadable"]
    if verdict != Verdict.UNPROVEN:
        return None
    kind = next((name for text, name in _OPEN if text in reason), "outside-the-fragment")
    return BY_NAME[kind]


def _target(left: Expr | None) -> tuple[str | None, Expr]:
    """The gradient that a left side is, and what it is multiplied by."""
    if isinstance(left, Gradient):
        return left.name, ONE
    if isinstance(left, Times) and isinstance(left.right, Gradient):
        return left.right.name, left.left
    return None, ONE
