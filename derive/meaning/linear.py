"""One layer without a bias: ``h_\\theta(x) = \\theta^T x``, ``\\hat y = X w``.

Only where no line of the form ``Z = W A + b`` tells anything: one product of two letters, one
of them x, is then the forward pass; what it is called stands for the output.
"""

from __future__ import annotations

from dataclasses import replace

from derive.meaning.affine import MATRIX_PRODUCTS, Affine, affine_parts, factor_of
from derive.meaning.facts import Activation, Facts, call_of, known_function
from derive.meaning.lines import Line
from derive.meaning.notation import Layer, is_cost_word, is_transpose, plain_name
from derive.meaning.roles import spelled_function
from derive.reading.syntax import Name, Node, Product
from derive.reading.tree import plain


def find_linear(facts: Facts) -> list[Affine]:
    """The line of a linear model, with the output named; empty unless there is exactly one."""
    found = [item for line in facts.lines for item in _linear(line)]
    if len(found) != 1:
        return []
    (item,) = found
    line = item.line
    call = call_of(line.left)
    applied_to = next(
        (call_of(other.right) for other in facts.lines if other.relation is line.relation), None
    )
    if call is not None:
        facts.outputs[spelled_function(call[0])] = item.z
        if all(s.text in (item.w.base, "\\" + item.w.base) for s in call[0].scripts):
            facts.outputs[spelled_function(replace(call[0], scripts=()))] = item.z  # h, h_\\theta
    if applied_to is not None:
        _folded(facts, line, applied_to[0])
        return found
    applied = any(
        plain_name(called[1]) is not None and _is(plain_name(called[1]), item.z)
        for other in facts.lines
        if (called := call_of(other.right)) is not None
    )
    if not applied:
        facts.activations[Layer("", 1)] = Activation(known="identity", line=line.piece.line)
    return found


def _folded(facts: Facts, line: Line, function: Name) -> None:
    """``h_\\theta(x) = g(\\theta^T x)``: the function is the activation of what has no name."""
    known = known_function(function)
    entry = Activation(known=known, line=line.piece.line)
    if known is None or function.base == "sigma":
        entry.symbols.add(spelled_function(function))
        facts.roles.by_base.setdefault(function.base, "function")
    facts.activations[Layer("", 1)] = entry
    head = plain_name(line.left)
    if head is not None and not head.accent:
        facts.roles.by_base.setdefault(head.base, "A")


def _is(one: Name | None, two: Name) -> bool:
    return one is not None and (one.base, one.accent) == (two.base, two.accent)


def _linear(line: Line) -> list[Affine]:
    if not line.first or line.relation.text not in ("=", ":="):
        return []
    outer, product = call_of(line.right), plain(line.right)
    call, head = call_of(line.left), plain_name(line.left)
    if outer is not None:
        function, inner = outer
        product = plain(inner)
        if function.primes or function.mark or is_cost_word(function):
            return []
    bias: Name | None = None
    first: tuple[Name, bool] | None
    second: tuple[Name, bool] | None
    biased = None if outer is None else affine_parts(product)
    if biased is not None and not biased[3]:
        first, second, bias = biased[:3]
        if bias.scripts or bias.accent or bias.base in (first[0].base, second[0].base):
            return []
    elif not _is_pair(product):
        return []
    else:
        assert isinstance(product, Product)
        first, second = (factor_of(node) for _, node in product.factors)
    if first is None or second is None or any(_scripted(f) for f, _ in (first, second)):
        return []
    weight_first = second[0].base in ("x", "X")
    weight, source = (first, second) if weight_first else (second, first)
    if source[0].base not in ("x", "X") or weight[0].base in ("x", "X", "y", "Y") or source[1]:
        return []
    if call is not None:
        argument = plain_name(call[1])
        if is_cost_word(call[0]) or argument is None or not _is(argument, source[0]):
            return []
        head = Name(line.left.span, "y", accent="hat")
    if head is None or head.mark or head.primes or is_cost_word(head):
        return []
    if outer is not None:
        if head.base in (weight[0].base, source[0].base, outer[0].base):
            return []
        head = Name(line.left.span, "y", accent="hat")
    if head.base in (weight[0].base, source[0].base) or (head.base in "yY" and not head.accent):
        return []
    decides = weight_first or not weight[1]
    return [
        Affine(
            replace(line, right=product), head, weight[0], source[0], bias, None, None,
            weight_first, weight[1], False, False, decides,
        )
    ]  # fmt: skip


def _is_pair(node: Node) -> bool:
    """A product of two factors as matrices."""
    two = isinstance(node, Product) and len(node.factors) == 2
    return two and isinstance(node, Product) and node.factors[1][0] in MATRIX_PRODUCTS


def _scripted(name: Name) -> bool:
    """Scripts other than a transpose, an accent or a mark: no whole array."""
    return bool(name.accent or name.mark or name.primes) or any(
        not is_transpose(s) for s in name.scripts
    )
