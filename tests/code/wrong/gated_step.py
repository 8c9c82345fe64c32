import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def gru_forward(x, h_prev, Wz, Uz, Wh, Uh):
    z = sigmoid(x @ Wz + h_prev @ Uz)
    hh = np.tanh(x @ Wh + h_prev @ Uh)
    h = (1 - z) * h_prev + z * hh
    return h, (x, h_prev, z, hh, Wz, Uz, Wh, Uh)

def gru_backward(dh, cache):
    x, h_prev, z, hh, Wz, Uz, Wh, Uh = cache
    dz = dh * (hh - h_prev) * z * (1 - z)
    dhh = dh * z * (1 - hh ** 2)
    dWz = x.T @ dz
    dUz = h_prev.T @ dz
    dWh = x.T @ dhh
    dUh = h_prev.T @ dhh
    dx = dz @ Wz.T + dhh @ Wh.T
    dh_prev = dz @ Uz.T + dhh @ Uh.T
    return dx, dh_prev, dWz, dUz, dWh, dUh
