"""The names of the steps that gradients of networks are derived with, and what each says."""

from __future__ import annotations

from typing import Final

from derive.scalars.rules import RULES as SCALAR_RULES

RULES: Final[dict[str, str]] = {
    **SCALAR_RULES,
    "chain rule": "through every entry of what is computed from it, summed",
    "substitute the definition": "the formula for its name",
    "one entry of the sum": "the other entries are constants",
    "derivative of an affine map": "an entry of $W$, $A$ or $b$ gives 1 at its own place, else 0",
    "derivative of an elementwise function": "an entry depends on its own argument only",
    "Jacobian of softmax": r"$\partial a_r / \partial z_i = a_r (\delta_{ri} - a_i)$, "
    "the entry softmax of the library",
    "delta contraction": "of a sum with a delta the equal term is left",
    "split the sum": "term by term",
    "constants out of the sum": "what does not depend on the index of the sum",
    "substitute the gradient": "what was derived above",
    "substitute the derivative": "derived as an entry of its own",
    "labels sum to 1": "the labels of each example add up to 1",
    "back to matrices": "a sum over an inner index is a matrix product",
    "back to arrays": "the same at every entry",
    "the sum over the paths": "one term for each way to the cost",
    "the note's normalisation": "the factor that the note's own gradient carries",
    "in the note's form": "the same, as the note writes it",
    "telescope": "the denominator of a factor cancels with the numerator of the next",
    "order the factors": "scalars and linear maps of a chain may be written in any order",
}
"""Every rule by name, with what it says."""
