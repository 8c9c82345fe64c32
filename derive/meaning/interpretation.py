"""What a line is understood to say: the statements that make it true.

An `Interpretation` is either decided already (a definition, unreadable, ill-shaped, outside
the fragment) or a list of statements that all have to hold; an update lists alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.meaning.lines import Line
from derive.meaning.setting import Setting
from derive.program import Statement
from derive.verdict import Kind, Verdict


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement of a claim: the program that it is about, and at which layers."""

    setting: Setting
    statement: Statement
    layers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A line as it is understood.

    verdict: set when it is decided without a proof.  statements: all have to hold (with
    `any_of`: one of them).  contradicts: the line of an earlier definition.  ill: the reason
    why the right side does not fit, with the setting that it was read in.  remark: what the
    remark behind the arrow says, if it can be said.
    """

    line: Line
    kind: Kind
    reading: str
    statements: tuple[Stated, ...] = ()
    any_of: bool = False
    verdict: Verdict | None = None
    reason: str = ""
    fault: str = ""
    contradicts: int = 0
    definition: bool = False
    ill: tuple[Setting, str, Mapping[str, int]] | None = None
    remark: tuple[Stated, ...] = ()
    guesses: tuple[tuple[int, Stated], ...] = ()
    """For a name that has lost its layer: what the line would say at each."""
    missing: tuple[str, ...] = ()
    """Names without a role in the network: a claim about them is never refuted."""
    literal: Interpretation | None = None
    """Of a line on one path: what it says about the arrays of all examples."""
    arrays_written: bool = False
    """The chain of a line with a literal reading writes what only arrays have."""
    within: str = ""
    """The sum around the right side, of which only a term is judged: ``\\sum_{t=1}^T``."""
    conditions: tuple[str, ...] = ()
    """What the note says of the indices: ``i ≠ j``."""
    figures: str = ""
    """Why a line with figures is left open where it does not hold exactly."""
    others: tuple[tuple[str, Interpretation], ...] = ()
    """What else the line may mean: where only that holds, the line is left open, with why."""
    doubt: str = ""
    elsewhere: str = ""
    """Where the note gives a letter another meaning: by that the line may hold."""
    """The line alone decides how it is read: why it is not verified though it holds."""
