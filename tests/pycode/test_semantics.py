"""Aliases, in-place operators, limits and hostile sources."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Finding, Verdict

HEAD = """
import numpy as np

def loss(W, X, Y):
    return np.sum((W @ X - Y) ** 2)

def gradients(W, X, Y):
"""


VERIFIED = Verdict.VERIFIED


def judged(*lines: str, head: str = HEAD) -> list[Finding]:
    return list(open_code("code.py", head + "".join(f"    {line}\n" for line in lines)).findings)


def verdicts(*lines: str) -> list[Verdict]:
    return [finding.verdict for finding in judged(*lines)]


def test_plain() -> None:
    assert verdicts("dZ = 2 * (W @ X - Y)", "dW = dZ @ X.T", "return dW") == [Verdict.VERIFIED]


def test_a_buffer_may_be_reused() -> None:
    lines = ("Z = W @ X", "Z -= Y", "Z *= 2", "dW = Z @ X.T", "return dW")
    assert verdicts(*lines) == [Verdict.VERIFIED]


def test_only_a_gradient_is_guarded_by_bounds_near_0() -> None:
    start = "E = W @ X - Y"
    assert verdicts(start, "dW = np.clip(2 * E @ X.T, -1e9, 1e9)", "return dW") == [VERIFIED]
    assert verdicts(start, "dW = 2 * E @ X.T", "dW = np.clip(dW, -1, 1)", "return dW") == [VERIFIED]
    assert verdicts(start, "dW = 2 * np.clip(E, -1, 1) @ X.T", "return dW") == [Verdict.REFUTED]
    huber = HEAD.replace("np.sum((W @ X - Y) ** 2)", "np.sum(np.clip(W @ X - Y, -1, 1) ** 2)")
    assert VERIFIED not in [
        f.verdict for f in judged(start, "return {'dW': 2 * E @ X.T}", head=huber)
    ]


def test_an_alias_that_is_overwritten_too_early_is_seen() -> None:
    lines = ("Z = W @ X", "dZ = Z", "dZ -= Y", "dZ *= 2", "dZ -= Z", "return dict(dW=dZ @ X.T)")
    assert Verdict.VERIFIED not in verdicts(*lines)
    lines = ("Z = W @ X", "E = Z", "Z *= 0", "dW = 2 * (E - Y) @ X.T", "return dW")
    assert verdicts(*lines) == [Verdict.REFUTED]


def test_a_copy_is_not_an_alias() -> None:
    lines = ("Z = W @ X", "E = Z.copy()", "Z *= 0", "dW = 2 * (E - Y) @ X.T", "return dW")
    assert verdicts(*lines) == [Verdict.VERIFIED]


def test_a_transposed_view_writes_through() -> None:
    lines = ("Z = W @ X", "T = Z.T", "T -= Y.T", "dW = 2 * Z @ X.T", "return dW")
    assert verdicts(*lines) == [Verdict.VERIFIED]


def test_updated_weights_are_other_weights() -> None:
    lines = ("W -= 0.1", "dW = 2 * (W @ X - Y) @ X.T", "return dW")
    assert verdicts(*lines) == [Verdict.REFUTED]


def test_out_writes_into_its_array() -> None:
    lines = (
        "Z = W @ X",
        "np.subtract(Z, Y, out=Z)",
        "np.multiply(Z, 2, Z)",
        "return {'W': Z @ X.T}",
    )
    assert verdicts(*lines) == [Verdict.VERIFIED]


def test_a_product_into_its_own_factor_is_refused() -> None:
    lines = ("Z = W @ X", "np.dot(Z, X, out=Z)", "dW = Z", "return dW")
    assert verdicts(*lines) == [Verdict.UNPROVEN]


def test_a_missing_transpose_is_no_square_matrix() -> None:
    lines = ("dW = 2 * (W @ X - Y) @ X", "return dW")
    assert verdicts(*lines) == [Verdict.REFUTED]


def test_a_call_that_is_not_followed_spoils_its_arguments() -> None:
    lines = ("Z = 2 * (W @ X - Y)", "np.mystery(Z)", "dW = Z @ X.T", "return dW")
    assert verdicts(*lines) == [Verdict.UNPROVEN]


def test_a_branch_that_may_be_taken_is_not_passed_over() -> None:
    lines = (
        "dW = 2 * (W @ X - Y) @ X.T", "if np.sum(X) > 0:", "    pass", "else:", "    dW = 0 * dW",
        "return dW",
    )  # fmt: skip
    assert verdicts(*lines) == [Verdict.UNPROVEN]


@pytest.mark.parametrize(
    ("lines", "construct"),
    [
        (("while True: pass",), "while"),
        (("return gradients(W, X, Y)",), "recursion"),
        (("exec('dW = 1')", "return dW"), "exec"),
        (("dW = sum(W for _ in range(10**9))", "return dW"), "loop"),
        (("dW = W ** (10 ** 10)", "return dW"), "exponent"),
        (("try: pass", "finally: pass"), "try"),
    ],
)
def test_what_is_outside_the_fragment_is_named_with_its_line(
    lines: tuple[str, ...], construct: str
) -> None:
    [finding] = judged(*lines)
    assert finding.verdict == Verdict.UNPROVEN
    assert construct in finding.message
    assert finding.line >= 8 or construct == "recursion"


def test_hostile_texts_end_soon() -> None:
    for text in (
        "def f(:",
        "x = " + "(" * 5000,
        "\0",
        "x = " + "-" * 3000 + "1",
        "a=1\n" * 300_000,
    ):
        [finding] = open_code("x.py", text, mends=False).findings
        assert finding.verdict == Verdict.UNREADABLE
        assert len(finding.message) < 200
    assert open_code("x.py", "x = 1\n" * 30_000, mends=False).findings == ()


def test_definitions_are_bounded() -> None:
    lines = ["Z = W @ X", *("Z = Z + Z" for _ in range(300)), "dW = Z @ X.T", "return dW"]
    found = open_code(
        "code.py", HEAD + "".join(f"    {line}\n" for line in lines), mends=False
    ).findings
    assert Verdict.VERIFIED not in {f.verdict for f in found}
