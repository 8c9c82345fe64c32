"""Further branches of rules that have several: signs, roots, logarithms, steps, lowering."""

from __future__ import annotations

from .bug import bugs

BRANCHES = [
    *bugs(
        "check/signs.py",
        ("sum along an axis", "return min(sign(graph, a), Sign.POSITIVE)", "return sign(graph, a)"),
        ("matrix product", "return min(sign(graph, a), sign(graph, b), Sign.POSITIVE)", "return max(sign(graph, a), sign(graph, b))"),
        ("product", "return Sign.NATURAL if a is b else min(sign(graph, a), sign(graph, b))", "return Sign.NATURAL if a is b else max(sign(graph, a), sign(graph, b))"),
        ("square", "return Sign.NATURAL if a is b else min(sign(graph, a), sign(graph, b))", "return Sign.POSITIVE if a is b else min(sign(graph, a), sign(graph, b))"),
        ("identity", "case Eye() | Delta():\n            return Sign.NATURAL", "case Eye() | Delta():\n            return Sign.POSITIVE"),
        ("even power", "return min(Sign.POSITIVE, max(Sign.NATURAL, sign(graph, a)))", "return Sign.POSITIVE"),
        ("argument of a body", "if name == ARGUMENT:  # of a function body: anything\n        return Sign.ANY", "if name == ARGUMENT:  # of a function body: anything\n        return Sign.POSITIVE"),
        ("step", 'if function == "step" and order == 0:\n        return Sign.NATURAL', 'if function == "step" and order == 0:\n        return Sign.POSITIVE'),
        ("one minus a unit", "return Sign.UNIT if sign(graph, x) == Sign.UNIT else Sign.ANY", "return Sign.UNIT"),
        ("reciprocal of more than one", "        if sign(graph, other) >= Sign.POSITIVE:\n", "        if True:\n"),
    ),
    *bugs(
        "tensors/functions.py",
        ("sign under a root", "sign = 1 if coefficient > 0 else -1\n        inside", "sign = 1\n        inside"),
        ("odd power under a root", "if len(together) == 1 and sign == 1 and e % 2 == 1:", "if len(together) == 1 and sign == 1:"),
        ("sign of what an absolute value is of", "sign = -1 if negative(arg) else 1\n", "sign = -1\n"),
        ("root of a cofactor", "out.append((root, 2) if root * root == n else (n, 1))", "out.append((root, 1) if root * root == n else (n, 1))"),
        ("sign under a logarithm", 'arg=rest if coefficient > 0 else -rest)', "arg=rest)"),
        ("factors of a logarithm that are positive", "apart = [(a, e) for a, e in factors if positive_atom(a)]", "apart = factors"),
        ("coefficients of two exponentials", "    if c != d or m.bound or n.bound:\n", "    if m.bound or n.bound:\n"),
        ("product of logistics", "    if c != -one or m.bound or len(m.factors) != 1:\n", "    if c != -one or m.bound:\n"),
        ("coefficient of a logistic", "    if c != -one or m.bound or len(m.factors) != 1:\n", "    if m.bound or len(m.factors) != 1:\n"),
    ),
    *bugs(
        "tensors/steps.py",
        ("step of what is negative", "    if positive(-poly):\n        return ZERO\n", "    if positive(-poly):\n        return ONE\n"),
        ("product of a step and another", 'if m.bound or not all(a.kind == "step" and e == 1 for a, e in m.factors):', 'if m.bound or not any(a.kind == "step" and e == 1 for a, e in m.factors):'),
        ("two cases", "return constant(below) + own.scaled(above - below)", "return constant(below) + own.scaled(above)"),
    ),
    *bugs(
        "tensors/normal.py",
        ("sum over an axis of a number", "            coefficient *= index.dim\n", "            pass\n"),
        ("negative exponent of a logistic", "lower = [*rest, (a, e + 1)]", "lower = [*rest]"),
        ("exponentials beside a logistic", "        if not whole(count):\n            continue\n", "        count = count.__ceil__()\n"),
    ),
    *bugs(
        "tensors/elementwise.py",
        ("argument of a formula", "return argument if n == ARGUMENT else name(n)", "return argument"),
        ("order in a formula", "return apply(f, k, evaluate(a, argument, apply, name))", "return apply(f, 0, evaluate(a, argument, apply, name))"),
        ("fractional power of a product", "        return [(expr.base, exponent)]\n", "        return [(expr.base, exponent.__ceil__())]\n"),
    ),
    *bugs(
        "tensors/lower.py",
        ("sum over an axis of one", "        if k is None:\n            return self.lower(a, row, column, letters)\n        k = fresh(k)\n        at = ", "        if k is None:\n            return self.lower(a, column, row, letters)\n        k = fresh(k)\n        at = "),
        ("column of an entry", "at_column = column if j is None else self._letter(j, letters)\n                return self.lower(a, at_row", "at_column = column if j is None else row\n                return self.lower(a, at_row"),
        ("gradient of the cost by an entry", "        if isinstance(body, p.Symbol) and body.name == self.program.cost:\n", "        if isinstance(body, p.Symbol):\n"),
        ("arbitrary functions apart", "key = (name, order, argument.key)", "key = (name, 0, argument.key)"),
        ("highest known derivative", "known = min(order, table.HIGHEST_ORDER) if", "known = order if"),
    ),
]  # fmt: skip
