import numpy as np


class Net:
    def __init__(self, layers):
        # e.g. layers = [2, 8, 8, 1]
        self.weights = [np.random.randn(a, b) for a, b in zip(layers[:-1], layers[1:])]
        self.biases = [np.zeros(b) for b in layers[1:]]

    def feedforward(self, x):
        activations = [x]
        for w, b in zip(self.weights[:-1], self.biases[:-1]):
            activations.append(np.tanh(activations[-1] @ w + b))
        activations.append(activations[-1] @ self.weights[-1] + self.biases[-1])
        return activations

    def loss(self, x, y):
        return np.mean((self.feedforward(x)[-1] - y) ** 2)

    def backprop(self, x, y):
        activations = self.feedforward(x)
        out = activations[-1]
        delta = 2 * (out - y) / out.size
        grads_w, grads_b = [], []
        for i in reversed(range(len(self.weights))):
            grads_w.insert(0, activations[i].T @ delta)
            grads_b.insert(0, delta.sum(axis=0))
            if i > 0:
                delta = (delta @ self.weights[i].T) * (1 - activations[i - 1] ** 2)
        return grads_w, grads_b


net = Net([2, 8, 8, 1])
x = np.random.randn(32, 2)
y = np.random.randn(32, 1)
for _ in range(100):
    gw, gb = net.backprop(x, y)
    for i in range(3):
        net.weights[i] -= 0.01 * gw[i]
        net.biases[i] -= 0.01 * gb[i]
