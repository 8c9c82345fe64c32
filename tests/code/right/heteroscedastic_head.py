import numpy as np

class ProbabilisticRegressor:
    """Predicts mean and log variance; trained by gaussian negative log likelihood."""
    def __init__(self, n_in, n_hid):
        self.W1 = np.random.normal(0, 1/np.sqrt(n_in), (n_in, n_hid))
        self.b1 = np.zeros(n_hid)
        self.Wm = np.random.normal(0, 1/np.sqrt(n_hid), (n_hid, 1))
        self.Wv = np.random.normal(0, 1/np.sqrt(n_hid), (n_hid, 1))

    def forward(self, x):
        self.x = x
        self.h = np.log1p(np.exp(x @ self.W1 + self.b1))   # softplus
        self.mu = self.h @ self.Wm
        self.logvar = self.h @ self.Wv
        return self.mu, self.logvar

    def nll(self, x, y):
        mu, logvar = self.forward(x)
        return np.mean(0.5 * logvar + 0.5 * (y - mu)**2 * np.exp(-logvar))

    def backward(self, x, y):
        mu, logvar = self.forward(x)
        n = x.shape[0]
        prec = np.exp(-logvar)
        dmu = (mu - y) * prec / n
        dlogvar = 0.5 * (1 - (y - mu)**2 * prec) / n
        dWm = self.h.T @ dmu
        dWv = self.h.T @ dlogvar
        dh = dmu @ self.Wm.T + dlogvar @ self.Wv.T
        dz = dh * (1 - np.exp(-self.h))
        dW1 = self.x.T @ dz
        db1 = dz.sum(axis=0)
        return dW1, db1, dWm, dWv
