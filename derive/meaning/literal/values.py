"""From syntax to program expressions under one supposition about shapes.

`Outside` where something has no value in the fragment, `Conflict` where shapes do not fit.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.meaning.absolute import SIGNS, absolute, sign_of, sum_of_absolutes
from derive.meaning.context import constant
from derive.meaning.facts import call_of, known_function
from derive.meaning.literal.conflict import Conflict
from derive.meaning.literal.joined import joined_key, parts_of
from derive.meaning.literal.matrices import along, diagonal, summed_axis, trace
from derive.meaning.literal.products import plus, quotient, times
from derive.meaning.literal.quantities import Quantities
from derive.meaning.literal.scope import RATES
from derive.meaning.logarithms import to_another_base
from derive.meaning.notation import indicator_of, plain_name
from derive.meaning.roles import spelled_function
from derive.meaning.setting import Outside
from derive.meaning.sums import all_but, is_whole, size_of
from derive.program import (
    ARGUMENT,
    ONE,
    PRIMITIVES,
    SCALAR,
    Apply,
    Build,
    Expr,
    Function,
    Index,
    Number,
    Power,
    SumOver,
    Symbol,
    Times,
    Transpose,
    minus,
    negate,
    number,
    softmax,
    total,
    walk,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain
from derive.scalars import table

_LOGARITHMS = ("log", "ln")


class Values(Quantities):
    """Gives nodes their values."""

    def value(self, node: sx.Node) -> Expr:
        """The expression of a node."""
        condition = indicator_of(node)
        if condition is not None:
            return self._indicator(condition)
        match node:
            case sx.Group(body=body):
                return self.value(body)
            case sx.Number(value=value):
                return Number(value)
            case sx.Name():
                return self.name(node)
            case sx.Sum(terms=terms):
                return self._sum(terms)
            case sx.Product(factors=factors):
                return self.product(factors)
            case sx.Fraction_(denominator=sx.Name(mark="partial" | "d")):
                raise Outside("a derivative of nothing")
            case sx.Fraction_(numerator=sx.Name(mark="partial"), denominator=sx.Name()):
                raise Outside("a derivative with its sign above the bar alone")
            case sx.Fraction_(numerator=a, denominator=b):
                return quotient(self.value(a), self.value(b))
            case sx.Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case sx.Transposed(base=base):
                turned = self.value(base)
                return turned if turned.shape == SCALAR else Transpose(turned)
            case sx.Applied():
                return self.applied(node)
            case sx.Big():
                return self._big(node)
            case sx.Derivative():
                return self.derivative(node)
            case sx.Norm(kind="norm", body=body):
                return Power(total(Power(self.value(body), Fraction(2))), Fraction(1, 2))
            case sx.Norm(kind="norm1", body=body):
                return sum_of_absolutes(self.value(body))
            case sx.Norm(kind="abs", body=body):
                return self._absolute(self.value(body))
            case sx.Cases(branches=branches):
                return self._cases(branches)
            case sx.Comparison():
                return self._indicator(node)
            case sx.Tuple() if parts := parts_of(self.facts, self.scope.names, node):
                return self.quantity(joined_key(parts))
        raise Outside(f"no value for {type(node).__name__.lower().strip('_')} here")

    # -- sums, products, powers ------------------------------------------------------------------

    def _sum(self, terms: tuple[tuple[int, sx.Node], ...]) -> Expr:
        out: Expr | None = None
        for sign, term in terms:
            value = self.value(term)
            value = value if sign > 0 else negate(value)
            out = value if out is None else plus(out, value)
        assert out is not None
        return out

    def product(self, factors: tuple[tuple[str, sx.Node], ...]) -> Expr:
        """Factors from the left; a number takes its place beside the nearest array."""
        out: Expr | None = None
        before: sx.Node | None = None
        for separator, node in factors:
            value = self.value(node)
            separator = self._sign(separator, before, node, value)
            out = value if out is None else times(separator, out, value)
            before = node
        assert out is not None
        return out

    def _sign(self, sign: str, before: sx.Node | None, node: sx.Node, value: Expr) -> str:
        """``r(1 - r)`` of a vector: the slope of a sigmoid, entry by entry."""
        vector = value.shape != SCALAR and 1 in value.shape
        if sign != "juxt" or before is None or not vector or not rest_of(before, node):
            return sign
        return "odot" if self.value(before).shape == value.shape else sign

    def _power(self, base: sx.Node, exponent: sx.Node) -> Expr:
        inner = plain(base)
        if isinstance(inner, sx.Name) and inner.base == "e" and not inner.scripts:
            return Apply("exp", 0, self.value(exponent))
        if isinstance(inner, sx.Norm) and inner.kind == "norm":
            squared = total(Power(self.value(inner.body), Fraction(2)))
            power = constant(exponent) / 2
            return squared if power == 1 else Power(squared, power)
        parts = self._multiplied(inner) if isinstance(inner, sx.Applied) else None
        if parts is not None:  # ``f_{ij} (a - b)^2``: the bracket alone is raised
            return times("juxt", self.name(parts[0]), self._raised(self.value(parts[1]), exponent))
        return self._raised(self.value(base), exponent)

    def _raised(self, value: Expr, exponent: sx.Node) -> Expr:
        power = constant(exponent)
        if power != 1 and 1 not in value.shape:
            raise Outside("a power of a matrix: of its entries or of the matrix")
        return value if power == 1 else Power(value, power)

    def _big(self, node: sx.Big) -> Expr:
        if node.operator != "sum" or not node.index:
            raise Outside("a sum without a letter" if node.operator == "sum" else "a product")
        letter, left_out = node.index, all_but(node)
        node = replace(node, lower=letter) if left_out and left_out != letter else node
        if not is_whole(node):
            raise Outside("a sum over a part of its range")
        saved = self.indices.pop(letter, None), self.free.pop(letter, None)
        body = self.value(node.body)
        if left_out and letter in self.indices:
            body = times("odot", minus(ONE, self._kronecker((letter, left_out))), body)
        index = self.indices.pop(letter, None)
        self.free.pop(letter, None)
        if saved[0] is not None:
            self.indices[letter] = saved[0]
        if saved[1] is not None:
            self.free[letter] = saved[1]
        if index is None:
            raise Outside(f"the sum over {letter} runs over nothing")
        self._bounded(node, index)
        return SumOver(index, body)

    def _bounded(self, node: sx.Big, index: Index) -> None:
        """The bound of a sum is the size of the axis that its letter runs over."""
        if not node.upper:
            return
        bound = size_of(node)
        if bound not in self.scope.sizes:
            raise Outside(f"a sum to {node.upper}, which is no size")
        self.scope.tied.add(bound)
        size = self.scope.dim(self.scope.sizes[bound])
        if size != index.dim and all(self.scope.is_letter(d) for d in (size, index.dim)):
            raise Outside(f"a sum to {node.upper} over an axis of size {index.dim}")
        if size != index.dim:
            reason = f"the sum over {node.index} runs to {node.upper}, the axis has {index.dim}"
            raise Conflict(reason, None if 1 in (size, index.dim) else (size, index.dim))

    # -- functions -------------------------------------------------------------------------------

    def applied(self, node: sx.Applied) -> Expr:
        """A function of one argument, an indicator, or a product with a bracket."""
        if self.is_named(node):
            return self.number(self.scope.names.use(node.head).key)
        call = call_of(node)
        head = node.head if call is None else call[0]
        if head.base == "1" and len(node.arguments) == 1:
            return self.value(node.arguments[0])
        if parts := parts_of(self.facts, self.scope.names, node):
            return times("juxt", self.name(head), self.quantity(joined_key(parts)))
        if call is None:
            raise Outside(f"{head.base} of {len(node.arguments)} arguments")
        if head.base in ("tr", "Tr", "trace") and head.word:
            return trace(self.value(call[1]))
        if head.base == "diag" and head.word:
            return self._diagonal(call[1])
        if (axis := summed_axis(head)) is not None:
            return along(self.value(call[1]), axis, head.base)
        function = self._function(head)
        if function is None and head.base in SIGNS and head.word and not head.primes:
            return sign_of(self.value(call[1]))
        if function is None and head.base in self.scope.names.called and head.base not in RATES:
            raise Outside(f"{head.base}(...), which is not known")
        if function is None:
            factor = self.value(call[1])
            return times(self._sign("juxt", head, call[1], factor), self.name(head), factor)
        value = self.apply(function, head.primes, self.value(call[1]))
        above = [s for s in head.scripts if s.place == "sup" and not s.bracket]
        for script in above:
            if script.node is None or spelled_function(head) in self.facts.bodies:
                raise Outside(f"the script {script.text} of a function")
            value = self._raised(value, script.node)
        return value

    def _absolute(self, value: Expr) -> Expr:
        """``|r|`` of a number; of a vector it may be a length."""
        if value.shape != SCALAR:
            raise Outside("bars around an array: its length, or its entries")
        return absolute(value)

    def _diagonal(self, node: sx.Node) -> Expr:
        """``diag(v)``, or ``diag(p_i (1 - p_i))`` with an entry for each i."""
        before = set(self.indices)
        value = self.value(node)
        running = [letter for letter in self.indices if letter not in before]
        if value.shape != SCALAR or len(running) != 1:
            return diagonal(value)
        index = self.indices.pop(running[0])
        self.free.pop(running[0], None)
        return diagonal(Build(index, None, value))

    def _multiplied(self, node: sx.Applied) -> tuple[sx.Name, sx.Node] | None:
        """A quantity and the bracket behind it that it multiplies; None for a call."""
        call = None if self.is_named(node) else call_of(node)
        if call is None or call[0].base == "1" or (call[0].word and not call[0].scripts):
            return None
        called = call[0].base in self.scope.names.called and call[0].base not in RATES
        return None if called or self._function(call[0]) is not None else call

    def is_named(self, node: sx.Applied) -> bool:
        """``RSS(\\beta)``: a number of the note with what it depends on."""
        head = node.head
        if head.primes or head.mark or node.bracket != "(":
            return False
        key = self.scope.names.use(head).key
        if not (head.word or key in self.scope.totals or self.facts.roles.is_cost(head)):
            return False
        value = self.scope.values.get(key)
        named = all(plain_name(a) is not None for a in node.arguments)
        number = value is not None and (value.shape == SCALAR or key in self.scope.hidden)
        return named and (number or key in self.scope.lost)

    def _is_total(self, head: sx.Name) -> bool:
        """``f`` of ``f(x) = x^T A x``, which is a number."""
        totals = self.scope.totals
        return bool(totals) and not head.primes and self.scope.names.use(head).key in totals

    def _function(self, head: sx.Name) -> str | None:
        """The function that a head is; None where it is a quantity."""
        if head.mark or head.accent or self._is_total(head):
            return None
        if head.base in _LOGARITHMS:
            other = head.base == "log" and to_another_base(self.facts.document.source)
            if other or any(s.place == "sub" and s.text != "e" for s in head.scripts):
                raise Outside("a logarithm to another base")
            return "log"
        if head.base in ("exp", "sqrt"):
            return head.base
        spelled = spelled_function(head)
        if spelled in self.facts.bodies:
            return self._defined(spelled)
        known = known_function(head)
        if known is not None:
            return known
        bare = sx.Name(head.span, head.base, head.scripts, 0, head.accent, "", head.word, head.font)
        key = self.scope.names.use(bare).key
        if key in self.scope.values or key in self.scope.lost or key in self.scope.aliases:
            return None
        if self.facts.roles.role(head.base) == "function" or head.primes:
            if head.word or (len(head.base) == 1 and head.base.isupper()):
                raise Outside(f"{head.base} is not known to work entry by entry")
            name = "u_" + "".join(c for c in spelled[0] + spelled[1] if c.isalnum())
            self.scope.functions.setdefault(name, Function(name))
            return name
        return None

    def apply(self, name: str, order: int, value: Expr) -> Expr:
        """The order-th derivative of a function at a value, entry by entry."""
        if name == "softmax":
            return self._softmax(order, value)
        if name == "identity":
            return value if order == 0 else plus(Times(number(0), value), number(order == 1))
        if name == "sqrt" and order == 0:
            return Power(value, Fraction(1, 2))
        if name not in PRIMITIVES and name not in self.scope.functions:
            function = table.function(name) if name in table.NAMES else Function(name)
            if function.body is not None and _parameters(function.body):
                raise Outside(f"{name} has parameters")
            self.scope.functions[name] = function
        return Apply(name, order, value)

    def _softmax(self, order: int, value: Expr) -> Expr:
        if order:
            raise Outside("softmax has no elementwise derivative")
        if value.shape == SCALAR:
            raise Outside("softmax of one number")
        if 1 in value.shape:
            return softmax(value, 0 if value.shape[1] == 1 else 1)
        if self.scope.softmax_axis is None:
            raise Outside("the axis of a softmax is not told")
        return softmax(value, self.scope.softmax_axis)

    def _defined(self, spelled: tuple[str, str]) -> str:
        """A function that the note defines, entered at first use."""
        name = "f_" + "".join(c for c in spelled[0] + spelled[1] if c.isalnum())
        if name in self.scope.functions:
            return name
        parameter, formula, _ = self.facts.bodies[spelled]
        self.scope.functions[name] = Function(name)  # a body that mentions itself stays arbitrary
        inner = Values(self.facts, self.scope)
        inner.bound = {parameter.base: Symbol(ARGUMENT, SCALAR)}
        try:
            body = inner.value(formula)
        except Conflict:
            raise Outside(f"{spelled[0]} is not a function of one number") from None
        if body.shape != SCALAR or _parameters(body):
            raise Outside(f"{spelled[0]} is not a function of one number alone")
        self.scope.functions[name] = Function(name, body)
        return name

    # -- cases -----------------------------------------------------------------------------------

    def _cases(self, branches: tuple[tuple[sx.Node, sx.Comparison | None], ...]) -> Expr:
        if len(branches) != 2 or branches[0][1] is None:
            raise Outside("cases other than one condition and its opposite")
        (then, condition), (otherwise, _) = branches
        assert condition is not None
        yes, no = self.value(then), self.value(otherwise)
        on = self._indicator(condition)
        if _is_zero(no) != _is_zero(yes):  # 0 stands for an array of zeros, too
            return times("odot", on, yes) if _is_zero(no) else times("odot", minus(ONE, on), no)
        return plus(times("odot", on, yes), times("odot", minus(ONE, on), no))

    def _indicator(self, condition: sx.Comparison) -> Expr:
        """1 where an inequality holds, 0 elsewhere; of two indices, Kronecker's delta."""
        if condition.relation in ("=", "!="):
            same = self._same_index(condition)
            return same if condition.relation == "=" else minus(ONE, same)
        if condition.relation not in (">", "<"):
            raise Outside(f"a condition by {condition.relation}")
        left, right = self.value(condition.left), self.value(condition.right)
        gap = plus(left, negate(right)) if condition.relation == ">" else plus(right, negate(left))
        return Apply("step", 0, gap)

    def _same_index(self, condition: sx.Comparison) -> Expr:
        names = [plain_name(side) for side in (condition.left, condition.right)]
        letters = tuple(n.base for n in names if n is not None and not n.scripts)
        if len(letters) != 2 or not {*letters} <= self.scope.names.indices:
            raise Outside(f"a condition by {condition.relation}")
        return self._kronecker(letters)


def _is_zero(value: Expr) -> bool:
    return isinstance(value, Number) and value.value == 0


def rest_of(name: sx.Node, node: sx.Node) -> bool:
    """Is a formula ``1 - r`` of the name r?"""
    inner, name = plain(node), plain(name)
    if not isinstance(name, sx.Name) or not isinstance(inner, sx.Sum) or len(inner.terms) != 2:
        return False
    (sign, one), (other, again) = inner.terms
    again, one = plain(again), plain(one)
    same = isinstance(again, sx.Name) and _spelling(again) == _spelling(name)
    return same and (sign, other) == (1, -1) and isinstance(one, sx.Number) and one.value == 1


def _spelling(name: sx.Name) -> tuple[object, ...]:
    scripts = tuple((s.place, s.bracket, s.text) for s in name.scripts)
    return name.base, name.accent, name.mark, name.primes, scripts


def _parameters(body: Expr) -> bool:
    """Does the body of a function hold more than its argument?"""
    return any(isinstance(n, Symbol) and n.name != ARGUMENT for n in walk(body))
