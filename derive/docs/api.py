"""The reference of the Python interface, from signatures and docstrings.

In: the public modules.  Out: a page for each.  Docstrings are plain text with names in single
or double backquotes, examples that begin with ``>>>``, which the tests run, and indented blocks.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from derive.report.explain import markdown_text

MODULES: Final = (
    "derive.verify",
    "derive.verdict",
    "derive.program",
    "derive.judge",
    "derive.reading",
    "derive.tensors.prove",
    "derive.check.acceptance",
    "derive.explain.display",
    "derive.explain.claims",
    "derive.explain.graph",
    "derive.library.row",
    "derive.scalars.table",
    "codegen",
    "codegen.spec",
)
"""What a program builds upon, the most used first."""
_CODE: Final = re.compile(r"``(.+?)``|`(.+?)`", re.DOTALL)
_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")


def overview() -> str:
    """The list of the modules, each with the first line of its docstring."""
    lines = []
    for name in MODULES:
        first = prose((importlib.import_module(name).__doc__ or "").strip().splitlines()[0])
        lines.append(f"* [{markdown_text(name)}](api/{name}.md): {first}\n")
    return (
        "# Python interface\n\nThe command is `derive`; what it does can be asked for from Python "
        "too. The examples are run by the tests.\n\n" + "".join(lines)
    )


def page(name: str) -> str:
    """The page of a module."""
    module = importlib.import_module(name)
    parts = [f"# {markdown_text(name)}\n\n", docstring(module.__doc__ or "")]
    for label, item in _public(module):
        parts += _item(label, item)
    return "".join(parts).rstrip("\n") + "\n"


def _public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The public classes and functions that a module defines, or exports, as it lists them."""
    exported = getattr(module, "__all__", None)
    for label in exported or vars(module):
        item = getattr(module, label)
        own = getattr(item, "__module__", "").startswith(module.__name__)
        shown = inspect.isclass(item) or inspect.isfunction(item)
        if shown and not label.startswith("_") and (own or exported):
            yield label, item


def _item(label: str, item: Any) -> Iterator[str]:
    kind = "class " if inspect.isclass(item) else ""
    yield f"## {markdown_text(label)}\n\n```python\n{kind}{label}{_signature(item)}\n```\n\n"
    text = inspect.getdoc(item) or ""
    if not text.startswith(f"{label}("):  # a dataclass without one has its signature there
        yield docstring(text)
    if not inspect.isclass(item):
        return
    for name, member in vars(item).items():
        inner = getattr(member, "__func__", getattr(member, "fget", member))
        if name.startswith("_") or not inspect.isfunction(inner) or not inner.__doc__:
            continue
        call = "" if isinstance(member, property) else _signature(inner)
        yield f"### {markdown_text(f'{label}.{name}')}\n\n"
        yield f"```python\n{name}{call}\n```\n\n{docstring(inner.__doc__)}"


class _Plain(str):
    """An annotation that is shown as it is written, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _signature(item: Any) -> str:
    try:
        found = inspect.signature(item)
    except (TypeError, ValueError):
        return ""
    given = [p.replace(annotation=_plain(p.annotation)) for p in found.parameters.values()]
    found = found.replace(parameters=given, return_annotation=_plain(found.return_annotation))
    return _ADDRESS.sub("", str(found))


def _plain(annotation: Any) -> Any:
    return _Plain(annotation) if isinstance(annotation, str) else annotation


def docstring(text: str) -> str:
    """A docstring as Markdown.

    >>> docstring("The ``n``-th *x*.\\n\\n    a b\\n\\n* `c`: *d*")
    'The `n`-th \\\\*x\\\\*.\\n\\n```text\\na b\\n```\\n\\n* `c`: \\\\*d\\\\*\\n\\n'
    """
    return "".join(_block(block) for block in re.split(r"\n\s*\n", inspect.cleandoc(text)) if block)


def _block(block: str) -> str:
    lines = block.splitlines()
    if block.startswith(">>>"):
        return f"```python\n{block}\n```\n\n"
    if all(line.startswith("    ") for line in lines):
        return f"```text\n{inspect.cleandoc(block)}\n```\n\n"
    if re.match(r"[*-] ", block):
        return re.sub(r"^([*-] )(.*)", lambda m: m[1] + prose(m[2]), block, flags=re.M) + "\n\n"
    return f"{prose(block)}\n\n"


def prose(text: str) -> str:
    """Text with its names as code and everything else as it stands."""
    out, at = [], 0
    for found in _CODE.finditer(text):
        out += [markdown_text(text[at : found.start()]), f"`{found[1] or found[2]}`"]
        at = found.end()
    return "".join([*out, markdown_text(text[at:])])
