import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


class MultiHeadSelfAttention:
    """Self-attention over a batch of sequences, x: (B, T, D)."""

    def __init__(self, d_model, n_heads):
        assert d_model % n_heads == 0
        self.h = n_heads
        self.dk = d_model // n_heads
        scale = 1.0 / np.sqrt(d_model)
        self.Wq = np.random.randn(d_model, d_model) * scale
        self.Wk = np.random.randn(d_model, d_model) * scale
        self.Wv = np.random.randn(d_model, d_model) * scale
        self.Wo = np.random.randn(d_model, d_model) * scale

    def _split(self, x):
        B, T, _ = x.shape
        return x.reshape(B, T, self.h, self.dk).transpose(0, 2, 1, 3)

    def _merge(self, x):
        B, h, T, dk = x.shape
        return x.transpose(0, 2, 1, 3).reshape(B, T, h * dk)

    def forward(self, x):
        self.x = x
        self.q = self._split(x @ self.Wq)
        self.k = self._split(x @ self.Wk)
        self.v = self._split(x @ self.Wv)
        scores = self.q @ self.k.transpose(0, 1, 3, 2) / np.sqrt(self.dk)
        self.attn = softmax(scores)
        self.ctx = self._merge(self.attn @ self.v)
        return self.ctx @ self.Wo

    def backward(self, dout):
        self.dWo = np.einsum('btd,bte->de', self.ctx, dout)
        dctx = self._split(dout @ self.Wo.T)
        dattn = dctx @ self.v.transpose(0, 1, 3, 2)
        dv = self.attn.transpose(0, 1, 3, 2) @ dctx
        ds = self.attn * (dattn - np.sum(dattn * self.attn, axis=-1, keepdims=True))
        ds = ds / np.sqrt(self.dk)
        dq = self._merge(ds @ self.k)
        dk = self._merge(ds.transpose(0, 1, 3, 2) @ self.q)
        dv = self._merge(dv)
        self.dWq = np.einsum('btd,bte->de', self.x, dq)
        self.dWk = np.einsum('btd,bte->de', self.x, dk)
        self.dWv = np.einsum('btd,bte->de', self.x, dv)
        return dq @ self.Wq.T + dk @ self.Wk.T + dv @ self.Wv.T
