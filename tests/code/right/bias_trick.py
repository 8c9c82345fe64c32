import numpy as np


def loss_and_gradient(W, X, Y, lam):
    """The bias is the last column of W; it is not penalised."""
    Xb = np.hstack([X, np.ones((X.shape[0], 1))])
    P = Xb @ W.T
    R = P - Y
    loss = 0.5 * np.sum(R ** 2) / X.shape[0] + 0.5 * lam * np.sum(W[:, :-1] ** 2)
    dW = R.T @ Xb / X.shape[0]
    dW[:, :-1] += lam * W[:, :-1]
    return loss, dW
