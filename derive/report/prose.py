"""Messages as Markdown: prose escaped, names and formulas in it set as mathematics.

In: one line of a message, in which formulas stand as bare LaTeX.  Out: Markdown.
"""

from __future__ import annotations

import re
from typing import Final

from derive.report.explain import markdown_text

_SCRIPTED: Final = r"[A-Za-z]+(?:[_^](?:\w|\{[\w()\[\]]+\}))+"
_NAME: Final = re.compile(rf"{_SCRIPTED}|[A-Za-z]\w*(?:_\w)?'*\({_SCRIPTED}\)")
"""A name with scripts, or a function of one."""
_SHAPE: Final = re.compile(rf"\((?:{_SCRIPTED}|\w+), (?:{_SCRIPTED}|\w+)\)")
"""A shape; only one with a script needs to be set as a formula."""
_COMMAND_AT_END: Final = re.compile(r"\\[A-Za-z]+$")
_BEHIND: Final = ",.;:"
"""Punctuation of the sentence, not of the formula that it follows."""


def with_maths(text: str) -> str:
    r"""Escaped prose; words that are LaTeX, and what their braces enclose, between dollars.

    >>> print(with_maths(r"the product is \frac{\partial J}{\partial z_1}; not dz_1 * m"))
    the product is $\frac{\partial J}{\partial z_1}$; not $dz_1$ \* m
    >>> print(with_maths(r"{a broken \frac{1}{2"))
    \{a broken \\frac\{1\}\{2
    >>> print(with_maths("a product of (n_2, n_1) and (n_2, m): dA^{(2)}, not (4, 2)"))
    a product of $(n_2, n_1)$ and $(n_2, m)$: $dA^{(2)}$, not (4, 2)
    >>> print(with_maths("the factors g'(Z_1), g'(Z^{[1]}) (1 is not n_2)"))
    the factors $g'(Z_1)$, $g'(Z^{[1]})$ (1 is not $n_2$)
    """
    words = text.split(" ")
    out, k = [], 0
    while k < len(words):
        stop = _formula_end(words, k)
        word = " ".join(words[k:stop])
        bare = _bare(word)
        formula = stop > k and bare and "$" not in bare
        out.append(f"${bare}${word[len(bare) :]}" if formula else markdown_text(words[k]))
        k = stop if formula else k + 1
    return " ".join(out)


def _bare(word: str) -> str:
    """A word without the punctuation behind it, a bracket that it does not open included."""
    bare = word.rstrip(_BEHIND)
    if bare.endswith(")") and bare.count(")") > bare.count("("):
        return _bare(bare[:-1])
    return bare


def _formula_end(words: list[str], start: int) -> int:
    """Behind the formula that begins with a word; `start` itself if none does.

    A formula goes on while a brace is open, and behind a command that takes the next word.
    """
    first = words[start]
    shape = _bare(" ".join(words[start : start + 2]))
    if _SHAPE.fullmatch(shape) and re.search("[_^]", shape):
        return start + 2
    if not (first.startswith("\\") or _NAME.fullmatch(_bare(first))):
        return start
    depth = 0
    for k in range(start, len(words)):
        depth += words[k].count("{") - words[k].count("}")
        if depth < 0:
            return start
        if depth == 0 and not _COMMAND_AT_END.search(words[k]):
            return k + 1
    return len(words) if depth == 0 else start
