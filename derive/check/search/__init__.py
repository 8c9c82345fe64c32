"""Evaluation without the power to accept: fast refutation, and what a refutation shows.

`Screen` compares the claims of a note at a few points; `find_counterexample` looks for the
smallest numbers that a reader can redo.  Nothing here makes a claim true, so nothing here has to
be trusted: a mistake shows as a claim that is not refuted, or as numbers that do not differ.
"""

from derive.check.search.counterexample import find_counterexample
from derive.check.search.screen import Screen

__all__ = ["Screen", "find_counterexample"]
