"""Steps of optimisers that look right and are not; `tests.pycode.attacks` judges them too.

Each is a whole file with one optimiser, of which not all steps may be verified.
"""

from __future__ import annotations

import textwrap

ADAM = """
m = b1 * m + (1 - b1) * g
v = b2 * v + (1 - b2) * g ** 2
mh = m / (1 - b1 ** t)
vh = v / (1 - b2 ** t)
w = w - lr * mh / (np.sqrt(vh) + eps)
return w, m, v
"""
EDITS = (
    ("b1 * m", "b2 * m"),
    ("(1 - b1) * g", "(1 - b2) * g"),
    ("(1 - b1) * g", "b1 * g"),
    ("(1 - b1) * g", "g"),
    ("g ** 2", "g"),
    ("g ** 2", "m ** 2"),
    ("g ** 2", "g ** 3"),
    ("b1 ** t", "b2 ** t"),
    ("b1 ** t", "b1 * t"),
    ("b1 ** t", "b1 ** (t + 1)"),
    ("1 - b2 ** t", "1 + b2 ** t"),
    ("m / (1 - b1 ** t)", "m"),
    ("v / (1 - b2 ** t)", "v"),
    ("w - lr", "w + lr"),
    ("lr * mh", "lr * m"),
    ("np.sqrt(vh)", "vh"),
    ("np.sqrt(vh)", "np.sqrt(v)"),
    ("+ eps", "* eps"),
    ("+ eps", "- eps"),
    ("return w, m, v", "return w"),
    ("return w, m, v", "return w, m"),
    ("return w, m, v", "return m, v"),
    ("lr * mh", "lr * g"),
    ("m = b1 * m + (1 - b1) * g", "k = b1 * m + (1 - b1) * g"),
    ("v = b2 * v", "v = b2 * m"),
    ("w = w - lr * mh / (np.sqrt(vh) + eps)", "w = w - lr * mh / np.abs(vh) + eps"),
)
"""One change of a right Adam each."""
FUNCTIONS = (
    ("momentum(w, dw, v, lr, mu)", "v = mu * v + lr * dw; w = w + v; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "v = mu * v - lr * dw; w = w - v; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "w = w + v; v = mu * v - lr * dw; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "v = mu * v - lr * dw; w = w + v; return w"),
    ("momentum(w, dw, v, lr, mu)", "v = v / mu - lr * dw; w = w + v; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "v = v - lr * dw; w = w + v; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "v = np.zeros_like(w); v = mu * v - lr * dw; w = w + v; v = dw; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "v *= mu; v -= lr * dw; w = w + v; v *= 0; return w, v"),
    ("nesterov(w, dw, v, lr, mu)", "v = mu * v - lr * dw; w = w + v; return w, v"),
    ("nesterov(w, dw, v, lr, mu)", "p = v; v = mu * v - lr * dw; w = w - mu * p + mu * v; return w, v"),
    ("nesterov(w, dw, v, lr, mu)", "p = v; v = mu * v - lr * dw; w = w + mu * p + (1 + mu) * v; return w, v"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = rho * s + (1 - rho) * dw; w = w - lr * dw / (np.sqrt(s) + eps); return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = rho * s + rho * dw ** 2; w = w - lr * dw / (np.sqrt(s) + eps); return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = s + dw ** 2; w = w - lr * dw / (np.sqrt(s) + eps); return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = rho * s + (1 - rho) * dw ** 2; w = w - lr * dw / (s + eps); return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = rho * s + (1 - rho) * dw ** 2; w = w - lr * dw * np.sqrt(s); return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "w = w - lr * dw / (np.sqrt(s) + eps); s = rho * s + (1 - rho) * dw ** 2; return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = rho * s + (1 - rho) * dw ** 2; w = w - lr * np.sign(dw) / (np.sqrt(s) + eps); return w, s"),
    ("adagrad(w, dw, s, lr, eps)", "s = dw ** 2; w = w - lr * dw / (np.sqrt(s) + eps); return w, s"),
    ("sgd(w, dw, lr)", "w = w + lr * dw; return w"),
    ("sgd(w, dw, lr)", "w = w - lr * dw"),
    ("sgd(w, dw, lr)", "w = lr * dw; return w"),
    ("sgd(w, dw, lr)", "w = w - lr * dw ** 2; return w"),
    ("sgd(w, dw, lr)", "w = w - lr * np.abs(dw); return w"),
    ("sgd(w, dw, lr)", "w = w - dw / lr * w; return w"),
    ("sgd(w, dw, lr)", "dw = -w - lr * dw; return dw"),
    ("sgd(w, dw, lr, decay)", "w = w * (1 + lr * decay) - lr * dw; return w"),
    ("sgd(params, grads, lr)", "\nfor p, g in zip(params, grads):\n    p = p - lr * g\nreturn params"),
    ("sgd(params, grads, lr)", "\nfor k in params:\n    params[k] -= lr * grads['W1']\nreturn params"),
    ("sgd(params, grads, lr)", "\nfor k in params:\n    params[k] += lr * grads[k]\nreturn params"),
    ("sgd(params, grads, lr)", "\nnew = {}\nfor k in params:\n    new[k] = params[k] - lr * grads[k]\nreturn params"),
)  # fmt: skip
CLASS = """
import numpy as np
class Adam:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2
        self.t = 0
        self.m, self.v = {}, {}
    def update(self, params, grads):
        self.t += 1
        for k in params:
            if k not in self.m:
                self.m[k] = np.zeros_like(params[k])
                self.v[k] = np.zeros_like(params[k])
            self.m[k] = self.beta1 * self.m[k] + (1 - self.beta1) * grads[k]
            self.v[k] = self.beta2 * self.v[k] + (1 - self.beta2) * grads[k] ** 2
            mh = self.m[k] / (1 - self.beta1 ** self.t)
            vh = self.v[k] / (1 - self.beta2 ** self.t)
            params[k] -= self.lr * mh / (np.sqrt(vh) + 1e-8)
"""
CLASS_EDITS = (
    ("        self.t += 1\n        for k in params:\n", "        for k in params:\n            self.t += 1\n"),
    ("        self.t += 1\n", ""),
    ("        self.t += 1\n", "        self.t += 2\n"),
    ("        self.t += 1\n", "        self.t = 1\n"),
    ("self.t = 0", "self.t = 1"),
    ("self.m, self.v = {}, {}", "self.m = self.v = {}"),
    ("if k not in self.m:", "if True:"),
    ("self.v[k] = np.zeros_like(params[k])", "self.v[k] = self.m[k]\n                self.v[k] += 1"),
    ("params[k] -= self.lr", "params[k] = self.lr"),
    ("params[k] -= self.lr", "grads[k] -= self.lr"),
    ("grads[k] ** 2", "grads['W1'] ** 2"),
    ("mh = self.m[k] /", "mh = self.m['W1'] /"),
)  # fmt: skip
MOMENTUM = """
import numpy as np
class Momentum:
    def __init__(self, lr=0.01, mu=0.9):
        self.lr, self.mu = lr, mu
        self.v = None
    def update(self, w, dw):
        if self.v is None:
            self.v = np.zeros_like(w)
        self.v = self.mu * self.v - self.lr * dw
        w += self.v
"""
MOMENTUM_EDITS = (
    ("np.zeros_like(w)", "np.zeros_like(w)\n            w += 5 * dw"),
    ("np.zeros_like(w)", "np.zeros_like(w)\n            w *= 2"),
    ("np.zeros_like(w)", "-self.lr * dw\n            w += dw\n            return"),
    ("np.zeros_like(w)", "dw.copy()"),
    ("np.zeros_like(w)", "1e-12 * np.ones_like(w)"),
    ("np.zeros_like(w)", "1e-15 * w"),
    ("w += self.v", "w += self.v\n        self.lr = -self.lr"),
    ("w += self.v", "w += self.v\n        self.lr = self.lr - 1"),
    ("w += self.v", "w += self.v\n        self.mu = 2 * self.mu"),
    ("w += self.v", "w += self.v\n        return w + dw"),
    ("lr=0.01", "lr=-0.01"),
    ("mu=0.9", "mu=1.5"),
)
"""Steps that are right at all times but the first, and constants that do not stay what they are."""
CONSTANTS = (
    ("sgd(w, dw, lr, decay)", "return w * (1 + lr * decay * (decay - 2)) - lr * dw"),
    ("sgd(w, dw, lr, decay)", "return w - lr * (3 - decay) * dw"),
    ("sgd(w, dw, lr)", "return w - (lr - 1e-9) * dw"),
    ("sgd(w, dw, lr, beta, t)", "p = beta ** (-t); return w - lr * dw * np.sqrt((1 - p) ** 2) / (1 - p)"),
    ("momentum(w, dw, v, lr)", "v = (1 - lr / 3) * v + lr * dw; w = w - v; return w, v"),
    ("momentum(w, dw, v, lr, mu)", "v = 1.05 * mu * v + lr * dw; w = w - v; return w, v"),
    ("rmsprop(w, dw, s, lr, k, eps)", "s = k * s + (1 - k) * dw ** 2; w = w - lr * dw / (np.sqrt(s) + eps); return w, s"),
    ("rmsprop(w, dw, s, lr, rho, eps)", "s = rho * s + (1 - rho) * dw ** 2; w = w - eps * dw / (np.sqrt(s) + lr); return w, s"),
)  # fmt: skip
"""Constants whose sign or size is right at most numbers that one would try, not at all."""


def programs() -> list[str]:
    """All of them as files."""
    head = "adam(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8)"
    made = [function(head, _edited(ADAM, *edit)) for edit in EDITS]
    made += [function(head, body) for head, body in (*FUNCTIONS, *CONSTANTS)]
    made += [_edited(MOMENTUM, *edit) for edit in MOMENTUM_EDITS]
    return made + [_edited(CLASS, *edit) for edit in CLASS_EDITS]


def _edited(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def function(head: str, body: str) -> str:
    lines = textwrap.indent(body.strip().replace("; ", "\n"), "    ")
    return f"import numpy as np\n\n\ndef {head}:\n{lines}\n"
