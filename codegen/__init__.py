"""The generator of proved NumPy training code."""

from codegen.emit import (
    FormatterMissing,
    check,
    check_all,
    generate,
    generate_all,
    notes,
    verify_spec,
)
from codegen.proof import Unproved
from codegen.tables import GenerateError, SpecError

__all__ = [
    "FormatterMissing",
    "GenerateError",
    "SpecError",
    "Unproved",
    "check",
    "check_all",
    "generate",
    "generate_all",
    "notes",
    "verify_spec",
]
