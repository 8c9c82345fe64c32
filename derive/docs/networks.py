"""The generated networks: spec, picture, code and derivation, emitted anew for their pages.

In: the folder of generated networks of the source tree.  Out: a page for each network, its
examples are columns or rows, and the page that lists them.  A network whose committed files are
not what its spec gives now is a problem of the build.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import codegen
from codegen import proof, spec
from codegen.building import build
from derive.docs import beside, project
from derive.docs.prose import Page
from derive.docs.shell import Shell
from derive.docs.training import trained
from derive.explain.graph import network_svg
from derive.report.explain import markdown_text

_ROWS = "_rows"
"""How the name of a network ends that is another one with examples as rows."""


def specs() -> list[Path]:
    """The specs of the networks that have a page; none where the source tree is not at hand."""
    found = project.path("generated").glob("*/*.toml")
    return sorted(p for p in found if p.stem == p.parent.name)


def page(path: Path) -> Page:
    """The page of a network: what its spec gives, and whether that is what is committed."""
    with Shell(f"networks/{path.stem}.md") as shell:
        codegen.generate(path, shell.folder)
        folder = shell.folder / path.stem
        for emitted in sorted(folder.iterdir()):
            committed = path.with_name(emitted.name)
            if not committed.exists() or committed.read_bytes() != emitted.read_bytes():
                shell.problems.append(
                    f"generated/{path.stem}/{emitted.name}: not what its spec gives"
                )
        network = build(spec.read(path))
        known = beside.named_equations(network, proof.gradients(network))
        code = (folder / f"{path.stem}.py").read_text(encoding="utf-8")
        derivation = (folder / "derivation.md").read_text(encoding="utf-8")
        training = trained(shell, path.stem)
        problems = tuple(shell.problems)
    told = derivation[derivation.index("\n## Gradients") + 1 :].rstrip()
    text = f"""# {markdown_text(path.stem)}

{_sentence(derivation)}

```toml
{path.read_text(encoding="utf-8").rstrip()}
```

## The computation graph

The forward pass, and the backward pass beside it:

<figure class="wide">
{network_svg(path)}</figure>

## The code beside its equations

As it is emitted: the readable form of forward pass, cost and gradients, and the training step,
which computes the same in arrays that it owns.

{beside.sections(code, known).rstrip()}

## A training

{training.said}

<figure>
{training.curve}</figure>

{told}
"""
    return Page(text, problems)


def _sentence(derivation: str) -> str:
    """What the network is, in a line of its derivation."""
    found = re.search(r"^\w+: (dense layers .+)$", derivation, re.MULTILINE)
    assert found is not None
    return found[1][0].upper() + found[1][1:]


def overview(names: Sequence[str]) -> str:
    """The list of the networks."""
    if not names:
        return (
            "# Generated networks\n\nThe networks of the notes are in the source tree of the "
            "project; this copy of the program was installed without them.\n"
        )
    rows = []
    for name in (name for name in names if not name.endswith(_ROWS)):
        twin = f"[rows](networks/{name}{_ROWS}.md)" if f"{name}{_ROWS}" in names else ""
        rows.append(f"| {markdown_text(name)} | [columns](networks/{name}.md) | {twin} |\n")
    return (
        "# Generated networks\n\nThe networks of the notes, as the generator emits them: each was "
        "emitted anew for its page and is what the project keeps in `generated/`, byte for byte; "
        "with its computation graph, its code beside its equations, a training, and its "
        "derivation.\n\n| network | an example is a column | an example is a row |\n"
        "| --- | --- | --- |\n" + "".join(rows)
    )
