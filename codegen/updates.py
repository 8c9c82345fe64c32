"""How a training step changes the parameters, as lines of NumPy on the flat buffers.

In: the `Training` of a spec.  Out: `Update`, the arrays that the optimiser keeps, its
constants, and the lines that update ``theta`` from ``gradient`` in place.  The rules are
those of `derive.library.optimizers`, rearranged so that each is a few passes over memory;
the emitted tests compare them with the rules as they are written in the papers.
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen.spec import Training

CHUNK = 65_536
"""Parameters that are updated at a time, so that all arrays of a chunk stay in the cache."""
UNCHUNKED = 150_000


@dataclass(frozen=True, slots=True)
class Update:
    """One rule as blocks of code.

    folds: the learning rate is already in the gradient.  state: flat arrays, zero at first.
    fixed: constants, name and Python text, arrays without axes.  numbers: assignments that
    each step begins with.  moving: constants that depend on them, set each step.  lines: the
    update of ``theta`` by ``gradient``, which may be overwritten.  rule: it, for a reader.
    """

    folds: bool
    state: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]
    moving: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    lines: tuple[str, ...]
    rule: tuple[str, ...]


def update(training: Training, *, foldable: bool) -> Update:
    """The update of a spec's optimiser; foldable: the gradient is linear in its first step."""
    if training.optimizer == "momentum":
        return _momentum()
    if training.optimizer == "adam":
        return _adam()
    return _sgd(foldable)


def _sgd(folds: bool) -> Update:
    scale = () if folds else ("multiply(gradient, rate, out=gradient)",)
    return Update(
        folds=folds,
        state=(),
        fixed=(),
        moving=() if folds else (("rate", "self.learning_rate"),),
        numbers=(),
        lines=(*scale, "subtract(theta, gradient, out=theta)"),
        rule=("theta <- theta - learning_rate * gradient",),
    )


def _momentum() -> Update:
    return Update(
        folds=False,
        state=("velocity",),
        fixed=(("momentum", "MOMENTUM"),),
        moving=(("rate", "self.learning_rate"),),
        numbers=(),
        lines=(
            "multiply(velocity, momentum, out=velocity)",
            "add(velocity, gradient, out=velocity)",
            "multiply(velocity, rate, out=gradient)",
            "subtract(theta, gradient, out=theta)",
        ),
        rule=(
            "velocity <- MOMENTUM * velocity + gradient",
            "theta <- theta - learning_rate * velocity",
        ),
    )


def _adam() -> Update:
    """The moments without their factors 1 - beta, which are put in with the bias correction."""
    return Update(
        folds=False,
        state=("first", "second"),
        fixed=(("beta1", "BETA1"), ("beta2", "BETA2")),
        moving=(
            ("root", "math.sqrt((1.0 - BETA2) / (1.0 - BETA2**self.steps)) / rate"),
            ("offset", "EPSILON / rate"),
        ),
        numbers=("rate = self.learning_rate * (1.0 - BETA1) / (1.0 - BETA1**self.steps)",),
        lines=(
            "multiply(first, beta1, out=first)",
            "add(first, gradient, out=first)",
            "multiply(gradient, gradient, out=gradient)",
            "multiply(second, beta2, out=second)",
            "add(second, gradient, out=second)",
            "sqrt(second, out=gradient)",
            "multiply(gradient, root, out=gradient)",
            "add(gradient, offset, out=gradient)",
            "divide(first, gradient, out=gradient)",
            "subtract(theta, gradient, out=theta)",
        ),
        rule=(
            "first <- BETA1 * first + gradient, second <- BETA2 * second + gradient^2",
            "the moments of the paper are (1 - BETA1) * first and (1 - BETA2) * second;",
            "theta <- theta - learning_rate * corrected first / (sqrt(corrected second) + EPSILON)",
        ),
    )
