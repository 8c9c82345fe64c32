import numpy as np


class SelfAttention:
    """Scaled dot-product self-attention over a sequence, one row a position."""

    def __init__(self, dim, head_dim):
        self.W_q = np.random.randn(dim, head_dim) * 0.02
        self.W_k = np.random.randn(dim, head_dim) * 0.02
        self.W_v = np.random.randn(dim, head_dim) * 0.02
        self.W_o = np.random.randn(head_dim, dim) * 0.02
        self.scale = 1.0 / np.sqrt(head_dim)

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = x @ self.W_q, x @ self.W_k, x @ self.W_v
        logits = (self.q @ self.k.T) * self.scale
        logits = logits - logits.max(axis=1, keepdims=True)
        w = np.exp(logits)
        self.attn = w / w.sum(axis=1, keepdims=True)
        self.context = self.attn @ self.v
        return self.context @ self.W_o

    def loss(self, x, target):
        self.y = self.forward(x)
        self.target = target
        return 0.5 * ((self.y - target) ** 2).sum()

    def backward(self):
        dy = self.y - self.target
        self.dW_o = self.context.T @ dy
        dcontext = dy @ self.W_o.T
        dattn = dcontext @ self.v.T
        dv = self.attn.T @ dcontext
        dlogits = self.attn * (dattn - (dattn * self.attn).sum(axis=1, keepdims=True))
        dq = dlogits @ self.k * self.scale
        dk = dlogits.T @ self.q * self.scale
        self.dW_q = self.x.T @ dq
        self.dW_k = self.x.T @ dk
        self.dW_v = self.x.T @ dv
        return dq @ self.W_q.T + dk @ self.W_k.T + dv @ self.W_v.T
