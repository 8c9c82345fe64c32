"""Along which axis the softmax of attention runs; zeros in cases; words that no line defines."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

ROWS = r"$$S = Q K^T$$ $$P = \text{softmax}(S)$$ $$O = P V$$" "\n"
COLUMNS = r"$$S = K^T Q$$ $$P = \text{softmax}(S)$$ $$O = V P$$" "\n"
HINGE = r"$$L_i = \max(0, 1 - y_i w^T x_i)$$" "\n"
_CASES = (
    r"\frac{\partial L_i}{\partial w} = \begin{cases} %s & y_i w^T x_i %s 1 \\ %s & %s \end{cases}"
)


def verdicts(note: str, *lines: str) -> list[str]:
    """The verdicts of the lines behind a note."""
    text = note + "\n".join(f"\n$${line}$$" for line in lines)
    claims = verify_text(text).claims
    return [claim.verdict.value for claim in claims][-len(lines) :]


def test_attention_weighs_rows() -> None:
    """``O = P V``: a row of P has the weights of one row of O."""
    right = r"dS = P \odot (dP - \text{rowsum}(P \odot dP))"
    entries = r"dS_{ij} = P_{ij} (dP_{ij} - \sum_k P_{ik} dP_{ik})"
    wrong = r"dS_{ij} = P_{ij} (dP_{ij} - \sum_k P_{kj} dP_{kj})"
    note = "The attention of one head.\n\n" + ROWS
    assert verdicts(note, right, entries, wrong) == ["verified", "verified", "refuted"]
    assert verdicts("One head.\n\n" + ROWS, right, entries)[1:] == ["unproven"]


def test_attention_weighs_columns() -> None:
    """``O = V P``: a column of P has the weights of one column of O."""
    wrong = r"dS_{ij} = P_{ij} (dP_{ij} - \sum_k P_{ik} dP_{ik})"
    right = r"dS_{ij} = P_{ij} (dP_{ij} - \sum_k P_{kj} dP_{kj})"
    note = "The attention of one head.\n\n" + COLUMNS
    assert verdicts(note, right, wrong) == ["verified", "refuted"]


@pytest.mark.parametrize("line", [
    r"dS = P \odot (dP - \text{colsum}(P \odot dP))",
    r"dS = P \odot (dP - \text{rowsum}(dP))",
    r"dS = P \odot dP - \text{rowsum}(P \odot dP)",
    r"dS = P \odot (\text{rowsum}(P \odot dP) - dP)",
    r"dQ = dS^T K",
    r"dK = dS Q",
])  # fmt: skip
def test_wrong_attention_is_not_verified(line: str) -> None:
    """Axes, signs, factors and transposes of the backward pass."""
    assert verdicts("The attention of one head.\n\n" + ROWS, line) != ["verified"]


def test_zero_in_cases_is_an_array_of_zeros() -> None:
    """The gradient of a hinge by a vector: 0 where the margin is kept."""
    assert verdicts(
        HINGE,
        _CASES % ("-y_i x_i", "<", "0", r"\text{otherwise}"),
        _CASES % ("0", ">", "-y_i x_i", r"\text{otherwise}"),
    ) == ["verified", "verified"]


@pytest.mark.parametrize("parts", [
    ("y_i x_i", "<", "0"),
    ("-y_i x_i", ">", "0"),
    ("-x_i", "<", "0"),
    ("0", "<", "-y_i x_i"),
    ("-y_i w", "<", "0"),
    ("-y_i x_i", "<", "x_i"),
    ("0", "<", "0"),
])  # fmt: skip
def test_wrong_cases_are_not_verified(parts: tuple[str, str, str]) -> None:
    """Sign, direction, factor and order of both branches."""
    assert verdicts(HINGE, _CASES % (*parts, r"\text{otherwise}")) == ["refuted"]


def test_the_trace_is_no_quantity() -> None:
    """A line about traces changes nothing in place, and gives the trace no formula."""
    cyclic = r"\text{tr}(ABC) = \text{tr}(CAB)"
    slope = r"\frac{\partial}{\partial X} \text{tr}(AX) = A^T"
    wrong = r"\frac{\partial}{\partial X} \text{tr}(AX) = 2 A^T"
    order = r"\text{tr}(ABC) = \text{tr}(ACB)"
    assert verdicts("", cyclic, slope) == ["verified", "verified"]
    assert verdicts("", cyclic, wrong) == ["verified", "refuted"]
    assert verdicts("", order, slope)[0] != "verified"
