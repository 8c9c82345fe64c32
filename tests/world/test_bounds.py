"""The upper bound of a sum over units must be that of the axis that its letter runs over."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

UNITS = r"""
$$z_j^{(1)} = \sum_{i=1}^{n_0} w_{ji}^{(1)} x_i + b_j^{(1)}$$
$$a_j^{(1)} = \sigma(z_j^{(1)})$$
$$z_k^{(2)} = \sum_{j=1}^{n_1} w_{kj}^{(2)} a_j^{(1)} + b_k^{(2)}$$
$$a_k^{(2)} = \sigma(z_k^{(2)})$$
$$E = \frac{1}{2} \sum_{k=1}^{n_2} (a_k^{(2)} - y_k)^2$$
"""
LETTERS = r"""
$$z_j^{(l)} = \sum_{k=1}^{n_{l-1}} w_{jk}^{(l)} a_k^{(l-1)} + b_j^{(l)}$$
$$a_j^{(l)} = \sigma(z_j^{(l)})$$
$$E = \frac{1}{2} \sum_{k=1}^{n_L} (a_k^{(L)} - y_k)^2$$
"""


def last(source: str) -> str:
    """The verdict on the last claim of a note."""
    return str(verify_text(source, "md").claims[-1].verdict)


@pytest.mark.parametrize(
    ("bound", "verdict"),
    [("n_2", "verified"), ("n_1", "refuted"), ("n^{(1)}", "refuted"), ("K", "verified")],
)
def test_bounds_by_number(bound: str, verdict: str) -> None:
    line = rf"\delta_j^{{(1)}} = a_j^{{(1)}} (1 - a_j^{{(1)}}) \sum_{{k=1}}^{{{bound}}} "
    assert last(UNITS + f"$${line}" + r"\delta_k^{(2)} w_{kj}^{(2)}$$") == verdict


@pytest.mark.parametrize(
    ("bound", "verdict"), [("n_{l+1}", "verified"), ("n_l", "refuted"), ("", "verified")]
)
def test_bounds_by_letter(bound: str, verdict: str) -> None:
    over = rf"\sum_{{k=1}}^{{{bound}}}" if bound else r"\sum_k"
    line = rf"\delta_j^{{(l)}} = a_j^{{(l)}} (1 - a_j^{{(l)}}) {over} "
    assert last(LETTERS + f"$${line}" + r"\delta_k^{(l+1)} w_{kj}^{(l+1)}$$") == verdict


def test_the_first_definition_of_an_output_stands() -> None:
    source = r"$$Z_1 = W_1 X + b_1$$ $$A_1 = Z_1$$ $$A_1 = \sigma(Z_1)$$"
    verdicts = [str(claim.verdict) for claim in verify_text(source, "md").claims]
    assert verdicts == ["definition", "definition", "refuted"]
