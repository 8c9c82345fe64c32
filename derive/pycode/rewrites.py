"""Single edits of a statement of Python, those first that people most often have to make.

In: a statement, the names around it.  Out: `Rewrite`s: the new text of a part of the source, the
name of the mistake that it mends (`derive.diagnosis.codes`), and the edit in words.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.program import Shape
from derive.pycode.guess import is_labels
from derive.pycode.node_edits import Found, of_node, parsed

MOST_NAMES = 12
_AXES = ("axis",)


@dataclass(frozen=True)
class Rewrite:
    """node: what is replaced; text: by what; kind: the mistake's name; said: the edit in words."""

    node: ast.AST
    text: str
    kind: str
    said: str


@dataclass(frozen=True)
class Around:
    """What a statement can be mended with.

    names: variables that it may read; sizes: expressions for the number of examples and such.
    """

    names: tuple[str, ...]
    sizes: tuple[str, ...]
    factors: tuple[str, ...]
    """The variables that the whole may be multiplied by."""
    shapes: Mapping[str, frozenset[Shape]]
    """What shapes a variable was seen to have; none for one of which that is not known."""
    softmax: bool
    """Whether there is a softmax in the source."""

    def alike(self, old: str) -> list[str]:
        """The variables that may stand in the place of another, by their shapes."""
        mine = self.shapes.get(old, frozenset())
        return [
            n for n in self.names
            if n != old and (not mine or not self.shapes.get(n) or mine & self.shapes[n])
        ]  # fmt: skip

    def fitting(self, statement: ast.stmt) -> Around:
        """With those variables alone that fit, entry by entry, what a statement computes."""
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        whole = [ast.unparse(t) for t in targets if t is not None]
        mine = self.shapes.get(whole[0], frozenset()) if whole else frozenset()
        names = tuple(n for n in self.names if not mine or self._fits(n, mine))
        return replace(self, factors=names)

    def _fits(self, name: str, mine: frozenset[Shape]) -> bool:
        theirs = self.shapes.get(name, frozenset())
        return not theirs or any(
            all(a == b or a == 1 for a, b in zip(t, m, strict=True)) for t in theirs for m in mine
        )


LEVELS = 6
"""Edits come in so many levels; those of one level are tried everywhere before the next."""


def rewrites(statement: ast.stmt, around: Around, level: int) -> Iterator[Rewrite]:
    """The edits of one statement of one level, each new text once."""
    if level == 1:
        yield from _of_statement(statement, around)
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.expr):
        return
    seen = {ast.unparse(value)}
    around = around.fitting(statement)
    makers = (
        (_simple,),
        (_usual_factors,),
        (_near_names, _sums, _jacobians),
        (_factors,),
        (_kinds, _terms, _inner),
        (_names, _products),
    )
    for maker in makers[level]:
        for new, kind, said in maker(value, around):
            text = ast.unparse(new)
            if text not in seen:
                seen.add(text)
                yield Rewrite(value, text, kind, said)


def _everywhere(value: ast.expr, change: Callable[[ast.expr], Found]) -> Found:
    """The whole with one part changed, for every part."""
    for path, node in _parts(value, ()):
        for new, kind, said in change(node):
            yield _put(value, path, new), kind, said


Path = tuple[tuple[str, int], ...]


def _parts(node: ast.expr, path: Path) -> Iterator[tuple[Path, ast.expr]]:
    yield path, node
    for name, part in ast.iter_fields(node):
        if isinstance(part, ast.expr):
            yield from _parts(part, (*path, (name, -1)))
        elif isinstance(part, list):
            for k, each in enumerate(part):
                if isinstance(each, ast.expr):
                    yield from _parts(each, (*path, (name, k)))
                elif isinstance(each, ast.keyword):
                    yield from _parts(each.value, (*path, (name, k), ("value", -1)))


def _put(value: ast.expr, path: Path, new: ast.expr) -> ast.expr:
    if not path:
        return new
    out = copy.deepcopy(value)
    node: ast.AST = out
    for name, k in path[:-1]:
        part = getattr(node, name)
        node = part if k < 0 else part[k]
    name, k = path[-1]
    if k < 0:
        setattr(node, name, new)
    else:
        getattr(node, name)[k] = new
    return out


def _times(node: ast.expr, factor: str) -> ast.expr:
    return ast.BinOp(node, ast.Mult(), parsed(factor))


def _simple(value: ast.expr, around: Around) -> Found:
    yield from _everywhere(value, of_node)
    yield ast.UnaryOp(ast.USub(), value), "sign", "change the sign"


# -- the whole right-hand side ----------------------------------------------------------------


def _usual_factors(value: ast.expr, around: Around) -> Found:
    """The derivative of an activation, or the number of examples."""
    for name in around.factors:
        for factor in (
            f"({name} > 0)",
            f"(1 - {name} ** 2)",
            f"{name} * (1 - {name})",
            f"(1 - {name})",
        ):
            yield _times(value, factor), "activation-derivative", f"multiply by {factor}"
    for size in around.sizes:
        over = ast.BinOp(value, ast.Div(), parsed(size))
        yield over, "missing-mean", f"divide by {size}"
        yield _times(value, size), "extra-mean", f"multiply by {size}"
    for name in around.factors:
        if around.shapes.get(name) == frozenset({(1, 1)}):
            over = ast.BinOp(value, ast.Div(), parsed(name))
            yield over, "missing-factor", f"divide by {name}"
            yield _times(value, name), "missing-factor", f"multiply by {name}"
        if name.removeprefix("self.") in ("d_k", "dk", "d", "head_dim", "d_head", "dim", "scale"):
            root = ast.BinOp(value, ast.Div(), parsed(f"np.sqrt({name})"))
            yield root, "missing-factor", f"divide by the root of {name}"


def _factors(value: ast.expr, around: Around) -> Found:
    """A factor more: a number or a variable."""
    for text in ("2", "0.5"):
        yield _times(value, text), "constant-factor", f"multiply by {text}"
    for name in around.factors:
        yield _times(value, name), "missing-factor", f"multiply by {name}"
        yield ast.BinOp(value, ast.Div(), parsed(name)), "missing-factor", f"divide by {name}"


def _inner(value: ast.expr, around: Around) -> Found:
    """A factor more somewhere inside."""
    yield from _everywhere(value, lambda n: _factor_inside(n, around))


def _jacobians(value: ast.expr, around: Around) -> Found:
    """The Jacobian of a softmax for what stands in its place."""
    names = [n for n in names_in([value]) if n not in ("np", "numpy")][: 5 * around.softmax]
    for s in names:
        for d in names:
            for axis in (1, 0) if s != d else ():
                text = f"{s} * ({d} - np.sum({d} * {s}, axis={axis}, keepdims=True))"
                yield parsed(text), "output-jacobian", "the Jacobian of the softmax"


def _factor_inside(node: ast.expr, around: Around) -> Found:
    """A factor more at one operand of a sum or of a matrix product."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            for factor in ("2", "0.5", *around.factors):
                yield (
                    ast.BinOp(left, op, _times(right, factor)),
                    "missing-factor",
                    (f"multiply a term by {factor}"),
                )
                yield (
                    ast.BinOp(_times(left, factor), op, right),
                    "missing-factor",
                    (f"multiply a term by {factor}"),
                )
            for factor in around.sizes:
                over = ast.BinOp(right, ast.Div(), parsed(factor))
                yield ast.BinOp(left, op, over), "missing-mean", f"divide a term by {factor}"
        case ast.Call(args=[_, _, *_] as args):
            for k, arg in enumerate(args):
                for factor in around.factors if not isinstance(arg, ast.Constant) else ():
                    new = [*args[:k], _times(arg, factor), *args[k + 1 :]]
                    yield (
                        ast.Call(node.func, new, node.keywords),
                        "missing-factor",
                        (f"multiply by {factor}"),
                    )
        case ast.Name() | ast.Attribute() if getattr(node, "attr", "") != "T":
            square = ast.BinOp(node, ast.Pow(), ast.Constant(2))
            yield square, "exponent", f"the square of {ast.unparse(node)[:40]}"


def _sums(value: ast.expr, around: Around) -> Found:
    """A sum more."""
    for axis in (0, 1):
        for keep in ("", ", keepdims=True"):
            text = f"np.sum({ast.unparse(value)}, axis={axis}{keep})"
            yield parsed(text), "missing-sum", f"sum along axis {axis}"


def _terms(value: ast.expr, around: Around) -> Found:
    """A term more."""
    for name in around.factors:
        yield ast.BinOp(value, ast.Add(), parsed(name)), "missing-term", f"add {name}"
    yield from _everywhere(value, lambda n: _term_inside(n, around))


def _kinds(value: ast.expr, around: Around) -> Found:
    """A matrix product for one entry by entry."""
    yield from _everywhere(value, _kind_of)


def _kind_of(node: ast.expr) -> Found:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield ast.BinOp(left, ast.MatMult(), right), "product-kind", "matrix product"


def _products(value: ast.expr, around: Around) -> Found:
    """One more product of a gradient and a value: another path."""
    gradients = [n for n in around.names if n.removeprefix("self.").startswith(("d", "grad"))]
    for d in gradients[:5]:
        for a in around.names:
            for text in (f"{d}.T @ {a}", f"{a}.T @ {d}") if a not in gradients else ():
                yield ast.BinOp(value, ast.Add(), parsed(text)), "missing-term", f"add {text}"


def _term_inside(node: ast.expr, around: Around) -> Found:
    """``1 - a`` for ``a``, and a term more within brackets."""
    if isinstance(node, ast.Name):
        left = ast.BinOp(ast.Constant(1), ast.Sub(), node)
        yield left, "missing-term", f"1 - {node.id}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        for name in around.names:
            new = ast.BinOp(node, ast.Sub(), parsed(name))
            yield new, "missing-term", f"subtract {name}"


def _near_names(value: ast.expr, around: Around) -> Found:
    """Another variable of the same kind: a gradient for a gradient, one layer for another."""
    yield from _everywhere(value, lambda n: _swapped(n, around, near=True))


def _names(value: ast.expr, around: Around) -> Found:
    """Any other variable."""
    yield from _everywhere(value, lambda n: _swapped(n, around, near=False))


def _swapped(node: ast.expr, around: Around, near: bool) -> Found:
    if isinstance(node, ast.Name) or _is_own(node):
        old = ast.unparse(node)
        for name in around.alike(old):
            alike = name.removeprefix("self.")[:1] == old.removeprefix("self.")[:1]
            if alike == near:
                yield parsed(name), _other(old, name), f"{name} for {old}"


def _is_own(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def _other(old: str, new: str) -> str:
    bare = [re.sub(r"\d+", "", name) for name in (old, new)]
    return "wrong-layer" if bare[0] == bare[1] else "wrong-operand"


# -- statements -------------------------------------------------------------------------------


def _of_statement(statement: ast.stmt, around: Around) -> Iterator[Rewrite]:
    for line, kind, said in _insertions(statement, around):
        text = f"{ast.unparse(statement)}\n{' ' * statement.col_offset}{line}"
        yield Rewrite(statement, text, kind, said)
    match statement:
        case ast.Assign(targets=[target], value=value) if isinstance(
            target, (ast.Name, ast.Attribute, ast.Subscript)
        ):
            text = f"{ast.unparse(target)} += {ast.unparse(value)}"
            yield Rewrite(statement, text, "missing-term", "add to what is there")
        case ast.AugAssign(target=target, op=op, value=value):
            flipped = {ast.Add: "-=", ast.Sub: "+=", ast.Mult: "/=", ast.Div: "*="}.get(type(op))
            if flipped is not None:
                text = f"{ast.unparse(target)} {flipped} {ast.unparse(value)}"
                kind = "sign" if flipped in ("-=", "+=") else "constant-factor"
                yield Rewrite(statement, text, kind, f"{flipped} for its opposite")
            yield Rewrite(statement, "pass", "extra-term", "drop the statement")
            plain = f"{ast.unparse(target)} = {ast.unparse(value)}"
            yield Rewrite(statement, plain, "extra-term", "a new value, not added to the old one")


def _insertions(statement: ast.stmt, around: Around) -> Iterator[tuple[str, str, str]]:
    """Lines that are missing behind a statement that gives a variable its value."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    target = targets[0]
    while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        target = target.value
    if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    name = ast.unparse(target)
    for size in around.sizes:
        yield f"{name} /= {size}", "missing-mean", f"divide {name} by {size}"
    for label in around.names:
        if is_labels(label) or label.endswith(("idx", "index", "label", "labels")):
            yield f"{name}[{label}] -= 1", "missing-term", f"subtract 1 at {label}"
            rows = f"{name}[np.arange(len({label})), {label}] -= 1"
            yield rows, "missing-term", f"subtract 1 at {label}"


def names_in(statements: Sequence[ast.AST]) -> list[str]:
    """The variables and own attributes that statements mention, in order of the text."""
    found: dict[str, None] = {}
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                found.setdefault(node.id)
            elif isinstance(node, ast.Attribute) and _is_own(node):
                found.setdefault(ast.unparse(node))
    return list(found)
