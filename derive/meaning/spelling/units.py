"""Units without layers: ``a_j = \\sum_i w_{ji} z_i``, ``z_j = h(a_j)``, where letters tell layers.

The unit j sums over the units i that feed it: i belongs to the layer below, and k in ``w_{kj}``
to the one above.  Where what is summed is itself computed so, the layer of j is any, l; where
it is the input, the layers are counted from there.  A line that names a target is about the
last layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from derive.meaning.notation import COST_LETTERS, is_cost_word
from derive.meaning.spelling.rewriting import nodes
from derive.meaning.spelling.unit_weights import weights_of_units
from derive.reading.syntax import (
    Applied,
    Big,
    Chain,
    Document,
    Name,
    Node,
    Product,
    Script,
    Sum,
)
from derive.reading.tree import mapped, plain, walk

BY_UNITS = "the letters of the units tell their layers"
"""How that is said among what is supposed."""
_TARGETS = ("t", "d", "y", "T")
_INPUT = "at a unit of the input"
_OUTPUTS = ("y", "o", "a", "z")


@dataclass(slots=True)
class Network:
    """What the letters of the units tell: bases of the names by role, and levels of letters."""

    sums: set[str] = field(default_factory=set)
    weights: set[str] = field(default_factory=set)
    biases: set[str] = field(default_factory=set)
    outer_first: bool = True
    """``w_{ji}`` leads from i to j."""
    pairs: set[tuple[str, str]] = field(default_factory=set)
    """(letter above, letter below)."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of a forward line: what is summed lies below."""
    inputs: set[str] = field(default_factory=set)
    computed: dict[str, set[str]] = field(default_factory=dict)
    """Base of an activation: the letters of the units that lines compute."""
    levels: dict[str, int] = field(default_factory=dict)
    symbolic: bool = False
    target: str = ""
    output: str = ""
    error: str = ""
    """The difference of the two, where it has a name."""


def units_in_layers(document: Document) -> tuple[Document, str, bool]:
    """The document with the layers of its units; whether nothing tells the last activation."""
    plainly = document
    document = weights_of_units(document)
    found = _network(document)
    if found is None:
        return plainly, "", False
    writer = _Writer(found)
    pieces = tuple(
        replace(
            piece,
            chains=tuple(writer.chain(chain) for chain in piece.chains),
            loose=tuple(writer.side(node, 0) for node in piece.loose),
        )
        for piece in document.pieces
    )
    letters = ", ".join(sorted(found.levels, key=lambda k: (found.levels[k], k)))
    said = f"{BY_UNITS}, upwards: {letters}"
    hidden = found.symbolic and bool(found.output) and found.output not in found.computed
    return replace(document, pieces=pieces), said, hidden


def _network(document: Document) -> Network | None:
    """The forward pass by units; None where it is not written so, or contradicts itself."""
    found = Network()
    orders: set[bool] = set()
    for head, body in _equations(document):
        _forward(found, orders, head, body)
    for head, body in _equations(document):
        _activation(found, head, body)
    if not found.computed or len(orders) != 1:
        return None
    _ends(found, document)
    found.sums.discard(found.output if found.output not in found.computed else "")
    if len(found.sums) != 1:
        return None
    found.outer_first = orders.pop()
    found.symbolic = bool(found.inputs & set(found.computed))
    if len(found.inputs - set(found.computed)) > 1:
        return None
    if found.symbolic and found.inputs - set(found.computed):
        found.symbolic = False  # from the input on, layer by layer
    for node in nodes(document):
        pair = _pair(found, node)
        if pair is not None and pair[0] != pair[1]:
            found.pairs.add(pair)
    return found if _levelled(found) else None


def _equations(document: Document) -> Iterator[tuple[Name, Node]]:
    """Head and first side of every chain that begins with a name."""
    for piece in document.pieces:
        for chain in piece.chains:
            head = None if chain.head is None else plain(chain.head)
            if not isinstance(head, Name) or not chain.parts or head.mark or head.accent:
                continue
            if chain.relations and chain.relations[0].text in ("=", ":=", "\\equiv"):
                yield head, plain(chain.parts[0])


def _unit(name: Node, count: int = 1) -> tuple[str, ...]:
    """The unit letters of a name that carries nothing else but a power."""
    if not isinstance(name, Name) or name.accent or name.primes:
        return ()
    scripts = [s for s in name.scripts if s.place != "sup" or s.bracket or not s.text.isdigit()]
    if len(scripts) != 1:
        return ()
    script = scripts[0]
    letters = script.place == "sub" and not script.bracket and not script.word
    good = letters and len(script.items) == count
    return script.items if good and all(_is_letter(i) for i in script.items) else ()


def _is_letter(item: str) -> bool:
    return len(item) == 1 and item.isalpha() and item.islower()


def _forward(found: Network, orders: set[bool], head: Name, body: Node) -> None:
    """``a_j = \\sum_i w_{ji} z_i + b_j``."""
    terms = [plain(t) for s, t in body.terms if s == 1] if isinstance(body, Sum) else [body]
    if isinstance(body, Sum) and len(terms) != len(body.terms):
        return
    above = _unit(head)
    if not above or not isinstance(terms[0], Big) or terms[0].operator != "sum":
        return
    big, rest = terms[0], terms[1:]
    product = plain(big.body)
    if not isinstance(product, Product) or len(product.factors) != 2 or len(rest) > 1:
        return
    names = [plain(node) for _, node in product.factors]
    for weight, source in (names, names[::-1]):
        pair, below = _unit(weight, 2), _unit(source)
        if not pair or not below or below != (big.index,) or set(pair) != {*above, *below}:
            continue
        if rest and _unit(rest[0]) != above:
            return
        assert isinstance(weight, Name)
        assert isinstance(source, Name)
        found.sums.add(head.base)
        found.weights.add(weight.base)
        found.inputs.add(source.base)
        found.biases |= {n.base for n in rest if isinstance(n, Name)}
        orders.add(pair == (*above, *below))
        found.told.add((above[0], below[0]))


def _activation(found: Network, head: Name, body: Node) -> None:
    """``z_j = h(a_j)``."""
    letter = _unit(head)
    if not letter or not isinstance(body, Applied) or len(body.arguments) != 1:
        return
    inner = plain(body.arguments[0])
    if isinstance(inner, Name) and inner.base in found.sums and _unit(inner) == letter:
        found.computed.setdefault(head.base, set()).update(letter)


def _pair(found: Network, node: Node) -> tuple[str, str] | None:
    """The letters of a weight, the upper first."""
    if not isinstance(node, Name) or node.base not in found.weights:
        return None
    for script in node.scripts:
        if script.place == "sub" and len(script.items) == 2 and all(map(_is_letter, script.items)):
            one, two = script.items
            return (one, two) if found.outer_first else (two, one)
    return None


def _levelled(found: Network) -> bool:
    """Gives every letter its level: each pair leads up by one; the usual order of letters decides.

    A pair that goes against the order of the others is a slip in its line.
    """
    order = sorted({letter for pair in found.pairs for letter in pair})
    upwards = [pair for pair in sorted(found.pairs) if pair[0] > pair[1]]
    downwards = [pair for pair in sorted(found.pairs) if pair[0] < pair[1]]
    chosen = upwards if len(upwards) >= len(downwards) else downwards
    if not chosen or len(order) > 6:
        return False
    start = min(b for _, b in chosen) if chosen is upwards else max(b for _, b in chosen)
    levels = {start: 0}
    for _ in order:
        for above, below in chosen:
            if below in levels and levels.setdefault(above, levels[below] + 1) != levels[below] + 1:
                return False
    for above, below in downwards if chosen is upwards else upwards:  # written the wrong way round
        if above in levels:
            step = -1 if (above, below) in found.told and (below, above) not in found.pairs else 1
            levels.setdefault(below, levels[above] + step)
    if set(levels) != set(order):
        return False
    found.levels = levels
    return True


def _ends(found: Network, document: Document) -> None:
    """The letters of targets and outputs: what a cost compares, unit by unit."""
    for piece in document.pieces:
        for chain in piece.chains:
            head = None if chain.head is None else plain(chain.head)
            name = head.head if isinstance(head, Applied) else head
            if not isinstance(name, Name) or not (name.base in COST_LETTERS or is_cost_word(name)):
                continue
            inside = [n for part in chain.parts for n in walk(part)]
            bases = {n.base for n in inside if isinstance(n, Name) and _unit(n)}
            for target in _TARGETS:
                others = [b for b in _OUTPUTS if b in bases and b != target]
                if target in bases and target not in found.computed and others:
                    found.target, found.output = target, others[0]
                    return
    for head, body in _equations(document):
        if _unit(head) and isinstance(body, Sum) and len(body.terms) == 2:
            _difference(found, head, body)


def _difference(found: Network, head: Name, body: Sum) -> None:
    """``e_j = d_j - y_j``: the error of a unit of the last layer."""
    names = [plain(term) for _, term in body.terms]
    bases = [n.base for n in names if isinstance(n, Name) and _unit(n) == _unit(head)]
    targets = [b for b in bases if b in _TARGETS and b not in found.computed]
    outputs = [b for b in bases if b in found.computed]
    if sum(sign for sign, _ in body.terms) == 0 and targets and outputs:
        found.target, found.output, found.error = targets[0], outputs[0], head.base


class _Writer:
    """Writes the layers."""

    def __init__(self, found: Network) -> None:
        self.found = found
        self.layered = {*found.sums, *found.biases, "delta"}
        self.layered |= {b for b in found.computed if b != found.output or found.symbolic}

    def chain(self, chain: Chain) -> Chain:
        """One chain: about the last layer if it names a target or the output."""
        sides = [*([chain.head] if chain.head is not None else []), *chain.parts]
        top = self._top(sides)
        return replace(
            chain,
            head=None if chain.head is None else self.side(chain.head, top),
            parts=tuple(self.side(part, top) for part in chain.parts),
        )

    def _top(self, sides: list[Node]) -> int | None:
        """The level of the last layer by the letter of a target; None if none is named."""
        ends = {self.found.target, self.found.error} - {""}
        if self.found.output not in self.found.computed:
            ends.add(self.found.output)
        for side in sides:
            for node in walk(side):
                if isinstance(node, Name) and node.base in ends and _unit(node):
                    level = self.found.levels.get(_unit(node)[0])
                    if level is not None:
                        return level
        return None

    def side(self, node: Node, top: int | None) -> Node:
        """One expression."""
        return mapped(node, lambda one: self._node(one, top))

    def _node(self, node: Node, top: int | None) -> Node:
        """A name, or a sum over the units that feed one: whatever its bounds are called."""
        if isinstance(node, Big) and node.operator == "sum" and node.index in self.found.levels:
            weights = (_pair(self.found, n) for n in walk(node.body))
            begins = node.lower in (node.index, f"{node.index}=0", f"{node.index}=1")
            if begins and any(pair is not None and node.index in pair for pair in weights):
                return replace(node, lower=node.index, upper="")
        return self._name(node, top)

    def _name(self, node: Node, top: int | None) -> Node:
        if not isinstance(node, Name) or node.primes:
            return node
        found = self.found
        end = node.base in (found.target, found.output) and node.base not in found.computed
        if end and _unit(node) and found.output not in found.computed:
            accent = "" if node.base == found.target else "hat"
            return replace(node, base="y", accent=accent)
        if node.base == found.target == "d" and _unit(node) and not node.accent:
            return replace(node, base="t")  # desired: what elsewhere is called the target
        if any(s.bracket or (s.place == "sup" and not s.text.isdigit()) for s in node.scripts):
            return node
        pair = _pair(found, node)
        if pair is not None:
            levels = [found.levels.get(letter) for letter in pair]
            one, two = levels
            if one is None or two is None or abs(one - two) != 1:
                return node
            return self._at(node, max(one, two), top)
        unit = _unit(node)
        if node.base not in self.layered or not unit or unit[0] not in found.levels:
            return node
        if not found.symbolic and found.levels[unit[0]] == 0:
            # nothing computes the units of the input: what z is there is not told
            said = Script("sup", "", _INPUT, (_INPUT,), None, True, node.span)
            return replace(node, scripts=(*node.scripts, said))
        return self._at(node, found.levels[unit[0]], top)

    def _at(self, name: Name, level: int, top: int | None) -> Name:
        """The name with its layer as a script."""
        if not self.found.symbolic:
            text = str(level)
        else:
            offset = level - 1 if top is None else level - top
            letter = "l" if top is None else "L"
            text = letter + (f"{offset:+d}" if offset else "")
        script = Script("sup", "(", text, (text,), None, False, name.span)
        return replace(name, scripts=(*name.scripts, script))


__all__ = ["units_in_layers"]
