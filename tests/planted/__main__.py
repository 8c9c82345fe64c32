"""``python -m tests.planted [PART]``: plants all bugs (of files whose name holds PART).

Exit status 1 if one survives.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from .bugs import BUGS
from .run import results


def main(part: str = "") -> int:
    started = time.perf_counter()
    bugs = [bug for bug in BUGS if part in f"{bug.file}: {bug.rule}"]
    count: Counter[str] = Counter()
    survived = []
    for found in results(bugs):
        count[found.shows.split(":")[0].split(" (")[0]] += 1
        print(f"{found.bug.file}: {found.bug.rule}: {found.shows[:160]}", flush=True)
        if not found.caught:
            survived.append(found.bug)
    shown = ", ".join(f"{how} {n}" for how, n in sorted(count.items()))
    print(f"\n{len(bugs)} bugs: {shown}; {time.perf_counter() - started:.0f} s")
    for bug in survived:
        print(f"SURVIVED {bug.file}: {bug.rule}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
