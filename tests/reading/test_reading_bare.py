"""Equations in Unicode on lines of their own."""

import pytest

from derive.reading import read
from derive.reading.canonical import canonical

from .sketch import chain

EQUATIONS = {
    "dZ² = A² − Y": "d.Z^2 =1 (+A^2-Y)",
    "- Output layer: dZ² = A² − Y": "d.Z^2 =1 (+A^2-Y)",
    "> 2. ∂L/∂W₁ = δ₁ · Xᵀ": "D:partial(L, W_1) =1 [delta_1·X^T]",
    "W ← W − α·dW": "W \\leftarrow1 (+W-[alpha·d.W])",
    "dW₁ = (1/m) · dZ₁ · Xᵀ": "d.W_1 =1 [<([1/m]>·d.Z_1·X^T]",
    "δˡ = (Wᵀ δ) ⊙ σ′(z)": "delta^l =1 [<([W^T delta]>⊙sigma'(z:]",
}

PROSE = [
    "m = total number of observations",
    "The σ = 3 is what we want",
    "a² = b² and nothing else",
    "dZ = A - Y",
    "→ next = step",
    "| a² = b² | c |",
    "`dZ² = A² − Y`",
    "```\ndZ² = A² − Y\nprint(dZ)\n```",
    "```python\ndZ² = A² − Y\n```",
    "```\ndZ = A - Y\n```",
    "∂L/∂W₁ and Xᵀ",
]


@pytest.mark.parametrize(("line", "expected"), EQUATIONS.items())
def test_equation(line: str, expected: str) -> None:
    source = f"Some words.\n{line}\nMore words with $x$.\n"
    first, second = read(source, "md").pieces
    assert [chain(found) for found in first.chains] == [expected]
    assert source[first.span.start : first.span.end] == line.split(": ")[-1].lstrip("> 2.-")
    assert (first.line, second.line) == (2, 3)


def test_a_fence_that_names_no_language_and_holds_equations_alone() -> None:
    lines = ["Backward:", "  dZ[2] = A[2] - Y", "", "  dW[2] = (1/m) · dZ[2] · A[1]T  (columns)"]
    source = "\n".join(["```", *lines, "```"])
    found = [source[p.span.start : p.span.end] for p in read(source, "md").pieces]
    assert found == ["dZ[2] = A[2] - Y", "dW[2] = (1/m) · dZ[2] · A[1]T"]
    (part,) = read("```\nB = (A[1]T · C) ⊙ D\n```", "md").pieces[0].chains[0].parts
    assert "A[1]^T" in canonical(part)


@pytest.mark.parametrize("line", PROSE)
def test_prose(line: str) -> None:
    assert read(f"Words.\n{line}\nWords.\n", "txt").pieces == ()


def test_expectation_of_a_bare_equation() -> None:
    source = "<!-- derive: expect refuted -->\ndZ² = A² − Y\n\n$x$\n"
    assert [piece.expect for piece in read(source, "md").pieces] == ["refuted", ""]
