"""What a reader sees, in a real browser: Playwright drives the Chromium of the system.

Every page, at 1280 and at 360 pixels: its maths is typeset without an error, the console stays
empty, no request leaves the folder of the site, nothing makes the page wider than the screen.  And:
the search finds, text has the contrast of WCAG AA in both schemes, every formula has MathML.
Needs the extra ``browser`` and Chromium (``apt-get install chromium``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

WIDTHS = (1280, 360)
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
_DONE = "document.documentElement.dataset.maths === 'done'"
_FACTS = """() => ({
  errors: [...document.querySelectorAll('.katex-error')].map(e => e.textContent.slice(0, 60)),
  formulas: document.querySelectorAll('.math').length,
  typeset: document.querySelectorAll('.math .katex-html').length,
  spoken: document.querySelectorAll('.math math').length,
  width: document.documentElement.scrollWidth,
})"""
_CONTRAST = """() => {
  const light = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$|transparent/.test(c)) return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const low = new Set();
  for (const e of document.querySelectorAll('article p, article li, article h1, article h2, ' +
      'article a, article td, article th, .badge, article pre span, article code, .sidebar-tree a')) {
    if (!e.textContent.trim() || !e.getClientRects().length) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return [...low].slice(0, 5);
}"""


def browser_checks(site: Path) -> list[tuple[str, Callable[[], Iterator[str]]]]:
    """The checks, by name."""
    return [
        *(
            (f"pages at {width} px", lambda width=width: every_page(site, width))
            for width in WIDTHS
        ),
        ("contrast", lambda: contrast(site)),
        ("search", lambda: search(site)),
    ]


def chromium() -> str:
    """The browser of the system; SystemExit that says what to install."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    return found


def opened(width: int, scheme: str = "light") -> Any:
    """A page of a fresh browser: a context manager."""
    from contextlib import contextmanager

    @contextmanager
    def manage() -> Iterator[Page]:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium(), args=list(QUIET))
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            yield context.new_page()
            browser.close()

    return manage()


def every_page(site: Path, width: int) -> Iterator[str]:
    """All pages at one width of the screen."""
    root = site.resolve().as_uri()
    said: list[str] = []
    with opened(width) as page:
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda r: None if r.url.startswith((root, "data:")) else said.append(f"asks {r.url}"),
        )
        for path in sorted(p for p in site.rglob("*.html") if "_static" not in p.parts):
            name = path.relative_to(site).as_posix()
            page.goto(path.resolve().as_uri(), wait_until="load")
            page.wait_for_function(_DONE)
            facts = page.evaluate(_FACTS)
            said += facts["errors"]
            if not facts["formulas"] == facts["typeset"] == facts["spoken"]:
                said.append(f"of {facts['formulas']} formulas {facts['typeset']} are typeset")
            if facts["width"] > width:
                said.append(f"{facts['width']} pixels wide")
            yield from (f"{name}: {line}" for line in said)
            said.clear()


def contrast(site: Path) -> Iterator[str]:
    """Text against what is behind it, in both schemes."""
    names = ("index", "notes/digits-leaky-relu", "library/relu", "codes/D103", "tutorial")
    for scheme in ("light", "dark"):
        with opened(1280, scheme) as page:
            for name in names:
                page.goto((site / f"{name}.html").resolve().as_uri())
                page.wait_for_function(_DONE)
                yield from (f"{name}, {scheme}: {low}" for low in page.evaluate(_CONTRAST))


def search(site: Path) -> Iterator[str]:
    """A word of a page is found, offline."""
    with opened(1280) as page:
        page.goto((site / "search.html").resolve().as_uri() + "?q=softplus")
        page.wait_for_selector("#search-results li a")
        found = page.eval_on_selector_all("#search-results li a", "es => es.map(e => e.href)")
        if not any("library/softplus.html" in address for address in found):
            yield "the page of softplus is not found"
