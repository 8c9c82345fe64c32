"""The programs of ``tests/code``, each with a twin that holds one mistake, and what they come to.

``python -m tests.pycode.corpus [NAME ...]`` judges them all and prints a table: every right
program is to be verified or unproven for a reason that is stated, every wrong one refuted at its
line.  Exit status 1 if a wrong one is verified, a right one refuted, or fewer than nine in ten
are as they should be.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from derive.pycode import open_code
from derive.verdict import Finding, Verdict

CODE = Path(__file__).parent.parent / "code"
EXPECTED = tomllib.loads((CODE / "expected.toml").read_text())
NAMES = sorted(EXPECTED)


def findings(side: str, name: str) -> tuple[Finding, ...]:
    """All claims of a program of ``right`` or ``wrong``, judged."""
    return open_code(f"{name}.py", (CODE / side / f"{name}.py").read_text()).findings


def is_verified(found: Sequence[Finding]) -> bool:
    """Every claim is proved and checked, and there is one."""
    return bool(found) and all(
        f.verdict == Verdict.VERIFIED and f.proof is not None and f.proof.checked for f in found
    )


def refuted(found: Sequence[Finding]) -> list[Finding]:
    return [f for f in found if f.verdict == Verdict.REFUTED]


def is_at_its_line(name: str, found: Sequence[Finding]) -> bool:
    """Everything refuted is refuted at a line that is at fault."""
    lines = EXPECTED[name]["lines"]
    wrong = refuted(found)
    return bool(wrong) and all(any(f.line <= k <= f.end_line for k in lines) for f in wrong)


@dataclass
class Tally:
    right: int = 0
    wrong: int = 0
    located: int = 0
    repaired: int = 0
    unsound: tuple[str, ...] = ()


def judge(names: Sequence[str]) -> Tally:
    """Judges programs with their twins and prints a line for each."""
    tally = Tally()
    for name in names:
        right, wrong = findings("right", name), findings("wrong", name)
        good, found = is_verified(right), refuted(wrong)
        tally.right += good
        tally.wrong += bool(found)
        tally.located += is_at_its_line(name, wrong)
        repaired = any(r.verdict == Verdict.VERIFIED for f in found for r in f.repairs)
        tally.repaired += repaired
        if is_verified(wrong) or refuted(right):
            tally.unsound += (name,)
        where = ", ".join(f"{f.line} {f.code}" for f in found)
        marks = (
            "verified" if good else "unproven",
            "at its line" if is_at_its_line(name, wrong) else "-",
            "repaired" if repaired else "-",
        )
        print(f"{name:28}{marks[0]:10}{marks[1]:13}{marks[2]:10}{where}", flush=True)
    return tally


def main() -> int:
    names = sys.argv[1:] or NAMES
    tally = judge(names)
    print(
        f"{len(names)} programs: {tally.right} right ones verified; of the wrong ones "
        f"{tally.wrong} refuted, {tally.located} at their line, {tally.repaired} repaired; "
        f"unsound: {', '.join(tally.unsound) or 'none'}"
    )
    enough = 9 * len(names) <= 10 * min(tally.right, tally.located)
    return int(bool(tally.unsound) or not enough)


if __name__ == "__main__":
    sys.exit(main())
