"""NumPy source as a note: read by its syntax tree, interpreted abstractly, its gradients proved."""

from derive.pycode.subject import Code, open_code
from derive.pycode.validate import Validation, validate

__all__ = ["Code", "Validation", "open_code", "validate"]
