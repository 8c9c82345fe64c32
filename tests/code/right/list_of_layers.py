"""Weights and biases in lists, a loop over the layers."""

import numpy as np


class Network:
    def __init__(self):
        sizes = [784, 64, 32, 10]
        self.weights = [
            np.random.randn(a, b) * np.sqrt(2 / a) for a, b in zip(sizes[:-1], sizes[1:])
        ]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]

    def forward(self, X):
        self.activations = [X]
        a = X
        for w, b in zip(self.weights, self.biases):
            z = a @ w + b
            a = np.tanh(z)
            self.activations.append(a)
        return a

    def loss(self, y_pred, y):
        return np.mean(np.sum((y_pred - y) ** 2, axis=1)) / 2

    def backward(self, y):
        m = y.shape[0]
        self.dweights = [None] * len(self.weights)
        self.dbiases = [None] * len(self.biases)
        delta = (self.activations[-1] - y) * (1 - self.activations[-1] ** 2) / m
        for i in reversed(range(len(self.weights))):
            self.dweights[i] = self.activations[i].T @ delta
            self.dbiases[i] = delta.sum(axis=0, keepdims=True)
            if i > 0:
                delta = (delta @ self.weights[i].T) * (1 - self.activations[i] ** 2)
