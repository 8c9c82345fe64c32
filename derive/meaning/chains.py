"""The chain rule written as a placeholder, and derivatives of and by the parts of a cost.

``prod(dJ/do, do/dW)`` leaves open how the two are multiplied: with whatever transposes and
sums the chain rule needs.  Its value is the contraction itself, entry by entry.
"""

from __future__ import annotations

from derive.meaning.notation import plain_name
from derive.meaning.ones import Ones
from derive.meaning.roles import resolve
from derive.meaning.setting import IllShaped, Outside
from derive.program import (
    SCALAR,
    Build,
    Dim,
    Entry,
    Expr,
    Gradient,
    Index,
    Partial,
    Shape,
    SumOver,
    Times,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

_JOINING = frozenset({"", "juxt", "cdot", "times", "at"})
"""Signs between the factors of a chain."""


class Chains(Ones):
    """Products of derivatives, and derivatives that name a part of the cost."""

    def _chained(self, factors: tuple[sx.Node, ...]) -> Expr:
        links = [plain(f) for f in factors]
        value = self._value(links[0])
        reached = self._by(links[0])
        for link in links[1:]:
            if not isinstance(link, sx.Derivative) or link.of is None or link.order != 1:
                raise Outside("prod of something other than derivatives")
            upper, lower = plain_name(link.of), self._by(link)
            if upper is None or self._name_of(upper) != reached:
                raise IllShaped(
                    "the factors of prod do not follow one another: the name below the line of "
                    "one is not the name above the line of the next"
                )
            value = self._contracted(value, self.name(upper), lower)
            reached = lower
        return value

    def carried(self, factors: list[tuple[str, sx.Node]]) -> Expr | None:
        """``\\delta \\, \\partial z/\\partial h``: a gradient carried on through other arrays.

        The gradient stands first, or last as columns have it; each derivative begins where the
        one before it ended.  None for a product of anything else.
        """
        if self.setting.mode not in ("batch", "single") or len(factors) < 2:
            return None
        if any(sign not in _JOINING for sign, _ in factors):
            return None
        nodes = [plain(node) for _, node in factors]
        links, order = nodes[1:], nodes[1:]
        value = self._upstream(nodes[0])
        if value is None:
            value, links = self._upstream(nodes[-1]), nodes[:-1]
            turned = [plain(n.base) if isinstance(n, sx.Transposed) else n for n in links]
            if sum(a is not b for a, b in zip(links, turned, strict=True)) not in (0, len(links)):
                return None
            order = turned[::-1]
        if value is None or not all(self._is_link(link) for link in order):
            return None
        out, reached = value
        for link in order:
            assert isinstance(link, sx.Derivative)
            upper = plain_name(link.of)
            assert upper is not None
            if self._name_of(upper) != reached:
                raise Outside("the factors of the product do not telescope")
            reached = self._by(link)
            out = self._contracted(out, self.name(upper), reached)
        return out

    def _upstream(self, node: sx.Node) -> tuple[Expr, str] | None:
        """A gradient of the cost by a whole array, and the name of that array."""
        by: sx.Name | None = None
        if isinstance(node, sx.Derivative) and node.of is not None and node.order == 1:
            of = plain_name(node.of)
            by = node.by if of is not None and self.is_total(of) else None
            if by is None:
                return None
        elif isinstance(node, sx.Name) and resolve(self.roles, node).role == "gradient":
            by = node
        if by is None:
            return None
        occurrence = resolve(self.roles, by)
        if occurrence.entries or occurrence.example or occurrence.transposed or occurrence.power:
            return None
        value = self._value(node)
        return value, self.program_name(by, occurrence)

    def _is_link(self, node: sx.Node) -> bool:
        """A derivative of one whole array by another."""
        if not isinstance(node, sx.Derivative) or node.of is None or node.order != 1:
            return False
        names = [plain_name(node.of), plain_name(node.by)]
        return all(n is not None and self._is_whole(n) for n in names)

    def _is_whole(self, name: sx.Name) -> bool:
        found = resolve(self.roles, name)
        scripted = found.entries or found.example or found.transposed or found.power
        return found.role in ("W", "b", "Z", "A", "X") and not scripted and not name.primes

    def _by(self, node: sx.Node) -> str:
        if not isinstance(node, sx.Derivative) or not isinstance(by := plain(node.by), sx.Name):
            raise Outside("prod of something other than derivatives")
        return self._name_of(by)

    def _name_of(self, name: sx.Name) -> str:
        """The program's name of a whole array, or of a part of the cost."""
        if self.is_part(name):
            return self.part(name)
        occurrence = resolve(self.roles, name)
        if occurrence.entries or occurrence.example or occurrence.transposed or name.mark:
            raise Outside("prod of derivatives of entries")
        if occurrence.role not in ("W", "b", "Z", "A", "X"):
            raise Outside(f"{name.base} has no role in the network")
        return self.program_name(name, occurrence)

    def _contracted(self, outer: Expr, above: Expr, by: str) -> Expr:
        """The slopes by `above`, carried on to `by`: each entry a sum over those of `above`."""
        row, column = self._pair(above.shape, "u", "v")
        body = Times(self._at(outer, row, column), self._slopes(above, row, column, by))
        whole: Expr = body
        for index in (column, row):
            if index is not None:
                whole = SumOver(index, whole)
        return self._built(whole, by)

    def _slopes(self, above: Expr, row: Index | None, column: Index | None, by: str) -> Expr:
        down, across = self._pair(self.setting.shape(by), "r", "s")
        return Partial(self._at(above, row, column), by, down, across)

    def _built(self, body: Expr, by: str) -> Expr:
        down, across = self._pair(self.setting.shape(by), "r", "s")
        return body if down is None and across is None else Build(down, across, body)

    def _slope_of_part(self, part: Expr, by: str) -> Expr:
        """The array of the derivatives of one number by all entries of an array."""
        return self._built(self._slopes(part, None, None, by), by)

    def _at(self, value: Expr, row: Index | None, column: Index | None) -> Expr:
        return value if row is None and column is None else Entry(value, row, column)

    def _pair(self, shape: Shape, one: str, two: str) -> tuple[Index | None, Index | None]:
        """An index for each axis that has more than one place."""

        def index(letter: str, dim: Dim) -> Index | None:
            return None if dim == 1 else Index(self._fresh(f"{letter}_"), dim)

        return index(one, shape[0]), index(two, shape[1])

    def _by_part(self, subject: sx.Node, by: sx.Name) -> Expr:
        """``\\partial J/\\partial L`` where ``J = L + s``."""
        name = self.part(by)
        if isinstance(subject, sx.Name) and self.is_total(subject):
            return Gradient(name, SCALAR)
        body = self._value(subject)
        if body.shape != SCALAR:
            raise Outside("the derivative of an array by a number")
        return Partial(body, name, None, None)
