"""How long a proof takes: listed layers, deep networks, and entry-by-entry SymPy beside it.

    python -m benchmarks.prover [PART ...] [--seconds 60]

Tables in processor time, all or those that are named: claims, depth, sizes, entries.  Claims:
every true claim about the layers of ``tests/adversary/layers.py`` in both layouts, proved by the
engine and accepted by the checker; and the slowest items.  Depth: all gradients of a stack of
dense layers, as claims and as a whole note that is read, understood and judged.  Sizes: a note of
three layers that says how wide they are.  Entries: each entry of each gradient differentiated by
SymPy and compared with the matrix equation at fixed sizes, two examples, as far as it gets, in
seconds of the clock; the engine's proof is for all sizes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import Process, Value
from statistics import median
from typing import Any

from derive.check import check
from derive.program import Equation, Program
from derive.tensors import prove
from derive.verify import verify_text
from tests.adversary.layers import ITEMS
from tests.adversary.mirror import mirrored, mirrored_equation
from tests.adversary.subjects import network

SIZES = ((2, 3, 1), (4, 8, 1), (784, 128, 10))
DEPTHS = (4, 8, 16, 32, 64)
WIDTHS = (4, 784, 1_000_000)
EXAMPLES = 2
SLOWEST = 8
PARTS = ("claims", "depth", "sizes", "entries")


@dataclass(frozen=True)
class Timing:
    """Milliseconds of processor time for one verified claim."""

    name: str
    engine: float
    checker: float

    @property
    def both(self) -> float:
        return self.engine + self.checker


def timed(name: str, program: Program, claim: Equation) -> Timing:
    """Proves and checks; raises AssertionError if either fails."""
    start = time.process_time()
    assert prove(program, claim).proved, (name, claim)
    middle = time.process_time()
    assert check(program, claim).accepted, (name, claim)
    end = time.process_time()
    return Timing(name, 1e3 * (middle - start), 1e3 * (end - middle))


def listed() -> Iterator[Timing]:
    """Every true claim of every listed item, in both layouts."""
    for name, make in ITEMS.items():
        net, good, _ = make()
        columns = net.program()
        rows = mirrored(columns)
        for left, right in good:
            claim = Equation(left.e, right.e)
            yield timed(name, columns, claim)
            yield timed(f"{name}, rows", rows, mirrored_equation(claim))


def show_claims(timings: list[Timing]) -> None:
    print(f"{'claims':32}{'number':>8}{'median ms':>11}{'worst ms':>10}  worst at")
    columns: tuple[tuple[str, Callable[[Timing], float]], ...] = (
        ("engine", lambda t: t.engine),
        ("checker", lambda t: t.checker),
        ("both", lambda t: t.both),
    )
    for label, of in columns:
        worst = max(timings, key=of)
        numbers = f"{len(timings):>8}{median(map(of, timings)):>11.1f}{of(worst):>10.1f}"
        print(f"{label:32}{numbers}  {worst.name}")


def show_slowest(timings: list[Timing]) -> None:
    worst: dict[str, Timing] = {}
    for timing in sorted(timings, key=lambda t: -t.both):
        worst.setdefault(timing.name.removesuffix(", rows"), timing)
    print(f"\n{'slowest items':32}{'engine ms':>11}{'checker ms':>12}{'both ms':>9}")
    for timing in list(worst.values())[:SLOWEST]:
        numbers = f"{timing.engine:>11.1f}{timing.checker:>12.1f}{timing.both:>9.1f}"
        print(f"{timing.name:32}{numbers}")


def show_depth() -> None:
    head = "claims", "seconds", "ms a claim", "lines", "seconds", "ms a line"
    print(f"\n{'layers':>8}" + "".join(f"{title:>12}" for title in head))
    for depth in DEPTHS:
        net, good = network(depth, "tanh", "softmax", "cross_entropy", summed=True)
        program = net.program()
        spent = [timed("", program, Equation(a.e, b.e)).both for a, b in good]
        lines, seconds = judged(a_note(depth))
        print(f"{depth:>8}{_cells(len(spent), sum(spent) / 1e3)}{_cells(lines, seconds)}")


def _cells(number: int, seconds: float) -> str:
    """A number, the seconds that so many took, and the milliseconds of each."""
    return f"{number:>12}{seconds:>12.3f}{1e3 * seconds / number:>12.2f}"


def show_sizes() -> None:
    print(f"\n{'units a layer':>14}{'lines':>8}{'seconds':>9}")
    for width in WIDTHS:
        text = f"The layers have $n_1 = {width}$ and $n_2 = {width}$ units.\n\n{a_note(3)}"
        lines, seconds = judged(text)
        print(f"{width:>14}{lines:>8}{seconds:>9.2f}")


def judged(text: str) -> tuple[int, float]:
    """How many lines a note has, and the seconds that it takes; AssertionError if one is open."""
    start = time.process_time()
    report = verify_text(text)
    spent = time.process_time() - start
    open_ = [c.latex for c in report.claims if c.verdict not in ("verified", "definition")]
    assert not open_, open_
    return len(report.claims), spent


def a_note(depth: int) -> str:
    """A stack of tanh layers under softmax and cross-entropy, forwards and backwards."""
    lines, below = [], ["X"]
    for k in range(1, depth + 1):
        function = r"\text{softmax}" if k == depth else r"\tanh"
        lines += [f"Z_{{{k}}} = W_{{{k}}} {below[-1]} + b_{{{k}}}"]
        lines += [f"A_{{{k}}} = {function}(Z_{{{k}}})"]
        below.append(f"A_{{{k}}}")
    lines += [rf"J = -\frac{{1}}{{m}} \sum Y \log A_{{{depth}}}"]
    for k in range(depth, 0, -1):
        slope = rf"W_{{{k + 1}}}^T dZ_{{{k + 1}}} \odot (1 - A_{{{k}}}^2)"
        lines += [f"dZ_{{{k}}} = " + (f"A_{{{k}}} - Y" if k == depth else slope)]
        lines += [rf"dW_{{{k}}} = \frac{{1}}{{m}} dZ_{{{k}}} {below[k - 1]}^T"]
        lines += [rf"db_{{{k}}} = \frac{{1}}{{m}} \sum_{{i=1}}^m dZ_{{{k}}}"]
    return "\n\n".join(f"$${line}$$" for line in lines)


# -- brute force ------------------------------------------------------------------------------


def by_entries(sizes: tuple[int, int, int], done: Any) -> None:
    """Differentiates by one entry after the other and compares; counts in `done`.

    Two layers, tanh and identity, half the squared error: what suits SymPy best, for the
    derivative and the matrix equation differ by an expansion only.
    """
    import sympy

    n0, n1, n2 = sizes

    def array(name: str, rows: int, columns: int) -> sympy.Matrix:
        return sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}_{i}_{j}"))

    x, y = array("x", n0, EXAMPLES), array("y", n2, EXAMPLES)
    w1, b1, w2, b2 = (
        array("w", n1, n0), array("b", n1, 1), array("v", n2, n1), array("c", n2, 1),
    )  # fmt: skip
    ones = sympy.ones(1, EXAMPLES)
    a1 = (w1 * x + b1 * ones).applyfunc(sympy.tanh)
    dz2 = w2 * a1 + b2 * ones - y
    cost = sum(entry**2 for entry in dz2) / 2
    dz1 = (w2.T * dz2).multiply_elementwise(a1.applyfunc(lambda a: 1 - a**2))
    pairs = ((w2, dz2 * a1.T), (b2, dz2 * ones.T), (w1, dz1 * x.T), (b1, dz1 * ones.T))
    for parameter, gradient in pairs:
        for entry, claimed in zip(parameter, gradient, strict=True):
            assert sympy.expand(sympy.diff(cost, entry) - claimed) == 0
            with done.get_lock():
                done.value += 1


def show_brute_force(seconds: float) -> None:
    net, good = network(2, "tanh", "identity", "half_squared_error")
    program = net.program()
    start = time.perf_counter()
    for left, right in good:
        timed("", program, Equation(left.e, right.e))
    engine = time.perf_counter() - start
    print(f"\n{'network':>12}{'entries':>9}{'by SymPy':>10}{'in s':>8}{'all in s':>11}"
          f"{'engine s':>10}{'ratio':>11}")  # fmt: skip
    for sizes in SIZES:
        n0, n1, n2 = sizes
        entries = n1 * (n0 + 1) + n2 * (n1 + 1)
        done = Value("i", 0)
        worker = Process(target=by_entries, args=(sizes, done))
        start = time.perf_counter()
        worker.start()
        worker.join(seconds)
        spent = time.perf_counter() - start
        if worker.is_alive():
            worker.terminate()
        worker.join()
        number = done.value
        # At least: where not one entry was finished, one is taken to be just short of it.
        whole = spent * entries / max(number, 1)
        sign = "" if number == entries else ">" if not number else "~"
        name = "-".join(map(str, sizes))
        print(f"{name:>12}{entries:>9}{number:>10}{spent:>8.1f}{sign + format(whole, '.3g'):>11}"
              f"{engine:>10.3f}{sign + format(whole / engine, '.3g'):>11}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prover", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for SymPy, each network")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    args = parser.parse_args()
    unknown = [part for part in args.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    next(listed())  # imports and tables
    for part in args.parts or PARTS:
        if part == "claims":
            timings = list(listed())
            show_claims(timings)
            show_slowest(timings)
        elif part == "depth":
            show_depth()
        elif part == "sizes":
            show_sizes()
        else:
            show_brute_force(args.seconds)


if __name__ == "__main__":
    main()
