"""Ten questions of readers, each answered by one page.

What a page shows as output is computed while it is built, from the example below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from derive.verdict import FileReport, Verdict

NOTE: Final = r"""$$Z_1 = W_1 X + b_1, \quad A_1 = \tanh(Z_1)$$
$$Z_2 = W_2 A_1 + b_2, \quad A_2 = \text{softmax}(Z_2)$$
$$J = \frac{1}{m} \sum_{i=1}^m (A_2 - Y)^2$$

$$dZ_2 = \frac{2}{m} (A_2 - Y)$$
$$dW_2 = dZ_2 A_1^T$$
$$dZ_1 = W_2 dZ_2 \odot (1 - A_1^2)$$
"""
"""A note with two mistakes."""

SPEC: Final = """name = "mine"
input = 4
loss = "cross_entropy"

[[layer]]
units = 8
activation = "tanh"

[[layer]]
units = 3
activation = "softmax"
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the page that answers it and what writes the answer."""

    path: str
    title: str
    answer: Callable[[], str]


def page(question: Question) -> str:
    """The page of a question."""
    return f"# {question.title}\n\n{question.answer()}"


@cache
def _report() -> FileReport:
    from derive.verify import verify_text

    return verify_text(NOTE, path="note.md")


def _block(text: str, language: str = "text") -> str:
    return f"```{language}\n{text.rstrip()}\n```\n\n"


def _is_right() -> str:
    from derive.report.text import render

    return (
        "Write it as you always do, in Markdown, plain text or TeX:\n\n"
        + _block(NOTE, "markdown")
        + "`derive verify note.md` gives every equation a verdict:\n\n"
        + _block(render([_report()]))
        + "Nothing is skipped: what could not be read is *unreadable*, with the place.\n"
    )


def _why_wrong() -> str:
    from derive.report.explain import claim_parts, explanation_parts, render
    from derive.verify import Options, open_note

    note = open_note("note.md", NOTE, "md", Options())
    k, finding = next(
        (k, f) for k, f in enumerate(_report().claims) if f.verdict == Verdict.REFUTED
    )
    told = render(claim_parts(_report(), finding), "text")
    told += render(explanation_parts(note.explain(k, finding)), "text")
    return (
        "A refuted equation comes with a counterexample in exact numbers and with the mistake by "
        "name; each [code](../codes.md) has a page. `derive explain note.md:5` adds the right "
        "derivation and says where the note leaves it:\n\n" + _block(told)
    )


def _fix() -> str:
    from derive.report.fix import diff, settle
    from derive.verify import verify_text

    settled = settle(_report(), lambda text: verify_text(text, path="note.md"))
    return (
        "A repair is shown only if it is itself verified. `derive verify note.md --diff` shows "
        "what `--fix` would write:\n\n"
        + _block(diff("note.md", NOTE, settled.source), "diff")
        + "`--fix` replaces the right-hand sides and touches nothing else in the file.\n"
    )


def _verified() -> str:
    return (
        "*Verified* means: proved symbolically, for all shapes and all values in the stated "
        "domain, by an engine, and accepted by an independent checker. What both trust, what is "
        "assumed and what is not proved says [how the proof works](../proof.md). The other "
        "verdicts:\n\n"
        "* *refuted*: false, with sizes and values at which both sides differ;\n"
        "* *unproven*: neither, with the reason; agreement at random points is no proof;\n"
        "* *definition*: it introduces a symbol;\n"
        "* *unreadable*: it could not be read whole, with the place.\n"
    )


def _code() -> str:
    from codegen import equations, proof
    from codegen.network import build
    from codegen.spec import parse

    network = build(parse(SPEC.encode(), "mine.toml"))
    proved = proof.gradients(network)
    proof.require(network, proved)
    lines = "".join(
        f"$$\n{equations.equation_latex(equation.equation)}\n$$\n\n" for equation in proved
    )
    return (
        "From a few lines that describe a network:\n\n"
        + _block(SPEC, "toml")
        + "`derive generate mine.toml` proves these gradients and emits NumPy code for them: a "
        "module with the mathematics, its gradient tests, and the derivation.\n\n"
        + lines
        + "`derive explain mine.toml` tells how each of them comes about.\n"
    )


def _fast() -> str:
    return (
        "The emitted training step owns its buffers and allocates no arrays after the first call. "
        "How its time compares with other ways to write the same network depends on the machine, "
        "so no number stands here: `python benchmarks/training_step.py` measures it on yours, side "
        "by side, with parameters that agree before anything is timed.\n"
    )


def _accurate() -> str:
    return (
        "The proof is about exact arithmetic. What is computed in floating point is a stable form "
        "of each function (the largest term of a softmax taken out, `exp` of negative arguments "
        "only), proved equal to the formula and compared with it in many digits on a grid of "
        "extreme arguments by the tests of the library. The derivations of the functions "
        "themselves: [the library](../library/index.md).\n"
    )


def _activation() -> str:
    from derive.scalars.blackboard import scalar_latex
    from derive.scalars.steps import ENTRIES, derivation

    assert ENTRIES, scalar_latex
    last = derivation("softplus")[-1].latex
    return (
        "In a note, state its formula as you state everything else, and use it; its derivative is "
        "worked out from the formula.\n\nIn the library a function is one row of one table, its "
        "formula; the derivative, the tests, the derivation and the pages follow. That of "
        f"softplus, worked out while this page was built, ends in\n\n$$\n{last}\n$$\n\n"
        "The steps are on [its page](../library/softplus.md); CONTRIBUTING says which row to add.\n"
    )


def _numpy() -> str:
    from derive.sources import KINDS

    if ".py" in KINDS:
        return "`derive verify code.py` reads NumPy source and judges the gradients in it.\n"
    return (
        "Write the equations that your code computes as a note and verify that; or generate the "
        "network and compare: the emitted folder holds a gradient test that runs with plain "
        "pytest, and `python NAME.py check` runs it on your data. Python source is not read yet.\n"
    )


def _ci() -> str:
    good = [f for f in _report().claims if f.verdict in (Verdict.VERIFIED, Verdict.DEFINITION)]
    status = int(len(good) < len(_report().claims))
    return (
        "`derive verify` ends with 0 if every claim is verified, a definition or as the note "
        "expects, with 1 if one is not, with 2 if the call itself failed. The note of [the first "
        f"question](is-my-note-right.md) ends with {status}.\n\n"
        + _block("derive verify docs --format github", "sh")
        + "annotates a pull request; `--format sarif --output verdicts.sarif` is what code "
        "scanning reads. A mistake that is meant to stay is announced in front of it:\n\n"
        + _block("<!-- derive: expect refuted D103 -->", "html")
    )


def _question(name: str, title: str, answer: Callable[[], str]) -> Question:
    return Question(f"questions/{name}.md", title, partial(answer))


QUESTIONS: Final = (
    _question("is-my-note-right", "Is my note right?", _is_right),
    _question("why-is-it-wrong", "Why is it wrong?", _why_wrong),
    _question("how-do-i-fix-it", "How do I fix it?", _fix),
    _question("what-does-verified-mean", "What does verified mean?", _verified),
    _question("what-code-do-i-get", "What code do I get?", _code),
    _question("how-fast-is-it", "How fast is it?", _fast),
    _question("how-accurate-is-it", "How accurate is it?", _accurate),
    _question("how-do-i-add-my-activation", "How do I add my activation?", _activation),
    _question("how-do-i-check-my-numpy-code", "How do I check my own NumPy code?", _numpy),
    _question("how-do-i-run-it-in-ci", "How do I run it in CI?", _ci),
)
