import numpy as np


def objective(U, V, R, lam):
    """Factors of ratings: U (n, k), V (m, k), R (n, m)."""
    E = R - U @ V.T
    return 0.5 * np.linalg.norm(E) ** 2 + 0.5 * lam * (np.linalg.norm(U) ** 2 + np.linalg.norm(V) ** 2)


def gradients(U, V, R, lam):
    E = R - U @ V.T
    dU = -E @ V + lam * U
    dV = -E.T @ U + lam * U.T @ V
    return dU, dV
