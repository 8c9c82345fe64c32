"""Symmetric matrices told in words: where the text says so, and where it does not."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

_GENERAL = r"$$\nabla_x (x^T A x) = (A + A^T) x$$"
_LINE = r"$$\nabla_x (x^T A x) = 2 A x$$"
_WRONG = r"$$\nabla_x (x^T A x) = A x$$"


def verdict(text: str) -> tuple[str, tuple[str, ...]]:
    """The verdict on the last equation of a text behind a true one, with its conditions."""
    last = verify_text(f"{_GENERAL}\n\n{text}").claims[-1]
    return last.verdict.value, tuple(last.side_conditions)


@pytest.mark.parametrize("text", [
    "If $A$ is symmetric, this simplifies to\n\n" + _LINE,
    "For symmetric $A$ we get\n" + _LINE,
    "For a symmetric matrix $A$ we get " + _LINE.replace("$$", "$"),
    "When $A$ is a real symmetric matrix,\n\n" + _LINE,
    "Since $\\mathbf{A}$ is symmetric:\n" + _LINE.replace(" A ", r" \mathbf{A} "),
    _LINE + "\nfor symmetric $A$.",
    _LINE + " if $A$ is symmetric.",
    r"$$\nabla_x (x^T A x) = 2 A x \quad \text{($A$ symmetric)}$$",
    "Let $A$ be a symmetric matrix. We now need this twice.\n\n" + _LINE,
    "Let $A \\in \\mathbb{R}^{n \\times n}$ be symmetric.\n\n" + _LINE,
])  # fmt: skip
def test_told(text: str) -> None:
    """The line is proved for every symmetric matrix, and says so."""
    assert verdict(text) == ("verified", ("A is symmetric",))


@pytest.mark.parametrize("text", [
    _LINE,
    "If $A$ is not symmetric, this simplifies to\n\n" + _LINE,
    "If $B$ is symmetric, this simplifies to\n\n" + _LINE,
    "Even if $A$ is not symmetric:\n\n" + _LINE,
    "For general $A$, symmetric or not,\n\n" + _LINE,
    "If $A$ is symmetric, the Hessian is simple. In general it holds that\n\n" + _LINE,
    "If $A$ is symmetric, then\n\n$$\\nabla_x (x^T A x) = 2 A x$$\n\nand for every matrix\n\n" + _LINE,
    "We do not assume that $A$ is symmetric.\n\n" + _LINE,
    "Let $A$ be symmetric.\n\n## Next\n\nLet $A$ be any matrix.\n\n" + _LINE,
    "Suppose that $A = A^T + B$. Then\n" + _LINE,
    "Let $A$ be symmetric. Later $A$ need not be symmetric any more.\n\n" + _LINE,
    "The matrix $A + A^T$ is symmetric, so\n\n" + _LINE,
    "$x^T A x$ is a number. The Hessian is symmetric.\n\n" + _LINE,
    "Is $A$ symmetric? Nobody knows.\n\n" + _LINE,
])  # fmt: skip
def test_not_told(text: str) -> None:
    """Nothing is supposed where the text speaks of something else or takes it back."""
    assert verdict(text)[0] != "verified"


@pytest.mark.parametrize("text", [
    "If $A$ is symmetric, this simplifies to\n\n" + _WRONG,
    "Let $A$ be symmetric.\n\n" + r"$$\nabla_x (x^T A x) = -2 A x$$",
    "For symmetric $A$\n" + r"$$\nabla_x (x^T A x) = 2 A$$",
    "For symmetric $A$\n" + r"$$\nabla_x (x^T A x) = 2 A A x$$",
    "For symmetric $A$\n" + r"$$\nabla_x (x^T A x) = 2 x^T A$$",
    "For symmetric $A$\n" + r"$$\nabla_x (x^T A b) = 2 A b$$",
])  # fmt: skip
def test_wrong_of_symmetric_matrices_too(text: str) -> None:
    """A factor, a sign, an order is wrong whatever A is."""
    assert verdict(text)[0] == "refuted"


def test_where_the_text_says_which_ones_are_symmetric_the_others_are_not() -> None:
    """Another matrix would have to be symmetric for the line: it is wrong."""
    line = r"$$\frac{\partial}{\partial X} \text{tr}(B X) = B$$"
    assert verdict("Let $A$ be symmetric.\n\n" + line)[0] == "refuted"
    assert verdict("Let $B$ be symmetric.\n\n" + line) == ("verified", ("B is symmetric",))
    assert verdict("Everything is symmetric here.\n\n" + line)[0] == "unproven"
    assert verdict("Let $A$ be symmetric. All are symmetric.\n\n" + line)[0] == "unproven"
