"""``z_k = w_k^T x + b_k``: a vector of weights for each class, put entry by entry.

The letter counts classes where a sum of the note runs over it on the same name
(``\\sum_j e^{z_j}``).  ``w_k`` is column k of the weights then; a line that has vectors only in
``x`` and ``w_k`` speaks of each of their entries: ``\\partial L/\\partial w_j = (p_j - y_j) x`` of
``\\partial L/\\partial w_{qj} = (p_j - y_j) x_q``.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.notation import COST_LETTERS, is_cost_word, is_transpose, parse_layer
from derive.meaning.spelling.rewriting import nodes, scripts_of
from derive.reading.syntax import (
    Applied,
    Big,
    Chain,
    Derivative,
    Document,
    Name,
    Node,
    Product,
    Script,
    Sum,
    Transposed,
)
from derive.reading.tree import children, mapped, plain, walk

_FREE = "qruvghd"
_NUMBERS = frozenset({"lambda", "eta", "alpha", "gamma", "mu", "e", "m", "n", "N", "K"})
"""Letters that are numbers where they stand alone."""


def vectors_by_entries(document: Document) -> tuple[Document, str]:
    """The document with the vectors of its classes entry by entry, if it has such."""
    found = _forward(document)
    if found is None:
        return document, ""
    weight, source = found
    used = {i for n in nodes(document) for s in scripts_of(n) for i in (*s.items, s.text)}
    used |= {n.base for n in nodes(document) if isinstance(n, Name)}
    used |= {n.index for n in nodes(document) if isinstance(n, Big)}
    free = [letter for letter in _FREE if letter not in used]
    if len(free) < 2:
        return document, ""
    writer = _Writer(weight, source, free[0], free[1])
    pieces = tuple(
        replace(piece, chains=tuple(writer.chain(chain) for chain in piece.chains))
        for piece in document.pieces
    )
    said = f"{weight} with a letter is the vector of weights of one class"
    return replace(document, pieces=pieces), said


def _forward(document: Document) -> tuple[str, str] | None:
    """The letters of the weights and of the input in ``z_k = w_k^T x + b_k``."""
    bases = {n.base for n in nodes(document) if isinstance(n, Name)}
    layered = {
        layer.letter
        for n in nodes(document)
        for s in scripts_of(n)
        if (layer := parse_layer(s.text)) is not None and layer.offset
    }
    found = set()
    for piece in document.pieces:
        for chain in piece.chains:
            head = None if chain.head is None else plain(chain.head)
            if not isinstance(head, Name) or not chain.parts:
                continue
            letter = _letter(head)
            pair = _dot(plain(chain.parts[0]), letter) if letter else None
            if pair is None or letter in layered or not _summed(document, head.base):
                continue
            found.add(pair)
    if len(found) != 1:
        return None
    weight, source = found.pop()
    return None if weight.swapcase() in bases or weight == source else (weight, source)


def _letter(name: Node) -> str:
    """The only script of a name, a letter below."""
    if not isinstance(name, Name) or name.accent or name.primes:
        return ""
    kept = [s for s in name.scripts if not is_transpose(s)]
    if len(kept) != 1 or kept[0].place != "sub" or kept[0].bracket or len(kept[0].items) != 1:
        return ""
    item = kept[0].items[0]
    return item if len(item) == 1 and item.isalpha() and item.islower() else ""


def _dot(node: Node, letter: str) -> tuple[str, str] | None:
    """``w_k^T x``, with or without ``+ b_k``."""
    terms = [plain(t) for s, t in node.terms if s == 1] if isinstance(node, Sum) else [node]
    if not terms or len(terms) > 2 or (isinstance(node, Sum) and len(terms) != len(node.terms)):
        return None
    if len(terms) == 2 and _letter(terms[1]) != letter:
        return None
    product = terms[0]
    if not isinstance(product, Product) or len(product.factors) != 2:
        return None
    if product.factors[1][0] not in ("juxt", "cdot"):
        return None
    (_, first), (_, second) = product.factors
    return _pair(first, second, letter)


def _pair(first: Node, second: Node, letter: str) -> tuple[str, str] | None:
    weight, source = plain(first), plain(second)
    turned = isinstance(weight, Transposed)
    if isinstance(weight, Transposed):
        weight = plain(weight.base)
    if not isinstance(weight, Name) or not isinstance(source, Name) or weight.mark:
        return None
    turned = turned or any(is_transpose(s) for s in weight.scripts)
    if not turned or _letter(weight) != letter or not letter or source.scripts or source.mark:
        return None
    small = weight.base.islower() and source.base.islower() and not source.accent
    return (weight.base, source.base) if small else None


def _summed(document: Document, base: str) -> bool:
    """Some sum runs over the letter that this name carries."""
    return any(
        isinstance(node, Big)
        and node.index
        and any(isinstance(n, Name) and n.base == base and _letter(n) == node.index
                for n in _inside(node.body))
        for node in nodes(document)
    )  # fmt: skip


def _inside(node: Node) -> list[Node]:
    """A node with all below it, exponents too."""
    found, stack = [], [node]
    while stack:
        top = stack.pop()
        found.append(top)
        stack += children(top)
        stack += [s.node for s in scripts_of(top) if s.node is not None]
    return found


class _Writer:
    """Writes entries; `entry` is the free one of a line, `running` that of a dot product."""

    def __init__(self, weight: str, source: str, entry: str, running: str) -> None:
        self.weight, self.source, self.entry, self.running = weight, source, entry, running

    def chain(self, chain: Chain) -> Chain:
        """One chain, if it has no other whole array."""
        if chain.head is not None:
            chain = replace(chain, head=self._by_vector(chain.head))
        sides = [*([chain.head] if chain.head is not None else []), *chain.parts]
        names = [n for side in sides for n in walk(side) if isinstance(n, Name)]
        heads = {id(n.head) for side in sides for n in walk(side) if isinstance(n, Applied)}
        if not any(n.base in (self.weight, self.source) for n in names):
            return chain
        if any(self._is_whole(n) for n in names if id(n) not in heads):
            return chain
        return replace(
            chain,
            head=None if chain.head is None else self.side(chain.head),
            parts=tuple(self.side(part) for part in chain.parts),
        )

    def _by_vector(self, node: Node) -> Node:
        """``\\nabla_{w_k} E`` as the derivative by that vector."""
        inner = plain(node)
        if not isinstance(inner, Product) or len(inner.factors) != 2:
            return node
        (_, nabla), (_, cost) = inner.factors
        by = nabla if isinstance(nabla, Name) and nabla.mark == "nabla" else None
        if by is None or by.base != self.weight or not isinstance(plain(cost), Name | Applied):
            return node
        return Derivative(node.span, cost, replace(by, mark=""), "partial")

    def _is_whole(self, name: Name) -> bool:
        """A name that may be an array of its own and has no entries."""
        if name.mark:
            return True
        if name.base in (self.weight, self.source):
            kept = [s for s in name.scripts if not is_transpose(s)]
            return bool(kept) != (name.base == self.weight) or bool(kept and not _letter(name))
        cost = name.base in COST_LETTERS or is_cost_word(name)
        return not (name.scripts or cost or name.base in _NUMBERS or name.word)

    def side(self, node: Node) -> Node:
        """One side."""
        return mapped(mapped(node, self._dots), self._entries)

    def _dots(self, node: Node) -> Node:
        """``w_k^T x`` as a sum over its entries."""
        if not isinstance(node, Product):
            return node
        factors = list(node.factors)
        for k in range(len(factors) - 1):
            (sign, first), (joined, second) = factors[k], factors[k + 1]
            letter = _letter(_bare(first))
            if joined in ("juxt", "cdot") and letter and self._names(first, second, letter):
                weight, source = _bare(first), plain(second)
                assert isinstance(weight, Name)
                assert isinstance(source, Name)
                entries = (self._script((self.running, letter), node),)
                one = replace(weight, span=node.span, scripts=entries)
                entries = (self._script((self.running,), node),)
                two = replace(source, span=node.span, scripts=entries)
                body = Product(node.span, (("", one), ("juxt", two)))
                big = Big(node.span, "sum", self.running, self.running, "", body)
                kept = [*factors[:k], (sign, big), *factors[k + 2 :]]
                return big if len(kept) == 1 else replace(node, factors=tuple(kept))
        return node

    def _names(self, first: Node, second: Node, letter: str) -> bool:
        return _pair(first, second, letter) == (self.weight, self.source)

    def _script(self, items: tuple[str, ...], at: Node) -> Script:
        return Script("sub", "", "".join(items), items, None, False, at.span)

    def _entries(self, node: Node) -> Node:
        """``w_k`` as ``w_{qk}``, ``x`` as ``x_q``; what is bound already stays."""
        if not isinstance(node, Name) or node.mark:
            return node
        if node.base == self.source and not node.scripts:
            return replace(node, scripts=(self._script((self.entry,), node),))
        letter = _letter(node)
        if node.base == self.weight and letter and letter != self.running:
            kept = tuple(s for s in node.scripts if is_transpose(s))
            return replace(node, scripts=(self._script((self.entry, letter), node), *kept))
        return node


def _bare(node: Node) -> Node:
    inner = plain(node)
    return plain(inner.base) if isinstance(inner, Transposed) else inner


__all__ = ["vectors_by_entries"]
