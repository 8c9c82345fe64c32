"""Ways to write things that are put into the usual ones before a note is understood.

In: a document.  Out: the same pieces, lines and spans, in notation that the later stages know,
and in words what was taken for what.  A bar may mean a gradient, ``y_i`` the number of a class,
``(n)`` behind every name the time: each pass decides for a whole note, by what the note itself
says, and changes nothing where that does not tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.meaning.spelling.applied_formulas import applied_formulas
from derive.meaning.spelling.arguments import without_time
from derive.meaning.spelling.bars import bars_as_gradients
from derive.meaning.spelling.capital_words import capital_words
from derive.meaning.spelling.circle_number import circle_number
from derive.meaning.spelling.class_of_one import class_of_one
from derive.meaning.spelling.classes import one_hot
from derive.meaning.spelling.cost_of_one import cost_of_one
from derive.meaning.spelling.counting import input_as_zero
from derive.meaning.spelling.examples_in_rows import examples_in_rows
from derive.meaning.spelling.exponents import exponents_as_numbers
from derive.meaning.spelling.functions import functions_by_name
from derive.meaning.spelling.identity_entries import identity_as_delta
from derive.meaning.spelling.implied import sums_with_letters
from derive.meaning.spelling.indicators import indicators_whole
from derive.meaning.spelling.input_letter import input_by_itself
from derive.meaning.spelling.jacobians import jacobians_by_entries
from derive.meaning.spelling.letters import error_called_e, negative_delta
from derive.meaning.spelling.matrix_stars import matrix_stars
from derive.meaning.spelling.named_inside import formulas_by_name
from derive.meaning.spelling.ranges import whole_ranges
from derive.meaning.spelling.running import running_gradient
from derive.meaning.spelling.steps import steps_apart
from derive.meaning.spelling.units import units_in_layers
from derive.meaning.spelling.vectors import vectors_by_entries
from derive.meaning.spelling.windows import windows
from derive.reading.syntax import Document

PASSES = (
    capital_words,
    circle_number,
    exponents_as_numbers,
    matrix_stars,
    cost_of_one,
    functions_by_name,
    examples_in_rows,
    whole_ranges,
    input_by_itself,
    identity_as_delta,
    jacobians_by_entries,
    applied_formulas,
    formulas_by_name,
    without_time,
    input_as_zero,
    sums_with_letters,
    indicators_whole,
    error_called_e,
    negative_delta,
    running_gradient,
    bars_as_gradients,
    one_hot,
    class_of_one,
    vectors_by_entries,
    steps_apart,
    windows,
)


@dataclass(frozen=True, slots=True)
class Respelled:
    """A document in the usual notation.

    supposed: what was supposed for it, in words.  output_open: what is said of the activations
    is said of hidden units; that of the last layer is not told.
    """

    document: Document
    supposed: tuple[str, ...]
    output_open: bool


def respelled(document: Document) -> Respelled:
    """The document in the usual notation, and what was supposed for it."""
    said: list[str] = []
    for spelled in PASSES:
        document, reason = spelled(document)
        if reason:
            said.append(reason)
    document, reason, output_open = units_in_layers(document)
    return Respelled(document, (*said, *([reason] if reason else [])), output_open)


__all__ = ["Respelled", "respelled"]
