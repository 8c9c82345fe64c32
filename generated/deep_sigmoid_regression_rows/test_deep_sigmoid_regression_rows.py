"""Tests of deep_sigmoid_regression_rows.py: is the gradient the derivative of the loss, and does training use it?

Do not edit: emitted by ``derive generate deep_sigmoid_regression_rows.toml -o ..`` (derive 0.1.0).
SHA-256 of the spec: 0f4111e63d42ba81969517a07ce9e6b0e2848a9546dbe2aa6e9098a98bfdb882

Run by ``pytest`` or by ``python deep_sigmoid_regression_rows.py check``; needs NumPy alone.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

EPS = float(np.finfo(np.float64).eps)
KINKED: dict[int, tuple[int, tuple[str, ...]]] = {}
"""Layers whose activation or its slope has a kink at 0: the place of its argument among the values
of the forward pass, and the two parameters that make it 0 where they are 0, the bias last."""
KNOTS: list[float] = []
"""Values of |output - label| where the slope or the curvature of the loss jumps."""
EXAMPLES = 4
ENTRIES = 24
"""Entries of each parameter that are tested, chosen at random."""


def _load(package: str) -> ModuleType:
    """deep_sigmoid_regression_rows.py from the folder of this file, as a module of its own."""
    folder = ModuleType(package)
    folder.__path__ = [str(Path(__file__).parent)]
    sys.modules[package] = folder
    return importlib.import_module(f"{package}.deep_sigmoid_regression_rows")


class _AnalyticNumPy:
    """NumPy with ``abs(x) = x sign(Re x)``: the same on real numbers, analytic beside them."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    @staticmethod
    def abs(x: Any) -> Any:
        return x * np.sign(np.real(x))

    @staticmethod
    def sign(x: Any) -> Any:
        return np.sign(np.real(x))


net = _load("tested_deep_sigmoid_regression_rows")
twin = _load("analytic_deep_sigmoid_regression_rows")
vars(twin)["np"] = _AnalyticNumPy()
NETWORK = net.NETWORK


# -- data --------------------------------------------------------------------------------------


def _params(rng: np.random.Generator, dtype: str = "float64") -> Any:
    """Initial parameters with biases that are not 0."""
    return net.Params(
        *(a + (0.1 * rng.standard_normal(a.shape)).astype(dtype) for a in net.init(rng, dtype))
    )


def _targets(rng: np.random.Generator, m: int) -> Any:
    """Labels of every kind that the loss takes: certain and uncertain ones."""
    outputs = NETWORK.outputs
    if NETWORK.labels == "real":
        Y = rng.standard_normal((outputs, m))
    elif NETWORK.labels == "unit":
        Y = rng.uniform(0, 1, (outputs, m))
        Y[:, ::2] = np.round(Y[:, ::2])
    else:
        Y = rng.dirichlet(np.ones(outputs), m).T
        Y[:, ::2] = np.eye(outputs)[:, rng.integers(0, outputs, (m + 1) // 2)]
    return Y if NETWORK.axis else np.ascontiguousarray(Y.T)


def _batch(rng: np.random.Generator, m: int = EXAMPLES) -> tuple[Any, Any]:
    """X and Y of m examples in float64, X before it is scaled."""
    scale = NETWORK.input_scale or 1.0
    X = scale * rng.uniform(-1, 1, NETWORK.shape(NETWORK.features, m))
    return X, _targets(rng, m)


def _computed(params: Any, X: Any, Y: Any) -> Any:
    return net._gradients(params, X, Y)


def _step_size() -> float:
    """The h of the differences: the more units have a kink, the nearer is the next one."""
    units = sum(len(_layer(k)) for k in KINKED) + len(KNOTS) * NETWORK.outputs
    return 4e-3 / (1 + float(units) / 5)


def _layer(k: int) -> range:
    """The units of a layer."""
    return range(max(NETWORK.shapes[KINKED[k][1][-1]]))


def _smooth_point(seed: int) -> tuple[Any, Any, Any]:
    """Parameters, scaled X, and Y with every kink at least 10 h away."""
    rng = np.random.default_rng(seed)
    for _ in range(50):
        params = _params(rng)
        X, Y = _batch(rng, 200 * EXAMPLES)
        X = net._inputs(params, X)
        values = net._forward(params, X)
        places = [values[place] for place, _ in KINKED.values()]
        places += [np.abs(values[-1] - Y) - knot for knot in KNOTS]
        near = np.full(200 * EXAMPLES, np.inf)
        for place in places:
            near = np.minimum(near, np.abs(place).min(axis=1 - NETWORK.axis))
        chosen = np.flatnonzero(near > 10 * _step_size())[:EXAMPLES]
        if len(chosen) == EXAMPLES:
            return params, *(np.take(array, chosen, axis=NETWORK.axis) for array in (X, Y))
    raise AssertionError("too few examples away from a kink")


def _entries(params: Any, seed: int) -> Iterator[tuple[str, Any, Any, list[tuple[int, ...]]]]:
    """Name, array and chosen entries of every parameter."""
    rng = np.random.default_rng(seed)
    for number, (name, array) in enumerate(zip(params._fields, params, strict=True)):
        flat = rng.permutation(array.size)[:ENTRIES]
        yield (
            name,
            number,
            array,
            [tuple(int(i) for i in np.unravel_index(place, array.shape)) for place in flat],
        )


# -- the gradient ------------------------------------------------------------------------------


def _difference(params: Any, array: Any, entry: Any, h: float, X: Any, Y: Any) -> float:
    """The central difference of the loss by one entry."""
    value = array[entry]
    array[entry] = value + h
    above = net._loss(params, X, Y)
    array[entry] = value - h
    below = net._loss(params, X, Y)
    array[entry] = value
    return float((above - below) / (2 * h))


def _rounding(params: Any, array: Any, X: Any, Y: Any) -> float:
    """What rounding does to the loss beside these values of a parameter.

    Of a smooth function of so small steps nothing is left in differences of the sixth order, of
    independent errors the root of 924 times one: where a layer normalises what is all but equal,
    the errors of its sums are stretched with it, and the loss has fewer digits.
    """
    start, losses = array.copy(), []
    direction = 1e-9 * np.random.default_rng(0).choice((-1.0, 1.0), array.shape)
    for k in range(32):
        array[...] = start + k * direction
        losses.append(float(net._loss(params, X, Y)))
    array[...] = start
    sixth = np.diff(losses, 6)
    return 8 * float(np.sqrt(np.mean(sixth * sixth) / 924))


def _limit(
    params: Any, array: Any, entries: Any, largest: float, noise: float, X: Any, Y: Any
) -> tuple[Any, float, float, Any, Any]:
    """Where the differences tend to, what is left of their error, the noise, and the finest two.

    The limit is extrapolated twice; what the second time changes bounds what is left.  Where the
    loss bends so fast that this is much, a smaller h is tried: next to its centre a normalised
    layer does.  noise: what rounding can do to a difference with an h of 1.
    """
    found = []
    for h in (_step_size(), _step_size() / 8, _step_size() / 64):
        whole, half, quarter = (
            np.array([_difference(params, array, entry, step, X, Y) for entry in entries])
            for step in (h, h / 2, h / 4)
        )
        first, second = (4 * half - whole) / 3, (4 * quarter - half) / 3
        limit = (16 * second - first) / 15
        left = float(np.abs(limit - second).max())
        found.append((limit, left, noise / h, half, quarter))
        if left <= 1e-7 * largest:
            break
    return min(found, key=lambda one: one[1] + 4 * one[2])


def _check_differences(gradients: Callable[..., Any], seed: int) -> None:
    """Halving h quarters the error of the differences, and their limit is the gradient."""
    params, X, Y = _smooth_point(seed)
    J, derivatives = gradients(params, X, Y)
    least = 8 * EPS * max(1.0, abs(float(J)))
    for name, number, array, entries in _entries(params, seed):
        exact = np.array([derivatives[number][entry] for entry in entries])
        largest = float(np.abs(derivatives[number]).max())
        rounding = max(least, _rounding(params, array, X, Y))
        limit, left, noise, half, quarter = _limit(params, array, entries, largest, rounding, X, Y)
        error = float(np.abs(limit - exact).max())
        assert error <= 1e-7 * largest + left + 4 * noise, (
            f"d{name} is off by {error / max(largest, noise):.1e} of its largest entry"
        )
        coarse, fine = (float(np.linalg.norm(d - exact)) for d in (half, quarter))
        if coarse > 400 * noise * len(entries) ** 0.5:
            order = np.log2(coarse / fine)
            assert 1.9 < order < 2.1, f"the differences approach d{name} with order {order:.2f}"


def test_gradients_are_the_limit_of_differences() -> None:
    for seed in range(3):
        _check_differences(_computed, seed)


def _check_complex_step(gradients: Callable[..., Any], seed: int) -> None:
    """The imaginary part of the loss beside the real line is the derivative to all digits."""
    params, X, Y = _smooth_point(seed)
    _, derivatives = gradients(params, X, Y)
    turned = net.Params(*(array.astype(complex) for array in params))
    # where terms cancel, their rounding is that of the largest gradient
    rounding = 64 * EPS * max(float(np.abs(d).max()) for d in derivatives)
    for name, number, array, entries in _entries(turned, seed):
        largest = float(np.abs(derivatives[number]).max())
        for entry in entries:
            value = array[entry]
            array[entry] = value + 1e-30j
            slope = twin._loss(turned, X, Y).imag / 1e-30
            array[entry] = value
            error = abs(float(slope) - float(derivatives[number][entry]))
            assert error <= 1e-12 * largest + rounding + 1e-300, (
                f"d{name}{list(entry)} is off by {error / max(largest, 1e-300):.1e} "
                "of its largest entry"
            )


def test_gradients_agree_with_the_complex_step() -> None:
    for seed in range(3):
        _check_complex_step(_computed, seed)


def test_the_analytic_twin_is_the_network_itself_on_real_numbers() -> None:
    params, X, Y = _smooth_point(0)
    J, derivatives = _computed(params, X, Y)
    other, copies = twin._gradients(params, X, Y)
    assert other == J
    for name, a, b in zip(params._fields, derivatives, copies, strict=True):
        assert np.array_equal(a, b), f"d{name} differs"


def test_a_planted_error_is_found() -> None:
    # at some points all outputs are dead
    alive = (s for s in range(20) if any(d.any() for d in _computed(*_smooth_point(s))[1]))
    seed = next(alive, 0)
    for number, name in enumerate(net.Params._fields):

        def wrong(params: Any, X: Any, Y: Any, number: int = number) -> Any:
            J, derivatives = _computed(params, X, Y)
            planted = [d * (2.001 / 2 if k == number else 1) for k, d in enumerate(derivatives)]
            return J, net.Params(*planted)

        slopes = _computed(*_smooth_point(seed))[1]
        largest = max(float(np.abs(d).max()) for d in slopes)
        if float(np.abs(slopes[number]).max()) <= 1e-6 * largest:
            continue  # nothing but rounding
        for check in (_check_differences, _check_complex_step):
            found = ""
            try:
                check(wrong, seed)
            except AssertionError as error:
                found = str(error)
            assert f"d{name}" in found, f"2.001 for 2 in d{name} was not found, but {found!r}"


# -- numbers -----------------------------------------------------------------------------------

GRID = (0.0, 1e-30, 1e-8, 0.5, 1.0, 20.0, 90.0, 750.0, 1e4, 1e8)


def _extreme(rng: np.random.Generator, dtype: str, largest: float) -> tuple[Any, Any]:
    """Inputs from the grid with both signs: alike within an example, then mixed."""
    grid = np.array([v * s for v in GRID if v <= largest for s in (1, -1)])
    m = 3 * len(grid)
    X = np.tile(np.concatenate([grid, rng.choice(grid, 2 * len(grid))]), (NETWORK.features, 1))
    X[:, 2 * len(grid) :] = rng.choice(grid, (NETWORK.features, len(grid)))
    return (X if NETWORK.axis else X.T).astype(dtype), _targets(rng, m).astype(dtype)


def test_extreme_inputs_give_finite_numbers_and_no_warning_in_either_dtype() -> None:
    # underflow is left out: an exponential that becomes 0 is right
    with np.errstate(all="raise", under="ignore"):
        for dtype in ("float32", "float64"):
            rng = np.random.default_rng(0)
            params = _params(rng, dtype)
            X, Y = _extreme(rng, dtype, 1e8)
            output = net.predict(params, X)
            J, derivatives = net.gradients(params, X, Y)
            assert np.isfinite(J)
            assert net.loss(params, X, Y) == J
            for array in (output, *derivatives):
                assert array.dtype == dtype
                assert np.isfinite(array).all()
            X, Y = _extreme(rng, dtype, 1e4)
            trainer = net.Trainer(params, Y.shape[NETWORK.axis])
            assert np.isfinite(trainer.step(X, Y))
            assert all(array.dtype == dtype for array in trainer.params)


# -- training ----------------------------------------------------------------------------------


class _Rule:
    """The optimiser as it is written down, a fresh array for every term."""

    def __init__(self, params: Any) -> None:
        self.params = [array.copy() for array in params]
        self.mean = [np.zeros_like(array) for array in params]
        self.square = [np.zeros_like(array) for array in params]
        self.steps = 0

    def step(self, derivatives: Any) -> None:
        self.steps += 1
        for k, g in enumerate(derivatives):
            self.params[k] = self.params[k] - net.LEARNING_RATE * self._change(k, g)

    def _change(self, k: int, g: Any) -> Any:
        """By what the k-th parameter changes, over the learning rate."""
        self.mean[k] = net.BETA1 * self.mean[k] + (1 - net.BETA1) * g
        self.square[k] = net.BETA2 * self.square[k] + (1 - net.BETA2) * g**2
        mean = self.mean[k] / (1 - net.BETA1**self.steps)
        square = self.square[k] / (1 - net.BETA2**self.steps)
        return mean / (np.sqrt(square) + net.EPSILON)


def test_a_step_is_the_gradient_and_the_update_rule() -> None:
    rng = np.random.default_rng(1)
    params = _params(rng)
    start = [array.copy() for array in params]
    rule, trainer = _Rule(params), net.Trainer(params, 7)
    places = [array.ctypes.data for array in trainer.params]
    for m in (7, 7, 3, 7, 1):
        X, Y = _batch(rng, m)
        J, derivatives = net.gradients(net.Params(*rule.params), X, Y)
        rule.step(derivatives)
        value = trainer.step(X, Y)
        assert trainer.steps == rule.steps
        assert abs(value - J) <= 1e-12 * max(1.0, abs(J))
        for name, a, b in zip(params._fields, trainer.params, rule.params, strict=True):
            error = float(np.abs(a - b).max())
            assert error <= 1e-12 * max(1.0, float(np.abs(b).max())), f"{name}: {error:.1e}"
    assert [array.ctypes.data for array in trainer.params] == places
    assert all(np.array_equal(a, b) for a, b in zip(params, start, strict=True))


def test_steps_need_no_new_memory() -> None:
    rng = np.random.default_rng(2)
    trainer = net.Trainer(_params(rng), 64)
    X, Y = _batch(rng, 64)
    trainer.step(X, Y)
    trainer.step(X, Y)
    tracemalloc.start()
    try:
        trainer.step(X, Y)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            trainer.step(X, Y)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 1024, f"{grown} bytes more after 20 steps"


def test_a_loss_that_is_not_finite_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    trainer = net.Trainer(_params(rng), EXAMPLES)
    X, Y = _batch(rng)
    trainer.step(X, Y)
    trainer.params[-1][...] = np.nan
    before = [array.copy() for array in trainer.params]
    try:
        trainer.step(X, Y)
    except net.runtime.NonFiniteLoss:
        same = zip(trainer.params, before, strict=True)
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in same)
    else:
        raise AssertionError("a step on a loss that is NaN was not refused")


# -- data that do not fit, and files -----------------------------------------------------------


def _message(call: Callable[..., object], *arguments: Any) -> str:
    """What the ValueError of a call says; AssertionError if there is none."""
    try:
        call(*arguments)
    except ValueError as error:
        return str(error)
    raise AssertionError(f"{call.__name__} took what it must refuse")


def _refused(name: str, call: Callable[..., object], *arguments: Any) -> None:
    """The call must name the argument at fault and what it got."""
    message = _message(call, *arguments)
    assert message.startswith(f"{name}: got "), f"{call.__name__} says: {message}"


def _wrong(X: Any, Y: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name of the argument at fault, X, Y."""
    spoilt = X.copy()
    spoilt.flat[-1] = np.nan
    axis = NETWORK.axis
    yield "X", X[:0] if axis else X[:, :0], Y
    yield "X", np.concatenate([X, X], axis=1 - axis), Y
    yield "X", X.ravel(), Y
    yield "X", np.take(X, [], axis=axis), np.take(Y, [], axis=axis)
    yield "X", spoilt, Y
    yield "X", X.astype(object), Y
    yield "X", X.astype(str), Y
    yield "X", X.astype(complex), Y
    if NETWORK.input_scale is None:
        yield "X", X.astype(int), Y
    spoilt = Y.copy()
    spoilt.flat[0] = np.inf
    yield "Y", X, spoilt
    yield "Y", X, np.concatenate([Y, Y], axis=axis)
    yield "Y", X, np.concatenate([Y, Y], axis=1 - axis)
    yield "Y", X, Y.astype(object)
    yield "Y", X, None
    if NETWORK.labels != "real":
        yield "Y", X, Y + 1.5
    if NETWORK.labels == "distribution":
        yield "Y", X, Y / 2
    if NETWORK.task != "regression":
        yield "Y", X, np.full(EXAMPLES, max(2, NETWORK.outputs))
        yield "Y", X, np.full(EXAMPLES, -1)
        yield "Y", X, np.zeros(EXAMPLES + 1, int)


def test_wrong_data_are_refused_and_change_nothing() -> None:
    rng = np.random.default_rng(4)
    params = _params(rng)
    start = [array.copy() for array in params]
    for name, X, Y in _wrong(*_batch(rng)):
        trainer = net.Trainer(params, EXAMPLES)
        calls = [(net.loss, params), (net.gradients, params), (net.fit, params)]
        for call, first in calls:
            _refused(name, call, first, X, Y)
        _refused(name, trainer.step, X, Y)
        if name == "X":
            _refused(name, net.predict, params, X)
        for arrays in (params, trainer.params):
            assert all(np.array_equal(a, b) for a, b in zip(arrays, start, strict=True))


def test_a_training_that_was_broken_off_ends_with_the_same_bits() -> None:
    rng = np.random.default_rng(6)
    params = _params(rng, NETWORK.dtype)
    X, Y = _batch(rng, 23)
    X, Y = X.astype(NETWORK.dtype), Y.astype(NETWORK.dtype)
    whole = net.fit(params, X, Y, epochs=3, batch_size=4)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "training.npz")
        options = {"batch_size": 4, "checkpoint": path, "save_every": 0}
        trained, steps, bound = net.Trainer.step, [0], [0]

        def broken(self: Any, *data: Any) -> float:
            steps[0] += 1
            if steps[0] == bound[0]:
                raise KeyboardInterrupt
            return float(trained(self, *data))

        net.Trainer.step = broken
        try:
            for bound[0] in (5, 10):
                try:
                    net.fit(params, X, Y, epochs=3, **options)
                except KeyboardInterrupt:
                    continue
                raise AssertionError("the training was not broken off")
        finally:
            net.Trainer.step = trained
        broken_off = net.fit(params, X, Y, epochs=3, **options)
    assert broken_off.loss == whole.loss
    assert all(np.array_equal(a, b) for a, b in zip(broken_off.params, whole.params, strict=True))


def test_saved_parameters_come_back() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "params.npz")
        for dtype in ("float32", "float64"):
            params = _params(np.random.default_rng(5), dtype)
            net.save(path, params)
            loaded = net.load(path)
            for a, b in zip(params, loaded, strict=True):
                assert a.dtype == b.dtype
                assert np.array_equal(a, b)
        path.write_bytes(path.read_bytes()[:-40])
        assert str(path) in _message(net.load, path)
        name = params._fields[1]
        np.savez(path, **{**params._asdict(), name: params[1][:0]})
        assert f"{name}: got shape" in _message(net.load, path)
