"""What an emitted module has to compute: named values in order, and facts of its text.

A `Reference` is made from a spec, whose gradients are proved of it; `derive.pycode.validate` proves
that the text of a module computes its values.  Nothing of the generator's plan is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from derive.program import (
    ONE,
    Apply,
    Expr,
    Function,
    Leaf,
    Sum,
    Symbol,
    children,
    walk,
    with_children,
)
from derive.pycode.pieces import simplified, step_of


@dataclass(frozen=True)
class Reference:
    """A network as mathematics.

    leaves: parameters and what is given, ``inputs`` and ``labels`` as they come, ``V``, ``M1``...
    values: what is computed, in order, gradients (``dW1``) included; sizes of axes are numbers.
    functions: elementwise functions by name, with bodies that have no constants left open.
    domains: what is known of a value besides, as of a leaf.  forms: the library's stable form of a
    function or its derivative, as the text of a function ``form(z, a)`` with ``a`` the value of the
    function.  optimizer: the rule of the update.  constants: names of the module to the text that
    has to stand there; attributes: the same for the class ``Trainer``.  statistics: leaves that no
    step trains to the values of a batch that they stand for; moved: what a step makes of them.
    """

    leaves: Mapping[str, Leaf]
    values: Mapping[str, Expr]
    functions: Mapping[str, Function]
    output: str
    cost: str
    gradients: Mapping[str, str]
    domains: Mapping[str, Leaf] = field(default_factory=dict)
    forms: Mapping[tuple[str, int], str] = field(default_factory=dict)
    optimizer: str = "sgd"
    constants: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    statistics: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, Expr] = field(default_factory=dict)
    masks: tuple[str, ...] = ()
    weighted: bool = False
    clipped: bool = False


def running(reference: Reference) -> Reference:
    """The same network outside of training: running statistics stand for those of a batch."""
    values = dict(reference.values)
    for leaf, name in reference.statistics.items():
        values[name] = Symbol(leaf, reference.leaves[leaf].dims)
    return replace(reference, values=values)


def whole(reference: Reference) -> Reference:
    """The same network with nothing left out by dropout: every mask is 1."""
    if not reference.masks:
        return reference

    def kept(expr: Expr) -> Expr | None:
        return ONE if isinstance(expr, Symbol) and expr.name in reference.masks else None

    leaves = {n: leaf for n, leaf in reference.leaves.items() if n not in reference.masks}
    values = {n: simplified(expr, kept) for n, expr in reference.values.items()}
    return replace(reference, leaves=leaves, values=values, masks=())


@dataclass(frozen=True)
class Values:
    """The values of a reference in small steps: applications and summands have names.

    definitions: name to what it is, over names before it; same: names of what has another name.
    """

    definitions: dict[str, Expr]
    same: dict[str, str]

    def name(self, name: str) -> str:
        """The name under which a value is known."""
        while name in self.same:
            name = self.same[name]
        return name


def small_steps(reference: Reference) -> Values:
    """The values with a name for every application of a named function and every summand."""
    return _Steps(reference).run()


def _plain_step(expr: Expr) -> Expr | None:
    return step_of(expr.arg) if isinstance(expr, Apply) and expr.function == "step" else None


class _Steps:
    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.out = Values({}, {})
        self.known: dict[Expr, str] = {}

    def run(self) -> Values:
        for name, expr in self.reference.values.items():
            expr = self._parts(simplified(expr, _plain_step), name)
            if isinstance(expr, Symbol):
                self.out.same[name] = expr.name
            elif expr in self.known:
                self.out.same[name] = self.known[expr]
            else:
                self.known[expr] = name
                self.out.definitions[name] = expr
        return self.out

    def _parts(self, expr: Expr, name: str) -> Expr:
        """The definition of a name, with names for its parts."""
        if isinstance(expr, Symbol):
            return Symbol(self.out.name(expr.name), expr.dims)
        parts = tuple(self._named(child, expr) for child in children(expr))
        return with_children(expr, parts)

    def _named(self, expr: Expr, user: Expr) -> Expr:
        expr = self._parts(expr, "")
        function = isinstance(expr, Apply) and expr.function in self.reference.functions
        inner = isinstance(user, Apply) and user.function in self.reference.functions
        summed = isinstance(user, Sum) and not isinstance(expr, Sum)
        if not (function or inner or summed) or isinstance(expr, Symbol):
            return expr
        if not any(isinstance(node, Symbol) for node in walk(expr)):
            return expr
        name = self.known.get(expr)
        if name is None:
            name = self.known[expr] = f"value{len(self.out.definitions) + 1}"
            self.out.definitions[name] = expr
        return Symbol(name, expr.shape)
