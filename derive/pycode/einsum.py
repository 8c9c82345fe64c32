"""``np.einsum`` with explicit subscripts on arrays of at most two axes.

>>> from derive.program import Symbol
>>> A, B = Tensor(Symbol("A", ("n", "k")), 2), Tensor(Symbol("B", ("k", "m")), 2)
>>> einsum("ij,jk->ik", [A, B]).expr.shape
('n', 'm')
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.program import ONE, Build, Dim, Entry, Expr, Index, SumOver, Times
from derive.pycode.arrays import real
from derive.pycode.store import Unify
from derive.pycode.values import Tensor, Unsupported

_FORM = re.compile(r"([a-zA-Z]{0,2})((?:,[a-zA-Z]{0,2})*)->([a-zA-Z]{0,2})")


def einsum(subscripts: str, operands: Sequence[Tensor]) -> Tensor:
    """The sum over all letters that are not in the result."""
    found = _FORM.fullmatch(_without_dots(subscripts.replace(" ", "")))
    if found is None:
        raise Unsupported(f"np.einsum with the subscripts {subscripts[:40]!r}")
    inputs, result = [found[1], *found[2].split(",")[1:]], found[3]
    if len(inputs) != len(operands) or len(set(result)) != len(result):
        raise Unsupported(f"np.einsum with the subscripts {subscripts[:40]!r}")
    if all(operand.kind == "mask" for operand in operands):
        raise Unsupported("np.einsum of truth values, which is no sum")
    letters: dict[str, Index] = {}
    body: Expr = ONE
    for term, operand in zip(inputs, operands, strict=True):
        entry = _entry(term, real(operand), letters)
        body = entry if body == ONE else Times(body, entry)
    if not set(result) <= set(letters):
        raise Unsupported("np.einsum with a letter that only the result has")
    for name in sorted(set(letters) - set(result)):
        body = SumOver(letters[name], body)
    row = letters[result[0]] if len(result) == 2 else None
    column = letters[result[-1]] if result else None
    return Tensor(Build(row, column, body) if result else body, len(result))


def _without_dots(subscripts: str) -> str:
    """``...qi,...ki->...qk`` of arrays that have no other axes than those named.

    >>> _without_dots("...qi,...ki->...qk"), _without_dots("...i,i->...")
    ('qi,ki->qk', '...i,i->...')
    """
    terms = re.split(r",|->", subscripts)
    if all(term.startswith("...") and len(term) > 3 for term in terms):
        return subscripts.replace("...", "")
    return subscripts


def _entry(term: str, operand: Tensor, letters: dict[str, Index]) -> Expr:
    if len(term) != operand.ndim:
        raise Unsupported(f"np.einsum: {term!r} for an array of {operand.ndim} axes")
    rows, columns = operand.expr.shape
    row = _index(term[0], rows, letters) if len(term) == 2 else None
    column = _index(term[-1], columns, letters) if term else None
    return Entry(operand.expr, row, column) if term else operand.expr


def _index(name: str, dim: Dim, letters: dict[str, Index]) -> Index:
    index = letters.setdefault(name, Index(f"e_{name}", dim))
    if index.dim != dim:
        raise Unify(index.dim, dim, "np.einsum")
    return index
