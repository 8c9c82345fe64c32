#!/usr/bin/env python3
"""Ridge regression by gradient descent.

Usage: python ridge.py data.csv --lr 0.01
"""
import argparse
import sys

import numpy as np


class RidgeRegression:
    def __init__(self, alpha: float = 1.0, lr: float = 0.01, n_iter: int = 1000):
        self.alpha = alpha
        self.lr = lr
        self.n_iter = n_iter

    def _objective(self, X, y):
        residual = X @ self.coef_ + self.intercept_ - y
        return (residual @ residual) / (2 * len(y)) + 0.5 * self.alpha * self.coef_ @ self.coef_

    def _gradient(self, X, y):
        residual = X @ self.coef_ + self.intercept_ - y
        grad_coef = X.T @ residual / len(y) + self.alpha * self.coef_
        grad_intercept = residual.mean()
        return grad_coef, grad_intercept

    def fit(self, X, y):
        self.coef_ = np.zeros(X.shape[1])
        self.intercept_ = 0.0
        self.history_ = []
        for _ in range(self.n_iter):
            grad_coef, grad_intercept = self._gradient(X, y)
            self.coef_ -= self.lr * grad_coef
            self.intercept_ -= self.lr * grad_intercept
            self.history_.append(self._objective(X, y))
        return self

    def predict(self, X):
        return X @ self.coef_ + self.intercept_


def main(argv=None):
    ap = argparse.ArgumentParser()
    ap.add_argument("csv")
    ap.add_argument("--lr", type=float, default=0.01)
    args = ap.parse_args(argv)
    table = np.genfromtxt(args.csv, delimiter=",", skip_header=1)
    model = RidgeRegression(lr=args.lr).fit(table[:, :-1], table[:, -1])
    print(model.coef_, model.intercept_)


if __name__ == "__main__":
    sys.exit(main())
