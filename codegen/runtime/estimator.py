"""What an estimator with the conventions of scikit-learn is; that need not be installed."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import sys
import warnings
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from codegen.runtime.checks import Array, check_finite
from codegen.runtime.history import History
from codegen.runtime.initial import initial
from codegen.runtime.network import Model, Network
from codegen.runtime.training import fit


def sklearn_error(name: str, usual: type[Exception]) -> Any:
    """A class of exceptions of scikit-learn where that is in use, else the usual one."""
    return getattr(sys.modules.get("sklearn.exceptions"), name, usual)


class BaseEstimator:
    """A network whose examples are rows and whose widths of input and output are the data's.

    learning_rate, epochs, batch_size, patience: those of the network where None.  random_state:
    an integer, a RandomState or None for the network's seed.  verbose: whether progress is shown.

    ``fit(X, y)`` trains anew, ``partial_fit`` goes on for one epoch, the optimiser's memory empty.
    Afterwards there are ``params_``, ``history_``, ``n_features_in_`` and, for named columns,
    ``feature_names_in_``.  Raises ValueError for data that do not fit.
    """

    module: ClassVar[Model]
    _estimator_type: ClassVar[str]
    _network: Network
    feature_names_in_: Any
    n_features_in_: int

    def __init__(
        self,
        *,
        learning_rate: float | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.random_state = random_state
        self.verbose = verbose

    _PARAMETERS: ClassVar = (
        "batch_size", "epochs", "learning_rate", "patience", "random_state", "verbose"
    )  # fmt: skip

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments by name."""
        return {name: getattr(self, name) for name in self._PARAMETERS}

    def set_params(self, **params: Any) -> BaseEstimator:
        """Changes constructor's arguments; ValueError for another name."""
        for name, value in params.items():
            if name not in self._PARAMETERS:
                raise ValueError(
                    f"Invalid parameter {name!r} for estimator {self!r}; valid are "
                    + ", ".join(self._PARAMETERS)
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        given = {
            name: value for name, value in self.get_params().items() if value not in (None, False)
        }
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{type(self).__name__}({arguments})"

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn wants to know; it is imported only here."""
        tags: Any = importlib.import_module("sklearn.utils")
        classifier = self._estimator_type == "classifier"
        return tags.Tags(
            estimator_type=self._estimator_type,
            target_tags=tags.TargetTags(required=True, multi_output=not classifier),
            transformer_tags=None,
            classifier_tags=tags.ClassifierTags() if classifier else None,
            regressor_tags=None if classifier else tags.RegressorTags(),
            input_tags=tags.InputTags(),
        )

    # -- training ------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any) -> BaseEstimator:
        """Trains from new parameters; X (m, features), y (m,), or (m, outputs) for numbers."""
        return self._fit(X, y)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> BaseEstimator:
        """One more epoch; classes: all there will be, needed at the first call to classify."""
        return self._partial_fit(X, y, classes)

    def _fit(self, X: Any, y: Any, weights: Any = None) -> BaseEstimator:
        x = self._inputs(X, fitting=True)
        targets = self._targets(x, y, None)
        seed = self._seed()
        network = self._network
        params = self.module.Params(*initial(network, seed, network.dtype))
        self.history_ = self._train(params, x, targets, self.epochs, seed, weights)
        self.params_ = self.history_.params
        self.n_iter_ = len(self.history_.loss)
        return self

    def _partial_fit(self, X: Any, y: Any, classes: Any, weights: Any = None) -> BaseEstimator:
        first = not hasattr(self, "params_")
        x = self._inputs(X, fitting=first)
        targets = self._targets(x, y, classes if first else getattr(self, "classes_", None))
        seed = self._seed()
        if first:
            network = self._network
            self.params_ = self.module.Params(*initial(network, seed, network.dtype))
            self.n_iter_ = 0
        self.history_ = self._train(self.params_, x, targets, 1, seed, weights)
        self.params_ = self.history_.params
        self.n_iter_ += 1
        return self

    def _train(
        self, params: Any, x: Array, targets: Array, epochs: int | None, seed: Any, weights: Any
    ) -> History:
        rows = np.ascontiguousarray(x.T) if self._network.axis else x
        labels = targets.T if self._network.axis and targets.ndim == 2 else targets
        return fit(
            self._model(),
            params,
            rows,
            labels,
            epochs=epochs,
            batch_size=self.batch_size,
            patience=self.patience,
            seed=seed,
            weights=_of_mean_one(weights, len(x)),
            stream=sys.stderr if self.verbose else SimpleNamespace(),
        )

    def _seed(self) -> np.random.Generator:
        state = self.random_state
        if isinstance(state, np.random.RandomState):
            state = state.randint(2**31)
        return np.random.default_rng(self.module.NETWORK.seed if state is None else state)

    def _model(self) -> Model:
        """The network's functions at the widths of the data."""
        module, network = self.module, self._network
        scale = network.input_scale or 1.0

        def predict(params: Any, X: Array) -> Array:
            return np.asarray(module._forward(params, network.inputs(X) / scale)[-1])

        def loss(params: Any, X: Array, Y: Array) -> float:
            x = network.inputs(X) / scale
            y = network.targets(Y, X.shape[network.axis])
            weights = getattr(module, "_weights", None)
            return float(module._loss(params, x, y, *([weights(x, None)] if weights else [])))

        trainer = type("Trainer", (module.Trainer,), {"network": network})
        rate = {} if self.learning_rate is None else {"learning_rate": self.learning_rate}
        return SimpleNamespace(
            NETWORK=network, Trainer=functools.partial(trainer, **rate), predict=predict, loss=loss
        )

    # -- what was learned ----------------------------------------------------------------------

    def _output(self, X: Any) -> Array:
        """The network's output, an example a row."""
        if not hasattr(self, "params_"):
            error = sklearn_error("NotFittedError", ValueError)
            raise error(f"This {type(self).__name__} is not fitted yet: call fit first")
        x = self._inputs(X, fitting=False)
        output = self._model().predict(self.params_, x.T if self._network.axis else x)
        return np.asarray(output.T if self._network.axis else output)

    # -- data ----------------------------------------------------------------------------------

    def _inputs(self, X: Any, *, fitting: bool) -> Array:
        """X as a finite array of the network's dtype, an example a row."""
        self._columns(X, fitting=fitting)
        if hasattr(X, "tocsr"):
            raise TypeError("X: got a sparse matrix, needs a dense array: X.toarray()")
        array = np.asarray(X)
        if array.dtype.kind == "c":
            raise ValueError("Complex data not supported: X needs real numbers")
        if array.ndim != 2:
            raise ValueError(
                f"Expected 2D array, got {array.ndim}D array instead; Reshape your data: X needs "
                "(m, features), one example a row"
            )
        if array.dtype.kind not in "fiub":
            try:
                array = array.astype(np.float64)
            except (TypeError, ValueError) as error:
                raise type(error)(f"X: {error}; it needs numbers") from None
        rows, features = array.shape
        if rows == 0 or features == 0:
            what = "sample" if rows == 0 else "feature"
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is "
                "required."
            )
        if fitting:
            self.n_features_in_ = features
        elif features != self.n_features_in_:
            raise ValueError(
                f"X has {features} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        with np.errstate(over="ignore"):
            x = array.astype(self.module.NETWORK.dtype, copy=False)
        if not np.isfinite(x).all():
            raise ValueError("X: got NaN or infinity, needs finite numbers (Input X contains NaN)")
        return x

    def _columns(self, X: Any, *, fitting: bool) -> None:
        """Notes the names of a table's columns, or compares them with those of the training."""
        names = getattr(X, "columns", None)
        names = None if names is None else np.asarray(names, dtype=object)
        strings = names is not None and all(isinstance(name, str) for name in names)
        if fitting:
            if hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
            if strings:
                self.feature_names_in_ = names
            return
        known = getattr(self, "feature_names_in_", None)
        own = type(self).__name__
        if known is not None and not strings:
            warnings.warn(
                f"X does not have valid feature names, but {own} was fitted with feature names",
                UserWarning,
                stacklevel=5,
            )
        elif known is None and strings:
            warnings.warn(
                f"X has feature names, but {own} was fitted without feature names",
                UserWarning,
                stacklevel=5,
            )
        elif known is not None and names is not None and list(known) != list(names):
            _differ(list(known), list(names))

    def _targets(self, x: Array, y: Any, classes: Any) -> Array:
        """y checked, an example a row; sets the widths of the network."""
        if y is None:
            raise ValueError(
                f"requires y to be passed, but the target y is None: {type(self).__name__} "
                "learns from examples"
            )
        truth = np.asarray(y)
        if truth.ndim == 0 or len(truth) != len(x):
            got = truth.shape
            raise ValueError(
                f"y: got shape {got}, needs ({len(x)},): Found input variables with "
                f"inconsistent numbers of samples: [{len(x)}, {len(truth) if truth.ndim else 0}]"
            )
        if truth.dtype.kind == "c":
            raise ValueError("Complex data not supported: y needs real numbers")
        return self._learned(truth, classes)

    def _learned(self, truth: Array, classes: Any) -> Array:
        """The labels as the network takes them, an example a row."""
        raise NotImplementedError

    def _widths(self, outputs: int) -> None:
        """The network with the widths of the data."""
        network: Network = self.module.NETWORK
        shapes = dict(network.shapes)
        names = list(shapes)
        shapes[names[0]] = _with(shapes[names[0]], network.axis, self.n_features_in_)
        trained = names[: len(names) - network.statistics]
        for name in trained:  # W2 and b2 belong together, and what else the last layer has
            if _number_of(name) == _number_of(trained[-1]):
                shapes[name] = _with(shapes[name], 1 - network.axis, outputs)
        self._network = dataclasses.replace(
            network, shapes=shapes, features=self.n_features_in_, outputs=outputs
        )


class Weighted(BaseEstimator):
    """An estimator whose training takes ``sample_weight`` (m,): factors of the examples' losses.

    They are brought to mean 1, so that 2 for all changes nothing, and an example of weight 2
    counts as if it were there twice.  Raises ValueError for another shape, weights that are
    negative or not finite, or all 0.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> BaseEstimator:
        """Trains from new parameters; X (m, features), y (m,), or (m, outputs) for numbers."""
        return self._fit(X, y, sample_weight)

    def partial_fit(
        self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None
    ) -> BaseEstimator:
        """One more epoch; classes: all there will be, needed at the first call to classify."""
        return self._partial_fit(X, y, classes, sample_weight)


def _of_mean_one(weights: Any, m: int) -> Array | None:
    """Weights (m,) of the examples divided by their mean."""
    if weights is None:
        return None
    array = np.asarray(weights)
    if array.shape != (m,):
        raise ValueError(f"sample_weight: got shape {array.shape}, needs ({m},), one an example")
    if array.dtype.kind not in "fiub":
        raise ValueError(f"sample_weight: got dtype {array.dtype}, needs numbers")
    array = array.astype(np.float64)
    check_finite(array, "sample_weight")
    if array.min() < 0 or array.max() == 0:
        got = "zero alone" if array.max() == 0 else f"{array.min():g}"
        raise ValueError(f"sample_weight: got {got}, needs none below zero and some above")
    return np.asarray(array / array.max() / np.mean(array / array.max()))


def _number_of(name: str) -> str:
    """The digits at the end of a name."""
    return name[len(name.rstrip("0123456789")) :]


def _with(shape: tuple[int, int], axis: int, size: int) -> tuple[int, int]:
    """A shape with another size along an axis."""
    return (size, shape[1]) if axis == 0 else (shape[0], size)


def _differ(known: list[str], given: list[str]) -> None:
    """Raises ValueError for columns that are not those of the training."""
    message = "The feature names should match those that were passed during fit.\n"
    unseen, missing = sorted(set(given) - set(known)), sorted(set(known) - set(given))
    for title, names in (
        ("Feature names unseen at fit time:", unseen),
        ("Feature names seen at fit time, yet now missing:", missing),
    ):
        if names:
            message += title + "\n" + "".join(f"- {name}\n" for name in names[:5])
            message += "- ...\n" if len(names) > 5 else ""
    if not unseen and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    raise ValueError(message)
