"""The checker's certifying shapes, points and chains."""

from __future__ import annotations

from .bug import bugs

CERTIFYING = [
    *bugs(
        "check/shape.py",
        ("matrix product", "return self.plain(a) + self.plain(b) + _one(b.shape[0])", "return self.plain(a) + self.plain(b)"),
        ("elementwise product", "            case Times(left=a, right=b):\n                return self.plain(a) + self.plain(b)", "            case Times(left=a, right=b):\n                return self.plain(a) | self.plain(b)"),
        ("natural power", "return _times(_factors(e), self.plain(a))", "return self.plain(a)"),
        ("sum along an axis", "                return self.plain(a) + _one(a.shape[axis])", "                return self.plain(a)"),
        ("sum over an index", "            case SumOver(index=index, body=a):\n                return self.plain(a) + _one(index.dim)", "            case SumOver(index=index, body=a):\n                return self.plain(a)"),
        ("occurrences in a function", "inner = 1 if body is None else self._arguments(body)", "inner = 1"),
        ("product rule", "return (self.slope(a) + self.plain(b)) | (self.plain(a) + self.slope(b))", "return self.slope(a) | self.slope(b)"),
        ("chain rule", "most |= flows[reader] + self.slope(body) + _one(rows) + _one(columns)", "most |= self.slope(body)"),
        ("exponentials inside of arbitrary functions", "return found[id(expr)], deepest", "return found[id(expr)], found[id(expr)]"),
        ("height of the tower", "return 1 + max([deepest, *(_exponentials(graph, expr, depth)[1] for expr in exprs)])", "return 1"),
    ),
    *bugs(
        "check/acceptance.py",
        ("both sides are counted", "count = census.plain(statement.left) + census.plain(statement.right)", "count = Counter[str]()"),
        ("points with steps", "wanted = max(wanted, POINTS_WITH_STEPS)", "wanted = 1"),
        ("real numbers", '            return "the sides differ in real numbers"', "            pass"),
        ("weights of axes", "    return [*free, field.add(total, -sum(free))]", "    return [field.number(1)] * size"),
    ),
    *bugs(
        "check/order.py",
        ("values of one sign", "if number < NEGATIVE else number == POSITIVE", ""),
        ("real numbers that differ", "                    return True\n                said", "                    continue\n                said"),
    ),
    *bugs(
        "check/statements.py",
        ("all entries", "        return all(all(row) for row in same)", "        return any(any(row) for row in same)"),
        ("end of a chain", "    if at != left.by or not order:\n", "    if not order:\n"),
        ("a way around", "        if left.of in _effects_without(graph, left.by, factor.by):\n", "        if False:\n"),
        ("scale", "domain.equal(domain.mul(scale, a), b)", "domain.equal(a, b)"),
        ("dependence", "        if factor.of == factor.by or factor.of not in graph.effects([factor.by]):\n", "        if False:\n"),
    ),
]  # fmt: skip
