"""The pages of prose: templates whose facts, files and outputs are put in when they are built.

In: a template of ``pages/`` and the report of the library.  Out: a `Page`.  A template may
``file`` a file, ``run`` a command on it and show what it printed, and ask for facts by name; one
that is not there is an error, never an empty place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from derive.docs import catalogue, facts, keys, project, readme
from derive.docs.shell import Shell
from derive.verdict import FileReport

FOLDER: Final = Path(__file__).with_name("pages")
_TITLE: Final = re.compile(r"\A# (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, and what on it does not hold any more."""

    text: str
    problems: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its first heading."""
        found = _TITLE.search(self.text)
        assert found is not None
        return found[1]


def names() -> list[str]:
    """The paths of the pages, ``start.md``, ``questions/is-my-note-right.md``, sorted."""
    found = (path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md.jinja"))
    return sorted(name.removesuffix(".jinja") for name in found)


def title(name: str) -> str:
    """The heading of a page, without building it."""
    found = _TITLE.search((FOLDER / f"{name}.jinja").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def page(name: str, library: FileReport, more: Mapping[str, Any] | None = None) -> Page:
    """Builds one page; more: what only this page is told."""
    template = _environment().get_template(f"{name}.jinja")
    with Shell(name) as shell:
        known: dict[str, Callable[..., object] | object] = {
            "shell": shell,
            "file": shell.file,
            "run": shell.run,
            "done": shell.done,
            "ran": shell.ran,
            "lines": partial(facts.lines, shell),
            "judging": partial(facts.judging, shell),
            "training_curve": partial(facts.training_curve, shell),
            "errors": catalogue.errors,
            "spec_keys": keys.table,
            "spec_activations": keys.activations,
            "spec_losses": keys.losses,
            "rich": keys.RICH,
            "readme_calls": readme.calls(project.text("README.md")),
            "readme_spec": readme.spec(project.text("README.md")),
            "project": project.text,
            "section": facts.section,
            **facts.of_library(library),
            **facts.VALUES,
            **(more or {}),
        }
        text = template.render(known)
        return Page(text, tuple(shell.problems))


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
