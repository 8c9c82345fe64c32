"""Softmax regression with a numeric check of its gradient.

Usage: python gradient_checked.py --check
"""
import argparse
import logging

import numpy as np

logger = logging.getLogger(__name__)


def one_hot(labels, num_classes):
    return np.eye(num_classes)[labels]


def predict_proba(W, b, X):
    logits = np.matmul(X, W) + b
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    return p


def loss(W, b, X, labels, weight_decay=1e-4):
    P = predict_proba(W, b, X)
    T = one_hot(labels, W.shape[1])
    nll = -(T * np.log(P)).sum(axis=1).mean()
    return nll + weight_decay / 2 * (W ** 2).sum()


def gradients(W, b, X, labels, weight_decay=1e-4):
    n = len(X)
    P = predict_proba(W, b, X)
    G = P - one_hot(labels, W.shape[1])
    G /= n
    gW = np.matmul(X.T, G) + weight_decay * W
    gb = G.sum(axis=0)
    return gW, gb


def eval_numerical_gradient(f, x, h=1e-5):
    grad = np.zeros_like(x)
    for ix in np.ndindex(*x.shape):
        old = x[ix]
        x[ix] = old + h
        fp = f(x)
        x[ix] = old - h
        fm = f(x)
        x[ix] = old
        grad[ix] = (fp - fm) / (2 * h)
    return grad


def rel_error(a, b):
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--check', action='store_true')
    args = parser.parse_args()
    X = np.random.randn(20, 5)
    labels = np.random.randint(0, 3, size=20)
    W, b = np.random.randn(5, 3) * 0.1, np.zeros(3)
    if args.check:
        gW, gb = gradients(W, b, X, labels)
        num = eval_numerical_gradient(lambda w: loss(w, b, X, labels), W)
        assert rel_error(gW, num) < 1e-6
        logger.info("gradient ok")


if __name__ == '__main__':
    main()
