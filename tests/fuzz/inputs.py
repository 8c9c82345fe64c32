"""Broken notes: mutations of real ones, by the grammar of notes and by the byte.

In: a seed and a number.  Out: the same input every time: its bytes and the kind of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from derive.reading.tokens import tokenize
from tests.notes.corpus_entries import entries

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs/notes", "tests/world/notes", "tests/reading/data")
KINDS = ("md", "tex", "txt")
SNIPPETS = (
    *"abdWZxyz0123456789+-*/=^_'()[]{}|,.:;&@!%<>\n$`\\#~\"?∂ΣΔδ⊙·×ᵀ²₁⁽⁾‖′←⇒≈−ŷ½𝐖ℝ☃\0",
    *("\\frac", "\\frac{", "\\partial", "\\sum_{i=1}^m", "\\text{if}", "\\text{ a }", "\\left."),
    *("\\left(", "\\right|_{z=0}", "\\right.", "\\begin{cases}", "\\end{cases}", "\\\\", "\\quad"),
    *("\\begin{aligned}", "\\end{aligned}", "\\begin{array}{l}", "\\Rightarrow", "\\rightarrow"),
    *("\\hat", "\\mathbf", "\\log", "\\nabla_", "$$", "\\(", "\\)", "\\[", "\\]", "```", "```math"),
    *("<!--", "-->", "<!-- derive: expect refuted -->", "\\because", "\\underbrace{", "}_{", "||"),
    *(
        "\\def\\a{\\a\\a}",
        "\\newcommand{\\b}[1][c]{#1}",
        "\\a",
        "\\b",
        "\\|",
        "\\langle",
        "\\forall",
    ),
    *("<sub>", "</sub>", "<sup>T</sup>", "&part;", "\\over", "\\substack{", "---\n", "'", "^T"),
    *("W^{[2]}", "dZ^{[1]}", "\\delta^{l}", "\\frac{\\partial J}{\\partial W}", "\n\n", "> ", "- "),
    *("9" * 60, "^{9^{9}}", "x" * 300, "(" * 50, "a = " * 40, "\u202e", "\ufeff", "\r", "\r\n"),
)


@dataclass(frozen=True)
class Input:
    """One broken note."""

    number: int
    kind: str
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")


@cache
def sources() -> tuple[tuple[str, str], ...]:
    """The texts that are broken, with their kinds: notes and the corpus of equations."""
    found = [
        (path.read_text("utf-8"), path.suffix[1:])
        for folder in FOLDERS
        for path in sorted((ROOT / folder).iterdir())
        if path.suffix[1:] in KINDS
    ]
    rows = [*entries(unreadable=False), *entries(unreadable=True)]
    return (*found, *((row.source, row.kind) for row in rows))


def broken(seed: int, number: int) -> Input:
    """The input of this number: part of a source after one to eight mutations."""
    random = Random(f"{seed}:{number}")
    text, kind = random.choice(sources()[:40] if random.random() < 0.5 else sources())
    text = _part(random, text)
    for _ in range(random.choice((1, 1, 2, 3, 5, 8))):
        text = random.choice(MUTATIONS)(random, text)[:200_000]
    data = text.encode("utf-8", "replace")
    if random.random() < 0.3:
        for _ in range(random.randint(1, 4)):
            data = random.choice(BYTE_MUTATIONS)(random, data)
    if random.random() < 0.05:
        kind = random.choice(KINDS)
    return Input(number, kind, data)


def _part(random: Random, text: str) -> str:
    """Mostly a few lines, at times all of a text."""
    lines = text.split("\n")
    if random.random() < 0.05:
        return text
    start = random.randrange(len(lines))
    return "\n".join(lines[start : start + random.choice((1, 2, 4, 8, 16))])


WRAPS = (
    *(("{", "}"), ("(", ")"), ("|", "|"), ("_{", "}"), ("\\left[", "\\right]"), ("$", "$")),
    *(("\\frac{", "}{2}"), ("\\sqrt{", "}"), ("\\underbrace{", "}_{n}"), ("$$\n", "\n$$")),
    *(("\\begin{cases}", "& z > 0 \\\\ 0 \\end{cases}"), ("\\text{", "}"), ("<b>", "</b>")),
    *(("\\begin{align}", "\\end{align}"), ("```math\n", "\n```"), ("\\sum_{", "}^{m}")),
)


def _range(random: Random, length: int, most: int = 40) -> tuple[int, int]:
    start = random.randint(0, length)
    return start, min(length, start + random.randint(0, most))


# -- by the grammar -----------------------------------------------------------------------------


def _insert(random: Random, text: str) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(SNIPPETS) + text[at:]


def _replace_token(random: Random, text: str) -> str:
    """A token in place of another."""
    tokens = tokenize(text[:20_000])
    if not tokens:
        return text
    one, other = random.choice(tokens), random.choice(tokens)
    return text[: one.start] + text[other.start : other.end] + text[one.end :]


def _delete_token(random: Random, text: str) -> str:
    tokens = tokenize(text[:20_000])
    if not tokens:
        return text
    one = random.choice(tokens)
    return text[: one.start] + text[one.end :]


def _wrap(random: Random, text: str) -> str:
    """Brackets, a command or a delimiter around a stretch."""
    start, end = _range(random, len(text))
    before, after = random.choice(WRAPS)
    return text[:start] + before + text[start:end] + after + text[end:]


def _nest(random: Random, text: str) -> str:
    """The same brackets many times around a stretch."""
    start, end = _range(random, len(text), 10)
    depth = random.choice((3, 30, 60, 600))
    before, after = random.choice(
        [("{", "}"), ("(", ")"), ("\\frac{1}{", "}"), ("\\hat{", "}"), ("^{", "}")]
    )
    return text[:start] + before * depth + text[start:end] + after * depth + text[end:]


def _repeat(random: Random, text: str) -> str:
    start, end = _range(random, len(text), 20)
    return text[:start] + text[start:end] * random.choice((2, 3, 10, 200)) + text[end:]


def _swap_lines(random: Random, text: str) -> str:
    lines = text.split("\n")
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _cross(random: Random, text: str) -> str:
    """The beginning of one text and the end of another."""
    other, _ = random.choice(sources())
    return text[: random.randint(0, len(text))] + _part(random, other)


def _delete(random: Random, text: str) -> str:
    start, end = _range(random, len(text))
    return text[:start] + text[end:]


MUTATIONS: tuple[Callable[[Random, str], str], ...] = (
    _insert, _insert, _replace_token, _replace_token, _delete_token, _wrap, _nest, _repeat,
    _swap_lines, _cross, _delete,
)  # fmt: skip


# -- by the byte --------------------------------------------------------------------------------


def _flip(random: Random, data: bytes) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def _drop(random: Random, data: bytes) -> bytes:
    start, end = _range(random, len(data), 8)
    return data[:start] + data[end:]


def _put(random: Random, data: bytes) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.randbytes(random.randint(1, 8)) + data[at:]


BYTE_MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (_flip, _flip, _drop, _put)
