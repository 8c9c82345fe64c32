"""From two neighbours of a chain to a statement about a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from derive.meaning.differentials import varying
from derive.meaning.elaborate import ANY_LAYER, Elaborator, Slopes, found_layer
from derive.meaning.facts import free_letters, known_function, subtree
from derive.meaning.notation import names_in
from derive.meaning.readings import Factor, bare_functions, pure_maps
from derive.meaning.roles import Occurrence, Roles, resolve
from derive.meaning.setting import COST, IllShaped, NoLayer, Outside, Setting
from derive.meaning.which_cost import key_of_cost, ledger
from derive.program import (
    ONE,
    SCALAR,
    Composition,
    Equation,
    Expr,
    Gradient,
    Jacobian,
    Number,
    Partial,
    Power,
    Statement,
    Times,
    show_shape,
    walk,
)
from derive.reading.syntax import Applied, Node


def layer_letters(roles: Roles, nodes: tuple[Node, ...]) -> tuple[str, ...]:
    """The letters that run over layers in some nodes, sorted."""
    found = set()
    lost = layered = False
    for node in nodes:
        for name in names_in(node):
            occurrence = resolve(roles, name)
            layer = occurrence.layer
            lost |= occurrence.lost
            layered |= layer is not None and bool(name.scripts)
            if layer is not None and layer.letter and layer.letter not in roles.top:
                found.add(layer.letter)
    if lost and not layered:
        found.add(ANY_LAYER)
    return tuple(sorted(found))


def instances(setting: Setting, nodes: tuple[Node, ...]) -> Iterator[dict[str, int]]:
    """Every way to give the layer letters of some nodes a layer of the network."""
    letters = layer_letters(setting.facts.roles, nodes)
    top = setting.depth + (1 if setting.facts.roles.numbered_by_sender else 0)
    for values in product(range(top + 1), repeat=len(letters)):
        yield dict(zip(letters, values, strict=True))


def statement_of(
    setting: Setting,
    left: Node,
    right: Node,
    layers: Mapping[str, int],
    slopes: Slopes = "",
) -> Statement:
    """What ``left = right`` says at given layers; IllShaped or Outside if it says nothing.

    slopes: the layout of derivatives of vectors by vectors, where they are read as matrices.
    """
    roles = setting.facts.roles
    one, two = pure_maps(roles, left), pure_maps(roles, right)
    if one is not None and two is not None and max(len(one), len(two)) > 1:
        return composition(setting, one, two, layers)
    if one is not None and two is not None:
        _same_codomain(setting, one[0], two[0], layers)
    elaborator = Elaborator(setting, layers, formal_names(setting, (left, right)))
    elaborator.slopes = slopes
    elaborator.varying = varying(roles, (left, right))
    if setting.mode == "formal" and bare_functions(setting.facts, (left, right)):
        letter = next(iter(sorted(elaborator.bound)), "t")
        elaborator.argument = setting.scalar_leaf(letter, "real")
    a = side_value(setting, elaborator, left, one)
    b = side_value(setting, elaborator, right, two)
    _first_derivatives_only(setting, a, b)
    if a.shape != b.shape:
        if isinstance(b, Number) and b.value == 0 and a.shape != SCALAR:
            b = Times(b, a)
        else:
            raise IllShaped(
                f"the left side has shape {show_shape(a.shape)}, "
                f"the right side {show_shape(b.shape)}"
            )
    return Equation(a, b, tuple(elaborator.free[k] for k in sorted(elaborator.free)))


def _same_codomain(
    setting: Setting, left: Factor, right: Factor, layers: Mapping[str, int]
) -> None:
    """Raises IllShaped for ``dJ/dW = dz/dW``: a gradient of a number beside a linear map."""
    if setting.mode == "path":
        return
    (_, (one,)), (_, (two,)) = (_factors(setting, (f,), layers) for f in (left, right))
    arrays = [m.of for m in (one, two) if m.of != COST]
    if one.by == two.by and len(arrays) == 1 and setting.shape(arrays[0]) != SCALAR:
        raise IllShaped(
            "one side is the derivative of the cost, a number, the other that of an array"
        )


def _first_derivatives_only(setting: Setting, *sides: Expr) -> None:
    """Raises Outside for second derivatives of a loss that the note leaves open."""
    outer = (n for side in sides for n in walk(side) if isinstance(n, Partial))
    if setting.open_loss and any(
        isinstance(n, Partial | Gradient) for p in outer for n in walk(p.body)
    ):
        raise Outside(f"a second derivative of the loss {setting.open_loss}, which is not given")


def formal_names(setting: Setting, nodes: tuple[Node, ...]) -> dict[str, Expr]:
    """In a formal identity every bare letter is a free number."""
    if setting.mode != "formal":
        return {}
    names = [n for node in nodes for n in names_in(node) if not (n.scripts or n.mark or n.accent)]
    functions, alone = setting.facts.roles.by_base, free_letters(setting.facts)
    called: set[str] = set()
    if bare_functions(setting.facts, nodes):  # d\sigma/dx beside \sigma(x)
        calls = [p for node in nodes for p in subtree(node) if isinstance(p, Applied)]
        called = {p.head.base for p in calls if known_function(p.head) is not None}
    return {
        n.base: setting.scalar_leaf(n.base, "real")
        for n in names
        if not n.word and not n.primes and n.base not in ("e", "infty")
        if functions.get(n.base) != "function" and (n.base, "") in alone
        if n.base not in called
    }


def side_value(
    setting: Setting, elaborator: Elaborator, node: Node, maps: tuple[Factor, ...] | None
) -> Expr:
    """The value of a side; a product of maps that ends in the cost is a gradient."""
    if maps is None or len(maps) == 1 or setting.mode == "path":
        return elaborator.value(node)
    scale, factors = _factors(setting, maps, elaborator.layers)
    whole = telescoped(factors)
    if whole.of != COST:
        return elaborator.matrix_of_slopes(setting.symbol(whole.of), whole.by)
    value: Expr = Gradient(whole.by, setting.shape(whole.by))
    return value if scale == ONE else Times(scale, value)


def composition(
    setting: Setting,
    left: tuple[Factor, ...],
    right: tuple[Factor, ...],
    layers: Mapping[str, int],
) -> Composition:
    """Two products of derivatives: the shorter side is the map, the other its factors."""
    if not setting.has_cost:
        raise Outside("there is no cost to differentiate")
    if len(left) > 1 and len(right) == 1:
        left, right = right, left
    outer, single = _factors(setting, left, layers)
    inner, factors = _factors(setting, right, layers)
    whole = single[0] if len(single) == 1 else telescoped(single)
    scale = outer if inner == ONE else Times(outer, Power(inner, Number(ONE.value).value * -1))
    return Composition(whole, factors, scale)


def _factors(
    setting: Setting, maps: tuple[Factor, ...], layers: Mapping[str, int]
) -> tuple[Expr, tuple[Jacobian, ...]]:
    """The normalisation that marked names carry, and the maps by their program names."""
    scale: Expr = ONE
    out = []
    for factor in maps:
        by = _network_name(setting, factor.by, layers)
        of = _cost_name(setting, factor) if factor.of is None else ""
        of = of or _network_name(setting, factor.of, layers)
        if of == "Y":
            raise Outside("the labels are computed from nothing")
        out.append(Jacobian(of, by))
        if factor.marked and setting.scale(by) != ONE:
            scale = setting.scale(by) if scale == ONE else Times(scale, setting.scale(by))
    return scale, tuple(out)


def _cost_name(setting: Setting, factor: Factor) -> str:
    """The program's name of the cost of a factor: the total, or a part of it."""
    if factor.cost is None:
        return COST
    spelled = "".join(key_of_cost(setting.facts.roles, factor.cost))
    if spelled in setting.parts:
        return setting.parts[spelled]
    ledger(setting.facts).require(factor.cost, setting.hypothesis.costs, factor.call)
    return COST


def _network_name(setting: Setting, name: object, layers: Mapping[str, int]) -> str:
    from derive.reading.syntax import Name

    assert isinstance(name, Name)
    occurrence = found_layer(resolve(setting.facts.roles, name), name.base, layers)
    return setting.program_name(Occurrence(occurrence.role, occurrence.layer), layers)


def telescoped(factors: tuple[Jacobian, ...]) -> Jacobian:
    """The map that a product of maps composes to; Outside if they do not telescope."""
    numerators = [f.of for f in factors]
    denominators = [f.by for f in factors]
    tops = [n for n in numerators if n not in denominators]
    bottoms = [d for d in denominators if d not in numerators]
    if len(tops) != 1 or len(bottoms) != 1 or len(set(numerators)) != len(numerators):
        raise Outside("the factors of the product before do not telescope")
    return Jacobian(tops[0], bottoms[0])


__all__ = [
    "NoLayer",
    "composition",
    "instances",
    "layer_letters",
    "side_value",
    "statement_of",
    "telescoped",
]
