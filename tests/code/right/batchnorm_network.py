import numpy as np


class BNNet:
    def __init__(self, d, h, k):
        self.W1 = np.random.randn(d, h) * 0.1
        self.gamma = np.ones(h)
        self.beta = np.zeros(h)
        self.W2 = np.random.randn(h, k) * 0.1
        self.b2 = np.zeros(k)

    def loss(self, X, y):
        N = X.shape[0]
        z = X @ self.W1
        mu = z.mean(0)
        var = z.var(0)
        zn = (z - mu) / np.sqrt(var + 1e-5)
        bn = self.gamma * zn + self.beta
        a = np.where(bn > 0, bn, 0)
        s = a @ self.W2 + self.b2
        s = s - s.max(1, keepdims=True)
        logp = s - np.log(np.exp(s).sum(1, keepdims=True))
        loss = -logp[np.arange(N), y].mean()

        ds = np.exp(logp)
        ds[np.arange(N), y] -= 1
        ds /= N
        grads = {"W2": a.T @ ds, "b2": ds.sum(0)}
        dbn = ds @ self.W2.T * (bn > 0)
        grads["gamma"] = (dbn * zn).sum(0)
        grads["beta"] = dbn.sum(0)
        dzn = dbn * self.gamma
        dz = (dzn - dzn.mean(0) - zn * (dzn * zn).mean(0)) / np.sqrt(var + 1e-5)
        grads["W1"] = X.T @ dz
        return loss, grads
