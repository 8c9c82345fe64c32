"""The slips of a pen: every small change of a right-hand side, made on its LaTeX.

In: the source of a note and a side of an equation in it.  Out: labelled texts that differ from
the side in one place.  Some are still true (a sign on both of two factors, an operand that
happens to be the same): `tests.notes.truth` decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from derive.reading import syntax as sx
from derive.reading.tree import children, plain, walk

ELEMENTWISE = {"ast": r"\cdot", "odot": ""}
MATRIX = {"juxt", "cdot", "times"}
LETTERS = "wbzaxyWBZAXY"


@dataclass(frozen=True)
class Variant:
    """A changed side: what kind of slip it is, and the text."""

    slip: str
    text: str


def variants(
    source: str, side: sx.Node, operands: tuple[str, ...], depth: int
) -> Iterator[Variant]:
    """All changed texts of a side, each once.

    operands: other names to put in the place of a name.  depth: the layers that there are.
    """
    start, end = side.span.start, side.span.end
    own = source[start:end]
    seen = {own}
    for slip, at, to, text in _edits(source, side, operands, depth):
        changed = own[: at - start] + text + own[to - start :]
        if changed not in seen:
            seen.add(changed)
            yield Variant(slip, changed)


Edit = tuple[str, int, int, str]


def _edits(source: str, side: sx.Node, operands: tuple[str, ...], depth: int) -> Iterator[Edit]:
    start, end = side.span.start, side.span.end
    own = source[start:end]
    yield "sign", start, end, f"-({own})"
    yield "mean", start, end, rf"\frac{{1}}{{m}} ({own})"
    yield "mean", start, end, f"m ({own})"
    yield "number", start, end, f"2 ({own})"
    for node in walk(side):
        match node:
            case sx.Product():
                yield from _product(source, node)
            case sx.Name():
                yield from _name(source, node, operands, depth)
            case sx.Sum(terms=terms) if len(terms) > 1:
                yield from _sum(source, node)
            case sx.Applied():
                yield from _applied(source, node)
            case sx.Number(value=value):
                yield "number", node.span.start, node.span.end, str(value + 1)
            case sx.Fraction_():
                above, below = (source[n.span.start : n.span.end] for n in children(node))
                turned = rf"\frac{{{below}}}{{{above}}}"
                yield "fraction upside down", node.span.start, node.span.end, turned
            case sx.Big(body=body):
                yield "drop sum", node.span.start, body.span.start, ""


def _product(source: str, node: sx.Product) -> Iterator[Edit]:
    factors = node.factors
    for k, (separator, factor) in enumerate(factors):
        at, to = factor.span.start, factor.span.end
        if k:
            yield "drop factor", factors[k - 1][1].span.end, to, ""
            sign = ELEMENTWISE.get(separator, "*" if separator in MATRIX else None)
            if sign is not None:
                before = factors[k - 1][1].span.end
                yield "product kind", before, at, f" {sign} "
            one, two = (source[f.span.start : f.span.end] for _, f in factors[k - 1 : k + 1])
            first = factors[k - 1][1].span
            between = source[first.end : at]
            yield "swap factors", first.start, to, f"{two}{between}{one}"
        else:
            yield "drop factor", at, factors[1][1].span.start, ""
        text = source[at:to]
        if not isinstance(plain(factor), sx.Number):
            yield "factor twice", at, to, rf"{text} \cdot {text}"


def _sum(source: str, node: sx.Sum) -> Iterator[Edit]:
    for k, (sign, term) in enumerate(node.terms):
        before = node.terms[k - 1][1].span.end if k else node.span.start
        text = source[term.span.start : term.span.end]
        flipped = "+" if sign < 0 else "-"
        yield "sign", before, term.span.end, f" {flipped} {text}"
        if k:
            yield "drop term", before, term.span.end, ""


def _name(source: str, node: sx.Name, operands: tuple[str, ...], depth: int) -> Iterator[Edit]:
    at, to = node.span.start, node.span.end
    text = source[at:to]
    if node.base not in LETTERS or node.primes:
        return
    turned = [s for s in node.scripts if s.text in ("T", r"\top")]
    if turned:
        without = text.replace("^T", "").replace("T}", "}").replace(r"^\top", "")
        yield "transpose", at, to, without
    elif node.scripts and not any(s.place == "sup" and not s.bracket for s in node.scripts):
        above = text.endswith("}") and node.scripts[-1].place == "sup"
        yield "transpose", at, to, text[:-1] + "T}" if above else text + "^T"
    else:
        yield "transpose", at, to, f"({text})^T"
    for script in node.scripts:
        if script.text.isdigit() and (script.bracket or script.place == "sub"):
            inside = source[script.span.start : script.span.end]
            for layer in (int(script.text) - 1, int(script.text) + 1):
                if 0 <= layer <= depth:
                    changed = inside.replace(script.text, str(layer))
                    yield "layer", script.span.start, script.span.end, changed
    for operand in operands:
        if operand != text:
            yield "operand", at, to, operand


def _applied(source: str, node: sx.Applied) -> Iterator[Edit]:
    head, arguments = node.head, node.arguments
    text = source[head.span.start : head.span.end]
    inside = ", ".join(source[a.span.start : a.span.end] for a in arguments)
    if head.base.lower() == "sum":
        yield "drop sum", node.span.start, node.span.end, f"({inside.split(',')[0]})"
    elif head.primes:
        yield "prime", head.span.start, head.span.end, text.replace("'", "")
        yield "prime", head.span.start, head.span.end, text.replace("'", "''")
