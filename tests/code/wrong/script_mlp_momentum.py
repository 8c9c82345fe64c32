import numpy as np

rng = np.random.default_rng(0)
n_in, n_hid, n_out = 64, 32, 10
batch = 128
X = rng.standard_normal((batch, n_in))
T = np.eye(n_out)[rng.integers(0, n_out, batch)]

W1 = rng.standard_normal((n_in, n_hid)) * 0.1
b1 = np.zeros(n_hid)
W2 = rng.standard_normal((n_hid, n_out)) * 0.1
b2 = np.zeros(n_out)
vW1, vb1 = np.zeros_like(W1), np.zeros_like(b1)
vW2, vb2 = np.zeros_like(W2), np.zeros_like(b2)
lr, mu = 0.1, 0.9


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


for epoch in range(50):
    Z1 = X @ W1 + b1
    H = np.tanh(Z1)
    Z2 = H @ W2 + b2
    P = softmax(Z2)
    loss = -(T * np.log(P)).sum() / batch

    dZ2 = (P - T) / batch
    gW2 = H.T @ dZ2
    gb2 = dZ2.sum(0)
    dH = dZ2 @ W2.T
    dZ1 = dH * (1 - Z1**2)
    gW1 = X.T @ dZ1
    gb1 = dZ1.sum(0)

    vW1 = mu * vW1 - lr * gW1
    vb1 = mu * vb1 - lr * gb1
    vW2 = mu * vW2 - lr * gW2
    vb2 = mu * vb2 - lr * gb2
    W1 += vW1
    b1 += vb1
    W2 += vW2
    b2 += vb2
    print(epoch, loss)
