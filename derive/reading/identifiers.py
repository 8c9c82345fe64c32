"""Identifiers that people type in plain text, and what they say: ``dW1``, ``grad_W1``, ``dL_dz2``.

In: an identifier, and the others of the note.  Out: what it is the gradient of, if it is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .symbols import GREEK, VOCABULARY, words

NAME: Final = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*"
LETTERS: Final = GREEK - {"ell", "nabla", "partial", "top", "perp", "dagger", "hbar", "imath"}
FUNCTION_WORDS: Final = words(
    """
    sigmoid relu leakyrelu tanh softplus gelu silu swish elu selu softmax sin cos exp log
    f g h s phi sigma act activation
    """
)
"""Names of functions of one number, by the word or letter that people type."""
_QUOTIENT: Final = re.compile(rf"d_?({NAME}?)_d_?({NAME})|d([A-Z])d({NAME})")
_GRADIENT: Final = re.compile(rf"(?:grad_|nabla_)({NAME})|grad([A-Z][A-Za-z0-9_]*)|({NAME})_grad")
PARTS: Final = re.compile(r"([A-Za-z]+)(\d*)((?:_[A-Za-z0-9]+)*)")
"""Letters, digits and subscripts of an identifier."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the plain equations of a note tell together.

    names: every identifier in them; whole: runs of two or three letters that are one name
    (``Whh``, ``bh``), because something is given to them or differentiated by them; octave: the
    note writes ``.*``, so that ``*`` is the product of matrices and ``'`` a transpose; ring: an
    ``o`` between two factors is the product of entries.
    """

    names: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    octave: bool = False
    ring: bool = False


def subject_of(name: str, names: frozenset[str]) -> str | None:
    """What an identifier is the gradient of, None if it is none: ``dW1`` and ``grad_W1`` of W1.

    >>> [subject_of(name, frozenset(["hidden"])) for name in ("dZ2", "dhidden", "data", "d_k")]
    ['Z2', 'hidden', None, None]
    """
    found = _GRADIENT.fullmatch(name)
    if found:
        return found[1] or found[2] or found[3]
    if name[:1] != "d" or len(name) < 2 or name in LETTERS:
        return None
    rest = name[1:]
    if rest[0] == "_":
        known = rest[1:] in names and (len(rest) > 2 or rest[1].isupper())
        return rest[1:] if known else None
    if rest[0].isupper() or re.fullmatch(r"[a-z]\d*(?:_[A-Za-z0-9]+)*", rest):
        return rest
    parts = PARTS.fullmatch(rest)
    marked = parts is not None and (parts[1].lower() in VOCABULARY | LETTERS or rest in names)
    return rest if marked else None


def quotient_of(name: str) -> tuple[str, str] | None:
    """``dL_dW1`` as what is differentiated and by what."""
    found = _QUOTIENT.fullmatch(name)
    if found is None:
        return None
    return (found[1], found[2]) if found[1] else (found[3], found[4])
