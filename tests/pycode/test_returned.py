"""What a function returns is judged, not what it computed before."""

from __future__ import annotations

import pytest

from derive.pycode import open_code
from derive.verdict import Verdict
from tests.pycode.corpus import is_verified
from tests.pycode.return_attacks import PROGRAM, RIGHT, WRONG


@pytest.mark.parametrize("returned", RIGHT)
def test_formulas_that_are_returned_are_followed(returned: str) -> None:
    found = open_code("x.py", PROGRAM.format(returned), mends=False).findings
    assert len(found) == 2
    assert is_verified(found), found


@pytest.mark.parametrize("returned", WRONG)
def test_what_is_returned_wrong_is_refuted(returned: str) -> None:
    found = open_code("x.py", PROGRAM.format(returned), mends=False).findings
    assert Verdict.REFUTED in {f.verdict for f in found}, found
