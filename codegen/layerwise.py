"""Which lines of the backward pass a layer's update may follow, while its gradient is in the cache.

In: the blocks of the backward pass and the parameters of each layer.  Out: block to layer.  The
gradients of all layers then share the memory of one: a large network writes and reads it where
the last product has just left it, and takes that much less memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise


def updates(backward: Sequence[Sequence[str]], parts: Sequence[Sequence[str]]) -> Mapping[int, int]:
    """The number of a block to that of the part that is updated behind it; {} if they overlap.

    backward: the lines of each block.  parts: the parameters of each layer.  A part is ready when
    nothing below reads its parameters or gradients any more, and the gradients of no other part
    may be written between the first of its own and that place.

    >>> updates([["D.dot(A.T, out=dW2)"], ["W2.T.dot(D, out=E)"], ["E.dot(X.T, out=dW1)"]],
    ...         [["W1"], ["W2"]])
    {1: 1, 2: 0}
    """
    spans: list[tuple[int, int, int]] = []
    for number, part in enumerate(parts):
        slopes = {f"d{name}" for name in part}
        begins = _blocks_with(backward, slopes)
        if not begins:
            return {}
        spans.append((begins[0], _blocks_with(backward, slopes | set(part))[-1], number))
    spans.sort()
    apart = all(one[1] < other[0] for one, other in pairwise(spans))
    return {last: number for _, last, number in spans} if apart else {}


def _blocks_with(backward: Sequence[Sequence[str]], names: set[str]) -> list[int]:
    return [
        k for k, lines in enumerate(backward)
        if any(not names.isdisjoint(re.findall(r"\w+", line)) for line in lines)
    ]  # fmt: skip
