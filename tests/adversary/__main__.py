"""``python -m tests.adversary``: the table, then every case that must not be; exit status 1 then."""

from __future__ import annotations

import argparse
import sys
import time

from .campaign import campaign, shortfalls, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.adversary", description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--identities", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=None, help="processes; one a core by default")
    parser.add_argument("--false", type=int, default=0, help="false ones to be met, of each kind")
    parser.add_argument("--missed", type=int, default=10, help="true ones not verified to show")
    args = parser.parse_args()
    started = time.perf_counter()
    found = campaign(args.seed, args.mutants, args.identities, args.jobs)
    print(table(found, started))
    wrong = 0
    for kind, tally in found.items():
        for case in tally.wrong:
            wrong += 1
            print(f"\nWRONG {kind}: {case}\n  {case.statement}")
        for case in tally.missed[: args.missed]:
            print(f"\nmissed {kind}: {case.name}: {case.edit}: {case.reason}\n  {case.statement}")
    short = shortfalls(found, args.false, args.false // 2)
    print("\n".join(short))
    return 1 if wrong or short else 0


if __name__ == "__main__":
    sys.exit(main())
