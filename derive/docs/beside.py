"""The code of an emitted network, each line beside the equation that it computes.

In: the text of an emitted module, and the LaTeX of its equations by name.  Out: tables of
equations and code, as Markdown.  What the code says of itself in comments names the equation;
a line without one stands under the equation before it.

>>> rows("    # dW1 = dZ1 Xᵀ\\n    dZ1.dot(X.T, out=dW1)\\n", {"dW1": "dW_1 = dZ_1 X^T"})
[('$dW_1 = dZ_1 X^T$', ('dZ1.dot(X.T, out=dW1)',))]
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import Final

from codegen import equations, proof
from codegen.network import Network
from derive.docs import facts
from derive.report.explain import markdown_text

Row = tuple[str, tuple[str, ...]]
_COMMENT: Final = re.compile(r"# (?:proof (?P<proved>\w+): )?(?P<said>.*)")
_CLOSING: Final = re.compile(r"return |self\.")
_ASSIGNED: Final = re.compile(r"(\w+) = ")


def named_equations(network: Network, proved: Sequence[proof.ProvedEquation]) -> dict[str, str]:
    """The LaTeX of each line of the forward pass and of each gradient, by its name in the code."""
    out = {}
    for name, body in network.program.definitions.items():
        shown = equations.summed_over_examples(body) if name == "J" else body
        out[name] = f"{equations.latex(network.program.symbol(name))} = {equations.latex(shown)}"
    return out | {e.name: equations.equation_latex(e.equation) for e in proved}


def rows(code: str, known: Mapping[str, str]) -> list[Row]:
    """Equations or remarks, each with the lines of code behind it."""
    out: list[tuple[str, list[str]]] = []
    for line in dedent(code).splitlines():
        comment = _COMMENT.fullmatch(line.strip())
        if comment is not None:
            out.append((_head(comment["proved"] or "", comment["said"], known), []))
        elif line.strip():
            assigned = _ASSIGNED.match(line)
            own = _of(assigned[1] if assigned else "", known)
            new = own and out and out[-1][1] and not out[-1][0].startswith(own)
            if not out or new or (_CLOSING.match(line) and out[-1][0]):
                out.append((own, []))
            out[-1][1].append(line)
    return [(head, tuple(lines)) for head, lines in out if lines]


def _head(proved: str, said: str, known: Mapping[str, str]) -> str:
    """The equation that a comment names, else the comment."""
    assigned = _ASSIGNED.match(said)
    name = proved or (assigned[1] if assigned else "")
    rest = re.search(r", (?:times|which) .*", said)
    remark = f", {markdown_text(rest[0].strip(', '))}" if rest and name in known else ""
    return (_of(name, known) + remark) if name in known else markdown_text(said)


def _of(name: str, known: Mapping[str, str]) -> str:
    return f"${known[name]}$" if name in known else ""


def table(found: Sequence[Row]) -> str:
    """A table of two columns, in a frame of its own for the style."""
    lines = ['<div class="beside">\n', "| equation | code |", "| --- | --- |"]
    for head, code in found:
        shown = "<br>".join(f"`{line.replace('|', chr(92) + '|')}`" for line in code)
        lines.append(f"| {head.replace('|', chr(92) + '|')} | {shown} |")
    return "\n".join([*lines, "\n</div>"])


def sections(text: str, known: Mapping[str, str]) -> str:
    """The forward pass, the gradients and the training step of an emitted module."""
    parts = []
    for title, start in (
        ("Forward pass", "def _forward"),
        ("Cost", "def _cost"),
        ("Gradients", "def _gradients"),
        ("The training step", "    def step"),
    ):
        body = _body(facts.function(text, start) if start[0] == "d" else _method(text, start))
        found = rows(body, known)
        if title == "Cost":  # it has no name of its own in its function
            found = [(_of("J", known), found[0][1]), *found[1:]]
        parts.append(f"### {title}\n\n{table(found)}\n\n")
    return "".join(parts)


def _method(text: str, start: str) -> str:
    """A method, to the next."""
    found = re.search(rf"^{re.escape(start)}.*?(?=\n\n    def |\Z)", text, re.M | re.S)
    return found[0] if found else ""


def _body(function: str) -> str:
    """What a function does: without its head, its docstring, and how its arguments are checked."""
    _, _, behind = function.partition('"""')
    _, _, body = behind.partition('"""')
    lines = [line for line in body.splitlines() if line.strip()]
    checked = next((k for k, line in enumerate(lines) if "self._accept(" in line), -1)
    return "\n".join(lines[checked + 1 :])
