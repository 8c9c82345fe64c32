"""Writes ``_table.json``: every formula of the library with the derivatives SymPy finds.

``python -m derive.scalars.generate`` rewrites the file; ``--check`` only compares.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import sympy

from derive.library.activations import ACTIVATIONS
from derive.library.losses import LOSSES
from derive.library.row import Activation, Loss, Row
from derive.scalars.calculus import differentiate
from derive.scalars.convert import FUNCTIONS, from_sympy
from derive.scalars.encoding import Tree, encode
from derive.scalars.functions import x

PATH = Path(__file__).with_name("_table.json")
HIGHEST_ORDER = 3


def _normalised(spelling: str) -> str:
    return "".join(c for c in spelling.lower() if c.isalpha())


def _derivatives(formula: Any) -> list[Tree]:
    """Orders 1 to 3, each the derivative of the compact form before it."""
    current, out = from_sympy(formula), []
    for _ in range(HIGHEST_ORDER):
        current = differentiate(current, "x")
        out.append(encode(current))
    return out


def _common(row: Row) -> dict[str, Any]:
    spellings = (row.name, row.title, *row.aliases)
    return {
        "title": row.title,
        "aliases": list(dict.fromkeys(map(_normalised, spellings))),
        "parameters": list(row.parameters),
    }


def _activation(row: Activation) -> dict[str, Any]:
    forms = [] if row.formula is None else [encode(from_sympy(row.formula))]
    return {
        **_common(row),
        "symbol": row.symbol,
        "kinks": [kink.sentence(row.title) for kink in row.kinks],
        "forms": forms + (_derivatives(row.formula) if forms else []),
    }


def _loss(row: Loss) -> dict[str, Any]:
    entry = from_sympy(row.formula)
    return {
        **_common(row),
        "kinks": [kink.sentence(row.title) for kink in row.kinks],
        "reduction": row.reduction,
        "domain": row.domain,
        "labels": row.labels,
        "entry": encode(entry),
        "derivative": encode(differentiate(entry, "a")),
    }


def _primitive(name: str) -> dict[str, Any]:
    forms = [None, *_derivatives(FUNCTIONS[name](x))]
    return {
        "title": name,
        "symbol": "",
        "aliases": [],
        "parameters": [],
        "kinks": [],
        "forms": forms,
    }


def table_text() -> str:
    """The text of the table, one line a tree."""
    rows = (*ACTIVATIONS, *LOSSES)
    data = {
        "functions": {
            **{row.name: _activation(row) for row in ACTIVATIONS},
            **{name: _primitive(name) for name in FUNCTIONS},
        },
        "losses": {row.name: _loss(row) for row in LOSSES},
        "parameters": {k: str(v) for row in rows for k, v in row.parameters.items()},
    }
    return _lines(data, 0) + "\n"


def _lines(value: Any, depth: int, key: str = "") -> str:
    """JSON with one line for each tree."""
    pad = " " * (depth + 1)
    if isinstance(value, dict) and value:
        inner = (f"{pad}{json.dumps(k)}: {_lines(v, depth + 1, k)}" for k, v in value.items())
        return "{\n" + ",\n".join(inner) + f"\n{' ' * depth}}}"
    if key == "forms" and value:
        return "[\n" + ",\n".join(pad + json.dumps(v) for v in value) + f"\n{' ' * depth}]"
    return json.dumps(value)


def main(arguments: list[str]) -> int:
    """Rewrites the table, or with ``--check`` says whether it is up to date (status 1: not)."""
    text = table_text()
    if "--check" in arguments:
        current = PATH.exists() and PATH.read_text(encoding="utf-8") == text
        print(f"{PATH.name} is {'up to date' if current else 'out of date: run without --check'}")
        return 0 if current else 1
    PATH.write_text(text, encoding="utf-8")
    print(f"{PATH.name}: {len(text.splitlines())} lines, SymPy {sympy.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
