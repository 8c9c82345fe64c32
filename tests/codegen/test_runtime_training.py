"""Training, checkpoints and the command line of the runtime, on a hand-written network."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(scope="module")
def data():
    """90 points of three well separated classes: X (4, 90) and labels (90,)."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 90)
    centers = np.eye(4)[:, :3] * 4
    return centers[:, labels] + rng.normal(size=(4, 90)), labels


class Terminal(io.StringIO):
    def isatty(self):
        return True


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def test_fit_learns_and_leaves_its_arguments_alone(emitted, data):
    X, Y = data
    start = emitted.net.init(0)
    before = [array.copy() for array in start]
    kept = X.copy()
    history = emitted.net.fit(start, X, Y, epochs=20, batch_size=16, validation=(X, Y))
    assert same(start, before)
    assert np.array_equal(X, kept)
    assert len(history.loss) == len(history.accuracy) == len(history.seconds) == 20
    assert len(history.validation_loss) == len(history.validation_accuracy) == 20
    assert history.loss[-1] < history.loss[0] / 4
    assert history.accuracy[-1] > 0.95
    best = emitted.runtime.evaluate(emitted.net, history.best, X, Y)[0]
    assert best == min(history.validation_loss)


def test_same_seed_same_bits(emitted, data):
    X, Y = data
    runs = [
        emitted.net.fit(emitted.net.init(0), X, Y, epochs=2, batch_size=16, seed=seed).params
        for seed in (5, 5, 6)
    ]
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("form", ["C", "F", "strided", "one-hot"])
def test_every_example_once_an_epoch_whatever_the_memory_order(emitted, data, dtype, form):
    X, labels = data[0][:, :21].astype(dtype), data[1][:21]
    net = emitted.net.NETWORK
    given = {"C": X, "F": np.asfortranarray(X), "strided": np.repeat(X, 2, 1)[:, ::2]}.get(form, X)
    Y = net.one_hot(labels) if form == "one-hot" else labels
    batches = emitted.runtime.Batches(net, given, Y, 8, "float32")
    rng = np.random.default_rng(0)
    orders = []
    for _ in range(2):
        seen = []
        sizes = []
        for count, (x, y) in batches.epoch(rng):
            assert x.dtype == y.dtype == np.float32
            assert x.shape == (4, count)
            assert y.shape == (3, count)
            sizes.append(count)
            seen += [(*x[:, i].tolist(), int(y[:, i].argmax())) for i in range(count)]
        assert sizes == [8, 8, 5]
        want = [(*X[:, i].astype("float32").tolist(), int(labels[i])) for i in range(21)]
        assert sorted(seen) == sorted(want)
        orders.append(seen)
    assert orders[0] != orders[1]


def test_batches_use_the_same_memory(emitted, data):
    net = emitted.net.NETWORK
    batches = emitted.runtime.Batches(net, data[0], data[1], 30, "float32")
    places = {
        (x.ctypes.data, y.ctypes.data) for _, (x, y) in batches.epoch(np.random.default_rng(0))
    }
    assert len(places) == 1


def test_callback_sees_the_history_and_can_stop(emitted, data):
    seen = []

    def callback(history):
        seen.append(len(history.loss))
        return len(seen) == 2

    emitted.net.fit(emitted.net.init(0), *data, epochs=9, callback=callback)
    assert seen == [1, 2]


def test_progress_only_on_a_terminal(emitted, data, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    pipe, terminal = io.StringIO(), Terminal()
    for stream in (pipe, terminal, None):
        emitted.net.fit(emitted.net.init(0), *data, epochs=2, stream=stream)
    assert pipe.getvalue() == ""
    assert capsys.readouterr() == ("", "")
    drawn = terminal.getvalue()
    assert re.search(r"━{24} epoch 2  loss 0\.\d+  accuracy \d+\.\d %  [\d,]+ examples/s", drawn)
    assert drawn.endswith("\n")
    assert max(map(len, re.split("[\r\n]", drawn))) < 90


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"validation": (1,)}, r"validation: got tuple, needs a pair \(X, Y\)"),
        ({"seed": -1}, "seed: got -1, needs an integer of at least 0"),
        ({"epochs": 0}, "epochs: got 0, needs an integer of at least 1"),
        ({"batch_size": 2.5}, "batch_size: got 2.5, needs an integer"),
        ({"batch_size": True}, "batch_size: got True, needs an integer"),
        ({"X": np.ones((3, 9))}, r"X: got shape \(3, 9\), needs \(4, m\)"),
        ({"X": np.full((4, 90), np.nan)}, "X: got nan"),
        ({"X": np.full((4, 90), 1e39)}, "X: got 1e\\+39, too large for float32"),
        ({"Y": np.full(90, 3)}, "Y: got the label 3, needs 0 to 2"),
        ({"Y": np.zeros(89, int)}, "Y: got 89 labels, needs 90"),
        ({"validation": (np.ones((4, 2)), np.array([0, 7]))}, "validation Y: got the label 7"),
        ({"params": (1, 2)}, r"params: got 2 arrays, needs Params\(W1, b1, W2, b2\)"),
        ({"callback": 3}, "callback: got 3, needs a function"),
        ({"params": None}, r"params: got NoneType, needs Params"),
    ],
)
def test_fit_refuses_before_it_begins(emitted, data, change, message):
    start = emitted.net.init(0)
    before = [array.copy() for array in start]
    arguments = {"params": start, "X": data[0], "Y": data[1], **change}
    with pytest.raises(ValueError, match=message):
        emitted.net.fit(**arguments)
    assert same(start, before)


def test_a_loss_that_is_not_finite_says_where(emitted, data):
    class Trainer(emitted.net.Trainer):
        def step(self, X, Y):
            value = super().step(X, Y)
            self.learning_rate = 1e38
            return value

    net = SimpleNamespace(NETWORK=emitted.net.NETWORK, Trainer=Trainer)
    start = emitted.net.init(0)
    message = "epoch 1, step 3: the loss is"
    with np.errstate(all="ignore"), pytest.raises(emitted.runtime.NonFiniteLoss, match=message):
        emitted.runtime.fit(net, start, *data, batch_size=10)


def test_courses_of_the_rate(emitted):
    schedule = emitted.runtime.Schedule
    course = [schedule("cosine", warmup=0.5, final_factor=0.1).factor(k, 4, 3) for k in range(12)]
    assert course[:3] == [0.5, 1.0, 1.0]
    waves = [0.1 + 0.45 * (1 + np.cos(np.pi * k / 10)) for k in range(10)]
    assert course[2:] == pytest.approx(waves)
    steps = [schedule("step", step_every=2, step_factor=0.5).factor(k, 3, 9) for k in range(14)]
    assert steps == [1.0] * 6 + [0.5] * 6 + [0.25] * 2
    assert schedule().steady
    assert {schedule(warmup=1.0).factor(k, 4, 3) for k in range(4, 12)} == {1.0}


def test_training_ends_when_the_loss_does_not_become_better(emitted, data):
    net = SimpleNamespace(**vars(emitted.net))
    net.Trainer = lambda params, size: emitted.net.Trainer(params, size, learning_rate=1e-30)
    start = emitted.net.init(0)
    held = (data[0][:, :9], data[1][:9])
    history = emitted.runtime.fit(net, start, *data, epochs=20, validation=held, patience=3)
    assert len(history.loss) == 4
    assert same(history.best, start)
    with pytest.raises(ValueError, match="patience: got -1, needs an integer of at least 0"):
        emitted.net.fit(start, *data, patience=-1)


def test_weights_of_examples_are_checked(emitted, data):
    start = emitted.net.init(0)
    for weights, message in (
        (np.ones(3), r"weights: got shape \(3,\), needs \(90,\), one an example"),
        (-np.ones(90), "weights: got -1, needs at least 0"),
        (np.full(90, np.nan), "weights: got nan"),
        (np.array(["a"] * 90), "weights: got dtype"),
    ):
        with pytest.raises(ValueError, match=message):
            emitted.net.fit(start, *data, weights=weights)


# -- parameters on disk ------------------------------------------------------------------------


def test_save_and_load(emitted, tmp_path):
    params = emitted.net.init(3)
    path = tmp_path / "p.params"
    emitted.net.save(path, params)
    assert [p.name for p in tmp_path.iterdir()] == ["p.params"]
    loaded = emitted.net.load(path)
    assert type(loaded) is type(params)
    assert same(loaded, params)
    assert all(a.dtype == b.dtype for a, b in zip(loaded, params, strict=True))


def test_a_missing_folder_is_named(emitted, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"No such folder: '.*none'"):
        emitted.net.save(tmp_path / "none" / "p.npz", emitted.net.init(0))


def test_a_failed_save_leaves_the_old_file(emitted, tmp_path, monkeypatch):
    path = tmp_path / "p.npz"
    emitted.net.save(path, emitted.net.init(0))
    before = path.read_bytes()
    monkeypatch.setattr(emitted.runtime.os, "fsync", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        emitted.net.save(path, emitted.net.init(1))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["p.npz"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W1": np.ones((5, 3))}, r"W1: got shape \(5, 3\), needs \(5, 4\)"),
        ({"b2": np.ones((3, 1), np.float16)}, "b2: got dtype float16, needs float32 or float64"),
        ({"b2": np.ones((3, 1))}, "b2: got dtype float64, needs float32 like the rest"),
        ({"b2": np.full((3, 1), np.nan, np.float32)}, r"b2: got nan at \[0, 0\]"),
        ({"W2": None}, "got the arrays W1, b1, b2, needs W1, b1, W2, b2"),
        ({"extra": np.ones(1)}, "got the arrays W1, W2, b1, b2, extra"),
        ({"W1": np.ones((5, 4), object)}, "got Python objects, which are not loaded"),
        ({"W1": np.ones((5000, 4))}, "bytes, at most"),
    ],
)
def test_wrong_parameter_files(emitted, tmp_path, change, message):
    arrays = {**emitted.net.init(0)._asdict(), **change}
    path = tmp_path / "p.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(ValueError, match=message):
        emitted.net.load(path)


def test_a_checkpoint_and_a_folder_are_no_parameter_file(emitted, tmp_path):
    np.savez(tmp_path / "run.npz", note=np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match=r"run\.npz: got a checkpoint of a training, needs"):
        emitted.net.load(tmp_path / "run.npz")
    with pytest.raises(IsADirectoryError, match="needs the name of a file"):
        emitted.net.save(tmp_path, emitted.net.init(0))


def test_truncated_and_missing_parameter_files(emitted, tmp_path):
    path = tmp_path / "p.npz"
    emitted.net.save(path, emitted.net.init(0))
    whole = path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"p\.npz"):
            emitted.net.load(path)
    with pytest.raises(FileNotFoundError):
        emitted.net.load(tmp_path / "none.npz")


# -- the command line --------------------------------------------------------------------------


@pytest.fixture
def call(folder, tmp_path):
    """Runs ``python two_layer.py ...`` in a temporary folder."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, folder / "two_layer.py", *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def table(data, header="a,b,c,d,label"):
    rows = [
        ",".join(f"{v:.6g}" for v in x) + f",{y}" for x, y in zip(data[0].T, data[1], strict=True)
    ]
    return "\n".join([header, *rows]) + "\n"


def test_train_then_predict(call, tmp_path, data):
    (tmp_path / "d.csv").write_text(table(data))
    done = call("train", "d.csv", "--epochs", 30)
    assert done.stderr == ""
    assert done.returncode == 0
    assert "epoch 30" in done.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["d.csv", "two_layer.npz"]
    done = call("predict", "d.csv")
    assert done.returncode == 0
    decided = np.array(done.stdout.split(), int)
    assert np.mean(decided == data[1]) > 0.95
    assert call("predict", "d.csv", "-o", "out.csv").returncode == 0
    head, first, *_ = (tmp_path / "out.csv").read_text().splitlines()
    assert head == "decision0,a0,a1,a2"
    assert sum(map(float, first.split(",")[1:])) == pytest.approx(1)
    assert call("predict", "d.csv", "-o", "out.npz").returncode == 0
    with np.load(tmp_path / "out.npz") as out:
        assert out["output"].shape == (3, 90)
        assert out["decision"].ravel().tolist() == decided.tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: command"),
        (("trian",), "invalid choice: 'trian'"),
        (("train",), "the following arguments are required: data"),
        (("train", "none.csv"), "none.csv: No such file or directory"),
        (("train", "."), ".: Is a directory"),
        (("train", "d", "--column", "a"), "a label column is named for .csv files only, not 'a'"),
        (("train", "bad.csv"), "bad.csv: line 3, column 1: got 'x', needs a finite number"),
        (("train", "plain.csv"), "holds no labels; name them with --column or --labels"),
        (("train", "d.csv", "--epochs", "0"), "epochs: got 0, needs an integer of at least 1"),
        (("train", "d.csv", "--epochs", "many"), "argument --epochs: invalid int value: 'many'"),
        (("train", "d.csv", "--seed", "-1"), "--seed: got -1"),
        (("train", "d.csv", "--validation", "1"), "--validation: got 1, needs at least 0"),
        (("train", "d.csv", "--column", "a"), r"labels that are no integers"),
        (("train", "d.csv", "-o", "no/p.npz"), "--output: there is no folder no"),
        (("predict", "d.csv"), "two_layer.npz: No such file or directory"),
        (("predict", "d.csv", "-p", "d.csv"), "d.csv: got no sound .npz file"),
        (("check",), "there is no test_two_layer.py beside"),
    ],
)
def test_wrong_calls_are_one_line_and_write_nothing(call, tmp_path, data, arguments, message):
    (tmp_path / "d.csv").write_text(table(data))
    (tmp_path / "bad.csv").write_text("a,b,c,d,label\n1,2,3,4,0\nx,2,3,4,0\n")
    (tmp_path / "plain.csv").write_text("a,b,c,d\n1,2,3,4\n")
    done = call(*arguments)
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert done.returncode == 2
    assert len(list(tmp_path.iterdir())) == 3


def test_check_runs_the_test_file_beside(call, folder):
    test = folder / "test_two_layer.py"
    test.write_text("def test_a(): pass\ndef test_b(tmp_path): assert tmp_path.is_dir()\n")
    try:
        done = call("check", "-v")
        assert done.stdout == "passed test_a\npassed test_b\ntwo_layer: 2 passed, 0 failed\n"
        assert done.returncode == 0
        test.write_text("def test_a(): raise AssertionError('W1 is\\nwrong')\n")
        done = call("check")
        assert done.stdout == "FAILED test_a, line 1: W1 is wrong\ntwo_layer: 0 passed, 1 failed\n"
        assert done.returncode == 1
    finally:
        test.unlink()
