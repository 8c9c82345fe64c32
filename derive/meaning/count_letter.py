"""The letter that a text says to be the number of examples: ``n`` = number of samples."""

from __future__ import annotations

import re

_LETTER = r"(?<![\w\\^_{])[`$]?([mnNMB])[`$]?"
_NUMBER = (
    r"(?i:number of (?:\w+[ -]){0,2}?(?:samples|examples|data ?points|observations|instances)"
    r"|batch[- ]?size|size of the (?:mini-?)?batch"
    r"|(?:Anzahl|Zahl) der (?:\w+)?(?:[Bb]eispiele|Datenpunkte)"
    r"|nombre d['’](?:exemples|observations)|n[uú]mero de (?:ejemplos|muestras|exemplos|amostras)"
    r"|numero di (?:esempi|campioni))\b"
)
_IS = (
    r"\s*(?:=|:|is|are|be|denotes|stands for|for|ist|sei|est|es|é|è)\s*"
    r"(?:the |die |le |el |o |il )?"
)
_SAYS = (
    re.compile(_LETTER + _IS + r"(?:total )?" + _NUMBER),
    re.compile(_NUMBER + r"\s*(?:be |is |by )?,?\s*" + _LETTER + r"(?![\w^_{(])"),
)


def told(source: str) -> str:
    """The letter that counts the examples by the words of a note, "" if none or several do.

    >>> told("Notation: `n` = number of samples, X has a column for each."), told("Let n be odd.")
    ('n', '')
    >>> told("Let $N$ be the number of training examples."), told("a batch size $B$ of 32")
    ('N', 'B')
    """
    letters = {match[1] for pattern in _SAYS for match in pattern.finditer(source)}
    return letters.pop() if len(letters) == 1 else ""
