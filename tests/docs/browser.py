"""What a reader sees, in a real browser: Playwright drives the Chromium of the system.

Every page, at 1280 and at 360 pixels: its maths is typeset without an error, the console stays
empty, no request leaves the folder of the site, nothing makes the page wider than the screen.  A
page is loaded once and looked at in both widths.  And:
the search finds, every formula has MathML, axe-core finds nothing (contrast of WCAG AA in both
schemes among the rest), and the keyboard is enough.  Needs the extra ``browser`` and Chromium
(``apt-get install chromium``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

WIDTHS = (1280, 360)
HEIGHT = 900
PARTS = 4
"""Into how many parts the pages are dealt, to be looked at side by side."""
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
})"""
_WIDTH = "document.documentElement.scrollWidth"
KINDS = (
    "index", "tutorial", "command", "spec", "benchmarks", "notes/digits-squared-error", "library/relu",
    "library/softmax", "codes/D103", "codes/D411", "networks/digits_relu_squared_error",
    "api/derive.verify", "questions/what-does-verified-mean",
)  # fmt: skip
"""A page of each kind."""
_UNFOLD = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"


def browser_checks(site: Path) -> list[tuple[str, Callable[[], Iterator[str]]]]:
    """The checks, by name."""
    from tests.docs.screens import compared

    return [
        *(
            (f"pages, part {part + 1} of {PARTS}", lambda part=part: every_page(site, part))
            for part in range(PARTS)
        ),
        *(
            (f"accessibility, {scheme}", lambda scheme=scheme: accessibility(site, scheme))
            for scheme in ("light", "dark")
        ),
        ("keyboard", lambda: keyboard(site)),
        ("pictures", lambda: compared(site)),
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
                viewport={"width": width, "height": HEIGHT}, color_scheme=scheme
            )
            yield context.new_page()
            browser.close()

    return manage()


def ready(page: Page) -> None:
    """Waits until the maths of a page is typeset and its fonts are there."""
    page.wait_for_function(_DONE)
    page.evaluate("document.fonts.ready.then(() => true)")


def every_page(site: Path, part: int) -> Iterator[str]:
    """Every `PARTS`-th page, at both widths of the screen."""
    root = site.resolve().as_uri()
    said: list[str] = []
    with opened(WIDTHS[0]) as page:
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        page.on(
            "request",
            lambda r: None if r.url.startswith((root, "data:")) else said.append(f"asks {r.url}"),
        )
        for path in sorted(p for p in site.rglob("*.html") if "_static" not in p.parts)[
            part::PARTS
        ]:
            name = path.relative_to(site).as_posix()
            page.goto(path.resolve().as_uri(), wait_until="load")
            ready(page)
            facts = page.evaluate(_FACTS)
            said += facts["errors"]
            if not facts["formulas"] == facts["typeset"] == facts["spoken"]:
                said.append(f"of {facts['formulas']} formulas {facts['typeset']} are typeset")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                if (found := page.evaluate(_WIDTH)) > width:
                    said.append(f"{found} pixels wide at {width}")
            page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            yield from (f"{name}: {line}" for line in said)
            said.clear()


def accessibility(site: Path, scheme: str) -> Iterator[str]:
    """What axe-core finds on a page of each kind, unfolded: contrast, names, order."""
    with opened(1280, scheme) as page:
        for name in KINDS:
            page.goto((site / f"{name}.html").resolve().as_uri())
            ready(page)
            page.evaluate(_UNFOLD)
            page.wait_for_timeout(50)
            for found in Axe().run(page).response["violations"]:
                where = found["nodes"][0]["html"][:80]
                yield f"{name}, {scheme}: {found['id']}: {where}"


def keyboard(site: Path) -> Iterator[str]:
    """By keyboard alone: past the menu, to a derivation, unfolded, with the focus in sight."""
    with opened(1280) as page:
        page.goto((site / "notes/two-layer-cross-entropy.html").resolve().as_uri())
        ready(page)
        page.keyboard.press("Tab")
        if "Skip to content" not in page.evaluate("document.activeElement.textContent"):
            yield "the first stop is not the link past the menu"
        page.keyboard.press("Enter")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
        else:
            yield "no derivation is reached"
            return
        if page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "none":
            yield "the focus cannot be seen"
        page.keyboard.press("Enter")
        if not page.evaluate("document.activeElement.parentElement.open"):
            yield "a derivation does not unfold"


def search(site: Path) -> Iterator[str]:
    """A word of a page is found, offline."""
    with opened(1280) as page:
        page.goto((site / "search.html").resolve().as_uri() + "?q=softplus")
        page.wait_for_selector("#search-results li a")
        found = page.eval_on_selector_all("#search-results li a", "es => es.map(e => e.href)")
        if not any("library/softplus.html" in address for address in found):
            yield "the page of softplus is not found"
