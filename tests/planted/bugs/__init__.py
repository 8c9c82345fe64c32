"""What is planted: for every rule of engine, checker and table one text that makes it wrong.

A text that is gone fails the run: then the rule has changed, and its bug has to be written anew.
`excuses` says of the rest of the source why a fault there cannot make anything false pass.
"""

from .branches import BRANCHES
from .bug import ROOT, Bug
from .certifying import CERTIFYING
from .derivatives import DERIVATIVES, TABLE
from .evaluator import EVALUATOR
from .lowering import LOWERING
from .normal_form import NORMAL_FORM
from .points import POINTS
from .terms import TERMS

BUGS: tuple[Bug, ...] = (
    *NORMAL_FORM,
    *TERMS,
    *LOWERING,
    *DERIVATIVES,
    *TABLE,
    *EVALUATOR,
    *CERTIFYING,
    *POINTS,
    *BRANCHES,
)

__all__ = ["BUGS", "ROOT", "Bug"]
