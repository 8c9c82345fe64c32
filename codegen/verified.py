"""``derive verify NAME.py``: what is proved of an emitted module, as findings with lines.

In: the spec beside the module, and the module's text.  Out: a `Finding` for every function that has
to compute what the spec says, for every gradient, and for the update.
"""

from __future__ import annotations

import ast
from pathlib import Path

from codegen import building, proof
from codegen.spec import read
from codegen.validation import validated
from derive.pycode.validate import Row
from derive.verdict import Finding, Kind, Proof, Verdict

_PLACES = {
    "predict": "predict",
    "loss": "loss",
    "masked": "_gradients",
    "step": "step",
    "update": "_update",
}
"""The first word of a row to the function that it is about; all others are about `_gradients`."""


def findings(spec: Path, source: str) -> tuple[Finding, ...]:
    """What is proved of a module and what is not; raises `codegen.SpecError`."""
    built = building.build(read(spec))
    derived = proof.gradients(built)
    try:
        proof.require(built, derived + proof.loss_forms(built) + proof.formula_slopes(built))
    except proof.Unproved as error:
        return (_finding(Row("spec", False, str(error)), 1, 1, ()),)
    found = validated(source, built, derived)
    lines = _lines(source)
    measured = tuple(
        f"the form of {name} is the library's, which is measured, not proved"
        for name in found.measured
    )
    rows = [(_line(row, lines), row) for row in found.rows]
    rows.sort(key=lambda pair: pair[0])
    return tuple(_finding(row, line, k, measured) for k, (line, row) in enumerate(rows, 1))


def _finding(row: Row, line: int, step: int, measured: tuple[str, ...]) -> Finding:
    kind = Kind.GRADIENT if "gradient" in row.name else Kind.ALGEBRA
    if row.name.startswith("update"):
        kind = Kind.UPDATE
    return Finding(
        line, 1, line, 1, step, row.name, kind,
        Verdict.VERIFIED if row.proved else Verdict.UNPROVEN,
        message=row.reason,
        side_conditions=(*row.conditions, *measured) if row.proved else (),
        proof=Proof((), 0, True) if row.proved else None,
    )  # fmt: skip


def _line(row: Row, lines: dict[str, int]) -> int:
    """Where a row belongs: the line of its gradient, else of its function, else 1."""
    head, _, tail = row.name.partition(": ")
    name = tail or head
    function = _PLACES.get(head, "_gradients" if "gradient" in name or "loss" in name else "")
    gradient = f"{function} d{name.removeprefix('gradient of ')}"
    return lines.get(gradient) or lines.get(function) or 1


def _lines(source: str) -> dict[str, int]:
    """The lines of functions by name, and of assignments in them by both names."""
    found: dict[str, int] = {}
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node.lineno
            for inner in ast.walk(node):
                match inner:
                    case ast.Assign(targets=[ast.Name(id=name)]):
                        found[f"{node.name} {name}"] = inner.lineno
    return found
