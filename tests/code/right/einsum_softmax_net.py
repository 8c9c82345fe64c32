import numpy as np
from einops import rearrange


def softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))


def silu(x):
    return x / (1 + np.exp(-x))


def silu_grad(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 + x * (1 - s))


def loss_fn(params, x, y):
    """Cross-entropy; y holds one-hot rows."""
    z1 = np.einsum('bi,ih->bh', x, params['w1']) + params['c1']
    a1 = silu(z1)
    z2 = np.einsum('bh,ho->bo', a1, params['w2']) + params['c2']
    p = softmax(z2)
    return -np.einsum('bo,bo->', y, np.log(p)) / x.shape[0]


def grad_fn(params, x, y):
    z1 = np.einsum('bi,ih->bh', x, params['w1']) + params['c1']
    a1 = silu(z1)
    z2 = np.einsum('bh,ho->bo', a1, params['w2']) + params['c2']
    p = softmax(z2)
    dz2 = (p - y) / x.shape[0]
    dz1 = np.einsum('bo,ho->bh', dz2, params['w2']) * silu_grad(z1)
    return {
        'w2': np.einsum('bh,bo->ho', a1, dz2),
        'c2': np.einsum('bo->o', dz2),
        'w1': np.einsum('bi,bh->ih', x, dz1),
        'c1': np.einsum('bh->h', dz1),
    }
