"""Derivations as a person writes them on a blackboard, each line proved equal to the one before.

`derivation` goes from the cost, or from gradients that are known, back to a name of a program:
chain rule, local derivative, delta contraction, back to matrices.  `claims.explained` does so
for one claim of a note, `network.network_sections` for a whole spec.  Nothing here decides a
verdict.
"""
