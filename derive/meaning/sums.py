"""The values of big sums: over the examples, over the units of a layer, over the layers."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce
from typing import Final

from derive.meaning.bounds import contradicted_bounds
from derive.meaning.calls import Calls
from derive.meaning.notation import is_bare, names_in
from derive.meaning.roles import resolve
from derive.meaning.setting import IllShaped, NoLayer, Outside
from derive.program import (
    ONE,
    SCALAR,
    Delta,
    Expr,
    Index,
    Plus,
    SumOver,
    Times,
    minus,
    total,
)
from derive.reading import syntax as sx

_ROWS: Final = frozenset(
    ["rows", "lignes", "zeilen", "filas", "righe", "linhas", "строкам", "строки", "行"]
)
"""Over the rows, in the languages of notes."""
_WORDS: Final = """
    cols columns batch examples samples observations all
    colonnes exemples spalten beispiele columnas ejemplos colonne esempi colunas exemplos
    столбцам столбцы примерам 列 样本
"""
_ALL: Final = frozenset(["", *_ROWS, *_WORDS.split()])
"""Lower limits in words that leave nothing out."""
_ALL_BUT: Final = re.compile(r"([a-zA-Z])(?:\\neq?|≠)([a-zA-Z])")
_PART: Final = "a sum over a part of its range"
_INDEXED: Final = re.compile(r"[_^](?:\{[^{}]*\}|\[[^\[\]]*\]|.)")
_SIZE_NAME: Final = re.compile(r"[A-Za-z]+(_[A-Za-z]+)?")
_SIZE: Final = re.compile(r"\\?[^\W\d]\w*|(?!0*1$)(?!0+$)\d+")
"""A name, or a number of more than one."""
_FROM: Final = re.compile(r"(?P<letter>[a-zA-Z])=(?P<first>\d{1,3})")


class Sums(Calls):
    """Which of the three a sum is, its letter, its bound and its body tell."""

    def _big(self, node: sx.Big) -> Expr:
        if node.operator != "sum":
            raise Outside("a product over an index")
        facts = self.setting.facts
        summed = {self.roles.role_of(n) for n in names_in(node.body)}
        if is_bare(node) and "W" in summed and summed <= {"W", "A", "X", "b"}:
            raise Outside("a sum without a letter over a product that sums by itself")
        over_examples = (
            (node.index in self.roles.examples and node.upper in ("", facts.count))
            or (node.upper == facts.count)
            or node.lower.lower() in _ROWS
            or (not node.index and not node.upper)
        )
        if self._runs_over_layers(node):
            return self._layer_sum(node)
        left_out = all_but(node)
        if left_out and left_out != node.index:
            whole = replace(node, lower=node.index)
            if is_whole(whole) and self._unit_letter(whole):
                return self._unit_sum(whole, left_out)
        if not is_whole(node) and not (over_examples and self._from_zero(node)):
            raise Outside(_PART)
        if over_examples and self._unit_letter(node):
            over_examples = False
        if is_bare(node) and (self.column is not None or self.setting.mode != "batch"):
            value = self._value(node.body)  # of one example: over its units
            return value if value.shape == SCALAR else total(value)
        if not over_examples:
            return self._unit_sum(node)
        if self.strip_examples:
            return self._value(node.body)
        if self.setting.mode in ("path", "single"):
            raise Outside("a sum over the examples in a line for one example")
        if self.setting.mode == "formal":
            raise Outside("a sum over the examples in a formula of one variable")
        if self.column is not None:
            raise Outside("a sum over the examples inside another")
        self.column = Index(node.index or "i", facts.count)
        try:
            body = self._value(node.body)
        finally:
            index, self.column = self.column, None
        return SumOver(index, body)

    def _from_zero(self, node: sx.Big) -> bool:
        """``\\sum_{i=0}^m`` in a cost: a slip for all m examples, and said to be taken so."""
        slip = bool(self.formulas) and node.index != "" and node.upper == self.setting.facts.count
        if not slip or node.lower != f"{node.index}=0":
            return False
        said = f"the sum from 0 to {node.upper} is taken over the {node.upper} examples"
        if said not in self.setting.assumptions:
            self.setting.assumptions.append(said)
        return True

    def _runs_over_layers(self, node: sx.Big) -> bool:
        if not node.index or node.index in self.layers or node.upper == self.setting.facts.count:
            return False
        layers = [resolve(self.roles, n).layer for n in names_in(node.body)]
        return any(layer is not None and layer.letter == node.index for layer in layers)

    def _layer_sum(self, node: sx.Big) -> Expr:
        """A sum over all layers that have the names of the body."""
        upper = node.upper.removesuffix("-1") if self.roles.numbered_by_sender else node.upper
        numbered = upper == node.upper and upper.isdecimal()
        if not numbered and not is_whole(replace(node, upper=upper)):
            raise Outside("a sum over some of the layers")
        found: dict[int, Expr] = {}
        for layer in range(self.setting.depth + 2):
            self.layers[node.index] = layer
            try:
                found[layer] = self._value(node.body)
            except NoLayer:
                continue
            finally:
                del self.layers[node.index]
        if not found:
            raise NoLayer("a sum over layers that has none")
        layers = self._from_to(node, list(found)) if numbered else list(found)
        return reduce(Plus, (found[layer] for layer in layers))

    def _from_to(self, node: sx.Big, known: list[int]) -> list[int]:
        """The layers of ``\\sum_{l=1}^{2}``, each of which the note has to have."""
        begins = _FROM.fullmatch(node.lower)
        if begins is None or len(node.upper) > 3 or self.roles.symbolic_depth:
            raise Outside("a sum over some of the layers")
        layers = list(range(int(begins["first"]), int(node.upper) + 1))
        if self.roles.numbered_by_sender:
            if layers != list(range(1, len(known) + 1)):
                raise Outside("a sum over some of the layers")
            return known
        if not layers or not set(layers) <= set(known):
            raise Outside("a sum over layers that the note does not have")
        return layers

    def _unit_letter(self, node: sx.Big) -> bool:
        """The summed letter is used as a unit, though elsewhere it runs over examples."""
        if not node.index or node.upper == self.setting.facts.count:
            return False
        occurrences = [resolve(self.roles, n) for n in names_in(node.body)]
        return any(node.index in o.entries for o in occurrences) and not any(
            o.example == node.index for o in occurrences
        )

    def _unit_sum(self, node: sx.Big, left_out: str = "") -> Expr:
        """The sum over the units of one layer, or over all of them but one."""
        letter = node.index
        if not letter:
            raise Outside("a sum without a letter over something other than the examples")
        if self.setting.mode == "path" and self.strip_examples:
            return self._value(node.body)
        if self.setting.mode == "path":
            raise Outside("a sum over units on one path of scalars")
        saved, was_free = self.indices.pop(letter, None), self.free.pop(letter, None)
        body = self._value(node.body)
        if left_out and letter in self.indices:
            other = self._index(left_out, self.indices[letter].dim)
            body = Times(minus(ONE, Delta(self.indices[letter], other)), body)
        index = self.indices.pop(letter, None)
        self.free.pop(letter, None)
        if saved is not None:
            self.indices[letter] = saved
        if was_free is not None:
            self.free[letter] = was_free
        if index is None:
            raise Outside(f"the sum over {letter} runs over nothing")
        self._fits_bound(node, index)
        return SumOver(index, body)

    def _fits_bound(self, node: sx.Big, index: Index) -> None:
        """The bound is that of the axis, as far as the rest of the note tells."""
        facts = self.setting.facts
        if index.dim == facts.count and node.upper not in ("", facts.count):
            raise Outside(f"the sum over {node.index} runs to {node.upper}, not to {facts.count}")
        if facts.contradicted is None:
            facts.contradicted = contradicted_bounds(facts)
        certain = facts.contradicted.get(node.span.start)
        if certain is None:
            return
        reason = f"the sum over {node.index} runs to {node.upper}, the axis has {index.dim} entries"
        if certain:
            raise IllShaped(reason)
        raise Outside(reason)


def all_but(node: sx.Big) -> str:
    """The letter that ``\\sum_{j \\ne i}`` leaves out, or nothing."""
    match = _ALL_BUT.fullmatch(node.lower)
    return match[2] if match is not None and match[1] == node.index else ""


def size_of(node: sx.Big) -> str:
    """The size that a whole sum runs to: the M of ``\\sum_{j=0}^{M-1}``, n_y; "" if none."""
    upper = node.upper.replace("{", "").replace("}", "")
    if node.lower == f"{node.index}=0":
        upper = upper[:-2] if upper.endswith("-1") else ""
    return upper if _SIZE_NAME.fullmatch(upper) else ""


def is_whole(node: sx.Big) -> bool:
    """Whether a sum leaves nothing of its range out: from 1 to a size, or no bounds at all.

    ``\\sum_{k \\ne j}``, ``\\sum_{k=2}^n`` and ``\\sum_{k=1}^{n-1}`` are sums over a part.
    """
    upper = _INDEXED.sub("", node.upper)
    if node.lower == f"{node.index}=0" and node.index:
        return upper == "" or (upper.endswith("-1") and _SIZE.fullmatch(upper[:-2]) is not None)
    letter = node.lower.removeprefix("\\")
    if not node.index:
        begins = node.lower.lower() in _ALL or (node.lower == "1" and upper != "")
    else:
        begins = letter in (node.index, f"{node.index}=1")
    return begins and (upper == "" or (upper != node.index and bool(_SIZE.fullmatch(upper))))
