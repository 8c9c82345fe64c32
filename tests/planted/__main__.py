"""``python -m tests.planted [PART]``: plants all bugs (of files or rules whose name holds PART).

``python -m tests.planted --new`` plants those of which it is not known what catches them.

Exit status 1 if one survives or is of a text that is gone.  Writes down what caught each, so that the next run is quick.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from .bugs import BUGS
from .run import Result, known, remember, results


def main(part: str = "") -> int:
    started = time.perf_counter()
    catchers = known()
    if part == "--new":
        chosen = [bug for bug in BUGS if bug.name not in catchers]
    else:
        chosen = [bug for bug in BUGS if part in bug.name]
    bugs = [bug for bug in chosen if not bug.stale]
    found: list[Result] = []
    for one in results(bugs, catchers):
        found.append(one)
        print(f"{one.bug.name}: {one.where or one.by}: {one.how[:120]}", flush=True)
        remember([one], BUGS)
    count = Counter(one.by for one in found)
    print(f"\n{len(bugs)} planted; caught by the battery {count['the battery']}, ", end="")
    print(f"by a unit test {count['a unit test']}, surviving {count['nothing']}; ", end="")
    print(f"{time.perf_counter() - started:.0f} s")
    survivors = [one.bug for one in found if not one.caught]
    for bug in survivors:
        print(f"SURVIVED {bug.name}")
    for bug in chosen:
        if bug.stale:
            print(f"STALE {bug.name}: its text is gone or stands there twice")
    return 1 if survivors or len(bugs) < len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
