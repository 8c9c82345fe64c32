import numpy as np


def sigm(a):
    return 1.0 / (1.0 + np.exp(-a))


def gru_step_forward(x, h_prev, params):
    """x: (D,), h_prev: (H,)"""
    Wz, Uz, bz = params["Wz"], params["Uz"], params["bz"]
    Wr, Ur, br = params["Wr"], params["Ur"], params["br"]
    Wh, Uh, bh = params["Wh"], params["Uh"], params["bh"]
    z = sigm(Wz @ x + Uz @ h_prev + bz)
    r = sigm(Wr @ x + Ur @ h_prev + br)
    hc = np.tanh(Wh @ x + Uh @ (r * h_prev) + bh)
    h = (1 - z) * h_prev + z * hc
    cache = dict(x=x, h_prev=h_prev, z=z, r=r, hc=hc)
    return h, cache


def gru_step_backward(dh, cache, params):
    x, h_prev = cache["x"], cache["h_prev"]
    z, r, hc = cache["z"], cache["r"], cache["hc"]
    Uz, Ur, Uh = params["Uz"], params["Ur"], params["Uh"]
    Wz, Wr, Wh = params["Wz"], params["Wr"], params["Wh"]

    dz = dh * (hc - h_prev) * z * (1 - z)
    dhc = dh * z * (1 - hc ** 2)
    drh = Uh.T @ dhc
    dr = drh * h_prev * r * (1 - r)

    grads = {}
    grads["Wz"], grads["Uz"], grads["bz"] = np.outer(dz, x), np.outer(dz, h_prev), dz
    grads["Wr"], grads["Ur"], grads["br"] = np.outer(dr, x), np.outer(dr, h_prev), dr
    grads["Wh"], grads["Uh"], grads["bh"] = np.outer(dhc, x), np.outer(dhc, r * h_prev), dhc
    dx = Wz.T @ dz + Wr.T @ dr + Wh.T @ dhc
    dh_prev = dh * (1 - z) + Uz.T @ dz + Ur.T @ dr + drh * r
    return dx, dh_prev, grads
