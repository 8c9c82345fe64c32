"""Offsets in a source of the nodes of its syntax tree.

>>> import ast
>>> text = "a = 1\\nb = (2 +\\n     3)\\n"
>>> start, end = Places(text).span(ast.parse(text).body[1])
>>> text[start:end]
'b = (2 +\\n     3)'
"""

from __future__ import annotations

import ast


class Places:
    def __init__(self, source: str) -> None:
        self.source = source
        self.starts = [0]
        for line in source.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def span(self, node: ast.AST | None) -> tuple[int, int]:
        """Where a node begins and ends; (0, 0) for one that stands nowhere."""
        if getattr(node, "lineno", None) is None:
            return 0, 0
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[union-attr]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[union-attr]
        )

    def offset(self, line: int, column: int) -> int:
        """A line from 1 and a column in bytes, as syntax trees count, as an offset."""
        start = self.starts[line - 1]
        text = self.source[start : self.starts[line]].encode()
        return start + len(text[:column].decode(errors="ignore"))
