"""What is printed is read back: true lines of whole networks, through the verifier."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.latex import gradient_latex, to_latex
from derive.program import Apply, Expr, MatMul, Plus, Transpose
from derive.verdict import Verdict
from derive.verify import Options, open_note

from .networks import Net, dense

COSTS = {
    "cross_entropy": r"-\frac{{1}}{{m}} \sum_{{i=1}}^m Y \odot \log({a})",
    "binary": r"-\frac{{1}}{{m}} \sum_{{i=1}}^m [Y \odot \log({a}) + (1 - Y) \odot \log(1 - {a})]",
    "squared": r"\frac{{1}}{{m}} \sum_{{i=1}}^m ({a} - Y)^2",
    "half": r"\frac{{1}}{{2m}} \sum_{{i=1}}^m ({a} - Y)^2",
}
SPELLED = {
    "sigmoid": r"\sigma",
    "tanh": r"\tanh",
    "relu": r"\text{ReLU}",
    "leaky_relu": r"\text{LeakyReLU}",
}
CASES = [
    (dense(2), "cross_entropy"),
    (dense(3, layout="rows"), "cross_entropy"),
    (dense(2, output="sigmoid", cost="binary", hidden="tanh"), "binary"),
    (dense(3, output="sigmoid", cost="binary", summed=False), "binary"),
    (dense(2, cost="squared", hidden="relu", summed=False), "squared"),
    (dense(2, output="sigmoid", cost="half", hidden="leaky_relu", layout="rows"), "half"),
]


def written(net: Net, cost: str) -> str:
    """The network as a note: forward pass, cost, and its true lines as they are printed."""
    scene = net.scene
    spelled = {name: SPELLED.get(name, text) for name, text in scene.function_spelling.items()}
    scene = replace(scene, function_spelling=spelled)
    lines = []
    for name, body in scene.program.definitions.items():
        if name == "J":
            right = COSTS[cost].format(a=scene.spelling[f"A{scene.depth}"])
        elif name[0] == "A" and not isinstance(body, Apply):
            right = rf"\text{{softmax}}({scene.spelling['Z' + name[1:]]})"
        else:
            right = to_latex(body, scene)
        lines.append(f"$${scene.spelling[name]} = {right}$$")
    for truth in net.truths:
        lines.append(f"$${gradient_latex(truth.target, scene)} = {to_latex(truth.right, scene)}$$")
    return "\n\n".join(lines) + "\n"


@pytest.mark.parametrize(("net", "cost"), CASES, ids=lambda x: getattr(x, "label", x))
def test_true_lines_come_back_verified(net: Net, cost: str) -> None:
    note = open_note("note.md", written(net, cost), "md", Options())
    findings = [note.judge(k) for k in range(note.size)]
    claims = findings[len(net.scene.program.definitions) :]
    assert len(claims) == len(net.truths)
    wrong = [(f.latex, f.message) for f in claims if f.verdict is not Verdict.VERIFIED]
    assert not wrong


def nested(levels: int) -> Expr:
    """Products in brackets in brackets."""
    net = dense(2)
    weight, upper = net.scene.program.symbol("W2"), net.scene.gradient("Z2")
    expr: Expr = upper
    for _ in range(levels):
        expr = Plus(MatMul(weight, MatMul(Transpose(weight), expr)), upper)
    return expr


def test_brackets_are_kept() -> None:
    scene = dense(2).scene
    text = to_latex(nested(2), scene)
    assert text.count("(") == text.count(")") > 2
