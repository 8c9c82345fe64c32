"""Reads a page of the built site: what it loads and links to, its maths, badges, files, commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_VOID = {"meta", "link", "img", "input", "br", "hr", "wbr"}
_UNSEEN = {"pre", "code", "script", "style", "title"}
_LOADED = (("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"))


@dataclass
class Markup(HTMLParser):
    """One page.

    loads, links: addresses as they stand.  prose: text outside of code and maths.  maths: the TeX
    of each formula.  headings: the text of each, with the badge in it.  blocks: ``("file", name,
    text)`` and ``("command", line, output)``, in order.  codes: what is set as code in a sentence.
    """

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    prose: list[str] = field(default_factory=list)
    maths: list[str] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[tuple[str, str, str]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)
    _paragraph: str = ""
    _listing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.loads += [given[name] for of, name in _LOADED if of == tag and name in given]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if "id" in given:
            self.ids.add(given["id"])
        kinds = given.get("class", "")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(("", ""))
        if "math" in kinds.split():
            self.maths.append("")
        if tag == "p":
            self._paragraph = ""
        if tag == "code":
            self.codes.append("")
        if tag == "pre":
            self._listing = []
        if tag not in _VOID:
            self._open.append((tag, kinds))

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._listed("".join(self._listing))
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        inside = {tag for tag, _ in self._open}
        kinds = [kind.split() for _, kind in self._open]
        if inside & {"h1", "h2", "h3"}:
            text, badge = self.headings[-1]
            named = any("badge" in kind for kind in kinds)
            self.headings[-1] = (text + data, badge + data if named else badge)
        if "code" in inside:
            self.codes[-1] += data
        if "pre" in inside:
            self._listing.append(data)
        elif "p" in inside:
            self._paragraph += data
        if any("math" in kind for kind in kinds):
            self.maths[-1] += data
        elif not inside & _UNSEEN:
            self.prose.append(data)

    def _listed(self, text: str) -> None:
        kinds = " ".join(kind for _, kind in self._open)
        name = re.fullmatch(r"([\w./-]+):", self._paragraph)
        if "highlight-console" in kinds and text.startswith("$ "):
            line, _, output = text[2:].partition("\n")
            self.blocks.append(("command", line, output.rstrip("\n")))
        elif name:
            self.blocks.append(("file", name[1], text))
        self._paragraph = ""


def markup(path: Path) -> Markup:
    """The page at a path."""
    page = Markup()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page
