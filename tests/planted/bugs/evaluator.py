"""The checker's arithmetic: arrays, number systems, functions, values."""

from __future__ import annotations

from .bug import bugs

EVALUATOR = [
    *bugs(
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
        ("derivative by an entry", "self._memo[key] = self.pulled_back(body, [[self.one]], expr.name)", "self._memo[key] = self.pulled_back(body, [[self.zero]], expr.name)"),
        ("roots that have no value", "            if sign(self.graph, radicand) >= Sign.POSITIVE:\n                raise NoValue(str(error)) from None\n            raise", "            raise NoValue(str(error)) from None"),
    ),
    *bugs(
        "check/functions.py",
        ("order of an arbitrary function", "return domain.unknown(function, order, x)", "return domain.unknown(function, order - 1, x)"),
        ("derivative of a body", "return _derivative(world, dual, function, order - 1, (x, domain.number(1)))[1]", "return _derivative(world, dual, function, order - 1, (x, domain.number(1)))[0]"),
        ("product in a body", "return domain.mul(_body(world, domain, a, x), _body(world, domain, b, x))", "return domain.add(_body(world, domain, a, x), _body(world, domain, b, x))"),
        ("sum in a body", "return domain.add(_body(world, domain, a, x), _body(world, domain, b, x))", "return _body(world, domain, a, x)"),
        ("power in a body", "return domain.power(base, e)", "return domain.power(base, -e)"),
    ),
    *bugs(
        "check/arrays.py",
        ("weights of a sum", "return [[mul(w, a) for a in row] for w, row in zip(weights, array, strict=True)]", "return array"),
        ("what was stretched", "            if wanted[axis] == 1 and shape[axis] != 1:\n", "            if False:\n"),
    ),
    *bugs(
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
    *bugs(
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
    *bugs(
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
        ("derivatives of derivatives", '                if world.graph.defined[reader].derives:\n                    raise Unsupported("the derivative of a derivative of the cost")\n', ""),
    ),
]  # fmt: skip
