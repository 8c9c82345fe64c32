"""What the text says of the base of its logarithms.

In: the source of a note.  Out: whether it names another base than e for ``\\log``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_BASE: Final = r"\$?(?:2|10|two|ten)\b"
_SAID: Final = re.compile(
    rf"\blogarithms?(?: \w+)?(?: (?:to|in|of|with))?(?: the)? base {_BASE}"
    rf"|\bbase[- ]{_BASE}\$?[- ]logarithms?\b|\b(?:binary|decadic|dyadic) logarithms?\b"
    rf"|\blog\$? (?:is|has|denotes|means|stands|here)[^.\n$]{{0,40}}\bbase[- ]{_BASE}"
    rf"|\blogs? (?:are |is )?(?:taken )?(?:to|in) (?:the )?base[- ]{_BASE}",
    re.IGNORECASE,
)


@lru_cache(maxsize=16)
def to_another_base(source: str) -> bool:
    """Does the text say that its logarithm is one to base 2 or 10?"""
    return _SAID.search(source) is not None


__all__ = ["to_another_base"]
