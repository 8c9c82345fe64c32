"""The engine's derivatives, adjoints, ladders and chains, and the table of local derivatives."""

from __future__ import annotations

from .bug import bugs

DERIVATIVES = [
    *bugs(
        "tensors/derivative.py",
        ("product rule", "rest = [*factors[:position], (a, e - 1), *factors[position + 1 :]]", "rest = [*factors[:position], *factors[position + 1 :]]"),
        ("power rule", "parts.append((out, c * e))", "parts.append((out, c))"),
        ("derivative of an entry", "return product(delta(i, j) for i, j in zip(a.indices, indices, strict=True))", "return ONE"),
        ("chain rule", "    return times(outer, inner)\n", "    return outer\n"),
        ("derivative of a logistic", "return times(r, r) - r", "return r - times(r, r)"),
        ("derivative of an arbitrary function", "return call(a.name, a.argument, a.order + 1)", "return call(a.name, a.argument, a.order)"),
        ("derivative of a primitive", "return primitive(a.kind, 1, a.argument)", "return ONE"),
    ),
    *bugs(
        "tensors/adjoint.py",
        ("direct use", "parts = [(derivative(objective, name, at), 1)]", "parts = [(ZERO, 1)]"),
        ("all users", "                if name in used_names\n            ]", "                if name in used_names\n            ][:1]"),
        ("local derivative", "out = times(outer, derivative(self.body(user, mine), name, at))", "out = times(outer, derivative(self.body(user, mine), name, at[::-1]))"),
        ("sum over what is computed", "        for index in mine:\n            out = sum_over(out, index)\n        return out", "        return out"),
        ("cut gradients", "        if user in opaque:\n", "        if name in opaque:\n"),
        ("gradients of gradients", "        self._refuse_derived(self.upstream(cost))\n", ""),
    ),
    *bugs(
        "tensors/prove.py",
        ("a claim about itself", "cuts = [left | right] if left & right or not left | right else []", "cuts = [left | right]"),
        ("both sides", "- lower(claim.right, row, column, {})", "- lower(claim.left, row, column, {})"),
        ("scale of a chain", "scale = _equation(program, Equation(statement.scale, ONE), meter)", "scale = _equation(program, Equation(ONE, ONE), meter)"),
        ("what vanishes", "if any(vanishes(model, poly) for poly in list(meter.nonzero.values())):", "if False:"),
        ("shapes of the sides", "if left.shape != right.shape and not _zero(left) and not _zero(right):", "if False:"),
    ),
    *bugs(
        "tensors/telescope.py",
        ("end of a chain", "    if not out or at != claim.left.by:\n", "    if not out:\n"),
        ("a way around", "        if _avoids(model, claim.left.of, claim.left.by, factor.by):\n", "        if False:\n"),
        ("dependence", "        if factor.of == factor.by or not model.depends(factor.of, factor.by):\n", "        if False:\n"),
    ),
]  # fmt: skip

TABLE = [
    *bugs(
        "scalars/_table.json",
        ("sigmoid'", '["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -2]],\n    ["*", ["exp", "x"], ["+", 1, ["*", -1, ["exp", "x"]]], ["^", ["+", 1, ["exp", "x"]], -3]],\n    ["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -4]', '["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -3]],\n    ["*", ["exp", "x"], ["+", 1, ["*", -1, ["exp", "x"]]], ["^", ["+", 1, ["exp", "x"]], -3]],\n    ["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -4]'),
        ("tanh'", '["*", 4, ["exp", ["*", 2, "x"]], ["^", ["+", 1, ["exp", ["*", 2, "x"]]], -2]]', '["*", 2, ["exp", ["*", 2, "x"]], ["^", ["+", 1, ["exp", ["*", 2, "x"]]], -2]]'),
        ("leaky ReLU'", '["+", "slope", ["step", "x"], ["*", -1, "slope", ["step", "x"]]]', '["+", "slope", ["step", "x"]]'),
    ),
]  # fmt: skip
