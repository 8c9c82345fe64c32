"""The one error that a user causes: a call that cannot be carried out.

Raised with a single line that says what is wrong, where, and what to do; the command prints
it on stderr and ends with exit status 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class CallError(Exception):
    """The call itself failed; the message is one complete line for the user."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known words, ``""`` if there are none.

    >>> nearest("colums", ["columns", "rows"])
    'did you mean "columns"?'
    >>> nearest("zebra", ["columns", "rows"])
    'known: columns, rows'
    """
    words = list(known)
    close = difflib.get_close_matches(word, words, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known: {', '.join(words)}" if words else ""


def one_line(text: str, limit: int = 400) -> str:
    """`text` with line breaks and control characters made visible, cut to `limit`.

    >>> one_line("a\\nb\\x1b[31m")
    'a\\\\nb\\\\x1b[31m'
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
