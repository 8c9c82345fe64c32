"""What the claims of a note say of its literal program: gradients, maps, entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from derive.meaning.facts import Facts, subtree
from derive.meaning.jacobians import along_path, says_denominator, slopes_of, telescopes
from derive.meaning.literal.identity import Key
from derive.meaning.literal.joined import NOT_FOLLOWED
from derive.meaning.literal.products import times
from derive.meaning.literal.scope import RATES, Scope, is_matrix
from derive.meaning.literal.steps import SHARED
from derive.meaning.literal.totals import is_nabla
from derive.meaning.literal.values import Values
from derive.meaning.setting import COST, Outside
from derive.program import (
    SCALAR,
    Apply,
    Build,
    Entry,
    Expr,
    Gradient,
    Index,
    Jacobian,
    Partial,
    Symbol,
    walk,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain

if TYPE_CHECKING:
    from derive.meaning.literal.outline import Outlined, Stated

Map = tuple[Key | None, Key]
"""The derivative of a quantity (None: of the cost that no name is given) by another."""


class Claims(Values):
    """Values with derivatives: `cost` is the quantity whose gradients are named.

    outline: what is computed from what, and which derivatives the lines do not settle.
    """

    def __init__(self, facts: Facts, scope: Scope, outline: Outlined) -> None:
        super().__init__(facts, scope)
        self.cost = outline.costs[0] if outline.costs else None
        if self.cost in scope.hidden:
            self.cost = None  # a number for each choice of an entry
        self.outline, self.reaches = outline, outline.reaches
        self.of_one_step = False
        """The line is the term of a sum over all steps."""
        self.jacobians = False
        """The line holds a derivative of one vector by another, or one path of such."""
        self.turned = says_denominator(facts.document.source)
        """Such a matrix has a row for each entry of what it is differentiated by."""
        self.entrywise = False
        """The derivative of ``f(z)`` by z is the array of its slopes."""
        self.summing = 0
        """How many sums of several terms stand around what is read."""
        self.inside: list[Key] = []
        """The names whose formulas are being read in their place."""
        self.place = 0
        """Where the line begins: which of several costs it means."""

    def marked(self, name: sx.Name) -> Expr:
        """``dX``, ``\\partial X``: the gradient of the cost by X, or one of its entries."""
        differential = name.mark == "d" and self.facts.roles.differentials
        if name.mark not in ("d", "partial") or self.cost is None or differential:
            mark = "d" if name.mark == "d" else "\\partial "
            raise Outside(f"of which loss {mark}{name.base} is the gradient is not told")
        cost = self.outline.cost_at(self.place)
        bare = sx.Name(name.span, name.base, name.scripts, 0, name.accent, "", name.word, name.font)
        use = self.scope.names.use(bare)
        return self._used(use, self.gradient(cost, use.key))

    def quantity(self, key: Key) -> Symbol:
        """The symbol of a quantity of the forward pass."""
        if key in self.outline.derived:
            raise Outside(f"{key[0]} stands for gradients, and is no quantity by itself")
        return super().quantity(key)

    def name(self, name: sx.Name) -> Expr:
        """A quantity, or the formula of gradients that a name stands for."""
        stated = None if name.mark else self._derived(name)
        if stated is None:
            return super().name(name)
        if stated.key in self.inside or stated.entries or stated.of_one:
            raise Outside(f"what {name.base} stands for is not understood")
        letters = set(self.free)
        self.inside.append(stated.key)
        value = self.value(stated.formula)
        self.inside.pop()
        if set(self.free) - letters:
            raise Outside("indices on one side only")
        return self._used(self.scope.names.use(name), value)

    def _derived(self, name: sx.Name) -> Stated | None:
        if not self.outline.derived:
            return None
        try:
            return self.outline.derived.get(self.scope.names.use(name).key)
        except Outside:
            return None

    def gradient(self, of: Key, by: Key) -> Expr:
        """The array of the derivatives of a number by the entries of a quantity."""
        symbol = self.quantity(by)
        self._settled(by)
        if of == by:
            raise Outside("a derivative of a quantity by itself")
        if of not in self.scope.values:
            raise Outside(self.scope.lost.get(of, "there is no cost to differentiate"))
        if not self.reaches(of, by):
            raise Outside("it is written without what it is differentiated by")
        if of == self.cost:
            return Gradient(symbol.name, symbol.shape)
        subject = self.number(of)
        if subject.shape != SCALAR:
            raise Outside("the derivative of one array by another is a linear map")
        if symbol.shape == SCALAR:
            return Partial(subject, symbol.name, None, None)
        return _gathered(subject, symbol)

    def _settled(self, by: Key) -> None:
        reason = self.outline.elsewhere(by)
        if reason == SHARED and self.of_one_step:
            reason = ""
        loose = by in self.scope.rooted and is_matrix(by)
        loose = loose or (by in self.scope.numbers and self._may_be_an_array(by))
        if loose and by[0] not in RATES:
            reason = f"whether {by[0]} is a number or works entry by entry is not told"
        if any(key == by or self.reaches(key, by) for key in self.outline.joined):
            reason = NOT_FOLLOWED
        if reason:
            raise Outside(reason)

    def _may_be_an_array(self, key: Key) -> bool:
        """Is a letter that is taken for a number a factor of an array as a whole?"""
        for stated in self.outline.stated.values():
            value = self.scope.values.get(stated.key)
            if value is None or value.shape == SCALAR or stated.entries:
                continue
            factors = (p for p in subtree(stated.formula) if isinstance(p, sx.Product))
            names = (plain(f) for p in factors for _, f in p.factors)
            if any(isinstance(n, sx.Name) and key in _keys_of(self, n) for n in names):
                return True
        return False

    def derivative(self, node: sx.Derivative) -> Expr:
        """``\\partial L/\\partial W``, of a number by an array; of an entry by an entry."""
        if node.of is None or node.order != 1:
            raise Outside("a derivative of nothing" if node.of is None else "a second derivative")
        by = self.scope.names.use(node.by)
        if node.by.mark or (node.by.primes and by.key not in self.scope.values):
            raise Outside("a derivative by something other than a name")
        if by.transposed or by.power is not None or by.example is not None:
            raise Outside("a derivative by something other than a name")
        subject = plain(node.of)
        of = self.subject(subject)
        if of is not None and of[1] == ():
            whole = self.whole(of[0], by.key)
            if whole is not None:
                return self.entry(whole, by.entries, by.key) if by.entries else whole
        if of is not None and of[0] == by.key:
            raise Outside("a unit by another of the same name: say of which layers they are")
        return self._partial(subject, by.key, by.entries)

    def subject(self, node: sx.Node) -> tuple[Key, tuple[str, ...]] | None:
        """The quantity that is differentiated, with its entries; None for a formula."""
        inner = plain(node)
        if isinstance(inner, sx.Applied):
            key = self.scope.names.use(inner.head).key
            named = key in self.scope.values or key in self.scope.lost or key == self.cost
            return (key, ()) if named and self._function(inner.head) is None else None
        if not isinstance(inner, sx.Name) or inner.mark:
            return None
        use = self.scope.names.use(inner)
        special = use.transposed or use.power is not None or use.example is not None
        return None if special else (use.key, use.entries)

    def whole(self, of: Key, by: Key) -> Expr | None:
        """The gradient of a number by a whole quantity; None if it is not of a number."""
        if of != self.cost and self.number(of).shape != SCALAR:
            return self._slopes(of, by)
        return self.gradient(of, by)

    def _slopes(self, of: Key, by: Key) -> Expr | None:
        """The derivative of ``f(z)`` by z as the array of its slopes, where that is meant."""
        return self._elementwise(of, by) if self.entrywise else None

    def _partial(self, subject: sx.Node, by: Key, entries: tuple[str, ...]) -> Expr:
        """The derivatives of a formula by an entry, or by all entries of an array."""
        self._settled(by)
        body = self.value(subject)
        symbol = self.quantity(by)
        inside = [key for key in self.scope.labels if _mentions(body, self.scope.label(key))]
        if not any(key == by or self.reaches(key, by) for key in inside):
            raise Outside("it is written without what it is differentiated by")
        if body.shape != SCALAR:
            if self.entrywise and isinstance(body, Apply) and body.arg == symbol and not entries:
                return self.apply(body.function, body.order + 1, symbol)
            self.jacobians = True
            at = self.position(symbol, entries, by) if entries else None
            return slopes_of(body, symbol, at, self.turned)
        if not entries and symbol.shape != SCALAR:
            if any(isinstance(n, Partial | Gradient | Build) for n in walk(body)):
                raise Outside("a derivative of a derivative")
            return _gathered(body, symbol)
        row, column = self.position(symbol, entries, by) if entries else (None, None)
        if any(i is None and d != 1 for i, d in zip((row, column), symbol.shape, strict=True)):
            raise Outside("the derivative of one array by another is a linear map")
        return Partial(body, symbol.name, row, column)

    def product(self, factors: tuple[tuple[str, sx.Node], ...]) -> Expr:
        """A product in which ``\\nabla_a C`` is one derivative, slopes stand beside ``\\odot``."""
        path = self._path(factors)
        if path is not None:
            return path
        out: Expr | None = None
        pending: sx.Node | None = None
        before: sx.Node | None = None
        sign = ""
        for separator, node in factors:
            if pending is not None:
                value = self.nabla(pending, node)
                separator, pending = sign, None
            elif is_nabla(node):
                pending, sign = node, separator
                continue
            else:
                slope = self._slope(node) if separator in ("ast", "odot") else None
                value = self.value(node) if slope is None else slope
                separator = self._sign(separator, before, node, value)
            before = node
            out = value if out is None else times(separator, out, value)
        if pending is not None or out is None:
            raise Outside("nabla of nothing")
        return out

    def _path(self, factors: tuple[tuple[str, sx.Node], ...]) -> Expr | None:
        """``\\partial L/\\partial h \\, \\partial h/\\partial x``: what comes along one path."""
        found = [self.map_of(node) for _, node in factors]
        if any(sign in ("slash", "odot", "ast") for sign, _ in factors) or len(found) < 2:
            return None
        maps = [(one[0] or self.cost, one[1]) for one in found if one is not None]
        maps = maps if telescopes(maps) else maps[::-1]
        if len(maps) < len(found) or not telescopes(maps):
            return None
        of, by = maps[0]
        if (
            of is None
            or of != self.cost
            or all(self.quantity(key).shape == SCALAR for _, key in maps)
        ):
            return None
        slopes, symbol = self.gradient(of, by), self.quantity(by)
        for above, below in maps[1:]:
            assert above is not None
            self._settled(below)
            if self.summing and self._both_ways(above, below):
                raise Outside(f"what {below[0]} changes besides may be meant to be held fixed")
            if not self.reaches(above, below):
                raise Outside("it is written without what it is differentiated by")
            self.jacobians = True
            slopes, symbol = along_path(slopes, symbol, self.quantity(below)), self.quantity(below)
        return slopes

    def _both_ways(self, above: Key, below: Key) -> bool:
        """Is a quantity computed from another one directly, and through a third one too?"""
        used = self.outline.uses.get(above, frozenset())
        others = (key for key in used if key not in (above, below))
        return below in used and any(self.reaches(key, below) for key in others)

    def _sum(self, terms: tuple[tuple[int, sx.Node], ...]) -> Expr:
        self.summing += len(terms) > 1
        value = super()._sum(terms)
        self.summing -= len(terms) > 1
        return value

    def nabla(self, by: sx.Node, of: sx.Node) -> Expr:
        """The gradient that a sign in front of something says."""
        if not isinstance(by, sx.Name):
            raise Outside("a second derivative")
        return self.derivative(sx.Derivative(of.span, of, self.nabla_by(by, of), "partial"))

    def nabla_by(self, nabla: sx.Name, of: sx.Node) -> sx.Name:
        """What a sign differentiates by: the name below it, or the only argument."""
        by = nabla if nabla.mark else self._only_argument(nabla, of)
        return sx.Name(by.span, by.base, by.scripts, 0, by.accent, "", by.word, by.font)

    def _only_argument(self, nabla: sx.Name, of: sx.Node) -> sx.Name:
        """``\\nabla J(w)``: what is differentiated by is the only argument."""
        call = self._call_of(plain(of))
        if not nabla.scripts and isinstance(call, sx.Applied) and self.is_named(call):
            by = plain(call.arguments[0])
            if len(call.arguments) == 1 and isinstance(by, sx.Name):
                return by
        raise Outside("nabla, but not by what")

    def _call_of(self, of: sx.Node) -> sx.Node:
        """``f``, of which a line says ``f(x) = ...``, with what it depends on."""
        keys = _keys_of(self, of) if isinstance(of, sx.Name) else ()
        heads = (self.outline.stated[key].line.left for key in keys if key in self.outline.stated)
        return next((h for h in map(plain, heads) if isinstance(h, sx.Applied)), of)

    def applied(self, node: sx.Applied) -> Expr:
        """``\\nabla_x (a^T x)`` is a derivative; anything else is a call or a product."""
        if node.head.mark == "nabla" and len(node.arguments) == 1:
            return self.nabla(node.head, node.arguments[0])
        return super().applied(node)

    def _power(self, base: sx.Node, exponent: sx.Node) -> Expr:
        """``\\nabla_x (a^T x)^2`` differentiates the square."""
        inner = plain(base)
        if isinstance(inner, sx.Applied) and inner.head.mark == "nabla":
            if len(inner.arguments) != 1 or not isinstance(plain(exponent), sx.Number):
                raise Outside("nabla of several things")
            group = sx.Group(inner.span, inner.bracket, inner.arguments[0])
            return self.nabla(inner.head, sx.Power(base.span, group, exponent))
        return super()._power(base, exponent)

    def _slope(self, node: sx.Node) -> Expr | None:
        """``\\odot \\partial h/\\partial z``: the slopes of h = f(z), entry by entry."""
        found = self.map_of(node)
        if found is None:
            return None
        return None if found[0] is None else self._elementwise(found[0], found[1])

    def _elementwise(self, of: Key, by: Key) -> Expr | None:
        """The slopes of h = f(z) by z, entry by entry; None where h is no such thing."""
        body, argument = self.scope.values.get(of), self.quantity(by)
        if argument.shape != SCALAR and isinstance(body, Apply) and body.arg == argument:
            return self.apply(body.function, body.order + 1, argument)
        return None

    # -- products of derivatives -----------------------------------------------------------------

    def map_of(self, node: sx.Node) -> Map | None:
        """A derivative of a quantity by a quantity, neither with entries; None otherwise."""
        inner = plain(node)
        if isinstance(inner, sx.Name) and not inner.mark:
            use = self.scope.names.use(inner)
            plainly = not (use.entries or use.transposed or use.power or use.example)
            return self.scope.aliases.get(use.key) if plainly else None
        if not isinstance(inner, sx.Derivative) or inner.of is None or inner.order != 1:
            return None
        of, by = self.subject(inner.of), self.scope.names.use(inner.by)
        if of is None or of[1] or by.entries or by.transposed or by.power or by.example:
            return None
        return None if inner.by.mark else (of[0], by.key)

    def maps(self, node: sx.Node) -> tuple[Map, ...] | None:
        """The factors of a pure product of such derivatives."""
        inner = plain(node)
        if isinstance(inner, sx.Product):
            found: list[Map] = []
            for separator, factor in inner.factors:
                one = self.maps(factor)
                if one is None or separator in ("slash", "odot", "ast"):
                    return None
                found += one
            return tuple(found)
        one_map = self.map_of(inner)
        return None if one_map is None else (one_map,)

    def jacobian(self, found: Map) -> Jacobian:
        """The linear map of a derivative; Outside where it is the map of nothing."""
        of, by = found
        self._settled(by)
        if of is None or not self.reaches(of, by):
            raise Outside("it is written without what it is differentiated by")
        if of not in self.scope.values:
            raise Outside(self.scope.lost.get(of, "there is no cost to differentiate"))
        label = COST if of == self.cost else self.quantity(of).name
        return Jacobian(label, self.quantity(by).name)


def _keys_of(claims: Claims, name: sx.Name) -> tuple[Key, ...]:
    """What a name stands for, if that is known."""
    try:
        return () if name.mark else (claims.scope.names.use(name).key,)
    except Outside:
        return ()


def _gathered(subject: Expr, by: Symbol) -> Build:
    """The array of the derivatives of a number by the entries of an array."""
    row, column = (None if d == 1 else Index(f"{k}_", d)
                   for k, d in zip("rc", by.shape, strict=True))  # fmt: skip
    return Build(row, column, Partial(subject, by.name, row, column))


def _mentions(expr: Expr, label: str) -> bool:
    return any(isinstance(n, Symbol) and n.name == label for n in walk(expr))


__all__ = ["Claims", "Entry", "Map"]
