"""Declarations: where they may stand, which one has the last word, what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.declare import Declarations, SymbolDeclaration, declarations
from derive.errors import CallError
from derive.frontmatter import FrontMatterError, front_matter

SIDECAR = """
layout = "columns"
cost = "cross_entropy"
[symbols]
g = { kind = "activation", layer = 1 }
D = { kind = "matrix", shape = ["n", "m"] }
"""


def test_sidecar_as_documented(tmp_path: Path) -> None:
    (tmp_path / "note.derive.toml").write_text(SIDECAR)
    assert declarations(str(tmp_path / "note.md"), "") == Declarations(
        "columns",
        "cross_entropy",
        {
            "g": SymbolDeclaration("activation", layer=1),
            "D": SymbolDeclaration("matrix", shape=("n", "m")),
        },
    )


def test_front_matter_says_the_same() -> None:
    note = """---
title: "a: b"
tags: [x, {y: z}]
derive:
  layout: columns   # examples side by side
  cost: 'cross_entropy'
  symbols:
    g: { kind: activation, layer: 1 }
    D:
      kind: "matrix"
      shape: [n, m]
other:
  - whatever: |
      text
---
$a = b$
"""
    assert declarations("note.md", note).symbols["D"].shape == ("n", "m")
    assert declarations("note.md", note).layout == "columns"
    assert declarations("note.md", note.replace("\n", "\r\n")).cost == "cross_entropy"


def test_a_named_file_overrules_the_sidecar_and_that_the_front_matter(tmp_path: Path) -> None:
    note = "---\nderive: {layout: rows, cost: mse, symbols: {Q: {kind: scalar}}}\n---\n"
    (tmp_path / "note.md.derive.toml").write_text('cost = "cross_entropy"\nlayout = "columns"')
    (tmp_path / "named.toml").write_text('layout = "rows"\n[symbols]\nD = { kind = "vector" }')
    found = declarations(str(tmp_path / "note.md"), note, tmp_path / "named.toml")
    assert (found.layout, found.cost, sorted(found.symbols)) == (
        "rows",
        "cross_entropy",
        ["D", "Q"],
    )


@pytest.mark.parametrize(
    "text", ["", "---\n", "---\nderive: {layout: rows}\n", "x\n---\nderive: 1"]
)
def test_no_front_matter(text: str) -> None:
    assert front_matter(text) == {}


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("derive: 3", 2),
        ("derive:\n  layout", 3),
        ("derive:\n  layout: [rows", 3),
        ("derive:\n  layout: rows columns", 3),
        ("derive:\n  layout: rows\n    more: x", 4),
        ("derive:\n  layout: rows\n  layout: columns", 4),
        ("derive:\n  a: {b: 1, b: 2}", 3),
        ("derive:\n  a: *anchor", 3),
        ("derive:\n  a: " + "[" * 99, 3),
        ("derive: &x {a: 1}", 2),
    ],
)
def test_unreadable_front_matter_names_its_line(block: str, line: int) -> None:
    if block.endswith("*anchor"):  # a plain word, refused as a value instead
        with pytest.raises(CallError, match='unknown key "a"'):
            declarations("note.md", f"---\n{block}\n---\n")
        return
    with pytest.raises(FrontMatterError) as error:
        front_matter(f"---\n{block}\n---\n")
    assert error.value.line == line


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ('layuot = "rows"', '"layuot"; did you mean "layout"?'),
        ('layout = "colums"', 'layout: unknown value "colums"; did you mean "columns"?'),
        ("layout = 3", "layout: unknown value 3"),
        ('cost = "cross-entropy"', 'did you mean "cross_entropy"?'),
        ("symbols = 1", "symbols: 1 is not a table"),
        ('[symbols]\ng = "x"', 'symbols.g: "x" is not a table'),
        ("[symbols]\ng = { layer = 1 }", "symbols.g: the key kind is missing"),
        ('[symbols]\ng = { kind = "activaton" }', 'symbols.g.kind: unknown value "activaton"'),
        ('[symbols]\ng = { kind = "weight", layer = -1 }', "symbols.g.layer: -1"),
        ('[symbols]\ng = { kind = "weight", layer = true }', "symbols.g.layer: True"),
        ('[symbols]\ng = { kind = "matrix", shape = ["n"] }', "symbols.g.shape"),
        ('[symbols]\ng = { kind = "matrix", shape = ["n", 0] }', "symbols.g.shape: 0"),
        ('[symbols]\ng = { kind = "matrix", size = 3 }', 'symbols.g: unknown key "size"'),
        ("layout = ", "not TOML"),
        ("a = " + "[" * 5000, "not TOML"),
    ],
)
def test_errors_name_file_key_and_value(tmp_path: Path, toml: str, says: str) -> None:
    path = tmp_path / "d.toml"
    path.write_text(toml)
    with pytest.raises(CallError) as error:
        declarations("note.md", "", path)
    assert str(path) in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@given(st.text(alphabet="ab:{}[],'\"#- \n\t1", max_size=80))
def test_any_front_matter_is_read_or_refused_with_its_line(block: str) -> None:
    line = 0
    try:
        assert isinstance(front_matter(f"---\nderive:\n{block}\n---\n"), dict)
    except FrontMatterError as error:
        line = error.line
    assert 0 <= line <= block.count("\n") + 3
