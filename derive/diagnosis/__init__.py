"""Naming the mistake of a refuted claim and finding its repair.

`diagnose` takes a `Fault` (one refuted claim in its `Scene`) to a `Diagnosis`: a stable code,
a message, and repairs that are proved.
"""

from derive.diagnosis.codes import BY_NAME, CODES, Code
from derive.diagnosis.diagnose import diagnose, judging
from derive.diagnosis.loose import (
    ELEMENTWISE,
    MATRIX,
    Add,
    Called,
    Factor,
    Indexed,
    Leaf,
    Loose,
    Product,
    Raised,
    Summed,
    Turned,
    from_expr,
    to_expr,
)
from derive.diagnosis.scene import Diagnosis, Fault, Ill, Scene

__all__ = [
    "BY_NAME",
    "CODES",
    "ELEMENTWISE",
    "MATRIX",
    "Add",
    "Called",
    "Code",
    "Diagnosis",
    "Factor",
    "Fault",
    "Ill",
    "Indexed",
    "Leaf",
    "Loose",
    "Product",
    "Raised",
    "Scene",
    "Summed",
    "Turned",
    "diagnose",
    "from_expr",
    "judging",
    "to_expr",
]
