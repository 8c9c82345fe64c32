"""Expressions as short text, for messages and expectations of tests."""

from __future__ import annotations

from derive import program as p


def show(e: p.Expr) -> str:
    """``(W2.T @ dZ2) * g1'(Z1)``"""
    match e:
        case p.Number(value=v):
            return str(v)
        case p.Size(dim=d):
            return d
        case p.Symbol(name=n):
            return n
        case p.Gradient(name=n):
            return f"d{n}"
        case p.Eye(dim=d):
            return f"eye({d})"
        case p.Transpose(arg=a):
            return f"{show(a)}.T"
        case p.MatMul(left=a, right=b):
            return f"({show(a)} @ {show(b)})"
        case p.Times(left=p.Number(value=v), right=b) if v == -1:
            return f"-{show(b)}"
        case p.Times(left=a, right=b):
            return f"{show(a)} * {show(b)}"
        case p.Plus(left=a, right=p.Times(left=p.Number(value=v), right=b)) if v == -1:
            return f"({show(a)} - {show(b)})"
        case p.Plus(left=a, right=b):
            return f"({show(a)} + {show(b)})"
        case p.Power(base=a, exponent=x):
            return f"{show(a)}^({x})" if x != -1 else f"(1/{show(a)})"
        case p.Sum(arg=a, axis=x):
            return f"sum({show(a)}, {x})"
        case p.Apply(function=f, order=k, arg=a):
            return f"{f}{chr(39) * k}({show(a)})"
    return repr(e)
