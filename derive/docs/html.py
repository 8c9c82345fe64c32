"""From the Markdown pages to the HTML site, strictly: a warning is a problem.

In: the pages of `site.build` by path.  Out: HTML in a folder, and what Sphinx complains of:
links and anchors that lead nowhere, pages in no table of contents, broken markup.
Needs the extra ``docs`` (Sphinx, MyST, furo); reads and writes nothing outside the folder and a
temporary one, and asks no network.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from warnings import catch_warnings, simplefilter

from derive import __version__
from derive.docs.catalogue import short
from derive.docs.landing import questions
from derive.docs.theme import STATIC
from derive.errors import CallError

NEEDED: Final = ("sphinx", "myst_parser", "furo", "ruff")
_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*m")


def require() -> None:
    """Raises `CallError` with the command that installs what the HTML site needs."""
    if any(find_spec(name) is None for name in NEEDED):
        raise CallError(
            "the HTML site needs Sphinx, MyST and furo; pip install 'derive[docs]', "
            "or ask for the pages alone: derive docs --format markdown"
        )


def write_html(pages: Mapping[str, str], folder: Path, *, workers: int = 0) -> list[str]:
    """Writes the site and returns the complaints, one line each.

    pages: Markdown by path, ``index.md`` the root of the tables of contents.
    workers: processes that read and write pages; 0 for as many as there are cores.
    """
    require()
    with tempfile.TemporaryDirectory() as scratch:
        source, trees = Path(scratch, "source"), Path(scratch, "trees")
        for path, text in with_contents(pages).items():
            target = source / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        said = _run_sphinx(source, folder, trees, workers or os.cpu_count() or 1)
        return [_complaint(line, source) for line in said.splitlines() if line.strip()]


CONTENTS: Final = (
    (
        "Start",
        (
            "start.md",
            "tutorial.md",
            "command.md",
            "spec.md",
            "train.md",
            *(q.path for q in questions()),
        ),
    ),
    ("Checked", ("notes.md", "catalogue.md", "library/index.md", "codes.md", "networks.md")),
    ("Behind it", ("proof.md", "benchmarks.md", "extend.md", "api.md")),
)
"""The table of contents: captions and pages."""
_INNER: Final = {
    "notes.md": "notes/",
    "catalogue.md": "library/",
    "codes.md": "codes/",
    "networks.md": "networks/",
    "api.md": "api/",
}
"""The folder whose pages stand under a page."""


def with_contents(pages: Mapping[str, str]) -> dict[str, str]:
    """The pages, with tables of contents where Sphinx looks for them."""
    out = dict(pages)
    top = {path for _, paths in CONTENTS for path in paths}
    for path, folder in _INNER.items():
        if path in out:
            inner = [name for name in pages if name.startswith(folder) and name not in top]
            out[path] += _contents("", [_named(name, pages[name]) for name in inner])
    for caption, paths in CONTENTS:
        listed = [
            f"/{n.removesuffix('.md')}"
            for p in paths
            for n in pages
            if n == p or (p.endswith("/") and n.startswith(p))
        ]
        out["index.md"] += _contents(caption, listed)
    return out


def _named(path: str, text: str) -> str:
    """An entry of a table of contents; where all titles begin alike, by the rest of its title."""
    title, where = text.partition("\n")[0].removeprefix("# "), f"/{path.removesuffix('.md')}"
    shown = short(title)
    return where if title.lower() == shown.lower() else f"{shown} <{where}>"


def _contents(caption: str, entries: list[str]) -> str:
    if not entries:
        return ""
    lines = "".join(f"{entry}\n" for entry in entries)
    head = f":caption: {caption}\n" if caption else ""
    return f"\n```{{toctree}}\n:hidden:\n{head}\n{lines}```\n"


def _run_sphinx(source: Path, folder: Path, trees: Path, workers: int) -> str:
    """What Sphinx warns of."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    settings = (f"{name} = {value!r}\n" for name, value in configuration().items())
    (source / "conf.py").write_text("".join(settings), encoding="utf-8")
    warnings = io.StringIO()
    with (
        patch_docutils(str(source)),
        docutils_namespace(),
        catch_warnings(),
    ):
        for kind in (DeprecationWarning, PendingDeprecationWarning):  # of Sphinx's own parts
            simplefilter("ignore", kind)
        sphinx = Sphinx(
            source,
            source,
            folder,
            trees,
            "html",
            status=None,
            warning=warnings,
            freshenv=True,
            parallel=workers,
        )
        sphinx.build(force_all=True)
    return _ESCAPE.sub("", warnings.getvalue())


def _complaint(line: str, source: Path) -> str:
    return line.replace(f"{source.resolve()}{os.sep}", "").replace(f"{source}{os.sep}", "")


def configuration() -> dict[str, Any]:
    """The settings of Sphinx; the date of the build is on no page."""
    return {
        "project": "derive",
        "release": __version__,
        "version": __version__,
        "extensions": ["myst_parser", "derive.docs.theme"],
        "source_suffix": {".md": "markdown"},
        "myst_enable_extensions": ["dollarmath"],
        "myst_dmath_double_inline": True,
        "myst_heading_anchors": 2,
        "html_theme": "furo",
        "html_title": "derive",
        "html_static_path": [str(STATIC)],
        "html_copy_source": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_theme_options": {"top_of_page_buttons": []},
        "html_math_renderer": "katex",
        "pygments_style": "a11y-high-contrast-light",
        "pygments_dark_style": "a11y-high-contrast-dark",
        "language": "en",
        "nitpicky": True,
        "show_warning_types": True,
        "today": "",
    }
