"""How the cost of one unit, or of one example, becomes that of all."""

from __future__ import annotations

from derive.meaning.setting import Setting
from derive.program import (
    ONE,
    SCALAR,
    Entry,
    Expr,
    Index,
    Plus,
    Size,
    SumOver,
    Symbol,
    Times,
    children,
    divide,
    total,
    walk,
    with_children,
)


def over_examples(setting: Setting, column: Index, value: Expr) -> Expr:
    """The sum or mean of a cost of one example; terms that speak of none stand once."""
    if isinstance(value, Plus):
        parts = (over_examples(setting, column, v) for v in (value.left, value.right))
        return Plus(*parts)
    of_example = any(isinstance(n, Entry) and column in (n.row, n.column) for n in walk(value))
    return reduced(setting, SumOver(column, value)) if of_example else value


def over_units(setting: Setting, value: Expr) -> Expr:
    """A cost that is left with one value an output unit, summed; its scalar terms stand once."""
    if value.shape == SCALAR:
        return value
    text = "the cost is summed over the output units too"
    if text not in setting.assumptions:
        setting.assumptions.append(text)
    return _summed_terms(value)


def _summed_terms(value: Expr) -> Expr:
    if value.shape == SCALAR:
        return value
    if isinstance(value, Plus):
        return Plus(_summed_terms(value.left), _summed_terms(value.right))
    if isinstance(value, Times) and value.left.shape == SCALAR:
        return Times(value.left, _summed_terms(value.right))
    return total(value)


def reduced(setting: Setting, value: Expr) -> Expr:
    """A sum over the examples as the note's hypothesis has it: their sum, or their mean."""
    if setting.mode == "batch" and setting.hypothesis.reduction == "mean":
        return Times(divide(ONE, Size(setting.facts.count)), value)
    return value


def substitute(expr: Expr, names: dict[str, Expr]) -> Expr:
    """Replaces symbols by expressions, shapes checked again."""
    if isinstance(expr, Symbol) and expr.name in names:
        return names[expr.name]
    return with_children(expr, tuple(substitute(c, names) for c in children(expr)))
