"""Pictures of a training: by the history, by the command, and what is said without matplotlib."""

from __future__ import annotations

import sys

import matplotlib.image
import numpy as np
import pytest


@pytest.fixture
def run(emitted):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    X = (np.eye(4)[:, :3] * 4)[:, labels] + rng.normal(size=(4, 60))
    history = emitted.net.fit(emitted.net.init(0), X, labels, epochs=3, validation=(X, labels))
    return history, X, labels


def test_history_and_confusion_are_drawn(emitted, run, tmp_path):
    history, X, labels = run
    counts = emitted.runtime.confusion(
        emitted.net.NETWORK, emitted.net.predict(history.best, X), labels.tolist()
    )
    path = tmp_path / "run.png"
    figure = history.plot(path, confusion=counts, classes=["cat", "dog", "mouse"])
    assert matplotlib.image.imread(path).std() > 0.01
    loss, accuracy, matrix = figure.axes
    assert [axes.get_title(loc="left") for axes in (loss, accuracy)] == ["loss", "accuracy, %"]
    assert [list(line.get_ydata()) for line in loss.lines[::2]] == [
        history.loss, history.validation_loss
    ]  # fmt: skip
    assert {text.get_text() for text in matrix.texts} == {str(n) for n in counts.flat if n}
    assert [tick.get_text() for tick in matrix.get_yticklabels()] == ["cat", "dog", "mouse"]
    before = path.read_bytes()
    history.plot(path, confusion=counts, classes=["cat", "dog", "mouse"])
    assert path.read_bytes() == before


def test_a_regression_of_one_epoch_has_one_curve(emitted):
    history = emitted.runtime.History(None, None, [2.0], [float("nan")])
    (axes,) = history.plot().axes
    assert len(axes.texts) == 1
    with pytest.raises(ValueError, match="got a history of no epochs, needs at least one"):
        emitted.runtime.History(None, None).plot()


def test_without_matplotlib_it_is_said_before_the_training(
    emitted, run, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"matplotlib is not installed.*pip install matplotlib"):
        run[0].plot()
    _, X, labels = run
    np.savez(tmp_path / "data.npz", X=X, Y=labels)
    call = ["train", str(tmp_path / "data.npz"), "-o", str(tmp_path / "p.npz"), "--plot", "a.png"]
    assert emitted.runtime.main(emitted.net, call) == 2
    assert "matplotlib is not installed" in capsys.readouterr().err
    assert not (tmp_path / "p.npz").exists()


def test_the_command_draws(emitted, run, tmp_path, capsys):
    _, X, labels = run
    np.savez(tmp_path / "data.npz", X=X, Y=labels)
    picture = tmp_path / "run.png"
    call = ["train", str(tmp_path / "data.npz"), "-o", str(tmp_path / "p.npz")]
    assert emitted.runtime.main(emitted.net, [*call, "--plot", str(picture)]) == 0
    assert f"picture: {picture}" in capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG")
