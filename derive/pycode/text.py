"""Facts of an emitted module's text that are not computed: its constants, what its trainer is.

Each is compared with what the spec says, as a piece of syntax; nothing is run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from derive.pycode.reference import Reference
from derive.pycode.source import Module

SAME_BATCH = (
    "not (type(X) is type(Y) is np.ndarray and (X.shape, Y.shape, X.dtype, Y.dtype) == self._batch)"
)
"""The question whether a batch is not like the last one, as `ast.unparse` writes it."""
FINITE = "not math.isfinite(J)"
"""The question whether a step must not be taken."""
ACCEPTED = "X, Y = self._accept(X, Y)"
"""What happens to a batch that is not."""
_TRAINER = frozenset({"step", "_update", "_buffers", "_constants"})
_FREE = frozenset({"scalars", "state", "parts", "folds_rate", "chunk", "params"})
"""What a trainer may say besides: the proofs read the first four, the last is an annotation."""


def wrong_constants(module: Module, reference: Reference) -> list[str]:
    """What stands in the text and not in the spec, or the other way round."""
    found = _assigned(module.body)
    network = found.get("NETWORK")
    said: dict[str, str] = {name: ast.unparse(value) for name, value in found.items()}
    if isinstance(network, ast.Call) and ast.unparse(network.func) == "runtime.Network":
        said |= {f"NETWORK.{k.arg}": ast.unparse(k.value) for k in network.keywords}
    wrong = list(_differences(said, reference.constants, ""))
    trainers = [s for s in module.body if isinstance(s, ast.ClassDef) and s.name == "Trainer"]
    if len(trainers) != 1:
        return [*wrong, "there is not one class Trainer"]
    body = trainers[0].body
    bases = [ast.unparse(base) for base in trainers[0].bases]
    if bases != ["runtime.BaseTrainer"] or trainers[0].keywords or trainers[0].decorator_list:
        wrong.append("Trainer is not a plain runtime.BaseTrainer")
    attributes = {name: ast.unparse(value) for name, value in _assigned(body).items()}
    wrong += _differences(attributes, reference.attributes, "Trainer.")
    steps = [s for s in body if isinstance(s, ast.FunctionDef) and s.name == "step"]
    asked = [_asked(n) for step in steps for n in ast.walk(step) if isinstance(n, ast.If)]
    if asked != [(SAME_BATCH, ACCEPTED), (FINITE, "raise")]:
        wrong.append("a step does not accept its batch and refuse a loss that is not finite")
    names = {s.name for s in body if isinstance(s, (ast.FunctionDef, ast.ClassDef))}
    unknown = (names - _TRAINER) | (set(attributes) - _FREE - set(reference.attributes))
    wrong += [f"Trainer.{name} is not known" for name in sorted(unknown)]
    return wrong + [f"Trainer: {ast.unparse(s)[:60]}" for s in body if not _is_plain(s)]


def _is_plain(node: ast.stmt) -> bool:
    """A docstring, a method, a name with a value, or one with a type alone."""
    match node:
        case ast.Assign(targets=[ast.Name()]) | ast.AnnAssign(target=ast.Name(), value=None):
            return True
        case ast.Expr(value=ast.Constant()) | ast.FunctionDef():
            return True
    return False


def _asked(node: ast.If) -> tuple[str, str]:
    """The condition of a branch without another, and what is done then."""
    lines = [*node.body, *node.orelse]
    raises = len(lines) == 1 and isinstance(lines[0], ast.Raise)
    return ast.unparse(node.test), "raise" if raises else "; ".join(map(ast.unparse, lines))


def _differences(said: dict[str, str], wanted: object, prefix: str) -> Iterator[str]:
    assert isinstance(wanted, dict)
    for name, text in wanted.items():
        need = ast.unparse(ast.parse(text, mode="eval")) if text else ""
        if said.get(name, "") != need:
            got = said.get(name) or "missing"
            yield f"{prefix}{name} is {got}, the spec says {need or 'nothing'}"


def _assigned(body: list[ast.stmt]) -> dict[str, ast.expr]:
    """The values of names that are assigned once; one that is assigned twice has none."""
    found: dict[str, ast.expr] = {}
    twice: set[str] = set()
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if name in found:
                    twice.add(name)
                found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def only_becomes_array(module: Module, name: str) -> bool:
    """Whether a list of the module is read for nothing but to make an array of it."""
    reads = made = 0
    for node in (n for statement in module.body for n in ast.walk(statement)):
        reads += isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.array", "self._number"):
            made += bool(node.args) and getattr(node.args[0], "id", "") == name
    return reads == made
