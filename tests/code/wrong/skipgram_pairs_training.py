import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum()


class Word2Vec:
    def __init__(self, vocab_size, dim, lr=0.01):
        self.W1 = np.random.uniform(-0.8, 0.8, (vocab_size, dim))
        self.W2 = np.random.uniform(-0.8, 0.8, (dim, vocab_size))
        self.lr = lr

    def forward(self, x):
        h = np.dot(self.W1.T, x)
        u = np.dot(self.W2.T, h)
        y = softmax(u)
        return y, h, u

    def backprop(self, e, h, x):
        dW2 = np.outer(h, e)
        dW1 = np.outer(x, np.dot(self.W2, e))
        self.W1 = self.W1 - self.lr * dW1
        self.W2 = self.W2 - self.lr * dW2

    def train(self, training_data, epochs):
        for epoch in range(epochs):
            loss = 0
            for w_t, w_c in training_data:
                y_pred, h, u = self.forward(w_t)
                e = w_c - y_pred
                self.backprop(e, h, w_t)
                loss += -np.sum(w_c * np.log(y_pred))
            print("Epoch:", epoch, "Loss:", loss)
