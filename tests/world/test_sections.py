"""Parts of a note that give their own names are read by themselves, and rest on nothing hidden."""

from __future__ import annotations

import pytest

from derive.verify import verify_text


def verdicts(text: str) -> dict[str, str]:
    """The verdict of each claim that is no definition, by its formula without spaces."""
    report = verify_text(text)
    return {
        "".join(c.latex.split()): str(c.verdict) for c in report.claims if c.verdict != "definition"
    }


README = r"""# Notes on neural networks

## Linear layer

For a batch $X \in \mathbb{R}^{B \times I}$: $Z = X W + b$. Then

$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Z}$$
$$\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Z} W^T$$

## Losses

* **Mean squared error**:

  $$\text{MSE}(y, \hat{y}) = \frac{1}{N \cdot M} \sum_{i=1}^N \sum_{j=1}^M (y_{ij} - \hat{y}_{ij})^2$$
  $$\frac{\partial \text{MSE}}{\partial \hat{y}_{ij}} = \frac{2}{N \cdot M} (\hat{y}_{ij} - y_{ij})$$

* **Cross-entropy**:

  $$p_i = \frac{e^{s_i}}{\sum_j e^{s_j}}, \qquad L = -\sum_i y_i \log(p_i)$$
  $$\frac{\partial L}{\partial s_i} = p_i - y_i$$

## The chain rule

Let $q = u^2$ and $u = 3v + 1$.

$$\frac{dq}{du} = 2u$$
$$\frac{dq}{dv} = 2 (3v + 1) \cdot 3$$
"""

TWINS = [
    (r"= X^T \frac{\partial L}{\partial Z}", r"= \frac{\partial L}{\partial Z} X^T"),
    (r"= \frac{\partial L}{\partial Z} W^T", r"= \frac{\partial L}{\partial Z} W"),
    (r"\frac{2}{N \cdot M} (\hat{y}_{ij} - y", r"\frac{1}{N \cdot M} (\hat{y}_{ij} - y"),
    (
        r"\frac{\partial L}{\partial s_i} = p_i - y_i",
        r"\frac{\partial L}{\partial s_i} = y_i - p_i",
    ),
    (r"\frac{dq}{du} = 2u", r"\frac{dq}{du} = 3u"),
    (r"2 (3v + 1) \cdot 3", r"2 (3v + 1)"),
]


def test_every_part_is_read_by_itself() -> None:
    found = verdicts(README)
    assert len(found) == 6
    assert set(found.values()) == {"verified"}
    report = verify_text(README)
    assert report.model is not None
    assert any("read by themselves" in said for said in report.model.assumptions)


@pytest.mark.parametrize(("right", "wrong"), TWINS)
def test_a_false_line_of_a_part_is_not_verified(right: str, wrong: str) -> None:
    assert right in README
    found = verdicts(README.replace(right, wrong))
    assert sorted(found.values()).count("verified") == 5


HEAD = "# One\n\n## First\n\n"
HIDDEN = {
    "another path of the loss": r"$h = x + F$"
    "\n\n## Second\n\n"
    r"$F = W x$"
    "\n\n"
    r"$$\frac{\partial L}{\partial x} = W^T \frac{\partial L}{\partial F}$$",
    "a penalty": r"$J = L + \lambda \|W\|^2$"
    "\n\n## Second\n\n"
    r"$Z = X W + b$"
    "\n\n"
    r"$$\frac{\partial J}{\partial W} = X^T \frac{\partial J}{\partial Z}$$",
    "what the function is": r"$\sigma(z) = \max(0, z)$"
    "\n\n## Second\n\n"
    r"$a = \sigma(z)$"
    "\n\n"
    r"$$\frac{\partial a}{\partial z} = a (1 - a)$$",
    "an input that is computed": r"$h = V x$"
    "\n\n## Second\n\n"
    r"$s = U h + W x$"
    "\n\n"
    r"$$\frac{\partial s}{\partial x} = W$$",
    "the same in capitals": r"$H = V X$"
    "\n\n## Second\n\n"
    r"$s = U h + W x$"
    "\n\n"
    r"$$\frac{\partial s}{\partial x} = W$$",
    "through two lines": r"$g = V x$, $h = T g$"
    "\n\n## Second\n\n"
    r"$s = U h + W x$"
    "\n\n"
    r"$$\frac{\partial s}{\partial x} = W$$",
    "the steps before": r"$h_t = \tanh(W x_t + U h_{t-1})$"
    "\n\n## Second\n\n"
    r"$o_t = V h_t$"
    "\n\n"
    r"$$\frac{\partial L}{\partial h_t} = V^T \frac{\partial L}{\partial o_t}$$",
    "another subject's formula": r"$a = \tanh(z)$"
    "\n\n## Second\n\n"
    r"$a = \frac{1}{1 + e^{-z}}$"
    "\n\n"
    r"$$\frac{\partial a}{\partial z} = 1 - a^2$$",
    "a loss of the input": r"$L = \|y - x\|^2$"
    "\n\n## Second\n\n"
    r"$y = W x$"
    "\n\n"
    r"$$\frac{\partial L}{\partial x} = W^T \frac{\partial L}{\partial y}$$",
    "a second use": r"$q = R z$, $p = S a$"
    "\n\n## Second\n\n"
    r"$z = x + W x$, $a = \tanh(z)$"
    "\n\n"
    r"$$\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \odot (1 - a^2)$$",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_part_does_not_rest_on_what_it_does_not_see(name: str) -> None:
    found = verdicts(HEAD + HIDDEN[name])
    assert found
    assert "verified" not in found.values()


def test_the_other_order_of_the_parts_hides_nothing_either() -> None:
    for text in HIDDEN.values():
        first, second = text.split("\n\n## Second\n\n")
        assert "verified" not in verdicts(HEAD + second + "\n\n## Second\n\n" + first).values()


def test_headings_in_code_begin_no_part() -> None:
    fenced = README.replace("Then\n", "Then\n\n```python\n# a comment\nx = 1\n```\n")
    assert set(verdicts(fenced).values()) == {"verified"}


VARIANTS = r"""# Two models

## First

$$Z = W X + b$$ $$A = \tanh(Z)$$ $$J = \frac{1}{2m} \sum_{i=1}^m (a^{(i)} - y^{(i)})^2$$
$$dZ = (A - Y) \odot (1 - A^2)$$

## Second

$$A = \sigma(Z)$$
$$dZ = (A - Y) \odot A \odot (1 - A)$$
$$dZ = (A - Y) \odot (1 - A^2)$$
"""


def test_below_a_new_formula_the_old_one_proves_nothing() -> None:
    found = [c for c in verify_text(VARIANTS).claims if c.verdict != "definition"]
    assert [c.verdict for c in found] == ["verified", "verified", "unproven"]
    assert "line 10 gives a letter a new formula" in found[-1].message


def test_a_wrong_restatement_is_refuted_where_the_lines_hold_by_the_first() -> None:
    lines = VARIANTS.splitlines()
    del lines[-2]
    found = [c for c in verify_text("\n".join(lines)).claims if c.verdict != "definition"]
    assert [c.verdict for c in found] == ["verified", "refuted", "verified"]


def test_a_quantity_that_is_given_anew_is_read_by_its_new_formula() -> None:
    found = verify_text(
        "# N\n\n$$h = x + W x$$ $$L = \\frac{1}{2} \\|h - t\\|^2$$\n"
        "$$\\frac{\\partial L}{\\partial W} = (h - t) x^T$$\n\n## Second\n\n$$h = x + V x$$\n"
        "$$\\frac{\\partial L}{\\partial W} = (h - t) x^T$$\n"
        "$$\\frac{\\partial L}{\\partial V} = (h - t) x^T$$\n"
    ).claims
    verdicts = [str(c.verdict) for c in found]
    assert verdicts == [*["definition"] * 2, "verified", "definition", "unproven", "verified"]


def test_the_new_formula_holds_from_there_on() -> None:
    text = VARIANTS.replace("$$dZ = (A - Y) \\odot A", "## Backwards\n\n$$dZ = (A - Y) \\odot A")
    found = {c.latex: str(c.verdict) for c in verify_text(text).claims}
    assert found[r"A = \sigma(Z)"] == "definition"
    assert found[r"dZ = (A - Y) \odot A \odot (1 - A)"] == "verified"


def test_two_notes_in_one_file_are_judged_by_their_own_lines() -> None:
    first = r"""# Regression

$$h_\theta(x) = \theta^T x$$ $$J = \frac{1}{2m} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)})^2$$
$$\frac{\partial J}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}$$
"""
    second = r"""# Classification in rows

$$Z = X W + b$$ $$P = \text{softmax}(Z)$$
$$L = -\frac{1}{N} \sum_{i=1}^N \sum_{k=1}^K Y_{ik} \log P_{ik}$$
$$\frac{\partial L}{\partial Z} = \frac{1}{N} (P - Y)$$
$$\frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Z}$$
"""
    for text in (first + "\n" + second, second + "\n" + first):
        assert "refuted" not in {str(c.verdict) for c in verify_text(text).claims}
        wrong = text.replace("(P - Y)", "(Y - P)").replace(r"\right) x_j", r"\right)")
        found = [c for c in verify_text(wrong).claims if "(Y - P)" in c.latex]
        assert [c.verdict for c in found] != ["verified"]


def test_differentials_of_names_without_a_layer_end_in_a_verdict() -> None:
    text = r"$$Z_1 = W_1 X$$ $$Z_2 = W_2 Z_1$$ $$L = \frac{1}{2} \|Z_2 - Y\|_F^2$$ $$dZ = dW X$$"
    assert "verified" not in {str(c.verdict) for c in verify_text(text).claims}


NESTED = r"""# N

## Before

BEFORE

## Models

### First

$$h = x + W x$$ $$L = \frac{1}{2} \|h - t\|^2$$
$$\frac{\partial L}{\partial W} = (h - t) x^T$$

### Second

$$h = x + V x$$
$$\frac{\partial L}{\partial W} = (h - t) x^T$$
$$\frac{\partial L}{\partial x} = (I + W^T) (h - t)$$
"""


@pytest.mark.parametrize(
    "before", [r"$$q = r + R r$$", r"$$Z_1 = W_1 X + b_1, A_1 = \sigma(Z_1)$$"]
)
def test_no_part_proves_by_the_old_formula_below_the_new_one(before: str) -> None:
    """A part that holds both formulas reads them as the whole note does."""
    found = verify_text(NESTED.replace("BEFORE", before)).claims
    assert [str(c.verdict) for c in found[-2:]] == ["unproven", "unproven"]
    assert "verified" in {str(c.verdict) for c in found[:-2]}
