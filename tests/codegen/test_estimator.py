"""The emitted Estimator: scikit-learn's own checks, and what they do not see."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

import codegen
from tests.codegen.emitted_network import spec_text

CASES = {
    "classes": ("tanh", "softmax", "cross_entropy", "columns"),
    "two_classes": ("tanh", "sigmoid", "binary_cross_entropy", "rows"),
    "real_numbers": ("tanh", "identity", "half_squared_error", "columns"),
}
WEIGHTED = ("two_classes",)


def _text(name):
    *stack, examples = CASES[name]
    text = spec_text(*stack, examples=examples, optimizer="adam", name=name)
    text = f"sample_weights = {str(name in WEIGHTED).lower()}\n{text}"
    text = text.replace("units = 4", "units = 16").replace("units = 6", "units = 16")
    return text + "\nbatch_size = 32\nepochs = 60\n"


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """One package for each case, importable by name, as pickling needs it."""
    root = tmp_path_factory.mktemp("estimators")
    for name in CASES:
        path = root / f"{name}.toml"
        path.write_text(_text(name))
        codegen.generate(path, root)
    sys.path.insert(0, str(root))
    try:
        yield {name: __import__(f"{name}.{name}", fromlist=[name]) for name in CASES}
    finally:
        sys.path.remove(str(root))


@pytest.mark.parametrize("name", CASES)
def test_checks_of_scikit_learn(networks, name):
    checks = pytest.importorskip("sklearn.utils.estimator_checks", reason="scikit-learn is missing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = checks.check_estimator(networks[name].Estimator(), on_skip=None, on_fail=None)
    failed = {f["check_name"]: repr(f["exception"])[:300] for f in found if f["status"] == "failed"}
    assert not failed
    assert sum(f["status"] == "passed" for f in found) > 45
    passed = {f["check_name"] for f in found if f["status"] == "passed"}
    equivalent = "check_sample_weight_equivalence_on_dense_data"
    assert (equivalent in passed) == (name in WEIGHTED)


def _blobs(classes, m=120, features=4):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, len(classes), m)
    centres = 3 * rng.standard_normal((len(classes), features))
    return centres[labels] + rng.standard_normal((m, features)), np.array(classes)[labels]


@pytest.mark.parametrize("name", ["classes", "two_classes"])
@pytest.mark.parametrize("classes", [["no", "yes"], [3, 5, 8], [1.0, 2.0]])
def test_classes_of_any_kind_and_number(networks, name, classes):
    X, y = _blobs(classes)
    model = networks[name].Estimator(random_state=1).fit(X, y)
    assert model.score(X, y) > 0.9
    assert model.classes_.tolist() == sorted(classes)
    p = model.predict_proba(X)
    assert p.shape == (120, len(classes))
    assert np.allclose(p.sum(axis=1), 1)
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.predict_proba(X), p)


def test_numbers_of_any_width(networks):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 3))
    Y = np.column_stack([X[:, 0] - X[:, 1], np.tanh(X[:, 2])])
    model = networks["real_numbers"].Estimator(learning_rate=0.02).fit(X, Y)
    assert model.score(X, Y) > 0.9
    assert model.predict(X).shape == (200, 2)
    assert model.fit(X, Y[:, 0]).predict(X).shape == (200,)
    assert not hasattr(model, "predict_proba")


def test_partial_fit_and_what_it_refuses(networks):
    X, y = _blobs([0, 1, 2])
    model = networks["classes"].Estimator()
    for _ in range(30):
        model.partial_fit(X[y < 2], y[y < 2], classes=[0, 1, 2])
        model.partial_fit(X, y)
    assert model.n_iter_ == 60
    assert model.score(X, y) > 0.8
    for wrong, message in (
        ((X, y + 1), "y: got the label"),
        ((X[:, :3], y), "X has 3 features"),
        ((X, y[:-1]), "inconsistent numbers of samples"),
        ((X, None), "target y is None"),
    ):
        with pytest.raises(ValueError, match=message):
            model.partial_fit(*wrong)
    with pytest.raises(ValueError, match="at least two classes"):
        model.fit(X, np.zeros(len(X)))
    with pytest.raises(ValueError, match="Invalid parameter 'rate'"):
        model.set_params(rate=1)


def test_weights_of_examples(networks):
    X, y = _blobs(["no", "yes"])
    X = X - np.where(y == "yes", 1, 0)[:, None] * (X[y == "yes"].mean(0) - X[y == "no"].mean(0))
    make = networks["two_classes"].Estimator
    plain = make().fit(X, y)
    weights = np.where(y == "yes", 1e-9, 1.0)
    model = make().fit(X, y, sample_weight=weights)
    assert set(model.predict(X)) == {"no"}
    assert model.score(X, y, sample_weight=weights) > 0.999
    even = make().fit(X, y, sample_weight=[3] * len(y))
    assert np.allclose(even.predict_proba(X), plain.predict_proba(X))
    twice = make().partial_fit(X, y, classes=["no", "yes"], sample_weight=weights)
    assert twice.n_iter_ == 1
    for wrong, message in (
        (weights[1:], r"got shape \(119,\), needs \(120,\)"),
        (-weights, "got -1, needs none below zero"),
        (weights * np.nan, "got nan at"),
        (0 * weights, "got zero alone"),
        (["a"] * len(y), "needs numbers"),
    ):
        with pytest.raises(ValueError, match=f"sample_weight: .*{message}"):
            model.fit(X, y, sample_weight=wrong)


def test_in_a_pipeline_and_a_search(networks):
    selection = pytest.importorskip("sklearn.model_selection", reason="scikit-learn is missing")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = _blobs(["a", "b", "c"])
    pipeline = make_pipeline(StandardScaler(), networks["classes"].Estimator(epochs=5))
    grid = {"estimator__learning_rate": [1e-6, 0.05]}
    search = selection.GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.best_params_ == {"estimator__learning_rate": 0.05}
    assert search.score(X, y) > 0.9


def test_scikit_learn_is_not_imported(networks):
    root = networks["classes"].__file__.rsplit("/", 2)[0]
    code = (
        f"import sys; sys.path.insert(0, {root!r});"
        "import numpy as np; from classes import classes as net;"
        "net.Estimator(epochs=1).fit(np.eye(4), [0, 1, 0, 1]).predict(np.eye(4));"
        "assert 'sklearn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
