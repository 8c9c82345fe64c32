"""Functions in which no bug is planted, and why a fault in them can accept nothing false.

``*`` stands for all functions of a file that are not named.
"""

from __future__ import annotations

SHOWN = "writes or searches what is proved or evaluated again before it is shown"
REFUTES = "shows counterexamples; a claim that it lets pass has still to be proved and accepted"
STARTS = "keeps what it is given; everything that uses it has bugs of its own"
NAMES = "text of terms: two names for one term leave a true claim open, and accept nothing"
COUNTS = "counts steps and collects remarks"
TRACED = "hands on to functions that have bugs of their own"
REFUSES = "can only refuse: what reaches it has been accepted by the field"

EXCUSES: dict[str, dict[str, str]] = {
    "check/__main__.py": {"*": "reads files, and says what `check` said"},
    "check/acceptance.py": {
        "_Trial.outcome": TRACED,
        "_Trial._plausible": "gives up early; what it lets pass has still to be certified",
        "_Trial._census": TRACED,
    },
    "check/axes.py": {"*": TRACED},
    "check/domains.py": {
        "*": STARTS,
        "Domain.number": "a signature",
        "Domain.add": "a signature",
        "Domain.mul": "a signature",
        "Domain.dot": "a signature",
        "Domain.power": "a signature",
        "Domain.primitive": "a signature",
        "Domain.unknown": "a signature",
        "Domain.pi": "a signature",
        "Domain.equal": "a signature",
    },
    "check/evaluate.py": {"*": TRACED},
    "check/facts.py": {"nodes": TRACED, "Facts.joined": TRACED, "_given": TRACED},
    "check/fingerprint.py": {"*": "tests/adversary/test_attacks.py plants numbers in claims"},
    "check/graph.py": {"*": TRACED},
    "check/order.py": {"*": REFUSES},
    "check/search/counterexample.py": {"*": REFUTES},
    "check/search/exact.py": {"*": REFUTES},
    "check/search/points.py": {"*": REFUTES},
    "check/search/screen.py": {"*": REFUTES},
    "check/search/series.py": {"*": REFUTES},
    "check/shape.py": {"*": TRACED},
    "check/tape.py": {
        "Node.__init__": STARTS,
        "Node.value": "keeps what is computed; what is computed has bugs of its own",
        "Tape.__init__": STARTS,
        "Tape.number": TRACED,
        "Tape.pi": TRACED,
        "Tape.equal": "nothing is compared on a tape",
    },
    "tensors/adjoint.py": {"*": TRACED},
    "tensors/arrange.py": {"*": SHOWN},
    "tensors/folding.py": {"*": SHOWN},
    "tensors/functions.py": {"call": TRACED},
    "tensors/gradients.py": {"*": SHOWN},
    "tensors/label.py": {"*": NAMES},
    "tensors/lower.py": {"Lowering.__init__": STARTS},
    "tensors/meter.py": {"*": COUNTS},
    "tensors/normal.py": {"atom": TRACED},
    "tensors/prove.py": {"equal": TRACED},
    "tensors/raising.py": {"*": SHOWN},
    "tensors/relations.py": {"_mask": "passes over what cannot match; the rest is compared whole"},
    "tensors/terms.py": {"*": NAMES},
}


def excuse(file: str, function: str) -> str:
    """The reason for a function without a bug, "" if there is none."""
    known = EXCUSES.get(file, {})
    return known.get(function) or known.get("*", "")
