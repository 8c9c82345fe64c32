from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

import numpy as np


@dataclass
class Linear:
    W: np.ndarray
    b: np.ndarray
    x: Optional[np.ndarray] = field(default=None, repr=False)
    dW: Optional[np.ndarray] = field(default=None, repr=False)
    db: Optional[np.ndarray] = field(default=None, repr=False)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad: np.ndarray) -> np.ndarray:
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T


@dataclass
class Tanh:
    out: Optional[np.ndarray] = field(default=None, repr=False)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return grad * (1 - self.out ** 2)


@dataclass
class Network:
    first: Linear
    act: Tanh
    second: Linear

    def forward(self, x: np.ndarray) -> np.ndarray:
        return self.second.forward(self.act.forward(self.first.forward(x)))

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        return 0.5 * np.mean(np.sum((self.forward(x) - y) ** 2, axis=1))

    def backward(self, x: np.ndarray, y: np.ndarray) -> None:
        pred = self.forward(x)
        grad = (pred - y) / len(x)
        grad = self.second.backward(grad)
        grad = self.act.backward(grad)
        self.first.backward(grad)
