"""Programs that are right for a few numbers of layers or steps and wrong for others.

Each edit puts a number of the source's own choice, in one of the ways to write one, beside the
lengths that nothing says.  `tests.pycode.attacks` judges them too.
"""

from __future__ import annotations

from .length_attacks import NETWORK, SEQUENCE, SIZES

_ERROR = "- Y) / m"
_BACK = "        if l > 1:\n            dZ = (params"
_PLACE = 'grads[f"dW{l}"] = dZ @ cache[f"A{l - 1}"].T'
_STEP = "self.weights[l] -= rate * dW"
_CELL = "dW += draw @ hs[t - 1].T"


def _scaled(factor: str) -> tuple[str, str]:
    return _ERROR, f"{_ERROR} * ({factor})"


EDITS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "network": (
        NETWORK,
        (
            _scaled("2 if L == 4 else 1"),
            _scaled("2 if L == 5 else 1"),
            _scaled("2 if L == 2 else 1"),
            _scaled("2 if L > 6 else 1"),
            _scaled("2 if 7 < L else 1"),
            _scaled("2 if L >= 2 * 2 * 2 else 1"),
            _scaled("2 if L - 2 - 2 - 2 > 2 else 1"),
            _scaled("2 if L / 2 > 3.5 else 1"),
            _scaled("2 if 0.3 * L > 2 else 1"),
            _scaled("2 if L in (5, 7, 8) else 1"),
            _scaled("2 if L not in [1, 2, 3, 4, 6] else 1"),
            _scaled("2 if len(params) > 12 else 1"),
            _scaled("2 if len(params) == 10 else 1"),
            _scaled("2 if int(len(params) / 2) > 6 else 1"),
            _scaled("2 if L % 5 == 0 else 1"),
            _scaled("2 if L // 7 else 1"),
            _scaled("2 if L > len('abcdef') else 1"),
            _scaled("2 if L > len([m, m, m, m, m, m]) else 1"),
            _scaled("2 if L > len((m, m, m, m, m, m)) else 1"),
            _scaled("2 if L > len([1] * 6) else 1"),
            _scaled("2 if L > sum([1, 2, 3]) else 1"),
            _scaled("2 if L > max(6, 1) else 1"),
            _scaled("2 if L > abs(-6) else 1"),
            _scaled("2 if L > 2 ** 3 else 1"),
            _scaled("2 if max(L, 6) > 6 else 1"),
            _scaled("max(L, 6) - 5"),
            _scaled("L / min(L, 6)"),
            _scaled("{1: 1, 2: 1, 3: 1, 4: 1, 6: 1}.get(L, 2)"),
            _scaled("2 if not (L - 5) else 1"),
            _scaled("2 if L - 2 and L - 3 and L - 6 else 1"),
            _scaled("1 + (L - 2) * (L - 3) * (L - 6)"),
            _scaled("2 if 'W7' in params else 1"),
            _scaled("2 if f'W{7}' in params else 1"),
            (_PLACE, _PLACE + " * (2 if l == 4 else 1)"),
            (_PLACE, _PLACE + " * (2 if l > 6 else 1)"),
            (_PLACE, _PLACE + " * (2 if 2 < l < L - 1 else 1)"),
            (_PLACE, _PLACE + " * (2 if l > 2 and l < L - 1 else 1)"),
            (_PLACE, _PLACE + " * (2 if l - 2 - 2 - 2 > 0 else 1)"),
            (_PLACE, _PLACE + " * (2 if l % 5 == 0 else 1)"),
            (_PLACE, _PLACE + " * (2 if l // 2 // 2 // 2 else 1)"),
            (_PLACE, _PLACE + " * (2 if f'W{l}' == 'W5' else 1)"),
            (_PLACE, _PLACE + " * (2 if f'W{l}' == 'W' + str(7) else 1)"),
            (_PLACE, _PLACE + " * {7: 2}.get(l, 1)"),
            (_PLACE, _PLACE + " * {'W7': 2}.get(f'W{l}', 1)"),
            (_PLACE, _PLACE + " * (1 + (l - 1) * (l - 2) * (l - L) * (l - L + 1))"),
            (_BACK, "        if 1 < l < 7:\n            dZ = (params"),
            (_BACK, "        if l in range(2, 7):\n            dZ = (params"),
            ("range(L, 0, -1)", "range(min(L, 6), 0, -1)"),
            ("range(L, 0, -1)", "list(range(L, 0, -1))[:6]"),
            ("range(L, 0, -1)", "list(range(L, 0, -1))[-6:]"),
            ("range(L, 0, -1)", "range(L, max(0, L - 6), -1)"),
            ("range(L, 0, -1)", "[l for l in range(6, 0, -1) if l <= L]"),
            ("range(L, 0, -1)", "[l for l in range(L, 0, -1) if l < 7]"),
            ("for l in range(L, 0, -1):", "for l, _ in zip(range(L, 0, -1), range(6)):"),
            ("for l in range(L, 0, -1):", "for l, _ in zip(range(L, 0, -1), [0, 0, 0, 0, 0, 0]):"),
            ("for l in range(L, 0, -1):", "for l, _ in zip(range(L, 0, -1), [0] * 6):"),
            ("for l in range(L, 0, -1):", "for l, _ in zip(range(L, 0, -1), (m, m, m, m, m, m)):"),
        ),
    ),
    "sizes": (
        SIZES,
        (
            (_STEP, "self.weights[l] -= (rate if len(self.weights) < 5 else 2 * rate) * dW"),
            (_STEP, "self.weights[l] -= (rate if self.depth < 7 else 2 * rate) * dW"),
            (_STEP, "self.weights[l] -= (rate if l < 6 else 2 * rate) * dW"),
            (_STEP, "self.weights[l] -= (rate if len(self.A) < 8 else 2 * rate) * dW"),
            (_STEP, "self.weights[l] -= rate * dW * (1 if l % 7 < 6 else 2)"),
            (_STEP, "self.weights[l] -= rate * dW * [1, 1, 1, 1, 1, 1, 2, 2, 2][l]"),
            ("reversed(range(self.depth))", "reversed(range(self.depth)[:6])"),
            ("reversed(range(self.depth))", "list(reversed(range(self.depth)))[:6]"),
            ("self.depth = len(sizes) - 1", "self.depth = min(len(sizes) - 1, 6)"),
            ("zip(self.biases, self.weights)", "zip(self.biases[:4], self.weights)"),
            (_STEP, f"{_STEP} * sum([k == 6 for k in range(l)])"),
        ),
    ),
    "sequence": (
        SEQUENCE,
        (
            (_CELL, f"{_CELL} * (1 if t < 6 else 2)"),
            (_CELL, f"{_CELL} * (2 if len(inputs) == 5 else 1)"),
            (_CELL, f"{_CELL} * (2 if len(hs) > 7 else 1)"),
            (_CELL, f"{_CELL} * (2 if len(ys) > 6 else 1)"),
            ("dnext = W.T @ draw", "dnext = W.T @ draw if t > len(inputs) - 7 else 0 * h0"),
            ("dnext = W.T @ draw", "dnext = W.T @ draw if t % 7 else 0 * h0"),
            ("reversed(range(len(inputs)))", "reversed(range(max(0, len(inputs) - 6), len(inputs)))"),
        ),
    ),
}  # fmt: skip
"""Replacements of the first place where a text stands."""

ALSO_RIGHT: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (NETWORK, (("if l > 1:", "if l - 1 > 0:"),)),
    (NETWORK, (("if l > 1:", "if l != 1:"),)),
    (NETWORK, (("range(L, 0, -1)", "reversed(range(1, L + 1))"),)),
    (NETWORK, (("np.tanh(Z)\n", "np.tanh(Z)\n        print(f'layer {l} of {L}', 5)\n"),)),
    (NETWORK, (("- Y) / m", "- Y) / m * (3 - 2)"),)),
    (SIZES, (("reversed(range(self.depth))", "range(self.depth - 1, -1, -1)"),)),
    (SIZES, (("self.depth = len(sizes) - 1", "self.depth = len(self.weights)"),)),
    (SEQUENCE, (("reversed(range(len(inputs)))", "range(len(inputs) - 1, -1, -1)"),)),
)
"""Edits after which a program is as right as it was."""


def programs() -> list[str]:
    found = []
    for right, edits in EDITS.values():
        for old, new in edits:
            assert old in right, old
            found.append(right.replace(old, new, 1))
    return found


def also_right() -> list[str]:
    found = []
    for right, edits in ALSO_RIGHT:
        for old, new in edits:
            assert old in right, old
            right = right.replace(old, new, 1)
        found.append(right)
    return found
