"""Product signs that the text of a note explains: "here $\\times$ is the element-wise product".

In: the source.  Out: the names of the signs (as `syntax.Product` gives them) that stand for
the product entry by entry, where both factors have one shape.
"""

from __future__ import annotations

import re

_SIGNS = {"\\times": "times", "×": "times", "\\cdot": "cdot", "·": "cdot"}
_SAID = re.compile(
    r"(?P<sign>\\times|×|\\cdot|·)[\s$`)\\\]]{0,12}"
    r"(?:represents|denotes|stands for|means|is|indicates|:|=)\s+(?:an?\s+|the\s+)?"
    r"(?:element-?\s?wise|entry-?\s?wise|component-?wise|point-?wise|hadamard)",
    re.IGNORECASE,
)


def elementwise_signs(source: str) -> frozenset[str]:
    """The signs that are said to multiply entry by entry.

    >>> sorted(elementwise_signs("Here, $\\\\times$ denotes element-wise multiplication."))
    ['times']
    """
    return frozenset(_SIGNS[match["sign"]] for match in _SAID.finditer(source))
