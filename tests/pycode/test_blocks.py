"""Python blocks of a note, judged with its equations."""

from __future__ import annotations

from derive.report.fix import repaired_text
from derive.sources import Source
from derive.subjects import open_subject
from derive.verdict import FileReport, Verdict
from derive.verify import Options

EQUATIONS = r"""# Linear regression

Columns are examples: $Z = W X + b$, the cost is $J = \frac{1}{2m} \sum (Z - Y)^2$.

$$dZ = \frac{1}{m} (Z - Y)$$
$$dW = dZ X^T$$
$$db = \text{sum}(dZ, 1)$$
"""
CODE = """
```python
import numpy as np


def loss(W, b, X, Y):
    return np.sum((W @ X + b - Y) ** 2) / (2 * X.shape[1])
```

and

~~~py
def gradients(W, b, X, Y):
    dZ = (W @ X + b - Y) / X.shape[1]
    dW = dZ @ X.T
    db = np.sum(dZ, axis=1, keepdims=True)
    return dW, db
~~~
"""


def judged(text: str) -> FileReport:
    subject = open_subject(Source("note.md", "md", text), Options())
    return subject.report([subject.judge(k) for k in range(subject.size)])


def test_equations_and_code_are_judged_together() -> None:
    report = judged(EQUATIONS + CODE)
    verdicts = [f.verdict for f in report.claims]
    assert verdicts.count(Verdict.VERIFIED) == 5
    assert set(verdicts) == {Verdict.VERIFIED, Verdict.DEFINITION}
    assert not report.notices


def test_a_disagreement_is_reported_at_both_places() -> None:
    text = EQUATIONS + CODE.replace("np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ)")
    report = judged(text)
    [wrong] = [f for f in report.claims if f.verdict == Verdict.REFUTED]
    assert text.split("\n")[wrong.line - 1].strip() == "db = np.sum(dZ)"
    places = [text[slice(*n.span)] for n in report.notices if n.code == "D413"]
    assert places == [r"db = \text{sum}(dZ, 1)", "db = np.sum(dZ)"]
    assert repaired_text(report) == EQUATIONS + CODE


def test_fragments_that_define_nothing_claim_nothing() -> None:
    report = judged(EQUATIONS + "\n```python\ndW = dZ @ X\n```\n")
    assert len(report.claims) == 5
