"""Denoising autoencoder on MNIST, numpy only."""
import argparse

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def encode(x, params):
    return sigmoid(x.dot(params["We"]) + params["be"])


def decode(h, params):
    return sigmoid(h.dot(params["Wd"]) + params["bd"])


def loss(x_noisy, x, params):
    """Mean binary cross entropy of the reconstruction."""
    r = decode(encode(x_noisy, params), params)
    return -np.sum(x * np.log(r) + (1 - x) * np.log(1 - r)) / x.shape[0]


def gradients(x_noisy, x, params):
    n = x.shape[0]
    h = encode(x_noisy, params)
    r = decode(h, params)
    delta_d = (r - x) / n
    delta_e = delta_d.dot(params["Wd"].T) * h * (1 - h)
    return {
        "Wd": h.T.dot(delta_d),
        "bd": delta_d.sum(axis=0),
        "We": x_noisy.T.dot(delta_e),
        "be": delta_e.sum(axis=0),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--lr", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=10)
    args = parser.parse_args()
    data = np.load("mnist.npz")["x_train"].reshape(-1, 784) / 255.0
    params = {
        "We": np.random.randn(784, args.hidden) * 0.05,
        "be": np.zeros(args.hidden),
        "Wd": np.random.randn(args.hidden, 784) * 0.05,
        "bd": np.zeros(784),
    }
    for epoch in range(args.epochs):
        noisy = data * (np.random.rand(*data.shape) > 0.3)
        grads = gradients(noisy, data, params)
        for k in params:
            params[k] -= args.lr * grads[k]
        print(epoch, loss(noisy, data, params))


if __name__ == "__main__":
    main()
