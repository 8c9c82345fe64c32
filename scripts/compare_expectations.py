"""Compares the verdicts on the shipped notes with what is expected of each claim.

    python scripts/compare_expectations.py

Verdict, reading, code and the words of every message, and one claim for each relation sign
as a scanner counts them that shares nothing with the reader.  Exit status 1 on a difference.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.notes.expectations import differences, expectations


def main() -> int:
    """Prints every difference; the exit status."""
    found = list(differences())
    for line in found:
        print(line)
    count = sum(len(note["claims"]) for note in expectations())
    print(f"{count} claims compared: {len(found) or 'no'} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
