"""The training of a generated network for its page: on real data where they are at hand, offline.

In: the folder of an emitted network.  Out: a sentence that says what it was trained on, and its
losses as SVG.  The data sets come with scikit-learn (extra ``demo``); without it, and for
networks that no data set of it fits, examples are drawn at random, and the sentence says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from derive.docs.plots import curve_svg
from derive.docs.shell import Shell


@dataclass(frozen=True, slots=True)
class Training:
    """said: what it was trained on, a sentence.  curve: the losses, epoch by epoch, as SVG."""

    said: str
    curve: str


def trained(shell: Shell, name: str) -> Training:
    """Trains the network in the folder ``name`` of a page as its spec says."""
    shell.file("train.py", _SCRIPT.replace("NAME", name))
    told = json.loads(shell.done("python train.py") or '{"said": "", "losses": {}}')
    return Training(told["said"], curve_svg(told["losses"], "A training"))


_SCRIPT: Final = '''\
"""Trains an emitted network on data of its kind; prints what they are and its losses."""

import json
import sys

import numpy as np

sys.path.insert(0, "NAME")
import NAME as net

features, outputs = net.NETWORK.features, net.NETWORK.outputs
rng = np.random.default_rng(0)


def enlarged_digits():
    """8 x 8 pixels of 0 to 16 as 28 x 28 of 0 to 255."""
    X, labels = datasets.load_digits(return_X_y=True)
    images = np.kron(X.reshape(-1, 8, 8), np.ones((3, 3)))
    return np.pad(images, ((0, 0), (2, 2), (2, 2))).reshape(len(X), 784).T * (255 / 16), labels


def tumours():
    X, labels = datasets.load_breast_cancer(return_X_y=True)
    return ((X - X.mean(axis=0)) / X.std(axis=0)).T, labels


def moons():
    t, labels = rng.uniform(0, np.pi, 1024), rng.integers(2, size=1024)
    x = np.where(labels, 1 - np.cos(t), np.cos(t))
    y = np.where(labels, 0.5 - np.sin(t), np.sin(t))
    return np.stack([x, y]) + rng.normal(0, 0.1, (2, 1024)), labels


def smooth():
    X = rng.normal(size=(features, 1024))
    return X, 1 / (1 + np.exp(-np.sin(rng.normal(size=(outputs, features)) @ X)))


def clouds():
    labels = rng.integers(max(outputs, 2), size=1024)
    centres = rng.normal(size=(features, max(outputs, 2)))
    X = centres[:, labels] + (3 if features > 100 else 1) * rng.normal(size=(features, 1024))
    return (np.clip(128 + 40 * X, 0, 255) if net.NETWORK.input_scale else X), labels


KNOWN = {
    (784, 10): (
        enlarged_digits,
        "the 1797 images of handwritten digits that come with scikit-learn, enlarged from 8 x 8 "
        "to 28 x 28 pixels",
    ),
    (30, 1): (
        tumours,
        "the breast cancer data that come with scikit-learn: 569 tumours of two kinds, 30 "
        "measurements of each, brought to mean 0 and variance 1",
    ),
}
MOONS = (moons, "two half moons of 1024 points in the plane, drawn at random")
SMOOTH = (smooth, "1024 points of a smooth function of the inputs, both drawn at random")
CLOUDS = (clouds, "a cloud of points for each class, 1024 in all, drawn at random")

try:
    from sklearn import datasets
except ImportError:
    KNOWN = {}
if net.NETWORK.task == "regression":
    make, what = SMOOTH
elif (features, outputs) == (2, 1):
    make, what = MOONS
else:
    make, what = KNOWN.get((features, outputs), CLOUDS)
X, Y = make()
order = rng.permutation(X.shape[1])
X, Y = X[:, order], Y[..., order]
cut = 4 * X.shape[1] // 5
parts = [(X[:, :cut], Y[..., :cut]), (X[:, cut:], Y[..., cut:])]
if net.NETWORK.examples == "rows":
    parts = [(X.T, Y.T) for X, Y in parts]
(X, Y), held = parts
history = net.fit(net.init(0), X, Y, validation=held)
output = net.predict(history.params, held[0])
said = f"Trained while this page was built, as its spec says, on four fifths of {what}."
if net.NETWORK.task != "regression":
    right = 100 * net.runtime.accuracy(net.NETWORK, output, held[1])
    said += f" Of the last fifth, which is held out, {right:.1f} % are told right."
losses = {"loss": history.loss, "loss of examples held out": history.validation_loss}
print(json.dumps({"said": said, "losses": losses}))
'''
