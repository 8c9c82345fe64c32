"""The generated networks: spec, picture, code and derivation, emitted anew for their pages.

In: the folder of generated networks of the source tree.  Out: a page for each network whose
examples are columns (the others are the same with rows), and the page that lists them.  A
network whose committed files are not what its spec gives now is a problem of the build.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import codegen
from derive.docs import facts, project
from derive.docs.prose import Page
from derive.explain.graph import network_svg
from derive.report.explain import markdown_text


def specs() -> list[Path]:
    """The specs of the networks that have a page; none where the source tree is not at hand."""
    found = project.path("generated").glob("*/*.toml")
    return sorted(p for p in found if p.stem == p.parent.name and not p.stem.endswith("_rows"))


def page(path: Path) -> Page:
    """The page of a network: what its spec gives, and whether that is what is committed."""
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        codegen.generate(path, Path(scratch))
        folder = Path(scratch, path.stem)
        for emitted in sorted(folder.iterdir()):
            committed = path.with_name(emitted.name)
            if not committed.exists() or committed.read_bytes() != emitted.read_bytes():
                problems.append(f"generated/{path.stem}/{emitted.name}: not what its spec gives")
        gradients = facts.function(
            (folder / f"{path.stem}.py").read_text(encoding="utf-8"), "def _gradients"
        )
        derivation = (folder / "derivation.md").read_text(encoding="utf-8")
    told = derivation[derivation.index("\n## ") + 1 :].rstrip()
    text = f"""# {markdown_text(path.stem)}

{_sentence(derivation)}

```toml
{path.read_text(encoding="utf-8").rstrip()}
```

The forward pass, and the backward pass beside it:

<figure class="wide">
{network_svg(path)}</figure>

Each line of the code stands under the equation that it computes:

```python
{gradients}
```

{told}
"""
    return Page(text, tuple(problems))


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
