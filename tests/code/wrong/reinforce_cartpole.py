import numpy as np

# REINFORCE with a linear softmax policy (works on CartPole)


def policy(theta, states):
    logits = states @ theta
    logits = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


def discounted_returns(rewards, gamma=0.99):
    G = np.zeros(len(rewards))
    running = 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running
        G[t] = running
    return G


def loss(theta, states, actions, returns):
    """- mean of log pi(a|s) * G"""
    probs = policy(theta, states)
    T = len(actions)
    return -np.mean(np.log(probs[np.arange(T), actions]) * returns)


def grad(theta, states, actions, returns):
    probs = policy(theta, states)
    T = len(actions)
    one_hot = np.zeros_like(probs)
    one_hot[np.arange(T), actions] = 1
    dlogits = (one_hot - probs) * returns[:, None] / T
    dtheta = states.T @ dlogits
    return dtheta


def train(env, episodes=500, lr=0.01):
    theta = np.zeros((4, 2))
    for ep in range(episodes):
        s = env.reset()
        states, actions, rewards = [], [], []
        done = False
        while not done:
            p = policy(theta, s[None, :])[0]
            a = np.random.choice(2, p=p)
            states.append(s)
            actions.append(a)
            s, r, done, _ = env.step(a)
            rewards.append(r)
        G = discounted_returns(rewards)
        theta -= lr * grad(theta, np.array(states), np.array(actions), G)
    return theta
