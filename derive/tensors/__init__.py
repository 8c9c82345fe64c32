"""The engine: proves equations between gradients for all shapes, and derives gradients."""

from derive.tensors.gradients import Underivable, derived_gradient
from derive.tensors.prove import BUDGET, Outcome, equal, prove

__all__ = ["BUDGET", "Outcome", "Underivable", "derived_gradient", "equal", "prove"]
