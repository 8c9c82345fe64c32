"""What diagnosis needs to know of a note: its program and the way it writes things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from derive.diagnosis.loose import (
    ELEMENTWISE,
    MATRIX,
    Add,
    Factor,
    Leaf,
    Loose,
    Product,
    Raised,
    Summed,
    Turned,
)
from derive.diagnosis.scene import Scene
from derive.meaning.elaborate import MATRIX_SEPARATORS, Elaborator, constant
from derive.meaning.facts import Facts, all_nodes, subtree
from derive.meaning.lines import Line
from derive.meaning.notation import function_word, is_transpose, names_in
from derive.meaning.roles import Occurrence, resolve
from derive.meaning.setting import CHANGE, COST, IllShaped, Outside, Setting
from derive.program import SCALAR, Expr
from derive.reading import syntax as sx
from derive.reading.tree import plain

_ROLES = {"W": "weight", "b": "bias", "Z": "preactivation", "A": "activation"}
_SIGNS = {"cdot": "\\cdot", "times": "\\times", "juxt": "", "at": "@", "ast": "*", "odot": "\\odot"}


def scene_of(setting: Setting, line: Line, layers: Mapping[str, int]) -> Scene:
    """The scene of a claim: its program, roles, and the spelling of its own line first."""
    facts = setting.facts
    program = setting.program
    spelling, gradients, functions = _spellings(setting, line, layers)
    return Scene(
        program=program,
        roles=_program_roles(setting),
        layout=setting.hypothesis.layout,
        activations=dict(setting.activations),
        scale={
            name: setting.scale(name)
            for name in sorted({**setting.leaves, **setting.definitions})
            if name[0] in "WbZAX"
        },
        spelling=spelling,
        gradient_spelling=gradients,
        function_spelling=functions,
        examples=facts.count,
        products=products_of(facts),
        partial=_derivative_sign(line),
    )


def _program_roles(setting: Setting) -> dict[str, tuple[str, int | None]]:
    roles: dict[str, tuple[str, int | None]] = {}
    for name in (*setting.leaves, *setting.definitions):
        if name == "X":
            roles[name] = ("input", None)
        elif name == "Y":
            roles[name] = ("labels", None)
        elif name == COST:
            roles[name] = ("cost", None)
        elif name[0] in _ROLES and name[1:].isdigit():
            roles[name] = (_ROLES[name[0]], int(name[1:]))
    return roles


def _spellings(
    setting: Setting, line: Line, layers: Mapping[str, int]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """LaTeX for names, their gradients and functions: as the line has them, else the note."""
    near = _Spelled()
    for node in (line.left, line.right, line.head):
        near.read(Elaborator(setting, layers), node)
    near.settle()
    names, gradients, functions = spelled(setting)
    spelling = {**names, **near.names}
    marked = {**gradients, **near.gradients}
    called = {**functions, **near.functions}
    complete(setting, spelling, marked)
    for layer, function in sorted(setting.activations.items()):
        if function == f"g{layer}":
            called.setdefault(function, f"g_{layer}")
    return spelling, marked, called


def spelled(setting: Setting) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """How the note first writes its quantities, their gradients, and functions."""
    if setting.spelled is None:
        whole = _Spelled()
        for node in all_nodes(setting.facts):
            whole.read(Elaborator(setting), node)
        whole.settle()
        setting.spelled = (whole.names, whole.gradients, whole.functions)
    return setting.spelled


class _Spelled:
    """What some text calls the names of the program, their gradients, and functions."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.gradients: dict[str, str] = {}
        self.functions: dict[str, str] = {}
        self.indexed: dict[tuple[bool, str], str] = {}

    def read(self, elaborator: Elaborator, node: sx.Node) -> None:
        """Takes the first spelling of each name in a node."""
        for part in subtree(node):
            if isinstance(part, sx.Applied):
                _spell_function(elaborator, part, self.functions)
        for name in names_in(node):
            self._name(elaborator, name)

    def _name(self, elaborator: Elaborator, name: sx.Name) -> None:
        facts = elaborator.setting.facts
        text = facts.document.source[name.span.start : name.span.end]
        occurrence = resolve(facts.roles, name)
        if occurrence.role == "cost" and not name.mark:
            self.names.setdefault(COST, text)
        if occurrence.role is None and not name.scripts and not name.mark:
            self.names.setdefault(name.base, text)
        if occurrence.role not in ("W", "b", "Z", "A", "X", "Y", "gradient") or name.primes:
            return
        if occurrence.transposed or occurrence.power is not None:
            return
        try:
            program_name = elaborator.program_name(name, occurrence)
        except Outside:
            return
        marked = bool(name.mark) or occurrence.role == "gradient"
        if occurrence.entries or occurrence.example:
            bare = _without_indices(facts.document.source, name, occurrence)
            if bare is not None:
                self.indexed.setdefault((marked, program_name), bare)
            return
        (self.gradients if marked else self.names).setdefault(program_name, text)

    def settle(self) -> None:
        """Names that only occur with indices are spelled by what is left without them."""
        for (marked, name), text in self.indexed.items():
            (self.gradients if marked else self.names).setdefault(name, text)


def _without_indices(source: str, name: sx.Name, occurrence: Occurrence) -> str | None:
    """``a_k^{(L)}`` as ``a^{(L)}``; None where the indices cannot be cut out."""
    text, offset = source[name.span.start : name.span.end], name.span.start
    wanted = {*occurrence.entries, occurrence.example}
    for script in reversed(name.scripts):
        if not wanted & {*script.items, script.text}:
            continue
        start, end = script.span.start - offset, script.span.end - offset
        if text[start - 1 : start] == "{" and text[end : end + 1] == "}":
            start, end = start - 1, end + 1
        if text[start - 1 : start] not in ("_", "^"):
            return None
        text = text[: start - 1] + text[end:]
    return text


def _spell_function(elaborator: Elaborator, part: sx.Applied, functions: dict[str, str]) -> None:
    head = part.head
    if len(part.arguments) != 1 or not elaborator._is_function(head):
        return
    try:
        name = elaborator.function_name(head, part.arguments[0])
    except Outside:
        return
    source = elaborator.setting.facts.document.source
    text = source[head.span.start : head.span.end]
    if head.primes:
        text = text.replace("'", "").replace("^{\\prime}", "").replace("\\prime", "")
    functions.setdefault(name, text)


def complete(setting: Setting, spelling: dict[str, str], gradients: dict[str, str]) -> None:
    """Names that a note never writes get the spelling of their kin, or their own name."""
    for name in sorted({**setting.leaves, **setting.definitions}):
        if name in spelling or name == COST:
            continue
        if name.startswith(CHANGE):
            leaf = name.removeprefix(CHANGE)
            spelling[name] = f"d{spelling.get(leaf, leaf)}"
            continue
        if name[0] not in "WbZA" or not name[1:].isdigit():
            spelling[name] = name
            continue
        kin = next(
            (s for n, s in sorted(spelling.items())
             if n[0] == name[0] and n[1:].isdigit() and n[1:] in s),
            None,
        )  # fmt: skip
        if kin is not None:
            other = next(n for n, s in sorted(spelling.items()) if s == kin and n[0] == name[0])
            spelling[name] = kin.replace(other[1:], name[1:])
        else:
            spelling[name] = f"{name[0]}_{{{name[1:]}}}"
    for name in sorted({**setting.leaves, **setting.definitions}.keys() & spelling.keys()):
        gradients.setdefault(name, f"d{spelling[name]}")


def products_of(facts: Facts) -> tuple[str, str]:
    """How the note writes the matrix and the elementwise product; counted once."""
    if facts.products is None:
        facts.products = _products(facts)
    return facts.products


def _products(facts: Facts) -> tuple[str, str]:
    """How the note writes the matrix and the elementwise product: what it writes most."""
    matrix: Counter[str] = Counter()
    entrywise: Counter[str] = Counter()
    for node in all_nodes(facts):
        for part in subtree(node):
            if not isinstance(part, sx.Product):
                continue
            for (_, left), (separator, right) in zip(part.factors, part.factors[1:], strict=False):
                if not all(_is_array(facts, n) for n in (left, right)):
                    continue
                if separator in MATRIX_SEPARATORS:
                    matrix[separator] += 1
                elif separator in ("ast", "odot"):
                    entrywise[separator] += 1
    first = max(sorted(matrix), key=lambda s: matrix[s], default="juxt")
    second = max(sorted(entrywise), key=lambda s: entrywise[s], default="odot")
    return _SIGNS[first], _SIGNS[second]


def _is_array(facts: Facts, node: sx.Node) -> bool:
    inner = plain(node)
    if isinstance(inner, sx.Transposed):
        inner = plain(inner.base)
    if isinstance(inner, sx.Applied):
        return bool(inner.head.primes)
    return isinstance(inner, sx.Name) and facts.roles.role_of(inner) in (
        "W", "b", "Z", "A", "X", "Y", "gradient"
    )  # fmt: skip


def _derivative_sign(line: Line) -> str:
    from derive.meaning.notation import derivatives_in

    for node in (line.left, line.right, line.head):
        for derivative in derivatives_in(node):
            return {"partial": "\\partial", "delta": "\\delta", "d": "d"}[derivative.kind]
    return "\\partial"


# -- ill-shaped sides ---------------------------------------------------------------------------


def loose_of(elaborator: Elaborator, node: sx.Node) -> Loose:
    """What a side says when its shapes need not fit; Outside if a part has no value."""
    match node:
        case sx.Group(body=body):
            return loose_of(elaborator, body)
        case sx.Sum(terms=terms):
            return Add(tuple((sign, loose_of(elaborator, term)) for sign, term in terms))
        case sx.Product(factors=factors):
            if any(separator == "slash" for separator, _ in factors):
                return _slashed(elaborator, factors)
            return _product(elaborator, factors)
        case sx.Fraction_(numerator=above, denominator=below):
            return Product(
                (
                    Factor("", loose_of(elaborator, above)),
                    Factor(MATRIX, Raised(loose_of(elaborator, below), constant(_MINUS_ONE))),
                )
            )
        case sx.Transposed(base=base) | sx.Power(base=base) if (
            product := elaborator.attached(node, base)
        ) is not None:
            return loose_of(elaborator, product)
        case sx.Transposed(base=base):
            return Turned(loose_of(elaborator, base))
        case sx.Power(base=base, exponent=exponent):
            return Raised(loose_of(elaborator, base), constant(exponent))
        case sx.Big(operator="sum", body=body):
            return _big(elaborator, node, body)
        case sx.Name() if any(is_transpose(s) for s in node.scripts):
            rest = tuple(s for s in node.scripts if not is_transpose(s))
            bare = sx.Name(
                node.span, node.base, rest, node.primes, node.accent, node.mark, node.word
            )
            return Turned(loose_of(elaborator, bare))
        case sx.Applied() if function_word(node.head.base) == "sum" and node.head.word:
            axis = int(constant(node.arguments[1])) if len(node.arguments) == 2 else None
            return Summed(loose_of(elaborator, node.arguments[0]), axis)
        case sx.Applied() if len(node.arguments) == 1 and not elaborator._is_function(node.head):
            head = sx.Product(node.span, (("", node.head), ("juxt", node.arguments[0])))
            return (
                loose_of(elaborator, head)
                if not elaborator.roles.is_cost(node.head)
                else _leaf(elaborator, node)
            )
    return _leaf(elaborator, node)


_MINUS_ONE = sx.Number(sx.Span(0, 0), -1)  # type: ignore[arg-type]


def _leaf(elaborator: Elaborator, node: sx.Node) -> Loose:
    return Leaf(elaborator.value(node))


def _product(elaborator: Elaborator, factors: tuple[tuple[str, sx.Node], ...]) -> Loose:
    out = []
    columns = elaborator.setting.hypothesis.layout == "columns"
    for separator, factor in factors:
        kind = "" if not separator else MATRIX if separator in MATRIX_SEPARATORS else ELEMENTWISE
        node = loose_of(elaborator, factor)
        outer = separator == "outer" and columns
        out.append(Factor(MATRIX, Turned(node)) if outer else Factor(kind, node))
    return Product(tuple(out))


def _slashed(elaborator: Elaborator, factors: tuple[tuple[str, sx.Node], ...]) -> Loose:
    out = []
    for separator, factor in factors:
        node = loose_of(elaborator, factor)
        if separator == "slash":
            out.append(Factor(MATRIX, Raised(node, constant(_MINUS_ONE))))
            continue
        kind = "" if not separator else MATRIX if separator in MATRIX_SEPARATORS else ELEMENTWISE
        out.append(Factor(kind, node))
    return Product(tuple(out))


def _big(elaborator: Elaborator, node: sx.Big, body: sx.Node) -> Loose:
    try:
        return Leaf(elaborator.value(node))
    except IllShaped:
        roles = elaborator.roles
        if node.index in roles.examples or not node.index:
            return Summed(loose_of(_without_examples(elaborator), body))
        raise Outside("a sum over units that does not fit") from None


def _without_examples(elaborator: Elaborator) -> Elaborator:
    """An elaborator for which the examples of a sum are all of them at once."""
    other = Elaborator(elaborator.setting, elaborator.layers, elaborator.bound)
    other.whole_batch = True
    return other


def left_value(elaborator: Elaborator, node: sx.Node) -> Expr | None:
    """The left side of an ill-shaped claim, where it has a value."""
    from derive.meaning.readings import pure_maps
    from derive.meaning.statements import side_value

    try:
        return side_value(elaborator.setting, elaborator, node, pure_maps(elaborator.roles, node))
    except (Outside, IllShaped):
        return None


__all__ = ["SCALAR", "left_value", "loose_of", "scene_of"]
