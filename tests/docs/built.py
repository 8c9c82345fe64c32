"""Checks a site that `derive docs` has built: ``python -m tests.docs.built SITE [--browser]``.

Without a browser: every link, anchor and file that a page loads is there and none is elsewhere; no
maths is left raw; the badges of the notes are the verdicts of ``derive verify --format json``;
every command prints what its page shows; mistakes planted in a copy fail its build.  With
``--browser`` also what a reader sees: see `tests.docs.browser`.  Ends with ``N passed, N failed``.
"""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path
from urllib.parse import unquote, urldefrag

from derive.docs.shell import ROOT, environment, place
from derive.verify import shipped_notes
from tests.docs import planted
from tests.docs.commands import run_by_pages, unrun
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
            if re.search(r"\$|\\(?:frac|sum|odot|begin|partial)\b|\w\^\{|[a-z]'?\(\w_\w", text):
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
            elif not any(same(line, text, Path(scratch), more) for more in ([], PATIENT)):
                yield f"{name}: `{line}` prints something else"


PATIENT = ["--timeout", "600"]
"""For a machine so busy that the clock, which is only a guard, has cut a claim off."""


def same(line: str, text: str, folder: Path, more: list[str]) -> bool:
    """Whether a command prints a text; with more arguments if it judges something."""
    words = [*shlex.split(line), *(more if line.startswith("derive verify") else [])]
    printed = run(words, folder).rstrip().lstrip("\n")
    return varying(printed, line) == varying(text.lstrip("\n"), line)


def run(words: list[str], folder: Path) -> str:
    """What a command prints; a program that fails adds with what status."""
    program = [sys.executable, *(["-m", "derive"] if words[0] == "derive" else [])]
    done = subprocess.run(
        [*program, *words[1:]],
        cwd=place(words[1:], folder), env=environment(), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    failed = done.returncode and words[0] == "python"
    return done.stdout + (f"\nstatus {done.returncode}: {done.stderr[-300:]} %" if failed else "")


@cache
def read(site: Path) -> dict[str, Markup]:
    """Every page, by its path in the site."""
    paths = sorted(p for p in site.rglob("*.html") if "_static" not in p.parts)
    return {path.relative_to(site).as_posix(): markup(path) for path in paths}


def accuracy() -> Iterator[str]:
    """The table of `benchmarks/README.md` is what its command prints; errors may differ a little."""
    readme = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    shown = rows(readme[readme.index("### Digits that are kept") :])
    printed = rows(run(["python", "benchmarks/accuracy.py"], ROOT))
    if shown.keys() != printed.keys():
        yield f"other functions: {sorted(shown.keys() ^ printed.keys())}"
    for name in shown.keys() & printed.keys():
        (limit, kept, *_), (aimed, found, *_) = shown[name], printed[name]
        errors = zip(kept.split(" / "), found.split(" / "), strict=True)
        apart = [abs(float(a) - float(b)) > max(1, 0.3 * float(a)) for a, b in errors]
        if limit != aimed or any(apart):
            yield f"{name}: {found}, the table says {kept}; aimed at {aimed}, it says {limit}"


def fashion() -> Iterator[str]:
    """The benchmark on Fashion-MNIST runs, on few images of noise in files like those."""
    with tempfile.TemporaryDirectory() as scratch:
        for part, number in (("train", 128), ("t10k", 64)):
            noise = random.Random(number)
            for kind, head, most, size in (
                ("images-idx3", (2051, number, 28, 28), 255, number * 784),
                ("labels-idx1", (2049, number), 9, number),
            ):
                body = bytes(noise.randint(0, most) for _ in range(size))
                packed = struct.pack(f">{len(head)}I", *head) + body
                Path(scratch, f"{part}-{kind}-ubyte").write_bytes(packed)
        words = ["python", "benchmarks/fashion_mnist.py", scratch, "--epochs", "1"]
        printed = run(words, ROOT)
    for stack in ("784-10-10 sgd", "784-128-64-10 adam"):
        if not re.search(rf"^{stack}: generated \d+\.\d\d %, \d+\.\d\d s$", printed, re.M):
            yield f"no line of {stack}: {printed}"


def again() -> Iterator[str]:
    """The line that an emitted file names emits the same files, in a copy without them."""
    for spec in sorted((ROOT / "generated").glob("*/*.toml"))[:2]:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, spec.stem)
            folder.mkdir()
            (folder / spec.name).write_bytes(spec.read_bytes())
            run(["derive", "generate", spec.name, "-o", ".."], folder)
            for path in sorted(p for p in spec.parent.iterdir() if p.is_file()):
                found = folder / path.name
                if not found.exists() or found.read_bytes() != path.read_bytes():
                    yield f"{spec.stem}: {path.name} is another one"


def table() -> Iterator[str]:
    """The line that writes the table of derivatives anew does so, in a copy."""
    with tempfile.TemporaryDirectory() as scratch:
        copied = Path(scratch, "derive")
        shutil.copytree(ROOT / "derive", copied, ignore=shutil.ignore_patterns("__pycache__"))
        path = copied / "scalars" / "_table.json"
        right = path.read_bytes()
        path.write_bytes(right + b"\n")
        words = [sys.executable, "-m", "derive.scalars.generate"]
        given = environment() | {"PYTHONPATH": scratch}
        done = subprocess.run(words, cwd=scratch, env=given, capture_output=True, check=False)
        if path.read_bytes() != right or done.returncode:
            yield f"it writes another table: {done.stderr.decode()[-300:]}"


def every_command(site: Path, pages: dict[str, Markup]) -> Iterator[str]:
    """Nothing that a page shows as a command is run nowhere."""
    known = run_by_pages()
    known |= {line for page in pages.values() for kind, line, _ in page.blocks if kind == "command"}
    for name, page in pages.items():
        for line in unrun("".join(f"`{code}`\n" for code in page.codes), known):
            yield f"{name}: `{line}` is run nowhere"


def rows(text: str) -> dict[str, list[str]]:
    """The cells of a Markdown table behind the first of each line, by that; without its head."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {name: [cell.strip() for cell in cells] for name, *cells in lines[2:]}


def checks(site: Path) -> Iterator[Check]:
    """The checks that need no browser, by name; the planted mistakes, which take longest, first."""
    yield "planted mistakes", planted.check
    yield "benchmarks/accuracy.py", accuracy
    yield "benchmarks/fashion_mnist.py", fashion
    yield "derive generate, again", again
    yield "derive.scalars.generate", table
    pages = read(site)
    yield "every command", lambda: every_command(site, pages)
    yield "addresses", lambda: addresses(site, pages)
    yield "raw maths", lambda: raw_maths(pages)
    yield "badges", lambda: badges(pages)
    shown = 0
    for name, page in pages.items():
        count = sum(kind == "command" for kind, *_ in page.blocks)
        if count:
            shown += count
            yield f"commands of {name}", lambda name=name, page=page: commands(name, page)
    yield "at least 20 commands", lambda: iter([] if shown >= 20 else [f"{shown} commands"])


def every_check(site: Path, *, browser: bool) -> list[Check]:
    """All checks, in one order."""
    todo = list(checks(site))
    if browser:
        from tests.docs.browser import browser_checks

        todo += browser_checks(site)
    return todo


def wrong(site: Path, browser: bool, number: int) -> list[str]:
    """What the check of a number finds, in a process of its own."""
    return list(every_check(site, browser=browser)[number][1]())


def main(site: Path, *, browser: bool) -> int:
    """Runs the checks, as many at a time as there are cores; prints what fails; 1 if something does."""
    named = [name for name, _ in every_check(site, browser=browser)]
    failed = 0
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        found = pool.map(partial(wrong, site, browser), range(len(named)))
        for name, lines in zip(named, found, strict=True):
            failed += bool(lines)
            for line in lines[:20]:
                print(f"{name}: {line}")
    print(f"{len(named) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), browser="--browser" in sys.argv[2:]))
