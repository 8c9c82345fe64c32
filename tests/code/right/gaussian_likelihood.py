import numpy as np

# derive: gradient=dnll cost=nll


def nll(mu, s, x):
    """Negative log-likelihood of independent Gaussians with log-scale s."""
    z = (x - mu) * np.exp(-s)
    return np.sum(0.5 * z**2 + s)


def dnll(mu, s, x):
    z = (x - mu) * np.exp(-s)
    dmu = -z * np.exp(-s)
    ds = 1 - z**2
    return dmu, ds
