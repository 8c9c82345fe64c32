"""Checks certificates again: ``python -m derive.check FILE...``.

Exit status: 0 all accepted, 1 some rejected, 2 a file is unusable (one line on stderr).  Needs
the standard library only; neither the engine nor SymPy is imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from derive.certificate import from_json
from derive.check.acceptance import Acceptance, check

LARGEST_FILE: Final = 5_000_000


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return record


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def recheck(path: Path) -> Acceptance:
    """Reads a certificate and checks it; OSError or ValueError if it is unusable."""
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"larger than {LARGEST_FILE} bytes")
    text = path.read_text(encoding="utf-8")
    try:
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    program, statement = from_json(data)
    return check(program, statement)


def main(arguments: list[str]) -> int:
    """Prints one line per file and returns the exit status."""
    if not arguments:
        print("python -m derive.check: no file; name one or more certificates", file=sys.stderr)
        return 2
    status = 0
    for argument in arguments:
        try:
            acceptance = recheck(Path(argument))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            print(f"{argument}: not a usable certificate: {reason}", file=sys.stderr)
            return 2
        if acceptance.accepted:
            sizes = ", ".join(f"{dim} = {size}" for dim, size in acceptance.sizes.items())
            print(f"{argument}: accepted ({acceptance.points} points at {sizes or 'one shape'})")
        else:
            print(f"{argument}: rejected: {acceptance.reason}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
