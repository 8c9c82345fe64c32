"""Equations typed in plain text: what is one, what is prose, a setting or program source."""

import random

import pytest

from derive.reading import read
from derive.reading.identifiers import Lexicon
from derive.reading.plain import plain_tokens

from .sketch import chain

NOTE = "z1 = W1 x + b1\na1 = f(z1)\ndW1 = dz1 x^T\n"
EQUATIONS = {
    "dz1 = da1 * f'(z1)": "d.z_1 =1 [d.a_1*f'(z_1:]",
    "- Hidden: dW1 = dz1 @ x.T": "d.W_1 =1 [d.z_1@x^T]",
    "where da1 = W2.T dz2, for the hidden layer": "d.a_1 =1 [W_2^T d.z_2]",
    "dL/dW1 = dz1.dot(x.T)": "D:d(L, W_1) =1 <[d.z_1@<(x^T>]>",
    "dW1 = 1/m dz1 x^T   # columns": "d.W_1 =1 [1/m d.z_1 x^T]",
    "W1 <- W1 - lr * dW1": "W_1 \\leftarrow1 (+W_1-['lr'*d.W_1])",
}
PROSE = [
    "The loss L = 3 is small and dW1 = 0 is not",
    "python train.py --lr=0.1 --dW1=2",
    "export dW1=/usr/x1",
    "epochs = 10",
    "status = ready",
    "| dW1 = dz1 x^T | b |",
    'dW1 = "dz1"',
    "dW1 == dz1 x^T",
    "x1 = z1[0, :]",
    "def f(x1): return x1 = 2",
]
SOURCES = [
    "```python\nz1 = W1 x + b1\ndW1 = dz1 x^T\n```\n",
    "```\nimport numpy as np\nz1 = W1 * x + b1\ndW1 = dz1 * x\n```\n",
    "    def f(x):\n        z1 = W1 * x + b1\n\n        dW1 = dz1 * x\n",
    "for i in range(10):\n    z1 = W1 * x + b1\n    dW1 = dz1 * x\n",
    "x1 = 3 * t\ny = 2 * x1\n",
    "dx = x2 - x1\ndt = t2 - t1\nv = dx / dt\n",
    "dW1 = dz1 x^T\n",
    "name = value\nkey = other + value\n",
]


def texts(source: str, kind: str = "md") -> list[str]:
    return [source[p.span.start : p.span.end] for p in read(source, kind).pieces]


@pytest.mark.parametrize(("line", "expected"), EQUATIONS.items())
def test_equation(line: str, expected: str) -> None:
    found = read(f"{NOTE}{line}\n", "txt").pieces
    assert len(found) == 4
    assert [chain(c) for c in found[-1].chains] == [expected]


@pytest.mark.parametrize("line", PROSE)
def test_prose_beside_equations(line: str) -> None:
    assert texts(f"{NOTE}\n{line}\n") == NOTE.splitlines()


@pytest.mark.parametrize("source", SOURCES)
def test_no_note(source: str) -> None:
    assert texts(source) == texts(source, "txt") == []


def test_fence_without_language_and_indented_block() -> None:
    fenced = f"```\nForward\n{NOTE}```\n"
    indented = "".join(f"    {line}\n" for line in NOTE.splitlines())
    assert texts(fenced) == texts(f"Words:\n\n{indented}") == NOTE.splitlines()
    assert texts(fenced.replace("Forward", "for x in xs:")) == []


def test_one_name_of_several_letters() -> None:
    note = "h = tanh(Wxh x + bh)\ndWxh = dh x^T\ny = wx + b\n"
    chains = [chain(c) for p in read(note, "txt").pieces for c in p.chains]
    assert chains[1:] == ["d.W_xh =1 [d.h x^T]", "y =1 (+[w x]+b)"]


def test_every_character_belongs_to_one_token() -> None:
    rng = random.Random(0)
    signs = "dWzaxy12_^*/@.()[]{}'=+-<>|,: \t~δ²∂⊙ᵀ\u0302"
    lexicon = Lexicon(frozenset(["W1", "z1", "o"]), frozenset(["Whh"]), True, True)
    lines = [
        *EQUATIONS,
        "dL_dW1 = 1/2m np.sum(y_hat - y)**2 o Whh.T",
        "a = (W2T * z.^2)'(1[z > 0])",
    ]
    for _ in range(300):
        text = list(rng.choice(lines))
        for _ in range(rng.randint(0, 6)):
            text[rng.randrange(len(text))] = rng.choice(signs) * rng.choice([1, 1, 2])
        source = "".join(text)
        at, rest = 0, []
        for token in plain_tokens(source, 0, len(source), lexicon):
            if token.end > token.start:
                assert token.start >= at
                rest.append(source[at : token.start])
                at = token.end
        assert not "".join([*rest, source[at:]]).replace("~", "").strip()
