"""``-\\log p_{y_i}``: labels that are numbers of classes, put as one-hot labels.

The entry at the class of the example is the sum over all classes, of which only that one
counts: ``\\log p_{i y_i} = \\sum_k y_{ik} \\log p_{ik}`` with ``y_{ik} = 1[y_i = k]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from derive.meaning.notation import function_word
from derive.meaning.spelling.rewriting import nodes, rewritten, scripts_of
from derive.reading.syntax import (
    Applied,
    Big,
    Comparison,
    Derivative,
    Document,
    Group,
    Indexed,
    Name,
    Node,
    Number,
    Product,
    Script,
    Span,
)
from derive.reading.tree import children, mapped, plain

_AT_LABEL = re.compile(
    r"(?:(?P<example>[a-z]),?(?=y_|y\^))?(?P<label>y)(?:_\{?(?P<low>[a-z])\}?|\^\{?\((?P<high>[a-z])\)\}?)?"
)
"""A subscript that is a label: ``y``, ``y_i``, ``i,y_i``, ``y^{(i)}``."""
_AT = "at the label"
_CLASSES = "kcjlqr"
"""Letters for the sum over the classes."""


def one_hot(document: Document) -> tuple[Document, str]:
    """The document with one-hot labels where its labels are numbers of classes."""
    found = [at for node in nodes(document) for _, at in _labels(node)]
    logs = [n for n in nodes(document) if isinstance(n, Applied) and _is_log(n)]
    chosen = {base for call in logs for base in _chosen(call)}
    if not found or not chosen:
        return document, ""
    indices = {i for n in nodes(document) for s in scripts_of(n) for i in s.items}
    examples = {e for at in found if (e := at["low"] or at["high"] or at["example"])}
    if len(examples) > 1 or _is_vector(document, examples):
        return document, ""
    both = any(at["example"] for at in found)
    example = min(examples) if examples and both else ""
    letter = next((c for c in _CLASSES if c not in examples and c in indices), "")
    if not letter:
        return document, ""
    writer = _Writer(example, chosen)
    document = rewritten(rewritten(document, writer.change), writer.alone)
    return document, "labels are numbers of classes: y is taken one-hot"


def _labels(node: Node) -> Iterator[tuple[Script, re.Match[str]]]:
    """The subscripts of a name that are labels."""
    if isinstance(node, Name) and not node.mark:
        for script in node.scripts:
            match = _AT_LABEL.fullmatch(script.text) if script.place == "sub" else None
            same = match is not None and match["example"] in (None, match["low"])
            if match is not None and same and node.base != "y":
                yield script, match


def _is_log(node: Applied) -> bool:
    return function_word(node.head.base) in ("log", "ln") and len(node.arguments) == 1


def _chosen(call: Node) -> set[str]:
    """The letters that a call takes at the label."""
    return {n.base for n in _all(call) for _ in _labels(n) if isinstance(n, Name)}


def _is_vector(document: Document, examples: set[str]) -> bool:
    """Somewhere the labels have entries: they are no numbers."""
    for node in nodes(document):
        if isinstance(node, Name) and node.base == "y" and not node.accent and not node.mark:
            for script in node.scripts:
                if script.text not in examples and not (script.bracket and examples):
                    return True
    return False


class _Writer:
    """Puts sums over the classes for entries at a label, and entries for indicators."""

    def __init__(self, example: str, chosen: set[str]) -> None:
        self.example, self.chosen = example, chosen

    def change(self, node: Node) -> Node:
        """One node, what is below it changed already."""
        if isinstance(node, Applied) and _is_log(node) and _chosen(node):
            return self._summed(node)
        if isinstance(node, Derivative):
            return node
        found = self._indicated(node)
        return node if found is None else self._label(node.span, found)

    def alone(self, node: Node) -> Node:
        """An entry at the label outside of every logarithm; a derivative by one is left open."""
        if isinstance(node, Derivative) and any(True for _ in _labels(node.by)):
            said = Script("sup", "", _AT, (_AT,), None, True, node.by.span)
            return replace(node, by=replace(node.by, scripts=(*node.by.scripts, said)))
        if isinstance(node, Name) and node.base in self.chosen and any(True for _ in _labels(node)):
            return self._summed(node)
        return node

    def _summed(self, node: Applied | Name) -> Node:
        used = {i for n in _all(node) for s in scripts_of(n) for i in (*s.items, s.text)}
        used |= {n.index for n in _all(node) if isinstance(n, Big)}
        letter = next(c for c in (*_CLASSES, *"abdefgh") if c not in used and c != self.example)
        body = mapped(node, lambda n: self._at(n, letter))
        label = self._label(node.span, letter)
        return Big(
            node.span, "sum", letter, letter, "",
            Product(node.span, (("", label), ("juxt", body))),
        )  # fmt: skip

    def _at(self, node: Node, letter: str) -> Node:
        """A name at the class `letter` in place of the label."""
        for script, match in _labels(node):
            assert isinstance(node, Name)
            items = (match["example"], letter) if match["example"] else (letter,)
            new = replace(script, text="".join(items), items=items, node=None)
            return replace(node, scripts=tuple(new if s is script else s for s in node.scripts))
        return node

    def _label(self, span: Span, letter: str) -> Name:
        """``y_{ik}``."""
        items = (self.example, letter) if self.example else (letter,)
        return Name(span, "y", (Script("sub", "", "".join(items), items, None, False, span),))

    def _indicated(self, node: Node) -> str | None:
        """The letter of the class in ``1[y_i = k]`` and ``1_{k = y}``."""
        if isinstance(node, Indexed):
            inner = plain(node.base)
            one = isinstance(inner, Number) and inner.value == 1 and len(node.scripts) == 1
            sides = node.scripts[0].text.split("=") if one else []
        elif isinstance(node, Group | Applied):
            condition = _condition(node)
            sides = [_text(condition.left), _text(condition.right)] if condition else []
        else:
            return None
        if len(sides) != 2:
            return None
        labels = [_AT_LABEL.fullmatch(side) for side in sides]
        for match, other in ((labels[0], sides[1]), (labels[1], sides[0])):
            if match is not None and len(other) == 1 and other.isalpha():
                return other
        return None


def _condition(node: Group | Applied) -> Comparison | None:
    """The equation in the brackets of an indicator."""
    inner: Node = plain(node)
    if isinstance(node, Applied):
        one = node.head.base in ("1", "I") and node.head.font and len(node.arguments) == 1
        inner = plain(node.arguments[0]) if one else node
    return inner if isinstance(inner, Comparison) and inner.relation == "=" else None


def _text(node: Node) -> str:
    """How a name is spelled in a subscript."""
    name = plain(node)
    if not isinstance(name, Name) or name.accent or name.mark or len(name.scripts) > 1:
        return ""
    if not name.scripts:
        return name.base
    script = name.scripts[0]
    if script.place == "sub":
        return f"{name.base}_{script.text}"
    return f"{name.base}^({script.text})" if script.bracket == "(" else ""


def _all(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack += [*children(top), *(s.node for s in scripts_of(top) if s.node is not None)]


__all__ = ["one_hot"]
