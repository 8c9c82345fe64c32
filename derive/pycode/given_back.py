"""What a forward pass gives back: its output, its cache, and the arrays by their names there.

Names that the forward pass returns, or keeps in its object, mean the same arrays wherever the
cost and the gradients have arguments of these names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from derive.program import Expr, Symbol, walk
from derive.pycode import classes
from derive.pycode.entry import Entry
from derive.pycode.interpreter import Interpreter
from derive.pycode.names import KEPT_OUTPUTS
from derive.pycode.plain import behind
from derive.pycode.signatures import returned_names
from derive.pycode.values import DictValue, Instance, Record, Ref, Unknown, Value


class Given:
    """What is known of the arguments of an entry's functions, and what these gave back."""

    def __init__(self, run: Interpreter, entry: Entry) -> None:
        self.run, self.entry = run, entry
        self.known: dict[str, Value] = {}
        self.output: Value = None
        self.cache: Value = None
        self.instance: Instance | None = None
        self.cost: Expr | None = None
        self.told = False
        """The cost is that of a function of a prediction and labels, called for a print."""
        self.renamed: dict[str, str] = {}
        """By the name that an argument has for the gradients the one that it has for the cost."""
        self.outputs: dict[str, Ref] = {}
        """The arrays that the forward pass returns, by name."""
        self.defaults: dict[str, object] = {}
        """The numbers that arguments have if they are not given."""

    def _take_kept_output(self) -> None:
        """A forward pass that returns nothing keeps its output: ``self.output``."""
        held = self.instance.attributes if self.instance is not None else {}
        for name in KEPT_OUTPUTS[:3]:
            if isinstance(held.get(name), Unknown):  # the input itself
                held[name] = self.run.need_array(held[name])
        for name in KEPT_OUTPUTS:
            if isinstance(held.get(name), Ref):
                self.output = held[name]
                self.outputs[name] = self.output
                return

    def _keep_output(self) -> None:
        """``self.output = self.forward(X)`` of a method that calls the gradients as well."""
        held = self.instance
        if held is None or not isinstance(self.output, Ref) or not self.entry.gradient:
            return
        for method, node in held.kind.methods.items():
            for before, after in _neighbours(node):
                called = {n.func.attr for n in ast.walk(after) if _is_own_call(n)}  # type: ignore[attr-defined]
                match before:
                    case ast.Assign(
                        targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)],
                        value=ast.Call(func=ast.Attribute(attr=went)) as call,
                    ) if (
                        went == self.entry.forward
                        and self.entry.gradient in called
                        and _is_own_call(call)
                    ):
                        self.run.condition(f"{name} is what {went} returns, as in {method}")
                        classes.set_attribute(held, name, self.output)

    def _first(self, value: Value) -> Value:
        """The output of what is returned: what all other arrays there lead to, else the first."""
        value = self.run.settled(value)
        if not isinstance(value, tuple) or not value:
            return value
        trace = self.run.trace
        held = [part for part in map(self.run.settled, value) if isinstance(part, Ref)]
        held = [part for part in held if not trace.buffers[part.buffer].reason]
        known = [trace.buffers[part.buffer].content.expr for part in held]
        for part, expr in zip(held, known, strict=True):
            others = {n.name for e in known for n in walk(e) if isinstance(n, Symbol)} - {
                n.name for n in walk(expr) if isinstance(n, Symbol)
            }
            led = set(behind(expr, trace.definitions))
            if len(held) == len(value) > 1 and others <= led:
                return part
        return value[0]

    def _note_returned(self) -> None:
        """What the forward pass returns is known by the names that it has there."""
        scope = self.run.scope
        for node in returned_names(self.run.returned):
            if node.id in scope:
                self.known.setdefault(node.id, scope[node.id])
                if isinstance(scope[node.id], Ref):
                    self.outputs[node.id] = scope[node.id]
        if isinstance(self.output, (Record, DictValue)):
            for name, part in self.output.items.items():
                if isinstance(self.run.settled(part), Ref) and isinstance(name, str):
                    self.known.setdefault(name, part)
        self._note_attributes()
        whole = self.run.returned
        if isinstance(whole, ast.Attribute) and isinstance(self.output, Ref):  # return self.out
            self.known.setdefault(whole.attr, self.output)
            self.outputs[whole.attr] = self.output

    def _note_attributes(self) -> None:
        """``return self.__A1, self.__A2``: what is called A1 and A2 elsewhere."""
        held = self.instance.attributes if self.instance is not None else {}
        parts = self.run.returned.elts if isinstance(self.run.returned, ast.Tuple) else []
        for part in parts:
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                owned = [n for n in held if n == part.attr or n.endswith(f"_{part.attr}")]
                value = held[owned[0]] if len(owned) == 1 else None
                if isinstance(value, Ref):
                    name = part.attr.strip("_")
                    self.known.setdefault(name, value)
                    self.outputs[name] = value


def _is_own_call(node: ast.AST) -> bool:
    """``self.method(...)``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"))):
            return True
    return False


def _neighbours(node: ast.AST) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """The statements of a function that stand one right behind the other."""
    for part in ast.walk(node):
        for body in (getattr(part, "body", []), getattr(part, "orelse", [])):
            if isinstance(body, list):
                yield from pairwise(body)
