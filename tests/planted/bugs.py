"""What is planted: for every rule of engine, checker and table one text that makes it wrong.

``(file below derive/, text that occurs there once, what replaces it)``.  A text that is gone
fails the run: then the rule has changed, and its bug has to be written anew.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One wrong rule."""

    file: str
    old: str
    new: str
    rule: str

    @property
    def side(self) -> str:
        return self.file.split("/")[0]


def _bugs(file: str, *rows: tuple[str, str, str]) -> list[Bug]:
    return [Bug(file, old, new, rule) for rule, old, new in rows]


NORMAL_FORM = [
    *_bugs(
        "tensors/normal.py",
        ("equal indices", "    if left == right:\n        return ONE\n    pair", "    if left == right:\n        return Poly({})\n    pair"),
        ("coefficients of a sum", "terms[m] = terms.get(m, 0) + c * factor", "terms[m] = c * factor"),
        ("coefficients of a product", "parts.append((monomial(bound, factors), c * d))", "parts.append((monomial(bound, factors), c + d))"),
        ("equal factors", "    for a, e in factors:\n        merged[a] = merged.get(a, 0) + e\n    if any", "    for a, e in factors:\n        merged[a] = e\n    if any"),
        ("names kept apart", "            if m.bound or n.bound:\n", "            if False:\n"),
        ("idempotent step", 'used("idempotent step" if a.kind == "step" else "idempotent delta")\n    return 1', 'used("idempotent step" if a.kind == "step" else "idempotent delta")\n    return e'),
        ("constant sum", "merged[count] = merged.get(count, 0) + 1", "merged[count] = merged.get(count, 0) + 2"),
        ("contracted delta", "        polys = [identify(p, old, new) for p in polys]\n", ""),
        ("free deltas", "kept.append(delta(new, old))", "pass"),
        ("sum over a contracted index", "            open_.remove(old)\n", "            pass\n"),
        ("identified indices", "indices = tuple(new if i == old else i for i in a.indices)\n        return monomial", "indices = a.indices\n        return monomial"),
        ("power of a product", "rest + [(b, k * count) for b, k in m.factors])", "rest + [(b, k) for b, k in m.factors])"),
        ("power of a number", "return [(number_power(c, count), [*rest, (a, e - count)])]", "return [(number_power(c, count), [*rest, (a, e)][:-1])]"),
        ("reciprocal of a logistic", "return [(1, lower), (1, lower + _exponential_factors(x))]", "return [(1, lower), (-1, lower + _exponential_factors(x))]"),
        ("logistic meets e^x", "return [(1, [*less, (a, e - 1)]), (-1, [*less, (a, e)])]", "return [(1, [*less, (a, e - 1)]), (1, [*less, (a, e)])]"),
        ("logistic meets e^-x", "return [(1, [*rest, (a, e - 1)]), (-1, [*less, (a, e)])]", "return [(1, [*rest, (a, e - 1)]), (-1, [*rest, (a, e)])]"),
    ),
    *_bugs(
        "tensors/functions.py",
        ("natural power", "return product([poly] * int(exponent))", "return product([poly] * (int(exponent) + 1))"),
        ("quotient of products", "out = monomial((), [(a, k * exponent) for a, k in factors])\n    return out.scaled(number_power(coefficient", "out = monomial((), [(a, k * exponent) for a, k in factors])\n    return out.scaled(number_power(-coefficient"),
        ("shared factors", "shared = _content(poly)\n    rest = times(poly, monomial((), [(a, -e) for a, e in shared])) if shared else poly\n    if len", "shared = _content(poly)\n    rest = poly\n    if len"),
        ("leading coefficient", "    return lead, [*shared, (Atom(\"base\", arg=rest), 1)]", "    return 1, [*shared, (Atom(\"base\", arg=rest), 1)]"),
        ("sum in a product", 'out.append((Atom("base", arg=monomial(indices, members)), 1))', 'out.append((Atom("base", arg=monomial(indices, members)), -1))'),
        ("smallest exponents", "least = {a: min(least.get(a, 0), mine.get(a, 0)) for a in every}", "least = {a: max(least.get(a, 0), mine.get(a, 0)) for a in every}"),
        ("bound factors are not shared", "(not m.bound or a.free.isdisjoint(m.bound))", "True"),
        ("two exponentials", '        return c, [*n.factors, (Atom("logistic", arg=-x), -1)]', '        return c, [*m.factors, (Atom("logistic", arg=-x), -1)]'),
        ("one minus logistic", "return one, [*((Atom(\"exp\", arg=Poly({t: 1})), k) for t, k in x.terms.items()), (a, 1)]", "return one, [*((Atom(\"exp\", arg=Poly({t: 1})), -k) for t, k in x.terms.items()), (a, 1)]"),
        ("root of a real square", "apart = [(a, e * exponent) for a, e in factors if never_negative(a) or not whole(e)]\n    together = [(a, e) for a, e in factors if not (never_negative(a) or not whole(e))]", "apart = [(a, e * exponent) for a, e in factors]\n    together: list[Factor] = []"),
        ("root of a number", "(Atom(\"base\", arg=constant(prime)), sign * count * exponent)", "(Atom(\"base\", arg=constant(prime)), sign * exponent)"),
        ("exponential of a sum", 'factors.append((Atom("exp", arg=Poly({m: 1})), c))', 'factors.append((Atom("exp", arg=Poly({m: 1})), abs(c)))'),
        ("exponential of a logarithm", "others.append(power(a.argument, c))", "others.append(a.argument)"),
        ("logarithm of a product", "parts.append((a.argument, e))\n        elif", "parts.append((a.argument, 1))\n        elif"),
        ("logarithm of factors", 'parts.append((atom("log", arg=Poly({Monomial((), ((a, 1),)): 1})), e))', 'parts.append((atom("log", arg=Poly({Monomial((), ((a, 1),)): 1})), 1))'),
        ("logarithm of a number", 'parts.append((atom("log", arg=constant(number)), 1))', 'parts.append((atom("log", arg=constant(1)), 1))'),
        ("logistic of 0", "return constant(Fraction(1, 2))", "return ONE"),
        ("logistic of the opposite", 'return ONE - atom("logistic", arg=-poly)', 'return atom("logistic", arg=-poly) - ONE'),
        ("step of 0", "    if not poly.terms:\n        return ZERO\n    poly = _without_positive_content(poly)", "    if not poly.terms:\n        return ONE\n    poly = _without_positive_content(poly)"),
        ("step of a positive number", "return ONE if number > 0 else ZERO", "return ZERO if number > 0 else ONE"),
        ("step of the opposite", 'return ONE - atom("step", arg=-poly)', 'return atom("step", arg=-poly)'),
        ("step at what vanishes", '        used("step of the opposite")\n        needs_nonzero(poly)', '        used("step of the opposite")'),
        ("squares in a step", "            needs_nonzero(monomial((), [(a, 1)]))\n            shared.append((a, e // 2 * 2))", "            shared.append((a, e))"),
        ("sign in a step", "lead = magnitude(poly.terms[leading(poly)])\n    return poly.scaled(inverse(lead))", "lead = poly.terms[leading(poly)]\n    return poly.scaled(inverse(lead))"),
        ("step of the same sign", "        if not off.terms or _without_positive_content(off) == a.argument:", "        if True:"),
    ),
    *_bugs(
        "tensors/sign.py",
        ("positive by declaration", "return a.order >= POSITIVE", "return True"),
        ("never negative", "return all(c > 0 and _even(m) for m, c in a.argument.terms.items())", "return all(_even(m) for m, c in a.argument.terms.items())"),
        ("positive sum", "if any(c < 0 or not _even(m) for m, c in poly.terms.items()):", "if any(c < 0 for m, c in poly.terms.items()):"),
        ("one minus a unit", "if not single or c >= 0 or -c > one:", "if not single or c >= 0:"),
        ("unit by declaration", 'return (a.kind == "entry" and a.order == UNIT) or', 'return a.kind == "entry" or'),
    ),
    *_bugs(
        "tensors/relations.py",
        ("labels sum to one", "(summed,), m.factors, ONE))", "(summed,), m.factors, ONE + ONE))"),
        ("change of generator", "result = times(whole_base - others, divisor)", "result = times(whole_base + others, divisor)"),
        ("coefficient of a generator", "monomial((), [(a, -e) for a, e in rest]).scaled(inverse(c))", "monomial((), [(a, -e) for a, e in rest]).scaled(c)"),
        ("the rest of a rewritten product", "return left, [f for f in m.factors if f not in mine], at", "return left, [], at"),
        ("exponent of a rewritten factor", "rest = [*m.factors[:position], (a, e - 1), *m.factors[position + 1 :]]", "rest = [*m.factors[:position], *m.factors[position + 1 :]]"),
        ("match of a pattern", "if {(rename_atom(a, names).key, e) for a, e in r.factors} == target:", "if True:"),
        ("cleared denominators", "poly = expanded(times(poly, factor))", "poly = expanded(poly)"),
        ("multiplied out", "    return times(power(a.argument, count), monomial((), [(a, e - count)]))", "    return times(power(a.argument, count), monomial((), [(a, e)]))"),
        ("logistic as a fraction", 'monomial((), [(Atom("base", arg=ONE + exponential(a.argument)), -e)])', 'monomial((), [(Atom("base", arg=ONE + exponential(a.argument)), e)])'),
    ),
    *_bugs(
        "tensors/partial_fractions.py",
        ("partial fractions", "collect([(first, inverse(c)), (second, -b * inverse(c))])", "collect([(first, inverse(c)), (second, b * inverse(c))])"),
        ("offset of a fraction", "base = [*factors, *named(offset, -1)]", "base = [*factors, *named(offset, 1)]"),
    ),
    *_bugs(
        "tensors/label.py",
        ("fresh names", "names = {i: fresh(i) for i in monomial.bound}\n    return tuple(names.values())", "names = {i: i for i in monomial.bound}\n    return tuple(names.values())"),
        ("least text", "return min(candidates, key=lambda found: found[1].key)", "return next(iter(candidates))"),
    ),
    *_bugs(
        "tensors/vanishing.py",
        ("steps of 0 and of 1", "for value in (ZERO, ONE))", "for value in (ONE,))"),
        ("definitions unfolded", "_opened(model, model.unfold(poly, model.program.definitions))", "_opened(model, poly)"),
    ),
    *_bugs(
        "tensors/substitute.py",
        ("exponent of what is replaced", "return power(values[a.name](a.indices), e)", "return values[a.name](a.indices)"),
        ("inside of functions", "return rebuilt(a, substitute(a.arg, kind, values), e)", "return rebuilt(a, substitute(a.arg, kind, values))"),
    ),
]  # fmt: skip

LOWERING = [
    *_bugs(
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
        ("own formula of a known name", "known = order if table.body(name) == body else 0", "known = order if table.body(name) else 0"),
    ),
    *_bugs(
        "tensors/elementwise.py",
        ("power of a product, factor by factor", "todo.append((node.base, e * node.exponent.numerator))", "todo.append((node.base, e + node.exponent.numerator))"),
        ("even and odd functions", 'return call(name, -argument) if name == "cos" else -call(name, -argument)', "return call(name, -argument)"),
    ),
]  # fmt: skip

DERIVATIVES = [
    *_bugs(
        "tensors/derivative.py",
        ("product rule", "rest = [*factors[:position], (a, e - 1), *factors[position + 1 :]]", "rest = [*factors[:position], *factors[position + 1 :]]"),
        ("power rule", "parts.append((out, c * e))", "parts.append((out, c))"),
        ("derivative of an entry", "return product(delta(i, j) for i, j in zip(a.indices, indices, strict=True))", "return ONE"),
        ("chain rule", "    return times(outer, inner)\n", "    return outer\n"),
        ("derivative of a logistic", "return times(r, r) - r", "return r - times(r, r)"),
        ("derivative of an arbitrary function", "return call(a.name, a.argument, a.order + 1)", "return call(a.name, a.argument, a.order)"),
        ("derivative of a primitive", "return primitive(a.kind, 1, a.argument)", "return ONE"),
    ),
    *_bugs(
        "tensors/adjoint.py",
        ("direct use", "parts = [(derivative(objective, name, at), 1)]", "parts = [(ZERO, 1)]"),
        ("all users", "                if name in used_names\n            ]", "                if name in used_names\n            ][:1]"),
        ("local derivative", "out = times(outer, derivative(self.body(user, mine), name, at))", "out = times(outer, derivative(self.body(user, mine), name, at[::-1]))"),
        ("sum over what is computed", "        for index in mine:\n            out = sum_over(out, index)\n        return out", "        return out"),
        ("cut gradients", "        if user in opaque:\n", "        if name in opaque:\n"),
        ("gradients of gradients", "        self._refuse_derived(self.upstream(cost))\n", ""),
    ),
    *_bugs(
        "tensors/prove.py",
        ("a claim about itself", "cuts = [left | right] if left & right or not left | right else []", "cuts = [left | right]"),
        ("both sides", "- lower(claim.right, row, column, {})", "- lower(claim.left, row, column, {})"),
        ("scale of a chain", "scale = _equation(program, Equation(statement.scale, ONE), meter)", "scale = _equation(program, Equation(ONE, ONE), meter)"),
        ("what vanishes", "if any(vanishes(Model(program), poly) for poly in list(meter.nonzero.values())):", "if False:"),
        ("shapes of the sides", "if left.shape != right.shape and not _zero(left) and not _zero(right):", "if False:"),
    ),
    *_bugs(
        "tensors/telescope.py",
        ("a factor twice", "        if factor in claim.factors[:n]:\n", "        if False:\n"),
        ("end of a chain", "    if not out or at != claim.left.by:\n", "    if not out:\n"),
        ("a way around", "        if _avoids(model, claim.left.of, claim.left.by, factor.by):\n", "        if False:\n"),
        ("dependence", "        if factor.of == factor.by or not model.depends(factor.of, factor.by):\n", "        if False:\n"),
    ),
]  # fmt: skip

TABLE = [
    *_bugs(
        "scalars/_table.json",
        ("sigmoid'", '["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -2]],\n    ["*", ["exp", "x"], ["+", 1, ["*", -1, ["exp", "x"]]], ["^", ["+", 1, ["exp", "x"]], -3]],\n    ["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -4]', '["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -3]],\n    ["*", ["exp", "x"], ["+", 1, ["*", -1, ["exp", "x"]]], ["^", ["+", 1, ["exp", "x"]], -3]],\n    ["*", ["exp", "x"], ["^", ["+", 1, ["exp", "x"]], -4]'),
        ("tanh'", '["*", 4, ["exp", ["*", 2, "x"]], ["^", ["+", 1, ["exp", ["*", 2, "x"]]], -2]]', '["*", 2, ["exp", ["*", 2, "x"]], ["^", ["+", 1, ["exp", ["*", 2, "x"]]], -2]]'),
        ("leaky ReLU'", '["+", "slope", ["step", "x"], ["*", -1, "slope", ["step", "x"]]]', '["+", "slope", ["step", "x"]]'),
    ),
]  # fmt: skip

EVALUATOR = [
    *_bugs(
        "check/evaluate.py",
        ("size", "return [[self.domain.dot([self.one] * len(weights), weights)]]", "return [[self.domain.number(len(weights))]]"),
        ("identity", "row[k] = self.reciprocal(expr.dim, k)", "row[k] = self.one"),
        ("delta", "return [[self.reciprocal(expr.left.dim, k) if same else self.zero]]", "return [[self.one if same else self.zero]]"),
        ("transpose", "return transposed(self.value(expr.arg))", "return self.value(expr.arg)"),
        ("matrix product", "return self.product(left, right, expr.right.shape[0])", "return self.product(left, right, expr.right.shape[1])"),
        ("elementwise product", "return self.zip_with(self.domain.mul, self.value(expr.left), self.value(expr.right))", "return self.zip_with(self.domain.add, self.value(expr.left), self.value(expr.right))"),
        ("sum", "return self.zip_with(self.domain.add, self.value(expr.left), self.value(expr.right))", "return self.zip_with(self.domain.mul, self.value(expr.left), self.value(expr.right))"),
        ("sum along an axis", "return self.reduced(self.value(expr.arg), expr.arg.shape, expr.axis)", "return self.reduced(self.value(expr.arg), expr.arg.shape, 0)"),
        ("power", "return [[power(a, e) for a in row] for row in base]", "return [[power(a, abs(e)) for a in row] for row in base]"),
        ("entry", "array = [[row[self._at[expr.column]]] for row in array]", "array = [[row[0]] for row in array]"),
        ("sum over an index", "share = [[self.weight(expr.index.dim, k)]]\n            term", "share = [[self.one]]\n            term"),
        ("built array", "            [self.value(expr.body)[0][0] for _ in self.each(expr.column)]\n            for _ in self.each(expr.row)", "            [self.value(expr.body)[0][0] for _ in self.each(expr.row)]\n            for _ in self.each(expr.column)"),
        ("labels sum to one", "self.domain.add(self.one, self.domain.mul(minus, self.domain.dot(ones, column)))", "self.domain.mul(minus, self.domain.dot(ones, column))"),
        ("derivative by an entry", "return [[self.pulled_back(expr.body, [[self.one]], expr.name)[row][column]]]", "return [[self.pulled_back(expr.body, [[self.zero]], expr.name)[row][column]]]"),
        ("roots that have no value", "            if sign(self.graph, radicand) >= Sign.POSITIVE:\n                raise NoValue(str(error)) from None\n            raise", "            raise NoValue(str(error)) from None"),
    ),
    *_bugs(
        "check/functions.py",
        ("order of an arbitrary function", "return domain.unknown(function, order, x)", "return domain.unknown(function, order - 1, x)"),
        ("derivative of a body", "return _derivative(world, dual, function, order - 1, (x, domain.number(1)))[1]", "return _derivative(world, dual, function, order - 1, (x, domain.number(1)))[0]"),
        ("product in a body", "return domain.mul(_body(world, domain, a, x), _body(world, domain, b, x))", "return domain.add(_body(world, domain, a, x), _body(world, domain, b, x))"),
        ("sum in a body", "return domain.add(_body(world, domain, a, x), _body(world, domain, b, x))", "return _body(world, domain, a, x)"),
        ("power in a body", "return domain.power(base, e)", "return domain.power(base, -e)"),
    ),
    *_bugs(
        "check/arrays.py",
        ("weights of a sum", "return [[mul(w, a) for a in row] for w, row in zip(weights, array, strict=True)]", "return array"),
        ("what was stretched", "            if wanted[axis] == 1 and shape[axis] != 1:\n", "            if False:\n"),
    ),
    *_bugs(
        "check/domains.py",
        ("negative powers", "base: int = a if n >= 0 else self._inverse(a)", "base: int = a"),
        ("roots", "n = exponent.numerator * pow(exponent.denominator, -1, order) % order", "n = exponent.numerator % order"),
        ("roots of non-squares", '                raise Outside("root of a number that is no square")', "                pass"),
        ("exponential", "result += unit * pow(pow(3, (q - 1) // p, q), a % p, q)", "result += unit * pow(3, a % p, q)"),
        ("step", "return int(pow(a, (self.top - 1) // 2, self.top) == 1)", "return 1"),
        ("odd functions", "return -value % self.modulus if negative else value", "return value"),
        ("sine and cosine", 'return (2 * t if name == "sin" else 1 - t * t) * scale % self.modulus', "return (2 * t if name == \"sin\" else 1 + t * t) * scale % self.modulus"),
        ("functions without algebra", 'lambda: self._hash(name, order, r))', 'lambda: self._hash(name, r))'),
        ("arbitrary functions apart", '("unknown", name, order, r), lambda: self._hash(name, order, r)', '("unknown", order, r), lambda: self._hash(order, r)'),
        ("what is positive", 'return value if domain == "real" else value * value % self.modulus', "return value * value % self.modulus"),
        ("logarithm of a product", "half = total * pow(2, -1, lower[0]) % lower[0]", "half = total"),
        ("logarithms of negative numbers", '            raise Outside("logarithm of a number that is no square")', "            pass"),
    ),
]  # fmt: skip

CHECKED_DERIVATIVES = [
    *_bugs(
        "check/domains.py",
        ("product rule of dual numbers", "base.add(base.mul(a[0], b[1]), base.mul(a[1], b[0])))", "base.mul(a[0], b[1]))"),
        ("power rule of dual numbers", "base.mul(base.number(exponent), base.power(a[0], exponent - 1))", "base.power(a[0], exponent - 1)"),
        ("chain rule of dual numbers", "self.base.mul(slope(self.base, name, a[0]), a[1]))", "slope(self.base, name, a[0]))"),
        ("arbitrary functions of dual numbers", "base.mul(base.unknown(name, order + 1, a[0]), a[1]),", "base.mul(base.unknown(name, order, a[0]), a[1]),"),
        ("derivative of exp", '            return domain.primitive("exp", x)\n        case "log"', '            return domain.number(1)\n        case "log"'),
        ("derivative of log", "return domain.power(x, Fraction(-1))", "return domain.power(x, Fraction(-2))"),
        ("derivative of step", '        case "step":\n            return domain.number(0)', '        case "step":\n            return domain.number(1)'),
        ("derivative of sin", 'return domain.primitive("cos", x)', 'return domain.mul(domain.number(-1), domain.primitive("cos", x))'),
        ("derivative of cos", 'return domain.mul(domain.number(-1), domain.primitive("sin", x))', 'return domain.primitive("sin", x)'),
        ("derivative of erf", "scale = domain.mul(domain.number(2), domain.power(domain.pi(), Fraction(-1, 2)))", "scale = domain.power(domain.pi(), Fraction(-1, 2))"),
    ),
    *_bugs(
        "check/derivatives.py",
        ("transpose", "_pull(world, expr.arg, transposed(seed), name, total)", "_pull(world, expr.arg, seed, name, total)"),
        ("left factor of a matrix product", "_pull(world, expr.left, world.product(seed, right, columns), name, total)", "_pull(world, expr.left, world.product(seed, right, rows), name, total)"),
        ("right factor of a matrix product", "_pull(world, expr.right, world.product(left, seed, rows), name, total)", "pass"),
        ("elementwise product", "for factor, other in ((expr.left, expr.right), (expr.right, expr.left)):", "for factor, other in ((expr.left, expr.right),):"),
        ("sum of stretched arrays", "_pull(world, term, world.fitted(seed, expr.shape, term.shape), name, total)", "_pull(world, term, seed, name, total)"),
        ("power", "local = [[mul(factor, power(a, less)) for a in row] for row in base]", "local = [[power(a, less) for a in row] for row in base]"),
        ("sum along an axis", "_pull(world, expr.arg, stretch(seed, world.size(rows), world.size(columns)), name, total)", "_pull(world, expr.arg, seed, name, total)"),
        ("function", "applied(world, expr.function, expr.order + 1, world.value(expr.arg))", "applied(world, expr.function, expr.order, world.value(expr.arg))"),
        ("entry", "share = mul(share, world.reciprocal(index.dim, world.position(index)))", "share = mul(share, world.weight(index.dim, world.position(index)))"),
        ("sum over an index", "share = [[world.weight(expr.index.dim, k)]]", "share = [[world.one]]"),
        ("built array", "share = world.domain.mul(world.weight(rows, i), world.weight(columns, j))", "share = world.one"),
        ("all readers", "            if reader in adjoints and reader in within:\n", "            if reader in adjoints and reader in within and reader == world.graph.readers[top][0]:\n"),
        ("direct use", "        if top in direct:\n            _pull(world, root, seed, top, total)\n", ""),
        ("derivatives of derivatives", '    if derives(root):\n        raise Unsupported("the derivative of a derivative of the cost")\n', ""),
    ),
]  # fmt: skip

CERTIFYING = [
    *_bugs(
        "check/shape.py",
        ("matrix product", "return self.plain(a) + self.plain(b) + _one(b.shape[0])", "return self.plain(a) + self.plain(b)"),
        ("elementwise product", "            case Times(left=a, right=b):\n                return self.plain(a) + self.plain(b)", "            case Times(left=a, right=b):\n                return self.plain(a) | self.plain(b)"),
        ("natural power", "return _times(_factors(e), self.plain(a))", "return self.plain(a)"),
        ("sum along an axis", "                return self.plain(a) + _one(a.shape[axis])", "                return self.plain(a)"),
        ("sum over an index", "            case SumOver(index=index, body=a):\n                return self.plain(a) + _one(index.dim)", "            case SumOver(index=index, body=a):\n                return self.plain(a)"),
        ("occurrences in a function", "inner = 1 if body is None else self._arguments(body)", "inner = 1"),
        ("product rule", "return (self.slope(a) + self.plain(b)) | (self.plain(a) + self.slope(b))", "return self.slope(a) | self.slope(b)"),
        ("chain rule", "most |= flows[reader] + self.slope(body) + _one(rows) + _one(columns)", "most |= self.slope(body)"),
        ("height of the tower", "return 1 + max([deepest, *(_exponentials(graph, expr, depth) for expr in exprs)])", "return 1"),
    ),
    *_bugs(
        "check/acceptance.py",
        ("both sides are counted", "count = census.plain(statement.left) + census.plain(statement.right)", "count = Counter[str]()"),
        ("points with steps", "wanted = max(wanted, POINTS_WITH_STEPS)", "wanted = 1"),
        ("all entries", "        return all(all(row) for row in same)", "        return any(any(row) for row in same)"),
        ("real numbers", '                    return "the sides differ in real numbers"', "                    continue"),
        ("what is cut may be 0", "if not self.met_step or not (cut.values or cut.gradients):", "if True:"),
        ("weights of axes", "    return [*free, field.add(total, -sum(free))]", "    return [field.number(1)] * size"),
    ),
    *_bugs(
        "check/composition.py",
        ("end of a chain", "    if at != left.by or not order:\n", "    if not order:\n"),
        ("a way around", "        if left.of in _effects_without(graph, left.by, factor.by):\n", "        if False:\n"),
        ("scale", "domain.equal(domain.mul(scale, a), b)", "domain.equal(a, b)"),
        ("dependence", "        if factor.of == factor.by or factor.of not in graph.effects([factor.by]):\n", "        if False:\n"),
    ),
]  # fmt: skip

BUGS: tuple[Bug, ...] = (
    *NORMAL_FORM,
    *LOWERING,
    *DERIVATIVES,
    *TABLE,
    *EVALUATOR,
    *CHECKED_DERIVATIVES,
    *CERTIFYING,
)
