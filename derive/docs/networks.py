"""The generated networks: spec, picture, code and derivation, emitted anew for their pages.

In: the folder of generated networks of the source tree.  Out: a page for each network whose
examples are columns (the others are the same with rows), and the page that lists them.  A
network whose committed files are not what its spec gives now is a problem of the build.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import codegen
from codegen import proof, spec
from codegen.network import build
from derive.docs import beside, facts, project
from derive.docs.prose import Page
from derive.docs.shell import Shell
from derive.explain.graph import network_svg
from derive.report.explain import markdown_text


def specs() -> list[Path]:
    """The specs of the networks that have a page; none where the source tree is not at hand."""
    found = project.path("generated").glob("*/*.toml")
    return sorted(p for p in found if p.stem == p.parent.name and not p.stem.endswith("_rows"))


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
        shell.file("train.py", TRAIN.replace("NAME", path.stem))
        curve = facts.training_svg(shell.done("python train.py"))
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

{_SAID}

<figure>
{curve}</figure>

{told}
"""
    return Page(text, problems)


_SAID = (
    "Trained while this page was built, as its spec says, on 512 examples drawn at random: "
    "a cloud of points for each class, or a smooth function of the inputs. As many are held out."
)
TRAIN: Final = """import json
import sys

import numpy as np

sys.path.insert(0, "NAME")
import NAME as net

rng = np.random.default_rng(0)
features, outputs = net.NETWORK.features, net.NETWORK.outputs
if net.NETWORK.task == "regression":
    X = rng.normal(size=(features, 1024))
    Y = 1 / (1 + np.exp(-np.sin(rng.normal(size=(outputs, features)) @ X)))
else:
    Y = rng.integers(max(outputs, 2), size=1024)
    centres = rng.normal(size=(features, max(outputs, 2)))
    X = centres[:, Y] + (3 if features > 100 else 1) * rng.normal(size=(features, 1024))
if net.NETWORK.input_scale:
    X = np.clip(128 + 40 * X, 0, 255)
held = (X[:, 512:], Y[..., 512:])
history = net.fit(net.init(0), X[:, :512], Y[..., :512], validation=held)
print(json.dumps({"loss": history.loss, "loss of examples held out": history.validation_loss}))
"""
"""Trains an emitted network on data of its kind and prints its losses."""


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
    lines = "".join(f"* [{markdown_text(name)}](networks/{name}.md)\n" for name in names)
    return (
        "# Generated networks\n\nThe networks of the notes, as the generator emits them: each was "
        "emitted anew for its page and is what the project keeps in `generated/`, byte for byte. "
        "Beside each there is the same network with examples as rows.\n\n" + lines
    )
