import numpy as np


def linear(W, b):
    cache = {}

    def forward(x):
        cache["x"] = x
        return x @ W + b

    def backward(dy):
        x = cache["x"]
        return dy @ W.T, x.T @ dy, dy.sum(0)

    return forward, backward


def relu():
    cache = {}

    def forward(x):
        cache["mask"] = x > 0
        return x * cache["mask"]

    def backward(dy):
        return dy * cache["mask"]

    return forward, backward


def loss_and_grads(W1, b1, W2, b2, x, y):
    f1, b_1 = linear(W1, b1)
    fr, b_r = relu()
    f2, b_2 = linear(W2, b2)
    pred = f2(fr(f1(x)))
    loss = ((pred - y) ** 2).mean()
    dpred = 2 * (pred - y) / len(pred)
    dh, dW2, db2 = b_2(dpred)
    dz = b_r(dh)
    dx, dW1, db1 = b_1(dz)
    return loss, dW1, db1, dW2, db2
