import numpy as np


def softmax(x, axis=-1):
    x = x - x.max(axis=axis, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


class BatchedAttention:
    """Scaled dot-product self attention, inputs of shape (batch, time, features)."""

    def __init__(self, d_model, seed=0):
        rng = np.random.default_rng(seed)
        self.Wq = rng.normal(size=(d_model, d_model))
        self.Wk = rng.normal(size=(d_model, d_model))
        self.Wv = rng.normal(size=(d_model, d_model))
        self.scale = 1.0 / np.sqrt(d_model)

    def forward(self, x):
        self.x = x
        self.q = np.einsum("btd,de->bte", x, self.Wq)
        self.k = np.einsum("btd,de->bte", x, self.Wk)
        self.v = np.einsum("btd,de->bte", x, self.Wv)
        scores = np.einsum("bte,bse->bts", self.q, self.k) * self.scale
        self.a = softmax(scores)
        return np.einsum("bts,bse->bte", self.a, self.v)

    def backward(self, dout):
        da = np.einsum("bte,bse->bts", dout, self.v)
        dv = np.einsum("bts,bte->bse", self.a, dout)
        ds = self.a * (da - (da * self.a).sum(axis=-1, keepdims=True))
        ds = ds * self.scale
        dq = np.einsum("bts,bse->bte", ds, self.k)
        dk = np.einsum("bts,bse->bte", ds, self.q)
        self.dWq = np.einsum("btd,bte->de", self.x, dq)
        self.dWk = np.einsum("btd,bte->de", self.x, dk)
        self.dWv = np.einsum("btd,bte->de", self.x, dv)
        dx = dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
        return dx
