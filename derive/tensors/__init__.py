"""The engine: proves equations between gradients for all shapes."""

from derive.tensors.prove import BUDGET, Outcome, equal, prove

__all__ = ["BUDGET", "Outcome", "equal", "prove"]
