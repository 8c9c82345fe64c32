import numpy as np
from scipy.special import log_softmax, softmax


def smooth(labels, n_classes, eps=0.1):
    onehot = np.eye(n_classes)[labels]
    return onehot * (1 - eps) + eps / n_classes


def objective(W, b, X, labels, n_classes, eps=0.1, weight_decay=1e-4):
    logits = X @ W + b
    targets = smooth(labels, n_classes, eps)
    nll = -(targets * log_softmax(logits, axis=1)).sum(axis=1).mean()
    return nll + 0.5 * weight_decay * (W ** 2).sum()


def objective_grad(W, b, X, labels, n_classes, eps=0.1, weight_decay=1e-4):
    logits = X @ W + b
    targets = smooth(labels, n_classes, eps)
    delta = (softmax(logits, axis=1) - targets) / X.shape[0]
    grad_W = X.T @ delta + weight_decay * W
    grad_b = delta.sum(axis=0)
    return grad_W, grad_b
