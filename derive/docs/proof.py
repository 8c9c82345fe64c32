"""How the proof works: what is trusted, what is assumed, what is not proved.

In: the report of the library, proved in this run.  Out: the page; the numbers on it are read from
the code, the example is proved while it is built.
"""

from __future__ import annotations

from derive.check import acceptance, check
from derive.docs import prose
from derive.docs.prose import Page
from derive.library.layers import dense
from derive.tensors import prove
from derive.tensors.prove import BUDGET
from derive.verdict import FileReport


def page(library: FileReport) -> Page:
    """The page; its example is the gradient of a dense layer by its weights."""
    layer = dense("columns")
    outcome, accepted = prove(layer.program, layer.weight), check(layer.program, layer.weight)
    if not (outcome.proved and accepted.accepted):
        return Page("# How the proof works\n", ("proof.md: its example is not proved",))
    example = {
        "budget": BUDGET,
        "points_with_roots": acceptance.POINTS_WITH_ROOTS,
        "points_with_steps": "{} to {}".format(*acceptance.POINTS_WITH_STEPS),
        "steps": outcome.steps,
        "applied": ", ".join(outcome.rules),
        "sizes": ", ".join(f"{name} = {size}" for name, size in sorted(accepted.sizes.items())),
    }
    return prose.page("proof.md", library, example)
