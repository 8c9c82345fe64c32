"""Which functions of engine and checker have a planted bug, and why the others need none."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator

from .bugs import ROOT, Bug

SOURCES = ("tensors", "check")


@functools.cache
def functions(file: str) -> dict[str, tuple[int, int]]:
    """By qualified name, the first and last line of each function of a file."""
    found: dict[str, tuple[int, int]] = {}

    def visit(node: ast.AST, path: tuple[str, ...]) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = (*path, child.name)
                if isinstance(child, ast.FunctionDef):
                    found[".".join(inner)] = (child.lineno, child.end_lineno or child.lineno)
                visit(child, inner)
            else:
                visit(child, path)

    visit(ast.parse((ROOT / "derive" / file).read_text(encoding="utf-8")), ())
    return found


@functools.cache
def files() -> tuple[str, ...]:
    """The files of both sources, below derive/."""
    folder = ROOT / "derive"
    paths = (path for source in SOURCES for path in (folder / source).rglob("*.py"))
    return tuple(sorted(str(path.relative_to(folder)) for path in paths))


def without_bug(bugs: Iterable[Bug]) -> Iterator[tuple[str, str]]:
    """The functions in which no bug is planted: file and name."""
    lines: dict[str, list[int]] = {}
    for bug in bugs:
        lines.setdefault(bug.file, []).append(bug.line)
    for file in files():
        for name, (first, last) in functions(file).items():
            if not any(first <= line <= last for line in lines.get(file, ())):
                yield file, name
