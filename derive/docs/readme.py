"""The commands that the README shows, for the page on which each stands with its output.

In: the README.  Out: a `Call` for each line of its block of commands.

>>> calls("## The command\\n```sh\\nderive explain sigmoid   # one rule a step\\n```")
(Call(line='derive explain sigmoid', remark='one rule a step', status=0),)
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A command line, what the README says of it, and the exit status on a note with mistakes."""

    line: str
    remark: str
    status: int


def calls(text: str) -> tuple[Call, ...]:
    """The calls of the README's block of commands, in order."""
    found = re.search(r"^## The command\n.*?```sh\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError("the README has no block of commands")
    parts = (line.partition("#") for line in found[1].splitlines())
    return tuple(Call(line.strip(), said.strip(), _status(line)) for line, _, said in parts)


def _status(line: str) -> int:
    """1 where the mistakes of the note decide."""
    return int(line.startswith("derive verify") and "--show-model" not in line)


def spec(text: str) -> str:
    """The spec that the README shows."""
    found = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    if found is None:
        raise ValueError("the README shows no spec")
    return found[1]
