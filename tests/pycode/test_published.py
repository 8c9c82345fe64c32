"""Programs as they are published: data, figures and training around gradients, costs unsaid."""

from __future__ import annotations

from collections import Counter

import pytest

from derive.pycode import open_code
from derive.verdict import Finding, Verdict

LOADED = """
import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

table = pd.read_csv("flowers.csv")
features = StandardScaler().fit_transform(table.iloc[:, :4].to_numpy())
kinds = table["kind"].astype("category").cat.codes.to_numpy()
order = np.random.permutation(len(features))
features, kinds = features[order][:100], kinds[order][:100]
Y = np.zeros((features.shape[0], 3))
Y[np.arange(features.shape[0]), kinds] = 1
W1 = 0.1 * np.random.randn(4, 7)
b1 = np.zeros((1, 7))
W2 = 0.1 * np.random.randn(7, 3)
b2 = np.zeros((1, 3))


def relu(z):
    return np.maximum(z, 0)


def relu_prime(z):
    return z > 0


def share_right(P, Y):
    return np.mean(np.argmax(P, axis=1) == np.argmax(Y, axis=1))


for epoch in range(2000):
    Z1 = features @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.mean(np.sum(Y * np.log(P), axis=1))
    right = share_right(P, Y)
    dZ2 = (P - Y) / len(features)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    dZ1 = (dZ2 @ W2.T) * relu_prime(Z1)
    dW1 = features.T @ dZ1
    db1 = dZ1.sum(axis=0, keepdims=True)
    W1, b1 = W1 - 0.5 * dW1, b1 - 0.5 * db1
    W2, b2 = W2 - 0.5 * dW2, b2 - 0.5 * db2
    if epoch % 100 == 0:
        print(f"{epoch}: {loss:.3f}, {right:.1%}")
"""
UNSAID = """
import numpy as np


class Digits:
    def __init__(self, n_in, n_hidden, n_out):
        if not isinstance(n_in, int):
            raise TypeError("n_in must be an integer")
        self.__w1 = np.random.randn(n_hidden, n_in)
        self.__b1 = np.zeros((n_hidden, 1))
        self.__w2 = np.random.randn(n_out, n_hidden)
        self.__b2 = np.zeros((n_out, 1))

    def forward(self, X):
        h = np.tanh(self.__w1 @ X + self.__b1)
        scores = np.exp(self.__w2 @ h + self.__b2)
        return h, scores / sum(scores)

    def backward(self, X, Y, h, p, rate):
        m = X.shape[1]
        dz2 = p - Y
        dw2 = dz2 @ h.T / m
        db2 = np.sum(dz2, axis=1, keepdims=True) / m
        dz1 = (self.__w2.T @ dz2) * (1 - h**2)
        dw1 = dz1 @ X.T / m
        db1 = np.sum(dz1, axis=1, keepdims=True) / m
        self.__w1 -= rate * dw1
        self.__b1 -= rate * db1
        self.__w2 -= rate * dw2
        self.__b2 -= rate * db2
"""
GLOBAL = """
import numpy as np

inputs = np.loadtxt("inputs.txt", delimiter=",")
wanted = np.loadtxt("wanted.txt").reshape(-1, 1)
w = np.random.rand(5, 1)
b = np.zeros((1, 1))


def predict(X):
    return 1 / (1 + np.exp(-(X @ w + b)))


def entropy_loss(Y, P):
    return -np.mean(Y * np.log(P) + (1 - Y) * np.log(1 - P))


def backward_step(X, Y, P, w, b, rate=0.1):
    m = X.shape[0]
    dz = P - Y
    dw = X.T @ dz / m
    db = np.sum(dz, axis=0, keepdims=True) / m
    w = w - rate * dw
    b = b - rate * db
    return w, b


def train(X, Y, w, b, steps):
    for step in range(steps):
        w, b = backward_step(X, Y, predict(X), w, b)
    return w, b


w, b = train(inputs, wanted, w, b, 5000)
"""


def judged(source: str) -> tuple[Finding, ...]:
    return open_code("program.py", source, mends=False).findings


@pytest.mark.parametrize("source", [LOADED, UNSAID, GLOBAL])
def test_what_surrounds_a_gradient_does_not_hide_it(source: str) -> None:
    found = Counter(f.verdict for f in judged(source))
    assert found[Verdict.VERIFIED] >= 2
    assert set(found) == {Verdict.VERIFIED}


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        (LOADED, "dZ2 @ W2.T) * relu_prime(Z1)", "dZ2 @ W2.T)"),
        (LOADED, "db2 = dZ2.sum(axis=0, keepdims=True)", "db2 = dZ2.sum()"),
        (UNSAID, "(1 - h**2)", "(1 - h)"),
        (UNSAID, "dw1 = dz1 @ X.T / m", "dw1 = (dz1 - 1) @ X.T / m"),
        (GLOBAL, "dw = X.T @ dz / m", "dw = X.T @ dz * P.mean()"),
    ],
)
def test_a_mistake_in_it_is_found(source: str, right: str, wrong: str) -> None:
    assert right in source
    assert Verdict.REFUTED in {f.verdict for f in judged(source.replace(right, wrong))}


def test_the_cost_that_is_not_stated_is_said() -> None:
    report = open_code("program.py", UNSAID)
    assert report.report(report.findings).model is not None
    said = str(report.report(report.findings).model)
    assert "no cost is stated: cross-entropy" in said


def test_two_costs_that_fit_equally_well_leave_it_open() -> None:
    source = """
import numpy as np

class Net:
    def __init__(self, n, k, o):
        self.v = np.random.randn(k, n)
        self.w = np.random.randn(o, k)

    def train(self, x, targets):
        h = 1 / (1 + np.exp(-self.v @ x))
        out = 1 / (1 + np.exp(-self.w @ h))
        error = targets - out
        back = self.w.T @ error
        self.w += 0.1 * (error * out * (1 - out)) @ h.T
        self.v += 0.1 * (back * h * (1 - h)) @ x.T
"""
    [finding] = judged(source)
    assert finding.verdict == Verdict.UNPROVEN
    assert "no cost is stated" in finding.message


ALIASED = """
import numpy as np

table = np.loadtxt("table.txt")
X = table[2:]
same = table[2:]
y = np.loadtxt("y.txt")[2:].reshape(-1, 1)
W = np.random.randn(3, 1)
for i in range(9):
    out = X @ W
    loss = np.sum((out - y) ** 2)
    X *= 0
    dW = 2 * same.T @ (out - y)
    W -= 0.1 * dW
"""
VIEWED = """
import numpy as np

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)

def same(a):
    b = a.reshape(3, 5)
    return b

def zero(a):
    np.copyto(a, 0)
    return np.argmax(a)

def gradients(W, X, Y):
    dW = 2 * (W @ X - Y) @ X.T
    {}
    return dW
"""


@pytest.mark.parametrize(
    "between",
    [
        "dW[::2][::-1].fill(0)",
        "v = dW.reshape(3, 5); v.fill(0)",
        "v = dW.fill; v(0)",
        "v = dW.view(); np.copyto(v, 0)",
        "v = [dW] + [np.argmax(X)]; v[0].fill(0)",
        "v = same(dW); np.copyto(v, 0)",
        "accuracy = np.mean(zero(dW))",
        "v = np.nan_to_num(dW, copy=False); v.fill(0)",
        "v = {'a': dW}.copy(); v['a'].fill(0)",
        "v = sum([[dW]], []); v[0].fill(0)",
        "v = np.unique([dW]); v.fill(0)",
    ],
)
def test_no_view_is_taken_for_a_figure(between: str) -> None:
    assert all(f.verdict != Verdict.VERIFIED for f in judged(VIEWED.format(between)))


def test_prepared_data_may_share_memory() -> None:
    assert all(f.verdict != Verdict.VERIFIED for f in judged(ALIASED))


def test_a_number_among_gradients_is_not_their_cost() -> None:
    source = """
import numpy as np

def forward(W, b, X):
    return X * W + b

def backward(W, b, X, up):
    db = np.sum(up)
    return up * X * 0, db
"""
    assert all("db" not in f.latex.split(":")[0] for f in judged(source))


WITHOUT_COST = """
import numpy as np

class Net:
    def __init__(self, n, k):
        self.W = np.random.randn(n, k)

    def forward(self, X):
        return X @ self.W

    def backward(self, X, y, output):
        dW = X.T @ (output - y)
        return dW
"""


@pytest.mark.parametrize(
    "elsewhere",
    [
        "    def train(self, X, y):\n        out = self.forward(X)\n"
        "        if self.verbose:\n            loss = np.mean((out - y) ** 2)\n",
        "def report(net, X, y):\n    return np.mean(np.square(net.forward(X) - y))\n",
        "def mean_squared_error(a, b):\n    return ((a - b) ** 2).mean()\n",
        "def main(net, X, y):\n    err = net.forward(X) - y\n    print((err ** 2).mean())\n",
    ],
)
def test_a_cost_that_is_computed_elsewhere_is_not_passed_over(elsewhere: str) -> None:
    [finding] = judged(WITHOUT_COST)
    assert finding.verdict == Verdict.VERIFIED
    assert any("is given what forward returns as output" in c for c in finding.side_conditions)
    assert all(f.verdict != Verdict.VERIFIED for f in judged(WITHOUT_COST + elsewhere))


FROM_ELSEWHERE = """
import numpy as np
from activations import *

def forward(W, b, X):
    return sigmoid(W @ X + b)

def cost(A, Y):
    return -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))

def backward(A, X, Y):
    dZ = (A - Y) / Y.size
    dW = dZ @ X.T
    db = np.sum(dZ, axis=1, keepdims=True)
    return dW, db
"""


def test_a_sigmoid_of_another_file_is_a_condition() -> None:
    found = judged(FROM_ELSEWHERE)
    assert [f.verdict for f in found] == [Verdict.VERIFIED] * 2
    said = "activations.sigmoid of another file is 1/(1 + exp(-z)), in an array of its own"
    assert all(said in f.side_conditions for f in found)


KEPT_OUTPUT = """
import numpy as np

def slope(x):
    return x * (1 - x)

class Net:
    def __init__(self, x, y):
        self.input, self.y = x, y
        self.w = np.random.rand(x.shape[1], 1)
        self.output = np.zeros(y.shape)

    def forward(self):
        return 1 / (1 + np.exp(-(self.input @ self.w)))

    def backprop(self):
        self.w += self.input.T @ (2 * (self.y - self.output) * slope(self.output))

    def train(self):
        self.output = self.forward()
        self.backprop()

net = Net(X, y)
"""


def test_an_output_that_training_keeps() -> None:
    [finding] = judged(KEPT_OUTPUT)
    assert finding.verdict == Verdict.VERIFIED
    assert "output is what forward returns, as in train" in finding.side_conditions


MODES = """
import numpy as np

def layer_forward(x, gamma, param):
    mode = param["mode"]
    if "seed" in param:
        np.random.seed(param["seed"])
    if mode == "train":
        out = gamma * x ** 2
    elif mode == "test":
        out = x
    return out, (x, gamma, param)

def layer_backward(dout, cache):
    x, gamma, param = cache
    if param["mode"] == "train":
        dx = 2 * gamma * x * dout
    else:
        dx = dout
    return dx
"""


def test_gradients_are_those_of_training() -> None:
    [finding] = judged(MODES)
    assert finding.verdict == Verdict.VERIFIED
    assert "mode is 'train'" in finding.side_conditions


NAMED_ANOTHER_WAY = """
import numpy as np

def for_prop(X, W, b):
    return W @ X + b

def cost(A, Y):
    return np.sum((A - Y) ** 2)

def back_prop(W, b, A, INPUT, y):
    dW = 2 * (A - y) @ INPUT.T
    return dW
"""


@pytest.mark.parametrize(
    ("name", "verdict"), [("x", Verdict.VERIFIED), ("other", Verdict.UNPROVEN)]
)
def test_inputs_have_one_meaning_or_none(name: str, verdict: Verdict) -> None:
    [finding] = judged(NAMED_ANOTHER_WAY.replace("INPUT", name))
    assert finding.verdict == verdict


ATTENTION = """
import numpy as np

def attention(q, k, v):
    s = np.einsum("...qi,...ki->...qk", q, k)
    w = np.exp(s - s.max(axis=-1, keepdims=True))
    w = w / w.sum(axis=-1, keepdims=True)
    return np.einsum("...qk,...kv->...qv", w, v), w

def attention_backward(grad_output, q, k, v, w):
    grad_w = np.einsum("...qv,...kv->...qk", grad_output, v)
    grad_v = np.einsum("...qk,...qv->...kv", w, grad_output)
    grad_s = w * (grad_w - np.sum(grad_w * w, axis=-1, keepdims=True))
    grad_q = np.einsum("...qk,...ki->...qi", grad_s, k)
    grad_k = np.einsum("...qk,...qi->...ki", grad_s, q)
    return grad_q, grad_k, grad_v
"""


def test_a_function_and_its_backward_pass_by_name() -> None:
    assert [f.verdict for f in judged(ATTENTION)] == [Verdict.VERIFIED] * 3
    wrong = judged(ATTENTION.replace("grad_s = w * (grad_w", "grad_s = (grad_w"))
    assert [f.verdict for f in wrong].count(Verdict.REFUTED) == 2


BIAS_COLUMN = """
import numpy as np

class Logistic:
    def fit(self, X, y):
        X = np.concatenate((np.ones((X.shape[0], 1)), X), axis=1)
        self.theta = np.zeros(X.shape[1])
        for i in range(100):
            h = 1 / (1 + np.exp(-np.dot(X, self.theta)))
            gradient = np.dot(X.T, (h - y)) / y.size
            self.theta -= 0.1 * gradient
"""


def test_parts_of_a_parameter_are_moved_alike() -> None:
    assert [f.verdict for f in judged(BIAS_COLUMN)] == [Verdict.VERIFIED]
    uneven = BIAS_COLUMN.replace("y.size\n", "y.size\n            gradient[1:] *= 3\n")
    assert [f.verdict for f in judged(uneven)] == [Verdict.UNPROVEN]


CELL = """
import numpy as np
from helpers import *

def cell_forward(xt, prev, params):
    W, U, V, b, c = params["W"], params["U"], params["V"], params["b"], params["c"]
    after = np.tanh(W @ xt + U @ prev + b)
    said = softmax(V @ after + c)
    return after, said, (after, prev, xt, params)

def cell_backward(dafter, cache):
    after, prev, xt, params = cache
    dz = dafter * (1 - after ** 2)
    dW = dz @ xt.T
    db = np.sum(dz, axis=1, keepdims=True)
    return dW, db
"""


def test_a_softmax_of_another_file_beside_a_gradient() -> None:
    assert [f.verdict for f in judged(CELL)] == [Verdict.VERIFIED] * 2


BY_COLUMNS = """
import numpy as np

X = np.loadtxt("x.csv")
Y = np.loadtxt("y.csv")
W = np.zeros((4, 3))
for step in range(100):
    P = np.exp(X @ W)
    P /= P.sum(axis={axis}, keepdims=True)
    {loss}
    W -= 0.1 * X.T @ (P - Y)
"""


@pytest.mark.parametrize("loss", ["loss = -np.sum(Y * np.log(P))", "pass"])
def test_labels_add_up_to_one_over_classes_not_over_examples(loss: str) -> None:
    right, wrong = (judged(BY_COLUMNS.format(axis=axis, loss=loss)) for axis in (1, 0))
    assert [f.verdict for f in right] == [Verdict.VERIFIED]
    assert all(f.verdict != Verdict.VERIFIED for f in wrong)


BESIDE = """
import numpy as np
{given}

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)

def gradients(W, X, Y, log):
    dW = 2 * (W @ X - Y) @ X.T
    if len(X) > 3:
        {said}
    return dW
"""


@pytest.mark.parametrize(
    "said", ["log.write(str(dW))", 'log.write(f"{dW.sum()}")', "print(np.linalg.norm(dW))"]
)
def test_texts_that_are_written_change_nothing(said: str) -> None:
    assert [f.verdict for f in judged(BESIDE.format(given="", said=said))] == [Verdict.VERIFIED]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("import store", "store.write(dW)"),
        ("import store", "print(store.norm(dW))"),
        ("from store import sum", "print(sum(dW))"),
        ("from store import open", "print(open(dW))"),
        ("from .store import norm", "print(norm(dW))"),
        ("sum = lambda a: a.fill(0)", "print(sum(dW))"),
        ("for norm in [np.copyto]: pass", "print(norm(dW))"),
        ("", "log.write(dW)"),
        ("", "print(log(dW))"),
        ("import store", "v = store.exp(dW)"),
        ("from store import exp", "v = exp(dW)"),
        ("", "log.write([dW])"),
    ],
)
def test_what_may_change_an_array_is_not_passed_over(given: str, said: str) -> None:
    found = judged(BESIDE.format(given=given, said=said))
    assert all(f.verdict != Verdict.VERIFIED for f in found)


def test_names_that_replace_functions_of_python_are_a_condition() -> None:
    source = BESIDE.format(given="from store import *", said="print(sum(dW))")
    [found] = judged(source)
    assert any("import of *" in c for c in found.side_conditions)


CALLED = """
import numpy as np

def loss(X, Y, W):
    return {cost}

def train(X, Y, W, rate, turns):
    past = np.zeros(turns)
    for k in range(turns):
        W = W - rate * {step} / len(Y)
        past[k] = loss(X, Y, W)
    return W, past
"""
STEP = "X.T @ (X @ W - Y)"


@pytest.mark.parametrize(
    ("cost", "step", "verdict"),
    [
        ("np.sum((X @ W - Y) ** 2) / (2 * len(Y))", STEP, Verdict.VERIFIED),
        ("np.sum((X @ W - Y) ** 2) / (2 * len(Y))", "X.T @ (Y - X @ W)", Verdict.REFUTED),
        ("np.sqrt(np.mean((X @ W - Y) ** 2))", STEP, Verdict.UNPROVEN),
        ("np.mean(np.abs(X @ W - Y))", STEP, Verdict.UNPROVEN),
    ],
)
def test_a_cost_that_is_only_called_beside_the_step_may_be_a_figure(
    cost: str, step: str, verdict: Verdict
) -> None:
    found = open_code("code.py", CALLED.format(cost=cost, step=step)).findings
    assert [f.verdict for f in found] == [verdict]
