"""``h_\\theta(x) = 1/(1 + e^{-\\theta^T x})``, ``h_\\theta(x^{(i)})``, ``X \\theta``: regression.

In: a document in which a small letter, turned, stands before the vector of one example.  Out: the
same document with the formula of a function where it is applied to an example, and with the
examples as the rows of a matrix: ``x_i`` for ``x^{(i)}``, ``x_{ij}`` for its entries.

Taken where the note itself shows that its matrix has a row for each example (``X \\theta`` beside
``\\theta^T x^{(i)}``), or applies a function of one example whose formula is written out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from derive.meaning.notation import is_transpose
from derive.meaning.spelling.named_inside import key_of
from derive.meaning.spelling.rewriting import all_below, nodes, rewritten
from derive.reading.syntax import (
    Applied,
    Chain,
    Document,
    Group,
    Name,
    Node,
    Product,
    Script,
    Sum,
    Transposed,
)
from derive.reading.tree import mapped, plain

SAID: Final = "the rows of the matrix of all examples are the examples"
_ONE: Final = "one"
"""The label of an example that is no certain one."""


def examples_in_rows(document: Document) -> tuple[Document, str]:
    """The document with the examples of a regression as rows."""
    functions = dict(_functions(document))
    whole = _applied(document, functions)
    own = {argument.base for argument, _ in functions.values()}
    pairs = set(_pairs(whole, own))
    if not pairs:
        return document, ""
    letters, inputs = {p for p, _ in pairs}, {x for _, x in pairs}
    shown = any(_whole_product(node, letters, inputs) for node in nodes(document))
    written = any(_is_written_out(formula) for _, formula in functions.values())
    if not (shown or (functions and written)) or not _fits(whole, letters, inputs, functions):
        return document, ""
    capital = min(inputs).upper() if shown else ""
    out = rewritten(whole, lambda node: _in_row(node, inputs, capital))
    return out, SAID if out != document else ""


# -- functions of one example ---------------------------------------------------------------------


def _functions(document: Document) -> Iterator[tuple[object, tuple[Name, Node]]]:
    """Functions of one vector that a line gives a formula, by their spelling."""
    given: dict[object, list[tuple[Name, Node]]] = {}
    for chain in _chains(document):
        head = None if chain.head is None else plain(chain.head)
        if not isinstance(head, Applied) or not chain.relations:
            continue
        argument = plain(head.arguments[0]) if len(head.arguments) == 1 else None
        if not isinstance(argument, Name) or not _is_bare(argument) or head.head.primes:
            continue
        if chain.relations[0].text in ("=", ":=", "\\equiv") and head.bracket == "(":
            given.setdefault(key_of(head.head), []).append((argument, chain.parts[0]))
    for key, found in given.items():
        if len(found) == 1 and _turns(found[0][1], found[0][0]):
            yield key, found[0]


def _turns(formula: Node, argument: Name) -> bool:
    """The argument stands in a product with a turned small letter, and there alone."""
    turned = [
        name
        for node in all_below(formula)
        if (pair := _pair(node)) is not None
        for name in pair[1:]
    ]
    uses = [n for n in all_below(formula) if isinstance(n, Name) and n.base == argument.base]
    return bool(uses) and all(any(n is name for name in turned) for n in uses)


def _applied(document: Document, functions: dict[object, tuple[Name, Node]]) -> Document:
    """The document with formulas where functions are applied to examples."""

    def change(node: Node) -> Node:
        if not isinstance(node, Applied) or len(node.arguments) != 1 or node.head.primes:
            return node
        found, argument = functions.get(key_of(node.head)), plain(node.arguments[0])
        if found is None or not isinstance(argument, Name) or not _example(argument):
            return node
        own, formula = found
        if argument.base != own.base:
            return node
        return Group(node.span, "(", _put_in(formula, own, argument, node))

    if not functions:
        return document
    out = rewritten(document, change)
    calls = [key_of(n.head) for n in nodes(out) if isinstance(n, Applied)]

    def named(chain: Chain) -> Chain:
        head = None if chain.head is None else plain(chain.head)
        if not isinstance(head, Applied) or key_of(head.head) not in functions:
            return chain
        alone = replace(head.head, span=head.span)
        return replace(chain, head=alone) if calls.count(key_of(head.head)) == 1 else chain

    pieces = (replace(p, chains=tuple(named(c) for c in p.chains)) for p in out.pieces)
    return replace(out, pieces=tuple(pieces))


def _put_in(formula: Node, own: Name, argument: Name, call: Node) -> Node:
    """The formula with the example in the place of its argument, all at the place of the call."""

    def change(node: Node) -> Node:
        node = replace(node, span=call.span)
        if not isinstance(node, Name) or (node.base, node.accent) != (own.base, own.accent):
            return node
        turned = any(is_transpose(script) for script in node.scripts)
        example = replace(argument, span=call.span)
        return Transposed(call.span, example) if turned else example

    return mapped(formula, change)


def _is_written_out(formula: Node) -> bool:
    """A formula that is neither a product nor a function of one, which have readings already."""
    inner = plain(formula)
    return not isinstance(inner, Product | Applied | Transposed | Sum)


# -- what is paired with an example ---------------------------------------------------------------


def _pair(node: Node) -> tuple[str, Name] | None:
    """The letter and the vector of ``\\theta^T x``, ``x^T \\theta``."""
    if not isinstance(node, Product) or len(node.factors) < 2:
        return None
    for (_, a), (sign, b) in zip(node.factors, node.factors[1:], strict=False):
        one, two = _turned(a), plain(b)
        if one is None or not isinstance(two, Name) or sign not in ("juxt", "cdot"):
            continue
        if _is_letter(one) and two.base != one.base and two.base.islower():
            return (two.base, one) if _example(one) else (one.base, two)
    return None


def _turned(node: Node) -> Name | None:
    """The name that is turned: ``x^T``, ``x^{(i)T}``, ``{x^{(i)}}^T``."""
    inner = plain(node)
    if isinstance(inner, Transposed):
        inner = plain(inner.base)
        return inner if isinstance(inner, Name) else None
    plainly = isinstance(inner, Name) and any(is_transpose(s) for s in inner.scripts)
    return inner if plainly and isinstance(inner, Name) else None


def _pairs(document: Document, own: set[str]) -> Iterator[tuple[str, str]]:
    """Letters of parameters with the letters of the examples that they are multiplied with.

    own: what the functions of the note are applied to.  ``w_j`` alone may be the weights of a unit.
    """
    for node in nodes(document):
        found = _pair(node)
        if found is None or not _example(found[1]):
            continue
        if found[1].base in own or not _by_subscript(found[1]):
            yield found[0], found[1].base


def _whole_product(node: Node, letters: set[str], inputs: set[str]) -> bool:
    """``X \\theta``: the matrix of all examples stands before what is turned before each."""
    if not isinstance(node, Product):
        return False
    for (_, a), (_, b) in zip(node.factors, node.factors[1:], strict=False):
        one, two = plain(a), plain(b)
        if not (isinstance(one, Name) and isinstance(two, Name) and one.base.isupper()):
            continue
        known = one.base.lower() in inputs and two.base in letters
        if known and _is_bare(one) and _is_bare(two):
            return True
    return False


def _fits(
    document: Document,
    letters: set[str],
    inputs: set[str],
    functions: dict[object, tuple[Name, Node]],
) -> bool:
    """One kind of examples, which no line names but by their number; parameters are vectors.

    A line about one example, whose number is left out, would change its meaning.
    """
    if len(inputs) != 1 or any(letter in inputs for letter in letters):
        return False
    for chain in _chains(document):
        head = None if chain.head is None else plain(chain.head)
        head = head.head if isinstance(head, Applied) else head
        if head is not None and key_of(head) in functions and len(chain.parts) == 1:
            continue
        for side in [*([] if chain.head is None else [chain.head]), *chain.parts]:
            called = {id(plain(a)) for n in all_below(side) if isinstance(n, Applied)
                      and key_of(n.head) in functions for a in n.arguments}  # fmt: skip
            for node in all_below(side):
                if not isinstance(node, Name) or node.base not in inputs:
                    continue
                if id(node) in called or not _example(node):
                    return False
    for node in nodes(document):
        if not isinstance(node, Product):
            continue
        for (_, a), (_, b) in zip(node.factors, node.factors[1:], strict=False):
            one, two = _turned(a), plain(b)
            if one is None or not isinstance(two, Name) or one.base not in letters:
                continue
            if two.base.isupper() and two.base.lower() in inputs and _is_bare(two):
                return False  # ``\\theta^T X``: the examples are columns
    return True


def _in_row(node: Node, inputs: set[str], capital: str) -> Node:
    """``x_i`` for ``x^{(i)}``, ``x_{ij}`` for ``x_j^{(i)}``; another name for an example at all.

    capital: the letter of the matrix whose rows are the vectors, if the lines show that.
    """
    if not isinstance(node, Name):
        return node
    if node.base == capital and all(is_transpose(s) for s in node.scripts) and not node.mark:
        return replace(node, base=capital.lower())
    letter = _example(node)
    if not letter:
        if node.base in inputs and all(is_transpose(s) for s in node.scripts):
            label = Script("sub", "", _ONE, (_ONE,), None, True, node.span)
            return replace(node, scripts=(label, *node.scripts))
        return node
    below = [s for s in node.scripts if s.place == "sub"]
    others = tuple(s for s in node.scripts if s.place != "sub" and not _is_example(s))
    items = (letter, *(i for s in below for i in s.items)) if not _by_subscript(node) else ()
    if not items:
        return node
    script = Script("sub", "", "".join(items), items, None, False, node.span)
    return replace(node, scripts=(script, *others))


# -- names ----------------------------------------------------------------------------------------


def _example(name: Name) -> str:
    """The i of ``x^{(i)}``, ``x_i``; "" for a name without."""
    above = [s.text for s in name.scripts if _is_example(s)]
    if above:
        return above[0] if len(above) == 1 else ""
    return name.scripts[0].items[0] if _by_subscript(name) else ""


def _by_subscript(name: Name) -> bool:
    below = [s for s in name.scripts if s.place == "sub" and not (s.word or s.bracket)]
    plainly = len(below) == 1 and len(name.scripts) - sum(map(is_transpose, name.scripts)) == 1
    return plainly and all(i in ("i", "n", "j") for i in below[0].items[:1])


def _is_example(script: Script) -> bool:
    """``^{(i)}``: a letter in a round bracket."""
    letter = len(script.text) == 1 and script.text.isalpha()
    return script.place == "sup" and script.bracket == "(" and letter


def _is_letter(name: Name) -> bool:
    """A small letter, of a vector."""
    return not (name.mark or name.primes) and name.base[:1].islower() and not name.word


def _is_bare(name: Name) -> bool:
    return not (name.scripts or name.primes or name.mark or name.accent)


def _chains(document: Document) -> Iterator[Chain]:
    return (chain for piece in document.pieces for chain in piece.chains)


__all__ = ["SAID", "examples_in_rows"]
