"""What ``derive explain`` can tell by name: library entries, codes of mistakes, whole networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from derive.errors import CallError, one_line
from derive.report.explain import Part, code_parts, entry_parts, section_parts
from derive.report.markdown import Entry


def named_parts(name: str, level: str = "full") -> Iterator[Part]:
    """The explanation of a library entry or of a code; `CallError` if there is neither."""
    from derive.diagnosis.codes import CODES

    if name in CODES:
        return code_parts(CODES[name])
    found = entry(name)
    return entry_parts(found.title, found.steps, level)


def entry(name: str) -> Entry:
    """The entry of that name or alias; `CallError` if there is none."""
    from derive.library.explanations import explanation, title

    try:
        return Entry(name, title(name), explanation(name))
    except KeyError as error:
        raise CallError(
            f"{one_line(str(error.args[0]), 600)} "
            "(a claim of a note is named NOTE:LINE, a network by its .toml)"
        ) from None


def entries() -> list[Entry]:
    """All entries, in the library's order."""
    from derive.library.explanations import names

    return [entry(name) for name in names()]


def spec_parts(path: str, level: str) -> Iterator[Part]:
    """Forward pass, cost and gradients of a network; `CallError` if it cannot be used."""
    import codegen
    from derive.explain.gradient import NoDerivation
    from derive.explain.network import network_sections

    try:
        title, sections = network_sections(Path(path))
    except (codegen.SpecError, codegen.GenerateError, codegen.Unproved, NoDerivation) as error:
        raise CallError(one_line(str(error))) from None
    yield Part(title, title=True)
    for section in sections:
        yield from section_parts(section, "full" if not section.name else level)


def spec_svg(path: str) -> str:
    """The computation graph of a network; `CallError` if it cannot be used."""
    import codegen
    from derive.explain.graph import network_svg

    try:
        return network_svg(Path(path))
    except (codegen.SpecError, codegen.GenerateError, codegen.Unproved) as error:
        raise CallError(one_line(str(error))) from None
