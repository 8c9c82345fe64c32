"""Pictures of four pages at two widths: ``python -m tests.docs.screens SITE [--write]``.

Landing page, a note, a catalogue page and a page of a code, at 1280 and 360 pixels.  ``--write`` keeps
them in ``docs/pictures``, or in a folder named behind it, from where README and ``docs/README.md`` show them, to be looked at.
Without it they are compared with those that are kept, in cells of 16 pixels, so that another
rendering of the fonts is no difference, and a page without its style or its maths is one.
"""

from __future__ import annotations

import base64
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.docs.browser import WIDTHS, opened, ready

KEPT = Path(__file__).parents[2] / "docs" / "pictures"
PAGES = {
    "landing": "index",
    "note": "notes/digits-squared-error",
    "catalogue": "library/tanh",
    "code": "codes/D103",
}
CELL, PAPER, APART, MOST = 16, 250, 12, 0.25
"""The side of a cell; the grey above which it is empty; how far apart two may be; how many more are
allowed, as a share of those that are not empty.  Of two of the four pages at least 0.32 are apart."""
_CELLS = """async ([one, other, cell]) => {
  const grey = async data => {
    const image = new Image();
    image.src = "data:image/png;base64," + data;
    await image.decode();
    const canvas = document.createElement("canvas");
    const [w, h] = [Math.floor(image.width / cell), Math.floor(image.height / cell)];
    canvas.width = image.width; canvas.height = image.height;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const all = context.getImageData(0, 0, image.width, image.height).data;
    const sums = new Array(w * h).fill(0);
    for (let y = 0; y < h * cell; y++) for (let x = 0; x < w * cell; x++) {
      const at = 4 * (y * image.width + x);
      sums[Math.floor(y / cell) * w + Math.floor(x / cell)] += (all[at] + all[at + 1] + all[at + 2]) / 3;
    }
    return sums.map(sum => sum / (cell * cell));
  };
  const [a, b] = [await grey(one), await grey(other)];
  return a.length === b.length ? a.map((value, k) => [value, b[k]]) : [];
}"""


def taken(site: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the PNG of each picture: what is on the screen when the page is opened."""
    for width in WIDTHS:
        with opened(width) as page:
            for name, path in PAGES.items():
                page.goto((site / f"{path}.html").resolve().as_uri())
                ready(page)
                yield f"{name}-{width}.png", page.screenshot()


def written(site: Path, folder: Path) -> Iterator[Path]:
    """Takes the pictures and writes them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in taken(site):
        (folder / name).write_bytes(picture)
        yield folder / name


def compared(site: Path) -> Iterator[str]:
    """The pictures that differ from those that are kept; they are taken by the command itself."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "tests.docs.screens", str(site), "--write", scratch]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        found = {path.name: path.read_bytes() for path in sorted(Path(scratch).iterdir())}
        if done.stdout.split() != [str(Path(scratch, name)) for name in _names()]:
            yield f"python -m tests.docs.screens SITE --write prints {done.stdout!r}"
    with opened(1280) as page:
        for name, picture in found.items():
            kept = KEPT / name
            if not kept.exists():
                yield f"{name} is not kept: python -m tests.docs.screens SITE --write"
            elif (share := _apart(page, picture, kept.read_bytes())) > MOST:
                yield f"{name}: {100 * share:.0f} % of it looks different"


def _names() -> list[str]:
    return [f"{name}-{width}.png" for width in WIDTHS for name in PAGES]


def _apart(page: Any, one: bytes, other: bytes) -> float:
    """The share of the cells with something in them that are apart."""
    texts = [base64.b64encode(data).decode() for data in (one, other)]
    cells = page.evaluate(_CELLS, [*texts, CELL])
    filled = [pair for pair in cells if min(pair) < PAPER]
    return sum(abs(a - b) > APART for a, b in filled) / len(filled) if filled else 1.0


def main(site: Path, write: Path | None) -> int:
    """Writes the pictures, or says which differ."""
    if write is not None:
        print(*written(site, write), sep="\n")
        return 0
    wrong = list(compared(site))
    print(*wrong, f"{len(wrong)} differ", sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    _, *given = sys.argv
    folder = Path(given[2]) if len(given) > 2 else KEPT
    sys.exit(main(Path(given[0]), folder if "--write" in given[1:2] else None))
