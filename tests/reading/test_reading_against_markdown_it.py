"""The scanner against markdown-it-py: all maths that its plugins find, we find, or say why not.

markdown-it-py with dollarmath and amsmath knows no positions of inline maths, so the contents are
compared, in order, without white space and the marks of block quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from derive.reading.scan import scan

ROOT = Path(__file__).parents[2]
NOTES = sorted(
    path
    for folder in ("docs/notes", "tests/world/notes", "tests/reading/data")
    for path in (ROOT / folder).glob("*.md")
)
PARSER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(front_matter_plugin)
    .use(dollarmath_plugin, double_inline=True)
    .use(amsmath_plugin)
)
MATHS = {"math_inline", "math_inline_double", "math_block", "math_block_label", "amsmath"}
_DELIMITERS = re.compile(r"^`|`$|\\(?:begin|end)\{[a-z]+\*?\}(?:\{\d+\})?")


def plain(content: str) -> str:
    """Contents without what the two cut off differently."""
    content = re.sub(r"^[ \t]*(?:>[ \t]?)+", "", content, flags=re.MULTILINE)
    return re.sub(r"\s+", "", _DELIMITERS.sub("", content.strip()))


def theirs(source: str) -> Iterator[str]:
    for block in PARSER.parse(source):
        for token in block.children or [block]:
            if token.type in MATHS:
                yield token.content


def ours(source: str) -> list[str]:
    return [plain(source[raw.body.start : raw.body.end]) for raw in scan(source, "md").pieces]


def _unpaired(source: str) -> bool:
    bare = re.sub(r"\\.|(?<!\$)`[^`\n]*`(?!\$)", "", source)
    doubles = bare.count("$$")
    lines = [line.count("$") - 2 * line.count("$$") for line in bare.split("\n")]
    return doubles % 2 == 1 or any(n % 2 for n in lines) or bare.count("`") % 2 == 1


EXPLAINED: dict[str, Callable[[str, str], bool]] = {
    "a price is no maths": lambda content, _: re.match(r"\d[\d.,]*\s", content) is not None,
    "words or spaces between two dollars are prose where no sign of maths is among them": (
        lambda content, _: (
            not re.search(r"[\\^_=]", content)
            and (content != content.strip() or len(re.findall(r"[A-Za-z]{3,}", content)) > 1)
        )
    ),
    "two displays or environments on one line are one to them, two to us": (
        lambda content, _: "$$" in content or content.count("\\end{") > 1
    ),
    "what an unpaired dollar or backtick belongs to is anybody's guess": (
        lambda _, source: _unpaired(source)
    ),
    "nothing but punctuation is no maths": lambda content, _: (
        not re.search(r"[A-Za-z0-9]", content)
    ),
    "an indented block is code to them, to us it may belong to a list": (
        lambda _, source: re.search(r"^ {4}", source, re.MULTILINE) is not None
    ),
    "a code span does not go on in the next block for them": (
        lambda _, source: re.search(r"`[^`]*\n[^`]*`", source) is not None
    ),
}
"""Why a piece that markdown-it finds is none to us: by (content, source)."""


def unexplained(source: str) -> list[str]:
    """What markdown-it finds and we do not, without a row of the table that explains it."""
    found = ours(source)
    return [
        content
        for content in theirs(source)
        if plain(content) not in found
        and not any(holds(content, source) for holds in EXPLAINED.values())
    ]


FRAGMENTS = st.sampled_from(
    [
        *["words", "$x$", "$a = b$", "$a$b", "$5 and $6", "\\$", "`$c$`", "``d ` $e$``"],
        *[
            "$$f = g$$",
            "**$h$**",
            "[k]($l$)",
            "($n$)",
            "$p$, $q$",
            "| $r$ | s |",
            "$|t|$",
            "\\(u\\)",
        ],
        *[
            "<b>$v$</b>",
            "<!-- $w$ -->",
            "$y\\$z$",
            "$\\alpha_1^2$",
            "$x$-$y$",
            "$ spaced $",
            "_$A$_",
        ],
        *["$$H = I$$ (eq)", "$J$ K$", "`", "\\begin{equation}R\\end{equation}"],
        *["$`L`$", "$M_{\\text{a b}}$", "$1$", "$2 x$", "$N$2", "<br>", "&amp;", "http://a.b/$O$"],
    ]
)
LEADS = st.sampled_from(["", "", "", "> ", "- ", "1. ", "  ", "    ", "```\n", "\n", "***\n"])
LINES = st.builds(
    lambda lead, parts: lead + " ".join(parts), LEADS, st.lists(FRAGMENTS, min_size=1, max_size=4)
)
BLOCKS = st.sampled_from(
    [
        *["$$\nD = E\n$$", "$$ F\n= G $$", "$$\nH\n$$ (eq)", "- $$\n  J\n  $$", "> $$\n> K\n> $$"],
        *["\\begin{align}\nP &= Q\n\\end{align}", "| $a$ | $b$ |\n|---|---|\n| $c$ | $|d|$ |"],
        *["```\n$no$\n```", "# Title $S$", "1. $T$\n2. $U$", "<!-- $no$ -->", "$B\n\\cdot C$"],
    ]
).map(lambda block: f"\n{block}\n")
SOURCES = st.lists(LINES | BLOCKS, min_size=1, max_size=5).map("\n".join)


@given(SOURCES)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_random_markdown(source: str) -> None:
    assert unexplained(source) == []


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_notes(path: Path) -> None:
    source = path.read_text("utf-8")
    assert unexplained(source) == []
    assert ours(source)
