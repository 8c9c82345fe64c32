"""The mistakes that people make in a line, planted in true right-hand sides.

Each mistake says which codes name it rightly.  The list is written from the mistakes, not
from the edits that the diagnosis knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.diagnosis import (
    BY_NAME,
    ELEMENTWISE,
    MATRIX,
    Add,
    Called,
    Factor,
    Fault,
    Ill,
    Leaf,
    Loose,
    Product,
    Summed,
    Turned,
    from_expr,
    to_expr,
)
from derive.diagnosis.loose import is_constant, parts, with_parts
from derive.program import ONE, Equation, Expr, Gradient, ShapeError, Symbol, Times, number
from derive.verdict import Kind

from .networks import MEAN, Net, Truth

KINDS = {
    "prime": "derivative",
    "factor": "factor dropped",
    "transpose": "transpose",
    "drop transpose": "transpose",
    "operand": "operand",
    "argument": "argument",
    "sign": "sign",
    "1/m": "constant",
    "number": "constant",
    "product": "kind of product",
    "order": "order",
    "axis": "order",
    "term": "term missing",
    "sum": "term missing",
    "brackets": "parenthesis",
}
"""What a label begins with, and the kind of mistake that it is in `tests.adversary.edits.COMMON`."""


@dataclass(frozen=True)
class Mistake:
    """A wrong right side: what was done, the codes that name it rightly."""

    label: str
    codes: frozenset[str]
    tree: Loose

    @property
    def kind(self) -> str:
        """The kind of mistake, as the adversary counts them."""
        return KINDS[self.label.partition(":")[0]]


def mistakes(net: Net, truth: Truth) -> Iterator[Mistake]:
    """All planted mistakes of one true line."""
    tree = from_expr(truth.right, net.scene.scale)
    yield from _whole(net, truth, tree)
    yield from mistakes_inside(net, tree)


def _mistake(label: str, tree: Loose, *names: str) -> Mistake:
    return Mistake(label, frozenset(BY_NAME[name] for name in names), tree)


def mistakes_inside(net: Net, tree: Loose) -> Iterator[Mistake]:
    """The planted mistakes of every node of a tree."""
    yield from _local(net, tree)
    children = () if isinstance(tree, Called) else parts(tree)
    for place, child in enumerate(children):
        for mistake in mistakes_inside(net, child):
            if isinstance(tree, Turned) and isinstance(mistake.tree, Turned):
                continue
            changed = (*children[:place], mistake.tree, *children[place + 1 :])
            yield replace(mistake, tree=with_parts(tree, changed))


def _whole(net: Net, truth: Truth, tree: Loose) -> Iterator[Mistake]:
    convention = truth.target[0] in "ZA"
    front = Factor("", Leaf(MEAN))
    rest = tree.factors if isinstance(tree, Product) else (Factor("", tree),)
    twice = Product((front, replace(rest[0], kind=ELEMENTWISE), *rest[1:]))
    if rest[0].node == Leaf(MEAN) and len(rest) > 1:
        dropped = _product(rest[1:])
        yield _mistake("1/m: dropped", dropped, "normalisation" if convention else "missing-mean")
    if any(net.scene.examples in leaf.dims for leaf in net.scene.program.leaves.values()):
        yield _mistake("1/m: doubled", twice, "normalisation" if convention else "extra-mean")
    two = Factor("", Leaf(number(2)))
    doubled = Product((two, replace(rest[0], kind=ELEMENTWISE), *rest[1:]))
    yield _mistake("number: 2", doubled, "constant-factor")
    half = Factor("", Leaf(number(Fraction(1, 2))))
    halved = Product((half, replace(rest[0], kind=ELEMENTWISE), *rest[1:]))
    yield _mistake("number: 1/2", halved, "constant-factor")
    yield _mistake("sign", Add(((-1, tree),)), "sign")


def _local(net: Net, node: Loose) -> Iterator[Mistake]:
    match node:
        case Leaf(expr=expr) if not is_constant(expr):
            yield _mistake(f"transpose: {_name(node)}", Turned(node), "extra-transpose")
            yield from _operands(net, node)
        case Turned(arg=arg):
            yield _mistake(f"drop transpose: {_name(arg)}", arg, "missing-transpose")
        case Called():
            yield from _calls(net, node)
        case Add(terms=terms) if len(terms) > 1:
            yield from _sums(terms)
        case Product(factors=factors):
            yield from _products(net, factors)
            yield from _brackets(factors)
        case Summed(arg=arg, axis=axis):
            yield _mistake("sum: dropped", arg, "missing-sum")
            other = Summed(arg, 1 - (axis or 0))
            yield _mistake("axis: the other one", other, "wrong-sum")


def _operands(net: Net, leaf: Leaf) -> Iterator[Mistake]:
    scene = net.scene
    own, gradient = _name(leaf), not isinstance(leaf.expr, Symbol)
    if own not in scene.roles:
        return
    role, layer = scene.roles[own]
    for name, (its_role, its_layer) in sorted(scene.roles.items()):
        if name in (own, "J") or its_role == "bias":
            continue
        input_like = {role, its_role} <= {"activation", "input"}
        expr: Expr = scene.gradient(name) if gradient else scene.program.symbol(name)
        if gradient and its_role not in ("preactivation", "activation"):
            continue
        same = (its_role == role or input_like) and its_layer != layer
        code = "wrong-layer" if same else "wrong-operand"
        yield _mistake(f"operand: {name} for {own}", Leaf(expr), code)


def _calls(net: Net, node: Called) -> Iterator[Mistake]:
    yield _mistake("prime: dropped", replace(node, order=node.order - 1), "derivative-order")
    for name, (role, layer) in sorted(net.scene.roles.items()):
        if (
            role in ("preactivation", "activation")
            and Leaf(net.scene.program.symbol(name)) != node.arg
        ):
            changed = replace(node, arg=Leaf(net.scene.program.symbol(name)))
            yield _mistake(f"argument: {name}", changed, "derivative-argument")
            function = net.scene.activations[layer or 0]
            if function in net.scene.program.functions and function != node.function:
                changed = replace(changed, function=function)
                if role == "preactivation":
                    yield _mistake(f"argument: f' of layer {layer}", changed, "wrong-layer")


def _sums(terms: tuple[tuple[int, Loose], ...]) -> Iterator[Mistake]:
    for place, (sign, term) in enumerate(terms):
        flipped = (*terms[:place], (-sign, term), *terms[place + 1 :])
        yield _mistake("sign: of a term", Add(flipped), "sign")
        rest = terms[:place] + terms[place + 1 :]
        left = rest[0][1] if len(rest) == 1 and rest[0][0] > 0 else Add(rest)
        names = ["missing-term", "missing-factor"] if left == Leaf(ONE) else ["missing-term"]
        yield _mistake("term: dropped", left, *names)


def _products(net: Net, factors: tuple[Factor, ...]) -> Iterator[Mistake]:
    for place, factor in enumerate(factors):
        node = factor.node
        constant = isinstance(node, Leaf) and is_constant(node.expr)
        if node == Leaf(MEAN):
            continue
        name = "constant-factor" if constant else "missing-factor"
        if isinstance(node, Called):
            last = net.scene.named("preactivation", net.scene.depth)
            own = _name(node.arg) == last
            name = "output-jacobian" if own else "activation-derivative"
        rest = factors[:place] + factors[place + 1 :]
        if all(_is_constant(left.node) for left in rest):
            continue
        label = "prime" if isinstance(node, Called) else "factor"
        yield _mistake(f"{label}: factor dropped", _product(rest), name)
        if constant or not place or _is_constant(factors[place - 1].node):
            continue
        kind = MATRIX if factor.kind == ELEMENTWISE else ELEMENTWISE
        other = (*factors[:place], replace(factor, kind=kind), *factors[place + 1 :])
        yield _mistake(f"product: {kind}", Product(other), "product-kind")
        left = factors[place - 1]
        pair = (replace(left, node=node), replace(factor, node=left.node))
        swapped = (*factors[: place - 1], *pair, *factors[place + 1 :])
        yield _mistake("order", Product(swapped), "product-order")


def _brackets(factors: tuple[Factor, ...]) -> Iterator[Mistake]:
    """``a (b - c)`` as ``a b - c``, ``(a - b) c`` as ``a - b c``, ``a b * c`` as ``a (b * c)``."""
    for place, factor in enumerate(factors):
        head, tail = factors[:place], factors[place + 1 :]
        if isinstance(factor.node, Add) and len(factor.node.terms) > 1:
            (sign, first), *middle, (last_sign, last) = factor.node.terms
            if head and not tail:
                opened = _product((*head, replace(factor, node=first)))
                out = Add(((sign, opened), *middle, (last_sign, last)))
                yield _mistake("brackets: dropped", out, "brackets")
            elif tail and not head:
                opened = _product((replace(factor, node=last), *tail))
                out = Add(((sign, first), *middle, (last_sign, opened)))
                yield _mistake("brackets: dropped", out, "brackets")
        if head and tail and not all(_is_constant(f.node) for f in head):
            group = Factor(factor.kind, _product(factors[place:]))
            yield _mistake("brackets: added", Product((*head, group)), "brackets")


def _product(factors: tuple[Factor, ...]) -> Loose:
    if len(factors) == 1:
        return factors[0].node
    return Product((replace(factors[0], kind=""), *factors[1:]))


def _is_constant(node: Loose) -> bool:
    return isinstance(node, Leaf) and is_constant(node.expr)


def _name(node: Loose) -> str:
    match node:
        case Leaf(expr=Symbol(name=name) | Gradient(name=name) | Times(right=Gradient(name=name))):
            return name
    return "?"


def fault(net: Net, truth: Truth, tree: Loose) -> Fault | None:
    """The fault of a planted mistake; None where nothing was changed."""
    scale = truth.scale(net)
    gradient = Gradient(truth.target, net.scene.program.shape(truth.target))
    left = gradient if scale == ONE else Times(scale, gradient)
    common = {"target": truth.target, "target_scale": scale, "left": left}
    try:
        right = to_expr(tree)
    except ShapeError as error:
        ill = Ill(str(error), tree)
        return Fault(net.scene, Kind.GRADIENT, None, ill_shaped=ill, **common)
    if right == truth.right:
        return None
    if right.shape != left.shape:
        ill = Ill(f"{left.shape} is not {right.shape}", tree)
        return Fault(net.scene, Kind.GRADIENT, None, ill_shaped=ill, **common)
    return Fault(net.scene, Kind.GRADIENT, Equation(left, right), **common)
