"""Regression with one hidden tanh layer."""
from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass
class Params:
    W1: Array
    b1: Array
    W2: Array
    b2: Array


@dataclass
class Cache:
    x: Array
    h: Array
    y_hat: Array


def init_params(n_in: int, n_hidden: int, n_out: int, seed: int = 0) -> Params:
    rng = np.random.default_rng(seed)
    return Params(
        W1=rng.standard_normal((n_in, n_hidden)) / np.sqrt(n_in),
        b1=np.zeros(n_hidden),
        W2=rng.standard_normal((n_hidden, n_out)) / np.sqrt(n_hidden),
        b2=np.zeros(n_out),
    )


def forward(params: Params, x: Array) -> Cache:
    h = np.tanh(x @ params.W1 + params.b1)
    y_hat = h @ params.W2 + params.b2
    return Cache(x=x, h=h, y_hat=y_hat)


def mse_loss(y_hat: Array, y: Array) -> float:
    return float(np.mean(np.sum((y_hat - y) ** 2, axis=1)))


def backward(params: Params, cache: Cache, y: Array) -> Params:
    n = y.shape[0]
    d_y_hat = 2.0 * (cache.y_hat - y) / n
    dW2 = cache.h.T @ d_y_hat
    db2 = d_y_hat.sum(axis=0)
    d_h = d_y_hat @ params.W2.T
    d_pre = d_h * (1.0 - cache.h)
    dW1 = cache.x.T @ d_pre
    db1 = d_pre.sum(axis=0)
    return Params(W1=dW1, b1=db1, W2=dW2, b2=db2)


def sgd_step(params: Params, grads: Params, lr: float) -> Params:
    return Params(
        W1=params.W1 - lr * grads.W1,
        b1=params.b1 - lr * grads.b1,
        W2=params.W2 - lr * grads.W2,
        b2=params.b2 - lr * grads.b2,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--epochs", type=int, default=500)
    args = parser.parse_args()

    x = np.linspace(-3, 3, 200).reshape(-1, 1)
    y = np.sin(x)
    params = init_params(1, args.hidden, 1)
    for epoch in range(args.epochs):
        cache = forward(params, x)
        loss = mse_loss(cache.y_hat, y)
        grads = backward(params, cache, y)
        params = sgd_step(params, grads, args.lr)
        if epoch % 50 == 0:
            print(f"epoch {epoch:4d} | loss {loss:.5f}")


if __name__ == "__main__":
    main()
