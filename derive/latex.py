"""Matrix expressions as LaTeX in the notation of a note.

In: an expression of `derive.program` and a `Notation`: how the note spells its names, their
gradients and its products.  Out: text that the project's own reader reads back to the same
expression: constants in front as one fraction, as few brackets as evaluation from the left
needs, sums over the examples as ``\\sum``, other axes as ``\\text{sum}(..., axis)``.

>>> from derive.program import Gradient, MatMul, Power, Size, Symbol, Times, Transpose
>>> note = PlainNotation(
...     spelling={"A1": "A^{[1]}"}, gradient_spelling={"Z2": "dZ^{[2]}"},
...     scale={"Z2": Size("m")}, products=("", r"\\odot"))
>>> dZ = Times(Size("m"), Gradient("Z2", ("n", "m")))
>>> rate = Power(Size("m"), Fraction(-1))
>>> print(to_latex(Times(rate, MatMul(dZ, Transpose(Symbol("A1", ("k", "m"))))), note))
\\frac{1}{m} dZ^{[2]} A^{[1]T}
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from derive.notation import (
    Notation,
    PlainNotation,
    derivative_latex,
    function_latex,
    gradient_latex,
    name_latex,
    transposed_latex,
)
from derive.program import (
    ONE,
    SCALAR,
    Apply,
    Build,
    Delta,
    Entry,
    Expr,
    Eye,
    Gradient,
    Index,
    MatMul,
    Number,
    Partial,
    Plus,
    Power,
    Size,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
)

SUM: Final = 0
PRODUCT: Final = 1
ATOM: Final = 2
Text = tuple[str, int]
"""LaTeX and how tightly it holds together: SUM, PRODUCT or ATOM."""


def to_latex(expr: Expr, notation: Notation) -> str:
    """The LaTeX of an expression in the notation of a note."""
    return _Printer(notation).text(expr)[0]


@dataclass
class _Monomial:
    """A product taken apart: a constant, and factors with the kind of product before each."""

    value: Fraction = Fraction(1)
    sizes: dict[str, Fraction] = field(default_factory=dict)
    factors: list[tuple[str, Expr]] = field(default_factory=list)
    under: list[Expr] = field(default_factory=list)

    def constant(self, expr: Expr, exponent: Fraction) -> bool:
        """Takes a constant factor in; False if the expression is none."""
        match expr:
            case Number(value=value) if exponent.denominator == 1 and (value or exponent > 0):
                self.value *= value**exponent.numerator
            case Size(dim=dim):
                self.sizes[dim] = self.sizes.get(dim, Fraction(0)) + exponent
            case Power(base=base, exponent=inner):
                return self.constant(base, exponent * inner)
            case _:
                return False
        return True


class _Printer:
    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    # -- nodes ---------------------------------------------------------------------------------

    def text(self, expr: Expr) -> Text:
        """LaTeX of an expression and its level."""
        carried = self._carried(expr)
        if carried is not None:
            return gradient_latex(carried, self.notation), ATOM
        match expr:
            case Symbol(name=name):
                return name_latex(name, self.notation), ATOM
            case Gradient():
                return self._gradient(expr), ATOM
            case Plus():
                return self._sum(expr), SUM
            case Number() | Size() | Times() | MatMul() | Power():
                return self._product(expr)
            case Transpose(arg=arg):
                return self._transpose(arg), ATOM
            case Sum(arg=arg, axis=axis):
                return self._axis_sum(arg, axis)
            case Apply(function=function, order=order, arg=arg):
                return self._call(function, order, arg), ATOM
            case Eye():
                return "I", ATOM
        return self._indexed(expr)

    def _indexed(self, expr: Expr) -> Text:
        match expr:
            case Entry(arg=arg, row=row, column=column):
                return self._entry(arg, row, column), ATOM
            case SumOver(index=index, body=body):
                return rf"\sum_{{{index.name}}} {self.group(body, PRODUCT)}", PRODUCT
            case Build(body=body):
                return self.text(body)
            case Delta(left=left, right=right):
                return rf"\delta_{{{left.name}{right.name}}}", ATOM
            case Partial(body=body, name=name, row=row, column=column):
                symbol = self._scripted(name_latex(name, self.notation), row, column)
                sign = self.notation.partial
                text, level = self.text(body)
                if level == ATOM:
                    return rf"\frac{{{sign} {text}}}{{{sign} {symbol}}}", ATOM
                return rf"\frac{{{sign}}}{{{sign} {symbol}}} ({text})", PRODUCT
        raise TypeError(f"to_latex: unknown expression {type(expr).__name__}")

    def group(self, expr: Expr, level: int) -> str:
        """The LaTeX of an operand, in brackets where it holds together less than `level`."""
        text, own = self.text(expr)
        return text if own >= level else f"({text})"

    def _gradient(self, expr: Gradient) -> str:
        plain = self.notation.scale.get(expr.name, ONE) == ONE
        return gradient_latex(expr.name, self.notation, carried=plain)

    def _transpose(self, arg: Expr) -> str:
        atom = isinstance(arg, Symbol | Gradient) or self._carried(arg) is not None
        return transposed_latex(self.text(arg)[0], atom=atom)

    def _axis_sum(self, arg: Expr, axis: int) -> Text:
        examples = self.notation.examples
        if arg.shape[axis] == examples and not _has_matmul(arg):
            return rf"\sum_{{i=1}}^{{{examples}}} {self.group(arg, PRODUCT)}", PRODUCT
        return rf"\text{{sum}}({self.text(arg)[0]}, {axis})", ATOM

    def _call(self, function: str, order: int, arg: Expr) -> str:
        text = self.text(arg)[0]
        if function == "exp" and not order and "exp" not in self.notation.function_spelling:
            return f"e^{{{text}}}"
        return f"{function_latex(function, order, self.notation)}({text})"

    def _entry(self, arg: Expr, row: Index | None, column: Index | None) -> str:
        text = self.text(arg)[0]
        if text.startswith(r"\frac") and isinstance(arg, Gradient):
            below = self._scripted(name_latex(arg.name, self.notation), row, column)
            sign, cost = self.notation.partial, name_latex(self.notation.cost, self.notation)
            return rf"\frac{{{sign} {cost}}}{{{sign} {below}}}"
        if not isinstance(arg, Symbol | Gradient) and self._carried(arg) is None:
            text = f"({text})"
        return self._scripted(text, row, column)

    def _scripted(self, text: str, row: Index | None, column: Index | None) -> str:
        letters = [index.name for index in (row, column) if index is not None]
        if not letters:
            return text
        base = f"({text})" if "_" in text else text
        return f"{base}_{{{','.join(letters)}}}" if len(letters) > 1 else f"{base}_{letters[0]}"

    # -- sums and products ---------------------------------------------------------------------

    def _sum(self, expr: Expr) -> str:
        text = ""
        for term in _terms(expr):
            part = self.group(term, PRODUCT)
            text += part if not text else f" - {part[1:]}" if part[0] == "-" else f" + {part}"
        return text

    def _carried(self, expr: Expr) -> str | None:
        """The name whose gradient, as the note writes it, this product is."""
        match expr:
            case Times(left=factor, right=Gradient(name=name)):
                known = self.notation.scale.get(name, ONE)
                if factor == known and name in self.notation.gradient_spelling:
                    return name
        return None

    def _collect(self, expr: Expr, kind: str, into: _Monomial) -> None:
        """Takes a product apart along its left spine; constants from anywhere on it."""
        match expr:
            case _ if into.constant(expr, Fraction(1)):
                return
            case Times() if self._carried(expr) is not None:
                into.factors.append((kind, expr))
            case Times(left=left, right=right) if _only_constants(left):
                self._collect(left, kind, into)
                self._collect(right, kind, into)
            case Times(left=left, right=right):
                self._collect(left, kind, into)
                scalar = SCALAR in (left.shape, right.shape)
                self._operand(right, "scale" if scalar else "elementwise", into)
            case MatMul(left=left, right=right):
                self._collect(left, kind, into)
                self._operand(right, "matrix", into)
            case Power(base=base, exponent=exponent) if exponent < 0:
                into.under.append(base if exponent == -1 else Power(base, -exponent))
            case _:
                into.factors.append((kind, expr))

    def _operand(self, expr: Expr, kind: str, into: _Monomial) -> None:
        """A right operand: its constant is taken out, a product stays together in brackets."""
        if kind == "scale" or not isinstance(expr, Times | MatMul) or self._carried(expr):
            self._collect(expr, kind, into)
            return
        inner = _Monomial()
        self._collect(expr, "", inner)
        if kind == "elementwise" and not any(k == "matrix" for k, _ in inner.factors):
            self._collect(expr, kind, into)
        elif inner.value == 1 and not inner.sizes:
            into.factors.append((kind, expr))
        else:
            into.value *= inner.value
            for dim, exponent in inner.sizes.items():
                into.sizes[dim] = into.sizes.get(dim, Fraction(0)) + exponent
            into.factors.append((kind, _without_constants(expr)))

    def _product(self, expr: Expr) -> Text:
        parts = _Monomial()
        self._collect(expr, "", parts)
        if isinstance(expr, Power) and parts.factors:
            return self._power(expr)
        negative, front = self._front(parts)
        body, level = self._body(parts)
        if not body:
            text = front or "1"
            level = ATOM if text.isdigit() or len(text) == 1 or text.startswith(r"\frac") else 1
        elif not front:
            text = body
        else:
            text, level = f"{front} {self._bracket(body, level)}", PRODUCT
        return (f"-{self._bracket(text, level)}", PRODUCT) if negative else (text, level)

    def _bracket(self, text: str, level: int) -> str:
        return f"({text})" if level == SUM else text

    def _front(self, parts: _Monomial) -> tuple[bool, str]:
        """Sign and text of the constant; the text is ``""`` for 1."""
        top = [str(abs(parts.value.numerator))] if abs(parts.value.numerator) != 1 else []
        bottom = [str(parts.value.denominator)] if parts.value.denominator != 1 else []
        for dim, exponent in sorted(parts.sizes.items()):
            if exponent:
                power = "" if abs(exponent) == 1 else f"^{{{abs(exponent)}}}"
                (top if exponent > 0 else bottom).append(_size(dim) + power)
        if bottom:
            return parts.value < 0, rf"\frac{{{' '.join(top) or '1'}}}{{{' '.join(bottom)}}}"
        return parts.value < 0, " ".join(top)

    def _body(self, parts: _Monomial) -> Text:
        if not parts.under:
            return self._chain(parts.factors)
        under = self._chain(
            [("" if k == 0 else "elementwise", e) for k, e in enumerate(parts.under)]
        )
        if any(kind == "matrix" for kind, _ in parts.factors):
            left, _ = self._chain(parts.factors)
            return rf"{left} {self.notation.products[1]} \frac{{1}}{{{under[0]}}}", PRODUCT
        over = self._chain(parts.factors)[0] if parts.factors else "1"
        return rf"\frac{{{over}}}{{{under[0]}}}", ATOM

    def _chain(self, factors: list[tuple[str, Expr]]) -> Text:
        """Factors written one behind the other, evaluated from the left."""
        if not factors:
            return "", ATOM
        if len(factors) == 1:
            return self.text(factors[0][1])
        text, mixed = "", False
        for place, (kind, expr) in enumerate(factors):
            last = place == len(factors) - 1
            part = self._factor(expr, first=place == 0, last=last)
            if place and kind == "matrix" and mixed:
                text, mixed = f"({text})", False
            mixed = mixed or (place > 0 and kind == "elementwise")
            text = part if not place else f"{text} {self._separator(kind, expr)}{part}"
        return text, PRODUCT

    def _factor(self, expr: Expr, *, first: bool, last: bool) -> str:
        text, level = self.text(expr)
        sum_sign = text.startswith(r"\sum")
        fits = level == ATOM or (level == PRODUCT and sum_sign and last and not first)
        return text if fits else f"({text})"

    def _separator(self, kind: str, right: Expr) -> str:
        matrix, elementwise = self.notation.products
        scalars = kind == "scale" or right.shape == SCALAR
        sign = elementwise if kind == "elementwise" and not scalars else matrix
        return f"{sign} " if sign else ""

    def _power(self, expr: Power) -> Text:
        base, exponent = expr.base, expr.exponent
        if exponent == Fraction(1, 2):
            return rf"\sqrt{{{self.text(base)[0]}}}", ATOM
        text, level = self.text(base)
        if level != ATOM or "^" in text or text.startswith(("\\frac", "-")):
            text = f"({text})"
        return f"{text}^{{{exponent}}}", ATOM


def _size(dim: str) -> str:
    match = re.fullmatch(r"([A-Za-z]+)_(\w+)", dim)
    return f"{match[1]}_{{{match[2]}}}" if match else dim


def _terms(expr: Expr) -> list[Expr]:
    if isinstance(expr, Plus):
        return _terms(expr.left) + _terms(expr.right)
    return [expr]


def _only_constants(expr: Expr) -> bool:
    return _Monomial().constant(expr, Fraction(1)) or (
        isinstance(expr, Times) and _only_constants(expr.left) and _only_constants(expr.right)
    )


def _without_constants(expr: Expr) -> Expr:
    """A product without the constants on its spine."""
    match expr:
        case Times(left=left, right=right) if _only_constants(left):
            return _without_constants(right)
        case Times(left=left, right=right) if _only_constants(right):
            return _without_constants(left)
        case Times(left=left, right=right):
            return Times(_without_constants(left), _without_constants(right))
        case MatMul(left=left, right=right):
            return MatMul(_without_constants(left), _without_constants(right))
    return expr


def _has_matmul(expr: Expr) -> bool:
    match expr:
        case MatMul():
            return True
        case Times(left=left, right=right) | Plus(left=left, right=right):
            return _has_matmul(left) or _has_matmul(right)
    return False


__all__ = [
    "Notation",
    "PlainNotation",
    "derivative_latex",
    "function_latex",
    "gradient_latex",
    "name_latex",
    "to_latex",
    "transposed_latex",
]
