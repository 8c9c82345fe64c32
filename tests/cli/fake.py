"""A stand-in for the judge, so that the command is tested alone.

Each line of a note that holds ``left = right`` in dollars is a claim; the left side says what
becomes of it.  ``good``: verified, ``bad``: refuted with a repair, ``slow``: never ends,
``crash``: ends the process, ``raise``: raises, ``memory``: asks for too much.
"""

from __future__ import annotations

import os
import re
import sys
import time
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from derive.explain.claims import Explanation
from derive.verdict import (
    Counterexample,
    FileReport,
    Finding,
    Kind,
    ModelReport,
    Proof,
    Repair,
    Verdict,
)


@dataclass(frozen=True)
class Options:
    declare: Path | None = None
    proofs: Path | None = None
    timings: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    show_model: bool = False


class Note:
    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        self.matches = list(re.finditer(r"\$(\w+) = ([^$]*)\$( expected| unmet)?", source))
        self.size = len(self.matches)
        if "understand slowly" in source:
            time.sleep(60)
        if "understand wrongly" in source:
            raise ZeroDivisionError("no such thing")

    def _finding(self, k: int) -> Finding:
        match = self.matches[k]
        line = self.source.count("\n", 0, match.start()) + 1
        column = match.start() - self.source.rfind("\n", 0, match.start())
        return Finding(
            line, column, line, column + len(match[0]), 1, match[0].split("$")[1],
            Kind.GRADIENT, Verdict.VERIFIED, proof=Proof(("chain rule",), 7, True),
            span=(match.start() + 1, match.end(2)), right_span=match.span(2),
        )  # fmt: skip

    def explain(self, k: int, finding: Finding) -> Explanation:
        return Explanation(missing="a stand-in derives nothing")

    def judge(self, k: int) -> Finding:
        finding, match = self._finding(k), self.matches[k]
        word = match[1]
        if word in ("slow", "mended"):
            time.sleep(60)
        if word == "crash":
            os._exit(9)
        if word == "raise":
            raise RuntimeError("a\nfault")
        if word == "memory":
            bytearray(2**40)
        if word != "bad":
            return finding
        return replace(
            finding,
            verdict=Verdict.REFUTED,
            code="D103",
            message="the softmax Jacobian is missing",
            proof=None,
            counterexample=Counterexample({"m": 2}, {"Y": "[1, 0]"}, (1, 2), "3/8", "1/2"),
            repairs=(Repair("A \\odot B", Verdict.VERIFIED, "multiply by B"),),
            expected=match[3] == " expected",
            unmet="verified" if match[3] == " unmet" else "",
        )

    def hurried(self, k: int) -> Finding | None:
        if self.matches[k][1] != "mended":
            return None
        return replace(self._finding(k), verdict=Verdict.REFUTED, message="wrong", proof=None)

    def unjudged(self, k: int, reason: str) -> Finding:
        return replace(self._finding(k), verdict=Verdict.UNPROVEN, message=reason, proof=None)

    def report(self, findings: Sequence[Finding]) -> FileReport:
        findings = [
            replace(f, verdict=Verdict.VERIFIED, repairs=(), code=None)
            if self.source[slice(*f.right_span)].strip() == "A \\odot B"
            else f
            for f in findings
        ]
        model = ModelReport("columns", ({"index": 1, "activation": "tanh"},), "squared error",
                            "dZ = m * dJ/dZ", ("the labels sum to 1",))  # fmt: skip
        algorithm: dict[str, dict[str, object]] = {"W_1": {"verdict": "verified", "because": []}}
        return FileReport(self.path, model, tuple(findings), algorithm, self.source)


def install() -> None:
    """Makes this module the one that ``derive.verify`` names."""
    module = types.ModuleType("derive.verify")
    module.Options = Options  # type: ignore[attr-defined]
    module.open_note = lambda path, source, kind, options: Note(path, source)  # type: ignore[attr-defined]
    sys.modules["derive.verify"] = module


if __name__ == "__main__":
    Options.__module__ = "derive.verify"
    install()
    from derive.cli import main

    main()
