import numpy as np


def loss(W_mu, W_lv, W_d, X, noise):
    N = X.shape[0]
    mu = X @ W_mu
    logvar = X @ W_lv
    std = np.exp(0.5 * logvar)
    z = mu + std * noise
    recon = z @ W_d
    mse = 0.5 * np.sum((recon - X) ** 2)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return (mse + kl) / N


def backward(W_mu, W_lv, W_d, X, noise):
    N = X.shape[0]
    mu = X @ W_mu
    logvar = X @ W_lv
    std = np.exp(0.5 * logvar)
    z = mu + std * noise
    recon = z @ W_d

    drecon = (recon - X) / N
    dW_d = z.T @ drecon
    dz = drecon @ W_d.T
    dmu = dz + mu / N
    dlogvar = dz * noise * 0.5 * std + 0.5 * (np.exp(logvar) - 1) / N
    dW_mu = X.T @ dmu
    dW_lv = X.T @ dlogvar
    return dW_mu, dW_lv, dW_d
