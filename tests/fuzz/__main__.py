"""``python -m tests.fuzz``: what was done, then every fault; exit status 1 if there is one."""

from __future__ import annotations

import argparse
import sys
import time

from .campaign import campaign
from .inputs import broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--judged", type=int, default=4, help="one in so many inputs is judged")
    parser.add_argument("--jobs", type=int, default=None, help="processes; one a core by default")
    parser.add_argument("--show", type=int, default=None, help="print one input and end")
    args = parser.parse_args()
    if args.show is not None:
        given = broken(args.seed, args.show)
        print(f"{given.kind}\n{given.text}")
        return 0
    started = time.perf_counter()
    tally = campaign(args.seed, args.count, args.jobs, args.first, args.judged)
    for name, count in sorted(tally.counts.items()):
        print(f"{name:>30} {count}")
    print(f"{'slowest reading':>30} {tally.slowest[0]:.3f} s, input {tally.slowest[1]}")
    print(f"{'most memory of a process':>30} {tally.memory // 1024} MB")
    print(f"{'time':>30} {time.perf_counter() - started:.0f} s")
    for number, fault in sorted(tally.faults):
        print(f"\nFAULT input {number}: {fault}")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
