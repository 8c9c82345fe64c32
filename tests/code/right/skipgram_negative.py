import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def loss(v, U_pos, U_neg):
    """v (d,), U_pos (p, d), U_neg (k, d)."""
    return -np.sum(np.log(sigmoid(U_pos @ v))) - np.sum(np.log(sigmoid(-(U_neg @ v))))


def gradients(v, U_pos, U_neg):
    gp = sigmoid(U_pos @ v) - 1
    gn = sigmoid(U_neg @ v)
    dv = gp @ U_pos + gn @ U_neg
    dU_pos = np.outer(gp, v)
    dU_neg = np.outer(gn, v)
    return dv, dU_pos, dU_neg
