"""An adversary for the prover: mutants of true claims and random identities.

    subjects    true claims: the library's, layers of every kind, freshly drawn networks
    edits       what people get wrong in a line, and what the repair search does not know
    identities  random expressions, rewritten truly or nearly so
    floats      the truth, by floating point numbers, from nothing but `derive.program`
    repairs     wrong lines in their scenes: is the mistake named, is the repair the line
    campaign    engine and checker, each alone, against the truth

``python -m tests.adversary --mutants 10000 --identities 5000 --seed 0`` prints the table.
"""
