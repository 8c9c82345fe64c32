"""The engine's reading of matrix expressions as index terms."""

from __future__ import annotations

from .bug import bugs

LOWERING = [
    *bugs(
        "tensors/lower.py",
        ("size", "                return size(d)\n            case p.Symbol(name=n):\n                self._check_shape(expr, n)\n                return self.symbol", "                return constant(2)\n            case p.Symbol(name=n):\n                self._check_shape(expr, n)\n                return self.symbol"),
        ("transpose", "return self.lower(a, column, row, letters)", "return self.lower(a, row, column, letters)"),
        ("elementwise product", "                return times(left, self.lower(b, row, column, letters))\n            case p.Plus", "                return left + self.lower(b, row, column, letters)\n            case p.Plus"),
        ("sum", "return left + self.lower(b, row, column, letters)", "return left - self.lower(b, row, column, letters)"),
        ("identity", "else delta(row, column)", "else constant(1)"),
        ("matrix product", "return sum_over(times(left, self.lower(b, k, column, letters)), k)", "return sum_over(times(left, self.lower(b, column, k, letters)), k)"),
        ("sum along an axis", "at = (k, column) if axis == 0 else (row, k)", "at = (k, column) if axis == 1 else (row, k)"),
        ("delta", "return constant(1) if left is None or right is None else delta(left, right)", "return constant(1)"),
        ("sum over an index", "return sum_over(self.lower(a, row, column, {**letters, i: k}), k)", "return sum_over(self.lower(a, row, column, {i: k}), k)"),
        ("entry", "at_row = row if i is None else self._letter(i, letters)\n                at_column = column if j", "at_row = row if i is None else self._letter(i, letters)\n                at_column = at_row if j"),
        ("built array", "for letter, at in ((i, row), (j, column)):", "for letter, at in ((i, column), (j, row)):"),
        ("derivative by an entry", "return self.total(self.lower(body, None, None, letters), name, at)", "return self.total(self.lower(body, None, None, letters), name, at[::-1])"),
        ("order of a derivative", "for _ in range(order - known):", "for _ in range(order - known - 1):"),
        ("own formula of a known name", "if table.body(name) == body else 0", "if table.body(name) else 0"),
    ),
    *bugs(
        "tensors/elementwise.py",
        ("power of a product, factor by factor", "todo.append((node.base, e * node.exponent.numerator))", "todo.append((node.base, e + node.exponent.numerator))"),
        ("even and odd functions", 'return call(name, -argument) if name == "cos" else -call(name, -argument)', "return call(name, -argument)"),
    ),
]  # fmt: skip
