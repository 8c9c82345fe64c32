"""The kinds of mistake, one stable code and one row each.

D1xx: a claim that is refuted.  D2xx: text that is unreadable.  D3xx: a claim that is left
open.  D4xx: something about the note around its claims.  A row says what the mistake is
called, why it is one, and shows it wrong and right.  A new kind of mistake costs one row; a
code never changes its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of mistake: `why` is one sentence; `wrong` and `right` are LaTeX."""

    code: str
    name: str
    title: str
    why: str
    wrong: str
    right: str


_ROWS: Final = (
    Code(
        "D101",
        "activation-derivative",
        "The derivative of the activation is missing",
        "Between A and Z lies the activation, so the chain rule multiplies by its derivative, "
        "entry by entry.",
        r"dZ_1 = W_2^T dZ_2",
        r"dZ_1 = W_2^T dZ_2 \odot g'(Z_1)",
    ),
    Code(
        "D102",
        "missing-transpose",
        "A transpose is missing",
        "Going back through a matrix product multiplies by the transpose of the other factor; "
        "where the shapes fit by chance the value is still another one.",
        r"dW_2 = \frac{1}{m} dZ_2 A_1",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D103",
        "output-jacobian",
        "The Jacobian of the output activation is missing",
        "The cost is a function of A, and A of Z: the derivative by Z needs the Jacobian of the "
        "output activation, which for a softmax is a full matrix.",
        r"dZ_2 = 2 (A_2 - Y)",
        r"dZ_2 = 2 A_2 \odot (A_2 - Y - \text{sum}(A_2 \odot (A_2 - Y), 0))",
    ),
    Code(
        "D104",
        "extra-transpose",
        "A transpose too many",
        "A transpose exchanges the axes: what stands there runs over the wrong one.",
        r"Z_1 = W_1^T X + b_1",
        r"Z_1 = W_1 X + b_1",
    ),
    Code(
        "D105",
        "product-kind",
        "The wrong kind of product",
        "A matrix product sums over the shared axis, an elementwise product sums over nothing.",
        r"dZ_1 = (W_2^T dZ_2) g'(Z_1)",
        r"dZ_1 = (W_2^T dZ_2) \odot g'(Z_1)",
    ),
    Code(
        "D106",
        "wrong-operand",
        "Another quantity belongs there",
        "The derivative of a product by one factor is the other factor, not some quantity of "
        "the same shape.",
        r"dW_2 = \frac{1}{m} dZ_2 Z_1^T",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D107",
        "wrong-layer",
        "The right quantity of the wrong layer",
        "Each layer has its own input, weight and gradient; the index says which one the "
        "forward line used.",
        r"dW_2 = \frac{1}{m} dZ_2 A_2^T",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D108",
        "derivative-argument",
        "The derivative of the activation at the wrong argument",
        "The chain rule evaluates the derivative where the activation was evaluated.",
        r"dZ_1 = W_2^T dZ_2 \odot g'(A_1)",
        r"dZ_1 = W_2^T dZ_2 \odot g'(Z_1)",
    ),
    Code(
        "D109",
        "derivative-order",
        "The function for its derivative, or the other way round",
        "The chain rule multiplies by the first derivative of the activation.",
        r"dZ_1 = W_2^T dZ_2 \odot g(Z_1)",
        r"dZ_1 = W_2^T dZ_2 \odot g'(Z_1)",
    ),
    Code(
        "D110",
        "sign",
        "The sign is wrong",
        "The sign is not free: it follows from the cost and every difference on the way to it.",
        r"dZ_2 = Y - A_2",
        r"dZ_2 = A_2 - Y",
    ),
    Code(
        "D111",
        "constant-factor",
        "A constant factor is wrong",
        "The exponent of a square comes down as a factor 2, and a factor 1/2 of the cost "
        "stays one.",
        r"dA_2 = A_2 - Y",
        r"dA_2 = 2 (A_2 - Y)",
    ),
    Code(
        "D112",
        "missing-mean",
        "The factor 1/m is missing",
        "The cost is a mean over the examples, so its gradient is one too.",
        r"dW_2 = dZ_2 A_1^T",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D113",
        "extra-mean",
        "A factor 1/m too many",
        "The 1/m of the mean stands once on the way from the cost to a parameter.",
        r"db_2 = \frac{1}{m^2} \sum dZ_2",
        r"db_2 = \frac{1}{m} \sum dZ_2",
    ),
    Code(
        "D114",
        "missing-sum",
        "A sum is missing",
        "What was broadcast forwards is summed backwards: a bias takes part in every example.",
        r"db_2 = \frac{1}{m} dZ_2",
        r"db_2 = \frac{1}{m} \sum_{i=1}^m dZ_2",
    ),
    Code(
        "D115",
        "wrong-sum",
        "A sum over the wrong axis, or one too many",
        "The sum runs over the axis along which the quantity was broadcast, and over no other.",
        r"db_2 = \frac{1}{m} \text{sum}(dZ_2, 0)",
        r"db_2 = \frac{1}{m} \text{sum}(dZ_2, 1)",
    ),
    Code(
        "D116",
        "missing-term",
        "A term is missing",
        "Every term of a sum, and every path to the cost, adds one of its own.",
        r"dZ_2 = A_2",
        r"dZ_2 = A_2 - Y",
    ),
    Code(
        "D117",
        "extra-term",
        "A term too many",
        "There is no path from the quantity to the cost that adds this term.",
        r"dZ_2 = A_2 - Y + b_2",
        r"dZ_2 = A_2 - Y",
    ),
    Code(
        "D118",
        "missing-factor",
        "A factor is missing",
        "The chain rule multiplies one factor for every step of the path.",
        r"dW_2 = \frac{1}{m} dZ_2",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D119",
        "extra-factor",
        "A factor too many",
        "The chain rule multiplies one factor for every step of the path, none twice.",
        r"dW_2 = \frac{1}{m} dZ_2 \odot g'(Z_2) A_1^T",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D120",
        "product-order",
        "The factors stand in the wrong order",
        "A matrix product is not commutative.",
        r"dW_2 = \frac{1}{m} A_1^T dZ_2",
        r"dW_2 = \frac{1}{m} dZ_2 A_1^T",
    ),
    Code(
        "D121",
        "other-target",
        "The gradient of something else",
        "The right side is a true gradient, but by another quantity than the left side names.",
        r"dZ_1 = W_2^T dZ_2",
        r"dA_1 = W_2^T dZ_2",
    ),
    Code(
        "D122",
        "doubled-factor",
        "A factor of the chain rule is counted twice",
        "A derivative by Z that is already in one factor must not stand as a factor again.",
        r"\frac{\partial L}{\partial W} = \frac{\partial Z}{\partial W} "
        r"\frac{\partial A}{\partial Z} \frac{\partial L}{\partial Z}",
        r"\frac{\partial L}{\partial W} = \frac{\partial Z}{\partial W} "
        r"\frac{\partial A}{\partial Z} \frac{\partial L}{\partial A}",
    ),
    Code(
        "D123",
        "broken-chain",
        "The factors of the chain rule do not telescope",
        "The denominator of each factor is the numerator of the next.",
        r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial A} "
        r"\frac{\partial Z}{\partial W}",
        r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial A} "
        r"\frac{\partial A}{\partial Z} \frac{\partial Z}{\partial W}",
    ),
    Code(
        "D124",
        "other-path",
        "The chain leaves a path out",
        "Where a quantity reaches the cost along several paths, the chain rule adds them up.",
        r"\frac{\partial J}{\partial A_1} = \frac{\partial J}{\partial Z_2} "
        r"\frac{\partial Z_2}{\partial A_1}",
        r"\frac{\partial J}{\partial A_1} = \frac{\partial J}{\partial Z_2} "
        r"\frac{\partial Z_2}{\partial A_1} + \frac{\partial J}{\partial A_2}",
    ),
    Code(
        "D125",
        "normalisation",
        "Only the normalisation is off",
        "Both sides are the same gradient, one of the summed loss and one of the mean: they "
        "differ by the number of examples.",
        r"\frac{\partial J}{\partial Z} = A - Y",
        r"\frac{\partial J}{\partial Z} = \frac{1}{m} (A - Y)",
    ),
    Code(
        "D126",
        "cost-does-not-fit",
        "The line belongs to another cost or output",
        "The gradient follows from the cost and the output activation that the note states.",
        r"J = \frac{1}{m} \sum (\hat y - y),\; dZ = A - Y",
        r"J = -\frac{1}{m} \sum y \log a,\; dZ = A - Y",
    ),
    Code(
        "D127",
        "ill-shaped",
        "The shapes do not fit",
        "No value of the sizes makes both sides arrays of the same shape.",
        r"dW_2 = dZ_2 A_1",
        r"dW_2 = dZ_2 A_1^T",
    ),
    Code(
        "D128",
        "vacuous",
        "What is differentiated does not depend on it",
        "The derivative by something that is not on the way is zero, whatever is claimed of it.",
        r"\frac{\partial Z_1}{\partial b_2} = 1",
        r"\frac{\partial Z_1}{\partial b_2} = 0",
    ),
    Code(
        "D129",
        "circular",
        "The gradient stands on both sides",
        "A line that needs its own result computes nothing.",
        r"dZ_1 = dZ_1 \odot g'(Z_1)",
        r"dZ_1 = dA_1 \odot g'(Z_1)",
    ),
    Code(
        "D130",
        "contradiction",
        "Contradicts an earlier definition",
        "A symbol has one definition: one of the two lines is wrong.",
        r"Z_1 = W_1 X + b_1, \; Z_1 = W_1^T X",
        r"Z_1 = W_1 X + b_1",
    ),
    Code(
        "D131",
        "shape-contradiction",
        "The shape contradicts the other lines",
        "The shapes follow from the forward pass.",
        r"W_1 \in (n_0, n_1)",
        r"W_1 \in (n_1, n_0)",
    ),
    Code(
        "D132",
        "ascent",
        "Ascent instead of descent",
        "The gradient points uphill; a step that lowers the cost goes against it.",
        r"W = W + \alpha dW",
        r"W = W - \alpha dW",
    ),
    Code(
        "D133",
        "update",
        "Not a gradient-descent step",
        "A step keeps the parameter and subtracts a positive rate times its own gradient.",
        r"W_1 = W_1 - \alpha dW_2",
        r"W_1 = W_1 - \alpha dW_1",
    ),
    Code(
        "D134",
        "remark",
        "The remark names the wrong value",
        "What stands behind the arrow is said to be the factor in front of it.",
        r"\frac{\partial Z}{\partial W} \rightarrow W",
        r"\frac{\partial Z}{\partial W} \rightarrow A",
    ),
    Code(
        "D135",
        "algebra",
        "The step of algebra is wrong",
        "Both sides must be the same formula.",
        r"\frac{e^{-z}}{(1 + e^{-z})^2} = a (1 + a)",
        r"\frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)",
    ),
    Code(
        "D136",
        "local-derivative",
        "The local derivative is wrong",
        "The derivative of a formula of one variable follows from the rules of calculus.",
        r"\sigma'(z) = 1 - \sigma(z)",
        r"\sigma'(z) = \sigma(z) (1 - \sigma(z))",
    ),
    Code(
        "D137",
        "several",
        "Several mistakes in one line",
        "No single change makes the line true.",
        r"dZ_1 = W_2 dZ_2 g'(Z_1)",
        r"dZ_1 = W_2^T dZ_2 \odot g'(Z_1)",
    ),
    Code(
        "D138",
        "false",
        "False",
        "Both sides have different values.",
        r"dZ = A + 2 Y^2",
        r"dZ = A - Y",
    ),
    Code(
        "D139",
        "brackets",
        "The brackets are in the wrong place",
        "A product binds tighter than a sum.",
        r"dZ_2 = (A_2 - Y \odot A_2)",
        r"dZ_2 = (A_2 - Y) \odot A_2",
    ),
    Code(
        "D140",
        "wrong-index",
        "The index is wrong",
        "Each letter stands for one axis: the unit that sends or the unit that receives.",
        r"\frac{\partial z_i}{\partial W_{ij}} = a_i",
        r"\frac{\partial z_i}{\partial W_{ij}} = a_j",
    ),
    Code(
        "D141",
        "exponent",
        "An exponent is wrong",
        "The power rule brings the exponent down and lowers it by one; nothing else changes it.",
        r"dZ_1 = dA_1 \odot (1 - A_1)",
        r"dZ_1 = dA_1 \odot (1 - A_1^2)",
    ),
    Code(
        "D142",
        "stale-value",
        "A value is used after it was changed",
        "The gradient is taken at the values of the forward pass: what a step has moved, or a "
        "buffer that was written over, is another value.",
        r"W_2 \leftarrow W_2 - \alpha dW_2, \quad dA_1 = W_2^T dZ_2",
        r"dA_1 = W_2^T dZ_2, \quad W_2 \leftarrow W_2 - \alpha dW_2",
    ),
    Code(
        "D201",
        "unreadable",
        "The text could not be read",
        "A claim is judged only if every character of it was understood.",
        r"\frac{\partial J}",
        r"\frac{\partial J}{\partial W}",
    ),
    Code(
        "D301",
        "missing-role",
        "The note does not say what a symbol is",
        "Without its role a symbol has no value to compare.",
        r"dQ = P R",
        r"Q = \ldots",
    ),
    Code(
        "D302",
        "lost-layer",
        "A name has lost its layer",
        "The line is true of one layer, but does not say which.",
        r"dB = \frac{1}{m} \sum dZ_1",
        r"dB_1 = \frac{1}{m} \sum dZ_1",
    ),
    Code(
        "D303",
        "ambiguous",
        "True in one reading, false in another",
        "Both readings of the note remain, and they disagree.",
        r"\frac{\partial L}{\partial w} = (\hat y - y) x",
        r"\frac{\partial L}{\partial w} = \sum_i (\hat y_i - y_i) x_i",
    ),
    Code(
        "D304",
        "outside-the-fragment",
        "Outside what can be proved",
        "The formula was understood, but no rule decides it.",
        "",
        "",
    ),
    Code(
        "D305",
        "timeout",
        "Out of steps or time",
        "The budget for one claim was used up; nothing is known of it.",
        "",
        "",
    ),
    Code(
        "D306",
        "assumption",
        "Needs an assumption that the note does not make",
        "The claim is true only under a condition, and what stands with it does not say so.",
        "",
        "",
    ),
    Code(
        "D307",
        "two-engines",
        "Proof and check disagree",
        "Nothing is called verified that one of the two does not accept, be it for its bounds or "
        "for an error in either of them.",
        "",
        "",
    ),
    Code(
        "D401",
        "unused-directive",
        "A suppression or expectation without effect",
        "What a comment speaks of is not there, or not any more, and would hide the next one.",
        "",
        "",
    ),
    Code(
        "D402",
        "unknown-directive",
        "A comment for the command that it does not understand",
        "A misspelled suppression or expectation does nothing.",
        "",
        "",
    ),
    Code(
        "D403",
        "harmful-repair",
        "A repair that would make another claim worse",
        "The repair is true, but what follows in the note rests on the line as it stands.",
        "",
        "",
    ),
    Code(
        "D411",
        "used-before",
        "A symbol is used before it is defined",
        "Who reads from top to bottom does not know yet what it stands for.",
        "",
        "",
    ),
    Code(
        "D412",
        "drift",
        "A symbol changes its meaning",
        "What holds of it in one place need not hold in the other.",
        "",
        "",
    ),
    Code(
        "D413",
        "code-disagrees",
        "Equation and code disagree",
        "The same gradient is right in one of them and wrong in the other.",
        "",
        "",
    ),
)

CODES: Final[dict[str, Code]] = {row.code: row for row in _ROWS}
"""All rows by code, in order."""

BY_NAME: Final[dict[str, str]] = {row.name: row.code for row in _ROWS}
"""The code of a kind of mistake by its name."""
