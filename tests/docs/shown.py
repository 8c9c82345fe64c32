"""Reads back what a page shows: its files, and its commands with their output."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLOCK = re.compile(
    r"^`(?P<name>[\w./-]+)`:\n\n(?P<fence>```+)\w*\n(?P<text>.*?)\n(?P=fence)$"
    r"|^```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)\n?```$",
    re.MULTILINE | re.DOTALL,
)


def blocks(markdown: str) -> Iterator[tuple[str, str, str]]:
    """``("file", name, text)`` and ``("command", line, output)``, in order."""
    for found in _BLOCK.finditer(markdown):
        if found["name"]:
            yield "file", found["name"], found["text"] + "\n"
        else:
            yield "command", found["command"], found["output"]


def varying(output: str, command: str = "") -> str:
    """An output without what depends on the clock: of a benchmark all numbers that it measures.

    Of a campaign also without its draws, which another list of layers changes: what remains is how
    much it lets pass.
    """
    if re.match(r"python (-m )?benchmarks\b", command):
        return re.sub(r"(^| +)\d+\.\d+", " …", output, flags=re.MULTILINE)
    if command.startswith("python -m tests.adversary"):
        judged = [line for line in output.splitlines() if line.rstrip().endswith("%")]
        return re.sub(r" +\d+\.\d %", " … %", "\n".join(judged))
    return re.sub(r"in \d+\.\d s|\b\d+ s$", "in … s", output, flags=re.MULTILINE)
