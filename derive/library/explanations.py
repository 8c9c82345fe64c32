"""What stands behind each rule of the library, step by step: layers and optimisers too.

Derivatives of functions are derived by `derive.scalars.steps`.  Layer rules are derived here in
index form; each line is a statement that the engine proves and the checker accepts, for all
shapes, before it is shown.  Optimisers show their inductions.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from derive.latex import PlainNotation, to_latex
from derive.library.blocks import Block, blocks
from derive.library.claims import NOTATION, LibraryClaim, library_claims, output_program
from derive.library.layers import LAYOUTS, dense
from derive.program import (
    ONE,
    Apply,
    Delta,
    Entry,
    Equation,
    Expr,
    Index,
    Partial,
    Plus,
    Power,
    Program,
    Size,
    SumOver,
    Times,
    divide,
    minus,
    number,
)
from derive.scalars import steps, table
from derive.scalars.blackboard import SPELLING, Step, WrongStep

_RULES: Final = {
    "chain rule": "through every entry of the output, summed",
    "sum rule": "every entry of the sum is differentiated",
    "derivative of an affine map": "an entry of the output holds an entry of each row once",
    "derivative of an elementwise function": "an entry depends on its own argument only",
    "power rule": "$(w^2)' = 2 w$; other entries are constants",
    "delta contraction": "of the sum with a delta the equal term is left",
    "back to matrices": "the sum over an inner index is a matrix product",
    "back to arrays": "the same at every entry",
    "split the sum": "term by term",
    "constants out of the sum": "what does not depend on the index of the sum",
    "equal terms": "$n$ terms $s / n$",
    "labels sum to 1": "the labels of each example add up to 1",
    "collect": "equal terms together",
}
_PARTS: Final = ("weight", "bias", "input", "preactivation")


@dataclass(frozen=True, slots=True)
class _Line:
    rule: str
    right: Expr


def explanation(name: str) -> tuple[Step, ...]:
    """The steps behind an entry of `names`.

    Raises KeyError with the nearest names, and `WrongStep` if a line cannot be proved.

    >>> [step.rule for step in explanation("dense-columns-bias")]
    ['chain rule', 'derivative of an affine map', 'delta contraction', 'back to matrices']
    """
    key = name.lower().replace("_", "-")
    known = _explanations()
    if key in known:
        return known[key]()
    pair = None if key in steps.ENTRIES else _pair_of(key)
    if pair is not None:
        return _output(*pair)
    try:
        return steps.derivation(name)
    except KeyError:
        near = difflib.get_close_matches(key, names(), n=3)
        hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(names())}"
        raise KeyError(f"no derivation of {name!r}; {hint}") from None


def names() -> tuple[str, ...]:
    """Every name that can be explained, in the library's order."""
    return (*steps.ENTRIES, *_explanations())


def title(name: str) -> str:
    """What a heading calls an entry."""
    key = name.lower().replace("_", "-")
    pair = _pair_of(key)
    if key in steps.ENTRIES or (pair is None and key not in _explanations()):
        return steps.title(name)
    for claim in library_claims():
        if claim.name == key:
            return claim.title[0].upper() + claim.title[1:]
    if pair is not None:
        words = f"{table.title(pair[0])} output with {table.title(pair[1])}"
        return words[0].upper() + words[1:]
    from derive.library.optimizers import optimizer

    return f"The rules of {optimizer(key).title}"


def _explanations() -> dict[str, Callable[[], tuple[Step, ...]]]:
    from derive.library.optimizers import OPTIMIZERS

    layers = {
        f"dense-{layout}-{part}": partial(_layer, layout, part)
        for layout in LAYOUTS
        for part in _PARTS
    }
    rules = {row.name: partial(_optimizer, row.name) for row in OPTIMIZERS}
    around = {block.name: partial(_block, block) for block in blocks()}
    smoothed = {"label-smoothing": _smoothing}
    return {**_outputs(), **layers, **around, **smoothed, "l2": _l2, **rules}


def _block(block: Block) -> tuple[Step, ...]:
    from derive.explain.gradient import derivations

    sections = derivations(block.program, block.names, NOTATION, block.stops)
    return tuple(step for section in sections for step in section.steps)


# -- output activation and loss ----------------------------------------------------------------

_LOSSES_OF: Final = {
    "identity": ("squared_error", "half_squared_error", "mse", "mae", "huber", "log_cosh"),
    "sigmoid": ("binary_cross_entropy", "squared_error", "half_squared_error", "mse"),
    "tanh": ("squared_error", "half_squared_error", "mse", "mae", "huber", "log_cosh"),
    "softmax": ("cross_entropy", "kl", "squared_error", "half_squared_error", "mse"),
}
"""The losses that an output activation is used with."""


def _outputs() -> dict[str, Callable[[], tuple[Step, ...]]]:
    """The pairs that have no derivation by hand: derived in index form, from the cost down."""
    pairs = [(output, loss) for output, losses in _LOSSES_OF.items() for loss in losses]
    return {
        name: partial(_output, output, loss)
        for output, loss in pairs
        if (name := f"{output}-{loss.replace('_', '-')}") not in steps.ENTRIES
    }


_NEEDED: Final = {
    "binary_cross_entropy": ("sigmoid",),
    "cross_entropy": ("softmax",),
    "kl": ("softmax",),
}
"""Losses of probabilities, and the output that gives them; the others go with every activation."""


def _pair_of(key: str) -> tuple[str, str] | None:
    """Output activation and loss, ``relu-huber``; None for a name that is no such pair."""
    for loss in table.LOSSES:
        name = key.removesuffix(f"-{loss.replace('_', '-')}").replace("-", "_")
        if name in (*table.NAMES, "softmax") and name in _NEEDED.get(loss, (name,)):
            return name, loss
    return None


def _output(output: str, loss: str) -> tuple[Step, ...]:
    from derive.explain.gradient import derivation

    sections = derivation(output_program(output, loss), "Z", PlainNotation(spelling=SPELLING))
    return tuple(step for section in sections for step in section.steps)


# -- layers ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Axes:
    """Entries by meaning: the unit comes first for columns, the example for rows."""

    layout: str

    def entry(self, array: Expr, unit: Index | None, other: Index | None) -> Entry:
        """Unit and example of a batch; output and input unit of a weight."""
        swap = self.layout == "rows"
        return Entry(array, *((other, unit) if swap else (unit, other)))

    def partial(self, body: Expr, name: str, unit: Index | None, other: Index | None) -> Partial:
        """The derivative by such an entry."""
        swap = self.layout == "rows"
        return Partial(body, name, *((other, unit) if swap else (unit, other)))


_OUT, _IN, _EXAMPLE = Index("i", "n"), Index("j", "k"), Index("s", "m")
_K, _T = Index("r", "n"), Index("t", "m")


def _layer(layout: str, part: str) -> tuple[Step, ...]:
    layer, axes = dense(layout), _Axes(layout)
    statement: Equation = getattr(layer, part)
    rows = {
        "weight": (_OUT, _IN, "W"),
        "bias": (_OUT, None, "b"),
        "input": (_IN, _EXAMPLE, "A"),
        "preactivation": (_OUT, _EXAMPLE, "Z"),
    }
    unit, other, name = rows[part]
    through = "H" if part == "preactivation" else "Z"
    upstream = axes.entry(layer.program.gradient(through), _K, _T)
    output = axes.entry(layer.program.symbol(through), _K, _T)
    local, rest, rule = _local(layer.program, axes, part)
    last = "back to arrays" if part == "preactivation" else "back to matrices"
    lines = [
        _Line("chain rule", _both(Times(upstream, axes.partial(output, name, unit, other)))),
        _Line(rule, _both(Times(upstream, local))),
        _Line("delta contraction", rest),
        _Line(last, axes.entry(statement.right, unit, other)),
    ]
    left = axes.entry(statement.left, unit, other)
    free = tuple(index for index in (unit, other) if index is not None)
    return _proved(layer.program, left, free, lines)


def _both(body: Expr) -> Expr:
    return SumOver(_K, SumOver(_T, body))


def _local(program: Program, axes: _Axes, part: str) -> tuple[Expr, Expr, str]:
    """The derivative of an entry of the output, what its deltas leave, and the rule."""
    z, affine = program.gradient("Z"), "derivative of an affine map"
    if part == "weight":
        a = program.symbol("A")
        local = Times(Delta(_K, _OUT), axes.entry(a, _IN, _T))
        left = Times(axes.entry(z, _OUT, _T), axes.entry(a, _IN, _T))
        return local, SumOver(_T, left), affine
    if part == "bias":
        return Delta(_K, _OUT), SumOver(_T, axes.entry(z, _OUT, _T)), affine
    if part == "input":
        w = axes.entry(program.symbol("W"), _K, _IN)
        left = Times(axes.entry(z, _K, _EXAMPLE), w)
        return Times(w, Delta(_T, _EXAMPLE)), SumOver(_K, left), affine
    slope = Apply("g", 1, program.symbol("Z"))
    deltas = Times(Delta(_K, _OUT), Delta(_T, _EXAMPLE))
    upstream = axes.entry(program.gradient("H"), _OUT, _EXAMPLE)
    own = Times(upstream, axes.entry(slope, _OUT, _EXAMPLE))
    return (
        Times(deltas, axes.entry(slope, _OUT, _EXAMPLE)),
        own,
        "derivative of an elementwise function",
    )


def _l2() -> tuple[Step, ...]:
    claim = _claim("l2")
    w, rate = claim.program.symbol("W"), claim.program.symbol("lambda")
    i, j, r, t = Index("i", "n"), Index("j", "k"), Index("r", "n"), Index("t", "k")
    half = Times(number(Fraction(1, 2)), rate)
    entry = Entry(w, r, t)
    square = Partial(Power(entry, Fraction(2)), "W", i, j)
    twice = Times(Times(number(2), entry), Times(Delta(r, i), Delta(t, j)))

    def weighted(body: Expr) -> Expr:
        return Times(half, SumOver(r, SumOver(t, body)))

    lines = [
        _Line("sum rule", weighted(square)),
        _Line("power rule", weighted(twice)),
        _Line("delta contraction", Times(rate, Entry(w, i, j))),
        _Line("back to arrays", Entry(claim.statement.right, i, j)),
    ]
    return _proved(claim.program, Entry(claim.statement.left, i, j), (i, j), lines)


def _smoothing() -> tuple[Step, ...]:
    claim = _claim("label-smoothing")
    share, labels = claim.program.symbol("s"), claim.program.symbol("Y")
    unit, example = Index("r", "n"), Index("j", "m")
    rest, each = minus(ONE, share), divide(share, Size("n"))
    of_labels = SumOver(unit, Entry(labels, unit, example))
    lines = [
        _Line(
            "split the sum",
            Plus(SumOver(unit, Times(rest, Entry(labels, unit, example))), SumOver(unit, each)),
        ),
        _Line("equal terms", Plus(SumOver(unit, Times(rest, of_labels.body)), share)),
        _Line("constants out of the sum", Plus(Times(rest, of_labels), share)),
        _Line("labels sum to 1", Plus(rest, share)),
        _Line("collect", ONE),
    ]
    return _proved(claim.program, claim.statement.left, (example,), lines)


def _claim(name: str) -> LibraryClaim:
    [claim] = [claim for claim in library_claims() if claim.name == name]
    return claim


def _proved(
    program: Program, left: Expr, free: tuple[Index, ...], lines: list[_Line]
) -> tuple[Step, ...]:
    """The lines as steps, each proved equal to the left side."""
    from derive.check import check
    from derive.tensors import prove

    notation = PlainNotation(spelling={"lambda": r"\lambda"}, function_spelling={"g": "g"})
    out = []
    for line in lines:
        statement = Equation(left, line.right, free)
        latex = f"{to_latex(left, notation)} = {to_latex(line.right, notation)}"
        outcome = prove(program, statement)
        if not outcome.proved or not check(program, statement).accepted:
            raise WrongStep(f"{line.rule}: {latex}: {outcome.reason or 'not accepted'}")
        out.append(Step(line.rule, latex, _RULES[line.rule], line.right))
    return tuple(out)


# -- optimisers --------------------------------------------------------------------------------


def _optimizer(name: str) -> tuple[Step, ...]:
    """The closed forms of one optimiser, which are proved on their own too."""
    from derive.library.inductions import induction
    from derive.library.optimizers import optimizer_proofs

    for proof in optimizer_proofs():
        if proof.name.split("-")[0] == name and not proof.proved:
            raise WrongStep(f"{proof.title}: {proof.statement}")
    return induction(name)
