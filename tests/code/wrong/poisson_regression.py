import numpy as np


def neg_log_likelihood(beta, X, y):
    eta = X @ beta
    return np.sum(np.exp(eta) - y * eta)


def gradient(beta, X, y):
    mu = np.exp(X @ beta)
    dbeta = X.T @ (mu * (mu - y))
    return dbeta
