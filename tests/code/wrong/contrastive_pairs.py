import numpy as np


def contrastive_loss(W, X1, X2, same, margin=1.0):
    """Pairs that are the same (1) come near, the others (0) apart: W (d, k), X (n, d), same (n, 1)."""
    d = X1 @ W - X2 @ W
    dist2 = np.sum(d * d, axis=1, keepdims=True)
    hinge = np.maximum(0, margin - dist2)
    return np.mean(same * dist2 + (1 - same) * hinge)


def contrastive_grad(W, X1, X2, same, margin=1.0):
    d = X1 @ W - X2 @ W
    dist2 = np.sum(d * d, axis=1, keepdims=True)
    active = (margin - dist2 > 0).astype(float)
    coef = (same + (1 - same) * active) / X1.shape[0]
    dd = 2 * coef * d
    dW = (X1 - X2).T @ dd
    return dW
