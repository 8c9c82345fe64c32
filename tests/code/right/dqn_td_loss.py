import numpy as np


class QNetwork:
    def __init__(self, obs_dim, n_actions, hidden=64):
        self.params = {
            "W1": np.random.randn(obs_dim, hidden) * np.sqrt(2 / obs_dim),
            "b1": np.zeros(hidden),
            "W2": np.random.randn(hidden, n_actions) * np.sqrt(2 / hidden),
            "b2": np.zeros(n_actions),
        }

    def q_values(self, obs):
        p = self.params
        self.obs = obs
        self.h_pre = obs @ p["W1"] + p["b1"]
        self.h = np.where(self.h_pre > 0, self.h_pre, 0.0)
        return self.h @ p["W2"] + p["b2"]

    def td_loss(self, obs, actions, targets):
        q = self.q_values(obs)
        chosen = q[np.arange(len(actions)), actions]
        return 0.5 * np.mean((chosen - targets) ** 2)

    def td_grads(self, obs, actions, targets):
        q = self.q_values(obs)
        batch = len(actions)
        rows = np.arange(batch)
        td_error = q[rows, actions] - targets
        dq = np.zeros_like(q)
        dq[rows, actions] = td_error / batch
        p = self.params
        grads = {}
        grads["W2"] = self.h.T @ dq
        grads["b2"] = dq.sum(axis=0)
        dh = dq @ p["W2"].T
        dh_pre = dh * (self.h_pre > 0)
        grads["W1"] = self.obs.T @ dh_pre
        grads["b1"] = dh_pre.sum(axis=0)
        return grads
