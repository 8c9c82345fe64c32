"""The independent checker: accepts, refutes and shows by evaluation, without the engine.

`check` is the second half of every `verified`, `Screen` the fast refuting screen of a note,
`find_counterexample` what a refutation shows.  Imports: `derive.program`, `derive.verdict` and
the standard library.
"""

from derive.check.acceptance import Acceptance, check
from derive.check.counterexample import find_counterexample
from derive.check.screen import Screen

__all__ = ["Acceptance", "Screen", "check", "find_counterexample"]
