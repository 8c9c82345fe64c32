"""The independent checker: accepts by evaluation, without the engine.

`check` is the second half of every `verified`.  What it rests on is in this folder, to be read in
this order:

    facts        what an expression mentions: names, indices, dimensions
    graph        whether a program makes sense; what is computed from what
    fingerprint  a digest of claim and program, by which the numbers are chosen
    domains      the numbers: residues in which exp is a homomorphism
    tape         the same numbers with their past, off which derivatives are read
    evaluate     the value of each kind of expression, on any kind of numbers
    shape        sizes at which agreement is agreement at all sizes: the same, on counts
    signs        what is positive by its form
    statements   whether a statement holds at a point
    order        the same in real numbers, where the field has no order
    acceptance   which points are asked, and what makes a claim accepted

`search` refutes, shows, and proposes what may stand for itself: it uses the evaluator and accepts
nothing.  Imports:
`derive.program` and the standard library; `search` also `derive.verdict`.
"""

from derive.check.acceptance import Acceptance, check
from derive.check.search import Screen, find_counterexample

__all__ = ["Acceptance", "Screen", "check", "find_counterexample"]
