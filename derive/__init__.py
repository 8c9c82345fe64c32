"""derive: verifies derivations of gradients and generates proved NumPy code."""

__version__ = "0.1.0"
