"""Derivatives of vectors by vectors, sums over time, words for sums: true forms and false ones."""

from __future__ import annotations

import pytest

from derive.verify import verify_text

GATE = r"""
For $h = W x + U z$, $s = \sigma(h)$, $a = s \odot z$, $o = V a + x$ and
$L = \frac{1}{2}\|o - y\|^2$:

"""
RECURRENT = r"""
$$a_t = W h_{t-1} + U x_t + b$$
$$h_t = \tanh(a_t)$$
$$o_t = V h_t + c$$
$$p_t = \text{softmax}(o_t)$$
$$L = -\sum_{t=1}^T y_t^\top \log p_t$$
$$\frac{\partial L}{\partial o_t} = p_t - y_t$$
"""
ATTENTION = r"""
The softmax is taken over each row, and $dO = \partial L / \partial O$ is known.
$$Q = X W_Q, \quad K = X W_K, \quad V = X W_V$$
$$S = \frac{Q K^\top}{\sqrt{d_k}}$$
$$P = \text{softmax}(S)$$
$$O = P V$$
$$dP = dO\, V^\top$$
$$dQ = \frac{1}{\sqrt{d_k}} dS\, K$$
$$dS_{ij} = P_{ij} \left( dP_{ij} - \sum_k dP_{ik} P_{ik} \right)$$
"""
SCORES = r"""
$$z_k = \sum_{j=1}^{D} w_{jk} x_j + b_k$$
$$p_k = \frac{e^{z_k}}{\sum_{c} e^{z_c}}$$
$$E = -\sum_k t_k \log p_k$$
$$\frac{\partial E}{\partial z_i} = p_i - t_i$$
"""


def verdict(note: str, line: str, kind: str = "md") -> str:
    """The verdict of a line that stands last in a note."""
    return str(verify_text(f"{note}$${line}$$\n", kind).claims[-1].verdict)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial h}{\partial x} = W", "verified"),
        (r"\frac{\partial h}{\partial x} = W^T", "unproven"),
        (r"\frac{\partial s}{\partial h} = \text{diag}(s \odot (1 - s))", "verified"),
        (r"\frac{\partial s}{\partial h} = \text{diag}(s)", "refuted"),
        (r"\frac{\partial s}{\partial h} = s \odot (1 - s)", "verified"),
        (r"\frac{\partial s}{\partial h} = s \odot (1 + s)", "refuted"),
        (r"\frac{\partial a}{\partial s} = \text{diag}(z)", "verified"),
        (
            r"\frac{\partial a}{\partial z} = \text{diag}(z) \text{diag}(s \odot (1 - s)) U",
            "refuted",
        ),
        (
            r"\frac{\partial L}{\partial a} = "
            r"\left(\frac{\partial o}{\partial a}\right)^T \frac{\partial L}{\partial o}",
            "verified",
        ),
        (
            r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial o}"
            r" + \frac{\partial L}{\partial h} \frac{\partial h}{\partial x}",
            "verified",
        ),
        (
            r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial o}"
            r" - \frac{\partial L}{\partial h} \frac{\partial h}{\partial x}",
            "refuted",
        ),
        (  # with a held fixed it is true
            r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial o}"
            r"\frac{\partial o}{\partial x} + \frac{\partial L}{\partial h}"
            r"\frac{\partial h}{\partial x}",
            "unproven",
        ),
    ],
)
def test_vectors_by_vectors(line: str, expected: str) -> None:
    assert verdict(GATE, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial L}{\partial h_T} = V^\top (p_T - y_T)", "verified"),
        (r"\frac{\partial L}{\partial h_T} = V^\top (p_T + y_T)", "refuted"),
        (r"\frac{\partial L}{\partial h_t} = V^\top (p_t - y_t)", "refuted"),
        (r"\frac{\partial L}{\partial V} = \sum_{t=1}^T (p_t - y_t) h_t^\top", "verified"),
        (r"\frac{\partial L}{\partial V} = (p_T - y_T) h_T^\top", "unproven"),
        (r"\frac{\partial h_t}{\partial h_{t-1}} = \text{diag}(1 - h_t^2) W", "verified"),
        (r"\frac{\partial h_t}{\partial h_{t-1}} = \text{diag}(1 - h_t) W", "refuted"),
    ],
)
def test_a_sum_over_time_and_its_last_step(line: str, expected: str) -> None:
    assert verdict(RECURRENT, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"dS = P \odot (dP - \text{rowsum}(dP \odot P))", "verified"),
        (r"dS = P \odot (dP - \text{colsum}(dP \odot P))", "refuted"),
        (r"dS = P \odot (dP - \text{rowsum}(dP))", "refuted"),
        (r"dS_{ij} = P_{ij} \left( dP_{ij} - \sum_k dP_{kj} P_{kj} \right)", "refuted"),
        (r"dK = \frac{1}{\sqrt{d_k}} dS\, Q", "refuted"),
        (r"dK = \frac{1}{d_k} dS^\top Q", "refuted"),
    ],
)
def test_sums_of_rows_and_names_by_a_running_letter(line: str, expected: str) -> None:
    assert verdict(ATTENTION, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"w_{jk} \leftarrow w_{jk} - \eta (p_k - t_k) x_j", "verified"),
        (r"w_{jk} \leftarrow w_{jk} - \eta (p_k - t_k) x_k", "refuted"),
        (r"w_{jk} \leftarrow w_{jk} + \eta (p_k - t_k) x_j", "refuted"),
        (r"b_k \leftarrow b_k - \eta (p_k - t_k)", "verified"),
        (r"b_k \leftarrow b_k - \eta p_k", "refuted"),
    ],
)
def test_steps_by_entries(line: str, expected: str) -> None:
    assert verdict(SCORES, line) == expected


def test_the_power_of_what_nabla_differentiates() -> None:
    note = "The vectors are $a$ and $x$.\n\n"
    assert verdict(note, r"\nabla_x (a^T x)^2 = 2 (a^T x) a") == "verified"
    assert verdict(note, r"\nabla_x (a^T x)^2 = (a^T x) a") == "refuted"


TYPED = """
    z1 = W1 x + b1
    a1 = g(z1)
    g(z) = z if z > 0 else 0.1*z
    dz1 = da1 * g'(z1)
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("g'(z) = 1 if z > 0 else 0.1", "verified"),
        ("g'(z) = 1 if z > 0 else 0", "refuted"),
        ("g'(z) = 1 if z > 0, otherwise 0.1", "unproven"),
    ],
)
def test_cases_in_typed_lines(line: str, expected: str) -> None:
    report = verify_text(f"{TYPED}    {line}\n", "txt")
    assert [str(c.verdict) for c in report.claims[-2:]] == ["verified", expected]


README = """
- Z₁ = X W₁ + b₁
- A₁ = ReLU(Z₁)
- Z₂ = A₁ W₂ + b₂
- A₂ = softmax(Z₂)
- L = −(1/m) Σᵢ Σₖ Yᵢₖ log(A₂)ᵢₖ
- dZ₂ = (A₂ − Y) / m
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [("db₂ = Σᵢ (dZ₂)ᵢ", "verified"), ("db₂ = Σᵢ (A₂)ᵢ", "refuted")],
)
def test_a_sum_in_front_of_a_bracket_with_its_letter(line: str, expected: str) -> None:
    report = verify_text(f"{README}- {line}\n", "md")
    assert [str(c.verdict) for c in report.claims[-2:]] == ["verified", expected]


PAIRS = r"""
With $e_{ij} = w_i^T u_j + b_i + c_j - t_{ij}$ the loss is $J = \frac{1}{2} \sum_i \sum_j f_{ij}
\left( w_i^T u_j + b_i + c_j - t_{ij} \right)^2$.
$$\frac{\partial J}{\partial b_i} = \sum_j f_{ij} e_{ij}$$
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\frac{\partial J}{\partial w_i} = \sum_j f_{ij} e_{ij} u_j", "verified"),
        (r"\frac{\partial J}{\partial w_i} = \sum_j f_{ij}^2 e_{ij} u_j", "refuted"),
        (r"\frac{\partial J}{\partial c_j} = \sum_j f_{ij} e_{ij}", "refuted"),
    ],
)
def test_the_bracket_behind_a_factor_is_raised_alone(line: str, expected: str) -> None:
    assert verdict(PAIRS, line) == expected


def test_a_number_before_a_square_is_not_squared() -> None:
    note = r"$h = W x + U z$, $M = \alpha (\|h\|^2)^2$" + "\n\n"
    assert verdict(note, r"\frac{\partial M}{\partial h} = 4 \alpha \|h\|^2 h") == "verified"
    assert verdict(note, r"\frac{\partial M}{\partial h} = 4 \alpha^2 \|h\|^2 h") == "refuted"


LOGISTIC = r"""
$$p = \sigma(X w)$$
$$\ell(w) = \sum_{i=1}^n \left[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \right]$$
$$\nabla_w \ell = X^T (y - p)$$
$$H = X X^T$$
"""


def test_entries_of_a_matrix_by_its_small_letter() -> None:
    for place, expected in ((r"x_{ij}", "verified"), (r"x_{ji}", "refuted")):
        line = rf"\frac{{\partial \ell}}{{\partial w_j}} = \sum_{{i=1}}^n (y_i - p_i) {place}"
        assert verdict(LOGISTIC, line) == expected


CELL = """
    i = sigmoid(Wi x_t + Ui h_prev + bi)
    f = sigmoid(Wf x_t + Uf h_prev + bf)
    o = sigmoid(Wo x_t + Uo h_prev + bo)
    g = tanh(Wg x_t + Ug h_prev + bg)
    c = f * c_prev + i * g
    h = o * tanh(c)
    df = dc * c_prev
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("do = dh * tanh(c)", "verified"),
        ("do = dh * c", "refuted"),
        ("di = dc * g", "verified"),
        ("di = dc * i", "refuted"),
        ("dc_prev = dc * f", "unproven"),  # it goes into h_prev, too
        ("dh = 2 * h", "unproven"),  # nothing says what the loss is
    ],
)
def test_a_typed_cell_that_names_no_loss(line: str, expected: str) -> None:
    report = verify_text(f"{CELL}    {line}\n", "txt")
    assert [str(c.verdict) for c in report.claims[-2:]] == ["verified", expected]
