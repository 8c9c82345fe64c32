"""What a note declares about itself: layout, cost, and the kinds of its symbols.

In: YAML front matter under the key ``derive:``, a sidecar ``NOTE.derive.toml`` beside the
note, a file named by ``--declare`` (each overrules the one before, key by key).
Out: `Declarations`.  Every error is a `CallError` that names file, key and value.

>>> text = "---\\ntitle: Backprop\\nderive:\\n  layout: rows\\n  symbols:\\n"
>>> text += "    g: {kind: activation, layer: 1}\\n---\\n"
>>> declarations("note.md", text)
Declarations(layout='rows', cost=None, symbols={'g': SymbolDeclaration(kind='activation', \
layer=1, shape=None)})
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from derive.errors import CallError, nearest, one_line
from derive.frontmatter import FrontMatterError, front_matter
from derive.program import Dim
from derive.sources import STDIN, read_text

LAYOUTS: Final = ("columns", "rows")
SYMBOL_KINDS: Final = (
    "activation", "weight", "bias", "pre-activation", "output", "input", "labels", "cost",
    "rate", "matrix", "vector", "scalar", "size",
)  # fmt: skip
_KEYS: Final = ("layout", "cost", "symbols")
_SYMBOL_KEYS: Final = ("kind", "layer", "shape")


@dataclass(frozen=True, slots=True)
class SymbolDeclaration:
    """What one symbol is.

    kind: one of `SYMBOL_KINDS`.  layer: the layer that it belongs to, from 0.
    shape: its two dimensions, symbols or positive integers.
    """

    kind: str
    layer: int | None = None
    shape: tuple[Dim, Dim] | None = None


@dataclass(frozen=True, slots=True)
class Declarations:
    """All that is declared for one note; None and empty where nothing is.

    layout: ``columns`` or ``rows``.  cost: the name of a loss of the library.
    """

    layout: str | None = None
    cost: str | None = None
    symbols: Mapping[str, SymbolDeclaration] = field(default_factory=dict)


def declarations(path: str, source: str, declare: Path | None = None) -> Declarations:
    """The declarations for the note at `path` with text `source`."""
    shown = one_line(path)
    try:
        found = _read(front_matter(source), shown)
    except FrontMatterError as error:
        raise CallError(f"{shown}:{error.line}: {error}") from None
    sidecar = os.path.splitext(path)[0] + ".derive.toml"
    for candidate in (path + ".derive.toml", sidecar):
        if path != STDIN and os.path.isfile(candidate):
            found = _over(found, _from_toml(candidate))
            break
    if declare is not None:
        found = _over(found, _from_toml(str(declare)))
    return found


def _over(first: Declarations, second: Declarations) -> Declarations:
    """Both, the second having the last word."""
    return Declarations(
        second.layout or first.layout,
        second.cost or first.cost,
        {**first.symbols, **second.symbols},
    )


def _from_toml(path: str) -> Declarations:
    text, _ = read_text(path)
    try:
        return _read(tomllib.loads(text), one_line(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CallError(f"{one_line(path)}: not TOML: {one_line(str(error))}") from None


def _read(table: Mapping[str, Any], where: str) -> Declarations:
    for key in table:
        if key not in _KEYS:
            raise CallError(f"{where}: unknown key {_quoted(key)}; {nearest(key, _KEYS)}")
    symbols = table.get("symbols", {})
    if not isinstance(symbols, Mapping):
        raise CallError(f"{where}: symbols: {_quoted(symbols)} is not a table of symbols")
    return Declarations(
        _choice(table.get("layout"), LAYOUTS, f"{where}: layout"),
        _choice(table.get("cost"), _losses(), f"{where}: cost"),
        {name: _symbol(value, f"{where}: symbols.{name}") for name, value in symbols.items()},
    )


def _losses() -> tuple[str, ...]:
    from derive.scalars.table import LOSSES

    return tuple(LOSSES)


def _symbol(value: object, where: str) -> SymbolDeclaration:
    where = one_line(where)
    if not isinstance(value, Mapping):
        raise CallError(f'{where}: {_quoted(value)} is not a table such as {{ kind = "matrix" }}')
    for key in value:
        if key not in _SYMBOL_KEYS:
            raise CallError(f"{where}: unknown key {_quoted(key)}; {nearest(key, _SYMBOL_KEYS)}")
    kind = _choice(value.get("kind"), SYMBOL_KINDS, f"{where}.kind")
    if kind is None:
        raise CallError(f"{where}: the key kind is missing; known: {', '.join(SYMBOL_KINDS)}")
    layer = value.get("layer")
    if layer is not None and (type(layer) is not int or not 0 <= layer <= 1000):
        raise CallError(f"{where}.layer: {_quoted(layer)} is not an integer from 0 to 1000")
    return SymbolDeclaration(kind, layer, _shape(value.get("shape"), f"{where}.shape"))


def _shape(value: object, where: str) -> tuple[Dim, Dim] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise CallError(f'{where}: {_quoted(value)} is not a pair such as ["n", "m"]')
    for size in value:
        whole = type(size) is int and size > 0
        if not whole and not (isinstance(size, str) and size and len(size) <= 40):
            raise CallError(f"{where}: {_quoted(size)} is neither a symbol nor a positive integer")
    return (value[0], value[1])


def _choice(value: object, known: tuple[str, ...], where: str) -> str | None:
    if value is None or (isinstance(value, str) and value in known):
        return value
    hint = nearest(value, known) if isinstance(value, str) else f"known: {', '.join(known)}"
    raise CallError(f"{where}: unknown value {_quoted(value)}; {hint}")


def _quoted(value: object) -> str:
    return one_line(f'"{value}"' if isinstance(value, str) else repr(value), 80)
