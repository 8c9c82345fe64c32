"""``$g$ is the sigmoid``: functions that the prose or a line names stand under their own names.

In: a document whose text says beside a letter which function it is, ``where $g$ is the
sigmoid``, ``Sigmoidfunktion $g$``, ``$g = \\tanh$``.  Out: the same document, with that
function where the letter is applied or differentiated.

Taken where the text says so without a condition, the letter names nothing else, and no line
gives it a formula, which would say more than a word does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from derive.meaning.facts import known_function
from derive.meaning.notation import plain_name
from derive.meaning.roles import spelled_function
from derive.meaning.spelling.rewriting import rewritten
from derive.reading.syntax import Applied, Chain, Document, Dots, Name, Node, Piece
from derive.reading.tree import plain, walk
from derive.scalars import table

Spelled = tuple[str, str]

_WORDS: Final = {
    "sigmoid": r"(?:logistic )?sigmoid\w*|logistic|sigmoïde|сигмоид\w*|シグモイド|s型",
    "tanh": r"tanh|hyperbolic tangent|tangente? hyperboli\w*|tangens hyperbolicus"
    r"|tangente hiperbólica|гиперболическ\w+ тангенс\w*|双曲正切|雙曲正切|双曲線正接",
    "leaky_relu": r"leaky[- ]?relu",
    "relu": r"relu|rectified linear(?: unit)?|rectifier",
    "softplus": r"softplus",
    "softmax": r"softmax",
    "identity": r"identity|identität|identité|identidad",
}
"""How a text calls the functions of the library."""
_KINDS: Final = (
    r"(?:[- ]?(?:activation|non-?linearity|transfer|unit|function|squashing|aktivierung\w*"
    r"|funktion|fonction|función|функци\w|激活函数|函数|函數|関数|活性化関数)s?)*"
)
_FILLING: Final = (
    r"(?:(?:is|are|denotes?|being|be|stands for|represents?|now|again|here|simply|just|always"
    r"|the|a|an|our|usual|standard|familiar|well-known|element-?wise|component-?wise|logistic"
    r"|activation|function|non-?linearity|ist|sei|bezeichnet|die|der|das|eine|est|désigne|étant"
    r"|la|le|una?|une|fonction|es|denota|función|функци\w|это|обозначает|是|为|為|表示|は|を"
    r"|激活函数|激活函數|—|–|-|=|,)\s*)*"
)
_ENDS: Final = (
    r"(?=\s*(?:$|[.,;:!?()。,、;!]|\n\s*\n)"
    r"|\s+(?:and|with|whose|so|applied|acting|which|ist|bezeichnet|und|et|y|и)\b|\s*[とで])"
)
"""What may follow the name: nothing that speaks of one layer, or of another function."""
_UNSURE: Final = re.compile(
    r"\b(?:if|when|whenever|unless|e\.\s?g|for example|for instance|such as|like|or|either"
    r"|could|can|may|might|would|instead|try|except|but|not?|never|replac\w*|rather|unlike"
    r"|wenn|falls|z\. ?b|oder|kann|beispiel\w*"
    r"|si|par exemple|ou|peut|por ejemplo|puede|если|или|например|может)\b"
    r"|如果|或|例如|若|比如|可以|もし|または|例えば|たとえば",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[.!?](?=\s|$)|[。!?]|\n\s*\n|^#.*$", re.MULTILINE)
_BEHIND: Final = {
    name: re.compile(rf"\s*,?\s*{_FILLING}(?:{words}){_KINDS}{_ENDS}", re.IGNORECASE)
    for name, words in _WORDS.items()
}
_SPOKEN: Final = {
    name: re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.IGNORECASE)
    for name, words in _WORDS.items()
}
_BEFORE: Final = (
    r"(?:^|[,;:(（，、]\s*|\b(?:with|where|uses?|using|apply|applies|applying|take|takes|and|have"
    r"|by|through|let|für|mit|avec|où|con|donde|с|где)\s+)(?:(?:the|a|an|our|la|le|el|une?|una|die"
    r"|der|das|eine?r?|usual|standard|element-?wise|activation|nonlinearity|function|fonction"
    r"|función|funktion|функци\w+|激活函数|激活函數|活性化関数|使用|采用|用|は|を|の)\s*)*"
)
"""What may stand in front: nothing that makes another function of it."""
_AHEAD: Final = {
    name: re.compile(
        rf"{_BEFORE}(?:{words}){_KINDS}(?:\s+(?:called|denoted(?: by)?|written))?[\s(]*$",
        re.IGNORECASE,
    )
    for name, words in _WORDS.items()
}


def functions_by_name(document: Document) -> tuple[Document, str]:
    """The document with functions under the names that the text gives their letters."""
    named = _named(document)
    if not named:
        return document, ""
    applied, alone = _uses(document)
    sure = {
        letter: found[0]
        for letter, found in sorted(named.items())
        if len(set(found)) == 1 and letter in applied and letter not in alone
    }
    if not sure:
        return document, ""

    def change(node: Node) -> Node:
        if isinstance(node, Applied) and (known := sure.get(_bare(node.head))) is not None:
            return replace(node, head=_called(node.head, known))
        return node

    said = ", ".join(
        f"{base}{scripts} is the {table.title(name).lower()}"
        for (base, scripts), name in sure.items()
    )
    return rewritten(document, change), f"{said}, as the text says"


def _named(document: Document) -> dict[Spelled, list[str]]:
    """What the text and its lines call each letter, as often as they do."""
    found: dict[Spelled, list[str]] = {}
    for k, piece in enumerate(document.pieces):
        head = _lone_letter(piece)
        if head is None:
            continue
        last = k + 1 == len(document.pieces)
        end = len(document.source) if last else document.pieces[k + 1].span.start
        ahead = _SENTENCE.split(piece.before)[-1]
        behind = document.source[piece.span.end : end]
        rest = _SENTENCE.split(behind)[0]
        for name in _WORDS:
            told = _BEHIND[name].match(behind) or _AHEAD[name].search(ahead)
            if told and not _UNSURE.search(ahead) and not _UNSURE.search(rest):
                found.setdefault(_bare(head), []).extend([name, *_others(name, rest)])
                break
    for head, name in _equations(document):
        found.setdefault(_bare(head), []).append(name)
    return found


def _others(name: str, text: str) -> list[str]:
    """The other functions that a sentence speaks of: then it does not say which one is meant."""
    return [other for other in _WORDS if other != name and _SPOKEN[other].search(text)]


def _lone_letter(piece: Piece) -> Name | None:
    """``$g$``, ``$g(z)$``, ``$g(\\cdot)$``: a piece that is one function."""
    if piece.kind != "inline" or piece.chains or len(piece.loose) != 1:
        return None
    node = plain(piece.loose[0])
    if isinstance(node, Applied) and len(node.arguments) == 1:
        argument = plain(node.arguments[0])
        node = node.head if isinstance(argument, Name | Dots) else node
    plainly = isinstance(node, Name) and not (node.primes or node.mark or node.accent or node.word)
    return node if isinstance(node, Name) and plainly else None


def _equations(document: Document) -> list[tuple[Name, str]]:
    """``g = \\tanh``: a letter and the word of a function."""
    chains = (chain for piece in document.pieces for chain in piece.chains)
    return [found for chain in chains if (found := _names_function(chain)) is not None]


def _names_function(chain: Chain) -> tuple[Name, str] | None:
    if chain.head is None or not chain.parts:
        return None
    head, word = plain_name(chain.head), plain_name(chain.parts[0])
    if head is None or word is None or head.word or head.mark or head.primes:
        return None
    known = known_function(word) if word.word or word.base == "sigma" else None
    return None if known is None or word.primes else (head, known)


def _uses(document: Document) -> tuple[set[Spelled], set[Spelled]]:
    """The letters that are applied in formulas; and those that are more than functions there.

    The latter stand without an argument, or a line gives them a formula.
    """
    applied: set[Spelled] = set()
    alone: set[Spelled] = set()
    for piece in document.pieces:
        for chain in piece.chains:
            head = None if chain.head is None else plain(chain.head)
            if isinstance(head, Applied) and not head.head.primes:
                alone.add(_bare(head.head))
            sides = [*chain.parts] if _names_function(chain) else [*chain.parts, chain.head]
            for side in sides:
                heads = set[int]()
                for node in walk(side) if side is not None else ():
                    if isinstance(node, Applied) and len(node.arguments) == 1:
                        applied.add(_bare(node.head))
                        heads.add(id(node.head))
                    elif isinstance(node, Name) and id(node) not in heads and not node.primes:
                        alone.add(_bare(node))
    return applied, alone


def _bare(head: Name) -> Spelled:
    """A function as it is spelled without its primes."""
    return spelled_function(replace(head, primes=0))


def _called(head: Name, known: str) -> Name:
    """The head of a call with the word of a function in the place of its letter."""
    return replace(head, base=known, scripts=(), word=True)


__all__ = ["functions_by_name"]
