"""What is said of a claim: verdict, reason, counterexample, repair, proof.

These records are what the report formats print and what the JSON of ``derive verify`` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    VERIFIED = "verified"
    REFUTED = "refuted"
    UNPROVEN = "unproven"
    DEFINITION = "definition"
    UNREADABLE = "unreadable"


class Kind(StrEnum):
    GRADIENT = "gradient"
    ALGEBRA = "algebra"
    CHAIN_RULE = "chain-rule"
    UPDATE = "update"
    SHAPE = "shape"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Concrete sizes and values under which the two sides differ.

    shapes: size of each symbolic dimension.  values: what the symbols hold, as exact text.
    entry: which entry is shown (1-based row, column) or None for scalars.  left, right: the
    two values, exact rationals, or decimals with a proved error bound (``"0.4621 ± 1e-12"``).
    """

    shapes: dict[str, int]
    values: dict[str, str]
    entry: tuple[int, int] | None
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A right-hand side in the note's notation that is itself verified."""

    latex: str
    verdict: Verdict
    edit: str
    """What was changed, in words: ``transpose A^{(1)}``; ``derived`` for the whole gradient."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How a verified claim was proved; `checked` is the independent checker's word."""

    rules: tuple[str, ...]
    steps: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim of a file with all that is said of it."""

    line: int
    column: int
    end_line: int
    end_column: int
    step: int
    latex: str
    kind: Kind
    verdict: Verdict
    code: str | None = None
    message: str = ""
    reading: str = "matrix"
    assumptions: tuple[str, ...] = ()
    side_conditions: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    repairs: tuple[Repair, ...] = ()
    proof: Proof | None = None
    expected: bool = False
    """The note states this verdict itself (``derive: expect``)."""
    unmet: str = ""
    """What the note expected instead, "" if nothing or as expected."""
    span: tuple[int, int] = (0, 0)
    """Absolute offsets of the claim in the source (both sides and the sign)."""
    right_span: tuple[int, int] = (0, 0)
    """Absolute offsets of the right-hand side, what a repair replaces."""
    milliseconds: float = 0.0
    suppressed: bool = False
    """The note asks for silence about this mistake (``derive: ignore``)."""

    def _repr_latex_(self) -> str:
        """What a notebook shows: the claim, typeset, with its verdict."""
        said = " ".join(filter(None, (self.verdict.value, self.code)))
        return f"$$\\begin{{aligned}}\n& {self.latex} && \\text{{{said}}}\n\\end{{aligned}}$$"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say of a note that is no verdict on a claim.

    span: absolute offsets in the source, what line and column are the place of.  fails: it
    makes the exit status 1.  related: other places that belong to it, (start, end, what).
    """

    span: tuple[int, int]
    code: str
    message: str
    fails: bool = False
    related: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What was understood of a file, for the report."""

    layout: str
    layers: tuple[dict[str, object], ...]
    cost: str
    convention: str
    assumptions: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    """For each role and convention the lines that decided it."""
    symbols: tuple[dict[str, str], ...] = ()
    """For each quantity: ``name`` as the note writes it, ``role`` and ``shape``."""


@dataclass(frozen=True, slots=True)
class FileReport:
    path: str
    model: ModelReport | None
    claims: tuple[Finding, ...]
    algorithm: dict[str, dict[str, object]] = field(default_factory=dict)
    source: str = ""
    notices: tuple[Notice, ...] = ()

    def _repr_markdown_(self) -> str:
        """What a notebook shows: every claim, typeset, with verdict, reason and repair."""
        from derive.report.markdown import note_page

        return note_page(self)
