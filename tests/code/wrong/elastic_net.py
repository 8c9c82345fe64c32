import numpy as np
from numpy.linalg import norm


def elastic_net_cost(beta, X, y, l1, l2):
    r = y - X.dot(beta)
    return 0.5 * r.dot(r) / X.shape[0] + l1 * np.abs(beta).sum() + 0.5 * l2 * norm(beta) ** 2


def elastic_net_grad(beta, X, y, l1, l2):
    r = y - X.dot(beta)
    dbeta = -X.T.dot(r) / X.shape[0] + l1 + l2 * beta
    return dbeta


def gradient_descent(X, y, l1=0.1, l2=0.1, eta=1e-2, tol=1e-6, max_iter=10_000):
    beta = np.zeros(X.shape[1])
    last = np.inf
    for it in range(max_iter):
        beta = beta - eta * elastic_net_grad(beta, X, y, l1, l2)
        cost = elastic_net_cost(beta, X, y, l1, l2)
        if abs(last - cost) < tol:
            break
        last = cost
    return beta
