"""The same note written otherwise: other letters, other scripts, other sizes, the other layout.

In: the text of a note.  Out: a text that says the same, so that every verdict must stay.
All changes are made to the maths only (what stands between dollars), by pattern; the change
of layout finds the factors of products with the reader's syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from derive.reading import read
from derive.reading import syntax as sx
from derive.reading.tree import children, plain

MATHS = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
_KEPT = r"\\(?:text|begin|end)\{[^{}]*\}|\\[A-Za-z]+"


def in_maths(source: str, change: Callable[[str], str]) -> str:
    """The source with every piece of maths changed."""
    return MATHS.sub(lambda match: change(match[0]), source)


def renamed(source: str, letters: Mapping[str, str]) -> str:
    """Other letters, all at once; words in ``\\text{}`` and commands stay.

    >>> renamed("W: $dW = \\\\text{Wide } \\\\omega W$", {"W": "P"})
    'W: $dP = \\\\text{Wide } \\\\omega P$'
    """
    pattern = re.compile(rf"({_KEPT})|({'|'.join(map(re.escape, letters))})")
    return in_maths(
        source, lambda maths: pattern.sub(lambda m: m[1] or spaced(letters[m[2]], m), maths)
    )


def spaced(letter: str, match: re.Match[str]) -> str:
    """A command is set apart from the letter behind it."""
    follows = match.string[match.end() : match.end() + 1]
    return f"{letter} " if letter.startswith("\\") and follows.isalpha() else letter


def with_commands(source: str, commands: Mapping[str, str]) -> str:
    """Other commands: ``\\alpha`` for ``\\eta``."""
    for old, new in commands.items():
        source = in_maths(source, lambda maths, o=old, n=new: re.sub(  # type: ignore[misc]
            re.escape(o) + r"(?![A-Za-z])", lambda _: n, maths))  # fmt: skip
    return source


def resized(source: str, sizes: Mapping[int, int]) -> str:
    """Other sizes wherever a whole number of the maths is one of them."""
    pattern = re.compile(r"(?<![\d.])(" + "|".join(map(str, sizes)) + r")(?![\d.])")
    return in_maths(source, lambda maths: pattern.sub(lambda m: str(sizes[int(m[1])]), maths))


# -- the scripts that carry the layer --------------------------------------------------------------

LAYER = {
    "round": r"^{(%s)}",
    "square": r"^{[%s]}",
    "below": r"_{%s}",
    "bare below": r"_%s",
    "index": r"[%s]",
}
"""How a layer can be written."""
_ROUND = re.compile(r"\^\{([(\[])(\w)[)\]](T?)\}")
_BELOW = re.compile(r"(?<![A-Za-z\\])(?P<mark>d?)(?P<base>[WBZAwbza])_(?P<layer>[0-9k]|\{k-1\})"
                    r"(?P<power>\^(?:T|\d))?")  # fmt: skip


def restyled(source: str, style: str) -> str:
    """The layers of ``W^{(1)}``, ``W^{[1]}``, ``W_1`` written in another style."""

    def above(match: re.Match[str]) -> str:
        layer = LAYER[style] % match[2]
        if style in ("round", "square") and match[3]:
            return layer[:-1] + "T}"
        return layer + ("^T" if match[3] else "")

    def below(match: re.Match[str]) -> str:
        layer = match["layer"].strip("{}")
        power = match["power"] or ""
        name = match["mark"] + match["base"]
        if style in ("round", "square"):
            if power == "^T":
                return name + (LAYER[style] % layer)[:-1] + "T}"
            whole = name + LAYER[style] % layer
            return f"({whole}){power}" if power else whole
        return name + (LAYER[style] % layer) + power

    return in_maths(source, lambda maths: _BELOW.sub(below, _ROUND.sub(above, maths)))


# -- the other layout ------------------------------------------------------------------------------


def in_rows(source: str, lines: set[tuple[int, int]]) -> str:
    """A note with examples as columns, written with examples as rows.

    lines: (line, step) of the relations that are about matrices; only their products turn.
    Every matrix stands for its transpose, so a product is written the other way round, sums
    run along the other axis, and shapes are swapped.
    """
    edits: dict[tuple[int, int], str] = {}
    for piece in read(source, "md").pieces:
        for chain in piece.chains:
            sides = [chain.head, *chain.parts]
            for k, relation in enumerate(chain.relations):
                if (piece.line, relation.step) in lines:
                    for side in (sides[k], sides[k + 1]):
                        if side is not None:
                            edits[(side.span.start, side.span.end)] = _Turner(source).text(side)
    for (start, end), text in sorted(edits.items(), reverse=True):
        source = source[:start] + text + source[end:]
    return source


class _Turner:
    """Writes a side for transposed matrices."""

    def __init__(self, source: str) -> None:
        self.source = source

    def text(self, node: sx.Node) -> str:
        match node:
            case sx.Tuple(items=(rows, columns)):
                return f"({self._cut(columns)}, {self._cut(rows)})"
            case sx.Product():
                return self._product(node)
            case sx.Applied(head=head, arguments=(_, sx.Number())) if head.base.lower() == "sum":
                return self._inside(node)[:-2] + "0)"
            case _:
                return self._inside(node)

    def _cut(self, node: sx.Node) -> str:
        return self.source[node.span.start : node.span.end]

    def _inside(self, node: sx.Node) -> str:
        """The node as it stands, with what is below it turned."""
        text, at = "", node.span.start
        for child in children(node):
            if child.span.start >= at:
                text += self.source[at : child.span.start] + self.text(child)
                at = child.span.end
        return text + self.source[at : node.span.end]

    def _product(self, node: sx.Product) -> str:
        """Scalars first, then each run of matrix products from its end to its beginning."""
        scalars: list[str] = []
        value, elementwise = "", False
        for separator, factor in node.factors:
            sign = self._separator(node, factor) if value else ""
            text = self.text(factor)
            if separator == "slash":
                scalars.append(f"\\frac{{1}}{{{text}}}")
            elif is_scalar(factor):
                scalars.append(text)
            elif not value:
                value = text
            elif separator in ("ast", "odot"):
                value, elementwise = f"{value} {sign} {text}", True
            else:
                value = f"({value})" if elementwise else value
                value, elementwise = f"{text} {sign} {value}", False
        return " ".join([*scalars, value]).strip()

    def _separator(self, node: sx.Product, factor: sx.Node) -> str:
        """The sign in front of a factor as it is written."""
        before = max(f.span.end for _, f in node.factors if f.span.end <= factor.span.start)
        return self.source[before : factor.span.start].strip()


def is_scalar(node: sx.Node) -> bool:
    """A number, a size or a rate: made of nothing but numbers, m, alpha."""
    inner = plain(node)
    if isinstance(inner, sx.Name):
        return inner.base in ("m", "alpha", "eta") and not inner.scripts
    below = children(inner)
    return isinstance(inner, sx.Number) or (bool(below) and all(map(is_scalar, below)))
