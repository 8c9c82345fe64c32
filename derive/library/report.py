"""The library judged like a note: each rule proved by the engine and accepted by the checker.

In: the rules of `derive.library.claims` and the optimisers' recurrences.  Out: a
`FileReport` in the order of the library, one claim a rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.check import check
from derive.library.claims import LibraryClaim, library_claims
from derive.program import Program, Statement
from derive.tensors import prove
from derive.verdict import FileReport, Finding, Kind, Proof, Verdict

if TYPE_CHECKING:
    from derive.library.optimizers import RuleProof

PATH = "library"


def library_report() -> FileReport:
    """Every activation, loss, output pair, layer rule and optimiser rule, proved anew."""
    findings = [_judged(k, claim) for k, claim in enumerate(library_claims(), 1)]
    findings += _optimizers(len(findings))
    return FileReport(PATH, None, tuple(findings))


def library_certificates() -> list[tuple[Program, Statement, tuple[str, ...]]]:
    """What there is to check again of each proof: program, statement, and the rules used.

    An optimiser's rule is proved by induction; each of its equations is one certificate.
    """
    from derive.library.optimizers import optimizer_proofs

    pairs = [(claim.program, claim.statement) for claim in library_claims()]
    pairs += [(i.program, i.statement) for rule in optimizer_proofs() for i in rule.identities]
    proved = [(program, statement, prove(program, statement)) for program, statement in pairs]
    return [(p, s, outcome.rules) for p, s, outcome in proved if outcome.proved]


def _judged(line: int, claim: LibraryClaim) -> Finding:
    outcome = prove(claim.program, claim.statement)
    acceptance = check(claim.program, claim.statement) if outcome.proved else None
    proved = acceptance is not None and acceptance.accepted
    reason = outcome.reason if acceptance is None else acceptance.reason
    return _finding(
        line,
        claim.latex,
        Kind.GRADIENT,
        Proof(outcome.rules, outcome.steps, True) if proved else None,
        claim.title if proved else f"{claim.title}: {reason}",
        outcome.side_conditions,
    )


def _optimizers(before: int) -> list[Finding]:
    from derive.library.optimizers import optimizer_proofs

    return [_induction(before + k, rule) for k, rule in enumerate(optimizer_proofs(), 1)]


def _induction(line: int, rule: RuleProof) -> Finding:
    proof, conditions = optimizer_proof(rule)
    message = rule.name if proof else f"{rule.name}: no proof was found"
    return _finding(line, rule.statement, Kind.UPDATE, proof, message, conditions)


def optimizer_proof(rule: RuleProof) -> tuple[Proof | None, tuple[str, ...]]:
    """The proof of an optimiser's rule and what it rests on; None unless all three agree.

    SymPy, the engine and the checker judge every equation of the induction.
    """
    outcomes = [prove(each.program, each.statement) for each in rule.identities]
    conditions = tuple(sorted({text for outcome in outcomes for text in outcome.side_conditions}))
    agreed = rule.proved and all(outcome.proved for outcome in outcomes)
    if not (agreed and all(check(i.program, i.statement).accepted for i in rule.identities)):
        return None, conditions
    rules = sorted({name for outcome in outcomes for name in outcome.rules})
    steps = sum(outcome.steps for outcome in outcomes)
    return Proof(("induction over the steps", *rules), steps, True), conditions


def _finding(
    line: int,
    latex: str,
    kind: Kind,
    proof: Proof | None,
    message: str,
    conditions: tuple[str, ...],
) -> Finding:
    verdict = Verdict.VERIFIED if proof is not None else Verdict.UNPROVEN
    return Finding(
        line, 1, line, 1, 1, latex, kind, verdict,
        message=message, proof=proof, side_conditions=conditions,
    )  # fmt: skip
