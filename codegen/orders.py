"""What a training step holds transposed, or copies, because it is faster so.

In: a network.  Out: names of weights, whether rows are turned, whether biases are spread.  A
matrix product can be taken as it stands or transposed as a whole, and of a narrow layer on many
inputs the gradient ``dW = dZ Xᵀ`` is a product so thin that one of the two takes half the time of
the other.  Which one that is depends on the memory of W.
"""

from __future__ import annotations

from typing import Final

from codegen.network import L1, L2, Network
from codegen.spec import Spec
from derive.program import Shape

INPUTS: Final = 256
"""From so many inputs on,"""
UNITS: Final = 12
"""and up to so many units, a layer is narrow; measured with OpenBLAS (`benchmarks/`)."""


def turned(network: Network) -> tuple[str, ...]:
    """The weights that lie transposed in memory.

    Not those with penalties, which are added entry by entry to a product that is not transposed,
    and not in float64 with the examples in columns, where nothing is gained.
    """
    spec = network.spec
    if not {L1, L2}.isdisjoint(network.constants) or (spec.columns and spec.dtype == "float64"):
        return ()
    sizes = zip(network.weights, spec.widths, spec.widths[1:], strict=False)
    return tuple(n for n, inputs, units in sizes if inputs >= INPUTS and units <= UNITS)


CLASSES: Final = 32
"""Up to so many classes,"""
EXAMPLES: Final = 16
"""and from so many examples on, the largest entry of every row is found faster in columns."""


def turns_for_maximum(spec: Spec) -> bool:
    """Whether rows are copied into columns before their largest entries are looked for.

    NumPy begins anew for every row: 45 us for a thousand rows of ten, 6 us with the copy.
    """
    return spec.widths[-1] <= CLASSES and spec.training.batch_size >= EXAMPLES


SPREAD: Final = 4096
"""Up to so many entries,"""


def spreads(network: Network, shape: Shape) -> bool:
    """Whether biases are copied for each example before they are added.

    NumPy adds arrays of one shape in a third of the time that it takes to repeat one of them:
    0.35 us with the copy and 0.83 us without for 4 x 4, 0.96 and 1.32 for 64 x 32.
    """
    sizes = {**network.sizes(), "m": network.spec.training.batch_size}
    rows, columns = (sizes[dim] if isinstance(dim, str) else dim for dim in shape)
    return rows * columns <= SPREAD
