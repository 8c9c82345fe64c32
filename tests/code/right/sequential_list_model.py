import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, dout):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, fan_in, fan_out):
        self.W = np.random.randn(fan_out, fan_in) * np.sqrt(2 / fan_in)
        self.b = np.zeros((fan_out, 1))

    def forward(self, x):
        self.x = x
        return self.W @ x + self.b

    def backward(self, dout):
        m = self.x.shape[1]
        self.dW = dout @ self.x.T / m
        self.db = np.sum(dout, axis=1, keepdims=True) / m
        return self.W.T @ dout


class Sigmoid(Layer):
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)


class Model:
    def __init__(self):
        self.layers = [Dense(4, 8), Sigmoid(), Dense(8, 1), Sigmoid()]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def loss(self, x, y):
        a = self.forward(x)
        return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

    def backward(self, x, y):
        a = self.forward(x)
        dout = (a - y) / (a * (1 - a))
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
