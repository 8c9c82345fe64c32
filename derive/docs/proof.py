"""How the proof works: what is trusted, what is assumed, what is not proved.

The numbers on this page are read from the code, the example is proved while it is built.
"""

from __future__ import annotations

from derive.check import acceptance, check
from derive.library.layers import dense
from derive.report.outcome import summary
from derive.tensors import prove
from derive.tensors.prove import BUDGET
from derive.verdict import FileReport


def page(library: FileReport) -> str:
    """The page; `library` is the report of the library, proved in this run."""
    layer = dense("columns")
    outcome, accepted = prove(layer.program, layer.weight), check(layer.program, layer.weight)
    sizes = ", ".join(f"{name} = {size}" for name, size in sorted(accepted.sizes.items()))
    rules, counts = ", ".join(outcome.rules), summary([library])
    return f"""# How the proof works

A claim is *verified* only if two programs that share no code both say so.

**The engine** writes both sides of the equation entry by entry, for symbolic sizes: sums over
indices, Kronecker deltas, functions and their derivatives. Gradients are differentiated by the
chain rule through the note's own definitions. The difference of the sides is brought to normal
form; 0 is a proof for all sizes and values. What takes more than {BUDGET} steps is left open.

**The checker** evaluates both sides without the engine: on the matrix expressions themselves, with
dual numbers for derivatives, in a pair of prime fields in which exp is an exact homomorphism, at a
*certifying shape* whose sizes are at least as large as the number of indices that the statement can
hold. It draws {acceptance.POINTS} random points, {acceptance.POINTS_WITH_STEPS} where step
functions occur, which a point may miss. A false statement could pass it by chance, so its word
alone is never enough; nor is the engine's, which could have a fault.

An example, made while this page was built: that the gradient of a dense layer by its weights is
$dZ\\,A^T$ took the engine {outcome.steps} steps ({rules}); the checker accepted it
at {sizes}. Of the library's {counts["claims"]} rules {counts["verified"]} are verified in the same
way, now.

If engine and checker disagree the claim is unproven, with [the code D307](codes/D307.md): that
is an error of ours.

## What is trusted

* The reader: that the note was read as it is meant. Every report says what was read: layout, cost,
  convention, and each assumption with the lines that decided it.
* The table of local derivatives of named functions, which SymPy derives; the checker does not use
  it, it differentiates the formulas itself.
* Python, its integers and fractions.

## What is assumed

* Denominators are not 0, arguments of logarithms are positive; each such condition is listed with
  the claim.
* At a kink, as that of ReLU at 0, the derivative is that of one side; the convention is stated.
* Labels of softmax with cross-entropy add up to 1 in each example.
* Arithmetic is exact. How far floating point is from it is measured, not proved.

## What is not proved

* That a cost is the right one, that training converges, that a network is any good.
* Lines behind which stands an approximation, a picture, or a name without a role: they are
  *unproven*, never verified. Agreement at random points alone is never a proof.
* The derivations shown on these pages add nothing to a verdict: every line of them is proved on its
  own, by the same engine and checker, and a line that is not is never shown.
"""
