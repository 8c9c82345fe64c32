"""A claim about a cost is about the one that it names, or that was stated last above it."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NETWORK = r"""
$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \sigma(Z_2)$$
"""
SQUARED = r"$$J = \frac{1}{m} \sum_{i=1}^m (A_2 - Y)^2$$"
TWO_COSTS = r"""
A single layer: $z = W x + b$, $a = \sigma(z)$.

$$E = \frac12 \|a - y\|^2$$
$$C = -\sum_k y_k \log a_k + (1 - y_k) \log(1 - a_k)$$
"""


def judged(source: str, *lines: str) -> list[tuple[str, str]]:
    """Verdict and code of the claims that stand last in a note."""
    whole = source + "\n\n" + "\n\n".join(f"$${line}$$" for line in lines)
    return [(str(c.verdict), c.code or "") for c in verify_text(whole).claims[-len(lines) :]]


def verdict(source: str, line: str) -> str:
    """The verdict on the last claim of a note."""
    return judged(source, line)[0][0]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial E}{\partial a} = a - y", "verified"),
        (r"\frac{\partial E}{\partial z} = (a - y) \odot a \odot (1 - a)", "verified"),
        (r"\frac{\partial C}{\partial z} = a - y", "verified"),
        (r"\frac{\partial C}{\partial z} = (a - y) \odot a \odot (1 - a)", "refuted"),
        (r"\frac{\partial E}{\partial z} = a - y", "refuted"),
        (r"\frac{\partial C}{\partial z} = \frac{\partial E}{\partial a}", "unproven"),
        (r"\frac{\partial L}{\partial z} = a - y", "unproven"),
        (r"\delta = \frac{\partial C}{\partial z} = a - y", "verified"),
        (r"W := W - \eta \frac{\partial E}{\partial W}", "verified"),
        (r"dz = a - y", "verified"),  # of C, stated last
        (r"dz = (a - y) \odot a \odot (1 - a)", "unproven"),  # of E
        (r"dz = (a + y) \odot a", "refuted"),  # of neither
    ],
)
def test_two_costs_side_by_side(line: str, expected: str) -> None:
    assert verdict(TWO_COSTS, line) == expected


@pytest.mark.parametrize(
    "left",
    [
        r"\frac{\partial J^2}{\partial A_2}",
        r"\frac{\partial J'}{\partial A_2}",
        r"\frac{\partial J_2}{\partial A_2}",
        r"\frac{\partial J^{(2)}}{\partial A_2}",
        r"\frac{\partial J^T}{\partial A_2}",
        r"\frac{\partial J^*}{\partial A_2}",
        r"\frac{\partial J}{\partial A_2^2}",
        r"\frac{\partial J}{\partial A_2'}",
        r"\nabla_{A_2} J_2",
        r"\nabla_{A_2} J^2",
    ],
)
def test_another_thing_than_the_cost_is_not_judged_as_the_cost(left: str) -> None:
    assert verdict(NETWORK + SQUARED, rf"{left} = \frac{{2}}{{m}} (A_2 - Y)") == "unproven"


@pytest.mark.parametrize("top", ["J^2", "J'", "J_2", "J^{(2)}"])
@pytest.mark.parametrize("bottom", ["W_2", "Z_1"])
def test_nor_in_a_product_of_derivatives(top: str, bottom: str) -> None:
    line = rf"\frac{{\partial {top}}}{{\partial {bottom}}} = "
    line += rf"\frac{{\partial J}}{{\partial Z_2}} \frac{{\partial Z_2}}{{\partial {bottom}}}"
    assert verdict(NETWORK + SQUARED, line) == "unproven"


def test_the_square_of_the_cost_as_a_value() -> None:
    assert verdict(NETWORK + SQUARED, "J J = J^2") == "verified"
    assert verdict(NETWORK + SQUARED, "2 J = J^2") == "refuted"


PENALTY = r"\frac{\lambda}{2m} \|W_2\|^2"
TOTALS = {
    "of examples": r"$$L^{(i)} = \frac12 \|A_2^{(i)} - Y^{(i)}\|^2$$"
    rf"$$J = \frac1m \sum_{{i=1}}^m L^{{(i)}} + {PENALTY}$$",
    "of calls": r"$$L(a, y) = \frac12 \|a - y\|^2$$"
    rf"$$J = \frac1m \sum_{{i=1}}^m L(a_2^{{(i)}}, y^{{(i)}}) + {PENALTY}$$",
    "of words": r"$$J_{MSE} = \frac{1}{2m} \|A_2 - Y\|^2, \quad J_{reg} = " + PENALTY + "$$"
    r"$$J = J_{MSE} + J_{reg}$$",
    "by a letter": r"$$L = \frac{1}{2m} \|A_2 - Y\|^2$$" rf"$$J = L + {PENALTY}$$",
    "of one and all": r"$$J_i = \frac12 \|a_2^{(i)} - y^{(i)}\|^2$$"
    rf"$$J = \frac1m \sum_{{i=1}}^m J_i + {PENALTY}$$",
    "of a loss not given": rf"$$J = \frac1m \sum_{{i=1}}^m L(a_2^{{(i)}}, y^{{(i)}}) + {PENALTY}$$",
}


@pytest.mark.parametrize("total", sorted(TOTALS))
def test_a_penalty_is_part_of_the_total(total: str) -> None:
    without = r"\frac{\partial J}{\partial W_2} = \frac{\partial J}{\partial Z_2} A_1^T"
    found = judged(NETWORK + TOTALS[total], without, rf"{without} + \frac{{\lambda}}{{m}} W_2")
    assert [v for v, _ in found] == ["refuted", "verified"]
    assert found[0][1] != "D126"  # it is no other cost that the line would fit


def test_the_parts_of_a_total_have_gradients_of_their_own() -> None:
    source = NETWORK + TOTALS["of words"]
    found = judged(
        source,
        r"\frac{\partial J_{reg}}{\partial W_2} = \frac{\lambda}{m} W_2",
        r"\frac{\partial J_{MSE}}{\partial W_2} = \frac{\partial J_{MSE}}{\partial Z_2} A_1^T",
        r"\frac{\partial J_{MSE}}{\partial W_2} = \frac{\partial J_{MSE}}{\partial Z_2} A_1^T"
        r" + \frac{\lambda}{m} W_2",
    )
    assert [v for v, _ in found] == ["verified", "verified", "refuted"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial J}{\partial A_2} = \frac{2}{m} (A_2 - Y)", "verified"),
        (r"\frac{\partial J}{\partial A_2} = \frac{1}{m} (A_2 - Y)", "refuted"),
        (r"\frac{\partial J}{\partial A_2} = 2 \frac{\partial L}{\partial A_2}", "verified"),
        (r"\frac{\partial J}{\partial A_2} = \frac{\partial L}{\partial A_2}", "refuted"),
    ],
)
def test_a_multiple_of_another_cost(line: str, expected: str) -> None:
    source = NETWORK + r"$$L = \frac{1}{2m} \|A_2 - Y\|^2$$ $$J = 2 L$$"
    assert verdict(source, line) == expected


AGAIN = (
    NETWORK
    + r"""
## Squared error

$$L = \frac{1}{2m} \|A_2 - Y\|^2$$
$$\frac{\partial L}{\partial Z_2} = \frac{1}{m} (A_2 - Y) \odot A_2 \odot (1 - A_2)$$
$$\frac{\partial L}{\partial Z_2} = \frac{1}{m} (A_2 - Y)$$

## Cross-entropy

$$L = -\frac{1}{m} \sum_{i=1}^m Y \log A_2 + (1 - Y) \log (1 - A_2)$$
$$\frac{\partial L}{\partial Z_2} = \frac{1}{m} (A_2 - Y)$$
$$\frac{\partial L}{\partial Z_2} = \frac{1}{m} (A_2 - Y) \odot A_2 \odot (1 - A_2)$$
"""
)


def test_a_letter_given_anew_under_a_heading() -> None:
    found = [str(c.verdict) for c in verify_text(AGAIN).claims[4:]]
    expected = ["definition", "verified", "refuted", "definition", "verified", "refuted"]
    assert found == expected


def test_a_letter_given_anew_without_a_heading_is_a_contradiction() -> None:
    report = verify_text(AGAIN.replace("## Cross-entropy", "Now the cross-entropy."))
    assert [c.code for c in report.claims if c.kind == "definition" and c.code] == ["D130"]


LEFT_OPEN = (
    r"For one example: $z = W x$, $h = \phi(z)$, $o = V h$, and the loss $L = l(o, y)$." + "\n"
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial L}{\partial h} = V^T \frac{\partial L}{\partial o}", "verified"),
        (r"\frac{\partial L}{\partial V} = \frac{\partial L}{\partial o} h^T", "verified"),
        (r"o^T \frac{\partial L}{\partial o} = L", "refuted"),
        (r"\frac{\partial L}{\partial o}^T o = L", "refuted"),
        (r"h^T \frac{\partial L}{\partial h} = L", "refuted"),
        (r"\sum_i o_i \frac{\partial L}{\partial o_i} = L", "refuted"),
        (r"\frac{\partial}{\partial o_i} \frac{\partial L}{\partial o_j} = 0", "unproven"),
        (r"\frac{\partial L^2}{\partial h} = 2 L \frac{\partial L}{\partial h}", "unproven"),
    ],
)
def test_of_a_loss_left_open_only_the_chain_rule_is_known(line: str, expected: str) -> None:
    assert verdict(LEFT_OPEN, line) == expected


ONE_EXAMPLE = r"""
$$z = W x + b$$ $$\hat y = \text{softmax}(z)$$

$$L_{CE} = -\sum_k y_k \log \hat y_k$$
$$L_{total} = L_{CE} + \lambda \|W\|^2$$
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial L_{CE}}{\partial z} = \hat y - y", "verified"),
        (r"\frac{\partial L_{total}}{\partial z} = \hat y - y", "verified"),
        (r"\frac{\partial L_{total}}{\partial W} = (\hat y - y) x^T", "refuted"),
        (r"\frac{\partial L_{total}}{\partial W} = (\hat y - y) x^T + 2 \lambda W", "verified"),
        (r"\frac{\partial L_{CE}}{\partial W} = (\hat y - y) x^T", "verified"),
        (r"\frac{\partial L_{CE}}{\partial W} = (\hat y - y) x^T + 2 \lambda W", "refuted"),
        (r"\frac{\partial L}{\partial W} = (\hat y - y) x^T", "unproven"),  # which of the two?
    ],
)
def test_a_total_of_one_example(line: str, expected: str) -> None:
    assert verdict(ONE_EXAMPLE, line) == expected


def test_a_letter_in_another_script_is_another_cost() -> None:
    source = r"$$Z = X W + b, \quad A = \sigma(Z)$$" + "\n\n"
    source += r"$$J = \frac{1}{m} \sum_{i=1}^m (A_i - Y_i)^2$$" + "\n\n"
    line = r"\frac{\partial \mathcal{J}}{\partial W} = X^T \frac{\partial J}{\partial Z}"
    for penalty, wanted in ((r"\|W\|^2", "refuted"), (r"\sum_j W_j^2", "unproven")):
        total = rf"$$\mathcal{{J}} = J + \lambda {penalty}$$" + "\n\n"
        assert verdict(source + total, line) == wanted
        assert verdict(source + total, line.replace(r"\mathcal{J}", "J")) == "verified"


UNKNOWN_PENALTY = r"""
$$Z = W X + b, \quad A = \sigma(Z)$$

$$L = \frac{1}{2m} \|A - Y\|^2$$
$$J = L + R(W)$$
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"dW = dZ X^T", "unproven"),  # of J, as the note minimises that
        (r"\frac{\partial J}{\partial W} = \frac{\partial J}{\partial Z} X^T", "unproven"),
        (r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial Z} X^T", "verified"),
    ],
)
def test_a_total_with_a_term_that_is_not_known(line: str, expected: str) -> None:
    assert verdict(UNKNOWN_PENALTY, line) == expected


def test_the_nearest_cost_above_is_the_nearest_in_the_text() -> None:
    total = r"$$J = E + \lambda \|W\|^2$$" + "\n\n"
    source = TWO_COSTS.replace("$$C =", total + "$$C =")
    assert verdict(source, r"dz = a - y") == "verified"


NAMED_GRADIENT = r"""
$$z_1 = W_1 x + b_1, \quad a_1 = \tanh(z_1)$$
$$z_2 = W_2 a_1 + b_2, \quad a_2 = \sigma(z_2)$$

$$E = \frac12 \|a_2 - y\|^2$$
$$C = -\sum_k y_k \log a_{2,k} + (1 - y_k) \log(1 - a_{2,k})$$

$$\delta_2 = \frac{\partial E}{\partial z_2}$$
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial E}{\partial W_2} = \delta_2 a_1^T", "verified"),
        (r"\frac{\partial C}{\partial W_2} = \delta_2 a_1^T", "unproven"),
        (r"\frac{\partial E}{\partial W_2} = dz_2 a_1^T", "unproven"),
    ],
)
def test_the_name_of_a_gradient_is_of_the_cost_that_it_was_given_for(
    line: str, expected: str
) -> None:
    assert verdict(NAMED_GRADIENT, line) == expected
