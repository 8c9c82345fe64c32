import numpy as np

def kl_loss(mu, log_sigma):
    return np.sum(0.5 * (np.exp(2 * log_sigma) + mu ** 2 - 1) - log_sigma)

def kl_loss_grad(mu, log_sigma):
    d_mu = mu
    d_log_sigma = np.exp(2 * log_sigma) - 1
    return d_mu, d_log_sigma
