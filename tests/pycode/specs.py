"""``python -m tests.pycode.specs``: random specs whose emitted text has to be proved.

Prints a line for each that is not proved, and a summary with the time that a proof takes: the
median, the longest, and the longest of modules of at most three layers.  Exit status 1 if one is
not proved or one of at most three layers takes more than two seconds.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass, field

from codegen.emit import derive_network, module_text
from codegen.spec import parse
from codegen.validation import reference
from derive.pycode.reference import Reference
from derive.pycode.validate import validate
from tests.codegen.random_specs import random_spec

LIMIT = 2.0
"""Seconds of CPU for a module of three layers."""


def emitted(text: str) -> tuple[str, Reference]:
    """The module of a spec, not yet formatted, and what it has to compute."""
    derivation = derive_network(parse(text.encode()))
    return module_text(derivation), reference(derivation.network, derivation.gradients)


@dataclass
class Found:
    """faults: what is not proved, or slow; seconds: of each proof, by number of layers."""

    claims: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: list[tuple[int, float]] = field(default_factory=list)
    measured: set[str] = field(default_factory=set)


def campaign(count: int, seed: int, first: int = 0) -> Found:
    """So many random specs."""
    found = Found()
    for number in range(first, first + count):
        text = random_spec(random.Random(f"{seed}/{number}"), f"random_{number}")
        source, known = emitted(text)
        started = time.process_time()
        proved = validate(source, known)
        spent = time.process_time() - started
        layers = text.count("[[layer]]")
        found.claims += len(proved.rows)
        found.seconds.append((layers, spent))
        found.measured |= set(proved.measured)
        if not proved.proved:
            found.faults.append(f"--seed {seed} --first {number} --count 1: {proved.reason}")
    return found


def main() -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first spec")
    options = parser.parse_args()
    total = Found()
    for number in range(options.first, options.first + options.count):
        one = campaign(1, options.seed, number)
        print("\n".join(one.faults), end="\n" if one.faults else "", flush=True)
        total.claims += one.claims
        total.faults += one.faults
        total.seconds += one.seconds
        total.measured |= one.measured
    spent = sorted(seconds for _, seconds in total.seconds)
    small = max((s for layers, s in total.seconds if layers <= 3), default=0.0)
    print(
        f"{options.count} specs, {total.claims} claims, {len(total.faults)} not proved; seconds: "
        f"median {spent[len(spent) // 2]:.2f}, longest {spent[-1]:.2f}, "
        f"of at most three layers {small:.2f}; measured: {', '.join(sorted(total.measured))}"
    )
    return 1 if total.faults or small > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
