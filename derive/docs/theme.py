"""The Sphinx extension of the site: maths for KaTeX, verdicts as badges.

In: the doctree of a page.  Out: HTML in which every formula is a ``.math`` element that holds
its TeX as text, which ``maths.js`` typesets in the reader's browser, and in which the verdict
in a heading, or set in italics, is a ``.badge``.  KaTeX and its fonts lie beside the pages:
nothing is fetched.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any, Final

from derive.verdict import Verdict

STATIC: Final = Path(__file__).with_name("static")
"""Style sheets, scripts and fonts that are copied beside the pages."""
_WORDS: Final = "|".join(v.value for v in Verdict)
_VERDICT: Final = re.compile(rf"(?<=: )(?:{_WORDS})\b")
_SAID: Final = re.compile(rf"({_WORDS})((?: D\d{{3}})?)")


def inline_maths(self: Any, node: Any) -> None:
    """Writes a formula within a line."""
    from docutils import nodes

    tex = escape(node.astext(), quote=False)
    self.body.append(f'<span class="math notranslate">{tex}</span>')
    raise nodes.SkipNode


def display_maths(self: Any, node: Any) -> None:
    """Writes a formula on a line of its own."""
    from docutils import nodes

    tex = escape(node.astext().strip(), quote=False)
    self.body.append(f'<div class="math notranslate">{tex}</div>\n')
    raise nodes.SkipNode


def badges(app: Any, document: Any) -> None:
    """Sets the verdict in each heading of a page, and each that is emphasised, as a badge."""
    from docutils import nodes

    for title in document.findall(nodes.title):
        for text in list(title.findall(nodes.Text)):
            found = _VERDICT.search(str(text))
            if found is None:
                continue
            word, start, end = found[0], *found.span()
            badge = nodes.inline(word, word, classes=["badge", f"badge-{word}"])
            around = (nodes.Text(text[:start]), badge, nodes.Text(text[end:]))
            text.parent.replace(text, [node for node in around if node.astext()])
    for said in list(document.findall(nodes.emphasis)):
        match = _SAID.fullmatch(said.astext())
        if match is not None:
            badge = nodes.inline(match[1], match[1], classes=["badge", f"badge-{match[1]}"])
            said.parent.replace(said, [badge, nodes.Text(match[2])])


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_html_math_renderer("katex", (inline_maths, None), (display_maths, None))
    app.connect("doctree-read", badges)
    app.add_css_file("katex/katex.min.css")
    app.add_css_file("site.css")
    app.add_js_file("katex/katex.min.js", loading_method="defer")
    app.add_js_file("maths.js", loading_method="defer")
    app.add_js_file("access.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
