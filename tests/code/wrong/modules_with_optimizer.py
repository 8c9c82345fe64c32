import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        self.weight = np.random.randn(n_in, n_out) * np.sqrt(2.0 / n_in)
        self.bias = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.weight + self.bias

    def backward(self, grad_output):
        self.grad_weight = self.x.T @ grad_output
        self.grad_bias = grad_output.mean(axis=0)
        return grad_output @ self.weight.T


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad_output):
        return grad_output * self.mask


class MSELoss:
    def forward(self, pred, target):
        self.pred, self.target = pred, target
        return ((pred - target) ** 2).mean()

    def backward(self):
        return 2 * (self.pred - self.target) / self.pred.size


class MLP:
    def __init__(self):
        self.fc1 = Linear(20, 64)
        self.act = ReLU()
        self.fc2 = Linear(64, 3)
        self.criterion = MSELoss()

    def forward(self, x):
        return self.fc2.forward(self.act.forward(self.fc1.forward(x)))

    def loss(self, x, y):
        return self.criterion.forward(self.forward(x), y)

    def backward(self):
        grad = self.criterion.backward()
        grad = self.fc2.backward(grad)
        grad = self.act.backward(grad)
        return self.fc1.backward(grad)
