import numpy as np


def compute_cost(X, y, theta):
    m = len(y)
    predictions = X.dot(theta)
    return (1 / (2 * m)) * np.sum((predictions - y) ** 2)


def gradient_descent(X, y, theta, learning_rate=0.01, iterations=100):
    m = len(y)
    cost_history = np.zeros(iterations)
    theta_history = np.zeros((iterations, 2))
    for it in range(iterations):
        prediction = np.dot(X, theta)
        theta = theta - (1 / m) * learning_rate * (X.T.dot(y - prediction))
        theta_history[it, :] = theta.T
        cost_history[it] = compute_cost(X, y, theta)
    return theta, cost_history, theta_history


X = 2 * np.random.rand(100, 1)
y = 4 + 3 * X + np.random.randn(100, 1)
X_b = np.c_[np.ones((100, 1)), X]
theta = np.random.randn(2, 1)
theta, cost_history, theta_history = gradient_descent(X_b, y, theta, 0.01, 1000)
print("Theta0: {:0.3f},\nTheta1: {:0.3f}".format(theta[0][0], theta[1][0]))
print("Final cost/MSE: {:0.3f}".format(cost_history[-1]))
