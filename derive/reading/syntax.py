"""The syntax tree of mathematical notation: what stands on the page, not what it means.

Every node knows its span in the source (absolute offsets, end exclusive).  Nothing is
decided that looks alone cannot decide: ``f(x)`` is an `Applied` head whether it will turn
out a call, a product or an index; ``W^{[2]T}`` is a name with two scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of absolute character offsets in the source."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    span: Span


@dataclass(frozen=True, slots=True)
class Script:
    """One script of a name: ``^{[2]}``, ``_{ij}``, ``^T``, ``[2]``.

    place: ``"sub"``, ``"sup"`` or ``"index"`` (a bracket directly behind the name, ``W[2]``).
    bracket: ``"["``, ``"("``, ``"<"`` or ``""`` as written inside the script (``"["`` for `index`).
    text: its tokens without white space: ``"2"``, ``"l-1"``, ``"i,k"``, ``"T"``, ``"\\top"``.
    items: the letters, numbers or comma-separated parts that it lists: ``ij`` -> ``("i", "j")``,
    ``i,k`` -> ``("i", "k")``, ``l-1`` -> ``("l-1",)``, ``12`` -> ``("12",)``.
    node: the content parsed as an expression (for powers), None if it is not one.
    word: the content was a word in ``\\text{}`` or the like.
    """

    place: str
    bracket: str
    text: str
    items: tuple[str, ...]
    node: Node | None
    word: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Number(Node):
    value: Fraction


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A letter, Greek command or word with everything that is attached to it.

    base: ``"W"``, ``"alpha"`` (commands and Unicode letters by their LaTeX name without the
    backslash), ``"Leaky ReLU"``; font commands (bold, calligraphic) are dropped from `base`
    and kept in `font`.
    accent: ``"hat"``, ``"bar"``, ``"tilde"``, ``"vec"``, ``"dot"``, ... or ``""``.
    mark: ``"d"`` (``dZ``), ``"partial"`` (``\\partial Z``), ``"nabla"`` (``\\nabla_W`` has the
    subject as base and the function, if any follows, is an `Applied`/`Product` factor of its
    own), ``"Delta"`` or ``""``.
    word: written in ``\\text{}``, ``\\mathrm{}``, ``\\operatorname{}`` or as several letters.
    """

    base: str
    scripts: tuple[Script, ...] = ()
    primes: int = 0
    accent: str = ""
    mark: str = ""
    word: bool = False
    font: str = ""


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Signed terms: ``a - b`` is ``((1, a), (-1, b))``; ``\\pm`` is unreadable."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors with the separator in front of each, ``""`` for the first.

    Separators: ``juxt`` (written side by side), ``cdot``, ``times``, ``ast`` (``*``),
    ``odot`` (also circ, bullet), ``slash``, ``at`` (``@``), ``outer`` (``\\otimes``).
    """

    factors: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Fraction_(Node):
    """``\\frac{a}{b}``."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    """``\\frac{\\partial u}{\\partial v}``, ``\\frac{d}{dz} (...)``, ``\\partial L/\\partial w``.

    kind: ``"partial"``, ``"d"`` or ``"delta"``.  `of` is None when nothing is differentiated
    (an operator at the end of a product).  `order` 2 for second derivatives.
    """

    of: Node | None
    by: Name
    kind: str
    order: int = 1


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A bracketed group, number or call raised to something that is no script of a name."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Transposed(Node):
    base: Node


@dataclass(frozen=True, slots=True)
class Group(Node):
    """Brackets: ``(``, ``[``, ``{`` (escaped) or ``""`` for invisible braces."""

    bracket: str
    body: Node


@dataclass(frozen=True, slots=True)
class Indexed(Node):
    """An entry of something that is no name: ``(Wx + b)_i``, ``\\text{softmax}(z)_i``."""

    base: Node
    scripts: tuple[Script, ...]


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """``(n_1, m)``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Applied(Node):
    """A name directly followed by a bracket: call, product or index, still undecided."""

    head: Name
    bracket: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Big(Node):
    """``\\sum_{i=1}^m body``; also ``\\prod``.

    operator: ``"sum"`` or ``"prod"``.  lower/upper: texts without white space (``"i=1"``,
    ``"m"``, ``"rows"``, ``""``); index: the letter that runs, ``""`` if none is named.
    """

    operator: str
    index: str
    lower: str
    upper: str
    body: Node


@dataclass(frozen=True, slots=True)
class Norm(Node):
    """``\\|x\\|``; `kind` ``"norm"``, ``"norm1"`` (``\\|x\\|_1``) or ``"abs"``."""

    kind: str
    body: Node


@dataclass(frozen=True, slots=True)
class Inner(Node):
    """``\\langle x, y \\rangle``."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Primed(Node):
    """Primes behind brackets: ``(g(z))'``, a derivative, or in Octave a transpose."""

    base: Node
    primes: int


@dataclass(frozen=True, slots=True)
class Evaluated(Node):
    """``\\left. f'(z) \\right|_{z = z_3}``.

    at: the places: a `Comparison` by ``=``, an expression, or a `Tuple` of them.
    """

    base: Node
    at: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``z > 0``, ``i \\ne j``; relation one of ``< <= > >= != = in``."""

    left: Node
    relation: str
    right: Node


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """``\\begin{cases}`` or ``1 \\text{ if } z > 0 \\text{ else } 0``.

    branches: (value, condition or None for otherwise).
    """

    branches: tuple[tuple[Node, Comparison | None], ...]


@dataclass(frozen=True, slots=True)
class Picture(Node):
    """A matrix or array that is drawn rather than written: kept whole, not understood."""

    environment: str


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """``\\dots`` and the like."""


@dataclass(frozen=True, slots=True)
class Unreadable(Node):
    """A side of a relation that could not be read whole: where and what was expected."""

    message: str
    at: Span


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation sign, as its LaTeX text: ``=``, ``:=``, ``\\Rightarrow``, ``\\gets``, ..."""

    text: str
    span: Span
    step: int
    """Ordinal of this sign in its piece of maths, from 1, in text order."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What stands behind ``\\rightarrow`` (node) or in words behind an equation (text)."""

    text: str
    nodes: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Chain:
    """``head rel part rel part ...``; `head` None: continues the chain before it.

    ``len(parts) == len(relations)``.  `label`: words in front of the equation.  `opens`: the
    bracket relation that opened it (``[\\because ...]``) as ``"because"``/``"therefore"``/"".
    A piece that cannot be read at all is one chain with every relation sign of the piece
    between sides that are `Unreadable`; if it holds none, or is too large to count them, with
    one empty sign.
    """

    head: Node | None
    relations: tuple[Relation, ...]
    parts: tuple[Node, ...]
    remark: Remark | None
    label: str
    opens: str
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of maths: from its opening delimiter to its closing one.

    kind: ``"inline"``, ``"display"``, ``"environment"``.  `body`: the span inside the
    delimiters.  line, column: 1-based position of the opening delimiter; end_line,
    end_column of the position behind the closing one.  before: the prose between the
    previous piece and this one; expect: the text of a ``derive: expect ...`` comment that
    stands directly before it, or "".
    """

    span: Span
    body: Span
    kind: str
    line: int
    column: int
    end_line: int
    end_column: int
    before: str
    chains: tuple[Chain, ...]
    loose: tuple[Node, ...]
    """Expressions without a relation sign in the piece, for context."""
    notes: tuple[tuple[str, Span], ...]
    """Punctuation that was passed over: (what, where)."""
    expect: str = ""


@dataclass(frozen=True, slots=True)
class Directive:
    """A comment ``derive: ...``: the words behind the colon; the span of all the text in it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A source text and all its maths, in order."""

    source: str
    pieces: tuple[Piece, ...]
    front_matter: str = ""
    """The YAML front matter without its fences, "" if none."""
    after: str = ""
    """The prose behind the last piece."""
    directives: tuple[Directive, ...] = ()
    """What comments tell the command, in order."""
