"""The entries of the library whose derivations can be told step by step."""

from __future__ import annotations

from derive.errors import CallError, nearest, one_line
from derive.report.markdown import Entry


def entry(name: str) -> Entry:
    """The entry of that name, hyphens and capitals as one likes; `CallError` if there is none."""
    from derive.scalars.steps import DERIVATIONS, derivation

    wanted = _plain(name)
    for known, title in DERIVATIONS.items():
        if _plain(known) == wanted:
            return Entry(known, title, derivation(known))
    raise CallError(
        f'"{one_line(name)}": neither NOTE:LINE nor a library entry; '
        + nearest(name.lower().replace("_", "-"), [k.replace("_", "-") for k in DERIVATIONS])
    )


def entries() -> list[Entry]:
    """All entries, in the library's order."""
    from derive.scalars.steps import DERIVATIONS, derivation

    return [Entry(name, title, derivation(name)) for name, title in DERIVATIONS.items()]


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
