"""Lists whose length the source does not say: a network of any number of layers, a sequence.

``for l in range(1, len(parameters) // 2 + 1)`` and ``zip(self.weights, self.biases)`` go through
what an argument holds.  Where the file makes no such argument it is taken to hold so many entries
as a network of `LAYERS` layers has, which is said with every verdict; a verdict stands only if
the same comes out for each of `OTHERS`.  Nothing but lengths is supposed: what the entries are is
found as with all arguments.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from derive.pycode.source import Module
from derive.pycode.values import ListValue, Unknown, Unsupported
from derive.pycode.written import Doubled, check_texts

if TYPE_CHECKING:
    from derive.pycode.interpreter import Interpreter

LAYERS, OTHERS = 3, (2, 6)
"""The numbers of layers for which a verdict has to be the same.

Six have a place that is more than `written.STEPS` from both ends.
"""
_SIZES = re.compile(
    r"layers?|(\w+_)?(layers?_?)?(sizes|dims|dimensions|nodes|neurons|architecture|topology|structure)"
    r"|layers_(dims|sizes)|layer_(nums|units)|(\w+_)?layer_sizes_?"
)
_SEQUENCE = re.compile(r"[a-z]s")
_EXAMPLES = re.compile(
    r"[XxYy](_\w+)?|\w+_(x|y|X|Y)|data\w*|\w*_data|batch\w*|\w*batch|images?|labels?"
)


def is_sizes(name: str) -> bool:
    """Whether a name usually stands for a list of the sizes of layers.

    >>> is_sizes("layer_dims"), is_sizes("weights")
    (True, False)
    """
    return _SIZES.fullmatch(name.rsplit(".", 1)[-1]) is not None


def is_examples(name: str) -> bool:
    """Whether a name usually stands for an array with a row for every example."""
    return _EXAMPLES.fullmatch(name.rsplit(".", 1)[-1]) is not None


def is_size_of_layer(run: Interpreter, name: str) -> bool:
    """Whether a name is that of an entry of a list of sizes that was supposed."""
    base, _, place = name.rpartition("_")
    return bool(run.guess.layers) and place.isdigit() and is_sizes(base)


def is_sequence(run: Interpreter, of: Unknown) -> bool:
    """Whether an argument called ``xs`` or ``ys`` is gone through by time, its entries by place.

    So it is taken only where a length is supposed; before that it is tried as an array.
    """
    if not _SEQUENCE.fullmatch(of.name) or run.guess.shape(of.name) == "labels":
        return False
    run.endless = True
    return bool(run.guess.layers)


def length_of(run: Interpreter, of: Unknown, node: ast.AST) -> int:
    """The number of entries that an argument is taken to have."""
    base = of.name.rsplit(".", 1)[-1]
    if base in _halved(run.module):
        length = 2 * _layers(run, of, node)
        run.lengths.append((of, length))
        _say(run, of, length)
        return Doubled(length)
    return len(entries_of(run, of, node).items)


def entries_of(run: Interpreter, of: Unknown, node: ast.AST) -> ListValue:
    """An argument as a list of as many entries as it is taken to have."""
    layers = _layers(run, of, node)
    length = layers + 1 if is_sizes(of.name) else layers
    items: list[Unknown | None] = [None] * length
    for key, part in of.parts.items():
        if not isinstance(key, int) or not -length <= key < length:
            raise Unsupported(f"{of.name}[{key!r}] of an argument that has a length", node)
        if items[key] is not None:
            raise Unsupported(f"an entry of {of.name} by two places", node)
        items[key] = part
    made = [Unknown(f"{of.name}_{k}") if part is None else part for k, part in enumerate(items)]
    of.parts.clear()
    of.known, of.value = True, ListValue(list(made))
    _say(run, of, length)
    return of.value  # type: ignore[no-any-return]


def check(run: Interpreter) -> None:
    """A dictionary has as many entries as were taken to be in it."""
    for of, length in run.lengths:
        if len(of.parts) != length:
            raise Unsupported(
                f"{of.name} has another number of entries than the {length} that were supposed"
            )


def _layers(run: Interpreter, of: Unknown, node: ast.AST) -> int:
    base = of.name.rsplit(".", 1)[-1]
    if not of.loaded and not of.number and of.text is None and not _EXAMPLES.fullmatch(base):
        run.endless = True
        if run.guess.layers:
            check_texts(run.module)
            return run.guess.layers
    raise Unsupported(f"the length of {of.name} is not known", node)


def _say(run: Interpreter, of: Unknown, length: int) -> None:
    run.condition(f"{of.name} has {length} entries, as nothing says how many")


def _halved(module: Module) -> frozenset[str]:
    """The names of what a file divides the length of by two: weights and biases in one."""
    return frozenset(
        getattr(node.left.args[0], "id", getattr(node.left.args[0], "attr", ""))
        for statement in module.body
        for node in ast.walk(statement)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, (ast.FloorDiv, ast.Div))
        and isinstance(node.left, ast.Call)
        and getattr(node.left.func, "id", "") == "len"
        and len(node.left.args) == 1
        and isinstance(node.right, ast.Constant)
        and node.right.value == 2
    )
