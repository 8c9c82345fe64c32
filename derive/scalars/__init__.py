"""Scalar calculus: SymPy derives every local derivative; a committed table passes them on.

`table` is what a verification reads and imports no SymPy; `generate` rewrites it from the rows
of `derive.library`.  `decide` compares scalar formulas by rational normal form; `steps` tells
how each derivative comes about, line by line, every line decided.
"""
