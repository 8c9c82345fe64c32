"""What the text or the letters of a note tell: functions by name, sets, layers of weights, examples.

Each note states its network and then lines with the verdict that the mathematics gives them.
"""

from __future__ import annotations

import pytest

from derive.verify import verify_text

NOTES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a function that the text names": (
        r"""$z = W x + b$ and $a = g(z)$, where $g$ is the sigmoid.
$L = -\sum_k (y_k \log a_k + (1 - y_k) \log (1 - a_k))$""",
        [
            (r"\frac{\partial L}{\partial z} = a - y", "verified"),
            (r"g'(z) = g(z) (1 - g(z))", "verified"),
            (r"\frac{\partial L}{\partial W} = (a - y) x^T", "verified"),
            (r"g'(z) = 1 - g(z)^2", "refuted"),
            (r"\frac{\partial L}{\partial z} = (a - y) g'(z)", "refuted"),
        ],
    ),
    "weights of units with their layer, and the bias as unit 0": (
        r"""$a_j = \sum_{i=1}^D w_{ji}^{(1)} x_i + w_{j0}^{(1)}$, $z_j = h(a_j)$,
$a_k = \sum_{j=1}^M w_{kj}^{(2)} z_j + w_{k0}^{(2)}$, $y_k = \sigma(a_k)$ and
$E_n = -\sum_k \{ t_k \ln y_k + (1 - t_k) \ln (1 - y_k) \}$.""",
        [
            (r"\delta_k = y_k - t_k", "verified"),
            (r"\delta_j = h'(a_j) \sum_k w_{kj}^{(2)} \delta_k", "verified"),
            (r"\frac{\partial E_n}{\partial w_{j0}^{(1)}} = \delta_j", "verified"),
            (r"\frac{\partial E_n}{\partial w_{kj}^{(2)}} = \delta_k z_j", "verified"),
            (r"\frac{\partial E_n}{\partial w_{kj}^{(2)}} = \delta_j z_k", "refuted"),
            (r"\delta_j = h'(a_j) \sum_k w_{kj}^{(1)} \delta_k", "refuted"),
        ],
    ),
    "sums over a set and from unit 0, linear outputs": (
        r"""$a_j = \sum_{i=0}^D w_{ji}^{(1)} x_i$, $z_j = \tanh(a_j)$,
$y_k = \sum_{j=0}^M w_{kj}^{(2)} z_j$ and $E = \frac12 \sum_{k \in K} (y_k - t_k)^2$.""",
        [
            (r"\frac{\partial E}{\partial w_{kj}^{(2)}} = (y_k - t_k) z_j", "verified"),
            (
                r"\frac{\partial E}{\partial w_{ji}^{(1)}} = x_i (1 - z_j^2) \sum_{k \in K} "
                r"w_{kj}^{(2)} (y_k - t_k)",
                "verified",
            ),
            (r"\frac{\partial E}{\partial w_{kj}^{(2)}} = (y_k - t_k) a_j", "refuted"),
        ],
    ),
    "the loss of one example by its units": (
        r"""$f = X W$, $p_{ik} = \frac{e^{f_{ik}}}{\sum_j e^{f_{ij}}}$, $L_i = -\log p_{i y_i}$ and
$L = \frac{1}{N} \sum_i L_i$ over the $N$ rows of $X$.""",
        [
            (r"\frac{\partial L_i}{\partial f_{ik}} = p_{ik} - \mathbb{1}(y_i = k)", "verified"),
            (r"\frac{\partial L}{\partial W} = \frac{1}{N} X^T (P - Y)", "verified"),
            (
                r"\frac{\partial L_i}{\partial f_{ik}} = \frac{1}{N} (p_{ik} - \mathbb{1}(y_i = k))",
                "refuted",
            ),
            (r"\frac{\partial L}{\partial W} = X^T (P - Y)", "refuted"),
        ],
    ),
    "the output by the parameters": (
        r"""$z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}$, $a^{(l+1)} = f(z^{(l+1)})$ and
$J(W,b;x,y) = \frac12 \|h_{W,b}(x) - y\|^2$; $n_l$ is the number of layers.""",
        [
            (r"\delta^{(n_l)} = -(y - a^{(n_l)}) \bullet f'(z^{(n_l)})", "verified"),
            (r"\nabla_{W^{(l)}} J(W,b;x,y) = \delta^{(l+1)} (a^{(l)})^T", "verified"),
            (r"\nabla_{W^{(l)}} J(W,b;x,y) = \delta^{(l)} (a^{(l)})^T", "refuted"),
            (r"\delta^{(n_l)} = (y - a^{(n_l)}) \bullet f'(z^{(n_l)})", "refuted"),
        ],
    ),
    "an exponent that is worked out": (
        r"""$z = w x + b$ and $L = \frac12 (z - y)^2$.""",
        [
            (
                r"\frac{\partial L}{\partial z} = 2 \cdot \frac12 (z - y)^{2-1} = z - y",
                "verified",
            ),
            (r"\frac{\partial L}{\partial z} = 2 \cdot \frac12 (z - y)^{3-1}", "refuted"),
        ],
    ),
    "names behind what they are given, and a batch of B rows": (
        r"""$H = \tanh(X W_1 + b_1)$, $O = H W_2 + b_2$, $P = \text{softmax}(O)$ and
$L = -\frac{1}{B} \sum_{n=1}^{B} \sum_{c=1}^{C} Y_{nc} \log P_{nc}$. We call
$\frac{1}{B} (P - Y) =: G_2$.""",
        [
            (r"\frac{\partial L}{\partial O} = G_2", "verified"),
            (r"\frac{\partial L}{\partial b_2} = \mathbf{1}^\top G_2", "verified"),
            (
                r"\frac{\partial L}{\partial W_1} = X^\top (G_2 W_2^\top \odot (1 - H^2))",
                "verified",
            ),
            (r"\frac{\partial L}{\partial W_2} = H^\top (P - Y)", "refuted"),
            (r"\frac{\partial L}{\partial O} = B G_2", "refuted"),
        ],
    ),
    "layers called as the input": (
        r"""$x^{(0)} = x$, $s^{(l)} = w^{(l)} x^{(l-1)} + b^{(l)}$, $x^{(l)} = \sigma(s^{(l)})$ and
$\ell = \|x^{(L)} - y\|^2$.""",
        [
            (r"\frac{\partial \ell}{\partial x^{(L)}} = 2 (x^{(L)} - y)", "verified"),
            (
                r"\frac{\partial \ell}{\partial w^{(1)}} = \frac{\partial \ell}{\partial s^{(1)}} x^\top",
                "verified",
            ),
            (
                r"\frac{\partial \ell}{\partial w^{(2)}} = \frac{\partial \ell}{\partial s^{(2)}} x^\top",
                "refuted",
            ),
        ],
    ),
    "values of a chain of names": (
        r"""$z = w_1 x_1 + w_2 x_2 + b$ and $L = \frac12 (z - y)^2$. Begin with
$w_1 = w_2 = 0$.""",
        [
            (r"\frac{\partial L}{\partial w_2} = (z - y) x_2", "verified"),
            (r"\frac{\partial L}{\partial w_2} = (z - y) x_1", "refuted"),
        ],
    ),
    "vectors of classes, and the identity matrix by its entries": (
        r"""$a_k = \mathbf{w}_k^T \mathbf{x} + b_k$, $y_k = \frac{e^{a_k}}{\sum_j e^{a_j}}$ and
$E = -\sum_k t_k \ln y_k$, where $t$ is one-hot.""",
        [
            (r"\frac{\partial y_k}{\partial a_j} = y_k (I_{kj} - y_j)", "verified"),
            (r"\nabla_{\mathbf{w}_j} E = (y_j - t_j) \mathbf{x}", "verified"),
            (r"\nabla_{\mathbf{w}_j} E = (t_j - y_j) \mathbf{x}", "refuted"),
            (r"\frac{\partial y_k}{\partial a_j} = y_k (I_{kj} - y_k)", "refuted"),
        ],
    ),
    "the Jacobian of a softmax": (
        r"""$\mathbf{z} = W \mathbf{x} + \mathbf{b}$, $\mathbf{p} = \text{softmax}(\mathbf{z})$ and
$\ell = -\mathbf{y}^\top \log \mathbf{p}$ for a one-hot $\mathbf{y}$.""",
        [
            (
                r"\frac{\partial \mathbf{p}}{\partial \mathbf{z}} = \text{diag}(\mathbf{p}) - "
                r"\mathbf{p} \mathbf{p}^\top",
                "verified",
            ),
            (
                r"\frac{\partial \mathbf{p}}{\partial \mathbf{z}} = \text{diag}(\mathbf{p}) + "
                r"\mathbf{p} \mathbf{p}^\top",
                "refuted",
            ),
            (
                r"\frac{\partial \mathbf{p}}{\partial \mathbf{z}} = \text{diag}(\mathbf{p}) - "
                r"\mathbf{p} \mathbf{y}^\top",
                "refuted",
            ),
        ],
    ),
    "a formula that a later line names": (
        r"""$y = \varphi(\sum_{i=1}^n w_i x_i - \theta)$, $E = \frac{1}{2} (t - y)^2$ and
$net = \sum_{i=1}^n w_i x_i - \theta$.""",
        [
            (r"\frac{\partial y}{\partial net} = \varphi'(net)", "verified"),
            (r"\frac{\partial E}{\partial w_i} = -(t - y) \varphi'(net) x_i", "verified"),
            (r"\frac{\partial E}{\partial \theta} = -(t - y) \varphi'(net)", "refuted"),
        ],
    ),
}


@pytest.mark.parametrize("name", NOTES)
def test_each_line_is_judged_by_what_it_means(name: str) -> None:
    head, lines = NOTES[name]
    source = head + "".join(f"\n\n$${line}$$" for line, _ in lines) + "\n"
    starts = {source.count("\n", 0, source.index(f"$${line}$$")) + 1: line for line, _ in lines}
    found = {starts[c.line]: str(c.verdict) for c in verify_text(source).claims if c.line in starts}
    assert found == dict(lines)


@pytest.mark.parametrize(
    "said",
    [
        "If $g$ is the sigmoid, things are easy",
        "where $g$ is not the sigmoid",
        "where $g$ is the sigmoid or tanh",
        "the sigmoid $g$ is replaced by tanh",
        "where $g$ is twice the sigmoid",
        "where $g$ is the sigmoid of layer 2 and tanh elsewhere",
        "with the inverse sigmoid $g$",
        "where the slope of the sigmoid $g$ is 2",
        "$g$ is the tanh. Others take the sigmoid $g$",
        "其中 $g$ 不是 sigmoid 函数",
    ],
)
def test_a_function_is_named_only_where_the_text_says_so(said: str) -> None:
    note = rf"$z = w x + b$, $a = g(z)$, {said}. $L = -y \log a - (1-y) \log(1-a)$"
    report = verify_text(note + "\n\n$$\\frac{\\partial L}{\\partial w} = (a - y) x$$\n")
    assert str(report.claims[-1].verdict) != "verified"


@pytest.mark.parametrize(
    "said",
    [
        "wobei $g$ die Sigmoidfunktion ist",
        "où $g$ est la fonction sigmoïde",
        "(シグモイド関数 $g$)",
        "其中 $g$ 为 sigmoid 函数",
        "with the logistic function $g$",
        r"with $g = \sigma$ and the sigmoid $\sigma$",
    ],
)
def test_a_function_is_named_in_other_words(said: str) -> None:
    note = rf"$z = w x + b$, $a = g(z)$, {said}. $L = -y \log a - (1-y) \log(1-a)$"
    report = verify_text(note + "\n\n$$\\frac{\\partial L}{\\partial w} = (a - y) x$$\n")
    assert str(report.claims[-1].verdict) == "verified"


@pytest.mark.parametrize(
    "said", ["$K$ is the subset of labelled outputs", "$K$ is the set of the first three outputs"]
)
def test_a_set_that_is_a_part_is_no_whole(said: str) -> None:
    note = (
        r"$a_j = \sum_i w_{ji} x_i + b_j$, $z_j = \tanh(a_j)$, $y_k = \sum_j w_{kj} z_j + b_k$. "
        rf"{said}, $E = \frac12 \sum_{{k \in K}} (y_k - t_k)^2$"
    )
    report = verify_text(note + "\n\n$$\\frac{\\partial E}{\\partial y_k} = y_k - t_k$$\n")
    assert str(report.claims[-1].verdict) != "verified"
