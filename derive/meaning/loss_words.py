"""Losses that a note calls by a word: ``L = \\text{MSE}(y, a)``, "we minimise the Huber loss".

Where a note gives a cost no formula, a usual one is supposed; never against such a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from derive.meaning.example_letters import cost_head
from derive.meaning.facts import Facts
from derive.meaning.lines import Line
from derive.meaning.notation import names_in

Losses = frozenset[str]

_ENTROPY: Final = Losses({"cross_entropy", "binary_cross_entropy"})
_SQUARED: Final = Losses({"squared_error", "half_squared_error", "mse"})
_IN_FORMULAS: Final = (
    (re.compile(r"entropy|log.?loss|logistic|^[bc]?ce$", re.IGNORECASE), _ENTROPY),
    (re.compile(r"squared?|quadratic|^(half)?[ms]?se$", re.IGNORECASE), _SQUARED),
    (re.compile(r"likelihood|nll", re.IGNORECASE), _ENTROPY | _SQUARED),
    (
        re.compile(
            r"^(rmse|r?mae)$|absolute|^l1$|huber|hinge|focal|^kl|diverg|triplet|margin|contrast"
            r"|cosine|poisson|wing|dice|quantile|pinball|wasserstein",
            re.IGNORECASE,
        ),
        Losses(),
    ),
)
"""Words of a formula, with the losses of the library that they may mean."""
_IN_TEXT: Final = (
    (
        re.compile(
            r"cross[- ]?entropy|\b(?:log(?:istic)?|softmax)[- ]loss|\bB?CE\b|kreuzentropie",
            re.IGNORECASE,
        ),
        _ENTROPY,
    ),
    (
        re.compile(
            r"(?<!root mean )(?<!root-mean-)squared?[- ](?:errors?|loss|deviations?|residuals?"
            r"|differences?)|sum of squares"
            r"|quadratic[- ](?:cost|loss|error)|least[- ]squares|\bL2[- ]loss"
            r"|(?<!root )\bmean[- ]squared?\b|\b(?:MSE|SSE)\b",
            re.IGNORECASE,
        ),
        _SQUARED,
    ),
    (
        re.compile(r"likelihood|\bNLL\b", re.IGNORECASE),
        _ENTROPY | _SQUARED,
    ),
    (
        re.compile(
            r"(?:mean|total|least)[- ]absolute|absolute[- ](?:error|loss)|\bL1[- ]loss|\bR?MAE\b"
            r"|\bRMSE\b|root[- ]mean[- ]squared?|\b(?:pseudo-)?huber\b|\b(?:hinge|focal|triplet"
            r"|contrastive|exponential|quantile|pinball|poisson|dice|cosine|margin)[- ]loss"
            r"|kullback",
            re.IGNORECASE,
        ),
        Losses(),
    ),
)
"""Words of the text; those for no loss of the library come last."""


def losses_named(line: Line) -> Iterator[tuple[str, Losses]]:
    """The words of a right-hand side that name losses, with what each may mean."""
    for name in names_in(line.right):
        found = [losses for words, losses in _IN_FORMULAS if name.word and words.search(name.base)]
        if found:
            yield name.base, found[-1]


def named_otherwise(facts: Facts, cost: str) -> str:
    """What the note calls its cost where that is another loss than the one supposed, else "".

    A text may speak of several losses; then it is one of them.
    """
    for line in facts.lines:
        if line.first and cost_head(facts.roles, line.left) is not None:
            other = next((word for word, losses in losses_named(line) if cost not in losses), "")
            if other:
                return other
    named = _in_text(facts.document.source)
    return "" if not named or any(cost in losses for _, losses in named) else named[0][0]


@lru_cache(maxsize=16)
def _in_text(source: str) -> tuple[tuple[str, Losses], ...]:
    found = ((words.search(source), losses) for words, losses in _IN_TEXT)
    return tuple((match[0], losses) for match, losses in found if match is not None)


__all__ = ["losses_named", "named_otherwise"]
