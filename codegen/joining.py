"""One emitted ``runtime.py`` from the tested modules of `codegen.runtime`.

In: the source of the package.  Out: the text of one module: the package's docstring, every
import once and sorted, then the modules in order, each under a line with its title.  What they
import from each other is there already, because a module stands behind those that it needs.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("runtime")
PACKAGE: Final = "codegen.runtime."
ORDER: Final = (
    "checks",
    "polynomials",
    "precision",
    "products",
    "schedules",
    "network",
    "initial",
    "quality",
    "plots",
    "history",
    "batches",
    "failures",
    "trainer",
    "files",
    "checkpoints",
    "training",
    "estimator",
    "learners",
    "data",
    "command",
)
_WIDTH: Final = 97


def runtime_source(folder: Path = SOURCE, order: tuple[str, ...] = ORDER) -> str:
    """The joined text, not yet formatted.

    Raises ValueError for a module that is left out, that needs a later one, or for a name that
    two of them define.
    """
    modules = {path.stem: path for path in sorted(folder.glob("*.py")) if path.stem != "__init__"}
    if sorted(order) != sorted(modules):
        raise ValueError(f"runtime: got {', '.join(sorted(order))}; needs {', '.join(modules)}")
    imports: set[str] = set()
    owner: dict[str, str] = {}
    bodies = []
    for place, name in enumerate(order):
        source = modules[name].read_text(encoding="utf-8")
        tree = ast.parse(source)
        imports |= _imports(tree, name, order[:place])
        for defined in _defined(tree):
            if defined in owner:
                raise ValueError(f"runtime: {owner[defined]} and {name} both define {defined}")
            owner[defined] = name
        bodies.append(f"{_heading(tree)}\n\n{_body(tree, source)}")
    title = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    plain = sorted(line for line in imports if line.startswith("import "))
    named = sorted(line for line in imports if line.startswith("from "))
    head = f'"""{title}\n"""\n\nfrom __future__ import annotations\n'
    return "\n".join([head, *_ours_last(plain + named), "", *bodies])


def _imports(tree: ast.Module, name: str, earlier: tuple[str, ...]) -> set[str]:
    """One line for each name that a module imports from outside the package."""
    lines = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            lines |= {ast.unparse(ast.Import([alias])) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = node.module or ""
            if module.startswith(PACKAGE):
                if module.removeprefix(PACKAGE) not in earlier:
                    raise ValueError(f"runtime: {name} needs {module}, which comes later")
                continue
            lines |= {f"from {module} import {ast.unparse(alias)}" for alias in node.names}
    return lines


def _ours_last(lines: list[str]) -> list[str]:
    """NumPy behind the standard library; names from one module on one line."""
    merged: dict[str, list[str]] = {}
    for line in lines:
        module, _, name = line.partition(" import ")
        merged.setdefault(module, []).append(name)
    joined = [
        f"{module} import {', '.join(sorted(names, key=_by_kind))}"
        if module.startswith("from ")
        else module
        for module, names in merged.items()
    ]
    outside = [line for line in joined if "numpy" in line]
    return [*(line for line in joined if line not in outside), "", *outside]


def _by_kind(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as import sorters have them."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)


def _defined(tree: ast.Module) -> list[str]:
    names = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return names


def _heading(tree: ast.Module) -> str:
    """``# -- shuffled mini-batches ---...``, from the first words of the module's docstring."""
    title = (ast.get_docstring(tree) or "").split(":")[0].split(",")[0].rstrip(".")
    title = title[0].lower() + title[1:]
    return f"# -- {title} ".ljust(_WIDTH, "-")


def _body(tree: ast.Module, source: str) -> str:
    """The text behind the imports, comments and blank lines as they are."""
    last = max(
        node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    )
    return "\n".join(source.splitlines()[last:]).strip("\n") + "\n\n"
