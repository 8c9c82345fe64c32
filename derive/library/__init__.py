"""The library: one row an activation, loss or optimiser, and its rules as claims.

A row is written in `activations`, `losses` or `optimizers`; ``python -m derive.scalars.generate``
derives the rest.  `claims` and `layers` state the rules that the engine and the checker prove
and import no SymPy; the rows do.
"""
