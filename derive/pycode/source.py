"""Python source as a syntax tree: parsed, bounded in size and depth, never imported or run.

In: the text of a file.  Out: a `Module` with its functions and classes by name, the statements
at its top level, and its comments by line.  Raises `Unreadable` with line and column.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 1_000_000
"""Characters of a source that is read."""
MOST_NODES: Final = 150_000
DEEPEST: Final = 120
"""Levels of nesting of a syntax tree that is followed."""


class Unreadable(ValueError):
    """The text is no Python that can be followed; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line, self.column = line, column


@dataclass(frozen=True)
class Module:
    """A parsed file; functions and classes are those of its top level."""

    functions: dict[str, ast.FunctionDef]
    classes: dict[str, ast.ClassDef]
    body: list[ast.stmt]
    comments: dict[int, str]
    names: frozenset[str] = frozenset()
    """Those of all functions and methods, wherever they stand."""


def parse(text: str) -> Module:
    """The module that `text` is.

    >>> sorted(parse("def f(x):\\n    return x\\n").functions)
    ['f']
    >>> parse("def f(:")
    Traceback (most recent call last):
        ...
    derive.pycode.source.Unreadable: no Python: invalid syntax
    """
    if len(text) > LONGEST:
        raise Unreadable(f"{len(text)} characters are more than the {LONGEST} that are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(
            f"no Python: {error.msg}", error.lineno or 1, max(1, error.offset or 1)
        ) from None
    except (RecursionError, MemoryError):
        raise Unreadable("nested too deeply to be read") from None
    except ValueError as error:  # a null character, or a number of too many digits
        raise Unreadable(f"no Python: {error}") from None
    _bound(tree)
    return Module(
        {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)},
        {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)},
        tree.body,
        _comments(text),
        frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)),
    )


def _bound(tree: ast.AST) -> None:
    count = 0
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        count += 1
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        if depth > DEEPEST:
            raise Unreadable("nested too deeply to be followed", line, column)
        if count > MOST_NODES:
            raise Unreadable(f"more than {MOST_NODES} pieces of syntax", line, column)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _comments(text: str) -> dict[int, str]:
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string.lstrip("#").strip()
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return found  # what the parser took in stands; comments only add to it
    return found
