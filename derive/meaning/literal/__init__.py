"""The literal reading: the note's own equations as a program, no role but what they compute.

The usual reading looks for a network: layers, weights, activations.  What is no such chain
(a residual block, a cell with gates, a normalisation, attention) is read here as it stands:
every ``name = formula`` is a definition, every other name an input, shapes follow from the
formulas, and a loss without a formula is any function of the results.
"""

from derive.meaning.literal.reading import Literal, read_literally

__all__ = ["Literal", "read_literally"]
