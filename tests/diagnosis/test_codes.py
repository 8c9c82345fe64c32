"""The table of codes is complete, unique and stable."""

import re

from derive.diagnosis import BY_NAME, CODES
from derive.diagnosis.edit import RANK


def test_codes_have_the_published_form_and_are_unique() -> None:
    assert all(re.fullmatch(r"D[1-4]\d\d", code) for code in CODES)
    assert len(BY_NAME) == len(CODES)


def test_every_edit_names_a_code() -> None:
    assert set(RANK) <= set(BY_NAME)


def test_rows_say_something() -> None:
    for row in CODES.values():
        assert row.why.endswith(".")
        assert row.title[0].isupper()
        if row.code.startswith("D1"):
            assert row.wrong
            assert row.right
            assert row.wrong != row.right


def test_codes_that_are_written_into_notes_keep_their_meaning() -> None:
    kept = {
        "D101": "activation-derivative",
        "D102": "missing-transpose",
        "D103": "output-jacobian",
        "D112": "missing-mean",
        "D122": "doubled-factor",
        "D125": "normalisation",
        "D126": "cost-does-not-fit",
        "D132": "ascent",
    }
    assert {code: CODES[code].name for code in kept} == kept
