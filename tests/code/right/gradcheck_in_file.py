import numpy as np


def init(n_in, n_h, n_out):
    return [np.random.randn(n_h, n_in), np.random.randn(n_h, 1),
            np.random.randn(n_out, n_h), np.random.randn(n_out, 1)]


def f(params, x, y):
    W1, b1, W2, b2 = params
    a = np.tanh(W1 @ x + b1)
    o = W2 @ a + b2
    return 0.5 * np.sum((o - y) ** 2)


def df(params, x, y):
    W1, b1, W2, b2 = params
    a = np.tanh(W1 @ x + b1)
    o = W2 @ a + b2
    do = o - y
    dW2 = do @ a.T
    db2 = do.sum(axis=1, keepdims=True)
    da = W2.T @ do
    dz = da * (1 - a * a)
    dW1 = dz @ x.T
    db1 = dz.sum(axis=1, keepdims=True)
    return [dW1, db1, dW2, db2]


def numerical(params, x, y, eps=1e-6):
    out = []
    for p in params:
        g = np.zeros_like(p)
        it = np.nditer(p, flags=["multi_index"])
        while not it.finished:
            i = it.multi_index
            old = p[i]
            p[i] = old + eps
            hi = f(params, x, y)
            p[i] = old - eps
            lo = f(params, x, y)
            p[i] = old
            g[i] = (hi - lo) / (2 * eps)
            it.iternext()
        out.append(g)
    return out


if __name__ == "__main__":
    np.random.seed(1)
    params = init(3, 4, 2)
    x, y = np.random.randn(3, 5), np.random.randn(2, 5)
    for a, n in zip(df(params, x, y), numerical(params, x, y)):
        assert np.allclose(a, n, atol=1e-5), np.abs(a - n).max()
    print("gradient check passed")
