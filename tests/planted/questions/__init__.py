"""Questions whose truth is known, in groups; the cheap ones first.

The truth comes from the float oracle, which imports neither engine nor checker, or is well known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from derive.library.claims import library_claims
from derive.program import Equation
from tests.adversary import identities, layers, test_order
from tests.adversary.floats import Truth
from tests.adversary.mirror import mirrored, mirrored_equation
from tests.adversary.subjects import network

from .functions import own_functions, powers
from .indexed import compositions, indexed
from .question import CHECKER_ALONE, ENGINE_ALONE, Question
from .small import small_models, square

OPEN = {41}
"""Random identities that are true and left open by one side."""


def library() -> Iterator[Question]:
    """The rules of the library."""
    for rule in library_claims():
        yield rule.name, rule.program, rule.statement, True


def order() -> Iterator[Question]:
    """What real numbers know of signs, and the field does not."""
    for name, (left, right) in {**test_order.TRUE, **test_order.FALSE}.items():
        yield name, test_order.PROGRAM, Equation(left, right), name in test_order.TRUE


def random() -> Iterator[Question]:
    """Random identities and near-identities."""
    truth = Truth(identities.PROGRAM)
    for k, (_, statement) in enumerate(identities.identities(3, 0, 60)):
        word = truth(statement)
        if word is not None and k not in OPEN:
            yield "random", identities.PROGRAM, statement, word


def networks() -> Iterator[Question]:
    """Layers of all kinds, their true and false forms, and deeper networks."""
    for name, make in layers.ITEMS.items():
        net, good, bad = make()
        rows = mirrored(net.program())
        for claims, truth in ((good, True), (bad, False)):
            for left, right in claims:
                yield name, net.program(), Equation(left.e, right.e), truth
        for left, right in good[-1:]:
            yield name, rows, mirrored_equation(Equation(left.e, right.e)), True
    for depth, kind in ((3, "residual"), (4, "tied"), (2, "l2")):
        net, good = network(depth, "tanh", "softmax", "cross_entropy", kind, summed=True)
        for left, right in good:
            yield kind, net.program(), Equation(left.e, right.e), True


GROUPS: Mapping[str, Callable[[], Iterator[Question]]] = {
    group.__name__: group
    for group in (
        indexed,
        compositions,
        small_models,
        square,
        own_functions,
        library,
        order,
        powers,
        random,
        networks,
    )
}

__all__ = ["CHECKER_ALONE", "ENGINE_ALONE", "GROUPS", "Question"]
