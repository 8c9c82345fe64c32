import numpy as np


def im2col(x, k):
    n, c, h, w = x.shape
    oh, ow = h - k + 1, w - k + 1
    cols = np.zeros((n, c, k, k, oh, ow))
    for i in range(k):
        for j in range(k):
            cols[:, :, i, j] = x[:, :, i:i + oh, j:j + ow]
    return cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)


class Conv2d:
    def __init__(self, in_channels, out_channels, kernel_size=3):
        self.k = kernel_size
        self.W = np.random.randn(out_channels, in_channels * kernel_size ** 2) * 0.1
        self.b = np.zeros(out_channels)

    def forward(self, x):
        n, c, h, w = x.shape
        oh, ow = h - self.k + 1, w - self.k + 1
        self.cols = im2col(x, self.k)
        out = self.cols @ self.W.T + self.b
        return out.reshape(n, oh, ow, -1).transpose(0, 3, 1, 2)

    def backward(self, dout):
        d = dout.transpose(0, 2, 3, 1).reshape(-1, self.W.shape[0])
        self.dW = d.T @ self.cols
        self.db = d.sum(axis=0)
