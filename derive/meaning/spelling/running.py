"""A letter for the gradient computed last: ``g \\leftarrow \\nabla_a J = g \\odot f'(a)``.

In: a document.  Out: the same with the gradient that the letter stands for wherever it is used.
A line that assigns it uses what it was before.  In a loop over layers the first use means what
the end of the loop leaves behind, one layer up: ``\\nabla_{h^{(k)}} J`` where the last line gives
``\\nabla_{h^{(k-1)}} J``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from derive.meaning.notation import names_in, plain_name
from derive.meaning.spelling.rewriting import nodes
from derive.reading.syntax import (
    Applied,
    Chain,
    Derivative,
    Document,
    Group,
    Name,
    Node,
    Product,
    Script,
)
from derive.reading.tree import mapped, plain

_ASSIGNS: Final = ("\\leftarrow", "\\gets", "←", ":=", "=")
_ARROWS: Final = ("\\leftarrow", "\\gets", "←", ":=")
_BELOW: Final = re.compile(r"([a-zA-Z])-1")
SAID: Final = "{} is the gradient that was computed last"


@dataclass(frozen=True, slots=True)
class _Step:
    """One assignment: the place of its chain in the document, and the gradient."""

    place: int
    value: Derivative


def running_gradient(document: Document) -> tuple[Document, str]:
    """The document without the letter of the gradient computed last, if it has one."""
    chains = [chain for piece in document.pieces for chain in piece.chains]
    steps = _assigned(chains)
    running = sorted(base for base, found in steps.items() if _runs(base, found, chains, document))
    if len(running) != 1:
        return document, ""
    base = running[0]
    found = steps[base]
    new = iter([_spelled_out(chain, k, base, found) for k, chain in enumerate(chains)])
    pieces = (replace(p, chains=tuple(next(new) for _ in p.chains)) for p in document.pieces)
    return replace(document, pieces=tuple(pieces)), SAID.format(base)


def _assigned(chains: list[Chain]) -> dict[str, list[_Step]]:
    """The letters that stand for gradients, with each gradient in text order."""
    out: dict[str, list[_Step]] = {}
    for k, chain in enumerate(chains):
        head = None if chain.head is None else plain_name(chain.head)
        if head is None or not _bare(head) or chain.relations[0].text not in _ASSIGNS:
            continue
        value = _gradient(chain.parts[0])
        if value is not None:
            out.setdefault(head.base, []).append(_Step(k, value))
    return out


def _runs(base: str, found: list[_Step], chains: list[Chain], document: Document) -> bool:
    """It is assigned again, with an arrow, and every line that changes it says what it becomes."""
    if len(found) < 2 or not all(chains[s.place].relations[0].text in _ARROWS for s in found):
        return False
    if len({str(_key(s.value.by)) for s in found}) < 2:
        return False
    places = {s.place for s in found}
    heads = {
        k for k, chain in enumerate(chains)
        if chain.head is not None and (name := plain_name(chain.head)) and name.base == base
    }  # fmt: skip
    called = (n for n in nodes(document) if isinstance(n, Applied) and n.head.base == base)
    return heads == places and not any(True for _ in called)


def _bare(name: Name) -> bool:
    return not (name.scripts or name.mark or name.primes or name.accent)


def _key(name: Name) -> tuple[str, ...]:
    return (name.base, name.accent, *(f"{s.place}{s.bracket}{s.text}" for s in name.scripts))


def _gradient(node: Node) -> Derivative | None:
    """``\\nabla_a J`` or ``\\partial J/\\partial a`` as a derivative."""
    inner = plain(node)
    if isinstance(inner, Derivative) and inner.of is not None and inner.order == 1:
        return inner
    if not isinstance(inner, Product) or len(inner.factors) != 2:
        return None
    (_, by), (sign, of) = inner.factors
    if not isinstance(by, Name) or by.mark != "nabla" or sign != "juxt":
        return None
    return Derivative(node.span, of, replace(by, mark=""), "partial", 1)


def _spelled_out(chain: Chain, place: int, base: str, steps: list[_Step]) -> Chain:
    value = _before(chain, place, steps)
    if value is None:
        return chain
    known = value

    def change(node: Node) -> Node:
        if isinstance(node, Name) and node.base == base and _bare(node):
            return Group(node.span, "(", replace(known, span=node.span))
        return node

    assigns = any(s.place == place for s in steps)
    head = chain.head if assigns or chain.head is None else mapped(chain.head, change)
    return replace(chain, head=head, parts=tuple(mapped(part, change) for part in chain.parts))


def _before(chain: Chain, place: int, steps: list[_Step]) -> Derivative | None:
    """What the letter stands for where a chain begins; None where that is not told."""
    above = [s for s in steps if s.place < place]
    if not above:
        return None
    letters = {text for name in _names(chain) for text in _layers(name)}
    last = above[-1].value
    mine = set(_layers(last.by))
    if mine or not letters:
        return last
    return _from_the_end(steps[-1].value, letters)


def _names(chain: Chain) -> Iterator[Name]:
    for node in (chain.head, *chain.parts):
        if node is not None:
            yield from names_in(node)


def _layers(name: Name) -> Iterator[str]:
    """The letters of layers that a name carries: k of ``h^{(k-1)}``."""
    for script in name.scripts:
        if script.place == "sup" and script.bracket:
            found = _BELOW.fullmatch(script.text) or re.fullmatch(r"([a-zA-Z])", script.text)
            if found:
                yield found[1]


def _from_the_end(last: Derivative, letters: set[str]) -> Derivative | None:
    """The gradient that the end of a loop leaves, one layer up: ``h^{(k)}`` of ``h^{(k-1)}``."""
    scripts, raised = [], False
    for script in last.by.scripts:
        found = _BELOW.fullmatch(script.text)
        if script.bracket and found and found[1] in letters:
            scripts.append(_letter(script, found[1]))
            raised = True
        else:
            scripts.append(script)
    return replace(last, by=replace(last.by, scripts=tuple(scripts))) if raised else None


def _letter(script: Script, letter: str) -> Script:
    node = Name(script.node.span, letter) if script.node is not None else None
    return replace(script, text=letter, items=(letter,), node=node)
