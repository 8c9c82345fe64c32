""" Trains an agent with (stochastic) Policy Gradients on Pong. """
import numpy as np
import gym

# hyperparameters
H = 200
batch_size = 10
learning_rate = 1e-4
gamma = 0.99
D = 80 * 80

model = {}
model['W1'] = np.random.randn(H, D) / np.sqrt(D)
model['W2'] = np.random.randn(H) / np.sqrt(H)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def policy_loss(model, epx, labels, advantages):
    """Negative log-probability of the actions taken, weighted by their advantages."""
    eph = np.maximum(0, epx.dot(model['W1'].T))
    p = sigmoid(eph.dot(model['W2']))
    return -np.sum(advantages * (labels * np.log(p) + (1 - labels) * np.log(1 - p)))


def policy_backward(model, epx, labels, advantages):
    """ backward pass. """
    eph = np.dot(epx, model['W1'].T)
    eph[eph < 0] = 0
    p = sigmoid(np.dot(eph, model['W2']))
    epdlogp = (p - labels) * advantages
    dW2 = np.dot(eph.T, epdlogp).ravel()
    dh = np.outer(epdlogp, model['W2'])
    dW1 = np.dot(dh.T, epx)
    return {'W1': dW1, 'W2': dW2}
