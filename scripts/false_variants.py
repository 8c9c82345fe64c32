"""Plants slips of the pen in every true equation of the notes; none may be verified.

    python scripts/false_variants.py

Whether a changed equation is still true is decided by floating point and central differences,
not by the project.  Prints a table by kind of slip.  Exit status 1 if a false equation is
verified, a true one refuted, or fewer than 1000 false ones were tried.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.notes.planting import Planted, plant, table, wrong
from tests.notes.samples import Sample, samples

LEAST = 1000


def planted_in(sample: Sample) -> list[Planted]:
    """The slips of one note, judged; for a process of its own."""
    return list(plant(sample))


def main() -> int:
    """Prints the table and what is wrong; the exit status."""
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        found = [one for some in pool.map(planted_in, samples()) for one in some]
    print(table(found))
    for planted in wrong(found):
        said = "true" if planted.true else "false"
        print(f"{planted.note}:{planted.line}: {said}, yet {planted.verdict}: {planted.latex}")
    false = sum(p.true is False for p in found)
    if false < LEAST:
        print(f"only {false} false equations were tried, {LEAST} are needed")
    return 1 if wrong(found) or false < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
