import numpy as np


def loss(u, v):
    """Cosine similarity of two vectors: u, v (n,)."""
    return np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v))


def gradient(u, v):
    nu, nv = np.linalg.norm(u), np.linalg.norm(v)
    c = np.dot(u, v) / (nu * nv)
    du = v / (nu * nv) - c * u / nu ** 2
    dv = u / (nu * nv) - c * v / nv ** 2
    return du, dv
