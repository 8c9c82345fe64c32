"""Syntax trees as short text, so that a test shows what was read at a glance."""

from derive.reading import read
from derive.reading.syntax import (
    Applied,
    Big,
    Cases,
    Chain,
    Comparison,
    Derivative,
    Dots,
    Fraction_,
    Group,
    Indexed,
    Name,
    Node,
    Norm,
    Number,
    Picture,
    Piece,
    Power,
    Product,
    Script,
    Sum,
    Transposed,
    Tuple,
    Unreadable,
)

SIGNS = {"cdot": "·", "times": "×", "ast": "*", "odot": "⊙", "slash": "/", "at": "@", "juxt": " "}


def sketch(node: Node | None) -> str:
    """The tree of a node on one line."""
    match node:
        case None:
            return "…"
        case Number(value=value):
            return str(value)
        case Name():
            return _name(node)
        case Sum(terms=terms):
            return "(" + "".join("-+"[sign > 0] + sketch(term) for sign, term in terms) + ")"
        case Product(factors=factors):
            return "[" + "".join(SIGNS.get(sign, "") + sketch(f) for sign, f in factors) + "]"
        case Fraction_(numerator=a, denominator=b):
            return f"frac({sketch(a)}, {sketch(b)})"
        case Derivative(of=of, by=by, kind=kind, order=order):
            return f"D{'' if order == 1 else order}:{kind}({sketch(of)}, {sketch(by)})"
        case Power(base=a, exponent=b):
            return f"pow({sketch(a)}, {sketch(b)})"
        case Transposed(base=a):
            return f"T({sketch(a)})"
        case Indexed(base=a, scripts=scripts):
            return f"entry({sketch(a)}){''.join(map(_script, scripts))}"
        case Group(bracket=bracket, body=body):
            return f"<{bracket}{sketch(body)}>"
        case Tuple(items=items):
            return f"tuple({', '.join(map(sketch, items))})"
        case Applied(head=head, bracket=bracket, arguments=arguments):
            return f"{sketch(head)}{bracket or '~'}{', '.join(map(sketch, arguments))}:"
        case Big(operator=operator, index=index, lower=lower, upper=upper, body=body):
            return f"{operator}{{{index}|{lower}|{upper}}}{sketch(body)}"
        case Norm(kind=kind, body=body):
            return f"{kind}({sketch(body)})"
        case Comparison(left=a, relation=relation, right=b):
            return f"{sketch(a)} {relation} {sketch(b)}"
        case Cases(branches=branches):
            return "cases(" + "; ".join(f"{sketch(v)} if {sketch(c)}" for v, c in branches) + ")"
        case Picture(environment=environment):
            return f"picture({environment})"
        case Dots():
            return "dots"
        case Unreadable():
            return "?"
    raise TypeError(type(node).__name__)


def _name(name: Name) -> str:
    text = f"'{name.base}'" if name.word else name.base
    for mark in (name.accent, name.font, name.mark):
        text = f"{mark}.{text}" if mark else text
    return text + "'" * name.primes + "".join(map(_script, name.scripts))


def _script(script: Script) -> str:
    place = {"sub": "_", "sup": "^", "index": "!"}[script.place]
    return place + ("" if script.place == "index" else script.bracket) + script.text


def chain(item: Chain) -> str:
    """A chain with its steps."""
    sides = "".join(
        f" {relation.text}{relation.step} {sketch(part)}"
        for relation, part in zip(item.relations, item.parts, strict=True)
    )
    return sketch(item.head) + sides


def piece(latex: str, kind: str = "md") -> Piece:
    """The only piece of a note that holds nothing but this maths."""
    document = read(f"$${latex}$$", kind)
    assert len(document.pieces) == 1, document.pieces
    return document.pieces[0]


def expression(latex: str) -> str:
    """The sketch of an expression."""
    found = piece(latex)
    assert len(found.loose) == 1, found
    assert not found.chains, found
    return sketch(found.loose[0])


def chains(latex: str) -> list[str]:
    """The sketches of the chains of a piece."""
    return [chain(item) for item in piece(latex).chains]
