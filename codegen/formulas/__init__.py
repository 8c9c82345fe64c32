"""Activations and losses given as formulas in a spec: read, derived, proved, made stable, measured.

`own` is the way in: the tables ``[activations.NAME]`` and ``[losses.NAME]`` of a spec become rows
like those of `derive.library`.  Nothing here runs what it reads.
"""
