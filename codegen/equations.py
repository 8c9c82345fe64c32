"""Equations for readers: one line of plain maths for comments, LaTeX for documents.

In: matrix expressions.  Out: text.  Gradients are ``dZ2``: the true derivative of the cost.

>>> from derive.program import MatMul, Symbol, Transpose
>>> W, D = Symbol("W2", ("n_2", "n_1")), Gradient("Z2", ("n_2", "m"))
>>> readable(MatMul(Transpose(W), D))
'W2ᵀ dZ2'
>>> latex(MatMul(Transpose(W), D))
'W_{2}^T dZ_{2}'
"""

from __future__ import annotations

import re
from fractions import Fraction

from codegen.graph import PlanError, Text
from codegen.kernels import ACTIVATIONS
from codegen.plan import factors, split_sign, terms
from derive.latex import PlainNotation, to_latex
from derive.program import (
    SCALAR,
    Apply,
    Equation,
    Expr,
    Gradient,
    MatMul,
    Number,
    Plus,
    Power,
    Size,
    Sum,
    Symbol,
    Times,
    Transpose,
    walk,
)


def latex(expr: Expr) -> str:
    """An expression in the notation of the notes."""
    return to_latex(expr, _notation(expr))


def equation_latex(equation: Equation) -> str:
    """``left = right``."""
    both = Plus(equation.left, equation.right)
    notation = _notation(both)
    left, right = (to_latex(side, notation) for side in (equation.left, equation.right))
    return f"{left} = {right}"


def _notation(expr: Expr) -> PlainNotation:
    gradients = {}
    functions = {}
    spelling = {"l2": r"\lambda", "l1": r"\lambda_{1}", "delta": r"\delta"}
    for node in walk(expr):
        if isinstance(node, Symbol) and (node.name[0] in "gbe" or len(node.name) > 3):
            spelling.setdefault(node.name, subscript(node.name))
        elif isinstance(node, Gradient):
            gradients[node.name] = f"d{subscript(node.name)}"
        elif isinstance(node, Apply):
            function = node.function
            if function not in ("exp", "log"):
                functions[function] = _function(function)
    return PlainNotation(
        spelling=spelling, gradient_spelling=gradients, function_spelling=functions
    )


def _function(name: str) -> str:
    """``leaky_relu`` as the library writes it; ``leaky_relu_3``, that of layer 3, with a 3."""
    if name == "absolute":
        return r"\operatorname{abs}"
    if name in ACTIVATIONS:
        return ACTIVATIONS[name].symbol
    base, _, layer = name.rpartition("_")
    if base in ACTIVATIONS:
        return f"{ACTIVATIONS[base].symbol}_{{{layer}}}"
    words = name.replace("_", "\\ ")
    return rf"\operatorname{{{words}}}"


def summed_over_examples(cost: Expr) -> Expr:
    """A cost as notes write it: the sum over the outputs of an example goes without saying."""
    match cost:
        case Sum(arg=Sum(arg=arg)) if "m" in arg.shape:
            return Sum(arg, arg.shape.index("m"))
        case Plus(left=left, right=right):
            return Plus(summed_over_examples(left), summed_over_examples(right))
        case Times(left=left, right=right):
            return Times(summed_over_examples(left), summed_over_examples(right))
    return cost


def subscript(name: str) -> str:
    """``W2`` as ``W_{2}``."""
    match = re.fullmatch(r"([A-Za-z_]+?)_?(\d+)", name)
    if match is None:
        return name.replace("_", r"\_")
    letter = f"\\{match[1]}" if match[1] in ("gamma", "beta", "epsilon") else match[1]
    if len(match[1]) > 1 and letter == match[1]:
        words = letter.replace("_", "\\ ")
        letter = rf"\mathrm{{{words}}}"
    return f"{letter}_{{{match[2]}}}"


# -- one line of plain maths -------------------------------------------------------------------


def readable(expr: Expr) -> str:
    """``(W2ᵀ dZ2) ⊙ tanh'(Z1)``: for a comment beside the line that computes it."""
    return _text(expr)[0]


def _text(expr: Expr) -> Text:
    match expr:
        case Number(value=value):
            return str(value), 9 if value.denominator == 1 and value >= 0 else 2
        case Size(dim=dim):
            return dim, 9
        case Symbol(name=name):
            return name, 9
        case Gradient(name=name):
            return f"d{name}", 9
        case Transpose(arg=arg):
            inner, level = _text(arg)
            return f"{inner if level == 9 else f'({inner})'}ᵀ", 9
        case MatMul(left=left, right=right):
            return f"{_operand(left, 3)} {_operand(right, 4)}", 3
        case Plus():
            return _plus(expr), 1
        case Times():
            return _times(expr)
        case Power(base=base, exponent=exponent):
            if exponent == -1:
                return f"1 / {_operand(base, 4)}", 2
            power = str(exponent) if exponent.denominator == 1 else f"({exponent})"
            return f"{_operand(base, 9)}^{power}", 8
        case Sum(arg=Sum(arg=arg, axis=inner_axis), axis=axis) if axis != inner_axis:
            return f"Σ({_text(arg)[0]})", 9
        case Sum(arg=arg, axis=axis):
            along = "rows" if axis == 0 else "columns"
            return f"sum of {along}({_text(arg)[0]})", 9
        case Apply(function=function, order=order, arg=arg):
            primes = "'" * order
            return f"{function}{primes}({_text(arg)[0]})", 9
    raise PlanError(f"readable: cannot print {type(expr).__name__}")


def _operand(expr: Expr, level: int) -> str:
    text, own = _text(expr)
    return text if own >= level else f"({text})"


def _plus(expr: Expr) -> str:
    parts = sorted((split_sign(t) for t in terms(expr)), key=lambda part: part[0] < 0)
    text = ""
    for sign, term in parts:
        inner = _operand(term, 2)
        if text:
            text += f" {'+' if sign > 0 else '-'} {inner}"
        else:
            text = inner if sign > 0 else f"-{inner}"
    return text


def _times(expr: Expr) -> Text:
    value = Fraction(1)
    above: list[str] = []
    arrays: list[str] = []
    below: list[str] = []
    for factor in factors(expr):
        inverse = isinstance(factor, Power) and factor.exponent == -1
        base = factor.base if isinstance(factor, Power) and inverse else factor
        if isinstance(base, Number):
            value = value / base.value if inverse else value * base.value
        elif inverse:
            below.append(_operand(base, 4))
        elif base.shape == SCALAR:
            above.append(_operand(base, 4))
        else:
            arrays.append(_operand(base, 4))
    product = " ⊙ ".join(arrays)
    front = " ".join(above)
    if value != 1 or not (front or product):
        sign = "-" if value < 0 else ""
        front = " ".join([f"{sign}{abs(value)}" if abs(value) != 1 else sign, front]).strip()
    text = f"{front}{'' if front in ('', '-') else ' '}{product}".strip()
    return " / ".join([text or "1", *below]), 2
