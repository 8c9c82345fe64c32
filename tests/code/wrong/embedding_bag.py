import numpy as np

# Tiny sentence classifier: average of word embeddings, then logistic regression.


class BagOfEmbeddings:
    def __init__(self, vocab_size, dim):
        self.E = np.random.randn(vocab_size, dim) * 0.1
        self.w = np.random.randn(dim) * 0.1
        self.b = 0.0

    def forward(self, tokens):
        """tokens: 1-D array of token ids of one sentence"""
        self.tokens = tokens
        self.vecs = self.E[tokens]
        self.mean = self.vecs.mean(axis=0)
        logit = self.mean @ self.w + self.b
        self.p = 1 / (1 + np.exp(-logit))
        return self.p

    def loss(self, tokens, label):
        p = self.forward(tokens)
        return -(label * np.log(p) + (1 - label) * np.log(1 - p))

    def backward(self, label):
        dlogit = self.p - label
        self.dw = dlogit * self.mean
        self.db = dlogit
        dmean = dlogit * self.w
        self.dE = np.zeros_like(self.E)
        self.dE[self.tokens] = dmean / len(self.tokens)
