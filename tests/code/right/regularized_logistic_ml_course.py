import numpy as np
import pandas as pd
import scipy.optimize as opt


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def map_feature(x1, x2, degree=6):
    out = [np.ones(x1.shape[0])]
    for i in range(1, degree + 1):
        for j in range(i + 1):
            out.append((x1 ** (i - j)) * (x2 ** j))
    return np.stack(out, axis=1)


def cost(theta, X, y, lam):
    """theta: (n,), X: (m, n) with a first column of ones, y: (m,)"""
    m = len(y)
    h = sigmoid(X @ theta)
    J = (-y @ np.log(h) - (1 - y) @ np.log(1 - h)) / m
    reg = lam / (2 * m) * np.sum(theta[1:] ** 2)
    return J + reg


def gradient(theta, X, y, lam):
    m = len(y)
    h = sigmoid(X @ theta)
    grad = X.T @ (h - y) / m
    grad[1:] = grad[1:] + lam / m * theta[1:]
    return grad


if __name__ == "__main__":
    df = pd.read_csv("ex2data2.txt", names=["t1", "t2", "ok"])
    X = map_feature(df["t1"].values, df["t2"].values)
    y = df["ok"].values
    theta0 = np.zeros(X.shape[1])
    res = opt.minimize(fun=cost, x0=theta0, args=(X, y, 1.0), method="TNC", jac=gradient)
    print(res.x)
