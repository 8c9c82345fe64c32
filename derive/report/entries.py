"""What ``derive explain NAME`` can tell: library entries step by step, codes of mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from derive.errors import CallError, one_line
from derive.report.explain import Part, code_parts, entry_parts
from derive.report.markdown import Entry


def named_parts(name: str) -> Iterator[Part]:
    """The explanation of a library entry or of a code; `CallError` if there is neither."""
    from derive.diagnosis.codes import CODES

    if name in CODES:
        return code_parts(CODES[name])
    found = entry(name)
    return entry_parts(found.title, found.steps)


def entry(name: str) -> Entry:
    """The entry of that name or alias; `CallError` if there is none."""
    from derive.scalars.steps import derivation, title

    try:
        return Entry(name, title(name), derivation(name))
    except KeyError as error:
        raise CallError(
            f"{one_line(str(error.args[0]), 600)} (a claim of a note is named NOTE:LINE)"
        ) from None


def entries() -> list[Entry]:
    """All entries, in the library's order."""
    from derive.scalars.steps import ENTRIES

    return [entry(name) for name in ENTRIES]
