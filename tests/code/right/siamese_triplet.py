import numpy as np


class TripletEmbedder(object):
    """f(x) = tanh(x W + b), trained with the squared-distance triplet loss."""

    def __init__(self, d_in, d_out, margin=1.0):
        self.W = np.random.randn(d_in, d_out) * np.sqrt(1.0 / d_in)
        self.b = np.zeros(d_out)
        self.margin = margin

    def embed(self, x):
        return np.tanh(np.dot(x, self.W) + self.b)

    def loss(self, anchor, positive, negative):
        a, p, n = self.embed(anchor), self.embed(positive), self.embed(negative)
        d_pos = np.sum((a - p) ** 2, axis=1)
        d_neg = np.sum((a - n) ** 2, axis=1)
        return np.mean(np.maximum(0.0, d_pos - d_neg + self.margin))

    def grad(self, anchor, positive, negative):
        a, p, n = self.embed(anchor), self.embed(positive), self.embed(negative)
        d_pos = np.sum((a - p) ** 2, axis=1)
        d_neg = np.sum((a - n) ** 2, axis=1)
        active = (d_pos - d_neg + self.margin > 0).astype(float)[:, None] / len(anchor)
        da = 2 * (n - p) * active
        dp = -2 * (a - p) * active
        dn = 2 * (a - n) * active
        ga = da * (1 - a ** 2)
        gp = dp * (1 - p ** 2)
        gn = dn * (1 - n ** 2)
        dW = anchor.T.dot(ga) + positive.T.dot(gp) + negative.T.dot(gn)
        db = (ga + gp + gn).sum(axis=0)
        return dW, db
