import numpy as np


def softmax(x):
    x = x - np.max(x)
    return np.exp(x) / np.sum(np.exp(x))


def naive_softmax_loss_and_gradient(v_c, outside_idx, U):
    """
    v_c: centre word vector (d,)
    outside_idx: index of the true outside word
    U: outside vectors (V, d), one row a word
    """
    y_hat = softmax(U @ v_c)
    loss = -np.log(y_hat[outside_idx])
    delta = y_hat.copy()
    delta[outside_idx] -= 1
    grad_v_c = U.T @ delta
    grad_U = np.outer(delta, v_c)
    return loss, grad_v_c, grad_U
