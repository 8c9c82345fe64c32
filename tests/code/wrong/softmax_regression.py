import numpy as np

def softmax(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def cross_entropy(W, b, X, Y):
    P = softmax(X @ W + b)
    return -np.mean(np.sum(Y * np.log(P), axis=1))

def cross_entropy_grad(W, b, X, Y):
    P = softmax(X @ W + b)
    n = X.shape[0]
    G = (Y - P) / n
    return X.T @ G, G.sum(axis=0)
