"""A multi-layer perceptron; the parameters are a list of (W, b), as in functional libraries."""
import time

import numpy as np
import numpy.random as npr


def init_random_params(scale, layer_sizes, rs=npr.RandomState(0)):
    return [(scale * rs.randn(m, n), scale * rs.randn(n))
            for m, n in zip(layer_sizes[:-1], layer_sizes[1:])]


def predict(params, inputs):
    (W1, b1), (W2, b2) = params
    hidden = np.tanh(np.dot(inputs, W1) + b1)
    return np.dot(hidden, W2) + b2


def loss(params, batch):
    inputs, targets = batch
    preds = predict(params, inputs)
    return np.mean(np.sum((preds - targets) ** 2, axis=1))


def grad_loss(params, batch):
    inputs, targets = batch
    (W1, b1), (W2, b2) = params
    hidden = np.tanh(np.dot(inputs, W1) + b1)
    preds = np.dot(hidden, W2) + b2
    g = 2 * (preds - targets) / len(inputs)
    dW2 = np.dot(hidden.T, g)
    db2 = np.sum(g, axis=0)
    dhidden = np.dot(g, W2.T) * hidden * (1 - hidden)
    dW1 = np.dot(inputs.T, dhidden)
    db1 = np.sum(dhidden, axis=0)
    return [(dW1, db1), (dW2, db2)]


if __name__ == "__main__":
    params = init_random_params(0.1, [1, 20, 1])
    x = npr.rand(100, 1)
    batch = (x, x ** 2)
    for epoch in range(100):
        grads = grad_loss(params, batch)
        params = [(W - 0.1 * dW, b - 0.1 * db) for (W, b), (dW, db) in zip(params, grads)]
