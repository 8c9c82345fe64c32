"""Which letters of a literal reading are numbers rather than arrays.

In: the definitions of a note.  Out: the letters that only numbers can be, and those that may be
where a formula does not fit otherwise.
"""

from __future__ import annotations

import re
from typing import Final

from derive.meaning.facts import all_nodes, subtree
from derive.meaning.literal.families import one_letter_runs
from derive.meaning.literal.identity import Key, all_uses, keys_in
from derive.meaning.literal.outline import Outlined, Stated, letters_said
from derive.meaning.literal.scope import Scope, is_matrix
from derive.meaning.notation import names_in
from derive.program import SCALAR
from derive.reading import syntax as sx
from derive.reading.tree import children, plain

ARRAYS: Final = re.compile(
    r"\b(vectors?|ve[ck]teurs?|vektor(en)?|vettor[ei]|vetor(es)?|vector(es)?|tensors?|"
    r"matri(x|ces|ce|z|zen|zes)|matrices)\b|向量|矩阵|矩陣|行列|ベクトル|벡터|행렬|вектор|матриц"
    r"|R\}?\s*\^|ℝ\^",
    re.IGNORECASE,
)
"""Words by which a note says that some letters are arrays."""
_SAID: Final = re.compile(rf"^.*(?:{ARRAYS.pattern}).*$", re.IGNORECASE | re.MULTILINE)
"""A line of text with such a word."""
_MEMBER: Final = re.compile(r"[A-Za-z]\w*[^$=\n]{0,20}?(\\in|∈)[^$=]{0,16}?(\^|[ℝ𝔹])")
"""``x \\in \\mathbb{R}^n``: a letter for an array."""


def under_bars(found: Outlined) -> frozenset[Key]:
    """Letters that stand alone under a fraction bar or a root: numbers, if they are small."""
    return frozenset(key for key in _alone(found, bars=True) if not is_matrix(key))


def under_roots(found: Outlined) -> frozenset[Key]:
    """``QK^T / \\sqrt{D_h}``: a capital alone under a root is a number, too."""
    return _alone(found, bars=False)


def margins(found: Outlined) -> frozenset[Key]:
    """``s_j - s_y + \\Delta``: a Delta that is a summand wherever it stands is a number."""
    added: set[Key] = set()
    elsewhere: set[Key] = set()
    for node in all_nodes(found.facts):
        for part in subtree(node):
            inside = [plain(term) for _, term in part.terms] if isinstance(part, sx.Sum) else []
            beside = [] if isinstance(part, sx.Sum) else [plain(child) for child in children(part)]
            for ones, keys in ((inside, added), (beside, elsewhere)):
                names = [one for one in ones if isinstance(one, sx.Name) and one.base == "Delta"]
                keys.update(key for one in names for key in keys_in(found.names, one))
    return frozenset(added - elsewhere)


def _alone(found: Outlined, bars: bool) -> frozenset[Key]:
    """The letters that stand alone under a root, or (bars) a bar."""
    out: set[Key] = set()
    for node in all_nodes(found.facts):
        for part in subtree(node):
            for below in _below(part, bars):
                inside = below.base if isinstance(below, sx.Power) else below
                for one in (below, plain(inside)):
                    if isinstance(one, sx.Name) and not one.mark and one.base != "e":
                        out |= set(keys_in(found.names, one))
    turned = {u.key for u in all_uses(found.facts, found.names) if u.transposed or u.entries}
    return frozenset(out - turned - set(found.stated))


def _below(part: sx.Node, bars: bool) -> list[sx.Node]:
    """What stands under a bar, behind a stroke (``1/n``) or under a root."""
    if isinstance(part, sx.Fraction_) and bars:
        return [plain(part.denominator)]
    if isinstance(part, sx.Product) and bars:
        return [plain(node) for sign, node in part.factors if sign == "slash"]
    return [plain(part.base)] if isinstance(part, sx.Power) else []


def numbers_only(found: Outlined) -> bool:
    """Nothing in the note is an array: no capitals, no entries, no transposes, no norms."""
    source = found.facts.document.source
    if ARRAYS.search(source if found.facts.part is None else source[slice(*found.facts.part)]):
        return False
    if found.facts.part is not None and (
        letters_said(found.facts, _MEMBER) or letters_said(found.facts, _SAID)
    ):
        return False
    uses = list(all_uses(found.facts, found.names))
    examples = one_letter_runs(found, uses)
    for node in all_nodes(found.facts):
        for part in subtree(node):
            if isinstance(part, sx.Transposed | sx.Norm | sx.Picture):
                return False
            if isinstance(part, sx.Big) and not examples:
                return False
            if isinstance(part, sx.Product) and any(s in ("odot", "at") for s, _ in part.factors):
                return False
    written = {
        key
        for line in found.facts.lines
        for side in line.nodes
        for key in keys_in(found.names, side)
    }
    if any(is_matrix(key) for key in written - set(found.costs) - found.exampled):
        return False
    if any(use.transposed or (use.entries and not examples) for use in uses):
        return False
    return not any(
        n.font in ("mathbf", "boldsymbol", "bm") or n.accent == "vec"
        for node in all_nodes(found.facts) for n in names_in(node)
    )  # fmt: skip


def letters(found: Outlined) -> list[Key]:
    return sorted({*found.extents} - set(found.stated))


def candidates(found: Outlined, scope: Scope, where: Stated) -> list[Key]:
    """What may be a number in the formula that does not fit: vectors, capitals below a bar."""
    below = _alone(found, bars=True)
    keys = sorted(set(keys_in(found.names, where.formula)))
    turned = {u.key for u in all_uses(found.facts, found.names) if u.transposed}
    return [
        k for k in keys
        if k in scope.leaves and scope.leaves[k] != SCALAR
        and (1 in scope.leaves[k] or k in found.exampled or k in below) and k not in scope.numbers
        and not found.extents.get(k) and k not in turned
    ]  # fmt: skip
