"""The tables ``[activations.NAME]`` and ``[losses.NAME]`` of a spec, read and checked.

In: the top table of a spec.  Out: `Own` by name.  Keys: ``formula``; ``parameters``, a table of
numbers; ``learned``, the names of those that are trained, one number a unit, beginning at their
default (activations only); ``labels`` (losses only): ``"real"``, ``"unit"``, ``"distribution"``.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

from codegen.formulas.grammar import CONSTANTS, FormulaError, parse
from codegen.formulas.own import Derived, Own, derived
from codegen.formulas.tree import FUNCTIONS
from codegen.tables import SpecError, Table, kind, show

MAX_FORMULAS: Final = 20
MAX_PARAMETERS: Final = 8
_VARIABLES: Final = {"activations": ("x",), "losses": ("a", "y")}
_LABELS: Final = ("real", "unit", "distribution")


def own_formulas(top: Table, section: str, taken: Collection[str]) -> dict[str, Own]:
    """The formulas of a section; `taken`: names that the library has."""
    tables = top.tree.get(section, {})
    if not isinstance(tables, dict):
        top.fail(section, f"must be tables, each written [{section}.NAME]")
    if len(tables) > MAX_FORMULAS:
        raise SpecError(f"{top.file}: {section}: {len(tables)} formulas, at most {MAX_FORMULAS}")
    found = {}
    for name, tree in tables.items():
        where = Table(top.file, section, tables)
        if not _is_name(name):
            where.fail(
                name if name.isascii() and name.isidentifier() else show(name),
                "the name must be a Python identifier of at most 40 ASCII letters, digits and _",
            )
        if name in taken:
            raise SpecError(
                f"{top.file}: {section}.{name}: the library has a {name} already; take another name"
            )
        if name in _HELPERS or _MADE.search(name):
            raise SpecError(
                f"{top.file}: {section}.{name}: the emitted module has a function of this name; "
                "take another name"
            )
        if not isinstance(tree, dict):
            where.fail(name, f"must be a table, written [{section}.{name}], not {kind(tree)}")
        found[name] = _own(Table(top.file, f"{section}.{name}", tree), name, section)
    return found


_HELPERS: Final = (
    "forward", "cost", "loss", "gradients", "inputs", "labels", "weights", "softmax",
    "log_softmax", "runtime",
)  # fmt: skip
_MADE: Final = re.compile(r"_prime$|_by_|^P[0-9]+$")
"""Names that the module gives to derivatives and to coefficients."""


def _is_name(name: str) -> bool:
    plain = name.isascii() and name.isidentifier() and name[0] != "_" and len(name) <= 40
    return plain and not keyword.iskeyword(name)


def _own(table: Table, name: str, section: str) -> Own:
    variables = _VARIABLES[section]
    table.only(
        ("formula", "parameters", "learned")
        if section == "activations"
        else ("formula", "parameters", "labels")
    )
    table.need("formula", f'formula = "{"x * sigmoid(x)" if len(variables) == 1 else "(a - y)^2"}"')
    text = table.text("formula")
    parameters = _parameters(table, variables)
    try:
        tree = parse(text, (*variables, *parameters))
    except FormulaError as error:
        table.fail("formula", str(error))
    learned = table.tree.get("learned", [])
    if not isinstance(learned, list) or not all(isinstance(n, str) for n in learned):
        table.fail("learned", "must be an array of names of parameters")
    for parameter in learned:
        if parameter not in parameters:
            table.fail("learned", f"there is no parameter {show(parameter)}")
        if parameter in _TRAINED:
            table.fail("learned", f"a network may have a {parameter} already; take another name")
        if any(c.isdigit() for c in parameter) or len(parameter) == 1:
            table.fail(
                "learned", f"{parameter} must be a word of two letters or more, without digits"
            )
    return Own(
        name=name,
        text=text,
        tree=tree,
        variables=variables,
        parameters=tuple(parameters.items()),
        learned=tuple(dict.fromkeys(learned)),
        labels=table.choice("labels", "kind of labels", _LABELS, "real")
        if section == "losses"
        else "real",
    )


def _parameters(table: Table, variables: Collection[str]) -> dict[str, Fraction]:
    given = table.tree.get("parameters", {})
    if not isinstance(given, dict):
        table.fail("parameters", f"must be a table of numbers, not {kind(given)}")
    if len(given) > MAX_PARAMETERS:
        table.fail("parameters", f"{len(given)} parameters, at most {MAX_PARAMETERS}")
    rows = Table(table.file, f"{table.path}.parameters", given)
    found = {}
    for name in given:
        if not _is_name(name):
            rows.fail(name, "the name must be a Python identifier of at most 40 ASCII letters")
        if name in (*variables, *CONSTANTS, *FUNCTIONS, *_LAYER_KEYS):
            rows.fail(name, f"{name} has a meaning of its own, take another name")
        found[name] = Fraction(repr(number(rows, name)))
    return found


_TRAINED: Final = ("gamma", "beta", "mean", "var", "pace", "epsilon", "theta", "gradient", "ones")
"""Names with the number of a layer that a network has already."""
_LAYER_KEYS: Final = (
    "units", "activation", "init", "norm", "norm_epsilon", "norm_momentum", "skip", "dropout",
    "name", "input", "examples", "dtype", "loss", "z", "d",
)  # fmt: skip


def number(table: Table, key: str, default: float | None = None) -> float:
    """Any finite number of ordinary size."""
    value = table.tree.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        table.fail(key, f"must be a number, not {kind(value)}")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not (found == 0 or 1e-30 < abs(found) < 1e30):
        table.fail(key, "must be a finite number between 1e-30 and 1e30 in size, or 0")
    return found


def derive_own(top: Table, own: Own, constants: Mapping[str, float], at: str) -> Derived:
    """The row of a formula; SpecError naming the formula if it cannot be used."""
    try:
        return derived(own, tuple(constants.items()))
    except FormulaError as error:
        changed = {k: v for k, v in own.parameters if constants[k] != float(v)}
        values = f" ({at}: {', '.join(f'{k} = {constants[k]!r}' for k in changed)})"
        raise SpecError(
            f"{top.file}: {at}.formula = {show(own.text)}: {error}{values if changed else ''}"
        ) from None
