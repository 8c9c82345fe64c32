"""``derive demo``: judges five notes, then generates, checks and trains a classifier.

In: a folder to write to.  Out: a report on stdout; in the folder the generated network, its
trained parameters and a picture.  The images come with scikit-learn and the picture needs
matplotlib (both in the extra ``demo``); without them a generated data set is learnt instead,
or the picture left out, and the report says so.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from derive.verdict import FileReport, Verdict

INSTALL: Final = "pip install 'derive[demo]'"
SEED: Final = 0
_SPEC: Final = """\
# The network of `derive demo`.
name = "{name}"
input = {features}
loss = "cross_entropy"
{scale}
{layers}
[[layer]]
units = {classes}
activation = "softmax"

[training]
optimizer = "adam"
learning_rate = {rate}
batch_size = 32
epochs = {epochs}
seed = 0
"""
_HIDDEN: Final = '[[layer]]\nunits = {units}\nactivation = "{activation}"\n'


@dataclass(frozen=True, slots=True)
class Task:
    """A data set with the spec that is trained on it.

    X: (features, m).  labels: (m,).  image: height and width of an example, or None.
    """

    name: str
    says: str
    X: NDArray[Any]
    labels: NDArray[Any]
    spec: str
    image: tuple[int, int] | None = None

    def halves(self, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """The places of the training examples (four fifths) and of the test examples."""
        order = np.random.default_rng(seed).permutation(len(self.labels))
        cut = len(order) * 4 // 5
        return order[:cut], order[cut:]


def run_demo(out: Path, *, fast: bool = False) -> int:
    """Runs the demo, its files in `out`; `fast` trains for a few epochs only.

    Returns 0, or 1 if a gradient test failed.  Raises OSError if `out` cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    _judge_notes()
    task = load_task(epochs=3 if fast else 30)
    module = _generate(task, out)
    print("\nChecking the generated gradients")
    sys.stdout.flush()
    status: int = module.runtime.main(module, ["check"])
    _train(task, module, out)
    print(f"\nDone in {time.perf_counter() - started:.1f} s; everything is in {out}")
    return status


# -- the notes ---------------------------------------------------------------------------------


def _judge_notes() -> None:
    from derive.verify import shipped_notes, verify_paths

    notes = shipped_notes()
    print(f"Judging {len(notes)} notes on backpropagation, equation by equation")
    sys.stdout.flush()
    started = time.perf_counter()
    reports = verify_paths(notes)
    seconds = time.perf_counter() - started
    print("\n".join(summary(reports)))
    count = sum(len(report.claims) for report in reports)
    print(f"  {count} claims in {seconds:.1f} s; mistakes found:")
    print("\n".join(mistakes(reports)))


def summary(reports: Sequence[FileReport]) -> list[str]:
    """A table of verdicts, one line a note."""
    width = max((len(Path(report.path).name) for report in reports), default=4)
    lines = ["  " + " " * width + "".join(f"{verdict.value:>12}" for verdict in Verdict)]
    for report in reports:
        counts = Counter(claim.verdict for claim in report.claims)
        cells = "".join(f"{counts[verdict] or '·':>12}" for verdict in Verdict)
        lines.append(f"  {Path(report.path).name:<{width}}{cells}")
    return lines


def mistakes(reports: Sequence[FileReport]) -> list[str]:
    """Each refuted claim with what is wrong and, where one is known, the repair."""
    lines = []
    for report in reports:
        for claim in report.claims:
            if claim.verdict is not Verdict.REFUTED:
                continue
            place = f"{Path(report.path).name}:{claim.line}"
            lines.append(f"    {place}  {_short(claim.latex)}")
            says = f"{claim.code or ''} {claim.message}".strip()
            lines += textwrap.wrap(
                says, 100, initial_indent=" " * 8, subsequent_indent=" " * 13,
                max_lines=2, placeholder=" …",
            )  # fmt: skip
            if claim.repairs:
                lines.append(f"        proved instead: {_short(claim.repairs[0].latex)}")
    return lines or ["    none"]


def _short(text: str, width: int = 76) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


# -- the network -------------------------------------------------------------------------------


def load_task(*, epochs: int = 30) -> Task:
    """The images of digits if scikit-learn is installed, else two spirals."""
    if importlib.util.find_spec("sklearn") is None:
        return spirals(epochs=4 * epochs)
    from sklearn.datasets import load_digits

    X, labels = load_digits(return_X_y=True)
    spec = _SPEC.format(
        name="digits",
        features=64,
        scale="input_scale = 16  # pixels are 0 to 16",
        layers=_HIDDEN.format(units=32, activation="leaky_relu"),
        classes=10,
        rate=3e-3,
        epochs=epochs,
    )
    says = f"{len(labels)} images of handwritten digits, 8 x 8 pixels (scikit-learn)"
    return Task("digits", says, X.T, labels, spec, (8, 8))


def spirals(*, epochs: int, points: int = 1000) -> Task:
    """Two spirals of noisy points in the plane, one class each."""
    rng = np.random.default_rng(SEED)
    labels = np.arange(points) % 2
    turn = 3 * np.pi * np.sqrt(rng.uniform(0.02, 1, points))
    X = turn / 3 * np.stack([np.cos(turn + np.pi * labels), np.sin(turn + np.pi * labels)])
    spec = _SPEC.format(
        name="spirals",
        features=2,
        scale="",
        layers=_HIDDEN.format(units=48, activation="tanh") * 2,
        classes=2,
        rate=1e-2,
        epochs=epochs,
    )
    says = (
        f"{points} points on two spirals, made here: the images of digits come with "
        f"scikit-learn, which is not installed ({INSTALL})"
    )
    return Task("spirals", says, X + rng.normal(0, 0.08, X.shape), labels, spec)


def _generate(task: Task, out: Path) -> ModuleType:
    """Emits the network and imports it."""
    from codegen import generate
    from codegen.emit import derive_network
    from codegen.equations import readable
    from codegen.spec import read

    print(f"\nGenerating the network {task.name}")
    sys.stdout.flush()
    spec = out / f"{task.name}.toml"
    spec.write_text(task.spec, encoding="utf-8")
    started = time.perf_counter()
    for line in derive_network(read(spec)).gradients:
        proved = line.outcome.proved and line.acceptance.accepted
        text = f"{line.name} = {readable(line.right)}"
        print(f"  {text:<48} {'proved for all shapes, checked' if proved else 'open'}")
    files = generate(spec, out)
    print(f"  {len(files)} files in {time.perf_counter() - started:.1f} s:")
    for file in files:
        print(f"    {file}")
    return load_network(out / task.name / f"{task.name}.py")


def load_network(path: Path) -> ModuleType:
    """The module of an emitted network, from wherever it lies.

    Its folder becomes a package of its own, so that it finds the ``runtime.py`` beside it.
    """
    package = ModuleType(f"generated_{path.stem}")
    package.__path__ = [str(path.parent)]
    for name in [n for n in sys.modules if n.partition(".")[0] == package.__name__]:
        del sys.modules[name]
    sys.modules[package.__name__] = package
    importlib.invalidate_caches()
    return importlib.import_module(f"{package.__name__}.{path.stem}")


def _one_thread() -> AbstractContextManager[object]:
    """One BLAS thread where that can be had: more of them wait for the machine's other work."""
    if importlib.util.find_spec("threadpoolctl") is None:
        return nullcontext()
    limits: AbstractContextManager[object] = importlib.import_module(
        "threadpoolctl"
    ).threadpool_limits(1)
    return limits


def accuracy_on_test(task: Task, module: ModuleType, seed: int) -> tuple[Any, float]:
    """History and test accuracy of a training run whose split and start come from `seed`."""
    first, second = task.halves(seed)
    X = task.X.astype(module.NETWORK.dtype)
    held = X[:, second], task.labels[second]
    start = module.init(seed)
    with _one_thread():
        history = module.fit(start, X[:, first], task.labels[first], validation=held, seed=seed)
    output = module.predict(history.params, held[0])
    return history, module.runtime.accuracy(module.NETWORK, output, held[1])


def _train(task: Task, module: ModuleType, out: Path) -> None:
    print(f"\nTraining on {task.says}")
    sys.stdout.flush()
    history, right = accuracy_on_test(task, module, SEED)
    count = len(task.halves(SEED)[1])
    seconds = sum(history.seconds)
    print(f"  {len(history.loss)} epochs in {seconds:.1f} s, loss {history.loss[-1]:.4f}")
    print(f"  accuracy on {count} test examples: {100 * right:.1f} %")
    parameters = out / f"{task.name}.npz"
    module.save(parameters, history.params)
    print(f"  parameters: {parameters}")
    if importlib.util.find_spec("matplotlib") is None:
        print(f"  no picture: matplotlib is not installed ({INSTALL})")
        return
    picture = out / f"{task.name}.png"
    _draw(task, module, history, right, picture)
    print(f"  picture: {picture}")


def _draw(task: Task, module: ModuleType, history: Any, right: float, path: Path) -> None:
    from codegen import plots

    _, second = task.halves(SEED)
    X, labels = task.X[:, second], task.labels[second]
    output = module.predict(history.params, X)
    decided = module.runtime.decide(module.NETWORK, output)
    counts = module.runtime.confusion(module.NETWORK, output, labels)
    extras: dict[str, Any] = {}
    if task.image is not None:
        wrong_first = np.argsort(decided == labels, kind="stable")[:12]
        extras = {
            "weights": history.params.W1.reshape(-1, *task.image),
            "examples": X.T[wrong_first].reshape(-1, *task.image),
            "truth": labels[wrong_first],
            "decided": decided[wrong_first],
        }
    else:
        limit = 1.05 * float(np.abs(X).max())
        line = np.linspace(-limit, limit, 240)
        plane = np.stack(np.meshgrid(line, line)).reshape(2, -1)
        chosen = module.runtime.decide(module.NETWORK, module.predict(history.params, plane))
        extent = (-limit, limit, -limit, limit)
        extras = {"regions": (X.T, labels, chosen.reshape(240, 240), extent)}
    title = f"{task.name}: {100 * right:.1f} % of {len(labels)} test examples right"
    plots.draw(
        plots.Picture(
            title,
            history.loss,
            history.validation_loss,
            history.accuracy,
            history.validation_accuracy,
            counts,
            **extras,
        ),
        path,
    )
