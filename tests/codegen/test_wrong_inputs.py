"""Fifty wrong inputs to an emitted network: each a ValueError that says argument, got and needed.

And the parameters, in the caller's hands and in the trainer's, are what they were.
"""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from tests.codegen.emitted_network import emit

SPEC = """
name = "net"
input = 3
dtype = "float64"
loss = "cross_entropy"
sample_weights = true
[[layer]]
units = 4
activation = "relu"
norm = "batch"
[[layer]]
units = 3
activation = "softmax"
[training]
optimizer = "adam"
batch_size = 8
"""
X = np.linspace(-1.0, 1.0, 15).reshape(3, 5)
Y = np.eye(3)[:, [0, 1, 2, 0, 1]]
LABELS = np.array([0, 1, 2, 0, 1])
HUGE = 2**70


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    return emit(SPEC, tmp_path_factory.mktemp("wrong"))


def spoilt(array, place, value):
    copy = np.array(array, dtype=float)
    copy.flat[place] = value
    return copy


WRONG_X = {
    "transposed": X.T,
    "a feature too few": X[:2],
    "a vector": X[0],
    "three axes": X[None],
    "no examples": X[:, :0],
    "nothing": [],
    "NaN": spoilt(X, 4, np.nan),
    "infinite": spoilt(X, 4, np.inf),
    "beyond the dtype": X.astype(np.longdouble) * np.longdouble("1e4000"),
    "integers": np.ones((3, 5), int),
    "booleans": np.ones((3, 5), bool),
    "complex": X + 0j,
    "objects": X.astype(object),
    "text": X.astype(str),
    "times": np.zeros((3, 5), "datetime64[s]"),
    "records": np.zeros((3, 5), [("a", float)]),
    "ragged": [[1.0, 2.0], [3.0]],
    "None": None,
    "masked": np.ma.masked_greater(X, 0.5),
}
WRONG_Y = {
    "transposed": Y.T,
    "an example too few": Y[:, :4],
    "a class too few": Y[:2],
    "NaN": spoilt(Y, 0, np.nan),
    "above 1": spoilt(Y, 0, 2.0),
    "below 0": spoilt(Y, 1, -1.0),
    "sums to 2": Y + Y,
    "label too large": [0, 1, 3, 0, 1],
    "label below 0": [0, 1, -1, 0, 1],
    "label beyond every integer": [0, 1, HUGE, 0, 1],
    "labels too few": [0, 1, 2],
    "labels as floats": LABELS.astype(float),
    "labels as text": LABELS.astype(str),
    "labels as objects": LABELS.astype(object),
    "no labels": [],
    "a number": 1,
    "None": None,
}
WRONG_WEIGHTS = {
    "too few": np.ones(4),
    "two axes": np.ones((5, 5)),
    "below 0": [1, 1, -1, 1, 1],
    "NaN": spoilt(np.ones(5), 2, np.nan),
    "text": ["a"] * 5,
}
DATA = [
    *(("X", what, (x, Y)) for what, x in WRONG_X.items()),
    *(("Y", what, (X, y)) for what, y in WRONG_Y.items()),
    *(("weights", what, (X, Y, w)) for what, w in WRONG_WEIGHTS.items()),
]


def refused(call, *arguments, **options):
    """What the ValueError of a call says: one line that has what is there and what is needed."""
    with pytest.raises(ValueError, match=r"got") as error:
        call(*arguments, **options)
    said = str(error.value)
    assert "need" in said
    assert "\n" not in said
    return said


def same(arrays, others):
    return all(np.array_equal(a, b) for a, b in zip(arrays, others, strict=True))


@pytest.mark.parametrize(("name", "what", "data"), DATA, ids=[f"{n}: {w}" for n, w, _ in DATA])
def test_wrong_data(net, name, what, data):
    params = net.init(0, "float64")
    start = [array.copy() for array in params]
    trainer = net.Trainer(params, 8)
    calls = [(net.loss, params), (net.gradients, params), (trainer.step,)]
    for call, *first in calls:
        assert refused(call, *first, *data).startswith(f"{name}: ")
    if len(data) == 2:
        assert refused(net.fit, params, *data).startswith(f"{name}: ")
    assert same(params, start)
    assert same(trainer.params, start)
    assert trainer.steps == 0


PARAMETERS = {
    "one array less": lambda p: p[:-1],
    "a list": list,
    "another shape": lambda p: p._replace(W1=p.W1[:2]),
    "another dtype": lambda p: p._replace(W1=p.W1.astype(int)),
    "two dtypes": lambda p: p._replace(b2=p.b2.astype("float32")),
    "no array": lambda p: p._replace(W2=None),
}


@pytest.mark.parametrize("what", PARAMETERS)
def test_wrong_parameters(net, what):
    wrong = PARAMETERS[what](net.init(0, "float64"))
    for call in (net.predict, net.loss, net.gradients):
        arguments = (X,) if call is net.predict else (X, Y)
        assert refused(call, wrong, *arguments).startswith("params")


OPTIONS = [
    ("batch_size", 0), ("batch_size", 2.5), ("batch_size", True), ("epochs", -1),
    ("checkpoint", "no/such/folder/c.npz"),
    ("save_every", -1.0), ("patience", -2), ("seed", -1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), OPTIONS)
def test_wrong_options(net, name, value):
    params = net.init(0, "float64")
    start = [array.copy() for array in params]
    options = {name: value} if name != "save_every" else {name: value, "checkpoint": "c.npz"}
    assert name in refused(net.fit, params, X, Y, **options)
    assert same(params, start)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_wrong_rates(net, rate):
    trainer = net.Trainer(net.init(0, "float64"), 8)
    assert refused(setattr, trainer, "learning_rate", rate).startswith("learning_rate: ")
    assert trainer.learning_rate == net.LEARNING_RATE


def archive(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def announcing(size):
    """An archive whose one array announces far more than is there."""
    header = io.BytesIO()
    facts = {"descr": "<f8", "fortran_order": False, "shape": (size, size)}
    np.lib.format.write_array_header_1_0(header, facts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("W1.npy", header.getvalue() + b"\0" * 64)
    return file.getvalue()


FILES = {
    "empty": lambda p: b"",
    "text": lambda p: b"not an archive",
    "cut": lambda p: archive(**p._asdict())[:-60],
    "objects": lambda p: archive(**{**p._asdict(), "W1": np.array([{}, 1], object)}),
    "an array less": lambda p: archive(W1=p.W1, W2=p.W2),
    "an array more": lambda p: archive(**p._asdict(), W9=p.W1),
    "another shape": lambda p: archive(**{**p._asdict(), "W1": p.W1[:1]}),
    "another dtype": lambda p: archive(**{**p._asdict(), "W1": p.W1.astype(int)}),
    "NaN": lambda p: archive(**{**p._asdict(), "W1": p.W1 * np.nan}),
    "a variance below 0": lambda p: archive(**{**p._asdict(), "var1": -p.var1}),
    "a bomb": lambda p: announcing(1 << 30),
}


@pytest.mark.parametrize("what", FILES)
def test_wrong_files(net, what, tmp_path):
    params = net.init(0, "float64")
    path = tmp_path / "p.npz"
    path.write_bytes(FILES[what](params))
    assert str(path) in refused(net.load, path)


def test_one_class_is_missing(net):
    """All but two of three classes are learned; of one alone nothing can be."""
    estimator = net.Estimator(epochs=1)
    assert refused(estimator.fit, X.T, np.zeros(5, int)).startswith("y: got the one class")
    assert estimator.fit(X.T, np.array([0, 2, 2, 0, 2])).classes_.tolist() == [0, 2]


def test_there_are_more_than_forty():
    assert len(DATA) + len(PARAMETERS) + len(OPTIONS) + len(FILES) > 60
