"""``(t - y)^{2-1}``: an exponent that is worked out from numbers is the number that it is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.meaning.spelling.rewriting import nodes, rewritten
from derive.reading.syntax import Document, Name, Node, Number, Power, Script, Sum
from derive.reading.tree import plain


def exponents_as_numbers(document: Document) -> tuple[Document, str]:
    """The document with sums of numbers above as one number."""
    if not any(_change(node) is not node for node in nodes(document)):
        return document, ""
    return rewritten(document, _change), ""


def _change(node: Node) -> Node:
    if isinstance(node, Power):
        value = _value(node.exponent)
        return node if value is None else replace(node, exponent=Number(node.exponent.span, value))
    if isinstance(node, Name) and any(_worked_out(s) is not s for s in node.scripts):
        return replace(node, scripts=tuple(map(_worked_out, node.scripts)))
    return node


def _worked_out(script: Script) -> Script:
    value = None if script.node is None or script.place != "sup" else _value(script.node)
    if script.node is None or value is None or value.denominator != 1 or value < 0:
        return script
    text = str(value.numerator)
    return replace(script, text=text, items=(text,), node=Number(script.node.span, value))


def _value(node: Node) -> Fraction | None:
    """The value of a sum of two or more numbers; None for anything else."""
    inner = plain(node)
    if not isinstance(inner, Sum) or len(inner.terms) < 2:
        return None
    terms = [(sign, plain(term)) for sign, term in inner.terms]
    values = [sign * term.value for sign, term in terms if isinstance(term, Number)]
    return sum(values, Fraction(0)) if len(values) == len(terms) else None


__all__ = ["exponents_as_numbers"]
