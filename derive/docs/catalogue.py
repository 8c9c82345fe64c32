"""The catalogue: what is known of each activation, loss, layer and optimiser, with its derivation.

In: the library's rows and their derivations.  Out: one page an entry, with formula, plot, stable
form, measured error and cost where it has them, and the page that lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from derive.docs import measured, plots
from derive.library.activations import ACTIVATIONS
from derive.library.claims import library_claims
from derive.library.layers import LAYOUTS
from derive.library.losses import LOSSES
from derive.library.optimizers import OPTIMIZERS
from derive.library.row import Activation, Loss
from derive.program import SCALAR, Apply, Expr, MatMul, Plus, Power, Sum, Times, walk
from derive.report.explain import entry_parts, markdown_text, render
from derive.report.markdown import Entry
from derive.scalars import table
from derive.scalars.blackboard import scalar_latex

_EXACT: Final = 0.005
"""Below this an error is shown as none."""


def page(entry: Entry) -> str:
    """The page of an entry."""
    steps = render(entry_parts(entry.title, entry.steps), "markdown").partition("\n\n")[2]
    name = entry.name.replace("-", "_")
    parts = [f"# {markdown_text(entry.title)}\n\n"]
    for claim in library_claims():
        if claim.name == entry.name and claim.kind in ("layer", "regularizer"):
            parts += [_cost(claim.statement.right), "## Derivation\n\n"]
    for row in (*ACTIVATIONS, *LOSSES):
        if row.name == name:
            parts += _activation(row) if isinstance(row, Activation) else _loss(row)
            parts.append("## Derivation\n\n")
    return "".join([*parts, steps]).rstrip("\n") + "\n"


def _cost(right: Expr) -> str:
    """What the right side of a rule costs, counted in it."""
    nodes = list(walk(right))
    products = sum(isinstance(node, MatMul) for node in nodes)
    sums = sum(isinstance(node, Sum) for node in nodes)
    entrywise = (Times, Plus, Power, Apply)
    each = sum(isinstance(n, entrywise) and n.shape != SCALAR for n in nodes)
    return (
        f"To compute it takes {products} matrix product{'s' * (products != 1)}, {sums} "
        f"sum{'s' * (sums != 1)} over an axis and {each} operation{'s' * (each != 1)} entry by "
        "entry, before anything is shared or fused.\n\n"
    )


def _activation(row: Activation) -> Iterable[str]:
    if row.formula is not None:
        formula = table.body(row.name)
        assert formula is not None
        yield f"$$\nf(x) = {scalar_latex(formula)}\n$$\n\n"
        yield f"<figure>\n{plots.activation_svg(row.name)}</figure>\n\n"
    yield from _facts(row.aliases, table.parameters(row.name), table.kinks(row.name))
    if row.stable_value:
        yield "## Numerically stable form\n\n"
        yield _code(row.stable_value, "value")
        yield _code(row.stable_derivative, "derivative")
    if row.formula is not None and row.stable_value:
        yield from _errors(row.name, measured.form, _forms(row))


def _errors(
    name: str,
    measure: Callable[[str, str, int], measured.Form],
    forms: Iterable[tuple[int, str, str]],
) -> Iterable[str]:
    """The table of errors and costs of the forms of an entry."""
    yield "| form | largest error, ulp | at | array operations | of them costly |\n"
    yield "| --- | ---: | ---: | ---: | ---: |\n"
    for order, title, form in forms:
        found = measure(name, form, order)
        at = f"{found.at:g}" if found.ulp >= _EXACT else ""
        yield f"| {title} | {_ulp(found.ulp)} | {at} | {found.operations} | {found.costly} |\n"
    yield "\n"


def _forms(row: Activation | Loss) -> tuple[tuple[int, str, str], ...]:
    return (0, "value", row.stable_value), (1, "derivative", row.stable_derivative)


def _loss(row: Loss) -> Iterable[str]:
    entry = scalar_latex(table.loss_entry(row.name))
    over = "averaged" if row.reduction == "mean" else "summed"
    yield f"The loss of one output a and its label y, {over} over the outputs of an example:\n\n"
    yield f"$$\n\\ell(a, y) = {entry}\n$$\n\n"
    yield f"<figure>\n{plots.loss_svg(row.name)}</figure>\n\n"
    yield from _facts(row.aliases, table.parameters(row.name), table.kinks(row.name))
    if row.stable_value:
        yield "## Numerically stable form\n\n"
        yield _code(row.stable_value, "value")
        yield _code(row.stable_derivative, "derivative")
        yield from _errors(row.name, measured.loss_form, _forms(row))
    for activation, (value, derivative) in row.from_logits.items():
        yield f"Together with {markdown_text(activation)}, from its argument z:\n\n"
        yield _code(value, "value")
        yield _code(derivative, "derivative")


def _facts(
    aliases: Sequence[str], parameters: Sequence[str], kinks: Sequence[str]
) -> Iterable[str]:
    """The names in notes, the constants and the conventions at kinks."""
    lines = []
    if aliases:
        lines.append(f"* In notes also: {markdown_text(', '.join(aliases))}\n")
    constants = (f"{name} = {float(table.PARAMETERS[name]):g}" for name in parameters)
    if parameters:
        lines.append(f"* Constants: {markdown_text(', '.join(constants))}\n")
    lines += [f"* At a kink: {markdown_text(sentence)}\n" for sentence in kinks]
    return [*lines, "\n"] if lines else []


def _code(form: str, title: str) -> str:
    lines = "\n".join(part.strip() for part in form.split(";"))
    return f"The {title}:\n\n```python\n{lines}\n```\n\n"


def _ulp(value: float) -> str:
    return f"{value:.2g}" if value >= _EXACT else "0"


def errors() -> str:
    """A table of the measured errors and costs of all stable forms."""
    rows = [
        "| function | value, ulp | derivative, ulp | operations | of them costly |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    for row in (*ACTIVATIONS, *LOSSES):
        if not row.stable_value or (isinstance(row, Activation) and row.formula is None):
            continue
        measure = measured.form if isinstance(row, Activation) else measured.loss_form
        value, slope = (measure(row.name, form, k) for k, _, form in _forms(row))
        rows.append(
            f"| {markdown_text(row.title)} | {_ulp(value.ulp)} | {_ulp(slope.ulp)} | "
            f"{value.operations} and {slope.operations} | {value.costly} and {slope.costly} |"
        )
    return "\n".join(rows)


def short(title: str) -> str:
    """The title of an entry where others stand around it.

    >>> short("The derivative of hyperbolic tangent")
    'Hyperbolic tangent'
    """
    name = title.removeprefix("The derivative of ")
    plain = name.partition(" ")[0].replace("-", "").islower()  # SiLU, ReLU, mish
    return name[:1].upper() + name[1:] if plain else name


def overview(entries: Sequence[Entry]) -> str:
    """All entries by kind, each with a link to its page."""
    functions = {row.name.replace("_", "-") for row in ACTIVATIONS}
    losses = {row.name.replace("_", "-") for row in LOSSES}
    rules = {row.name.replace("_", "-") for row in OPTIMIZERS}
    layers = tuple(f"dense-{layout}" for layout in LAYOUTS)
    blocks = {claim.name for claim in library_claims() if claim.kind in ("layer", "regularizer")}
    groups: dict[str, list[Entry]] = {
        "Activations": [e for e in entries if e.name in functions],
        "Losses": [e for e in entries if e.name in losses],
        "Layers": [e for e in entries if e.name.startswith(layers) or e.name in blocks],
        "Optimisers": [e for e in entries if e.name in rules],
    }
    known = {entry.name for group in groups.values() for entry in group}
    groups["Output activation and loss together"] = [e for e in entries if e.name not in known]
    parts = [
        "# The catalogue\n\nWhat the library knows, derived line by line; each line was proved "
        "and checked when its page was built. The statements alone: [the rules of the "
        "library](library/index.md).\n\n"
    ]
    for title, group in groups.items():
        if group:
            lines = (f"* [{markdown_text(short(e.title))}](library/{e.name}.md)\n" for e in group)
            parts.append(f"## {title}\n\n{''.join(lines)}\n")
    return "".join(parts)
