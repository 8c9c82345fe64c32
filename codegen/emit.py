"""From a spec to the folder of a network: proved, planned, printed, proved as text, put in place.

In: the path of a spec.  Out: ``OUT/NAME/`` with ``NAME.py``, ``runtime.py``, ``test_NAME.py``,
``derivation.md`` and ``NAME.toml``; or, for `check`, a diff against what is there.  The files
are completed in a temporary folder first and then renamed one by one, so that a failure
leaves nothing half-written.
"""

from __future__ import annotations

import difflib
import importlib.metadata
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegen import building, equations, proof
from codegen.context import document_context, module_context
from codegen.joining import runtime_source
from codegen.network import Network
from codegen.proof import ProvedEquation, Unproved
from codegen.spec import Spec, contents, parse, read
from codegen.tables import GenerateError
from codegen.trainer import Step, step
from codegen.validation import validated
from derive.check import Acceptance
from derive.pycode.validate import Validation
from derive.tensors import Outcome

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).with_name("templates")
RUFF: Final = "0.17.6"
"""The one version of the formatter: another could print other bytes."""
LINE_LENGTH: Final = 100


class FormatterMissing(GenerateError):
    """The pinned formatter is not installed; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A spec with everything that was proved for it."""

    spec: Spec
    network: Network
    gradients: tuple[ProvedEquation, ...]
    forms: tuple[ProvedEquation, ...]
    step: Step

    @property
    def equations(self) -> tuple[ProvedEquation, ...]:
        """Every proved equation: the gradients, then the forms that they and training use."""
        return self.gradients + self.forms + self.step.rewrites


def derive_network(spec: Spec) -> Derivation:
    """Proves a spec's gradients and plans its training step; raises `proof.Unproved`."""
    built = building.build(spec)
    derived = proof.gradients(built)
    forms = proof.loss_forms(built) + proof.formula_slopes(built)
    proof.require(built, derived + forms)
    return Derivation(spec, built, derived, forms, step(built, derived))


def verify_spec(spec_path: Path) -> list[tuple[str, str, Outcome, Acceptance]]:
    """Every gradient of the network of a spec: name, LaTeX, and both opinions of it.

    Raises SpecError for an unusable spec.
    """
    return [
        (e.name, equations.equation_latex(e.equation), e.outcome, e.acceptance)
        for e in proof.gradients(building.build(read(spec_path)))
    ]


def generate(spec_path: Path, out: Path) -> list[Path]:
    """Writes the network of a spec to ``out/NAME/``; returns the files.

    Raises SpecError, `proof.Unproved` or `FormatterMissing` before anything is written.
    """
    spec, files = _render(spec_path)
    folder = out / spec.name
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, data in files.items():
        target = folder / name
        _replace(target, data)
        written.append(target)
    return written


def notes(spec_path: Path) -> list[str]:
    """What a user must know of the formulas of a spec: kinks, overflow, digits that are lost."""
    return [f"{own.own.name}: {text}" for own in read(spec_path).own for text in own.warnings]


def check(spec_path: Path, out: Path) -> str:
    """A diff from what is in ``out/NAME/`` to what the spec gives; "" if they are the same.

    Files that do not belong there are named too, caches apart.
    """
    spec, files = _render(spec_path)
    folder = out / spec.name
    parts = [_difference(folder / name, data) for name, data in files.items()]
    present = sorted(p.name for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    parts += [
        f"{folder / name}: is not emitted, remove it\n"
        for name in present
        if name not in files and not name.startswith(".")
    ]
    return "".join(parts)


def specs(root: Path) -> list[Path]:
    """The specs of the networks in a folder: ``root/NAME/NAME.toml``, by name."""
    return sorted(p for p in root.glob("*/*.toml") if p.stem == p.parent.name)


def generate_all(root: Path) -> list[Path]:
    """Writes every network of a folder anew from its spec."""
    return [path for spec in specs(root) for path in generate(spec, root)]


def check_all(root: Path) -> str:
    """The diffs of all networks of a folder, and folders in it that have no spec."""
    found = specs(root)
    known = {spec.parent for spec in found}
    parts = [check(spec, root) for spec in found]
    for folder in sorted(p for p in root.iterdir() if p.is_dir()):
        if folder not in known and not folder.name.startswith((".", "__")):
            parts.append(f"{folder}: has no spec {folder.name}.toml\n")
    return "".join(parts)


# -- rendering ---------------------------------------------------------------------------------


def _render(spec_path: Path) -> tuple[Spec, dict[str, bytes]]:
    """The spec and the files of its network, formatted."""
    _require_formatter()
    data = contents(spec_path)
    spec = parse(data, str(spec_path))
    files = render(derive_network(spec))
    files[f"{spec.name}.toml"] = data
    return spec, files


def _environment() -> Environment:
    import jinja2

    # what is printed is Python and Markdown, and every value comes from a checked spec
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def module_text(derivation: Derivation) -> str:
    """``NAME.py`` of a network, before it is proved and formatted."""
    context = module_context(derivation.network, derivation.gradients, derivation.step)
    template = _environment().get_template("network.py.jinja")
    return template.render(context | {"measured": ()})


def render(derivation: Derivation) -> dict[str, bytes]:
    """The text files of a network, without its spec: name to content.

    Raises `proof.Unproved` if the text of its module is not proved.
    """
    environment = _environment()
    name = derivation.spec.name
    context = module_context(derivation.network, derivation.gradients, derivation.step)
    updates = derivation.step.update.proofs
    document = document_context(derivation.network, derivation.equations, updates)
    template = environment.get_template("network.py.jinja")
    found = proved_text(derivation, module_text(derivation))
    # what is measured is said in the module's docstring, which is all that differs then
    context |= {"measured": found.measured}
    texts = {
        f"{name}.py": template.render(context),
        f"test_{name}.py": environment.get_template("test_network.py.jinja").render(context),
        "derivation.md": environment.get_template("derivation.md.jinja").render(context | document),
        "runtime.py": runtime_source(),
    }
    return _formatted(texts)


def proved_text(derivation: Derivation, source: str) -> Validation:
    """What is proved of the text of a module; raises `proof.Unproved` for what is not."""
    found = validated(source, derivation.network, derivation.gradients)
    if not found.proved:
        raise Unproved(
            f"{derivation.spec.name}: the emitted text is not proved, so nothing is written: "
            f"{found.reason}"
        )
    return found


def _require_formatter() -> None:
    try:
        found = importlib.metadata.version("ruff")
    except importlib.metadata.PackageNotFoundError:
        found = ""
    if found != RUFF:
        got = f"ruff {found} is installed" if found else "ruff is not installed"
        raise FormatterMissing(
            f"generated code is formatted by ruff {RUFF}, {got}: pip install 'derive[generate]'"
        )


def _formatted(texts: dict[str, str]) -> dict[str, bytes]:
    """The files with the Python ones formatted, in one run of the formatter."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in texts}
        for name, text in texts.items():
            paths[name].write_text(text, encoding="utf-8", newline="\n")
        emitted = [str(paths[n]) for n in texts if n.endswith(".py")]
        options = ["--isolated", "--no-cache", "--quiet", f"--line-length={LINE_LENGTH}"]
        run = subprocess.run(
            [sys.executable, "-m", "ruff", "format", *options, "--target-version=py311", *emitted],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise RuntimeError(f"the formatter refused the emitted code: {run.stderr.strip()}")
        return {name: path.read_bytes() for name, path in paths.items()}


# -- files -------------------------------------------------------------------------------------


def _replace(target: Path, data: bytes) -> None:
    """Writes a file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _difference(target: Path, data: bytes) -> str:
    try:
        present = target.read_bytes()
    except FileNotFoundError:
        return f"{target}: is missing\n"
    if present == data:
        return ""
    before, after = (b.decode("utf-8", "replace").splitlines(True) for b in (present, data))
    lines = difflib.unified_diff(before, after, str(target), f"{target} (generated)")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
