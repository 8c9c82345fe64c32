"""Checks a site that `derive docs` has built: ``python -m tests.docs.built SITE [--browser]``.

Without a browser: every link, anchor and file that a page loads is there and none is elsewhere; no
maths is left raw; the badges of the notes are the verdicts of ``derive verify --format json``;
every command prints what its page shows; mistakes planted in a copy fail its build.  With
``--browser`` also what a reader sees: see `tests.docs.browser`.  Ends with ``N passed, N failed``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag

from derive.docs.shell import environment
from derive.verify import shipped_notes
from tests.docs import planted
from tests.docs.markup import Markup, markup
from tests.docs.shown import varying

Check = tuple[str, Callable[[], Iterator[str]]]


def addresses(site: Path, pages: dict[str, Markup]) -> Iterator[str]:
    """What is loaded lies in the site; links lead to pages and places that are there."""
    for name, page in pages.items():
        for address in page.loads:
            if re.match(r"(?:[a-z]+:)?//|data:", address):
                yield f"{name}: loads {address}"
        for address in page.loads + page.links:
            path, anchor = urldefrag(unquote(address).partition("?")[0])
            if re.match(r"[a-z]+:", address):
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            if not (site / target).exists():
                yield f"{name}: {address} is not there"
            elif anchor and target in pages and anchor not in pages[target].ids:
                yield f"{name}: no place #{anchor} in {target}"


def raw_maths(pages: dict[str, Markup]) -> Iterator[str]:
    """No dollar and no TeX outside of code and maths."""
    for name, page in pages.items():
        for text in page.prose:
            if re.search(r"\$|\\(?:frac|sum|odot|begin|partial)\b", text):
                yield f"{name}: raw maths: {text.strip()[:80]}"
        if any(not tex.strip() for tex in page.maths):
            yield f"{name}: an empty formula"


def badges(pages: dict[str, Markup]) -> Iterator[str]:
    """The badges of each note, in order, are its verdicts."""
    for note in shipped_notes():
        told = json.loads(run(["derive", "verify", str(note), "--format", "json"], Path.cwd()))
        said = [claim["verdict"] for claim in told["files"][0]["claims"]]
        shown = [badge for _, badge in pages[f"notes/{note.stem}.html"].headings if badge]
        if said != shown:
            yield f"{note.name}: {len(said)} verdicts, {len(shown)} badges, or other ones"


def commands(name: str, page: Markup) -> Iterator[str]:
    """Each command of a page, run in order on its files, prints what is shown."""
    with tempfile.TemporaryDirectory() as scratch:
        for kind, line, text in page.blocks:
            if kind == "file":
                path = Path(scratch, line)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            elif varying(run(line.split(), Path(scratch)).rstrip()) != varying(text):
                yield f"{name}: `{line}` prints something else"


def run(words: list[str], folder: Path) -> str:
    """What a command prints."""
    program = [sys.executable, *(["-m", "derive"] if words[0] == "derive" else [])]
    return subprocess.run(
        [*program, *words[1:]],
        cwd=folder, env=environment(), capture_output=True, encoding="utf-8", check=False,
    ).stdout  # fmt: skip


def checks(site: Path) -> Iterator[Check]:
    """The checks that need no browser, by name."""
    paths = sorted(p for p in site.rglob("*.html") if "_static" not in p.parts)
    pages = {path.relative_to(site).as_posix(): markup(path) for path in paths}
    yield "addresses", lambda: addresses(site, pages)
    yield "raw maths", lambda: raw_maths(pages)
    yield "badges", lambda: badges(pages)
    shown = 0
    for name, page in pages.items():
        count = sum(kind == "command" for kind, *_ in page.blocks)
        if count:
            shown += count
            yield f"commands of {name}", lambda name=name, page=page: commands(name, page)
    yield "planted mistakes", planted.check
    yield "at least 20 commands", lambda: iter([] if shown >= 20 else [f"{shown} commands"])


def main(site: Path, *, browser: bool) -> int:
    """Runs the checks and prints what fails; 1 if something does."""
    todo = list(checks(site))
    if browser:
        from tests.docs.browser import browser_checks

        todo += browser_checks(site)
    failed = 0
    for name, check in todo:
        wrong = list(check())
        failed += bool(wrong)
        for line in wrong[:20]:
            print(f"{name}: {line}")
    print(f"{len(todo) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), browser="--browser" in sys.argv[2:]))
