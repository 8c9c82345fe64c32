"""Classifiers and regressors with the conventions of scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

import numpy as np

from codegen.runtime.checks import Array, check_finite
from codegen.runtime.estimator import BaseEstimator, Weighted, sklearn_error


class Classifier(BaseEstimator):
    """Learns labels of any kind (m,); their values are ``classes_`` afterwards.

    A network with one sigmoid output for two classes has one for each of more classes.
    """

    _estimator_type: ClassVar = "classifier"
    classes_: Array

    def predict(self, X: Any) -> Array:
        """The most probable class of every example (m,)."""
        places = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[places])

    def predict_proba(self, X: Any) -> Array:
        """The probability of every class (m, classes), in the order of ``classes_``."""
        output = self._output(X).astype(np.float64)
        if output.shape[1] == 1:
            output = np.hstack([1.0 - output, output])
        return np.asarray(output / output.sum(axis=1, keepdims=True))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The share of right classes, of the examples' weights where there are some."""
        return float(np.average(self.predict(X) == np.asarray(y), weights=sample_weight))

    def _learned(self, truth: Array, classes: Any) -> Array:
        if truth.ndim == 2 and truth.shape[1] == 1:
            warnings.warn(
                "A column-vector y was passed when a 1d array was expected; y is taken as (m,)",
                sklearn_error("DataConversionWarning", UserWarning),
                stacklevel=4,
            )
            truth = truth[:, 0]
        if truth.ndim != 1:
            raise ValueError(f"y: got shape {truth.shape}, needs labels (m,)")
        if truth.dtype.kind == "f":
            check_finite(truth, "Input y contains NaN or infinity; y")
            if (truth != np.round(truth)).any():
                raise ValueError("y: Unknown label type: continuous numbers, needs classes")
        known = np.unique(truth if classes is None else np.asarray(classes))
        if len(known) < 2:
            raise ValueError(f"y: got the one class {known.tolist()}, needs at least two classes")
        labels = np.searchsorted(known, truth)
        labels = np.minimum(labels, len(known) - 1)
        if (known[labels] != truth).any():
            stranger = truth[known[labels] != truth][0]
            raise ValueError(f"y: got the label {stranger!r}, which is none of the classes")
        self.classes_ = known
        vector = self.module.NETWORK.task == "classes"
        self._widths(len(known) if vector or len(known) > 2 else 1)
        if vector or len(known) == 2:
            return np.asarray(labels)
        return np.eye(len(known), dtype=self.module.NETWORK.dtype)[labels]


class Regressor(BaseEstimator):
    """Learns numbers (m,) or (m, outputs)."""

    _estimator_type: ClassVar = "regressor"
    _flat: bool

    def predict(self, X: Any) -> Array:
        """Numbers, shaped as y was."""
        output = self._output(X)
        return output.reshape(-1) if self._flat else output

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The coefficient of determination R^2, averaged over the outputs."""
        predicted, truth = self.predict(X), np.asarray(y)
        mean = np.average(truth, axis=0, weights=sample_weight)
        residual = np.average(np.square(truth - predicted), axis=0, weights=sample_weight)
        spread = np.average(np.square(truth - mean), axis=0, weights=sample_weight)
        return float(np.mean(1.0 - residual / np.where(spread == 0, 1.0, spread)))

    def _learned(self, truth: Array, classes: Any) -> Array:
        self._flat = truth.ndim == 1
        numbers = truth.astype(self.module.NETWORK.dtype).reshape(len(truth), -1)
        if not np.isfinite(numbers).all():
            raise ValueError("y: got NaN or infinity, needs finite numbers (Input y contains NaN)")
        self._widths(numbers.shape[1])
        return numbers


class WeightedClassifier(Weighted, Classifier):
    """A `Classifier` that takes weights of the examples, as `Weighted` says."""


class WeightedRegressor(Weighted, Regressor):
    """A `Regressor` that takes weights of the examples, as `Weighted` says."""
