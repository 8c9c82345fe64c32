"""Equations between two formulas of one number, made easier: parts they share, cases of steps.

In: the sides of an equation.  Out, by `shared_out`: both sides with a symbol for each of the
largest parts that they share; if that is proved for all values of the symbols the equation holds,
whatever they stand for.  Parts are the same that differ only in the order of summands and factors.
By `agree`: both sides are walked together, and only where they part something is to be proved.
By `cases`: both sides for every choice of what their steps are, 0 or 1; if all of these are proved
for every number, the equation holds wherever its steps have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.program import (
    ONE,
    SCALAR,
    ZERO,
    Apply,
    Expr,
    Number,
    Plus,
    Power,
    Symbol,
    Times,
    children,
    walk,
    with_children,
)
from derive.pycode.pieces import folded, simplified, step_of

Key = tuple[object, ...]
MOST_CASES = 96


def shared_out(left: Expr, right: Expr, *, steps: bool) -> tuple[Expr, Expr, tuple[str, ...]]:
    """Both sides, and the names of the unknowns in them.

    steps: only parts with steps or roundings are taken out, not every function.

    >>> x = Symbol("x", SCALAR)
    >>> e = Apply("exp", 0, x)
    >>> shared_out(Times(e, x), Plus(e, e), steps=False)[2]
    ('shared0',)
    """
    parts = _Parts(steps)
    both = parts.under(left) & parts.under(right)
    return parts.put(left, both), parts.put(right, both), tuple(parts.names.values())


def agree(left: Expr, right: Expr, proved: Callable[[Expr, Expr], bool]) -> bool:
    """Whether two formulas are the same but for parts that are proved equal, the smallest first.

    >>> x = Symbol("x", SCALAR)
    >>> e, twice = Apply("exp", 0, Plus(x, x)), Apply("exp", 0, Times(Number(Fraction(2)), x))
    >>> agree(Times(x, e), Times(twice, x), lambda a, b: (a, b) == (e.arg, twice.arg))
    True
    """
    return _Agreement(proved).holds(left, right)


class _Agreement:
    def __init__(self, proved: Callable[[Expr, Expr], bool]) -> None:
        self.parts = _Parts(steps=True)
        self.proved = proved
        self.known: dict[tuple[int, int], bool] = {}

    def holds(self, left: Expr, right: Expr) -> bool:
        key = self.parts.number(left), self.parts.number(right)
        if key[0] == key[1]:
            return True
        if key not in self.known:
            self.known[key] = self._below(left, right) or self.proved(left, right)
        return self.known[key]

    def _below(self, left: Expr, right: Expr) -> bool:
        """Whether both are one operation on parts that agree."""
        match left, right:
            case (Plus(), Plus()) | (Times(), Times()):
                kind = Plus if isinstance(left, Plus) else Times
                one, other = self._apart(list(_flat(left, kind)), list(_flat(right, kind)))
                if len(one) != len(other):
                    return False
                pairs = list(zip(one, other, strict=True))
            case Apply(), Apply() if (left.function, left.order) == (right.function, right.order):
                pairs = [(left.arg, right.arg)]
            case Power(), Power() if left.exponent == right.exponent:
                pairs = [(left.base, right.base)]
            case _:
                return False
        return all(self.holds(*pair) for pair in pairs)

    def _apart(self, left: list[Expr], right: list[Expr]) -> tuple[list[Expr], list[Expr]]:
        """Summands or factors without those that both sides have."""
        for part in list(left):
            number = self.parts.number(part)
            match = next((p for p in right if self.parts.number(p) == number), None)
            if match is not None:
                left.remove(part)
                right.remove(match)
        return left, right


def cases(left: Expr, right: Expr, *, most: int = MOST_CASES) -> list[tuple[Expr, Expr]] | None:
    """Both sides without steps, once for every choice of these; None if there are too many.

    >>> x = Symbol("x", SCALAR)
    >>> step = Apply("step", 0, Times(Number(Fraction(2)), x))
    >>> cases(Times(x, step), Times(step, x)) == [(ZERO, ZERO), (x, x)]
    True
    """
    pending, found = [(left, right)], []
    while pending:
        left, right = map(with_plain_steps, pending.pop())
        step = _innermost(left) or _innermost(right)
        if step is None:
            found.append((left, right))
        elif isinstance(step.arg, Number):
            pending.append((_chosen(left, step, step.arg), _chosen(right, step, step.arg)))
        else:
            pending += [(_chosen(left, step, v), _chosen(right, step, v)) for v in (ONE, ZERO)]
        if len(pending) + len(found) > most:
            return None
    return found


def _innermost(expr: Expr) -> Apply | None:
    """A step in whose argument there is none."""
    step = next((n for n in walk(expr) if isinstance(n, Apply) and n.function == "step"), None)
    while step is not None:
        inner = (n for n in walk(step.arg) if isinstance(n, Apply) and n.function == "step")
        found = next(inner, None)
        if found is None:
            return step
        step = found
    return None


def with_plain_steps(expr: Expr) -> Expr:
    """An expression with one form of each step: ``1 - step(z)`` for ``step(-z)``.

    >>> x = Symbol("x", SCALAR)
    >>> with_plain_steps(Apply("step", 0, Times(Number(Fraction(-1)), x))).left == ONE
    True
    """
    return simplified(expr, _plain_step)


def _plain_step(node: Expr) -> Expr | None:
    """A step without constant factors; sums and products with 0 in it carried out."""
    if not isinstance(node, Apply) or node.function != "step":
        return None
    match simplified(node.arg, _carried_out):
        case Times(left=rest, right=Number() as factor):
            return step_of(Times(factor, rest))
        case arg:
            return step_of(arg)


def _carried_out(node: Expr) -> Expr | None:
    return folded(node, children(node)) if isinstance(node, Plus | Times) else None


def _chosen(expr: Expr, step: Apply, sign: Number) -> Expr:
    """The expression where the argument of a step is positive or not."""
    one = ONE if sign.value > 0 else ZERO
    return simplified(expr, lambda node: one if node == step else None)


class _Parts:
    """Parts of formulas by number: equal ones have the same, however large they are."""

    def __init__(self, steps: bool) -> None:
        self.steps = steps
        self.numbers: dict[Key, int] = {}
        self.known: dict[int, tuple[Expr, int]] = {}
        self.taken: set[int] = set()
        """Parts that may become a symbol."""
        self.names: dict[int, str] = {}

    def number(self, expr: Expr) -> int:
        """The number of a part."""
        found = self.known.get(id(expr))
        if found is not None:
            return found[1]
        below = [self.number(child) for child in children(expr)]
        number = self.numbers.setdefault(self._key(expr), len(self.numbers))
        if any(n in self.taken for n in below) or self._is_function(expr):
            self.taken.add(number)
        self.known[id(expr)] = expr, number
        return number

    def _is_function(self, expr: Expr) -> bool:
        if not isinstance(expr, Apply):
            return False
        return not self.steps or expr.function.startswith(("step", "rint", "polynomial"))

    def _key(self, expr: Expr) -> Key:
        """What makes two parts the same."""
        match expr:
            case Number(value=value):
                return "number", value
            case Power(base=base, exponent=exponent):
                return "power", exponent, self.number(base)
            case Apply(function=function, order=order, arg=arg):
                return function, order, self.number(arg)
            case Plus():
                return "plus", *sorted(map(self.number, _flat(expr, Plus)))
            case Times():
                factors = list(_flat(expr, Times))
                constant = Fraction(1)
                for factor in factors:
                    constant *= factor.value if isinstance(factor, Number) else 1
                rest = [f for f in factors if not isinstance(f, Number)]
                return "times", constant, *sorted(map(self.number, rest))
        return "other", expr

    def under(self, expr: Expr) -> set[int]:
        """The numbers of those parts of an expression that may become a symbol."""
        seen: set[int] = set()
        pending = [expr]
        while pending:
            part = pending.pop()
            number = self.number(part)
            if number in self.taken and number not in seen:
                seen.add(number)
                pending += children(part)
        return seen

    def put(self, expr: Expr, both: set[int]) -> Expr:
        """The expression with a symbol for each of its largest parts in `both`."""
        number = self.number(expr)
        if number in both:
            name = self.names.setdefault(number, f"shared{len(self.names)}")
            return Symbol(name, SCALAR)
        parts = tuple(self.put(child, both) for child in children(expr))
        return with_children(expr, parts) if parts else expr


def _flat(expr: Expr, kind: type[Plus] | type[Times]) -> Iterator[Expr]:
    """The summands of a sum of sums, or the factors of a product of products."""
    if isinstance(expr, kind):
        yield from _flat(expr.left, kind)
        yield from _flat(expr.right, kind)
    else:
        yield expr
