"""The library as a table: what there is, and whether its rules are proved.

Each row is proved afresh, so the status is never typed: ``verified`` means by the engine and
accepted by the checker; of the recurrences of optimisers also by SymPy, all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GOOD: Final = ("verified",)


@dataclass(frozen=True, slots=True)
class Row:
    """One rule of the library: kind (activation, loss, ...), name, title, proof status."""

    kind: str
    name: str
    title: str
    status: str


def library_rows() -> list[Row]:
    """Every rule of the library with its status, in the library's order."""
    from derive.check import check
    from derive.explain.unicode import in_unicode
    from derive.library.claims import library_claims
    from derive.library.optimizers import optimizer_proofs
    from derive.library.report import optimizer_proof
    from derive.tensors import prove

    rows = []
    for claim in library_claims():
        outcome = prove(claim.program, claim.statement)
        good = outcome.proved and check(claim.program, claim.statement).accepted
        rows.append(Row(claim.kind, claim.name, claim.title, "verified" if good else "unproven"))
    for rule in optimizer_proofs():
        status = "verified" if optimizer_proof(rule)[0] is not None else "unproven"
        rows.append(Row("optimiser", rule.name, in_unicode(rule.statement), status))
    return rows


def table(rows: Sequence[Row]) -> str:
    """Aligned columns under one heading for each kind.

    >>> print(table([Row("loss", "mse", "mean squared error", "verified")]), end="")
    loss
      mse  verified  mean squared error
    """
    lines: list[str] = []
    names = max((len(row.name) for row in rows), default=0)
    states = max((len(row.status) for row in rows), default=0)
    kind = ""
    for row in rows:
        if row.kind != kind:
            kind = row.kind
            lines += ["", kind] if lines else [kind]
        lines.append(f"  {row.name:<{names}}  {row.status:<{states}}  {row.title}".rstrip())
    return "".join(line + "\n" for line in lines)
