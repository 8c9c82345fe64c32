import numpy as np


def objective(U, V, R, M, reg):
    """R: ratings, M: 1 where a rating is known."""
    E = M * (U @ V.T - R)
    return 0.5 * np.sum(E**2) + 0.5 * reg * (np.sum(U**2) + np.sum(V**2))


def objective_grad(U, V, R, M, reg):
    E = M * (U @ V.T - R)
    gU = (M * E) @ V + reg * U
    gV = (M * E) @ U + reg * V
    return gU, gV
