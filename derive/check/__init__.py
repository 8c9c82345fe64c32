"""The independent checker: accepts by evaluation, without the engine.

`check` is the second half of every `verified`.  What it rests on is in this folder, to be read in
this order:

    facts        what an expression mentions: names, indices, dimensions
    graph        whether a program makes sense; what is computed from what
    fingerprint  a digest of claim and program, by which the numbers are chosen
    domains      the numbers: residues in which exp is a homomorphism; dual numbers
    arrays       lists of rows, with axes that may carry weights
    functions    elementwise functions and their derivatives, from their bodies
    evaluate     the value of each kind of expression
    derivatives  the transposed linear map of each kind of expression
    signs        what is positive by its form
    shape        sizes at which agreement is agreement at all sizes
    statements   whether a statement holds at a point
    order        the same in real numbers, where the field has no order
    acceptance   which points are asked, and what makes a claim accepted

`search` refutes and shows: it uses the evaluator and accepts nothing.  Imports:
`derive.program` and the standard library; `search` also `derive.verdict`.
"""

from derive.check.acceptance import Acceptance, check
from derive.check.search import Screen, find_counterexample

__all__ = ["Acceptance", "Screen", "check", "find_counterexample"]
