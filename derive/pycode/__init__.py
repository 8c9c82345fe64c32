"""NumPy source as a note: read by its syntax tree, interpreted abstractly, its gradients proved."""

from derive.pycode.subject import Code, open_code

__all__ = ["Code", "open_code"]
